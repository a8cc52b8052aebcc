"""Characters that one engine knows and the other does not yet.

How a text is split into words before BPE depends on the class of each character: letter, mark,
number. The two engines bring Unicode tables of their own, gigatoken of version 17 and `tokenizers`
of version 16, and differ on what Unicode 17 has added. Documents with such a character are encoded
by `tokenizers`. A test goes through all code points with both engines, so that a new version of
either is noticed.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import as_texts, utf8_buffers

#: First and last code point, ascending; whole rows of a block where Unicode 17 added most of them
#: (DerivedAge.txt, Age=17.0). One too many costs speed, one too few a stopped run.
RECENT_CHARACTERS = np.array(
    [
        (0x88F, 0x88F), (0xC5C, 0xC5C), (0xCDC, 0xCDC), (0x1ACF, 0x1AEB), (0x20C1, 0x20C1),
        (0x2B96, 0x2B96), (0xA7CE, 0xA7CF), (0xA7D2, 0xA7D2), (0xA7D4, 0xA7D4), (0xA7F1, 0xA7F1),
        (0x10940, 0x1095F), (0x10EC5, 0x10EDF), (0x10EFA, 0x10EFB), (0x11B60, 0x11B6F),
        (0x11DB0, 0x11DEF), (0x16EA0, 0x16EDF), (0x16FF2, 0x16FF6), (0x187F8, 0x187FF),
        (0x18D09, 0x18D1F), (0x18D80, 0x18DFF), (0x1CCFA, 0x1CCFC), (0x1CEBA, 0x1CEFF),
        (0x1E6C0, 0x1E6FF), (0x1F6D8, 0x1F6D8), (0x1F777, 0x1F77A), (0x1F8D0, 0x1F8D8),
        (0x1FA54, 0x1FA57), (0x1FA8A, 0x1FA8E), (0x1FAC8, 0x1FACD), (0x1FAEA, 0x1FAEF),
        (0x1FBFA, 0x1FBFA), (0x2B73A, 0x2B73F), (0x2CEA2, 0x2CEAF), (0x323B0, 0x3347F),
    ],
    np.int32,
)  # fmt: skip


def rows_with_recent_characters(texts: pa.Array) -> NDArray[np.bool_]:
    """Says of each of N texts (type `string`) whether it has one of `RECENT_CHARACTERS`.

    Returns:
        bool[N].

    >>> rows_with_recent_characters(pa.array(["中文 a", None, "\\U000323b0"])).tolist()
    [False, False, True]
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    found = np.zeros(len(texts), np.bool_)
    _find(data, offsets, RECENT_CHARACTERS, found)
    return found


@kernel
def _find(data, offsets, ranges, found):  # type: ignore[no-untyped-def]
    for row in range(len(offsets) - 1):
        i, end = offsets[row], offsets[row + 1]
        while i < end:
            lead = data[i]
            # Most text is below U+0800, or in E3 to E9 (kana, Han), where no range lies.
            if lead < 0xE0 or 0xE3 <= lead <= 0xE9:
                i += 1
                continue
            code, i = decode(data, i)
            low, high = 0, len(ranges)
            while low < high:
                middle = (low + high) // 2
                if ranges[middle, 1] < code:
                    low = middle + 1
                else:
                    high = middle
            if low < len(ranges) and ranges[low, 0] <= code:
                found[row] = True
                break
