"""Phases that are one task of the driver: merges of few removals, edges of all partitions."""

import numpy as np
import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.batches import one_batch
from corpus_pipeline.dedup.components import document_removals
from corpus_pipeline.pipelines.workspace import FileEntry, Workspace, read_table
from corpus_pipeline.stages.dedup import removals_folder
from corpus_pipeline.stages.matching import MatchOptions, write_merged


def merge(options: MatchOptions) -> list[FileEntry]:
    """Does what a phase of merging does, group after group.

    Takes three times the records of one group in memory.
    """
    (folder,) = options.inputs
    paths = storage.children(options.workspace.work / folder.path, ".arrow")
    entries = []
    for group in range(options.total_partitions if paths else 0):
        batches = []
        for path in paths:
            with storage.open_arrow(path) as file:
                batches.append(file.get_batch(group))
        entries += write_merged(options, batches)
    return entries


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
    return workspace.put_groups(removals_folder(workspace, "components"), removals)
