"""The example of steps of one's own: the same bytes on Spark, and one line at each error."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import corpora
import pytest
from faults import harness

from corpus_pipeline.workspace.run_file import FOLDERS

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
    assert corpora.tree(tmp_path / "spark", *FOLDERS) == corpora.tree(tmp_path / "direct", *FOLDERS)


#: A part of the example: its file, what is changed in it, and what the one line says.
BROKEN = {
    "rule": ("rules.py", 'document["text"].count("!")', "1 / 0",
             ("step polite: document ", "ZeroDivisionError at rules.py:11")),
    "edit": ("rules.py", 'document["text"].partition', 'document["txt"].partition',
             ("step without-signature: document ", "KeyError at rules.py:19")),
    "measure": ("questions.py", "np.nan_to_num(ends.", "np.nan_to_num(stops.",
                ("step questions: document ", "NameError at questions.py:39")),
    "reader": ("readers.py", 'line.split(": ", 1)', 'line.split("; ", 1)',
               ("source 'letters': 1 of 1 records cannot be read",
                "for example letters.txt at 0 (ValueError at readers.py:11)")),
    "recognizer": ("recognizers.py", "found.span(found.lastindex or 0)", "found.span(7)",
                   ("step member-number: document ", "IndexError at recognizers.py:31")),
}  # fmt: skip


def one_line(part: str, folder: Path, *options: str) -> str:
    """Breaks a part of the example, runs it, and returns the line on stderr."""
    file, old, new, _ = BROKEN[part]
    broken = shutil.copytree(EXAMPLE, folder / "own_steps")
    shutil.copytree(EXAMPLE.parent / "data", folder / "data")
    code = broken / "my_steps" / file
    assert old in code.read_text("utf-8")
    code.write_text(code.read_text("utf-8").replace(old, new))
    failed = run(broken, folder / "out", *options)
    assert failed.returncode == 1
    (line,) = (each for each in failed.stderr.splitlines() if each.startswith("corpus: "))
    return line


@pytest.mark.parametrize("part", BROKEN)
def test_each_part_fails_with_one_line(part: str, tmp_path: Path) -> None:
    line = one_line(part, tmp_path)
    assert all(words in line for words in BROKEN[part][3]), line


@pytest.mark.cluster
@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed")
@pytest.mark.skipif(shutil.which("java") is None, reason="no java on PATH")
@pytest.mark.parametrize("part", harness.some(BROKEN, "rule"))
def test_each_part_fails_with_one_line_on_spark(part: str, tmp_path: Path) -> None:
    line = one_line(part, tmp_path, *SPARK)
    assert all(words in line for words in BROKEN[part][3]), line
