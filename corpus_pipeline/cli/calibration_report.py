"""`corpus calibrate CONFIG`: what the proposed cut-offs would drop of the sample."""

from pathlib import Path

from rich.table import Table

from corpus_pipeline.cli.console import Console
from corpus_pipeline.cli.tables import plain_table, screen
from corpus_pipeline.errors import printable
from corpus_pipeline.inspection.calibrating import Calibration, calibrate_config


def print_calibration(
    config: Path,
    output: Path,
    overwrite: bool,
    percent: float,
    sample: int,
    min_documents: int,
    by_source: bool,
) -> None:
    """Measures a sample, writes cut-offs, and prints a row for each language and source."""
    with Console() as console:
        console.begin("measuring a sample")
        found = calibrate_config(
            config, output, overwrite, percent, sample, min_documents, by_source
        )
    table = plain_table(("language", "documents", "thresholds", "largest %", "together %"))
    _add_rows(table, found.whole, "")
    for source, each in found.sources.items():
        _add_rows(table, each, f"{source}: ")
    screen().print(table)
    for path in found.written:
        print(printable(f"{path}: written"))
    print(
        f"put the sections of {output} into the configuration, or try them on a finished run: "
        f"corpus whatif OUT --config {output}"
    )


def _add_rows(table: Table, found: Calibration, before: str) -> None:
    for language in (None, *found.languages):
        cuts = [
            *found.rules.get(language, {}).values(),
            *(each[language] for each in (found.min_score, found.max_perplexity)
              if language in each),
        ]  # fmt: skip
        documents = found.documents if language is None else found.languages[language]
        largest = max((cut.share for cut in cuts), default=0.0)
        table.add_row(
            printable(before + ("all documents" if language is None else language)),
            f"{documents:,}", f"{len(cuts)}", f"{largest:.2%}".rstrip("%"),
            f"{found.together[language]:.2%}".rstrip("%"),
        )  # fmt: skip
