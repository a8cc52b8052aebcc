"""Finds names of persons in texts whose words are parted by spaces.

    tokens      words with a capital and what is between them            `tokens`
    chains      tokens with nothing but blanks, hyphens, initials' dots and particles between them
    names       pieces of chains whose words look like a name            `evidence`
                and whose surroundings speak for one                     `context`
    mentions    words of these names elsewhere in the text
"""

from collections.abc import Sequence

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.entities import INDEX
from corpus_pipeline.scrub.persons.context import (
    after,
    before,
    begins_sentence,
    has_contact,
    heads_block,
)
from corpus_pipeline.scrub.persons.evidence import (
    ENOUGH,
    alone,
    is_unusable,
    is_word,
    together,
)
from corpus_pipeline.scrub.persons.labelled import read_labelled
from corpus_pipeline.scrub.persons.tables import (
    CONTACT,
    CONTACT_OF_FULL,
    DOUBTS,
    FORBIDS,
    FUNCTION,
    INSIDE,
    NAMED,
    PARTICLE,
    PLACES,
    ROLE,
    SUFFIX,
    THING,
    THING_BEFORE,
    TITLE,
    tables,
)
from corpus_pipeline.scrub.persons.tokens import (
    ALL_CAPITALS,
    COMMA,
    DOT,
    END,
    FAR,
    GAP,
    HYPHEN,
    INITIAL,
    KNOWN,
    PARTICLES,
    PEOPLE,
    SHAPE,
    SMALL,
    SPACE,
    START,
    SURNAME_END,
    hash_of,
    names_place,
    note_small,
    read_small_tokens,
    read_tokens,
    room,
    surname_ends,
)
from corpus_pipeline.scrub.spans import Spans
from corpus_pipeline.text.columns import Utf8

#: Marks of tokens: in a name; in one of a private person; the first of a name; in no name.
FOUND, PRIVATE, FIRST, BARRED = 1, 2, 4, 8
#: What titles and roles in capitals are worth.
_TITLED, _ROLED = 8, 4
#: Slots for the words of the names of one text.
_SLOTS = 4096
#: A text of fewer bytes without capitals is read all the same: messages are written so.
_SMALL_TEXT = 4_000
#: Languages that write all nouns with a capital.
_NOUNS = frozenset({"de", "lb"})
#: Languages whose common words are known well; in the others a name wants more to speak for it.
_WELL_KNOWN = frozenset({"en", None})


@kernel
def _joins(tokens, k):  # type: ignore[no-untyped-def]
    """Says whether token k goes on the chain of the one before it."""
    gap = tokens[k, GAP]
    if gap in (SPACE, HYPHEN, PARTICLES):
        return True
    if gap == DOT:
        known = tokens[k - 1, KNOWN]
        return bool(tokens[k - 1, SHAPE] & INITIAL) or bool(known & (TITLE | ROLE | SUFFIX)) or (
            bool(known & THING_BEFORE) and tokens[k - 1, END] - tokens[k - 1, START] == 2
        )
    return False


@kernel
def _noted(tokens, low, high, mark, slots, marks, touched, count):  # type: ignore[no-untyped-def]
    """Marks tokens as a name's, and keeps its words for later mentions; returns how many."""
    for k in range(low, high + 1):
        tokens[k, PEOPLE] = mark | (FIRST if k == low else 0)
        known = tokens[k, KNOWN]
        if tokens[k, SHAPE] & INITIAL or known >> 6 & 7 >= 4 or count >= _SLOTS // 2:
            continue
        if known & (THING | PARTICLE | SUFFIX | ROLE | TITLE) and not known & NAMED:
            continue
        if low == high and known >> 9 & 3 >= 2:
            continue
        # What no list knows is a surname behind a usual given name.
        if known & 0x3F == 0 and low < high and not (
            tokens[low, KNOWN] & 7 >= 5 or tokens[k, SHAPE] & SURNAME_END
        ):
            continue
        if tokens[k, SHAPE] & ALL_CAPITALS and tokens[k, END] - tokens[k, START] <= 3:
            continue
        slot = hash_of(tokens, k) & (_SLOTS - 1)
        while slots[slot] != 0 and slots[slot] != hash_of(tokens, k):
            slot = (slot + 1) & (_SLOTS - 1)
        if slots[slot] == 0:
            slots[slot] = hash_of(tokens, k)
            marks[slot] = 0
            touched[count] = slot
            count += 1
        marks[slot] |= mark
    return count


@kernel
def _read_chain(data, begin, stop, tables, tokens, low, high, nouns, strict, seen, slots, marks, touched, count):  # type: ignore[no-untyped-def]
    """Finds the names in the chain of tokens from `low` to `high`."""
    k = low
    while k <= high:
        several = names_place(tokens, k, high + 1, tables)
        if several:
            for j in range(k, k + several):
                tokens[j, PEOPLE] = BARRED
            k += several
            continue
        k += 1
    k = low
    points = 0
    titled = -1
    barred = False
    while k <= high:
        known, shape = tokens[k, KNOWN], tokens[k, SHAPE]
        if tokens[k, PEOPLE] & BARRED or is_unusable(known, shape):
            points, barred = 0, False
            k += 1
            continue
        follows = k < high
        if follows and known & TITLE and tokens[k + 1, GAP] in (SPACE, DOT) and not (
            shape & ALL_CAPITALS and not tokens[k + 1, SHAPE] & ALL_CAPITALS
        ):
            titled = k if not points else titled
            # LT and MS among capitals are other things, too.
            points = max(points, _ROLED if shape & ALL_CAPITALS and tokens[k + 1, GAP] != DOT else _TITLED)
            k += 1
            continue
        if follows and known & ROLE and tokens[k + 1, GAP] == SPACE and not (known & 7 >= 6):
            titled = k if not points else titled
            points = max(points, _ROLED)
            k += 1
            continue
        if follows and known & THING_BEFORE and not points and (
            tokens[k + 1, GAP] in (SPACE, DOT, PARTICLES)
        ) and not (known & 7 >= 5):
            barred = True
            k += 1
            continue
        if is_word(known, shape) and not (
            points >= _TITLED and known >> 3 & 7 >= 1 and (not known & ROLE or known >> 3 & 7 >= 4)
        ):
            if not (known & THING):
                points = 0
            barred = False
            k += 1
            continue
        # "I" and "A" at the front are words, and so are particles before what is no surname.
        if (shape & INITIAL and follows and tokens[k + 1, GAP] != DOT) or (
            known & PARTICLE and known & FUNCTION
        ):
            if not (follows and known & PARTICLE and tokens[k + 1, KNOWN] >> 3 & 7 >= 4
                    and not is_unusable(tokens[k + 1, KNOWN], tokens[k + 1, SHAPE]) and points):  # fmt: skip
                k += 1
                continue
        # The piece goes on up to a common word, a barred one, or one of a thing.
        end = k
        thing = False
        while end < high:
            other = tokens[end + 1, KNOWN]
            if tokens[end + 1, PEOPLE] & BARRED or is_unusable(other, tokens[end + 1, SHAPE]):
                break
            if other & THING:
                if other & NAMED and end == k and known & 7 >= 6 and not known >> 9 & 3:
                    end += 1
                    break
                thing = True
                break
            if is_word(other, tokens[end + 1, SHAPE]) or (other & TITLE and not other & SUFFIX):
                break
            end += 1
        if thing or barred:
            for j in range(k, end + 1):
                tokens[j, PEOPLE] = BARRED
            k = end + 1
            points, barred = 0, False
            continue
        # Rebecca Hides: a rare surname that is a word, behind a usual given name.
        if end == k and end + 1 == high and known & 7 >= 5 and known >> 6 & 7 < 2 and (
            tokens[high, GAP] == SPACE and not known >> 9 & 3 and not tokens[high, PEOPLE]
        ):
            other = tokens[high, KNOWN]
            if other >> 3 & 7 >= 1 and other >> 6 & 7 <= 4 and not other >> 11 & 0x3FF:
                end = high
        # A capital word on either side is that of a heading or of a longer name.
        heading = 0
        if end < high and tokens[end + 1, GAP] in (SPACE, HYPHEN) and (
            not tokens[end + 1, PEOPLE] & BARRED
        ):
            if is_word(tokens[end + 1, KNOWN], tokens[end + 1, SHAPE]) and not is_unusable(
                tokens[end + 1, KNOWN], tokens[end + 1, SHAPE]
            ):
                heading += 1
        if k > low and not points and tokens[k, GAP] in (SPACE, HYPHEN) and (
            k - 1 > low or not begins_sentence(data, tokens[low, START], begin)
        ):
            if is_word(tokens[k - 1, KNOWN], tokens[k - 1, SHAPE]) and not is_unusable(
                tokens[k - 1, KNOWN], tokens[k - 1, SHAPE]
            ):
                heading += 1
        count = _judge(data, begin, stop, tables, tokens, k, end, titled if points else k, points, heading,
                       nouns, strict, seen, slots, marks, touched, count)  # fmt: skip
        k = end + 1
        points = 0
    return count


@kernel
def _judge(data, begin, stop, tables, tokens, low, high, titled, points, heading, nouns, strict, seen,
           slots, marks, touched, count):  # type: ignore[no-untyped-def] # fmt: skip
    """Decides whether a piece of a chain is a name."""
    start, end = tokens[low, START], tokens[high, END]
    known = tokens[low, KNOWN]
    if low == high:
        evidence = alone(known, tokens[low, SHAPE], end - start)
        if known & SUFFIX and not known & 0x3F:
            return count
        if heading:
            evidence -= 4
    else:
        evidence = together(tokens, low, high)
        evidence -= 2 * heading
    if evidence < -2 and not points:
        return count
    said, line, sentence, number = before(data, start, begin, tables)
    if said & FORBIDS:
        for k in range(low, high + 1):
            tokens[k, PEOPLE] = BARRED
        return count
    if titled < low:
        further, line, sentence, _ = before(data, tokens[titled, START], begin, tables)
        said = max(said & 15, further & 15) | further & ~15 & ~DOUBTS & ~PLACES
    if evidence + 14 < ENOUGH:
        return count
    spoken, ends_line, numbered = after(data, end, stop, tables)
    if said & DOUBTS and not points and spoken & 15 < 4:
        evidence -= 3 if low == high else 2
    if (said & PLACES or said & INSIDE) and not points:
        if tokens[high, KNOWN] >> 9 & 3:
            evidence -= 4
        elif said & INSIDE and low == high:
            evidence -= 3 if known & 7 < 6 else 1
    if spoken & FORBIDS and (low == high or (high == low + 1 and tokens[high, GAP] == HYPHEN)):
        return count
    if strict:
        if low == high:
            evidence -= 2 if known & 7 < 6 else 0
        elif evidence <= 8:
            evidence -= 2 if known & 7 > 4 else 4
    # House numbers.
    if numbered or number:
        evidence -= 4
    points = max(points, said & 15)
    points = max(points, spoken & 15) if points == 0 or not spoken & 15 else max(
        points, min(points, spoken & 15) + 2 if spoken & 15 >= 4 and points < 6 else points
    )  # fmt: skip
    # A common word at the start of a sentence has its capital from there.
    if sentence and low == high and known >> 6 & 7 >= 2 and points < 5:
        evidence -= 2
    if low == high and evidence < 0 and points < _TITLED:
        return count
    if nouns and low == high and 0 < evidence <= 4:
        evidence -= 1
    # A word that the same text has in small letters is one, unless it is well known as a name.
    if (
        evidence <= 8 and points <= 4 and known & 7 < 6 and not tokens[low, SHAPE] & SMALL
        and evidence + points >= ENOUGH
    ):  # fmt: skip
        if not seen[-1]:
            note_small(data, begin, stop, tables.letters, seen)
            seen[-1] = True
        if seen[hash_of(tokens, low) & 0xFFFF] and seen[hash_of(tokens, high) & 0xFFFF]:
            evidence -= 4
    contact = bool((said | spoken) & CONTACT) or (
        low < high and bool((said | spoken) & CONTACT_OF_FULL)
    )
    if evidence >= 2 and low < high and line and ends_line and heads_block(data, end, stop):
        contact = True
        points = max(points, 4)
    if evidence + points < ENOUGH:
        return count
    if not contact and evidence >= 4:
        contact = has_contact(data, end, stop)
    mark = FOUND | (PRIVATE if contact else 0)
    # A word that no list knows is looked for elsewhere only if much speaks for it.
    if evidence + points < ENOUGH + 2 and (evidence < ENOUGH or strict):
        for k in range(low, high + 1):
            tokens[k, PEOPLE] = mark | (FIRST if k == low else 0)
        return count
    return _noted(tokens, low, high, mark, slots, marks, touched, count)


@kernel
def _read_firms(data, begin, tables, tokens, total):  # type: ignore[no-untyped-def]
    """Bars "Levine, Steinberg and Miller", surnames alone, in the place of a firm's name: at the
    start of a line, behind "of", "at"."""
    for k in range(total - 2):
        if tokens[k + 1, GAP] != COMMA or (k > 0 and _joins(tokens, k)):
            continue
        if k + 3 < total and _joins(tokens, k + 3):
            continue
        if not 4 <= tokens[k + 2, START] - tokens[k + 1, END] <= 6 or tokens[k + 2, GAP] == COMMA:
            continue
        firm = True
        for j in range(k, k + 3):
            known = tokens[j, KNOWN]
            if known >> 3 & 7 < 4 or known & 7 > (known >> 3 & 7):
                firm = False
        if firm:
            said, line, _, _ = before(data, tokens[k, START], begin, tables)
            firm = line or bool(said & (PLACES | INSIDE))
        if firm:
            for j in range(k, k + 3):
                tokens[j, PEOPLE] = BARRED


@kernel
def _read_inverted(data, tokens, total):  # type: ignore[no-untyped-def]
    """Marks "Smith, John" where both words are known as such."""
    for k in range(total - 1):
        if tokens[k + 1, GAP] != COMMA or tokens[k, PEOPLE] or tokens[k + 1, PEOPLE]:
            continue
        known, other = tokens[k, KNOWN], tokens[k + 1, KNOWN]
        if k > 0 and tokens[k, GAP] != FAR:
            continue
        if k + 2 < total and tokens[k + 2, GAP] == COMMA:
            continue
        if known >> 3 & 7 >= 4 and known >> 6 & 7 < 2 and known >> 9 & 3 < 2:
            if k + 2 < total and _joins(tokens, k + 2) and not tokens[k + 2, SHAPE] & INITIAL:
                continue
            end = tokens[k + 1, END]
            initial = tokens[k + 1, SHAPE] & INITIAL and end < len(data) and data[end] == 0x2E
            if initial or (other & 7 >= 5 and other >> 6 & 7 < 2 and other >> 9 & 3 < 1):
                tokens[k, PEOPLE] = FOUND | FIRST
                tokens[k + 1, PEOPLE] = FOUND


@kernel
def _is_list(data, start, end):  # type: ignore[no-untyped-def]
    """Says whether nothing but a comma or "and", in a few languages, is from byte start to end."""
    size = end - start
    if size < 2 or size > 6:
        return False
    i = start
    if data[i] == 0x2C:
        i += 1
    if data[i] != 0x20:
        return False
    i += 1
    left = end - i
    if left == 0:
        return data[start] == 0x2C
    if data[end - 1] != 0x20:
        return False
    if left == 2:
        return data[i] in (0x26, 0x79, 0x65, 0x69, 0x69, 0x6F)
    if left == 3:
        return data[i] == 0x65 and data[i + 1] == 0x74 or data[i] == 0x6F
    return left == 4 and (
        (data[i] == 0x61 and data[i + 1] == 0x6E and data[i + 2] == 0x64)
        or (data[i] == 0x75 and data[i + 1] == 0x6E and data[i + 2] == 0x64)
        or (data[i] == 0x6F and data[i + 1] == 0x63 and data[i + 2] == 0x68)
    )


@kernel
def _read_joined(data, tokens, total):  # type: ignore[no-untyped-def]
    """Finds words beside names in a list: Hleb, Sheila and Donna; Kadiev and Mary."""
    for turn in range(2):
        for n in range(total):
            # Forwards a list is followed to its end, backwards to its start.
            k = n if turn == 0 else total - 1 - n
            other = k - 1 if turn == 0 else k + 1
            if other < 0 or other >= total or tokens[k, PEOPLE] or not tokens[other, PEOPLE] & FOUND:
                continue
            known, shape = tokens[k, KNOWN], tokens[k, SHAPE]
            if is_unusable(known, shape) or is_word(known, shape) or known & (THING | ROLE | TITLE):
                continue
            if shape & ALL_CAPITALS and not tokens[other, SHAPE] & ALL_CAPITALS:
                continue
            # A word of its own: nothing else stands beside it.
            if turn == 0:
                alone_here = k + 1 >= total or not _joins(tokens, k + 1)
                listed = _is_list(data, tokens[other, END], tokens[k, START])
                first = other
                while first > 0 and not tokens[first, PEOPLE] & FIRST:
                    first -= 1
                chained = (
                    first > 0 and bool(tokens[first - 1, PEOPLE] & FOUND)
                    and _is_list(data, tokens[first - 1, END], tokens[first, START])
                )  # fmt: skip
            else:
                alone_here = not _joins(tokens, k)
                listed = _is_list(data, tokens[k, END], tokens[other, START])
                last = other
                while last + 1 < total and tokens[last + 1, PEOPLE] & FOUND and not (
                    tokens[last + 1, PEOPLE] & FIRST
                ):
                    last += 1
                chained = (
                    last + 1 < total and bool(tokens[last + 1, PEOPLE] & FOUND)
                    and _is_list(data, tokens[last, END], tokens[last + 1, START])
                )  # fmt: skip
            if not alone_here or not listed:
                continue
            found = alone(known, shape, tokens[k, END] - tokens[k, START])
            if found >= 4 or (found >= 1 and chained):
                tokens[k, PEOPLE] = FOUND | FIRST | (tokens[other, PEOPLE] & PRIVATE)


@kernel
def _read_mentions(data, begin, stop, tables, tokens, total, seen, slots, marks, least):  # type: ignore[no-untyped-def]
    """Marks the words of names that were found elsewhere in the text."""
    for k in range(total):
        if tokens[k, PEOPLE] & BARRED or tokens[k, PEOPLE] & least == least:
            continue
        known = tokens[k, KNOWN]
        if is_unusable(known, tokens[k, SHAPE]):
            continue
        slot = hash_of(tokens, k) & (_SLOTS - 1)
        while slots[slot] != 0 and slots[slot] != hash_of(tokens, k):
            slot = (slot + 1) & (_SLOTS - 1)
        if slots[slot] == 0 or marks[slot] & least != least:
            continue
        if tokens[k, PEOPLE]:
            tokens[k, PEOPLE] |= marks[slot]
            # All of a name that is found already belongs to the same person.
            j = k
            while not tokens[j, PEOPLE] & FIRST and j > 0:
                j -= 1
                tokens[j, PEOPLE] |= marks[slot]
            j = k + 1
            while j < total and tokens[j, PEOPLE] & FOUND and not tokens[j, PEOPLE] & FIRST:
                tokens[j, PEOPLE] |= marks[slot]
                j += 1
            continue
        if seen[-1] and known & 7 < 6 and seen[hash_of(tokens, k) & 0xFFFF]:
            continue
        if known >> 6 & 7 >= 2 or known & NAMED:
            said, _, sentence, _ = before(data, tokens[k, START], begin, tables)
            if sentence or said & DOUBTS:
                continue
        if k + 1 < total and tokens[k + 1, GAP] == SPACE and tokens[k + 1, KNOWN] & THING:
            continue
        if k > 0 and tokens[k, GAP] == SPACE and tokens[k - 1, KNOWN] & THING_BEFORE:
            continue
        joined = k > 0 and tokens[k - 1, PEOPLE] & FOUND and tokens[k, GAP] in (SPACE, HYPHEN)
        tokens[k, PEOPLE] = marks[slot] | (0 if joined else FIRST)


@kernel
def _scan(data, offsets, nouns, strict, tables, ends, tokens, least, rows, starts, stops, scores):  # type: ignore[no-untyped-def]
    """Fills the arrays of the findings; returns how many."""
    found = 0
    slots = np.zeros(_SLOTS, np.int64)
    marks = np.zeros(_SLOTS, np.uint8)
    touched = np.zeros(_SLOTS, np.int64)
    # The last one says whether the others were set.
    seen = np.zeros(2**16 + 1, np.bool_)
    for row in range(len(offsets) - 1):
        begin, stop = offsets[row], offsets[row + 1]
        total, caseless = read_tokens(data, begin, stop, tables, ends, tokens)
        if caseless:
            first = found
            found = read_labelled(data, begin, stop, tables, row, found, rows, starts, stops)
            scores[first:found] = 0.5
        elif total == 0 and stop - begin < _SMALL_TEXT:
            total = read_small_tokens(data, begin, stop, tables, tokens)
        if seen[-1]:
            seen[:] = False
        _read_firms(data, begin, tables, tokens, total)
        count = 0
        low = 0
        while low < total:
            high = low
            while high + 1 < total and _joins(tokens, high + 1):
                high += 1
            count = _read_chain(data, begin, stop, tables, tokens, low, high, nouns[row], strict[row],
                                seen, slots, marks, touched, count)  # fmt: skip
            low = high + 1
        _read_inverted(data, tokens, total)
        if count:
            _read_joined(data, tokens, total)
        if count:
            _read_mentions(data, begin, stop, tables, tokens, total, seen, slots, marks, least)
        for j in range(count):
            slots[touched[j]] = 0
        k = 0
        while k < total:
            if not tokens[k, PEOPLE] & FIRST:
                k += 1
                continue
            first = k
            k += 1
            while k < total and tokens[k, PEOPLE] & FOUND and not tokens[k, PEOPLE] & FIRST:
                k += 1
            if tokens[first, PEOPLE] & least != least:
                continue
            rows[found], starts[found] = row, tokens[first, START]
            stops[found] = tokens[k - 1, END]
            scores[found] = 0.8 if k - first > 1 else 0.6
            found += 1
    return found


def find_spaced_persons(text: Utf8, languages: Sequence[str | None], everyone: bool) -> Spans:
    """Finds names of persons in a column of N texts.

    Args:
        text: the column's buffers.
        languages: N codes as *language* writes them; the rules are those of all languages.
        everyone: all persons; else those in a labelled or contact context and their later mentions.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> column = utf8_buffers(pa.array(["Yesterday Alice Miller met Mr. Zorbas."]))
    >>> spans = find_spaced_persons(column, [None], True)
    >>> [bytes(column.data[a:b]).decode() for a, b in zip(spans.starts, spans.ends)]
    ['Alice Miller', 'Zorbas']
    """
    nouns = np.zeros(len(text.offsets) - 1, np.bool_)
    nouns[: len(languages)] = [language in _NOUNS for language in languages]
    strict = np.zeros(len(text.offsets) - 1, np.bool_)
    strict[: len(languages)] = [language not in _WELL_KNOWN for language in languages]
    sizes = np.diff(text.offsets)
    most = int(sizes.max()) if len(sizes) else 0
    size = int(text.offsets[-1] - text.offsets[0]) // 2 + 8 if len(text.offsets) > 1 else 8
    rows, starts = np.empty(size, np.int32), np.empty(size, np.int32)
    ends, scores = np.empty(size, np.int32), np.empty(size, np.float32)
    found = _scan(
        text.data, text.offsets, nouns, strict, tables(), surname_ends(), room(most),
        FOUND if everyone else FOUND | PRIVATE, rows, starts, ends, scores,
    )  # fmt: skip
    # Those behind labels come before the others of their text.
    order = np.argsort(starts[:found], kind="stable")
    return Spans(
        rows[order], starts[order], ends[order], np.full(found, INDEX["PERSON"], np.int32),
        scores[order],
    )  # fmt: skip
