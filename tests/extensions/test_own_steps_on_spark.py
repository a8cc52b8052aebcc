"""Steps of one's own on Spark: the same bytes as on one machine, and the same line at an error."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import corpora
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "own_steps"
SPARK = ("--runner", "spark", "--runner-option", "spark.master=local[2]",
         "--runner-option", "spark.driver.memory=1g")  # fmt: skip


def run(folder: Path, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Runs the example as a user does, in its folder."""
    call = "from corpus_pipeline.cli.main import main; main()"
    command = [sys.executable, "-c", call, "run", "corpus.yaml", "--output", str(output), *options]
    return subprocess.run(
        command, cwd=folder, capture_output=True, check=False, text=True, env=dict(os.environ)
    )


@pytest.mark.cluster
@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed")
@pytest.mark.skipif(shutil.which("java") is None, reason="no java on PATH")
def test_the_example_on_spark(tmp_path: Path) -> None:
    here, there = run(EXAMPLE, tmp_path / "direct"), run(EXAMPLE, tmp_path / "spark", *SPARK)
    assert (here.returncode, there.returncode) == (0, 0), there.stderr[-2000:]
    folders = ("documents", "rejected", "ledger", "tokens")
    assert corpora.tree(tmp_path / "spark", *folders) == corpora.tree(tmp_path / "direct", *folders)
    # A rule, a measure, an edit, a reader and a recognizer that fail: one line each.
    broken = shutil.copytree(EXAMPLE, tmp_path / "broken" / "own_steps")
    shutil.copytree(EXAMPLE.parent / "data", tmp_path / "broken" / "data")
    rules = broken / "my_steps" / "rules.py"
    rules.write_text(rules.read_text("utf-8").replace('document["text"].count("!")', "1 / 0"))
    failed = run(broken, tmp_path / "out", *SPARK)
    line = failed.stderr.strip().splitlines()[-1]
    assert failed.returncode == 1
    assert line.startswith("corpus: step polite: document ")
    assert "ZeroDivisionError at rules.py:" in line
