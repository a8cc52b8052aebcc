"""Verification: the true Jaccard similarity of documents that share a bucket.

Dissimilar documents may share a band too, so every pair that matters is measured on the sets of
shingles. Comparing all pairs of a bucket is quadratic; instead stars are grown greedily, as many as
it takes:

    bucket, least first   1 2 3 4 5 6
    round 1               1—2 1—3 1—4 1—5 1—6    similar: 3, 6     left: 2 4 5
    round 2               2—4 2—5                similar: 4, 5     left: none

What a star leaves unmeasured, 3—6 here, does not matter while its centre stays in the corpus: both
go for it. If another bucket's document removes the centre, `fresh` names 3 and 6, and the bucket is
looked at again without those that are removed.
"""

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.buckets import Buckets
from corpus_pipeline.dedup.minhash import Shingles
from corpus_pipeline.dedup.survivors import positions_of
from corpus_pipeline.kernels import kernel
from corpus_pipeline.thresholds import exact_threshold

#: Columns of what `verify_buckets` returns. The Jaccard similarity is intersection / union.
EDGES = pa.schema(
    [
        pa.field("a", pa.uint64(), False, {"meaning": "packed address of the star's centre"}),
        pa.field("b", pa.uint64(), False, {"meaning": "packed address of the similar document"}),
        pa.field("intersection", pa.int32(), False, {"meaning": "shingles that both have"}),
        pa.field("union", pa.int32(), False, {"meaning": "shingles that at least one has"}),
    ]
)


#: Centres of a bucket, one after the other; with so many and one more a bucket is compared in full.
MAX_CENTRES = 32


class Verified(NamedTuple):
    """What the comparison of buckets has found."""

    edges: pa.RecordBatch
    """Of schema `EDGES`, sorted by (a, b), each pair once."""
    uncompared: int
    """Pairs of documents in one bucket that went into no star and were not compared, at most: what
    was left after the last centre, and what stands in different chunks of a bucket."""


class ShingleSets(NamedTuple):
    """The shingle sets of N documents, found by address."""

    addresses: NDArray[np.uint64]
    """uint64[N], packed, ascending."""
    offsets: NDArray[np.int64]
    """int64[N + 1]."""
    hashes: NDArray[np.uint64]
    """uint64[S], ascending and without repeats in each document; see `unique_shingles`."""


@kernel
def _drop_repeats(offsets, hashes, unique_offsets, unique):  # type: ignore[no-untyped-def]
    count = np.uint64(0)
    for row in range(len(offsets) - 1):
        unique_offsets[row] = count
        for i in range(offsets[row], offsets[row + 1]):
            if i == offsets[row] or hashes[i] != hashes[i - 1]:
                unique[count] = hashes[i]
                count += np.uint64(1)
    unique_offsets[len(offsets) - 1] = count
    return count


def unique_shingles(shingles: Shingles) -> Shingles:
    """Sorts the shingles of each document and takes repeats out.

    >>> sets = unique_shingles(Shingles(np.array([0, 3, 3]), np.array([7, 2, 7], np.uint64)))
    >>> sets.offsets.tolist(), sets.hashes.tolist()
    ([0, 2, 2], [2, 7])
    """
    ordered = shingles.hashes.copy()
    for start, stop in pairwise(shingles.offsets.tolist()):
        # One call for each document: NumPy sorts with vector instructions, numba does not.
        ordered[start:stop].sort()
    offsets = np.empty(len(shingles.offsets), np.int64)
    hashes = np.empty(len(ordered), np.uint64)
    count = _drop_repeats(shingles.offsets, ordered, offsets, hashes)
    return Shingles(offsets, hashes[:count].copy())


@kernel
def _intersections(first, second, offsets, hashes, needed, out):  # type: ignore[no-untyped-def]
    """Merges sorted sets without branching on their values, which are random.

    Stops, now and then, where `needed` cannot be reached any more; `out` then is below it.
    """
    for pair in range(len(first)):
        i, i_stop = np.uint64(offsets[first[pair]]), np.uint64(offsets[first[pair] + 1])
        j, j_stop = np.uint64(offsets[second[pair]]), np.uint64(offsets[second[pair] + 1])
        least = needed[pair]
        common = np.int64(0)
        while i < i_stop and j < j_stop:
            # At most so many steps cannot leave either set.
            rest = min(np.int64(i_stop - i), np.int64(j_stop - j))
            if common + rest < least:
                break
            for _ in range(np.minimum(rest, 64)):
                x, y = hashes[i], hashes[j]
                common += x == y
                i += np.uint64(x <= y)
                j += np.uint64(y <= x)
        out[pair] = common


def verify_buckets(
    buckets: Buckets,
    shingle_sets: ShingleSets,
    threshold: float,
    max_centres: int = MAX_CENTRES,
    fresh: NDArray[np.bool_] | None = None,
) -> Verified:
    """Measures the pairs of each bucket, in greedy stars, and keeps those that are similar.

    In each round the least document of a bucket is the centre and all others are compared with it;
    those below the threshold form the next round among themselves. A pair that several buckets
    compare in one round is measured once.

    Args:
        buckets: of M members in all.
        shingle_sets: of every member.
        threshold: least Jaccard similarity, above 0, compared exactly (0.7 is 7/10).
        max_centres: after so many centres the rest of a bucket is left alone. 1 measures stars
            around the least document only.
        fresh: bool[M]; pairs of which neither member is fresh are not similar, as an earlier look
            has found. None: all are fresh.

    Raises:
        ValueError: a member has no shingle set, or threshold or max_centres are out of range.

    >>> sets = ShingleSets(
    ...     np.array([1, 2, 3], np.uint64),
    ...     np.array([0, 4, 8, 10]),
    ...     np.array([1, 2, 3, 4, 1, 2, 3, 5, 8, 9], np.uint64),
    ... )
    >>> addresses = np.array([1, 2, 3], np.uint64)
    >>> key, none, all_ = addresses[:1], np.array([0]), np.array([3])
    >>> buckets = Buckets(np.array([0, 3]), addresses, addresses, key, none, all_)
    >>> verify_buckets(buckets, sets, 0.6).edges.to_pylist()
    [{'a': 1, 'b': 2, 'intersection': 3, 'union': 5}]
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is a Jaccard similarity above 0 and up to 1, got {threshold}")
    if max_centres < 1:
        raise ValueError(f"max_centres must be at least 1, got {max_centres}")
    least = exact_threshold(threshold)
    members = positions_of(buckets.addresses, shingle_sets.addresses, "the shingle sets")
    looked = np.ones(len(members), np.bool_) if fresh is None else fresh
    sizes = np.diff(buckets.offsets)
    bucket_of = np.repeat(np.arange(len(sizes)), sizes)
    # Those whom the other chunks of their bucket do not have, and who go into no star.
    position = np.arange(len(members)) - buckets.offsets[:-1][bucket_of]
    is_apart = looked & (position >= buckets.leaders[bucket_of])
    apart = np.bincount(bucket_of[is_apart], minlength=len(sizes))
    buckets_left = np.arange(len(sizes))
    found = []
    for _ in range(max_centres):
        if len(members) == 0:
            break
        is_centre = np.zeros(len(members), np.bool_)
        is_centre[np.cumsum(sizes) - sizes] = True
        group_of = np.repeat(np.arange(len(sizes)), sizes)[~is_centre]
        centres, others = members[is_centre][group_of], members[~is_centre]
        wanted = looked[is_centre][group_of] | looked[~is_centre]
        # Positions are below 2^32, so a pair packs into one integer; unique() measures it once.
        pairs, which = np.unique((centres << 32 | others)[wanted], return_inverse=True)
        edges, measured = _measure(pairs >> 32, pairs & 0xFFFFFFFF, shingle_sets, least)
        found.append(edges)
        similar = np.zeros(len(others), np.bool_)
        similar[wanted] = measured[which]
        is_apart = is_apart[~is_centre]
        gone = buckets_left[group_of[similar & is_apart]]
        apart -= np.bincount(gone, minlength=len(apart))
        # A document alone is done, and so is a group of which nobody is fresh.
        left = ~similar
        looked = looked[~is_centre]
        sizes = np.bincount(group_of[left], minlength=len(sizes))
        fresh_left = np.bincount(group_of[left & looked], minlength=len(sizes))
        goes_on = (sizes > 1) & (fresh_left > 0)
        left &= goes_on[group_of]
        members, looked, is_apart = others[left], looked[left], is_apart[left]
        buckets_left, sizes = buckets_left[goes_on], sizes[goes_on]
    uncompared = int((sizes * (sizes - 1) // 2).sum())
    # A pair across two chunks is counted by both, unless one of it went into a star.
    uncompared += int((apart * buckets.elsewhere).sum()) // 2
    return Verified(_edge_table(found, shingle_sets.addresses), uncompared)


def _measure(
    first: NDArray[np.int64], second: NDArray[np.int64], sets: ShingleSets, least: Fraction
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Returns the similar pairs as int64[4, E], and for each pair whether it is similar."""
    size_1, size_2 = (sets.offsets[x + 1] - sets.offsets[x] for x in (first, second))
    # common / (size_1 + size_2 - common) >= least, in integers.
    total = least.numerator + least.denominator
    needed = -(-(size_1 + size_2) * least.numerator // total)
    # No set has more in common than its size, so most strangers need no merge.
    candidates = np.flatnonzero((np.minimum(size_1, size_2) >= needed) & (needed > 0))
    common = np.zeros(len(first), np.int64)
    measured = np.empty(len(candidates), np.int64)
    _intersections(
        first[candidates], second[candidates], sets.offsets, sets.hashes, needed[candidates],
        measured,
    )  # fmt: skip
    common[candidates] = measured
    union = size_1 + size_2 - common
    similar = (common >= needed) & (needed > 0)
    return np.stack([x[similar] for x in (first, second, common, union)]), similar


def _edge_table(found: list[NDArray[np.int64]], addresses: NDArray[np.uint64]) -> pa.RecordBatch:
    first, second, common, union = np.concatenate([np.empty((4, 0), np.int64), *found], axis=1)
    # Positions sort like addresses; rounds may repeat a pair that another bucket compared earlier.
    _, once = np.unique(first << 32 | second, return_index=True)
    columns = (
        addresses[first[once]],
        addresses[second[once]],
        common[once].astype(np.int32),
        union[once].astype(np.int32),
    )
    return pa.record_batch([pa.array(column) for column in columns], schema=EDGES)
