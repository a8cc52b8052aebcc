"""A step of the flow: one object that says everything about itself.

    class Short(Step):
        '''Drops texts of few characters.'''

        name = "short"
        Options = ShortOptions               its section of the configuration
        columns = pa.schema([...])           what it fills, each with its meaning
        reasons = ("too-short",)             why it drops documents

        def open(self): ...                  loads what `apply` needs, in the process of a worker
        def apply(self, batch): ...          a batch of documents in, the same documents out

Configuration, data contract, summary, phases and docs are derived from that. `flow.py` lists the
steps of the package in their order; a step of a user's own is used like one of these.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from corpus_pipeline.batches import add_failures, with_columns
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.wording import filled, is_complete

Batch: TypeAlias = pa.RecordBatch
#: Reason -> bool[N], true where the rule fails; in rule order.
Failures: TypeAlias = Mapping[str, NDArray[np.bool_]]


#: What is said of a document where a step has no words of its own.
_SENTENCE = "the rule {rule} drops it[: {explained}]"
#: And where what the step would say is not stored.
_UNKNOWN = "the rule {rule} drops it"
_STATE = ("options", "context", "label", "when")


class Section(BaseModel):
    """A section of the configuration; refuses what it does not know, and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, content: Any) -> Any:
        """Lets a section without keys be empty: `quality:` with nothing below it."""
        return {} if content is None else content


class Options(Section):
    """The section of a step. Every field has a description, which the docs and `init` show."""

    enabled: bool = Field(True, description="false leaves this step out")


@dataclasses.dataclass(frozen=True)
class SourceRules:
    """What the configuration says of the documents of one source."""

    language: str | None = None
    """Their language, if it is known, as it is stored."""
    quality_profile: str | None = None
    text_field: str = "text"
    skip: frozenset[str] = frozenset()
    """Names of steps, and kinds of dedup, that leave the source alone."""
    pdf: bool = False
    """It may have PDF documents."""


@dataclasses.dataclass(frozen=True)
class Resource:
    """A file or folder that a step loads."""

    path: str
    """As configured, or the name of a shipped file (`package_files.package_file`)."""
    key: str
    """Of the configuration that names it, for messages: `language.model`."""
    sha256: str | None = None
    """What it must have, where the configuration says so."""
    fragile: bool = False
    """A library may crash at it, so a user's own is tried in another process first."""
    checked: bool = False
    """Whoever loads it compares the digest himself."""


@dataclasses.dataclass(frozen=True)
class Context:
    """What a step knows of the run besides its options."""

    sources: Mapping[str, SourceRules] = dataclasses.field(default_factory=dict)
    digests: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Path of a resource -> sha256 that the plan found; workers refuse other bytes."""

    seed: int = 1
    """For whatever is chosen by hash."""

    def rules(self, source: str | None) -> SourceRules:
        """Returns the rules of a source; those of an unknown one say nothing."""
        return self.sources.get(source or "", SourceRules())

    def skipping(self, name: str) -> frozenset[str]:
        """Returns the sources that a step, or a kind of dedup, leaves alone."""
        return frozenset(source for source, each in self.sources.items() if name in each.skip)


class Step:
    """One step over batches of documents. A subclass sets the class attributes and `apply`.

    It is pickled before `open` and belongs to one process after it. Documents are never removed:
    a step fills columns, changes `text`, or adds failures, which the writer splits by.

    Attributes:
        options: of the step.
        context: of the run.
        label: what tells a repeated step from the first; None for the first. Columns begin with
            `LABEL_` and reasons with `LABEL-` then.
        when: expression over columns; the step sees the documents for which it is true.
    """

    #: Its section of the configuration, and what it is called everywhere.
    name: ClassVar[str]
    #: The model of its section.
    Options: ClassVar[type[Section]] = Options
    #: Columns that it fills, each with `meaning` in its metadata.
    columns: ClassVar[pa.Schema] = pa.schema([])
    #: Columns that it fills besides where its options ask for it (`all_columns` has them then).
    optional_columns: ClassVar[pa.Schema] = pa.schema([])
    #: Columns that the ledger has besides, filled when the last pass is done.
    ledger_columns: ClassVar[pa.Schema] = pa.schema([])
    #: Reasons for which it drops, in rule order; kebab-case, what is wrong.
    reasons: ClassVar[tuple[str, ...]] = ()
    #: Reason -> what is said of a document that it drops, as `wording.filled` reads it. Values are
    #: the columns of the ledger, `figures`, and where they are known `options` and `limit`.
    sentences: ClassVar[Mapping[str, str]] = {}
    #: Columns whose sum over the documents that stay stands in run.json.
    summed: ClassVar[tuple[str, ...]] = ()
    #: Prefixes of the counts in run.json that belong to it.
    counts: ClassVar[tuple[str, ...]] = ()
    #: On where the configuration says nothing of it.
    default: ClassVar[bool] = False
    #: It makes texts of pages.
    makes_text: ClassVar[bool] = False
    #: It looks at texts, so it cannot stand before the step that makes texts of pages.
    needs_text: ClassVar[bool] = True
    #: It compares documents of the whole run, so phases of its own stand between the steps before
    #: it and those behind.
    compares: ClassVar[bool] = False
    #: It sees the whole run before it decides: documents pass twice (`filters.gathering`).
    gathers: Any = False
    #: It changes texts for whoever reads the corpus: identities are of the text before it.
    finishes: ClassVar[bool] = False
    #: No other step can stand behind it.
    is_last: ClassVar[bool] = False
    #: Core-seconds that it takes for 10^9 bytes of text, for the estimate of a run; None: nobody
    #: has measured it. Of the default steps the estimate has measurements of its own.
    seconds_per_gigabyte: ClassVar[float | None] = None
    #: Modules that `open` and `apply` import: a server of forks loads them once for all workers.
    imports: ClassVar[tuple[str, ...]] = ()
    #: Attributes that workers are given besides options, context and label.
    carried: ClassVar[tuple[str, ...]] = ()
    #: Other columns that it reads; a step before it must fill them.
    needs: ClassVar[tuple[str, ...]] = ()
    #: Options that are thresholds over columns which the ledger keeps: `judge` decides by them
    #: again, without text. Every other option changes what is measured, made or compared.
    judged_by: ClassVar[tuple[str, ...]] = ()
    #: It changes texts of documents that no rule has dropped so far, and of no others.
    edits_living: ClassVar[bool] = False

    def __init__(
        self, options: Any = None, context: Context | None = None, label: str | None = None
    ) -> None:
        self.options = self.Options() if options is None else options
        self.context = context or Context()
        self.label = label
        self.when: str | None = None

    @property
    def title(self) -> str:
        """What this very step is called in summaries and messages: its label, or its name."""
        return self.label or self.name

    def set_digests(self, digests: Mapping[str, str]) -> None:
        """Tells the step what the files that it loads hold: path -> sha256."""
        self.context = Context(self.context.sources, {**self.context.digests, **digests})

    def resources(self) -> Iterable[Resource]:
        """Yields the files that the step loads; asked before the context has their digests."""
        return ()

    def check(self) -> None:
        """Refuses options that cannot be meant, before any work is done.

        Raises:
            ConfigError: one line that begins with the key.
        """

    @staticmethod
    def try_resource(path: str) -> None:
        """Opens a fragile resource and uses it once, in a process that may die of it.

        Raises:
            CorpusError: it is not what it should be.
        """

    def libraries(self) -> Iterable[str]:
        """Yields optional libraries that decide what it does; another version is another run."""
        return ()

    def notes(self) -> Iterable[str]:
        """Yields lines for the user about what it will do, which its options do not show."""
        return ()

    def check_columns(self, before: pa.Schema) -> None:
        """Refuses to stand where a column is not there yet that the step reads.

        Args:
            before: columns that the steps before it have filled.

        Raises:
            ConfigError: one line that names the column.
        """
        for name in self.needs:
            if name not in before.names:
                raise ConfigError(f"{self.title}: no step before it fills {name}")

    def open(self) -> None:
        """Loads what `apply` needs; called once for each phase in each process."""

    def close(self) -> None:
        """Frees what `open` has opened."""

    def apply(self, batch: Batch) -> Batch:
        """Returns the same documents with columns filled, text changed or failures added.

        Args:
            batch: documents of one source, at least one; `text` is null where there is none.
        """
        raise NotImplementedError

    @property
    def judged_columns(self) -> tuple[str, ...]:
        """Columns of the ledger that `judge`, `untold`, `limit` and `explain` read."""
        return (*(field.name for field in self.all_columns()), "lang", "lang_score")

    def judge(self, rows: Batch) -> Failures:
        """Decides from what is stored of documents, as `apply` does when it has measured them.

        Args:
            rows: of the ledger, N documents of one source; columns of this step without its label.

        Returns:
            Reason, without label -> bool[N], true where the rule fails.
        """
        raise NotImplementedError

    def untold(self, rows: Batch) -> NDArray[np.bool_]:
        """Says of which documents `judge` cannot tell, for it takes their text.

        Args:
            rows: as of `judge`.

        Returns:
            bool[N].
        """
        return np.zeros(rows.num_rows, np.bool_)

    def limit(self, reason: str, row: Mapping[str, Any]) -> object:
        """Returns the threshold of a rule for a document; None where there is none.

        Args:
            reason: one of `reasons`.
            row: of the ledger, as `own_row` returns it.
        """
        return None

    @property
    def redacts(self) -> bool:
        """Says whether documents that are dropped, here or before, are changed by `redacted`."""
        return False

    def redacted(self, batch: Batch) -> Batch:
        """Returns dropped documents in the form in which they may be stored."""
        return batch

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says by which figures a document failed a rule; empty where there are none.

        Args:
            reason: one of `reasons`.
            row: of the ledger.
            text: of the document, where it is at hand.
            known: options and resources are those of the run; without that no threshold is told.
        """
        return ""

    def sentence(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says in plain words why a document failed a rule, without a full stop.

        Args:
            reason: one of `reasons`.
            row: of the ledger, as `own_row` returns it.
            text: of the document, where it is at hand.
            known: as in `explain`.
        """
        values = self.figures(reason, row, text, known)
        template = self.sentences.get(reason, _SENTENCE)
        return filled(template if is_complete(template, values) else _UNKNOWN, values)

    def figures(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool
    ) -> dict[str, Any]:
        """Returns the values that `sentences` may name."""
        values = {
            **row,
            "rule": self.reason_name(reason),
            "explained": self.explain(reason, row, text, known) or None,
        }
        if known:
            values |= {"options": self.options, "limit": self.limit(reason, row)}
        return values

    def __getstate__(self) -> dict[str, Any]:
        """Leaves out what was opened or made on the way; workers do that again."""
        return {name: self.__dict__[name] for name in (*_STATE, *self.carried) if name in
                self.__dict__}  # fmt: skip

    # For subclasses

    def filled(self, batch: Batch, columns: Batch | Mapping[str, pa.Array]) -> Batch:
        """Returns the batch with columns of this step filled; those of a repeated step are others.

        >>> again = Step(label="again")
        >>> again.filled(pa.record_batch({"a": [1]}), {"a": pa.array([2])}).to_pydict()
        {'a': [1], 'again_a': [2]}
        """
        if isinstance(columns, pa.RecordBatch):
            columns = dict(zip(columns.schema.names, columns.columns, strict=True))
        return with_columns(batch, {self.column_name(n): array for n, array in columns.items()})

    def failed(self, batch: Batch, failures: Failures) -> Batch:
        """Returns the batch with failures of this step added where there is text.

        Of a step that needs none also where there are bytes that a text is still made of. Records
        with neither (unreadable ones) keep the fate that they have.

        Args:
            batch: N documents.
            failures: reason -> bool[N], true where the rule fails; in rule order.

        >>> batch = pa.record_batch({
        ...     "text": pa.array(["文", None, None]), "raw": pa.array([None, b"<p>", None]),
        ...     "drop_reason": pa.array([None, None, "bad"]),
        ...     "reasons": pa.array([None, None, ["bad"]], pa.list_(pa.string())),
        ... })
        >>> early = type("Early", (Step,), {"needs_text": False})()
        >>> early.failed(batch, {"x": np.array([True] * 3)})["drop_reason"].to_pylist()
        ['x', 'x', 'bad']
        >>> Step().failed(batch, {"x": np.array([True] * 3)})["drop_reason"].to_pylist()
        ['x', None, 'bad']
        """
        names = ("text",) if self.needs_text else ("text", "raw")
        contents = [batch[name] for name in names if name in batch.schema.names]
        there = [column.is_valid().to_numpy(zero_copy_only=False) for column in contents]
        judged = np.logical_or.reduce(there)
        return add_failures(
            batch, {self.reason_name(r): mask & judged for r, mask in failures.items()}
        )

    def all_columns(self) -> Iterator[pa.Field]:
        """Yields the columns that this very step fills, with its label.

        >>> labelled = type("S", (Step,), {"columns": pa.schema([("n", pa.int32())])})(label="a")
        >>> [field.name for field in labelled.all_columns()]
        ['a_n']
        """
        return (field.with_name(self.column_name(field.name)) for field in self.columns)

    def all_reasons(self) -> tuple[str, ...]:
        """Returns the reasons of this very step, with its label."""
        return tuple(map(self.reason_name, self.reasons))

    def column_name(self, name: str) -> str:
        """Returns what a column of this step is called, with its label."""
        return name if self.label is None else f"{self.label}_{name}"

    def reason_name(self, reason: str) -> str:
        """Returns what a reason of this step is called, with its label."""
        return reason if self.label is None else f"{self.label}-{reason}"

    def own_row(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns a row of the ledger in which this step's columns have their names without label.

        >>> labelled = type("S", (Step,), {"columns": pa.schema([("n", pa.int32())])})(label="a")
        >>> labelled.own_row({"n": 1, "a_n": 2})["n"]
        2
        """
        if self.label is None:
            return row
        prefix = f"{self.label}_"
        names = [field.name for field in self.all_columns()]
        return {**row, **{name.removeprefix(prefix): row.get(name) for name in names}}

    def own_rows(self, rows: Batch) -> Batch:
        """Returns rows of the ledger in which this step's columns have their names without label.

        >>> labelled = type("S", (Step,), {"columns": pa.schema([("n", pa.int32())])})(label="a")
        >>> labelled.own_rows(pa.record_batch({"n": [1], "a_n": [2]}))["n"].to_pylist()
        [2]
        """
        if self.label is None:
            return rows
        names = [f.name for f in self.all_columns() if f.name in rows.schema.names]
        prefix = f"{self.label}_"
        return with_columns(rows, {name.removeprefix(prefix): rows[name] for name in names})


def made(section: str, kind: Any, **fields: Any) -> Any:
    """Calls what makes a part of a step; a ValueError becomes one line about the section.

    >>> made("language", lambda score: [0.5].index(score), score=2)
    Traceback (most recent call last):
    corpus_pipeline.errors.ConfigError: language: 2 is not in list
    """
    try:
        return kind(**fields)
    except ValueError as error:
        raise ConfigError(f"{section}: {error}") from error


def source_of(batch: Batch) -> str | None:
    """Returns the source of a batch; its documents have one, and only one.

    >>> source_of(pa.record_batch({"source": ["wiki", "wiki"]}))
    'wiki'
    """
    name: str | None = batch["source"][0].as_py()
    return name
