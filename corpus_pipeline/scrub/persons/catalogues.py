"""Lists of things that have the names of persons.

A list of wines, ships, films or stations has such names in it, and no word that speaks of a person.
There a name of which nothing around it says that it is a person's is a thing's.
"""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.marks import CUED, FIRST, FOUND
from corpus_pipeline.scrub.persons.mentions import is_list
from corpus_pipeline.scrub.persons.people import tells_of_people
from corpus_pipeline.scrub.persons.tables import NAMED
from corpus_pipeline.scrub.persons.tokens import END, KNOWN, PEOPLE, START

#: Names of which nothing is said: so many are a list of things.
_LISTED = 2
#: And so many for each of which something is said.
_TIMES = 6
#: A text of so many bytes would say something of a person, if one word of it were one's name.
_LONG = 160
#: Names in a row: so many are persons.
_ROW = 3
#: A line of more bytes is none of a list.
_LINE = 160


@kernel
def _heads_next_line(data, end, start):  # type: ignore[no-untyped-def]
    """Says whether a name at byte `start` is the first word of the line behind the one in which
    another one ends at `end`."""
    if start - end > _LINE:
        return False
    lines = 0
    for i in range(end, start):
        byte = data[i]
        if byte == 0x0A:
            lines += 1
        elif lines and byte > 0x40:
            return False
    return lines == 1


@kernel
def _cue_rows(data, tokens, total):  # type: ignore[no-untyped-def]
    """Takes rows of given names alone and of full names, three or more, for persons: Ann, Joe and
    Bill; three lines that begin with a name."""
    row = first = 0
    k = end = 0
    while k < total:
        if not tokens[k, PEOPLE] & FIRST:
            k += 1
            continue
        last = k
        while last + 1 < total and tokens[last + 1, PEOPLE] & (FOUND | FIRST) == FOUND:
            last += 1
        known = tokens[k, KNOWN]
        given = known & 7 >= 4 and not known & NAMED
        if row and given and (
            is_list(data, end, tokens[k, START]) or _heads_next_line(data, end, tokens[k, START])
        ):  # fmt: skip
            row += 1
        else:
            row, first = int(given), k
        if row >= _ROW:
            for j in range(first, last + 1):
                tokens[j, PEOPLE] |= CUED * (tokens[j, PEOPLE] & FOUND)
            first = k
        end = tokens[last, END]
        k = last + 1


@kernel
def drop_things(data, begin, stop, tables, tokens, total, nouns, notes):  # type: ignore[no-untyped-def]
    """Takes the names of which nothing is said out of a text that tells of no person; says whether
    it did."""
    cued = uncued = words = 0
    _cue_rows(data, tokens, total)
    for k in range(total):
        words += tokens[k, PEOPLE] & (FOUND | CUED) == FOUND
        if tokens[k, PEOPLE] & FOUND and tokens[k, PEOPLE] & FIRST:
            if tokens[k, PEOPLE] & CUED:
                cued += 1
            else:
                uncued += 1
    if uncued < _TIMES * cued or (uncued < _LISTED and (words > 1 or stop - begin < _LONG)):
        return False
    if not uncued:
        return False
    if tells_of_people(data, begin, stop, tables, nouns, notes):
        return False
    for k in range(total):
        if tokens[k, PEOPLE] & FOUND and not tokens[k, PEOPLE] & CUED:
            tokens[k, PEOPLE] = 0
    return True
