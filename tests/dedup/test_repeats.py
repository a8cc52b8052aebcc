"""Repeated strings, against a dictionary of all windows: what goes, and what stays whole."""

import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.dedup.anchors import (
    Keep,
    RepeatOptions,
    WindowRuns,
    find_anchors,
    hash_windows,
    repeated_anchors,
)
from corpus_pipeline.dedup.repeats import (
    REPEAT_REMOVALS,
    Holes,
    holes_of,
    repeat_removals,
    repeated_spans,
)
from corpus_pipeline.dedup.sentence_cuts import RemovedSentences, Repeats, remove_sentences
from corpus_pipeline.dedup.sentences import SentenceOptions, TextWindows

SIZE = 32
OPTIONS = RepeatOptions(min_bytes=SIZE, min_words=1)


def windows_of_anchors(texts: pa.Array, options: RepeatOptions) -> WindowRuns:
    """Does both steps over one batch, whose rows are the addresses."""
    anchors = find_anchors(texts, options)
    rows = np.repeat(np.arange(len(texts), dtype=np.uint64), np.diff(anchors.offsets))
    wanted = repeated_anchors(anchors.hashes, rows).records
    offsets = np.searchsorted(wanted["address"].to_numpy(), np.arange(len(texts) + 1))
    return hash_windows(texts, offsets.astype(np.int64), wanted["key"].to_numpy(), options)


def removals_of(
    texts: pa.Array, ranks: list[int], options: RepeatOptions, order: list[int] | None = None
) -> pa.RecordBatch:
    runs = windows_of_anchors(texts, options)
    if order is not None:
        runs = shuffled(runs, order)
    of_runs = np.array(ranks, np.uint64)[runs.texts]
    return repeat_removals(runs, of_runs, runs.texts.astype(np.uint64), options)


def shuffled(runs: WindowRuns, order: list[int]) -> WindowRuns:
    """Returns the runs in another order."""
    picked = [i for i in order if i < len(runs.texts)]
    picked += sorted(set(range(len(runs.texts))) - set(picked))
    parts = [runs.hashes[runs.offsets[i] : runs.offsets[i + 1]] for i in picked]
    offsets = np.append(0, np.cumsum([len(part) for part in parts])).astype(np.int64)
    hashes = np.concatenate([*parts, np.zeros(0, np.uint64)])
    return WindowRuns(
        runs.texts[picked], runs.anchors[picked], runs.starts[picked], offsets, hashes
    )


#: Pieces of which documents consist: prose, lines of one byte, of two, and Chinese.
PIECES = [
    "Some words in a row. ",
    "Other words, of others; ",
    "-" * 45,
    "ab" * 20,
    "两份文件里一样的字。",
]
DOCUMENTS = st.lists(
    st.lists(st.sampled_from([*PIECES, *"xyz.", PIECES[0] * 3]), max_size=7).map("".join),
    max_size=5,
)


def places(texts: list[str], ranks: list[int]) -> dict[bytes, list[tuple[int, int, int]]]:
    """Every window -> where it stands, as (rank, address, start), in the order of survival."""
    found: dict[bytes, list[tuple[int, int, int]]] = {}
    for address, text in enumerate(texts):
        data = text.encode()
        for start in range(len(data) - SIZE + 1):
            window = data[start : start + SIZE]
            found.setdefault(window, []).append((ranks[address], address, start))
    return {window: sorted(where) for window, where in found.items() if len(where) > 1}


def fates(texts: list[str], ranks: list[int], keep: Keep) -> set[tuple[int, int, bool]]:
    """(address, start, whether it stays) of every repeated window."""
    return {
        (address, start, keep == "one" and number == 0)
        for where in places(texts, ranks).values()
        for number, (_, address, start) in enumerate(where)
    }


def slow_holes(texts: list[str], fate: set[tuple[int, int, bool]]) -> list[tuple[int, int, int]]:
    """(text, first byte, the byte after the last) of all that goes."""
    found = []
    for address, text in enumerate(texts):
        data = text.encode()
        gone = [False] * (len(data) + 1)
        for keep in (False, True):
            for where, start, stays in fate:
                if where == address and stays == keep:
                    gone[start : start + SIZE] = [not keep] * SIZE
        borders = [i for i, (a, b) in enumerate(pairwise([False, *gone])) if a != b]
        for start, end in zip(borders[::2], borders[1::2], strict=True):
            while start < end and data[start] & 0xC0 == 0x80:
                start += 1
            while end > start and end < len(data) and data[end] & 0xC0 == 0x80:
                end -= 1
            if end - start >= SIZE // 4:
                found.append((address, start, end))
    return found


@given(
    DOCUMENTS,
    st.lists(st.integers(0, 1), min_size=5, max_size=5),
    st.sampled_from(["one", "none"]),
    st.permutations(list(range(12))),
)
def test_windows_and_holes_are_those_of_the_dictionary(
    documents: list[str], ranks: list[int], keep: Keep, order: list[int]
) -> None:
    options = RepeatOptions(min_bytes=SIZE, keep=keep, min_words=1)
    texts = pa.array(documents, pa.string())
    removals = removals_of(texts, ranks, options, order)
    assert removals.schema.equals(REPEAT_REMOVALS, check_metadata=True)
    fate = fates(documents, ranks, keep)
    windows = [
        (row["address"], start, row["keep"])
        for row in removals.to_pylist()
        for start in range(row["start"], row["end"] - SIZE + 1)
    ]
    assert len(set(windows)) == len(windows)
    assert set(windows) == fate

    holes = found_holes(texts, removals, options)
    found = [(row, *span) for row, span in zip(holes.rows, holes.spans.tolist(), strict=True)]
    assert found == slow_holes(documents, fate)
    if keep == "one":
        _nothing_is_lost(documents, ranks, found)


def found_holes(texts: pa.Array, removals: pa.RecordBatch, options: RepeatOptions) -> Holes:
    addresses = np.arange(len(texts), dtype=np.uint64)
    spans = repeated_spans(addresses, pa.Table.from_batches([removals]))
    return holes_of(texts, spans, options)


def _nothing_is_lost(
    documents: list[str], ranks: list[int], holes: list[tuple[int, int, int]]
) -> None:
    """Every window that loses a byte stands whole elsewhere; two whole ones are a keeper's."""

    def whole(address: int, start: int) -> bool:
        return all(
            row != address or end <= start or start + SIZE <= first for row, first, end in holes
        )

    repeated = places(documents, ranks)
    kept = {where[0][1:] for where in repeated.values()}
    for where in repeated.values():
        assert whole(*where[0][1:]), "the keeper stays"
        for _, address, start in where[1:]:
            covered = {
                byte
                for keeper, first in kept
                if keeper == address
                for byte in range(first, first + SIZE)
            }
            # What stays of a copy is a keeper's, or too short to be cut; characters are whole.
            bare = "".join("-x"[b not in covered] for b in range(start, start + SIZE))
            if whole(address, start):
                assert max(map(len, bare.split("-"))) < SIZE // 4 + 6
    lost = {(row, byte) for row, first, end in holes for byte in range(first, end)}
    copied = {
        (address, byte)
        for where in repeated.values()
        for _, address, start in where[1:]
        for byte in range(start, start + SIZE)
    }
    assert lost <= copied, "only copies go"


def cut(
    texts: list[str], options: RepeatOptions = OPTIONS, windows: TextWindows | None = None
) -> RemovedSentences:
    column = pa.array(texts, pa.string())
    removals = removals_of(column, [0] * len(texts), options)
    addresses = np.arange(len(texts), dtype=np.uint64)
    spans = repeated_spans(addresses, pa.Table.from_batches([removals]))
    none = TextWindows(
        np.zeros(len(texts) + 1, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.bool_)
    )
    sentences = SentenceOptions(span=1, min_words=1, max_loss=1)
    return remove_sentences(column, windows or none, sentences, repeats=Repeats(spans, options))


A = "Part A is a string of forty bytes or so. "
B = "The second has other words, and is longer. "
C = "Whatever stands here, it is nowhere else; "


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ([A + "x", "y" + A + "z"], [A + "x", "yz"]),
        ([A + "mine", A, "other " + A], [A + "mine", "", "other "]),
        # A string repeats in its own document.
        ([A + B + A], [A + B]),
        # The second document keeps what the third one has of it.
        ([A + B, A + B + C, B + C], [A + B, B[-31:] + C, ""]),
        (["short", "short"], ["short", "short"]),
        ([A[:31], A[:31]], [A[:31], A[:31]]),
        ([A[:32], "文" + A[:32] + "文"], [A[:32], "文文"]),
        # Of characters that differ in their last byte the first two stay.
        (["一" * 11 + "丁", "一" * 11 + "七"], ["一" * 11 + "丁", "七"]),
        # Of characters that differ in their first byte the last two stay.
        (["币" + "一" * 11, "丁" + "一" * 11], ["币" + "一" * 11, "丁"]),
        ([], []),
        (["", ""], ["", ""]),
    ],
)
def test_what_is_cut(texts: list[str], wanted: list[str]) -> None:
    found = cut(texts)
    assert found.texts.to_pylist() == wanted
    lost = [len(text) - len(left) for text, left in zip(texts, wanted, strict=True)]
    assert found.repeats.chars.tolist() == found.repeats.repeated.tolist() == lost
    assert found.repeats.spans.tolist() == [int(n > 0) for n in lost]
    assert not found.chars.any()


def test_who_keeps_a_string_is_said_by_the_rank() -> None:
    texts = pa.array([A + "x", "y" + A])
    for ranks, loses in (([1, 0], 0), ([0, 1], 1)):
        removals = removals_of(texts, ranks, OPTIONS).to_pylist()
        assert {row["address"] for row in removals if not row["keep"]} == {loses}


def test_none_of_the_copies_stays() -> None:
    options = RepeatOptions(min_bytes=SIZE, min_words=1, keep="none")
    assert cut([A + "x", "y" + A + "z", B], options).texts.to_pylist() == ["x", "yz", B]


def test_what_would_lose_too_much_stays_and_what_has_nothing_left_is_told() -> None:
    own = "These are words of its own, more than the half of the text that it is. "
    options = RepeatOptions(min_bytes=SIZE, max_loss=0.5, min_words=4)
    found = cut([A, own + A, A + "two words, and more", A + "a few"], options)
    assert found.texts.to_pylist() == [A, own, A + "two words, and more", "a few"]
    assert found.repeats.nothing_left.tolist() == [False, False, False, True]
    assert found.repeats.repeated.tolist() == [0, len(A), len(A), len(A)]
    assert found.repeats.chars.tolist() == [0, len(A), 0, len(A)]


def test_a_sentence_that_a_copy_needs_is_not_cut_for_a_window() -> None:
    """Its window stands elsewhere, too; but for its string this very copy stays."""
    texts = [f"Mine! {A}Yours.", f"Other? {A}"]
    ordinals, keep = np.array([0, 1, 2], np.uint32), np.zeros(3, np.bool_)
    windows = TextWindows(np.array([0, 3, 3]), ordinals, keep)
    found = cut(texts, windows=windows)
    assert found.texts.to_pylist() == [A.strip(), "Other?"]
    assert found.sentences.tolist() == [2, 0]


def test_anchors_are_few_and_as_many_in_a_line_of_dashes() -> None:
    noise = random.Random(1).choices("abcdefghijklmnop \n", k=50_000)
    options = RepeatOptions(min_bytes=100)
    anchors = find_anchors(pa.array(["".join(noise), "-" * 50_000, "-=" * 25_000]), options)
    first, *others = np.diff(anchors.offsets).tolist()
    # Two in a window of the grams that a window has.
    assert first == pytest.approx(2 * 50_000 / 77, rel=0.1)
    assert others == pytest.approx([50_000 / 76] * 2, rel=0.02)


@pytest.mark.parametrize("text", ["-" * 9000, "-=" * 4500, "".join(map(str, range(2500)))])
def test_windows_are_not_more_than_anchors_have_said(text: str) -> None:
    """Partitions are sized by it."""
    texts, options = pa.array([text, text]), RepeatOptions(min_bytes=100)
    anchors = find_anchors(texts, options)
    wanted = repeated_anchors(anchors.hashes, np.repeat([0, 1], np.diff(anchors.offsets)))
    runs = windows_of_anchors(texts, options)
    assert len(runs.hashes) == 2 * (len(text) - 99)
    assert 8 * len(runs.hashes) <= wanted.places * options.bytes_of_anchor


def test_a_string_that_all_documents_have() -> None:
    """Linear: each document has its windows once, however many others have them."""
    texts = pa.array([f"{n} {A}{n}" for n in range(3000)])
    runs = windows_of_anchors(texts, OPTIONS)
    assert len(runs.hashes) <= 3000 * (len(A) + 8)
    removals = removals_of(texts, list(range(3000)), OPTIONS)
    removed = [row for row in removals.to_pylist() if not row["keep"]]
    assert {row["address"] for row in removed} == set(range(1, 3000))


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"min_bytes": 31}, "min_bytes must be at least 32, got 31"),
        ({"max_loss": 0}, "max_loss must be more than 0"),
    ],
)
def test_options_that_cannot_be_meant(options: dict[str, float], line: str) -> None:
    with pytest.raises(ValueError, match=line):
        RepeatOptions(**options)  # type: ignore[arg-type]


def test_spans_of_other_texts_are_refused() -> None:
    removals = removals_of(pa.array([A, A]), [0, 1], OPTIONS)
    with pytest.raises(ValueError, match="give the texts that were hashed"):
        found_holes(pa.array(["short", "short"]), removals, OPTIONS)
