"""`corpus check`: what is known of a run before it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from corpus_pipeline.cli.help import example


def add_commands(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command(
        epilog=example("corpus check examples/demo.yaml", "corpus check corpus.yaml --json")
    )(check)


def check(
    config: Annotated[Path, typer.Argument(help="Configuration file; see `corpus init`.")],
    output: Annotated[
        str | None, typer.Option(help="Folder that would be written, instead of `output`.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Worker processes; default: one per core.")
    ] = None,
    memory: Annotated[
        str | None, typer.Option(help="Memory for all workers together, for example 4GB.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at all that a run needs and name every mistake at once; run and write nothing."""
    from corpus_pipeline.readiness.check import check_run

    findings = check_run(config, output=output, workers=workers, memory=memory)
    if as_json:
        print(json.dumps(findings.as_json(), indent=2))
    else:
        for state, topic, line in findings.listed:
            print(f"{state:8} {topic:13} {line}")
        print(f"{config}: {_counted(findings.count('mistake'), 'mistake')}, "
              f"{_counted(findings.count('warning'), 'warning')}")  # fmt: skip
    if findings.count("mistake"):
        raise typer.Exit(1)


def _counted(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'s' * (number != 1)}"
