"""Buckets: the documents that share a band hash.

A large bucket is cut into chunks, so that no partition has to hold all of its shingle sets:

    bucket, least first    1 2 | 3 4 5 6 7 8 9 …        leaders 1 2
    chunks                 1 2   3 6 8                  the others by a hash of their address
                           1 2   4 5 7 9

Every chunk begins with the leaders, so each document of the bucket is compared with them, and with
the documents of its own chunk.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.dedup.survivors import group_order
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.words import mix

#: The least documents of a bucket that every chunk of it begins with.
LEADERS = 8


class Buckets(NamedTuple):
    """B groups of documents; group i is `offsets[i]:offsets[i + 1]`, sorted by (rank, address)."""

    offsets: NDArray[np.int64]
    """int64[B + 1]."""
    addresses: NDArray[np.uint64]
    """uint64[M], packed; at least two different ones in each bucket."""
    ranks: NDArray[np.uint64]
    """uint64[M], of the same documents."""
    keys: NDArray[np.uint64]
    """uint64[B], decides which partition verifies the group: the address of the least document, or
    of a chunk a hash of that and the chunk."""
    elsewhere: NDArray[np.int64]
    """int64[B], documents of the same bucket that are in other chunks of it."""
    leaders: NDArray[np.int64]
    """int64[B], members at the head that all chunks of the bucket have; in an uncut one all."""


@kernel
def _gather(order, hashes, addresses, members, offsets):  # type: ignore[no-untyped-def]
    """Lists the members of each bucket as record numbers; returns the number of buckets."""
    count = 0
    size = 0
    i = 0
    while i < len(order):
        first = order[i]
        begin = size
        previous = first
        while i < len(order) and hashes[order[i]] == hashes[first]:
            record = order[i]
            i += 1
            if size > begin and addresses[record] == addresses[previous]:
                continue
            members[size] = record
            previous = record
            size += 1
        if size - begin > 1:
            count += 1
            offsets[count] = size
        else:
            size = begin
    return count


@kernel
def _chunk_bits(size, limit, leaders):  # type: ignore[no-untyped-def]
    """The binary logarithm of the number of chunks of a bucket; 0 for one that is not cut."""
    bits = 0
    if size > limit:
        bits = 1
        while (limit - leaders) << bits < size - leaders:
            bits += 1
    return bits


@kernel
def _chunk_of(address, bits):  # type: ignore[no-untyped-def]
    """The chunk, of two to the power of `bits`, that a document belongs to."""
    return np.int64(mix(address) >> np.uint64(64 - bits))


@kernel
def _cut(members, offsets, addresses, limit, leaders, cut, cut_offsets, keys, elsewhere, heads):  # type: ignore[no-untyped-def]
    """Copies buckets, large ones in chunks; returns the number of groups.

    The chunk of a document depends on its address and the number of chunks alone: a document that
    is in several large buckets of one least document then is in one chunk of them, and its shingle
    set is wanted once.
    """
    count = 0
    size = 0
    for bucket in range(len(offsets) - 1):
        begin, end = offsets[bucket], offsets[bucket + 1]
        least = addresses[members[begin]]
        bits = _chunk_bits(end - begin, limit, leaders)
        if bits == 0:
            for i in range(begin, end):
                cut[size] = members[i]
                size += 1
            keys[count] = least
            elsewhere[count] = 0
            heads[count] = end - begin
            count += 1
            cut_offsets[count] = size
            continue
        positions = np.zeros(1 << bits, np.int64)
        for i in range(begin + leaders, end):
            positions[_chunk_of(addresses[members[i]], bits)] += 1
        for chunk in range(len(positions)):
            others = positions[chunk]
            if others == 0:
                continue
            for i in range(begin, begin + leaders):
                cut[size] = members[i]
                size += 1
            positions[chunk] = size
            size += others
            keys[count] = mix(least ^ mix(np.uint64(len(positions) + chunk)))
            elsewhere[count] = end - begin - leaders - others
            heads[count] = leaders
            count += 1
            cut_offsets[count] = size
        for i in range(begin + leaders, end):
            chunk = _chunk_of(addresses[members[i]], bits)
            cut[positions[chunk]] = members[i]
            positions[chunk] += 1
    return count


@kernel
def _fingerprints(members, offsets, addresses):  # type: ignore[no-untyped-def]
    """uint64[B], equal for groups of equal members."""
    found = np.zeros(len(offsets) - 1, np.uint64)
    for group in range(len(found)):
        fingerprint = np.uint64(0)
        for i in range(offsets[group], offsets[group + 1]):
            fingerprint = mix(fingerprint ^ addresses[members[i]])
        found[group] = fingerprint
    return found


@kernel
def _repeated(by_fingerprint, fingerprints, offsets, members, addresses):  # type: ignore[no-untyped-def]
    """bool[B], true for a bucket whose members are those of an earlier bucket."""
    repeated = np.zeros(len(by_fingerprint), np.bool_)
    first = 0
    for i in range(1, len(by_fingerprint)):
        here, original = by_fingerprint[i], by_fingerprint[first]
        if fingerprints[here] != fingerprints[original]:
            first = i
            continue
        size = offsets[here + 1] - offsets[here]
        # Equal fingerprints of different members only cost a bucket that is compared twice.
        same = size == offsets[original + 1] - offsets[original]
        for j in range(size if same else 0):
            mine, theirs = members[offsets[here] + j], members[offsets[original] + j]
            same = same and addresses[mine] == addresses[theirs]
        repeated[here] = same
    return repeated


def find_buckets(
    hashes: NDArray[np.uint64],
    ranks: NDArray[np.uint64],
    addresses: NDArray[np.uint64],
    max_bucket: int = 1024,
    leaders: int = LEADERS,
) -> Buckets:
    """Groups documents by band hash; the result is the same for any order of the records.

    Buckets come in the order of their band hashes. Of groups with the same members only the first
    is kept. Memory: about 80 bytes for each record.

    Args:
        hashes: uint64[N], band hashes of documents that have shingles.
        ranks: uint64[N], see `survivors.document_ranks`.
        addresses: uint64[N], packed. A document may appear with many hashes, and repeatedly.
        max_bucket: a bucket of more documents is cut into a power of two of chunks, of at most so
            many on average.
        leaders: so many least documents of a bucket stand at the head of each chunk.

    Raises:
        ValueError: there is no leader, or no room in a chunk for others.

    >>> hashes = np.array([8, 5, 8, 5, 8, 9], np.uint64)
    >>> addresses = np.array([1, 2, 2, 1, 3, 3], np.uint64)
    >>> buckets = find_buckets(hashes, addresses, addresses)
    >>> buckets.offsets.tolist(), buckets.addresses.tolist(), buckets.keys.tolist()
    ([0, 2, 5], [1, 2, 1, 2, 3], [1, 1])
    >>> hashes, addresses = np.zeros(9, np.uint64), np.arange(9, dtype=np.uint64)
    >>> chunks = find_buckets(hashes, addresses, addresses, max_bucket=6, leaders=2)
    >>> [part.tolist() for part in np.split(chunks.addresses, chunks.offsets[1:-1])]
    [[0, 1, 2, 3, 4, 7, 8], [0, 1, 5, 6]]
    """
    if not 1 <= leaders < max_bucket:
        raise ValueError(
            "a chunk of a bucket has at least one leader and room for another document, got "
            f"leaders {leaders}, max_bucket {max_bucket}"
        )
    order = group_order(hashes, ranks, addresses)
    members = np.empty(len(order), np.int64)
    offsets = np.zeros(len(order) + 1, np.int64)
    count = _gather(order, hashes, addresses, members, offsets)
    offsets = offsets[: count + 1].copy()
    chunks = _chunks(np.diff(offsets), max_bucket, leaders)
    extra = int((np.maximum(chunks - 1, 0) * leaders).sum())
    cut = np.empty(int(offsets[-1]) + extra, np.int64)
    cut_offsets = np.zeros(int(chunks.sum()) + 1, np.int64)
    keys = np.empty(len(cut_offsets), np.uint64)
    elsewhere, heads = np.empty((2, len(cut_offsets)), np.int64)
    count = _cut(
        members, offsets, addresses, max_bucket, leaders, cut, cut_offsets, keys, elsewhere, heads
    )
    offsets = cut_offsets[: count + 1]
    members = cut[: offsets[-1]]
    fingerprints = _fingerprints(members, offsets, addresses)
    by_fingerprint = np.argsort(fingerprints, kind="stable")
    kept = ~_repeated(by_fingerprint, fingerprints, offsets, members, addresses)
    sizes = np.diff(offsets)
    members = members[np.repeat(kept, sizes)]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes[kept])])
    found = np.flatnonzero(kept)
    return Buckets(
        offsets, addresses[members], ranks[members], keys[found], elsewhere[found], heads[found]
    )


def _chunks(sizes: NDArray[np.int64], limit: int, leaders: int) -> NDArray[np.int64]:
    """int64[B], into how many chunks each bucket is cut."""
    chunks = np.ones(len(sizes), np.int64)
    for bucket in np.flatnonzero(sizes > limit).tolist():
        chunks[bucket] = 1 << _chunk_bits(int(sizes[bucket]), limit, leaders)
    return chunks
