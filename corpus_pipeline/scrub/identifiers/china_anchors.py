"""Where in a column of texts an identifier of China and its neighbours could be.

车牌京A·12345         the character of a province, a letter; 使, a digit
护照号E12345678       a word of two characters that is in `_WORDS`
91350211MA2XYZ1A2B   18 characters
A123456789           a letter and nine digits
A123456(3)           one or two letters, six digits, a bracket
"""

import string
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import Utf8

#: What an anchor marks.
PLATE, WORDED, USCC, TAIWANESE, BRACKETED = range(5)

#: Provinces as licence plates write them (GA 36-2018).
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
#: Two characters of the words for a passport, a permit, a personal number, an identity card,
#: a birth.
_WORDS = "护照 護照 行证 行證 胞证 胞證 乡证 鄉證 人番 イナ 身份 身分 出生 生于 生於 生日 诞生 誕生"

_PROVINCE: Final = 1
_WORD: Final = 2
_LETTER: Final = 4
_DIGIT: Final = 8
_BRACKET: Final = 16
_ENVOY: Final = 32


def _character_classes() -> NDArray[np.uint8]:
    classes = np.zeros(0x10000, np.uint8)
    for character in PROVINCES:
        classes[ord(character)] |= _PROVINCE
    classes[ord("使")] |= _ENVOY
    for pair in _WORDS.split():
        classes[ord(pair[1])] |= _WORD
    for character in string.ascii_letters + string.digits:
        flag = _DIGIT if character.isdigit() else _LETTER
        for code in (ord(character), ord(character) + 0xFEE0):
            classes[code] |= flag
    for character in "(（":
        classes[ord(character)] |= _BRACKET
    return classes


_CLASSES = _character_classes()
_PAIRS = np.array(sorted(ord(p[0]) << 16 | ord(p[1]) for p in _WORDS.split()), np.int64)


class Anchors(NamedTuple):
    """A places, ascending by row and byte."""

    rows: NDArray[np.int32]
    """int32[A], the row of the column."""
    positions: NDArray[np.int32]
    """int32[A], a byte of the column's data buffer: the first of the plate or of the characters,
    the one behind the word."""
    kinds: NDArray[np.int32]
    """int32[A], PLATE, WORDED, USCC, TAIWANESE or BRACKETED."""


@kernel
def _scan(data, offsets, classes, pairs, rows, positions, kinds):  # type: ignore[no-untyped-def]
    """Fills the arrays of `Anchors`, which have room for one anchor per two bytes; returns A."""
    count = 0
    for row in range(len(offsets) - 1):
        i, stop = offsets[row], offsets[row + 1]
        # The letters and digits that end here: first byte, how many, leading letters, digits.
        start, size, leading, digits = i, 0, 0, 0
        province, envoy, before = i - 9, i - 9, 0
        while i <= stop:
            flags, width, code = 0, 1, 0
            if i < stop:
                byte = data[i]
                if byte < 0x80:
                    code = int(byte)
                    flags = classes[byte]
                elif byte < 0xE0:
                    width = 2
                elif byte < 0xF0:
                    code = (byte & 0x0F) << 12 | (data[i + 1] & 0x3F) << 6 | data[i + 2] & 0x3F
                    flags = classes[code]
                    width = 3
                else:
                    width = 4
            if flags & (_LETTER | _DIGIT):
                if size == 0:
                    start, leading, digits = i, 0, 0
                    if (flags & _LETTER and i - province <= 2) or (flags & _DIGIT and i == envoy):
                        rows[count], positions[count] = row, max(province, envoy) - 3
                        kinds[count] = PLATE
                        count += 1
                if flags & _DIGIT:
                    digits += 1
                elif digits == 0:
                    leading += 1
                size += 1
            else:
                kind = -1
                if size == 18 and digits >= 9:
                    kind = USCC
                elif size == 10 and leading == 1 and digits == 9:
                    kind = TAIWANESE
                elif flags & _BRACKET and digits == 6 and size - leading == 6 and 0 < leading < 3:
                    kind = BRACKETED
                if kind >= 0:
                    rows[count], positions[count], kinds[count] = row, start, kind
                    count += 1
                size = 0
                if flags & _PROVINCE:
                    province = i + width
                elif flags & _ENVOY:
                    envoy = i + width
                if flags & _WORD:
                    pair = before << 16 | code
                    low = np.searchsorted(pairs, pair)
                    if low < len(pairs) and pairs[low] == pair:
                        rows[count], positions[count] = row, i + width
                        kinds[count] = WORDED
                        count += 1
            before = code
            i += width
    return count


def find_anchors(text: Utf8) -> Anchors:
    """Finds every place of a column where an identifier could be.

    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> import pyarrow as pa
    >>> anchors = find_anchors(utf8_buffers(pa.array(["京A12345", "护照E1", "A123456(3)"])))
    >>> anchors.rows.tolist(), anchors.positions.tolist(), anchors.kinds.tolist()
    ([0, 1, 2], [0, 15, 17], [0, 1, 4])
    """
    room = int(text.offsets[-1] - text.offsets[0]) // 2 + 8
    rows, positions = np.empty(room, np.int32), np.empty(room, np.int32)
    kinds = np.empty(room, np.int32)
    count = _scan(text.data, text.offsets, _CLASSES, _PAIRS, rows, positions, kinds)
    return Anchors(rows[:count].copy(), positions[:count].copy(), kinds[:count].copy())
