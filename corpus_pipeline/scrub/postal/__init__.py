"""Postal addresses."""

from collections.abc import Sequence

from corpus_pipeline.scrub.postal.cjk import find_cjk_addresses
from corpus_pipeline.scrub.postal.spaced import find_spaced_addresses
from corpus_pipeline.scrub.spans import Finder, FinderOptions, Spans, joined
from corpus_pipeline.text.columns import Utf8


class _AddressFinder:
    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds addresses; the languages are not needed."""
        return joined([find_spaced_addresses(text), find_cjk_addresses(text)])


def load_finder(entities: frozenset[str], options: FinderOptions) -> Finder:
    """Makes a finder of postal addresses.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> finder = load_finder(frozenset(["ADDRESS"]), FinderOptions())
    >>> text = utf8_buffers(pa.array(["Ship to: 12 Oak Street, Springfield, OR 97403"]))
    >>> finder.find(text, ["en"]).starts.tolist()
    [9]
    """
    return _AddressFinder()
