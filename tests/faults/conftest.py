"""What a run writes that nobody disturbs."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import harness


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> Iterator[None]:
    """Lets runs hear Ctrl-C where the tests themselves run in the background and do not."""
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def clean(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> harness.Digests:
    """The digests of an undisturbed run of the small corpus."""
    output = tmp_path_factory.mktemp("clean") / "out"
    harness.run_here(harness.settings(inputs, output))
    return harness.digests(output)
