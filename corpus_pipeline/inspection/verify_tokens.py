"""What `corpus verify` finds out about tokens: shards, index and ledger say the same.

Shards and the ledger have their documents in different orders, and neither fits into memory. Both
are added up instead: for each shard the number of its documents, and sums of 64-bit hashes that
do not depend on the order. What differs in one document differs in the sum.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.address import ROW_BITS
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.inspection.trace import ledger_parts
from corpus_pipeline.storage import Place
from corpus_pipeline.text.columns import utf8_buffers
from corpus_pipeline.tokens.index import INDEX_NAME, ShardEntry, TokenIndex, shard_differences
from corpus_pipeline.tokens.keys import mixed
from corpus_pipeline.tokens.shard import open_shard
from corpus_pipeline.tokens.splits import TRAIN
from corpus_pipeline.workspace.run_file import RUN_FILE

#: Columns of the ledger that are compared with shards.
LEDGER_COLUMNS = ("unit", "row", "id", "source", "split", "tokens", "token_shard", "token_offset",
                  "drop_reason")  # fmt: skip
_Hashes = NDArray[np.uint64]

#: Odd, so it has an inverse modulo 2**64.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_MASK = (1 << 64) - 1


@dataclasses.dataclass(frozen=True)
class TokenSums:
    """What the documents of one shard add up to; sums of hashes are modulo 2**64."""

    documents: int = 0
    offsets: int = 0
    addresses: int = 0
    lengths: int = 0
    ids: int = 0
    streams: int = 0

    def __add__(self, other: "TokenSums") -> "TokenSums":
        mine, others = dataclasses.astuple(self), dataclasses.astuple(other)
        return TokenSums(*((a + b) & _MASK for a, b in zip(mine, others, strict=True)))


#: Field of the sums -> what differs where it does, in the order in which it is told.
_NAMES = {
    "documents": "numbers of shards", "offsets": "token offsets", "addresses": "rows",
    "lengths": "token counts", "ids": "ids", "streams": "splits or sources",
}  # fmt: skip


def token_index(output: Place) -> TokenIndex | None:
    """Reads the index of the shards; a run without tokens has none."""
    path = output / "tokens" / INDEX_NAME
    if not storage.exists(path):
        return None
    return TokenIndex.from_json(storage.read_bytes(path).decode("utf-8", "replace"))


def is_shard(entry: Mapping[str, Any]) -> bool:
    """Tells whether an entry of run.json is a token shard.

    >>> is_shard({"path": "tokens/tokens-00000-of-00001.arrow"})
    True
    """
    path: str = entry["path"]
    return path.startswith("tokens/") and path.endswith(".arrow")


def index_differences(
    index: TokenIndex, files: list[dict[str, Any]], counts: Mapping[str, int]
) -> Iterator[str]:
    """Compares the index with what run.json says of the shards and of the tokenizer."""
    if index.tokens != counts.get("tokens", 0):
        yield f"index.json has {index.tokens} tokens, {RUN_FILE} says {counts.get('tokens', 0)}"
    listed = {f"tokens/{each.file}": (each.bytes, each.sha256, each.documents)
              for each in index.shards}  # fmt: skip
    said = {entry["path"]: (entry["bytes"], entry["sha256"], entry["rows"])
            for entry in files if is_shard(entry)}  # fmt: skip
    for path in sorted(listed.keys() | said.keys()):
        if listed.get(path) != said.get(path):
            yield f"index.json and {RUN_FILE} differ in {path}"
    tokenizer = f"tokens/{index.tokenizer_file}"
    if index.tokenizer_sha256 not in {e["sha256"] for e in files if e["path"] == tokenizer}:
        yield f"index.json and {RUN_FILE} differ in {tokenizer}"


def shard_contents(
    output: Place,
    index: TokenIndex,
    shard: ShardEntry,
    entry: Mapping[str, Any],
    ledger: TokenSums | None,
) -> list[str]:
    """Compares one shard with run.json, the index and the ledger.

    Args:
        output: of the run.
        index: of the shards.
        shard: its entry in the index.
        entry: its entry in run.json.
        ledger: sums of the documents that the ledger has in this shard.
    """
    try:
        with storage.local_copy(output / entry["path"]) as path:
            written = storage.file_digest(path)
            if written != (entry["bytes"], entry["sha256"]):
                return [
                    f"{entry['path']} has {written.bytes} bytes with sha256 {written.sha256}, "
                    f"{RUN_FILE} says {entry['bytes']} with {entry['sha256']}"
                ]
            if lines := shard_differences(path, shard, index, entry["sha256"]):
                return [f"tokens/{shard.file}: {line}" for line in lines]
            found = _sums_of_shard(open_shard(path).batches, shard)
    except FileNotFoundError:
        return [f"{entry['path']} is missing"]
    said = TokenSums() if ledger is None else ledger
    return [
        f"tokens/{shard.file} and ledger/ differ in {what}"
        for field, what in _NAMES.items()
        if getattr(found, field) != getattr(said, field)
    ][:1]


def sums_of_ledger(table: pa.Table) -> dict[int, TokenSums]:
    """Returns the sums of each shard of which a part of the ledger has documents."""
    kept = table.filter(pc.is_valid(table["token_shard"]))
    if not kept.num_rows:
        return {}
    batch = kept.combine_chunks().to_batches()[0]
    found = {}
    shards = batch["token_shard"].to_numpy()
    for shard in np.unique(shards).tolist():
        here = batch.filter(pa.array(shards == shard))
        stream = _stream_hashes(here["split"], here["source"])
        found[shard] = _sums(
            here["unit"].to_numpy(), here["row"].to_numpy(), here["id"],
            here["token_offset"].to_numpy(), here["tokens"].to_numpy().astype(np.int64), stream,
        )  # fmt: skip
    return found


def _sums_of_shard(batches: Any, shard: ShardEntry) -> TokenSums:
    sums, filled = TokenSums(), 0
    stream = int(_stream_hashes(pa.array([shard.split]), pa.array([shard.source]))[0])
    for batch in batches:
        lengths = np.diff(batch.offsets).astype(np.int64)
        offsets = filled + batch.offsets[:-1].astype(np.int64)
        streams = np.full(len(lengths), stream, np.uint64)
        sums = sums + _sums(batch.units, batch.rows, batch.ids, offsets, lengths, streams)
        filled += len(batch.tokens)
    return sums


def _sums(
    units: NDArray[np.int32], rows: NDArray[np.int64], ids: pa.Array,
    offsets: NDArray[np.int64], lengths: NDArray[np.int64], streams: _Hashes,
) -> TokenSums:  # fmt: skip
    place = mixed(offsets.astype(np.uint64))
    addresses = units.astype(np.uint64) << np.uint64(ROW_BITS) | rows.astype(np.uint64)
    parts = (addresses, lengths.astype(np.uint64), string_hashes(ids), streams)
    return TokenSums(
        len(place), int(place.sum()), *(int(mixed(place ^ mixed(part)).sum()) for part in parts)
    )


def _stream_hashes(splits: pa.Array, sources: pa.Array) -> _Hashes:
    return string_hashes(pc.binary_join_element_wise(splits, sources, "\0"))


def string_hashes(texts: pa.Array) -> _Hashes:
    """Returns a 64-bit hash of each of N texts: a polynomial in its bytes, mixed.

    >>> found = string_hashes(pa.array(["ab", "ba", "", "xab"]).slice(0, 3))
    >>> len(set(found.tolist())), bool((found == string_hashes(pa.array(["ab", "ba", ""]))).all())
    (3, True)
    """
    data, offsets = utf8_buffers(texts)
    first, last = int(offsets[0]), int(offsets[-1])
    starts = offsets.astype(np.int64) - first
    powers = np.full(last - first + 1, _BASE, np.uint64)
    powers[0] = 1
    powers = np.cumprod(powers, dtype=np.uint64)
    # No byte counts as nothing, or texts that differ in zeros behind them would be equal.
    terms = powers[:-1] * (data[first:last].astype(np.uint64) + np.uint64(1))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)])
    inverse = np.full(last - first + 1, _INVERSE, np.uint64)
    inverse[0] = 1
    inverse = np.cumprod(inverse, dtype=np.uint64)
    return mixed((sums[starts[1:]] - sums[starts[:-1]]) * inverse[starts[:-1]])


def split_differences(output: Place, index: TokenIndex) -> Iterator[str]:
    """Finds a document in one split whose content stands in another one too.

    Takes 16 bytes in memory for each document that is held out.
    """
    names = [TRAIN, *sorted({each.split for each in index.shards} - {TRAIN})]
    if len(names) == 1:
        return
    hashes, splits = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for content, split, _ in _contents(output, names):
        hashes.append(content[split > 0])
        splits.append(split[split > 0])
    held, of = np.concatenate(hashes), np.concatenate(splits)
    order = np.lexsort((of, held))
    held, of = held[order], of[order]
    twice = np.flatnonzero((held[1:] == held[:-1]) & (of[1:] != of[:-1]))
    if len(twice):
        first, second = names[of[twice[0]]], names[of[twice[0] + 1]]
        yield f"a document of the split {first} has the content of one of {second}"
    for content, split, rows in _contents(output, names):
        both = np.flatnonzero((split == 0) & np.isin(content, held))
        if len(both):
            yield (
                f"document {rows[both[0]]} of the split {TRAIN} has the content of one that is "
                "held out"
            )
            return


def _contents(
    output: Place, names: list[str]
) -> Iterator[tuple[_Hashes, NDArray[np.int64], list[str]]]:
    """Yields content, split (its number in `names`) and address of the documents of each unit."""
    for path in ledger_parts(output):
        columns = ["unit", "row", "content_hash", "split"]
        table = storage.read_parquet(path, columns=columns, filters=pc.field("split").is_valid())
        if table.num_rows:
            batch = table.combine_chunks().to_batches()[0]
            split = pc.index_in(batch["split"], pa.array(names))
            if split.null_count:
                raise VerifyError(f"{path}: has a split that {INDEX_NAME} does not have")
            data = np.frombuffer(batch["content_hash"].buffers()[1], "<u8")
            start = 2 * batch["content_hash"].offset
            content = data[start : start + 2 * len(split) : 2].astype(np.uint64)
            units, rows = batch["unit"].to_pylist(), batch["row"].to_pylist()
            addresses = [f"{unit}:{row}" for unit, row in zip(units, rows, strict=True)]
            yield content, split.to_numpy().astype(np.int64), addresses
