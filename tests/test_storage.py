"""Atomic files, and how inputs are found."""

import errno
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError, CorpusError, EngineError, InputError, ResumeError
from corpus_pipeline.storage import (
    AtomicFile,
    Written,
    file_digest,
    list_inputs,
    open_input,
    public_path,
    remove_attempts,
    write_bytes,
    writing,
)
from corpus_pipeline.storage.retries import is_passing, with_retries


def names(folder: storage.Place) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(str(path).removeprefix(str(folder))[1:] for path in found)


@pytest.fixture(params=["folder", "url"])
def somewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[storage.Place]:
    """An empty folder, here and on a file system with another kind of commit."""
    if request.param == "folder":
        yield tmp_path
        return
    folder = storage.place(f"memory:/{tmp_path}")
    yield folder
    storage.remove_tree(folder)


def test_nothing_appears_before_the_commit(somewhere: storage.Place) -> None:
    target = somewhere / "new" / "part.bin"
    file = AtomicFile(target)
    file.sink.write(b"abc")
    file.sink.flush()
    assert not storage.exists(target)
    file.sink.write(memoryview("文".encode()))
    assert file.sink.tell() == 6
    written = file.commit()
    assert storage.read_bytes(target) == "abc文".encode()
    assert written == Written(6, hashlib.sha256("abc文".encode()).hexdigest())
    assert file_digest(target) == written
    assert names(somewhere) == ["new/part.bin"]


def test_an_abandoned_file_leaves_no_trace(somewhere: storage.Place) -> None:
    target = somewhere / "part.bin"
    write_bytes(target, b"before")
    file = AtomicFile(target)
    file.sink.write(b"after")
    file.abandon()
    assert names(somewhere) == ["part.bin"]
    assert storage.read_bytes(target) == b"before"


def test_an_error_in_the_block_leaves_no_trace(somewhere: storage.Place) -> None:
    def write() -> None:
        with writing(somewhere / "part.bin") as file:
            file.sink.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert names(somewhere) == []


def test_a_block_commits_nothing_by_itself(somewhere: storage.Place) -> None:
    with writing(somewhere / "part.bin") as file:
        file.sink.write(b"whole, but not committed")
    assert names(somewhere) == []


def test_folders_are_listed_and_removed(somewhere: storage.Place) -> None:
    for name in ("b.arrow", "a.arrow", "c.json", "sub/d.arrow", ".hidden"):
        write_bytes(somewhere / "x" / name, name.encode())
    folder = somewhere / "x"
    assert storage.sizes(folder, ".arrow") == {"a.arrow": 7, "b.arrow": 7}
    assert list(storage.sizes(folder)) == [".hidden", "a.arrow", "b.arrow", "c.json"]
    assert storage.names(folder) == [".hidden", "a.arrow", "b.arrow", "c.json", "sub"]
    assert storage.children(folder, ".json") == [folder / "c.json"]
    assert (storage.size(folder / "c.json"), storage.is_folder(folder / "sub")) == (6, True)
    storage.remove(folder / "c.json")
    storage.remove(folder / "c.json")
    assert not storage.exists(folder / "c.json")
    storage.remove_tree(folder / "sub")
    storage.remove_tree(folder / "sub")
    assert storage.names(folder) == [".hidden", "a.arrow", "b.arrow"]
    assert storage.sizes(somewhere / "none") == {}
    assert storage.names(somewhere / "none") == []
    with pytest.raises(FileNotFoundError):
        storage.size(somewhere / "none")
    with pytest.raises(FileNotFoundError):
        storage.read_bytes(somewhere / "none")


def test_a_read_that_ends_early_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some libraries give what came before the connection broke, without an error."""
    monkeypatch.setattr(storage.retries, "WAITS", (0.0, 0.0, 0.0, 0.0))
    where = storage.place(f"memory:/{tmp_path}/a.bin")
    write_bytes(where, b"0123456789")
    opens = []

    class Short:
        """Reads to the middle of the file at the first two tries."""

        size = 10

        def __init__(self) -> None:
            opens.append(1)
            self.rest = b"01234" if len(opens) < 3 else b"0123456789"

        def seekable(self) -> bool:
            return True

        def seek(self, offset: int) -> None:
            self.rest = self.rest[offset:]

        def read(self, size: int) -> bytes:
            part, self.rest = self.rest[:3], self.rest[3:]
            return part

        def close(self) -> None: ...

    file_system, _ = storage.places.file_system_of(str(where))
    monkeypatch.setattr(type(file_system), "open", lambda *arguments, **options: Short())
    with open_input(str(where)) as stream:
        assert stream.read() == b"0123456789"
    assert len(opens) == 3


def test_a_local_copy_is_the_file(somewhere: storage.Place) -> None:
    write_bytes(somewhere / "a.arrow", "文".encode())
    with storage.local_copy(somewhere / "a.arrow") as path:
        assert (path.name, path.read_bytes()) == ("a.arrow", "文".encode())


def test_one_run_holds_a_folder(somewhere: storage.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.lease, "REFRESH", 0.01)
    for _ in range(2):
        with storage.held(somewhere, ".lock") as lease:
            lease.still_ours()
            with (
                pytest.raises(ResumeError, match="another run"),
                storage.held(somewhere, ".lock"),
            ):
                pass


def test_two_attempts_at_one_file_do_not_meet(tmp_path: Path) -> None:
    target = tmp_path / "part.bin"
    first, second = AtomicFile(target), AtomicFile(target)
    first.sink.write(b"same")
    second.sink.write(b"same")
    assert len(names(tmp_path)) == 2
    assert first.commit() == second.commit()
    assert names(tmp_path) == ["part.bin"]


def test_attempts_that_were_moved_by_half_are_removed(tmp_path: Path) -> None:
    folder = storage.place(f"memory:/{tmp_path}")
    write_bytes(folder / "a" / "part.bin", b"whole")
    write_bytes(folder / "a" / "part.bin.attempt-0123", b"half")
    remove_attempts(folder)
    assert names(folder) == ["a/part.bin"]
    remove_attempts(folder / "none")


def test_killed_attempts_are_removed_and_nothing_else(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a" / "part.bin", b"whole")
    killed = AtomicFile(tmp_path / "a" / "b" / "part.bin")
    killed.sink.write(b"half")
    killed.sink.flush()
    assert len(names(tmp_path)) == 2
    remove_attempts(tmp_path)
    assert names(tmp_path) == ["a/part.bin"]
    remove_attempts(tmp_path / "missing")
    killed.abandon()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("b.jsonl", "a.jsonl", "sub/c.jsonl", "sub/d.txt", ".hidden", "文.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * len(name))
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a.jsonl", ["a.jsonl"]),
        ("*.jsonl", ["a.jsonl", "b.jsonl", "文.jsonl"]),
        ("**/*.jsonl", ["a.jsonl", "b.jsonl", "sub/c.jsonl", "文.jsonl"]),
        ("sub", ["sub/c.jsonl", "sub/d.txt"]),
        ("sub/", ["sub/c.jsonl", "sub/d.txt"]),
        ("", ["a.jsonl", "b.jsonl", "sub/c.jsonl", "sub/d.txt", "文.jsonl"]),
        ("[ab].jsonl", ["a.jsonl", "b.jsonl"]),
        ("su?", ["sub/c.jsonl", "sub/d.txt"]),
    ],
)
def test_patterns_and_folders(files: Path, pattern: str, found: list[str]) -> None:
    listed = list_inputs(f"{files}/{pattern}")
    assert [os.path.relpath(file.path, files) for file in listed] == found
    assert [file.size for file in listed] == [Path(file.path).stat().st_size for file in listed]
    assert all(file.modified for file in listed)


def test_what_programs_leave_beside_their_tables_is_passed_over(tmp_path: Path) -> None:
    notes = ("_SUCCESS", "_metadata", "_started_123", "_committed_9", "part-0.jsonl.crc",
             ".part-0.jsonl.crc", "_delta_log/0.json", "_temporary/0/a.jsonl")  # fmt: skip
    documents = ("part-0.jsonl", "__init__.py", "_posts/一.md", "_config.yml")
    for name in (*notes, *documents):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    expected = sorted(f"{tmp_path}/{name}" for name in documents)
    assert [file.path for file in list_inputs(str(tmp_path))] == expected
    urls = [file.path for file in list_inputs(f"file://{tmp_path}")]
    assert urls == [f"file://{path}" for path in expected]
    top = [path for path in expected if "_posts" not in path]
    assert [file.path for file in list_inputs(f"{tmp_path}/*")] == sorted(
        [*top, f"{tmp_path}/_posts/一.md"]
    )
    # Whoever names one means it.
    assert [file.path for file in list_inputs(f"{tmp_path}/_SUCCESS")] == [f"{tmp_path}/_SUCCESS"]


def test_relative_patterns_give_relative_paths(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files)
    assert [file.path for file in list_inputs("sub/*")] == ["sub/c.jsonl", "sub/d.txt"]
    monkeypatch.chdir(files / "sub")
    assert [file.path for file in list_inputs("c.jsonl")] == ["c.jsonl"]


@pytest.mark.parametrize("pattern", ["missing.jsonl", "*.missing", "empty", "missing/a"])
def test_nothing_found_is_an_error(files: Path, pattern: str) -> None:
    (files / "empty").mkdir()
    with pytest.raises(InputError, match=r"no input file matches .*; correct `path`"):
        list_inputs(f"{files}/{pattern}")


def test_an_output_below_a_url_is_no_input(files: Path) -> None:
    urls = [file.path for file in list_inputs(f"file://{files}", f"{files}/sub")]
    assert f"file://{files}/a.jsonl" in urls
    assert not [url for url in urls if "/sub/" in url]


def test_urls_stay_urls(files: Path) -> None:
    (file,) = list_inputs(f"file://{files}/a.jsonl")
    assert file.path == f"file://{files}/a.jsonl"
    with open_input(file.path) as stream:
        stream.seek(3)
        assert stream.read() == b"xxxx"


def test_what_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone: cannot be opened \(No such file or directory\)"):
        open_input(str(tmp_path / "gone"))


def test_what_a_run_writes_is_not_its_input(tmp_path: Path) -> None:
    """A run into a folder of the folder that it reads; it may be named by a link."""
    for name in ("a.jsonl", "out/documents/b.parquet", "out2/c.jsonl"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "out2")
    found = [str(file.path) for file in list_inputs(str(tmp_path), str(tmp_path / "out"))]
    wanted = ["a.jsonl", "link/c.jsonl", "out2/c.jsonl"]
    assert len(found) == 2
    assert set(found) <= {str(tmp_path / name) for name in wanted}
    linked = list_inputs(str(tmp_path), str(tmp_path / "link"))
    assert [Path(file.path).name for file in linked] == ["a.jsonl", "b.parquet"]


def test_a_file_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut no name without its bytes, and no manifest without its files."""
    done: list[str] = []
    sync, replace = os.fsync, os.replace

    def synced(descriptor: int) -> None:
        name = os.readlink(f"/proc/self/fd/{descriptor}")
        done.append(f"sync {'folder' if os.path.isdir(name) else 'file'}")
        sync(descriptor)

    def replaced(source: Path, target: Path) -> None:
        done.append("rename")
        replace(source, target)

    monkeypatch.setattr("os.fsync", synced)
    monkeypatch.setattr("os.replace", replaced)
    write_bytes(tmp_path / "文" / "a", b"abc")
    assert done == ["sync file", "rename", "sync folder"]


def test_an_upload_that_arrives_short_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A server that takes a request and keeps less of it."""
    target = storage.place(f"memory:/{tmp_path}/a")
    put = storage.files._put
    monkeypatch.setattr("corpus_pipeline.storage.retries.WAITS", ())

    def short(file_system: object, path: str, file: BinaryIO, size: int) -> None:
        put(file_system, path, file, size)
        put(file_system, path, io.BytesIO(b"ab"), 2)

    monkeypatch.setattr(storage.files, "_put", short)
    with pytest.raises(EngineError, match="the storage cannot be reached or broke off"):
        write_bytes(target, b"abc")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("data/a@b?c=d", "data/a@b?c=d"),
        ("s3://bucket/a@b", "s3://bucket/a@b"),
        ("s3://bucket/part-?.gz", "s3://bucket/part-?.gz"),
        ("s3://AKIA:secret@bucket/x", "s3://bucket/x"),
        ("sftp://user@host/x", "sftp://host/x"),
        ("sftp://us:p@ss@host/x", "sftp://host/x"),
        ("abfs://container@account.dfs.core.windows.net/x",
         "abfs://container@account.dfs.core.windows.net/x"),
        ("https://user:pass@h:8080/x", "https://h:8080/x"),
        ("https://h/x?download=true", "https://h/x?..."),
        ("https://h/x?X-Amz-Signature=ab&X-Amz-Date=1", "https://h/x?..."),
        ("https://h/x?token=abc#part", "https://h/x?..."),
        ("https://h/x?sv=2022&sig=a%2Fb", "https://h/x?..."),
        ("https://h/x?q=0123456789abcdef0123456789abcdef", "https://h/x?..."),
        ("https://h?access_key=1", "https://h?..."),
        ("https://h/x?c2VjcmV0", "https://h/x?..."),
        ("zip://a::https://u:p@h/x.zip?token=1", "zip://a::https://h/x.zip?..."),
        ("文/中.jsonl", "文/中.jsonl"),
    ],
)  # fmt: skip
def test_a_path_is_shown_without_secrets(path: str, shown: str) -> None:
    assert public_path(path) == shown
    if shown != path and "download" not in path:
        for refused in (open_input, list_inputs, storage.place):
            with pytest.raises((InputError, ConfigError)) as caught:
                refused(path)
            assert str(caught.value).startswith(f"{shown}: the URL holds credentials")


def test_options_reach_the_file_system_and_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec = pytest.importorskip("fsspec")
    monkeypatch.setattr(fsspec.config, "conf", {})
    storage.configure({"memory": {"listings_expiry_time": 7, "secret": "hunter2"}})
    file_system, path = storage.places.file_system_of("memory://a/b")
    assert (path, file_system.storage_options["secret"]) == ("/a/b", "hunter2")
    assert "hunter2" not in repr(storage.place("memory://a/b")) + str(storage.place("memory://a"))


def test_an_unknown_protocol_is_one_line() -> None:
    with pytest.raises(ConfigError, match=r"nope://a: nope:// is no known protocol"):
        storage.place("nope://a")


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (OSError(errno.EBUSY, "SlowDown"), True),
        (OSError(errno.ENOSPC, "No space left on device"), False),
        (PermissionError("AccessDenied"), False),
        (OSError(errno.EINVAL, "InvalidArgument"), False),
    ],
    ids=str,
)
def test_only_what_may_pass_is_tried_again(
    error: OSError, passing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.retries, "WAITS", (0.0, 0.0, 0.0, 0.0))
    tries = []

    def work() -> None:
        tries.append(1)
        raise error

    assert is_passing(error) == passing
    with pytest.raises(EngineError, match=r"^s3://b/k: ") as caught:
        with_retries(work, "s3://b/k")
    assert len(tries) == (5 if passing else 1)
    assert ("this may pass" in str(caught.value)) == passing


def test_patience_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 40))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    tries = []

    def work() -> None:
        tries.append(1)
        raise TimeoutError

    with pytest.raises(CorpusError, match="no answer in time; tried for"):
        with_retries(work, "s3://b/k")
    assert len(tries) == 2


def test_errors_of_our_own_code_are_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        with_retries(lambda: 1 // 0, "s3://b/k")
