"""Languages through whole runs: sources of known language, and `corpus calibrate`."""

import json
from pathlib import Path

import corpora
import pyarrow.parquet as pq
import pytest
import yaml
from runs import execute, in_this_process, small

from corpus_pipeline.errors import InputError
from corpus_pipeline.training.cut_offs import calibrate_file

ON = {"enabled": True}
ZH, EN = corpora.CHINESE["plain"].text, corpora.ENGLISH["plain"].text


def ledger(output: Path) -> dict[str, tuple[str | None, float | None, str | None]]:
    """Returns id -> language, score and reason."""
    table = pq.read_table(output / "ledger")
    columns = (table[name].to_pylist() for name in ("id", "lang", "lang_score", "drop_reason"))
    return {identity: tuple(rest) for identity, *rest in zip(*columns, strict=True)}


def lines(**texts: str) -> str:
    return "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in texts.items())


@pytest.mark.parametrize("enabled", [True, False])
def test_the_language_of_a_source_needs_no_model(tmp_path: Path, enabled: bool) -> None:
    settings = small(
        tmp_path / "in", tmp_path / "out", lines(zh=ZH, en=EN),
        inputs=[{"path": str(tmp_path / "in" / "a.jsonl"), "source": "a", "language": "zh_TW"}],
        language={"enabled": enabled, "keep": ["zh", "zh-Hant"]}, quality=ON,
    )  # fmt: skip
    with in_this_process():
        execute(settings)
    found = ledger(tmp_path / "out")
    assert found["zh"] == ("zh-Hant", None, None)
    assert found["en"][:2] == ("zh-Hant", None)


def test_a_source_that_skips_the_stage_is_judged_by_its_script(tmp_path: Path) -> None:
    settings = small(
        tmp_path / "in", tmp_path / "out", lines(zh=ZH, en=EN),
        inputs=[{"path": str(tmp_path / "in" / "a.jsonl"), "source": "a", "skip": ["language"]}],
        language=ON, quality=ON,
    )  # fmt: skip
    with in_this_process():
        execute(settings)
    nothing = (None, None, None)
    assert ledger(tmp_path / "out") == {"zh": nothing, "en": nothing}


def labelled(path: Path, texts: list[tuple[str, str]]) -> Path:
    """Writes labelled texts."""
    rows = (json.dumps({"text": text, "lang": lang}) for lang, text in texts)
    path.write_text("\n".join(rows), "utf-8")
    return path


def test_calibrate(tmp_path: Path) -> None:
    texts = [("cmn_Hani", ZH[n : n + 30]) for n in range(60)]
    texts += [("eng_Latn", EN[n : n + 60]) for n in range(60)]
    source = labelled(tmp_path / "labelled.jsonl", texts)
    said = calibrate_file(str(source), tmp_path / "c.yaml", "lang", "text", None, 1000)
    assert "cut-offs of 2 languages" in said
    text = (tmp_path / "c.yaml").read_text("utf-8")
    assert "from 120 texts of 2 languages" in text
    table = yaml.safe_load(text)["language"]["min_score_by_language"]
    assert set(table) == {"en", "zh"}
    settings = small(tmp_path / "in", tmp_path / "out", lines(zh=ZH), language={
        "enabled": True, "min_score_by_language": table})  # fmt: skip
    with in_this_process():
        execute(settings)
    assert ledger(tmp_path / "out")["zh"][2] is None


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        ([("english", EN)], "labelled.jsonl: {0}/labelled.jsonl:0: 'english' is no language"),
        ([("zh", ZH)] * 3, "no label of the model has 50 texts that are rightly its own"),
    ],
)
def test_what_calibrate_refuses(tmp_path: Path, texts: list[tuple[str, str]], line: str) -> None:
    source = labelled(tmp_path / "labelled.jsonl", texts)
    with pytest.raises(InputError) as caught:
        calibrate_file(str(source), tmp_path / "c.yaml", "lang", "text", None, 1000)
    assert line.split("{0}")[0] in str(caught.value)
    with pytest.raises(InputError, match="has no language under 'label'"):
        calibrate_file(str(source), tmp_path / "c.yaml", "label", "text", None, 1000)
    assert not (tmp_path / "c.yaml").exists()
