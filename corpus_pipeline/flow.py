"""The steps of the package, in the order in which a document passes them.

Everything else that names them all is derived from this list: the sections of the configuration,
the data contract, reasons, summary, docs. A step that is not in it comes from the user's own code.
"""

import importlib
from collections.abc import Iterable
from functools import cache

import pyarrow as pa

from corpus_pipeline.schema import DOCUMENT_INPUT
from corpus_pipeline.steps import Step

#: Module and class of each step; *read* is always the first.
_STEPS = (
    "sources.step:Read",
    "extract.step:Extract",
    "filters.language.step:Language",
    "filters.quality.step:Quality",
    "filters.keywords.step:Keywords",
    "filters.perplexity.step:Perplexity",
    "dedup.step:Dedup",
    "scrub.step:Scrub",
    "tokens.step:Tokenize",
)


@cache
def built_in() -> dict[str, type[Step]]:
    """Returns the steps of the package by name, in the order of the flow.

    >>> list(built_in())[:3]
    ['read', 'extract', 'language']
    """
    found = {}
    for place in _STEPS:
        module, _, name = place.partition(":")
        step: type[Step] = getattr(importlib.import_module(f"corpus_pipeline.{module}"), name)
        found[step.name] = step
    return found


@cache
def default_steps() -> tuple[type[Step], ...]:
    """Returns the steps that a configuration without a list of steps has."""
    return tuple(step for step in built_in().values() if step.default)


def documented() -> tuple[str, ...]:
    """Names the pages of docs/flow/: the default steps, and the trainer's loader behind them."""
    return (*(step.name for step in default_steps()), "loader")


def document_schema(steps: Iterable[Step] = ()) -> pa.Schema:
    """Returns the columns of documents/ and rejected/.

    Those of the default flow are always there, so that files of different runs go together; the
    columns of other steps follow in the order of the run.

    >>> document_schema().names[:2], document_schema().names[-1]
    (['drop_reason', 'reasons'], 'token_offset')
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
    """Returns the columns of ledger/: a document without its content."""
    return pa.schema([f for f in document_schema(steps) if f.name not in ("raw", "text")])


@cache
def reasons() -> dict[str, tuple[str, ...]]:
    """Returns the reasons of each step of the package, in the order of the flow."""
    return {name: step.reasons for name, step in built_in().items() if step.reasons}
