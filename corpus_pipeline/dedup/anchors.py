"""Which strings of N bytes are the same, without hashing all of them: anchors, and windows.

    text     ........................................................
    window   every string of N bytes
    gram     every string of K = N/4 bytes has a hash
    anchor   of a window: the least hash among its grams; of equal ones the leftmost

    1.  the anchors of all texts: about one in 3/8 N bytes. Equal windows have equal anchors, so a
        window whose anchor stands nowhere else is no repeat
    2.  of the windows whose anchors stand elsewhere all are hashed, and compared within one anchor:
        equal are those with the same 64 bits of the anchor's hash and 61 of their own

Items need not be bytes: `ngrams` does the same with the hashes of words, within each paragraph.

Choosing by the least hash is winnowing (Schleimer et al. 2003, section 3), or minimizers (Roberts
et al. 2004); comparing the strings of one minimizer apart from all others is how k-mers are counted
(Deorowicz et al. 2015). Both steps take time in proportion to the text, however often it repeats.
"""

import dataclasses
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.text.words import mix
from corpus_pipeline.thresholds import exact_threshold

#: Multiplier of the rolling hash of grams, modulo 2^64; odd.
GRAM_BASE = np.uint64(0x9FB21C651E98DF25)
#: Windows are hashed modulo the Mersenne prime 2^61 - 1: modulo 2^64 there are short strings that
#: collide whatever the multiplier (Thue-Morse).
_PRIME = np.uint64((1 << 61) - 1)
WINDOW_BASE = np.uint64(0x0D1B54A32D192ED0)
#: Windows in one record, so that a record stays small where an anchor repeats side by side.
_TOGETHER = 4096
#: Bytes of the record of a run, beside eight for each window.
_RUN_BYTES = 32

Keep = Literal["one", "none"]


@dataclasses.dataclass(frozen=True)
class RepeatOptions:
    """What counts as a repeated substring, and what becomes of it."""

    min_bytes: int = 500
    """Length, in bytes of UTF-8, from which on strings count. Dolma 3 has 500, Lee et al. (2022) 50
    tokens, which their code compares as 100 bytes."""
    keep: Keep = "one"
    """Of equal strings one stays, or none."""
    max_loss: float = 1.0
    """Share of its characters that a document may lose; one that would lose more stays whole."""
    min_words: int = 12
    """A document of which fewer words would be left has nothing left."""

    def __post_init__(self) -> None:
        if self.min_bytes < _LEAST_BYTES:
            raise ValueError(
                f"min_bytes must be at least {_LEAST_BYTES}, got {self.min_bytes}; shorter strings "
                "repeat by right, and there are too many of them"
            )
        if not 0 < self.max_loss <= 1:
            raise ValueError(f"max_loss must be more than 0 and at most 1, got {self.max_loss}")
        exact_threshold(self.max_loss, "max_loss")

    @property
    def gram(self) -> int:
        """Bytes of a gram."""
        return self.min_bytes // 4

    @property
    def bytes_of_anchor(self) -> int:
        """Bytes of the records of windows that an anchor stands for."""
        return bytes_of_anchor(self.min_bytes, self.gram)


#: Below it anchors are so dense that they take more room than the text.
_LEAST_BYTES = 32


class Anchors(NamedTuple):
    """The anchors of N texts. Text i has `offsets[i]:offsets[i + 1]`."""

    offsets: NDArray[np.int64]
    """int64[N + 1]."""
    hashes: NDArray[np.uint64]
    """uint64[M], in the order of the text; of equal ones side by side the first two, and from there
    on one of each length of a window."""


class WindowRuns(NamedTuple):
    """Windows side by side that have one anchor; run r has `offsets[r]:offsets[r + 1]`."""

    texts: NDArray[np.int64]
    """int64[R], number of the text."""
    anchors: NDArray[np.uint64]
    """uint64[R]."""
    starts: NDArray[np.uint32]
    """uint32[R], first item of the first window, in its text."""
    offsets: NDArray[np.int64]
    """int64[R + 1]."""
    hashes: NDArray[np.uint64]
    """uint64[W], of each window."""


@kernel
def times(a, b):  # type: ignore[no-untyped-def]
    """Multiplies modulo 2^61 - 1, in 64 bits."""
    a_high, a_low = a >> np.uint64(31), a & np.uint64(0x7FFFFFFF)
    b_high, b_low = b >> np.uint64(31), b & np.uint64(0x7FFFFFFF)
    middle = a_low * b_high + a_high * b_low
    low = (middle & np.uint64(0x3FFFFFFF)) << np.uint64(31)
    return reduced(a_high * b_high * np.uint64(2) + (middle >> np.uint64(30)) + low + a_low * b_low)


@kernel
def reduced(value):  # type: ignore[no-untyped-def]
    """Returns a number below 2^63 modulo 2^61 - 1."""
    value = (value >> np.uint64(61)) + (value & _PRIME)
    return value - _PRIME if value >= _PRIME else value


@kernel
def _power(base, exponent):  # type: ignore[no-untyped-def]
    value = np.uint64(1)
    for _ in range(exponent):
        value *= base
    return value


@kernel
def _slide(data, i, first, size, gram, power, state, queue, places):  # type: ignore[no-untyped-def]
    """Takes item `i` into the window that ends behind it; returns the hash of its anchor.

    `queue` is a ring of the grams that may still be the least of a window, hash by hash ascending;
    `state` is the hash of the last `gram` items, the first and the number of the ring's places.
    """
    value = state[0] * GRAM_BASE + np.uint64(data[i]) + np.uint64(1)
    if i - first >= gram:
        value -= power * (np.uint64(data[i - gram]) + np.uint64(1))
    state[0] = value
    if i - first < gram - 1:
        return np.uint64(0)
    room = len(queue)
    head, count = np.int64(state[1]), np.int64(state[2])
    if count > 0 and places[head] <= i - size:
        head = (head + 1) % room
        count -= 1
    mixed = mix(value)
    # A later gram of the same hash waits behind: the leftmost is the anchor.
    while count > 0 and queue[(head + count - 1) % room] > mixed:
        count -= 1
    at = (head + count) % room
    queue[at], places[at] = mixed, i - gram + 1
    state[1], state[2] = np.uint64(head), np.uint64(count + 1)
    return queue[head]


@kernel
def _anchors(data, offsets, size, gram, queue, places, out_offsets, out):  # type: ignore[no-untyped-def]
    """Returns how many anchors there are; `out` has as many of them as there is room for."""
    power = _power(GRAM_BASE, gram)
    state = np.zeros(3, np.uint64)
    count = np.int64(0)
    for row in range(len(offsets) - 1):
        out_offsets[row] = count
        first, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        state[:] = np.uint64(0)
        last, place, side_by_side, told = np.uint64(0), np.int64(-1), 0, np.int64(-1)
        for i in range(first, stop):
            anchor = _slide(data, i, first, size, gram, power, state, queue, places)
            here = places[np.int64(state[1])]
            if i - first < size - 1 or here == place:
                continue
            side_by_side = side_by_side + 1 if place >= 0 and anchor == last else 1
            last, place = anchor, here
            if side_by_side <= 2 or here - told > size - gram:
                told = here
                if count < len(out):
                    out[count] = anchor
                count += 1
    out_offsets[len(offsets) - 1] = count
    return count


def find_anchors(texts: pa.Array, options: RepeatOptions) -> Anchors:
    """Finds the anchors of every window of a `string` column: step 1.

    A text of fewer than `min_bytes` bytes has none; equal windows have equal anchors. Of an anchor
    that follows itself, as in a line of dashes, there are as many as others would have.

    >>> shared = "the same words in both of the texts, forty bytes"
    >>> anchors = find_anchors(pa.array([f"A {shared}", f"{shared}!", "short", None]),
    ...                        RepeatOptions(min_bytes=40))
    >>> first, second = (set(anchors.hashes[slice(*anchors.offsets[i:i + 2])]) for i in (0, 1))
    >>> len(first & second) > 0, anchors.offsets[2:].tolist() == [anchors.offsets[4]] * 3
    (True, True)
    """
    data, offsets = utf8_buffers(as_texts(texts))
    return anchors_of(data, offsets, options.min_bytes, options.gram)


def bytes_of_anchor(size: int, gram: int) -> int:
    """Returns the bytes of the records of windows that an anchor stands for: usually half of it.

    Where an anchor follows itself it stands for so many and half as many again, at most twice.
    """
    return _RUN_BYTES + 8 * (size - gram + 1)


def anchors_of(
    items: NDArray[Any], offsets: NDArray[np.integer[Any]], size: int, gram: int
) -> Anchors:
    """Finds the anchors of all windows of rows of items.

    Args:
        items: unsigned integers below 2^61.
        offsets: int[R + 1], of the rows.
        size: items of a window.
        gram: items of a gram; fewer.
    """
    ring = size - gram + 2
    queue, places = np.empty(ring, np.uint64), np.empty(ring, np.int64)
    out_offsets = np.zeros(len(offsets), np.int64)
    # Two in a window of grams are usual; where that does not do, it is done again.
    room = 4 * int(offsets[-1] - offsets[0]) // (size - gram) + len(offsets)
    while True:
        out = np.empty(room, np.uint64)
        count = _anchors(items, offsets, size, gram, queue, places, out_offsets, out)
        if count <= room:
            return Anchors(out_offsets, out[:count].copy())
        room = count


class RepeatedAnchors(NamedTuple):
    """Anchors that stand at more than one place."""

    records: pa.RecordBatch
    """`address`, ascending, and `key`, the anchor's hash, ascending within an address: each once
    for each of its documents."""
    places: int
    """How many places there are."""


def repeated_anchors(hashes: NDArray[np.uint64], addresses: NDArray[np.uint64]) -> RepeatedAnchors:
    """Finds the anchors that stand at more than one place.

    >>> hashes, addresses = np.array([7, 8, 7, 9, 9], np.uint64), np.arange(5, dtype=np.uint64) // 2
    >>> repeated_anchors(hashes, addresses).records.to_pydict()
    {'address': [0, 1, 1, 2], 'key': [7, 7, 9, 9]}
    """
    order = np.argsort(hashes)
    ordered = hashes[order]
    again = ordered[1:] == ordered[:-1]
    repeated = np.append(again, False) | np.append(False, again) if len(order) else order > 0
    keys, where = ordered[repeated], addresses[order][repeated]
    by_address = np.lexsort((keys, where))
    keys, where = keys[by_address], where[by_address]
    new = np.append(True, (keys[1:] != keys[:-1]) | (where[1:] != where[:-1]))[: len(keys)]
    records = pa.record_batch({"address": where[new], "key": keys[new]})
    return RepeatedAnchors(records, len(keys))


@kernel
def _is_wanted(anchor, wanted, start, stop):  # type: ignore[no-untyped-def]
    while start < stop:
        middle = (start + stop) // 2
        if wanted[middle] < anchor:
            start = middle + 1
        else:
            stop = middle
    return start


@kernel
def _mark_wanted(anchors, wanted_from, wanted_to, wanted, out):  # type: ignore[no-untyped-def]
    for row in range(len(anchors)):
        at = _is_wanted(anchors[row], wanted, wanted_from[row], wanted_to[row])
        out[row] = at < wanted_to[row] and wanted[at] == anchors[row]


def are_wanted(
    anchors: NDArray[np.uint64],
    wanted_from: NDArray[np.int64],
    wanted_to: NDArray[np.int64],
    wanted: NDArray[np.uint64],
) -> NDArray[np.bool_]:
    """Says of rows of one anchor each, as `windows_of` takes them, whether it is wanted."""
    found = np.empty(len(anchors), np.bool_)
    _mark_wanted(anchors, wanted_from, wanted_to, wanted, found)
    return found


@kernel
def _windows(  # type: ignore[no-untyped-def]
    data, offsets, size, gram, queue, places, wanted_from, wanted_to, wanted, window_power,
    texts, anchors, starts, run_offsets, hashes, filled
):  # fmt: skip
    """Fills the arrays of `WindowRuns` as far as there is room; counts all in `filled`."""
    power = _power(GRAM_BASE, gram)
    state = np.zeros(3, np.uint64)
    runs, windows = np.int64(0), np.int64(0)
    for row in range(len(offsets) - 1):
        first, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        state[:] = np.uint64(0)
        value = np.uint64(0)
        last, known, length = np.uint64(0), False, 0
        here, end = wanted_from[row], wanted_to[row]
        for i in range(first, stop):
            value = reduced(times(value, WINDOW_BASE) + np.uint64(data[i]) + np.uint64(1))
            if i - first >= size:
                out = np.uint64(data[i - size]) + np.uint64(1)
                value = reduced(value + _PRIME - times(window_power, out))
            anchor = _slide(data, i, first, size, gram, power, state, queue, places)
            if i - first < size - 1:
                continue
            if i - first == size - 1 or anchor != last:
                at = _is_wanted(anchor, wanted, here, end)
                known = at < end and wanted[at] == anchor
                last, length = anchor, 0
            if not known:
                continue
            if length % _TOGETHER == 0:
                if runs < len(texts):
                    texts[runs], anchors[runs] = row, anchor
                    starts[runs] = i - first - size + 1
                    run_offsets[runs] = windows
                runs += 1
            length += 1
            if windows < len(hashes):
                hashes[windows] = value
            windows += 1
    filled[0], filled[1] = runs, windows


def hash_windows(
    texts: pa.Array,
    wanted_offsets: NDArray[np.int64],
    wanted: NDArray[np.uint64],
    options: RepeatOptions,
) -> WindowRuns:
    """Hashes the windows whose anchor is wanted: step 2.

    Args:
        texts: string[N].
        wanted_offsets: int64[N + 1].
        wanted: uint64[M], hashes of anchors; those of a text ascend.
        options: those of `find_anchors`.

    >>> text, options = "A string that has fifty bytes or a little more.  Yes.", RepeatOptions(50)
    >>> anchors = np.unique(find_anchors(pa.array([text]), options).hashes)
    >>> runs = hash_windows(pa.array([text]), np.array([0, len(anchors)]), anchors, options)
    >>> len(runs.hashes), runs.starts[0]
    (4, np.uint32(0))
    """
    data, offsets = utf8_buffers(as_texts(texts))
    borders = wanted_offsets[:-1], wanted_offsets[1:]
    return windows_of(data, offsets, options.min_bytes, options.gram, *borders, wanted)


def windows_of(
    items: NDArray[Any],
    offsets: NDArray[np.integer[Any]],
    size: int,
    gram: int,
    wanted_from: NDArray[np.int64],
    wanted_to: NDArray[np.int64],
    wanted: NDArray[np.uint64],
) -> WindowRuns:
    """Hashes the windows of rows of items whose anchor is wanted.

    Args:
        items: unsigned integers below 2^61.
        offsets: int[R + 1], of the rows.
        size: items of a window.
        gram: items of a gram.
        wanted_from: int64[R], the first anchor that is wanted in each row.
        wanted_to: int64[R], that behind the last one.
        wanted: uint64[M], hashes of anchors; those of a row ascend.
    """
    ring = size - gram + 2
    queue, places = np.empty(ring, np.uint64), np.empty(ring, np.int64)
    power = np.uint64(pow(int(WINDOW_BASE), size, int(_PRIME)))
    filled = np.array([1024, int(offsets[-1] - offsets[0]) // 8 + 1024], np.int64)
    while True:
        room = filled.copy()
        found = np.empty(room[0], np.int64), np.empty(room[0], np.uint64)
        starts, run_offsets = np.empty(room[0], np.uint32), np.empty(room[0] + 1, np.int64)
        hashes = np.empty(room[1], np.uint64)
        _windows(
            items, offsets, size, gram, queue, places, wanted_from, wanted_to, wanted, power,
            *found, starts, run_offsets, hashes, filled,
        )  # fmt: skip
        if (filled <= room).all():
            runs, windows = filled.tolist()
            run_offsets[runs] = windows
            return WindowRuns(
                found[0][:runs].copy(), found[1][:runs].copy(), starts[:runs].copy(),
                run_offsets[: runs + 1].copy(), hashes[:windows].copy(),
            )  # fmt: skip
