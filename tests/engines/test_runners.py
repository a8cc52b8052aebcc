"""Runners of Beam where Beam is not installed: one line that names the extra."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import runs
import yaml

from corpus_pipeline.engines.runners import import_beam
from corpus_pipeline.errors import ConfigError


@pytest.mark.parametrize(
    ("runner", "extra"),
    [
        ("spark", "spark"),
        ("dataflow", "dataflow"),
        ("DaskRunner", "dask"),
        ("PrismRunner", "beam"),
        ("somebody.elses.Runner", "beam"),
    ],
)
def test_a_missing_beam_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, runner: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    with pytest.raises(ConfigError) as caught:
        import_beam(runner)
    line = f"runner: {runner} needs Apache Beam; pip install 'corpus-pipeline[{extra}]'"
    assert str(caught.value) == line


def test_another_module_that_is_missing_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ModuleNotFoundError(f"{name} lacks grpc", name="grpc")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="lacks grpc"):
        import_beam("spark")


@pytest.mark.parametrize(
    ("imported", "line"),
    [
        ("import corpus_pipeline.beam",
         "ImportError: corpus_pipeline.beam needs Apache Beam; pip install "
         "'corpus-pipeline[beam]'"),
        ("from corpus_pipeline.spark_runner import SparkRunner",
         "ImportError: SparkRunner needs Apache Beam: pip install 'corpus-pipeline[spark]'"),
    ],
)  # fmt: skip
def test_what_is_imported_names_the_extra(imported: str, line: str) -> None:
    script = f"import sys; sys.modules['apache_beam'] = None; {imported}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == line


def test_one_machine_runs_without_beam(tmp_path: Path) -> None:
    """Driver and workers: what a process imports is refused before it runs a line of ours."""
    (tmp_path / "guard").mkdir()
    refusing = "import sys; sys.modules['apache_beam'] = None\n"
    (tmp_path / "guard" / "sitecustomize.py").write_text(refusing)
    content = runs.small(tmp_path, tmp_path / "out", workers=2)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(content))
    path = os.pathsep.join([str(tmp_path / "guard"), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "corpus_pipeline.cli.main", "run", f"{tmp_path}/config.yaml"],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "run.json").exists()
