"""Paragraphs that were seen before, against a dictionary of all n-grams."""

import re
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.dedup.anchors import repeated_anchors
from corpus_pipeline.dedup.ngrams import (
    NgramRuns,
    ParagraphOptions,
    find_ngram_anchors,
    hash_ngrams,
)
from corpus_pipeline.dedup.paragraphs import (
    SEEN_NGRAMS,
    JudgedParagraphs,
    judge_paragraphs,
    seen_ngrams,
)
from corpus_pipeline.dedup.sentence_cuts import cut_spans

Key = tuple[int, int, int]
"""(rank, address, number of the paragraph)."""


def runs_of(texts: pa.Array, options: ParagraphOptions) -> NgramRuns:
    """Does both looks at one batch, whose rows are the addresses."""
    anchors = find_ngram_anchors(texts, options)
    rows = np.repeat(np.arange(len(texts), dtype=np.uint64), np.diff(anchors.offsets))
    wanted = repeated_anchors(anchors.hashes, rows).records
    offsets = np.searchsorted(wanted["address"].to_numpy(), np.arange(len(texts) + 1))
    return hash_ngrams(texts, offsets.astype(np.int64), wanted["key"].to_numpy(), options)


def picked(runs: NgramRuns, order: Sequence[int]) -> NgramRuns:
    """Returns some of the runs."""
    parts = [runs.hashes[runs.offsets[i] : runs.offsets[i + 1]] for i in order]
    offsets = np.append(0, np.cumsum([len(part) for part in parts])).astype(np.int64)
    hashes = np.concatenate([*parts, np.zeros(0, np.uint64)])
    rows = np.array(order, np.int64)
    return NgramRuns(runs.texts[rows], runs.paragraphs[rows], runs.anchors[rows], offsets, hashes)


def judged(
    texts: pa.Array, ranks: Sequence[int], options: ParagraphOptions, parts: int = 1
) -> tuple[pa.Table, JudgedParagraphs]:
    """Counts in so many calls, by anchor, the last runs first, and judges."""
    runs = runs_of(texts, options)
    found = []
    for part in range(parts):
        of_part = np.flatnonzero(runs.anchors % np.uint64(parts) == part)[::-1].tolist()
        some = picked(runs, of_part)
        of_runs = np.array(ranks, np.uint64)[some.texts]
        found.append(seen_ngrams(some, of_runs, some.texts.astype(np.uint64)))
    table = pa.Table.from_batches(found)
    assert table.schema.equals(SEEN_NGRAMS, check_metadata=True)
    table = table.sort_by([("address", "ascending"), ("paragraph", "ascending")])
    addresses = np.arange(len(texts), dtype=np.uint64)
    return table, judge_paragraphs(texts, addresses, table, options)


def slow_ngrams(text: str, options: ParagraphOptions) -> list[list[tuple[str, ...]]]:
    """The n-grams of each line that has words."""
    found = []
    for line in text.split("\n"):
        words = re.findall(r"[a-z]+|[一-鿿]", line.lower())
        size = min(options.ngram, max(len(words), options.min_ngram))
        if words:
            found.append([tuple(words[i : i + size]) for i in range(len(words) - size + 1)])
    return found


def slow_counts(
    texts: Sequence[str], ranks: Sequence[int], options: ParagraphOptions
) -> dict[Key, tuple[int, int]]:
    """Each paragraph -> its n-grams that an earlier one has, and all."""
    every = {
        (ranks[address], address, number): ngrams
        for address, text in enumerate(texts)
        for number, ngrams in enumerate(slow_ngrams(text, options))
    }
    first: dict[tuple[str, ...], Key] = {}
    for key in sorted(every):
        for ngram in every[key]:
            first.setdefault(ngram, key)
    return {
        key: (sum(first[ngram] != key for ngram in ngrams), len(ngrams))
        for key, ngrams in every.items()
    }


WORDS = st.lists(st.sampled_from(["a", "b", "Cat,", "桥", "dog"]), max_size=9).map(" ".join)
LINES = st.sampled_from(
    ["a b cat dog a", "The ferry leaves at eight today. Bring a coat!", "--", ""]
)
DOCUMENTS = st.lists(st.lists(WORDS | LINES, max_size=5).map("\n".join), max_size=5)
OPTIONS = st.sampled_from(
    [
        ParagraphOptions(ngram=4, min_ngram=4, threshold=0.5, document_threshold=1),
        ParagraphOptions(ngram=5, min_ngram=2, threshold=0.75, document_threshold=0.6),
        ParagraphOptions(ngram=8, min_ngram=1, threshold=1, document_threshold=0.5),
    ]
)


@given(DOCUMENTS, st.lists(st.integers(0, 1), min_size=5, max_size=5), OPTIONS, st.integers(1, 3))
def test_counts_and_verdicts_are_those_of_the_dictionary(
    documents: list[str], ranks: list[int], options: ParagraphOptions, parts: int
) -> None:
    texts = pa.array(documents, pa.string())
    table, found = judged(texts, ranks, options, parts)
    counts = slow_counts(documents, ranks, options)
    sums: dict[tuple[int, int], int] = {}
    for row in table.to_pylist():
        place = row["address"], row["paragraph"]
        sums[place] = sums.get(place, 0) + row["seen"]
    assert sums == {key[1:]: seen for key, (seen, _) in counts.items() if seen}

    limit, whole = (Fraction(str(x)) for x in (options.threshold, options.document_threshold))
    left = cut_spans(texts, found.spans).texts.to_pylist()
    for address, text in enumerate(documents):
        mine = [counts[key] for key in sorted(counts) if key[1] == address]
        seen, ngrams = (sum(column) for column in zip(*mine, strict=True)) if mine else (0, 0)
        too_much = seen > whole * ngrams
        assert bool(found.too_much[address]) == too_much
        assert (found.seen[address], found.ngrams[address]) == (seen, ngrams if seen else 0)
        goes = [n for n, (a, b) in enumerate(mine) if a > limit * b and not too_much]
        assert found.paragraphs[address] == len(goes)
        lines = [line for line in text.split("\n") if re.search(r"\w", line)]
        stay = [line for n, line in enumerate(lines) if n not in goes]
        assert re.findall(r"\w+", left[address]) == re.findall(r"\w+", " ".join(stay))


A = "The ferry to the island leaves at eight and comes back when the sun goes down behind the hills"
B = "Whoever wants to stay for the night should write to the keeper of the lighthouse a week ahead"


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ([A, f"{A}\n{B}"], [A, B]),
        # 13 words are not enough of A; case, marks and layout do not count.
        ([" ".join(A.split()[:13]), A], [" ".join(A.split()[:13]), A]),
        ([A, f"(THE ferry -- to  the {A[17:]})\n{B}"], [A, B]),
        # An n-gram does not reach from one line into the next.
        ([A, "\n".join([A[:40], A[40:], B])], [A, "\n".join([A[:40], A[40:], B])]),
        # Within a document the first stays; within a paragraph nothing is earlier.
        ([f"{A}\n{B}\n{A}"], [f"{A}\n{B}"]),
        ([" ".join([A] * 8)], [" ".join([A] * 8)]),
        # One new word in the middle of 19 takes part in all seven n-grams; at the end in one.
        ([A, A.replace("comes", "sails") + f"\n{B}"], [A, A.replace("comes", "sails") + f"\n{B}"]),
        ([A, A.replace("hills", "trees") + f"\n{B}"], [A, B]),
        (["Short.", "Short."], ["Short.", "Short."]),
        ([], []),
        (["", ""], ["", ""]),
    ],
)
def test_what_is_cut(texts: list[str], wanted: list[str]) -> None:
    column = pa.array(texts, pa.string())
    options = ParagraphOptions(document_threshold=1)
    _, found = judged(column, [0] * len(texts), options)
    assert cut_spans(column, found.spans).texts.to_pylist() == wanted
    assert not found.too_much.any()


def test_a_document_of_which_most_was_seen_goes_as_a_whole() -> None:
    texts = pa.array([A, f"{A}\nA word.", f"{A}\n{B}"])
    _, found = judged(texts, [0, 0, 0], ParagraphOptions())
    assert found.too_much.tolist() == [False, True, False]
    assert found.paragraphs.tolist() == [0, 0, 1]
    assert found.seen.tolist() == [0, 7, 7]
    assert found.ngrams.tolist() == [0, 7, 13]


def test_short_paragraphs_are_compared_as_a_whole_from_min_ngram_on() -> None:
    texts = pa.array(
        ["Sign up for our letter!", f"sign up for our letter\nSign up\n{B}", "Sign up"]
    )
    for least, gone in ((6, [0, 0, 0]), (5, [0, 1, 0]), (2, [0, 1, 1])):
        options = ParagraphOptions(min_ngram=least, document_threshold=1)
        assert judged(texts, [0, 0, 0], options)[1].paragraphs.tolist() == gone


def test_who_comes_first_is_said_by_the_rank() -> None:
    texts = pa.array([f"{A}\n{B}", A])
    options = ParagraphOptions(document_threshold=1)
    assert judged(texts, [1, 0], options)[1].paragraphs.tolist() == [1, 0]
    assert judged(texts, [0, 1], options)[1].paragraphs.tolist() == [0, 1]


def test_anchors_are_two_in_eleven_words() -> None:
    texts = pa.array([" ".join(f"word{n}" for n in range(20_000))])
    anchors = find_ngram_anchors(texts, ParagraphOptions())
    assert len(anchors.hashes) == pytest.approx(2 * 20_000 / 12, rel=0.1)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"ngram": 3, "min_ngram": 3}, "ngram must be at least 4, got 3"),
        ({"min_ngram": 14}, r"min_ngram must be at least 1 and at most ngram \(13\), got 14"),
        ({"threshold": 0}, "threshold must be more than 0"),
        ({"document_threshold": 1.5}, "document_threshold must be more than 0 and at most 1"),
    ],
)
def test_options_that_cannot_be_meant(options: dict[str, float], line: str) -> None:
    with pytest.raises(ValueError, match=line):
        ParagraphOptions(**options)  # type: ignore[arg-type]


def test_counts_of_other_texts_are_refused() -> None:
    table = pa.table([[0], [1], [3]], schema=SEEN_NGRAMS)
    with pytest.raises(ValueError, match="give the texts that were hashed"):
        judge_paragraphs(pa.array([A]), np.zeros(1, np.uint64), table, ParagraphOptions())
