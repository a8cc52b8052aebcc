"""Beam's own tests on this runner: every one passes or is refused."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

TOOL = Path(__file__).parents[2] / "tools" / "beam_suites.py"
NEEDED = ("pyspark", "mock", "parameterized", "hamcrest")


@pytest.mark.parametrize("suite", ["core_test", "combiners_test", "util_test", "ptransform_test"])
def test_every_test_of_beam_passes_or_is_refused(suite: str) -> None:
    for module in NEEDED:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    run = subprocess.run([sys.executable, TOOL, suite], stdout=subprocess.PIPE, text=True)
    assert run.returncode == 0, run.stdout
