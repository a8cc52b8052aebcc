"""Exact counts of repeated lines, paragraphs and n-grams of one document, in linear time.

Every n-gram that occurs twice consists of two (n-1)-grams that occur twice. So each order looks
only at the positions that survived the order before, and an n-gram is named by its two halves: a
pair of 32-bit numbers, compared exactly. Only words are compared by hash (64 bits).

    words      a b c a b c d        repeated: a b c a b c
    2-grams    ab bc ca ab bc       repeated: ab bc ab bc      (cd is never looked at)
    3-grams    abc abc              repeated: abc abc
"""

import numpy as np

from corpus_pipeline.filters.quality.columns import DUPLICATE_ORDERS, TOP_ORDERS
from corpus_pipeline.kernels import kernel

#: n-grams of which the most common one counts, and n-grams of which all repeated ones count
#: (Rae et al. 2021, appendix A.1.1).
_LAST_TOP = TOP_ORDERS[-1]
_LAST = DUPLICATE_ORDERS[-1]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@kernel
def table_slots(entries):  # type: ignore[no-untyped-def]
    """Returns how many slots a table for `entries` entries needs: a power of two, 2/3 full.

    >>> table_slots.py_func(0), table_slots.py_func(100)
    (4, 256)
    """
    slots = 4
    while slots * 2 < entries * 3:
        slots *= 2
    return slots


@kernel
def new_tables(room):  # type: ignore[no-untyped-def]
    """Returns scratch for the n-grams of `room` words, as their counters take it.

    Returns:
        names int32[room], keys uint64[T], counts int32[T], covered int32[T], covered_to int32[T].

    >>> [len(table) for table in new_tables(100)]
    [100, 256, 256, 256, 256]
    """
    slots = table_slots(room)
    return (
        np.empty(room, np.int32),
        np.empty(slots, np.uint64),
        np.empty(slots, np.int32),
        np.empty(slots, np.int32),
        np.empty(slots, np.int32),
    )


@kernel
def clear_table(counts, entries):  # type: ignore[no-untyped-def]
    """Empties enough slots for `entries` entries at a load below 2/3; returns log2 of the slots.

    >>> counts = np.ones(8, np.int32)
    >>> clear_table.py_func(counts, 2), counts.tolist()
    (2, [0, 0, 0, 0, 1, 1, 1, 1])
    """
    log = 2
    while (1 << log) * 2 < entries * 3:
        log += 1
    for slot in range(1 << log):
        counts[slot] = 0
    return log


@kernel
def enter(keys, counts, log, key):  # type: ignore[no-untyped-def]
    """Counts one occurrence of the uint64 `key`; returns its slot. Count 0 is an empty slot."""
    mask = (1 << log) - 1
    slot = np.int64((key * _GOLDEN) >> np.uint64(64 - log))
    while counts[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    keys[slot] = key
    counts[slot] += 1
    return slot


@kernel
def count_duplicates(hashes, chars, size, keys, counts):  # type: ignore[no-untyped-def]
    """Returns how many of the first `size` elements occurred before, and the characters in them."""
    log = clear_table(counts, size)
    duplicates = 0
    duplicate_chars = 0
    for k in range(size):
        if counts[enter(keys, counts, log, hashes[k])] > 1:
            duplicates += 1
            duplicate_chars += chars[k]
    return duplicates, duplicate_chars


@kernel
def count_ngrams(  # type: ignore[no-untyped-def]
    hashes, ends, words, positions, names, keys, counts, covered, covered_to, top, duplicate
):
    """Counts the characters in the most common and in all repeated n-grams of one document.

    Args:
        hashes: uint64[W] of the words.
        ends: int32[W + 1], characters before each word; spaces do not count.
        words: how many words.
        positions: int32[W], scratch: where an n-gram starts that is still in question.
        names: int32[W], scratch: its slot.
        keys: uint64[T], scratch.
        counts: int32[T], scratch.
        covered: int32[T], scratch: characters in the occurrences of one n-gram, each once.
        covered_to: int32[T], scratch: the word after its last occurrence.
        top: int32[3], filled for n = 2, 3, 4: characters in the n-gram that occurs most often, at
            least twice; of several, the one with most characters.
        duplicate: int32[6], filled for n = 5 to 10: characters in n-grams that occur twice.
    """
    top.fill(0)
    duplicate.fill(0)
    log = clear_table(counts, words)
    for k in range(words):
        names[k] = enter(keys, counts, log, hashes[k])
    size = 0
    for k in range(words):
        if counts[names[k]] > 1:
            positions[size] = k
            names[size] = names[k]
            size += 1
    for n in range(2, _LAST + 1):
        candidates = 0
        for k in range(size - 1):
            candidates += positions[k + 1] == positions[k] + 1
        if candidates == 0:
            return
        log = clear_table(counts, candidates)
        best = 1
        j = 0
        for k in range(size - 1):
            position = positions[k]
            if positions[k + 1] != position + 1:
                continue
            key = (np.uint64(names[k]) << np.uint64(32)) | np.uint64(names[k + 1])
            slot = enter(keys, counts, log, key)
            positions[j] = position
            names[j] = slot
            j += 1
            if n <= _LAST_TOP:
                if counts[slot] == 1:
                    covered[slot] = 0
                    covered_to[slot] = 0
                covered[slot] += ends[position + n] - ends[max(position, covered_to[slot])]
                covered_to[slot] = position + n
                if counts[slot] > best:
                    best = counts[slot]
                    top[n - 2] = covered[slot]
                elif counts[slot] == best and best > 1:
                    top[n - 2] = max(top[n - 2], covered[slot])
        size = 0
        reached = 0
        for k in range(candidates):
            if counts[names[k]] > 1:
                position = positions[k]
                positions[size] = position
                names[size] = names[k]
                size += 1
                if n > _LAST_TOP:
                    duplicate[n - 5] += ends[position + n] - ends[max(position, reached)]
                    reached = position + n
