"""The steps of one run, in their order, and what they need besides their options."""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import pyarrow as pa

from corpus_pipeline.dedup.step import Dedup
from corpus_pipeline.flow import built_in, document_schema
from corpus_pipeline.pipelines.config import Config
from corpus_pipeline.sources.step import Read
from corpus_pipeline.steps import Context, Resource, Step
from corpus_pipeline.tokens.step import Tokenize


@dataclasses.dataclass(frozen=True)
class RunFlow:
    """All steps that are on. *prepare* runs those before dedup, *finish* those behind it."""

    read: Read
    before: tuple[Step, ...]
    dedup: Dedup
    """Also where it is off: every run has ids and content hashes of it."""
    after: tuple[Step, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step that is on, in the order of the flow."""
        dedup = (self.dedup,) if self.dedup.options.enabled else ()
        return (self.read, *self.before, *dedup, *self.after)

    def resources(self) -> Iterator[Resource]:
        """Yields what the steps load."""
        for step in self.steps:
            yield from step.resources()

    def check(self) -> None:
        """Refuses what a step cannot do, before any work.

        Raises:
            ConfigError: one line that begins with the key.
        """
        for step in self.steps:
            step.check()

    @cached_property
    def schema(self) -> pa.Schema:
        """Columns of documents/."""
        return document_schema(self.steps)

    @property
    def summed(self) -> frozenset[str]:
        """Columns whose sums stand in run.json."""
        return frozenset(name for step in self.steps for name in step.summed)

    @property
    def tokenize(self) -> Tokenize | None:
        """The step that makes tokens, if there is one."""
        return next((step for step in self.after if isinstance(step, Tokenize)), None)

    @property
    def makes_text(self) -> bool:
        """Whether a step makes texts of pages."""
        return any(step.makes_text for step in self.steps)

    def described(self) -> list[dict[str, Any]]:
        """Says of each step what a reader of a finished run needs to know; JSON."""
        return [
            {"name": step.label or step.name, "step": step.name, "reasons": step.all_reasons(),
             "counts": step.counts, "summed": step.summed}
            for step in self.steps
        ]  # fmt: skip


def run_flow(config: Config, digests: Mapping[str, str] | None = None) -> RunFlow:
    """Makes the steps of a configuration.

    Args:
        config: the run.
        digests: path -> sha256 of what the steps load, once it is known.
    """
    context = Context(config.source_rules(), digests or {})
    made = {name: kind(config.options(name), context) for name, kind in built_in().items()}
    names = [name for name, kind in built_in().items() if name != "read" and kind.default]
    place = names.index("dedup")
    on = {name for name in names if config.options(name).enabled}
    read, dedup = made["read"], made["dedup"]
    assert isinstance(read, Read)
    assert isinstance(dedup, Dedup)
    return RunFlow(
        read,
        tuple(made[name] for name in names[:place] if name in on),
        dedup,
        tuple(made[name] for name in names[place + 1 :] if name in on),
    )
