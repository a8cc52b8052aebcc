"""Compiled kernels are kept where there is room; where there is none, they work all the same."""

import errno
import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from numba.core.caching import FunctionCache

from corpus_pipeline import compilation, kernels
from corpus_pipeline import kernel_digest as kernel_digest_module
from corpus_pipeline.kernel_digest import kernel_digest


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
    kernels.compiled_groups(usual).mkdir(parents=True)
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


def test_a_named_folder_is_the_same_in_the_processes_that_are_started(tmp_path: Path) -> None:
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
    assert done.stdout.split() == [str(tmp_path)] * 2


CALLED = """
from corpus_pipeline.kernels import kernel
STEP = {step}

@kernel
def inner(value):
    return value + STEP
"""
CALLING = """
import sys
sys.path.insert(0, {folder!r})
from corpus_pipeline.kernels import kernel
from called import inner

@kernel
def outer(value):
    return inner(value) * 2

@kernel
def alone(value):
    return value * 3

def loaded(called):
    return sum(called.compiled.stats.cache_hits.values()) > 0

print([outer(1), loaded(outer), alone(1), loaded(alone)])
"""


def _called(folder: Path, step: object, head: str = "") -> Any:
    """Calls kernels of two files; returns the values, and which were in the cache."""
    folder.mkdir(exist_ok=True)
    (folder / "called.py").write_text(head + CALLED.format(step=step))
    (folder / "calling.py").write_text(head + CALLING.format(folder=str(folder)))
    done = subprocess.run(
        [sys.executable, "-B", str(folder / "calling.py")], capture_output=True, text=True,
        check=True, env={**os.environ, "NUMBA_CACHE_DIR": str(folder.parent / "cache")},
    )  # fmt: skip
    return json.loads(done.stdout.lower())


def test_an_edit_compiles_again_what_it_reaches(tmp_path: Path) -> None:
    """numba itself looks at the file of the kernel alone, and would give 4 for the second."""
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    assert _called(here, 1) == [4, False, 3, False]
    assert _called(here, 2) == [6, False, 3, True]
    assert _called(here, 1) == [4, True, 3, True]
    assert _called(here, 1, "# More lines above.\n\n") == [4, True, 3, True]
    assert _called(elsewhere, 1) == [4, True, 3, True]


def _digests(*namespaces: dict[str, Any]) -> list[str]:
    made = []
    for names in namespaces:
        code = "def read(at):\n    return TABLE[at] + helper(at)\n"
        exec(code, names)
        made.append(kernel_digest(names["read"]))
    return made


class Pair(NamedTuple):
    """Stands for a tuple of a package's own."""

    a: int
    b: int


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"TABLE": 1}, {"TABLE": 1.0}),
        ({"TABLE": 1}, {"TABLE": True}),
        ({"TABLE": "1"}, {"TABLE": b"1"}),
        ({"TABLE": (1, 2)}, {"TABLE": (1, (2,))}),
        ({"TABLE": (1, 2)}, {"TABLE": Pair(1, 2)}),
        ({"TABLE": np.array([1, 2])}, {"TABLE": np.array([1, 3])}),
        ({"TABLE": np.array([1, 2])}, {"TABLE": np.array([1, 2], np.int32)}),
        ({"TABLE": np.array([1, 2])}, {"TABLE": np.array([[1, 2]])}),
        ({"TABLE": np.int64(1)}, {"TABLE": np.int32(1)}),
        ({"TABLE": np}, {"TABLE": os}),
        ({"helper": kernels.kernel(twice)}, {"helper": kernels.kernel(_called)}),
        ({}, {"TABLE": 0}),
    ],
)
def test_a_digest_tells_what_is_read_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, again, second = _digests(dict(one), dict(one), dict(other))
    assert first == again != second


def test_what_is_no_constant_counts_as_the_whole_package(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"TABLE": {"a": 1}}
    (before,) = _digests(dict(names))
    kernel_digest_module._described.cache_clear()
    monkeypatch.setattr(kernel_digest_module, "source_digest", lambda: "other sources")
    assert _digests(dict(names)) != [before]
    # A name that is an attribute only is not read.
    exec("def attribute(x):\n    return x.TABLE\n", read := dict[str, Any](names))
    assert "other sources" not in kernel_digest_module._described(read["attribute"])[0]


def test_kernels_that_call_each_other_have_a_digest() -> None:
    names: dict[str, Any] = {}
    exec("def even(n):\n    return n == 0 or odd(n - 1)\n", names)
    exec("def odd(n):\n    return n != 0 and even(n - 1)\n", names)
    names |= {name: kernels.kernel(names[name]) for name in ("even", "odd")}
    assert kernel_digest(names["even"].py_func) != kernel_digest(names["odd"].py_func)
