"""A step whose code is the user's own: `use: ./my_rules.py:keep`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import ValidationError

from corpus_pipeline.batches import add_failures, conform, one_batch
from corpus_pipeline.errors import ConfigError, CorpusError, EngineError, Mistakes
from corpus_pipeline.extensions.code import Code, told
from corpus_pipeline.extensions.functions import function_step
from corpus_pipeline.extensions.recognizers import is_recognizer, recognizer_step
from corpus_pipeline.filters.gathering import Gathering
from corpus_pipeline.nearest import meant
from corpus_pipeline.steps import Batch, Context, Failures, Resource, Step

_T = TypeVar("_T")
OnError = Literal["stop", "reject"]
#: What the driver asks of a step and the class of a user answers.
_ASKED = (
    "name", "counts", "summed", "needs_text", "makes_text", "is_last", "needs",
    "seconds_per_gigabyte", "judged_by",
)  # fmt: skip
#: Columns that say where a document stands.
_ADDRESS = ("unit", "row", "file", "record")


class OwnStep(Step):
    """Calls a step, or a function, of the user's own; workers get its code and load it again.

    Attributes:
        code: where it stands, with its digest.
        own: the step that the code makes.
    """

    carried = ("code", "given", "on_error", "name")
    # What it returns for a document that lives may hold another text.
    edits_living = True
    code: Code
    given: Mapping[str, Any]
    """Options as they were written."""
    on_error: OnError
    """What an exception does: ends the run, or drops the document."""

    def __init__(
        self,
        code: Code,
        given: Mapping[str, Any],
        context: Context | None = None,
        label: str | None = None,
        on_error: OnError = "stop",
    ) -> None:
        """Loads the code.

        Raises:
            ConfigError: it cannot be loaded, is no step, or refuses the options.
        """
        super().__init__(None, context, label)
        self.code, self.given, self.on_error = code, dict(given), on_error
        self.own = self._load()

    def _load(self) -> Step:
        found = self.code.load()
        if isinstance(found, type) and issubclass(found, Step):
            kind = found
        elif is_recognizer(found):
            kind = recognizer_step(found, self.given)
        elif callable(found) and not isinstance(found, type):
            kind = function_step(found, self.code.place)
        else:
            raise ConfigError(
                f"{self.code.place}: is neither a function, nor a subclass of "
                "corpus_pipeline.Step, nor a recognizer of Presidio's form"
            )
        try:
            options = kind.Options.model_validate(dict(self.given))
        except ValidationError as error:
            known = [name for name in kind.Options.model_fields if name != "enabled"]
            listed = f"its options are {', '.join(known) or '(none)'}"
            found = Mistakes()
            for each in error.errors():
                key = ".".join(map(str, each["loc"]))
                message = each["msg"].removeprefix("Value error, ")
                if each["type"] == "extra_forbidden":
                    message = f"unknown key; {meant(str(each['loc'][-1]), known, listed)}"
                found.add([ConfigError(f"{self.code.place}: options: {key}: {message}")])
            raise found.whole() from error
        own = kind(options, self.context, self.label)
        self.options = options
        # What the driver asks of a step it asks of this one.
        for name in _ASKED:
            setattr(self, name, getattr(own, name))
        return own

    def set_digests(self, digests: Mapping[str, str]) -> None:
        """Tells the own step, too."""
        super().set_digests(digests)
        self.own.set_digests(digests)

    def resources(self) -> Iterator[Resource]:
        """Yields what the own step loads."""
        yield from self.own.resources()

    def check(self) -> None:
        """Lets the own step refuse its options."""
        self.own.check()

    def check_columns(self, before: pa.Schema) -> None:
        """Lets the own step refuse its place."""
        self.own.check_columns(before)

    def all_columns(self) -> Iterator[pa.Field]:
        """Yields the columns that the own step fills."""
        return self.own.all_columns()

    def all_reasons(self) -> tuple[str, ...]:
        """Returns the reasons of the own step, and that of its exceptions."""
        return (*self.own.all_reasons(), *((self._error,) if self.on_error == "reject" else ()))

    def __getstate__(self) -> dict[str, Any]:
        """Leaves the options out, whose class stands in code that workers have yet to load."""
        return {**super().__getstate__(), "options": None}

    @property
    def _error(self) -> str:
        return f"{self.title}-error"

    def open(self) -> None:
        """Loads the code where that is not done yet, and opens the own step.

        Raises:
            EngineError: it raised an exception.
        """
        self.called("open", lambda own: own.open())

    def called(self, method: str, call: Callable[[Any], _T]) -> _T:
        """Returns what a method of the own step returns; loads its code where that is to be done.

        Raises:
            EngineError: it raised an exception.
        """
        self._be_loaded()
        try:
            return call(self.own)
        except CorpusError:
            raise
        except Exception as error:
            raise EngineError(f"step {self.title}: {method}: {told(error)}") from error

    def _be_loaded(self) -> None:
        """Loads the code where that is not done yet: workers are given its place alone."""
        if "own" not in self.__dict__:
            self.own = self._load()

    def close(self) -> None:
        """Closes the own step."""
        if "own" in self.__dict__:
            self.own.close()

    def apply(self, batch: Batch) -> Batch:
        """Applies the own step; if it fails, to one document after another, to find out which.

        Raises:
            EngineError: it raised an exception, and `on_error` is stop.
        """
        return self._guarded("apply", batch, self.own.apply)

    def _guarded(self, method: str, batch: Batch, call: Callable[[Batch], Any]) -> Batch:
        try:
            return self._checked(method, batch, call(batch))
        except CorpusError:
            raise
        except Exception as error:
            if batch.num_rows == 1 and self.on_error == "stop":
                raise EngineError(self._line(batch, error)) from error
        done: list[Batch] = []
        for number in range(batch.num_rows):
            row = batch.slice(number, 1)
            try:
                done.append(self._checked(method, row, call(row)))
            except CorpusError:
                raise
            except Exception as error:
                if self.on_error == "stop":
                    raise EngineError(self._line(row, error)) from error
                done.append(add_failures(row, {self._error: np.ones(1, np.bool_)}))
        return _joined(done)

    def _checked(self, method: str, before: Batch, after: Any) -> Batch:
        if not isinstance(after, pa.RecordBatch) or after.num_rows != before.num_rows:
            raise ConfigError(
                f"step {self.title}: {method} must return a RecordBatch of the rows that it was "
                "given"
            )
        return after

    def _line(self, row: Batch, error: Exception) -> str:
        unit, number, file, record = (row[name][0].as_py() for name in _ADDRESS)
        return (
            f"step {self.title}: document {unit}:{number} ({file}, record at {record}): "
            f"{told(error)}; mend the code, or let such documents go with on_error: reject"
        )

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Lets the own step explain."""
        return self.called("explain", lambda own: str(own.explain(reason, row, text, known)))

    def sentence(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Lets the own step say why."""
        if reason == self._error:
            return f"the code of the step {self.title} failed at it"
        return self.called("sentence", lambda own: str(own.sentence(reason, row, text, known)))

    @property
    def judged_columns(self) -> tuple[str, ...]:
        """Columns that the own step decides from."""
        return self.own.judged_columns

    def judge(self, rows: Batch) -> Failures:
        """Lets the own step decide from stored columns."""
        return self.called("judge", lambda own: own.judge(rows))

    def untold(self, rows: Batch) -> NDArray[np.bool_]:
        """Lets the own step say what it cannot tell."""
        return self.called("untold", lambda own: own.untold(rows))

    def limit(self, reason: str, row: Mapping[str, Any]) -> object:
        """Lets the own step name its threshold."""
        return self.own.limit(reason, row)


class OwnGathering(OwnStep, Gathering):
    """Calls a class of the user's own that has to see the whole run before it decides."""

    own: Gathering

    def _load(self) -> Step:
        own = super()._load()
        self.gathers = own.gathers
        return own

    def gather(self, batch: Batch) -> pa.RecordBatch:
        """Lets the own step count."""
        return self._batch("gather", self.called("gather", lambda own: own.gather(batch)))

    def merged(self, tables: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
        """Lets the own step add up."""
        return self._batch("merged", self.called("merged", lambda own: own.merged(tables)))

    def settled(self, table: pa.RecordBatch) -> pa.RecordBatch:
        """Lets the own step settle."""
        return self._batch("settled", self.called("settled", lambda own: own.settled(table)))

    def decide(self, batch: Batch, settled: pa.RecordBatch) -> Batch:
        """Lets the own step decide; if it fails, of one document after another, as `apply`."""
        self._be_loaded()
        return self._guarded("decide", batch, lambda rows: self.own.decide(rows, settled))

    def _batch(self, method: str, found: Any) -> pa.RecordBatch:
        if not isinstance(found, pa.RecordBatch):
            raise ConfigError(
                f"step {self.title}: {method} must return a RecordBatch, not a "
                f"{type(found).__name__}"
            )
        return found


def own_step(
    code: Code,
    given: Mapping[str, Any],
    context: Context | None = None,
    label: str | None = None,
    on_error: OnError = "stop",
) -> OwnStep:
    """Makes the step of code of the user's own.

    Args:
        code: where it stands, with its digest.
        given: its options as they were written.
        on_error: what an exception does.

    Raises:
        ConfigError: it cannot be loaded, is no step, or refuses the options.
    """
    found = code.load()
    gathers = isinstance(found, type) and issubclass(found, Gathering)
    return (OwnGathering if gathers else OwnStep)(code, given, context, label, on_error)


def _joined(rows: list[Batch]) -> Batch:
    """Puts single rows together; columns that some of them lack are null there."""
    schema = max((row.schema for row in rows), key=len)
    return one_batch(pa.Table.from_batches([conform(row, schema) for row in rows], schema))
