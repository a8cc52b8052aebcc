"""What a run writes that nobody disturbs."""

from pathlib import Path

import pytest
from faults import harness


@pytest.fixture(scope="session")
def clean(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> harness.Digests:
    """The digests of an undisturbed run of the small corpus."""
    output = tmp_path_factory.mktemp("clean") / "out"
    harness.run_here(harness.settings(inputs, output))
    return harness.digests(output)
