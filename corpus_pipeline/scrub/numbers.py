"""Mail addresses, telephone numbers, IP addresses, cards, IBANs and Chinese identity numbers.

A scan finds windows that could hold one (`candidates`); rules read these and a little context.
"""

import bisect
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.scrub.candidates import (
    EMAIL,
    ENTITIES,
    IBAN,
    PHONE,
    Windows,
    windows_of,
)
from corpus_pipeline.scrub.detectors import (
    Detectors,
    Finding,
    cover,
    load_detectors,
    resolve_overlaps,
)
from corpus_pipeline.scrub.entities import TABLE
from corpus_pipeline.scrub.folding import fold
from corpus_pipeline.scrub.hosts import is_private
from corpus_pipeline.scrub.phone_cells import phone_cells
from corpus_pipeline.scrub.phone_shape_words import AFTER_BYTES, BEFORE_BYTES
from corpus_pipeline.scrub.phone_sieve import may_have_phones
from corpus_pipeline.scrub.shapes import NumberSpans, Shapes
from corpus_pipeline.scrub.sieve import Sifted, sift
from corpus_pipeline.scrub.spans import FinderOptions, Spans
from corpus_pipeline.text.columns import Utf8, as_texts, utf8_buffers

#: Bytes of context that rules see: before an identifier words that say what it is (and the names of
#: other messages before the name of a message), before an IBAN its label; after it the extension of
#: a telephone number and words.
_CONTEXT = {EMAIL: 320, IBAN: 12}
_WORD_CONTEXT = BEFORE_BYTES
_CONTEXT_AFTER = AFTER_BYTES
_PHONE_ENTITY = ENTITIES.index("PHONE_NUMBER")
_IP_ENTITY = ENTITIES.index("IP_ADDRESS")
_MAIL_ENTITY = ENTITIES.index("EMAIL_ADDRESS")

#: How sure a finding is, by the certainty of its kind.
_SCORES = np.array([0.0, 0.5, 0.85, 1.0], np.float32)


class NumberFinder:
    """The rules on windows of digits and of `@`."""

    def __init__(self, detectors: Detectors, keep_private_ips: bool) -> None:
        self._detectors = detectors
        self._keep_private_ips = keep_private_ips

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds in a column of N texts."""
        return _find(text, self._detectors, self._keep_private_ips, languages)


def load_finder(entities: frozenset[str], options: FinderOptions) -> NumberFinder:
    """Loads the rules for some of the kinds of this family."""
    detectors = load_detectors(sorted(entities), options.regions)
    return NumberFinder(detectors, options.keep_private_ips)


class _Piece(NamedTuple):
    """A window cut out of its row, with context."""

    text: str
    core: tuple[int, int]
    """The window itself, in characters of `text`."""
    base: int
    """Where `text` begins in the data buffer."""
    kinds: int

    def to_bytes(self, finding: Finding) -> Finding:
        """Moves a finding from characters of the piece to bytes of the buffer."""
        start = self.base + len(self.text[: finding.start].encode())
        end = start + len(self.text[finding.start : finding.end].encode())
        return Finding(start, end, finding.entity)

    def to_characters(self, finding: Finding) -> Finding:
        """Moves a finding from bytes of the buffer to characters of the piece, and clips it."""
        encoded = self.text.encode()
        start = len(encoded[: max(0, finding.start - self.base)].decode())
        end = len(encoded[: max(0, finding.end - self.base)].decode())
        return Finding(start, end, finding.entity)

    def touches(self, finding: Finding) -> bool:
        """Says whether a finding lies in the window and not in its context alone."""
        return finding.start < self.core[1] and finding.end > self.core[0]


def _cut(data: memoryview, window: tuple[int, int, int], bounds: tuple[int, int]) -> _Piece:
    """Cuts a window (first byte, last + 1, kinds) with its context out of a row of the buffer."""
    start, end, kinds = window
    before = _CONTEXT.get(kinds, _WORD_CONTEXT)
    # A cut may go through a character; what is left of it is ignored.
    left = str(data[max(bounds[0], start - before) : start], "utf-8", "ignore")
    rest = str(data[start : min(bounds[1], end + _CONTEXT_AFTER)], "utf-8", "ignore")
    core = len(left) + len(str(data[start:end], "utf-8", "ignore"))
    return _Piece(left + rest, (len(left), core), start - len(left.encode()), kinds)


#: A candidate window of a row, in bytes of the buffer: first, last + 1, kinds, the cell that it
#: fills in a column of telephone numbers or zeros, and the two parts of the shape of its telephone
#: numbers.
_Window = tuple[int, int, int, tuple[int, int], bytes, bytes]


def _find_in_row(
    data: memoryview,
    windows: list[_Window],
    settled: list[Finding],
    bounds: tuple[int, int],
    detectors: Detectors,
) -> list[Finding]:
    """Finds the identifiers in one row, as bytes of the buffer, ascending, without overlaps.

    Args:
        settled: what is known of the row without its rules.
    """
    checked = list(settled)
    for start, end, kinds, *_ in windows:
        if kinds & ~PHONE:
            piece = _cut(data, (start, end, kinds), bounds)
            for finding in detectors.find_checked(piece.text, piece.kinds):
                if piece.touches(finding):
                    checked.append(piece.to_bytes(finding))
    kept = resolve_overlaps(checked)
    known = detectors.shapes.known if detectors.shapes is not None else {}
    phones: list[Finding] = []
    for window in windows:
        start, end, kinds, cell, one, all_ = window
        if not kinds & PHONE:
            continue
        near = _near(kept, start, end)
        number_spans = None
        if not near:
            number_spans = known.get(one)
            if number_spans is None:
                number_spans = known.get(all_)
        if number_spans is None:
            found = _read_phones(data, window, bounds, detectors, near)
        else:
            found = _from_spans(data, window, bounds, number_spans) if number_spans else []
        if not found and cell[1] and not any(f.start < end and f.end > start for f in near):
            found = _read_cell(data, window, detectors)
        phones += found
    return sorted(kept + resolve_overlaps(phones)) if phones else kept


def _near(kept: list[Finding], start: int, end: int) -> list[Finding]:
    """Returns the findings that lie in a window or its context."""
    if not kept:
        return kept
    first = bisect.bisect_right(kept, start - _WORD_CONTEXT, key=lambda finding: finding.end)
    last = bisect.bisect_left(kept, end + _CONTEXT_AFTER, key=lambda finding: finding.start)
    return kept[first:last]


def _read_phones(
    data: memoryview,
    window: _Window,
    bounds: tuple[int, int],
    detectors: Detectors,
    near: list[Finding],
) -> list[Finding]:
    """Finds the telephone numbers of a window by the rules, as bytes of the buffer.

    Args:
        near: what was found before in the window and around it.
    """
    start, end, kinds, _, one, all_ = window
    piece = _cut(data, (start, end, kinds), bounds)
    text = piece.text
    if near:
        # Digits of a card or an identity number, which are checked, are no telephone number.
        text = cover(text, [piece.to_characters(finding) for finding in near])
    found = [
        finding for finding in detectors.find_phones(text, piece.core) if piece.touches(finding)
    ]
    if all_ and not near and detectors.shapes is not None:
        core = piece.core[0]
        number_spans = tuple((finding.start - core, finding.end - core) for finding in found)
        detectors.shapes.remember((one, all_), number_spans, text, piece.core)
    return [piece.to_bytes(finding) for finding in found]


#: What the heading of a column says of its cells.
_LABEL = "Tel: "


def _read_cell(data: memoryview, window: _Window, detectors: Detectors) -> list[Finding]:
    """Finds the telephone numbers of a cell in a column of them, as bytes of the buffer."""
    start, end, kinds, (first, last), *_ = window
    left = _LABEL + str(data[first:start], "utf-8").lstrip("\"'` ")
    core = len(left), len(left) + len(str(data[start:end], "utf-8"))
    rest = str(data[start:last], "utf-8")
    piece = _Piece(left + rest, core, start - len(left.encode()), kinds)
    return [
        piece.to_bytes(finding)
        for finding in detectors.find_phones(piece.text, piece.core)
        if piece.touches(finding)
    ]


def _from_spans(
    data: memoryview, window: _Window, bounds: tuple[int, int], number_spans: NumberSpans
) -> list[Finding]:
    """Returns the numbers of a window that has a shape whose numbers are known."""
    start, end, kinds, *_ = window
    if bytes(data[start + min(0, number_spans[0][0]) : start + number_spans[-1][1]]).isascii():
        return [Finding(start + begin, start + stop, _PHONE_ENTITY) for begin, stop in number_spans]
    piece = _cut(data, (start, end, kinds), bounds)
    core = piece.core[0]
    return [
        piece.to_bytes(Finding(core + begin, core + stop, _PHONE_ENTITY))
        for begin, stop in number_spans
    ]


def find_spans(
    texts: pa.Array,
    detectors: Detectors,
    *,
    keep_private_ips: bool = True,
    languages: Sequence[str | None] | None = None,
) -> Spans:
    """Finds the identifiers in a `string` column.

    Args:
        texts: the column.
        detectors: what is looked for.
        keep_private_ips: leaves loopback, private, documentation and multicast addresses.
        languages: one for each text, None where it is not known: national telephone numbers of its
            regions are found, besides those of the detectors.

    >>> from corpus_pipeline.scrub.detectors import load_detectors
    >>> spans = find_spans(pa.array(["电话13812345678，", None]), load_detectors(["PHONE_NUMBER"]))
    >>> spans.rows.tolist(), spans.starts.tolist(), spans.ends.tolist()
    ([0], [6], [17])
    """
    return _find(utf8_buffers(as_texts(texts)), detectors, keep_private_ips, languages)


def _find(
    text: Utf8,
    detectors: Detectors,
    keep_private_ips: bool,
    languages: Sequence[str | None] | None,
) -> Spans:
    buffer, offsets = text
    data = memoryview(buffer.data)
    windows = windows_of(text, detectors.kinds)
    sifted = sift(text, windows, keep_private_ips=keep_private_ips)
    kinds = sifted.kinds
    numbers = np.flatnonzero(kinds & PHONE)
    columns = (windows.rows[numbers], windows.starts[numbers], windows.ends[numbers])
    cells = np.zeros((len(kinds), 2), np.int32)
    cells[numbers] = phone_cells(text, *columns)
    kinds[numbers[~may_have_phones(text, *columns) & (cells[numbers, 1] == 0)]] &= ~PHONE
    settled = _settle(data, windows, sifted, detectors)
    asked = np.flatnonzero(kinds)
    cells = cells[asked]
    windows = Windows(*(column[asked] for column in (*windows[:3], kinds)))
    rows, firsts = np.unique(windows.rows, return_index=True)
    by_row = [
        detectors.of_language(languages[row]) if languages is not None else detectors
        for row in rows.tolist()
    ]
    shapes = _shapes(buffer, offsets, windows, by_row)
    lasts = np.append(firsts, len(windows.rows))[1:]
    found: list[tuple[int, int, int, int]] = []
    for row, first, last, rules in zip(
        rows.tolist(), firsts.tolist(), lasts.tolist(), by_row, strict=True
    ):
        in_row = list(
            zip(
                windows.starts[first:last].tolist(),
                windows.ends[first:last].tolist(),
                windows.kinds[first:last].tolist(),
                map(tuple, cells[first:last].tolist()),
                shapes.one[first:last],
                shapes.all[first:last],
                strict=True,
            )
        )
        bounds = (int(offsets[row]), int(offsets[row + 1]))
        for finding in _find_in_row(data, in_row, settled.pop(row, []), bounds, rules):
            found.append((row, *finding))
    for row, findings in settled.items():
        found += [(row, *finding) for finding in findings if finding.entity == _MAIL_ENTITY]
    if keep_private_ips:
        known = set(sifted.starts[sifted.domains == 0].tolist())
        found = [each for each in found if not _is_private(data, each, known)]
    table = np.array(sorted(found) if settled else found, np.int32).reshape(-1, 4)
    certainty = np.array([entity.certainty for entity in TABLE])[table[:, 3]]
    return Spans(table[:, 0], table[:, 1], table[:, 2], table[:, 3], _SCORES[certainty])


def _settle(
    data: memoryview, windows: Windows, sifted: Sifted, detectors: Detectors
) -> dict[int, list[Finding]]:
    """Returns what is found without rules, by row; a mail address whose domain is not known for one
    is left to them."""
    settled: dict[int, list[Finding]] = {}
    for window, start, end, domain in zip(*(column.tolist() for column in sifted[1:]), strict=True):
        entity = _MAIL_ENTITY if domain else _IP_ENTITY
        mail = detectors.mail
        if domain and (mail is None or not mail.is_domain(str(data[domain:end], "ascii"))):
            sifted.kinds[window] = EMAIL
        else:
            settled.setdefault(int(windows.rows[window]), []).append(Finding(start, end, entity))
    return settled


def _is_private(data: memoryview, found: tuple[int, int, int, int], known: set[int]) -> bool:
    """Says whether a finding is an address of a private network; some of these are known by their
    first byte."""
    _, start, end, entity = found
    return entity == _IP_ENTITY and (
        start in known or is_private(fold(str(data[start:end], "utf-8")).plain)
    )


def _shapes(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    windows: Windows,
    by_row: Sequence[Detectors],
) -> Shapes:
    """Returns the shape of each window, as far as it may have telephone numbers.

    Args:
        by_row: the rules for each row that has windows.
    """
    shapes = Shapes([b""] * len(windows.rows), [b""] * len(windows.rows))
    places = np.unique(windows.rows, return_inverse=True)[1].reshape(-1)
    # Shapes are remembered for each set of regions.
    sets = {id(rules): rules for rules in by_row}
    owners = np.array([id(rules) for rules in by_row], np.uint64)[places]
    for owner, rules in sets.items():
        numbers = np.flatnonzero(((windows.kinds & PHONE) != 0) & (owners == owner))
        if rules.shapes is None or not len(numbers):
            continue
        rows = windows.rows[numbers]
        written = rules.shapes.shapes(
            data,
            (offsets[rows], offsets[rows + 1]),
            (windows.starts[numbers], windows.ends[numbers]),
        )
        for number, one, all_ in zip(numbers.tolist(), *written, strict=True):
            shapes.one[number], shapes.all[number] = one, all_
    return shapes
