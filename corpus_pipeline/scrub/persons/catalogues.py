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
#: A text of so many bytes would say something of a person, if one word of it were one's name.
_LONG = 160
#: Given names in a row: so many are persons.
_ROW = 3


@kernel
def _cue_given_names(data, tokens, total):  # type: ignore[no-untyped-def]
    """Takes rows of given names alone, three or more, for persons: Ann, Joe, Mary and Bill."""
    row = 0
    for k in range(total + 1):
        alone = (
            k < total
            and tokens[k, PEOPLE] & FIRST
            and not (k + 1 < total and tokens[k + 1, PEOPLE] & (FOUND | FIRST) == FOUND)
            and tokens[k, KNOWN] & 7 >= 4
            and not tokens[k, KNOWN] & NAMED
        )
        if alone and row and not is_list(data, tokens[k - 1, END], tokens[k, START]):
            alone_again, alone = True, False
        else:
            alone_again = False
        if not alone:
            if row >= _ROW:
                for j in range(k - row, k):
                    tokens[j, PEOPLE] |= CUED
            row = 0
        row += alone or alone_again


@kernel
def drop_things(data, begin, stop, tables, tokens, total, nouns, notes):  # type: ignore[no-untyped-def]
    """Takes the names of which nothing is said out of a text that tells of no person; says whether
    it did."""
    cued = uncued = words = 0
    _cue_given_names(data, tokens, total)
    for k in range(total):
        words += tokens[k, PEOPLE] & (FOUND | CUED) == FOUND
        if tokens[k, PEOPLE] & FOUND and tokens[k, PEOPLE] & FIRST:
            if tokens[k, PEOPLE] & CUED:
                cued += 1
            else:
                uncued += 1
    if uncued < 2 * cued or (uncued < _LISTED and (words > 1 or stop - begin < _LONG)):
        return False
    if not uncued:
        return False
    if tells_of_people(data, begin, stop, tables, nouns, notes):
        return False
    for k in range(total):
        if tokens[k, PEOPLE] & FOUND and not tokens[k, PEOPLE] & CUED:
            tokens[k, PEOPLE] = 0
    return True
