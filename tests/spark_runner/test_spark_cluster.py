"""The Spark cluster on this machine: comes up whole or not at all, and leaves nothing behind.

Most tests put a stand-in in the place of Spark, which starts at once; those marked `cluster` run
the real one.
"""

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus_pipeline.spark_runner import cluster as cluster_module
from corpus_pipeline.spark_runner import cluster_processes
from corpus_pipeline.spark_runner.cluster import (
    cluster_down,
    cluster_status,
    cluster_up,
)
from corpus_pipeline.spark_runner.errors import SparkRunnerError

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="processes are found in /proc"
)

#: Serves a master's page, or is a worker with an executor that is hard to end.
STAND_IN = """\
#!{python}
import http.server, json, os, pathlib, signal, subprocess, sys, time
role, arguments = sys.argv[1], sys.argv[2:]
registered = pathlib.Path(os.environ["SPARK_LOCAL_DIRS"])
if role.endswith("Worker"):
    {worker}
    keep = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    subprocess.Popen([sys.executable, "-c", keep], start_new_session=True)
    (registered / str(os.getpid())).touch()
    time.sleep(600)
{master}
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        workers = [dict(state="ALIVE") for _ in registered.iterdir()]
        self.wfile.write(json.dumps(dict(workers=workers)).encode())
port = int(arguments[arguments.index("--webui-port") + 1])
http.server.HTTPServer(("127.0.0.1", port), Page).serve_forever()
"""


def executable(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(0o755)
    return path


def fake_java(folder: Path, version: str) -> Path:
    said = f'openjdk version "{version}"'
    return executable(folder / "java", f"#!/bin/sh\necho '{said}' >&2\n").parent


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts a stand-in for Spark and Java in place; its parts can be made to fail."""

    def place(worker: str = "pass", master: str = "pass", java: str = "17.0.15") -> None:
        home = tmp_path / "spark"
        content = STAND_IN.format(python=sys.executable, worker=worker, master=master)
        executable(home / "bin" / "spark-class", content)
        (home / "jars").mkdir(exist_ok=True)
        (home / "jars" / "spark-core_2.13-4.9.9.jar").touch()
        monkeypatch.setenv("SPARK_HOME", str(home))
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", f"{fake_java(tmp_path / 'java', java)}:{os.environ['PATH']}")

    monkeypatch.setattr(cluster_processes, "GRACE_SECONDS", 0.3)
    place()
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for a cluster; whatever the test does, no process outlives it."""
    yield tmp_path / "cluster"
    cluster_down(tmp_path / "cluster")


def processes(folder: Path) -> int:
    return cluster_status(folder).processes


@pytest.mark.usefixtures("stand_in")
def test_up_status_down(folder: Path) -> None:
    cluster = cluster_up(folder=folder, workers=2, memory="2g", cores=3)
    assert (cluster.version, cluster.workers, cluster.memory) == ("4.9.9", 2, "2g")
    assert list(cluster.pids) == ["master", "worker-1", "worker-2"]
    status = cluster_status(folder)
    assert (status.cluster, status.lost, status.processes) == (cluster, (), 5)
    assert status.describe() == (
        f"{folder}: Spark 4.9.9 at {cluster.master_url}, page {cluster.ui}, "
        "2 workers of 3 cores and 2g, 5 processes"
    )
    assert cluster_down(folder)
    assert (folder.exists(), processes(folder)) == (False, 0)
    assert not cluster_down(folder)
    assert cluster_status(folder).describe() == f"{folder}: no cluster"


@pytest.mark.usefixtures("stand_in")
def test_up_twice_is_one_line_and_changes_nothing(folder: Path) -> None:
    cluster = cluster_up(folder=folder, workers=1)
    with pytest.raises(SparkRunnerError, match=r"3 processes: `corpus cluster down` ends it$"):
        cluster_up(folder=folder, workers=1)
    assert cluster_status(folder).cluster == cluster


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("victim", ["master", "worker-1"])
def test_down_after_a_daemon_was_killed(folder: Path, victim: str) -> None:
    cluster = cluster_up(folder=folder, workers=1)
    os.kill(cluster.pids[victim], signal.SIGKILL)
    while processes(folder) == 3:
        time.sleep(0.01)
    assert cluster_status(folder).lost == (victim,)
    assert cluster_status(folder).describe().endswith(f"2 processes; lost: {victim}")
    assert cluster_down(folder)
    assert processes(folder) == 0
    assert not Path(f"/proc/{cluster.pids[victim]}").exists()


@pytest.mark.usefixtures("stand_in")
def test_down_without_the_state(folder: Path) -> None:
    cluster_up(folder=folder, workers=1)
    shutil.rmtree(folder)
    assert cluster_down(folder)
    assert processes(folder) == 0


@pytest.mark.usefixtures("stand_in")
def test_a_process_that_got_the_number_of_another_is_left_alone(folder: Path) -> None:
    cluster = cluster_up(folder=folder, workers=1)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        state = folder / "cluster.json"
        fields = json.loads(state.read_bytes())
        state.write_text(json.dumps(fields | {"pids": {"master": stranger.pid}}))
        cluster_processes.send(stranger.pid, folder, signal.SIGKILL)
        assert cluster_status(folder).lost == ("master",)
        assert cluster_down(folder)
        assert stranger.poll() is None
        stranger.kill()
    assert not Path(f"/proc/{cluster.pids['master']}").exists()


def test_up_that_is_killed_half_way(folder: Path, stand_in: Callable[..., None]) -> None:
    stand_in(worker="time.sleep(600)")
    code = f"from pathlib import Path; from corpus_pipeline.spark_runner.cluster import *; " \
           f"cluster_up(folder=Path({str(folder)!r}), workers=1)"  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", code]) as driver:
        while processes(folder) < 2:
            time.sleep(0.01)
        driver.kill()
    assert cluster_status(folder).describe() == (
        f"{folder}: remains of a cluster, 2 processes; `corpus cluster down`"
    )
    with pytest.raises(SparkRunnerError, match="remains of a cluster"):
        cluster_up(folder=folder)
    assert cluster_down(folder)
    assert (folder.exists(), processes(folder)) == (False, 0)


def test_a_second_command_is_refused_while_the_first_is_at_work(folder: Path) -> None:
    with (
        cluster_module._locked(folder, make=True),
        pytest.raises(SparkRunnerError, match="another command starts or ends a cluster here"),
    ):
        cluster_down(folder)


@pytest.mark.parametrize(
    ("stands", "asked", "line"),
    [
        ({"master": "raise SystemExit('no such class')"}, {},
         "Spark's master does not start: no such class"),
        ({"worker": "raise OSError('no memory')"}, {},
         "Spark's worker-1 does not start: OSError: no memory"),
        ({"worker": "print('waiting', flush=True); time.sleep(600)"}, {"timeout": 3},
         "a worker of the Spark cluster was not ready in time (waiting); "
         "raise the timeout or start fewer workers"),
        ({"java": "1.8.0_202"}, {},
         "{java}/java: is Java 8; install Java 17 or later, or set JAVA_HOME"),
        ({"java": "unknown"}, {},
         "{java}/java: tells no version; install Java 17 or later, or set JAVA_HOME"),
        ({}, {"kind": "flink"}, "no cluster of the kind 'flink' is known; the one kind is spark"),
        ({}, {"memory": "lots"}, "1 workers of 1 cores and 'lots': give at least 1 of each, and "
                                 "memory as 512m or 2g"),
        ({}, {"workers": 0}, "0 workers of 1 cores and '1g': give at least 1 of each, and "
                             "memory as 512m or 2g"),
    ],
)  # fmt: skip
def test_up_that_fails_leaves_nothing(
    folder: Path,
    stand_in: Callable[..., None],
    stands: dict[str, str],
    asked: dict[str, int],
    line: str,
) -> None:
    stand_in(**stands)
    with pytest.raises(SparkRunnerError) as caught:
        cluster_up(**{"folder": folder, "workers": 1} | asked)  # type: ignore[arg-type]
    assert str(caught.value) == line.format(java=folder.parent / "java")
    assert processes(folder) == 0
    assert not folder.exists() or not list(folder.iterdir())


def test_a_port_in_use(folder: Path, stand_in: Callable[..., None]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SparkRunnerError, match=f"^port {port} is in use; give another, or 0"):
            cluster_up(folder=folder, port=port)


@pytest.mark.usefixtures("stand_in")
def test_a_folder_of_something_else_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(SparkRunnerError, match=r"holds thesis.txt, which is no part of a cluster"):
        cluster_up(folder=folder)
    (folder / "logs").mkdir()
    assert cluster_down(folder)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"SPARK_HOME": "/nowhere"},
         "/nowhere: holds no Spark (bin/spark-class and jars/); correct SPARK_HOME"),
        ({"JAVA_HOME": "/nowhere"},
         "/nowhere/bin/java: does not run (FileNotFoundError); install Java 17 or later, or set "
         "JAVA_HOME"),
        ({"PATH": "/nowhere"}, "Spark needs Java, and there is no `java` on PATH; install Java 17 "
                               "or later, or set JAVA_HOME"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("stand_in")
def test_what_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], line: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SparkRunnerError) as caught:
        cluster_up(folder=folder)
    assert str(caught.value) == line
    assert not folder.exists()


# The real one

needs_spark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="needs pyspark and Java 17",
)

#: Holds two Python workers busy, after it has said that they are.
DRIVER = """
    import pathlib, sys, time
    from pyspark import SparkConf, SparkContext

    began = pathlib.Path(sys.argv[2])

    def hold(number):
        (began / str(number)).touch()
        time.sleep(600)

    settings = {"spark.master": sys.argv[1], "spark.driver.host": "127.0.0.1",
                "spark.executor.memory": "512m", "spark.ui.enabled": "false"}
    context = SparkContext(conf=SparkConf().setAll(settings.items()))
    context.parallelize([0, 1], 2).foreach(hold)
"""


@pytest.mark.cluster
@pytest.mark.slow
@needs_spark
def test_two_clusters_do_not_meet(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    try:
        first, second = (cluster_up(folder=each, workers=1) for each in (folder, other))
        assert first.master_url != second.master_url
        assert [len(each.pids) for each in (first, second)] == [2, 2]
    finally:
        cluster_down(other)


@pytest.mark.cluster
@needs_spark
@pytest.mark.parametrize(
    "victim",
    [None, *(pytest.param(each, marks=pytest.mark.slow) for each in ("master", "worker-1"))],
)
def test_no_process_of_a_busy_cluster_survives_down(folder: Path, victim: str | None) -> None:
    cluster = cluster_up(folder=folder, workers=2, memory="600m")
    assert processes(folder) == 3
    began = folder.parent / "began"
    began.mkdir()
    environment = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    command = [sys.executable, "-c", textwrap.dedent(DRIVER), cluster.master_url, str(began)]
    with (
        (folder.parent / "driver.log").open("wb") as log,
        subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, start_new_session=True
        ) as driver,
    ):
        try:
            while len(list(began.iterdir())) < 2:
                assert driver.poll() is None, (folder.parent / "driver.log").read_text()
                time.sleep(0.1)
            # Two executors, and of each the daemon of its Python workers and one worker.
            assert processes(folder) >= 3 + 2 * 3
            if victim is not None:
                os.kill(cluster.pids[victim], signal.SIGKILL)
            assert cluster_down(folder)
            assert (processes(folder), folder.exists()) == (0, False)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(driver.pid, signal.SIGKILL)
    assert not any(Path(f"/proc/{pid}").exists() for pid in cluster.pids.values())
