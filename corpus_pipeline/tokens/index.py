"""index.json: what a folder of token shards holds, and the proof that it still does."""

import dataclasses
import hashlib
import json
from pathlib import Path, PureWindowsPath
from typing import Any

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.tokens.shard import ShardFormat, open_shard

#: Version of index.json.
INDEX_VERSION = 2

#: Name of the file in its folder, and of the tokenizer beside it.
INDEX_NAME, TOKENIZER_NAME = "index.json", "tokenizer.json"


def is_inside(name: str) -> bool:
    """Says whether a relative name stays below the folder it is joined to, on any system.

    >>> [is_inside(name) for name in ("a/b", "../a", "/a", "..\\\\a", "C:a", "")]
    [True, False, False, False, False, False]
    """
    # Windows' rules are the wider ones: both slashes separate, and a drive is absolute.
    path = PureWindowsPath(name)
    return bool(path.parts) and not path.anchor and ".." not in path.parts


@dataclasses.dataclass(frozen=True)
class ShardEntry:
    """One shard."""

    file: str
    """Path relative to the index, with forward slashes."""
    documents: int
    tokens: int
    bytes: int
    sha256: str
    """Of the file's bytes, 64 hex digits."""
    source: str
    """Source of all its documents."""
    split: str = "train"
    """Split of all its documents."""

    def __post_init__(self) -> None:
        if not is_inside(self.file):
            raise ValueError(
                f"shard file must be inside the folder, got {self.file!r}; name it relatively"
            )
        if min(self.documents, self.tokens, self.bytes) < 0:
            raise ValueError(f"counts of {self.file} must be at least 0; write the index again")


@dataclasses.dataclass(frozen=True)
class TokenIndex:
    """All shards of one run, in their order, and the tokenizer that made them."""

    dtype: str
    """`uint16` or `uint32`."""
    vocab_size: int
    """Largest id + 1."""
    eos_id: int | None
    """Id after each document; null when there is none."""
    tokenizer_file: str
    """Name of the tokenizer.json, for the reader; it is told by its digest."""
    tokenizer_sha256: str
    shards: tuple[ShardEntry, ...]

    def __post_init__(self) -> None:
        if not is_inside(self.tokenizer_file):
            raise ValueError(
                f"tokenizer must be inside the folder, got {self.tokenizer_file!r}; "
                "name it relatively"
            )

    @property
    def documents(self) -> int:
        """Number of documents in all shards."""
        return sum(shard.documents for shard in self.shards)

    @property
    def tokens(self) -> int:
        """Number of tokens in all shards, ends of documents included."""
        return sum(shard.tokens for shard in self.shards)

    @property
    def bytes(self) -> int:
        """Size of all shards."""
        return sum(shard.bytes for shard in self.shards)

    @property
    def format(self) -> ShardFormat:
        """What every shard's metadata must say."""
        return ShardFormat(self.tokenizer_sha256, self.eos_id, self.dtype)

    @property
    def fingerprint(self) -> str:
        """sha256 of the text of index.json, which holds those of the shards and the tokenizer."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def streams(self) -> list[dict[str, Any]]:
        """Returns what there is of each split and source, in the order of the shards; JSON.

        >>> entry = ShardEntry("0.arrow", 2, 5, 700, "ab" * 32, "web")
        >>> TokenIndex("uint16", 300, 0, "tokenizer.json", "ab" * 32, (entry, entry)).streams()
        [{'split': 'train', 'source': 'web', 'shards': 2, 'documents': 4, 'tokens': 10}]
        """
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for each in self.shards:
            key = (each.split, each.source)
            stream = found.setdefault(
                key,
                {"split": each.split, "source": each.source, "shards": 0, "documents": 0,
                 "tokens": 0},
            )  # fmt: skip
            stream["shards"] += 1
            stream["documents"] += each.documents
            stream["tokens"] += each.tokens
        return list(found.values())

    def to_json(self) -> str:
        """Returns the text of index.json: sorted keys, one newline at the end.

        >>> index = TokenIndex("uint16", 300, 0, "tokenizer.json", "ab" * 32, ())
        >>> TokenIndex.from_json(index.to_json()) == index
        True
        """
        content = {
            "version": INDEX_VERSION,
            "dtype": self.dtype,
            "vocab_size": self.vocab_size,
            "eos_id": self.eos_id,
            "tokenizer": {"file": self.tokenizer_file, "sha256": self.tokenizer_sha256},
            "shards": [dataclasses.asdict(shard) for shard in self.shards],
            "totals": {
                "shards": len(self.shards),
                "documents": self.documents,
                "tokens": self.tokens,
                "bytes": self.bytes,
            },
        }
        return json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "TokenIndex":
        """Reads the text of an index.json.

        Raises:
            VerifyError: it is of another version, lacks a field, or its totals do not add up.
        """
        try:
            content = json.loads(text)
            version = content["version"]
            if version != INDEX_VERSION:
                raise VerifyError(
                    f"{INDEX_NAME} has version {version}, not {INDEX_VERSION}; "
                    "read it with the version of this package that wrote it"
                )
            index = cls(
                content["dtype"],
                content["vocab_size"],
                content["eos_id"],
                content["tokenizer"]["file"],
                content["tokenizer"]["sha256"],
                tuple(ShardEntry(**shard) for shard in content["shards"]),
            )
            totals: dict[str, Any] = content["totals"]
        except (KeyError, TypeError, ValueError) as error:
            raise VerifyError(f"{INDEX_NAME} cannot be read ({error!r}); write it again") from error
        found = {
            "shards": len(index.shards),
            "documents": index.documents,
            "tokens": index.tokens,
            "bytes": index.bytes,
        }
        if totals != found:
            raise VerifyError(
                f"{INDEX_NAME} has totals {totals}, its shards add up to {found}; write it again"
            )
        return index


def verify_index(folder: str | Path) -> list[str]:
    """Reads every shard of a folder and says what differs from index.json.

    Returns:
        One line for each difference; none when the folder is what it says it is.

    Raises:
        VerifyError: index.json itself is missing or cannot be read.
    """
    folder = Path(folder)
    index = load_index(folder)
    differences = []
    for entry in index.shards:
        lines = shard_differences(folder / entry.file, entry, index)
        differences += [f"{entry.file}: {line}" for line in lines]
    return differences


def load_index(folder: str | Path) -> TokenIndex:
    """Reads the index.json of a folder.

    Raises:
        VerifyError: it is missing or cannot be read.
    """
    path = Path(folder) / INDEX_NAME
    try:
        return TokenIndex.from_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise VerifyError(
            f"{path} cannot be read ({error}); name a folder of token shards"
        ) from error


def shard_differences(
    path: Path, entry: ShardEntry, index: TokenIndex, digest: str | None = None
) -> list[str]:
    """Reads one shard and says what differs from its entry in the index.

    Args:
        path: the shard.
        entry: what the index says of it.
        index: the index.
        digest: sha256 of the file, where it is known.
    """
    try:
        if digest is None:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        shard = open_shard(path, full=True)
    except (OSError, VerifyError) as error:
        return [f"cannot be read ({error})"]
    lines = []
    if digest != entry.sha256:
        lines.append(f"sha256 is {digest}, the index says {entry.sha256}")
    for name, found, said in (
        ("bytes", path.stat().st_size, entry.bytes),
        ("documents", shard.documents, entry.documents),
        ("tokens", shard.tokens, entry.tokens),
        ("format", shard.format, index.format),
    ):
        if found != said:
            lines.append(f"{name} is {found}, the index says {said}")
    largest = max((int(b.tokens.max()) for b in shard.batches if len(b.tokens)), default=-1)
    if largest >= index.vocab_size:
        lines.append(f"holds token {largest}, the vocabulary has {index.vocab_size}")
    return lines
