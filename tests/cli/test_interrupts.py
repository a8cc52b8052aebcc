"""Ctrl-C at a terminal: the first one says how to go on, the second one ends at once."""

import contextlib
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from runs import small

from corpus_pipeline.cli.watching import command_line, going_on

#: Seconds that something may take to appear on a busy machine.
LONGEST = 300.0
COMMAND = [sys.executable, "-m", "corpus_pipeline.cli.main"]


class Terminal:
    """A process at a terminal of its own, which it controls."""

    def __init__(self, command: list[str]) -> None:
        self.shown = ""
        self.pid, self._end = pty.fork()
        if not self.pid:
            os.environ["TERM"] = "xterm"
            # Whoever runs the tests in the background has switched it off for all below.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execv(command[0], command)

    def wait_for(self, seen: Callable[[str], bool]) -> None:
        """Reads until something is shown."""
        deadline = time.monotonic() + LONGEST
        while not seen(self.shown):
            assert time.monotonic() < deadline, self.shown
            assert self._read(), f"ended too early: {self.shown}"

    def press(self, key: bytes) -> None:
        """Sends a key."""
        os.write(self._end, key)

    def end(self) -> int:
        """Reads to the end; returns the exit code."""
        while self._read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self) -> bool:
        if select.select([self._end], [], [], LONGEST)[0]:
            with contextlib.suppress(OSError):  # On Linux the end of a terminal is an error.
                if data := os.read(self._end, 65536):
                    self.shown += data.decode("utf-8", "replace")
                    return True
        return False

    def told(self) -> str:
        """What is shown, in one line and without moves of the cursor."""
        return re.sub(r"\x1b\[[?\d;]*[A-Za-z]|[\r\n]", "", self.shown)


def test_the_first_one_says_how_to_go_on(tmp_path: Path) -> None:
    content = small(tmp_path / "in", tmp_path / "my out", plan={"unit_bytes": 1000})
    config = tmp_path / "my corpus.yaml"
    config.write_text(yaml.safe_dump(content))
    terminal = Terminal([*COMMAND, "run", str(config), "--overwrite"])
    terminal.wait_for(lambda shown: "▶ " in shown and "prepare" in shown)
    terminal.press(b"\x03")
    assert terminal.end() == 130
    told = terminal.told()
    found = re.search(
        r"corpus: interrupted .*; what is done stays; to go on: (.*?)(  more: .*)?$", told
    )
    assert found, told
    command = shlex.split(found[1])
    # With --overwrite it would throw away what is done.
    assert command == [*COMMAND, "run", str(config)]
    assert "\x1b[?25h" in terminal.shown, "the cursor is shown again"
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "my out" / "run.json").exists()


def test_the_second_one_ends_at_once() -> None:
    """A run that does not end at the first: its clean-up hangs."""
    script = (
        "import time\n"
        "from corpus_pipeline.cli.watching import watched\n"
        "with watched() as watch:\n"
        "    try:\n"
        "        watch.console.begin('ready')\n"
        "        time.sleep(600)\n"
        "    finally:\n"
        "        watch.console.begin('cleaning up')\n"
        "        time.sleep(600)\n"
    )
    terminal = Terminal([sys.executable, "-c", script])
    terminal.wait_for(lambda shown: "ready" in shown)
    terminal.press(b"\x03")
    terminal.wait_for(lambda shown: "Ctrl-C again ends at once" in shown)
    terminal.press(b"\x03")
    assert terminal.end() == 130
    assert "corpus: interrupted before the work began" in terminal.told()
    assert terminal.shown.rindex("\x1b[?25h") > terminal.shown.rindex("\x1b[?25l")


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    """A job in the background of a script must not be ended by the terminal's Ctrl-C."""
    script = (
        "import os, signal\n"
        "from corpus_pipeline.cli.watching import watched\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "with watched():\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "original", "expected"),
    [
        (["corpus", "run", "a.yaml"], [], "corpus run a.yaml"),
        (["/opt/env/bin/corpus", "run", "a.yaml"], [], "/opt/env/bin/corpus run a.yaml"),
        (
            ["corpus", "run", "a b.yaml", "--output", "x$y"], [],
            "corpus run 'a b.yaml' --output 'x$y'",
        ),
        (["corpus", "run", "语料.yaml"], [], "corpus run '语料.yaml'"),
        (
            ["/p/corpus_pipeline/cli/main.py", "run", "a.yaml"],
            ["python3", "-m", "corpus_pipeline.cli.main", "run", "a.yaml"],
            "python3 -m corpus_pipeline.cli.main run a.yaml",
        ),
    ],
)  # fmt: skip
def test_the_command_as_it_was_given(words: list[str], original: list[str], expected: str) -> None:
    assert command_line(words, original) == expected


def test_what_throws_a_run_away_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["corpus", "run", "a.yaml", "--overwrite", "--json"])
    assert going_on(begun=True) == "corpus run a.yaml --json"
    assert going_on(begun=False) == "corpus run a.yaml --overwrite --json"
