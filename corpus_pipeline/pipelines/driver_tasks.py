"""Phases that are one task of the driver: merges of few removals, who stays of near copies."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.batches import one_batch
from corpus_pipeline.dedup.components import cluster_removals
from corpus_pipeline.dedup.edges import EdgeGraph, edge_graph
from corpus_pipeline.dedup.kept import kept_partners, kept_removals, undone
from corpus_pipeline.dedup.peeling import STATES, left_edges
from corpus_pipeline.dedup.reopening import REMOVED, UNDONE
from corpus_pipeline.stages import near_copies
from corpus_pipeline.stages.match_options import MatchOptions, Outcome
from corpus_pipeline.stages.matching import by_columns, write_merged
from corpus_pipeline.workspace.state import FileEntry, Workspace, read_table

Edges = Callable[[], Iterable[pa.RecordBatch]]
"""Gives batches of edges, the same each time, one after the other in memory."""


def merge(options: MatchOptions) -> Outcome:
    """Does what a phase of merging does, group after group.

    Takes three times the records of one group in memory.
    """
    paths = [
        path
        for folder in options.inputs
        for path in storage.children(options.workspace.work / folder.path, ".arrow")
    ]
    entries: list[FileEntry] = []
    for group in range(options.total_partitions if paths else 0):
        batches = []
        for path in paths:
            with storage.open_arrow(path) as file:
                batches.append(file.get_batch(group))
        entries += write_merged(options, batches)
    return Outcome(entries)


def verify_again(options: MatchOptions, partitions: Sequence[int]) -> Outcome:
    """Does what a later round of *verify* does, partition after partition."""
    folders = [options.workspace.work / folder.path for folder in options.inputs]
    paths = [path for folder in folders for path in storage.children(folder, ".arrow")]
    held: dict[int, list[pa.RecordBatch]] = {partition: [] for partition in partitions}
    for path in paths:
        with storage.open_arrow(path) as file:
            for partition, batches in held.items():
                batches.append(file.get_batch(partition))
    files: list[FileEntry] = []
    counts: Counter[str] = Counter()
    for partition, batches in held.items():
        outcome = near_copies.verify_again(options, partition, by_columns(batches))
        files += outcome.files
        counts.update(outcome.counts)
    return Outcome(files, dict(counts))


def verified_edges(workspace: Workspace, phases: Iterable[str]) -> Edges:
    """Returns the edges that rounds of *verify* have found."""
    folders = [workspace.phase(phase) / "edges" for phase in phases]

    def batches() -> Iterator[pa.RecordBatch]:
        for folder in folders:
            for path in storage.children(folder, ".arrow"):
                yield one_batch(read_table(path))

    return batches


def told_partitions(workspace: Workspace, phase: str) -> list[int]:
    """Lists the partitions to which the driver's part of *resolve* has something to tell."""
    path = workspace.phase(phase) / "states" / "00000.arrow"
    with storage.open_arrow(path) as file:
        return [p for p in range(file.num_record_batches) if file.get_batch(p).num_rows]


def edges_left(workspace: Workspace, phase: str) -> Edges:
    """Returns the edges that a step of *resolve* has left."""

    def batches() -> Iterator[pa.RecordBatch]:
        for path in storage.children(workspace.phase(phase) / "left", ".arrow"):
            yield left_edges(read_table(path))

    return batches


def resolve(
    workspace: Workspace,
    phase: str,
    edges: Edges,
    partitions: int,
    components: bool,
    known: int = 0,
) -> Outcome:
    """Decides who stays of all documents with edges; writes removals, and who is not done.

    Takes 24 bytes an edge in memory and about 120 for each document.

    Args:
        workspace: of the run.
        phase: name of this round of *resolve*.
        edges: all that are not resolved yet.
        partitions: how many *verify* has.
        components: keep one document of each connected cluster.
        known: so many of the edges, the first, are from rounds before the last one.
    """
    # Without edges no kernel need be loaded into the driver.
    if not any(batch.num_rows for batch in edges()):
        return Outcome()
    graph = edge_graph(edges)
    removals = cluster_removals(graph) if components else kept_removals(graph)
    folder = workspace.phase(phase)
    files = [workspace.put_by_group(folder / "removals" / "00000.arrow", removals)]
    not_done = np.zeros(0, np.bool_) if components else undone(graph, known)
    if not_done.any():
        states = _states(graph, edges, not_done)
        path = folder / "states" / "00000.arrow"
        found_by = states["found"].to_numpy().astype(np.int64)
        told = states.select(["address", "state"])
        files.append(workspace.put_cut(path, told, found_by, partitions))
    return Outcome(files)


def _states(graph: EdgeGraph, edges: Edges, not_done: NDArray[np.bool_]) -> pa.RecordBatch:
    """Tells the partitions that hold documents which are not done what became of the others."""
    by_address = np.argsort(graph.addresses)
    addresses = graph.addresses[by_address]
    state = np.where(kept_partners(graph) >= 0, REMOVED, np.where(not_done, UNDONE, 0))
    states = state[by_address].astype(np.uint8)
    found: list[NDArray[np.uint64]] = []
    for batch in edges():
        parts = batch["found"].to_numpy()
        for part in np.unique(parts).tolist():
            here = parts == part
            ends = np.concatenate([batch[end].to_numpy()[here] for end in "ab"])
            ends = np.unique(ends)
            known = states[np.searchsorted(addresses, ends)]
            if (known == UNDONE).any():
                rows = np.stack([ends, known.astype(np.uint64), np.full(len(ends), part)])
                found.append(rows.astype(np.uint64)[:, known > 0])
    address, told, partition = np.concatenate(found, axis=1)
    columns = [address, told.astype(np.uint8), partition.astype(np.int32)]
    return pa.record_batch([pa.array(each) for each in columns], schema=STATES)
