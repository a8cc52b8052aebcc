"""Starting Spark, and what its errors become; Spark is not needed for it."""

import logging
import sys
from pathlib import Path

import pytest

from corpus_pipeline.engines.spark import context as context_module
from corpus_pipeline.engines.spark.context import cause_of, explained, open_context
from corpus_pipeline.engines.spark.failures import failure_of
from corpus_pipeline.errors import EngineError, InputError


def java_that_says(folder: Path, text: str) -> Path:
    """Makes a JAVA_HOME with a `java` that prints this."""
    java = folder / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{text}' >&2\n")
    java.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("says", "found"),
    [
        ('openjdk version "11.0.2" 2019', "is Java 11."),
        ('java version "1.8.0_392"', "is Java 8."),
        ("Unable to locate a Java Runtime.", "is Unable to locate a Java Runtime."),
    ],
)
def test_an_old_java_is_told_in_one_line(
    says: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java_that_says(tmp_path, says)))
    with pytest.raises(EngineError) as caught:
        context_module._check_java()
    assert found in str(caught.value)
    assert str(caught.value).endswith("Java 17 or later is needed; install it and set JAVA_HOME")


def test_a_new_java_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java_that_says(tmp_path, 'openjdk version "21" 2023')))
    context_module._check_java()


def test_a_missing_java_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"no `java` is on PATH\. Java 17 or later is needed"):
        context_module._check_java()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(EngineError, match="cannot be run"):
        context_module._check_java()


def test_a_missing_pyspark_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(EngineError, match=r"pip install 'corpus-pipeline\[spark\]'"):
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
            "Job aborted: Lost task: ExecutorLostFailure (executor 0 exited caused by one of the "
            "running tasks) Reason: Command exited with code 137\nDriver stacktrace:",
            "ExecutorLostFailure (executor 0 exited caused by one of the running tasks) Reason: "
            "Command exited with code 137",
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
    assert type(other) is EngineError
    assert str(other) == "Spark: Job 3 cancelled because SparkContext was shut down"


def test_overridden_settings_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        context_module._tell_overridden(
            {"spark.master": "local[2]", "a": "1", "b": "2"}, {"spark.master": "yarn", "b": "2"}
        )
    assert [r.getMessage() for r in caplog.records] == [
        "Spark is configured already; its own values stand for spark.master"
    ]
