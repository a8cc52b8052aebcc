"""The preflight: each thing that can be wrong with workers is one line, and nothing hangs."""

import contextlib
import dataclasses
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from runs import execute, small

from corpus_pipeline.engines import preflight as module
from corpus_pipeline.engines.check_results import cause, failures, late, warnings
from corpus_pipeline.engines.direct import DirectEngine
from corpus_pipeline.engines.engine import Phase, Report
from corpus_pipeline.engines.job import JobEngine
from corpus_pipeline.engines.preflight import (
    EngineProbe,
    PreflightError,
    make_request,
    preflight,
    probe_here,
)
from corpus_pipeline.engines.runners import NamedEngine
from corpus_pipeline.engines.worker_checks import (
    Overdue,
    Request,
    WorkerReport,
    check_worker,
    here,
    within,
)
from corpus_pipeline.errors import EngineError
from corpus_pipeline.machine import memory_bytes

# Judging reports

VERSIONS = {"corpus-pipeline": "0.1.0", "apache-beam": "2.77.0", "numpy": "2.2.0"}
GOOD = WorkerReport(
    host="a", process=1, nonce="n", python="3.11", versions=VERSIONS, sources="s",
    memory_bytes=8_000_000_000, clock=1000.0,
)  # fmt: skip
EXPECTED = WorkerReport(nonce="n", python="3.11", versions=VERSIONS, sources="s")
REQUEST = Request(
    folder="/out/.work/preflight/n",
    nonce="n",
    libraries=("numpy",),
    inputs=("data/a.txt", "/data/b.txt", "https://key:secret@host/c?sig=secret"),
    resources=(("/models/lm.bin", "0"),),
    bytes_per_worker=1_500_000_000,
)
INSTALL = "install there what the driver has, from the same lock file or image"
SHARE = "put it on storage that all share under one path, or give a URL such as s3://"


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({}, []),
        ({"python": "3.10"}, ["worker a: Python 3.10, the driver has 3.11; "
                              "give the workers Python 3.11"]),
        ({"versions": VERSIONS | {"numpy": "2.1.0"}},
         [f"worker a: numpy 2.1.0, not 2.2.0; {INSTALL}"]),
        ({"versions": {"corpus-pipeline": "0.0.9", "apache-beam": "2.77.0"}, "sources": "t"},
         [f"worker a: corpus-pipeline 0.0.9, not 0.1.0, numpy none, not 2.2.0; {INSTALL}"]),
        ({"sources": "t"}, ["worker a: other code of corpus_pipeline 0.1.0 than the driver's; "
                            f"{INSTALL}"]),
        ({"nonce": ""},
         [f"worker a: does not see the output folder that the driver sees; {SHARE}"]),
        ({"inputs": {"0": "No such file or directory"}},
         ["worker a: cannot open the input data/a.txt (No such file or directory); "
          f"give its absolute path, and {SHARE}"]),
        ({"inputs": {"1": "Permission denied", "2": "no answer within 5 s"}},
         [f"worker a: cannot open the input /data/b.txt (Permission denied); {SHARE}",
          f"worker a: cannot open the input https://host/c?... (no answer within 5 s); {SHARE}"]),
        ({"resources": {"0": "has sha256 1…, planned is 0…"}},
         ["worker a: /models/lm.bin: has sha256 1…, planned is 0…; put the same file under the "
          "same path on every worker"]),
        ({"memory_bytes": 1_000_000_000},
         ["worker a: 1 processes share 1.0 GB of memory and need 1.5 GB each; "
          "give the workers more memory or run fewer of them on a machine"]),
        ({"memory_bytes": 0}, []),
        ({"process_bytes": 1_000_000_000},
         ["worker a: a process may have 1.0 GB of memory and needs 1.5 GB; raise its limit "
          "(Spark: spark.executor.pyspark.memory)"]),
    ],
)  # fmt: skip
def test_each_thing_that_is_wrong_is_one_line(changed: dict[str, Any], lines: list[str]) -> None:
    assert failures(REQUEST, EXPECTED, [dataclasses.replace(GOOD, **changed)]) == lines


def test_workers_that_say_the_same_share_a_line() -> None:
    reports = [dataclasses.replace(GOOD, host=host, nonce="") for host in "aabcd"]
    request = dataclasses.replace(REQUEST, probes=5)
    assert failures(request, EXPECTED, reports) == [
        "workers a, b, c and 1 more: does not see the output folder that the driver sees; " + SHARE
    ]


@pytest.mark.parametrize(
    ("processes", "seen", "line"),
    [
        (1, 1, []),
        (6, 1, ["worker a: 6 processes share 8.0 GB of memory and need 1.5 GB each; "
                "give the workers more memory or run fewer of them on a machine"]),
        (1, 7, ["worker a: 7 processes share 8.0 GB of memory and need 1.5 GB each; "
                "give the workers more memory or run fewer of them on a machine"]),
    ],
)  # fmt: skip
def test_memory_is_shared_by_the_processes_of_a_machine(
    processes: int, seen: int, line: list[str]
) -> None:
    request = dataclasses.replace(REQUEST, processes=processes, probes=seen)
    reports = [dataclasses.replace(GOOD, process=process) for process in range(seen)]
    assert failures(request, EXPECTED, reports) == line


def test_a_report_that_does_not_arrive() -> None:
    request = dataclasses.replace(REQUEST, folder="out/.work/preflight/n", probes=3)
    assert failures(request, EXPECTED, [GOOD]) == [
        "2 of 3 workers wrote their report where the driver does not see it; "
        f"give its absolute path, and {SHARE}"
    ]


@pytest.mark.parametrize(
    ("clock", "lines"),
    [
        (1000, []), (1290, []), (710, []),
        (1010 + 600, ["worker a: its clock is 10 min ahead of the driver's; set it, or times in "
                      "logs and signed requests to storage will be wrong"]),
        (990 - 301, ["worker a: its clock is 5 min behind the driver's; set it, or times in "
                     "logs and signed requests to storage will be wrong"]),
    ],
)  # fmt: skip
def test_clocks(clock: float, lines: list[str]) -> None:
    report = dataclasses.replace(GOOD, clock=clock)
    assert warnings([report], began=990, ended=1010) == lines


# Jobs that fail before they report

START_SPARK = (
    "look at the page of Spark's master: are workers alive, with free cores and at least "
    "spark.executor.memory and spark.executor.cores? Can they reach spark.driver.host?"
)
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (RuntimeError("x\nModuleNotFoundError: No module named 'corpus_pipeline'\ny"),
         f"the workers have no corpus_pipeline; {INSTALL}"),
        (RuntimeError("No module named 'corpus_pipeline.engines.preflight'"),
         f"the workers have another version of corpus_pipeline; {INSTALL}"),
        (RuntimeError("AttributeError: Can't get attribute '_CheckWorker' on <module 'corpus…"),
         f"the workers have another version of corpus_pipeline; {INSTALL}"),
        (RuntimeError("No module named 'apache_beam'"),
         f"the workers lack the Python module apache_beam; {INSTALL}"),
        (RuntimeError("[PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.9"),
         "the workers run another version of Python than the driver; "
         f"set PYSPARK_PYTHON to a Python {PYTHON} that every worker has"),
        (RuntimeError('java.io.IOException: Cannot run program "python9": error=2'),
         f"the workers have no program python9; "
         f"set PYSPARK_PYTHON to a Python {PYTHON} that every worker has"),
        (RuntimeError("Reason: All masters are unresponsive! Giving up."),
         f"the cluster does not answer; {START_SPARK}"),
        (EngineError("phase preflight: the worker died 3 times"),
         "phase preflight: the worker died 3 times"),
        (ZeroDivisionError("private"),
         f"the workers fail before any work (ZeroDivisionError); {START_SPARK} "
         "(CORPUS_DEBUG=1 shows it all)"),
    ],
)  # fmt: skip
def test_the_cause_of_a_failed_job(error: Exception, line: str) -> None:
    assert cause(error, dataclasses.replace(REQUEST, runner="spark")) == line


def test_a_cause_is_found_behind_the_line_of_an_engine() -> None:
    hidden = EngineError("phase preflight: RuntimeError; please report it")
    hidden.__context__ = RuntimeError("No module named 'numba'")
    assert cause(hidden, REQUEST) == f"the workers lack the Python module numba; {INSTALL}"


@pytest.mark.parametrize(
    ("runner", "hint"),
    [
        ("spark", START_SPARK),
        ("PrismRunner", "a worker pool starts the first `python` on its PATH"),
        ("apache_beam.runners.dask.dask_runner.DaskRunner", "is the scheduler at dask_client_addr"),
        ("FlinkRunner", "look at the runner's log"),
    ],
)
def test_what_to_look_at_when_no_worker_answers(runner: str, hint: str) -> None:
    line = late(dataclasses.replace(REQUEST, runner=runner), 90, answered=0)
    assert line.startswith(f"no worker answered within 90 s; {hint}")
    assert "\n" not in line


# The whole of it


@pytest.fixture
def request_here(tmp_path: Path) -> Request:
    """Asks about an input and a model that are as they should be."""
    (tmp_path / "a.txt").write_text("a")
    model = tmp_path / "model.bin"
    model.write_bytes(b"weights")
    fingerprint = {
        "inputs": [{"path": str(tmp_path / "a.txt")}],
        "libraries": {"numpy": "any"},
        "resources": {
            str(model): hashlib.sha256(b"weights").hexdigest(),
            "shipped:models/tokenizer.json": hashlib.sha256(
                (Path(module.__file__).parent.parent / "models/tokenizer.json").read_bytes()
            ).hexdigest(),
        },
    }
    return make_request(str(tmp_path / "out" / ".work"), fingerprint, bytes_per_worker=1, timeout=4)


def in_process() -> JobEngine:
    return NamedEngine("FnApiRunner", {})


def test_this_process_can_do_the_work(request_here: Request) -> None:
    assert preflight(probe_here, request_here, timeout=60) == []
    assert not Path(request_here.folder).exists()


def test_workers_of_a_job_can_do_the_work(request_here: Request) -> None:
    request = dataclasses.replace(request_here, probes=5)
    reports: list[WorkerReport] = []

    def probe(request: Request, timeout: float) -> list[WorkerReport]:
        reports.extend(EngineProbe(in_process())(request, timeout))
        return reports

    assert preflight(probe, request, timeout=60) == []
    assert [report.item for report in reports] == [0, 1, 2, 3, 4]
    assert {report.process for report in reports} == {os.getpid()}
    assert not Path(request.folder).exists()


def test_an_output_that_is_a_url(request_here: Request) -> None:
    nonce = request_here.nonce
    request = dataclasses.replace(request_here, folder=f"memory://out/.work/preflight/{nonce}")
    assert preflight(EngineProbe(in_process()), request, timeout=60) == []
    missing = dataclasses.replace(request, inputs=("memory://out/nothing",))
    with pytest.raises(PreflightError) as caught:
        preflight(probe_here, missing, timeout=60)
    assert "cannot open the input memory://out/nothing (" in str(caught.value)


def test_workers_of_the_pool_can_do_the_work(request_here: Request) -> None:
    with DirectEngine(1, timeout=60) as engine:
        assert preflight(EngineProbe(engine), request_here, timeout=120) == []


def test_all_that_workers_miss_is_told_at_once(request_here: Request, tmp_path: Path) -> None:
    (tmp_path / "a.txt").unlink()
    (tmp_path / "model.bin").write_bytes(b"other")
    with pytest.raises(PreflightError) as caught:
        preflight(EngineProbe(in_process()), request_here, timeout=60)
    lines = str(caught.value).split("\n")
    assert len(lines) == 2
    assert f"cannot open the input {tmp_path}/a.txt (No such file or directory); " in lines[0]
    assert f"{tmp_path}/model.bin: has sha256 " in lines[1]


class Elsewhere(JobEngine):
    """An engine whose workers do not see the driver's folder, or see another one."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def run(self, phase: Phase, items: Sequence[int], max_items: int, report: Report) -> None:
        """Runs the phase with another folder."""
        assert isinstance(phase, module.PreflightPhase)
        request = dataclasses.replace(Request.from_json(phase.request), folder=self.folder)
        in_process().run(module.PreflightPhase(request.to_json()), items, max_items, report)


def test_a_folder_that_workers_do_not_see(request_here: Request, tmp_path: Path) -> None:
    with pytest.raises(PreflightError, match=r"^worker .*: does not see the output folder") as told:
        preflight(EngineProbe(Elsewhere(str(tmp_path / "none"))), request_here, timeout=60)
    assert "\n" not in str(told.value)


def test_a_folder_that_is_another_one_with_the_same_name(
    request_here: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that finds the file in its copy of the folder leaves its report there."""
    monkeypatch.setattr(module, "_LAG_SECONDS", 0.1)
    other = tmp_path / "other"
    other.mkdir()
    (other / "nonce").write_text(request_here.nonce)
    with pytest.raises(PreflightError, match=r"^1 of 1 workers wrote their report where the"):
        preflight(EngineProbe(Elsewhere(str(other))), request_here, timeout=60)


def test_a_folder_in_which_workers_may_not_write(request_here: Request) -> None:
    (Path(request_here.folder) / "report-0.json").mkdir(parents=True)
    with pytest.raises(PreflightError) as caught:
        preflight(EngineProbe(in_process()), request_here, timeout=60)
    assert str(caught.value).endswith(
        ": cannot write to the output folder (Is a directory); give the user that runs the workers "
        "the right to"
    )


def test_a_folder_in_which_the_driver_may_not_write(request_here: Request, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(PreflightError) as caught:
        preflight(probe_here, request_here, timeout=60)
    assert str(caught.value) == (
        "the output folder cannot be written (Not a directory); free it or give another"
    )


@pytest.fixture
def forever() -> Iterator[threading.Event]:
    """What a hanging probe waits for: the end of the test."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize("answered", [0, 1])
@pytest.mark.parametrize("in_thread", [False, True])
def test_a_probe_that_hangs_is_given_up(
    request_here: Request, forever: threading.Event, answered: int, in_thread: bool
) -> None:
    request = dataclasses.replace(request_here, probes=2, runner="spark")

    def probe(request: Request, timeout: float) -> list[WorkerReport]:
        for item in range(answered):
            (Path(request.folder) / f"report-{item}.json").write_bytes(GOOD.to_json())
        while not forever.is_set():
            with contextlib.suppress(Exception):  # a runner that tries again for ever
                forever.wait()
        return []

    def run() -> list[str]:
        return preflight(probe, request, timeout=0.5)

    with pytest.raises(PreflightError) as caught:
        _ = within(30, run) if in_thread else run()
    told = {
        0: "no worker answered within 0.5 s; ",
        1: "1 of 2 probes of workers came back within 0.5 s, the others start late or are stuck; ",
    }
    assert str(caught.value) == told[answered] + START_SPARK


def test_a_clean_up_that_hangs_is_given_up(
    request_here: Request, forever: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def probe(request: Request, timeout: float) -> list[WorkerReport]:
        try:
            forever.wait()
        finally:
            forever.wait()
        return []

    monkeypatch.setattr(module, "_LAG_SECONDS", 0.1)
    with pytest.raises(PreflightError, match=r"no worker answered within 0\.1 s"):
        preflight(probe, request_here, 0.1)


def test_an_alarm_of_somebody_else_is_set_again(request_here: Request) -> None:
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        preflight(probe_here, request_here, timeout=60)
        assert signal.getsignal(signal.SIGALRM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_time_out_of_the_network_is_not_ours(request_here: Request) -> None:
    def probe(request: Request, timeout: float) -> list[WorkerReport]:
        raise TimeoutError(110, "Connection timed out")

    with pytest.raises(PreflightError, match=r"^the workers fail before any work \(TimeoutError\)"):
        preflight(probe, request_here, timeout=60)


# What a worker looks at


def test_an_input_that_hangs_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # to open it waits for a writer
    (tmp_path / "a.txt").touch()
    paths = (str(tmp_path / "pipe"), str(tmp_path / "a.txt"), str(tmp_path / "b.txt"))
    request = Request(folder=str(tmp_path), nonce="n", inputs=paths, check_timeout=0.2)
    report = check_worker(request)
    assert report.inputs == {"0": "no answer within 0.2 s", "2": "No such file or directory"}
    with open(tmp_path / "pipe", "wb"):  # lets the thread go
        time.sleep(0.1)


def test_a_folder_is_hashed_as_the_plan_does(tmp_path: Path) -> None:
    from corpus_pipeline.storage import resource_digest

    (tmp_path / "lists" / "en").mkdir(parents=True)
    (tmp_path / "lists" / "en" / "a.txt").write_text("word")
    planned = resource_digest(str(tmp_path / "lists"))
    for digest, found in ((planned, {}), ("0" * 64, {"0": f"has sha256 {planned[:12]}…, planned "
                                                          f"is {'0' * 12}…"})):  # fmt: skip
        request = Request("x", "n", resources=((str(tmp_path / "lists"), digest),))
        assert check_worker(request).resources == found


def test_reports_and_requests_of_other_versions_are_understood() -> None:
    assert Request.from_json('{"folder": "f", "nonce": "n", "mood": 1}') == Request("f", "n")
    assert Request.from_json(REQUEST.to_json()) == REQUEST
    assert WorkerReport.from_json(GOOD.to_json()) == GOOD
    old = WorkerReport.from_json(b'{"host": "a", "nonce": "n"}')
    assert failures(Request("f", "n"), EXPECTED, [old]) == [
        "worker a: Python none, the driver has 3.11; give the workers Python 3.11",
        "worker a: corpus-pipeline none, not 0.1.0, apache-beam none, not 2.77.0, numpy none, "
        f"not 2.2.0; {INSTALL}",
    ]


def test_a_library_that_is_not_there_has_no_version() -> None:
    assert here(["no-such-library"])["versions"]["no-such-library"] == "none"
    assert here([])["python"] == PYTHON


def test_reports_hold_no_path(request_here: Request) -> None:
    assert b"secret" not in check_worker(REQUEST).to_json()
    assert request_here.inputs[0].encode() not in check_worker(request_here).to_json()


def test_the_first_and_the_last_inputs_are_opened() -> None:
    inputs = [{"path": str(number)} for number in range(100)]
    request = make_request("w", {"inputs": inputs})
    assert request.inputs == tuple(map(str, [*range(10), *range(90, 100)]))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 8_000_000_000 // 1024 * 1024),
        ({"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/memory.max": "2000\n",
          "sys/fs/cgroup/a/b/memory.max": "max\n"}, 2000),
        ({"proc/self/cgroup": "0::/of/the/host\n", "sys/fs/cgroup/memory.max": "3000\n"}, 3000),
        ({"proc/self/cgroup": "7:cpu:/x\n4:cpu,memory:/x\n",
          "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "4000\n"}, 4000),
    ],
)  # fmt: skip
def test_memory_of_machines_and_containers(
    tmp_path: Path, files: dict[str, str], expected: int
) -> None:
    for name, content in {"proc/meminfo": "MemTotal: 7812500 kB\n", **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    assert memory_bytes(tmp_path) == expected


def test_within_gives_values_and_errors_and_gives_up(forever: threading.Event) -> None:
    assert within(5, lambda: None) is None
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 / 0)
    with pytest.raises(Overdue, match=r"no answer within 0\.05 s"):
        within(0.05, forever.wait)


# On Spark

DRIVER = """
    import sys
    from corpus_pipeline.engines.preflight import EngineProbe, make_request, preflight
    from corpus_pipeline.engines.spark import SparkEngine

    settings = {"spark.master": "local[1]", "spark.task.maxFailures": "1"}
    request = make_request(sys.argv[1], {"libraries": ["numpy"]}, "spark", 2)
    with SparkEngine(settings, int) as engine:
        try:
            print("warnings:", preflight(EngineProbe(engine), request, 120))
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
"""


@pytest.mark.cluster
@pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="needs pyspark and Java 17",
)
@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("", "warnings: []"),
        # Without the packages that are installed beside Python.
        ("-S", f"PreflightError: the workers have no corpus_pipeline; {INSTALL}"),
        (None, "PreflightError: the workers have no program {python}; set PYSPARK_PYTHON to a "
               f"Python {PYTHON} that every worker has"),
    ],
)  # fmt: skip
def test_on_spark(tmp_path: Path, options: str | None, line: str) -> None:
    python = tmp_path / "python"
    if options is not None:
        python.write_text(f'#!/bin/sh\nexec {sys.executable} {options} "$@"\n')
        python.chmod(0o755)
    environment = os.environ | {"PYSPARK_PYTHON": str(python), "SPARK_LOCAL_IP": "127.0.0.1"}
    command = [sys.executable, "-c", textwrap.dedent(DRIVER), str(tmp_path / "work")]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=200, cwd=tmp_path
    )
    assert ended.stdout.strip() == line.format(python=python), ended.stderr


def test_a_driver_without_pyspark_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(EngineError, match=r"pip install 'corpus-pipeline\[spark\]'") as caught:
        execute(small(tmp_path / "in", tmp_path / "out", runner="spark"))
    assert "workers" not in str(caught.value)
