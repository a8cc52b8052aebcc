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
_WORDS = (
    "护照 護照 行证 行證 胞证 胞證 乡证 鄉證 人番 イナ 身份 身分 出生 生于 生於 生日 诞生 誕生 "
    "日生 号生 號生 一生 二生 三生 四生 五生 六生 七生 八生 九生 十生"
)

_PROVINCE: Final = 1
_WORD: Final = 2
_LETTER: Final = 4
_DIGIT: Final = 8
_BRACKET: Final = 16
_ENVOY: Final = 32
_ALNUM: Final = _LETTER | _DIGIT


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


def _triggers() -> NDArray[np.bool_]:
    """bool[256], digits and bytes with which characters of U+3000 and beyond begin."""
    triggers = np.zeros(256, np.bool_)
    triggers[list(string.digits.encode())] = True
    triggers[0xE3:0xF0] = True
    return triggers


_CLASSES = _character_classes()
_TRIGGERS = _triggers()
#: The six bytes of each pair, as a number.
_PAIRS = np.array([int.from_bytes(pair.encode(), "big") for pair in _WORDS.split()], np.int64)


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
def _read(data, i, stop, classes):  # type: ignore[no-untyped-def]
    """Reads the character at byte i; (its flags, its bytes). Those of one byte and of three have
    flags."""
    if i >= stop:
        return 0, 1
    byte = data[i]
    if byte < 0x80:
        return int(classes[byte]), 1
    if byte < 0xE0:
        return 0, 2
    if byte >= 0xF0:
        return 0, 4
    code = int(byte & 0x0F) << 12 | int(data[i + 1] & 0x3F) << 6 | int(data[i + 2] & 0x3F)
    return int(classes[code]), 3


@kernel
def _scan(data, offsets, triggers, classes, pairs, found):  # type: ignore[no-untyped-def]
    """Fills int32[room, 3], the columns of `Anchors`, until it is full; returns how many there are,
    or would be.

    It stops at digits, from where it goes back to the begin of their letters, and at characters of
    the scripts of China and Japan.
    """
    count = 0
    for row in range(len(offsets) - 1):
        begin, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        # Before it nothing is read again.
        done = i = begin
        while True:
            while i < stop and not triggers[data[i]]:
                i += 1
            if i >= stop:
                break
            flags, width = _read(data, i, stop, classes)
            kind, place = -1, i
            if flags & _ALNUM:
                while place > done and data[place - 1] < 0x80 and classes[data[place - 1]] & _ALNUM:
                    place -= 1
                here, size, leading, digits = place, 0, 0, 0
                while True:
                    flags, width = _read(data, here, stop, classes)
                    if not flags & _ALNUM:
                        break
                    if flags & _DIGIT:
                        digits += 1
                    elif digits == 0:
                        leading += 1
                    size += 1
                    here += width
                done = i = here
                if size == 18 and digits >= 9:
                    kind = USCC
                elif size == 10 and leading == 1 and digits == 9:
                    kind = TAIWANESE
                elif flags & _BRACKET and digits == 6 and size - leading == 6 and 0 < leading < 3:
                    kind = BRACKETED
            else:
                i += width
                if flags & (_PROVINCE | _ENVOY):
                    # A blank, a dot or a dash may part a province from its letter.
                    here = i
                    if flags & _ENVOY == 0 and here + 1 < stop:
                        if data[here] == 0x20 or data[here] == 0x2D or data[here] == 0x2E:
                            here += 1
                        elif data[here] == 0xC2 and data[here + 1] == 0xB7:
                            here += 2
                    wanted = _DIGIT if flags & _ENVOY else _LETTER
                    if _read(data, here, stop, classes)[0] & wanted:
                        kind = PLATE
                elif flags & _WORD and place >= begin + 3:
                    pair = np.int64(0)
                    for k in range(place - 3, i):
                        pair = pair << 8 | np.int64(data[k])
                    for known in pairs:
                        if known == pair:
                            kind, place = WORDED, i
            if kind >= 0:
                if count < len(found):
                    found[count, 0], found[count, 1], found[count, 2] = row, place, kind
                count += 1
    return count


def find_anchors(text: Utf8) -> Anchors:
    """Finds every place of a column where an identifier could be.

    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> import pyarrow as pa
    >>> anchors = find_anchors(utf8_buffers(pa.array(["京A12345", "护照E1", "A123456(3)"])))
    >>> anchors.rows.tolist(), anchors.positions.tolist(), anchors.kinds.tolist()
    ([0, 1, 2], [0, 15, 17], [0, 1, 4])
    """
    room = max(64, (int(text.offsets[-1]) - int(text.offsets[0])) // 256)
    while True:
        found = np.empty((room, 3), np.int32)
        count = _scan(text.data, text.offsets, _TRIGGERS, _CLASSES, _PAIRS, found)
        if count <= room:
            return Anchors(*found[:count].T)
        room = count
