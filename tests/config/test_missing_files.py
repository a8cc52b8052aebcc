"""A run that cannot be is refused before anything is loaded."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import corpora
import pytest
import yaml
from runs import execute, small

from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.missing_files import refuse_missing_inputs, refuse_missing_resources
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.errors import CorpusError

HEAVY = {"apache_beam", "numba", "tokenizers", "gigatoken", "kenlm"}
_RUN = """
import sys
from corpus_pipeline.cli.main import main
sys.argv = ["corpus", "run", sys.argv[1]]
try:
    main()
finally:
    print(sorted({names} & set(sys.modules)))
"""


def changed(folder: Path, changes: dict[str, Any]) -> dict[str, Any]:
    return corpora.merged(small(folder / "in", folder / "out"), changes)


MISSING: list[tuple[dict[str, Any], str]] = [
    ({"inputs": [{"path": "没有.jsonl", "source": "a"}]}, "no input file matches '没有.jsonl'"),
    ({"language": {"enabled": True, "model": "no.bin"}}, "correct language.model"),
    ({"keywords": {"enabled": True, "lists": "no"}}, "correct keywords.lists"),
    ({"perplexity": {"enabled": True, "models": {"zh": "no.klm"}}}, "correct perplexity.models"),
    ({"tokenize": {"enabled": True, "tokenizer": "no.json"}}, "correct tokenize.tokenizer"),
    ({"dedup": {"contamination": {"enabled": True, "evaluations": ["no.jsonl"]}}},
     "no input file matches 'no.jsonl'"),
]  # fmt: skip
OTHER: list[tuple[dict[str, Any], str]] = [
    ({"quality": {"no_such_key": 1}}, "unknown key 'quality.no_such_key'"),
    ({"runner_options": {"key": "1"}}, "the runner direct takes none, got 'key'"),
]


@pytest.mark.parametrize(("changes", "line"), [*MISSING, *OTHER])
def test_a_refused_run_loads_no_stage(tmp_path: Path, changes: dict[str, Any], line: str) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(changed(tmp_path, changes)))
    done = subprocess.run(
        [sys.executable, "-c", _RUN.replace("{names}", repr(HEAVY)), str(config)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    assert line in done.stderr
    assert done.stdout.strip() == "[]", "what it has loaded"
    assert not (tmp_path / "out").exists()


def refuse(settings: dict[str, Any]) -> None:
    """Looks for the files of a configuration, as the command does before it loads anything."""
    config = build_config(settings, "test")
    refuse_missing_inputs(config)
    refuse_missing_resources(config, run_flow(config))


@pytest.mark.parametrize(("changes", "line"), MISSING)
def test_the_line_is_that_of_the_run_itself(
    tmp_path: Path, changes: dict[str, Any], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = changed(tmp_path, changes)
    with pytest.raises(CorpusError) as first:
        refuse(settings)
    with pytest.raises(CorpusError) as later:
        execute(settings)
    assert (type(first.value), str(first.value)) == (type(later.value), str(later.value))
    assert line in str(first.value)


@pytest.mark.parametrize("path", ["in/*.jsonl", "in", "in/a.jsonl", "~", "memory://nowhere/a"])
def test_what_may_be_there_is_left_to_the_run(
    tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = changed(tmp_path, {}) | {"inputs": [{"path": path, "source": "a"}]}
    refuse(settings)


def test_what_is_switched_off_is_not_looked_for(tmp_path: Path) -> None:
    off = {"enabled": False, "tokenizer": "no.json"}
    refuse(changed(tmp_path, {"tokenize": off}))
