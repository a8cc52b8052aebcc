"""Boolean expressions over a document: what they read, whether they can be meant, what they say.

    lang == "zh" and len(text) >= 200
    0.5 < lang_score <= 0.9
    metadata.stars >= 10 and "code" in metadata.tags
    date(metadata.created) < date("2024-05-01") or url is None

Nothing is ever executed: the text becomes a tree of known operations (`grammar`), whose types are
checked (`checking`) and which is calculated by kernels over columns (`evaluation`).
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.errors import printable
from corpus_pipeline.filters.where.checking import Checker, Kinds, columns_of, kind_of
from corpus_pipeline.filters.where.evaluation import Evaluation
from corpus_pipeline.filters.where.fields import Rows, parse_object
from corpus_pipeline.filters.where.grammar import Node, parse_tree

#: Characters of a value that `Expression.figures` shows.
_SHOWN = 60


@dataclasses.dataclass(frozen=True)
class Expression:
    """A condition on documents, made by `parse_expression`.

    Attributes:
        text: as it was written.
        columns: names of the columns that it reads, sorted; `metadata` where it names a field.
    """

    text: str
    tree: Node
    columns: tuple[str, ...]

    def check(self, schema: pa.Schema) -> None:
        """Refuses columns that there are not, and comparisons of types that have none in common.

        Raises:
            ConfigError: one line with the position and what may have been meant.

        >>> parse_expression("langg == 'zh'").check(pa.schema([("lang", pa.string())]))
        Traceback (most recent call last):
        corpus_pipeline.errors.ConfigError: character 1 of `langg == 'zh'`: no column langg; did \
you mean lang?; a field of the input is metadata.langg
        """
        self._checker(schema)

    def evaluate(self, batch: pa.RecordBatch) -> NDArray[np.bool_]:
        """Says for which documents it is true; where it is unknown (null) it is not.

        Returns:
            bool[N].

        Raises:
            ConfigError: as `check`.

        >>> batch = pa.record_batch({"lang": ["zh", "en", None], "words": [120, 7, 300]})
        >>> parse_expression("lang == 'zh' and words > 100").evaluate(batch).tolist()
        [True, False, False]
        """
        found: NDArray[np.bool_] = pc.fill_null(self.truth(batch), False).to_numpy(
            zero_copy_only=False
        )
        return found

    def truth(self, batch: pa.RecordBatch | Rows) -> pa.BooleanArray:
        """Says for which documents it is true and for which false; null where it is unknown.

        Args:
            batch: N documents; as `Rows` where several expressions look at the same metadata.

        Raises:
            ConfigError: as `check`.

        >>> batch = pa.record_batch({"metadata": ['{"stars": 12}', '{"stars": "many"}', None]})
        >>> parse_expression("metadata.stars >= 10").truth(batch).to_pylist()
        [True, None, None]
        """
        rows = batch if isinstance(batch, Rows) else Rows(batch)
        found = Evaluation(rows, self._checker(rows.batch.schema)).condition(self.tree)
        return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found

    def figures(self, row: Mapping[str, Any], text: str | None = None) -> str:
        """Shows the values that one document has in what the expression reads.

        Args:
            row: of the ledger.
            text: of the document, where it is at hand.

        >>> parse_expression("len(text) > 5 and metadata.stars > 1").figures(
        ...     {"metadata": '{"stars": 1}'}, "中文")
        'text has 2 characters, metadata.stars 1'
        """
        return ", ".join(dict.fromkeys(_figures(self.tree, row, text)))

    def _checker(self, schema: pa.Schema) -> Checker:
        kinds: Kinds = {field.name: kind_of(field.type) for field in schema}
        checker = Checker(self.text, kinds)
        checker.check(self.tree)
        return checker


def parse_expression(text: str) -> Expression:
    """Reads an expression; docs/steps/where.md says what may be written.

    Raises:
        ConfigError: it is none, or cannot be meant whatever columns there are; one line with the
            position and what may have been meant.

    >>> parse_expression("metadata.year < 2000 or url is None").columns
    ('metadata', 'url')
    >>> parse_expression("__import__('os')")
    Traceback (most recent call last):
    corpus_pipeline.errors.ConfigError: character 1 of `__import__('os')`: no function __import__ \
(there are len, lower, date, number, has_reason, all_in, any_in, contains, startswith, endswith, \
matches)
    """
    tree = parse_tree(text)
    Checker(text, None).check(tree)
    return Expression(text, tree, tuple(sorted(set(columns_of(tree)))))


def _figures(node: Node, row: Mapping[str, Any], text: str | None) -> Iterator[str]:
    if node.op == "column" and node.value == "text":
        yield "text is not at hand" if text is None else f"text has {len(text):,} characters"
    elif node.op == "column":
        yield f"{node.value} {_shown(row.get(node.value))}"
    elif node.op == "has_reason":
        yield f"reasons {_shown(row.get('reasons'))}"
    elif node.op == "field":
        value: Any = parse_object(row.get("metadata"))
        for name in node.value:
            value = value.get(name) if isinstance(value, dict) else None
        yield f"{'.'.join(('metadata', *node.value))} {_shown(value)}"
    for each in node.args:
        yield from _figures(each, row, text)


def _shown(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    shown = printable("null" if value is None else str(value))
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
