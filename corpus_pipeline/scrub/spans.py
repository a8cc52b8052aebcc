"""What is found in a column of texts: spans of bytes, and how those that overlap are settled."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.scrub.detectors import DEFAULT_REGIONS
from corpus_pipeline.scrub.entities import TABLE
from corpus_pipeline.text.columns import Utf8


class Spans(NamedTuple):
    """S findings in a column, ascending by first byte."""

    rows: NDArray[np.int32]
    """int32[S], the row of the column."""
    starts: NDArray[np.int32]
    """int32[S], first byte in the column's data buffer."""
    ends: NDArray[np.int32]
    """int32[S], the byte after the last."""
    entities: NDArray[np.int32]
    """int32[S], index into `entities.ENTITIES`."""
    scores: NDArray[np.float32]
    """float32[S], how sure the rule is, 0 to 1: 1 for a check digit."""


@dataclasses.dataclass(frozen=True)
class FinderOptions:
    """What finders are told besides the kinds that they are to find."""

    regions: tuple[str, ...] = DEFAULT_REGIONS
    """ISO 3166-1 codes: whose national telephone numbers are found without a country code, besides
    those of the language's regions."""
    keep_private_ips: bool = True
    """Leaves loopback, private, documentation and multicast addresses as they are."""
    persons: str = "private"
    """`all`: names of all persons; `private`: those in a labelled or contact context alone."""


class Finder(Protocol):
    """Finds some kinds of personal data. What it finds in a text depends on nothing but the text,
    its language and how the finder was made."""

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds in a column of N texts.

        Args:
            text: the column's buffers.
            languages: N codes as *language* writes them; None where it is not known.

        Returns:
            spans of the kinds that it was made for; they may overlap.
        """


def made_spans(found: Iterable[tuple[int, int, int, int, float]]) -> Spans:
    """Makes spans of tuples of row, first byte, last + 1, entity, score, in any order.

    >>> made_spans([(0, 5, 9, 6, 0.5), (0, 1, 3, 6, 1.0)]).starts.tolist()
    [1, 5]
    """
    table = sorted(found)
    whole = np.array([each[:4] for each in table], np.int32).reshape(-1, 4)
    scores = np.array([each[4] for each in table], np.float32)
    return Spans(whole[:, 0], whole[:, 1], whole[:, 2], whole[:, 3], scores)


def joined(parts: Sequence[Spans]) -> Spans:
    """Joins the findings of several finders, ascending by first byte."""
    if len(parts) == 1:
        return parts[0]
    columns = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    order = np.lexsort((columns[3], columns[2], columns[1]))
    return Spans(*(column[order] for column in columns))


def settled(spans: Spans, data: NDArray[np.uint8]) -> Spans:
    """Settles findings that overlap, so that none does.

    One that lies in another is dropped: the longer covers it. Of two that cross, the one of greater
    certainty stays whole (of equal ones the longer, then the later in `TABLE`), and of the other
    stays what is left, if a letter or digit is. Of two that are the same, the surer stays.

    Args:
        spans: ascending by first byte.
        data: the bytes that they are spans of.

    >>> from corpus_pipeline.scrub.entities import INDEX
    >>> data = np.frombuffer(b"Mr John Smith 555 0100", np.uint8)
    >>> person, phone = INDEX["PERSON"], INDEX["PHONE_NUMBER"]
    >>> spans = made_spans([(0, 3, 17, person, 0.5), (0, 14, 22, phone, 0.9)])
    >>> found = settled(spans, data)
    >>> list(zip(found.starts.tolist(), found.ends.tolist()))
    [(3, 13), (14, 22)]
    """
    if len(spans.rows) < 2 or bool((spans.starts[1:] >= spans.ends[:-1]).all()):
        return spans
    kept: list[_Span] = []
    cluster: list[_Span] = []
    end = -1
    for row, start, stop, entity, score in zip(*(c.tolist() for c in spans), strict=True):
        if start >= end and cluster:
            kept += _settled(cluster, data)
            cluster = []
        cluster.append((row, start, stop, entity, score))
        end = max(end, stop) if len(cluster) > 1 else stop
    return made_spans(kept + _settled(cluster, data))


#: Row, first byte, last + 1, entity, score.
_Span = tuple[int, int, int, int, float]


def _settled(cluster: list[_Span], data: NDArray[np.uint8]) -> list[_Span]:
    if len(cluster) == 1:
        return cluster
    # What lies in another goes first, so that a cluster of thousands in one stays linear.
    outer: list[_Span] = []
    for span in sorted(cluster, key=lambda s: (s[1], -s[2], -TABLE[s[3]].certainty, -s[3])):
        if not outer or span[2] > outer[-1][2]:
            outer.append(span)
    order = sorted(
        range(len(outer)),
        key=lambda i: (-TABLE[outer[i][3]].certainty, outer[i][1] - outer[i][2], -outer[i][3], i),
    )
    bounds = {i: (outer[i][1], outer[i][2]) for i in order}
    done: set[int] = set()
    for i in order:
        start, end = bounds[i]
        # Neighbours alone can cross: what remains is ascending by start and by end.
        before = [j for j in _near(i, -1, outer, start) if j in done]
        after = [j for j in _near(i, 1, outer, end) if j in done]
        start = max([start, *(bounds[j][1] for j in before if bounds[j][0] < bounds[j][1])])
        end = min([end, *(bounds[j][0] for j in after if bounds[j][0] < bounds[j][1])])
        bounds[i] = (start, end) if start < end else (start, start)
        done.add(i)
    found = []
    for i, (row, start, end, entity, score) in enumerate(outer):
        clipped = bounds[i]
        if clipped != (start, end):
            clipped = _trimmed(data, *clipped)
        if clipped[0] < clipped[1]:
            found.append((row, *clipped, entity, score))
    return found


def _near(i: int, step: int, outer: list[_Span], edge: int) -> Iterator[int]:
    """Yields the neighbours on one side whose findings reach over an edge."""
    j = i + step
    while 0 <= j < len(outer) and (outer[j][2] > edge if step < 0 else outer[j][1] < edge):
        yield j
        j += step


def _trimmed(data: NDArray[np.uint8], start: int, end: int) -> tuple[int, int]:
    """Leaves of a span the part from its first to its last letter or digit."""
    part = data[start:end]
    matter = np.flatnonzero(_MATTERS[part])
    if not len(matter):
        return start, start
    return start + int(matter[0]), start + int(matter[-1]) + 1


#: Bytes of letters and digits, and of all characters beyond ASCII.
_MATTERS = np.array([chr(byte).isalnum() or byte > 0x7F for byte in range(256)])
