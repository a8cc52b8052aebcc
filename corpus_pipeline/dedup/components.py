"""Components: clusters of documents that verified edges connect, of each of which one stays."""

import numpy as np
import pyarrow as pa

from corpus_pipeline.dedup.edges import EdgeGraph, more_similar, removal_batch
from corpus_pipeline.kernels import kernel


@kernel
def _find(parents, node):  # type: ignore[no-untyped-def]
    """Walks to the root and halves the path; iterative, so a long chain needs no stack."""
    while parents[node] != node:
        parents[node] = parents[parents[node]]
        node = parents[node]
    return node


@kernel
def _unite(parents, first, second):  # type: ignore[no-untyped-def]
    """Joins clusters under their least node, so that every root is the survivor of its cluster."""
    for edge in range(len(first)):
        a, b = _find(parents, first[edge]), _find(parents, second[edge])
        if a < b:
            parents[b] = a
        else:
            parents[a] = b
    for node in range(len(parents)):
        parents[node] = _find(parents, node)


@kernel
def _closest(first, second, intersection, union, addresses, best):  # type: ignore[no-untyped-def]
    """Fills `best`, int64[N]: the edge of the highest Jaccard at each node, -1 for none.

    Ties go to the least address at the other end.
    """
    for edge in range(len(first)):
        if first[edge] == second[edge]:
            continue
        for end in range(2):
            node = first[edge] if end == 0 else second[edge]
            other = first[edge] + second[edge] - node
            rival = best[node]
            if rival >= 0:
                compared = more_similar(intersection, union, edge, rival)
                rival_other = first[rival] + second[rival] - node
                if compared < 0:
                    continue
                if compared == 0 and addresses[other] >= addresses[rival_other]:
                    continue
            best[node] = edge


@kernel
def _to_roots(first, second, parents, edges):  # type: ignore[no-untyped-def]
    """Fills `edges`, int64[N]: the edge between a node and the root of its cluster, -1 for none."""
    for edge in range(len(first)):
        if first[edge] != second[edge] and parents[second[edge]] == first[edge]:
            edges[second[edge]] = edge


def cluster_removals(graph: EdgeGraph) -> pa.RecordBatch:
    """Finds the documents to remove: all but the least of each connected cluster.

    The result is the same for any order of the edges. Memory beside the graph: 24 bytes a node, and
    the removals.

    Returns:
        A batch of schema `DOCUMENT_REMOVALS`, sorted by address. The partner is at the other end of
        the document's own edge with the highest Jaccard; of equals, the least address. It may go
        itself, and `duplicate_of` may have little in common with the document.

    >>> from corpus_pipeline.dedup.edges import edge_graph
    >>> edges = {"a": [1, 2], "b": [2, 3], "rank_a": [0, 0], "rank_b": [0, 0],
    ...          "intersection": [7, 8], "union": [10, 10]}
    >>> for row in cluster_removals(edge_graph(lambda: [pa.record_batch(edges)])).to_pylist():
    ...     print(*row.values())
    2 1 3 0.8 0.7
    3 1 2 0.8 None
    """
    parents = np.arange(len(graph.addresses))
    _unite(parents, graph.first, graph.second)
    best = np.full(len(parents), -1, np.int64)
    _closest(graph.first, graph.second, graph.intersection, graph.union, graph.addresses, best)
    to_root = np.full(len(parents), -1, np.int64)
    _to_roots(graph.first, graph.second, parents, to_root)
    removed = np.flatnonzero(parents != np.arange(len(parents)))
    return removal_batch(graph, removed, parents[removed], best[removed], to_root[removed])
