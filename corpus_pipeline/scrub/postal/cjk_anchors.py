"""Where in a column of texts an address of China, Japan or Korea could be.

Addresses are chains of names without spaces, so what gives one away is a number behind a road or a
building, or a word that announces it. One pass over the bytes finds these places:

    …现住江苏省苏州市吴中区东吴北路８号３栋…     ROAD, number
    …陽光花園3栋…                              PLACE, number, UNIT
    …埼玉県戸田市大字新曽1382…                 a prefecture near, number
    …東京都千代田区丸の内1-2-3…                an administrative name near, number, dash, number
    …丸の内一丁目…                            an administrative name near, number, 丁 or 番
    …住所：浙江省…                            LABEL, an administrative name close behind
    …〒100-0005…                              the postal mark, number
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import Utf8

_NUMERAL: Final = 1
_ROAD: Final = 2
_PLACE: Final = 4
_UNIT: Final = 8
_ADMIN: Final = 16
_LABEL: Final = 32
_DASH: Final = 64
_BETWEEN: Final = 128
_LOT: Final = 256
_POST: Final = 512
_DIGIT: Final = 1024
_STOP: Final = 2048
_KOREAN_ROAD: Final = 4096
_KOREAN_ADMIN: Final = 8192
_HOUSE: Final = 16384
_KOREAN_BETWEEN: Final = 32768

#: What kind of place an anchor marks.
NUMBER, LABELLED, POSTAL, LOT, KOREAN = range(5)

#: Bytes between an administrative name and a number of a Japanese address, or of a Korean one.
_NEAR: Final = 90
#: Bytes between an administrative name and 号 behind a number of a place of another kind.
_HOUSE_REACH: Final = 45
#: Bytes between a label and an administrative name.
_LABEL_REACH: Final = 60

_CHARACTERS = {
    _NUMERAL: "〇○零一二三四五六七八九十百",
    _ROAD: "路街道巷弄段",
    _PLACE: "同村里屯庄莊寨营營堡岗崗湾灣店坊厦廈大园園苑寓庭邸阁閣院场場心城区區镇鎮乡鄉楼樓塔府"
    "轩軒居墅郡港组組社队隊号號栋棟幢座元层層邨家坪桥橋口山岛島期条條查",
    _UNIT: "号號弄巷室座栋棟幢楼樓单單层層房铺鋪组組队隊社段门門",
    _ADMIN: "省市区區县縣州盟旗乡鄉镇鎮村路街道郡町府都県",
    _DASH: "‐‑‒–—−－ーの之",
    _BETWEEN: "东東西南北中甲乙丙丁附临臨新老第",
    _LOT: "丁番",
    _HOUSE: "号號栋棟幢",
    _POST: "〒",
    _STOP: "。；！？，、“”《》（",
    _KOREAN_ROAD: "로길동리가",
    _KOREAN_BETWEEN: "지하",
    _KOREAN_ADMIN: "시군구읍면도",
}

#: Two characters that announce an address.
_LABELS = (
    "地址 位址 住址 住所 居所 住于 住在 户籍 戶籍 家住 现住 現住 ，住 暂住 原住 位于 位於 "
    "寄往 寄到 寄至 "
    "寄给 寄給 送往 送到 送至 住地 在地 "
    "宛先 付先 届先 本籍 所地 通訊 通讯 我家 家在 주소 거주"
)


def _character_classes() -> NDArray[np.uint16]:
    classes = np.zeros(0x10000, np.uint16)
    for flag, characters in _CHARACTERS.items():
        for character in characters:
            classes[ord(character)] |= flag
    for full in range(0xFF10, 0xFF1A):
        classes[full] |= _NUMERAL | _DIGIT
    for full in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)):
        classes[full] |= _NUMERAL
    for pair in _LABELS.split():
        classes[ord(pair[1])] |= _LABEL
    return classes


_CLASSES = _character_classes()
_PAIRS = np.array(sorted(ord(p[0]) << 16 | ord(p[1]) for p in _LABELS.split()), np.int64)


class Anchors(NamedTuple):
    """A places, ascending by row; within a row in the order in which they are noticed."""

    rows: NDArray[np.int32]
    """int32[A], the row of the column."""
    positions: NDArray[np.int32]
    """int32[A], a byte of the column's data buffer: behind the road or place, or where the label
    ends, or the postal mark."""
    kinds: NDArray[np.int32]
    """int32[A], NUMBER, LABELLED, POSTAL, LOT or KOREAN."""


@kernel
def _scan(data, offsets, classes, pairs, rows, positions, kinds):  # type: ignore[no-untyped-def]
    """Fills the arrays of `Anchors`, which have room for one anchor per two bytes; returns A.

    `state` says what stands before: 0 nothing, 1 a road, 2 a place, 3 a road and a number that is
    noticed, 4 a road or place and a number, 5 another character and a number, 6 another character,
    7 a Korean road.
    """
    count = 0
    for row in range(len(offsets) - 1):
        i, stop = offsets[row], offsets[row + 1]
        state, at, dash, before = 0, i, False, 0
        admin = label = korean = prefecture = i - 1000
        while i < stop:
            byte = data[i]
            if byte < 0x80:
                if state == 0:
                    i += 1
                    continue
                if 0x30 <= byte <= 0x39:
                    noticed = -1
                    if state == 1:
                        noticed, state = NUMBER, 3
                    elif state == 7:
                        if i - korean <= _NEAR:
                            noticed = KOREAN
                        state = 0
                    elif state == 2 or state == 6:
                        if state == 6:
                            at = i
                        state = 4 if state == 2 else 5
                        if i - prefecture <= _NEAR:
                            noticed = LOT
                    elif dash and state >= 4 and i - admin <= _NEAR:
                        noticed = LOT
                    if noticed >= 0:
                        rows[count], positions[count], kinds[count] = row, at, noticed
                        count += 1
                        if noticed == LOT:
                            state = 0
                    dash = False
                elif byte == 0x2D:
                    dash = state >= 3
                    if not dash:
                        state = 0
                elif byte == 0x20:
                    if state >= 5 and state != 7:
                        state = 0
                elif 0x41 <= (byte & 0xDF) <= 0x5A and state < 5:
                    state = 3 if state == 3 else 4
                else:
                    state = 0
                i += 1
                continue
            if byte < 0xE0:
                state = 0
                i += 2
                continue
            if byte >= 0xF0:
                state, at = 6, i + 4
                i += 4
                continue
            code = (byte & 0x0F) << 12 | (data[i + 1] & 0x3F) << 6 | data[i + 2] & 0x3F
            flags = classes[code]
            i += 3
            if flags == 0:
                # Punctuation of CJK and all below it is no letter.
                state, at = (6 if code > 0x3002 and code < 0xFF00 else 0), i
                before = code
                continue
            noticed, where = -1, at
            digit = flags & _DIGIT
            if flags & _ADMIN:
                if (
                    code == 0x770C
                    or (code == 0x90FD and before == 0x4EAC)
                    or (code == 0x5E9C and (before == 0x962A or before == 0x90FD))
                    or (code == 0x9053 and before == 0x6D77)
                ):
                    prefecture = i
                if i - label <= _LABEL_REACH:
                    noticed, where = LABELLED, label
                    label = i - 1000
                admin = i
            if flags & _LABEL:
                pair = before << 16 | code
                low = np.searchsorted(pairs, pair)
                # 所在地 of prose is everywhere in laws; a label has a sign behind it.
                signed = i < stop and (data[i] < 0x80 or data[i] == 0xEF)
                if low < len(pairs) and pairs[low] == pair and (signed or code != 0x5730):
                    label = i
            if flags & _STOP:
                state = 0
                if code == 0x3002:
                    label = i - 1000
            elif flags & _POST:
                if i < stop and (data[i] < 0x3A or data[i] == 0xEF):
                    noticed, where = POSTAL, i - 3
                state = 0
            elif state == 7 and flags & _KOREAN_BETWEEN:
                pass
            elif flags & _KOREAN_ADMIN and i < stop and data[i] == 0x20:
                korean = i
                state = 0
            elif flags & _KOREAN_ROAD:
                # 으로 is a particle.
                state, at = (7 if before != 0xC73C else 0), i
            elif state >= 3 and state <= 5 and flags & _LOT and (i - admin <= _NEAR):
                noticed, state = LOT, 0
            elif (state == 4 and flags & _UNIT) or (
                state == 5 and flags & _HOUSE and i - admin <= _HOUSE_REACH
            ):
                noticed = NUMBER
                state, at = 2, i
            elif (flags & _NUMERAL) and state > 0:
                if state == 1:
                    if digit:
                        noticed = NUMBER
                    state = 3 if digit else 4
                elif state == 2 or state == 6:
                    state = 4 if state == 2 else 5
                    if digit and i - prefecture <= _NEAR:
                        noticed, state = LOT, 0
                elif state >= 4 and dash and digit and i - admin <= _NEAR:
                    noticed, state = LOT, 0
                elif state == 7:
                    state = 0
            elif flags & _DASH and state >= 3 and state <= 5:
                dash = True
                before = code
                continue
            elif flags & _BETWEEN and (state == 1 or state == 2):
                pass
            elif flags & _ROAD:
                state, at = 1, i
            elif flags & _PLACE:
                state, at = 2, i
            else:
                state, at = 6, i
            dash = False
            before = code
            if noticed >= 0:
                rows[count], positions[count], kinds[count] = row, where, noticed
                count += 1
    return count


def find_anchors(text: Utf8) -> Anchors:
    """Finds every place of a column where an address could be.

    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> import pyarrow as pa
    >>> anchors = find_anchors(utf8_buffers(pa.array(["江苏路8号", "走在路上8次", "家住和平村"])))
    >>> anchors.rows.tolist(), anchors.positions.tolist(), anchors.kinds.tolist()
    ([0, 2], [9, 35], [0, 1])
    """
    room = int(text.offsets[-1] - text.offsets[0]) // 2 + 8
    rows, positions = np.empty(room, np.int32), np.empty(room, np.int32)
    kinds = np.empty(room, np.int32)
    count = _scan(text.data, text.offsets, _CLASSES, _PAIRS, rows, positions, kinds)
    return Anchors(rows[:count].copy(), positions[:count].copy(), kinds[:count].copy())
