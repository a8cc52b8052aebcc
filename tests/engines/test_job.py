"""Engines that run a phase as one job of a Beam runner: the same bytes, counts and errors."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import types
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import corpora
import pytest
from faults import harness, spark_processes
from runs import execute

from corpus_pipeline.engines.engine import Clocks
from corpus_pipeline.engines.runners import DaskEngine, NamedEngine
from corpus_pipeline.errors import (
    ConfigError,
    CorpusError,
    EngineError,
    ErrorBudgetError,
    InputError,
)
from corpus_pipeline.transforms import StageCounters, Tally, Transform, Work, item_ranges, unrolled
from corpus_pipeline.workspace.phase_table import names_over
from corpus_pipeline.workspace.run_file import FOLDERS


class Noted:
    """Notes what an engine reports."""

    def __init__(self) -> None:
        self.advanced = 0
        self.errors = 0
        self.items: list[int] = []
        self.clocks: Clocks = Counter()

    def advance(self, items: int, text_bytes: int, errors: int = 0) -> None:
        self.advanced += items
        self.errors += errors

    def done(self, items: Sequence[int], clocks: Clocks) -> None:
        self.items += items
        self.clocks.update(clocks)


class Behave(Transform):
    """Notes each item in a folder, or fails as the phase says."""

    output = int

    def __init__(self, folder: str, failure: str) -> None:
        self.folder = folder
        self.failure = failure

    def setup(self, tally: Tally) -> None:
        self._counters = StageCounters("behave", tally)

    def process(self, item: int) -> Iterator[int]:
        Path(self.folder, str(item)).touch()
        if self.failure == "input":
            raise InputError("a.jsonl: line 3 is too long; cut it")
        if self.failure == "defect":
            raise ZeroDivisionError("a private text")
        self._counters.saw(1, 10)
        self._counters.finished(errors=2)
        yield item


class Phase:
    """A phase of three items, spread by a shuffle."""

    name = "behaving"

    def __init__(self, folder: Path, failure: str = "") -> None:
        self.folder = str(folder)
        self.failure = failure

    def work(self, items: Sequence[int]) -> Work:
        return Work(item_ranges(sorted(items)), unrolled, (Behave(self.folder, self.failure),))


def test_every_item_is_run_and_counted(tmp_path: Path) -> None:
    report = Noted()
    with NamedEngine("FnApiRunner", {}) as engine:
        engine.run(Phase(tmp_path), [3, 1, 2], 1, report)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "2", "3"]
    assert report.items == [3, 1, 2]
    assert report.advanced == 3
    assert report.errors == 6
    assert report.clocks == {"behave/documents": 3, "behave/bytes": 30,
                             "progress/items": 3, "progress/errors": 6}  # fmt: skip


class Endless:
    """The result of a job that counts errors and does not end before it is cancelled."""

    state = "RUNNING"

    def __init__(self) -> None:
        self.cancelled = threading.Event()

    def metrics(self) -> Any:
        key = types.SimpleNamespace(
            metric=types.SimpleNamespace(namespace="progress", name="errors")
        )
        counter = types.SimpleNamespace(key=key, attempted=7, committed=None)
        return types.SimpleNamespace(query=lambda: {"counters": [counter]})

    def wait_until_finish(self) -> None:
        self.cancelled.wait(30)

    def cancel(self) -> None:
        self.cancelled.set()


def test_a_job_that_makes_no_sense_any_more_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing(Noted):
        def advance(self, items: int, text_bytes: int, errors: int = 0) -> None:
            raise ErrorBudgetError(f"{errors} are too many")

    job = Endless()
    monkeypatch.setattr(beam.Pipeline, "run", lambda pipeline: job)
    monkeypatch.setattr(NamedEngine, "poll_seconds", 0.01)
    with pytest.raises(ErrorBudgetError, match="7 are too many"):
        NamedEngine("FnApiRunner", {}).run(Phase(tmp_path), [1], 1, Refusing())
    assert job.cancelled.is_set()


@pytest.mark.parametrize(
    ("failure", "kind", "line"),
    [
        ("input", InputError, "a.jsonl: line 3 is too long; cut it"),
        ("defect", EngineError, "phase behaving: ZeroDivisionError at "),
    ],
)
def test_failures_are_one_line(
    tmp_path: Path, failure: str, kind: type[CorpusError], line: str
) -> None:
    with pytest.raises(kind) as caught, NamedEngine("FnApiRunner", {}) as engine:
        engine.run(Phase(tmp_path, failure), [1], 1, Noted())
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)
    assert "private" not in str(caught.value)


@pytest.mark.parametrize("name", ["NoSuchRunner", "no.such.module.Runner"])
def test_an_unknown_runner_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"runner: Beam has no runner '{name}' here"):
        NamedEngine(name, {})


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"runner_options": {"x": "1"}}, "runner_options: the runner direct takes none, got 'x'"),
        (
            {"runner": "PrismRunner", "storage_options": {"s3": {"key": "hidden"}}},
            "storage_options: do not reach the workers of PrismRunner",
        ),
    ],
)
def test_options_that_would_be_ignored_are_refused(
    inputs: Path, tmp_path: Path, settings: dict[str, Any], line: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        execute(corpora.settings(inputs, tmp_path / "out", **settings))
    assert str(caught.value).removeprefix("test: ").startswith(line)
    assert "hidden" not in str(caught.value)


def same_as(finished: Path, inputs: Path, output: Path, **settings: Any) -> None:
    """Runs the small corpus and compares every output with the run on one machine."""
    execute(corpora.settings(inputs, output, **settings))
    for name in FOLDERS:
        assert corpora.tree(output, name) == corpora.tree(finished, name), name


@pytest.mark.parametrize(
    "runner",
    [
        "FnApiRunner",
        pytest.param("DaskRunner", marks=[pytest.mark.cluster, pytest.mark.slow]),
        pytest.param("PrismRunner", marks=[pytest.mark.cluster, pytest.mark.slow]),
        pytest.param("spark", marks=[pytest.mark.cluster, pytest.mark.slow]),
    ],
)
# Spark's client leaves sockets to the collector of garbage.
@pytest.mark.filterwarnings("ignore:.*<socket:pytest.PytestUnraisableExceptionWarning")
def test_every_match_finds_the_same_on_each_runner(
    inputs: Path, tmp_path: Path, runner: str, request: pytest.FixtureRequest
) -> None:
    """Addresses, strings and paragraphs too, which a configuration has to name."""
    options: dict[str, Any] = {"runner": runner}
    if runner == "DaskRunner":
        pytest.importorskip("distributed", reason="pip install 'corpus-pipeline[dask]'")
        options["workers"] = 2
    elif runner == "PrismRunner":
        options["runner_options"] = request.getfixturevalue("prism")
    elif runner == "spark":
        spark_processes.skip_without_spark()
        options = harness.SPARK
    here, there = (harness.settings(inputs, tmp_path / name) for name in ("here", "there"))
    run = harness.run_here(here)
    assert set(names_over("units") + names_over("partitions")) <= set(run["phases"])
    for name in ("substring_chars", "paragraph_seen"):
        assert run["counts"][name] > 0
    execute(corpora.merged(there, options))
    assert harness.digests(tmp_path / "there") == harness.digests(tmp_path / "here")


PRISM = Path(__file__).parent.parent.parent / ".beyond" / "prism"


@pytest.fixture
def prism() -> dict[str, str]:
    """Options that let Beam use the Prism that `make setup-cluster` has built."""
    if not PRISM.exists():
        pytest.skip("Prism is not there: `make setup-cluster` builds it where Go is installed")
    return {"prism_location": str(PRISM)}


@pytest.mark.cluster
def test_prism_writes_the_same_bytes(
    finished: Path, inputs: Path, tmp_path: Path, prism: dict[str, str]
) -> None:
    """Workers are threads of this process."""
    same_as(finished, inputs, tmp_path / "out", runner="PrismRunner", runner_options=prism)


@pytest.fixture
def pool() -> Iterator[str]:
    """The address of a pool of worker processes, as clusters start them on each machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The pool starts workers as plain `python`, so the environment's one must come first.
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    module = "apache_beam.runners.worker.worker_pool_main"
    process = subprocess.Popen(
        [sys.executable, "-m", module, f"--service_port={port}"],
        env={**os.environ, "PATH": path},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield f"localhost:{port}"
    os.killpg(process.pid, 9)
    process.wait()


@pytest.mark.cluster
@pytest.mark.slow
def test_prism_with_external_workers_writes_the_same_bytes(
    finished: Path, inputs: Path, tmp_path: Path, prism: dict[str, str], pool: str
) -> None:
    options = {**prism, "environment_type": "EXTERNAL", "environment_config": pool}
    same_as(finished, inputs, tmp_path / "out", runner="PrismRunner", runner_options=options)


@pytest.mark.cluster
def test_dask_writes_the_same_bytes(finished: Path, inputs: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="pip install 'corpus-pipeline[dask]'")
    same_as(finished, inputs, tmp_path / "out", runner="DaskRunner", workers=2)


@pytest.mark.cluster
@pytest.mark.parametrize("runner", ["PrismRunner", "DaskRunner"])
def test_an_error_of_ours_comes_back_from_any_runner(
    tmp_path: Path, runner: str, request: pytest.FixtureRequest
) -> None:
    if runner == "DaskRunner":
        made: NamedEngine = DaskEngine({}, 1)
    else:
        made = NamedEngine(runner, request.getfixturevalue("prism"))
    with pytest.raises(InputError) as caught, made as engine:
        engine.run(Phase(tmp_path, "input"), [1], 1, Noted())
    assert str(caught.value) == "a.jsonl: line 3 is too long; cut it"


@pytest.mark.cluster
def test_nothing_of_a_document_reaches_the_screen(
    tmp_path: Path, prism: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(EngineError) as caught, NamedEngine("PrismRunner", prism) as engine:
        engine.run(Phase(tmp_path, "defect"), [1], 1, Noted())
    assert "private" not in str(caught.value)
    shown = capfd.readouterr()
    assert "private" not in shown.out + shown.err


def test_the_tools_are_looked_for_where_make_puts_them() -> None:
    makefile = (PRISM.parent.parent / "Makefile").read_text("utf-8")
    assert f"BEYOND := {PRISM.parent.name}" in makefile
    assert shutil.which("make")
