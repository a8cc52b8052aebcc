"""Completion, asked the way a shell asks: bash itself, the others by their variables."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from runs import Corpus

from corpus_pipeline.cli.completion import ASKED, Shell

#: Calls bash's function of the command `corpus` as bash does at a tab.
TAB = """\
eval "$(corpus completion bash)"
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_corpus_completion corpus "${{COMP_WORDS[COMP_CWORD]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH on which there is a command `corpus`."""
    command = tmp_path / "corpus"
    command.write_text(f"#!{sys.executable}\nfrom corpus_pipeline.cli.main import main\nmain()\n")
    command.chmod(0o755)
    return f"{tmp_path}:{os.environ['PATH']}"


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not there")
@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("corpus sc", {"scrub", "schema"}),
        ("corpus run --over", {"--overwrite"}),
        ("corpus completion z", {"zsh"}),
        ("corpus profile ''", {"list", "show"}),
        ("corpus run exam", {""}),  # Names of files are left to bash.
    ],
)
def test_bash_completes(path: str, words: str, completed: set[str]) -> None:
    done = subprocess.run(
        ["bash", "--norc", "-c", TAB.format(words=words)],
        env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.split("\n")[:-1]) == completed


@pytest.mark.parametrize(
    ("shell", "asked", "answer"),
    [
        ("zsh", {"_TYPER_COMPLETE_ARGS": "corpus sch"}, '"schema"'),
        ("fish", {"_TYPER_COMPLETE_ARGS": "corpus sch", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
         "schema\tPrint"),
        ("powershell",
         {"_TYPER_COMPLETE_ARGS": "corpus sch", "_TYPER_COMPLETE_WORD_TO_COMPLETE": "sch"},
         "schema:::Print"),
    ],
)  # fmt: skip
def test_other_shells_are_answered(
    path: str, shell: str, asked: dict[str, str], answer: str
) -> None:
    env = {**os.environ, **asked, "PATH": path, ASKED: f"complete_{shell}"}
    done = subprocess.run(["corpus"], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert answer in done.stdout


@pytest.mark.parametrize("shell", Shell)
def test_the_script_asks_by_the_variable(corpus: Corpus, shell: Shell) -> None:
    code, out, err = corpus("completion", shell)
    assert (code, err) == (0, "")
    assert ASKED in out
    assert f"complete_{shell}" in out


def test_another_shell_is_refused(corpus: Corpus) -> None:
    code, _, err = corpus("completion", "tcsh")
    assert code == 2
    assert "bash" in err
