"""What tasks of `Deduplicate` do with the records of one partition, without Beam.

    bands       equal band hashes        -> buckets, and which texts are wanted to verify them
    texts       texts of a partition     -> shingle sets of those that are wanted, and their ids
    verify      buckets + shingle sets   -> edges; later rounds, told who goes, find more
    resolve     all edges, in one task   -> who goes for whom, and who was not compared enough
    naming      who goes + ids           -> the same with the id of the one that stays

A node is a text: documents whose texts have the same hash are one node, named by 64 bits of it. So
no document needs an address, and equal documents meet where their node is.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.batches import alive, from_ipc, one_batch, to_ipc
from corpus_pipeline.dedup.blocks import blocks_of, partition_of
from corpus_pipeline.dedup.buckets import Buckets, find_buckets
from corpus_pipeline.dedup.edges import edge_graph
from corpus_pipeline.dedup.kept import kept_partners, kept_removals, undone
from corpus_pipeline.dedup.minhash import MinHashOptions, band_hashes, shingle, signatures
from corpus_pipeline.dedup.reopening import REMOVED, UNDONE, reopened
from corpus_pipeline.dedup.survivors import Preference, document_ranks
from corpus_pipeline.dedup.verification import ShingleSets, unique_shingles, verify_buckets
from corpus_pipeline.errors import EngineError
from corpus_pipeline.text.hashing import content_hashes, normalised_hashes
from corpus_pipeline.text.words import split_words

#: (where it goes, Arrow IPC of at most 4 MiB of records).
Block = tuple[str, bytes]

#: Buckets of so many nodes are compared pair by pair: then nothing is left to be compared again.
SMALL_BUCKET = 16
#: Texts that are shingled at once.
_TOGETHER = 1 << 12


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What counts as a duplicate, and into how many partitions the work is cut."""

    exact: bool
    document: MinHashOptions | None
    prefer: Preference
    partitions: int
    max_edges: int


class Names(NamedTuple):
    """Who N documents are among duplicates."""

    first: NDArray[np.uint64]
    """uint64[N], the node: half of the hash of the text."""
    second: NDArray[np.uint64]
    """uint64[N], the other half."""
    ranks: NDArray[np.uint64]
    """uint64[N], see `survivors.document_ranks`; the least stays."""
    ids: pa.Array
    """string[N], the document's id, else its content hash."""


def names_of(batch: pa.RecordBatch, how: Comparison) -> Names:
    """Hashes and ranks documents, all with text.

    With exact deduplication texts that differ in layout alone are one node, without it every text.
    """
    texts = batch["text"]
    hashes = content_hashes(texts)
    lengths = pc.utf8_length(texts).to_numpy().astype(np.int64)
    priorities = batch["priority"].to_numpy(zero_copy_only=False).astype(np.uint8)
    ranks = document_ranks(priorities, lengths, hashes, prefer=how.prefer)
    if how.exact:
        first, second = normalised_hashes(texts)
    else:
        halves = np.frombuffer(hashes.buffers()[1], "<u8").reshape(-1, 2)
        first, second = (halves[hashes.offset : hashes.offset + len(hashes), i] for i in (0, 1))
    ids = batch["id"]
    if ids.null_count:
        made = pa.array([each.hex() for each in hashes.to_pylist()], pa.string())
        ids = pc.coalesce(ids, made)
    return Names(np.ascontiguousarray(first), np.ascontiguousarray(second), ranks, ids)


def living(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Returns the documents that no rule has dropped so far."""
    return batch.filter(pc.and_(alive(batch), batch["text"].is_valid()))


def others(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Returns the documents that `living` leaves out."""
    return batch.filter(pc.invert(pc.and_(alive(batch), batch["text"].is_valid())))


def cut(
    kind: str, batch: pa.RecordBatch, keys: NDArray[np.uint64], partitions: int
) -> Iterator[Block]:
    """Yields records in blocks for the partitions of their keys."""
    if batch.num_rows == 0:
        return
    partition_ids = partition_of(keys, partitions)
    order = np.argsort(partition_ids, kind="stable")
    ordered = batch.take(pa.array(order))
    borders = np.flatnonzero(np.diff(partition_ids[order], prepend=-1))
    for start, end in zip(borders, [*borders[1:], len(order)], strict=True):
        for block in blocks_of(ordered.slice(start, end - start)):
            yield f"{kind}/{partition_ids[order[start]]}", to_ipc(block)


def kind_of(block: Block) -> str:
    """Returns what a block is for.

    >>> kind_of(("sets/3", b""))
    'sets'
    """
    return block[0].partition("/")[0]


def records_of(blocks: Iterable[bytes]) -> dict[str, pa.RecordBatch]:
    """Joins the blocks of one partition, one batch for each first column.

    The order of arrival is forgotten: functions below do not depend on it.
    """
    found: dict[str, list[pa.RecordBatch]] = {}
    for block in blocks:
        batch = from_ipc(block)
        found.setdefault(batch.schema.names[0], []).append(batch)
    return {name: one_batch(pa.Table.from_batches(each)) for name, each in found.items()}


# Bands


def band_records(batch: pa.RecordBatch, how: Comparison) -> Iterator[Block]:
    """Yields a record for each band of each living document, for the partition of its hash."""
    assert how.document is not None
    batch = living(batch)
    if batch.num_rows == 0:
        return
    names = names_of(batch, how)
    shingles = shingle(split_words(batch["text"]), how.document)
    hashes = band_hashes(signatures(shingles, how.document), how.document)[shingles.present]
    records = {
        "hash": hashes.ravel(),
        "rank": np.repeat(names.ranks[shingles.present], how.document.bands),
        "node": np.repeat(names.first[shingles.present], how.document.bands),
    }
    yield from cut("bands", pa.record_batch(records), records["hash"], how.partitions)


def bucket_records(blocks: Iterable[bytes], how: Comparison) -> Iterator[Block]:
    """Yields buckets for the partition that verifies them, and nodes whose texts are wanted."""
    records = records_of(blocks)["hash"]
    hashes, ranks, nodes = (records[name].to_numpy() for name in ("hash", "rank", "node"))
    # Of equal texts the one that survives stands for all.
    order = np.lexsort((ranks, nodes, hashes))
    hashes, ranks, nodes = hashes[order], ranks[order], nodes[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (hashes[1:] != hashes[:-1]) | (nodes[1:] != nodes[:-1])
    found = find_buckets(hashes[first], ranks[first], nodes[first])
    if len(found.offsets) == 1:
        return
    yield from cut("verify", _bucket_batch(found), found.keys, how.partitions)
    keys = np.repeat(found.keys, np.diff(found.offsets))
    wanted = np.unique(np.stack([found.addresses, keys], axis=1), axis=0)
    batch = pa.record_batch({"wanted": wanted[:, 0], "key": wanted[:, 1]})
    yield from cut("texts", batch, wanted[:, 0], how.partitions)


def _bucket_batch(buckets: Buckets) -> pa.RecordBatch:
    offsets = pa.array(buckets.offsets.astype(np.int32))
    return pa.record_batch(
        {
            "members": pa.ListArray.from_arrays(offsets, pa.array(buckets.addresses)),
            "ranks": pa.ListArray.from_arrays(offsets, pa.array(buckets.ranks)),
            "key": buckets.keys,
            "elsewhere": buckets.elsewhere,
            "leaders": buckets.leaders,
        }
    )


def _buckets(batch: pa.RecordBatch) -> Buckets:
    """Reads buckets back, in an order of their own."""
    members = batch["members"]
    offsets = _offsets(members)
    nodes, ranks = members.flatten().to_numpy(), batch["ranks"].flatten().to_numpy()
    rest = [batch[name].to_numpy() for name in ("key", "elsewhere", "leaders")]
    return Buckets(offsets, nodes, ranks, *rest)


def _offsets(lists: pa.ListArray) -> NDArray[np.int64]:
    lengths = lists.value_lengths().to_numpy()
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


# Texts


def text_records(batch: pa.RecordBatch, how: Comparison) -> Iterator[Block]:
    """Yields the texts of living documents for the partition of their node."""
    batch = living(batch)
    if batch.num_rows == 0:
        return
    names = names_of(batch, how)
    records = {"node": names.first, "rank": names.ranks, "id": names.ids, "text": batch["text"]}
    yield from cut("texts", pa.record_batch(records), names.first, how.partitions)


def shingle_records(blocks: Iterable[bytes], how: Comparison) -> Iterator[Block]:
    """Yields the shingle sets of wanted nodes for whoever wants them, and the ids of these nodes.

    The texts of one partition are held in memory.
    """
    assert how.document is not None
    records = records_of(blocks)
    if "wanted" not in records:
        return
    wanted = np.unique(
        np.stack([records["wanted"][name].to_numpy() for name in ("wanted", "key")], axis=1), axis=0
    )
    texts = records["node"]
    texts = texts.filter(pa.array(np.isin(texts["node"].to_numpy(), wanted[:, 0])))
    texts = texts.take(
        pc.sort_indices(texts, [(name, "ascending") for name in ("node", "rank", "id")])
    )
    nodes, first = np.unique(texts["node"].to_numpy(), return_index=True)
    texts = texts.take(pa.array(first))
    names = pa.record_batch({"named": texts["node"], "id": texts["id"]})
    yield from cut("naming", names, nodes, how.partitions)
    position = np.searchsorted(nodes, wanted[:, 0])
    for start in range(0, len(nodes), _TOGETHER):
        part = texts["text"].slice(start, _TOGETHER)
        sets = unique_shingles(shingle(split_words(part), how.document))
        here = np.flatnonzero((position >= start) & (position < start + _TOGETHER))
        lists = pa.ListArray.from_arrays(sets.offsets.astype(np.int32), pa.array(sets.hashes))
        keys = wanted[here, 1]
        batch = pa.record_batch(
            {"set": wanted[here, 0], "shingles": lists.take(pa.array(position[here] - start))}
        )
        yield from cut("verify", batch, keys, how.partitions)


# Edges


def edge_records(blocks: Iterable[bytes], partition: str, how: Comparison) -> Iterator[Block]:
    """Yields the edges of a partition's buckets, and what later rounds may want of it.

    Of small buckets every pair is compared, large ones are compared in stars, as in a run.
    """
    assert how.document is not None
    records = records_of(blocks)
    sets = _shingle_sets(records["set"])
    buckets = _buckets(records["members"])
    is_small = (np.diff(buckets.offsets) <= SMALL_BUCKET) & (buckets.elsewhere == 0)
    pairs = _pairs(buckets, is_small)
    edges = verify_buckets(pairs, sets, how.document.threshold).edges
    yield from _edges(edges, pairs, partition, 1)
    left = records["members"].filter(pa.array(~is_small))
    if left.num_rows == 0:
        return
    buckets = _buckets(left)
    edges = verify_buckets(buckets, sets, how.document.threshold).edges
    yield from _edges(edges, buckets, partition, 1)
    there = np.isin(records["set"]["set"].to_numpy(), buckets.addresses)
    for batch in (left, records["set"].filter(pa.array(there))):
        for block in blocks_of(batch):
            yield f"again/{partition}", to_ipc(block)


def _pairs(buckets: Buckets, chosen: NDArray[np.bool_]) -> Buckets:
    """Returns the pairs of some buckets, each as a bucket of its own."""
    sizes = np.diff(buckets.offsets)
    found = [np.zeros(0, np.int64)]
    for size in np.unique(sizes[chosen]).tolist():
        starts = buckets.offsets[:-1][chosen & (sizes == size)]
        found.append((starts[:, None, None] + np.stack(np.triu_indices(size, 1), axis=1)).ravel())
    members = np.concatenate(found)
    count = len(members) // 2
    nodes, two = buckets.addresses[members], np.full(count, 2)
    return Buckets(
        2 * np.arange(count + 1), nodes, buckets.ranks[members], nodes[::2], 0 * two, two
    )


def more_edge_records(
    blocks: Iterable[bytes], partition: str, number: int, how: Comparison
) -> Iterator[Block]:
    """Yields the edges that a later round finds, told who goes and who was left out."""
    assert how.document is not None
    records = records_of(blocks)
    if "told" not in records or "members" not in records:
        return
    told, state = (records["told"][name].to_numpy() for name in ("told", "state"))
    buckets, fresh = reopened(
        _buckets(records["members"]), told[state == REMOVED], told[state == UNDONE]
    )
    if len(buckets.addresses) == 0:
        return
    sets = _shingle_sets(records["set"])
    edges = verify_buckets(buckets, sets, how.document.threshold, fresh=fresh).edges
    yield from _edges(edges, buckets, partition, number)


def _shingle_sets(batch: pa.RecordBatch) -> ShingleSets:
    """A node that several buckets want has its set more than once."""
    nodes, first = np.unique(batch["set"].to_numpy(), return_index=True)
    sets = batch["shingles"].take(pa.array(first))
    return ShingleSets(nodes, _offsets(sets), sets.flatten().to_numpy())


def _edges(edges: pa.RecordBatch, buckets: Buckets, partition: str, number: int) -> Iterator[Block]:
    if edges.num_rows == 0:
        return
    distinct, first = np.unique(buckets.addresses, return_index=True)
    for end in ("a", "b"):
        positions = np.searchsorted(distinct, edges[end].to_numpy())
        edges = edges.append_column(f"rank_{end}", pa.array(buckets.ranks[first][positions]))
    size = edges.num_rows
    edges = edges.append_column("found", pa.array(np.full(size, int(partition), np.int32)))
    edges = edges.append_column("round", pa.array(np.full(size, number, np.int32)))
    for block in blocks_of(edges):
        yield "resolve/0", to_ipc(block)


def resolved_records(blocks: Iterable[bytes], number: int, how: Comparison) -> Iterator[Block]:
    """Yields who goes for whom, and tells partitions of nodes that were not compared enough.

    One task. Memory: 50 bytes an edge, and 16 while they are decided, and some 100 for each node.

    Args:
        blocks: the edges of all rounds so far.
        number: of the last round.
        how: the options.

    Raises:
        EngineError: there are more edges than `max_edges`.
    """
    batches: list[pa.RecordBatch] = []
    count = 0
    for block in blocks:
        batches.append(from_ipc(block))
        count += batches[-1].num_rows
        if count > how.max_edges:
            raise EngineError(
                f"Deduplicate: more than max_edges={how.max_edges:,} pairs of documents are "
                "similar, which one task decides in about 200 bytes each; raise max_edges where a "
                "worker has the memory, or use `corpus run`, which decides in steps"
            )
    # A block is of one round; within a round the order does not matter.
    batches.sort(key=_round)
    graph = edge_graph(lambda: batches)
    gone = kept_removals(graph).select(["address", "duplicate_of", "jaccard"])
    removals = gone.rename_columns(["gone", "duplicate_of", "jaccard"])
    yield from cut("naming", removals, removals["duplicate_of"].to_numpy(), how.partitions)
    known = sum(batch.num_rows for batch in batches if _round(batch) < number)
    not_done = undone(graph, known)
    if not not_done.any():
        return
    state = np.where(kept_partners(graph) >= 0, REMOVED, np.where(not_done, UNDONE, 0))
    order = np.argsort(graph.addresses)
    nodes, states = graph.addresses[order], state[order].astype(np.uint8)
    wanting: dict[int, bool] = {}
    found: list[tuple[int, pa.RecordBatch]] = []
    for batch in batches:
        # All edges of a block were found in one partition.
        partition = batch["found"][0].as_py()
        ends = np.unique(np.concatenate([batch[end].to_numpy() for end in "ab"]))
        told = states[np.searchsorted(nodes, ends)]
        wanting[partition] = wanting.get(partition, False) or bool((told == UNDONE).any())
        found.append(
            (partition, pa.record_batch({"told": ends[told > 0], "state": told[told > 0]}))
        )
    for partition, records in found:
        if wanting[partition] and records.num_rows:
            yield f"again/{partition}", to_ipc(records)


def _round(edges: pa.RecordBatch) -> int:
    number: int = edges["round"][0].as_py()
    return number


def named_records(blocks: Iterable[bytes], how: Comparison) -> Iterator[Block]:
    """Yields who goes, with the id of the document that stays, for the partition of its node."""
    records = records_of(blocks)
    if "gone" not in records:
        return
    gone, named = records["gone"], records["named"]
    nodes, first = np.unique(named["named"].to_numpy(), return_index=True)
    position = np.searchsorted(nodes, gone["duplicate_of"].to_numpy())
    ids = named["id"].take(pa.array(first[position]))
    verdicts = pa.record_batch({"gone": gone["gone"], "by": ids, "jaccard": gone["jaccard"]})
    yield from cut("marking", verdicts, gone["gone"].to_numpy(), how.partitions)
