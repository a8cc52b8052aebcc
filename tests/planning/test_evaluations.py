"""Evaluation files: every dialect that inputs may have, and a true line for what cannot be read."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus_pipeline.dedup.contamination import (
    ContaminationIndex,
    ContaminationOptions,
    find_contamination,
)
from corpus_pipeline.dedup.step import ContaminationSection
from corpus_pipeline.errors import InputError
from corpus_pipeline.planning import evaluations
from corpus_pipeline.planning.evaluations import EvaluationFile, read_evaluations

RIVER = "The council of the small town met on Monday to talk about the bridge over the river."
FERRY = "A ferry crosses the lake twice a day in summer, and in winter people walk to the island."
ZH = "北方海岸的七座灯塔之中，哪一座是水手们在大风暴摧毁了父辈的木塔之后亲手建造起来的？"


def read(*paths: Path, **changes: Any) -> tuple[list[str], tuple[EvaluationFile, ...]]:
    """Returns the ids of the parts that are looked for, and what came of the files."""
    section = ContaminationSection(evaluations=tuple(map(str, paths)), **changes)
    found = read_evaluations(section, ContaminationOptions())
    index = ContaminationIndex.from_bytes(found.index)
    ids = [id_ for id_, short in zip(index.ids.to_pylist(), index.too_short, strict=True)
           if not short]  # fmt: skip
    return ids, found.files


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf{"id": "1", "question": "%s"}\n' % RIVER.encode(),
        b'{"id": 1, "question": "%s", "score": NaN}\r\n\r\n' % RIVER.encode(),
        b'\n{"id": "1", "question": "%s \\ud800"}' % RIVER.encode(),
        gzip.compress(b'{"id": "1", "question": "%s"}\n' % RIVER.encode()),
    ],
)
def test_dialects_of_inputs_are_dialects_of_evaluations(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / f"items.jsonl{'.gz' if content[:1] == bytes([31]) else ''}"
    path.write_bytes(content)
    assert read(path) == (["1#question"], (EvaluationFile(str(path), 1, 1, 0, 0, 0, 0, 0),))


def test_parquet_and_fields_that_are_no_strings(tmp_path: Path) -> None:
    choices = [["the bridge over the lake", "the ferry on the river"], ["甲", "乙"]]
    rows = {"id": ["a", "b"], "question": [RIVER, ZH], "choices": choices}
    pq.write_table(pa.table(rows), tmp_path / "items.parquet")
    with (tmp_path / "more.jsonl").open("w") as file:
        stem = {"stem": FERRY, "choices": [{"text": "in summer"}, {"text": 7}], "right": True}
        file.write(json.dumps({"id": "c", "question": stem, "answer": None}) + "\n")
    ids, files = read(tmp_path / "items.parquet", tmp_path / "more.jsonl")
    assert ids == ["a#choices", "a#question", "b#question", "c#question"]
    assert [(file.items, file.used) for file in files] == [(2, 2), (1, 1)]


def test_missing_null_and_doubled_ids_get_a_name(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    rows = [{"id": None, "text": RIVER}, {"text": FERRY}, {"id": "x", "text": ZH},
            {"id": "x", "text": RIVER + FERRY}, {"id": [1], "text": FERRY + ZH}]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ids, _ = read(path)
    assert ids == [f"items.jsonl:{n}#text" for n in (1, 2, 5)] + ["x items.jsonl:4#text", "x#text"]


def test_every_item_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    rows = [{"question": RIVER}, {"question": RIVER.upper()}, {"question": "1 + 1 = ?"},
            {"other": "x"}, {"question": "谁是作者？"}, {"question": ZH},
            {"question": "one two three four five six seven eight"},
            {"question": "( [ { } ] )"}, {"question": "！？……"}]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    _, (file,) = read(path)
    assert file == EvaluationFile(str(path), 8, 4, 0, 2, 1, 1, 2)
    assert str(file) == (
        f"{path}: 4 of 8 items are looked for (2 too short, 2 without a letter or digit, "
        "1 duplicates, 1 records without text)"
    )


def test_a_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "items.jsonl"
    row = {"id": "1", "input": {"of": FERRY}, "question": RIVER}
    path.write_text("".join(json.dumps({**row, "id": i}) + "\n" for i in range(9_000)))
    read_rows = Counter[str]()
    batches = evaluations._batches

    def counted(path: str, field: str, section: ContaminationSection) -> Iterator[pa.RecordBatch]:
        for batch in batches(path, field, section):
            read_rows[field] += batch.num_rows
            yield batch

    monkeypatch.setattr(evaluations, "_batches", counted)
    _, (file,) = read(path, text_fields=["prompt", "question"])
    assert (file.items, file.duplicates) == (9_000, 8_999)
    # Of `prompt` the first batch alone, then `question` once more and whole.
    assert read_rows["question"] - 9_000 == read_rows["prompt"] < 9_000
    assert set(read_rows) == {"prompt", "question"}


def test_short_questions_are_looked_for_with_their_answer(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    rows: list[dict[str, Any]] = [
        {"id": "a", "question": "Who wrote the blue book?", "answer": "Ada Lovelace of London"},
        {"id": "b", "question": "谁写了蓝皮书？", "choices": ["伦敦的作家", "巴黎的画家"]},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ids, (file,) = read(path)
    section = ContaminationSection(evaluations=(str(path),))
    made = read_evaluations(section, ContaminationOptions()).index
    index = ContaminationIndex.from_bytes(made)
    pages = [
        "谁写了蓝皮书？\n(A) 伦敦的作家\n(B) 巴黎的画家",
        "谁写了蓝皮书？ 伦敦的作家，巴黎的画家",
        "WHO WROTE THE BLUE BOOK?\nAnswer: Ada Lovelace of London.",
        "谁写了蓝皮书？ 巴黎的作家",
    ]
    assert set(find_contamination(pa.array(pages), index)["text"].to_pylist()) == {0, 1, 2}
    assert {"a#question+answer", "b#question+choices", "b#question+choices5"} <= set(ids)
    assert (file.used, file.whole, file.too_short) == (2, 2, 0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"question": "1+1=?"}\n', r"0 of 1 items are long enough to be looked for \(8 words"),
        (b'{"title": "no text"}\n', "no item has one of the fields prompt, question"),
        (b'\n{"question": "x"}\n{"question": \n', "record in line 3 cannot be read: read-broken"),
        (b'{"question": "x"}\n[1, 2]\n', "in line 2 cannot be read: read-not-an-object"),
        (b'{"question": "caf\xe9"}\n', "in line 1 cannot be read: read-invalid-utf8"),
    ],
)
def test_what_cannot_be_looked_for_is_one_true_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as refusal:
        read(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)
