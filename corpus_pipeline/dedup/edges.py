"""The graph of verified pairs, in 16 bytes an edge, and the removals that come out of it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.survivors import group_order, positions_of
from corpus_pipeline.kernels import kernel

#: Columns of the documents that near copies remove.
DOCUMENT_REMOVALS = pa.schema(
    [
        pa.field(
            "address", pa.uint64(), False, {"meaning": "packed address of a removed document"}
        ),
        pa.field("duplicate_of", pa.uint64(), False, {"meaning": "document that stays for it"}),
        pa.field(
            "partner", pa.uint64(), False, {"meaning": "document whose similarity removed it"}
        ),
        pa.field(
            "jaccard", pa.float64(), False, {"meaning": "of the shingle sets of it and its partner"}
        ),
        pa.field(
            "survivor_jaccard",
            pa.float64(),
            True,
            {"meaning": "of those of it and duplicate_of; null if that pair is no verified edge"},
        ),
    ]
)

#: Addresses and ranks that are merged into the nodes at once.
_TOGETHER = 1 << 22


class EdgeGraph(NamedTuple):
    """E edges between N documents; documents are numbered in the order of survival.

    Document 0 is the least by (rank, address): the one that would survive all others.
    """

    addresses: NDArray[np.uint64]
    """uint64[N], packed."""
    first: NDArray[np.int32]
    """int32[E], the lesser number of each edge."""
    second: NDArray[np.int32]
    """int32[E], the greater one."""
    intersection: NDArray[np.int32]
    """int32[E], shingles that both have."""
    union: NDArray[np.int32]
    """int32[E], shingles that at least one has."""


def edge_graph(batches: Callable[[], Iterable[pa.RecordBatch]]) -> EdgeGraph:
    """Reads edges, twice, into a graph.

    Memory: 16 bytes an edge, and while the nodes are numbered about 60 bytes for each of them.

    Args:
        batches: gives the edges, the same each time: columns `a`, `b` (packed addresses), `rank_a`,
            `rank_b`, `intersection`, `union`. In any order and direction; an edge may be repeated.

    >>> edge = {"a": [7], "b": [4], "rank_a": [1], "rank_b": [2], "intersection": [8], "union": [9]}
    >>> graph = edge_graph(lambda: [pa.record_batch(edge)])
    >>> graph.addresses.tolist(), graph.first.tolist(), graph.second.tolist()
    ([7, 4], [0], [1])
    """
    nodes = np.zeros((2, 0), np.uint64)
    waiting: list[NDArray[np.uint64]] = []
    edges = 0
    for batch in batches():
        edges += batch.num_rows
        waiting += [_ends(batch, end) for end in "ab"]
        if sum(part.shape[1] for part in waiting) >= max(_TOGETHER, nodes.shape[1]):
            nodes, waiting = _merged([nodes, *waiting]), []
    nodes = _merged([nodes, *waiting])
    survival = group_order(nodes[1], nodes[0])
    number = np.empty(len(survival), np.int32)
    number[survival] = np.arange(len(survival), dtype=np.int32)
    columns = np.empty((4, edges), np.int32)
    filled = 0
    for batch in batches():
        here = slice(filled, filled + batch.num_rows)
        a, b = (
            number[positions_of(_column(batch, end), nodes[0], "the nodes of the graph")]
            for end in "ab"
        )
        columns[0, here] = np.minimum(a, b)
        columns[1, here] = np.maximum(a, b)
        columns[2, here] = batch["intersection"].to_numpy()
        columns[3, here] = batch["union"].to_numpy()
        filled += batch.num_rows
    return EdgeGraph(nodes[0][survival], *columns)


def _column(batch: pa.RecordBatch, name: str) -> NDArray[np.uint64]:
    values: NDArray[np.uint64] = batch[name].to_numpy().astype(np.uint64, copy=False)
    return values


def _ends(batch: pa.RecordBatch, end: str) -> NDArray[np.uint64]:
    return np.stack([_column(batch, end), _column(batch, f"rank_{end}")])


def _merged(parts: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """Joins (address, rank) pairs, ascending and each address once."""
    joined = np.concatenate(parts, axis=1)
    _, once = np.unique(joined[0], return_index=True)
    return joined[:, once]


@kernel
def more_similar(intersection, union, edge, rival):  # type: ignore[no-untyped-def]
    """1 if an edge has the higher Jaccard similarity, -1 if the rival has, 0 if they are equal."""
    mine = np.int64(intersection[edge]) * np.int64(union[rival])
    theirs = np.int64(intersection[rival]) * np.int64(union[edge])
    return int(mine > theirs) - int(mine < theirs)


def removal_batch(
    graph: EdgeGraph,
    removed: NDArray[np.int64],
    survivor: NDArray[np.int64],
    edge: NDArray[np.int64],
    survivor_edge: NDArray[np.int64],
) -> pa.RecordBatch:
    """Makes a batch of schema `DOCUMENT_REMOVALS`, sorted by address.

    Args:
        graph: the graph.
        removed: int64[R], numbers of documents.
        survivor: int64[R], who stays for each.
        edge: int64[R], the edge to the partner of each.
        survivor_edge: int64[R], the edge to the survivor, -1 where there is none.
    """
    order = np.argsort(graph.addresses[removed])
    removed, survivor, edge, survivor_edge = (
        x[order] for x in (removed, survivor, edge, survivor_edge)
    )
    partner = graph.first[edge].astype(np.int64) + graph.second[edge] - removed
    similarity = _similarities(graph, survivor_edge)
    columns = (
        pa.array(graph.addresses[removed]),
        pa.array(graph.addresses[survivor]),
        pa.array(graph.addresses[partner]),
        pa.array(_similarities(graph, edge)),
        pa.array(similarity, mask=survivor_edge < 0),
    )
    return pa.record_batch(list(columns), schema=DOCUMENT_REMOVALS)


def _similarities(graph: EdgeGraph, edges: NDArray[np.int64]) -> NDArray[np.float64]:
    """float64[R], the Jaccard similarity of each edge; of what is none, anything."""
    if len(graph.first) == 0:
        return np.zeros(len(edges))
    similarity: NDArray[np.float64] = graph.intersection[edges] / graph.union[edges]
    return similarity
