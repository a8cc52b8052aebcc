"""The script that a text is written in, counted: what stands for a label where there is none."""

from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import LETTER, UNSPACED, characters, decode
from corpus_pipeline.text.columns import as_texts, utf8_buffers

#: Where the letters of each script lie (Unicode's Blocks.txt); what is in none has no script here.
_BLOCKS = {
    "Latn": ((0x41, 0x2AF), (0x1E00, 0x1EFF), (0x2C60, 0x2C7F), (0xA720, 0xA7FF), (0xFF21, 0xFF5A)),
    "Grek": ((0x370, 0x3FF), (0x1F00, 0x1FFF)),
    "Cyrl": ((0x400, 0x52F), (0x1C80, 0x1C8F), (0x2DE0, 0x2DFF), (0xA640, 0xA69F)),
    "Armn": ((0x530, 0x58F),),
    "Hebr": ((0x590, 0x5FF),),
    "Arab": ((0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)),
    "Thaa": ((0x780, 0x7BF),),
    "Deva": ((0x900, 0x97F), (0xA8E0, 0xA8FF)),
    "Beng": ((0x980, 0x9FF),),
    "Guru": ((0xA00, 0xA7F),),
    "Gujr": ((0xA80, 0xAFF),),
    "Orya": ((0xB00, 0xB7F),),
    "Taml": ((0xB80, 0xBFF),),
    "Telu": ((0xC00, 0xC7F),),
    "Knda": ((0xC80, 0xCFF),),
    "Mlym": ((0xD00, 0xD7F),),
    "Sinh": ((0xD80, 0xDFF),),
    "Thai": ((0xE00, 0xE7F),),
    "Laoo": ((0xE80, 0xEFF),),
    "Tibt": ((0xF00, 0xFFF),),
    "Mymr": ((0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)),
    "Geor": ((0x10A0, 0x10FF), (0x1C90, 0x1CBF)),
    "Ethi": ((0x1200, 0x139F),),
    "Khmr": ((0x1780, 0x17FF),),
    "Mong": ((0x1800, 0x18AF),),
    "Tale": ((0x1950, 0x197F),),
    "Talu": ((0x1980, 0x19DF),),
    "Lana": ((0x1A20, 0x1AAF),),
    "Bali": ((0x1B00, 0x1B7F),),
    "Yiii": ((0xA000, 0xA4CF),),
    "Java": ((0xA980, 0xA9DF),),
    "Tavt": ((0xAA80, 0xAADF),),
    "Kore": ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF)),
    "Jpan": ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F)),
    "Hani": ((0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3400, 0x4DBF),
             (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF)),
}  # fmt: skip
_SCRIPTS: Final = tuple(_BLOCKS)
#: What `labels_or_scripts` may put in the place of a label.
SCRIPT_LABELS: Final = tuple(f"und-{script}" for script in _SCRIPTS)
_KANA: Final = _SCRIPTS.index("Jpan")
_HANGUL: Final = _SCRIPTS.index("Kore")
_HAN: Final = _SCRIPTS.index("Hani")
_NONE: Final = 255

#: Among Han characters so many kana, or Hangul, make Japanese, or Korean: one in ten. Japanese has
#: about one in two, also in law; Chinese that quotes Japanese names has some in a hundred.
_MIXED: Final = 10


@cache
def _script_numbers() -> NDArray[np.uint8]:
    """uint8[0x110000], number of the script of each letter; 255 for all else."""
    numbers = np.full(0x110000, _NONE, np.uint8)
    for number, blocks in enumerate(_BLOCKS.values()):
        for first, last in blocks:
            numbers[first : last + 1] = number
    classes = characters().classes
    numbers[(classes != LETTER) & (classes != UNSPACED)] = _NONE
    return numbers


@kernel
def _dominant(data, offsets, rows, numbers, counts, found):  # type: ignore[no-untyped-def]
    """Fills `found` with the number of each row's script; `counts` is int64[scripts]."""
    for n in range(len(rows)):
        counts[:] = 0
        i, stop = np.int64(offsets[rows[n]]), np.int64(offsets[rows[n] + 1])
        while i < stop:
            code_point, following = decode(data, i)
            number = numbers[code_point]
            if number != _NONE:
                # Bytes are about what a character says: three letters, one Han character.
                counts[number] += following - i
            i = following
        east = counts[_HAN] + counts[_KANA] + counts[_HANGUL]
        if counts[_KANA] * _MIXED >= east and counts[_KANA] >= counts[_HANGUL]:
            counts[_KANA] = east
            counts[_HAN] = counts[_HANGUL] = 0
        elif counts[_HANGUL] * _MIXED >= east:
            counts[_HANGUL] = east
            counts[_HAN] = counts[_KANA] = 0
        else:
            counts[_HAN] = east
        best = 0
        for number in range(len(counts)):
            if counts[number] > counts[best]:
                best = number
        found[n] = best if counts[best] > 0 else -1


def labels_or_scripts(labels: pa.Array, texts: pa.Array) -> pa.Array:
    """Puts the script of the text where a label is null; null stays what has no letters.

    Args:
        labels: string[N], languages.
        texts: string[N].

    Returns:
        string[N]: the label, or `und-` and the script that most of the text is in, counted in bytes
        of letters: `und-Hani`, `und-Jpan` (Han with kana), `und-Kore`, `und-Latn`, ...

    >>> texts = pa.array(["今日は良い天気です", "今天天气很好 the sun", "Good day", "123", "x"])
    >>> labels_or_scripts(pa.array([None, None, None, None, "en"], pa.string()), texts).to_pylist()
    ['und-Jpan', 'und-Hani', 'und-Latn', None, 'en']
    """
    labels, texts = as_texts(labels), as_texts(texts)
    unlabelled = labels.is_null().to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(unlabelled & texts.is_valid().to_numpy(zero_copy_only=False))
    if len(rows) == 0:
        return labels
    data, offsets = utf8_buffers(texts)
    found = np.empty(len(rows), np.int64)
    counts = np.zeros(len(_SCRIPTS), np.int64)
    _dominant(data, offsets, rows, _script_numbers(), counts, found)
    numbers = np.full(len(texts), -1, np.int64)
    numbers[rows] = found
    names = pa.array(SCRIPT_LABELS, pa.string())
    scripts = names.take(pa.array(numbers, mask=numbers < 0))
    return pc.coalesce(labels, scripts)
