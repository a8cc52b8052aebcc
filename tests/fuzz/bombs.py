"""Reads and extracts bombs in a process of bounded memory; run by `test_bombs.py`.

Prints one JSON object: for each bomb how its rows ended, and what the process grew by.
"""

import gzip
import io
import json
import os
import resource
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import damage
import pyarrow as pa
import pyarrow.parquet as pq

from corpus_pipeline.extract.documents import extract_documents
from corpus_pipeline.sources.reading import ReadOptions

MEGABYTE = 1 << 20
Reasons = dict[str | None, int]


def gz(block: bytes, times: int) -> bytes:
    """Compresses a repeated block; a gigabyte becomes one megabyte."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(block) for _ in range(times)), packer.flush()])


def zst(window_log: int, megabytes: int) -> bytes:
    """A zstd frame of one repeated byte: four bytes for each 128 KiB."""
    blocks = 8 * megabytes
    head = b"\x28\xb5\x2f\xfd" + bytes([0, (window_log - 10) << 3])
    block = (128 << 10) << 3 | 1 << 1
    return head + b"".join(
        (block | (i == blocks - 1)).to_bytes(3, "little") + b"a" for i in range(blocks)
    )


def parquet(columns: dict[str, pa.Array], **how: object) -> bytes:
    """Writes a table of one row group."""
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, **how)
    return file.getvalue()


def repeated(value: object, times: int) -> pa.Array:
    """A dictionary column that says the same in many rows, without holding it many times."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), pa.array([value]))


class Endless:
    """A file that has no line end, of which nothing exists but its length."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._at = 0

    def seek(self, position: int) -> None:
        self._at = position

    def read(self, size: int = -1) -> bytes:
        size = min(size, self._size - self._at)
        self._at += size
        return b"x" * size


def page(content: bytes, coding: str = "gzip") -> bytes:
    """A WARC record of a web page under a content coding."""
    message = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {coding}\r\n\r\n"
    block = message.encode() + content
    head = "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(block) + block + b"\r\n\r\n"


def coded(content: bytes, head: str) -> bytes:
    """A WARC record of a web page with any header of HTTP."""
    return page(content, f"identity\r\n{head}")


def small_blocks(blocks: int) -> bytes:
    """A zstd frame of stored blocks of two bytes."""
    head = b"\x28\xb5\x2f\xfd" + bytes([0, 7 << 3])
    block = (2 << 3).to_bytes(3, "little") + b"ab"
    return head + block * blocks + (2 << 3 | 1).to_bytes(3, "little") + b"\n\n"


def read(data: bytes | Endless, format: str, compression: str | None = None) -> Reasons:
    """Reads at the default bounds, keeping nothing; tells how many rows had which reason."""
    stream = io.BytesIO(data) if isinstance(data, bytes) else cast(BinaryIO, data)
    found: Counter[str | None] = Counter()
    for batch in damage.batches(stream, format, compression, ReadOptions()):
        found.update(batch["drop_reason"].to_pylist())
    return dict(found)


def extract(page: str, mime: str = "text/html") -> Reasons:
    """Extracts one page; tells the reason."""
    found = extract_documents(
        pa.array([page.encode()], pa.binary()),
        pa.array([mime]),
        pa.nulls(1, pa.string()),
        pa.nulls(1, pa.string()),
    )
    return dict(Counter(found.reasons.to_pylist()))


def bombs() -> Iterator[tuple[str, Callable[[], Reasons]]]:
    """Name and what to do."""
    zeros, empty = gz(bytes(MEGABYTE), 1000), gz(b"\n" * MEGABYTE, 1000)
    for format_ in ("jsonl", "text", "warc"):
        yield f"gz zeros {format_}", partial(read, zeros, format_, "gz")
        yield f"gz line ends {format_}", partial(read, empty, format_, "gz")
        yield f"zst {format_}", partial(read, zst(27, 1000), format_, "zst")
    yield "zst window of 2 GiB", lambda: read(zst(31, 1000), "text", "zst")
    yield "gz in gz", lambda: read(gzip.compress(zeros), "text", "gz")
    yield "a line of 10 GB", lambda: read(Endless(10**10), "jsonl")
    yield "a text of 10 GB", lambda: read(Endless(10**10), "text")
    yield "a WARC header of 10 GB", lambda: read(Endless(10**10), "warc")
    values = b'{"text": "x", "m": [' + b"{}," * 9_000_000 + b"0]}"
    yield "a line of nine million objects", lambda: read(values, "jsonl")
    named = b"".join(b'{"text": "x", "id": "%s"}\n' % (b"9" * MEGABYTE) for _ in range(400))
    yield "ids of 1 MiB", lambda: read(named, "jsonl")
    yield "HTTP gzip", lambda: read(page(gz(b"<p>" * (MEGABYTE // 3), 1000)), "warc")
    yield "HTTP gzip in gzip", lambda: read(page(gzip.compress(zeros), "gzip, gzip"), "warc")
    pages = gz(b"<p>" * (MEGABYTE // 3), 1000)
    for head in ("Transfer-Encoding: gzip", "Content-Encoding: gzip, identity"):
        yield f"HTTP, {head}", partial(read, coded(pages, head), "warc")
    second = page(gzip.compress(b"x") + pages)
    yield "HTTP, a second member", partial(read, second, "warc")
    yield "zst of small blocks", partial(read, small_blocks(3_000_000), "jsonl", "zst")
    escapes = b'{"text": "' + b"\\u4e00" * (28 * MEGABYTE // 6) + b'"}\n'
    yield "a line of escapes", partial(read, escapes, "jsonl")
    yield "an element of escapes", partial(read, b"[" + escapes + b"]", "json")
    text = repeated("x" * 9 * MEGABYTE, 3000)
    cells = parquet({"text": text}, compression="zstd", dictionary_pagesize_limit=1 << 30)
    yield "Parquet, a long word in each row", lambda: read(cells, "parquet")
    other = parquet(
        {"text": pa.array(["x"] * 100), "n": text.slice(0, 100)},
        compression="zstd", dictionary_pagesize_limit=1 << 30, store_schema=False,
    )  # fmt: skip
    yield "Parquet, the same in another column", lambda: read(other, "parquet")
    lists = parquet({"text": pa.array(["x"]), "n": pa.array([[0] * 30_000_000])})
    yield "Parquet, a list of equal values", lambda: read(lists, "parquet")
    yield "HTML, depth", lambda: extract("<div>" * 2_000_000)
    yield "HTML, an attribute of 9 MB", lambda: extract("<p title='" + "x" * 9_000_000 + "'>x")
    yield "HTML, a million entities", lambda: extract("&amp;" * 1_000_000)
    yield "HTML, comments", lambda: extract("<!--" * 2_000_000)
    yield "HTML, a table of two million cells", lambda: extract("<table>" + "<td>x" * 2_000_000)
    yield "marks that decompose", lambda: extract("\u0344" * 5_000_000, "text/plain")
    yield "letters that grow", lambda: extract("\ufb2c" * 3_300_000, "text/plain")
    columns = parquet({"text": pa.array(["x"]), **{f"c{n}": pa.array([1]) for n in range(5000)}})
    yield "Parquet, five thousand columns", lambda: read(columns, "parquet")
    yield "marks", lambda: extract("a" + "\u0301\u0327" * 2_000_000, "text/plain")


def main() -> None:
    """Runs the bombs in the memory that the command line names."""
    made = list(bombs())
    limit = int(sys.argv[1]) + int(Path("/proc/self/statm").read_text().split()[0]) * 4096
    results = {}
    for name, explode in made:
        # Each for itself: what one leaves in the allocators is not the next one's.
        receiver, sender = os.pipe()
        child = os.fork()
        if not child:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            try:
                outcome = sorted(map(str, explode()))
            except BaseException as error:
                outcome = [f"{type(error).__name__}: {error}"]
            os.write(sender, json.dumps(outcome).encode())
            os._exit(0)
        os.close(sender)
        with open(receiver, "rb") as pipe:
            answer = pipe.read()
        _, status = os.waitpid(child, 0)
        results[name] = json.loads(answer) if answer else [f"ended with {status}"]
        print(name, results[name], file=sys.stderr, flush=True)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
