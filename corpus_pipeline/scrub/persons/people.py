"""Whether a text tells of persons at all, by its small words: he, her, said, daughter."""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.letters import CAPITAL, MARK, code_point
from corpus_pipeline.scrub.persons.notes import PEOPLED
from corpus_pipeline.scrub.persons.tables import ALWAYS_OF_PERSONS, OF_PERSONS, WORDS, looked_up
from corpus_pipeline.scrub.persons.tokens import read_word

#: So many digits, with one sign or blank between two of them, are those of a telephone or a person.
_NUMBER = 9
#: Words that are enough to say that a text tells of persons.
_SURE = 2


@kernel
def tells_of_people(data, begin, stop, tables, nouns, notes):  # type: ignore[no-untyped-def]
    """How many words of a text speak of persons, as far as `_SURE`; counted once. In a language
    that writes all nouns with a capital (`nouns`) those are read as well."""
    seen = notes.small
    if seen[PEOPLED]:
        return seen[PEOPLED] - 1
    folds = tables.letters
    count = 0
    i = begin
    digits, last = 0, begin
    while i < stop and count < _SURE:
        byte = data[i]
        if byte < 0x41:
            # Telephone numbers, numbers of persons and mail addresses.
            if 0x30 <= byte <= 0x39:
                digits = digits + 1 if i - last <= 2 else 1
                last = i
                count += digits == _NUMBER
            elif byte == 0x40:
                count += i > begin and data[i - 1] > 0x2F and i + 1 < stop and data[i + 1] > 0x2F
            i += 1
            continue
        code, width = code_point(data, i, stop)
        if folds[code] <= MARK:
            i += width
            continue
        end, value, _, letters, _ = read_word(data, i, stop, folds)
        if letters > 1:
            small = bool(nouns & 1) or not folds[code] & CAPITAL
            known = looked_up(tables, WORDS, value)
            count += known & (OF_PERSONS * small | ALWAYS_OF_PERSONS) != 0
        i = max(end, i + width)
    seen[PEOPLED] = count + 1
    return count
