"""The files in an archive, or the file itself where it is none.

    .tar, .tar.gz, .tar.zst, …   its members as they stream by
    .zip                         its members by its directory
    anything else                one file

What an archive is says its content and not its name. Names that start with a dot are passed over in
archives as they are in folders.
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

from corpus_pipeline.sources.compressed import DamagedStreamError, decompressed_blocks
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.records import Count
from corpus_pipeline.sources.tar_members import is_tar, tar_members

_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
#: Bytes that show what a file is.
_HEAD_BYTES = 512
#: The flag of an encrypted member.
_ENCRYPTED = 0x1
#: What Finder leaves in zip files.
_LEFT_BEHIND = "__MACOSX"


class Entry(NamedTuple):
    """A file in an archive, or the only one."""

    record: int
    """Where its header stands in the archive (of a tar file: decompressed); 0 of a file itself."""
    path: str
    """In the archive; of a file itself its own path."""
    content: bytes
    """Its bytes; of one with a problem what is there of them."""
    problem: str | None
    """None or one of `READ_REASONS`."""
    in_archive: bool


def entries(stream: BinaryIO, piece: Piece, limit: int, count: Count) -> Iterator[Entry]:
    """Yields the files of an archive in its order, or the file itself.

    Args:
        stream: the archive, seekable.
        piece: the whole of it.
        limit: bytes of one file; a longer one is `read-too-large`.
        count: told of `skipped-link`, `skipped-hidden` and `skipped-special`.

    >>> import io
    >>> [found] = entries(io.BytesIO(b"text"), Piece("a.py", "files", None, 0, None), 9, print)
    >>> found.path, found.content, found.in_archive
    ('a.py', b'text', False)
    """
    stream.seek(0)
    if piece.compression is None and stream.read(4) in _ZIP_MAGICS:
        yield from _zip_entries(stream, limit, count)
        return
    blocks = decompressed_blocks(stream, piece.compression)
    head, damage = b"", None
    try:
        while len(head) < _HEAD_BYTES and (block := next(blocks, b"")):
            head += block
    except DamagedStreamError as error:
        damage = error
    if not is_tar(head):
        yield _only(head, blocks, damage, piece.path, limit)
        return
    for member in tar_members(_behind(head, damage, blocks), limit):
        if member.kind in ("link", "special"):
            count(f"skipped-{member.kind}", 1)
        elif member.kind != "file":
            continue
        elif member.problem is None and _is_hidden(member.name):
            count("skipped-hidden", 1)
        else:
            yield Entry(member.offset, member.name, member.content or b"", member.problem, True)


def _behind(
    head: bytes, damage: DamagedStreamError | None, blocks: Iterator[bytes]
) -> Iterator[bytes]:
    yield head
    if damage is not None:
        raise damage
    yield from blocks


def _only(
    head: bytes,
    blocks: Iterator[bytes],
    damage: DamagedStreamError | None,
    path: str,
    limit: int,
) -> Entry:
    """Reads a file that is no archive."""
    parts, size = [head], len(head)
    problem = None
    try:
        for block in _behind(b"", damage, blocks):
            parts.append(block)
            size += len(block)
            if size > limit:
                break
    except DamagedStreamError as error:
        problem = error.reason
    if problem is None and size > limit:
        problem = "read-too-large"
    return Entry(0, path, b"".join(parts), problem, False)


def _zip_entries(stream: BinaryIO, limit: int, count: Count) -> Iterator[Entry]:
    """Yields the files of a zip archive."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError):
        yield Entry(0, "", b"", "read-broken-file", True)
        return
    with archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            if (info.external_attr >> 16) & 0o170000 == 0o120000:
                count("skipped-link", 1)
            elif _is_hidden(info.filename):
                count("skipped-hidden", 1)
            else:
                content, problem = _zip_content(archive, info, limit)
                yield Entry(info.header_offset, info.filename, content, problem, True)


def _zip_content(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int
) -> tuple[bytes, str | None]:
    if info.flag_bits & _ENCRYPTED:
        return b"", "read-encrypted"
    try:
        with archive.open(info) as member:
            # What the directory says of the size may be a lie.
            content = member.read(limit + 1)
    except NotImplementedError:
        return b"", "read-unknown-coding"
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OverflowError):
        return b"", "read-broken-record"
    return content, "read-too-large" if len(content) > limit else None


def _is_hidden(name: str) -> bool:
    """Says whether a file, or a folder that it is in, is passed over.

    >>> [_is_hidden(name) for name in ("./a/b.py", "a/.git/x", "../a", "__MACOSX/a")]
    [False, True, False, True]
    """
    parts = PurePosixPath(name).parts
    return parts[:1] == (_LEFT_BEHIND,) or any(
        part.startswith(".") and part not in (".", "..") for part in parts
    )
