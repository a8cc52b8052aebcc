"""*read*: units of work into batches of records, each with its address and provenance."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import conform, end_of_unit
from corpus_pipeline.extensions.code import Code
from corpus_pipeline.extensions.readers import read_own
from corpus_pipeline.sources.dataset import read_dataset
from corpus_pipeline.sources.formats import FETCHING
from corpus_pipeline.sources.joining import joined
from corpus_pipeline.sources.markup import without_markup
from corpus_pipeline.sources.partitions import partition_fields, with_fields
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.reading import (
    Count,
    ReadOptions,
    is_joined,
    read_chosen,
    read_joined,
    read_piece,
)
from corpus_pipeline.sources.records import NOT_EXTRACTED
from corpus_pipeline.sources.splitting import split_parts
from corpus_pipeline.stages.mapping import text_bytes
from corpus_pipeline.transforms import Keyed, StageCounters, Tally, Transform
from corpus_pipeline.workspace.phase_table import FIRST_PASS
from corpus_pipeline.workspace.tally import READ_BYTES
from corpus_pipeline.workspace.units import Unit, load_unit

#: Priority of sources that name none; lower ones win, higher ones yield.
DEFAULT_PRIORITY = 100


@dataclasses.dataclass(frozen=True)
class ReadStageOptions:
    """Where the units are listed and how each source is read."""

    units: str
    """Path of the plan's list of units."""
    sources: Mapping[str, ReadOptions]
    priorities: Mapping[str, int | None]
    """None: 100 for raw files, what the documents have for datasets."""
    schema: pa.Schema
    """Of the documents of the run."""
    readers: Mapping[str, Code] = dataclasses.field(default_factory=dict)
    """Format that names code of the user's own -> the code."""
    languages: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Language of the sources for which one is given."""
    text_only: bool = False
    """Stages follow that need text, and none makes text of pages: what has none is rejected."""


class ReadUnit(Transform):
    """Reads the pieces of a unit one after another; numbers rows and batches."""

    def __init__(self, options: ReadStageOptions) -> None:
        self.options = options

    def setup(self, tally: Tally) -> None:
        """Makes the stage's counters."""
        self._counters = StageCounters("read", tally)

    def process(self, number: int) -> Iterator[Keyed]:
        """Yields the batches of one unit and then its end."""
        notes: Counter[str] = Counter()
        records = self._records(number, notes)
        batches = 0
        while True:
            with self._counters.clock():
                batch = next(records, None)
            if batch is None:
                break
            size = text_bytes(batch)
            self._counters.saw(batch.num_rows, size)
            notes[READ_BYTES] += size
            yield BatchKey(FIRST_PASS, number, batches), batch
            batches += 1
        yield BatchKey(FIRST_PASS, number, batches), end_of_unit(batches, notes)

    def _records(self, number: int, notes: Counter[str]) -> Iterator[pa.RecordBatch]:
        unit = load_unit(self.options.units, number)
        options = self.options.sources[unit.source]
        priority = self.options.priorities[unit.source]
        row = 0

        def count(name: str, times: int) -> None:
            notes[name] += times

        parts = _parts(unit, options, count, self.options)
        for batch, files in joined(parts, options.batch_bytes):
            yield self._addressed(batch, number, row, unit.source, priority, files)
            row += batch.num_rows

    def _addressed(
        self,
        batch: pa.RecordBatch,
        unit: int,
        row: int,
        source: str,
        priority: int | None,
        files: pa.Array,
    ) -> pa.RecordBatch:
        """Adds the columns that only the plan knows; a dataset's rows keep their provenance."""
        size = batch.num_rows
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        columns["unit"] = pa.array(np.full(size, unit, np.int32))
        columns["row"] = pa.array(np.arange(row, row + size, dtype=np.int64))
        if "source" not in columns:
            columns["source"] = pa.repeat(pa.scalar(source), size)
            columns["file"] = files
        if self.options.languages:
            columns["lang"] = self._languages(columns)
        if priority is not None or "priority" not in columns:
            given = DEFAULT_PRIORITY if priority is None else priority
            columns["priority"] = pa.array(np.full(size, given, np.uint8))
        if self.options.text_only and columns["raw"].null_count < size:
            columns["drop_reason"] = _not_extracted(columns)
        reasons = columns.get("drop_reason")
        if reasons is not None and reasons.null_count < size:
            columns["reasons"] = pa.array(
                [None if reason is None else [reason] for reason in reasons.to_pylist()],
                pa.list_(pa.string()),
            )
        # Measures that no step has filled are null: later stages may ask for them all the same.
        return conform(pa.RecordBatch.from_pydict(columns), self.options.schema)

    def _languages(self, columns: Mapping[str, pa.Array]) -> pa.Array:
        """Returns the language of each row's source, what the row has where none is given."""
        encoded = columns["source"].dictionary_encode()
        given = [self.options.languages.get(name) for name in encoded.dictionary.to_pylist()]
        named = pa.array(given, pa.string()).take(encoded.indices)
        return pc.coalesce(named, columns["lang"]) if "lang" in columns else named


def _not_extracted(columns: Mapping[str, pa.Array]) -> pa.Array:
    """Returns the reasons of a batch with that of readable rows which are not yet text."""
    reasons = columns.get("drop_reason")
    if reasons is None:
        reasons = pa.nulls(len(columns["raw"]), pa.string())
    waiting = pc.and_(columns["raw"].is_valid(), reasons.is_null())
    return pc.if_else(waiting, NOT_EXTRACTED, reasons)


def _opened(unit: Unit) -> Iterator[tuple[Piece, BinaryIO]]:
    """Yields the pieces of a unit, each open while nobody asks for the next."""
    for piece in unit.pieces:
        with storage.open_input(piece.path) as stream:
            yield piece, stream


def _parts(
    unit: Unit, options: ReadOptions, count: Count, run: ReadStageOptions
) -> Iterator[tuple[str | list[str], pa.RecordBatch]]:
    """Yields the documents of a unit: (file, or that of each row; batch)."""
    parts = _records(unit, options, count, run)
    if options.split.cuts:
        return split_parts(parts, options.split, options.batch_bytes, count)
    return parts


def _records(
    unit: Unit, options: ReadOptions, count: Count, run: ReadStageOptions
) -> Iterator[tuple[str | list[str], pa.RecordBatch]]:
    """Yields what the readers make of the pieces of a unit."""
    if is_joined(unit.pieces[0].format, options):
        yield from read_joined(_opened(unit), options, count, storage.nameless_file)
        return
    for piece in unit.pieces:
        with storage.open_input(piece.path) as stream:
            if piece.format == "dataset":
                batches = read_dataset(stream, piece, options.batch_bytes, run.schema)
            elif piece.format in FETCHING:
                yield from read_chosen(stream, piece, options, count, storage.read_ranges)
                continue
            elif piece.format in run.readers:
                batches = read_own(stream, run.readers[piece.format], options)
                if options.markup is not None:
                    batches = without_markup(batches, options)
            else:
                batches = read_piece(stream, piece, options, count)
            fields = partition_fields(piece.path) if options.partitions else {}
            for batch in batches:
                yield piece.path, with_fields(batch, fields) if fields else batch
