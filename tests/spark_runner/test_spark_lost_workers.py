"""Workers that die or are stuck: what is said of them, and that Spark tries again."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from apache_beam import coders
from apache_beam.transforms.window import GlobalWindows

from corpus_pipeline.spark_runner.context import explained
from corpus_pipeline.spark_runner.errors import WorkerDiedError, WorkerStuckError
from corpus_pipeline.spark_runner.lost_workers import lost_worker, namer, watched

FOUR = "Task 3 in stage 2.0 failed 4 times, most recent failure: Lost task 3.3 in stage 2.0: "
ONCE = "Task 3 in stage 2.0 failed 1 times, most recent failure: Lost task 3.0 in stage 2.0: "
CRASHED = "org.apache.spark.SparkException: Python worker exited unexpectedly (crashed): "


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        (f"{FOUR}{CRASHED}<beam-bundle:item 5>\nTimeout (0:00:05)!\nThread 0x7f (most recent",
         WorkerStuckError, "item 5 took over 5 s 4 times"),
        (f"{ONCE}{CRASHED}<beam-bundle:>\nTimeout (1 day, 1:00:02)!\n",
         WorkerStuckError, "an element took over 90002 s"),
        (f"{ONCE}{CRASHED}<beam-bundle:item 2>\nTimeout (0:00:01.500000)!\n",
         WorkerStuckError, "item 2 took over 2 s"),
        (f"{FOUR}{CRASHED}<beam-bundle:item 5 or one of 3 after it>\n\n\tat org.apache",
         WorkerDiedError, "a Python worker died 4 times at item 5 or one of 3 after it"),
        (f"{ONCE}{CRASHED}Fatal Python error: Segmentation fault\n\nCurrent thread",
         WorkerDiedError, "a Python worker died (Segmentation fault)"),
        (f"{ONCE}org.apache.spark.SparkException: Python worker exited unexpectedly (crashed)\n\t",
         WorkerDiedError, "a Python worker died"),
        (f"{FOUR}ExecutorLostFailure (executor 0 exited caused by one of the running tasks) "
         "Reason: Command exited with code 137\nDriver stacktrace:",
         WorkerDiedError,
         "an executor of Spark's died 4 times (Command exited with code 137)"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_lost_worker(text: str, kind: type, line: str) -> None:
    error = explained(RuntimeError(text))
    assert type(error) is kind
    assert str(error) == line


def test_other_failures_are_no_lost_worker() -> None:
    assert lost_worker(f"{FOUR}java.lang.OutOfMemoryError: Java heap space") is None


def windowed(value: coders.Coder) -> Any:
    return coders.WindowedValueCoder(value, coders.coders.GlobalWindowCoder())


NUMBER, BYTES = coders.VarIntCoder(), coders.BytesCoder()


@pytest.mark.parametrize(
    ("coder", "values", "name"),
    [
        (NUMBER, [7], "item 7"),
        (NUMBER, [7, 8, 9], "item 7 or one of 2 after it"),
        (coders.TupleCoder([NUMBER, BYTES]), [(300, b"private")], "item 300"),
        (coders.TupleCoder([NUMBER, coders.IterableCoder(BYTES)]), [(3, [b"private"])], "item 3"),
        (BYTES, [b"private"], ""),
        (coders.TupleCoder([BYTES, NUMBER]), [(b"private", 1)], ""),
        (coders.FastPrimitivesCoder(), [7], ""),
    ],
)  # fmt: skip
def test_bundles_are_named_by_numbers_alone(
    coder: coders.Coder, values: list[Any], name: str
) -> None:
    elements = [
        windowed(coder).get_impl().encode_nested(GlobalWindows.windowed_value(value))
        for value in values
    ]
    assert namer(windowed(coder))(elements) == name


def test_a_note_is_there_only_while_the_work_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_FAULTHANDLER_DIR", str(tmp_path))
    note = tmp_path / str(os.getpid())
    for _ in range(2):
        with watched("item 1", 60.0):
            assert note.read_text() == "<beam-bundle:item 1>\n"
        assert note.read_text() == ""


@pytest.mark.parametrize("folder", [True, False])
def test_who_never_lets_go_of_the_interpreter_is_ended_too(tmp_path: Path, folder: bool) -> None:
    code = """
        import re
        from corpus_pipeline.spark_runner.lost_workers import watched
        with watched("item 1", 0.5):
            re.match("(a*)*b", "a" * 60)
    """
    environment = os.environ | ({"PYTHON_FAULTHANDLER_DIR": str(tmp_path)} if folder else {})
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        told = process.communicate(timeout=60)[1]
    if folder:
        told = (tmp_path / str(process.pid)).read_text()
        assert told.startswith("<beam-bundle:item 1>\n")
    assert process.returncode == 1
    assert re.search(r"^Timeout \(0:00:00.500000\)!", told, re.MULTILINE)
