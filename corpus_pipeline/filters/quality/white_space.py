"""White space in a text: how much there is, and the longest run of it.

A page can hold millions of blanks that no reader sees; they are most of what a model would be
trained on, and no other measure counts them.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import SPACE, characters, decode
from corpus_pipeline.text.columns import as_texts, utf8_buffers


def count_white_space(texts: pa.Array) -> NDArray[np.int32]:
    """Counts the characters of each of N texts, those of white space, and their longest run.

    White space is Unicode's, line feeds included.

    Args:
        texts: `string`, N texts; a null counts as an empty one.

    Returns:
        int32[3, N], in the order of `columns.WHOLE_MEANINGS`.

    >>> count_white_space(pa.array(["a  b\\n 文\u3000", None])).tolist()
    [[8, 0], [5, 0], [2, 0]]
    """
    data, offsets = utf8_buffers(as_texts(texts))
    counts = np.zeros((3, len(texts)), np.int32)
    _count(data, offsets, characters().classes, counts)
    return counts


@kernel
def _count(data, offsets, classes, counts):  # type: ignore[no-untyped-def]
    for row in range(len(offsets) - 1):
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        chars, white, run, longest = 0, 0, 0, 0
        while i < stop:
            b = data[i]
            chars += 1
            if b < 0x80:
                space = b <= 0x20 and classes[b] == SPACE
                i += 1
            else:
                code_point, i = decode(data, i)
                space = classes[code_point] == SPACE
            run = run + 1 if space else 0
            white += space
            longest = max(longest, run)
        counts[0, row], counts[1, row], counts[2, row] = chars, white, longest
