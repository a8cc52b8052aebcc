"""Graphs of similar documents for tests, and the slow obvious ways to decide who stays."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from corpus_pipeline.dedup.edges import EdgeGraph, edge_graph


class Edge(NamedTuple):
    """One row of the edges."""

    a: int
    b: int
    intersection: int
    union: int


#: Similarities with the same ratio in different terms are ties.
RATIOS = st.sampled_from([(7, 10), (14, 20), (8, 10), (2_000_000_000, 2_000_000_001)])
EDGES = st.lists(
    st.builds(lambda a, b, r: Edge(a, b, *r), st.integers(0, 9), st.integers(0, 9), RATIOS),
    max_size=14,
)
RANKS = st.lists(st.integers(0, 3), min_size=10, max_size=10)


def batch_of(edges: list[Edge], ranks: dict[int, int]) -> pa.RecordBatch:
    """Edges as partitions write them."""
    columns = np.array(edges, np.int64).reshape(-1, 4).T
    a, b = columns[0].astype(np.uint64), columns[1].astype(np.uint64)
    rank_a, rank_b = (np.array([ranks[int(x)] for x in ends], np.uint64) for ends in (a, b))
    return pa.record_batch(
        {
            "a": a, "b": b, "intersection": columns[2].astype(np.int32),
            "union": columns[3].astype(np.int32), "rank_a": rank_a, "rank_b": rank_b,
            "found": np.zeros(len(a), np.int32),
        }
    )  # fmt: skip


def graph_of(edges: list[Edge], ranks: dict[int, int], cuts: int = 2) -> EdgeGraph:
    """The graph of edges that come in several batches."""
    whole = batch_of(edges, ranks)
    step = max(1, -(-whole.num_rows // cuts))
    parts = [whole.slice(start, step) for start in range(0, whole.num_rows, step)]
    return edge_graph(lambda: parts)


def slow_kept(edges: list[Edge], ranks: dict[int, int]) -> dict[int, tuple[int, Fraction]]:
    """Greedy in the order of survival: document -> (who stays for it, similarity)."""
    gone: dict[int, tuple[int, Fraction]] = {}
    stay: list[int] = []
    for node in sorted(ranks, key=lambda node: (ranks[node], node)):
        near = [
            (-Fraction(e.intersection, e.union), stay.index(other), other)
            for e in edges
            for mine, other in ((e.a, e.b), (e.b, e.a))
            if mine == node and other in stay
        ]
        if near:
            ratio, _, other = min(near)
            gone[node] = (other, -ratio)
        else:
            stay.append(node)
    return gone
