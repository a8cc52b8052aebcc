"""Events for programs: `corpus run --json`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from runs import Corpus, small

from corpus_pipeline.cli.events import EVENTS, Event
from corpus_pipeline.cli.watching import Interrupted, watched

COMMAND = [sys.executable, "-m", "corpus_pipeline.cli.main"]
#: A step that prints, which no event may stand beside.
PRINTING = """
def loud(document):
    print("hello from a worker", flush=True)
    return True
"""


def config_in(folder: Path, **more: Any) -> Path:
    content = small(folder / "in", folder / "out", plan={"unit_bytes": 1000}, **more)
    (folder / "c.yaml").write_text(yaml.safe_dump(content))
    return folder / "c.yaml"


def events(text: str) -> list[Event]:
    """Reads all lines; each must be one event."""
    return [EVENTS.validate_json(line) for line in text.splitlines()]


def kinds(found: list[Event]) -> list[str]:
    """The kinds of events, and the phases of those that have one."""
    return [f"{each.event} {getattr(each, 'phase', None) or ''}".rstrip() for each in found]


def run(folder: Path, config: Path, *arguments: str) -> tuple[int, list[Event], str]:
    done = subprocess.run(
        [*COMMAND, "run", str(config), "--json", *arguments], capture_output=True, text=True,
        cwd=folder,
    )  # fmt: skip
    return done.returncode, events(done.stdout), done.stderr


def test_every_line_of_a_run_is_an_event(tmp_path: Path) -> None:
    code, found, said = run(tmp_path, config_in(tmp_path))
    assert code == 0, said
    assert [kind for kind in kinds(found) if "advanced" not in kind] == [
        "run-started",
        "planned",
        "phase-started prepare",
        "phase-finished prepare",
        "phase-started exact",
        "phase-finished exact",
        "phase-started merge-exact",
        "phase-finished merge-exact",
        "phase-started finish",
        "phase-finished finish",
        "phase-started ledger",
        "phase-finished ledger",
        "phase-started check",
        "phase-finished check",
        "run-finished",
    ]
    assert [each.time for each in found] == sorted(each.time for each in found)
    planned, *_, finished = found[1:]
    assert planned.event == "planned"
    assert planned.phases == ["prepare", "exact", "merge-exact", "finish", "ledger", "check"]
    assert planned.output == str(tmp_path / "out")
    assert finished.event == "run-finished"
    counts = json.loads((tmp_path / "out" / "run.json").read_text())["counts"]
    dropped = {k.removeprefix("dropped-"): n for k, n in counts.items() if "dropped-" in k}
    assert (finished.documents, finished.drops) == (counts["documents"], dropped)
    assert finished.kept == finished.documents - finished.dropped
    assert finished.checked
    # The drops that are told under way are in the end those of the run.
    last = next(each for each in reversed(found) if each.event == "phase-finished")
    assert last.event == "phase-finished"
    assert (last.documents, last.drops) == (finished.documents, finished.drops)
    # Once more: it is complete already.
    code, found, _ = run(tmp_path, tmp_path / "c.yaml")
    assert code == 0
    assert kinds(found)[-1] == "run-finished"
    assert "planned" not in kinds(found)


@pytest.mark.parametrize(
    ("config", "error"),
    [
        ("inputs: [{path: missing/*, source: s}]\noutput: out\n", "InputError"),
        ("inputs: []\noutput: out\ndedpu: {}\n", "ConfigError"),
    ],
)
def test_a_run_that_is_refused(corpus: Corpus, tmp_path: Path, config: str, error: str) -> None:
    (tmp_path / "c.yaml").write_text(config)
    done = subprocess.run(
        [*COMMAND, "run", "c.yaml", "--json"], capture_output=True, text=True, cwd=tmp_path
    )
    started, failed = events(done.stdout)
    assert started.event == "run-started"
    assert started.command.endswith("run c.yaml --json")
    assert failed.event == "run-failed"
    assert (failed.error, failed.exit_code, failed.phase) == (error, done.returncode, None)
    # A mistake that is found at once stands alone, for people too.
    said = [each for each in done.stderr.splitlines() if each.startswith("corpus: ")]
    assert said == [f"corpus: {each}" for each in failed.line.split("\n")]


def test_a_run_of_which_most_is_unreadable_does_not_finish(tmp_path: Path) -> None:
    config = config_in(tmp_path, lines='{"no_text": 1}\n' * 9)
    code, found, _ = run(tmp_path, config)
    failed = found[-1]
    assert failed.event == "run-failed"
    assert (code, failed.exit_code, failed.error) == (1, 1, "ErrorBudgetError")
    assert "unreadable" in failed.line or "none of" in failed.line


def test_a_run_that_keeps_nothing_says_so(tmp_path: Path) -> None:
    off = {"enabled": False}
    config = config_in(tmp_path, keywords=off, where={"enabled": True, "drop": "True"})
    code, found, _ = run(tmp_path, config)
    finished = found[-1]
    assert finished.event == "run-finished", found[-1]
    assert (code, finished.kept) == (0, 0)
    assert any(each.startswith("warning: nothing was kept") for each in finished.remarks)


def test_what_else_is_printed_or_logged_is_not_among_the_events(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(PRINTING)
    content = yaml.safe_load(config_in(tmp_path).read_text())
    kept = {name: content[name] for name in ("inputs", "output", "workers")}
    config = tmp_path / "loud.yaml"
    config.write_text(yaml.safe_dump({**kept, "steps": [{"use": "./loud.py:loud"}]}))
    code, found, said = run(tmp_path, config)
    assert (code, found[-1].event) == (0, "run-finished"), said
    assert "hello from a worker" in said
    script = (
        "import logging, os\n"
        "from corpus_pipeline.cli.watching import watched\n"
        "with watched(as_json=True):\n"
        "    print('hello')\n"
        "    os.system('echo from a child')\n"
        "    logging.getLogger('any').warning('worker %s lost', 3)\n"
        "print('behind it')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    *written, behind = done.stdout.splitlines()
    assert behind == "behind it"
    _, remark = events("\n".join(written))
    assert remark.event == "remark"
    assert remark.line == "worker 3 lost"
    assert {"from a child", "hello"} <= set(done.stderr.splitlines())


def test_a_reader_that_is_gone_ends_the_run_without_a_word(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [*COMMAND, "run", str(config_in(tmp_path)), "--json"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_interrupted_is_an_event_with_the_exit_code(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["corpus", "run", "c.yaml"])
    script = (
        "import sys\n"
        "sys.argv = ['corpus', 'run', 'c.yaml']\n"
        "from corpus_pipeline.cli.watching import watched\n"
        "with watched(as_json=True):\n"
        "    raise KeyboardInterrupt\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    failed = events(done.stdout)[-1]
    assert failed.event == "run-failed"
    assert (failed.error, failed.exit_code) == (Interrupted.__name__, 130)
    with pytest.raises(Interrupted, match="interrupted before the work began"), watched():
        raise KeyboardInterrupt
