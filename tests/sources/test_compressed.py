import bz2
import gzip
import io
import lzma
import random
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.sources.compressed import (
    ByteSource,
    DamagedStreamError,
    decompressed_blocks,
)

_COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress, "zst": zstandard.compress, "bz2": bz2.compress, "xz": lzma.compress,
}  # fmt: skip


def _compress(parts: list[bytes], compression: str) -> bytes:
    return b"".join(_COMPRESSORS[compression](part) for part in parts)


def _decode(data: bytes, compression: str | None, start: int = 0) -> tuple[bytes, str | None]:
    blocks = []
    try:
        for block in decompressed_blocks(io.BytesIO(data), compression, start):
            assert 0 < len(block) <= 1 << 20
            blocks.append(block)
    except DamagedStreamError as damage:
        return b"".join(blocks), damage.reason
    return b"".join(blocks), None


@pytest.mark.parametrize("compression", ["gz", "zst", "bz2", "xz"])
@given(parts=st.lists(st.binary(max_size=300), max_size=4), start=st.integers(0, 500))
def test_all_members_are_read_from_any_start(
    compression: str, parts: list[bytes], start: int
) -> None:
    whole = b"".join(parts)
    assert _decode(_compress(parts, compression), compression, start) == (whole[start:], None)
    assert _decode(whole, None, start) == (whole[start:], None)


@pytest.mark.parametrize("compression", ["gz", "zst"])
def test_everything_before_a_cut_is_delivered(compression: str) -> None:
    content = random.Random(1).randbytes(400) + b"a" * 400 + "你好".encode() * 100
    data = _compress([content, content], compression)
    border = len(_compress([content], compression))
    longest = -1
    for cut in range(len(data)):
        got, reason = _decode(data[:cut], compression)
        assert (content + content).startswith(got)
        assert (reason is None) == (cut in (0, border))
        assert len(got) >= longest
        longest = len(got)
        if cut > border:
            assert len(got) >= len(content)
    if compression == "gz":
        assert longest == 2 * len(content)  # Only the checksum is cut off.


def test_what_zlib_decoded_before_a_broken_byte_is_delivered() -> None:
    content = random.Random(2).randbytes(50_000)
    encoder = zlib.compressobj(wbits=31)
    data = encoder.compress(content) + encoder.flush(zlib.Z_FULL_FLUSH)
    assert _decode(data + b"\xff" * 50_000, "gz") == (content, "read-truncated")


def test_nothing_stays_inside_zlib_at_a_cut() -> None:
    data = gzip.compress(bytes(5 << 18))
    for cut in range(1000, len(data), 2):
        whole = zlib.decompressobj(wbits=31).decompress(data[:cut])
        got, reason = _decode(data[:cut], "gz")
        assert (len(got), reason) == (len(whole), "read-truncated")


def test_large_zstd_frames_of_all_block_kinds() -> None:
    random_bytes = random.Random(3).randbytes(300_000)
    content = random_bytes + bytes(3_000_000) + b"abc" * 200_000
    for checksum in (False, True):
        compressor = zstandard.ZstdCompressor(write_checksum=checksum, write_content_size=checksum)
        data = compressor.compress(content)
        assert _decode(data, "zst") == (content, None)
        assert _decode(data[:-1], "zst")[1] == "read-truncated"
        if checksum:
            data = data[:-1] + bytes([data[-1] ^ 1])
            assert _decode(data, "zst") == (content, "read-truncated")


def test_skippable_frames_are_skipped() -> None:
    frame = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"12345"
    assert _decode(frame + zstandard.compress(b"a") + frame, "zst") == (b"a", None)
    assert _decode(frame[:-1], "zst") == (b"", "read-truncated")


@pytest.mark.parametrize("compression", ["gz", "zst", "bz2", "xz"])
@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        (bytes(1), None),
        (bytes(3_000_000), None),
        (b"garbage", "read-trailing-garbage"),
        (bytes(9) + b"garbage", "read-trailing-garbage"),
        (b"\n", "read-trailing-garbage"),
    ],
)
def test_what_follows_the_last_member(compression: str, tail: bytes, reason: str | None) -> None:
    data = _compress([b"content"], compression)
    assert _decode(data + tail, compression) == (b"content", reason)


@pytest.mark.parametrize("compression", ["gz", "zst"])
@pytest.mark.parametrize("data", [b"{}", b'{"text": "not compressed"}', b"\x1f", b"\x28"])
def test_other_content_is_damage(compression: str, data: bytes) -> None:
    assert _decode(data, compression) == (b"", "read-truncated")


def test_byte_source_over_a_stream_of_short_reads() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(3, size or 0))

    source = ByteSource(Slow(bytes(range(50))))
    assert source.take(10) == bytes(range(10))
    source.step_back(4)
    assert (source.position, source.take(9)) == (6, bytes(range(6, 15)))
    source.seek(45)
    assert (source.take(9), source.position) == (bytes(range(45, 50)), 50)


@pytest.mark.parametrize("compression", ["bz2", "xz"])
def test_streams_of_the_standard_library_are_cut_and_damaged(compression: str) -> None:
    content = random.Random(4).randbytes(300) * 20 + "你好".encode() * 100
    data = _compress([content, content], compression)
    border = len(_compress([content], compression))
    for cut in range(0, len(data), 7):
        got, reason = _decode(data[:cut], compression)
        assert (content + content).startswith(got)
        assert (reason is None) == (cut in (0, border))
        assert cut < border or len(got) >= len(content)
    flipped = bytes([*data[: border + 40], *(byte ^ 255 for byte in data[border + 40 :])])
    got, reason = _decode(flipped, compression)
    assert got.startswith(content)
    assert reason == "read-truncated"


def test_lzma_files_of_old() -> None:
    content = "你好".encode() * 50_000
    data = lzma.compress(content, format=lzma.FORMAT_ALONE)
    assert _decode(data, "lzma", start=6) == (content[6:], None)
    assert _decode(data + bytes(9), "lzma") == (content, None)
    assert _decode(data + b"rest", "lzma") == (content, "read-trailing-garbage")
    assert _decode(data[:-5], "lzma")[1] == "read-truncated"


@pytest.mark.parametrize("compression", ["bz2", "xz"])
def test_a_stream_is_held_in_small_blocks(compression: str) -> None:
    """16 MiB of zeros are a few kilobytes; `_decode` checks that no block is large."""
    data = _compress([bytes(16 << 20)], compression)
    blocks = list(decompressed_blocks(io.BytesIO(data), compression))
    assert sum(map(len, blocks)) == 16 << 20
    assert max(map(len, blocks)) <= 1 << 16


def _stored(parts: list[bytes]) -> bytes:
    """A zstd frame whose blocks are stored as they are."""
    head = b"\x28\xb5\x2f\xfd" + bytes([0, 7 << 3])
    return head + b"".join(
        (len(part) << 3 | (number == len(parts) - 1)).to_bytes(3, "little") + part
        for number, part in enumerate(parts)
    )


_TINY = [b"%d\n" % n for n in range(20_000)]


@pytest.mark.parametrize(
    ("compression", "data"),
    [
        ("zst", _stored(_TINY)),
        ("zst", b"".join(map(zstandard.compress, _TINY[:3000]))),
        ("gz", b"".join(gzip.compress(part, 1) for part in _TINY[:3000])),
        ("bz2", b"".join(map(bz2.compress, _TINY[:300]))),
    ],
    ids=["stored blocks", "frames", "members", "streams"],
)
def test_small_blocks_are_put_together(compression: str, data: bytes) -> None:
    """As many objects would take fifty times the memory of what they hold."""
    blocks = list(decompressed_blocks(io.BytesIO(data), compression))
    whole = b"".join(_TINY)
    assert whole.startswith(b"".join(blocks))
    assert len(blocks) <= 2 + len(whole) // (1 << 15)


@pytest.mark.parametrize("cut", [0, 1, 4, 40_000, 80_001])
def test_of_small_blocks_all_before_a_cut_is_delivered(cut: int) -> None:
    whole = _stored(_TINY)
    found, reason = _decode(whole[: len(whole) - cut], "zst")
    assert b"".join(_TINY).startswith(found)
    assert len(b"".join(_TINY)) - len(found) <= cut + len(_TINY[-1])
    assert reason == ("read-truncated" if cut else None)


def test_stored_blocks_beside_others() -> None:
    rng = random.Random(3)
    parts = [rng.randbytes(rng.choice((1, 9, 70_000, 131_072))) for _ in range(40)]
    repeated = (5 << 3 | 1 << 1).to_bytes(3, "little") + b"r"
    whole = _stored([*parts[:20], b""])[:-3]
    whole += repeated + _stored(parts[20:])[6:]
    found, reason = _decode(whole, "zst")
    assert found == b"".join(parts[:20]) + b"rrrrr" + b"".join(parts[20:])
    assert reason is None
