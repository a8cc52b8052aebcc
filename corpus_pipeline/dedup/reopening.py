"""Buckets that are looked at again, because a star's centre went and what it took out stayed."""

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.dedup.buckets import Buckets

#: What became of a document of an edge: it goes.
REMOVED = 1
#: It stays, though similar to one before it that goes: a star of that one left it uncompared.
UNDONE = 2


def reopened(
    buckets: Buckets, removed: NDArray[np.uint64], undone: NDArray[np.uint64]
) -> tuple[Buckets, NDArray[np.bool_]]:
    """Selects the buckets that hold an undone document and another one that stays.

    Args:
        buckets: of M members in all.
        removed: addresses of documents that go.
        undone: addresses of documents that stay and were not compared enough.

    Returns:
        The buckets without what goes, and bool[M'], true for the undone members: what
        `verification.verify_buckets` calls fresh.

    >>> members = np.array([1, 2, 3, 1, 4], np.uint64)
    >>> sizes, keys = np.array([3, 2]), np.array([1, 1], np.uint64)
    >>> buckets = Buckets(np.array([0, 3, 5]), members, members, keys, np.zeros(2, int), sizes)
    >>> some, fresh = reopened(buckets, np.array([1], np.uint64), np.array([3], np.uint64))
    >>> some.addresses.tolist(), fresh.tolist()
    ([2, 3], [False, True])
    """
    sizes = np.diff(buckets.offsets)
    bucket_of = np.repeat(np.arange(len(sizes)), sizes)
    stays = ~np.isin(buckets.addresses, removed)
    fresh = stays & np.isin(buckets.addresses, undone)
    staying = np.bincount(bucket_of[stays], minlength=len(sizes))
    open_ = (staying > 1) & (np.bincount(bucket_of[fresh], minlength=len(sizes)) > 0)
    chosen = stays & open_[bucket_of]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(staying[open_])])
    position = np.arange(len(bucket_of)) - buckets.offsets[:-1][bucket_of]
    leading = stays & (position < buckets.leaders[bucket_of])
    leaders = np.bincount(bucket_of[leading], minlength=len(sizes))[open_]
    addresses, ranks = buckets.addresses[chosen], buckets.ranks[chosen]
    keys, elsewhere = buckets.keys[open_], buckets.elsewhere[open_]
    return Buckets(offsets, addresses, ranks, keys, elsewhere, leaders), fresh[chosen]
