"""Clusters of edges, against a breadth-first search over dictionaries."""

from fractions import Fraction
from functools import partial

import numpy as np
import pyarrow as pa
from dedup.graphs import EDGES, RANKS, Edge, graph_of
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.dedup.components import cluster_removals
from corpus_pipeline.dedup.edges import DOCUMENT_REMOVALS, edge_graph

Removals = dict[int, tuple[int, int, float, float | None]]


def _removals(edges: list[Edge], ranks: list[int]) -> Removals:
    table = cluster_removals(graph_of(edges, dict(enumerate(ranks))))
    assert table.schema.equals(DOCUMENT_REMOVALS, check_metadata=True)
    found = table["address"].to_pylist()
    assert found == sorted(set(found))
    return {
        address: tuple(rest) for address, *rest in zip(*table.to_pydict().values(), strict=True)
    }


def _slow_removals(edges: list[Edge], ranks: dict[int, int]) -> Removals:
    neighbours: dict[int, list[tuple[Fraction, int]]] = {node: [] for node in ranks}
    for a, b, intersection, union in edges:
        if a != b:
            neighbours[a].append((Fraction(intersection, union), b))
            neighbours[b].append((Fraction(intersection, union), a))
    removals: Removals = {}
    seen: set[int] = set()
    for node in ranks:
        cluster, queue = {node}, [node]
        while queue:
            for _, other in neighbours[queue.pop()]:
                if other not in cluster:
                    cluster.add(other)
                    queue.append(other)
        if node in seen:
            continue
        seen |= cluster
        survivor = min(cluster, key=lambda member: (ranks[member], member))
        for member in cluster - {survivor}:
            ratio, partner = min(neighbours[member], key=lambda edge: (-edge[0], edge[1]))
            to_survivor = [r for r, other in neighbours[member] if other == survivor]
            known = float(max(to_survivor)) if to_survivor else None
            removals[member] = (survivor, partner, ratio.numerator / ratio.denominator, known)
    return removals


@settings(deadline=None, max_examples=300)
@given(EDGES, RANKS, st.data())
def test_equals_the_search_in_any_order_and_direction(
    edges: list[Edge], ranks: list[int], data: st.DataObject
) -> None:
    # One pair has one similarity.
    edges = list({frozenset(edge[:2]): edge for edge in edges}.values())
    expected = _slow_removals(edges, dict(enumerate(ranks)))
    assert _removals(edges, ranks) == expected
    turned = [Edge(b, a, i, u) for a, b, i, u in data.draw(st.permutations(edges))]
    assert _removals([*turned, *edges[:2]], ranks) == expected


def test_a_long_chain_needs_no_stack() -> None:
    size = 200_000
    chain = np.arange(size, dtype=np.uint64)
    counts = np.ones(size - 1, np.int32)
    for first, second in [(chain[:-1], chain[1:]), (chain[:0:-1], chain[-2::-1])]:
        ranks = {"rank_a": size - first, "rank_b": size - second}
        columns = {"a": first, "b": second, "intersection": counts, "union": counts, **ranks}
        batch = pa.record_batch(columns)
        table = cluster_removals(edge_graph(partial(list, [batch])))
        assert table.num_rows == size - 1
        assert set(table["duplicate_of"].to_pylist()) == {size - 1}


def test_the_partner_is_the_closest_document_not_the_survivor() -> None:
    edges = [Edge(1, 2, 8, 10), Edge(2, 3, 9, 10), Edge(1, 3, 7, 10)]
    removals = _removals(edges, [0, 0, 0, 0])
    assert removals == {2: (1, 3, 0.9, 0.8), 3: (1, 2, 0.9, 0.7)}


def test_a_survivor_that_was_not_compared_has_no_similarity() -> None:
    edges = [Edge(1, 2, 8, 10), Edge(2, 3, 9, 10)]
    assert _removals(edges, [0, 0, 0, 0])[3] == (1, 2, 0.9, None)


def test_no_edges() -> None:
    assert _removals([], [0, 0]) == {}
