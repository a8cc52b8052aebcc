"""A sample of the documents of a configuration, measured as a run would measure them.

Nothing is written: the steps of the first pass fill their columns, and the texts are let go.
"""

import hashlib
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from corpus_pipeline.batches import unit_end
from corpus_pipeline.config.config import Config
from corpus_pipeline.config.run_flow import RunFlow
from corpus_pipeline.pipelines.stage_options import StageOptions
from corpus_pipeline.planning.plan import make_plan
from corpus_pipeline.stages.mapping import ApplyStep
from corpus_pipeline.stages.read import ReadUnit
from corpus_pipeline.transforms import Keyed, Transform
from corpus_pipeline.workspace.state import Workspace
from corpus_pipeline.workspace.units import Unit

#: Units of a source that share its part of the sample, so that it is not one file's beginning.
_UNITS = 16


def measured_sample(config: Config, flow: RunFlow, documents: int) -> Iterator[pa.RecordBatch]:
    """Measures a sample of each source, that of `read_sample`.

    Yields:
        Batches of documents with text, of one source, with the columns that the steps before the
        first look at the whole run have filled, without `raw` and `text`.

    Raises:
        InputError: an input is missing, or of an unknown format.
    """
    steps: list[Transform] = [ApplyStep(step) for step in flow.passes[0].steps]
    for each in steps:
        each.setup(lambda stage, name, times: None)
    try:
        for key, batch in _sample(config, flow, documents):
            for each in steps:
                ((_, batch),) = each.process((key, batch))
            yield batch.filter(batch["text"].is_valid()).drop_columns(["raw", "text"])
    finally:
        for each in steps:
            each.teardown()


def read_sample(config: Config, flow: RunFlow, documents: int) -> Iterator[pa.RecordBatch]:
    """Reads a sample of each source.

    Units are taken in the order of a hash of their place, up to 16 of a source, and of each the
    first documents; where these are too few, further units follow. The same inputs give the same
    sample.

    Args:
        config: of a run.
        flow: its steps.
        documents: of each source, unreadable ones included.

    Yields:
        Batches of records of one source, as *read* makes them.

    Raises:
        InputError: an input is missing, or of an unknown format.
    """
    for _, batch in _sample(config, flow, documents):
        yield batch


def _sample(config: Config, flow: RunFlow, documents: int) -> Iterator[Keyed]:
    plan = make_plan(config, {}, hashed=False)
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        workspace = Workspace(folder, len(plan.units), plan.run)
        plan.save(workspace.state)
        reading = ReadUnit(StageOptions(config, flow, workspace, plan.partitions).read())
        reading.setup(lambda stage, name, times: None)
        try:
            units = sorted(plan.units, key=lambda unit: (unit.source, _rank(unit)))
            for _, mine in itertools.groupby(units, key=lambda unit: unit.source):
                yield from _of_source(reading, list(mine), documents)
        finally:
            reading.teardown()


def _rank(unit: Unit) -> bytes:
    first = unit.pieces[0]
    place = f"{Path(first.path).name}:{first.start}"
    return hashlib.blake2b(place.encode(), digest_size=8).digest()


def _of_source(reading: ReadUnit, units: list[Unit], documents: int) -> Iterator[Keyed]:
    left, share = documents, -(-documents // min(_UNITS, len(units)))
    for unit in units:
        of_unit = min(share, left)
        for key, batch in reading.process(unit.number):
            if of_unit <= 0 or unit_end(batch) is not None:
                break
            batch = batch.slice(0, of_unit)
            of_unit -= batch.num_rows
            left -= batch.num_rows
            yield key, batch
        if left <= 0:
            return
