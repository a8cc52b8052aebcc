"""One SparkContext for all tests that need Spark."""

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus_pipeline.spark_runner.runner import SparkRunner


@pytest.fixture(scope="session")
def runner() -> Iterator[SparkRunner]:
    """Gives a runner on two local cores."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("no java on PATH")
    settings = {
        "spark.master": "local[2]",
        "spark.default.parallelism": "3",
        "spark.driver.memory": "1g",
        # The functions of the tests are imported by Spark's workers.
        "spark.executorEnv.PYTHONPATH": str(Path(__file__).parent),
    }
    runner = SparkRunner(settings)
    yield runner
    runner.close()
