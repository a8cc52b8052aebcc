"""Completion in a shell: `corpus completion SHELL` prints what the shell is to run.

At each tab the shell calls `corpus` with a variable set, and Typer answers it.
"""

import os
from enum import StrEnum
from typing import Annotated

import typer

# What Typer's own options --install-completion and --show-completion are made of.
from typer.completion import completion_init, get_completion_script  # type: ignore[attr-defined]

from corpus_pipeline.cli.help import example

PROGRAM = "corpus"
#: Set by the shell when it asks; Typer makes its name of that of the program.
ASKED = "_CORPUS_COMPLETE"


class Shell(StrEnum):
    """The shells that Typer answers."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"
    powershell = "powershell"


def add_commands(app: typer.Typer) -> None:
    """Adds the command to the command line, and lets it answer a shell that asks."""
    app.command(
        epilog=example(
            'eval "$(corpus completion bash)"',
            "corpus completion bash > ~/.local/share/bash-completion/completions/corpus",
            "corpus completion zsh > ~/.zfunc/_corpus",
            "corpus completion fish > ~/.config/fish/completions/corpus.fish",
        )
    )(completion)
    if ASKED in os.environ:
        completion_init()


def completion(shell: Annotated[Shell, typer.Argument(help="Which shell.")]) -> None:
    """Print the script that completes commands and options in a shell."""
    script: str = get_completion_script(
        prog_name=PROGRAM, complete_var=ASKED, shell=str(shell.value)
    )
    print(script)
