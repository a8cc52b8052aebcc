"""`corpus check`: what is known of a run before it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import corpora
import pytest
import yaml
from runs import Corpus

from corpus_pipeline.readiness.check import check_run
from corpus_pipeline.readiness.findings import Finding, Findings
from corpus_pipeline.storage import held
from corpus_pipeline.workspace.run_file import LOCK_FILE


def config_of(folder: Path, changes: dict[str, Any] | None = None) -> Path:
    """Writes one good file of Chinese texts and a configuration, with changes."""
    (folder / "新闻.jsonl").write_text(corpora.json_line(corpora.CHINESE["plain"]) * 3, "utf-8")
    content = {
        "inputs": [{"path": f"{folder}/新闻.jsonl", "source": "新闻"}],
        "output": f"{folder}/out",
        "workers": 1,
    }
    path = folder / "c.yaml"
    path.write_text(yaml.safe_dump(corpora.merged(content, changes or {}), allow_unicode=True))
    return path


def of(findings: Findings, state: str, topic: str | None = None) -> list[str]:
    return [
        each.line for each in findings.listed if each.state == state and topic in (None, each.topic)
    ]


def test_a_good_configuration(corpus: Corpus, tmp_path: Path) -> None:
    path = config_of(tmp_path)
    code, out, err = corpus("check", path)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == f"{path}: no mistakes, no warnings"
    topics = {line.split()[1] for line in out.splitlines()[:-1]}
    assert topics == {
        "configuration", "steps", "models", "inputs", "notes", "output", "disk", "memory", "time",
        "runner",
    }  # fmt: skip
    assert not (tmp_path / "out").exists(), "it writes nothing"


def test_json(corpus: Corpus, tmp_path: Path) -> None:
    code, out, _ = corpus("check", config_of(tmp_path, {"seed": "x", "sed": 1}), "--json")
    found = json.loads(out)
    assert (code, found["mistakes"]) == (1, 2)
    assert found["findings"][0] == {
        "state": "mistake",
        "topic": "configuration",
        "line": f"{tmp_path}/c.yaml:6:1: seed: is a whole number, got x",
    }


def test_a_file_that_is_no_configuration(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("inputs: [")
    assert [each.state for each in check_run(path).listed] == ["mistake"]
    path.unlink()
    (line,) = of(check_run(path), "mistake")
    assert line.endswith("cannot be read (No such file or directory); try `corpus init`")


@pytest.mark.parametrize(
    ("name", "content", "state", "line"),
    [
        ("a.jsonl", b"", "warning", "{0}/a.jsonl is empty"),
        ("a.jsonl.gz", b'{"text": "plain"}\n', "warning", "a.jsonl.gz (is not compressed, its name "
         "says gz) is read as it is"),
        ("a.jsonl", '{"正文": "今天天气很好", "n": 1}\n'.encode() * 3, "mistake",
         "c.yaml:2:3: a: 3 of the first 3 records of {0}/a.jsonl cannot be read, most often for "
         "read-missing-text; there is no text in 'text' but in 正文; the longest texts are in "
         "'正文': write text_field: 正文"),
        ("a.jsonl", b'{"Text": "a"}\n', "mistake", "but in Text; did you mean 'Text'?"),
        ("a.jsonl", b'{"text": "a"}\n{"text": 1}\n', "warning", "1 of the first 2 records"),
        ("a.jsonl", b"\x89PNG\r\n\x1a\n", "mistake", "a.jsonl: is an image"),
        ("a.bin", b"\0\1\2", "mistake", "neither its name nor its first bytes tell its format"),
        ("a.parquet", b"PAR1 and nothing else", "mistake", "cannot be read as Parquet"),
    ],
)  # fmt: skip
def test_inputs(tmp_path: Path, name: str, content: bytes, state: str, line: str) -> None:
    path = config_of(tmp_path, {"inputs": [{"path": f"{tmp_path}/{name}", "source": "a"}]})
    (tmp_path / name).write_bytes(content)
    found = of(check_run(path), state, "inputs")
    assert any(line.format(tmp_path) in each for each in found), found


def test_a_wrong_text_field_is_named_where_it_is_written(tmp_path: Path) -> None:
    inputs = [{"path": f"{tmp_path}/新闻.jsonl", "source": "a", "text_field": "txt"}]
    (line,) = of(check_run(config_of(tmp_path, {"inputs": inputs})), "mistake")
    assert line.startswith(f"{tmp_path}/c.yaml:4:3: a: 3 of the first 3 records")
    assert line.endswith("did you mean 'text'?")


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        (["scrub", "language", "tokenize"], "scrub stands before language: placeholders are read"),
        (["quality", "language"], "quality stands before language: rules of single languages"),
    ],
)
def test_orders_that_are_hardly_meant(tmp_path: Path, steps: list[str], line: str) -> None:
    (found,) = of(check_run(config_of(tmp_path, {"steps": steps})), "warning", "steps")
    assert found.startswith(line)


def test_evaluation_files(tmp_path: Path) -> None:
    items = tmp_path / "items.jsonl"
    changes = {"dedup": {"contamination": {"evaluations": [str(items)]}}}
    path = config_of(tmp_path, changes)
    assert of(check_run(path), "mistake")[0].startswith(f"{path}:4:7: no input file matches")
    items.write_text('{"question": "甲乙丙丁"}\n{"question": ""}\n', "utf-8")
    assert of(check_run(path), "ok", "evaluations") == [f"{items}: 1 item"]
    items.write_text('{"nothing": "x"}\n')
    (line,) = of(check_run(path), "mistake", "evaluations")
    assert "no item has one of the fields" in line


def test_what_the_output_holds(corpus: Corpus, tmp_path: Path) -> None:
    path = config_of(tmp_path)
    output = tmp_path / "out"
    assert of(check_run(path), "ok", "output") == [f"{output}: a new run"]
    output.mkdir()
    (output / "mine.txt").write_text("x")
    (line,) = of(check_run(path), "mistake", "output")
    assert line == f"{path}:4:1: {output}: is not empty and holds no run; give another --output"
    (output / "mine.txt").unlink()
    with held(output, LOCK_FILE):
        (line,) = of(check_run(path), "mistake", "output")
        assert "another run is at work here" in line
    (output / LOCK_FILE).unlink(missing_ok=True)
    assert corpus("run", path).code == 0
    assert "finished" in of(check_run(path), "ok", "output")[0]
    (line,) = of(check_run(config_of(tmp_path, {"seed": 2})), "mistake", "output")
    assert "holds another run: config.seed was 1, is now 2" in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    (line,) = of(check_run(config_of(tmp_path, {"output": f"{locked}/out"})), "mistake")
    assert "cannot be written" in line


@pytest.mark.parametrize(
    ("changes", "state", "line"),
    [
        ({"memory": "900TB"}, "warning", "memory says 900,000.0 GB, there are"),
        ({"workers": 64, "memory": "3GB"}, "warning", "64 workers are asked for, and memory is "),
        ({"runner": "NothingRunner"}, "mistake", "Beam has no runner 'NothingRunner'"),
    ],
)
def test_the_machine_and_the_runner(
    tmp_path: Path, changes: dict[str, Any], state: str, line: str
) -> None:
    found = of(check_run(config_of(tmp_path, changes)), state)
    assert any(line in each for each in found), found


def test_a_cluster_that_does_not_answer(tmp_path: Path) -> None:
    changes = {"runner": "PrismRunner", "runner_options": {"job_endpoint": "localhost:1"}}
    (line,) = of(check_run(config_of(tmp_path, changes)), "mistake")
    assert "runner_options: job_endpoint: nobody answers at " in line


def test_what_a_recipe_needs(tmp_path: Path) -> None:
    path = config_of(tmp_path)
    path.write_text(path.read_text("utf-8") + "# needs: lists/ut1: a list, https://example.org\n")
    (line,) = of(check_run(path), "warning", "recipe")
    assert line == "lists/ut1: is needed and not there; it is a list, https://example.org"


def test_own_code(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("def keep(text): return True\ndef half(text: return 1\n")
    changes = {"steps": ["quality", {"use": f"{tmp_path}/rules.py:keep"}, {"use": "./no.py:f"}]}
    found = of(check_run(config_of(tmp_path, changes)), "mistake")
    assert len(found) == 2
    assert "rules.py:keep: cannot be imported (SyntaxError at rules.py:2)" in found[0]
    assert "./no.py: cannot be read" in found[1]


def test_secrets_and_signs_are_not_shown(tmp_path: Path) -> None:
    findings = Findings(places=None)  # type: ignore[arg-type]
    findings.ok("a", "https://user:hunter2@host/x\x1b[2J")
    assert findings.listed == [Finding("ok", "a", "https://host/x\\x1b[2J")]


def test_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    """The models of the package were looked at before; a check does not open them."""
    path = config_of(tmp_path)
    check_run(path)
    script = (
        "import sys; from pathlib import Path\n"
        "from corpus_pipeline.readiness.check import check_run\n"
        "check_run(Path(sys.argv[1]))\n"
        "print(sorted({'apache_beam', 'numba', 'kenlm', 'gigatoken'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
