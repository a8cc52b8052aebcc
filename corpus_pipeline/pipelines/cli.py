"""The `corpus` command. Each command is a few calls; heavy imports wait until one runs."""

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus_pipeline import __version__
from corpus_pipeline.errors import CorpusError, owner_of, printable
from corpus_pipeline.machine import OWN_PROCESS
from corpus_pipeline.pipelines import (
    classifier_cli,
    cluster_cli,
    config_cli,
    inspection_cli,
    streams,
)
from corpus_pipeline.pipelines.cli_help import example

if TYPE_CHECKING:
    from corpus_pipeline.pipelines.config import Config

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
ReplaceOption = Annotated[bool, typer.Option("--overwrite", help="Replace OUTPUT if it exists.")]
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
        for line in str(error).split("\n") if error.has_lines else [str(error)]:
            print(f"corpus: {printable(line)}", file=sys.stderr)
        return 1
    except BrokenPipeError as error:
        if error.filename is None:  # Of the output; nobody reads on.
            return 1
        raise
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        line = f"{named}{error.strerror or error}{owner_of(error)}"
        print(f"corpus: {printable(line)}", file=sys.stderr)
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
) -> None:
    """Run the whole flow of a configuration; resume it if it was interrupted."""

    def settings() -> "Config":
        from corpus_pipeline.pipelines.config import load_config

        return load_config(
            config, output=output, runner=runner, runner_options=_pairs(runner_option),
            workers=workers, memory=memory, allow_unreadable=allow_unreadable or None,
            strict=strict or None,
        )  # fmt: skip

    _execute(settings, overwrite, runner, not no_verify)


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
    from corpus_pipeline.pipelines.plan_report import print_plan

    print_plan(config, estimate, size, workers, prices, as_json)


def _execute(
    settings: Callable[[], "Config"], overwrite: bool, runner: str | None, check: bool = True
) -> None:
    """Runs a configuration, and says from the first moment what it is about."""
    if runner in (None, "direct"):
        from corpus_pipeline.engines.workers import start_early

        start_early()
    from corpus_pipeline.pipelines.console import Console

    with Console() as console:
        console.begin("reading the configuration")
        config = settings()
        from corpus_pipeline.pipelines.first_look import refuse_missing_files

        refuse_missing_files(config)
        console.begin("loading stages, inputs and models")
        from corpus_pipeline.pipelines.run import Run
        from corpus_pipeline.pipelines.verify import verify
        from corpus_pipeline.pipelines.warm import groups_of, warm_up
        from corpus_pipeline.storage import place

        output = place(config.output)

        def warm(plan: Any) -> None:
            warm_up(groups_of(config, plan), console.say)

        result = Run(config, console).execute(overwrite, warm)
        if check:
            verify(output, console)
    from corpus_pipeline.pipelines.tables import print_summary

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
        str, typer.Option("--format", help="auto, warc, wet, jsonl, json, parquet, text or html.")
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

    def settings() -> "Config":
        from corpus_pipeline.pipelines.single import single_config

        return single_config(command, stages, source, output, config, given, top)

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


config_cli.add_commands(app)
inspection_cli.add_commands(app)
classifier_cli.add_commands(app)


@app.command(
    "train-tokenizer",
    epilog=example("corpus train-tokenizer clean/ tokenizer.json --vocab-size 32000"),
)
def train_tokenizer(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="Dataset folder or raw files.")],
    output: Annotated[Path, typer.Argument(help="tokenizer.json to write.")],
    vocab_size: Annotated[int, typer.Option(min=257, help="Number of tokens.")] = 32000,
    text_field: Annotated[str, typer.Option(help="Key or column of the text.")] = "text",
    overwrite: ReplaceOption = False,
) -> None:
    """Train a byte-level BPE tokenizer."""
    from corpus_pipeline.pipelines.training import train_tokenizer_file

    trained = train_tokenizer_file(source, output, vocab_size, text_field, overwrite)
    print(f"{output}: written, {trained}; name it in the configuration as tokenize.tokenizer")


@app.command(
    "train-lm",
    epilog=example("corpus train-lm clean/ --language en --output models/"),
)
def train_lm(
    sources: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help="Dataset folders or raw files.")
    ],
    language: Annotated[str, typer.Option(help="Language code of the text, for example en.")],
    output: Annotated[Path, typer.Option(help="Folder for the model and its .json.")],
    normaliser: Annotated[
        str | None, typer.Option(help="words-v1 or characters-v1; default: by language.")
    ] = None,
    order: Annotated[int, typer.Option(min=2, max=6, help="Length of the n-grams.")] = 3,
    prune: Annotated[
        str, typer.Option(help="n-grams of 1, 2, … tokens seen so often or less are left out.")
    ] = "0,3,5",
    min_count: Annotated[int, typer.Option(help="Tokens seen less often are unknown.")] = 5,
    structure: Annotated[str, typer.Option(help="probing, or trie: smaller, slower.")] = "probing",
    held_out_percent: Annotated[int, typer.Option(help="Documents kept for percentiles.")] = 5,
    max_perplexity: Annotated[
        float | None, typer.Option(help="Limit in the card; default: 20 x the 99th percentile.")
    ] = None,
    sort_memory: Annotated[str, typer.Option(help="Memory for KenLM's sorting.")] = "1G",
    text_field: Annotated[str, typer.Option(help="Key or column of the text.")] = "text",
    tools: Annotated[
        Path | None, typer.Option(help="Folder of lmplz and build_binary; default: PATH.")
    ] = None,
    overwrite: ReplaceOption = False,
) -> None:
    """Train a KenLM model for the perplexity filter; needs lmplz and build_binary."""
    from corpus_pipeline.pipelines.training import train_language_model_file

    written, texts = train_language_model_file(
        sources, output, text_field, tools, overwrite=overwrite,
        language=language, normaliser=normaliser, order=order, prune=prune, min_count=min_count,
        structure=structure, held_out_percent=held_out_percent, max_perplexity=max_perplexity,
        memory=sort_memory,
    )  # fmt: skip
    print(
        f"{written}: written, from {texts}; name it in the configuration as "
        f"perplexity.models.{language}"
    )


@app.command(epilog=example("corpus calibrate labelled.jsonl cut-offs.yaml"))
def calibrate(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="Raw files of texts with their language.")
    ],
    output: Annotated[Path, typer.Argument(help="YAML to write: language.min_score_by_language.")],
    label_field: Annotated[str, typer.Option(help="Key of the language.")] = "lang",
    text_field: Annotated[str, typer.Option(help="Key or column of the text.")] = "text",
    model: Annotated[
        str | None, typer.Option(help="fastText language model; default: lid.176.ftz.")
    ] = None,
    sample_chars: Annotated[
        int, typer.Option(min=1, help="As language.sample_chars of the run.")
    ] = 1000,
    overwrite: ReplaceOption = False,
) -> None:
    """Learn the least confidence of each language from texts whose language is known."""
    from corpus_pipeline.pipelines.calibration import calibrate_file

    print(calibrate_file(source, output, label_field, text_field, model, sample_chars, overwrite))


app.add_typer(
    cluster_cli.app, name="cluster", epilog=example("corpus cluster up spark --workers 2")
)


if __name__ == "__main__":
    main()
