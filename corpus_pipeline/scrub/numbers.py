"""Mail addresses, telephone numbers, IP addresses, cards, IBANs and Chinese identity numbers."""

from collections.abc import Sequence

import numpy as np

from corpus_pipeline.scrub.detectors import Detectors, load_detectors
from corpus_pipeline.scrub.entities import TABLE
from corpus_pipeline.scrub.replace import ScrubOptions, find_spans
from corpus_pipeline.scrub.spans import FinderOptions, Spans
from corpus_pipeline.text.columns import Utf8, string_column

#: How sure a finding is, by the certainty of its kind.
_SCORES = np.array([0.0, 0.5, 0.85, 1.0], np.float32)


class NumberFinder:
    """The rules on windows of digits and of `@`."""

    def __init__(self, detectors: Detectors, options: FinderOptions) -> None:
        self._detectors = detectors
        self._options = ScrubOptions(keep_private_ips=options.keep_private_ips)

    def find(self, text: Utf8, languages: Sequence[str | None]) -> Spans:
        """Finds in a column of N texts."""
        texts = string_column(text.data, text.offsets, np.zeros(len(text.offsets) - 1, bool))
        found = find_spans(texts, self._detectors, self._options, languages)
        certainty = np.array([entity.certainty for entity in TABLE])[found.entities]
        return Spans(*found, _SCORES[certainty])


def load_finder(entities: frozenset[str], options: FinderOptions) -> NumberFinder:
    """Loads the rules for some of the kinds of this family."""
    wanted = [entity.name for entity in TABLE if entity.name in entities]
    return NumberFinder(load_detectors(wanted, options.regions), options)
