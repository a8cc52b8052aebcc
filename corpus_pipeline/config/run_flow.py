"""The steps of one run, in their order, and what they need besides their options."""

import contextlib
import dataclasses
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.config.dataset_inputs import dataset_columns
from corpus_pipeline.config.step_list import ListedStep
from corpus_pipeline.dedup.step import Dedup, DedupSection
from corpus_pipeline.errors import ConfigError, CorpusError, Mistakes
from corpus_pipeline.extensions.code import Code, find_code
from corpus_pipeline.extensions.readers import is_own
from corpus_pipeline.extensions.step import OwnStep, own_step
from corpus_pipeline.flow import document_schema, known_steps, ledger_of
from corpus_pipeline.schema import CONTENT, FATE, PROVENANCE
from corpus_pipeline.sources.step import Read
from corpus_pipeline.steps import Context, Resource, Step
from corpus_pipeline.tokens.step import Tokenize
from corpus_pipeline.workspace.phase_table import pass_name


@dataclasses.dataclass(frozen=True)
class Pass:
    """Steps that a document passes one after another, between two looks at the whole run."""

    name: str
    """Of its phase: prepare, prepare-2, …, finish."""
    steps: tuple[Step, ...]
    decided: Step | None
    """What has looked at the whole run before; what it found is applied first."""
    looks: Step | None
    """What looks at the whole run behind it: dedup, or a step that gathers."""


@dataclasses.dataclass(frozen=True)
class RunFlow:
    """All steps that are on, in the passes that documents make."""

    read: Read
    passes: tuple[Pass, ...]
    """At least two: identities are given at the end of the first, tokens in the last."""
    dedup: Dedup
    """Also where it is off: every run has ids and content hashes of it."""
    readers: Mapping[str, Code] = dataclasses.field(default_factory=dict)
    """Format of an input that names code of the user's own -> the code."""
    own_columns: pa.Schema = dataclasses.field(default_factory=lambda: pa.schema([]))
    """Columns of dataset inputs that no step fills."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step that is on, in the order of the flow."""
        steps: list[Step] = [self.read]
        for each in self.passes:
            steps += each.steps
            if isinstance(each.looks, Dedup):
                steps.append(each.looks)
        return tuple(steps)

    def with_steps(self, changed: Callable[[Step], Step]) -> "RunFlow":
        """Returns the same flow with other steps in the places of those between the looks."""
        passes = (
            dataclasses.replace(each, steps=tuple(map(changed, each.steps))) for each in self.passes
        )
        return dataclasses.replace(self, passes=tuple(passes))

    def resources(self) -> Iterator[Resource]:
        """Yields what the steps load."""
        for step in self.steps:
            yield from step.resources()

    def named_resources(self, found: Mistakes) -> list[tuple[Step, Resource]]:
        """Returns what each step loads; `found` is told of steps that cannot say it."""
        named = []
        for step in self.steps:
            with found.looking():
                named += [(step, each) for each in step.resources()]
        return named

    def set_digests(self, digests: Mapping[str, str]) -> None:
        """Tells the steps what the files that they load hold: path -> sha256."""
        for step in self.steps:
            step.set_digests(digests)

    def check(self, unread: Collection[str] = ()) -> None:
        """Refuses what a step cannot do, before any work.

        Args:
            unread: paths of resources that cannot be read; their steps are not asked.

        Raises:
            CorpusError: a line for each mistake, which begins with the key.
        """
        found = Mistakes()
        for code in self.readers.values():
            with found.looking():
                code.load()
        for step in self.steps:
            with found.looking((step.name,)):
                if not any(each.path in unread for each in step.resources()):
                    step.check()
        splits = None if self.tokenize is None else self.tokenize.splits()
        if splits is not None and splits.sources and not self.dedup.on("exact"):
            found.add(
                [
                    ConfigError(
                        "tokenize.splits: sources are held out differently, so a text that two of "
                        "them have could stand in two splits; switch dedup.exact on, or name no "
                        "sources"
                    )
                ]
            )
        found.refuse()

    @cached_property
    def schema(self) -> pa.Schema:
        """Columns of documents/."""
        schema = document_schema(self.steps)
        own = [field for field in self.own_columns if field.name not in schema.names]
        return pa.schema([*schema, *own])

    @cached_property
    def ledger(self) -> pa.Schema:
        """Columns of ledger/."""
        return ledger_of(self.schema)

    @property
    def summed(self) -> frozenset[str]:
        """Columns whose sums stand in run.json."""
        return frozenset(name for step in self.steps for name in step.summed)

    @property
    def tokenize(self) -> Tokenize | None:
        """The step that makes tokens, if there is one."""
        return next((step for step in self.steps if isinstance(step, Tokenize)), None)

    @property
    def makes_text(self) -> bool:
        """Whether a step makes texts of pages."""
        return any(step.makes_text for step in self.steps)

    def code(self) -> dict[str, str]:
        """Returns the digest of each piece of code that is the user's own, by its place."""
        codes = [step.code for step in self.steps if isinstance(step, OwnStep)]
        return {code.place: code.sha256 for code in (*codes, *self.readers.values())}

    def libraries(self) -> list[str]:
        """Returns the optional libraries that decide what comes out, sorted."""
        return sorted({name for step in self.steps for name in step.libraries()})

    def described(self) -> list[dict[str, Any]]:
        """Says of each step what a reader of a finished run needs to know; JSON."""
        return [
            {"name": step.title, "step": step.name, "reasons": list(step.all_reasons()),
             "counts": list(step.counts), "summed": list(step.summed)}
            for step in self.steps
        ]  # fmt: skip


def run_flow(config: Config) -> RunFlow:
    """Makes the steps of a configuration, and reads the user's own code; once for each command.

    Storage can be reached as the configuration says from then on: dataset inputs are looked into.

    Raises:
        ConfigError: a line for each step that cannot be made, or cannot stand where it does.
    """
    found = Mistakes()
    flow = flow_as_far_as_good(config, found)
    found.refuse()
    return flow


def flow_as_far_as_good(config: Config, found: Mistakes) -> RunFlow:
    """Makes those steps of a configuration that can be made.

    Args:
        config: a run.
        found: where is put what is wrong with the others.
    """
    storage.configure(config.storage_options)
    context = Context(config.source_rules(), seed=config.seed)
    read = Read(config.options("read"), context)
    dedup = Dedup(DedupSection(enabled=False), context)
    before = len(found.errors)
    made = list(_made(config, context, found))
    dedup = next((step for step in made if isinstance(step, Dedup)), dedup)
    formats = sorted({each.format for each in config.inputs if is_own(each.format)})
    readers = {}
    for format_ in formats:
        places = [place for place, each in enumerate(config.inputs) if each.format == format_]
        with found.looking(("inputs", places[0], "format")):
            readers[format_] = find_code(format_)
    own_columns = dataset_columns(config)
    flow = RunFlow(read, tuple(_passes(made)), dedup, readers, own_columns)
    if len(found.errors) == before:
        _check_order(flow.steps, own_columns, found)
    return flow


def _passes(steps: list[Step]) -> Iterator[Pass]:
    """Parts the steps where something looks at the whole run."""
    parts: list[tuple[list[Step], Step | None]] = [([], None)]
    for step in steps:
        if step.compares:
            parts[-1] = (parts[-1][0], step)
            parts.append(([], None))
            continue
        parts[-1][0].append(step)
        if step.gathers:
            parts[-1] = (parts[-1][0], step)
            parts.append(([], None))
    if len(parts) == 1:
        (only, _), end = parts[0], len(parts[0][0])
        while end and only[end - 1].finishes:
            end -= 1
        parts = [(only[:end], None), (only[end:], None)]
    before: Step | None = None
    for number, (some, looks) in enumerate(parts, 1):
        yield Pass(pass_name(number, len(parts)), tuple(some), before, looks)
        before = looks


def _made(config: Config, context: Context, found: Mistakes) -> Iterator[Step]:
    """Yields the steps behind *read*, those that are on and can be made."""
    entries = config.steps
    if entries is None:
        names = [name for name in known_steps() if name != "read" and config.options(name)]
        entries = tuple(ListedStep(use=name) for name in names)
    for place, entry in enumerate(entries):
        step = None
        with found.looking(("steps", place) if config.steps is not None else (entry.use,)):
            step = _step_of(entry, config, context)
        if step is not None:
            step.when = entry.when
            yield step


def _step_of(entry: ListedStep, config: Config, context: Context) -> Step | None:
    """Makes the step of one entry; None where it is off."""
    if entry.is_own:
        how = entry.on_error or "stop"
        return own_step(find_code(entry.use), entry.options, context, entry.label, how)
    kind = known_steps()[entry.use]
    section = config.options(entry.use)
    if entry.options or section is None:
        section = kind.Options.model_validate(entry.options)
    if not section.enabled:
        return None
    if kind.__module__.partition(".")[0] == "corpus_pipeline":
        return kind(section, context, entry.label)
    # Of an installed package: its code is part of the run's identity, as the user's own is.
    given = section.model_dump(exclude_unset=True)
    code = find_code(f"{kind.__module__}:{kind.__qualname__}")
    return own_step(code, given, context, entry.label, entry.on_error or "stop")


def _check_order(steps: tuple[Step, ...], own_columns: pa.Schema, found: Mistakes) -> None:
    """Finds an order that makes no sense; what is wrong names the two steps."""
    found.add(ConfigError(f"steps: {line}") for line in _wrong_places(steps))
    before = pa.schema([*FATE, *PROVENANCE, *CONTENT, *own_columns])
    for index, step in enumerate(steps):
        try:
            fields = [field for field in step.all_columns() if field.name not in before.names]
        except CorpusError as error:
            # Nobody knows what it fills, so nothing can be said of those behind it.
            found.add(error.parts or [error])
            return
        for where, look in _looks_at_columns(step):
            try:
                look(before)
            except ConfigError as error:
                for each in error.parts or (error,):
                    hint = _filled_later(str(each), steps[index + 1 :])
                    found.add([ConfigError(f"{where}{each}{hint}")])
        if index:
            before = pa.schema([*before, *fields])


def _wrong_places(steps: tuple[Step, ...]) -> Iterator[str]:
    for index, step in enumerate(steps):
        later = steps[index + 1 :]
        if step.title in [each.title for each in later]:
            yield f"two are called {step.title}; give the second one a label"
        if step.is_last and later:
            yield (
                f"{later[0].title} stands behind {step.title}, and nothing can; put {step.title} "
                "last"
            )
        maker = next((each for each in later if each.makes_text), None)
        if step.needs_text and maker is not None:
            yield (
                f"{step.title} stands before {maker.title}, which makes the texts that it needs; "
                f"put {maker.title} first"
            )


def _looks_at_columns(step: Step) -> Iterator[tuple[str, Callable[[pa.Schema], None]]]:
    """Yields what a step asks of the columns before it, each with the beginning of its message."""
    yield "steps: ", step.check_columns
    if isinstance(step, Dedup) and (ordering := step.ordering) is not None:
        from corpus_pipeline.filters.where.ordering import parse_ordering

        yield (
            "dedup.address.greatest: ",
            lambda before, text=ordering: parse_ordering(text).check(before),  # type: ignore[misc]
        )
    if (when := step.when) is not None:
        from corpus_pipeline.filters.where.expressions import parse_expression

        yield (
            f"steps: {step.title}: when: ",
            lambda before, text=when: parse_expression(text).check(before),  # type: ignore[misc]
        )


def _filled_later(message: str, later: tuple[Step, ...]) -> str:
    """Names the step that fills the column of a message too late, if there is one."""
    for step in later:
        fields: list[pa.Field] = []
        with contextlib.suppress(CorpusError):  # It is asked for its columns again, and told then.
            fields += step.all_columns()
        for field in fields:
            if re.search(rf"\b{field.name}\b", message):
                return f"; {step.title}, which fills {field.name}, stands later"
    return ""
