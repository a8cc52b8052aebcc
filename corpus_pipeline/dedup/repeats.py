"""Exact substrings that stand elsewhere, too: of every string of N bytes one copy survives.

Every string of N bytes, at every place, is a *window*. Of equal windows the least by (rank,
address, place) is the keeper and the others are removed; a byte goes if a removed window covers it
and no keeper of its document does, as with sentences:

    document A    PPPQQQ        keeper of what is in PQ: stays whole       (Q is shorter than N)
    document B    PPPQQQRRR     keeper of what is in QR; of PQ goes what QR does not need: "QQQRRR"
    document C    QQQRRR        goes

So every window that is removed stands whole in a document that stays. What is left twice is part of
a keeper, or lies between two of them and is shorter than a quarter of a window. How windows are
compared without hashing all of them: `anchors`.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.dedup.anchors import RepeatOptions, WindowRuns
from corpus_pipeline.dedup.survivors import group_order
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import as_texts, utf8_buffers

#: A piece between two keepers that is shorter than this part of a window stays: text with small
#: holes would be no text.
_CRUMB = 4

#: One row for each run of windows of a document, sorted by address, then by place.
REPEAT_REMOVALS = pa.schema(
    [
        pa.field("address", pa.uint64(), False, {"meaning": "packed row address"}),
        pa.field("start", pa.uint32(), False, {"meaning": "first byte, in the text"}),
        pa.field("end", pa.uint32(), False, {"meaning": "the byte after the last"}),
        pa.field("keep", pa.bool_(), False, {"meaning": "true where the copy survives"}),
    ]
)


class TextSpans(NamedTuple):
    """Spans of bytes of N texts. Text i has `offsets[i]:offsets[i + 1]`, by their starts."""

    offsets: NDArray[np.int64]
    """int64[N + 1]."""
    starts: NDArray[np.uint32]
    ends: NDArray[np.uint32]
    keep: NDArray[np.bool_]
    """True for what must stay."""


@kernel
def _spans(starts, offsets, repeated, keep, size, out_runs, out_starts, out_ends, kept):  # type: ignore[no-untyped-def]
    """Joins windows side by side of one fate; returns how many spans there are."""
    count = 0
    for run in range(len(starts)):
        open_ = False
        for k in range(offsets[run], offsets[run + 1]):
            if not repeated[k]:
                open_ = False
                continue
            start = np.int64(starts[run]) + k - offsets[run]
            if open_ and kept[count - 1] == keep[k]:
                out_ends[count - 1] = start + size
                continue
            out_runs[count], out_starts[count] = run, start
            out_ends[count], kept[count] = start + size, keep[k]
            count += 1
            open_ = True
    return count


def repeat_removals(
    runs: WindowRuns,
    ranks: NDArray[np.uint64],
    addresses: NDArray[np.uint64],
    options: RepeatOptions,
) -> pa.RecordBatch:
    """Decides which copy of each repeated window survives; the order of the runs is irrelevant.

    All windows of an anchor must be present; anchors may be decided in separate calls.

    Args:
        runs: R runs of windows; their numbers of texts are not looked at.
        ranks: uint64[R], preference of the document; the least survives.
        addresses: uint64[R], packed address of the document.
        options: those of `hash_windows`.

    Returns:
        A batch of `REPEAT_REMOVALS`.
    """
    order = np.lexsort((runs.starts, addresses, ranks))
    lengths = np.diff(runs.offsets)[order]
    offsets = np.append(0, np.cumsum(lengths)).astype(np.int64)
    rows = np.arange(offsets[-1]) + np.repeat(runs.offsets[:-1][order] - offsets[:-1], lengths)
    hashes = runs.hashes[rows]
    anchors = np.repeat(runs.anchors[order], lengths)
    # Windows are now in the order of survival, so the first of a group is the keeper.
    place = np.arange(len(hashes), dtype=np.uint64)
    grouped = group_order(hashes, anchors, place) if len(hashes) else place.astype(np.int64)
    same = (hashes[grouped[1:]] == hashes[grouped[:-1]]) & (
        anchors[grouped[1:]] == anchors[grouped[:-1]]
    )
    repeats = np.append(False, same)[: len(grouped)]
    repeated, keep = np.zeros(len(hashes), np.bool_), np.zeros(len(hashes), np.bool_)
    repeated[grouped] = repeats | np.append(same, False)[: len(grouped)]
    if options.keep == "one":
        keep[grouped] = ~repeats
    room = int(repeated.sum())
    of_runs, kept = np.empty(room, np.int64), np.empty(room, np.bool_)
    starts, ends = np.empty(room, np.uint32), np.empty(room, np.uint32)
    size = options.min_bytes
    count = _spans(runs.starts[order], offsets, repeated, keep, size, of_runs, starts, ends, kept)
    where = addresses[order][of_runs[:count]]
    by_address = np.lexsort((starts[:count], where))
    columns = where, starts[:count], ends[:count], kept[:count]
    arrays = [pa.array(column[by_address]) for column in columns]
    return pa.record_batch(arrays, schema=REPEAT_REMOVALS)


def repeated_spans(addresses: NDArray[np.uint64], removals: pa.Table) -> TextSpans:
    """Picks the spans of some documents out of a table of removals.

    Args:
        addresses: uint64[N], packed address of each document.
        removals: table of `REPEAT_REMOVALS`, sorted by address.
    """
    known = removals["address"].to_numpy()
    first = np.searchsorted(known, addresses, side="left")
    counts = np.searchsorted(known, addresses, side="right") - first
    offsets = np.append(0, np.cumsum(counts)).astype(np.int64)
    rows = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], counts)
    return TextSpans(offsets, *(removals[n].to_numpy()[rows] for n in ("start", "end", "keep")))


def taken_spans(spans: TextSpans, taken: NDArray[np.bool_]) -> TextSpans:
    """Returns the spans of some of N texts.

    Args:
        spans: of N texts.
        taken: bool[N].
    """
    times = np.diff(spans.offsets)
    here = np.repeat(taken, times)
    offsets = np.append(0, np.cumsum(times[taken])).astype(np.int64)
    return TextSpans(offsets, spans.starts[here], spans.ends[here], spans.keep[here])


@kernel
def _holes(data, text_offsets, offsets, starts, ends, keep, crumb, depth, out_rows, out):  # type: ignore[no-untyped-def]
    """Finds the bytes that removed spans cover and no keeper does, on borders of characters."""
    count = 0
    for row in range(len(text_offsets) - 1):
        base = np.int64(text_offsets[row])
        length = np.int64(text_offsets[row + 1]) - base
        removed = False
        for k in range(offsets[row], offsets[row + 1]):
            removed = removed or not keep[k]
        if not removed:
            continue
        depth[: length + 1] = 0
        # Removed and kept spans are counted in one number: 2^16 kept ones are more than removed.
        for k in range(offsets[row], offsets[row + 1]):
            step = np.int64(1) << np.int64(32) if keep[k] else np.int64(1)
            depth[starts[k]] += step
            depth[ends[k]] -= step
        covering, begin = np.int64(0), np.int64(-1)
        for i in range(length + 1):
            covering += depth[i]
            goes = 0 < covering < np.int64(1) << np.int64(32)
            if goes and begin < 0:
                begin = np.int64(i)
            elif not goes and begin >= 0:
                start, end = begin, np.int64(i)
                while start < end and data[base + start] & 0xC0 == 0x80:
                    start += 1
                while end > start and end < length and data[base + end] & 0xC0 == 0x80:
                    end -= 1
                if end - start >= crumb:
                    out_rows[count], out[count, 0], out[count, 1] = row, start, end
                    count += 1
                begin = np.int64(-1)
    return count


class Holes(NamedTuple):
    """What goes of N texts, span by span, in order."""

    rows: NDArray[np.int64]
    """int64[H], the text."""
    spans: NDArray[np.int64]
    """int64[H, 2], first byte and the byte after the last, in the text."""


def holes_of(texts: pa.Array, spans: TextSpans, options: RepeatOptions) -> Holes:
    """Says which bytes of texts go: those of removed spans that no keeper covers.

    What lies between two keepers and is shorter than a quarter of a window stays. Characters are
    whole: one of which only a part is repeated stays.

    Args:
        texts: string[N], the very texts that were hashed.
        spans: of the N texts.
        options: those of `find_anchors`.

    Raises:
        ValueError: a span ends behind its text, so the texts are not those that were hashed.
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    lengths = np.diff(offsets).astype(np.int64)
    if (spans.ends > np.repeat(lengths, np.diff(spans.offsets))).any():
        raise ValueError("a span ends behind its text; give the texts that were hashed")
    room = len(spans.starts)
    rows, found = np.empty(room, np.int64), np.empty((room, 2), np.int64)
    depth = np.empty(int(lengths.max(initial=0)) + 1, np.int64)
    crumb = options.min_bytes // _CRUMB
    count = _holes(
        data, offsets, spans.offsets, spans.starts, spans.ends, spans.keep, crumb, depth, rows,
        found,
    )  # fmt: skip
    return Holes(rows[:count].copy(), found[:count].copy())
