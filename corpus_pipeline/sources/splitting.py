r"""Texts cut into segments, at what an expression finds or by length, each a document of its own.

A segment has the columns of its record. Its id is that of the record with `#` and its number,
and `metadata` has `segment`, its number, and `segment_of`, the record's id.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.sources.json_objects import with_entries
from corpus_pipeline.sources.plain import decode_plain
from corpus_pipeline.sources.records import Count
from corpus_pipeline.sources.shapes import SplitOptions
from corpus_pipeline.sources.threads import PathRows
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.text.words import split_words

#: Characters that Unicode promises never to mean anything: one that a text lacks marks its cuts.
_MARKS = [chr(code) for code in range(0xFDD0, 0xFDF0)]
_MARKS += [chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)]
#: A piece of a text, in bytes: where it begins and ends.
Span = tuple[int, int]


def split_parts(
    parts: Iterable[tuple[str | list[str], pa.RecordBatch]],
    options: SplitOptions,
    batch_bytes: int,
    count: Count,
) -> Iterator[tuple[list[str], pa.RecordBatch]]:
    """Cuts the texts of batches; rows without a text stay as they are.

    Text that is not UTF-8 is decoded as *extract* would, for it must be known where to cut.

    Args:
        parts: (path, or that of each row; batch of schema `RECORDS`), as `joined` takes them.
        options: where to cut.
        batch_bytes: as of `ReadOptions`.
        count: told of `split-segment`, rows that are more than records, and of
            `skipped-blank-segment`.

    Yields:
        (path of each row's file, batch of schema `RECORDS`), in the order of the records.

    >>> from corpus_pipeline.sources.records import RecordsBuilder
    >>> rows = RecordsBuilder(100)
    >>> [batch] = [*rows.add(0, id="a", text=b"one. two. three"), *rows.finish()]
    >>> [(_, cut)] = split_parts([("a", batch)], SplitOptions(at=r"[.] "), 1000, print)
    split-segment 2
    >>> cut.select(["id", "text"]).to_pylist()[2], cut["metadata"][1].as_py()
    ({'id': 'a#2', 'text': 'three'}, '{"segment":1,"segment_of":"a"}')
    """
    rows = PathRows(batch_bytes)
    more = blank = 0
    for path, batch in parts:
        batch = _decoded(batch)
        cuts = segments(batch["text"], options)
        for row, (columns, spans) in enumerate(zip(batch.to_pylist(), cuts, strict=True)):
            file = path if isinstance(path, str) else path[row]
            record = columns.pop("record")
            text = columns.pop("text")
            content = None if text is None else text.encode()
            metadata = columns.pop("metadata")
            if content is None or columns["drop_reason"] is not None:
                known = None if metadata is None else metadata.encode()
                yield from rows.add(file, record, {**columns, "metadata": known, "text": content})
                continue
            # A text with nothing but blank segments stays whole, for it is a record.
            kept = [span for span in spans if content[slice(*span)].strip()]
            blank += len(spans) - len(kept) if kept else 0
            kept = kept or [(0, len(content))]
            more += len(kept) - 1
            for number, (start, end) in enumerate(kept):
                segment = _numbered(columns["id"], metadata, number)
                yield from rows.add(
                    file, record, {**columns, **segment, "text": content[start:end]}
                )
    yield from rows.finish()
    for name, times in (("split-segment", more), ("skipped-blank-segment", blank)):
        if times:
            count(name, times)


def _decoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Returns the rows with text for the raw bytes of plain texts."""
    plain = pc.fill_null(pc.equal(batch["mime"], "text/plain"), False)
    if not pc.any(pc.and_(plain, batch["raw"].is_valid())).as_py():
        return batch
    rows = batch.to_pylist()
    for row in rows:
        decode_plain(row)
    return pa.RecordBatch.from_pylist(rows, batch.schema)


def _numbered(id_: str | None, metadata: str | None, number: int) -> dict[str, Any]:
    """Returns id and metadata of a segment."""
    entries: dict[str, Any] = {"segment": number}
    if id_ is not None:
        entries["segment_of"] = id_
    return {
        "id": None if id_ is None else f"{id_}#{number}",
        "metadata": with_entries(metadata, entries),
    }


def segments(texts: pa.Array, options: SplitOptions) -> list[list[Span]]:
    r"""Returns where the segments of texts begin and end; blank ones are among them.

    Without a length, at everything that is found. With one, a text that is not longer is whole; of
    a longer one the first segment is what its length holds, up to the last place that is found in
    it, and so on; where nothing is found it ends at its length, and the next one begins `overlap`
    before its end.

    Args:
        texts: `string`, N texts; null has no segments.
        options: where to cut.

    Returns:
        N lists of (first byte, byte behind the last).

    >>> text = "ab\n\ncd\n\nefghij"
    >>> def cut(**options):
    ...     [spans] = segments(pa.array([text]), SplitOptions(**options))
    ...     return [text[slice(*span)] for span in spans]
    >>> cut(at=r"\n\n"), cut(at=r"\n\n", found="begins")
    (['ab', 'cd', 'efghij'], ['ab', '\n\ncd', '\n\nefghij'])
    >>> cut(at=r"\n\n", max_chars=8), cut(max_chars=8, overlap=2)
    (['ab\n\ncd', 'efghij'], ['ab\n\ncd\n\n', '\n\nefghij'])
    """
    places = _places(texts, options) if options.at else [[] for _ in range(len(texts))]
    contents = [None if text is None else text.encode() for text in texts.to_pylist()]
    length = options.length
    if length is None:
        return [
            [] if content is None else _at_all(len(content), found, options)
            for content, found in zip(contents, places, strict=True)
        ]
    units = _words(texts) if options.max_words else map(_characters, contents)
    return [
        [] if content is None else _by_length(starts, len(content), found, options, length)
        for content, found, starts in zip(contents, places, units, strict=True)
    ]


def _edges(found: Span, options: SplitOptions) -> Span:
    """Returns where the segment before what is found ends, and where the next one begins."""
    start, end = found
    if options.found == "begins":
        return start, start
    return (end, end) if options.found == "ends" else (start, end)


def _at_all(size: int, places: list[Span], options: SplitOptions) -> list[Span]:
    spans = []
    begin = 0
    for found in places:
        before, behind = _edges(found, options)
        spans.append((begin, before))
        begin = behind
    return [*spans, (begin, size)]


def _by_length(
    starts: NDArray[np.int64],
    size: int,
    places: list[Span],
    options: SplitOptions,
    length: int,
) -> list[Span]:
    """Cuts a text of which the units (characters, words) begin at `starts`."""
    spans = []
    begin = done = next_unit = 0
    while len(starts) - next_unit > length:
        limit = int(starts[next_unit + length])
        # The last place that the segment holds whole, and that leaves something of it.
        last = done
        while last < len(places) and places[last][1] <= limit:
            last += 1
        place = next(
            (edges for found in reversed(places[done:last])
             if (edges := _edges(found, options))[0] > begin),
            None,
        )  # fmt: skip
        done = last
        if place is not None:
            spans.append((begin, place[0]))
            begin = place[1]
            next_unit = int(np.searchsorted(starts, begin))
        else:
            spans.append((begin, limit))
            next_unit += length - options.overlap
            begin = int(starts[next_unit])
        while done and places[done - 1][0] >= begin:
            done -= 1
    return [*spans, (begin, size)]


def _characters(content: bytes | None) -> NDArray[np.int64]:
    """int64[N], where characters begin."""
    data = np.frombuffer(content or b"", np.uint8)
    return np.flatnonzero((data & 0xC0) != 0x80)


def _words(texts: pa.Array) -> Iterator[NDArray[np.int64]]:
    """Yields where the words of each text begin."""
    words = split_words(texts)
    first_bytes = utf8_buffers(as_texts(texts)).offsets
    for row, byte in enumerate(first_bytes[:-1]):
        found = words.starts[words.offsets[row] : words.offsets[row + 1]]
        yield found.astype(np.int64) - byte


def _places(texts: pa.Array, options: SplitOptions) -> list[list[Span]]:
    """Returns what the expression finds in each text, in bytes.

    RE2 tells what it finds only by replacing it: a mark is put before and behind it.
    """
    places: list[list[Span]] = [[] for _ in range(len(texts))]
    holds = pc.fill_null(pc.match_substring_regex(texts, options.at), False)
    rows = np.flatnonzero(holds.to_numpy(zero_copy_only=False))
    found = texts.take(pa.array(rows))
    mark = _free_mark(found)
    if mark is None:
        # Somebody has written them all into one text, which has to be that of one row to be left.
        if len(rows) > 1:
            for row in rows:
                [places[row]] = _places(texts.slice(row, 1), options)
        return places
    marked = pc.replace_substring_regex(found, options.at, f"{mark}\\0{mark}")
    for row, parts in zip(rows, pc.split_pattern(marked, mark).to_pylist(), strict=True):
        at = 0
        for number, part in enumerate(parts):
            size = len(part.encode())
            if number % 2:
                places[row].append((at, at + size))
            at += size
    return places


def _free_mark(texts: pa.Array) -> str | None:
    """Returns a character that is in none of the texts."""
    for mark in _MARKS:
        if not pc.any(pc.match_substring(texts, mark)).as_py():
            return mark
    return None
