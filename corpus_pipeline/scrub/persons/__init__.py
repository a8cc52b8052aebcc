"""Names of persons.

`scan` finds them where spaces part words: in Latin, Cyrillic and Greek letters by lists of names
and by what stands around them, in Arabic, Hebrew and the scripts of India behind labels.
"""

from collections.abc import Sequence

from corpus_pipeline.scrub.spans import FinderOptions, Spans
from corpus_pipeline.text.columns import Utf8


class PersonFinder:
    """Finds names of persons; see `spans.Finder`."""

    def __init__(self, options: FinderOptions) -> None:
        self._everyone = options.persons == "all"

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds in a column of N texts; see `spans.Finder.find`."""
        from corpus_pipeline.scrub.persons.scan import find_spaced_persons

        return find_spaced_persons(text, languages, self._everyone)


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
