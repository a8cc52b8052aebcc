"""The end of a run whose inputs could, for the most part, not be read.

`max_errors` bounds how many records are unreadable. That is no help where a whole source is: a
wrong `text_field`, a file of another kind, a download that broke off are a handful of rows, and a
run that goes on without them looks like success. So a run stops after *prepare* when a source, or a
file of many records, has more unreadable records than readable ones.

One text, or one JSON object in a file of its own, is a document: if it cannot be read, that costs
itself. Only its source counts.

A source of which not one record gives text is refused even if none of them is an error: pages that
are all redirects, files that are all empty.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.errors import ErrorBudgetError
from corpus_pipeline.planning.plan import Plan
from corpus_pipeline.sources.formats import SINGLE
from corpus_pipeline.sources.records import ERRORS, LOST, READ_REASONS, remedy_for
from corpus_pipeline.stages.writing import prepared_path, rejected_path
from corpus_pipeline.workspace.phase_table import FIRST_PASS
from corpus_pipeline.workspace.state import Workspace
from corpus_pipeline.workspace.units import Unit

#: Units whose files are looked into at once.
_MAX_CONCURRENT_UNITS = 16
#: Signs shown of a record: enough to tell what it is, too few to repeat what it says.
_SHOWN = 4
#: And of what the reader says of it.
_ERROR_CHARS = 80
_READABLE = "readable"
#: What the counts of records begin with that give no text.
_WITHOUT_TEXT = ("dropped-read-", "dropped-extract-")

#: What was read: reason -> records, `readable` for those that have a text or a page.
Fates = Counter[str]


def refuse_mostly_unreadable(workspace: Workspace, plan: Plan, config: Config) -> None:
    """Stops a run after *prepare* if a source or a file could for the most part not be read.

    With `allow_unreadable` none is.

    Raises:
        ErrorBudgetError: names the source or file, how many records, why, and one of them.
    """
    if config.allow_unreadable:
        return
    with_errors: list[Unit] = []
    by_source: dict[str, Fates] = {unit.source: Counter() for unit in plan.units}
    texts: Counter[str] = Counter()
    manifests = workspace.manifests(FIRST_PASS, range(len(plan.units)))
    for unit, manifest in zip(plan.units, manifests, strict=True):
        fates = Counter({r: manifest.counts.get(f"dropped-{r}", 0) for r in READ_REASONS})
        fates[_READABLE] = manifest.counts.get("documents", 0) - fates.total()
        by_source[unit.source].update(fates)
        lost = sum(n for name, n in manifest.counts.items() if name.startswith(_WITHOUT_TEXT))
        texts[unit.source] += manifest.counts.get("documents", 0) - lost
        if _unreadable(fates):
            with_errors.append(unit)
    for source, fates in sorted(by_source.items()):
        if _unreadable(fates) > fates[_READABLE]:
            units = [unit for unit in with_errors if unit.source == source]
            raise _error(workspace, config, units, fates, source, None)
        if not texts[source]:
            units = [unit for unit in plan.units if unit.source == source]
            raise _without_text(workspace, units, source)
    for path, fates in _by_file(workspace, plan, with_errors).items():
        unit = next(u for u in with_errors if any(p.path == path for p in u.pieces))
        raise _error(workspace, config, [unit], fates, unit.source, path)


def _without_text(workspace: Workspace, units: Sequence[Unit], source: str) -> ErrorBudgetError:
    """Says of a source that nothing in it is text, though most of it may have been read."""
    counts: Counter[str] = Counter()
    for manifest in workspace.manifests(FIRST_PASS, [unit.number for unit in units]):
        for name, times in manifest.counts.items():
            if name.startswith(_WITHOUT_TEXT):
                counts[name.removeprefix("dropped-")] += times
    paths = {piece.path for unit in units for piece in unit.pieces}
    example = f"for example {min(paths)}"
    if not counts.total():
        return ErrorBudgetError(
            f"source {source!r}: holds no record in {len(paths)} files, {example}; correct its "
            "`path`, or leave it out; `allow_unreadable: true` (--allow-unreadable) goes on without"
        )
    ((reason, times),) = counts.most_common(1)
    found = (_example(workspace, unit, reason, None) for unit in units)
    if (row := next((row for row in found if row), None)) is not None:
        example = f"for example {row[0]} at {row[1]}"
    return ErrorBudgetError(
        f"source {source!r}: none of {counts.total()} records gives text, most often for {reason} "
        f"({times}); {example}; all are listed in {workspace.root / 'rejected'}; correct or leave "
        "out the source; `allow_unreadable: true` (--allow-unreadable) goes on without it"
    )


def _unreadable(fates: Fates) -> int:
    return sum(fates[reason] for reason in ERRORS)


def _by_file(workspace: Workspace, plan: Plan, units: Sequence[Unit]) -> dict[str, Fates]:
    """Returns the files of many records that have more unreadable records than readable ones."""
    whole = {piece.path: piece.format not in SINGLE for unit in units for piece in unit.pieces}
    found: dict[str, Fates] = defaultdict(Counter)
    for fates in storage.map_concurrently(
        lambda unit: _fates(workspace, unit), units, _MAX_CONCURRENT_UNITS
    ):
        for path, each in fates.items():
            found[path] += each
    bad = {path: fates for path, fates in found.items() if whole.get(path) and _is_lost(fates)}
    # A large file has more parts than those with errors.
    seen = {unit.number for unit in units}
    others = [
        unit
        for unit in (plan.units if bad else ())
        if unit.number not in seen and any(piece.path in bad for piece in unit.pieces)
    ]
    for unit in others:
        for path, each in _fates(workspace, unit).items():
            if path in bad:
                bad[path] += each
    return {path: fates for path, fates in sorted(bad.items()) if _is_lost(fates)}


def _is_lost(fates: Fates) -> bool:
    many = fates.total() > 1 or any(fates[reason] for reason in LOST)
    return many and _unreadable(fates) > fates[_READABLE]


def _fates(workspace: Workspace, unit: Unit) -> dict[str, Fates]:
    """Counts what became of the records of each file of a unit."""
    rejected = storage.read_parquet(_rejected(workspace, unit), columns=["file", "drop_reason"])
    kept = storage.read_parquet(prepared_path(workspace, FIRST_PASS, unit.number), columns=["file"])
    kept = kept.append_column("drop_reason", pa.nulls(kept.num_rows, pa.string()))
    counted = (
        pa.concat_tables([rejected, kept])
        .group_by(["file", "drop_reason"])
        .aggregate([([], "count_all")])
    )
    found: dict[str, Fates] = defaultdict(Counter)
    for row in counted.to_pylist():
        reason = row["drop_reason"]
        found[row["file"]][reason if reason in READ_REASONS else _READABLE] += row["count_all"]
    return found


def _rejected(workspace: Workspace, unit: Unit) -> storage.Place:
    return rejected_path(workspace, FIRST_PASS, unit.number)


def _error(
    workspace: Workspace,
    config: Config,
    units: Iterable[Unit],
    fates: Fates,
    source: str,
    path: str | None,
) -> ErrorBudgetError:
    unreadable = _unreadable(fates)
    reason = max(sorted(ERRORS), key=lambda each: fates[each])
    where = f"source {source!r}" if path is None else f"{path} (source {source!r})"
    field = config.rules_by_source()[source].text_field
    file, record, metadata = next(
        found for unit in units if (found := _example(workspace, unit, reason, path))
    )
    shown = json.loads(metadata or "{}")
    begins = shown.get("excerpt") or ""
    example = f"for example {file} at {record}"
    if error := shown.get("error"):
        example += f" ({error[:_ERROR_CHARS]})"
    if begins:
        example += f", which begins {begins[:_SHOWN]!a}"
    if fields := shown.get("fields"):
        example += f" and has the fields: {fields}"
    return ErrorBudgetError(
        f"{where}: {unreadable} of {unreadable + fates[_READABLE]} records cannot be read, most "
        f"often for {reason} ({fates[reason]}); {example}; {remedy_for(reason, field)}; all are "
        f"listed in {workspace.root / 'rejected'}; `allow_unreadable: true` "
        "(--allow-unreadable) goes on without them"
    )


def _example(
    workspace: Workspace, unit: Unit, reason: str, path: str | None
) -> tuple[str, int, str | None] | None:
    condition = pc.field("drop_reason") == reason
    if path is not None:
        condition &= pc.field("file") == path
    columns = ["file", "record", "metadata"]
    rows = storage.read_parquet(_rejected(workspace, unit), columns=columns, filters=condition)
    if not rows.num_rows:
        return None
    first = rows.slice(0, 1).to_pylist()[0]
    return first["file"], first["record"], first["metadata"]
