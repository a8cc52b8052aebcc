"""Tables of letters and words by which kernels see what rules ask of the text around a number."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.scrub import phone_words
from corpus_pipeline.scrub.folding import FOLDED, INVISIBLE
from corpus_pipeline.scrub.phone_shape_words import BAD, DECIMAL, LETTER, SIGN, WORD

#: Characters that the tables know; a window with others is read by the rules.
BMP = 0x10000


class Letters(NamedTuple):
    """What kernels know of each character of the basic plane."""

    fold: NDArray[np.uint16]
    """uint16[65536], as `folding` does."""
    lower: NDArray[np.uint16]
    """uint16[65536], of a folded character."""
    flags: NDArray[np.uint8]
    """uint8[65536], of a folded character: `BAD`, `DECIMAL`, `LETTER`, `SIGN`."""


class Words(NamedTuple):
    """A set of words for a kernel: a hash table with open addresses."""

    slots: NDArray[np.int32]
    """int32[2**k], number of the word + 1."""
    offsets: NDArray[np.int32]
    letters: NDArray[np.uint16]
    flags: NDArray[np.uint8]
    """uint8[words], `WORD`, `IN_SHAPE`, `STARTS`."""


def characters() -> list[str]:
    """Returns the characters of the basic plane, in the order of their code points."""
    # A surrogate is no character: it stands for itself and is in no text.
    return ["\ufffd" if 0xD800 <= code < 0xE000 else chr(code) for code in range(BMP)]


def table_of(test: "map[bool]") -> NDArray[np.bool_]:
    """Makes a table of what is asked of each character."""
    return np.fromiter(test, np.bool_, BMP)


@cache
def load_letters() -> Letters:
    """Makes the tables of characters, from what `folding` and regular expressions say of them."""
    letters = characters()
    folds = np.arange(BMP, dtype=np.uint16)
    for letter, folded in FOLDED.items():
        if len(letter) == 1 and ord(letter) < BMP:
            folds[ord(letter)] = ord(folded)
    small = [letter.lower() for letter in letters]
    lower = np.fromiter((ord(letter[0]) for letter in small), np.uint16, BMP)
    alnum, decimal = table_of(map(str.isalnum, letters)), table_of(map(str.isdecimal, letters))
    bad = table_of(map(str.isspace, letters)) | (np.fromiter(map(len, small), np.uint8, BMP) != 1)
    # White space and digits that folding knows are ASCII afterwards.
    known = folds != np.arange(BMP)
    for table in (bad, decimal):
        table[known] = False
        table[:0x80] = False
    text = "".join(letters)
    for match in INVISIBLE.finditer(text):
        bad[match.start()] = True
    flags = np.asarray(bad * BAD | decimal * DECIMAL | (alnum & ~decimal) * LETTER, np.uint8)
    flags[0x30:0x3A] = 0
    flags[[ord(sign[0]) for sign in phone_words.SIGN_STARTS]] |= SIGN
    return Letters(folds, lower, flags)


def _hash(word: str) -> int:
    """The kernel's `hash_word`."""
    value = 14695981039346656037
    for letter in word:
        value = (value ^ ord(letter)) * 1099511628211 & 0xFFFF_FFFF_FFFF_FFFF
    return (value ^ value >> 29) & 0x7FFF_FFFF


def word_table(flags: Mapping[str, int]) -> Words:
    """Makes a table of words in small letters, and adds those that announce telephone numbers.

    Args:
        flags: `WORD`, `IN_SHAPE` and `STARTS` of each word.
    """
    flags = dict(flags)
    for word in (*phone_words.KNOWN_WORDS, *phone_words.SIGN_STARTS):
        flags[word] = flags.get(word, 0) | WORD
    return _table(flags)


def table_of_words(words: Iterable[str], signs: Iterable[str]) -> Words:
    """Makes a table of some words, and the beginnings of signs, that announce numbers."""
    return _table(dict.fromkeys((*words, *signs), WORD))


def _table(flags: Mapping[str, int]) -> Words:
    words = sorted(flags)
    slots = np.zeros(1 << (2 * len(words)).bit_length(), np.int32)
    letters = [np.frombuffer(word.encode("utf-16-le"), np.uint16) for word in words]
    for number, word in enumerate(words):
        at = _hash(word) & (len(slots) - 1)
        while slots[at]:
            at = (at + 1) & (len(slots) - 1)
        slots[at] = number + 1
    offsets = np.cumsum([0, *map(len, letters)]).astype(np.int32)
    table = np.array([flags[word] for word in words], np.uint8)
    return Words(slots, offsets, np.concatenate(letters), table)


@cache
def load_line_words() -> Words:
    """Makes the table of the words that announce telephone numbers, and of no others."""
    return table_of_words(phone_words.KNOWN_WORDS, phone_words.SIGN_STARTS)
