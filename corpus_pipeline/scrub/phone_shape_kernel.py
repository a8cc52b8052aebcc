"""The kernel of `phone_shapes`: bytes of windows → their shapes."""

from typing import Final

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.phone_shape_numbers import (
    MOST_CORE,
    MOST_GROUPS,
    american,
    cut_groups,
    facts_of,
    show_number,
    surely_abroad,
)
from corpus_pipeline.scrub.phone_shape_words import (
    PART,
    SERIAL_BEFORE,
    WORDS_BEFORE,
    decoded,
    has_words,
    show_after,
    show_before,
    spell,
)

#: Values of one shape.
MAX_SHAPE: Final = 640
_WORDS_AFTER: Final = 24
_MIN_DIGITS: Final = 7
_MAX_DIGITS: Final = 19


@kernel
def write_shapes(  # type: ignore[no-untyped-def]
    data,
    begins,
    stops,
    starts,
    ends,
    folds,
    lower,
    shown,
    char_flags,
    slots,
    offsets,
    words,
    word_flags,
    steps,
    accepts,
    dialled,
    trunks,
    formats,
    leading,
    splits,
    international,
    north,
    lengths,
    wanted,
    shapes,
    middles,
    shape_ends,
    only_one,
):
    """Writes the shape of each window, an empty one if there is none.

    The first part says all of the number that is the whole window; the second, of all others.

    Args:
        begins, stops: the row of each window in the buffer.
        starts, ends: the window.
        wanted: bool[1000], set for country codes whose plan is needed and not loaded.
        shapes: uint16, room for `MAX_SHAPE` values of each window.
        middles, shape_ends: where the first part ends, and the second; a shape begins where the one
            before ends.
        only_one: write the first part alone.
    """
    plain = np.empty(1024, np.uint16)
    small = np.empty(len(plain), np.uint16)
    spelt = np.empty(len(plain), np.uint16)
    masked = np.empty(len(plain), np.uint8)
    group_ends, group_starts = np.empty(MOST_GROUPS + 2, np.int64), np.empty(MOST_GROUPS, np.int64)
    digits = np.empty(MOST_CORE + 8, np.int64)
    end = 0
    for w in range(len(starts)):
        begin = end
        middles[w] = shape_ends[w] = end
        first, last = int(starts[w]), int(ends[w])
        if last - first > 4 * MOST_CORE:
            continue
        core, after, n = decoded(
            data, first, last, int(begins[w]), int(stops[w]), folds, char_flags, plain
        )
        if core < 0:
            continue
        isbn = False
        for i in range(n):
            small[i] = lower[plain[i]]
            isbn = isbn or (
                i >= 3 and small[i] == 0x6E and small[i - 1] == 0x62 and small[i - 2] == 0x73
                and small[i - 3] == 0x69
            )  # fmt: skip
        if isbn:
            continue
        plain[n : n + 16] = 0
        o = begin + 1
        groups, o = cut_groups(plain, core, after, group_ends, group_starts, digits, shapes, o)
        if groups < 1:
            continue
        said = has_words(
            small, max(0, core - WORDS_BEFORE), min(n, after + _WORDS_AFTER), char_flags, slots,
            offsets, words, word_flags,
        )  # fmt: skip
        literal = min(SERIAL_BEFORE, WORDS_BEFORE - (after - core))
        spell(
            plain, small, shown, n, core, spelt, masked, slots, offsets, words, word_flags, literal
        )
        shapes[begin] = 1 + int(said)
        if groups == 1 and digits[0] == 0:
            # By its first digits a number in one group may be a mobile one.
            shapes[begin] += 2 + 2 * (100 * digits[1] + 10 * digits[2] + digits[3])
        o = show_before(plain, spelt, masked, core, said, shapes, o)
        shapes[o] = PART
        o = show_after(plain, spelt, masked, after, n, shapes, o + 1)
        if o < 0:
            continue
        shapes[o] = PART
        o += 1
        # The number that is all of the window, first; of its other groups not much is asked.
        middle = o
        for g in range(groups):
            facts = facts_of(plain, digits, group_ends, group_starts, groups, g)
            if facts < 0:
                middle = -1
                break
            if american(plain, digits, group_ends, group_starts, 0, groups - 1):
                facts = 0x1000
            elif surely_abroad(plain, group_starts[0]):
                facts = 0
            elif g:
                year = facts & 7 == 1 or (facts & 7 == 2 and facts >> 3 & 3 == 1)
                facts = int(facts & 7 >= 2) | (facts & 0x40) | int(year) << 1
            shapes[o] = facts
            o += 1
        if middle < 0:
            continue
        for g in range(1 if only_one else groups):
            # From the longest: it is the whole window if it begins with its first group.
            for tail in range(g, 1 if only_one else groups):
                stop = groups - 1 - (tail - g)
                size = group_ends[stop + 1] - group_ends[g]
                if size >= _MIN_DIGITS and size <= _MAX_DIGITS and o >= 0:
                    if o - begin > MAX_SHAPE - 2 * len(dialled) - 16:
                        o = -1
                    else:
                        o = show_number(
                            plain, digits, group_ends, group_starts, g, stop, steps, accepts,
                            dialled, trunks, formats, leading, splits, international, north,
                            lengths, wanted, shapes, o,
                        )  # fmt: skip
                if g == 0 and tail == 0 and o >= 0:
                    middles[w] = o
                    if only_one:
                        continue
                    for each in range(groups):
                        shapes[o] = facts_of(plain, digits, group_ends, group_starts, groups, each)
                        o += 1
        if o < 0:
            middles[w] = begin
            continue
        shape_ends[w] = o
        end = o
    return end
