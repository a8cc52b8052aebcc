"""Which occurrences of an evaluation item are copies of it, and which quote what it quotes.

An item may hold a sentence that everyone knows. Documents that quote it cover the same words of the
item and no others, and there are many of them; documents that hold the leaked item cover it whole,
or have other items beside it:

    item             If a man take no thought about what is distant, who said it and where?
    40 documents     If a man take no thought about what is distant
    words            40 40 40 … 40 0 0 0 0                       documents that cover each
    leaked, twice    If a man take no thought about what is distant, who said it and where?

So words that more than `max_documents` documents cover do not count, unless the document covers
nearly all of the item (however often it was copied), or holds `COMPANY` items side by side.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.dedup.contamination_index import ContaminationIndex, changes
from corpus_pipeline.dedup.sentence_cuts import SentenceSpans

#: A document covers "nearly all" of an item from this share of its weight on, in tenths.
WHOLE_TENTHS = 8
#: So many items side by side are a list of items, not a quotation.
COMPANY = 3


def _field(name: str, type_: pa.DataType, meaning: str) -> pa.Field:
    return pa.field(name, type_, nullable=False, metadata={"meaning": meaning})


#: One row for each copy of an item in a document, sorted by address, then place.
CONTAMINATION = pa.schema(
    [
        _field("address", pa.uint64(), "packed row address"),
        _field("place", pa.uint64(), "part of the item and first matching word, packed"),
        _field("item", pa.string(), "id of the evaluation item"),
        _field("matched", pa.int32(), "words of the item that the document covers"),
        _field("total", pa.int32(), "words of the item that could be covered"),
        _field("score", pa.float64(), "share of the item's weight that the document covers"),
        _field("first_sentence", pa.uint32(), "number of the first sentence touched"),
        _field("last_sentence", pa.uint32(), "number of the last one"),
    ]
)


def judge_contamination(
    addresses: NDArray[np.uint64],
    occurrences: pa.RecordBatch,
    index: ContaminationIndex,
    max_documents: int,
) -> pa.Table:
    """Decides which occurrences are copies of evaluation items.

    All occurrences of an item must be present; their order is irrelevant.

    Args:
        addresses: uint64[P], packed address of the document of each occurrence.
        occurrences: P rows of `OCCURRENCES`; `text` is not looked at.
        index: the one that found them.
        max_documents: documents that may hold the same words of an item before these count as a
            quotation.

    Returns:
        Table of `CONTAMINATION`.

    >>> from corpus_pipeline.dedup.contamination import (
    ...     ContaminationOptions, build_index, find_contamination
    ... )
    >>> text = "How many eggs do Janet's ducks lay in a week?"
    >>> index = build_index(["eggs"], pa.array([text]), ContaminationOptions())
    >>> occurrences = find_contamination(pa.array([text]), index)
    >>> table = judge_contamination(np.array([9], np.uint64), occurrences, index, 10)
    >>> table.select(["address", "item", "matched", "total", "score"]).to_pylist()
    [{'address': 9, 'item': 'eggs', 'matched': 11, 'total': 11, 'score': 1.0}]
    """
    order = np.lexsort(
        (occurrences["position"].to_numpy(), addresses, occurrences["part"].to_numpy())
    )
    occurrences = occurrences.take(pa.array(order))
    addresses = addresses[order]
    parts = occurrences["part"].to_numpy()
    copies = np.ones(len(parts), np.bool_)
    borders = np.append(np.flatnonzero(changes(parts)), len(parts))
    for group in np.flatnonzero(np.diff(borders) > max_documents).tolist():
        members = slice(borders[group], borders[group + 1])
        copies[members] = _not_quoted(
            addresses[members], occurrences, members, index, max_documents
        )
    copies &= ~index.answers[parts] | _with_question(addresses, parts, copies, index)
    return _table(addresses[copies], occurrences.filter(pa.array(copies)), index)


def _not_quoted(
    addresses: NDArray[np.uint64],
    occurrences: pa.RecordBatch,
    members: slice,
    index: ContaminationIndex,
    max_documents: int,
) -> NDArray[np.bool_]:
    """Judges the occurrences of one part: bool[M]."""
    columns = ("part", "bits", "covers_from", "covers_to", "company")
    part, bits, start, stop, company = (occurrences[name].to_numpy()[members] for name in columns)
    total = index.bits[part[0]]
    begin, end = index.weight_offsets[part[0] : part[0] + 2]
    weights = np.diff(index.weights[begin:end])
    # Documents that cover each word: each document once for the same words.
    distinct = np.unique(np.stack([addresses, start, stop]).astype(np.uint64), axis=1)
    changes_at = np.zeros(end - begin, np.int64)
    np.add.at(changes_at, distinct[1].astype(np.int64), 1)
    np.add.at(changes_at, distinct[2].astype(np.int64), -1)
    rare = np.cumsum(changes_at)[:-1] <= max_documents
    own = np.concatenate([[0], np.cumsum(weights * rare)])
    enough = (own[stop] - own[start]) * 10**6 >= index.options.coverage_millionths * total
    verdict: NDArray[np.bool_] = (bits * 10 >= WHOLE_TENTHS * total) | (company >= COMPANY) | enough
    return verdict


def _with_question(
    addresses: NDArray[np.uint64],
    parts: NDArray[np.int32],
    copies: NDArray[np.bool_],
    index: ContaminationIndex,
) -> NDArray[np.bool_]:
    """bool[P], true where a question of the same item in the same document is a copy."""
    keys = np.stack([addresses, index.rows[parts].astype(np.uint64)])
    _, item = np.unique(keys, axis=1, return_inverse=True)
    item = item.reshape(-1)
    held = np.zeros(len(parts), np.bool_)
    held[item[copies & ~index.answers[parts]]] = True
    found: NDArray[np.bool_] = held[item]
    return found


def _table(
    addresses: NDArray[np.uint64], occurrences: pa.RecordBatch, index: ContaminationIndex
) -> pa.Table:
    parts = occurrences["part"].to_numpy()
    positions = occurrences["position"].to_numpy().astype(np.uint64)
    packed = parts.astype(np.uint64) << np.uint64(32) | positions
    columns = [
        addresses,
        packed,
        index.ids.take(pa.array(parts)),
        occurrences["matched"],
        index.words[parts],
        occurrences["bits"].to_numpy() / np.maximum(1, index.bits[parts]),
        occurrences["first_sentence"],
        occurrences["last_sentence"],
    ]
    order = np.lexsort((packed, addresses))
    arrays = [pa.array(c, field.type) for c, field in zip(columns, CONTAMINATION, strict=True)]
    return pa.table(arrays, schema=CONTAMINATION).take(pa.array(order))


def strongest(removals: pa.Table) -> pa.Table:
    """Returns one row for each document: of its copies the one with the highest score.

    Of equals the least place; a column `items` says how many different items the document holds.

    >>> rows = [(4, 2, "b", 1, 2, 0.5, 0, 0), (4, 9, "a", 2, 2, 1.0, 1, 1)]
    >>> table = pa.table(list(map(list, zip(*rows))), schema=CONTAMINATION)
    >>> strongest(table).select(["address", "item", "items"]).to_pylist()
    [{'address': 4, 'item': 'a', 'items': 2}]
    """
    addresses = removals["address"].to_numpy()
    order = np.lexsort((removals["place"].to_numpy(), -removals["score"].to_numpy(), addresses))
    best = order[changes(addresses[order])]
    items = removals.group_by("address").aggregate([("item", "count_distinct")]).sort_by("address")
    count = pc.cast(items["item_count_distinct"], pa.int32())
    return removals.take(pa.array(best)).append_column("items", count)


def spans_of(addresses: NDArray[np.uint64], removals: pa.Table) -> SentenceSpans:
    """Picks the sentences that hold items out of a table of removals.

    Args:
        addresses: uint64[N], packed address of each document, ascending.
        removals: table of `CONTAMINATION`.

    >>> rows = [(4, 2, "b", 1, 2, 0.5, 3, 5), (7, 9, "a", 2, 2, 1.0, 1, 1)]
    >>> table = pa.table(list(map(list, zip(*rows))), schema=CONTAMINATION)
    >>> spans_of(np.array([4, 5], np.uint64), table)
    SentenceSpans(rows=array([0]), first=array([3], dtype=uint32), last=array([5], dtype=uint32))
    """
    known = removals["address"].to_numpy()
    rows = np.searchsorted(addresses, known)
    here = addresses[np.minimum(rows, len(addresses) - 1)] == known if len(addresses) else known > 0
    first, last = (removals[name].to_numpy()[here] for name in ("first_sentence", "last_sentence"))
    return SentenceSpans(rows[here], first, last)
