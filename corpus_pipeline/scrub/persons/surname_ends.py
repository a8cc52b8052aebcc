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
чук ович евич ько юк5 ев5 дзе5 швили ян5 ев5
"""


@functools.cache
def surname_ends() -> np.void:
    """Makes the table of ends, a record, grouped by the last letter.

    groups: int32[257], where those that end in a letter (its low eight bits) begin.
    rows: int64[E, 3], a mask of their letters, their value, the letters that the word must have.

    >>> bool(surname_ends()["groups"][-1] == len(surname_ends()["rows"]))
    True
    """
    rows = []
    for end in _ENDS.split():
        letters = end.rstrip("0123456789")
        least = int(end[len(letters) :] or len(letters) + 2)
        size = min(len(letters), 7)
        rows.append(((1 << 8 * size) - 1, tail_of(letters[-size:]), least))
    rows.sort(key=lambda row: row[1] & 0xFF)
    table = np.array(rows, np.int64)
    groups = np.searchsorted(table[:, 1] & 0xFF, np.arange(257)).astype(np.int32)
    return record(groups=groups, rows=table)


@kernel
def ends_as_surname(tail, letters, ends):  # type: ignore[no-untyped-def]
    """Says whether a word of so many letters, the last ones given, ends as surnames do."""
    group = tail & 0xFF
    for e in range(ends.groups[group], ends.groups[group + 1]):
        if letters >= ends.rows[e, 2] and tail & ends.rows[e, 0] == ends.rows[e, 1]:
            return True
    return False
