"""The processes of a run on Spark, and whether there can be any here."""

import importlib.util
import shutil
from pathlib import Path

import pytest
from faults import harness
from faults.harness import command_of

from corpus_pipeline.spark_runner.cluster_processes import marked


def skip_without_spark() -> None:
    """Skips a test where Spark cannot run."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed: pip install 'corpus-pipeline[spark]'")
    if shutil.which("java") is None:
        pytest.skip("no java on PATH: Spark needs Java 17 or later")


def _python_daemons(pids: list[int]) -> list[int]:
    # Java has the daemon's name among its options, too.
    return [pid for pid in pids if "-m corpus_pipeline.spark_runner.daemon" in command_of(pid)]


def python_workers(driver: int) -> list[int]:
    """Lists Spark's Python workers below a driver: what its daemons have forked."""
    daemons = _python_daemons(harness.descendants(driver))
    return [pid for pid in daemons if harness.parent(pid) in daemons]


def executors(folder: Path) -> list[int]:
    """Lists the executors of a cluster."""
    return [pid for pid in marked(folder) if "ExecutorBackend" in command_of(pid)]
