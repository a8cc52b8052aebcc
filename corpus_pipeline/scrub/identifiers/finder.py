"""Finds identifiers: candidates of the scan, read by the rules that take their form."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from corpus_pipeline.scrub.entities import INDEX
from corpus_pipeline.scrub.folding import Folded, fold
from corpus_pipeline.scrub.identifiers.birth_dates import find_birth_dates
from corpus_pipeline.scrub.identifiers.devices import is_hardware_address
from corpus_pipeline.scrub.identifiers.plates import find_plates
from corpus_pipeline.scrub.identifiers.reading import best_rule, is_vehicle, may_be
from corpus_pipeline.scrub.identifiers.rule_tables import (
    BIRTH,
    CRYPTO,
    LICENSE_PLATE,
    MAC,
    VIN,
    RuleTables,
    load_rules,
)
from corpus_pipeline.scrub.identifiers.scan import (
    COLUMN,
    HARDWARE,
    NUMBER,
    PLATE,
    VEHICLE,
    WALLET,
    Candidates,
    find_candidates,
)
from corpus_pipeline.scrub.identifiers.wallets import is_wallet
from corpus_pipeline.scrub.spans import Spans, made_spans
from corpus_pipeline.scrub.table_cells import find_cells
from corpus_pipeline.text.columns import Utf8

#: How much of the text around a candidate is read, in bytes.
_BYTES_BEFORE, _BYTES_AFTER = 288, 112


#: Bytes of digits, and the first of those that are not ASCII.
_DIGIT = re.compile(rb"[0-9\xd9\xdb\xe0\xe1\xef\xf0]")
#: A year, as dates of birth have it.
_YEAR = re.compile(rb"1[4-9]\d\d|20[0-3]\d|25[0-6]\d")
#: Behind it the month may be in Chinese characters.
_YEAR_SIGN = "年".encode()


#: How much of an address is read before a number, and what is one: no blank and no quote ends it.
_ADDRESS_BYTES = 160
_IN_ADDRESS = re.compile(rb"://[^\s\"'<>]*/\Z")


#: Kinds of candidates that may be a part of a cell.
_PARTIAL = frozenset((PLATE, VEHICLE))


class _Found(NamedTuple):
    """An identifier in a window."""

    start: int
    end: int
    entity: str
    score: float


class IdentifierFinder:
    """Finds the kinds of personal data of the family `identifiers`."""

    def __init__(self, entities: frozenset[str]) -> None:
        self._entities = entities

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds in a column of N texts; see `spans.Finder`."""
        loaded = load_rules(self._entities)
        candidates = find_candidates(text, loaded.tables)
        found: set[tuple[int, int, int, int, float]] = set()
        named = _cells(text, candidates)
        for at, (row, start, end, kind, bits) in enumerate(
            zip(*(each.tolist() for each in candidates), strict=True)
        ):
            inside = bytes(text.data[start:end])
            if kind == NUMBER and bits & loaded.birth and _is_in_address(text, start):
                bits &= ~loaded.birth
            if kind == NUMBER and not may_be(loaded, inside, bits):
                continue
            if kind == NUMBER and bits == loaded.birth and len(inside) == 4 and inside.isdigit():
                # A year in prose: the day of a date stands near it.
                lead = text.data[max(0, start - 24) : start].tobytes()
                trail = text.data[end : end + 20].tobytes()
                if not _YEAR.fullmatch(inside) or not (
                    _DIGIT.search(lead) or _DIGIT.search(trail) or trail.startswith(_YEAR_SIGN)
                ):
                    continue
            first, last = int(text.offsets[row]), int(text.offsets[row + 1])
            low = _character_start(text, max(first, start - _BYTES_BEFORE), start)
            high = _character_start(text, min(last, end + _BYTES_AFTER), start)
            before, core = bytes(text.data[low:start]).decode(), inside.decode()
            after = bytes(text.data[end:high]).decode()
            place = (low, before, core, after)
            ready = list(self._read(loaded, place, kind, bits, languages[row]))
            if not ready and at in named:
                name, begin, stop = named[at]
                if kind in _PARTIAL or (begin, stop) == (start, end):
                    # As if it were written in a form: "name: value".
                    before = f"{name}: " + bytes(text.data[begin:start]).decode()
                    after = bytes(text.data[end : max(end, stop)]).decode()
                    place = (start - len(before.encode()), before, core, after)
                    ready = list(self._read(loaded, place, kind, bits, languages[row]))
            found.update((row, *each) for each in ready)
        return made_spans(_resolved(found))

    def _read(
        self,
        loaded: RuleTables,
        place: tuple[int, str, str, str],
        kind: int,
        bits: int,
        language: str | None,
    ) -> Iterator[tuple[int, int, int, float]]:
        """Yields what a candidate is: first byte, the byte after the last, number of the entity,
        score.

        Args:
            place: the byte where the text around the candidate begins, what stands before it, the
                candidate, what stands behind it.
        """
        low, before, core, after = place
        window = before + core + after
        folded = fold(window)
        first = folded.from_text(len(before))
        last = folded.from_text(len(before) + len(core))
        for each in self._found_in(loaded, folded, (first, last), kind, bits, language):
            begin, stop = folded.to_text(each.start, each.end)
            start = low + len(window[:begin].encode())
            yield start, start + len(window[begin:stop].encode()), INDEX[each.entity], each.score

    def _found_in(
        self,
        loaded: RuleTables,
        folded: Folded,
        span: tuple[int, int],
        kind: int,
        bits: int,
        language: str | None,
    ) -> Iterator[_Found]:
        start, end = span
        if kind == HARDWARE:
            if is_hardware_address(folded.view, start, end):
                yield _Found(start, end, MAC, 0.9)
        elif kind == VEHICLE:
            if is_vehicle(folded, start, end):
                yield _Found(start, end, VIN, 0.9)
        elif kind == WALLET:
            if is_wallet(folded, start, end):
                yield _Found(start, end, CRYPTO, 1.0)
        elif kind == PLATE:
            for plate in find_plates(folded.plain, start, end):
                yield _Found(*plate, LICENSE_PLATE, 0.8)
        else:
            if bits & loaded.birth:
                for date in find_birth_dates(folded.plain, start, end):
                    yield _Found(*date, BIRTH, 0.8)
            # What is here for the word of a birth alone is no other number: a day, mostly.
            core = folded.view[start:end].encode("utf-8", "surrogatepass")
            if not bits & loaded.birth or may_be(loaded, core, bits & ~loaded.birth):
                best = best_rule(loaded, folded, span, bits, language)
                if best is not None:
                    yield _Found(start, end, *best)


def _is_in_address(text: Utf8, start: int) -> bool:
    """Says whether a number stands in the path of an address, where days are of publication."""
    before = text.data[max(0, start - _ADDRESS_BYTES) : start].tobytes()
    return _IN_ADDRESS.search(before) is not None


def _cells(text: Utf8, candidates: Candidates) -> dict[int, tuple[str, int, int]]:
    """Finds the cells of candidates that a heading may announce: by number of the candidate the
    name of the column, the first byte of the cell and the one after its last."""
    asked = np.flatnonzero(
        (candidates.bits & COLUMN != 0) | np.isin(candidates.kinds, sorted(_PARTIAL))
    )
    if not len(asked):
        return {}
    asked = asked[np.lexsort((candidates.starts[asked], candidates.rows[asked]))]
    names, cells = find_cells(
        text, candidates.rows[asked].astype(np.int32), candidates.starts[asked].astype(np.int32)
    )
    return {
        at: (bytes(text.data[first:last]).decode("utf-8", "ignore"), begin, stop)
        for at, (first, last), (begin, stop) in zip(
            asked.tolist(), names.tolist(), cells.tolist(), strict=True
        )
        if last
    }


def _character_start(text: Utf8, place: int, floor: int) -> int:
    """The first byte at a place or after it that starts a character."""
    while place < len(text.data) and text.data[place] & 0xC0 == 0x80:
        place += 1
    return min(place, floor) if place <= floor else place


def _resolved(
    found: set[tuple[int, int, int, int, float]],
) -> Iterator[tuple[int, int, int, int, float]]:
    """Yields of findings that cross the surest, then the longest."""
    kept: list[tuple[int, int, int, int, float]] = []
    last_row, last_end = -1, -1
    cluster: list[tuple[int, int, int, int, float]] = []
    for each in sorted(found):
        if each[0] != last_row or each[1] >= last_end:
            kept += _best(cluster)
            cluster, last_end = [], -1
        cluster.append(each)
        last_row, last_end = each[0], max(last_end, each[2])
    yield from kept + _best(cluster)


def _best(
    cluster: list[tuple[int, int, int, int, float]],
) -> list[tuple[int, int, int, int, float]]:
    kept: list[tuple[int, int, int, int, float]] = []
    for each in sorted(cluster, key=lambda each: (each[1] - each[2], -each[4], each)):
        if all(each[2] <= other[1] or other[2] <= each[1] for other in kept):
            kept.append(each)
    return kept
