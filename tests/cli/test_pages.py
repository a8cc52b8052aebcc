"""Where the documentation says more about an error: every class has its section."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from runs import Corpus
from scripts import ROOT

import corpus_pipeline
from corpus_pipeline.cli.help import EXIT_CODES
from corpus_pipeline.cli.pages import DOCUMENTATION, PAGE, page_of
from corpus_pipeline.errors import ConfigError, InputError

PACKAGE = Path(corpus_pipeline.__file__).parent


def known_errors() -> set[str]:
    """Returns the names of the classes below CorpusError, wherever in the package."""
    bases: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {ast.unparse(base) for base in node.bases}
    found = {"CorpusError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found - {"CorpusError"}


def test_every_error_has_its_section() -> None:
    page = (ROOT / DOCUMENTATION / PAGE).read_text("utf-8")
    titles = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert len(titles) == len({*titles})
    assert {*titles} == known_errors() | {"OSError"}


class ErrorOfAUser(InputError):
    """Made elsewhere, as steps and readers of users are."""


@pytest.mark.parametrize(
    ("error", "section"),
    [
        (ConfigError("x"), "configerror"),
        (ErrorOfAUser("x"), "inputerror"),
        (PermissionError(13, "x"), "oserror"),
        (ValueError("x"), "oserror"),
    ],
)
def test_page_of(error: Exception, section: str) -> None:
    assert page_of(error) == f"docs/errors.md#{section}"


def test_of_a_program_only_the_lines(corpus: Corpus, tmp_path: Path) -> None:
    code, _, err = corpus("verify", tmp_path)
    assert code == 1
    assert "more:" not in err
    assert err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no terminals of this kind")
@pytest.mark.parametrize(
    ("arguments", "section"),
    [(["init", "a.yaml"], "configerror"), (["stats", "a.yaml"], "verifyerror")],
)
def test_a_person_is_told_where(tmp_path: Path, arguments: list[str], section: str) -> None:
    import pty

    (tmp_path / "a.yaml").touch()
    script = "from corpus_pipeline.cli.main import main; main()"
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, stderr=theirs, cwd=tmp_path, check=False)
    os.close(theirs)
    # What moves the cursor and hides it.
    said = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", os.read(ours, 4096).decode())
    os.close(ours)
    assert done.returncode == 1
    *_, line, more = said.splitlines()
    assert line.startswith("corpus: ")
    assert more == f"  more: docs/errors.md#{section}"


def test_exit_codes(corpus: Corpus, tmp_path: Path) -> None:
    tried: dict[int, list[object]] = {
        0: ["--version"],
        1: ["verify", tmp_path],
        2: ["no-such-command"],
        4: ["status", tmp_path / "nothing"],
    }
    assert {code: corpus(*arguments).code for code, arguments in tried.items()} == {
        code: code for code in tried
    }
    # Those of a run that was stopped: test_interrupts.py and inspection/test_status.py.
    assert {*tried, 3, 130} == {*EXIT_CODES}
