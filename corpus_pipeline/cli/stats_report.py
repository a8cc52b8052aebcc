"""The tables of `corpus stats`, in 80 columns."""

import textwrap
from collections import Counter
from collections.abc import Iterable
from typing import Any

import rich.console

from corpus_pipeline.cli.tables import Form, plain_table, print_csv, print_json, screen
from corpus_pipeline.cli.token_report import split_lines, token_lines
from corpus_pipeline.errors import printable
from corpus_pipeline.inspection.notes import notes_after
from corpus_pipeline.inspection.reason_counts import (
    By,
    Group,
    ReasonCount,
    count_reasons,
    reasons_by_source,
)
from corpus_pipeline.inspection.summary import StageSummary, summarise
from corpus_pipeline.storage import Place

#: Documents up to which the ledger is read for a plain summary; a few seconds' worth.
_QUICKLY_COUNTED = 5_000_000


def print_summary(output: Place, run: dict[str, Any], form: Form = "table") -> None:
    """Prints one row for each stage, one for each reason, then what was written."""
    rows = summarise(run)
    if form == "csv":
        print_csv(list(map(_stage, rows)), _STAGE)
        return
    if form == "json":
        (everything,) = count_reasons(output) or [Group("")]
        print_json(
            {
                "stages": list(map(_stage, rows)),
                "reasons": [each._asdict() for each in everything.reasons],
                "counts": run["counts"],
            }
        )
        return
    console = screen()
    counts = run["counts"]
    documents = counts.get("documents", 0)
    table = plain_table(("stage", "in", "dropped", "%", "out", "CPU s"))
    for row in rows:
        dropped = sum(row.dropped.values())
        table.add_row(
            row.stage, f"{row.documents_in:,}", f"{dropped:,}", percent(dropped, row.documents_in),
            f"{row.documents_out:,}", f"{row.seconds:.1f}",
        )  # fmt: skip
    console.print(f"{output}: documents through the stages")
    console.print(table)
    counted = documents <= _QUICKLY_COUNTED
    if counted:
        groups = count_reasons(output)
    else:
        first = Counter({name: n for row in rows for name, n in row.dropped.items()})
        groups = [Group("", documents, first, first)]
    if any(group.dropped for group in groups):
        console.print("why documents went" + _legend(counted))
        _print_reasons(console, groups, counted)
    for row in rows:
        notes = sorted(row.notes.items(), key=lambda item: -item[1])
        if notes:
            listed = ", ".join(f"{printable(name)} {count:,}" for name, count in notes)
            console.print(f"{row.stage}: {listed}")
    out = documents - sum(n for k, n in counts.items() if k.startswith("dropped-"))
    tokens = f" and {counts['tokens']} tokens" if "tokens" in counts else ""
    console.print(f"{output}: {out} of {documents} documents{tokens}")
    for folder, what in (
        ("documents", "what stays"),
        ("rejected", "what went, with reasons and text"),
        ("ledger", "one row for each input document"),
    ):
        console.print(f"  {output}/{folder}: {what}")
    for line in [*split_lines(run), *token_lines(output, run), *notes_after(run)]:
        text = textwrap.fill(
            printable(line), console.width, subsequent_indent="  ", break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
        console.print(text)


def print_groups(output: Place, by: By, form: Form = "table") -> None:
    """Prints the three counts of every reason for each source or language."""
    groups = count_reasons(output, by)
    if form == "table":
        console = screen()
        console.print(f"{output}: documents by {by}{_legend(True)}")
        _print_reasons(console, groups, True)
        return
    totals = [
        {by: group.name, "documents": group.documents, "kept": group.documents - group.dropped}
        for group in groups
    ]
    reasons = [[each._asdict() for each in group.reasons] for group in groups]
    both = list(zip(totals, reasons, strict=True))
    if form == "json":
        print_json({"groups": [{**total, "reasons": its} for total, its in both]})
        return
    flat = [{**total, **each} for total, its in both for each in its or [{}]]
    print_csv(flat, (by, "documents", "kept", *ReasonCount._fields))


def print_by_reason(output: Place, form: Form = "table") -> None:
    """Prints the three counts of every reason, and of each source that it drops documents of."""
    found = reasons_by_source(output)
    if form == "json":
        print_json(
            {
                "reasons": [
                    {**total._asdict(), "sources": [
                        {"source": name, **_counts(each)} for name, each in sources
                    ]}
                    for total, sources in found
                ]
            }
        )  # fmt: skip
        return
    if form == "csv":
        rows = [
            {"reason": total.reason, "source": name, **_counts(each)}
            for total, sources in found
            for name, each in sources
        ]
        print_csv(rows, ("reason", "source", *ReasonCount._fields[1:]))
        return
    console = screen()
    console.print(f"{output}: documents by reason and source{_legend(True)}")
    table = plain_table(("reason", "first", "any", "only"))
    for total, sources in found:
        for name, each in ((total.reason, total), *((f"  {name}", each) for name, each in sources)):
            table.add_row(printable(name), *(f"{count:,}" for count in each[1:]))
    console.print(table)


def _counts(each: ReasonCount) -> dict[str, Any]:
    return {name: value for name, value in each._asdict().items() if name != "reason"}


#: Columns of the stages.
_STAGE = ("stage", "in", "dropped", "out", "cpu_seconds")


def _stage(row: StageSummary) -> dict[str, Any]:
    dropped = sum(row.dropped.values())
    values = (row.stage, row.documents_in, dropped, row.documents_out, round(row.seconds, 3))
    return dict(zip(_STAGE, values, strict=True))


def percent(part: int, whole: int) -> str:
    """Writes a share with one decimal; nothing of nothing is no share.

    >>> percent(1, 3), percent(0, 3), percent(1, 5000), percent(0, 0)
    ('33.3', '0', '<0.1', '')
    """
    if not whole or not part:
        return "0" if whole else ""
    share = 100 * part / whole
    return "<0.1" if share < 0.05 else f"{share:.1f}"


def _legend(counted: bool) -> str:
    if not counted:
        return " (first reason only; `corpus stats --by source` reads the ledger for all)"
    return ": first reason, any of the reasons, only reason"


def _print_reasons(console: rich.console.Console, groups: Iterable[Group], counted: bool) -> None:
    table = plain_table(("reason", "first", "%", *(("any", "only") if counted else ())))
    for group in groups:
        if group.name:
            table.add_row(
                f"{printable(group.name)}: {group.documents:,} in, "
                f"{group.documents - group.dropped:,} out",
                f"{group.dropped:,}",
                percent(group.dropped, group.documents),
            )
        for each in group.reasons:
            table.add_row(*_row(each, group, counted, indent=bool(group.name)))
    console.print(table)


def _row(each: ReasonCount, group: Group, counted: bool, indent: bool) -> tuple[str, ...]:
    name = f"  {each.reason}" if indent else each.reason
    shares = (f"{each.first:,}", percent(each.first, group.documents))
    return (name, *shares, *((f"{each.any:,}", f"{each.only:,}") if counted else ()))
