"""What input files hold, by hashes that are cheap: all of them whole, or of large ones samples.

A run reads its inputs at some megabytes a second and a core, and a hash takes a gigabyte a second.
So up to `_WHOLE` bytes in all every byte counts; above that each file gets its share of so many
bytes, at least `_LEAST`: its first block, its last one and some between them. Which ones depends
on the file's size alone, and they stand in every part of it.

A remote storage says with every file a tag or a time of change that nobody sets back, and a block
of it would be a request. Where its storage says neither, a remote file is read at both ends.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, cast

from corpus_pipeline.errors import InputError
from corpus_pipeline.storage.concurrent import map_concurrently
from corpus_pipeline.storage.inputs import InputFile
from corpus_pipeline.storage.places import is_local
from corpus_pipeline.storage.reading import AHEAD, RemoteFile, open_input

#: Bytes of all local files together that are hashed whole, or that samples of them add up to.
_WHOLE = 2**30
#: Bytes of a sample at least, and of one block of a large one.
_LEAST, _BLOCK = 1 << 14, 1 << 16
#: Blocks of a sample at least.
_FEWEST = 4
#: Bytes that are read at a time.
_READ = 1 << 20
#: Hexadecimal digits of a digest.
_DIGITS = 32
#: Files that are hashed at once; hashing and reading let go of the GIL.
_MAX_CONCURRENT_GROUPS = 8
#: Small files that one thread takes at a time.
_TOGETHER = 64


def content_digests(files: Sequence[InputFile], whole: bool = False) -> list[str]:
    """Hashes what files hold.

    Args:
        files: as they were listed, all of a run.
        whole: every byte of every file, remote ones too.

    Returns:
        Of each file hexadecimal digits; an empty string where the storage's own word is taken.

    Raises:
        InputError: a file cannot be read.
    """
    total = sum(file.size for file in files if is_local(file.path))
    waiting = iter(files)
    groups = iter(lambda: list(islice(waiting, _TOGETHER)), [])

    def digests(group: list[InputFile]) -> list[str]:
        return [_digest(file, total, whole) for file in group]

    return [
        each
        for found in map_concurrently(digests, groups, _MAX_CONCURRENT_GROUPS)
        for each in found
    ]


def _digest(file: InputFile, total: int, whole: bool) -> str:
    """Hashes one file; `total` are the bytes of all local ones."""
    if not is_local(file.path):
        return _remote_digest(file, whole)
    share = file.size if whole else max(_LEAST, _WHOLE * file.size // max(_WHOLE, total))
    with open_input(file.path) as stream:
        try:
            return _of_blocks(stream, blocks(file.size, share))
        except OSError as error:
            raise InputError(f"{file.path}: cannot be read ({error.strerror or error})") from error


def _remote_digest(file: InputFile, whole: bool) -> str:
    if file.modified and not whole:
        return ""
    chosen = [(0, file.size)] if whole else [(0, _BLOCK), (max(0, file.size - _BLOCK), _BLOCK)]
    with RemoteFile(file.path, AHEAD if whole else _BLOCK, InputError) as stream:
        return _of_blocks(cast(BinaryIO, stream), chosen)


def _of_blocks(stream: BinaryIO, chosen: Iterable[tuple[int, int]]) -> str:
    """Hashes blocks of a file, as far as they are there."""
    digest = hashlib.sha256()
    for start, length in chosen:
        stream.seek(start)
        left = length
        while left and (block := stream.read(min(left, _READ))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()[:_DIGITS]


def blocks(size: int, share: int) -> Iterator[tuple[int, int]]:
    """Chooses what of a file is hashed: its first block, its last, and some in every part between.

    Args:
        size: bytes of the file; the choice depends on nothing else.
        share: bytes to choose, about.

    Yields:
        Start and length of each block, from first to last; one for a file of `share` or less.

    >>> list(blocks(100, 100)), list(blocks(1000, 40))[::3]
    ([(0, 100)], [(0, 10), (990, 10)])
    """
    if size <= share:
        yield 0, size
        return
    count = max(_FEWEST, share // _BLOCK)
    length = max(1, share // count)
    yield 0, length
    inner, parts = size - 2 * length, count - 2
    for part in range(parts):
        first, end = length + inner * part // parts, length + inner * (part + 1) // parts
        chance = int.from_bytes(hashlib.sha256(f"{size}:{part}".encode()).digest()[:8], "little")
        yield first + chance % max(1, end - first - length + 1), length
    yield size - length, length
