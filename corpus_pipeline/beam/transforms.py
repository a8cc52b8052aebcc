"""Every step as a PTransform over batches of documents, made from the list of steps."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import apache_beam as beam
import pyarrow as pa
from apache_beam.metrics import Metrics
from pydantic import ValidationError

from corpus_pipeline import storage
from corpus_pipeline.address import BatchKey
from corpus_pipeline.beam.columns import check_documents, lent, returned
from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.extensions.functions import function_step
from corpus_pipeline.filters.where.expressions import parse_expression
from corpus_pipeline.flow import known_steps
from corpus_pipeline.stages.mapping import ApplyStep
from corpus_pipeline.steps import Step

#: The key under which a step's transform is called; it has no meaning here.
_KEY = BatchKey("beam", 0, 0)


class Apply(beam.PTransform):  # type: ignore[misc]
    """Applies a step to batches of documents.

    Args:
        step: a step with its options, or a function over a `document` or a `batch`.
        when: expression over columns; the step sees the documents for which it is true.
        options: of a function.

    Raises:
        ConfigError: the options cannot be meant.
        ResourceError: a file that the step loads is missing.
    """

    def __init__(
        self, step: Step | Callable[..., Any], *, when: str | None = None, **options: Any
    ) -> None:
        super().__init__()
        if not isinstance(step, Step):
            if not callable(step) or isinstance(step, type):
                raise ConfigError(
                    "Apply: takes a step with its options, as Apply(MyStep(MyOptions(...))), or a "
                    f"function, got {getattr(step, '__name__', repr(step))}"
                )
            kind = function_step(step, step.__name__)
            step = kind(checked(kind, kind.__name__, options))
        elif options:
            raise ConfigError(f"Apply: {step.name} has its options; got {', '.join(options)}")
        if step.compares:
            raise ConfigError(f"Apply: {step.name} compares documents; use Deduplicate()")
        step.when = when or step.when
        if step.when is not None:
            try:
                parse_expression(step.when)
            except ConfigError as error:
                raise ConfigError(f"{type(step).__name__}: when: {error}") from error
        self._step = planned(step)
        self._step.check()

    def default_label(self) -> str:
        """Names the step and the options that are not the defaults."""
        return label_of(self._step)

    def expand(self, batches: beam.PCollection) -> beam.PCollection:
        """Adds the transform."""
        fn = _StepFn(self._step, label_of(self._step))
        return batches | "Apply" >> beam.ParDo(fn).with_output_types(pa.RecordBatch)


class StepTransform(Apply):
    """A step of the package, with its options as keywords; the first may stand without its name.

    Args:
        options: see `corpus schema`, or the page of the step.
        label: what tells a repeated step from the first: its columns begin with `LABEL_`, its
            reasons with `LABEL-`.
        when: expression over columns; the step sees the documents for which it is true.
    """

    kind: ClassVar[type[Step]]

    def __init__(
        self, *first: Any, label: str | None = None, when: str | None = None, **options: Any
    ) -> None:
        kind = self.kind
        name = type(self).__name__
        known = option_names(kind)
        if len(first) > 1 or (first and not known):
            raise ConfigError(f"{name}: takes {min(1, len(known))} option without its name")
        for value in first:
            if known[0] in options:
                raise ConfigError(f"{name}: {known[0]} is given twice")
            options[known[0]] = value
        super().__init__(kind(checked(kind, name, options), label=label), when=when)


def option_names(kind: type[Step]) -> list[str]:
    """Names the options of a step, without the switch."""
    return [name for name in kind.Options.model_fields if name != "enabled"]


def checked(kind: type[Step], name: str, options: dict[str, Any]) -> Any:
    """Returns the options of a step.

    Raises:
        ConfigError: one line that names the step and the option.
    """
    known = option_names(kind)
    for given in options:
        if given not in known:
            raise ConfigError(
                f"{name}: has no option {given!r}; its options are {', '.join(known) or '(none)'}"
            )
    try:
        return kind.Options.model_validate(options)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        message = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{name}: {key}: {message}; got {first['input']!r}") from error


def planned(step: Step) -> Step:
    """Returns the step with the digests of what it loads, so that workers refuse other bytes."""
    digests = {}
    for each in step.resources():
        try:
            digests[each.path] = storage.resource_digest(each.path)
        except OSError as error:
            raise ResourceError(f"{each.path}: cannot be read ({each.key})") from error
        if each.sha256 not in (None, digests[each.path]):
            raise ResourceError(
                f"{each.path}: has sha256 {digests[each.path]}, {each.key}_sha256 says "
                f"{each.sha256}"
            )
    step.set_digests(digests)
    return step


def label_of(step: Step) -> str:
    """Names a step with the options that are not the defaults.

    >>> from corpus_pipeline.filters.quality.step import Quality, QualitySection
    >>> label_of(Quality(QualitySection(profile="gopher")))
    "Quality(profile='gopher')"
    """
    given = step.options.model_dump(exclude_defaults=True, exclude={"enabled"})
    words = [f"{name}={value!r}" for name, value in given.items()]
    words += [f"{name}={value!r}" for name, value in (("label", step.label), ("when", step.when))
              if value is not None]  # fmt: skip
    return f"{type(step).__name__}({', '.join(words)})".removesuffix("()")


class _StepFn(beam.DoFn):  # type: ignore[misc]
    """Applies one step; opened once in each process."""

    def __init__(self, step: Step, label: str) -> None:
        self._step = step
        self._label = label
        self._apply: ApplyStep | None = None

    def setup(self) -> None:
        """Opens the step."""
        self._apply = ApplyStep(self._step)
        self._apply.setup(_tally)

    def process(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Applies the step to one batch."""
        check_documents(batch, self._label)
        if not batch.num_rows:
            yield batch
            return
        assert self._apply is not None
        try:
            self._step.check_columns(batch.schema)
            ((_, after),) = self._apply.process((_KEY, lent(batch)))
        except (KeyError, ConfigError) as error:
            names = ", ".join(batch.schema.names)
            told = str(error.args[0]) if error.args else type(error).__name__
            raise ConfigError(f"{self._label}: {told}; the batch has: {names}") from error
        yield returned(batch, after, self._step)

    def teardown(self) -> None:
        """Closes the step."""
        if self._apply is not None:
            self._apply.teardown()


def _tally(stage: str, name: str, number: int) -> None:
    Metrics.counter(stage, name).inc(number)


def step_transforms() -> dict[str, type[StepTransform]]:
    """Returns the transforms of all steps that look at one batch at a time, by class name."""
    return {
        kind.__name__: _made(kind)
        for kind in known_steps().values()
        if kind.name != "read" and not kind.compares
    }


def _made(kind: type[Step]) -> type[StepTransform]:
    lines = [f"{kind.__doc__}\n\nOptions:"]
    for name in option_names(kind):
        field = kind.Options.model_fields[name]
        lines.append(f"    {name}: {field.description or ''} (default {field.default!r})")
    namespace = {"kind": kind, "__doc__": "\n".join(lines), "__module__": "corpus_pipeline.beam"}
    return type(kind.__name__, (StepTransform,), namespace)
