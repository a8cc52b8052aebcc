"""Who stays of near copies, against a greedy loop over lists."""

import numpy as np
import pyarrow as pa
import pytest
from dedup.graphs import EDGES, RANKS, Edge, batch_of, graph_of, slow_kept
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.dedup.edges import DOCUMENT_REMOVALS, edge_graph
from corpus_pipeline.dedup.kept import kept_removals, undone
from corpus_pipeline.dedup.peeling import (
    HALVES,
    MESSAGES,
    half_edges,
    left_edges,
    peel,
)
from corpus_pipeline.dedup.reopening import REMOVED, UNDONE

Removals = dict[int, tuple[int, float]]


def _read(tables: list[pa.RecordBatch]) -> Removals:
    found: Removals = {}
    for table in tables:
        assert table.schema.equals(DOCUMENT_REMOVALS, check_metadata=True)
        for row in table.to_pylist():
            assert row["duplicate_of"] == row["partner"]
            assert row["survivor_jaccard"] == row["jaccard"]
            assert row["address"] not in found
            found[row["address"]] = (row["duplicate_of"], row["jaccard"])
    return found


def _expected(edges: list[Edge], ranks: list[int]) -> Removals:
    gone = slow_kept(edges, dict(enumerate(ranks)))
    return {node: (other, r.numerator / r.denominator) for node, (other, r) in gone.items()}


def _distinct(edges: list[Edge]) -> list[Edge]:
    """One pair has one similarity, and nothing is compared with itself."""
    return list({frozenset(e[:2]): e for e in edges if e.a != e.b}.values())


@settings(deadline=None, max_examples=300)
@given(EDGES, RANKS, st.data())
def test_equals_the_loop_in_any_order_and_direction(
    edges: list[Edge], ranks: list[int], data: st.DataObject
) -> None:
    edges = _distinct(edges)
    expected = _expected(edges, ranks)
    nodes = dict(enumerate(ranks))
    assert _read([kept_removals(graph_of(edges, nodes))]) == expected
    turned = [Edge(b, a, i, u) for a, b, i, u in data.draw(st.permutations(edges))]
    again = kept_removals(graph_of([*turned, *edges[:2]], nodes, cuts=3))
    assert _read([again]) == expected


@settings(deadline=None, max_examples=300)
@given(EDGES, RANKS)
def test_who_goes_names_who_stays_and_who_stays_has_nothing_similar(
    edges: list[Edge], ranks: list[int]
) -> None:
    edges = _distinct(edges)
    gone = _read([kept_removals(graph_of(edges, dict(enumerate(ranks))))])
    assert not {other for other, _ in gone.values()} & gone.keys()
    assert all(e.a in gone or e.b in gone for e in edges)


@settings(deadline=None, max_examples=300)
@given(EDGES, RANKS, st.integers(1, 3), st.integers(0, 9))
def test_steps_over_partitions_give_the_same(
    edges: list[Edge], ranks: list[int], partitions: int, steps: int
) -> None:
    """After any number of steps, the driver goes on with what is left."""
    nodes = dict(enumerate(ranks))
    edges = [
        e if (ranks[e.a], e.a) < (ranks[e.b], e.b) else Edge(e.b, e.a, *e[2:])
        for e in _distinct(edges)
    ]
    halves = half_edges(pa.Table.from_batches([batch_of(edges, nodes)]))
    own = [_of(halves, part, partitions) for part in range(partitions)]
    messages = _none(MESSAGES)
    removals, states, count = [], set(), len(edges)
    for _ in range(steps):
        heard = [_of(messages, part, partitions) for part in range(partitions)]
        peeled = [peel(each, told) for each, told in zip(own, heard, strict=True)]
        own = [each.left for each in peeled]
        messages = pa.Table.from_batches([each.messages for each in peeled]).combine_chunks()
        messages = (messages.to_batches() or [_none(MESSAGES)])[0]
        removals += [each.removals for each in peeled]
        states |= {(r["address"], r["state"]) for e in peeled for r in e.states.to_pylist()}
    left = [left_edges(pa.Table.from_batches([each])) for each in own]
    assert sum(each.num_rows for each in left) <= count
    graph = edge_graph(lambda: left)
    found = _read([*removals, kept_removals(graph)])
    assert found == _expected(edges, ranks)
    states |= {(int(a), UNDONE) for a in graph.addresses[undone(graph)]}
    similar = {e.b for e in edges}
    assert {a for a, state in states if state == UNDONE} == similar - found.keys()
    if steps == 9:
        assert all(each.num_rows == 0 for each in own)
        assert {a for a, state in states if state == REMOVED} == found.keys()


def _of(batch: pa.RecordBatch, part: int, partitions: int) -> pa.RecordBatch:
    return batch.filter(pa.array(batch["address"].to_numpy() % partitions == part))


def _none(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([], schema=schema)


def test_nothing_left_and_nothing_heard() -> None:
    peeled = peel(_none(HALVES), _none(MESSAGES))
    assert [each.num_rows for each in peeled] == [0, 0, 0, 0]


@pytest.mark.parametrize("ascending", [True, False])
def test_of_a_chain_every_other_document_stays(ascending: bool) -> None:
    size = 200_001
    chain = np.arange(size, dtype=np.uint64)
    ranks = chain if ascending else size - chain
    counts = np.ones(size - 1, np.int32)
    batch = pa.record_batch(
        {
            "a": chain[:-1], "b": chain[1:], "rank_a": ranks[:-1], "rank_b": ranks[1:],
            "intersection": counts, "union": counts,
        }
    )  # fmt: skip
    removed = kept_removals(edge_graph(lambda: [batch]))
    assert removed["address"].to_pylist() == list(range(1, size, 2))


def test_of_a_star_the_centre_stays() -> None:
    edges = [Edge(0, leaf, 8, 10) for leaf in range(1, 10)]
    gone = _read([kept_removals(graph_of(edges, dict.fromkeys(range(10), 0)))])
    assert gone == dict.fromkeys(range(1, 10), (0, 0.8))


def test_the_partner_is_the_most_similar_that_stays_and_of_equals_the_first() -> None:
    ranks = {0: 0, 1: 1, 2: 2, 3: 3}
    # 2 is the most similar to 3, but goes itself.
    edges = [Edge(0, 2, 8, 10), Edge(2, 3, 9, 10), Edge(0, 3, 7, 10), Edge(1, 3, 14, 20)]
    assert _read([kept_removals(graph_of(edges, ranks))]) == {2: (0, 0.8), 3: (0, 0.7)}


def test_who_stays_although_a_star_took_it_is_undone() -> None:
    graph = graph_of(
        [Edge(0, 1, 8, 10), Edge(1, 2, 8, 10), Edge(1, 3, 8, 10)], dict.fromkeys(range(4), 0)
    )
    assert graph.addresses[undone(graph)].tolist() == [2, 3]
