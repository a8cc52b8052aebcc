"""Single files on S3: what a server does to us, and what we make of it."""

import gzip
import http.client
import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import corpora
import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from storage.faulty_proxy import Fault, FaultyProxy

from corpus_pipeline import storage
from corpus_pipeline.errors import CorpusError, EngineError, InputError, ResumeError
from corpus_pipeline.sources.pieces import Piece, cut_file, detect_format
from corpus_pipeline.sources.reading import ReadOptions, read_piece

pytestmark = pytest.mark.cluster

FOLDER = "s3://corpus/data"
#: Bytes that are no repetition: a wrong range shows.
CONTENT = b"".join(n.to_bytes(4, "big") for n in range(60_000))


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries as often as ever, but does not wait in between."""
    monkeypatch.setattr(storage.retries, "WAITS", (0.01, 0.01, 0.01, 0.01))


@pytest.fixture
def file(proxy: FaultyProxy) -> str:
    """A file on S3."""
    path = f"{FOLDER}/a.bin"
    storage.write_bytes(storage.place(path), CONTENT)
    proxy.requests.clear()
    return path


PASSING = [
    Fault("GET", "a.bin", times=3, status=503),
    Fault("GET", "a.bin", times=3, status=500, body=b""),
    Fault("GET", "a.bin", times=3, status=429, body=b""),
    Fault("GET", "a.bin", times=3, cut=1000),
    Fault("GET", "a.bin", times=2, lost=True),
    Fault("HEAD", "a.bin", times=3, status=503, body=b""),
    Fault("*", "a.bin", times=2, delay=0.2),
]


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_what_passes_is_not_seen_by_a_reader(proxy: FaultyProxy, file: str, fault: Fault) -> None:
    fault.met = 0
    proxy.inject(fault)
    with storage.open_input(file) as stream:
        assert stream.read(10) == CONTENT[:10]
        assert stream.seek(-8, os.SEEK_END) == len(CONTENT) - 8
        assert stream.read() == CONTENT[-8:]
        assert stream.seek(100) == 100
        assert stream.read(200_000) == CONTENT[100:200_100]
        assert stream.tell() == 200_100
        assert stream.read() == CONTENT[200_100:]
        assert stream.read(1) == b""
    assert fault.met == fault.times


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("GET", "a.bin", times=999, status=503), "Please reduce your request rate."),
        (Fault("GET", "a.bin", times=999, cut=1000), "the storage cannot be reached or broke off"),
        (Fault("HEAD", "a.bin", times=999, status=500, body=b""), "Internal Server Error"),
    ],
    ids=["slow", "cut", "broken"],
)
def test_a_server_that_stays_away_is_one_line(
    proxy: FaultyProxy, file: str, fault: Fault, reason: str
) -> None:
    fault.met = 0
    proxy.inject(fault)
    with storage.open_input(file) as stream, pytest.raises(InputError) as caught:
        stream.read()
    line = str(caught.value)
    assert line.startswith(f"{file}: {reason}")
    assert line.endswith(" s, this may pass: run again to resume")
    assert fault.met >= 5
    proxy.clear()
    with storage.open_input(file) as stream:
        assert stream.read() == CONTENT


@pytest.mark.parametrize("status", [403, 404])
def test_what_does_not_pass_is_not_tried_again(proxy: FaultyProxy, file: str, status: int) -> None:
    fault = proxy.inject(Fault("HEAD", "a.bin", times=9, status=status, body=b""))
    proxy.inject(Fault("GET", "prefix=data%2Fa.bin", times=9, status=status, body=b""))
    with storage.open_input(file) as stream, pytest.raises(InputError) as caught:
        stream.read()
    assert fault.met == 1
    assert str(caught.value).startswith(f"{file}: ")
    assert "access denied" in str(caught.value) or "No such file" in str(caught.value)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", "b.bin", times=3, status=503),
        Fault("PUT", "b.bin", times=3, status=500, body=b""),
        Fault("PUT", "b.bin", times=2, lost=True),
        Fault("HEAD", "b.bin", times=2, status=503, body=b""),
    ],
    ids=str,
)
def test_what_passes_is_not_seen_by_a_writer(proxy: FaultyProxy, fault: Fault) -> None:
    fault.met = 0
    proxy.inject(fault)
    target = storage.place(f"{FOLDER}/b.bin")
    written = storage.write_bytes(target, CONTENT)
    assert fault.met == fault.times
    assert storage.file_digest(target) == written
    assert storage.names(storage.place(FOLDER)) == ["b.bin"]


def test_nothing_appears_before_the_commit(proxy: FaultyProxy) -> None:
    target = storage.place(f"{FOLDER}/b.bin")
    file = storage.AtomicFile(target)
    file.sink.write(CONTENT)
    assert not storage.exists(target)
    file.abandon()
    assert not storage.exists(target)

    def fail() -> None:
        with storage.writing(target) as again:
            again.sink.write(CONTENT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert proxy.count("PUT") == 0


def test_a_large_file_comes_in_parts_and_appears_at_once(
    proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.files, "_PART", 5 * 2**20)
    content = os.urandom(12 * 2**20)
    target = storage.place(f"{FOLDER}/large.bin")
    proxy.inject(Fault("PUT", "partNumber=2", times=1, status=500, body=b""))
    written = storage.write_bytes(target, content)
    assert storage.file_digest(target) == written
    assert proxy.count("PUT", "partNumber=3") >= 1
    other = storage.place(f"{FOLDER}/never.bin")
    proxy.inject(Fault("PUT", "partNumber=2", times=999, status=500, body=b""))
    with pytest.raises(EngineError, match=r"never\.bin: Internal Server Error; tried for"):
        storage.write_bytes(other, content)
    assert storage.names(storage.place(FOLDER)) == ["large.bin"]


def test_a_short_upload_is_noticed(proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    target = storage.place(f"{FOLDER}/b.bin")
    put = storage.files._put
    tries = []

    def short(file_system: object, path: str, file: io.BytesIO, size: int) -> None:
        tries.append(path)
        put(file_system, path, io.BytesIO(b"half") if len(tries) == 1 else file, size)

    monkeypatch.setattr(storage.files, "_put", short)
    written = storage.write_bytes(target, CONTENT)
    assert (len(tries), storage.file_digest(target)) == (2, written)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("in/a.jsonl", ["a.jsonl"]),
        ("in/*.jsonl", ["a.jsonl", "b.jsonl", "文 c.jsonl"]),
        ("in/**/*.jsonl", ["a.jsonl", "b.jsonl", "sub/d.jsonl", "文 c.jsonl"]),
        ("in", ["a.jsonl", "b.jsonl", "sub/d.jsonl", "sub/e.txt", "文 c.jsonl"]),
        ("in/", ["a.jsonl", "b.jsonl", "sub/d.jsonl", "sub/e.txt", "文 c.jsonl"]),
        ("in/[ab].jsonl", ["a.jsonl", "b.jsonl"]),
        ("in/su?/e.txt", ["sub/e.txt"]),
        ("in/nothing*", []),
        ("nowhere", []),
    ],
)
def test_inputs_are_listed(proxy: FaultyProxy, pattern: str, found: list[str]) -> None:
    for name in ("a.jsonl", "b.jsonl", "sub/d.jsonl", "sub/e.txt", ".hidden", "文 c.jsonl"):
        storage.write_bytes(storage.place(f"s3://corpus/in/{name}"), name.encode())
    storage.write_bytes(storage.place("s3://corpus/in/out/part.jsonl"), b"of an output")
    proxy.clear()
    proxy.inject(Fault("GET", "list-type=2", times=2, status=503))
    if not found:
        with pytest.raises(InputError, match="no input file matches 's3://corpus/"):
            storage.list_inputs(f"s3://corpus/{pattern}", "s3://corpus/in/out")
        return
    listed = storage.list_inputs(f"s3://corpus/{pattern}", "s3://corpus/in/out")
    assert [file.path for file in listed] == [f"s3://corpus/in/{name}" for name in found]
    assert [file.size for file in listed] == [len(name.encode()) for name in found]
    assert all(file.modified for file in listed)
    assert len(proxy.requests) < 12, "requests do not grow with the files"


@pytest.mark.parametrize(
    "name", ["english.jsonl.zst", "articles/english.jsonl", "books.parquet",
             "crawl/pages.warc.gz", "crawl/texts.warc.wet"],
)  # fmt: skip
def test_readers_read_what_they_read_locally(
    proxy: FaultyProxy, inputs: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pieces, through a server that cuts every other answer and is slow in between."""
    local = inputs / name
    if name.endswith(".zst"):
        local = tmp_path / name
        plain = (inputs / "articles" / "english.jsonl").read_bytes()
        local.write_bytes(zstandard.compress(plain))
    url = f"s3://corpus/in/{local.name}"
    storage.write_bytes(storage.place(url), local.read_bytes())
    monkeypatch.setattr(storage.reading, "AHEAD", 2000)
    proxy.inject(Fault("GET", local.name, times=3, cut=50))
    proxy.inject(Fault("GET", local.name, times=3, status=503))
    options = ReadOptions(text_field="body" if "books" in name else "text")
    format_, compression = detect_format(url, storage.read_head(url, 1 << 16))

    def read(path: str) -> list[pa.RecordBatch]:
        with storage.open_input(path) as stream:
            size = local.stat().st_size
            pieces = cut_file("x", stream, size, format_, compression, 3000)
            return [
                batch
                for piece in pieces
                for batch in read_piece(stream, piece, options, lambda name, times: None)
            ]

    assert pa.Table.from_batches(read(url)).equals(pa.Table.from_batches(read(str(local))))


def test_a_server_that_stays_away_is_no_damage_of_a_parquet_file(proxy: FaultyProxy) -> None:
    """Readers list what is damaged and go on; what is only away must end the run instead."""
    sink = io.BytesIO()
    rows = pa.table({"text": [os.urandom(500).hex() for _ in range(500)]})
    pq.write_table(rows, sink, row_group_size=100)
    url = f"{FOLDER}/a.parquet"
    storage.write_bytes(storage.place(url), sink.getvalue())
    proxy.inject(Fault("GET", "a.parquet", times=1))
    proxy.inject(Fault("GET", "a.parquet", times=999, status=500, body=b""))
    piece = Piece(url, "parquet", None, 0, None)
    with storage.open_input(url) as stream, pytest.raises(InputError, match="this may pass"):
        list(read_piece(stream, piece, ReadOptions(), lambda name, times: None))


def test_one_record_batch_is_read_without_the_others(proxy: FaultyProxy) -> None:
    where = storage.place(f"{FOLDER}/a.arrow")
    batch = pa.record_batch({"a": pa.array(range(2**17))})
    with storage.writing(where) as file:
        with pa.ipc.new_file(file.sink, batch.schema) as writer:
            for _ in range(20):
                writer.write_batch(batch)
        size = file.commit().bytes
    proxy.requests.clear()
    with storage.open_arrow(where) as arrow:
        assert arrow.get_batch(7).equals(batch)
    ranges = [part.removeprefix("bytes=").split("-") for _, _, part in proxy.requests if part]
    assert sum(int(end) + 1 - int(start) for start, end in ranges) < size / 4
    assert len(proxy.requests) < 6


def test_what_another_process_has_written_is_seen_at_once(proxy: FaultyProxy, file: str) -> None:
    folder = storage.place(FOLDER)
    assert storage.names(folder) == ["a.bin"]
    assert not storage.exists(folder / "other.bin")
    connection = http.client.HTTPConnection(proxy.url.removeprefix("http://"))
    connection.request("PUT", "/corpus/data/other.bin", b"of another process")
    assert connection.getresponse().status == 200
    connection.close()
    assert storage.exists(folder / "other.bin")
    assert storage.sizes(folder) == {"a.bin": len(CONTENT), "other.bin": 18}
    assert [each.path for each in storage.list_inputs(FOLDER)] == [file, f"{FOLDER}/other.bin"]


def note(owner: str, counter: int) -> bytes:
    return json.dumps({"owner": owner, "host": "h", "pid": 7, "counter": counter}).encode()


def test_a_lease_that_stands_still_is_taken_over(
    proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.lease, "WATCH", 0.5)
    monkeypatch.setattr(storage.lease, "SETTLE", 0.1)
    root = storage.place("s3://corpus/run")
    storage.write_bytes(root / ".lock", note("gone", 4))
    start = time.monotonic()
    with storage.held(root, ".lock") as lease:
        assert time.monotonic() - start > 0.4
        lease.still_ours()
        storage.write_bytes(root / ".lock", note("other", 1))
        with pytest.raises(ResumeError, match="taken over by process 7 on h"):
            lease.still_ours()
        # What is lost once stays lost, whatever stands there afterwards.
        storage.remove(root / ".lock")
        with pytest.raises(ResumeError, match="taken over by process 7 on h"):
            lease.check()


def test_of_two_leases_one_survives_a_late_refresh(
    proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refresh on its way is overtaken by a second run, and then arrives."""
    for name, seconds in (("REFRESH", 0.2), ("WATCH", 2.0), ("SETTLE", 0.1)):
        monkeypatch.setattr(storage.lease, name, seconds)
    root = storage.place("s3://corpus/run")

    def lost(lease: storage.Lease) -> bool:
        try:
            lease.check()
        except ResumeError:
            return True
        return False

    with storage.held(root, ".lock") as slow:
        late = proxy.inject(Fault("PUT", ".lock", delay=4.0))
        deadline = time.monotonic() + 10
        while not late.met:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with storage.held(root, ".lock") as quick:
            assert not lost(quick)
            deadline = time.monotonic() + 20
            while lost(slow) == lost(quick):
                assert time.monotonic() < deadline, "both believe that the folder is theirs"
                time.sleep(0.05)
            time.sleep(0.5)
            assert lost(slow) != lost(quick)


def test_a_lease_that_is_removed_is_lost(proxy: FaultyProxy) -> None:
    root = storage.place("s3://corpus/run")
    with storage.held(root, ".lock") as lease:
        storage.remove(root / ".lock")
        with pytest.raises(ResumeError, match="lease of this run was removed"):
            lease.still_ours()


def test_a_lease_counts_and_is_given_back(
    proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.lease, "REFRESH", 0.05)
    root = storage.place("s3://corpus/run")
    proxy.inject(Fault("PUT", ".lock", times=1, lost=True))
    with storage.held(root, ".lock"):
        seen: set[bytes] = set()
        deadline = time.monotonic() + 30
        while len(seen) < 3 and time.monotonic() < deadline:
            seen.add(storage.read_bytes(root / ".lock"))
        assert len(seen) == 3
        with pytest.raises(ResumeError, match="another run"), storage.held(root, ".lock"):
            pass
    assert storage.names(root) == []


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda: storage.list_inputs("s3://corpus/x*"), InputError),
        (lambda: storage.open_input("s3://corpus/x").read(), InputError),
        (lambda: storage.write_bytes(storage.place("s3://corpus/x"), b""), EngineError),
        (lambda: storage.exists(storage.place("s3://corpus/x")), EngineError),
    ],
    ids=["list", "read", "write", "exists"],
)
@pytest.mark.parametrize("there", [True, False], ids=["denied", "none"])
def test_wrong_credentials_are_one_line_without_them(
    proxy: FaultyProxy,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[], object],
    kind: type[CorpusError],
    there: bool,
) -> None:
    options = {"endpoint_url": proxy.url, "key": "AKIAX", "secret": "hunter2"}
    if there:
        storage.configure({"s3": options})
        denied = b"<Error><Code>InvalidAccessKeyId</Code><Message>AKIAX: no</Message></Error>"
        proxy.inject(Fault("*", "/", times=99, status=403, body=denied))
    else:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("HOME", "/nonexistent")
        fsspec.get_filesystem_class("s3").clear_instance_cache()
    with pytest.raises(kind) as caught:
        act()
    proxy.clear()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    told = str(caught.value)
    assert told.startswith("s3://corpus/x")
    assert ("access denied" if there else "no credentials") in told
    assert "hunter2" not in told
    assert "AKIAX" not in told
    assert "\n" not in told


def test_a_compressed_file_is_not_decoded_on_its_way(proxy: FaultyProxy) -> None:
    data = gzip.compress(corpora.json_line(corpora.CHINESE["plain"]).encode())
    storage.write_bytes(storage.place(f"{FOLDER}/a.jsonl.gz"), data)
    assert storage.read_head(f"{FOLDER}/a.jsonl.gz", 1 << 16) == data
