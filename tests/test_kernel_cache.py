"""Compiled kernels are kept where there is room; where there is none, they work all the same."""

import errno
import logging
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numba.core.caching import FunctionCache

from corpus_pipeline import compilation, kernels


def test_a_folder_that_cannot_be_made_is_named_and_another_taken(tmp_path: Path) -> None:
    """`NUMBA_CACHE_DIR` below a file; numba itself would write beside the sources."""
    (tmp_path / "file").touch()
    named = tmp_path / "file" / "缓存"
    environment = os.environ | {
        "NUMBA_CACHE_DIR": str(named), "HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": "",
    }  # fmt: skip
    code = (
        "from corpus_pipeline.kernels import CACHE_DIR, kernel\n"
        "import os\n"
        "print(CACHE_DIR == os.environ['NUMBA_CACHE_DIR'], CACHE_DIR)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    same, _, folder = done.stdout.strip().partition(" ")
    assert same == "True"
    assert Path(folder).is_relative_to(tmp_path / "home")
    assert str(named) in done.stderr
    assert "Not a directory" in done.stderr
    assert "correct NUMBA_CACHE_DIR" in done.stderr


def test_a_home_without_room_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "home" / name))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    usual = kernels._cache_folder()
    assert Path(usual).is_relative_to(tmp_path / "home")

    def usage(folder: Path) -> Any:
        return SimpleNamespace(free=0 if Path(folder).is_relative_to(tmp_path / "home") else 10**9)

    monkeypatch.setattr("shutil.disk_usage", usage)
    other = kernels._cache_folder()
    assert not Path(other).is_relative_to(tmp_path / "home")
    # What is there already needs no room.
    (Path(usual) / "a").touch()
    assert kernels._cache_folder() == usual


def twice(value):  # type: ignore[no-untyped-def]
    """Stands for a kernel of the package."""
    return value + value


@pytest.mark.parametrize("method", ["save_overload", "load_overload"])
def test_a_disk_that_fails_stops_no_kernel(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(FunctionCache, method, fail)
    if method == "save_overload":  # What an earlier run of the tests has kept is not saved again.
        monkeypatch.setattr(compilation._Cache, "load_overload", lambda *arguments: None)
    compilation._cannot_keep.cache_clear()
    with caplog.at_level(logging.WARNING):
        compiled = kernels.kernel(twice)
        assert compiled(np.int64(4)) == 8
        assert compiled(np.float64(0.5)) == 1.0
    lines = [record.getMessage() for record in caplog.records]
    if method == "save_overload":
        assert len(lines) == 1
        assert lines[0].startswith(f"{kernels.CACHE_DIR}: compiled kernels are not kept (No space")
        assert "make room there, or set NUMBA_CACHE_DIR" in lines[0]
    else:
        assert lines == []


def test_a_named_folder_keeps_versions_apart(tmp_path: Path) -> None:
    """numba does not notice that a kernel in another module changed, and would call the old one."""
    code = (
        "import os, sys, subprocess; from corpus_pipeline import kernels;"
        "print(kernels.CACHE_DIR, flush=True);"
        "sys.argv[1:] and subprocess.run([sys.executable, '-c', sys.argv[1]])"
    )
    inner = "from corpus_pipeline import kernels; print(kernels.CACHE_DIR)"
    done = subprocess.run(
        [sys.executable, "-c", code, inner], capture_output=True, text=True, check=True,
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
    )  # fmt: skip
    own, of_child = done.stdout.split()
    assert own == of_child, "the same in the processes that are started"
    assert Path(own).parent == tmp_path
