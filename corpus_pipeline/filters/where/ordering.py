"""A number or a date of each document, by which documents are put in order.

    classifier_score           a column
    metadata.stars             a field of the input
    date(metadata.crawled)     a date

They are written as in the expressions of *where*, and calculated by the same code.
"""

import dataclasses

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.where.checking import ANY, DATE, NUMBER, Checker, columns_of, kind_of
from corpus_pipeline.filters.where.evaluation import Evaluation
from corpus_pipeline.filters.where.fields import Rows
from corpus_pipeline.filters.where.grammar import Node, parse_tree
from corpus_pipeline.filters.where.numbers import greatest_first


@dataclasses.dataclass(frozen=True)
class Ordering:
    """Puts documents in order by the value of an expression, made by `parse_ordering`.

    Attributes:
        text: as it was written.
        columns: names of the columns that it reads, sorted; `metadata` where it names a field.
    """

    text: str
    tree: Node
    columns: tuple[str, ...]

    def check(self, schema: pa.Schema) -> None:
        """Refuses columns that there are not, and what is neither a number nor a date.

        Raises:
            ConfigError: one line.

        >>> parse_ordering("lang").check(pa.schema([("lang", pa.string())]))
        Traceback (most recent call last):
        corpus_pipeline.errors.ConfigError: `lang` is a string; documents are put in order by a \
number or a date, for example date(metadata.crawled)
        """
        self._checker(schema)

    def keys(self, batch: pa.RecordBatch) -> NDArray[np.uint64]:
        """Returns a key for each document; the least is that of the greatest number or latest date.

        Documents without a value have the greatest key.

        Returns:
            uint64[N].

        Raises:
            ConfigError: as `check`.

        >>> batch = pa.record_batch({"metadata": ['{"at": "2023"}', '{"at": "2024-05"}', None]})
        >>> np.argsort(parse_ordering("date(metadata.at)").keys(batch)).tolist()
        [1, 0, 2]
        """
        evaluation = Evaluation(Rows(batch), self._checker(batch.schema))
        return greatest_first(evaluation.ordered(self.tree), batch.num_rows)

    def _checker(self, schema: pa.Schema) -> Checker:
        checker = Checker(self.text, {field.name: kind_of(field.type) for field in schema})
        kind = checker.kind(self.tree).name
        if kind not in (NUMBER, DATE, ANY):
            raise ConfigError(
                f"`{self.text}` is a {kind}; documents are put in order by a number or a date, for "
                "example date(metadata.crawled)"
            )
        return checker


def parse_ordering(text: str) -> Ordering:
    """Reads what documents are put in order by; docs/steps/where.md says what may be written.

    Raises:
        ConfigError: it is no expression; one line with the position.

    >>> parse_ordering("date(metadata.crawled)").columns
    ('metadata',)
    """
    tree = parse_tree(text)
    return Ordering(text, tree, tuple(sorted(set(columns_of(tree)))))
