"""The `corpus` command. Each command is a few calls; heavy imports wait until one runs."""

import json
import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from corpus_pipeline import __version__
from corpus_pipeline.errors import CorpusError, printable
from corpus_pipeline.pipelines import cluster_cli
from corpus_pipeline.pipelines.cli_help import example

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
ReplaceOption = Annotated[bool, typer.Option("--overwrite", help="Replace OUTPUT if it exists.")]
InputArgument = Annotated[str, typer.Argument(help="A dataset folder (an earlier OUTPUT).")]
RunArgument = Annotated[str, typer.Argument(help="A complete run: folder or URL.")]
OutputArgument = Annotated[str, typer.Argument(help="Folder to write; must be new or resumable.")]


def main() -> None:
    """Runs the command line; a known error is one line on stderr and exit code 1."""
    logging.basicConfig(format="corpus: %(message)s")
    try:
        app()
    except CorpusError as error:
        for line in str(error).split("\n") if error.has_lines else [str(error)]:
            print(f"corpus: {printable(line)}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        print(f"corpus: {printable(f'{named}{error.strerror or error}')}", file=sys.stderr)
        sys.exit(1)
    except (KeyboardInterrupt, SystemExit) as end:
        # Typer ends with 130 at Ctrl-C, without a word.
        if isinstance(end, SystemExit) and end.code != 130:
            raise
        print("corpus: interrupted; the same command takes the work up again", file=sys.stderr)
        sys.exit(130)


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
    no_verify: Annotated[
        bool,
        typer.Option(
            "--no-verify", help="Do not read the output again at the end, as verify does."
        ),
    ] = False,
) -> None:
    """Run the whole flow of a configuration; resume it if it was interrupted."""
    from corpus_pipeline.pipelines.config import load_config

    settings = load_config(
        config, output=output, runner=runner, runner_options=_pairs(runner_option),
        workers=workers, memory=memory, allow_unreadable=allow_unreadable or None,
    )  # fmt: skip
    _execute(settings, overwrite, not no_verify)


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


def _execute(config: Any, overwrite: bool, check: bool = True) -> None:
    from corpus_pipeline.pipelines.console import Console, print_summary
    from corpus_pipeline.pipelines.run import Run
    from corpus_pipeline.pipelines.verify import verify
    from corpus_pipeline.pipelines.warm import groups_of, warm_up
    from corpus_pipeline.storage import place

    output = place(config.output)
    with Console() as console:

        def warm(plan: Any) -> None:
            warm_up(groups_of(config, plan), console.say)

        result = Run(config, console).execute(overwrite, warm)
        if check:
            verify(output, console)
    print_summary(output, result)


def _run_stages(
    stages: set[str], source: str, output: str, config: Path | None, format_: str, **top: Any
) -> None:
    """Runs some stages alone, from a dataset folder or from raw files."""
    from corpus_pipeline.pipelines.single import single_config

    _execute(single_config(stages, source, output, config, format_, top), top.pop("overwrite"))


@app.command(epilog=example("corpus read 'crawl/*.warc.gz' raw/", "corpus read docs.jsonl raw/"))
def read(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="Path, URL or glob of raw files.")],
    output: OutputArgument,
    format_: Annotated[
        str, typer.Option("--format", help="auto, warc, wet, jsonl, json, parquet, text or html.")
    ] = "auto",
    config: ConfigOption = None,
    runner: RunnerOption = None,
    runner_option: RunnerOptionsOption = None,
    workers: WorkersOption = None,
    memory: MemoryOption = None,
    overwrite: OverwriteOption = False,
    allow_unreadable: UnreadableOption = False,
) -> None:
    """Read raw files into a dataset folder; HTML stays HTML."""
    _run_stages(
        {"read"}, source, output, config, format_, runner=runner,
        runner_options=_pairs(runner_option), workers=workers, memory=memory, overwrite=overwrite,
        allow_unreadable=allow_unreadable or None,
    )  # fmt: skip


def _stage_command(name: str, stages: set[str], text: str) -> None:
    def command(
        source: InputArgument,
        output: OutputArgument,
        config: ConfigOption = None,
        runner: RunnerOption = None,
        runner_option: RunnerOptionsOption = None,
        workers: WorkersOption = None,
        memory: MemoryOption = None,
        overwrite: OverwriteOption = False,
    ) -> None:
        _run_stages(
            stages, source, output, config, "dataset", runner=runner,
            runner_options=_pairs(runner_option), workers=workers, memory=memory,
            overwrite=overwrite,
        )  # fmt: skip

    app.command(name, help=text, epilog=example(f"corpus {name} {name}-in/ {name}-out/"))(command)


_stage_command("extract", {"extract"}, "Extract text from the raw pages of a dataset folder.")
_stage_command(
    "filter",
    {"language", "quality", "keywords", "perplexity"},
    "Measure language, quality, keywords and perplexity; reject by the rules.",
)
_stage_command("dedup", {"dedup"}, "Remove duplicates, contamination and repeated sentences.")
_stage_command("scrub", {"scrub"}, "Replace personal data by typed placeholders.")
_stage_command("tokenize", {"tokenize"}, "Encode the documents into token shards.")


@app.command(epilog=example("corpus init corpus.yaml"))
def init(
    path: Annotated[Path, typer.Argument(help="File to write.")] = Path("corpus.yaml"),
) -> None:
    """Write a commented configuration to start from."""
    from corpus_pipeline.pipelines.template import write_template

    write_template(path)
    print(f"{path}: written; set inputs, then: corpus run {path}")


@app.command(epilog=example("corpus schema > corpus.schema.json"))
def schema() -> None:
    """Print the JSON Schema of the configuration file."""
    from corpus_pipeline.pipelines.config import Config

    print(json.dumps(Config.model_json_schema(), indent=2))


@app.command(epilog=example("corpus stats demo-out"))
def stats(output: RunArgument) -> None:
    """Show what each stage of a run kept, dropped and changed."""
    from corpus_pipeline.pipelines.console import print_summary
    from corpus_pipeline.pipelines.verify import read_run
    from corpus_pipeline.storage import place

    print_summary(place(output), read_run(place(output)))


@app.command(epilog=example("corpus verify demo-out"))
def verify(output: RunArgument) -> None:
    """Recompute every checksum and the accounting; exit 1 at the first difference."""
    from corpus_pipeline.pipelines.console import Console
    from corpus_pipeline.pipelines.verify import verify as check
    from corpus_pipeline.storage import place

    with Console() as console:
        found = check(place(output), console)
    print(
        f"{output}: verified {found['files']} files, {found['bytes']} bytes, "
        f"{found['documents']} documents, {found['tokens']} tokens"
    )


@app.command(epilog=example("corpus trace demo-out 3:17", "corpus trace demo-out --token 0:1234"))
def trace(
    output: RunArgument,
    identity: Annotated[
        str | None, typer.Argument(metavar="ID", help="Document id, or address UNIT:ROW.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(help="SHARD:POSITION of a token, instead of ID.")
    ] = None,
) -> None:
    """Tell what happened to a document, or which document a token came from."""
    from corpus_pipeline.pipelines.console import print_trace
    from corpus_pipeline.storage import place

    print_trace(place(output), identity, token)


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
