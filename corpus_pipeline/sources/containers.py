"""What the first bytes of a file say it is: a compression that is read, or a container that is not.

A name may lie: mirrors recompress files, downloads are unpacked on their way, and whoever renames a
file changes nothing in it. So the first bytes are asked first, and the name only for what has no
magic number.
"""

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

from corpus_pipeline.sources.compressed import GZIP_MAGIC, ZSTD_MAGIC

#: Suffix of a compression that is read -> how it is named in the plan.
COMPRESSIONS = {
    ".gz": "gz", ".gzip": "gz", ".zst": "zst", ".zstd": "zst", ".bz2": "bz2", ".bzip2": "bz2",
    ".xz": "xz", ".lzma": "lzma",
}  # fmt: skip

_BZIP2_HEAD = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")
#: A file of `xz --format=lzma` has no magic number: lc/lp/pb as always, a dictionary whose size is
#: a power of two or the sum of two neighbours, a length that is unknown or below 2**40.
_LZMA_HEAD = re.compile(
    rb"\x5d\0\0(?:[\x01\x02\x04\x08\x10\x20\x40\x80\x03\x06\x0c\x18\x30\x60\xc0]\0"
    rb"|\0[\x01\x02\x04\x08\x10\x20\x40\x80\x03\x06\x0c\x18\x30\x60\xc0])(?:\xff{8}|.{5}\0{3})",
    re.DOTALL,
)
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18(.{4})", re.DOTALL)
_LZ4_MAGICS = (b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18")

_UNPACK = "unpack it"
_UNPACK_FILES = "unpack it, or read each file in it as a document (`format: files`)"
_RECOMPRESS = "recompress it with zstd (`{tool} | zstd`)"
_CONVERT = "convert it to JSONL or Parquet"
_TEXT = "convert it to text"


class Container(NamedTuple):
    """Something that hides records from every reader."""

    what: str
    """With its article, for a sentence that begins with `is`."""
    remedy: str


def _at(offset: int, *magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics, offset)


def _avro(head: bytes) -> bool:
    return head.startswith(b"Obj\x01")


def _arrow_stream(head: bytes) -> bool:
    """A continuation mark, a length below 1 MiB, and the offset of a flatbuffer's root table."""
    return head.startswith(b"\xff\xff\xff\xff") and head[7:8] == b"\0" and head[9:12] == b"\0\0\0"


def _pickle(head: bytes) -> bool:
    return re.match(rb"\x80[\x02-\x05][\x95\]}(cK\x8c]", head) is not None


def _recompress(tool: str) -> str:
    return _RECOMPRESS.format(tool=tool)


#: The first that fits counts. Magic numbers are those of the formats' own specifications; many are
#: letters, so whatever is text is none of these.
_BINARY: tuple[tuple[Callable[[bytes], bool], Container], ...] = (
    (lambda head: head.startswith(b"PK\x03\x04") and b"mimetypeapplication/epub" in head[:100],
     Container("an EPUB book", _TEXT)),
    (lambda head: head.startswith(b"PK\x03\x04") and b"mimetypeapplication/vnd.oasis" in head[:120],
     Container("an OpenDocument file", _TEXT)),
    (lambda head: head.startswith(b"PK\x03\x04")
        and re.search(rb"\[Content_Types\]\.xml|(?:word|xl|ppt)/", head[:4096]) is not None,
     Container("a Word, Excel or PowerPoint file", _TEXT)),
    (_at(0, b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"),
     Container("a zip archive", _UNPACK_FILES)),
    (_at(0, b"7z\xbc\xaf\x27\x1c"), Container("a 7z archive", _UNPACK)),
    (_at(0, b"Rar!\x1a\x07"), Container("a rar archive", _UNPACK)),
    (_at(0, b"MSCF\0\0\0\0"), Container("a cabinet archive", _UNPACK)),
    (_at(0, *_LZ4_MAGICS), Container("lz4, which is not read", _recompress("lz4 -dc"))),
    (_at(0, b"\xff\x06\0\0sNaPpY"),
     Container("snappy, which is not read", _recompress("snzip -dc"))),
    (_at(0, b"\x1f\x9d", b"\x1f\xa0"),
     Container("compress (.Z), which is not read", _recompress("gzip -dc"))),
    (_at(0, b"LZIP"), Container("lzip, which is not read", _recompress("lzip -dc"))),
    (_at(0, b"\x89LZO\0\r\n\x1a\n"), Container("lzop, which is not read", _recompress("lzop -dc"))),
    (_at(0, b"PARE"), Container("an encrypted Parquet file", "decrypt it")),
    (_at(0, b"ARROW1"), Container("an Arrow (Feather) file", "write it as Parquet")),
    (_at(0, b"FEA1"), Container("a Feather file", "write it as Parquet")),
    (_arrow_stream, Container("an Arrow stream", "write it as Parquet")),
    (_at(0, b"ORC"), Container("an ORC file", "write it as Parquet")),
    (_avro, Container("an Avro file", _CONVERT)),
    (_at(0, b"SQLite format 3\0"), Container("an SQLite database", _CONVERT)),
    (_at(0, b"\x89HDF\r\n\x1a\n"), Container("an HDF5 file", _CONVERT)),
    (_at(0, b"\x93NUMPY"), Container("a NumPy file", _CONVERT)),
    (_pickle, Container("a Python pickle", _CONVERT)),
    (_at(0, b"SEQ\x04", b"SEQ\x06"), Container("a Hadoop sequence file", _CONVERT)),
    (_at(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
     Container("an old Word, Excel or PowerPoint file", _TEXT)),
    (_at(0, b"AT&TFORM"), Container("a DjVu file", _TEXT)),
    (_at(60, b"BOOKMOBI"), Container("a Mobipocket book", _TEXT)),
    (_at(0, b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*"),
     Container("an image", "leave it out")),
    (_at(0, b"RIFF", b"OggS", b"fLaC", b"ID3", b"\x1a\x45\xdf\xa3"),
     Container("sound, a picture or a film", "leave it out")),
    (_at(4, b"ftyp"), Container("a film", "leave it out")),
    (_at(0, b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\0asm"),
     Container("a program", "leave it out")),
)  # fmt: skip
#: These may be text throughout.
_ANY: tuple[tuple[Callable[[bytes], bool], Container], ...] = (
    (_at(0, b"%PDF-"), Container("a PDF", f"{_TEXT}, or read it as it is (`format: pdf`)")),
    (_at(0, b"{\\rtf"), Container("an RTF document", _TEXT)),
    (_at(0, b"%!PS"), Container("a PostScript file", _TEXT)),
    (_at(0, b"!<arch>\n"), Container("an ar archive", _UNPACK)),
    (lambda head: re.match(rb"07070[127][0-9a-fA-F]{70}", head) is not None,
     Container("a cpio archive", _UNPACK)),
    (_at(257, b"ustar"), Container("a tar archive", _UNPACK_FILES)),
    (_at(0, b"version https://git-lfs.github.com/spec/"),
     Container("a pointer of Git LFS, the file itself was not fetched", "run `git lfs pull`")),
)  # fmt: skip

#: Compressions and archives without a magic number, or with one that only some writers give.
_BY_SUFFIX = {
    ".br": Container("brotli by its name, which is not read", _recompress("brotli -dc")),
    ".sz": Container("snappy by its name, which is not read", _recompress("snzip -dc")),
    ".snappy": Container("snappy by its name, which is not read", _recompress("snzip -dc")),
    ".lz4": Container("lz4 by its name, which is not read", _recompress("lz4 -dc")),
    ".lzo": Container("lzop by its name, which is not read", _recompress("lzop -dc")),
    ".lz": Container("lzip by its name, which is not read", _recompress("lzip -dc")),
    ".z": Container("compress (.Z) by its name, which is not read", _recompress("gzip -dc")),
    ".tar": Container("a tar archive by its name", _UNPACK),
    ".tgz": Container("a tar archive by its name", _UNPACK),
    ".tbz2": Container("a tar archive by its name", _UNPACK),
    ".txz": Container("a tar archive by its name", _UNPACK),
    ".tzst": Container("a tar archive by its name", _UNPACK),
    ".zip": Container("a zip archive by its name", _UNPACK),
    ".7z": Container("a 7z archive by its name", _UNPACK),
    ".rar": Container("a rar archive by its name", _UNPACK),
}

#: Control characters that no text has where a magic number would stand.
_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_MAGIC_BYTES = 32

#: Encodings of JSON that are not UTF-8: by byte order mark, or by the NULs around its first sign.
_UTF_16_OR_32 = (
    ("UTF-32", re.compile(rb"\xff\xfe\0\0|\0\0\xfe\xff")),
    ("UTF-32LE", re.compile(rb"[\[{]\0\0\0")),
    ("UTF-32BE", re.compile(rb"\0\0\0[\[{]")),
    ("UTF-16", re.compile(rb"\xff\xfe|\xfe\xff")),
    ("UTF-16LE", re.compile(rb"[\[{]\0")),
    ("UTF-16BE", re.compile(rb"\0[\[{]")),
)


def compression_of(head: bytes) -> str | None:
    """Tells how a file is compressed, by its first bytes; None if in no way that is read.

    >>> compression_of(b"BZh91AY&SY"), compression_of(b"\\xfd7zXZ\\0"), compression_of(b"{}")
    ('bz2', 'xz', None)
    """
    if head.startswith(GZIP_MAGIC):
        return "gz"
    if head.startswith(ZSTD_MAGIC) or _skips_to_zstd(head):
        return "zst"
    if _BZIP2_HEAD.match(head):
        return "bz2"
    if head.startswith(b"\xfd7zXZ\0"):
        return "xz"
    return "lzma" if _LZMA_HEAD.match(head) else None


def _skips_to_zstd(head: bytes) -> bool:
    """Tells whether a file begins with skippable frames, as pzstd writes them; lz4 has the same."""
    at = 0
    while frame := _SKIPPABLE.match(head, at):
        at = frame.end() + int.from_bytes(frame[1], "little")
    return at > 0 and not head.startswith(_LZ4_MAGICS, at)


def container_of(head: bytes) -> Container | None:
    """Names the container that the first bytes of a file show, if it is one that is not read.

    >>> container_of(b"PK\\x03\\x04rest").what, container_of(b"plain text")
    ('a zip archive', None)
    """
    asked = _ANY if is_plain_text(head) else (*_ANY, *_BINARY)
    return next((found for is_it, found in asked if is_it(head)), None)


def compressed_twice(head: bytes) -> Container | None:
    """Says that what was decompressed is compressed once more, by its first bytes.

    >>> compressed_twice(b"\\x1f\\x8b\\x08\\0\\0\\0\\0\\0\\0\\xff")
    Container(what='gz inside a compression', remedy='unpack it')
    """
    inner = compression_of(head)
    return None if inner is None else Container(f"{inner} inside a compression", _UNPACK)


def container_by_name(path: str) -> Container | None:
    """Names the container that a file's name promises; for files whose bytes show nothing.

    >>> container_by_name("a.jsonl.br").what, container_by_name("a.jsonl")
    ('brotli by its name, which is not read', None)
    """
    return _BY_SUFFIX.get(PurePosixPath(path).suffix.lower())


def wide_encoding_of(head: bytes) -> str | None:
    """Tells JSON in UTF-16 or UTF-32, with or without a byte order mark.

    >>> wide_encoding_of('{"text": 1}'.encode("utf-16")), wide_encoding_of(b'{"text": 1}')
    ('UTF-16', None)
    """
    return next((name for name, pattern in _UTF_16_OR_32 if pattern.match(head)), None)


def is_plain_text(head: bytes) -> bool:
    """Tells text in UTF-8, cut anywhere, from other bytes.

    >>> is_plain_text("你好".encode()[:-1]), is_plain_text(b"\\x1f\\x8b\\x08\\0")
    (True, False)
    """
    if not head or b"\0" in head or _CONTROLS.search(head, 0, _MAGIC_BYTES):
        return False
    # Three bytes at most are cut off from the last character.
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start > len(head) - 4
    return True
