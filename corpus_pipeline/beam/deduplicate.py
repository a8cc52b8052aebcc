"""Duplicates in a pipeline of one's own: exact ones, and near ones by MinHash, verified.

    documents ─► bands ─► buckets ─┬─► wanted ┐
        │                          │          ▼
        ├─► texts ──────────────── │ ───► shingle sets ─► verify ─► resolve ─► verify again ─► …
        │                          └───────────────────────▲            │
        └─► documents ────────────────────────────────────────────► marking ─► documents

Edges between the boxes are GroupByKey over blocks of records; the functions are in `comparing` and
`marking`.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import apache_beam as beam
import pyarrow as pa

from corpus_pipeline.batches import with_columns
from corpus_pipeline.beam import comparing, marking
from corpus_pipeline.beam.columns import check_documents
from corpus_pipeline.beam.comparing import Block, Comparison
from corpus_pipeline.dedup.minhash import MinHashOptions
from corpus_pipeline.dedup.survivors import Preference
from corpus_pipeline.errors import ConfigError

#: A function over the records of a partition.
_OfPartition = Callable[..., Iterator[Any]]


class Deduplicate(beam.PTransform):  # type: ignore[misc]
    """Marks duplicates: `drop_reason`, `duplicate_of` (the id of the one that stays), `jaccard`.

    What stays is what a run with the same options keeps of the same documents, on every runner and
    for any order and bundling. Of equal texts the one with the least id stays; a run keeps the
    first. In a group of more than 1,024 candidates, which is cut, other pairs may be compared.

    Texts pass the shuffle twice with `document`, once without it.

    Args:
        exact: texts that differ in layout at most are duplicates.
        document: options of near duplicates; None or False leaves them out.
        prefer: which of near duplicates stays: longest, shortest, none.
        partitions: into how many parts documents are cut; a worker holds the documents of a part.
        rounds: how often buckets are compared again at most, because the centre of a star went.
        max_edges: similar pairs at most, of up to 200 bytes each in the memory of one task.
        minhash: threshold, bands, rows, word_ngram, char_ngram, seed, instead of `document`.

    Raises:
        ConfigError: an option is out of range.
    """

    def __init__(
        self,
        *,
        exact: bool = True,
        document: MinHashOptions | bool | None = True,
        prefer: Preference = "longest",
        partitions: int = 64,
        rounds: int = 3,
        max_edges: int = 20_000_000,
        **minhash: Any,
    ) -> None:
        super().__init__()
        known = [field.name for field in dataclasses.fields(MinHashOptions)]
        for name in minhash:
            if name not in known:
                raise ConfigError(
                    f"Deduplicate: has no option {name!r}; its options are exact, document, "
                    f"prefer, partitions, rounds, max_edges, {', '.join(known)}"
                )
        if minhash and document is not True:
            raise ConfigError(f"Deduplicate: {', '.join(minhash)} or document, not both")
        if document is True:
            try:
                document = MinHashOptions(**minhash)
            except (ValueError, TypeError) as error:
                raise ConfigError(f"Deduplicate: {error}") from error
        if not exact and not document:
            raise ConfigError("Deduplicate: exact and document are both off; nothing is left to do")
        if prefer not in ("longest", "shortest", "none"):
            raise ConfigError(f"Deduplicate: prefer is longest, shortest or none; got {prefer!r}")
        for name, value in (("partitions", partitions), ("max_edges", max_edges)):
            if value < 1:
                raise ConfigError(f"Deduplicate: {name} must be at least 1, got {value}")
        if rounds < 0:
            raise ConfigError(f"Deduplicate: rounds must be at least 0, got {rounds}")
        self._how = Comparison(exact, document or None, prefer, partitions, max_edges)
        self._rounds = rounds

    def expand(self, batches: beam.PCollection) -> beam.PCollection:
        """Adds the transforms."""
        how = self._how
        checked = batches | "Check" >> beam.ParDo(_Checked()).with_output_types(pa.RecordBatch)
        dropped = checked | "Dropped" >> beam.ParDo(_Others()).with_output_types(pa.RecordBatch)
        marks = [_blocks(checked, "Documents", marking.document_records, how)]
        if how.document is not None:
            marks.append(self._near_copies(checked))
        marked = _grouped(marks, "Marking") | "Mark" >> beam.ParDo(
            _OfGroups(marking.marked_documents, how)
        ).with_output_types(pa.RecordBatch)
        return (marked, dropped) | "All" >> beam.Flatten()

    def _near_copies(self, batches: beam.PCollection) -> beam.PCollection:
        """Returns who goes, as blocks for `marking`."""
        how = self._how
        bands = _blocks(batches, "Bands", comparing.band_records, how)
        buckets = _parts([bands], "Buckets", comparing.bucket_records, how)
        texts = _blocks(batches, "Texts", comparing.text_records, how)
        wanted = _only(buckets, "Wanted", "texts")
        sets = _parts([texts, wanted], "Shingles", comparing.shingle_records, how)
        verified = _parts(
            [_only(buckets, "Compared", "verify"), _only(sets, "Sets", "verify")],
            "Verify",
            comparing.edge_records,
            how,
            named=True,
        )
        edges = [_only(verified, "Edges", "resolve")]
        again = _only(verified, "Left", "again")
        resolved = _parts(edges, "Resolve", comparing.resolved_records, how, number=1)
        for number in range(2, self._rounds + 2):
            told = _only(resolved, f"Told {number}", "again")
            edges.append(
                _parts(
                    [again, told],
                    f"Verify {number}",
                    comparing.more_edge_records,
                    how,
                    named=True,
                    number=number,
                )
            )
            resolved = _parts(
                edges, f"Resolve {number}", comparing.resolved_records, how, number=number
            )
        return _parts(
            [_only(resolved, "Removals", "naming"), _only(sets, "Ids", "naming")],
            "Naming",
            comparing.named_records,
            how,
        )


def _blocks(
    batches: beam.PCollection, label: str, function: _OfPartition, how: Comparison
) -> beam.PCollection:
    return batches | label >> beam.ParDo(_OfBatches(function, how)).with_output_types(Block)


def _grouped(blocks: list[beam.PCollection], label: str) -> beam.PCollection:
    whole = blocks[0] if len(blocks) == 1 else tuple(blocks) | f"{label}: all" >> beam.Flatten()
    return whole | f"{label}: group" >> beam.GroupByKey()


def _parts(
    blocks: list[beam.PCollection],
    label: str,
    function: _OfPartition,
    how: Comparison,
    named: bool = False,
    **more: int,
) -> beam.PCollection:
    """Applies a function to the blocks of each partition; `named` ones are told its number."""
    fn = _OfGroups(function, how, named, more)
    return _grouped(blocks, label) | label >> beam.ParDo(fn).with_output_types(Block)


def _only(blocks: beam.PCollection, label: str, kind: str) -> beam.PCollection:
    return blocks | label >> beam.ParDo(_Only(kind)).with_output_types(Block)


class _Checked(beam.DoFn):  # type: ignore[misc]
    """Refuses what is no batch of documents; gives every batch the columns that are filled."""

    def process(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yields one batch."""
        check_documents(batch, "Deduplicate")
        there = batch.schema.names
        missing = [field for field in marking.DUPLICATE if field.name not in there]
        yield with_columns(batch, {f.name: pa.nulls(batch.num_rows, f.type) for f in missing})


class _Others(beam.DoFn):  # type: ignore[misc]
    """Yields what is dropped already."""

    def process(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a batch that are not compared."""
        rest = comparing.others(batch)
        if rest.num_rows:
            yield rest


class _OfBatches(beam.DoFn):  # type: ignore[misc]
    """Makes blocks of each batch."""

    def __init__(self, function: _OfPartition, how: Comparison) -> None:
        self._function = function
        self._how = how

    def process(self, batch: pa.RecordBatch) -> Iterator[Block]:
        """Yields the blocks of one batch."""
        return self._function(batch, self._how)


class _OfGroups(beam.DoFn):  # type: ignore[misc]
    """Applies a function to all blocks of one key."""

    def __init__(
        self,
        function: _OfPartition,
        how: Comparison,
        named: bool = False,
        more: Mapping[str, int] | None = None,
    ) -> None:
        self._function = function
        self._how = how
        self._named = named
        self._more = dict(more or {})

    def process(self, group: tuple[str, Iterable[bytes]]) -> Iterator[Any]:
        """Yields what the function makes of one group."""
        key, blocks = group
        more: dict[str, Any] = dict(self._more)
        if self._named:
            more["partition"] = key.partition("/")[2]
        return self._function(blocks, how=self._how, **more)


class _Only(beam.DoFn):  # type: ignore[misc]
    """Lets blocks of one kind pass."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def process(self, block: Block) -> Iterator[Block]:
        """Yields the block, or nothing."""
        if comparing.kind_of(block) == self._kind:
            yield block
