"""A command whose output nobody reads ends without a traceback; one that waits says for what."""

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console as RichConsole
from runs import Corpus

from corpus_pipeline.cli import console as screen
from corpus_pipeline.cli.console import Console

CORPUS = [sys.executable, "-m", "corpus_pipeline.cli.main"]
#: What is written is kept until there is much of it, as it is where nobody asks for more.
BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
COMMANDS = [
    ["stats", "RUN"],
    ["stats", "RUN", "--by", "source"],
    ["why", "RUN", "0:0"],
    ["sample", "RUN"],
    ["verify", "RUN"],
    ["schema"],
    ["profile", "show", "default"],
    ["--help"],
    ["--version"],
]


def commands(finished: Path) -> list[list[str]]:
    return [[str(finished) if word == "RUN" else word for word in words] for words in COMMANDS]


def test_a_reader_that_is_gone(finished: Path) -> None:
    """Each command is a process of its own, forked: importing takes longer than all of them."""
    script = (
        "import json, os, sys\n"
        "from corpus_pipeline.cli.main import main\n"
        "import corpus_pipeline.cli.why_report\n"
        "reader, writer = os.pipe()\n"
        "os.close(reader)\n"
        "os.dup2(writer, 1)\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    if not (child := os.fork()):\n"
        "        sys.argv = ['corpus', *words]\n"
        "        main()\n"
        "    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "    print(words[0], code, file=sys.stderr)\n"
    )
    words = commands(finished)
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(words)],
        capture_output=True, text=True, env=BUFFERED,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if not line.startswith("check: ")]
    assert said == [f"{each[0]} 1" for each in words], done.stderr
    assert done.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*CORPUS, "--version"], stdout=full, stderr=subprocess.PIPE, text=True, env=BUFFERED
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr


def test_closed_streams(finished: Path) -> None:
    """No file that is opened takes the number of standard output, and nothing is said of it."""
    for closed in (">&- 2>&-", "<&-"):
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {closed}', "sh", *CORPUS, "stats", str(finished)],
            capture_output=True, text=True,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert bool(done.stdout) == (closed == "<&-")


def test_letters_that_the_terminal_does_not_have(finished: Path) -> None:
    done = subprocess.run(
        [*CORPUS, "why", str(finished), "kept/plain-zh"],
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0
    assert rb"\u" in done.stdout


def test_a_log_is_told_what_is_waited_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "ANNOUNCE_AFTER_SECONDS", 0.0)
    with Console() as console:
        console.begin("reading the configuration")
        console.begin("looking at the inputs")
        console.start("prepare", 1, 0)
    assert capsys.readouterr().err == "reading the configuration\nlooking at the inputs\n"
    monkeypatch.setattr(screen, "ANNOUNCE_AFTER_SECONDS", 0.05)
    with Console() as console:
        console.begin("soon over")
        console.begin("takes long")
        deadline = time.monotonic() + 60
        while not (said := capsys.readouterr().err) and time.monotonic() < deadline:
            time.sleep(0.01)
    assert said == "takes long\n"


def test_a_terminal_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "ANNOUNCE_AFTER_SECONDS", 3600.0)
    monkeypatch.setenv("TERM", "xterm")
    console, file = Console(), io.StringIO()
    console._console = RichConsole(force_terminal=True, width=80, file=file)
    with console:
        console.begin("reading the configuration")
        assert "reading the configuration" in file.getvalue()
    # A mistake that is found now stands alone: the line is erased.
    assert file.getvalue().endswith("\r\x1b[2K\x1b[?25h\r")


def test_what_a_run_says_first_needs_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "import corpus_pipeline.cli.main, corpus_pipeline.cli.console\n"
        "slow = {'apache_beam', 'numba', 'pyarrow', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "assert not slow, slow\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_run_says_first_what_it_is_about(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "ANNOUNCE_AFTER_SECONDS", 0.0)
    path = tmp_path / "c.yaml"
    path.write_text("inputs: [{path: /missing/*, source: s}]\noutput: o\n")
    assert corpus("run", path).err.splitlines() == [
        "reading the configuration",
        "loading stages, inputs and models",
        f"corpus: {path}:1:11: no input file matches '/missing/*'; correct `path` in the "
        "configuration",
    ]
