"""The command that exports tokens for other trainers."""

from typing import Annotated, Any

import typer

from corpus_pipeline.cli.help import example
from corpus_pipeline.errors import ConfigError


def add_commands(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command(
        epilog=example(
            "corpus export demo-out megatron/ --format megatron",
            "corpus export demo-out mds/ --format mds --split train --sequence-length 2048",
            "corpus export corpus-out s3://bucket/olmo --format olmo --mixture mixture.json",
            "corpus verify megatron/",
        )
    )(export)


def export(
    output: Annotated[
        str, typer.Argument(metavar="OUT", help="A complete run, or its folder of shards; local.")
    ],
    target: Annotated[str, typer.Argument(help="Folder or URL to write; new or resumable.")],
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="megatron, olmo, hf, nanogpt, mds, litdata, the name of an installed one, or "
            "./FILE.py:NAME.",
        ),
    ],
    split: Annotated[
        list[str] | None, typer.Option(help="Split to export; may be repeated; default: all.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Source to export; may be repeated; default: all.")
    ] = None,
    mixture: Annotated[
        str | None,
        typer.Option(help="A mixture.json, or its folder: what the split train consists of."),
    ] = None,
    sequence_length: Annotated[
        int | None, typer.Option(min=1, help="Tokens of a sequence, where the format has some.")
    ] = None,
    file_tokens: Annotated[
        int | None, typer.Option(min=1, help="Tokens of a file at most; default: the format's.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Setting of the format; may be repeated."),
    ] = None,
    root: Annotated[
        str | None,
        typer.Option(help="Where the trainer will see TARGET, for files that name others."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Throw away an export that TARGET holds.")
    ] = False,
) -> None:
    """Write the tokens of a run in the format of another trainer; resume it if it was stopped."""
    from corpus_pipeline.cli.console import Console
    from corpus_pipeline.exports import Request
    from corpus_pipeline.exports import export as write

    options = _options(option or [])
    for key, value in (("sequence_length", sequence_length), ("file_tokens", file_tokens)):
        if value is not None:
            options[key] = value
    request = Request(output, target, format_, split or (), source or (), mixture, root, options)
    with Console() as console:
        counts = write(request, overwrite, console)["counts"]
    print(
        f"{target}: {counts['files']} files, {counts['bytes']} bytes, "
        f"{counts['tokens']} tokens of which {counts['padding']} are padding"
    )


def _options(given: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not equals:
            raise ConfigError(f"--option {each}: has no value; write KEY=VALUE")
        found[key] = value
    return found
