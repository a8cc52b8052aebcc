"""Commands on the tokens of a finished run: mix."""

from pathlib import Path
from typing import Annotated

import typer

from corpus_pipeline.cli.help import example


def add_commands(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command(
        epilog=example(
            "corpus mix demo-out examples/mixture.yaml demo-mixture",
            "corpus mix demo-out examples/mixture.yaml",
        )
    )(mix)


def mix(
    output: Annotated[str, typer.Argument(metavar="RUN", help="A complete run with tokens.")],
    mixture: Annotated[
        Path, typer.Argument(help="YAML: a section `mixture`, or a configuration that has one.")
    ],
    target: Annotated[
        str | None,
        typer.Argument(help="Folder to write for the loader; default: show the numbers only."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a mixture of that name.")
    ] = False,
) -> None:
    """Plan which tokens of a finished run a training sees, how often, and in which stages."""
    from corpus_pipeline.cli.tables import plain_table, screen
    from corpus_pipeline.mixtures.command import mix_run
    from corpus_pipeline.mixtures.written import planned_shares

    planned = mix_run(output, mixture, target, overwrite)
    table = plain_table(
        ("stage", "component", "available", "tokens", "share %", "epochs"), ("component",)
    )
    for row in planned_shares(planned):
        table.add_row(
            row["stage"], row["component"], f"{row['available']:,}", f"{row['tokens']:,}",
            f"{100 * row['share']:.3f}", f"{row['epochs']:.3f}",
        )  # fmt: skip
    screen().print(table)
    if target is not None:
        print(f'{target}: written; open it with corpus_pipeline.loader.open_mixture("{target}")')
