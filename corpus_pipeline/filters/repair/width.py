"""Full-width and half-width characters, in the width that text has.

    letters   ＡＢＣ１２３ -> ABC123, ｶﾞｲﾄﾞ -> ガイド; what half-width kana are written with (｡｢｣､･ｰ)
    all       also ，！（ -> ,!( and the ideographic space; symbols (￥ -> ¥)

The punctuation of Chinese and Japanese text is full-width; so `letters` leaves it alone.
"""

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode, encode
from corpus_pipeline.text.columns import string_column, utf8_buffers

_HALF_KANA = (
    "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ"
    "ヤユヨラリルレロワン゛゜"
)
_FIRST_HALF = 0xFF61
_SYMBOLS = {0xFFE0: "¢", 0xFFE1: "£", 0xFFE2: "¬", 0xFFE3: "¯", 0xFFE4: "¦", 0xFFE5: "¥",
            0xFFE6: "₩", 0xFFE8: "│", 0xFFE9: "←", 0xFFEA: "↑", 0xFFEB: "→", 0xFFEC: "↓",
            0xFFED: "■", 0xFFEE: "○", 0x3000: " "}  # fmt: skip
#: Kana that take a voiced sound mark, and those that take a semi-voiced one: the next code point,
#: or the one after it.
_VOICED = "カキクケコサシスセソタチツテトハヒフヘホ"
_SEMIVOICED = "ハヒフヘホ"
_OTHER_VOICED = {"ウ": "ヴ", "ワ": "ヷ", "ヲ": "ヺ"}
_MARK, _HALF_MARK = 0xFF9E, 0xFF9F


@cache
def _table(everything: bool) -> NDArray[np.uint16]:
    """uint16[0x10000], what each code point becomes; 0: it stays."""
    table = np.zeros(0x10000, np.uint16)
    for code in range(0xFF01, 0xFF5F):
        if everything or chr(code - 0xFEE0).isalnum():
            table[code] = code - 0xFEE0
    for code, kana in enumerate(_HALF_KANA, _FIRST_HALF):
        table[code] = ord(kana)
    if everything:
        for code, symbol in _SYMBOLS.items():
            table[code] = ord(symbol)
    return table


@cache
def _marks() -> NDArray[np.uint16]:
    """uint16[2, 0x100], from U+3000 on: kana with a voiced and a semi-voiced mark; 0: none."""
    marks = np.zeros((2, 0x100), np.uint16)
    for kana in _VOICED:
        marks[0, ord(kana) - 0x3000] = ord(kana) + 1
    for kana in _SEMIVOICED:
        marks[1, ord(kana) - 0x3000] = ord(kana) + 2
    for kana, voiced in _OTHER_VOICED.items():
        marks[0, ord(kana) - 0x3000] = ord(voiced)
    return marks


@kernel
def _count(data, offsets, table, counts):  # type: ignore[no-untyped-def]
    """Fills `counts`, int32[N], with the characters that change."""
    for row in range(len(offsets) - 1):
        i = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        count = np.int32(0)
        while i < stop:
            b = data[i]
            # All of them begin with the byte EF or are U+3000.
            if b == 0xEF or b == 0xE3:
                code_point = (
                    (np.int64(b) & 0x0F) << 12
                    | (np.int64(data[i + 1]) & 0x3F) << 6
                    | (np.int64(data[i + 2]) & 0x3F)
                )
                count += table[code_point] != 0
                i += 3
            else:
                i += 1
        counts[row] = count


@kernel
def _write(data, offsets, rows, table, marks, out, out_offsets):  # type: ignore[no-untyped-def]
    """Writes the texts, those of `rows`, bool[N], with other characters."""
    o = np.int64(0)
    out_offsets[0] = 0
    for row in range(len(offsets) - 1):
        i = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        if not rows[row]:
            out[o : o + stop - i] = data[i:stop]
            o += stop - i
            out_offsets[row + 1] = o
            continue
        while i < stop:
            if data[i] != 0xEF and data[i] != 0xE3:
                out[o] = data[i]
                o += 1
                i += 1
                continue
            code_point, following = decode(data, i)
            new = np.int64(table[code_point])
            if new == 0:
                out[o : o + 3] = data[i:following]
                o += 3
                i = following
                continue
            if _FIRST_HALF <= code_point < _MARK and following < stop and data[following] == 0xEF:
                mark, after = decode(data, following)
                if _MARK <= mark <= _HALF_MARK and marks[mark - _MARK, new - 0x3000]:
                    new = np.int64(marks[mark - _MARK, new - 0x3000])
                    following = after
            o = encode(out, o, new)
            i = following
        out_offsets[row + 1] = o


def fold_width(
    texts: pa.Array, rows: NDArray[np.bool_], everything: bool = False
) -> tuple[pa.Array, NDArray[np.int32]]:
    """Gives characters of the chosen rows their usual width; a text of none comes back as it is.

    Args:
        texts: `string`, N texts.
        rows: bool[N].
        everything: punctuation, symbols and the ideographic space too.

    Returns:
        (the texts, int32[N] characters that were replaced).

    >>> texts, changed = fold_width(pa.array(["ＡＢ，１２　ｶﾞｲﾄﾞ｡"]), np.array([True]))
    >>> texts.to_pylist(), changed.tolist()
    (['AB，12　ガイド。'], [10])
    """
    data, offsets = utf8_buffers(texts)
    table = _table(everything)
    counts = np.empty(len(texts), np.int32)
    _count(data, offsets, table, counts)
    counts[~rows] = 0
    if not counts.any():
        return texts, counts
    # No character takes more bytes than before.
    out = np.empty(int(offsets[-1] - offsets[0]), np.uint8)
    out_offsets = np.empty(len(texts) + 1, np.int32)
    _write(data, offsets, counts > 0, table, _marks(), out, out_offsets)
    nulls = np.asarray(texts.is_null())
    return string_column(out[: out_offsets[-1]], out_offsets, nulls), counts
