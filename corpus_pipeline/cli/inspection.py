"""Commands that look at a finished run: stats, sample, why, diff, whatif, verify."""

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus_pipeline.cli.help import example

if TYPE_CHECKING:
    from corpus_pipeline.cli.tables import Form
    from corpus_pipeline.storage import Place

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RunArgument = Annotated[str, typer.Argument(help="A complete run: folder or URL.")]


class _By(enum.StrEnum):
    """What documents are counted by."""

    source = "source"
    language = "language"
    reason = "reason"


class _Name(enum.StrEnum):
    """What names a document in two runs."""

    place = "place"
    id = "id"
    content = "content"


def add_commands(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command(
        epilog=example(
            "corpus stats demo-out",
            "corpus stats demo-out --by source",
            "corpus stats demo-out --by reason --csv",
            "corpus stats demo-out --tokens",
        ),
    )(stats)
    app.command(
        epilog=example(
            "corpus sample demo-out -n 3",
            "corpus sample demo-out --reason exact-duplicate --language zh",
        )
    )(sample)
    app.command(
        epilog=example(
            "corpus why demo-out 3:17",
            "corpus why demo-out --token 0:1234 --measures",
        )
    )(why)
    app.command(
        epilog=example(
            "corpus diff demo-out other-out",
            "corpus diff demo-out other-out --by content --json",
        )
    )(diff)
    app.command(
        epilog=example(
            "corpus whatif demo-out --set quality.gopher_min_words=80",
            "corpus whatif demo-out --set language.min_score=.8 --set 'where.drop=words > 5000'",
            "corpus whatif demo-out --config strict.yaml --write rules.yaml",
        )
    )(whatif)
    app.command(epilog=example("corpus verify demo-out"))(verify)


def stats(
    output: RunArgument,
    by: Annotated[
        _By | None,
        typer.Option(help="Reasons of each source or language, or sources of each reason."),
    ] = None,
    tokens: Annotated[
        bool, typer.Option("--tokens", help="Bytes per token, and documents that stand out.")
    ] = False,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Show what each stage of a run kept, dropped and changed, and for which reasons."""
    from corpus_pipeline.cli.stats_report import print_by_reason, print_groups, print_summary
    from corpus_pipeline.storage import place
    from corpus_pipeline.workspace.run_file import read_run

    if as_json and as_csv:
        raise typer.BadParameter("give one of --json and --csv")
    form: Form = "json" if as_json else "csv" if as_csv else "table"
    run = read_run(place(output))
    if tokens:
        from corpus_pipeline.cli.token_report import print_tokens

        print_tokens(place(output), run, form)
    elif by is None:
        print_summary(place(output), run, form)
    elif by is _By.reason:
        print_by_reason(place(output), form)
    else:
        print_groups(place(output), "source" if by is _By.source else "language", form)


def why(
    output: RunArgument,
    identity: Annotated[
        str | None, typer.Argument(metavar="ID", help="Document id, or address UNIT:ROW.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(help="SHARD:POSITION of a token, instead of ID.")
    ] = None,
    measures: Annotated[
        bool, typer.Option("--measures", help="All measures of the document, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell why a document stays or went, or which document a token came from."""
    from corpus_pipeline.cli.why_report import print_why
    from corpus_pipeline.storage import place

    print_why(place(output), identity, token, measures, as_json)


def sample(
    output: RunArgument,
    reason: Annotated[
        str | None, typer.Option(help="Documents that fail this rule; default: those that stay.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Documents of this source.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Documents in this language; (none): without one.")
    ] = None,
    alone: Annotated[
        bool, typer.Option("--only", help="Documents that fail no rule but --reason.")
    ] = False,
    number: Annotated[int, typer.Option("--number", "-n", min=1, help="How many.")] = 5,
    full: Annotated[bool, typer.Option("--full", help="Their whole texts.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show some documents that stay, or that a rule drops; always the same ones."""
    from corpus_pipeline.cli.why_report import print_sample
    from corpus_pipeline.inspection.examples import Wanted
    from corpus_pipeline.storage import place

    print_sample(place(output), Wanted(reason, source, language, alone), number, full, as_json)


def diff(
    left: Annotated[str, typer.Argument(metavar="OUTPUT1", help="A complete run.")],
    right: Annotated[str, typer.Argument(metavar="OUTPUT2", help="Another one.")],
    by: Annotated[
        _Name | None,
        typer.Option(
            help="What names a document in both runs: its place (source, file, record), its id, "
            "or its content; default: place if they share an input file, else id."
        ),
    ] = None,
    number: Annotated[
        int, typer.Option("--number", "-n", min=0, help="Documents named for a change of fate.")
    ] = 3,
    as_json: AsJson = False,
) -> None:
    """Compare two runs: settings, inputs, counts, fates; exit 0 same bytes, 1 others, 2 no run."""
    from corpus_pipeline.cli.diff_report import print_diff
    from corpus_pipeline.errors import CorpusError
    from corpus_pipeline.storage import place

    try:
        same = print_diff(
            place(left), place(right), number, None if by is None else by.value, as_json
        )
    except CorpusError as error:
        error.exit_code = 2
        raise
    raise typer.Exit(0 if same else 1)


def whatif(
    output: RunArgument,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A key of the configuration, or quality.RULE, quality.LANGUAGE.RULE, "
            "inputs.SOURCE.quality.RULE; may be repeated.",
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="A configuration, or some of its sections, to compare with.")
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(metavar="FILE.yaml", help="Write the settings as a part of a configuration."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace FILE.yaml if it exists.")
    ] = False,
    number: Annotated[int, typer.Option("-n", min=0, help="Documents named for a reason.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Decide a run again by other thresholds, from its ledger, and show what would change."""
    from corpus_pipeline.cli.whatif_report import print_what_if
    from corpus_pipeline.storage import place

    print_what_if(place(output), settings or [], config, write, overwrite, number, as_json)


def verify(
    output: Annotated[str, typer.Argument(help="A complete run or export: folder or URL.")],
) -> None:
    """Recompute every checksum and the accounting; exit 1 at the first difference."""
    from corpus_pipeline.cli.console import Console
    from corpus_pipeline.storage import place

    with Console() as console:
        found = _verifier(place(output))(place(output), console)
    print(
        f"{output}: verified {found['files']} files, {found['bytes']} bytes, "
        f"{found['documents']} documents, {found['tokens']} tokens"
    )


def _verifier(output: "Place") -> Any:
    """Returns what checks a folder: as an export if it is one, else as a run."""
    from corpus_pipeline.inspection.verify import verify as verify_run
    from corpus_pipeline.storage import exists
    from corpus_pipeline.workspace.run_file import RUN_FILE

    if not exists(output / RUN_FILE):
        from corpus_pipeline.exports.verify import is_export, verify_export

        if is_export(output):
            return verify_export
    return verify_run
