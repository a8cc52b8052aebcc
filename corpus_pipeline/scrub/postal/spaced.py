"""Addresses in scripts with spaces, in a column of texts."""

from corpus_pipeline.scrub.entities import INDEX
from corpus_pipeline.scrub.postal.grammar import ENOUGH, find_addresses
from corpus_pipeline.scrub.postal.scan import find_windows
from corpus_pipeline.scrub.spans import Spans, made_spans
from corpus_pipeline.text.columns import Utf8

#: Bytes of a window's row that the grammar sees before it and behind it.
_BEFORE = 120
_AFTER = 200
_ADDRESS = INDEX["ADDRESS"]


def find_spaced_addresses(text: Utf8) -> Spans:
    """Finds addresses in a column of N texts.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> data = utf8_buffers(pa.array(["Anschrift: Hauptstr. 12a, 10115 Berlin.", "12 cars"]))
    >>> spans = find_spaced_addresses(data)
    >>> data.data[spans.starts[0]:spans.ends[0]].tobytes().decode()
    'Hauptstr. 12a, 10115 Berlin'
    """
    windows = find_windows(text)
    data = memoryview(text.data.data)
    found: dict[tuple[int, int], float] = {}
    rows: dict[tuple[int, int], int] = {}
    for row, start, end in zip(
        windows.rows.tolist(), windows.starts.tolist(), windows.ends.tolist(), strict=True
    ):
        first, last = int(text.offsets[row]), int(text.offsets[row + 1])
        low, high = _bounds(data, max(first, start - _BEFORE), min(last, end + _AFTER), first, last)
        window = str(data[low:high], "utf-8", "ignore")
        for address in find_addresses(window):
            begin = low + len(window[: address.start].encode())
            stop = begin + len(window[address.start : address.end].encode())
            if stop > start - 8 and begin < end + 8:
                found[begin, stop] = min(1.0, address.weight / (2 * ENOUGH))
                rows[begin, stop] = row
    return made_spans((rows[at], *at, _ADDRESS, score) for at, score in found.items())


def _bounds(data: memoryview, low: int, high: int, first: int, last: int) -> tuple[int, int]:
    """Moves the bounds of a window outwards to borders of characters, and of words at its begin."""
    limit = max(first, low - 24)
    while low > first and (data[low] & 0xC0 == 0x80 or (low > limit and _is_letter(data[low - 1]))):
        low -= 1
    while high < last and data[high] & 0xC0 == 0x80:
        high += 1
    return low, high


def _is_letter(byte: int) -> bool:
    return 0x30 <= byte <= 0x39 or 0x41 <= byte | 0x20 <= 0x7A or byte >= 0x80
