"""A Spark cluster on this machine, for tests and trials: a master and workers, all on loopback.

    cluster_up ─► master ─► workers ─► (a driver connects) ─► executors ─► Python workers
    cluster_down ◄── every process that carries the mark of the folder

pip's pyspark has Spark's programs but not the scripts that start a cluster. All state lies in one
folder, and every process of the cluster is marked with it.
"""

import contextlib
import dataclasses
import http.client
import importlib.util
import json
import os
import re
import shutil
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus_pipeline.spark_runner.cluster_processes import MARK, end_processes, marked, reap
from corpus_pipeline.spark_runner.distribution import CLUSTER_DOWN, INSTALL
from corpus_pipeline.spark_runner.errors import SparkRunnerError
from corpus_pipeline.spark_runner.java import check_java

#: What a cluster puts into its folder; nothing else there is ever removed.
_STATE, _CONFIGURATION, _LOGS, _WORK, _LOCAL = "cluster.json", "conf", "logs", "work", "local"
_NAMES = (_STATE, _CONFIGURATION, _LOGS, _WORK, _LOCAL)
_HOST = "127.0.0.1"
_POLL_SECONDS = 0.2


@dataclasses.dataclass(frozen=True)
class Cluster:
    """One cluster: where it is reached and what it was started with."""

    version: str
    """Spark's."""
    master_url: str
    """What a driver takes as `spark.master`."""
    ui: str
    """URL of the master's page; `/json/` below it is for programs."""
    workers: int
    cores: int
    """Of each worker."""
    memory: str
    """Of each worker, for the heaps of executors."""
    pids: Mapping[str, int]
    """`master`, `worker-1` ... -> process."""


@dataclasses.dataclass(frozen=True)
class Status:
    """What runs in a folder."""

    folder: Path
    cluster: Cluster | None
    """None if there is none, or one that was not brought up to the end."""
    lost: tuple[str, ...]
    """Roles whose process is gone."""
    processes: int
    """Processes that run, executors and their Python workers with them."""

    def describe(self) -> str:
        """Returns one line for the user.

        >>> Status(Path("here"), None, (), 0).describe()
        'here: no cluster'
        """
        if self.cluster is None:
            left = f"remains of a cluster, {self.processes} processes; `{CLUSTER_DOWN}`"
            return f"{self.folder}: {left if self.processes else 'no cluster'}"
        lost = f"; lost: {', '.join(self.lost)}" if self.lost else ""
        return (
            f"{self.folder}: Spark {self.cluster.version} at {self.cluster.master_url}, "
            f"page {self.cluster.ui}, {self.cluster.workers} workers of {self.cluster.cores} "
            f"cores and {self.cluster.memory}, {self.processes} processes{lost}"
        )


def cluster_up(
    folder: Path,
    kind: str = "spark",
    workers: int = 2,
    memory: str = "1g",
    cores: int = 1,
    port: int = 0,
    timeout: float = 90.0,
) -> Cluster:
    """Starts a cluster and returns when all its workers are registered.

    The version is that of `SPARK_HOME`, or else of the installed pyspark.

    Args:
        folder: where its state, logs and working files go; made if it is not there.
        kind: `spark`, the only one.
        workers: number of workers.
        memory: memory of each worker for executors, such as `512m` or `2g`.
        cores: cores of each worker.
        port: the master's; 0 takes a free one.
        timeout: seconds for all of it.

    Raises:
        SparkRunnerError: it cannot be started; nothing that was started is left.
    """
    if kind != "spark":
        raise SparkRunnerError(f"no cluster of the kind {kind!r} is known; the one kind is spark")
    if workers < 1 or cores < 1 or not re.fullmatch(r"[1-9]\d*[mg]", memory):
        raise SparkRunnerError(
            f"{workers} workers of {cores} cores and {memory!r}: give at least 1 of each, and "
            "memory as 512m or 2g"
        )
    if not Path("/proc/self/environ").exists():
        raise SparkRunnerError("a test cluster needs Linux, where processes are found in /proc")
    home, version = _find_spark()
    check_java()
    with _locked(folder, make=True):
        _refuse_occupied(folder)
        _remove_files(folder)
        try:
            cluster = _Start(folder, home, time.monotonic() + timeout).run(
                version, workers, memory, cores, port
            )
            _save(folder, cluster)
        except BaseException:
            end_processes(folder)
            _remove_files(folder)
            raise
    return cluster


def cluster_down(folder: Path) -> bool:
    """Ends every process of a folder's cluster, executors too, and removes its files.

    Returns:
        Whether there was anything to end or to remove.

    Raises:
        SparkRunnerError: a process does not end, or another command is at work in the folder.
    """
    if not folder.is_dir():
        return bool(end_processes(folder))
    with _locked(folder, make=False):
        ended = end_processes(folder)
        reap(_recorded(folder))
        removed = _remove_files(folder)
    with contextlib.suppress(OSError):  # someone else's files are in it
        folder.rmdir()
    return bool(ended) or removed


def cluster_status(folder: Path) -> Status:
    """Says what runs in a folder; nothing is changed."""
    running = marked(folder)
    try:
        fields = json.loads((folder / _STATE).read_bytes())
    except FileNotFoundError:
        return Status(folder, None, (), len(running))
    cluster = Cluster(**fields)
    lost = tuple(role for role, pid in cluster.pids.items() if pid not in running)
    return Status(folder, cluster, lost, len(running))


def _recorded(folder: Path) -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return list(json.loads((folder / _STATE).read_bytes())["pids"].values())
    return []


def _save(folder: Path, cluster: Cluster) -> None:
    """Writes the state whole or not at all."""
    temporary = folder / _LOGS / _STATE
    temporary.write_text(json.dumps(dataclasses.asdict(cluster), indent=1))
    temporary.replace(folder / _STATE)


class _Start:
    """The processes of one cluster while they are started."""

    def __init__(self, folder: Path, home: Path, deadline: float) -> None:
        self._folder = folder.resolve()
        self._home = home
        self._deadline = deadline
        self._pids: dict[str, int] = {}
        for name in (_CONFIGURATION, _LOGS, _WORK, _LOCAL):
            (self._folder / name).mkdir()

    def run(self, version: str, workers: int, memory: str, cores: int, port: int) -> Cluster:
        """Starts the master, then the workers: a worker that finds no master waits for long."""
        port, page = _free_port(port), _free_port(0)
        url, ui = f"spark://{_HOST}:{port}", f"http://{_HOST}:{page}"
        self._launch("master", "master.Master", "--port", str(port), "--webui-port", str(page))
        self._wait("the master", ui, 0)
        for number in range(1, workers + 1):
            role = f"worker-{number}"
            self._launch(
                role, "worker.Worker", "--cores", str(cores), "--memory", memory,
                "--port", "0", "--webui-port", "0", "--work-dir", str(self._folder / _WORK / role),
                url,
            )  # fmt: skip
        self._wait("a worker", ui, workers)
        return Cluster(version, url, ui, workers, cores, memory, dict(self._pids))

    def _launch(self, role: str, program: str, *arguments: str) -> None:
        """Starts a Spark daemon in a session of its own, out of reach of the terminal's Ctrl-C."""
        log = str(self._folder / _LOGS / f"{role}.log")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        command = [
            str(self._home / "bin" / "spark-class"), f"org.apache.spark.deploy.{program}",
            "--host", _HOST, *arguments,
        ]  # fmt: skip
        # The shell only changes the folder. No Popen: it warns of a child that outlives it.
        self._pids[role] = os.posix_spawn(
            "/bin/sh",
            ["sh", "-c", 'cd "$0" && exec "$@"', str(self._folder / _WORK), *command],
            self._environment(),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, log, flags, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )

    def _environment(self) -> dict[str, str]:
        """This process's environment without the user's own settings of Spark."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}
        return kept | {
            MARK: str(self._folder),
            "SPARK_HOME": str(self._home),
            "SPARK_CONF_DIR": str(self._folder / _CONFIGURATION),
            "SPARK_LOCAL_DIRS": str(self._folder / _LOCAL),
            "SPARK_LOCAL_IP": _HOST,
            "SPARK_PUBLIC_DNS": _HOST,
            "SPARK_DAEMON_MEMORY": "512m",
            # A port that is taken is an error here: the next one would not be where we look. The
            # door for submissions over HTTP has a port that two clusters would share.
            "SPARK_DAEMON_JAVA_OPTS": (
                "-Dspark.port.maxRetries=0 -Dspark.master.rest.enabled=false"
            ),
            "PYSPARK_PYTHON": sys.executable,
        }

    def _wait(self, what: str, ui: str, workers: int) -> None:
        """Waits until the master answers and knows so many workers.

        Raises:
            SparkRunnerError: a process has ended, or the time is over.
        """
        while _registered(ui) < workers:
            for role, pid in self._pids.items():
                if os.waitpid(pid, os.WNOHANG) != (0, 0):
                    raise SparkRunnerError(
                        f"Spark's {role} does not start: {self._last_words(role)}"
                    )
            if time.monotonic() > self._deadline:
                role = list(self._pids)[-1]
                raise SparkRunnerError(
                    f"{what} of the Spark cluster was not ready in time "
                    f"({self._last_words(role)}); raise the timeout or start fewer workers"
                )
            time.sleep(_POLL_SECONDS)

    def _last_words(self, role: str) -> str:
        """The line of a log that tells most: the last error, or else the last line."""
        lines = (self._folder / _LOGS / f"{role}.log").read_text("utf-8", "replace").splitlines()
        told = [line.strip() for line in lines if line.strip()] or ["its log is empty"]
        errors = [line for line in told if re.search(r"Exception|Error|ERROR", line)]
        return (errors or told)[-1][:200]


def _registered(ui: str) -> int:
    """Number of workers that the master knows as alive, -1 while it does not answer."""
    # Not through a proxy that the environment may name.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{ui}/json/", timeout=5) as answer:
            state: dict[str, Any] = json.load(answer)
    except (OSError, ValueError, http.client.HTTPException):
        return -1
    return sum(worker["state"] == "ALIVE" for worker in state["workers"])


def _free_port(wanted: int) -> int:
    """Returns the wanted port if it is free, for 0 any free one.

    Raises:
        SparkRunnerError: the port is in use.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, wanted))
        except OSError as error:
            raise SparkRunnerError(
                f"port {wanted} is in use; give another, or 0 for any"
            ) from error
        port: int = probe.getsockname()[1]
        return port


def _find_spark() -> tuple[Path, str]:
    """Returns the folder of Spark and its version.

    Raises:
        SparkRunnerError: there is none.
    """
    if told := os.environ.get("SPARK_HOME"):
        home, remedy = Path(told), "correct SPARK_HOME"
    else:
        remedy = f"{INSTALL}, or set SPARK_HOME"
        found = importlib.util.find_spec("pyspark")
        if found is None or found.origin is None:
            raise SparkRunnerError(f"Spark is not installed: {remedy}")
        home = Path(found.origin).parent
    cores = sorted((home / "jars").glob("spark-core_*.jar"))
    if not cores or not (home / "bin" / "spark-class").exists():
        raise SparkRunnerError(f"{home}: holds no Spark (bin/spark-class and jars/); {remedy}")
    return home.resolve(), cores[0].stem.rpartition("-")[2]


@contextlib.contextmanager
def _locked(folder: Path, make: bool) -> Iterator[None]:
    """Keeps a second command out of the folder. The system ends the lock with its holder.

    Raises:
        SparkRunnerError: another command holds it, or the folder cannot be made.
    """
    import fcntl  # not on Windows; `cluster_up` has refused by then

    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise SparkRunnerError(
            f"{folder}: cannot hold a cluster ({error.strerror}); give another folder"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SparkRunnerError(
                f"{folder}: another command starts or ends a cluster here; wait for it"
            ) from error
        yield
    finally:
        os.close(descriptor)


def _refuse_occupied(folder: Path) -> None:
    """Checks that no cluster runs in the folder and that it is no folder of something else.

    Raises:
        SparkRunnerError: names what is there.
    """
    status = cluster_status(folder)
    if status.processes:
        raise SparkRunnerError(f"{status.describe()}: `{CLUSTER_DOWN}` ends it")
    strange = sorted(path.name for path in folder.iterdir() if path.name not in _NAMES)
    if strange:
        raise SparkRunnerError(
            f"{folder}: holds {strange[0]}, which is no part of a cluster; give another folder"
        )


def _remove_files(folder: Path) -> bool:
    """Removes what a cluster has put into the folder; says whether there was anything."""
    found = [folder / name for name in _NAMES if (folder / name).exists()]
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return bool(found)
