"""Chains of words with a capital, and which pieces of them are names."""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.context import (
    after,
    before,
    begins_sentence,
    contact_before,
    contact_behind,
    has_contact,
    heads_block,
    is_turned,
    names_speaker,
    phone_follows,
)
from corpus_pipeline.scrub.persons.evidence import (
    ENOUGH,
    alone,
    is_unusable,
    is_usual,
    is_vietnamese,
    is_word,
    together,
)
from corpus_pipeline.scrub.persons.notes import SLOTS, is_small, note_small
from corpus_pipeline.scrub.persons.tables import (
    CALENDAR,
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
    VIETNAMESE_GIVEN,
)
from corpus_pipeline.scrub.persons.things import is_of_thing
from corpus_pipeline.scrub.persons.tokens import (
    ALL_CAPITALS,
    DOT,
    END,
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
)

#: Marks of tokens: in a name; in one of a private person; the first of a name; in no name.
FOUND, PRIVATE, FIRST, BARRED = 1, 2, 4, 8
#: What titles and roles in capitals are worth.
_TITLED, _ROLED = 8, 5


@kernel
def joins(tokens, k):  # type: ignore[no-untyped-def]
    """Says whether token k goes on the chain of the one before it."""
    gap = tokens[k, GAP]
    if gap in (SPACE, HYPHEN, PARTICLES):
        return True
    if gap == DOT:
        known = tokens[k - 1, KNOWN]
        return (
            bool(tokens[k - 1, SHAPE] & INITIAL)
            or bool(known & (TITLE | ROLE | SUFFIX))
            or (bool(known & THING_BEFORE) and tokens[k - 1, END] - tokens[k - 1, START] == 2)
        )
    return False


@kernel
def _noted(tokens, low, high, mark, notes, count):  # type: ignore[no-untyped-def]
    """Marks tokens as a name's, and keeps its words for later mentions; returns how many."""
    slots, marks = notes.slots, notes.marks
    for k in range(low, high + 1):
        tokens[k, PEOPLE] = mark | (FIRST if k == low else 0)
        known = tokens[k, KNOWN]
        if tokens[k, SHAPE] & INITIAL or known >> 6 & 7 >= 4 or count >= SLOTS // 2:
            continue
        if known & (THING | PARTICLE | SUFFIX | ROLE | TITLE) and not known & NAMED:
            continue
        if low == high and known >> 9 & 3 >= 2:
            continue
        # What no list knows is a surname behind a usual given name.
        if (
            known & 0x3F == 0
            and low < high
            and not (tokens[low, KNOWN] & 7 >= 5 or tokens[k, SHAPE] & SURNAME_END)
        ):
            continue
        if tokens[k, SHAPE] & ALL_CAPITALS and tokens[k, END] - tokens[k, START] <= 3:
            continue
        slot = hash_of(tokens, k) & (SLOTS - 1)
        while slots[slot] != 0 and slots[slot] != hash_of(tokens, k):
            slot = (slot + 1) & (SLOTS - 1)
        if slots[slot] == 0:
            slots[slot] = hash_of(tokens, k)
            marks[slot] = 0
            notes.touched[count] = slot
            count += 1
        marks[slot] |= mark
    return count


@kernel
def _is_capital_word(tokens, k):  # type: ignore[no-untyped-def]
    """Says whether token k is a common word with a capital, that of a heading or a longer name."""
    known, shape = tokens[k, KNOWN], tokens[k, SHAPE]
    return (
        is_word(known, shape)
        and not is_unusable(known, shape)
        and not tokens[k, PEOPLE] & BARRED
        and not known & CALENDAR
    )


@kernel
def read_chains(  # type: ignore[no-untyped-def]
    data, begin, stop, tables, tokens, total, nouns, strict, rough, notes
):
    """Finds names in the chains of the tokens of a text; returns how many words were kept of them.

    `rough` asks for no more than whether a private person's could be among them: all words are
    taken for such as the text has with a capital alone, and what is returned is 1 or 0. It is 2
    where the text has digits or signs of mail that could be a person's.
    """
    count = 0
    low = 0
    while low < total:
        high = low
        while high + 1 < total and joins(tokens, high + 1):
            high += 1
        count = _read_chain(
            data, begin, stop, tables, tokens, low, high, nouns, strict, rough, notes, count,
        )  # fmt: skip
        if rough:
            for k in range(low, high + 1):
                if tokens[k, PEOPLE] & PRIVATE:
                    return 1
        low = high + 1
    return count


@kernel
def _read_chain(  # type: ignore[no-untyped-def]
    data, begin, stop, tables, tokens, low, high, nouns, strict, rough, notes,
    count,
):  # fmt: skip
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
        follows = k < high
        if tokens[k, PEOPLE] & BARRED or is_unusable(known, shape):
            # New Bailey, Los Ramones.
            points = 0
            barred = bool(known & THING_BEFORE) and follows and tokens[k + 1, KNOWN] & 7 < 6
            k += 1
            continue
        if (
            follows
            and known & TITLE
            and tokens[k + 1, GAP] in (SPACE, DOT)
            and not (shape & ALL_CAPITALS and not tokens[k + 1, SHAPE] & ALL_CAPITALS)
        ):
            titled = k if not points else titled
            # LT and MS among capitals are other things, too.
            points = max(
                points, _ROLED if shape & ALL_CAPITALS and tokens[k + 1, GAP] != DOT else _TITLED
            )
            k += 1
            continue
        if follows and known & ROLE and tokens[k + 1, GAP] == SPACE and not (known & 7 >= 6):
            titled = k if not points else titled
            # Student Aid, Developer Portal.
            points = max(points, _ROLED - 2 * is_usual(tokens[k + 1, KNOWN]))
            k += 1
            continue
        if (
            follows
            and known & THING_BEFORE
            and not points
            and (tokens[k + 1, GAP] in (SPACE, DOT, PARTICLES))
            and not (known & 7 >= 5)
        ):
            barred = True
            k += 1
            continue
        if (
            is_word(known, shape)
            and not (
                points >= _TITLED
                and known >> 3 & 7 >= 1
                and (not known & ROLE or known >> 3 & 7 >= 4)
            )
            and not (k == high and is_turned(data, tokens, k, begin))
        ):
            if not (known & THING):
                points = 0
            barred = False
            k += 1
            continue
        # PSI Arif Shaikh: an abbreviation before a name of two words.
        if (
            shape & ALL_CAPITALS and not shape & INITIAL and not points and known & 7 < 4
            and k + 2 <= high and tokens[k + 1, GAP] == SPACE and tokens[k + 2, GAP] == SPACE
            and not (tokens[k + 1, SHAPE] | tokens[k + 2, SHAPE]) & (ALL_CAPITALS | INITIAL)
        ):  # fmt: skip
            barred = False
            k += 1
            continue
        # "I" and "A" at the front are words, and so are particles before what is no surname.
        surname_follows = (
            follows and tokens[k + 1, KNOWN] >> 3 & 7 >= 4
            and not is_unusable(tokens[k + 1, KNOWN], tokens[k + 1, SHAPE])
        )  # fmt: skip
        if (shape & INITIAL and follows and tokens[k + 1, GAP] != DOT) or (
            known & PARTICLE
            and known & FUNCTION
            and not (surname_follows and points)
            and not (follows and is_vietnamese(tokens, k))
        ):
            k += 1
            continue
        # The piece goes on up to a common word, a barred one, or one of a thing.
        end = k
        thing = False
        while end < high:
            other = tokens[end + 1, KNOWN]
            # Nguyễn Văn An: the syllables of a given name are words elsewhere.
            if end <= k + 2 and other & VIETNAMESE_GIVEN and is_vietnamese(tokens, k) and (
                tokens[end + 1, GAP] == SPACE and not tokens[end + 1, PEOPLE] & BARRED
            ):  # fmt: skip
                end += 1
                continue
            if tokens[end + 1, PEOPLE] & BARRED or is_unusable(other, tokens[end + 1, SHAPE]):
                break
            # Jane Roe  DOB ...: another column.
            if (
                tokens[end + 1, SHAPE] & ~tokens[end, SHAPE] & ALL_CAPITALS
                and tokens[end + 1, GAP] == SPACE
                and tokens[end + 1, START] > tokens[end, END] + 1
            ):
                break
            if other & THING:
                if (
                    other & NAMED
                    and end == k
                    and known & 7 >= 6
                    and not known >> 9 & 3
                    and not known & NAMED
                ):
                    end += 1
                    break
                thing = True
                break
            # Arif Shaikh: a title at the end is a surname.
            ends_as_title = end + 1 == high and other >> 3 & 7 >= 1 and known & 7 >= 4
            if is_word(other, tokens[end + 1, SHAPE]) or (
                other & TITLE and not other & SUFFIX and not ends_as_title
            ):
                break
            end += 1
        if thing or barred or is_of_thing(data, tokens, k, end, high, points):
            for j in range(k, end + 1):
                tokens[j, PEOPLE] = BARRED
            k = end + 1
            points, barred = 0, False
            continue
        # Rebecca Hides: a rare surname that is a word, behind a usual given name.
        if (
            end == k
            and end + 1 == high
            and known & 7 >= 5
            and known >> 6 & 7 < 2
            and (tokens[high, GAP] == SPACE and not known >> 9 & 3 and not tokens[high, PEOPLE])
        ):
            other = tokens[high, KNOWN]
            usual = other >> 6 & 7
            if (
                other >> 3 & 7 >= (1 if usual <= 4 else 4)
                and usual <= 5
                and not other >> 11 & 0x3FF
            ):
                end = high
        # A capital word on either side is that of a heading or of a longer name.
        heading = 0
        if (
            end < high and tokens[end + 1, GAP] in (SPACE, HYPHEN)
            and tokens[end + 1, START] <= tokens[end, END] + 1
        ):  # fmt: skip
            heading += _is_capital_word(tokens, end + 1)
        if (
            k > low and not points and not nouns & 1 and tokens[k, GAP] in (SPACE, HYPHEN)
            and (k - 1 > low or not begins_sentence(data, tokens[low, START], begin))
        ):  # fmt: skip
            heading += _is_capital_word(tokens, k - 1)
        count = _judge(
            data, begin, stop, tables, tokens, k, end, titled if points else k, points, heading,
            nouns, strict, rough, notes, count,
        )  # fmt: skip
        k = end + 1
        points = 0
    return count


@kernel
def _judge(  # type: ignore[no-untyped-def]
    data, begin, stop, tables, tokens, low, high, titled, points, heading, nouns, strict, rough,
    notes, count,
):  # fmt: skip
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
    turned = low == high and is_turned(data, tokens, low, begin)
    if evidence < -2 and not points and not turned:
        return count
    if rough and not (
        contact_before(data, start, begin, tables)
        or (titled < low and contact_before(data, tokens[titled, START], begin, tables))
        or contact_behind(data, end, stop, tables)
        or (rough > 1 and evidence >= 4 and has_contact(data, end, stop))
    ):
        return count
    said, line, sentence, number = before(data, start, begin, tables)
    if said & FORBIDS:
        for k in range(low, high + 1):
            tokens[k, PEOPLE] = BARRED
        return count
    # Patient: DOE, JANE; whatever words they are.
    if (turned and said & CONTACT) or (
        low < high and tokens[high, KNOWN] & VIETNAMESE_GIVEN and is_vietnamese(tokens, low)
    ):  # fmt: skip
        evidence = max(evidence, 4)
    if titled < low:
        further, line, sentence, _ = before(data, tokens[titled, START], begin, tables)
        said = max(said & 15, further & 15) | further & ~15 & ~DOUBTS & ~PLACES
    if evidence + 14 < ENOUGH:
        return count
    spoken, ends_line, numbered = after(data, end, stop, tables)
    if names_speaker(data, start, end, begin, stop, line or number) and not known & NAMED and (
        (low == high and known & 7 >= 5 and known >> 6 & 7 < 2 and known >> 9 & 3 < 2)
        or (low < high and evidence >= 6)
    ):  # fmt: skip
        points, number = max(points, 4), False
    called = evidence >= 2 and phone_follows(data, end, stop)
    if called:
        points, numbered = max(points, 4), False
    # O João, die Maria: in these languages names have articles, or "a" is none.
    usual = nouns & 2 and low == high and known & 7 >= 5
    if said & DOUBTS and not points and spoken & 15 < 4 and not usual:
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
    # "..., Tinner. J. Kernick", but "a) J. Kernick" may be the head of a paragraph.
    if evidence == 5 and low < high and tokens[low, SHAPE] & INITIAL and sentence and not line:
        evidence = 6
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
    if nouns & 1 and low == high and 0 < evidence <= 4 and points < 5:
        evidence -= 1
    # A word that the same text has in small letters is one, unless it is well known as a name.
    if (
        evidence <= 8 and points <= 4 and known & 7 < 6 and not tokens[low, SHAPE] & SMALL
        and evidence + points >= ENOUGH and not rough
    ):  # fmt: skip
        note_small(data, begin, stop, tables.letters, notes)
        if is_small(notes, tokens, low) and is_small(notes, tokens, high):
            evidence -= 4
    contact = (
        called
        or bool((said | spoken) & CONTACT)
        or (low < high and bool((said | spoken) & CONTACT_OF_FULL))
    )
    if evidence >= 2 and low < high and line and ends_line and heads_block(data, end, stop):
        contact = True
        points = max(points, 4)
    if evidence + points < ENOUGH:
        return count
    if not contact and evidence >= 4:
        contact = has_contact(data, end, stop)
    mark = FOUND | (PRIVATE if contact else 0)
    if rough:
        tokens[low, PEOPLE] = mark
        return count
    # A word that no list knows is looked for elsewhere only if much speaks for it.
    if evidence + points < ENOUGH + 2 and (evidence < ENOUGH or strict):
        for k in range(low, high + 1):
            tokens[k, PEOPLE] = mark | (FIRST if k == low else 0)
        return count
    return _noted(tokens, low, high, mark, notes, count)
