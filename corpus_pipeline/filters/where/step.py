"""*where*: the user's own rules and tags, as expressions over columns and metadata."""

import contextlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from corpus_pipeline.errors import ConfigError, Mistakes, printable
from corpus_pipeline.filters.where.expressions import Expression, parse_expression
from corpus_pipeline.filters.where.fields import Rows
from corpus_pipeline.steps import Batch, Context, Failures, Options, Step

_NOT_KEPT = "where-not-kept"
_DROPPED = "where-dropped"
_TAG = "tag_"
#: What the keys of tags begin with.
_TAGS = "where.tag."


class WhereOptions(Options):
    """Expressions that decide on documents or tag them."""

    keep: str | None = Field(None, description="a document for which it is false goes")
    drop: str | None = Field(None, description="a document for which it is true goes")
    rules: dict[str, str] = Field(
        {}, description="name: expression; a document for which it is true goes as where-NAME"
    )
    tag: dict[str, str] = Field(
        {}, description="name: expression; its truth fills the column tag_NAME"
    )
    unknown: Literal["keep", "drop"] = Field(
        "keep", description="what happens where keep, drop or a rule is unknown (null)"
    )


#: Reason -> what is said of a document that is dropped for it.
_SENTENCES = {
    _NOT_KEPT: "the expression where.keep is not true of it[: {explained}]",
    _DROPPED: "the expression where.drop is true of it[: {explained}]",
}


class Where(Step):
    """Drops and tags documents by expressions."""

    name = "where"
    seconds_per_gigabyte = 1.0
    Options = WhereOptions
    options: WhereOptions
    sentences = _SENTENCES
    reasons = tuple(_SENTENCES)
    judged_by = ("enabled", "keep", "drop", "rules", "unknown")
    # An expression on texts needs them; what the expressions read is in `needs`.
    needs_text = False

    def __init__(
        self, options: Any = None, context: Context | None = None, label: str | None = None
    ) -> None:
        super().__init__(options, context, label)
        columns: set[str] = set()
        for text in self._texts().values():
            with contextlib.suppress(ConfigError):  # Which `check` reports.
                columns.update(parse_expression(text).columns)
        # They depend on the options, so they are this step's own.
        vars(self).update(needs=tuple(sorted(columns)), needs_text="text" in columns)

    def check(self) -> None:
        """Refuses expressions that cannot be read, and a section that says nothing."""
        texts = self._texts()
        if not texts:
            raise ConfigError("where: it says nothing; give keep, drop, rules or tag an expression")
        found = Mistakes()
        found.add(
            ConfigError(
                f"where.rules.{printable(name)}: the name becomes a reason; write small letters "
                "and digits with - between them, for example too-old"
            )
            for name in self.options.rules
            if not _is_reason(name) or f"where-{name}" in (_NOT_KEPT, _DROPPED)
        )
        found.add(
            ConfigError(
                f"where.tag.{printable(name)}: the name becomes a column; write small letters, "
                "digits and _"
            )
            for name in self.options.tag
            if not (name and f"x{name}".isidentifier() and name.lower() == name)
        )
        for key, text in texts.items():
            with found.looking():
                _parsed(key, text)
        found.refuse()

    def check_columns(self, schema: pa.Schema) -> None:
        """Refuses expressions that do not fit the columns that are there before this step.

        Raises:
            ConfigError: one line that begins with the key.
        """
        found = Mistakes()
        for key, text in self._texts().items():
            with found.looking():
                try:
                    _parsed(key, text).check(schema)
                except ConfigError as error:
                    raise _at(key, error) from None
        found.refuse()

    @cached_property
    def _expressions(self) -> dict[str, Expression]:
        return {key: _parsed(key, text) for key, text in self._texts().items()}

    def open(self) -> None:
        """Reads the expressions."""
        _ = self._expressions

    def apply(self, batch: Batch) -> Batch:
        """Judges one batch, then tags it."""
        rows = Rows(batch)
        tags = {
            _TAG + key.removeprefix(_TAGS): self._truth(key, rows)
            for key in self._texts()
            if key.startswith(_TAGS)
        }
        return self.filled(self.failed(batch, self._failures(rows)), tags)

    @property
    def judged_columns(self) -> tuple[str, ...]:
        """What the rules read; what tags read is left out."""
        found = [_parsed(key, self._texts()[key]).columns for key in self._reasons()]
        return tuple(sorted({name for columns in found for name in columns}))

    def judge(self, rows: Batch) -> Failures:
        """Evaluates the rules; tags are as the run has filled them."""
        return self._failures(Rows(rows))

    def limit(self, reason: str, row: Mapping[str, Any]) -> object:
        """Returns the expression of a rule."""
        named = {its: self._texts()[key] for key, its in self._reasons().items()}
        return named.get(reason)

    def _failures(self, rows: Rows) -> dict[str, NDArray[np.bool_]]:
        return {
            reason: self._fails(self._truth(key, rows), wanted=key == "where.keep")
            for key, reason in self._reasons().items()
        }

    def _truth(self, key: str, rows: Rows) -> pa.BooleanArray:
        try:
            return self._expressions[key].truth(rows)
        except ConfigError as error:
            raise _at(key, error) from None

    def _fails(self, truth: pa.BooleanArray, wanted: bool) -> NDArray[np.bool_]:
        """Returns bool[N], where the truth is not the wanted one; `unknown` says it of null."""
        missing = self.options.unknown == "drop"
        values = truth.fill_null(missing != wanted).to_numpy(zero_copy_only=False)
        fails: NDArray[np.bool_] = values != wanted
        return fails

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Shows the expression that failed and the values of what it reads."""
        for key, its in self._reasons().items():
            if its == reason:
                written = self._texts()[key]
                figures = _parsed(key, written).figures(row, text)
                return f"{printable(written)} ({figures})" if figures else printable(written)
        return ""

    def all_columns(self) -> Iterator[pa.Field]:
        """Yields the columns of the tags."""
        for name, text in self.options.tag.items():
            meaning = f"whether {printable(text)}; null where that is unknown"
            column = self.column_name(_TAG + name)
            yield pa.field(column, pa.bool_(), metadata={"meaning": meaning})

    def all_reasons(self) -> tuple[str, ...]:
        """Returns the reasons of the expressions that are there."""
        return tuple(map(self.reason_name, self._reasons().values()))

    def _texts(self) -> dict[str, str]:
        """Returns key -> expression, rules first, in the order of the configuration."""
        options = self.options
        texts = {
            key: text
            for key, text in (("where.keep", options.keep), ("where.drop", options.drop))
            if text is not None
        }
        texts |= {f"where.rules.{name}": text for name, text in options.rules.items()}
        return texts | {f"where.tag.{name}": text for name, text in options.tag.items()}

    def _reasons(self) -> dict[str, str]:
        """Returns key -> reason."""
        reasons = {"where.keep": _NOT_KEPT, "where.drop": _DROPPED}
        reasons |= {f"where.rules.{name}": f"where-{name}" for name in self.options.rules}
        return {key: reasons[key] for key in self._texts() if key in reasons}


def _parsed(key: str, text: str) -> Expression:
    try:
        return parse_expression(text)
    except ConfigError as error:
        raise _at(key, error) from None


def _at(key: str, error: ConfigError) -> ConfigError:
    return ConfigError(f"{printable(key)}: {error}")


def _is_reason(name: str) -> bool:
    """Says whether a name is kebab-case, in letters of any script."""
    parts = name.split("-")
    return name == name.lower() and all(part.isalnum() for part in parts)
