"""Finds postal addresses of China and its neighbours in a column of texts."""

import re

import numpy as np

from corpus_pipeline.scrub.entities import INDEX
from corpus_pipeline.scrub.postal.cjk_anchors import KOREAN, LABELLED, LOT, NUMBER, find_anchors
from corpus_pipeline.scrub.postal.cjk_china import find_numbered
from corpus_pipeline.scrub.postal.cjk_folding import fold_address
from corpus_pipeline.scrub.postal.cjk_japan import find_japanese
from corpus_pipeline.scrub.postal.cjk_korea import find_korean
from corpus_pipeline.scrub.postal.cjk_labels import find_labelled
from corpus_pipeline.scrub.spans import Spans, made_spans
from corpus_pipeline.text.columns import Utf8

#: Bytes that rules see before and behind an anchor.
_BEFORE = 220
_BEHIND = 220
#: So many anchors in a row that no address is at, each at most so many bytes behind the one before,
#: are a table or junk, of which the rest is not read.
_MOST_IN_VAIN = 24
_DENSE = 32

_JAPANESE = re.compile("[ぁ-ヺ都府県]|丁目|番地")
#: A number behind a place begins so, folded or not.
_NUMBER = re.compile(
    r""
    r"[\s东東西南北中甲乙丙丁戊附临臨新第]{0,3}[\dA-Za-z０-９Ａ-Ｚａ-ｚ〇○零一二三四五六七八九十百]"
)
_ADDRESS = INDEX["ADDRESS"]


def find_cjk_addresses(text: Utf8) -> Spans:
    """Finds the addresses of a column of N texts; they do not overlap.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> text = utf8_buffers(pa.array(["住址：江苏省苏州市吴中区东吴北路8号3栋501室，张三"]))
    >>> for start, end in zip(*find_cjk_addresses(text)[1:3]):
    ...     print(text.data[start:end].tobytes().decode())
    江苏省苏州市吴中区东吴北路8号3栋501室
    """
    anchors = find_anchors(text)
    data = memoryview(text.data.data)
    order = np.lexsort((anchors.positions, anchors.rows))
    found: list[tuple[int, int, int, int, float]] = []
    row, done, last, in_vain = -1, 0, 0, 0
    for each, position, kind in zip(
        anchors.rows[order].tolist(),
        anchors.positions[order].tolist(),
        anchors.kinds[order].tolist(),
        strict=True,
    ):
        if each != row:
            row, done, in_vain = each, int(text.offsets[each]), 0
        if position < done:
            continue
        in_vain = in_vain + 1 if position - last <= _DENSE else 0
        last = position
        if in_vain > _MOST_IN_VAIN:
            continue
        stop = int(text.offsets[row + 1])
        span = _read(
            data, max(done, position - _BEFORE), position, min(stop, position + _BEHIND), kind
        )
        if span is not None:
            found.append((row, *span, _ADDRESS, 0.85))
            done, in_vain = span[1], 0
    return made_spans(found)


def _read(
    data: memoryview, first: int, position: int, last: int, kind: int
) -> tuple[int, int] | None:
    """Reads the address at an anchor; returns bytes of the buffer."""
    # A cut may go through a character; what is left of it is ignored.
    left = str(data[first:position], "utf-8", "ignore")
    right = str(data[position:last], "utf-8", "ignore")
    if kind == NUMBER and not _NUMBER.match(right):
        return None
    original = left + right
    folded = fold_address(original)
    span = None
    if kind == NUMBER:
        span = find_numbered(folded, original, len(left))
    elif kind == LABELLED:
        span = find_labelled(folded, original, len(left))
    elif kind == KOREAN:
        span = find_korean(folded, len(left))
    japanese = kind not in (NUMBER, LOT) or _JAPANESE.search(folded) is not None
    if span is None and kind != KOREAN and japanese:
        span = find_japanese(folded, len(left), kind)
    if span is None and kind == LOT:
        span = find_numbered(folded, original, len(left)) or find_japanese(folded, len(left), kind)
    if span is None:
        return None
    begin = position - len(left.encode())
    start = begin + len(original[: span[0]].encode())
    return start, start + len(original[span[0] : span[1]].encode())
