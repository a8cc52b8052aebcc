"""Where Chinese names could be: one pass over the bytes that weighs names against words.

A run of Han characters can be read as words in many ways; the cheapest one costs the least sum of
-ln probabilities. A name costs what its surname and the characters of its given name cost. Its gain
is what the whole run becomes cheaper by when the name is read there:

    司机邹小红当场报警     司机 | 邹 小 红 | 当场 | 报警    as words
                       司机 | 邹小红  | 当场 | 报警     with the name: cheaper

    他很高兴和安全         他 | 很 | 高兴 | 和 | 安全      高兴和 as a name would break words

What stands before and after (a role, a title, a verb of speech, the end of the run) adds to it.
Besides names the pass notes labels such as 姓名 before a colon, a tab or a bar, middle dots between
Han characters (约翰·史密斯), a surname alone that a form of address follows or 小 or 老 precedes
(王先生, 老王), and runs of letters of foreign names beside a role or a verb of speech (总统克林顿).
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.cjk_cues import (
    ACTION,
    AFTER_BONUS,
    BEFORE_BONUS,
    GLUES,
    JOINED,
    LABELS,
    SPEECH,
    TITLE,
    addresses,
    after_cues,
    before_cues,
    labels,
    minority_parts,
)
from corpus_pipeline.scrub.persons.cjk_private import (
    CONTACT_BEFORE,
    contact_words,
    could_be_private,
    field_reach,
    is_announced,
    marks,
    next_contact,
)
from corpus_pipeline.scrub.persons.cjk_tables import (
    ABROAD,
    FIELD_END,
    LAST,
    RARE,
    chinese_tables,
    longer_hash,
    slot_of,
)
from corpus_pipeline.scrub.persons.cjk_weigh import (
    BEFORE_SURNAME,
    BEGINS_ADDRESS,
    BEGINS_PART,
    HOPELESS,
    abroad_end,
    address_length,
    could_be,
    cue_after,
    cue_before,
    ends_in_digit,
    han_at,
    minority_end,
    name_costs,
    weigh,
)
from corpus_pipeline.scrub.persons.tables import record
from corpus_pipeline.text.columns import Utf8

NAME, LABEL, DOT, SURNAME, ABROAD_RUN, GIVEN_ALONE = 0, 1, 2, 3, 4, 5

#: Characters that are weighed together, and how many of them the next ones see again.
_RUN, _OVERLAP = 64, 10
#: Characters on either side of names that are weighed with them.
_AROUND = 6
#: A candidate is noted from this score on.
LOWEST = -18
#: What an end of the run, that is a sign or a letter of another script, adds.
_BORDER = 6
#: What is added where the name is all of the run.
_ALONE = 8
#: The most letters of foreign names that one name without a dot has.
_LONGEST = 7
#: What a name of several parts of names of minorities is worth.
_PARTS = 36
#: What a foreign name that goes on is worth less.
_PIECE = 30


class Candidates(NamedTuple):
    """C candidates, ascending by row and place."""

    rows: NDArray[np.int32]
    """int32[C], the row of the column."""
    starts: NDArray[np.int32]
    """int32[C], first byte in the column's data buffer."""
    ends: NDArray[np.int32]
    """int32[C], the byte after the last."""
    kinds: NDArray[np.int32]
    """int32[C], NAME, LABEL, DOT, SURNAME, ABROAD_RUN or GIVEN_ALONE."""
    scores: NDArray[np.int32]
    """int32[C], gain and bonuses of a name in 1/COST_UNITS."""
    befores: NDArray[np.int32]
    """int32[C], class of the cue before a name, 0 where none is."""
    afters: NDArray[np.int32]
    """int32[C], class of the cue behind it; of a label with a value and no sign between how many
    characters the value has; of a surname alone those of the form of address."""


@kernel
def _scan(  # type: ignore[no-untyped-def]
    data, offsets, rows_wanted, private, tables, work, rows, starts, ends, kinds, scores, befores,
    afters,
):  # fmt: skip
    """Fills the arrays of `Candidates`; returns C, which may be more than they have room for."""
    room = len(rows)
    count = 0
    codes, costs, could, ahead, back = work.codes, work.costs, work.could, work.ahead, work.back
    letters, simplified = tables.letters, tables.simplified
    for row in range(len(offsets) - 1):
        if not rows_wanted[row]:
            continue
        begin, stop = offsets[row], offsets[row + 1]
        i = begin
        continues = False
        # The next sign of contact, and up to where the values of the last field may stand.
        contact = begin
        if private:
            contact = next_contact(data, begin, stop, tables)
        reach = begin
        while i < stop:
            lead = data[i]
            if lead < 0xC2:
                i += 1
                continue
            if lead < 0xE3:
                # A middle dot between two Han characters.
                width = 2 if lead < 0xE0 else 3
                dot = (lead == 0xC2 and data[i + 1] == 0xB7) or (
                    lead == 0xE2
                    and data[i + 1] == 0x80
                    and (data[i + 2] == 0xA2 or data[i + 2] == 0xA7)
                )
                if (
                    dot
                    and i - 3 >= begin
                    and han_at(data, i - 3, stop)
                    and han_at(data, i + width, stop)
                ):
                    if count < room:
                        rows[count], starts[count], ends[count] = row, i, i + width
                        kinds[count] = DOT
                        scores[count] = befores[count] = afters[count] = 0
                    count += 1
                i += width
                continue
            if lead > 0xE9:
                i += 3 if lead < 0xF0 else 4
                continue
            start = i
            n = 0
            while n < _RUN:
                code = han_at(data, i, stop)
                if not code:
                    break
                if simplified[code]:
                    code = np.int64(simplified[code])
                    if code < 0x3400 or code >= 0xA000:
                        code = 0x3400
                codes[n] = code - 0x3400
                n += 1
                i += 3
            if n == 0:
                i += 3
                continue
            whole = n < _RUN or not han_at(data, i, stop)
            following = begin
            if whole and i < stop and letters[codes[n - 1], FIELD_END]:
                sign = data[i]
                if (
                    sign == 0x3A or sign == 0x09 or sign == 0x7C or sign == 0x2C or sign == 0x20
                    or sign == 0x0A or sign == 0x0D or sign == 0x3C or sign == 0x2A
                    or sign == 0x28 or sign == 0x22 or sign == 0x5D
                    or (sign == 0xEF and data[i + 1] == 0xBC)
                    or (sign == 0xE3 and data[i + 1] == 0x80)
                ):  # fmt: skip
                    # A field of one character is all of its run: 子：储国平.
                    shortest = 1 if n == 1 and not continues else 2
                    for length in range(min(6, n), shortest - 1, -1):
                        value = 0x811C9DC5
                        for k in range(n - length, n):
                            value = longer_hash(value, codes[k] + 0x3400)
                        slot = slot_of(tables.label_keys, value)
                        if tables.label_values[slot] & LABELS:
                            if count < room:
                                rows[count], starts[count], ends[count] = row, i - 3 * length, i
                                kinds[count] = LABEL
                                scores[count] = tables.label_values[slot]
                                befores[count] = 1 if length == n and not continues else 0
                                afters[count] = 0
                            count += 1
                            following = field_reach(data, i, stop)
                            break
            if whole:
                # A field with its value and no sign between: 户名农平.
                for size in range(2, 5):
                    if n > size + 1 and letters[codes[n - size - 1], FIELD_END]:
                        for length in range(min(6, n - size), 1, -1):
                            value = 0x811C9DC5
                            for k in range(n - size - length, n - size):
                                value = longer_hash(value, codes[k] + 0x3400)
                            slot = slot_of(tables.label_keys, value)
                            if tables.label_values[slot] & GLUES:
                                if count < room:
                                    rows[count], kinds[count] = row, LABEL
                                    starts[count] = i - 3 * (length + size)
                                    ends[count] = i - 3 * size
                                    scores[count] = befores[count] = 0
                                    afters[count] = size
                                count += 1
                                break
            if private:
                near = start < reach
                reach = max(reach, following)
                while contact < start - CONTACT_BEFORE:
                    contact = next_contact(data, contact + 1, stop, tables)
                if not near and not could_be_private(
                    data, start, i, begin, stop, work, n, contact, tables
                ):
                    if not whole:
                        i -= 3 * _OVERLAP
                    continues = not whole
                    continue
            if (
                not private
                and not continues
                and n > 2
                and tables.marks[codes[2]] & BEGINS_ADDRESS
                and address_length(work, 2, n, tables)
            ):
                # A given name at the begin of the run: 佩弦先生.
                if count < room:
                    rows[count], kinds[count] = row, GIVEN_ALONE
                    starts[count], ends[count] = start, start + 6
                    scores[count] = befores[count] = 0
                    afters[count] = address_length(work, 2, n, tables)
                count += 1
            # Names of which the place in the run lets them be noted here, not with the next ones.
            low = _OVERLAP // 2 if continues else 0
            high = n - 1 if whole else n - _OVERLAP // 2
            first, final = n, -1
            for at in range(low, n if whole else high):
                could[at] = 0
                if tables.marks[codes[at]] & BEGINS_PART:
                    end, parts = minority_end(work, at, n, tables)
                    if (
                        end
                        and not (at > 0 and letters[codes[at - 1], ABROAD])
                        and not (end < n and letters[codes[end], ABROAD])
                    ):
                        before = cue_before(work, at, tables) if at else 0
                        after = cue_after(work, end, n, tables) if end < n else 0
                        if count < room:
                            rows[count], kinds[count] = row, NAME
                            starts[count], ends[count] = start + 3 * at, start + 3 * end
                            scores[count] = tables.before_bonus[before] + tables.after_bonus[after]
                            scores[count] += _PARTS if parts > 1 or end - at > 3 else 0
                            befores[count], afters[count] = before, after
                        count += 1
                single = letters[codes[at], LAST] & 127 < 127 or letters[codes[at], RARE]
                if single and not private:
                    called = 0
                    if at > 0 and tables.marks[codes[at - 1]] & BEFORE_SURNAME:
                        called = 1
                    titled = 0
                    if at + 1 < n and tables.marks[codes[at + 1]] & BEGINS_ADDRESS:
                        titled = address_length(work, at + 1, n, tables)
                    if called or titled:
                        if count < room:
                            rows[count], kinds[count] = row, SURNAME
                            starts[count], ends[count] = start + 3 * at, start + 3 * at + 3
                            scores[count], befores[count], afters[count] = 0, called, titled
                        count += 1
                if (
                    not private
                    and letters[codes[at], ABROAD]
                    and not (at > 0 and letters[codes[at - 1], ABROAD])
                ):
                    end = abroad_end(work, at, n, tables)
                    if end - at >= 3 and end - at <= _LONGEST:
                        before = cue_before(work, at, tables) if at else 0
                        after = cue_after(work, end, n, tables) if end < n else 0
                        if (
                            (before > 0 and before != JOINED)
                            or after in (TITLE, SPEECH)
                            or (after == ACTION and at == 0)
                        ):
                            if count < room:
                                rows[count], kinds[count] = row, ABROAD_RUN
                                starts[count], ends[count] = start + 3 * at, start + 3 * end
                                scores[count], befores[count], afters[count] = 0, before, after
                            count += 1
                if at + 1 >= n:
                    break
                rare = letters[codes[at], RARE] and is_announced(work, at, not continues, tables)
                if letters[codes[at], LAST] != 127 or rare:
                    name_costs(work, at, n, rare, tables)
                    if could_be(work, at, n, tables):
                        could[at] = 2 if rare else 1
                        first = min(first, at)
                        final = at
            if final >= 0:
                low = max(0, first - _AROUND)
                high = min(n, final + 4 + _AROUND)
                weigh(work, low, high, tables)
                pending = -1
                pending_end = 0
                for at in range(first, final + 1):
                    if not could[at]:
                        continue
                    name_costs(work, at, n, could[at] == 2, tables)
                    rest = ahead[high] - ahead[at]
                    best = LOWEST - 1
                    best_length = best_before = best_after = 0
                    before = -1
                    for length in range(2, min(4, n - at) + 1):
                        end = at + length
                        gain = rest - back[end] - costs[length]
                        if gain < HOPELESS:
                            continue
                        foreign = 0
                        for k in range(at, end):
                            foreign += letters[codes[k], ABROAD]
                        if foreign >= 2 and (
                            (end < n and letters[codes[end], ABROAD])
                            or (at > 0 and letters[codes[at - 1], ABROAD])
                        ):
                            gain -= _PIECE
                        if before < 0:
                            before = cue_before(work, at, tables) if at else 0
                        after = 0
                        if at > 0:
                            gain += tables.before_bonus[before]
                        elif start > begin and ends_in_digit(data, start, begin):
                            gain -= _PIECE
                        elif not continues:
                            gain += _BORDER
                        if end < n:
                            after = cue_after(work, end, n, tables)
                            gain += tables.after_bonus[after]
                        elif whole:
                            gain += _BORDER
                        if length == n and whole and not continues:
                            gain += _ALONE
                        if gain > best:
                            best, best_length = gain, length
                            best_before, best_after = before, after
                    if best < LOWEST:
                        continue
                    # Of names that cross the better one stays.
                    if pending >= 0 and at < pending_end:
                        if best <= (scores[pending] if pending < room else 0):
                            continue
                        count -= 1
                    if count < room:
                        rows[count] = row
                        starts[count] = start + 3 * at
                        ends[count] = start + 3 * (at + best_length)
                        kinds[count] = NAME
                        scores[count] = best
                        befores[count], afters[count] = best_before, best_after
                    pending = count
                    pending_end = at + best_length
                    count += 1
            if whole:
                continues = False
            else:
                i -= 3 * _OVERLAP
                continues = True
    return count


@cache
def _tables() -> np.void:
    """Returns all that the kernels read, a record: see `ChineseTables` and the lists of cues."""
    tables = chinese_tables()
    words = {
        "words": tables.words, "compound": tables.compound, "before": before_cues(),
        "after": after_cues(), "label": labels(), "contact": contact_words(),
        "parts": minority_parts(), "address": addresses(),
    }  # fmt: skip
    return record(
        letters=tables.letters,
        pairs=tables.pairs.view(np.uint8),
        simplified=tables.simplified,
        before_bonus=BEFORE_BONUS,
        after_bonus=AFTER_BONUS,
        marks=marks(),
        **{f"{name}_keys": table.keys for name, table in words.items()},
        **{f"{name}_values": table.values for name, table in words.items()},
    )


def _room_to_work() -> np.void:
    """Makes a record of what is worked out of a run: its characters, costs of names by length and
    of words by place and length, the cheapest costs up to each place and from there, and where
    names could begin."""
    return record(
        codes=np.zeros(_RUN + 4, np.int64),
        costs=np.zeros(5, np.int64),
        edges=np.zeros((_RUN, 5), np.int64),
        ahead=np.zeros(_RUN + 1, np.int64),
        back=np.zeros(_RUN + 1, np.int64),
        could=np.zeros(_RUN, np.uint8),
    )


def find_candidates(text: Utf8, rows_wanted: NDArray[np.bool_], private: bool) -> Candidates:
    """Finds what could be Chinese names, labels and dots in the rows that are wanted.

    Args:
        text: the buffers of N texts.
        rows_wanted: bool[N].
        private: of names those alone that could be a private person's, the first time they stand.
    """
    room = len(text.data) // 256 + 64
    while True:
        arrays = tuple(np.empty(room, np.int32) for _ in range(7))
        count = _scan(
            text.data, text.offsets, rows_wanted, private, _tables(), _room_to_work(), *arrays
        )
        if count <= room:
            return Candidates(*(each[:count] for each in arrays))
        room = count
