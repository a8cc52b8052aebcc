"""Names of persons.

`scan` finds them where spaces part words: in Latin, Cyrillic and Greek letters by lists of names and
by what stands around them, in Arabic, Hebrew and the scripts of India behind labels. `cjk` finds
them in Chinese, Japanese and Korean.
"""

from collections.abc import Sequence

import numpy as np

from corpus_pipeline.scrub.spans import FinderOptions, Spans
from corpus_pipeline.text.columns import Utf8


class PersonFinder:
    """Finds names of persons; see `spans.Finder`."""

    def __init__(self, options: FinderOptions) -> None:
        self._everyone = options.persons == "all"

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds in a column of N texts; see `spans.Finder.find`."""
        from corpus_pipeline.scrub.persons.scan import find_spaced_persons

        return joined([find_spaced_persons(text, languages, self._everyone)])


def load_finder(entities: frozenset[str], options: FinderOptions) -> PersonFinder:
    """Makes the finder of names.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> finder = load_finder(frozenset({"PERSON"}), FinderOptions(persons="private"))
    >>> spans = finder.find(utf8_buffers(pa.array(["My name is Zoe Quill."])), ["en"])
    >>> spans.starts.tolist(), spans.ends.tolist()
    ([11], [20])
    """
    return PersonFinder(options)


def joined(parts: list[Spans]) -> Spans:
    """Joins the findings of several finders in one column, ascending by first byte."""
    if len(parts) == 1:
        return parts[0]
    whole = Spans(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    order = np.lexsort((whole.ends, whole.starts))
    return Spans(*(column[order] for column in whole))
