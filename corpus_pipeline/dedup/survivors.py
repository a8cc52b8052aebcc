"""Who survives among duplicates: a total order over documents, and sorting by it.

    rank, uint64:   source priority 8 bits | preference 24 bits | content hash 32 bits
                    the lowest number wins   e.g. longest first   an arbitrary but fixed choice

The survivor of any cluster is the document with the least (rank, address). Nothing in it depends on
the order in which documents arrive, so every engine keeps the same documents.
"""

from typing import Literal, get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel

Preference = Literal["longest", "shortest", "none"]

#: Bits of a rank below the priority.
PRIORITY_AT = 56
_LENGTH_LIMIT = (1 << 24) - 1
"""Documents of this many code points or more count as equally long."""


def document_ranks(
    priorities: NDArray[np.uint8],
    lengths: NDArray[np.int64],
    content_hashes: pa.Array,
    prefer: Preference = "longest",
) -> NDArray[np.uint64]:
    """Packs the order in which documents survive; the least rank survives.

    Args:
        priorities: uint8[N], of the document's source; 0 is the most wanted.
        lengths: int64[N], code points of the text; 2^24 - 1 and more count as equal.
        content_hashes: fixed_size_binary(16)[N]; the first four bytes decide between equals. A null
            ranks after every document of the same priority and length.
        prefer: which of two documents of equal priority survives; "none" leaves it to the hash.

    Returns:
        uint64[N]. Documents of equal rank are told apart by their packed address.

    Raises:
        ValueError: `prefer` is unknown, or the three columns differ in length.
        TypeError: `content_hashes` is not fixed_size_binary(16).

    >>> hashes = pa.array([b"b" * 16, b"a" * 16, b"a" * 16], pa.binary(16))
    >>> priorities, lengths = np.array([1, 1, 0], np.uint8), np.array([9, 8, 1])
    >>> np.argsort(document_ranks(priorities, lengths, hashes)).tolist()
    [2, 0, 1]
    >>> np.argsort(document_ranks(priorities, lengths, hashes, prefer="none")).tolist()
    [2, 1, 0]
    """
    if prefer not in get_args(Preference):
        raise ValueError(f"prefer is one of {', '.join(get_args(Preference))}; got {prefer!r}")
    if content_hashes.type != pa.binary(16):
        raise TypeError(f"content hashes are fixed_size_binary(16), got {content_hashes.type}")
    if not len(priorities) == len(lengths) == len(content_hashes):
        raise ValueError(
            "priorities, lengths and content hashes have one row per document, "
            f"got {len(priorities)}, {len(lengths)} and {len(content_hashes)}"
        )
    preference: NDArray[np.uint64] = np.clip(lengths, 0, _LENGTH_LIMIT).astype(np.uint64)
    if prefer == "longest":
        preference = np.uint64(_LENGTH_LIMIT) - preference
    elif prefer == "none":
        preference[:] = 0
    ranks: NDArray[np.uint64] = priorities.astype(np.uint64)
    ranks <<= np.uint64(PRIORITY_AT)
    ranks |= preference << np.uint64(32)
    ranks |= _first_four_bytes(content_hashes).astype(np.uint64)
    return ranks


def _first_four_bytes(content_hashes: pa.Array) -> NDArray[np.uint32]:
    """uint32[N], big-endian, so that ranks sort like the hashes do; all ones where null."""
    data = content_hashes.buffers()[1]
    if len(content_hashes) == 0 or data is None:
        return np.full(len(content_hashes), 0xFFFFFFFF, np.uint32)
    words = np.frombuffer(data, ">u4").reshape(-1, 4)
    first = words[content_hashes.offset : content_hashes.offset + len(content_hashes), 0]
    first = first.astype(np.uint32)
    if content_hashes.null_count:
        first[np.asarray(content_hashes.is_null(), np.bool_)] = 0xFFFFFFFF
    return first


@kernel
def _after(first, second, third, i, j):  # type: ignore[no-untyped-def]
    """Tells whether record `i` sorts after record `j`."""
    if first[i] != first[j]:
        return first[i] > first[j]
    if second[i] != second[j]:
        return second[i] > second[j]
    return third[i] > third[j]


@kernel
def _sort_slice(order, start, stop, first, second, third):  # type: ignore[no-untyped-def]
    """Sorts `order[start:stop]` by heap sort: in place, and never quadratic on a huge group."""
    heap = order[start:stop]
    size = len(heap)
    building = size // 2
    for step in range(building + size - 1):
        if step < building:
            root, end = building - 1 - step, size
        else:
            root, end = 0, size - 1 - (step - building)
            heap[0], heap[end] = heap[end], heap[0]
        while 2 * root + 1 < end:
            child = 2 * root + 1
            if child + 1 < end and _after(first, second, third, heap[child + 1], heap[child]):
                child += 1
            if not _after(first, second, third, heap[child], heap[root]):
                break
            heap[root], heap[child] = heap[child], heap[root]
            root = child


@kernel
def _sort_ties(order, groups, first, second, third):  # type: ignore[no-untyped-def]
    start = 0
    for i in range(1, len(order) + 1):
        if i == len(order) or groups[order[i]] != groups[order[start]]:
            if i - start > 1:
                _sort_slice(order, start, i, first, second, third)
            start = i


def group_order(groups: NDArray[np.uint64], *keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Sorts records by group, and within a group by up to three keys.

    Equal to `np.lexsort` with the same keys, save for records that are equal in all of them, and
    several times faster where groups are small: only `groups` is sorted in full. Memory: 8 bytes
    for each record.

    Args:
        groups: uint64[N].
        keys: up to three uint64[N], the most significant first.

    Returns:
        int64[N], the record at each place.

    Raises:
        ValueError: there are no keys or more than three.

    >>> groups, ranks = np.array([7, 3, 7], np.uint64), np.array([2, 9, 1], np.uint64)
    >>> group_order(groups, ranks).tolist()
    [1, 2, 0]
    """
    if not 1 <= len(keys) <= 3:
        raise ValueError(f"records are sorted by one to three keys, got {len(keys)}")
    order = np.argsort(groups).astype(np.int64, copy=False)
    padded = [*keys, keys[-1], keys[-1]]
    _sort_ties(order, groups, padded[0], padded[1], padded[2])
    return order


def positions_of(
    wanted: NDArray[np.uint64], addresses: NDArray[np.uint64], where: str
) -> NDArray[np.int64]:
    """Finds addresses in a sorted list of addresses.

    Args:
        wanted: uint64[M], packed addresses.
        addresses: uint64[N], packed, ascending.
        where: what the list is, for the message.

    Returns:
        int64[M], the position of each.

    Raises:
        ValueError: one is not in the list.

    >>> positions_of(np.array([9, 4], np.uint64), np.array([4, 9], np.uint64), "the index").tolist()
    [1, 0]
    """
    positions = np.searchsorted(addresses, wanted)
    if len(addresses):
        found = addresses[np.minimum(positions, len(addresses) - 1)] == wanted
    else:
        found = np.zeros(len(wanted), np.bool_)
    if not found.all():
        missing = int(wanted[~found][0])
        raise ValueError(
            f"document {missing >> 32}:{missing & 0xFFFFFFFF} is missing from {where}, "
            "which must hold every document that is compared; pass all of its parts"
        )
    return positions.astype(np.int64, copy=False)
