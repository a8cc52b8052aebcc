"""Decontamination: documents that hold evaluation items are found, and only those."""

import dataclasses
import random
import re
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from dedup.contamination_items import EGGS, ITEMS, OTHER, TRAINS, found, index_of, judge
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.dedup.contamination import (
    OCCURRENCES,
    ContaminationIndex,
    ContaminationOptions,
    build_index,
    find_contamination,
)
from corpus_pipeline.dedup.contamination_verdicts import CONTAMINATION, judge_contamination
from corpus_pipeline.errors import ResourceError


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@pytest.mark.parametrize(
    ("text", "item"),
    [
        (EGGS, "eggs"),
        (f"Some page.\n\n{EGGS.upper()}\n\nMore of it.", "eggs"),
        (re.sub(r"[.,?]", "", EGGS), "eggs"),
        (EGGS.replace(" ", "\n"), "eggs"),
        (EGGS.replace("'", "’").replace(" ", "\u2003"), "eggs"),
        (EGGS.replace("ducks", "du\u200bcks").replace("muffins", "muf\u00adfins"), "eggs"),
        (EGGS.replace("muffins", "muﬃns"), "eggs"),
        (wide(EGGS), "eggs"),
        (" ".join(EGGS.split()[: len(EGGS.split()) // 2]), "eggs"),
        (" ".join(EGGS.split()[len(EGGS.split()) // 2 :]), "eggs"),
        (EGGS.replace("three", "four").replace("makes", "gains"), "eggs"),
        (TRAINS, "trains"),
        (f"第一条　{TRAINS}第二条", "trains"),
        (re.sub(r"[，。？]", " ", TRAINS), "trains"),
        (
            "\n".join(TRAINS[i : i + 9] for i in range(0, len(TRAINS), 9)).replace("60", "６０"),
            "trains",
        ),
        (TRAINS[: len(TRAINS) // 2], "trains"),
        (TRAINS[len(TRAINS) // 2 :], "trains"),
        # The item that is covered most, and of equals the least place.
        (f"{EGGS} {' '.join(OTHER.split()[:14])}", "eggs"),
        (f"{TRAINS} {OTHER} {EGGS}", "eggs"),
        # Seven words, one fewer than an n-gram; and every word, in another order.
        (" ".join(EGGS.split()[:6]), None),
        (" ".join(reversed(EGGS.split())), None),
        (TRAINS[:8] + "错" + TRAINS[9:17] + "错", None),
        ("Ducks lay eggs every day and she eats three of them.", None),
        ("", None),
        (None, None),
    ],
)
def test_copies_are_found(text: str | None, item: str | None) -> None:
    assert found(["Before.", text, "之后。"], index_of(ITEMS)) == ({1: item} if item else {})


@pytest.mark.parametrize(
    "text",
    [
        "Một cửa hàng bán được hai mươi bốn quả táo vào buổi sáng và gấp đôi vào buổi chiều?",
        "가게에서 아침에 배를 스물네 개 팔고 저녁에 그 두 배를 팔았다면 모두 몇 개를 팔았는가?",
        "Une élève achète trois cahiers à deux euros pièce; combien dépense-t-elle à Orléans?",
        "ガラスのコップを二十四個ならべてバケツで水をくばりました。ぜんぶで何回くばりましたか。",
    ],
)
def test_composition_and_width_do_not_count(text: str) -> None:
    spellings = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKD")]
    if "ガ" in text:
        spellings.append(text.replace("ガ", "ｶﾞ").replace("コップ", "ｺｯﾌﾟ").replace("バ", "ﾊﾞ"))
    for spelling in spellings:
        index = index_of({"item": spelling})
        assert found(list(spellings), index) == dict.fromkeys(range(len(spellings)), "item")


def test_counts_and_place_of_the_evidence() -> None:
    half = " ".join(EGGS.split()[:20])
    table = judge([None, f"One two. Then: {half}"], index_of(ITEMS))
    assert table.schema.equals(CONTAMINATION, check_metadata=True)
    (row,) = table.to_pylist()
    # "Janet's" is two words. All weigh the same, as no other item has them.
    assert {name: row[name] for name in ("address", "item", "matched", "total")} == {
        "address": 1, "item": "eggs", "matched": 21, "total": 32,
    }  # fmt: skip
    assert 0.6 < row["score"] < 0.7
    assert row["place"] & 0xFFFFFFFF == 3
    assert (row["first_sentence"], row["last_sentence"]) == (1, 2)


@pytest.mark.parametrize(
    "before", ["Früh. Fine!", "Fru\u0308h. ﬁne, ﬃ 10㎡!", "가다. ﾊﾞﾊﾞ！", "Fru\u0308h. ² ½ ﬁne?"]
)
def test_the_sentences_of_a_copy_are_those_of_the_text_as_it_is(before: str) -> None:
    text = (
        unicodedata.normalize("NFD", f"{before} {EGGS} Ende.")
        if "가" in before
        else (f"{before} {EGGS} Ende.")
    )
    (row,) = judge([text], index_of(ITEMS)).to_pylist()
    assert (row["first_sentence"], row["last_sentence"]) == (2, 4)


@pytest.mark.parametrize(("least", "copies"), [(0.3125, [2]), (0.312501, [])])
def test_what_a_document_alone_covers_is_compared_exactly(least: float, copies: list[int]) -> None:
    """Of 32 words two documents quote 14; a third one has four of them and ten that nobody has."""
    item = [f"w{i}" for i in range(32)]
    texts = [" ".join(item[:14]), " ".join(item[:14]), " ".join(item[10:24])]
    index = index_of({"a": " ".join(item)}, min_coverage=least)
    assert judge(texts, index, max_documents=1)["address"].to_pylist() == copies  # 10 / 32
    assert judge(texts, index, max_documents=3)["address"].to_pylist() == [0, 1, 2]


@pytest.mark.parametrize(("most", "copies"), [(3, [0, 1, 2]), (2, [])])
def test_as_many_documents_as_are_allowed_are_no_quotation(most: int, copies: list[int]) -> None:
    item = [f"w{i}" for i in range(32)]
    occurrences = judge(
        [" ".join(item[:14])] * 3, index_of({"a": " ".join(item)}), max_documents=most
    )
    assert occurrences["address"].to_pylist() == copies


def test_coverage_is_compared_exactly() -> None:
    item = " ".join(f"w{i}" for i in range(32))
    text = " ".join(f"w{i}" for i in range(21))
    assert found([text], index_of({"a": item}, min_coverage=0.65625)) == {0: "a"}  # 21 / 32
    assert found([text], index_of({"a": item}, min_coverage=0.656251)) == {}
    # A small share is no share of nothing: one n-gram of 10,000 words is 0.0008 of them.
    long = index_of({"a": " ".join(f"w{i}" for i in range(10_000))}, min_coverage=0.0009)
    assert found([" ".join(f"w{i}" for i in range(8))], long) == {}
    assert found([" ".join(f"w{i}" for i in range(9))], long) == {0: "a"}


def test_no_ngram_reaches_into_the_next_document() -> None:
    words = EGGS.split()
    pieces: list[str | None] = [" ".join(words[i : i + 6]) for i in range(0, len(words), 6)]
    index = index_of(ITEMS, min_coverage=1e-6, min_bits=0)
    assert found(pieces, index) == {}
    assert found([" ".join(words)], index) == {0: "eggs"}


@pytest.mark.parametrize(
    ("item", "text", "hit"),
    [
        (
            "one two three four five six seven eight",
            "x one two, three four five six seven EIGHT y",
            True,
        ),
        ("one two three four five six seven eight", "x one two three four five six seven y", False),
        ("one two three four five six seven", "one two three four five six seven", False),
        ("春眠不觉晓处处闻啼鸟夜来风雨声", "诗：春眠不觉晓，处处闻啼鸟。夜来风雨声。", True),
        ("春眠不觉晓处处闻啼鸟", "春眠不觉晓处处闻啼鸟", False),
    ],
)
def test_short_items_are_found_as_a_whole(item: str, text: str, hit: bool) -> None:
    index = index_of({"short": item, **ITEMS})
    assert found(["", text], index) == ({1: "short"} if hit else {})
    assert index.too_short.sum() == (len(re.findall(r"[a-z]+|[一-龟]", item)) in (7, 10))


ALPHABET = st.sampled_from(["aa", "Bb", "cc", "中", "国"])
WORDS = st.lists(ALPHABET, max_size=12)


@settings(deadline=None, max_examples=150)
@given(st.lists(WORDS, min_size=1, max_size=6), st.lists(WORDS, max_size=4))
def test_every_item_that_is_looked_for_is_found_in_itself(
    items: list[list[str]], documents: list[list[str]]
) -> None:
    texts = [" ".join(item) for item in items]
    ids = [f"item-{number}" for number in range(len(items))]
    options = ContaminationOptions(
        ngram=3, char_ngram=4, min_item_words=2, min_item_chars=2, min_coverage=0.5, max_items=2,
        min_bits=4, min_item_bits=6,
    )  # fmt: skip
    index = build_index(ids, pa.array(texts, pa.string()), options)
    hits = found([*texts, *map(" ".join, documents)], index, max_documents=100)
    present = {row for row in hits if row < len(items)}
    assert present == set(np.flatnonzero(~index.too_short).tolist())
    for row, text in enumerate(map(" ".join, documents), len(items)):
        ngrams = [text] if row in hits else []
        assert all(len(each.split()) >= 2 for each in ngrams)


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_of_places_and_of_items_is_irrelevant(shuffler: random.Random) -> None:
    texts = pa.array([f"{OTHER} {TRAINS}", "clean", f"{EGGS} {TRAINS}", None, *[EGGS] * 12])
    index = index_of(ITEMS)
    occurrences = find_contamination(texts, index)
    assert occurrences.schema.equals(OCCURRENCES, check_metadata=True)
    order = np.array(shuffler.sample(range(occurrences.num_rows), occurrences.num_rows))
    addresses = occurrences["text"].to_numpy().astype(np.uint64)
    in_order = judge_contamination(addresses, occurrences, index, 3)
    shuffled = judge_contamination(addresses[order], occurrences.take(pa.array(order)), index, 3)
    assert shuffled == in_order
    items = list(ITEMS.items())
    shuffler.shuffle(items)
    assert index_of(dict(items)).to_bytes() == index.to_bytes()


def test_index_survives_its_bytes() -> None:
    index = index_of({"short": "one two three four five six seven", **ITEMS}, min_item_words=6)
    copy = ContaminationIndex.from_bytes(index.to_bytes())
    for field in dataclasses.fields(ContaminationIndex):
        before, after = getattr(index, field.name), getattr(copy, field.name)
        if isinstance(before, np.ndarray):
            assert (before.dtype, before.tolist()) == (after.dtype, after.tolist()), field.name
        else:
            assert before == after, field.name
    texts: list[str | None] = [EGGS, "One two three four five six seven!"]
    assert found(texts, copy) == {0: "eggs", 1: "short"}


def test_other_bytes_are_refused() -> None:
    sink = pa.BufferOutputStream()
    table = pa.record_batch({"ids": [["a"]]})
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_batch(table)
    for data in (b"", b"not arrow", bytes(sink.getvalue())):
        with pytest.raises(ResourceError, match="not a contamination index"):
            ContaminationIndex.from_bytes(data)


def test_no_items_and_no_texts() -> None:
    empty = index_of({})
    assert found([EGGS, None, ""], empty) == {}
    assert found([], index_of(ITEMS)) == {}
    assert ContaminationIndex.from_bytes(empty.to_bytes()).words.tolist() == []
    assert index_of({"empty": ""}).too_short.tolist() == [True]


def test_many_hits_outgrow_the_first_buffers() -> None:
    table = judge([f"{EGGS} " * 400], index_of(ITEMS))
    assert set(table["item"].to_pylist()) == {"eggs"}
    assert table["last_sentence"].to_pylist()[-1] == 1199


def test_slices_are_searched_alone() -> None:
    texts = pa.array([EGGS, "clean", TRAINS]).slice(1)
    assert find_contamination(texts, index_of(ITEMS))["text"].to_pylist() == [1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_coverage": 0.0}, "min_coverage must be at least 0.000001"),
        ({"min_coverage": 1e-7}, "min_coverage must be at least 0.000001"),
        ({"min_coverage": 1.1}, "min_coverage must be at least 0.000001"),
        ({"ngram": 7}, "min_item_words must be at least 1 and at most ngram"),
        ({"min_item_chars": 0}, "min_item_chars must be at least 1"),
        ({"max_items": 0}, "max_items must be at least 1"),
    ],
)
def test_options_are_checked(options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ContaminationOptions(**options)  # type: ignore[arg-type]


def test_ids_are_checked() -> None:
    with pytest.raises(ValueError, match="each text needs an id, got 1 ids and 2 texts"):
        build_index(["a"], pa.array(["x", "y"]), ContaminationOptions())
    with pytest.raises(ValueError, match="ids of evaluation items must differ"):
        build_index(["a", "a"], pa.array(["x", "y"]), ContaminationOptions())
