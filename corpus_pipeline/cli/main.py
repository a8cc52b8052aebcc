"""The `corpus` command. Each command is a few calls; heavy imports wait until one runs."""

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus_pipeline import __version__
from corpus_pipeline.cli import check as check_command
from corpus_pipeline.cli import (
    cluster,
    completion,
    inspection,
    report,
    stages,
    status,
    streams,
    tokens,
    training,
)
from corpus_pipeline.cli import config as config_commands
from corpus_pipeline.cli import export as export_command
from corpus_pipeline.cli.help import example
from corpus_pipeline.cli.pages import point_at_page
from corpus_pipeline.cli.running import (
    MemoryOption,
    OverwriteOption,
    RunnerOption,
    RunnerOptionsOption,
    UnreadableOption,
    WorkersOption,
    execute,
    pairs,
)
from corpus_pipeline.errors import CorpusError, Mistakes, owner_of, printable
from corpus_pipeline.machine import OWN_PROCESS

if TYPE_CHECKING:
    from corpus_pipeline.config.config import Config
    from corpus_pipeline.config.mistakes import Places

#: Mistakes of one request that are told.
_MOST_LINES = 20
app = typer.Typer(
    name="corpus",
    help="Turns raw text into clean, deduplicated, scrubbed, tokenized, sharded training data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def main() -> None:
    """Runs the command line; a known error is one line on stderr and exit code 1."""
    streams.open_streams()
    os.environ[OWN_PROCESS] = "1"
    logging.basicConfig(format="corpus: %(message)s")
    sys.exit(streams.flush(_exit_code()))


def _exit_code() -> int:
    """Runs the command that was given."""
    try:
        app()
    except CorpusError as error:
        lines = str(error).split("\n") if error.has_lines else [str(error)]
        if len(lines) > _MOST_LINES:
            lines[_MOST_LINES:] = [f"and {len(lines) - _MOST_LINES} more"]
        for line in lines:
            print(f"corpus: {printable(line)}", file=sys.stderr)
        point_at_page(error)
        return error.exit_code
    except BrokenPipeError as error:
        if error.filename is None:  # Of the output; nobody reads on.
            return 1
        raise
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        line = f"{named}{error.strerror or error}{owner_of(error)}"
        print(f"corpus: {printable(line)}", file=sys.stderr)
        point_at_page(error)
        return 1
    except (KeyboardInterrupt, SystemExit) as end:
        # Typer ends with 130 at Ctrl-C, without a word.
        if isinstance(end, SystemExit) and end.code != 130:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        print("corpus: interrupted; the same command takes the work up again", file=sys.stderr)
        return 130
    return 0


def _version(value: bool) -> None:
    if value:
        print(f"corpus_pipeline {__version__}")
        raise typer.Exit


@app.callback()
def _global(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(epilog=example("corpus run examples/demo.yaml --output demo-out --workers 2"))
def run(
    config: Annotated[Path, typer.Argument(help="Configuration file; see `corpus init`.")],
    output: Annotated[
        str | None, typer.Option(help="Folder to write, instead of `output`.")
    ] = None,
    runner: RunnerOption = None,
    runner_option: RunnerOptionsOption = None,
    workers: WorkersOption = None,
    memory: MemoryOption = None,
    overwrite: OverwriteOption = False,
    allow_unreadable: UnreadableOption = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Tell by every byte whether the inputs are those of before."),
    ] = False,
    no_verify: Annotated[
        bool,
        typer.Option(
            "--no-verify", help="Do not read the output again at the end, as verify does."
        ),
    ] = False,
    no_report: Annotated[
        bool,
        typer.Option("--no-report", help="Do not write OUTPUT/report.html, as report does."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write events for programs on standard output.")
    ] = False,
) -> None:
    """Run the whole flow of a configuration; resume it if it was interrupted."""

    def settings(found: Mistakes) -> "tuple[Config | None, Places]":
        from corpus_pipeline.config.config import load_what_is_good

        return load_what_is_good(
            config, found, output=output, runner=runner, runner_options=pairs(runner_option),
            workers=workers, memory=memory, allow_unreadable=allow_unreadable or None,
            strict=strict or None,
        )  # fmt: skip

    execute(settings, overwrite, runner, not no_verify, as_json, not no_report)


@app.command(
    epilog=example(
        "corpus plan examples/demo.yaml",
        "corpus plan corpus.yaml --estimate --workers 64",
        "corpus plan corpus.yaml --size 100TB --workers 4000",
    )
)
def plan(
    config: Annotated[Path, typer.Argument(help="Configuration file; see `corpus init`.")],
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Add time, bytes, memory and cost.")
    ] = False,
    size: Annotated[
        str | None,
        typer.Option(help="Estimate so much text instead of the inputs, for example 100TB."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Workers to estimate for, one core each.")
    ] = None,
    prices: Annotated[
        Path | None, typer.Option(help="YAML with your prices; default: examples.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how a configuration is cut into work, and what it will take; run nothing."""
    from corpus_pipeline.cli.plan_report import print_plan

    print_plan(config, estimate, size, workers, prices, as_json)


stages.add_commands(app)
check_command.add_commands(app)
config_commands.add_commands(app)
status.add_commands(app)
inspection.add_commands(app)
report.add_commands(app)
export_command.add_commands(app)
training.add_commands(app)
tokens.add_commands(app)
completion.add_commands(app)


app.add_typer(cluster.app, name="cluster", epilog=example("corpus cluster up spark --workers 2"))


if __name__ == "__main__":
    main()
