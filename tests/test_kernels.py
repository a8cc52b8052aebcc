"""Kernels: compiled when they are called, and not before."""

import subprocess
import sys

import numpy as np

from corpus_pipeline.kernels import kernel


@kernel
def _one_more(value):  # type: ignore[no-untyped-def]
    """Adds one."""
    return value + 1


@kernel
def _sum_of_more(values):  # type: ignore[no-untyped-def]
    total = 0
    for value in values:
        total += _one_more(value)
    return total


def test_a_kernel_calls_a_kernel() -> None:
    values = np.arange(4)
    assert _sum_of_more(values) == 10
    assert _one_more.py_func(1) == 2
    assert _one_more.__doc__ == "Adds one."


def test_rooms_are_imported_without_numba_and_beam() -> None:
    code = (
        "import sys; import corpus_pipeline.pipelines.run, corpus_pipeline.inspection.verify\n"
        "print(sorted({'numba', 'apache_beam', 'tokenizers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
