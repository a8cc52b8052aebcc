"""Whether a piece of a chain is a name: what its words and what stands around them say together."""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.context import (
    after,
    before,
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
    is_rare,
    is_vietnamese,
    together,
)
from corpus_pipeline.scrub.persons.marks import BARRED, CUED, FIRST, FOUND, PRIVATE
from corpus_pipeline.scrub.persons.notes import PEOPLED, SLOTS, is_small, note_small
from corpus_pipeline.scrub.persons.people import tells_of_people
from corpus_pipeline.scrub.persons.tables import (
    ACTS,
    CONTACT,
    CONTACT_OF_FULL,
    DOUBTS,
    FORBIDS,
    INSIDE,
    NAMED,
    PARTICLE,
    PLACES,
    ROLE,
    SUFFIX,
    THING,
    TITLE,
    VIETNAMESE_GIVEN,
)
from corpus_pipeline.scrub.persons.things import in_quotes
from corpus_pipeline.scrub.persons.tokens import (
    ALL_CAPITALS,
    END,
    GAP,
    HYPHEN,
    INITIAL,
    KNOWN,
    PARTICLES,
    PEOPLE,
    SHAPE,
    SMALL,
    START,
    SURNAME_END,
    hash_of,
)

#: What titles and roles in capitals are worth.
TITLED, ROLED = 8, 5
#: What a phrase is worth that is said of persons and seldom of anything else.
_CUED = 4


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
            and not (tokens[low, KNOWN] & 7 >= 4 or tokens[k, SHAPE] & SURNAME_END)
            and notes.small[PEOPLED] <= 1
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
def judge(  # type: ignore[no-untyped-def]
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
    # Words that lists have seldom or not, in a text that tells of persons.
    people = 0
    if (
        evidence <= 4 and not strict and not said & (DOUBTS | PLACES | INSIDE)
        and tokens[low, GAP] != PARTICLES and is_rare(tokens, low, high)
        and (max(points, said & 15, spoken & 15) >= 2 or (low == high and known & 7 == 4))
    ):  # fmt: skip
        # Whoever asks roughly takes them for such, and reads no more of the text for it.
        people = 2 if rough else tells_of_people(data, begin, stop, tables, nouns, notes)
    if people and low < high:
        evidence = 4
    elif people > 1 and known & 7 == 4 and known >> 3 & 7 < 4 and evidence == 4 and not nouns & 1:
        evidence = 6
    elif people:
        evidence = max(evidence, 4 if spoken & ACTS else 2 if spoken & 15 >= _CUED else 0)
    # »Hannah Arendt« is a film, and a guest who is quoted has a comma in it.
    if not points and said & 15 < 4 and in_quotes(data, start, end, begin, stop):
        evidence -= 6
    points = max(points, said & 15)
    points = max(points, spoken & 15) if points == 0 or not spoken & 15 else max(
        points, min(points, spoken & 15) + 2 if spoken & 15 >= 4 and points < 6 else points
    )  # fmt: skip
    # A common word at the start of a sentence has its capital from there.
    if sentence and low == high and known >> 6 & 7 >= 2 and points < 5:
        evidence -= 2
    if low == high and evidence < 0 and points < TITLED:
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
    cued = contact or points >= _CUED or bool(spoken & ACTS and (low < high or evidence >= 4))
    mark = FOUND | PRIVATE * contact | CUED * cued
    if rough:
        tokens[low, PEOPLE] = mark
        return count
    # A word that no list knows is looked for elsewhere only if much speaks for it.
    if evidence + points < ENOUGH + 2 and (evidence < ENOUGH or strict):
        for k in range(low, high + 1):
            tokens[k, PEOPLE] = mark | (FIRST if k == low else 0)
        return count
    return _noted(tokens, low, high, mark, notes, count)
