"""`corpus diff`: what differs between two finished runs, in 80 columns."""

import json
from collections.abc import Iterable
from typing import Any

import rich.console

from corpus_pipeline.cli.tables import plain_table, print_json, screen
from corpus_pipeline.errors import printable
from corpus_pipeline.inspection.comparing import By, Changed, Comparison, compare_runs
from corpus_pipeline.storage import Place

#: Lines of each part that are shown; JSON has all.
_SHOWN = 20
#: Characters of a value that are shown.
_WIDE = 60


def print_diff(left: Place, right: Place, number: int, by: By | None, as_json: bool) -> bool:
    """Prints what differs; says whether all files have the same bytes.

    Raises:
        VerifyError: one of them is no finished run.
    """
    found = compare_runs(left, right, number, by)
    if as_json:
        print_json(_content(found))
        return found.same_bytes
    console = screen()
    console.print(f"{left} and {right}:")
    for title, changes in (
        ("configuration", found.config),
        ("versions, models and lists", found.versions),
        ("inputs", found.inputs),
    ):
        _print_changes(console, title, changes)
    for title, changes in (("dropped at step", found.steps), ("counts", found.counts)):
        _print_counts(console, title, changes)
    if found.same_bytes:
        console.print("all files have the same bytes")
        return True
    _print_fates(console, found)
    console.print(f"{len(found.files):,} files have other bytes, or are in one run alone")
    return False


def _print_changes(console: rich.console.Console, title: str, changes: tuple[Changed, ...]) -> None:
    if not changes:
        return
    console.print(f"{title}: {len(changes):,} differ")
    for name, left, right in changes[:_SHOWN]:
        console.print(printable(f"  {name}: {_value(left)} -> {_value(right)}"))
    _print_rest(console, changes)


def _print_rest(console: rich.console.Console, changes: tuple[Changed, ...]) -> None:
    if len(changes) > _SHOWN:
        console.print(f"  and {len(changes) - _SHOWN:,} more; --json has all")


def _print_counts(console: rich.console.Console, title: str, changes: tuple[Changed, ...]) -> None:
    if not changes:
        return
    table = plain_table((title, "first", "second", "change"))
    for name, left, right in changes[:_SHOWN]:
        change = (right or 0) - (left or 0)
        table.add_row(printable(name), _count(left), _count(right), f"{change:+,}")
    console.print(table)
    _print_rest(console, changes)


def _print_fates(console: rich.console.Console, found: Comparison) -> None:
    names = {"place": "by source, file and record", "id": "by source and id",
             "content": "by content hash"}[found.by]  # fmt: skip
    changed = sum(each.documents for each in found.fates)
    console.print(
        f"documents, paired {names}: {found.same_fate:,} have one fate, {changed:,} another"
    )
    if found.other_text or found.other_tokens:
        console.print(
            f"  of one fate: {found.other_text:,} have another text, {found.other_tokens:,} "
            "another number of tokens"
        )
    for each in found.fates[:_SHOWN]:
        console.print(printable(f"  {each.documents:,}: {each.before} -> {each.after}"))
        for example in each.examples:
            where = f"{example['left'] or '-'} -> {example['right'] or '-'}"
            console.print(printable(f"      {where}  {example['id']} ({example['source']})"))
    if len(found.fates) > _SHOWN:
        console.print(f"  and {len(found.fates) - _SHOWN:,} more changes; --json has all")


def _value(value: Any) -> str:
    if value is None:
        return "(none)"
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _WIDE else f"{shown[:_WIDE]}…"


def _count(value: Any) -> str:
    return "" if value is None else f"{value:,}"


def _content(found: Comparison) -> dict[str, Any]:
    def listed(changes: Iterable[Changed]) -> dict[str, Any]:
        return {name: {"left": left, "right": right} for name, left, right in changes}

    return {
        "same_bytes": found.same_bytes,
        "config": listed(found.config),
        "versions": listed(found.versions),
        "inputs": listed(found.inputs),
        "steps": listed(found.steps),
        "counts": listed(found.counts),
        "paired_by": found.by,
        "same_fate": found.same_fate,
        "other_text": found.other_text,
        "other_tokens": found.other_tokens,
        "fates": [
            {**each._asdict(), "examples": [dict(one) for one in each.examples]}
            for each in found.fates
        ],
        "files": listed(found.files),
    }
