"""Finding records takes work in proportion to the file, whatever stands in it.

Work is counted in bytes that are read or searched, so that a busy machine changes nothing.
"""

import gzip
import io
import re
import sys

import pytest

from corpus_pipeline.sources import warc_framing
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.warc_framing import frames

MAX_CONTENT = 1 << 20


class CountingStream(io.BytesIO):
    """A file that counts the bytes that are read from it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


class CountingPattern:
    """A pattern that counts the bytes that it may have to look at."""

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        self.pattern = pattern
        self.searched = 0

    def search(self, data: bytes, start: int, stop: int = sys.maxsize) -> re.Match[bytes] | None:
        stop = min(stop, len(data))
        found = self.pattern.search(data, start, stop)
        self.searched += (stop if found is None else found.end()) - start
        return found

    def match(self, data: bytes, start: int) -> re.Match[bytes] | None:
        return self.pattern.match(data, start)


@pytest.mark.parametrize(
    "unit",
    [b"\nWARC/1x", b"\nWARC/1.0\r\n", b"\nWARC/1.0\nContent-Length: 9\n\n\nx", b"WARC/", b"\r\n"],
)
def test_headers_are_searched_once(unit: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    pattern = CountingPattern(warc_framing._HEADER_END)
    monkeypatch.setattr(warc_framing, "_HEADER_END", pattern)
    for size in (1 << 15, 1 << 18):
        pattern.searched = 0
        data = unit * (size // len(unit))
        piece = Piece("a.warc", "warc", None, 0, None)
        found = list(frames(io.BytesIO(data), piece, MAX_CONTENT))
        assert pattern.searched < 4 * size + (1 << 18)
        assert {frame.problem for frame in found} <= {"read-broken-record", "read-truncated"}
        if unit in (b"\nWARC/1x", b"WARC/"):
            assert len(found) <= 1, "what has no end of a header is one damage"


MEMBER = gzip.compress(b"WARC/1.0\r\n", mtime=0)


@pytest.mark.parametrize(
    ("unit", "times"),
    [
        # A name that does not end: each magic number is looked behind for one bounded read.
        (b"\x1f\x8b\x08\x08", 2_000),
        # Members that begin like a record and are damaged behind that.
        (MEMBER[:-6], 300),
        (MEMBER[:-8] + b"damage!!", 300),
        (gzip.compress(b"other", mtime=0), 300),
    ],
)
def test_members_are_searched_with_bounded_reads(unit: bytes, times: int) -> None:
    for number in (times, 4 * times):
        stream = CountingStream(b"x" + unit * number)
        piece = Piece("a.warc.gz", "warc", "gz", 1, None)
        list(frames(stream, piece, MAX_CONTENT))
        assert stream.taken < number * (6 << 12) + (4 << 20)


def test_a_long_name_is_read_over() -> None:
    """A member may say what its file was called."""
    body = b"WARC/1.0\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n"
    named = io.BytesIO()
    with gzip.GzipFile(filename="n" * 2000, fileobj=named, mode="wb", mtime=0) as file:
        file.write(body)
    data = b"garbage" + named.getvalue()
    piece = Piece("a.warc.gz", "warc", "gz", 3, None)
    [frame] = frames(io.BytesIO(data), piece, MAX_CONTENT)
    assert (frame.offset, frame.content, frame.problem) == (7, b"hi", None)
