"""Commands that run some stages alone: read, extract, filter, dedup, scrub, tokenize."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus_pipeline.cli.help import example
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
from corpus_pipeline.errors import Mistakes
from corpus_pipeline.sources.formats import named_formats

if TYPE_CHECKING:
    from corpus_pipeline.config.config import Config
    from corpus_pipeline.config.mistakes import Places

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="YAML with the stage's section; default: defaults.")
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
OutputArgument = Annotated[str, typer.Argument(help="Folder to write; must be new or resumable.")]
FormatOption = Annotated[
    str | None, typer.Option("--format", help=f"Form of raw files: auto, {named_formats()}.")
]
InputOption = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        metavar="KEY=VALUE",
        help="Another key of `inputs:` in a configuration, its value in YAML, for example "
        "'join={by: book}'; may be repeated.",
    ),
]


def add_commands(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    _add(app, "read", set(), "Read raw files into a dataset folder; HTML stays HTML.",
         "Path, URL or glob of raw files.",
         "corpus read 'crawl/*.warc.gz' raw/",
         "corpus read docs.jsonl raw/ --text-field content --source articles",
         "corpus read pages.jsonl raw/ --input 'join={by: book, order: [page]}'")  # fmt: skip
    for name, stages, text in (
        ("extract", {"extract"}, "Extract text from the raw pages of a dataset folder."),
        ("filter", {"language", "quality", "keywords", "perplexity"},
         "Measure language, quality, keywords and perplexity; reject by the rules."),
        ("dedup", {"dedup"}, "Remove duplicates, contamination and repeated sentences."),
        ("scrub", {"scrub"}, "Replace personal data by typed placeholders."),
        ("tokenize", {"tokenize"}, "Encode the documents into token shards."),
    ):  # fmt: skip
        _add(app, name, stages, text, "A dataset folder (an earlier OUTPUT), or raw files.",
             f"corpus {name} {name}-in/ {name}-out/")  # fmt: skip


def _add(
    app: typer.Typer, name: str, stages: set[str], text: str, source_help: str, *examples: str
) -> None:
    def command(
        source: Annotated[str, typer.Argument(metavar="INPUT", help=source_help)],
        output: OutputArgument,
        format_: FormatOption = None,
        text_field: TextFieldOption = None,
        id_field: IdFieldOption = None,
        source_name: SourceOption = None,
        input_: InputOption = None,
        config: ConfigOption = None,
        runner: RunnerOption = None,
        runner_option: RunnerOptionsOption = None,
        workers: WorkersOption = None,
        memory: MemoryOption = None,
        overwrite: OverwriteOption = False,
        allow_unreadable: UnreadableOption = False,
    ) -> None:
        # Without stages the files are raw ones, even those of an earlier output.
        given = {"format": format_ if stages else format_ or "auto", "text_field": text_field,
                 "id_field": id_field, "source": source_name}  # fmt: skip
        top = {"runner": runner, "runner_options": pairs(runner_option), "workers": workers,
               "memory": memory, "allow_unreadable": allow_unreadable or None}  # fmt: skip

        def settings(found: Mistakes) -> "tuple[Config | None, Places]":
            from corpus_pipeline.cli.single_stage import keys_of, single_config
            from corpus_pipeline.config.mistakes import Places

            single = None
            with found.looking():
                keys = {**keys_of(input_ or ()), **given}
                single = single_config(name, stages, source, output, config, keys, top)
            return single, Places(str(config or "defaults"))

        execute(settings, overwrite, runner)

    app.command(name, help=text, epilog=example(*examples))(command)
