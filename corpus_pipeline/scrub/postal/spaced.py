"""Addresses in scripts with spaces, in a column of texts."""

import functools

from corpus_pipeline.scrub.entities import INDEX
from corpus_pipeline.scrub.postal.grammar import ENOUGH, Address, find_addresses
from corpus_pipeline.scrub.postal.scan import find_windows
from corpus_pipeline.scrub.spans import Spans, made_spans
from corpus_pipeline.text.columns import Utf8

#: Bytes that the grammar sees before a window and behind it; and for an address that reaches the
#: border of those: lines of a block.
_NEAR = (80, 72)
_FAR = (200, 400)
#: An address this near to a border may go on behind it.
_BORDER = 16
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
        bounds = int(text.offsets[row]), int(text.offsets[row + 1])
        for begin, stop, weight in _find_around(data, start, end, bounds):
            if stop > start - 8 and begin < end + 8:
                found[begin, stop] = min(1.0, weight / (2 * ENOUGH))
                rows[begin, stop] = row
    return made_spans((rows[at], *at, _ADDRESS, score) for at, score in found.items())


@functools.lru_cache(1024)
def _addresses(window: str) -> tuple[Address, ...]:
    """Reads a window; footers and forms of pages repeat."""
    return tuple(find_addresses(window))


def _find_around(
    data: memoryview, start: int, end: int, bounds: tuple[int, int]
) -> list[tuple[int, int, int]]:
    """Finds the addresses in a window and around it: first byte, last + 1, weight."""
    found: list[tuple[int, int, int]] = []
    for before, after in (_NEAR, _FAR):
        low, high = _bounds(data, start - before, end + after, *bounds)
        window = str(data[low:high], "utf-8", "ignore")
        addresses = _addresses(window)
        found = []
        for address in addresses:
            begin = low + len(window[: address.start].encode())
            stop = begin + len(window[address.start : address.end].encode())
            found.append((begin, stop, address.weight))
        if not found or (
            (found[0][0] > low + _BORDER or low == bounds[0])
            and (found[-1][1] < high - _BORDER or high == bounds[1])
        ):
            break
    return found


def _bounds(data: memoryview, low: int, high: int, first: int, last: int) -> tuple[int, int]:
    """Moves the bounds of a window outwards to borders of characters, and of words at its begin."""
    low, high = max(first, low), min(last, high)
    limit = max(first, low - 24)
    while low > first and (data[low] & 0xC0 == 0x80 or (low > limit and _is_letter(data[low - 1]))):
        low -= 1
    while high < last and data[high] & 0xC0 == 0x80:
        high += 1
    return low, high


def _is_letter(byte: int) -> bool:
    return 0x30 <= byte <= 0x39 or 0x41 <= byte | 0x20 <= 0x7A or byte >= 0x80
