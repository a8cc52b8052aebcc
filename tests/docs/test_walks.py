"""The tutorial and the how-to pages are walked through as a reader would.

A block of Python or YAML whose first line is a comment with a name is a file of that name. Lines of
shell blocks that call `corpus` or `python` are run in the order of the page.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from runs import in_this_process
from scripts import ROOT
from test_docs import blocks, run_python

TUTORIAL = ROOT / "docs" / "tutorial.md"
GUIDES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
#: What a machine by itself has not: clusters, buckets.
ELSEWHERE = ("--runner", "corpus cluster", "s3.yaml", "s3://", "--workers 50", "--workers 64")


def parts(page: Path) -> Iterator[tuple[str, str]]:
    """Yields what a reader does: a "file" of name and content, a command to "run", "python"."""
    for block in blocks(page.read_text("utf-8")):
        first, _, rest = block.content.partition("\n")
        name = first.removeprefix("# ")
        if block.language in ("python", "yaml") and name.endswith((".py", ".yaml")):
            yield "file", f"{name}\n{rest}"
        elif block.language == "python":
            yield "python", block.content
        elif block.language == "sh":
            for line in block.content.splitlines():
                here = line.startswith(("corpus ", "python "))
                if here and not any(word in line for word in ELSEWHERE):
                    yield "run", line


def run_command(line: str) -> None:
    """Runs a line in the current folder; `corpus` in this process.

    Raises:
        AssertionError: it does not exit with 0.
    """
    program, *arguments = shlex.split(line, comments=True)
    if program == "python":
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"
        return
    from corpus_pipeline.cli.main import main

    with pytest.MonkeyPatch.context() as patch, in_this_process():
        patch.setattr(sys, "argv", ["corpus", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    assert not ended.value.code, line


def walk(page: Path) -> None:
    """Does all that a page says, in the current folder."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for kind, content in parts(page):
        if kind == "file":
            name, _, text = content.partition("\n")
            Path(name).write_text(text, "utf-8")
        elif kind == "run":
            run_command(content)
        else:
            run_python(content, page.name, 0, namespace)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which somebody has followed the tutorial."""
    folder = tmp_path_factory.mktemp("tutorial")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        walk(TUTORIAL)
    return folder


def test_the_tutorial_works(walked: Path) -> None:
    for name in ("corpus-out", "schools-out", "my-tokens"):
        assert (walked / name / "run.json").exists()


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_a_guide_works(
    page: Path, walked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(walked, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    walk(page)


def test_a_wrong_command_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.md").write_text("```sh\ncorpus stats nothing-here\n```\n")
    with pytest.raises(AssertionError):
        walk(tmp_path / "page.md")
