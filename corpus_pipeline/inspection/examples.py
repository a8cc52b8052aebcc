"""Chooses documents of a finished run to look at: always the same, and spread over all of it."""

import dataclasses
import hashlib
import heapq
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.inspection.reason_counts import NONE
from corpus_pipeline.inspection.trace import ledger_parts, row_at
from corpus_pipeline.nearest import meant
from corpus_pipeline.storage import Place
from corpus_pipeline.text.languages import same_language

_COLUMNS = ["unit", "row", "content_hash", "drop_reason", "reasons", "source", "lang"]


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which documents are looked for; None takes all."""

    reason: str | None = None
    """A rule that they fail, whether or not it decided; None: those that stay."""
    source: str | None = None
    language: str | None = None
    """A name of their language, or `(none)`."""
    alone: bool = False
    """They fail no other rule."""

    def __str__(self) -> str:
        only = "only " if self.alone else ""
        parts = ["kept" if self.reason is None else f"that fail {only}{self.reason}"]
        parts += [f"of source {self.source}"] if self.source is not None else []
        parts += [f"in {self.language}"] if self.language is not None else []
        return " ".join(parts)


def choose(output: Place, wanted: Wanted, number: int) -> tuple[list[dict[str, Any]], int]:
    """Returns rows of the ledger, and how many there are to choose from.

    The documents with the least hashes of their content are taken: the same ones every time, and
    none more likely than another. Documents without content have a hash of their address.

    Raises:
        VerifyError: no document is wanted; the line says which reasons or sources there are.
    """
    best: list[tuple[bytes, int, int]] = []
    matching = 0
    seen: dict[str, set[str]] = {"reason": set(), "source": set(), "lang": set()}
    for part in ledger_parts(output):
        ledger = storage.read_parquet(part, columns=_COLUMNS).combine_chunks()
        seen["source"].update(ledger["source"].unique().to_pylist())
        seen["lang"].update(name or NONE for name in ledger["lang"].unique().to_pylist())
        seen["reason"].update(pc.list_flatten(ledger["reasons"]).unique().to_pylist())
        found = ledger.filter(_matches(ledger, wanted)).select(["content_hash", "unit", "row"])
        matching += found.num_rows
        rows = zip(*(column.to_pylist() for column in found.columns), strict=True)
        best = heapq.nsmallest(number, [*best, *((_rank(*row), *row[1:]) for row in rows)])
    if not matching:
        raise VerifyError(_nothing(output, wanted, seen))
    return [row_at(output, f"{unit}:{row}") for _, unit, row in best], matching


def choose_for_each(output: Place, number: int) -> dict[str | None, list[str]]:
    """Returns addresses of documents that fail each rule, and of some that stay.

    They are the documents that `choose` takes for the rule; the ledger is read once for all rules.

    Args:
        output: a finished run.
        number: documents of each rule at most.

    Returns:
        Reason, None for those that stay -> addresses, the least hashes first.
    """
    best: dict[str | None, list[tuple[bytes, int, int]]] = {}
    columns = ["unit", "row", "content_hash", "drop_reason", "reasons"]
    for part in ledger_parts(output) if number else ():
        ledger = storage.read_parquet(part, columns=columns).combine_chunks()
        if not ledger.num_rows:
            continue
        reasons = _one_chunk(ledger["reasons"])
        failed = pa.table(
            {"reason": pc.list_flatten(reasons), "row": pc.list_parent_indices(reasons)}
        )
        kept = pc.indices_nonzero(ledger["drop_reason"].is_null())
        for reason in (None, *failed["reason"].unique().to_pylist()):
            rows = kept
            if reason is not None:
                rows = failed.filter(pc.equal(failed["reason"], reason))["row"]
            found = ledger.select(["content_hash", "unit", "row"]).take(rows)
            best[reason] = heapq.nsmallest(number, [*best.get(reason, []), *_least(found, number)])
    return {
        reason: [f"{unit}:{row}" for _, unit, row in rows] for reason, rows in best.items() if rows
    }


def _least(rows: pa.Table, number: int) -> list[tuple[bytes, int, int]]:
    """Returns rows with the least hashes; more than are wanted where there are few."""
    if rows.num_rows > number and not rows["content_hash"].null_count:
        hashes = rows["content_hash"].cast(pa.binary())
        last = hashes.take(pc.select_k_unstable(hashes, number, [("", "ascending")])[-1:])[0]
        rows = rows.filter(pc.less_equal(hashes, last))
    columns = (column.to_pylist() for column in rows.columns)
    return [(_rank(*row), *row[1:]) for row in zip(*columns, strict=True)]


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return pa.concat_arrays(combined.chunks) if isinstance(combined, pa.ChunkedArray) else combined


def _matches(ledger: pa.Table, wanted: Wanted) -> pa.ChunkedArray:
    keep = pa.chunked_array([pa.array([True] * ledger.num_rows, pa.bool_())])
    if wanted.reason is None:
        keep = pc.and_(keep, ledger["drop_reason"].is_null())
    else:
        reasons = ledger["reasons"].combine_chunks()
        fails = pc.equal(pc.list_flatten(reasons), wanted.reason)
        rows = pc.list_parent_indices(reasons).filter(fails)
        keep = pc.is_in(pa.array(range(ledger.num_rows)), rows.cast(pa.int64()))
        if wanted.alone:
            keep = pc.and_(keep, pc.equal(pc.list_value_length(reasons), 1))
    if wanted.source is not None:
        keep = pc.and_(keep, pc.equal(ledger["source"], wanted.source))
    if wanted.language is not None:
        labels = [name for name in ledger["lang"].unique().to_pylist() if name is not None]
        same = [each for each in labels if _same(wanted.language, each)]
        spoken = pc.is_in(ledger["lang"], pa.array(same, pa.string()))
        keep = pc.and_(keep, ledger["lang"].is_null() if wanted.language == NONE else spoken)
    return keep


def _same(wanted: str, label: str) -> bool:
    return wanted == label or same_language(wanted, label)


def _rank(content_hash: bytes | None, unit: int, row: int) -> bytes:
    return content_hash or hashlib.blake2b(f"{unit}:{row}".encode(), digest_size=16).digest()


def _nothing(output: Place, wanted: Wanted, seen: dict[str, set[str]]) -> str:
    for option, value, there in (
        ("--reason", wanted.reason, seen["reason"]),
        ("--source", wanted.source, seen["source"]),
        ("--language", wanted.language, seen["lang"]),
    ):
        known = value is None or any(_same(value, each) for each in there)
        if known and (option == "--language" or value is None or value in there):
            continue
        hint = meant(str(value), sorted(there))
        return f"{output}: no document has {option} {value!r}; {hint}"
    return f"{output}: no documents {wanted}"
