"""Identifiers that a state, an insurance or a maker gives out, dates of birth, and wallets.

| module | what it has |
| --- | --- |
| `rule` | the form of a rule: an entity, how it is written, its check |
| `america`, `britain`, … | rules and checks, by region |
| `devices`, `wallets`, `birth_dates` | vehicles and devices; crypto wallets; dates of birth |
| `words`, `labels` | the words that announce an identifier, and how they lead to it |
| `forms`, `scan` | the pass over the bytes that finds the few places to read |
| `finder` | reads them |

A new country is one row of `RULES` with a check, its words in `words.txt`, and its entity in
`entities.TABLE`.
"""

from collections.abc import Sequence

from corpus_pipeline.scrub.identifiers import china
from corpus_pipeline.scrub.identifiers.finder import IdentifierFinder
from corpus_pipeline.scrub.spans import FinderOptions, Spans, joined
from corpus_pipeline.text.columns import Utf8


class _Finder:
    def __init__(self, entities: frozenset[str]) -> None:
        self._of_china = entities & china.ENTITIES
        others = (entities - china.ENTITIES) | (entities & {china.BIRTH})
        self._others = IdentifierFinder(others) if others else None

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds in a column of N texts."""
        parts = [china.find_china(text, self._of_china)] if self._of_china else []
        if self._others is not None:
            parts.append(self._others.find(text, languages))
        return joined(parts)


def load_finder(entities: frozenset[str], options: FinderOptions) -> _Finder:
    """Loads a finder for entities of this family; the options change nothing.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> finder = load_finder(frozenset({"US_SSN", "HK_ID"}), FinderOptions())
    >>> text = utf8_buffers(pa.array(["SSN: 460-89-9847, HKID A123456(3)"]))
    >>> finder.find(text, [None]).starts.tolist()
    [5, 23]
    """
    return _Finder(entities)
