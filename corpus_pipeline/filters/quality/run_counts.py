"""Runs of one repeated string: `MMMMMMMM`, `blah blah blah blah`, `ab cd ab cd ab cd ab cd`.

    (.+?)(\\s?\\1){3,}      as Dolma's `repetitions_v1` looks for them

A run is a string and then the same three times or more, each with nothing or one character of white
space before it. The string has no line feed and at most 64 characters; of several the shortest
counts, and what belongs to a run begins no other. An expression that goes back and forth takes
quadratic time for this; here a character is looked at a bounded number of times, some 3 MB/s.
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
    longest = int(np.diff(offsets).max(initial=0))
    _count(data, offsets, characters().classes, longest, counts)
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
def _is_unit(data, i, stop):  # type: ignore[no-untyped-def]
    """Says whether a string has at most `_MAX_PERIOD` characters and no line feed."""
    chars = 0
    for k in range(i, stop):
        if data[k] == 10:
            return False
        chars += data[k] & 0xC0 != 0x80
    return chars <= _MAX_PERIOD


@kernel
def _find(data, i, stop, following, start, classes):  # type: ignore[no-untyped-def]
    """Returns (times, the byte after the last) of the shortest run that begins at byte `i`.

    A string of two bytes or more stands again where its first two bytes do. `following`, int32[N],
    says of each byte of the text from `start` on where that is next, -1 if nowhere.
    """
    times, after = 0, i
    if data[i] < 0x80 and data[i] != 10:
        times, after = _run(data, i, np.int64(1), stop, classes)
    at = np.int64(following[i - start])
    while times < _TIMES and at >= 0 and at - i <= 4 * _MAX_PERIOD + 3:
        # The blank before it, whose first byte is at most three before.
        for blank in range(3, -1, -1):
            size = at - blank - i
            if size < 2 or (blank > 0 and data[at - blank] & 0xC0 == 0x80):
                continue
            if blank > 0:
                code_point, behind = decode(data, at - blank)
                if behind != at or classes[code_point] != SPACE:
                    continue
            times, after = _run(data, i, size, stop, classes)
            if times >= _TIMES and _is_unit(data, i, i + size):
                break
            times = 0
        at = np.int64(following[at - start])
    return times, after


@kernel
def _pair(data, k, stop):  # type: ignore[no-untyped-def]
    """A byte and the next one as a number; behind the text is a zero."""
    return np.int64(data[k]) << 8 | (np.int64(data[k + 1]) if k + 1 < stop else 0)


@kernel
def _count(data, offsets, classes, longest, counts):  # type: ignore[no-untyped-def]
    following = np.empty(longest, np.int32)
    last = np.full(1 << 16, -1, np.int32)
    for row in range(len(offsets) - 1):
        start, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        for k in range(stop - 1, start - 1, -1):
            pair = _pair(data, k, stop)
            following[k - start] = last[pair]
            last[pair] = k
        for k in range(start, stop):
            last[_pair(data, k, stop)] = -1
        i = start
        while i < stop:
            times, after = _find(data, i, stop, following, start, classes)
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
