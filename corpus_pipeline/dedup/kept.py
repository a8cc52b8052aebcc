"""Who stays: each document that is similar to no document that stays and comes before it.

    order of survival    1   2   3   4   5
    verified pairs       1 ─ 2 ─ 3 ─ 4   5         2 goes for 1; 3 stays, as 2 is gone; 4 goes for 3

Every document that goes is similar to one that stays, and of those that stay no two are (the first
maximal independent set in the order of survival). Connected components would keep 1 and 5 alone,
though 1 and 4 may have nothing in common.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.edges import EdgeGraph, more_similar, removal_batch
from corpus_pipeline.kernels import kernel


@kernel
def _partners(order, first, second, intersection, union, best):  # type: ignore[no-untyped-def]
    """Fills `best`, int64[N]: the edge to the most similar document that stays, -1 for who stays.

    Edges come by their lesser end: when it is due, all that could remove it has been seen.
    """
    for position in range(len(order)):
        edge = order[position]
        centre, other = first[edge], second[edge]
        if centre == other or best[centre] >= 0:
            continue
        rival = best[other]
        if rival >= 0:
            compared = more_similar(intersection, union, edge, rival)
            if compared < 0 or (compared == 0 and first[rival] <= centre):
                continue
        best[other] = edge


def kept_partners(graph: EdgeGraph) -> NDArray[np.int64]:
    """Finds, for each document, the edge for which it goes.

    Returns:
        int64[N]: the edge to the most similar document that stays and survives it, of equals the
        one that survives; -1 for a document that stays.
    """
    best = np.full(len(graph.addresses), -1, np.int64)
    order = np.argsort(graph.first)
    _partners(order, graph.first, graph.second, graph.intersection, graph.union, best)
    return best


def kept_removals(graph: EdgeGraph) -> pa.RecordBatch:
    """Finds the documents to remove; the result is the same for any order of the edges.

    Memory beside the graph: 8 bytes an edge, 8 bytes a node, and the removals.

    Returns:
        A batch of schema `DOCUMENT_REMOVALS`, sorted by address. `duplicate_of` and `partner` are
        the same document, which stays, and so are both similarities.

    >>> from corpus_pipeline.dedup.edges import edge_graph
    >>> edges = {"a": [1, 2], "b": [2, 3], "rank_a": [0, 0], "rank_b": [0, 0],
    ...          "intersection": [7, 8], "union": [10, 10]}
    >>> for row in kept_removals(edge_graph(lambda: [pa.record_batch(edges)])).to_pylist():
    ...     print(*row.values())
    2 1 1 0.7 0.7
    """
    best = kept_partners(graph)
    removed = np.flatnonzero(best >= 0)
    edge = best[removed]
    return removal_batch(graph, removed, graph.first[edge].astype(np.int64), edge, edge)


def undone(graph: EdgeGraph, known: int = 0) -> NDArray[np.bool_]:
    """Tells which documents stay and were not compared with all that stay in their buckets.

    A star takes what is similar to its centre out of the bucket. If the centre goes, what it took
    out is to be compared with the rest (see `verification.verify_buckets`), and again whenever a
    document stays that went for the edges known before, for it was left out then.

    Args:
        graph: all edges.
        known: so many edges were there when buckets were compared for the last time; those after
            them are what that comparison has found.

    Returns:
        bool[N].
    """
    stays = kept_partners(graph) < 0
    taken = np.zeros(len(graph.addresses), np.bool_)
    taken[graph.second[known:][graph.first[known:] != graph.second[known:]]] = True
    before = graph._replace(
        **{name: getattr(graph, name)[:known] for name in graph._fields if name != "addresses"}
    )
    return stays & (taken | (kept_partners(before) >= 0))
