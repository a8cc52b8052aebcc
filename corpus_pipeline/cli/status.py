"""The command `corpus status`."""

from typing import Annotated

import typer

from corpus_pipeline.cli.help import example


def add_commands(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command(
        epilog=example("corpus status demo-out", "corpus status s3://bucket/corpus-out --json")
    )(status)


def status(
    output: Annotated[str, typer.Argument(help="The output of a run: folder or URL.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how far a run is that goes on, was stopped or is complete, and what to do.

    Exits with 0 if the run is complete or goes on, 3 if it was stopped, 4 if none has begun there,
    1 if the folder holds something else.
    """
    from corpus_pipeline.cli.status_report import print_status

    raise typer.Exit(print_status(output, as_json))
