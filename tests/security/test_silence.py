"""What stands in a document stays in the data: no message, log line or manifest repeats it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import corpora
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from runs import small
from security.hostile import PERSON, PERSONAL, Outcome, corpus, state_of

from corpus_pipeline.flow import default_steps
from corpus_pipeline.scrub.step import Scrub
from corpus_pipeline.steps import Step

TEXT = corpora.joined("en", [*corpora.story("en", 0), f"Please write to {PERSON}."])


def run(content: Mapping[str, Any], folder: Path) -> Outcome:
    """Runs a configuration through the command line."""
    (folder / "config.yaml").write_text(yaml.safe_dump(dict(content)))
    return corpus("run", folder / "config.yaml")


def assert_silent(outcome: Outcome, output: Path) -> None:
    """Checks messages, logs and whatever the run has left behind that is no document."""
    assert [piece for piece in PERSONAL if piece in outcome.everything] == []
    for path, content in state_of(output):
        found = [piece for piece in PERSONAL if piece.encode() in content]
        assert found == [], path.relative_to(output)


def test_a_run_that_ends_well_is_silent(tmp_path: Path) -> None:
    lines = [{"text": TEXT}, {"text": TEXT}, {"text": f"{PERSON} " * 3}]
    text = "".join(json.dumps(line) + "\n" for line in lines) + f'{{"text": "{PERSON}\n'
    content = small(tmp_path / "in", tmp_path / "out", text,
                    quality={"enabled": True}, scrub={"enabled": True})  # fmt: skip
    outcome = run(content, tmp_path)
    assert outcome.code == 0
    assert_silent(outcome, tmp_path / "out")
    # The test could not fail if the person stood nowhere at all.
    assert any("Vexworth" in str(row) for row in corpora.rows(tmp_path / "out" / "rejected"))


def broken_json(folder: Path) -> dict[str, Any]:
    content = small(folder / "in", folder / "out", f'{{"text": "{PERSON}\n')
    return {**content, "max_errors": 0}


def text_is_a_number(folder: Path) -> dict[str, Any]:
    content = small(folder / "in", folder / "out")
    pq.write_table(pa.table({"text": [1], "name": [PERSON]}), folder / "in" / "b.parquet")
    return {**content, "inputs": [{"path": f"{folder}/in/b.parquet", "source": "b"}]}


def cut_parquet(folder: Path) -> dict[str, Any]:
    content = small(folder / "in", folder / "out")
    path = folder / "in" / "b.parquet"
    pq.write_table(pa.table({"text": [TEXT] * 9}), path, compression="none", use_dictionary=False)
    data = bytearray(path.read_bytes())
    data[4:20] = bytes([255]) * 16
    path.write_bytes(bytes(data))
    inputs = [{"path": str(path), "source": "b"}]
    return {**content, "inputs": inputs, "max_errors": 0}


def dataset_of_other_types(folder: Path) -> dict[str, Any]:
    content = small(folder / "in", folder / "out")
    documents = folder / "dataset" / "documents"
    documents.mkdir(parents=True)
    columns = {"id": ["a"], "source": ["a"], "file": ["a"], "text": ["b"], "lang_score": [PERSON]}
    pq.write_table(pa.table(columns), documents / "part-00000-of-00001.parquet")
    (folder / "dataset" / "run.json").write_text("{}")
    inputs = [{"path": f"{folder}/dataset", "source": "a", "format": "dataset"}]
    return {**content, "inputs": inputs}


def _evaluation(folder: Path, text: str) -> dict[str, Any]:
    (folder / "evaluation.jsonl").write_text(text)
    evaluations = {"enabled": True, "evaluations": [f"{folder}/evaluation.jsonl"]}
    return small(folder / "in", folder / "out", dedup={"contamination": evaluations})


def evaluation_is_no_json(folder: Path) -> dict[str, Any]:
    return _evaluation(folder, f'{{"question": "{PERSON}\n')


def evaluation_items_are_too_short(folder: Path) -> dict[str, Any]:
    return _evaluation(folder, json.dumps({"id": "a", "question": PERSON.split()[0]}) + "\n")


FAILURES: list[tuple[Callable[[Path], dict[str, Any]], str]] = [
    (broken_json, "unreadable records are more than max_errors"),
    (text_is_a_number, "column 'text' is of type int64"),
    (cut_parquet, "read-broken-file"),
    (dataset_of_other_types, "please report it"),
    (evaluation_is_no_json, "record in line 1 cannot be read: read-broken-json"),
    (evaluation_items_are_too_short, "0 of 1 items are long enough"),
]


@pytest.mark.parametrize(("make", "message"), FAILURES, ids=[make.__name__ for make, _ in FAILURES])
def test_a_run_that_fails_is_silent(
    make: Callable[[Path], dict[str, Any]], message: str, tmp_path: Path
) -> None:
    outcome = run(make(tmp_path), tmp_path)
    assert outcome.code == 1
    assert message in outcome.err
    assert outcome.err.splitlines()[-1].startswith("corpus: ")
    assert_silent(outcome, tmp_path / "out")


STEPS = [step for step in default_steps() if step.apply is not Step.apply]
ERRORS: list[type[Exception]] = [KeyError, RuntimeError, pa.ArrowInvalid]
CASES = [*((step, ValueError) for step in STEPS), *((Scrub, error) for error in ERRORS)]


@pytest.mark.parametrize(("step", "error"), CASES)
def test_an_error_that_quotes_a_document_is_not_shown(
    step: type[Step], error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Libraries quote what they cannot take; the user sees the kind of error and the place."""

    def fail(self: object, batch: pa.RecordBatch) -> pa.RecordBatch:
        raise error(f"cannot take {batch['text'][0].as_py()!r}")

    monkeypatch.delenv("CORPUS_DEBUG", raising=False)
    monkeypatch.setattr(step, "apply", fail)
    lines = json.dumps({"text": TEXT}) + "\n"
    on = {step.name: {"enabled": True}}
    outcome = run(small(tmp_path / "in", tmp_path / "out", lines, **on), tmp_path)
    assert outcome.code == 1
    assert f"{error.__name__} at " in outcome.err
    assert_silent(outcome, tmp_path / "out")
