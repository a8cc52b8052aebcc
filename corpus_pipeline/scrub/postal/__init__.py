"""Postal addresses."""

from collections.abc import Sequence

from corpus_pipeline.scrub.postal.spaced import find_spaced_addresses
from corpus_pipeline.scrub.spans import Finder, FinderOptions, Spans, made_spans
from corpus_pipeline.text.columns import Utf8


class _AddressFinder:
    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds addresses; the languages are not needed."""
        return find_spaced_addresses(text) if self._wanted else made_spans([])


def load_finder(entities: frozenset[str], options: FinderOptions) -> Finder:
    """Makes a finder of postal addresses.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> finder = load_finder(frozenset(["ADDRESS"]), FinderOptions())
    >>> text = utf8_buffers(pa.array(["Ship to: 12 Oak Street, Springfield, OR 97403"]))
    >>> finder.find(text, ["en"]).starts.tolist()
    [9]
    """
    return _AddressFinder("ADDRESS" in entities)
