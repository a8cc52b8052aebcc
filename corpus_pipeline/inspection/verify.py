"""Checks that an output holds what its run.json says: every byte, every count, and nothing else.

What is compared, so that a run.json that was edited and given a digest that fits is noticed too:

    files             bytes, sha256 and rows of each, with run.json
    parts of a unit   documents, rejected, ledger: the same rows with the same ids and reasons
    shards            with index.json, and by sums over the documents with the ledger
    findings          of personal data: as many of each document as it counts
    splits            no document has the tokens of one in another
    the mixture       is of these shards, and its files are whole
    counts            documents, reasons, sums of columns and tokens over all parts
    the folder        holds no other file, hidden ones included

It loads neither kernels nor Beam: it is run on small outputs, too, and on other machines.
"""

import dataclasses
import functools
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.inspection.summary import summed_columns
from corpus_pipeline.inspection.verify_findings import COMPARED as OF_FINDINGS
from corpus_pipeline.inspection.verify_findings import FOLDER as FINDINGS_FOLDER
from corpus_pipeline.inspection.verify_findings import finding_differences
from corpus_pipeline.inspection.verify_mixture import mixture_differences
from corpus_pipeline.inspection.verify_splits import split_differences
from corpus_pipeline.inspection.verify_tokens import (
    LEDGER_COLUMNS,
    TokenSums,
    index_differences,
    is_shard,
    shard_contents,
    sums_of_ledger,
)
from corpus_pipeline.machine import cores
from corpus_pipeline.pipelines.progress import CHECK, Progress
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.index import INDEX_NAME
from corpus_pipeline.workspace.run_file import (
    LOCK_FILE,
    MIXTURE_FOLDER,
    REPORT_FILE,
    RUN_FILE,
    STATE_FOLDER,
    digest_of,
    read_run,
    read_token_index,
)

#: Files that are read at once, at least: remote ones are waited for. Remote shards, at most.
_THREADS = 4
#: Foreign files that one line names.
_NAMED = 5
#: Files that people put beside a corpus to describe or to share it, and that no reader of one takes
#: for a part of it.
_DESCRIPTIONS = re.compile(
    r"(README|LICEN[CS]E|NOTICE|CITATION|DATASHEET)[\w.-]*|\.gitattributes", re.IGNORECASE
)

#: What is looked at by itself.
_KNOWN = (RUN_FILE, LOCK_FILE, MIXTURE_FOLDER, REPORT_FILE)
_Entry = dict[str, Any]


def verify(output: Place, progress: Progress | None = None) -> dict[str, int]:
    """Recomputes every checksum and the accounting of an output, some units at a time.

    Args:
        output: folder of a finished run.
        progress: is told of a phase `check` whose items are files.

    Returns:
        What was checked: name -> count.

    Raises:
        VerifyError: the first difference, in one line.
    """
    run = read_run(output)
    if run.get("digest") != digest_of(run):
        raise VerifyError(f"{output}: {RUN_FILE} was changed after it was written")
    for difference in _differences(output, run, progress):
        raise VerifyError(f"{output}: {difference}")
    return {
        "files": len(run["files"]),
        "bytes": sum(entry["bytes"] for entry in run["files"]),
        "documents": run["counts"].get("documents", 0),
        "tokens": run["counts"].get("tokens", 0),
    }


def _differences(output: Place, run: dict[str, Any], progress: Progress | None) -> Iterator[str]:
    """Yields what is wrong, in the same order every time."""
    start = time.monotonic()
    files, counts = run["files"], run["counts"]
    if progress is not None:
        progress.start(CHECK, len(files), 0)
    yield from _foreign_files(output, {entry["path"] for entry in files})
    shards = [entry for entry in files if is_shard(entry)]
    found: dict[str, _Contents] = defaultdict(_Contents)
    summed = summed_columns(run)
    threads = max(_THREADS, cores())
    groups = _by_unit(entry for entry in files if not is_shard(entry))
    read = storage.map_concurrently(
        functools.partial(_unit_contents, output, summed), groups, threads
    )
    for group, (differences, contents) in zip(groups, read, strict=True):
        yield from differences
        for entry, each in zip(group, contents, strict=True):
            found[entry["path"].partition("/")[0]].add(each)
            if progress is not None:
                progress.advance(CHECK, 1, entry["bytes"])
    yield from _count_differences(found, counts, summed)
    index = read_token_index(output)
    if index is not None:
        yield from index_differences(index, files, counts)
        # Each is copied to this machine where it is remote; the disk must hold so many.
        threads = threads if isinstance(output, Path) else _THREADS
        listed = {each.file: (number, each) for number, each in enumerate(index.shards)}
        sums = found["ledger"].tokens

        def compare(entry: _Entry) -> list[str]:
            number, shard = listed[entry["path"].rpartition("/")[2]]
            return shard_contents(output, index, shard, entry, sums.get(number))

        compared = storage.map_concurrently(compare, shards, threads)
        for entry, lines in zip(shards, compared, strict=True):
            yield from lines
            if progress is not None:
                progress.advance(CHECK, 1, entry["bytes"])
        yield from split_differences(output, index, run)
        yield from mixture_differences(output, index)
    elif shards or counts.get("tokens"):
        yield f"tokens/{INDEX_NAME} is missing, and there are tokens"
    if progress is not None:
        progress.finish(CHECK, time.monotonic() - start)


def _foreign_files(output: Place, known: set[str]) -> Iterator[str]:
    """Names what lies in the folder and is no part of the run.

    Who reads a folder of Parquet files or of shards takes all that is in it; and a folder that was
    left in the middle of something is not one to publish.
    """
    folders = {path.partition("/")[0] for path in known if "/" in path}
    foreign = []
    for name in storage.names(output):
        if name == STATE_FOLDER or name.startswith(".trash-"):
            yield (
                f"{name} is left of a run that was stopped; `corpus run` with the same "
                "configuration removes it"
            )
        elif name in folders:
            inside = storage.names(output / name)
            foreign += [f"{name}/{each}" for each in inside if f"{name}/{each}" not in known]
        elif name not in _KNOWN and not _DESCRIPTIONS.fullmatch(name):
            foreign.append(name)
    if foreign:
        named = ", ".join(foreign[:_NAMED]) + (", …" if len(foreign) > _NAMED else "")
        one = len(foreign) == 1
        yield f"{named} do{'es' * one} not belong to the run; remove {'it' if one else 'them'}"


def _by_unit(entries: Iterator[_Entry]) -> list[list[_Entry]]:
    """Puts the Parquet files of one unit together, every other file by itself.

    >>> paths = ["documents/part-0-of-2.parquet", "ledger/part-0-of-2.parquet", "tokens/index.json"]
    >>> [len(group) for group in _by_unit({"path": path} for path in paths)]
    [2, 1]
    """
    groups: dict[str, list[_Entry]] = defaultdict(list)
    for entry in entries:
        name = entry["path"].rpartition("/")[2]
        unit = name.partition("-")[2] if name.endswith(".parquet") else entry["path"]
        groups[unit].append(entry)
    return list(groups.values())


@dataclasses.dataclass
class _Contents:
    """What one file holds, or all files of a folder."""

    rows: int = 0
    reasons: Counter[str] = dataclasses.field(default_factory=Counter)
    """Documents for each reason of a drop."""
    sums: Counter[str] = dataclasses.field(default_factory=Counter)
    """Column -> what was cut out of and replaced in the documents that stay."""
    tokens: dict[int, TokenSums] = dataclasses.field(default_factory=dict)
    """Of the ledger: shard -> sums over the places of its documents."""

    def add(self, other: "_Contents") -> None:
        """Adds the counts of a file to those of its folder."""
        self.rows += other.rows
        self.reasons.update(other.reasons)
        self.sums.update(other.sums)
        for shard, sums in other.tokens.items():
            self.tokens[shard] = sums + self.tokens.get(shard, TokenSums())


def _file_differences(path: Place, entry: _Entry) -> list[str]:
    """Compares the bytes of a file with what run.json says."""
    if isinstance(path, Path) and path.exists() and not path.is_file():
        return [f"{entry['path']} is no file"]
    try:
        written = storage.file_digest(path)
    except FileNotFoundError:
        return [f"{entry['path']} is missing"]
    if written == (entry["bytes"], entry["sha256"]):
        return []
    return [
        f"{entry['path']} has {written.bytes} bytes with sha256 {written.sha256}, "
        f"{RUN_FILE} says {entry['bytes']} with {entry['sha256']}"
    ]


def _unit_contents(
    output: Place, summed: frozenset[str], group: Sequence[_Entry]
) -> tuple[list[str], list[_Contents]]:
    """Reads the files of one unit and compares them with run.json and with each other.

    What is not as it was written is not looked into.
    """
    contents, tables = [_Contents() for _ in group], {}
    for entry, found in zip(group, contents, strict=True):
        path = output / entry["path"]
        if differences := _file_differences(path, entry):
            return differences, contents
        if path.suffix == ".parquet":
            tables[entry["path"]] = _table(path, summed)
            _count(tables[entry["path"]], summed, found)
            if entry["path"].startswith("ledger/"):
                found.tokens = sums_of_ledger(tables[entry["path"]])
        if found.rows != entry["rows"]:
            return [
                f"{entry['path']} has {found.rows} rows, {RUN_FILE} says {entry['rows']}"
            ], contents
    return list(_part_differences(tables)), contents


def _table(path: Place, summed: frozenset[str]) -> pa.Table:
    """Reads the columns of a part that are counted or compared."""
    with storage.open_parquet(path) as file:
        wanted = summed.union(_COMPARED, LEDGER_COLUMNS, OF_FINDINGS)
        return file.read([name for name in file.schema_arrow.names if name in wanted])


#: Columns by which the parts of a unit must agree.
_COMPARED = ("unit", "row", "id", "drop_reason")


def _count(table: pa.Table, summed: frozenset[str], found: _Contents) -> None:
    found.rows = table.num_rows
    for name in filter(summed.__contains__, table.column_names):
        found.sums[name] = pc.sum(table[name]).as_py() or 0
    if "drop_reason" not in table.column_names:
        return  # A table of findings.
    for item in table["drop_reason"].combine_chunks().drop_null().value_counts():
        found.reasons[item["values"].as_py()] += item["counts"].as_py()


def _part_differences(tables: Mapping[str, pa.Table]) -> Iterator[str]:
    """Compares the ledger of a unit with its documents and rejected documents, row by row."""
    ledger = next((path for path in tables if path.startswith("ledger/")), None)
    if ledger is None:
        yield from (f"{path} has no ledger of its unit beside it" for path in tables)
        return
    listed = tables[ledger].select(_COMPARED)
    for name, path in (("kept", "documents/"), ("rejected", "rejected/")):
        there = [table.select(_COMPARED) for part, table in tables.items() if part.startswith(path)]
        held = pa.concat_tables([listed.slice(0, 0), *there]).sort_by("row")
        of_ledger = pc.is_null(listed["drop_reason"])
        wanted = listed.filter(of_ledger if name == "kept" else pc.invert(of_ledger))
        if held.num_rows != wanted.num_rows:
            yield (
                f"{ledger} has {wanted.num_rows} {name} documents, {path} of the same unit has "
                f"{held.num_rows}"
            )
        for column in _COMPARED:
            if not held[column].equals(wanted[column]):
                yield f"{ledger} and {path} of the same unit differ in {column}"
    for path in tables:
        if path.startswith(FINDINGS_FOLDER):
            yield from finding_differences(path, tables)
    number = int(ledger.rpartition("/")[2].split("-")[1])
    if pc.any(pc.not_equal(listed["unit"], number)).as_py():
        yield f"{ledger} has rows of another unit"


def _count_differences(
    found: Mapping[str, _Contents], counts: dict[str, int], summed: frozenset[str]
) -> Iterator[str]:
    """Compares documents in with documents out and rejected, per reason, in three places."""
    reasons = {n.removeprefix("dropped-"): c for n, c in counts.items() if n.startswith("dropped-")}
    documents = counts.get("documents", 0)
    kept = found["documents"].rows
    if documents != kept + sum(reasons.values()):
        yield (f"{documents} documents in, but {kept} out and {sum(reasons.values())} rejected")
    for folder in ("rejected", "ledger"):
        there = found[folder].reasons
        if there != Counter(reasons):
            reason = min(there.keys() ^ reasons.keys() or
                         {r for r in reasons if there[r] != reasons[r]})  # fmt: skip
            yield (
                f"{folder}/ has {there[reason]} documents with the reason {reason}, "
                f"{RUN_FILE} says {reasons.get(reason, 0)}"
            )
    sums = found["documents"].sums
    for name in sorted(sums.keys() | (counts.keys() & summed)):
        if sums[name] != counts.get(name, 0):
            yield f"documents/ has {name} {sums[name]}, {RUN_FILE} says {counts.get(name, 0)}"
    listed = found["ledger"].rows
    if listed != documents:
        yield f"ledger/ has {listed} rows for {documents} documents"
