"""Signals of lines are those of RedPajama-V2's own code; those of paragraphs follow a slow twin.

`vectors/redpajama.jsonl` is what that code measured (`make golden-peers` asks it again).
"""

import json
import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.filters.quality.line_signals import measure_signals
from corpus_pipeline.filters.quality.signal_columns import signal_fields
from corpus_pipeline.filters.quality.step import Quality, QualitySection
from corpus_pipeline.flow import document_schema, ledger_schema

VECTORS = Path(__file__).parent / "vectors" / "redpajama.jsonl"
#: Our column -> theirs.
THEIRS = {
    "words": "rps_lines_num_words",
    "javascript": "rps_lines_javascript_counts",
    "end_marks": "rps_lines_ending_with_terminal_punctution_mark",
    "bullets": "rps_lines_start_with_bulletpoint",
    "numeral_shares": "rps_lines_numerical_chars_fraction",
    "capital_shares": "rps_lines_uppercase_letter_fraction",
}


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in VECTORS.read_text("utf-8").splitlines()]


def spans(texts: list[str | None], part: str = "lines") -> list[Any]:
    """Returns of each text a mapping of signal to values, None for a null text."""
    found = measure_signals(pa.array(texts, pa.string()), [part])
    prefix = part.removesuffix("s") + "_"
    names = {name.removeprefix(prefix): column.to_pylist() for name, column in found.items()}
    return [
        None if text is None else {name: values[row] for name, values in names.items()}
        for row, text in enumerate(texts)
    ]


@pytest.mark.parametrize("row", rows()[1:], ids=lambda row: row["name"])
def test_lines_have_the_signals_that_redpajama_measures(row: dict[str, Any]) -> None:
    (ours,) = spans([row["text"]])
    for name, theirs in THEIRS.items():
        measured = [
            (start, end, round(float(value), 8))
            for start, end, value in zip(ours["starts"], ours["ends"], ours[name], strict=True)
        ]
        expected = [(start, end, float(value)) for start, end, value in row["signals"][theirs]]
        assert measured == expected, name


def test_the_vectors_meet_every_signal() -> None:
    versions, *documents = rows()
    assert versions.keys() == {"redpajama", "nltk", "python"}
    for name in THEIRS.values():
        values = {value for each in documents for _, _, value in each["signals"][name]}
        assert len(values) > 1, name


def slow_paragraphs(text: str) -> list[tuple[int, int, int]]:
    """Returns (start, end, words) of each paragraph, one line after another."""
    begins, some, gap, at = [0], False, False, 0
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        if line.strip():
            if gap:
                begins.append(at)
            some, gap = True, False
        elif some and line.endswith("\n"):
            gap = True
        at += len(line)
    bare = str.maketrans("", "", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    return [
        (start, end, len(text[start:end].translate(bare).split()))
        for start, end in pairwise([*begins, len(text)])
        if end > start
    ]


@given(st.lists(st.text("aB.1 \n\u3000一é-", max_size=40), max_size=4))
def test_paragraphs_tile_the_text_as_a_slow_twin_parts_it(texts: list[str]) -> None:
    for text, found in zip(texts, spans([*texts], "paragraphs"), strict=True):
        measured = zip(found["starts"], found["ends"], found["words"], strict=True)
        assert [*measured] == slow_paragraphs(text)


@given(st.text(max_size=60))
def test_shares_of_lines_are_those_of_python(text: str) -> None:
    # What Unicode has added since version 14 is nothing here, whatever Python knows.
    text = "".join(each for each in text if unicodedata.ucd_3_2_0.category(each) != "Cn")
    (found,) = spans([text])
    for start, end, capitals in zip(
        found["starts"], found["ends"], found["capital_shares"], strict=True
    ):
        assert capitals == sum(map(str.isupper, text[start:end])) / (end - start)


def test_texts_without_lines_and_null_texts_have_lists_of_their_own() -> None:
    assert spans(["", None, "a"]) == [
        {name: [] for name in spans(["a"])[0]},
        None,
        {
            "starts": [0], "ends": [1], "words": [1], "javascript": [0], "end_marks": [False],
            "bullets": [False], "numeral_shares": [0.0], "capital_shares": [0.0],
        },
    ]  # fmt: skip
    assert measure_signals(pa.array([], pa.string()), ["lines"])["line_starts"].to_pylist() == []
    sliced = pa.array(["ignored\n", "A.\nb"]).slice(1)
    assert measure_signals(sliced, ["lines"])["line_ends"].to_pylist() == [[3, 4]]


def test_the_step_stores_signals_beside_the_measures_and_not_in_the_ledger() -> None:
    step = Quality(QualitySection(profile="redpajama-v2", signals=("lines", "paragraphs")))
    step.open()
    batch = pa.record_batch(
        {
            "source": ["web"], "text": ["One.\n\nTwo"], "lang": ["en"],
            "drop_reason": pa.nulls(1, pa.string()),
            "reasons": pa.nulls(1, pa.list_(pa.string())),
        }
    )  # fmt: skip
    done = step.apply(batch)
    assert done["line_words"].to_pylist() == [[1, 0, 1]]
    assert done["paragraph_ends"].to_pylist() == [[6, 9]]
    assert done["drop_reason"].to_pylist() == [None]
    names = [field.name for field in signal_fields(["lines", "paragraphs"])]
    assert {*names} <= {*document_schema([step]).names}
    assert not {*names} & {*ledger_schema([step]).names}
    labelled = Quality(QualitySection(signals=("lines",)), label="late")
    assert "late_line_ends" in [field.name for field in labelled.all_columns()]
    assert not {*names} & {field.name for field in Quality().all_columns()}
