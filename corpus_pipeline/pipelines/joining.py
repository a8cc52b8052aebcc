"""Phases that are one task of the driver: removals of all partitions, edges of all partitions."""

import numpy as np
import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.batches import one_batch
from corpus_pipeline.dedup.components import document_removals
from corpus_pipeline.pipelines.workspace import FileEntry, Workspace, read_table
from corpus_pipeline.stages.dedup import removals_folder


def merge(workspace: Workspace, phase: str, partitions: int) -> list[FileEntry]:
    """Joins the removals of all partitions into one file sorted by address.

    Takes what the manifests name, 16 bytes and the item's name for each removed document in memory.
    """
    finished = workspace.manifests(phase, range(partitions))
    paths = [workspace.root / entry.path for each in finished for entry in each.files]
    if not paths:
        return []
    joined = pa.concat_tables([read_table(path) for path in paths]).sort_by("address")
    return [_write_removals(workspace, f"merge-{phase}", one_batch(joined))]


def components(workspace: Workspace) -> list[FileEntry]:
    """Joins all edges (about 200 bytes each at the peak) and writes the removals."""
    paths = storage.children(workspace.phase("verify") / "edges", ".arrow")
    if not paths:
        return []
    edges = one_batch(pa.concat_tables([read_table(path) for path in paths]))
    columns = {name: edges[name].to_numpy() for name in edges.schema.names}
    removals = document_removals(
        columns["a"], columns["b"], columns["intersection"], columns["union"],
        np.concatenate([columns["a"], columns["b"]]),
        np.concatenate([columns["rank_a"], columns["rank_b"]]),
    )  # fmt: skip
    return [_write_removals(workspace, "components", removals)]


def _write_removals(workspace: Workspace, phase: str, removals: pa.RecordBatch) -> FileEntry:
    return workspace.put_by_unit(removals_folder(workspace, phase) / "00000.arrow", removals)
