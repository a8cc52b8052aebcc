"""The steps of the package, in the order in which a document passes them.

Everything else that names them all is derived from this list: the sections of the configuration,
the data contract, reasons, summary, docs. Installed packages add steps by the entry-point group
`corpus_pipeline.steps`; they stand before dedup unless a list of steps says otherwise. A step that
is neither comes from the user's own code, by `use:`.
"""

import importlib
import importlib.metadata
from collections.abc import Iterable, Iterator
from functools import cache

import pyarrow as pa

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.schema import DOCUMENT_INPUT, in_ledger
from corpus_pipeline.steps import Step

#: Module and class of each step; *read* is always the first.
_STEPS = (
    "sources.step:Read",
    "filters.url.step:Url",
    "filters.repair.step:Repair",
    "extract.step:Extract",
    "filters.code.step:Code",
    "filters.lines.step:Lines",
    "filters.language.step:Language",
    "filters.quality.step:Quality",
    "filters.keywords.step:Keywords",
    "filters.perplexity.step:Perplexity",
    "filters.classifier.step:Classifier",
    "tokens.count:TokenCount",
    "filters.where.step:Where",
    "dedup.step:Dedup",
    "scrub.step:Scrub",
    "tokens.step:Tokenize",
)


#: Group of entry points by which installed packages add steps: NAME = "module:Class".
_GROUP = "corpus_pipeline.steps"


@cache
def known_steps() -> dict[str, type[Step]]:
    """Returns the steps that have a name, in the order of the flow: ours, and installed ones.

    Raises:
        ConfigError: an installed step cannot be imported, or has the name of another.

    >>> list(known_steps())[:3]
    ['read', 'url', 'repair']
    """
    found: dict[str, type[Step]] = {}
    for entry in _STEPS:
        module, _, name = entry.partition(":")
        step: type[Step] = getattr(importlib.import_module(f"corpus_pipeline.{module}"), name)
        if step.compares:
            found |= _installed({*found, *(each.partition(":")[2].lower() for each in _STEPS)})
        found[step.name] = step
    return found


def _installed(taken: set[str]) -> Iterator[tuple[str, type[Step]]]:
    """Yields the steps of installed packages, by name."""
    for point in sorted(importlib.metadata.entry_points(group=_GROUP), key=lambda p: p.name):
        where = f"installed step {point.name} ({point.value})"
        try:
            step = point.load()
        except Exception as error:
            raise ConfigError(f"{where}: cannot be imported ({type(error).__name__})") from error
        if not (isinstance(step, type) and issubclass(step, Step)):
            raise ConfigError(f"{where}: is no subclass of corpus_pipeline.Step")
        if step.name in taken:
            raise ConfigError(f"{where}: there is another step called {step.name!r}")
        taken.add(step.name)
        yield step.name, step


@cache
def default_steps() -> tuple[type[Step], ...]:
    """Returns the steps that a configuration without a list of steps has."""
    return tuple(step for step in known_steps().values() if step.default)


def documented() -> tuple[str, ...]:
    """Names the pages of docs/flow/: the default steps, and the trainer's loader behind them."""
    return (*(step.name for step in default_steps()), "loader")


def document_schema(steps: Iterable[Step] = ()) -> pa.Schema:
    """Returns the columns of documents/ and rejected/.

    Those of the default flow are always there, so that files of different runs go together; the
    columns of other steps follow in the order of the run.

    >>> document_schema().names[:2], document_schema().names[-1]
    (['drop_reason', 'reasons'], 'split')
    """
    fields = list(DOCUMENT_INPUT)
    for kind in default_steps():
        if kind.name != "read":
            fields += kind.columns
    there = {field.name for field in fields}
    for step in steps:
        fields += [field for field in step.all_columns() if field.name not in there]
        there.update(field.name for field in step.all_columns())
    return pa.schema(fields)


def ledger_schema(steps: Iterable[Step] = ()) -> pa.Schema:
    """Returns the columns of ledger/."""
    return ledger_of(document_schema(steps))


def ledger_of(documents: pa.Schema) -> pa.Schema:
    """Returns the columns of a ledger: those of documents without their content, and more.

    >>> ledger_of(document_schema()).names[-1]
    'token_offset'
    """
    fields = [field for field in documents if in_ledger(field)]
    for kind in default_steps():
        fields += kind.ledger_columns
    return pa.schema(fields)


@cache
def reasons() -> dict[str, tuple[str, ...]]:
    """Returns the reasons of each step of the package, in the order of the flow."""
    return {name: step.reasons for name, step in known_steps().items() if step.reasons}
