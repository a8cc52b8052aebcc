"""docs/look.md: its commands run as they stand; tests/test_docs.py runs its queries."""

import shlex
from pathlib import Path

import pytest
from runs import Corpus

PAGE = Path(__file__).parents[2] / "docs" / "look.md"
LINES = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("corpus ")]


def test_the_page_has_commands() -> None:
    commands = {shlex.split(line)[1] for line in LINES}
    assert commands == {"stats", "sample", "why", "whatif", "diff"}


@pytest.mark.parametrize("line", LINES)
def test_commands_run(
    line: str, corpus: Corpus, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "demo-out").symlink_to(finished)
    monkeypatch.chdir(tmp_path)
    code, out, err = corpus(*shlex.split(line, comments=True)[1:])
    assert (code, err) == (0, "")
    assert out
