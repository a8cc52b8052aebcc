"""What `corpus verify` finds out about tokens: shards, index and ledger say the same.

Shards and the ledger have their documents in different orders, and neither fits into memory. Both
are added up instead: for each shard the number of its documents, and sums of 64-bit hashes that
do not depend on the order. What differs in one document differs in the sum.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.address import packed_addresses
from corpus_pipeline.storage import Place
from corpus_pipeline.text.columns import utf8_buffers
from corpus_pipeline.tokens.index import ShardEntry, TokenIndex, shard_differences
from corpus_pipeline.tokens.keys import mixed
from corpus_pipeline.tokens.shard import ShardBatch, open_shard
from corpus_pipeline.workspace.run_file import RUN_FILE

#: Columns of the ledger that are compared with shards.
LEDGER_COLUMNS = ("unit", "row", "id", "source", "split", "tokens", "token_shard", "token_offset",
                  "drop_reason")  # fmt: skip
Hashes = NDArray[np.uint64]

#: Odd, so it has an inverse modulo 2**64.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_MASK = (1 << 64) - 1
#: Items that are hashed at once; each takes some 40 bytes.
_HASHED_TOGETHER = 1 << 20


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
    dropped = sum(n for name, n in counts.items() if name.startswith("dropped-"))
    if index.documents != (kept := counts.get("documents", 0) - dropped):
        yield f"index.json has {index.documents} documents, {kept} stay"
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
    kept = table.filter(pc.is_valid(table["token_shard"])).sort_by("token_shard")
    if not kept.num_rows:
        return {}
    (batch,) = kept.combine_chunks().to_batches()
    streams = pc.binary_join_element_wise(batch["split"], batch["source"], "\0")
    encoded = streams.dictionary_encode()
    of_stream = string_hashes(encoded.dictionary)[encoded.indices.to_numpy()]
    parts = _hashes(
        batch["unit"].to_numpy(), batch["row"].to_numpy(), batch["id"],
        batch["token_offset"].to_numpy(), batch["tokens"].to_numpy().astype(np.int64), of_stream,
    )  # fmt: skip
    shards = batch["token_shard"].to_numpy()
    starts = np.flatnonzero(np.diff(shards, prepend=-1))
    counts = np.diff([*starts, len(shards)]).tolist()
    sums = [np.add.reduceat(part, starts).tolist() for part in parts]
    return {
        int(shards[start]): TokenSums(counts[k], *(each[k] for each in sums))
        for k, start in enumerate(starts.tolist())
    }


def _sums_of_shard(batches: Sequence[ShardBatch], shard: ShardEntry) -> TokenSums:
    sums, filled = TokenSums(), 0
    stream = string_hashes(pa.array([f"{shard.split}\0{shard.source}"]))[0]
    for batch in batches:
        lengths = np.diff(batch.offsets).astype(np.int64)
        offsets = filled + batch.offsets[:-1].astype(np.int64)
        streams = np.full(len(lengths), stream, np.uint64)
        parts = _hashes(batch.units, batch.rows, batch.ids, offsets, lengths, streams)
        sums = sums + TokenSums(len(lengths), *(int(part.sum()) for part in parts))
        filled += len(batch.tokens)
    return sums


def _hashes(
    units: NDArray[np.int32], rows: NDArray[np.int64], ids: pa.Array,
    offsets: NDArray[np.int64], lengths: NDArray[np.int64], streams: Hashes,
) -> list[Hashes]:  # fmt: skip
    """Returns what is added up of N documents: a column for each field behind the first."""
    place = mixed(offsets.astype(np.uint64))
    addresses = packed_addresses(units, rows)
    parts = (addresses, lengths.astype(np.uint64), string_hashes(ids), streams)
    return [place, *(mixed(place ^ mixed(part)) for part in parts)]


def string_hashes(texts: pa.Array) -> Hashes:
    """Returns a 64-bit hash of each of N texts.

    >>> found = string_hashes(pa.array(["ab", "ba", "", "xab"]).slice(0, 3))
    >>> len(set(found.tolist())), bool((found == string_hashes(pa.array(["ab", "ba", ""]))).all())
    (3, True)
    """
    data, offsets = utf8_buffers(texts)
    return list_hashes(data, offsets)


def list_hashes(values: NDArray[Any], offsets: NDArray[Any]) -> Hashes:
    """Returns a 64-bit hash of each of N lists: a polynomial in its items, mixed.

    Args:
        values: unsigned integers of any width, all lists one after another.
        offsets: N + 1 places in `values`.
    """
    places = offsets.astype(np.int64)
    found = np.zeros(len(places) - 1, np.uint64)
    first = 0
    while first < len(found):
        last = int(np.searchsorted(places, places[first] + _HASHED_TOGETHER, side="right")) - 1
        last = max(last, first + 1)
        found[first:last] = _polynomials(values, places[first : last + 1])
        first = last
    return mixed(found)


def _polynomials(values: NDArray[Any], places: NDArray[np.int64]) -> Hashes:
    starts = places - places[0]
    # Nothing is 0, or lists that differ in zeros behind them would be equal.
    items = values[places[0] : places[-1]].astype(np.uint64) + np.uint64(1)
    powers = _powers(_BASE, len(items) + 1)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(items * powers[:-1])])
    inverse = _powers(_INVERSE, len(items) + 1)
    found: Hashes = (sums[starts[1:]] - sums[starts[:-1]]) * inverse[starts[:-1]]
    return found


def _powers(base: int, count: int) -> Hashes:
    powers = np.full(count, base, np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)
