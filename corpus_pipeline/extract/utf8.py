"""How much of a page is text, and UTF-8, counted at 150 MB/s to 1 GB/s without decoding."""

from typing import Final, NamedTuple

import numpy as np

from corpus_pipeline.kernels import kernel


class Utf8Counts(NamedTuple):
    """What speaks for UTF-8 and against it."""

    characters: int
    """Valid sequences of two to four bytes. Halves of surrogate pairs, which some databases write
    for characters beyond the basic plane, count, too."""
    character_bytes: int
    """Bytes of the valid sequences."""
    bad: int
    """Places that are not UTF-8: as many as a decoder finds, but that an overlong form of two bytes
    is one place, and that a character cut off at the end is none."""
    controls: int
    """Control characters that no text has: neither white space nor the escape of ISO-2022."""


_SURROGATES: Final = 0xED
#: Of eight bytes; without them all are ASCII.
_HIGH_BITS: Final = np.uint64(0x8080808080808080)


def utf8_counts(data: bytes) -> Utf8Counts:
    """Counts sequences of several bytes, and bytes that belong to no text.

    >>> utf8_counts("今天 é".encode() + b"\\0\\xe9 \\xe4\\xbb")
    Utf8Counts(characters=3, character_bytes=8, bad=1, controls=1)
    """
    array = np.frombuffer(data, np.uint8)
    words = array[: len(array) // 8 * 8].view(np.uint64)
    return Utf8Counts(*_utf8_counts(array, words))


@kernel
def _utf8_counts(data, words):  # type: ignore[no-untyped-def]
    stop = len(data)
    characters = 0
    character_bytes = 0
    bad = 0
    controls = 0
    for b in data:
        controls += (b < 0x09) | ((b > 0x0D) & (b < 0x20) & (b != 0x1B))
    i = 0
    while i < stop:
        if i % 8 == 0 and i // 8 < len(words) and words[i // 8] & _HIGH_BITS == 0:
            i += 8
            continue
        lead = data[i]
        if lead < 0x80:
            i += 1
            continue
        if lead < 0xC2 or lead > 0xF4:
            bad += 1
            i += 1
            # An overlong form.
            if 0xC0 <= lead <= 0xC1 and i < stop and 0x80 <= data[i] <= 0xBF:
                i += 1
            continue
        length = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        found = 1
        while found < length and i + found < stop:
            b = data[i + found]
            low = 0x80
            high = 0xBF
            if found == 1:
                if lead == 0xE0:
                    low = 0xA0
                elif lead == 0xF0:
                    low = 0x90
                elif lead == 0xF4:
                    high = 0x8F
            if b < low or b > high:
                break
            found += 1
        if found == length:
            characters += 1
            if lead != _SURROGATES or data[i + 1] < 0xA0:
                character_bytes += length
        elif i + found < stop:
            bad += 1
        i += found
    return characters, character_bytes, bad, controls
