"""corpus_pipeline: raw text to clean, deduplicated, scrubbed, tokenized, sharded training data.

The public names are those of `__all__`; each is imported when it is first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from corpus_pipeline.errors import CorpusError
    from corpus_pipeline.extensions.functions import step
    from corpus_pipeline.filters.gathering import Gathering
    from corpus_pipeline.loader import (
        SequenceLoader,
        SequenceOptions,
        open_mixture,
        open_tokens,
    )
    from corpus_pipeline.schema import column
    from corpus_pipeline.steps import Context, Options, Resource, Section, Step, source_of

#: Public name -> the module that it stands in.
_MODULES = {
    "Context": "steps",
    "CorpusError": "errors",
    "Gathering": "filters.gathering",
    "Options": "steps",
    "Resource": "steps",
    "Section": "steps",
    "SequenceLoader": "loader",
    "SequenceOptions": "loader",
    "Step": "steps",
    "column": "schema",
    "open_mixture": "loader",
    "open_tokens": "loader",
    "source_of": "steps",
    "step": "extensions.functions",
}

__all__ = [
    "Context",
    "CorpusError",
    "Gathering",
    "Options",
    "Resource",
    "Section",
    "SequenceLoader",
    "SequenceOptions",
    "Step",
    "column",
    "open_mixture",
    "open_tokens",
    "source_of",
    "step",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'corpus_pipeline' has no attribute {name!r}")
    return getattr(importlib.import_module(f"corpus_pipeline.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
