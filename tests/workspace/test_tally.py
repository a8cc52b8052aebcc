"""Sums of what items have counted: documents, drops, what stays."""

from collections.abc import Mapping

import pytest

from corpus_pipeline.workspace.tally import Tally, is_tallied, tally_of_run

Counts = Mapping[str, int]


@pytest.mark.parametrize(
    ("added", "documents", "drops", "kept"),
    [
        ([], 0, {}, 0),
        ([("prepare", {})], 0, {}, 0),
        (
            [("prepare", {"documents": 5, "dropped-read-null-text": 2, "skipped-request": 9})],
            5, {"read-null-text": 2}, 0,
        ),
        # Two items of a pass.
        ([("prepare", {"documents": 5}), ("prepare", {"documents": 3})], 8, {}, 0),
        # Copies count when their match is merged, and not again when they are dropped.
        ([("merge-exact", {"found": 3})], 0, {"exact-duplicate": 3}, 0),
        ([("exact", {"found": 3})], 0, {}, 0),
        (
            [("prepare", {"documents": 9}), ("merge-exact", {"found": 3}),
             ("finish", {"documents": 9, "dropped-exact-duplicate": 3})],
            9, {"exact-duplicate": 3}, 6,
        ),
        # A contaminated document may hold several items: what was found is no number of documents.
        (
            [("prepare", {"documents": 9}), ("merge-contamination", {"found": 4}),
             ("finish", {"documents": 9, "dropped-contaminated": 1})],
            9, {"contaminated": 1}, 8,
        ),
        # Windows of sentences are no documents.
        ([("merge-sentence", {"found": 40})], 0, {}, 0),
        # A pass between the first and the last.
        (
            [("prepare", {"documents": 9, "dropped-a-rule": 1}),
             ("prepare-2", {"documents": 8, "dropped-another-rule": 2}),
             ("finish", {"documents": 6})],
            9, {"a-rule": 1, "another-rule": 2}, 6,
        ),
    ],
)  # fmt: skip
def test_what_counts(
    added: list[tuple[str, Counts]], documents: int, drops: dict[str, int], kept: int
) -> None:
    tally = Tally()
    for phase, counts in added:
        tally.add(phase, counts)
    assert (tally.documents, dict(tally.drops), tally.kept) == (documents, drops, kept)
    assert tally.dropped == sum(drops.values())


def test_the_most_frequent_reasons_come_first() -> None:
    tally = Tally()
    tally.add("prepare", {"dropped-b": 2, "dropped-a": 2, "dropped-c": 7, "dropped-d": 0})
    assert tally.top(2) == [("c", 7), ("a", 2)]
    assert tally.top(9) == [("c", 7), ("a", 2), ("b", 2)]


def test_unreadable_records_are_errors_of_reading_and_of_steps() -> None:
    tally = Tally()
    tally.add("prepare", {"dropped-read-broken-json": 2, "dropped-read-http-status": 5})
    tally.add("finish", {"dropped-my-rule-error": 1, "dropped-language-not-kept": 3})
    assert tally.unreadable == 3


def test_phases_without_documents_are_not_tallied() -> None:
    names = ["prepare", "finish", "merge-exact", "merge-resolve", "exact", "ledger", "merge-shards"]
    assert [name for name in names if is_tallied(name)] == names[:4]


def test_a_finished_run() -> None:
    counts = {"documents": 8, "dropped-a": 3, "dropped-b": 0, "tokens": 70, "pii_email": 2}
    tally = tally_of_run({"counts": counts})
    assert (tally.documents, tally.kept, tally.tokens, tally.top(5)) == (8, 5, 70, [("a", 3)])
