"""Letters of scripts that part words by spaces, and the hash of a word.

A word is hashed without case and without marks on its letters, so that Gelencsér, GELENCSER and
gelencser are one; letters that are two elsewhere (æ, œ, ß, þ) are hashed as the two.
"""

import functools
import unicodedata

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel

#: Code points that the tables know: those of alphabets with capitals, and of Arabic, Hebrew and the
#: scripts of India.
KNOWN = 0x2000
#: In the table of letters: no letter; a mark that belongs to the word and is not hashed; two
#: letters of seven bits each; a capital.
NO_LETTER, MARK, TWO, CAPITAL = 0, 1, 1 << 16, 1 << 17
_FOLD = 0xFFFF

_TWO = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ĳ": "ij"}
_ONE = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "ŋ": "n", "ə": "e", "ё": "е"}
_LOW = 0xFFFFFFFF


@functools.cache
def letters() -> NDArray[np.int32]:
    """The letter without case and marks of each code point below `KNOWN`, int32[KNOWN].

    >>> chr(letters()[ord("É")] & 0xFFFF), bool(letters()[ord("É")] & CAPITAL)
    ('e', True)
    """
    folds = np.zeros(KNOWN, np.int32)
    for code in range(KNOWN):
        letter = chr(code)
        category = unicodedata.category(letter)
        if category in ("Mn", "Mc") and not 0x900 <= code < 0xE00:
            folds[code] = MARK
        if category[0] not in "LM" or folds[code] or 0xE00 <= code < 0x10A0 or category == "Lm":
            continue
        capital = CAPITAL if category in ("Lu", "Lt") else 0
        small = letter.lower()[0]
        if small in _TWO:
            two = _TWO[small]
            folds[code] = capital | TWO | ord(two[0]) << 7 | ord(two[1])
            continue
        plain = small if 0x900 <= code < 0xE00 else unicodedata.normalize("NFD", small)[0]
        folds[code] = capital | ord(_ONE.get(plain, plain))
    return folds


@kernel
def code_point(data, i, stop):  # type: ignore[no-untyped-def]
    """The code point at byte i and its bytes; what lies beyond `KNOWN` is 0."""
    byte = int(data[i])
    if byte < 0x80:
        return byte, 1
    if byte < 0xE0:
        return ((byte & 0x1F) << 6 | (int(data[i + 1]) & 0x3F)) if i + 1 < stop else 0, 2
    if byte < 0xF0:
        code = (byte & 0x0F) << 12 | (int(data[i + 1]) & 0x3F) << 6 | (int(data[i + 2]) & 0x3F)
        return (code if code < 0x2000 else 0), 3
    return 0, 4


@kernel
def finished(value):  # type: ignore[no-untyped-def]
    """Spreads the bits of a hash of a word."""
    value ^= value >> 15
    value = (value * 0x2C1B3C6D) & 0xFFFFFFFF
    return value ^ (value >> 13)


@kernel
def added(value, letter):  # type: ignore[no-untyped-def]
    """Takes one folded letter into a hash (FNV-1a over code points)."""
    return ((value ^ letter) * 16777619) & 0xFFFFFFFF


@kernel
def hash_words(data, offsets, folds, quotes, hashes):  # type: ignore[no-untyped-def]
    """Fills uint32[N] with the hashes of N words. Of what is no letter in them nothing is hashed
    but, with `quotes`, apostrophes: those of phrases, where I'm is not im."""
    for row in range(len(offsets) - 1):
        hashes[row] = _hash_word(data, offsets[row], offsets[row + 1], folds, quotes)


@kernel
def hash_phrase_word(data, start, end, folds):  # type: ignore[no-untyped-def]
    """The hash of the word from byte `start` to `end`, apostrophes in it among the letters."""
    return _hash_word(data, start, end, folds, True)


@kernel
def _hash_word(data, start, end, folds, quotes):  # type: ignore[no-untyped-def]
    """The hash of one word, with or without its apostrophes."""
    i = start
    value = 2166136261
    while i < end:
        letter = np.int64(data[i]) | 0x20
        if 0x61 <= letter <= 0x7A:
            value = added(value, letter)
            i += 1
            continue
        code, width = code_point(data, i, end)
        fold = int(folds[code])
        if fold & TWO:
            value = added(value, fold >> 7 & 0x7F)
            value = added(value, fold & 0x7F)
        elif fold > MARK:
            value = added(value, fold & _FOLD)
        elif quotes and (code == 0x27 or (width == 3 and data[i] == 0xE2)):
            value = added(value, 0x27)
        i += width
    return finished(value)


def hashed(words: list[str], *, quotes: bool = False) -> NDArray[np.uint32]:
    """The hashes of N words, uint32[N]; see `hash_words`.

    >>> bool(hashed(["Gelencsér"])[0] == hashed(["GELENCSER"])[0])
    True
    """
    coded = [word.encode() for word in words]
    offsets = np.zeros(len(coded) + 1, np.int64)
    np.cumsum([len(word) for word in coded], out=offsets[1:])
    hashes = np.zeros(len(coded), np.uint32)
    data = np.frombuffer(b"".join(coded) + b" ", np.uint8)
    hash_words(data, offsets, letters(), quotes, hashes)
    return hashes
