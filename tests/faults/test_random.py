"""Drivers and workers killed at random moments, again and again, until the run comes to its end."""

import contextlib
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from faults import harness, spark_processes
from faults.harness import Digests, Driver, driving, trying

#: Runs on the direct engine; Spark, whose runs take longer, gets a third as many besides.
RUNS = int(os.environ.get("CORPUS_FAULT_RUNS", "45"))
pytestmark = pytest.mark.slow


def seconds_of(content: harness.Settings, folder: Path) -> float:
    """Returns how long an undisturbed run takes here: a kill comes within that time."""
    start = time.monotonic()
    ended = harness.run(content, folder)
    assert ended.code == 0, ended
    return time.monotonic() - start


@pytest.fixture(scope="module")
def direct_seconds(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds of a run by one worker."""
    folder = tmp_path_factory.mktemp("timed")
    return seconds_of(harness.settings(inputs, folder / "out", workers=1), folder)


@pytest.fixture(scope="module")
def spark_seconds(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds of a run on Spark."""
    spark_processes.skip_without_spark()
    folder = tmp_path_factory.mktemp("timed")
    return seconds_of(harness.settings(inputs, folder / "out", **harness.SPARK), folder)


def disturb(driver: Driver, chance: random.Random, seconds: float, workers: Any) -> str:
    """Waits for a random time, then kills the driver or one of its workers; says what it did."""
    after = chance.uniform(0.5, seconds)
    whole_group, worker = chance.random() < 0.5, chance.random() < 0.5
    with contextlib.suppress(Exception):
        driver.process.wait(after)
    there = workers(driver.pid)
    if worker and there:
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(there), signal.SIGKILL)
        return f"worker after {after:.2f} s"
    with contextlib.suppress(ProcessLookupError):
        (os.killpg if whole_group else os.kill)(driver.pid, signal.SIGKILL)
    return f"{'group' if whole_group else 'driver'} after {after:.2f} s"


def survive(
    content: harness.Settings, folder: Path, seed: int, seconds: float, workers: Any
) -> None:
    """Runs with up to three kills, then to the end."""
    chance = random.Random(seed)
    told = []
    for _ in range(chance.randint(1, 3)):
        with driving(content, folder) as driver:
            told.append(disturb(driver, chance, seconds, workers))
            ended = driver.wait()
        print(f"seed {seed}: {told[-1]}, code {ended.code}")
        assert ended.code <= 0, ended
        time.sleep(0.5)
    ended = harness.run(content, folder)
    assert ended.code == 0, (told, ended)


@pytest.mark.parametrize("seed", range(RUNS))
def test_random_kills(
    inputs: Path, clean: Digests, direct_seconds: float, tmp_path: Path, seed: int
) -> None:
    with trying("SIGKILL at random moments, one to three times", "direct", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out", workers=1 + seed % 2)
        survive(content, tmp_path, seed, direct_seconds, harness.direct_workers)
        trial.same(tmp_path / "out")


@pytest.mark.cluster
@pytest.mark.parametrize("seed", range(RUNS // 3))
def test_random_kills_on_spark(
    inputs: Path, clean: Digests, spark_seconds: float, tmp_path: Path, seed: int
) -> None:
    with trying("SIGKILL at random moments, one to three times", "Spark", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out", **harness.SPARK)
        survive(content, tmp_path, seed, spark_seconds, spark_processes.python_workers)
        trial.same(tmp_path / "out")
