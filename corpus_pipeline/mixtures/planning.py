"""From the section `mixture` and a finished corpus to what a loader reads.

ledger/ ──► copies of each document ──► segments of the stream of all shards   selection-*.arrow
index.json ──► tokens of each component ──► tokens of each stage               mixture.json
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.batches import with_columns
from corpus_pipeline.config.mixture import ComponentSection, MixtureSection, WeightSection
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.where.expressions import parse_expression
from corpus_pipeline.loader.mixture import SELECTION
from corpus_pipeline.mixtures.allocation import Available, StageRule, Weight, allocate
from corpus_pipeline.mixtures.choice import (
    Steps,
    Weighted,
    kept,
    limit_within,
    ordered,
    quantiles,
    segments,
    unordered,
)
from corpus_pipeline.mixtures.clusters import CLUSTER_SIZE, ClusterSizes, addresses
from corpus_pipeline.nearest import meant
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.index import TokenIndex
from corpus_pipeline.tokens.keys import content_keys

_PLACE = ("token_shard", "token_offset", "tokens")


@dataclasses.dataclass(frozen=True)
class Component:
    """What a mixture weighs as one, and what there is of it."""

    name: str
    section: ComponentSection
    sources: tuple[str, ...]
    """Of its documents, those that have tokens in its split."""
    documents: int
    """Those that are taken, each copy counted."""
    tokens: int
    selection: pa.Table | None
    """Columns of `SELECTION`; None: all documents of its sources and split."""


@dataclasses.dataclass(frozen=True)
class PlannedMixture:
    """Components, and the tokens of each that every stage takes."""

    seed: int
    components: tuple[Component, ...]
    stages: tuple[tuple[str, Mapping[str, int]], ...]
    """Name, and component -> tokens."""


def plan_mixture(
    section: MixtureSection,
    output: Place,
    index: TokenIndex,
    seed: int,
    sources: Iterable[str],
    splits: Iterable[str],
) -> PlannedMixture:
    """Chooses documents and allocates tokens.

    Takes about 60 bytes in memory for each document of a component that chooses.

    Args:
        section: of the configuration.
        output: folder of a finished run, with ledger/.
        index: of its shards.
        seed: of the run; decides which documents are kept.
        sources: names of all its sources, also of those that have no tokens.
        splits: names of all its splits.

    Raises:
        ConfigError: a component names what there is not, or needs more than there is.
    """
    parts = storage.children(output / "ledger", ".parquet")
    check_mixture(section, _schema(parts), sources, splits)
    names = dict.fromkeys(name for stage in section.stages for name in stage.mix)
    components = tuple(
        _component(name, section.components.get(name), parts, index, seed) for name in names
    )
    available = {
        each.name: Available(
            each.tokens, Fraction(str(each.section.max_epochs or section.max_epochs))
        )
        for each in components
    }
    stages = [
        StageRule(each.name, {n: _weight(w) for n, w in each.mix.items()}, each.tokens)
        for each in section.stages
    ]
    tokens = allocate(stages, available)
    named = tuple((stage.name, each) for stage, each in zip(stages, tokens, strict=True))
    return PlannedMixture(seed, components, named)


def check_mixture(
    section: MixtureSection, ledger: pa.Schema, sources: Iterable[str], splits: Iterable[str]
) -> None:
    """Refuses a mixture of what a corpus cannot have.

    Args:
        section: of the configuration.
        ledger: columns of the corpus's ledger.
        sources: names of all its sources.
        splits: names of all its splits.

    Raises:
        ConfigError: one line with the component, and what may have been meant.
    """
    ledger = ledger.append(pa.field(CLUSTER_SIZE, pa.int64()))
    names = dict.fromkeys(name for stage in section.stages for name in stage.mix)
    if unused := sorted(section.components.keys() - names.keys()):
        raise ConfigError(f"mixture: no stage takes the component {unused[0]}; add it to a mix")
    for name in names:
        each = section.components.get(name, ComponentSection())
        known = [*sources, *section.components] if each.sources is None else list(sources)
        for source in each.sources or (name,):
            if source not in sources:
                raise ConfigError(
                    f"mixture: {name}: no source is called {source!r}; {_near(source, known)}"
                )
        if each.split not in splits:
            raise ConfigError(
                f"mixture: {name}: no split is called {each.split!r}; {_near(each.split, splits)}"
            )
        if each.where is not None:
            try:
                parse_expression(each.where).check(ledger)
            except ConfigError as error:
                raise ConfigError(f"mixture: {name}: where: {error}") from error
        if each.repeat is not None:
            _check_column(f"mixture: {name}: repeat", each.repeat.column, ledger)


def _near(name: str, known: Iterable[str]) -> str:
    return meant(name, sorted(set(known)))


def _check_column(where: str, column: str, ledger: pa.Schema) -> None:
    if column not in ledger.names:
        hint = meant(column, ledger.names, "see docs/data-contract.md")
        raise ConfigError(f"{where}: the ledger has no column {column!r}; {hint}")
    type_ = ledger.field(column).type
    if not (pa.types.is_integer(type_) or pa.types.is_floating(type_)):
        raise ConfigError(f"{where}: the column {column} is {type_}, not a number; name another")


def _weight(section: WeightSection) -> Weight:
    def exact(value: float | None) -> Fraction | None:
        return None if value is None else Fraction(str(value))

    return Weight(exact(section.share), exact(section.epochs), section.tokens)


def _schema(parts: Sequence[Place]) -> pa.Schema:
    if not parts:
        return pa.schema([])
    with storage.open_parquet(parts[0]) as file:
        return file.schema_arrow


def _component(
    name: str,
    section: ComponentSection | None,
    parts: Sequence[Place],
    index: TokenIndex,
    seed: int,
) -> Component:
    section = section or ComponentSection()
    # A source may have no document in the split, or none at all; the loader must not look for it.
    named = section.sources or (name,)
    streams = [
        each
        for each in index.streams()
        if each["split"] == section.split and each["source"] in named
    ]
    sources = tuple(each["source"] for each in streams)
    if section.chooses:
        chosen = _Choice(section, sources, parts, index, seed)
        return Component(name, section, sources, *chosen.selected())
    documents, tokens = (sum(each[key] for each in streams) for key in ("documents", "tokens"))
    return Component(name, section, sources, documents, tokens, None)


class _Choice:
    """Reads what the ledger has of a component's documents, and chooses."""

    def __init__(
        self,
        section: ComponentSection,
        sources: tuple[str, ...],
        parts: Sequence[Place],
        index: TokenIndex,
        seed: int,
    ) -> None:
        self.section, self.sources, self.parts, self.seed = section, sources, parts, seed
        lengths = [shard.tokens for shard in index.shards]
        self.shard_starts = np.cumsum([0, *lengths]).astype(np.int64)
        self.where = None if section.where is None else parse_expression(section.where)
        self.columns = {"source", "split", "content_hash", *_PLACE}
        if self.where is not None:
            self.columns |= set(self.where.columns)
        if section.repeat is not None:
            self.columns.add(section.repeat.column)
        self.clusters = ClusterSizes.of_ledger(parts) if CLUSTER_SIZE in self.columns else None

    def selected(self) -> tuple[int, int, pa.Table]:
        """Returns documents, tokens and segments of what is taken."""
        steps = self._steps()
        limit = None if self.section.cap is None else self._limit(steps, self.section.cap)
        places, lengths, copies = [], [], []
        for batch in self._batches():
            times = self._copies(batch, steps)
            if limit is not None and limit < 1 << 64:
                times = np.where(self._cap_keys(batch) < np.uint64(limit), times, 0)
            taken = times > 0
            places.append(self._places(batch)[taken])
            lengths.append(self._lengths(batch)[taken].astype(np.int32))
            copies.append(times[taken].astype(np.int16))
        order = np.argsort(_joined(places, np.int64), kind="stable")
        first, size, times = (
            _joined(parts, dtype)[order]
            for parts, dtype in ((places, np.int64), (lengths, np.int32), (copies, np.int16))
        )
        layers = list(segments(first, size.astype(np.int64), times))
        tokens, sizes = (_joined([layer[k] for layer in layers], np.int64) for k in range(2))
        begins = np.cumsum(sizes) - sizes
        table = pa.table([pa.array(begins), pa.array(tokens)], schema=SELECTION)
        return int(times.sum()), int(sizes.sum()), table

    def _batches(self) -> Iterator[pa.RecordBatch]:
        """Yields the documents of the component, in the order of the ledger."""
        columns = self.columns | ({"unit", "row"} if self.clusters is not None else set())
        mine = pc.field("split") == self.section.split
        mine &= pc.field("source").isin(pa.array(self.sources, pa.string()))
        for path in self.parts:
            there = sorted(columns - {CLUSTER_SIZE})
            table = storage.read_parquet(path, columns=there, filters=mine)
            for batch in table.combine_chunks().to_batches():
                if self.clusters is not None:
                    sizes = pa.array(self.clusters.of(addresses(batch)))
                    batch = with_columns(batch, {CLUSTER_SIZE: sizes})
                if self.where is not None:
                    batch = batch.filter(pa.array(self.where.evaluate(batch)))
                if self.section.keep < 1:
                    here = kept(batch["content_hash"], self.section.keep, self.seed)
                    batch = batch.filter(pa.array(here))
                if batch.num_rows:
                    yield batch

    def _values(self, batch: pa.RecordBatch) -> NDArray[np.float64]:
        assert self.section.repeat is not None
        column = batch[self.section.repeat.column].cast(pa.float64())
        values: NDArray[np.float64] = column.fill_null(float("nan")).to_numpy()
        return values

    def _steps(self) -> Steps | None:
        """Returns the copies by value; percentiles become values first."""
        repeat = self.section.repeat
        if repeat is None:
            return None
        bounds = sorted(repeat.copies)
        copies = tuple(repeat.copies[bound] for bound in bounds)
        if repeat.by == "value":
            return Steps(tuple(bounds), copies)

        def passes() -> Iterator[Weighted]:
            for batch in self._batches():
                values = self._values(batch)
                valid = ~np.isnan(values)
                yield ordered(values[valid]), self._lengths(batch)[valid]

        shares = [Fraction(str(bound)) / 100 for bound in bounds]
        values = [unordered(value) for value in quantiles(passes, shares)]
        return Steps(tuple(values), copies)

    def _copies(self, batch: pa.RecordBatch, steps: Steps | None) -> NDArray[np.int64]:
        if steps is None:
            return np.ones(batch.num_rows, np.int64)
        keys = content_keys(batch["content_hash"], self.seed, "repeat")
        return steps.copies_of(self._values(batch), keys)

    def _limit(self, steps: Steps | None, cap: int) -> int:
        """Finds the key below which documents fit under the cap."""

        def passes() -> Iterator[Weighted]:
            for batch in self._batches():
                weights = self._copies(batch, steps) * self._lengths(batch)
                yield self._cap_keys(batch), weights

        return limit_within(passes, cap)

    def _cap_keys(self, batch: pa.RecordBatch) -> NDArray[np.uint64]:
        return content_keys(batch["content_hash"], self.seed, "cap")

    def _places(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        starts = self.shard_starts[batch["token_shard"].to_numpy()]
        places: NDArray[np.int64] = starts + batch["token_offset"].to_numpy()
        return places

    def _lengths(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        lengths: NDArray[np.int64] = batch["tokens"].to_numpy().astype(np.int64)
        return lengths


def _joined(parts: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype), *parts])
