"""Runs of `corpus run` that something happens to, and what must come of them.

A trial ends in the bytes of a run that nobody disturbed, in one line that says what to do, or in
both, one after the other. Anything else fails the test.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import corpora
import pytest
import yaml
from runs import execute, in_this_process

from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.workspace.run_file import FOLDERS

#: Small batches make a unit long enough to be killed in its midst; what takes long to load is off.
CHANGES: dict[str, Any] = {
    "read": {"batch_bytes": 1000},
    **{name: {"enabled": False} for name in ("language", "quality", "perplexity", "scrub")},
    # Off unless they are named; smaller figures than usual, so that the small corpus has some.
    "dedup": {
        "address": {},
        "substring": {"min_bytes": 100},
        "paragraph": {"ngram": 8, "min_ngram": 8},
    },
}
#: Two workers; each task is tried four times, as on a cluster.
SPARK: dict[str, Any] = {
    "runner": "spark",
    "runner_options": {"spark.master": "local[2]", "spark.driver.memory": "1g"},
}
#: Each line of this file is a trial, for the table in docs/faults.md.
RECORD = "CORPUS_FAULT_RECORD"
#: Seconds that a run may take before it counts as one that hangs. One of all phases on Spark takes
#: a minute on a quiet machine, and many on one that does other work besides.
LONGEST = 400.0
_COMMAND = "corpus_pipeline.cli.main"

Settings = dict[str, Any]
Digests = dict[str, str]


def some(cases: Iterable[Any], *often: Any) -> list[Any]:
    """Returns cases as parameters; those that are not run often are slow."""
    return [each if each in often else pytest.param(each, marks=pytest.mark.slow) for each in cases]


def settings(inputs: Path, output: str | Path, **changes: Any) -> Settings:
    """Returns the configuration of the runs here: small units, every phase, few models."""
    content = corpora.settings(inputs, Path(output), **CHANGES)
    return corpora.merged({**content, "output": str(output)}, changes)


def digests(output: Path) -> Digests:
    """Returns the sha256 of every file that must be the same."""
    found = corpora.tree(output, *FOLDERS)
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    told: str
    """What it wrote to stderr."""

    @property
    def lines(self) -> list[str]:
        """Its lines for the user that are no progress and no warning of a retry."""
        told = [line for line in self.told.splitlines() if line.startswith("corpus: ")]
        return [line for line in told if "trying again" not in line]


def wait_until(seen: Callable[[], bool], what: str) -> None:
    """Waits until something is seen.

    Raises:
        AssertionError: it never came.
    """
    deadline = time.monotonic() + LONGEST
    while not seen():
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.002)


class Driver:
    """`corpus run` in a session of its own."""

    def __init__(
        self,
        content: Settings,
        folder: Path,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        prefix: Sequence[str],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".yaml", delete=False) as file:
            yaml.safe_dump(content, file)
        self._told = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed by `driving`)
        self.output = content["output"]
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-m", _COMMAND, "run", file.name, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=self._told,
            env={**os.environ, **environment},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The driver's own process."""
        return self.process.pid

    def wait_for(self, pattern: str) -> None:
        """Waits until a file of the output appears, or the run has ended before."""
        self.wait_until(lambda: any(Path(self.output).glob(pattern)), pattern)

    def wait_until(self, seen: Callable[[], bool], what: str) -> None:
        """Waits until something is seen.

        Raises:
            AssertionError: the run ended before, or it never came.
        """

        def seen_or_ended() -> bool:
            return self.process.poll() is not None or seen()

        wait_until(seen_or_ended, what)
        assert seen(), f"ended before {what}: {self.told()}"

    def kill(self, whole_group: bool = True, number: int = signal.SIGKILL) -> Ended:
        """Sends a signal to the driver, and to whatever it has started, and waits for its end."""
        (os.killpg if whole_group else os.kill)(self.pid, number)
        return self.wait()

    def wait(self) -> Ended:
        """Waits for the end.

        Raises:
            subprocess.TimeoutExpired: it hangs.
        """
        code = self.process.wait(LONGEST)
        return Ended(code, self.told())

    def told(self) -> str:
        """What it has written to stderr so far."""
        self._told.seek(0)
        return self._told.read()

    def close(self) -> None:
        """Kills whatever is left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        self._told.close()


@contextlib.contextmanager
def driving(
    content: Settings,
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
) -> Iterator[Driver]:
    """Starts a run; nothing of it outlives the block.

    Args:
        content: the configuration.
        folder: where its file goes.
        arguments: further ones of the command.
        environment: variables besides those of this process.
        prefix: a command that takes the run's command as its arguments.
    """
    driver = Driver(content, folder, arguments, environment or {}, prefix)
    try:
        yield driver
    finally:
        driver.close()


def run(
    content: Settings,
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
) -> Ended:
    """Runs the command to its end; takes what `driving` takes."""
    with driving(content, folder, *arguments, environment=environment, prefix=prefix) as driver:
        return driver.wait()


def run_here(content: Settings) -> dict[str, Any]:
    """Runs in this process, which takes a second instead of five."""
    with in_this_process():
        return execute(content)


def children(pid: int) -> list[int]:
    """Lists the child processes of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def descendants(pid: int) -> list[int]:
    """Lists the processes that a process has started, and those that these have started."""
    found = children(pid)
    return found + [each for child in found for each in descendants(child)]


def direct_workers(pid: int) -> list[int]:
    """Lists the workers of a driver of the direct engine: its fork server's children."""
    return [worker for child in children(pid) for worker in children(child)]


def parent(pid: int) -> int:
    """Returns the parent of a process, 0 if it is gone."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def alive(pids: Sequence[int]) -> list[int]:
    """Returns those processes that still have a program: neither gone nor waiting to be reaped."""
    return [pid for pid in pids if command_of(pid)]


def command_of(pid: int) -> str:
    """Returns the command line of a process, empty if it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


@dataclasses.dataclass
class Trial:
    """One fault that was tried, and how it ended."""

    fault: str
    engine: str
    clean: Digests
    """Of a run that nobody disturbed."""
    ends: list[str] = dataclasses.field(default_factory=list)

    def same(self, output: Path) -> None:
        """Checks that the output is whole and has the same bytes, and that no work is left."""
        assert (output / "run.json").exists(), "the run did not end"
        verify(output)
        assert digests(output) == self.clean
        assert not (output / ".work").exists()
        self.ends.append("same bytes")

    def one_line(self, ended: Ended, *parts: str, code: int = 1) -> None:
        """Checks that a command ended with one line that says certain things."""
        assert (ended.code, len(ended.lines)) == (code, 1), ended.told
        assert "Traceback" not in ended.told, ended.told
        for part in parts:
            assert part in ended.lines[0], ended.told
        self.ends.append("one line")


@contextlib.contextmanager
def trying(fault: str, engine: str, clean: Digests) -> Iterator[Trial]:
    """Tries a fault; notes how it ended where `CORPUS_FAULT_RECORD` names a file."""
    trial = Trial(fault, engine, clean)
    end = "failed"
    try:
        yield trial
        assert trial.ends, "a trial must end in something"
        end = ", then ".join(trial.ends)
    finally:
        if path := os.environ.get(RECORD):
            line = {"fault": fault, "engine": engine, "end": end}
            with open(path, "a") as file:
                file.write(json.dumps(line) + "\n")
