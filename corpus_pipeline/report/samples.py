"""Documents that the page shows: some of each reason, the same ones every time.

Their texts are shortened and masked by `inspection.passages`; what is here stands on the page.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.address import RowAddress
from corpus_pipeline.inspection.examples import choose_for_each
from corpus_pipeline.inspection.masking import masked, masked_field
from corpus_pipeline.inspection.passages import difference, passages
from corpus_pipeline.inspection.trace import ledger_parts, read_content, survivors
from corpus_pipeline.inspection.verdicts import Verdicts
from corpus_pipeline.storage import Place

#: Characters of all texts of a page together; beyond it documents are listed without text.
MOST_CHARS = 8_000_000
#: Characters of each side of a comparison with the document that stays.
_COMPARED = 2_000
#: Pieces of a comparison on the page.
_PIECES = 400


def read_samples(output: Place, run: Mapping[str, Any], number: int) -> list[dict[str, Any]]:
    """Returns documents as the page holds them.

    Args:
        output: a finished run.
        run: content of its run.json.
        number: documents of each reason, and of those that stay.
    """
    chosen = choose_for_each(output, number)
    addresses = dict.fromkeys(address for some in chosen.values() for address in some)
    verdicts = Verdicts(run)
    found, chars = [], 0
    for row in _rows(output, addresses):
        document = {
            "address": f"{row['unit']}:{row['row']}",
            "id": None if row["id"] is None else masked_field(row["id"], verdicts),
            "source": row["source"],
            "language": row.get("lang"),
            "file": row["file"],
            "reason": row["drop_reason"],
            "says": _sentence(row, verdicts),
            "reasons": [[name, figures] for name, figures in verdicts.explain(row, None).items()],
            "tokens": row.get("tokens"),
            "chars": row.get("text_chars") or row.get("chars"),
        }
        if chars < MOST_CHARS:
            passage = passages(output, row, verdicts)
            chars += len(passage.text or "")
            document["text"] = passage.text
            document["marks"] = [list(mark) for mark in passage.marks]
            if row.get("duplicate_of") is not None:
                document["survivor"] = _compared(output, row, verdicts)
        found.append(document)
    return found


def _sentence(row: Mapping[str, Any], verdicts: Verdicts) -> str | None:
    """Says in plain words why a document was dropped."""
    reason = row["drop_reason"]
    return None if reason is None else f"{verdicts.sentence(reason, row, None)}."


def _rows(output: Place, addresses: Sequence[str] | Mapping[str, None]) -> Iterator[dict[str, Any]]:
    """Yields ledger rows in the order of their addresses, each part read once."""
    parts = ledger_parts(output)
    by_unit: dict[int, list[int]] = {}
    for address in addresses:
        where = RowAddress.parse(address)
        by_unit.setdefault(where.unit, []).append(where.row)
    for unit, rows in sorted(by_unit.items()):
        wanted = pc.field("row").isin(rows)
        yield from storage.read_parquet(parts[unit], filters=wanted).to_pylist()


def _compared(output: Place, row: dict[str, Any], verdicts: Verdicts) -> dict[str, Any]:
    """Returns the document that stays in the place of a copy, and how the two differ."""
    last = survivors(output, row)[-1]
    found = {
        "address": f"{last['unit']}:{last['row']}",
        "id": None if last["id"] is None else masked_field(last["id"], verdicts),
        "source": last["source"],
        "jaccard": row.get("jaccard"),
    }
    if row.get("jaccard") is not None:
        texts = [read_content(output, each).text for each in (row, last)]
        if None not in texts:
            sides = [
                masked(str(text)[:_COMPARED], each.get("lang"), verdicts, each)
                for text, each in zip(texts, (row, last), strict=True)
            ]
            pieces = difference(*sides)[:_PIECES]
            found["difference"] = [list(piece) for piece in pieces]
    return found
