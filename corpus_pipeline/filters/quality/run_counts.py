"""Runs of one repeated string: `MMMMMMMM`, `blah blah blah blah`, `ab cd ab cd ab cd ab cd`.

    (.+?)(\\s?\\1){3,}      as Dolma's `repetitions_v1` looks for them

A run is a string and then the same three times or more, each with nothing or one character of white
space before it. The string has no line feed and at most 64 characters; of several the shortest
counts, and what belongs to a run begins no other. An expression that goes back and forth takes
quadratic time for this; here a character is looked at a bounded number of times.
"""

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.filters.quality.more_columns import RUN_MEANINGS
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import SPACE, characters, decode

_CHARS, _LONGEST, _MOST = range(len(RUN_MEANINGS))
#: Characters that a repeated string may have, and how often it must stand there.
_MAX_PERIOD = 64
_TIMES = 4


def count_runs(data: NDArray[np.uint8], offsets: NDArray[np.int32]) -> dict[str, NDArray[np.int32]]:
    """Counts `RUN_MEANINGS` of N texts; each is int32[N].

    >>> data = np.frombuffer(b"no MMMMMM, no blah blah blah blah", np.uint8)
    >>> {name: int(row[0]) for name, row in count_runs(data, np.array([0, 33])).items()}
    {'run_chars': 26, 'longest_run': 20, 'most_repeats': 6}
    """
    counts = np.zeros((len(RUN_MEANINGS), len(offsets) - 1), np.int32)
    _count(data, offsets, characters().classes, counts)
    return dict(zip(RUN_MEANINGS, counts, strict=True))


@kernel
def _same(data, start, size, at, stop):  # type: ignore[no-untyped-def]
    """Says whether the bytes from `start` stand at `at` again."""
    if at + size > stop:
        return False
    k = 0
    while k < size and data[start + k] == data[at + k]:
        k += 1
    return k == size


@kernel
def _may_repeat(data, at, first, stop):  # type: ignore[no-untyped-def]
    """Says whether a string that begins with a byte may stand at `at`, or behind a blank there."""
    if at >= stop:
        return False
    b = data[at]
    if b == first:
        return True
    if b <= 0x20:
        return at + 1 < stop and data[at + 1] == first
    # The first bytes of white space beyond ASCII.
    return b in (0xC2, 0xE1, 0xE2, 0xE3)


@kernel
def _run(data, start, size, stop, classes):  # type: ignore[no-untyped-def]
    """Returns (times, the byte after the last) of a string that is repeated from `start` on."""
    times = 1
    end = start + size
    while end < stop:
        code_point, behind = decode(data, end)
        if classes[code_point] == SPACE and _same(data, start, size, behind, stop):
            end = behind + size
        elif _same(data, start, size, end, stop):
            end += size
        else:
            break
        times += 1
    return times, end


@kernel
def _count(data, offsets, classes, counts):  # type: ignore[no-untyped-def]
    for row in range(len(offsets) - 1):
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        while i < stop:
            end = i
            times = 0
            after = np.int64(0)
            for _ in range(_MAX_PERIOD):
                if end >= stop or data[end] == 10:
                    break
                end += 1
                while end < stop and data[end] & 0xC0 == 0x80:
                    end += 1
                if _may_repeat(data, end, data[i], stop):
                    times, after = _run(data, i, end - i, stop, classes)
                    if times >= _TIMES:
                        break
            if times < _TIMES:
                i += 1
                while i < stop and data[i] & 0xC0 == 0x80:
                    i += 1
                continue
            chars = 0
            for k in range(i, after):
                chars += data[k] & 0xC0 != 0x80
            counts[_CHARS, row] += chars
            counts[_LONGEST, row] = max(counts[_LONGEST, row], chars)
            counts[_MOST, row] = max(counts[_MOST, row], times)
            i = after
