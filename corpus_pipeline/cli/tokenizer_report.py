"""The tables of `corpus tokenizer-report`."""

from pathlib import PurePath

from corpus_pipeline.cli.tables import plain_table, screen
from corpus_pipeline.errors import printable
from corpus_pipeline.training.tokenizer_report import Counts, Group, Report


def print_report(report: Report) -> None:
    """Prints bytes and characters per token of each group, and documents that have few."""
    console = screen()
    names = _short(report.tokenizers)
    order = {"all": 0, "source": 1, "language": 2}
    groups = sorted(
        report.groups.items(),
        key=lambda item: (order[item[0].kind], -item[1].bytes, item[0].name or ""),
    )
    for title, measure in (("bytes per token", "bytes"), ("characters per token", "chars")):
        table = plain_table((title, "documents", "MB", *names))
        for group, counts in groups:
            table.add_row(*_row(group, counts, measure))
        console.print(table)
    table = plain_table(("tokenizer", "ids", "in use", "%"))
    for path, (used, size) in zip(report.tokenizers, report.used, strict=True):
        table.add_row(printable(path), f"{size:,}", f"{used:,}", f"{100 * used / size:.1f}")
    console.print(table)
    for name, worst in zip(names, report.worst, strict=True):
        if worst:
            table = plain_table((f"{name}: fewest bytes per token", "tokens", "source", "id"),
                                ("source", "id"))  # fmt: skip
            for each in worst:
                table.add_row(
                    f"{each.bytes_per_token:.2f}", f"{each.tokens:,}", printable(each.source),
                    printable(each.id),
                )  # fmt: skip
            console.print(table)


def _row(group: Group, counts: Counts, measure: str) -> tuple[str, ...]:
    name = "all" if group.kind == "all" else f"{group.kind} {group.name or '(none)'}"
    part = counts.bytes if measure == "bytes" else counts.chars
    ratios = (f"{part / tokens:.2f}" if tokens else "" for tokens in counts.tokens.tolist())
    return printable(name), f"{counts.documents:,}", f"{counts.bytes / 1e6:.1f}", *ratios


def _short(paths: list[str]) -> list[str]:
    """Names tokenizers by file, or by path where two files have one name.

    >>> _short(["a/gpt2.json", "b/t.json", "c/t.json"])
    ['gpt2', 'b/t.json', 'c/t.json']
    """
    stems = [PurePath(path).stem for path in paths]
    pairs = zip(paths, stems, strict=True)
    return [printable(path if stems.count(stem) > 1 else stem) for path, stem in pairs]
