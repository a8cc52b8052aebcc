"""Near copies: from band hashes to buckets, shingle sets and verified edges.

document       equal band hashes               -> buckets of candidates, and who is wanted for them
shingles       (map over units)                -> their shingle sets, see `second_look`
verify         buckets + shingles              -> edges with their Jaccard similarity
resolve        edges                           -> removals, and who was not compared enough
verify-2, …    buckets + shingles of these     -> more edges, resolved again, until none are new
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.address import ROW_BITS
from corpus_pipeline.dedup.blocks import cuts_of
from corpus_pipeline.dedup.buckets import Buckets, find_buckets
from corpus_pipeline.dedup.matches import DocumentMatch
from corpus_pipeline.dedup.reopening import REMOVED, UNDONE, reopened
from corpus_pipeline.dedup.verification import ShingleSets, Verified, verify_buckets
from corpus_pipeline.stages.match_options import Batches, MatchOptions, Outcome
from corpus_pipeline.workspace.phase_table import row_of

#: Columns of buckets and of shingle sets, as they cross the shuffle.
_BUCKETS = ("members", "ranks", "key", "elsewhere", "leaders")
(_SETS_FOLDER,) = row_of("shingles").folders
_SETS = ("address", "shingles", "key")


def find_candidates(options: MatchOptions, partition: int, batches: Batches) -> Outcome:
    """Writes buckets cut by the partition that will verify them, and who is wanted there."""
    (batch,) = batches.values()
    found = find_buckets(*(batch[n].to_numpy() for n in ("hash", "rank", "address")))
    if len(found.offsets) == 1:
        return Outcome()
    offsets = pa.array(found.offsets.astype(np.int32))
    buckets = pa.record_batch(
        {
            "members": pa.ListArray.from_arrays(offsets, pa.array(found.addresses)),
            "ranks": pa.ListArray.from_arrays(offsets, pa.array(found.ranks)),
            "key": found.keys,
            "elsewhere": found.elsewhere,
            "leaders": found.leaders,
        }
    )
    keys = np.repeat(found.keys, np.diff(found.offsets))
    wanted = np.unique(np.stack([found.addresses, keys], axis=1), axis=0)
    folder = options.workspace.phase(options.phase)
    workspace, name = options.workspace, f"{partition:05d}.arrow"
    records = pa.record_batch({"address": wanted[:, 0], "key": wanted[:, 1]})
    return Outcome(
        [
            workspace.put_partitioned(
                folder / "buckets" / name, buckets, found.keys, options.total_partitions
            ),
            workspace.put_by_group(folder / "wanted" / name, records),
        ]
    )


def verify(options: MatchOptions, partition: int, batches: Batches) -> Outcome:
    """Compares the members of each bucket by their shingle sets."""
    buckets = _buckets(batches[_BUCKETS])
    sets = _shingle_sets(batches[_SETS])
    return _written(options, partition, buckets, verify_buckets(buckets, sets, _threshold(options)))


def verify_again(options: MatchOptions, partition: int, batches: Batches) -> Outcome:
    """Compares those who stay although a star took them out of their bucket, with all who stay.

    Their shingle sets are read where *shingles* wrote them; of the others nothing is read.
    """
    states = batches.get(("address", "state"))
    if states is None or _BUCKETS not in batches:
        return Outcome()
    addresses, state = (states[n].to_numpy() for n in ("address", "state"))
    buckets, fresh = reopened(
        _buckets(batches[_BUCKETS]), addresses[state == REMOVED], addresses[state == UNDONE]
    )
    if len(buckets.addresses) == 0:
        return Outcome()
    sets = _sets_of(options, partition, np.unique(buckets.addresses))
    verified = verify_buckets(buckets, sets, _threshold(options), fresh=fresh)
    return _written(options, partition, buckets, verified)


def _threshold(options: MatchOptions) -> float:
    assert isinstance(options.of, DocumentMatch)
    return options.of.minhash.threshold


def _sets_of(options: MatchOptions, partition: int, addresses: NDArray[np.uint64]) -> ShingleSets:
    """Reads the shingle sets of some members of this partition's buckets."""
    found = []
    for unit in np.unique(addresses >> np.uint64(ROW_BITS)).tolist():
        path = options.workspace.work / _SETS_FOLDER / f"{unit:05d}.arrow"
        with storage.open_arrow(path) as file:
            for batch in cuts_of(file, partition, options.total_partitions):
                wanted = np.isin(batch["address"].to_numpy(), addresses)
                found.append(batch.filter(pa.array(wanted)))
    return _shingle_sets(pa.concat_batches(found))


def _buckets(batch: pa.RecordBatch) -> Buckets:
    members, ranks = (batch[name].flatten().to_numpy() for name in ("members", "ranks"))
    others = (batch[name].to_numpy() for name in ("key", "elsewhere", "leaders"))
    return Buckets(_offsets(batch["members"]), members, ranks, *others)


def _shingle_sets(batch: pa.RecordBatch) -> ShingleSets:
    """A document that several buckets want has its set more than once."""
    addresses, first = np.unique(batch["address"].to_numpy(), return_index=True)
    sets = batch["shingles"].take(pa.array(first))
    return ShingleSets(addresses, _offsets(sets), sets.flatten().to_numpy())


def _written(
    options: MatchOptions, partition: int, buckets: Buckets, verified: Verified
) -> Outcome:
    """Writes the edges of a partition, each with the ranks of its ends and where it was found."""
    counts = {"uncompared_pairs": verified.uncompared}
    edges = verified.edges
    if edges.num_rows == 0:
        return Outcome((), counts)
    distinct, first = np.unique(buckets.addresses, return_index=True)
    for end in ("a", "b"):
        positions = np.searchsorted(distinct, edges[end].to_numpy())
        edges = edges.append_column(f"rank_{end}", pa.array(buckets.ranks[first][positions]))
    found = np.full(edges.num_rows, partition, np.int32)
    edges = edges.append_column("found", pa.array(found))
    path = options.workspace.phase(options.phase) / "edges" / f"{partition:05d}.arrow"
    return Outcome([options.workspace.put_table(path, edges)], counts)


def _offsets(lists: pa.ListArray) -> NDArray[np.int64]:
    """Offsets into the flattened values; a list array may be a slice of a bigger one."""
    lengths = lists.value_lengths().to_numpy()
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
