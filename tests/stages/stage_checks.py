"""How tests run a stage: its transform on Beam, checked inside the pipeline, and without Beam."""

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import BeamAssertException, assert_that

from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import conform, end_of_unit, unit_end, with_columns
from corpus_pipeline.dedup.matches import KINDS
from corpus_pipeline.dedup.step import Dedup
from corpus_pipeline.engines.beam_transforms import BatchKeyCoder, RecordBatchCoder, add_transform
from corpus_pipeline.engines.in_process import run_transforms
from corpus_pipeline.flow import document_schema
from corpus_pipeline.pipelines.stage_options import StageOptions
from corpus_pipeline.stages.hashing import HashBatch
from corpus_pipeline.stages.writing import WritePreparedUnit
from corpus_pipeline.transforms import Keyed, Transform, Work

DOCUMENT = document_schema()


def write_prepared(make: StageOptions) -> WritePreparedUnit:
    """The last transform of *prepare*."""
    return WritePreparedUnit(make.prepared(make.flow.passes[0]))


def hash_and_write(make: StageOptions) -> tuple[Transform, Transform]:
    """The end of *prepare*."""
    return HashBatch(make.hashing(make.flow.passes[0])), write_prepared(make)


def with_every_match(make: StageOptions) -> StageOptions:
    """Switches the matches on that a configuration has to name."""
    given = make.flow.dedup
    on = {k: getattr(given.options, k).model_copy(update={"enabled": True}) for k in KINDS}
    dedup = Dedup(given.options.model_copy(update=on), given.context)
    return dataclasses.replace(make, flow=dataclasses.replace(make.flow, dedup=dedup))


def documents(texts: Sequence[str | None], unit: int = 0, **columns: Any) -> pa.RecordBatch:
    """Builds a batch as *read* delivers it; null texts are unreadable records."""
    rows = len(texts)
    made = {
        "unit": [unit] * rows,
        "row": list(range(rows)),
        "source": ["s"] * rows,
        "priority": [100] * rows,
        "file": ["f"] * rows,
        "record": list(range(rows)),
        "text": texts,
        "drop_reason": ["read-null-text" if text is None else None for text in texts],
        "reasons": [["read-null-text"] if text is None else None for text in texts],
        **columns,
    }
    arrays = {
        name: values
        if isinstance(values, pa.Array)
        else pa.array(values, DOCUMENT.field(name).type)
        for name, values in made.items()
    }
    known = {name: array for name, array in arrays.items() if name in DOCUMENT.names}
    batch = conform(pa.RecordBatch.from_pydict(known), DOCUMENT)
    return with_columns(batch, {n: a for n, a in arrays.items() if n not in DOCUMENT.names})


def unit(*batches: pa.RecordBatch, phase: str = "prepare", number: int = 0) -> list[Keyed]:
    """Numbers the batches of a unit and closes it."""
    keyed = [(BatchKey(phase, number, i), batch) for i, batch in enumerate(batches)]
    end = end_of_unit(len(batches), {"note": 1})
    return [*keyed, (BatchKey(phase, number, len(batches)), end)]


class _Note(Transform):
    """Keeps what comes out of the transforms before it."""

    def __init__(self) -> None:
        self.found: list[Any] = []

    def process(self, element: Any) -> Iterator[Any]:
        self.found.append(element)
        yield element


def run(
    elements: Sequence[Any],
    transforms: Transform | tuple[Transform, ...],
    check: Callable[[list[Any]], None],
) -> Any:
    """Sends elements through transforms, on Beam and in this process; `check` sees what comes out.

    Returns:
        The coder of the last transform's output on Beam.
    """
    transforms = transforms if isinstance(transforms, tuple) else (transforms,)
    note = _Note()
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        # One element that holds them all arrives as one bundle, in order, as after a reading stage.
        start = pipeline | beam.Create([list(elements)])
        hint: Any = type(elements[0])
        if hint is tuple:
            hint = tuple[int, int] if isinstance(elements[0][0], int) else Keyed
        out = start | beam.FlatMap(list).with_output_types(hint)
        for transform in transforms:
            out = add_transform(out, transform)
        assert_that(out, check)
        coder = beam.coders.registry.get_coder(out.element_type)
    run_transforms(Work([(0,)], lambda _: list(elements), (*copy.deepcopy(transforms), note)))
    check(note.found)
    return coder


def run_documents(
    elements: Sequence[Keyed], transform: Transform, expected: Mapping[str, list[Any]]
) -> None:
    """Checks some columns of all rows that come out, the keys, the ends of units and the coder."""
    keys = [key for key, _ in elements]

    def check(actual: list[Keyed]) -> None:
        ordered = sorted(actual, key=lambda element: element[0])
        same("keys", [key for key, _ in ordered], keys)
        ends = [unit_end(batch) for _, batch in ordered]
        same("ends", ends, [unit_end(batch) for _, batch in elements])
        batches = [batch for _, batch in ordered if unit_end(batch) is None]
        for name, values in expected.items():
            same(name, [v for batch in batches for v in batch[name].to_pylist()], values)

    coder = run(elements, transform, check)
    assert isinstance(coder, beam.coders.TupleCoder)
    assert [type(part) for part in coder.coders()] == [BatchKeyCoder, RecordBatchCoder]


def uncounted(stage: str, name: str, number: int) -> None:
    """Takes what a transform counts."""


def same(what: str, actual: object, expected: object) -> None:
    """Compares inside a pipeline."""
    if actual != expected:
        raise BeamAssertException(f"{what}: {actual!r} instead of {expected!r}")
