"""What a run writes that nobody disturbs."""

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import harness


@pytest.fixture(scope="session")
def clean(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> harness.Digests:
    """The digests of an undisturbed run of the small corpus."""
    output = tmp_path_factory.mktemp("clean") / "out"
    harness.run_here(harness.settings(inputs, output))
    return harness.digests(output)


@pytest.fixture(autouse=True)
def _files_left_open() -> Iterator[None]:
    """A worker whose unit fails leaves its files to the system; here it is this process."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
