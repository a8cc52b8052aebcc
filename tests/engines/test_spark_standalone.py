"""Whole runs on a standalone cluster and through spark-submit: the same bytes, whatever dies."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import corpora
import pytest
import yaml
from runs import execute

from corpus_pipeline.spark_runner.cluster import Cluster, cluster_down, cluster_up
from corpus_pipeline.spark_runner.cluster_processes import marked
from corpus_pipeline.workspace.run_file import FOLDERS

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
        reason="needs pyspark and Java 17",
    ),
    # PySpark leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore:.*<socket:pytest.PytestUnraisableExceptionWarning"),
]

EXECUTOR = "CoarseGrainedExecutorBackend"
DAEMON = "corpus_pipeline.spark_runner.daemon"


SUBMITTED = """
from corpus_pipeline.cli.main import main
from pyspark import SparkContext

if __name__ == "__main__":
    try:
        main()
    finally:
        conf = SparkContext._jvm.org.apache.spark.SparkConf()
        print("submitted", conf.get("spark.master"), conf.get("spark.app.name"))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the cluster; nothing of it outlives the tests."""
    folder = tmp_path_factory.mktemp("spark") / "cluster"
    yield folder
    cluster_down(folder)


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Cluster:
    """Two workers of one core."""
    return cluster_up(folder=folder, workers=2, memory="600m")


def on(cluster: Cluster) -> dict[str, Any]:
    options = {"spark.master": cluster.master_url, "spark.executor.memory": "512m"}
    return {"runner": "spark", "runner_options": options}


def is_same(output: Path, finished: Path) -> None:
    for name in FOLDERS:
        assert corpora.tree(output, name) == corpora.tree(finished, name), name


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def executors(folder: Path) -> list[int]:
    return sorted(pid for pid in marked(folder) if EXECUTOR in command_of(pid))


def python_workers(folder: Path) -> list[int]:
    """Those that a daemon has forked."""
    pids = [pid for pid in marked(folder) if DAEMON in command_of(pid)]
    return sorted(pid for pid in pids if parent_of(pid) in pids)


def kill_one(
    find: Callable[[Path], list[int]], folder: Path, output: Path, killed: list[int]
) -> None:
    """Kills a process while the first phase goes on, after its first unit."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if list(output.glob(".work/*/prepare/manifests/*")) and (pids := find(folder)):
            os.kill(pids[0], signal.SIGKILL)
            killed.append(pids[0])
            return
        time.sleep(0.02)


@pytest.mark.parametrize("victim", [None, executors, python_workers])
def test_a_cluster_writes_the_same_bytes(
    cluster: Cluster,
    folder: Path,
    finished: Path,
    inputs: Path,
    tmp_path: Path,
    victim: Callable[[Path], list[int]] | None,
) -> None:
    output = tmp_path / "out"
    killed: list[int] = []
    if victim is not None:
        arguments = (victim, folder, output, killed)
        threading.Thread(target=kill_one, args=arguments, daemon=True).start()
    execute(corpora.settings(inputs, output, **on(cluster)))
    is_same(output, finished)
    assert len(killed) == (victim is not None)


def test_spark_submit(finished: Path, inputs: Path, tmp_path: Path) -> None:
    """The master is that of spark-submit; the one in the configuration gives way, with a line."""
    script = tmp_path / "run.py"
    script.write_text(SUBMITTED)
    spark = Path(str(importlib.util.find_spec("pyspark").origin)).parent  # type: ignore[union-attr]
    output = tmp_path / "out"
    options = {"runner": "spark", "runner_options": {"spark.master": "spark://nowhere:1"}}
    settings = corpora.settings(inputs, output, **options)
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(settings))
    ended = subprocess.run(
        [
            str(spark / "bin" / "spark-submit"), "--master", "local[2]", "--name", "nightly",
            str(script), "run", str(tmp_path / "run.yaml"),
        ],
        env=os.environ | {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    # spark-submit sends all that Python prints to stdout.
    assert ended.returncode == 0, ended.stdout
    assert "its own values stand for spark.master" in ended.stdout
    assert "submitted local[2] nightly" in ended.stdout
    is_same(output, finished)
