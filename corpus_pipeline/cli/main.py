"""The `corpus` command. Each command is a few calls; heavy imports wait until one runs."""

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus_pipeline import __version__
from corpus_pipeline.cli import check as check_command
from corpus_pipeline.cli import cluster, completion, inspection, status, streams, tokens, training
from corpus_pipeline.cli import config as config_commands
from corpus_pipeline.cli import export as export_command
from corpus_pipeline.cli.help import example
from corpus_pipeline.cli.pages import point_at_page
from corpus_pipeline.errors import CorpusError, Mistakes, owner_of, printable
from corpus_pipeline.machine import OWN_PROCESS
from corpus_pipeline.sources.formats import named_formats

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

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="YAML with the stage's section; default: defaults.")
]
WorkersOption = Annotated[
    int | None, typer.Option(min=1, help="Worker processes; default: one per core.")
]
MemoryOption = Annotated[
    str | None, typer.Option(help="Memory for all workers together, for example 4GB.")
]
RunnerOption = Annotated[
    str | None,
    typer.Option(help="direct (this machine), spark, dataflow, or the class of a Beam runner."),
]
RunnerOptionsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Setting of the runner, for example spark.master=local[4]; may be repeated.",
    ),
]
OverwriteOption = Annotated[
    bool, typer.Option("--overwrite", help="Throw away a run that OUTPUT holds.")
]
UnreadableOption = Annotated[
    bool,
    typer.Option(
        "--allow-unreadable", help="Go on when most records of a source or file are unreadable."
    ),
]
TextFieldOption = Annotated[
    str | None,
    typer.Option(help="Key or column of the text in raw files; default: text."),
]
IdFieldOption = Annotated[
    str | None,
    typer.Option(help="Key or column of the documents' own id; default: id."),
]
SourceOption = Annotated[
    str | None,
    typer.Option("--source", help="Name of the source in ledger and reports; default: input."),
]
StageInputArgument = Annotated[
    str,
    typer.Argument(metavar="INPUT", help="A dataset folder (an earlier OUTPUT), or raw files."),
]
OutputArgument = Annotated[str, typer.Argument(help="Folder to write; must be new or resumable.")]


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


def _pairs(options: list[str] | None) -> dict[str, str] | None:
    """Reads KEY=VALUE; a KEY alone is a flag."""
    if not options:
        return None
    return {key: value for key, _, value in (option.partition("=") for option in options)}


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
    as_json: Annotated[
        bool, typer.Option("--json", help="Write events for programs on standard output.")
    ] = False,
) -> None:
    """Run the whole flow of a configuration; resume it if it was interrupted."""

    def settings(found: Mistakes) -> "tuple[Config | None, Places]":
        from corpus_pipeline.config.config import load_what_is_good

        return load_what_is_good(
            config, found, output=output, runner=runner, runner_options=_pairs(runner_option),
            workers=workers, memory=memory, allow_unreadable=allow_unreadable or None,
            strict=strict or None,
        )  # fmt: skip

    _execute(settings, overwrite, runner, not no_verify, as_json)


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


def _execute(
    settings: Callable[[Mistakes], "tuple[Config | None, Places]"],
    overwrite: bool,
    runner: str | None,
    check: bool = True,
    as_json: bool = False,
) -> None:
    """Runs a configuration, and says from the first moment what it is about."""
    from corpus_pipeline.cli.watching import going_on, watched

    with watched(as_json, check) as watch:
        if runner in (None, "direct"):
            from corpus_pipeline.engines.workers import start_early

            start_early()
        console = watch.console
        console.begin("reading the configuration")
        found = Mistakes()
        config, places = settings(found)
        from corpus_pipeline.config.missing_files import flow_of
        from corpus_pipeline.config.mistakes import refuse

        flow = None if config is None else flow_of(config, found)
        if found and config is not None and flow is not None:
            from corpus_pipeline.pipelines.looking import look_at

            look_at(config, flow, found)
        refuse(found, places)
        assert config is not None
        assert flow is not None
        console.begin("loading stages, inputs and models")
        from corpus_pipeline.inspection.verify import verify
        from corpus_pipeline.pipelines.run import Run
        from corpus_pipeline.pipelines.warm import groups_of, warm_up
        from corpus_pipeline.storage import place, public_path

        output = place(config.output)
        watch.writes_to(public_path(config.output))

        def warm(plan: Any) -> None:
            warm_up(groups_of(flow, plan), console.say)

        with found.looking():
            result = Run(config, flow, console, going_on(True)).execute(overwrite, warm)
        refuse(found, places)
        if check:
            verify(output, console)
        watch.finished(result, check)
    if as_json:
        return
    from corpus_pipeline.cli.stats_report import print_summary

    print_summary(output, result)


@app.command(
    epilog=example(
        "corpus read 'crawl/*.warc.gz' raw/",
        "corpus read docs.jsonl raw/ --text-field content --source articles",
    )
)
def read(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="Path, URL or glob of raw files.")],
    output: OutputArgument,
    format_: Annotated[
        str,
        typer.Option("--format", help=f"auto, {named_formats()}."),
    ] = "auto",
    text_field: TextFieldOption = None,
    id_field: IdFieldOption = None,
    source_name: SourceOption = None,
    config: ConfigOption = None,
    runner: RunnerOption = None,
    runner_option: RunnerOptionsOption = None,
    workers: WorkersOption = None,
    memory: MemoryOption = None,
    overwrite: OverwriteOption = False,
    allow_unreadable: UnreadableOption = False,
) -> None:
    """Read raw files into a dataset folder; HTML stays HTML."""
    given = {"format": format_, "text_field": text_field, "id_field": id_field,
             "source": source_name}  # fmt: skip
    top = {"runner": runner, "runner_options": _pairs(runner_option), "workers": workers,
           "memory": memory, "allow_unreadable": allow_unreadable or None}  # fmt: skip
    _run_stages("read", set(), source, output, config, given, top, overwrite)


def _stage_command(name: str, stages: set[str], text: str) -> None:
    def command(
        source: StageInputArgument,
        output: OutputArgument,
        format_: Annotated[
            str | None,
            typer.Option("--format", help="Form of raw files, as of corpus read."),
        ] = None,
        text_field: TextFieldOption = None,
        id_field: IdFieldOption = None,
        source_name: SourceOption = None,
        config: ConfigOption = None,
        runner: RunnerOption = None,
        runner_option: RunnerOptionsOption = None,
        workers: WorkersOption = None,
        memory: MemoryOption = None,
        overwrite: OverwriteOption = False,
        allow_unreadable: UnreadableOption = False,
    ) -> None:
        given = {"format": format_, "text_field": text_field, "id_field": id_field,
                 "source": source_name}  # fmt: skip
        top = {"runner": runner, "runner_options": _pairs(runner_option), "workers": workers,
               "memory": memory, "allow_unreadable": allow_unreadable or None}  # fmt: skip
        _run_stages(name, stages, source, output, config, given, top, overwrite)

    app.command(name, help=text, epilog=example(f"corpus {name} {name}-in/ {name}-out/"))(command)


def _run_stages(
    command: str,
    stages: set[str],
    source: str,
    output: str,
    config: Path | None,
    given: dict[str, str | None],
    top: dict[str, Any],
    overwrite: bool,
) -> None:
    """Runs some stages alone, from a dataset folder or from raw files."""

    def settings(found: Mistakes) -> "tuple[Config | None, Places]":
        from corpus_pipeline.cli.single_stage import single_config
        from corpus_pipeline.config.mistakes import Places

        single = None
        with found.looking():
            single = single_config(command, stages, source, output, config, given, top)
        return single, Places(str(config or "defaults"))

    _execute(settings, overwrite, top.get("runner"))


_stage_command("extract", {"extract"}, "Extract text from the raw pages of a dataset folder.")
_stage_command(
    "filter",
    {"language", "quality", "keywords", "perplexity"},
    "Measure language, quality, keywords and perplexity; reject by the rules.",
)
_stage_command("dedup", {"dedup"}, "Remove duplicates, contamination and repeated sentences.")
_stage_command("scrub", {"scrub"}, "Replace personal data by typed placeholders.")
_stage_command("tokenize", {"tokenize"}, "Encode the documents into token shards.")


check_command.add_commands(app)
config_commands.add_commands(app)
status.add_commands(app)
inspection.add_commands(app)
export_command.add_commands(app)
training.add_commands(app)
tokens.add_commands(app)
completion.add_commands(app)


app.add_typer(cluster.app, name="cluster", epilog=example("corpus cluster up spark --workers 2"))


if __name__ == "__main__":
    main()
