"""The pool of workers: retries, deaths, hangs, errors."""

import contextlib
import dataclasses
import errno
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from corpus_pipeline.engines.direct import DirectEngine
from corpus_pipeline.engines.engine import Clocks
from corpus_pipeline.errors import EngineError, InputError
from corpus_pipeline.transforms import StageCounters, Tally, Transform, Work, item_ranges, unrolled


class Behave(Transform):
    """Does to its worker what the item says, and notes that it was there."""

    output = int

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def setup(self, tally: Tally) -> None:
        """Makes the counters."""
        self._counters = StageCounters("behave", tally)

    def process(self, item: int) -> Iterator[int]:
        """Behaves as items do: see the tests."""
        attempt = len(list(Path(self.folder).glob(f"{item}-*")))
        (Path(self.folder) / f"{item}-{attempt}").touch()
        self._counters.saw(1, 10)
        if item == DIES or (item == DIES_ONCE and attempt == 0):
            os._exit(9)
        if item == HANGS or (item == HANGS_ONCE and attempt == 0):
            time.sleep(600)
        if item == BAD_INPUT:
            raise InputError("a.jsonl: no such file; correct `path`")
        if item == DEFECT:
            raise ZeroDivisionError("a defect")
        yield item


DIES, DIES_ONCE, HANGS, HANGS_ONCE, BAD_INPUT, DEFECT = range(100, 106)


@dataclasses.dataclass(frozen=True)
class Phase:
    """A phase whose items behave as their numbers say."""

    folder: str
    name: str = "misbehaving"

    def work(self, items: Sequence[int]) -> Work:
        """Returns the work on these items."""
        return Work(item_ranges(sorted(items)), unrolled, (Behave(self.folder),))


class Noted:
    """Notes how often each task was reported as done, and the clocks."""

    def __init__(self) -> None:
        self.found: Clocks = Counter()

    def advance(self, items: int, text_bytes: int, errors: int = 0) -> None: ...

    def done(self, items: Sequence[int], clocks: Clocks) -> None:
        self.found[str(tuple(items))] += 1
        self.found.update(clocks)


def run(
    folder: Path, items: Sequence[int], workers: int = 1, timeout: float = 60, max_items: int = 1
) -> Clocks:
    """Runs items; returns what was reported."""
    report = Noted()
    with DirectEngine(workers, timeout) as engine:
        engine.run(Phase(str(folder)), items, max_items, report)
    return report.found


@pytest.fixture(scope="module")
def timeout(tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds that no healthy task takes on this machine, as busy as it is now; at least one."""
    folder = str(tmp_path_factory.mktemp("timeout"))
    with DirectEngine(1, 600) as engine:
        engine.run(Phase(folder), [0], 1, Noted())
        start = time.monotonic()
        engine.run(Phase(folder), [1], 1, Noted())
        return max(1.0, 6 * (time.monotonic() - start))


def attempts(folder: Path) -> dict[int, int]:
    return dict(sorted(Counter(int(path.name.split("-")[0]) for path in folder.iterdir()).items()))


def test_every_task_is_done_once(tmp_path: Path) -> None:
    found = run(tmp_path, range(4), workers=1, max_items=2)
    assert found == {"(0, 1)": 1, "(2, 3)": 1,
                     "behave/documents": 4, "behave/bytes": 40}  # fmt: skip
    assert attempts(tmp_path) == {0: 1, 1: 1, 2: 1, 3: 1}


def test_no_tasks(tmp_path: Path) -> None:
    assert run(tmp_path, []) == {}


def test_a_worker_that_dies_costs_one_more_attempt(tmp_path: Path) -> None:
    found = run(tmp_path, [0, DIES_ONCE, 1])
    assert [found[str((item,))] for item in (0, DIES_ONCE, 1)] == [1, 1, 1]
    assert attempts(tmp_path) == {0: 1, 1: 1, DIES_ONCE: 2}


class Tell(Transform):
    """Notes which process an item came to."""

    output = int

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def process(self, item: int) -> Iterator[int]:
        """Leaves a file of the process's number."""
        (Path(self.folder) / str(os.getpid())).touch()
        yield item


@dataclasses.dataclass(frozen=True)
class Telling:
    """A phase that tells which workers there are."""

    folder: str
    name: str = "telling"

    def work(self, items: Sequence[int]) -> Work:
        """Returns the work on these items."""
        return Work(item_ranges(sorted(items)), unrolled, (Tell(self.folder),))


@pytest.mark.parametrize("noticed", [False, True])
def test_workers_that_die_between_two_phases_cost_nothing(tmp_path: Path, noticed: bool) -> None:
    with DirectEngine(1, 60) as engine:
        engine.run(Telling(str(tmp_path)), range(2), 1, Noted())
        killed = {int(path.name) for path in tmp_path.iterdir()}
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        if noticed:
            time.sleep(1.5)
        report = Noted()
        engine.run(Telling(str(tmp_path)), range(2), 1, report)
    assert (report.found["(0,)"], report.found["(1,)"]) == (1, 1)
    assert {int(path.name) for path in tmp_path.iterdir()} > killed


def test_a_worker_that_dies_each_time_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        run(tmp_path, [DIES])
    line = str(caught.value)
    assert line.startswith("phase misbehaving: the worker died 3 times at item 100 (")
    assert line.endswith("if the system is short of memory, lower plan.unit_bytes or --workers")
    assert "\n" not in line
    assert attempts(tmp_path) == {DIES: 3}


def test_a_stuck_worker_is_given_up(tmp_path: Path, timeout: float) -> None:
    with pytest.raises(EngineError) as caught:
        run(tmp_path, [0, 1, HANGS], timeout=timeout, max_items=2)
    assert str(caught.value) == (
        f"phase misbehaving: item 102 took over {timeout:.0f} s 3 times; "
        "raise unit_timeout or lower plan.unit_bytes"
    )
    assert attempts(tmp_path)[HANGS] == 3


def test_a_worker_that_was_stuck_once_costs_one_more_attempt(
    tmp_path: Path, timeout: float
) -> None:
    found = run(tmp_path, [HANGS_ONCE], timeout=timeout)
    assert found[str((HANGS_ONCE,))] == 1
    assert attempts(tmp_path) == {HANGS_ONCE: 2}


def test_our_own_errors_arrive_as_one_line_and_are_not_tried_again(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run(tmp_path, [BAD_INPUT])
    assert str(caught.value) == "a.jsonl: no such file; correct `path`"
    assert attempts(tmp_path) == {BAD_INPUT: 1}


def test_a_defect_is_one_line_that_quotes_nothing(tmp_path: Path) -> None:
    """The message of a library may hold what a document says, so type and place must do."""
    with pytest.raises(EngineError) as caught:
        run(tmp_path, [DEFECT])
    line = str(caught.value)
    assert re.fullmatch(
        r"phase misbehaving: item 105: ZeroDivisionError at \w+\.py:\d+; please report it "
        r"\(CORPUS_DEBUG=1 shows it all\)",
        line,
    ), line
    assert attempts(tmp_path) == {DEFECT: 1}


def test_processes_that_cannot_be_started_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, *arguments: object, **options: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr("corpus_pipeline.engines.direct.WorkerProcess", fail)
    with pytest.raises(EngineError) as caught:
        run(tmp_path, [0])
    assert str(caught.value) == (
        "no worker process can be started: Resource temporarily unavailable; repair that and run "
        "again to resume"
    )


class Killing:
    """Kills all workers at every tenth report."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports = self.killed = 0
        self.found: Counter[int] = Counter()

    def advance(self, items: int, text_bytes: int, errors: int = 0) -> None: ...

    def done(self, items: Sequence[int], clocks: Clocks) -> None:
        self.found.update(items)
        self.reports += 1
        if self.reports % 10 == 0:
            for path in list(self.folder.iterdir()):
                path.unlink()
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(path.name), signal.SIGKILL)
                    self.killed += 1


def test_all_workers_killed_while_they_hand_over_short_tasks(tmp_path: Path) -> None:
    """Workers that shared a queue and its lock left the run waiting for ever."""
    report = Killing(tmp_path)
    with DirectEngine(2, 60) as engine:
        engine.run(Telling(str(tmp_path)), range(200), 1, report)
    assert report.killed >= 10
    assert report.found == Counter(range(200))
