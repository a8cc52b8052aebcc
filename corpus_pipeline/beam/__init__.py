"""The steps in a Beam pipeline of one's own.

    from corpus_pipeline.beam import Deduplicate, FromRows, Language, Quality, Scrub, ToRows

    rows | FromRows() | Language(keep=["en"]) | Quality("gopher") | Scrub() | ToRows()

There is a transform for every step, called as its class; they are made from the list of steps.
Needs Apache Beam, which `pip install 'corpus-pipeline[beam]'` brings.
"""

import importlib.util
from functools import cache
from typing import Any

if importlib.util.find_spec("apache_beam") is None:
    raise ImportError(
        "corpus_pipeline.beam needs Apache Beam; pip install 'corpus-pipeline[beam]'",
        name="apache_beam",
    )

from corpus_pipeline.beam.deduplicate import Deduplicate
from corpus_pipeline.beam.rows import FromRows, ToRows
from corpus_pipeline.beam.transforms import Apply, StepTransform, step_transforms
from corpus_pipeline.nearest import meant

__all__ = ["Apply", "Deduplicate", "FromRows", "StepTransform", "ToRows"]


@cache
def _transforms() -> dict[str, type[StepTransform]]:
    return step_transforms()


def __getattr__(name: str) -> Any:
    if name.startswith("__") or name not in _transforms():
        hint = meant(name, [*__all__, *_transforms()])
        raise AttributeError(f"module 'corpus_pipeline.beam' has no transform {name!r}; {hint}")
    return _transforms()[name]


def __dir__() -> list[str]:
    return [*globals(), *_transforms()]
