"""Names of persons, by lists of names and what stands around them.

`scan` finds them where spaces part words: in Latin, Cyrillic and Greek letters by lists of names
and by what stands around them, in Arabic, Hebrew and the scripts of India behind labels. `cjk`
finds them in Chinese, Japanese and Korean letters.
"""

from collections.abc import Sequence

from corpus_pipeline.scrub.persons.cjk import find_cjk_persons
from corpus_pipeline.scrub.persons.scan import find_spaced_persons
from corpus_pipeline.scrub.spans import FinderOptions, Spans, joined
from corpus_pipeline.text.columns import Utf8


class PersonFinder:
    """Finds names of persons, of all or of those in a labelled or contact context."""

    def __init__(self, everyone: bool) -> None:
        self._everyone = everyone

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds in a column of N texts."""
        return joined(
            [
                find_spaced_persons(text, languages, self._everyone),
                find_cjk_persons(text, languages, self._everyone),
            ]
        )


def load_finder(entities: frozenset[str], options: FinderOptions) -> PersonFinder:
    """Makes the finder of names.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> finder = load_finder(frozenset({"PERSON"}), FinderOptions(persons="private"))
    >>> text = utf8_buffers(pa.array(["Name: Jane Doe", "联系人：陈荣，手机18710301535。"]))
    >>> finder.find(text, [None, None]).rows.tolist()
    [0, 1]
    """
    return PersonFinder(options.persons == "all")
