"""The command line: help, one-line errors, exit codes, what a person sees."""

import contextlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import corpora
import pytest
import typer
import yaml
from runs import Corpus, Outcome
from typer.testing import CliRunner

from corpus_pipeline.cli.main import app
from corpus_pipeline.config.schema import configuration_schema
from corpus_pipeline.workspace.run_file import FOLDERS

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_the_commands() -> None:
    assert set(COMMANDS) >= {
        "run", "read", "extract", "filter", "dedup", "scrub", "tokenize", "init", "schema",
        "stats", "sample", "verify", "why", "diff", "profile", "train-tokenizer", "train-lm",
        "calibrate",
    }  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_an_example(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert any(line.strip().endswith(".") and len(line.split()) > 3 for line in lines[:6])
    assert "Example" in result.output
    assert f"corpus {command}" in result.output.split("Example")[1]


def test_help_is_instant() -> None:
    script = (
        "import sys; sys.argv = ['corpus', '--help']\n"
        "from corpus_pipeline.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "slow = {'apache_beam', 'numba', 'pyarrow', 'presidio_analyzer'} & set(sys.modules)\n"
        "assert not slow, slow\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_help_of_every_command_needs_nothing_heavy() -> None:
    script = (
        "import contextlib, io, sys, typer\n"
        "from corpus_pipeline.cli.main import app\n"
        "for name, command in typer.main.get_command(app).commands.items():\n"
        "    for inner in ('', *getattr(command, 'commands', ())):\n"
        "        words = [name, *([inner] if inner else []), '--help']\n"
        "        with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        "            app(words)\n"
        "        heavy = {'apache_beam', 'numba', 'numpy', 'pyarrow', 'yaml'} & set(sys.modules)\n"
        "        assert not heavy, (words, heavy)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_refused_run_leaves_no_process_at_work(tmp_path: Path) -> None:
    """The workers' imports begin early; they end with the line that refuses the run."""
    config = tmp_path / "a.yaml"
    config.write_text(f"inputs: [{{path: {tmp_path}/no.jsonl, source: a}}]\noutput: {tmp_path}/o")
    script = (
        "import sys; sys.argv = ['corpus', 'run', sys.argv[1]]\n"
        "from corpus_pipeline.cli.main import main; main()"
    )
    command = [sys.executable, "-c", script, str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as running:
        assert running.stderr is not None
        assert any(b"no.jsonl" in line for line in running.stderr)
    deadline = time.monotonic() + 5
    while left := of_session(running.pid):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def of_session(number: int) -> list[str]:
    """Commands of the processes of a session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == number and fields[0] != "Z":
                found.append((folder / "cmdline").read_text())
    return found


def test_version(corpus: Corpus) -> None:
    from corpus_pipeline import __version__

    assert corpus("--version") == Outcome(0, f"corpus_pipeline {__version__}\n", "")


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., Path]:
    """Writes a configuration of one small file, with changes."""

    def config(**changes: Any) -> Path:
        (tmp_path / "a.jsonl").write_text(corpora.json_line(corpora.CHINESE["plain"]), "utf-8")
        content = {
            "inputs": [{"path": f"{tmp_path}/a.jsonl", "source": "a"}],
            "output": f"{tmp_path}/out",
            "workers": 1,
        }
        path = tmp_path / "c.yaml"
        path.write_text(yaml.safe_dump(corpora.merged(content, changes)))
        return path

    return config


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"dedpu": {}}, "{folder}/c.yaml:1:1: unknown key 'dedpu'; did you mean 'dedup'?"),
        (
            {"language": {"min_score": 2}},
            "{folder}/c.yaml:5:3: language.min_score: Input should be less than or equal to 1, "
            "got 2",
        ),
        (
            {"inputs": [{"path": "/missing/*.gz", "source": "a"}]},
            "no input file matches '/missing/*.gz'; correct `path` in the configuration",
        ),
        (
            {"tokenize": {"tokenizer": "/missing.json"}},
            "/missing.json: cannot be read (No such file or directory); correct "
            "tokenize.tokenizer in the configuration",
        ),
        ({"tokenize": {"tokenizer_sha256": "ab"}}, "sha256"),
        ({"tokenize": {"eos_token": "<end>"}}, "eos_token '<end>' is not in "),
        ({"quality": {"profile": "/missing.yaml"}}, "/missing.yaml"),
        ({"language": {"model": "/missing.bin"}}, "/missing.bin: cannot be read"),
        ({"keywords": {"lists": "/missing"}}, "/missing: cannot be read"),
        ({"perplexity": {"models": {"en": "/missing.klm"}}}, "/missing.klm: cannot be read"),
        ({"language": {"keep": ["english"]}},
         "language: keep: 'english' is no label of the language model; did you mean 'en'?"),
        ({"language": {"min_score_by_language": {"chinese": 0.1}}}, "did you mean 'zh'?"),
        ({"language": {"merge": {"hbs": ["hr", "serbian"]}}}, "did you mean 'sr'?"),
        ({"perplexity": {"max_perplexity": {"fr": 5}}},
         "perplexity.max_perplexity: 'fr' has no model; there are models for en, zh"),
        ({"scrub": {"placeholder": "{x}"}}, "scrub: placeholder may hold no braces but {{entity}}"),
        ({"scrub": {"entities": ["NOSE"]}}, "NOSE"),
        ({"dedup": {"contamination": {"evaluations": ["/missing"]}}},
         "no input file matches '/missing'"),
        ({"read": {"batch_bytes": "1GB"}}, "c.yaml:6:3: read.batch_bytes: Input should be"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_a_wrong_configuration_is_one_line(
    corpus: Corpus,
    config: Callable[..., Path],
    tmp_path: Path,
    changes: dict[str, Any],
    line: str,
) -> None:
    code, out, err = corpus("run", config(**changes))
    assert (code, out) == (1, "")
    assert err.count("\n") == 1, err
    assert err.startswith("corpus: ")
    assert line.format(folder=tmp_path) in err
    assert not (tmp_path / "out").exists(), "the mistake was found before anything was written"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["run", "{0}/missing.yaml"],
         "{0}/missing.yaml: cannot be read (No such file or directory); try `corpus init`"),
        (["read", "{0}/missing.jsonl", "{0}/out"],
         "no input file matches '{0}/missing.jsonl'; correct `path` in the configuration"),
        (["extract", "{0}", "{0}/out"],
         "{0}: is not a dataset folder (no run.json); make one with `corpus read`, or say what "),
        (["dedup", "{0}/missing", "{0}/out"],
         "{0}/missing: is not a dataset folder: there is no such folder; correct the name"),
        (["verify", "{0}"], "{0}: holds no run (no run.json); name the folder that "),
        (["stats", "{0}/missing"], "{0}/missing: there is no such folder; correct the name"),
        (["stats", "{0}/there.yaml"], "{0}/there.yaml: is a file; name the folder that a run has"),
        (["why", "{0}", "3:17"], "{0}: holds no run (no run.json)"),
        (["sample", "{0}"], "{0}: holds no run (no run.json)"),
        (["init", "{0}/there.yaml"], "{0}/there.yaml: exists; name another file, or remove it"),
        (["train-tokenizer", "{0}/missing", "{0}/t.json"], "no input file matches '{0}/missing'"),
        (["train-lm", "{0}/missing", "--language", "en", "--output", "{0}"], ""),
        (["train-lm", "{0}/missing", "--language", "english", "--output", "{0}"],
         "train-lm: 'english' is no language; did you mean 'en'?"),
        (["calibrate", "{0}/missing.jsonl", "{0}/c.yaml"], "no input file matches"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)  # fmt: skip
def test_errors_are_one_line_and_exit_1(
    corpus: Corpus, tmp_path: Path, arguments: list[str], line: str
) -> None:
    (tmp_path / "there.yaml").touch()
    code, out, err = corpus(*[argument.format(tmp_path) for argument in arguments])
    assert (code, out) == (1, "")
    assert err.startswith("corpus: ")
    assert line.format(tmp_path) in err
    assert err.count("\n") == 1, err


def test_damage_makes_verify_exit_1(corpus: Corpus, finished: Path, tmp_path: Path) -> None:
    assert corpus("verify", finished).code == 0
    output = Path(shutil.copytree(finished, tmp_path / "out"))
    (output / "ledger" / "part-00000-of-00005.parquet").unlink()
    code, out, err = corpus("verify", output)
    assert (code, out) == (1, "")
    assert err == f"corpus: {output}: ledger/part-00000-of-00005.parquet is missing\n"


def test_wrong_usage_exits_2(corpus: Corpus) -> None:
    assert corpus("run", "--no-such-option").code == 2
    assert corpus("no-such-command").code == 2


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["rnu", "c.yaml"], "'run'"),
        (["chekc", "c.yaml"], "'check'"),
        (["run", "c.yaml", "--outptu", "o"], "--output"),
        (["profile", "lst"], "'list'"),
    ],
)
def test_commands_and_options_that_were_meant(
    corpus: Corpus, arguments: list[str], meant: str
) -> None:
    code, _, err = corpus(*arguments)
    assert code == 2
    assert meant in err


def complaints(schema: dict[str, Any], value: Any, root: dict[str, Any], at: str = "") -> list[str]:
    """Checks a value against the part of JSON Schema that our schema uses."""
    if "$ref" in schema:
        return complaints(root["$defs"][schema["$ref"].split("/")[-1]], value, root, at)
    if "anyOf" in schema:
        tried = [complaints(one, value, root, at) for one in schema["anyOf"]]
        return min(tried, key=len)
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is none of {schema['enum']}"]
    if "const" in schema and value != schema["const"]:
        return [f"{at}: {value!r} is not {schema['const']}"]
    types: dict[str, Any] = {
        "object": dict, "array": list, "string": str, "integer": int, "boolean": bool,
        "number": (int, float), "null": type(None),
    }  # fmt: skip
    kind = schema.get("type")
    if kind and (
        not isinstance(value, types[kind]) or (kind != "boolean") == isinstance(value, bool)
    ):
        return [f"{at}: {value!r} is no {kind}"]
    found = []
    if isinstance(value, (int, float)):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        if not low <= value <= high or value <= schema.get("exclusiveMinimum", value - 1):
            found.append(f"{at}: {value!r} is out of range")
    if isinstance(value, list):
        for i, item in enumerate(value):
            found += complaints(schema.get("items", {}), item, root, f"{at}[{i}]")
    if isinstance(value, dict):
        known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        found += [
            f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value
        ]
        for name, item in value.items():
            if name in known:
                found += complaints(known[name], item, root, f"{at}.{name}")
            elif more is False:
                found.append(f"{at}.{name} is unknown")
            elif isinstance(more, dict):
                found += complaints(more, item, root, f"{at}.{name}")
    return found


def test_schema_accepts_the_template_and_refuses_mistakes(corpus: Corpus, tmp_path: Path) -> None:
    printed = json.loads(corpus("schema").out)
    assert printed == configuration_schema()
    corpus("init", tmp_path / "c.yaml")
    template = yaml.safe_load((tmp_path / "c.yaml").read_text("utf-8"))
    assert complaints(printed, template, printed) == []
    for change, complaint in (
        ({"dedpu": {}}, ".dedpu is unknown"),
        ({"language": {"min_score": 2}}, ".language.min_score: 2 is out of range"),
        ({"tokenize": {"engine": "abacus"}}, ".tokenize.engine: 'abacus' is "),
        ({"dedup": {"exact": 1}}, ".dedup.exact: 1 is no object"),
    ):
        (found,) = complaints(printed, corpora.merged(template, change), printed)
        assert found.startswith(complaint)
    del template["output"]
    assert complaints(printed, template, printed) == [".output is missing"]


def test_schema_accepts_sizes_as_people_write_them() -> None:
    schema = configuration_schema()
    content = {"inputs": [{"path": "a", "source": "s"}], "output": "o", "memory": "4GB",
               "plan": {"unit_bytes": "64 MiB"}}  # fmt: skip
    assert complaints(schema, content, schema) == []


def test_run_by_two_workers_with_inputs_in_another_order(
    finished: Path, inputs: Path, tmp_path: Path
) -> None:
    content = corpora.settings(inputs, tmp_path / "elsewhere")
    content["inputs"].reverse()
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(content))
    output = tmp_path / "out"
    command = [sys.executable, "-m", "corpus_pipeline.cli.main", "run", f"{tmp_path}/c.yaml",
               "--workers", "2", "--output", str(output)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert corpora.tree(output, *FOLDERS) == corpora.tree(finished, *FOLDERS)
    assert not (tmp_path / "elsewhere").exists()
    assert "plan: 5 units of 7 files, 8 partitions, 2 workers" in done.stderr
    assert "Warning" not in done.stderr
    phases = [line.split(":")[0] for line in done.stderr.splitlines() if ": done in " in line]
    assert phases == [
        "prepare", "contamination", "merge-contamination", "exact", "merge-exact", "document",
        "merge-document", "shingles", "verify", "resolve", "merge-resolve", "sentence",
        "merge-sentence", "finish", "shards", "merge-shards", "ledger", "check",
    ]  # fmt: skip
    assert f"{output}: 19 of 41 documents and " in done.stdout
    for name in ("removed_sentences 8", "pii_email 2", "skipped-request 1"):
        assert name in done.stdout
    assert re.search(r"^contaminated +2 +4\.9 +2 +2$", done.stdout, re.MULTILINE)


def test_stages_alone_and_what_they_print(corpus: Corpus, inputs: Path, tmp_path: Path) -> None:
    raw, clean = tmp_path / "raw", tmp_path / "clean"
    code, out, _ = corpus("read", f"{inputs}/crawl/*", raw)
    assert code == 0
    assert f"{raw}: 5 of 7 documents" in out
    assert {row["text"] for row in corpora.rows(raw / "documents")[:2]} == {None}
    code, out, _ = corpus("extract", raw, clean)
    assert code == 0
    assert f"{clean}: 4 of 5 documents" in out
    assert re.search(r"^extract-empty +1 +20\.0 +1 +1$", out, re.MULTILINE)
    code, _, err = corpus("scrub", raw, clean)
    assert code == 1
    assert "holds another run: config." in err
