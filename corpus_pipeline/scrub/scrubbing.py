"""Replaces personal data in a column of texts, counts it, and lists where it was."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.scrub.actions import KEEP, Actions
from corpus_pipeline.scrub.columns import FINDINGS, PII_MEASURES
from corpus_pipeline.scrub.entities import COLUMNS, ENTITIES, TABLE
from corpus_pipeline.scrub.finding import Finders
from corpus_pipeline.scrub.spans import Spans
from corpus_pipeline.text.columns import Utf8, as_texts, string_column, utf8_buffers

_COLUMN_OF = np.array([list(COLUMNS).index(entity.column) for entity in TABLE])


class Scrubbed(NamedTuple):
    """N texts without personal data."""

    texts: pa.Array
    """string[N]; null where the input is null."""
    counts: pa.RecordBatch
    """N rows of `PII_MEASURES`: what was replaced."""
    findings: pa.Array
    """list<struct>[N] of `FINDINGS`, what was found and kept included; null where the text is."""


def scrub_texts(
    texts: pa.Array,
    finders: Finders,
    actions: Actions | None = None,
    *,
    languages: Sequence[str | None] | None = None,
    source: str | None = None,
    field: str = "text",
) -> Scrubbed:
    """Replaces personal data in a `string` column of N texts.

    Texts without any keep their bytes; a column without any is returned as it came. A text becomes
    the same in whatever column it stands.

    Args:
        texts: the column.
        finders: what is looked for (`finding.load_finders`).
        actions: what is done with it; placeholders, if nothing else is said.
        languages: N codes, where they are known.
        source: that the texts are from, for rules of actions.
        field: of the documents that the texts are, for the list of findings.

    >>> from corpus_pipeline.scrub.finding import load_finders
    >>> from corpus_pipeline.scrub.spans import FinderOptions
    >>> finders = load_finders(["PHONE_NUMBER"], FinderOptions())
    >>> scrubbed = scrub_texts(pa.array(["请致电13812345678。", None, "无"]), finders)
    >>> scrubbed.texts.to_pylist()
    ['请致电<PHONE_NUMBER>。', None, '无']
    >>> scrubbed.counts["pii_phone"].to_pylist()
    [1, None, 0]
    >>> scrubbed.findings.to_pylist()[0][0]["entity"], scrubbed.findings.to_pylist()[0][0]["start"]
    ('PHONE_NUMBER', 3)
    """
    texts = as_texts(texts)
    actions = actions or Actions(())
    languages = languages or [None] * len(texts)
    text = utf8_buffers(texts)
    spans = finders.find(text, languages)
    nulls = np.asarray(texts.is_null())
    choices = [
        actions.choices(languages[row], source)[entity]
        for row, entity in zip(spans.rows.tolist(), spans.entities.tolist(), strict=True)
    ]
    replaced = np.array([choice.action != KEEP for choice in choices], bool)
    counts = np.zeros((len(COLUMNS), len(texts)), np.int32)
    np.add.at(counts, (_COLUMN_OF[spans.entities[replaced]], spans.rows[replaced]), 1)
    measures = pa.record_batch(
        [pa.array(column, pa.int32(), mask=nulls) for column in counts], schema=PII_MEASURES
    )
    data = memoryview(text.data.data)
    written = [
        bytes(data[start:end]) if choice.action == KEEP
        else actions.written(choice, bytes(data[start:end]), entity)
        for choice, start, end, entity in zip(
            choices, spans.starts.tolist(), spans.ends.tolist(), spans.entities.tolist(),
            strict=True,
        )
    ]  # fmt: skip
    actions_taken = [choice.action for choice in choices]
    findings = _findings(field, text, spans, actions_taken, written, nulls)
    if replaced.any():
        new_data, offsets = _replaced(text, spans, written)
        texts = string_column(new_data, offsets, nulls)
    return Scrubbed(texts, measures, findings)


def _replaced(
    text: Utf8, spans: Spans, written: list[bytes]
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Copies the buffers of a column with other bytes in the place of each span."""
    data = memoryview(text.data.data)
    pieces: list[bytes | memoryview] = []
    position = int(text.offsets[0])
    for start, end, new in zip(spans.starts.tolist(), spans.ends.tolist(), written, strict=True):
        pieces += (data[position:start], new)
        position = end
    pieces.append(data[position : int(text.offsets[-1])])
    growth = np.zeros(len(text.offsets), np.int64)
    widths = np.array([len(new) for new in written], np.int64)
    np.add.at(growth, spans.rows + 1, widths - (spans.ends - spans.starts))
    offsets = text.offsets.astype(np.int64) - int(text.offsets[0]) + np.cumsum(growth)
    return np.frombuffer(b"".join(pieces), np.uint8), offsets.astype(np.int32)


def _findings(
    field: str,
    text: Utf8,
    spans: Spans,
    actions: list[str],
    written: list[bytes],
    nulls: NDArray[np.bool_],
) -> pa.Array:
    """Lists the findings of each text, with places in characters before and after."""
    starts = np.zeros(len(spans.rows), np.int64)
    lengths, now, new_lengths = starts.copy(), starts.copy(), starts.copy()
    before = -1
    shift = seen = position = 0
    for index, (row, start, end) in enumerate(
        zip(spans.rows.tolist(), spans.starts.tolist(), spans.ends.tolist(), strict=True)
    ):
        if row != before:
            before, shift, seen, position = row, 0, 0, int(text.offsets[row])
        seen += characters(text.data[position:start])
        position = start
        starts[index], now[index] = seen, seen + shift
        lengths[index] = characters(text.data[start:end])
        new_lengths[index] = characters(np.frombuffer(written[index], np.uint8))
        shift += int(new_lengths[index] - lengths[index])
    structs = pa.StructArray.from_arrays(
        [
            pa.array([field] * len(starts), pa.string()),
            pa.array(starts, pa.int32()),
            pa.array(starts + lengths, pa.int32()),
            pa.array(now, pa.int32()),
            pa.array(now + new_lengths, pa.int32()),
            pa.array([ENTITIES[entity] for entity in spans.entities.tolist()], pa.string()),
            pa.array(spans.scores, pa.float32()),
            pa.array(actions, pa.string()),
        ],
        fields=list(FINDINGS),
    )
    offsets = np.zeros(len(nulls) + 1, np.int32)
    np.add.at(offsets, spans.rows + 1, 1)
    offsets = np.cumsum(offsets, dtype=np.int32)
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), structs, mask=pa.array(nulls) if nulls.any() else None
    )


def characters(data: NDArray[np.uint8]) -> int:
    """Counts the characters of some UTF-8.

    >>> characters(np.frombuffer("文a".encode(), np.uint8))
    2
    """
    return int(np.count_nonzero((data & 0xC0) != 0x80))
