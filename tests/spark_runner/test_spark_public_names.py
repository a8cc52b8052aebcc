"""What the package offers by name, and the example of its docstring."""

import importlib.util
import shutil
import subprocess
import sys
import textwrap

import pytest

from corpus_pipeline import spark_runner


def test_every_public_name_is_there_and_listed() -> None:
    assert spark_runner.__all__ == sorted(spark_runner.__all__)
    assert set(spark_runner.__all__) == set(spark_runner._MODULES)
    for name in spark_runner.__all__:
        assert getattr(spark_runner, name).__name__ == name
        assert name in dir(spark_runner)


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(AttributeError, match="spark_runner' has no attribute 'SparkWalker'"):
        spark_runner.SparkWalker  # noqa: B018


@pytest.mark.cluster
@pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="needs pyspark and Java 17",
)
def test_the_example_of_the_docstring_runs() -> None:
    lines = (spark_runner.__doc__ or "").splitlines()
    example = "\n".join(line for line in lines if line.startswith("    "))
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(example)],
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    for pair in [("to", 2), ("be", 2), ("or", 1), ("not", 1)]:
        assert str(pair) in ended.stdout + ended.stderr
