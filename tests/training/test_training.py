"""What models are trained on: no text is no success, and no model is lost by a slip."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus_pipeline.errors import ConfigError, InputError
from corpus_pipeline.tokens.weighted_sample import SampleOptions
from corpus_pipeline.training.cut_offs import calibrate_file
from corpus_pipeline.training.language_model import train_language_model_file
from corpus_pipeline.training.texts import Texts
from corpus_pipeline.training.tokenizer import train_tokenizer_file

ROWS = [{"id": n, "正文": f"第{n}天下雨了。It rained.", "lang": "zh"} for n in range(3)]


def _lines(path: Path, *rows: object) -> str:
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            ROWS,
            "of 3 records none has text (read-missing-text 3); they have the fields: id, 正文, ",
        ),
        (
            [{"text": None, "body": "a"}],
            "(read-null-text 1); they have the fields: text, body; name",
        ),
        ([{"text": ["a"]}], "(read-text-not-a-string 1); they have the fields: text[]; name the"),
        ([{"text": "", "body": "a"}], "(empty text 1); they have the fields: body; name"),
        ([""], "is empty; name the key or column that holds the documents: --text-field"),
    ],
)
def test_a_file_without_text_trains_nothing(tmp_path: Path, rows: list[object], said: str) -> None:
    source, output = _lines(tmp_path / "a.jsonl", *rows), tmp_path / "out"
    output.mkdir()
    refused: list[Callable[[], object]] = [
        lambda: _train(source, output / "t.json", 300, "text"),
        lambda: calibrate_file(source, output / "c.yaml", "lang", "text", None, 9),
    ]
    for train in refused:
        with pytest.raises(InputError) as caught:
            train()
        assert said in str(caught.value)
        assert str(caught.value).startswith(source)
    assert list(output.iterdir()) == []


def test_each_source_must_have_text_and_skipped_records_are_told(tmp_path: Path) -> None:
    good = _lines(tmp_path / "a.jsonl", *ROWS, {"id": 9}, "no json", {"正文": None})
    texts = Texts([good], "正文")
    assert sum(batch.num_rows for batch in texts.batches()) == 3
    assert str(texts) == (
        "3 documents; 3 records skipped: read-missing-text 1, read-broken-json 1, read-null-text 1"
    )
    bad = _lines(tmp_path / "b.jsonl", {"id": 1})
    with pytest.raises(InputError, match=r"b\.jsonl: of 1 records"):
        list(Texts([good, bad], "正文").batches())
    pq.write_table(pa.table({"正文": ["甲", None], "year": [1, 2]}), tmp_path / "c.parquet")
    (tmp_path / "d.pdf").write_bytes(b"%PDF-1.4")
    texts = Texts([str(tmp_path / "[cd]*")], "正文")
    assert [row for batch in texts.batches() for row in batch["text"].to_pylist()] == ["甲"]
    assert texts.skipped == {"read-null-text": 1, "a file that no reader reads": 1}
    with pytest.raises(InputError, match=r"d\.pdf: is a PDF"):
        list(Texts([str(tmp_path / "d.pdf")], "正文").batches())


def test_no_model_is_replaced_without_leave(tmp_path: Path) -> None:
    source = _lines(tmp_path / "a.jsonl", *ROWS)
    output = tmp_path / "t.json"
    said = _train(source, output, 300)[-1]
    assert "tokens of the 300 asked for: the text has no more, from 3 documents" in said
    before = output.read_bytes()
    with pytest.raises(ConfigError, match=r"t.json: exists; .* --overwrite"):
        _train(source, output, 257)
    assert output.read_bytes() == before
    assert "257 tokens, from 3 documents" in _train(source, output, 257, overwrite=True)[-1]
    assert output.read_bytes() != before
    with pytest.raises(ConfigError, match=r"t\.json: exists"):
        calibrate_file(source, output, "lang", "正文", None, 9)
    (tmp_path / "zh-3gram.klm").write_bytes(b"old")
    names = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(ConfigError, match=r"\.klm: exists"):
        _train_lm(source, tmp_path, names)


def _train(
    source: str, output: Path, vocab_size: int, field: str = "正文", overwrite: bool = False
) -> list[str]:
    sample = SampleOptions()
    return train_tokenizer_file([source], output, field, overwrite, sample, vocab_size=vocab_size)


def _train_lm(source: str, folder: Path, names: set[str]) -> None:
    """Trains a model whose name is taken, whatever it is called."""
    from corpus_pipeline.training.kenlm import LmTraining

    name = LmTraining(language="zh", normaliser="characters-v1", training="").name
    if f"{name}.klm" not in names:
        (folder / f"{name}.klm").write_bytes(b"old")
    train_language_model_file(
        [source], folder, "正文", None, language="zh", normaliser=None, prune="0,3,5",
        overwrite=False,
    )  # fmt: skip
