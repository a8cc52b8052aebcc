"""Answers where a document went, and where a token came from."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.address import RowAddress
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.storage import Place
from corpus_pipeline.workspace.run_file import read_token_index


def find_document(output: Place, identity: str) -> list[dict[str, Any]]:
    """Finds ledger rows by document id or by address UNIT:ROW.

    Raises:
        VerifyError: the run has no such document.
    """
    by_address = _address(identity)
    condition = pc.field("id") == identity
    if by_address is not None:
        condition = condition | (
            (pc.field("unit") == by_address.unit) & (pc.field("row") == by_address.row)
        )
    rows = [row for path in ledger_parts(output) for row in _matching(path, condition)]
    if not rows:
        raise VerifyError(
            f"{output}: no document has the id or address {identity!r}; "
            "ids are in the column `id` of ledger/"
        )
    return rows


def find_token(output: Place, shard: int, position: int) -> dict[str, Any]:
    """Finds the ledger row of the document that holds a token.

    Args:
        output: a complete run.
        shard: number of the token shard.
        position: place of the token in the shard's stream, from 0.

    Raises:
        VerifyError: the shard has no such token.
    """
    index, before = read_token_index(output), 0
    shards = () if index is None else index.shards
    if 0 <= shard < len(shards) and position >= 0:
        with storage.open_arrow(output / "tokens" / shards[shard].file) as file:
            for number in range(file.num_record_batches):
                batch = file.get_batch(number)
                offsets = batch["tokens"].offsets.to_numpy()
                if position < before + int(offsets[-1]):
                    k = int(np.searchsorted(offsets, position - before, side="right")) - 1
                    unit, row = (batch[name][k].as_py() for name in ("unit", "row"))
                    return row_at(output, str(RowAddress(unit, row)))
                before += int(offsets[-1])
    raise VerifyError(f"{output}: shard {shard} has no token at {position}")


def survivors(output: Place, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Follows `duplicate_of` from a removed document to the one that stays.

    A near copy names a document that stays. The survivor of an exact match may have gone as a near
    copy of a third document, which then is the one that stays.

    Returns:
        Ledger rows: the document that `duplicate_of` names, the one that its row names, and so on;
        none for a document that is no copy. A ledger that leads round in a circle ends there.
    """
    found: list[dict[str, Any]] = []
    while row["duplicate_of"] is not None:
        row = row_at(output, row["duplicate_of"])
        if row in found:
            break
        found.append(row)
    return found


def row_at(output: Place, address: str) -> dict[str, Any]:
    """Returns the ledger row at an address UNIT:ROW, from the one part that has it.

    Raises:
        VerifyError: the run has no such address.
    """
    where = RowAddress.parse(address)
    parts = ledger_parts(output)
    if where.unit < len(parts):
        for row in _matching(parts[where.unit], pc.field("row") == where.row):
            return row
    raise VerifyError(f"{output}: the ledger has no row {address}; run `corpus verify`")


class Content(NamedTuple):
    """What is stored of a document."""

    text: str | None
    """As it was kept or rejected; None where nothing of it is stored."""
    mime: str | None = None
    """Media type of a page that no stage has made text of: then `text` is its source."""


def read_content(output: Place, row: dict[str, Any]) -> Content:
    """Returns a document's text, or its page where it was not extracted."""
    folder = "documents" if row["drop_reason"] is None else "rejected"
    name = ledger_parts(output)[row["unit"]].name
    condition = pc.field("row") == row["row"]
    for path in storage.children(output / folder, name.removeprefix("part")):
        found = storage.read_parquet(path, columns=["text", "raw", "mime"], filters=condition)
        if found.num_rows:
            text, raw, mime = (found[name][0].as_py() for name in ("text", "raw", "mime"))
            if text is None and raw is not None:
                return Content(raw.decode("utf-8", "replace"), mime or "bytes")
            return Content(text)
    return Content(None)


def ledger_parts(output: Place) -> list[Place]:
    """Lists the parts of the ledger, in the order of their units."""
    parts = storage.children(output / "ledger", ".parquet")
    return sorted(parts, key=lambda path: int(path.name.split("-")[1]))


def _matching(path: Place, condition: pa.compute.Expression) -> Iterator[dict[str, Any]]:
    yield from storage.read_parquet(path, filters=condition).to_pylist()


def _address(identity: str) -> RowAddress | None:
    try:
        return RowAddress.parse(identity)
    except ValueError:
        return None
