"""What is found in a column of texts: spans of bytes, and how those that overlap are settled."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

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

    regions: tuple[str, ...] = ()
    """ISO 3166-1 codes: whose national telephone numbers are found without a country code, besides
    those of the language's regions."""
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
