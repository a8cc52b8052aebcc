"""Local copies of remote files: right, bounded, shared by processes and threads."""

import hashlib
import multiprocessing
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from storage.faulty_proxy import Fault, FaultyProxy
from storage.web_server import WebServer

from corpus_pipeline.errors import EngineError, VerifyError
from corpus_pipeline.storage import retries
from corpus_pipeline.storage.file_cache import FileCache, Wanted

FILES = {f"{name}.arrow": name.encode() * 1000 for name in ("aé", "bé", "cé", "文字")}


@pytest.fixture
def http(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyProxy]:
    """A proxy before a web server with FILES by the names 0, 1, ..."""
    pytest.importorskip("aiohttp", reason="needs pip install aiohttp")
    monkeypatch.setattr(retries, "WAITS", (0.01, 0.01))
    server = WebServer({str(k): content for k, content in enumerate(FILES.values())})
    proxy = FaultyProxy(server.port)
    yield proxy
    proxy.close()
    server.close()


@pytest.fixture
def wanted() -> Iterator[list[Wanted]]:
    """FILES in fsspec's file system in memory."""
    memory = fsspec.filesystem("memory")
    for name, content in FILES.items():
        memory.pipe(f"/cache/{name}", content)
    yield [of(f"memory://cache/{name}", content) for name, content in FILES.items()]
    memory.rm("/cache", recursive=True)


def of(url: str, content: bytes) -> Wanted:
    return Wanted(url, hashlib.sha256(content).hexdigest(), len(content))


def read(path: Path) -> bytes:
    return path.read_bytes()


def held(folder: Path) -> int:
    """Returns the bytes of the files in a cache."""
    return sum(path.stat().st_size for path in folder.iterdir())


def test_a_file_is_fetched_once_and_kept(tmp_path: Path, wanted: list[Wanted]) -> None:
    cache = FileCache(tmp_path / "new" / "cache", 1 << 20)
    for each, content in zip(wanted, FILES.values(), strict=True):
        assert cache.opened(each, read) == content
    fsspec.filesystem("memory").rm("/cache/文字.arrow")
    assert FileCache(tmp_path / "new" / "cache", 1 << 20).opened(wanted[3], read)
    assert {path.suffix for path in (tmp_path / "new" / "cache").iterdir()} == {".arrow", ""}


def test_the_least_recently_used_go(tmp_path: Path, wanted: list[Wanted]) -> None:
    cache = FileCache(tmp_path, 2 * wanted[0].size + 1000)
    for k, use in enumerate((0, 1, 0, 2)):
        cache.opened(wanted[use], read)
        path = tmp_path / f"{wanted[use].sha256}.arrow"
        os.utime(path, (k, k))
    assert held(tmp_path) <= cache.limit
    kept = {path.stem for path in tmp_path.glob("*.arrow")}
    assert kept == {wanted[0].sha256, wanted[2].sha256}


def test_what_a_killed_process_left_is_removed_in_its_turn(
    tmp_path: Path, wanted: list[Wanted]
) -> None:
    left = tmp_path / f"{'0' * 64}.dead.part"
    left.write_bytes(b"x" * 5000)
    os.utime(left, (1, 1))
    FileCache(tmp_path, 6000).opened(wanted[0], read)
    assert not left.exists()
    fresh = tmp_path / f"{'1' * 64}.alive.part"
    fresh.write_bytes(b"x" * 5000)
    FileCache(tmp_path, 6000).opened(wanted[1], read)
    assert fresh.exists(), "somebody may be at it"


def test_a_file_larger_than_the_cache_is_refused(tmp_path: Path, wanted: list[Wanted]) -> None:
    with pytest.raises(VerifyError, match="has 3000 bytes, the cache holds 2999; allow it more"):
        FileCache(tmp_path, 2999).opened(wanted[0], read)


@pytest.mark.parametrize("change", [b"X", b""])
def test_a_flipped_or_missing_byte_is_an_error(tmp_path: Path, change: bytes) -> None:
    memory = fsspec.filesystem("memory")
    content = FILES["文字.arrow"]
    memory.pipe("/flipped", content[:100] + change + content[101:])
    cache = FileCache(tmp_path, 1 << 20)
    for _ in range(2):
        with pytest.raises(VerifyError, match=r"^memory:.* has .* bytes with sha256 .*copy the"):
            cache.opened(of("memory://flipped", content), read)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="memory://nothing"):
        FileCache(tmp_path, 100).opened(of("memory://nothing", b"a"), read)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, wanted: list[Wanted]) -> None:
    (tmp_path / "file").write_text("")
    cache = FileCache(tmp_path / "file" / "cache", 1 << 20)
    cache.fetch_ahead(wanted)
    with pytest.raises(EngineError, match=r"file/cache: Not a directory; name another folder"):
        cache.opened(wanted[0], read)


def test_an_error_of_the_reader_is_its_own(tmp_path: Path, wanted: list[Wanted]) -> None:
    def fails(path: Path) -> None:
        raise ValueError(path.name)

    with pytest.raises(ValueError, match="arrow"):
        FileCache(tmp_path, 1 << 20).opened(wanted[0], fails)


def test_a_file_that_others_remove_is_fetched_again(tmp_path: Path, wanted: list[Wanted]) -> None:
    tries = []

    def removed(path: Path) -> bytes:
        tries.append(path)
        if len(tries) < 3:
            path.unlink()
        return read(path)

    assert FileCache(tmp_path, 1 << 20).opened(wanted[0], removed) == FILES["aé.arrow"]

    def always(path: Path) -> bytes:
        path.unlink()
        return read(path)

    with pytest.raises(EngineError, match="others remove files before they can be opened"):
        FileCache(tmp_path, 1 << 20).opened(wanted[0], always)


def test_a_cut_connection_is_tried_again(tmp_path: Path, http: FaultyProxy) -> None:
    cut = http.inject(Fault("GET", "/3", times=2, cut=1234))
    content = FILES["文字.arrow"]
    cache = FileCache(tmp_path, 1 << 20)
    assert cache.opened(of(f"{http.url}/3", content), read) == content
    assert cut.met == 2


def test_a_server_that_stays_away_is_one_line(tmp_path: Path, http: FaultyProxy) -> None:
    http.inject(Fault("*", "/0", times=1000, status=503))
    with pytest.raises(EngineError, match=r"^http://127.0.0.1:\d+/0: "):
        FileCache(tmp_path, 1 << 20).opened(of(f"{http.url}/0", FILES["aé.arrow"]), read)


def until(condition: Any) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("nothing happened")


def test_files_are_fetched_ahead_and_no_more_than_half_of_the_room(
    tmp_path: Path, wanted: list[Wanted]
) -> None:
    cache = FileCache(tmp_path, 4 * wanted[0].size)
    missing = of("memory://nothing", b"a")
    cache.fetch_ahead([missing, *wanted[:3]])
    until(lambda: (tmp_path / f"{wanted[0].sha256}.arrow").exists())
    cache.fetch_ahead([wanted[1]])
    until(lambda: (tmp_path / f"{wanted[1].sha256}.arrow").exists())
    assert not (tmp_path / f"{wanted[2].sha256}.arrow").exists()


def _opens(folder: Path, wanted: list[Wanted], limit: int, results: Any) -> None:
    cache = FileCache(folder, limit)
    try:
        sums = [hashlib.sha256(cache.opened(each, read)).hexdigest() for each in wanted * 3]
        results.put(sums == [each.sha256 for each in wanted * 3])
    except Exception as error:
        results.put(repr(error))


@pytest.mark.parametrize("files", [4, 2])
def test_processes_share_a_folder(tmp_path: Path, http: FaultyProxy, files: int) -> None:
    """Each file is fetched once by all of them when it fits; and all is right when it does not."""
    wanted = [of(f"{http.url}/{k}", content) for k, content in enumerate(FILES.values())]
    limit = sum(each.size for each in wanted[-files:])
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    processes = [
        context.Process(target=_opens, args=(tmp_path, wanted, limit, results)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [results.get() for _ in processes] == [True] * 3
    if files == 4:
        assert http.count("GET") == 4


def test_a_forked_process_has_threads_and_locks_of_its_own(
    tmp_path: Path, wanted: list[Wanted]
) -> None:
    cache = FileCache(tmp_path, 1 << 20)
    before = cache._process()
    assert cache._process() is before
    before.process = -1  # as a child sees it
    assert cache._process() is not before
    assert cache.opened(wanted[0], read) == FILES["aé.arrow"]
