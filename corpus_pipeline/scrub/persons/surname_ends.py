"""Ends by which a surname is known that no list has: -sson, -enko, -ović."""

import functools

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons.tables import record


def tail_of(text: str) -> int:
    """The low eight bits of the letters of a word, the last ones lowest."""
    value = 0
    for letter in text:
        value = value << 8 | ord(letter) & 0xFF
    return value


#: Ends by which surnames are known, from the last letter on: (letters, value), for folded letters.
_ENDS = """
sson sen5 dottir enko enka ovic evic avic icius escu oglu zade zadeh poulos opoulos idis akis
shvili dze6 adze iani6 wicz icz6 czyk owski ewski inski ynski owska ewska inska ynska sky5 ovsky
evsky ov5 ev6 ova6 eva7 ovna strom quist qvist gaard berg6 stein6 mann6 baum6 feld6
ez5 escu eanu iak6 czak ovich evich ievic yan6 ian7 ов5 ова5 ев5 ева5 ин5 ина6 ский ская цкий енко
чук ько юк5 ев5 дзе5 швили ян5 ев5 овой7 евой7 овым7 евым7 ову6 еву6 czyka czykowi wicza wiczowi
"""
#: Ends of the father's name behind a given name, in all cases.
_PATRONYMICS = """
ович6 овича7 овичу7 овичем8 овиче7 евич6 евича7 евичу7 евичем8 евиче7 овна6 овны6 овне6 овну6 овной7
евна6 евны6 евне6 евну6 евной7 ична6 ичны6 ичне6 ичну6 ичной7 инична ьич5 ьича6 ьичу6 ьичом7
"""

#: Ends of streets, schools and buildings that are written as one word (Anne-Frank-Schule), and of
#: families of animals and plants.
_THINGS = """
strasse8 platz7 allee7 gasse7 schule8 schulhaus kirche8 brucke8 klinik8 bahnhof8 museum8 gymnasium10
stiftung10 verein8 gesetz8 preis7 straat7 laan6 plein7 gracht8 school8 kade6 gatan7 vagen7 skolan8
idae7 aceae8 oidea8
"""


@functools.cache
def surname_ends() -> np.void:
    """Makes the table of ends, a record, grouped by the last letter.

    groups: int32[257], where those that end in a letter (its low eight bits) begin.
    rows: int64[E, 4], a mask of their letters, their value, the letters that the word must have,
        1 for a surname, 2 for a father's name, 4 for a thing.

    >>> bool(surname_ends()["groups"][-1] == len(surname_ends()["rows"]))
    True
    """
    rows = []
    kinds = [(end, 1) for end in _ENDS.split()] + [(end, 2) for end in _PATRONYMICS.split()]
    kinds += [(end, 4) for end in _THINGS.split()]
    for end, kind in kinds:
        letters = end.rstrip("0123456789")
        least = int(end[len(letters) :] or len(letters) + 2)
        size = min(len(letters), 7)
        rows.append(((1 << 8 * size) - 1, tail_of(letters[-size:]), least, kind))
    rows.sort(key=lambda row: row[1] & 0xFF)
    table = np.array(rows, np.int64)
    groups = np.searchsorted(table[:, 1] & 0xFF, np.arange(257)).astype(np.int32)
    return record(groups=groups, rows=table)


@kernel
def ends_as_surname(tail, letters, ends):  # type: ignore[no-untyped-def]
    """Says whether a word of so many letters, the last ones given, ends as surnames do (1), names
    after the father (2) or names of things (4); else 0."""
    group = tail & 0xFF
    found = 0
    for e in range(ends.groups[group], ends.groups[group + 1]):
        if letters >= ends.rows[e, 2] and tail & ends.rows[e, 0] == ends.rows[e, 1]:
            found = max(found, ends.rows[e, 3])
    return found
