"""Starting Spark, and what its errors become; Spark is not needed for it."""

import logging
import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest
from faults import spark_processes

from corpus_pipeline.engines.workers import PRELOAD
from corpus_pipeline.errors import InputError
from corpus_pipeline.spark_runner import context as context_module
from corpus_pipeline.spark_runner import daemon
from corpus_pipeline.spark_runner.context import cause_of, explained, open_context
from corpus_pipeline.spark_runner.errors import SparkRunnerError
from corpus_pipeline.spark_runner.failures import failure_of


def test_a_missing_pyspark_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(SparkRunnerError, match=r"pip install 'corpus-pipeline\[spark\]'"):
        open_context({})


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            "org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 1.0"
            " failed 4 times, most recent failure: Lost task 0.3 in stage 1.0 (TID 9) (10.0.0.1 "
            "executor 1): org.apache.spark.api.python.PythonException: Traceback (most recent call "
            'last):\n  File "worker.py", line 1\nModuleNotFoundError: No module named '
            "'corpus_pipeline'\n\tat org.apache",
            "ModuleNotFoundError: No module named 'corpus_pipeline'",
        ),
        (
            "Task 0 failed 4 times: org.apache.spark.SparkException: \nError from python worker:\n"
            "  /usr/bin/python3: No module named corpus_pipeline\nPYTHONPATH was:\n  /opt",
            "/usr/bin/python3: No module named corpus_pipeline",
        ),
        ("", "no reason given"),
    ],
)
def test_the_line_that_matters(text: str, cause: str) -> None:
    assert cause_of(text) == cause


def test_explained_prefers_the_exception_of_the_dofn() -> None:
    error = explained(RuntimeError(f"wall of text {failure_of(InputError('a: gone'))} more"))
    assert type(error) is InputError
    other = explained(RuntimeError("Job 3 cancelled because SparkContext was shut down\n\tat x"))
    assert type(other) is SparkRunnerError
    assert str(other) == "Spark: Job 3 cancelled because SparkContext was shut down"


def test_overridden_settings_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        context_module._tell_overridden(
            {"spark.master": "local[2]", "a": "1", "b": "2"}, {"spark.master": "yarn", "b": "2"}
        )
    assert [r.getMessage() for r in caplog.records] == [
        "Spark is configured already; its own values stand for spark.master"
    ]


def test_what_java_says_is_passed_on_but_for_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"WARNING: Using incubator modules: jdk.incubator.vector\nno memory\n")
    os.close(writing)
    context_module._pass_on(reading)
    assert capfd.readouterr().err == "no memory\n"


DAEMON = """
    import gc, sys, threading, zipimport
    from unittest import mock
    from corpus_pipeline.spark_runner import daemon

    daemon.preload()
    print("corpus_pipeline.pipelines.run" in sys.modules, gc.get_freeze_count() > 10_000)
    sys.path.insert(0, sys.argv[1])
    import packed_module, importlib
    with mock.patch.object(zipimport, "_read_directory") as read:
        importlib.invalidate_caches()
    print(read.call_count, threading.active_count())
"""


def test_workers_are_forked_from_what_has_all_imports_and_no_threads(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.writestr("packed_module.py", "")
    command = [sys.executable, "-c", textwrap.dedent(DAEMON), str(tmp_path / "packed.zip")]
    environment = os.environ | {daemon.PRELOAD: f"no_such_module,{PRELOAD}"}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert told.stdout.split() == ["True", "True", "0", "1"], told.stderr


TWICE = """
import logging
from corpus_pipeline.spark_runner.context import open_context

logging.basicConfig(format="%(message)s")
for settings in ({"spark.master": "local[1]", "spark.task.maxFailures": "3"},
                 {"spark.master": "local[2]"}):
    context, ours = open_context(settings)
    assert ours
    print(context.master, context._jsc.sc().getConf().contains("spark.task.maxFailures"))
    context.stop()
"""


@pytest.mark.cluster
def test_a_later_context_of_a_process_has_its_own_settings() -> None:
    """Java outlives the first one, with its settings as those of the whole process."""
    spark_processes.skip_without_spark()
    done = subprocess.run(
        [sys.executable, "-c", TWICE], capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout.split("\n")[:2] == ["local[1] True", "local[2] False"]
    assert "configured already" not in done.stderr
