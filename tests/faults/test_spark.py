"""Killed drivers, Python workers, executors and masters of Spark."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import harness, spark_processes
from faults.harness import Digests, driving, trying

from corpus_pipeline.spark_runner.cluster import Cluster, cluster_down, cluster_up
from corpus_pipeline.workspace import phase_table

pytestmark = pytest.mark.cluster
#: An attempt at a unit of the first phase is half written.
UNDER_WAY = "rejected/filtered-*.attempt-*"
#: What workers do in a small run.
PHASES = tuple(row.name for row in phase_table.PHASES if row.over in ("units", "partitions"))


@pytest.fixture(autouse=True)
def _spark() -> None:
    spark_processes.skip_without_spark()


@pytest.mark.parametrize("phase", harness.some(PHASES, "exact"))
def test_a_killed_driver(inputs: Path, clean: Digests, tmp_path: Path, phase: str) -> None:
    with trying("SIGKILL of the driver", "Spark", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out", **harness.SPARK)
        with driving(content, tmp_path) as driver:
            driver.wait_for(f".work/*/{phase}/manifests/*.json")
            started = harness.descendants(driver.pid)
            driver.kill(whole_group=False)
            harness.wait_until(lambda: not harness.alive(started), "end of Spark")
        ended = harness.run(content, tmp_path)
        assert ended.code == 0, ended
        trial.same(tmp_path / "out")


@pytest.mark.slow
@pytest.mark.parametrize("phase", harness.some(PHASES, "prepare"))
def test_killed_python_workers(inputs: Path, clean: Digests, tmp_path: Path, phase: str) -> None:
    with trying("SIGKILL of all Python workers", "Spark", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out", **harness.SPARK)
        with driving(content, tmp_path) as driver:
            driver.wait_for(f".work/*/{phase}/manifests/*.json")
            for worker in spark_processes.python_workers(driver.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
            ended = driver.wait()
        assert ended.code == 0, ended
        trial.same(tmp_path / "out")


@pytest.mark.slow
def test_stopped_python_workers(inputs: Path, clean: Digests, tmp_path: Path) -> None:
    """Neither dead nor alive, so no watch of their own ends them: their daemon's does."""
    with trying("SIGSTOP of all Python workers", "Spark", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out", **harness.SPARK)
        with driving(content, tmp_path) as driver:
            driver.wait_for(UNDER_WAY)
            stopped = spark_processes.python_workers(driver.pid)
            for worker in stopped:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGSTOP)
            start = time.monotonic()
            ended = driver.wait()
        assert stopped
        assert time.monotonic() - start > 30, "nobody waited for them"
        assert ended.code == 0, ended
        trial.same(tmp_path / "out")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Path]]:
    """A standalone cluster of two workers."""
    spark_processes.skip_without_spark()
    folder = tmp_path_factory.mktemp("cluster") / "state"
    try:
        yield cluster_up(folder=folder), folder
    finally:
        cluster_down(folder)


@pytest.mark.slow
@pytest.mark.parametrize("phase", PHASES)
def test_a_killed_executor(
    inputs: Path, clean: Digests, tmp_path: Path, cluster: tuple[Cluster, Path], phase: str
) -> None:
    made, folder = cluster
    with trying("SIGKILL of an executor", "Spark cluster", clean) as trial:
        options = {"spark.master": made.master_url, "spark.executor.memory": "800m"}
        content = harness.settings(inputs, tmp_path / "out", runner="spark", runner_options=options)
        with driving(content, tmp_path) as driver:
            driver.wait_for(f".work/*/{phase}/manifests/*.json")
            os.kill(min(spark_processes.executors(folder)), signal.SIGKILL)
            ended = driver.wait()
        if ended.code:
            trial.one_line(ended)
            assert harness.run(content, tmp_path).code == 0
        trial.same(tmp_path / "out")


@pytest.mark.slow
def test_a_killed_master(inputs: Path, clean: Digests, tmp_path: Path) -> None:
    """Its executors go on with the application they have; nobody gives them new ones."""
    folder = tmp_path / "cluster"
    with trying("SIGKILL of the master", "Spark cluster", clean) as trial:
        try:
            made = cluster_up(folder=folder)
            options = {"spark.master": made.master_url, "spark.executor.memory": "800m"}
            content = harness.settings(
                inputs, tmp_path / "out", runner="spark", runner_options=options
            )
            with driving(content, tmp_path) as driver:
                driver.wait_for(".work/*/exact/manifests/*.json")
                os.kill(made.pids["master"], signal.SIGKILL)
                ended = driver.wait()
        finally:
            cluster_down(folder)
        if ended.code:
            trial.one_line(ended)
            content = {**content, "runner_options": harness.SPARK["runner_options"]}
            assert harness.run(content, tmp_path).code == 0
        trial.same(tmp_path / "out")
