"""Kernels that extend a run know the same characters as the folding of rules."""

import unicodedata

import numpy as np
import pytest

from corpus_pipeline.scrub.folding import DECADES, fold
from corpus_pipeline.scrub.runs import FLAGS, number_run

CODES = [code for code in range(0x80, 0x110000) if not 0xD800 <= code < 0xE000]


@pytest.fixture(scope="module")
def said() -> dict[int, str]:
    """What the kernel says of a character between two digits."""
    text = "".join(f"1{chr(code)}2|" for code in CODES)
    data = np.frombuffer(text.encode(), np.uint8)
    result = {}
    start = 0
    for code in CODES:
        width = len(chr(code).encode())
        end, digits = number_run(data, start, len(data), FLAGS)
        if end == start + 1:
            result[code] = "none"
        else:
            assert end == start + width + 2, hex(code)
            result[code] = "digit" if digits == 3 else "between"
        start += width + 3
    return result


def test_kernel_and_folding_agree(said: dict[int, str]) -> None:
    for code in CODES:
        plain = fold(f"1{chr(code)}2").plain[1:-1]
        if plain.isascii() and plain.isdigit():
            assert said[code] == "digit", hex(code)
        elif plain in ("", " ", "-", "~", "/", ".", "(", ")", "[", "]"):
            assert said[code] == "between", hex(code)
        else:
            assert said[code] == "none", hex(code)


def test_spaces_dashes_and_invisible_characters_of_unicode(said: dict[int, str]) -> None:
    # Signs that are seen though they are of the category of what is not.
    seen = {0x6DD, 0x70F, 0x8E2, 0x110BD, 0x110CD, *range(0x600, 0x606), 0x890, 0x891}
    for code in CODES:
        category = unicodedata.category(chr(code))
        joins_signs = 0x13430 <= code <= 0x1343F
        if category in ("Zs", "Pd", "Cf") and code not in seen and not joins_signs:
            assert said[code] == "between", hex(code)


def test_digits_of_unicode(said: dict[int, str]) -> None:
    known = {zero + value: value for zero in DECADES for value in range(10)}
    for code in CODES:
        if unicodedata.category(chr(code)) == "Nd":
            assert known[code] == unicodedata.digit(chr(code))
        assert (said[code] == "digit") == (code in known), hex(code)
