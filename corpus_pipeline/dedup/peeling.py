"""Who stays, where the edges are too many for one process: step by step, in partitions.

Each document has its half of its edges in the partition of its address. In a step, every document
that is similar to one that stays goes, and every one whose lesser neighbours all go stays; both
tell their neighbours, who hear of it in the next step:

    partition of 2   2 ◄ 1 unknown, 2 ► 3        step 1: 1 tells that it stays
    partition of 3   3 ◄ 2 unknown               step 2: 2 tells that it goes        step 3: 3 stays

The least undecided document is decided in each step, most of the others in the first few. What is
left is given to `kept.kept_removals` as soon as it is small; the result is the same.
"""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.dedup.edges import DOCUMENT_REMOVALS, more_similar
from corpus_pipeline.dedup.reopening import REMOVED, UNDONE
from corpus_pipeline.kernels import kernel

#: What a document knows of its neighbour.
UNKNOWN, STAYS, GOES = 0, 1, 2

#: Half of an edge, as the document at this end has it.
HALVES = pa.schema(
    [
        pa.field("address", pa.uint64(), False, {"meaning": "the document"}),
        pa.field("rank", pa.uint64(), False, {"meaning": "of the document"}),
        pa.field("other", pa.uint64(), False, {"meaning": "its neighbour"}),
        pa.field("other_rank", pa.uint64(), False, {"meaning": "of the neighbour"}),
        pa.field("lesser", pa.bool_(), False, {"meaning": "the neighbour survives the document"}),
        pa.field("intersection", pa.int32(), False, {"meaning": "shingles that both have"}),
        pa.field("union", pa.int32(), False, {"meaning": "shingles that at least one has"}),
        pa.field("found", pa.int32(), False, {"meaning": "partition that verified the pair"}),
        pa.field("state", pa.uint8(), False, {"meaning": "of the neighbour"}),
        pa.field("told", pa.bool_(), False, {"meaning": "the document has told that it goes"}),
    ]
)
#: What a document hears of a neighbour.
MESSAGES = pa.schema(
    [
        pa.field("address", pa.uint64(), False, {"meaning": "who hears it"}),
        pa.field("other", pa.uint64(), False, {"meaning": "the neighbour that is decided"}),
        pa.field("state", pa.uint8(), False, {"meaning": "whether it stays or goes"}),
    ]
)
#: What partitions of *verify* are told of their documents.
STATES = pa.schema(
    [
        pa.field("address", pa.uint64(), False, {"meaning": "a document of an edge"}),
        pa.field("state", pa.uint8(), False, {"meaning": "removed or undone, see `reopening`"}),
        pa.field("found", pa.int32(), False, {"meaning": "partition that verified the edge"}),
    ]
)


class Peeled(NamedTuple):
    """What a step has made of one partition."""

    left: pa.RecordBatch
    """Of schema `HALVES`: what the next step goes on with."""
    messages: pa.RecordBatch
    """Of schema `MESSAGES`, for any partition."""
    states: pa.RecordBatch
    """Of schema `STATES`, for any partition of *verify*."""
    removals: pa.RecordBatch
    """Of schema `DOCUMENT_REMOVALS`, sorted by address."""


def half_edges(edges: pa.Table) -> pa.RecordBatch:
    """Makes both halves of each edge.

    Args:
        edges: E edges `a`, `b`, `rank_a`, `rank_b`, `intersection`, `union`, `found`; a survives b.

    Returns:
        2 E rows of schema `HALVES`.
    """
    count = edges.num_rows
    ends = {name: edges[name].to_numpy() for name in ("a", "b", "rank_a", "rank_b")}
    columns = {
        "address": np.concatenate([ends["a"], ends["b"]]),
        "rank": np.concatenate([ends["rank_a"], ends["rank_b"]]),
        "other": np.concatenate([ends["b"], ends["a"]]),
        "other_rank": np.concatenate([ends["rank_b"], ends["rank_a"]]),
        "lesser": np.repeat([False, True], count),
        **{n: np.tile(edges[n].to_numpy(), 2) for n in ("intersection", "union", "found")},
        "state": np.full(2 * count, UNKNOWN, np.uint8),
        "told": np.zeros(2 * count, np.bool_),
    }
    return _batch(columns, HALVES)


def left_edges(left: pa.Table) -> pa.RecordBatch:
    """Turns what a step has left into edges again, for `edges.edge_graph`.

    Edges from documents that go, and edges that only say what their other half says, too, are left
    out. A document that stays has no edge to a lesser one any more, so it stays there as well.
    """
    chosen = left.filter(pc.and_(left["lesser"], pc.not_equal(left["state"], GOES)))
    names = {"a": "other", "b": "address", "rank_a": "other_rank", "rank_b": "rank",
             "intersection": "intersection", "union": "union", "found": "found"}  # fmt: skip
    return pa.record_batch(
        {name: chosen[column].combine_chunks() for name, column in names.items()}
    )


@kernel
def _decide(documents, lesser, state, stays, waits, similar):  # type: ignore[no-untyped-def]
    """Sets, for each document, if a lesser neighbour stays, is unknown, exists."""
    for half in range(len(documents)):
        if lesser[half]:
            document = documents[half]
            similar[document] = True
            if state[half] == STAYS:
                stays[document] = True
            elif state[half] == UNKNOWN:
                waits[document] = True


@kernel
def _best(documents, lesser, state, other, other_rank, intersection, union, best):  # type: ignore[no-untyped-def]
    """Fills `best`, int64[N]: the half to the most similar neighbour that stays, -1 for none."""
    for half in range(len(documents)):
        if not lesser[half] or state[half] != STAYS:
            continue
        document = documents[half]
        rival = best[document]
        if rival >= 0:
            compared = more_similar(intersection, union, half, rival)
            if compared < 0:
                continue
            if compared == 0:
                if other_rank[half] > other_rank[rival]:
                    continue
                if other_rank[half] == other_rank[rival] and other[half] >= other[rival]:
                    continue
        best[document] = half


def peel(halves: pa.RecordBatch, messages: pa.RecordBatch) -> Peeled:
    """Does one step of one partition.

    Args:
        halves: of schema `HALVES`: all halves of the partition's undecided documents, and those
            of documents that go and are not done: see below.
        messages: of schema `MESSAGES`, of the step before.

    A document that goes has told so at once, but has to hear of all its lesser neighbours before it
    can name the most similar one that stays.
    """
    column = {name: halves[name].to_numpy(zero_copy_only=False) for name in halves.schema.names}
    lesser = column["lesser"] & (column["address"] != column["other"])
    state = column["state"].copy()
    if messages.num_rows:
        heard, first = np.unique(messages["other"].to_numpy(), return_index=True)
        position = np.minimum(np.searchsorted(heard, column["other"]), len(heard) - 1)
        known = heard[position] == column["other"]
        state[known] = messages["state"].to_numpy()[first[position[known]]]
    column["state"] = state
    documents, which = np.unique(column["address"], return_inverse=True)
    goes, waits, similar = np.zeros((3, len(documents)), np.bool_)
    _decide(which, lesser, state, goes, waits, similar)
    told = np.zeros(len(documents), np.bool_)
    told[which[column["told"]]] = True
    decided = goes | ~waits
    new = (decided & ~told)[which]

    out = new & ~lesser
    said = np.where(goes[which], GOES, STAYS).astype(np.uint8)
    sent = {"address": column["other"][out], "other": column["address"][out], "state": said[out]}
    # Of those that stay, who is similar to nobody before it is not worth a word.
    states = np.where(goes, REMOVED, np.where(similar, UNDONE, 0)).astype(np.uint8)[which]
    worth = new & (states > 0)
    shown = {"address": column["address"][worth], "state": states[worth],
             "found": column["found"][worth]}  # fmt: skip
    # Who goes is done a step after it has told so: till then its neighbours count on its edges.
    done = goes & ~waits & told
    left = ~decided[which] | ((goes & ~done)[which] & lesser)
    column["told"] = goes[which]
    return Peeled(
        _batch({name: values[left] for name, values in column.items()}, HALVES),
        _batch(sent, MESSAGES),
        _batch(_distinct(shown), STATES),
        _removals(column, documents, which, lesser, done),
    )


def _removals(
    column: dict[str, NDArray[Any]],
    documents: NDArray[np.uint64],
    which: NDArray[np.int64],
    lesser: NDArray[np.bool_],
    gone: NDArray[np.bool_],
) -> pa.RecordBatch:
    best = np.full(len(documents), -1, np.int64)
    names = ("state", "other", "other_rank", "intersection", "union")
    _best(which, lesser, *(column[name] for name in names), best)
    half = best[gone]
    partner = column["other"][half]
    similarity = column["intersection"][half] / column["union"][half]
    columns = [documents[gone], partner, partner, similarity, similarity]
    return pa.record_batch([pa.array(each) for each in columns], schema=DOCUMENT_REMOVALS)


def _distinct(states: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Keeps one row for each document and partition."""
    order = np.lexsort([states["found"], states["address"]])
    ordered = {name: values[order] for name, values in states.items()}
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(ordered["address"]) > 0) | (np.diff(ordered["found"]) > 0)
    return {name: values[first] for name, values in ordered.items()}


def _batch(columns: dict[str, NDArray[Any]], schema: pa.Schema) -> pa.RecordBatch:
    arrays = [pa.array(columns[field.name], field.type) for field in schema]
    return pa.record_batch(arrays, schema=schema)
