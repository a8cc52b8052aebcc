"""Commands that make a page of a run: report, preview."""

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus_pipeline.cli.help import example
from corpus_pipeline.errors import CorpusError, printable

if TYPE_CHECKING:
    from corpus_pipeline.storage import Place


class _Language(enum.StrEnum):
    """What the page speaks."""

    en = "en"
    zh = "zh"


#: Documents up to which a run ends with its page: a minute's worth of counting.
_MOST_DOCUMENTS = 50_000_000
LanguageOption = Annotated[_Language, typer.Option("--lang", help="Language of the page.")]


def add_commands(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command(
        epilog=example(
            "corpus report demo-out",
            "corpus report demo-out --to page.html --lang zh --samples 20",
            "corpus report first-out second-out --to both.html",
        )
    )(report)
    app.command(
        epilog=example(
            "corpus preview corpus.yaml",
            "corpus preview corpus.yaml --sample 50000 --to page.html --lang zh",
        )
    )(preview)


def report(
    output: Annotated[str, typer.Argument(metavar="OUT", help="A complete run: folder or URL.")],
    other: Annotated[
        str | None,
        typer.Argument(metavar="OTHER", help="Another run, to stand beside the first."),
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="File or URL to write; default: report.html of the run.")
    ] = None,
    lang: LanguageOption = _Language.en,
    samples: Annotated[
        int, typer.Option(min=0, help="Documents of each reason that the page shows.")
    ] = 5,
) -> None:
    """Write one HTML page about a run: funnel, measures, reasons, documents. It loads nothing."""
    from corpus_pipeline.report.writing import write_report
    from corpus_pipeline.storage import place

    where, size = write_report(
        place(output),
        None if other is None else place(other),
        None if to is None else place(to),
        lang.value,
        samples,
    )
    print(printable(f"{where}: {size / 1e6:.1f} MB; open it in a browser"))


def preview(
    config: Annotated[Path, typer.Argument(help="Configuration file; see `corpus init`.")],
    to: Annotated[str, typer.Option(help="File or URL to write.")] = "preview.html",
    sample: Annotated[
        int, typer.Option(min=1, help="Documents that are tried, all sources together.")
    ] = 10_000,
    lang: LanguageOption = _Language.en,
    samples: Annotated[
        int, typer.Option(min=0, help="Documents of each reason that the page shows.")
    ] = 5,
) -> None:
    """Try a configuration on a sample: a page of what would go, with thresholds to move."""
    from corpus_pipeline.cli.console import Console

    with Console() as console:
        console.begin("reading a sample")
        from corpus_pipeline.report.preview import write_preview
        from corpus_pipeline.storage import place

        size, sampled = write_preview(config, place(to), sample, lang.value, samples, console)
    tried = f"{sampled.documents:,} documents tried"
    print(printable(f"{to}: {size / 1e6:.1f} MB, {tried}; open it in a browser"))


def write_after_run(output: "Place", documents: int) -> str:
    """Writes the page of a run that has just ended, without documents, for these take longer.

    A page that cannot be written is no reason for the run to fail.

    Args:
        output: of the run.
        documents: that the run has read; with very many the page is not written unasked.

    Returns:
        A line that names the page, or says why there is none.
    """
    if documents > _MOST_DOCUMENTS:
        return printable(f"report: corpus report {output} (it reads the ledger of all documents)")
    from corpus_pipeline.report.writing import write_report

    try:
        where, _ = write_report(output, samples=0)
    except (CorpusError, OSError) as error:
        return printable(f"report: not written: {error}")
    return printable(f"report: {where}; with documents: corpus report {output}")
