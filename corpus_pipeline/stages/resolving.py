"""Who stays of near copies, in steps over partitions: if the edges are too many for one."""

import numpy as np
import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.batches import one_batch
from corpus_pipeline.dedup.blocks import partition_of
from corpus_pipeline.dedup.peeling import HALVES, MESSAGES, peel
from corpus_pipeline.stages.match_options import Batches, MatchOptions, Outcome
from corpus_pipeline.workspace.state import read_table


def resolve_step(options: MatchOptions, partition: int, batches: Batches) -> Outcome:
    """Decides what can be decided of one partition's documents.

    The first step is given the halves of all edges; later ones messages, and what the partition has
    left from the step before.
    """
    messages = batches.get(tuple(MESSAGES.names), _nothing(MESSAGES))
    peeled = peel(_halves(options, partition, batches), messages)
    workspace, name = options.workspace, f"{partition:05d}.arrow"
    folder = workspace.phase(options.phase)
    partitions = options.total_partitions
    files = []
    if peeled.left.num_rows:
        files.append(workspace.put_table(folder / "left" / name, peeled.left))
    if peeled.messages.num_rows:
        partition_ids = partition_of(peeled.messages["address"].to_numpy(), partitions)
        files.append(
            workspace.put_cut(
                folder / "messages" / name, peeled.messages, partition_ids, partitions
            )
        )
    if peeled.states.num_rows:
        partition_ids = peeled.states["found"].to_numpy().astype(np.int64)
        states = peeled.states.select(["address", "state"])
        files.append(workspace.put_cut(folder / "states" / name, states, partition_ids, partitions))
    if peeled.removals.num_rows:
        files.append(workspace.put_by_group(folder / "removals" / name, peeled.removals))
    return Outcome(files, {"left": peeled.left.num_rows})


def _halves(options: MatchOptions, partition: int, batches: Batches) -> pa.RecordBatch:
    if options.before is None:
        return batches[tuple(HALVES.names)]
    path = options.workspace.work / options.before / f"{partition:05d}.arrow"
    if not storage.exists(path):
        options.workspace.refuse_unseen(path, partition)
        return _nothing(HALVES)
    return one_batch(read_table(path))


def _nothing(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=schema)
