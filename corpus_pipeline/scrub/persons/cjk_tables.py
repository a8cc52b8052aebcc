"""Tables of words, surnames and given names of Chinese and Japanese, and the hash that keys them.

A cost is -ln of a probability in units of 1/COST_UNITS, as a byte. All Chinese tables are keyed by
simplified characters; `simplified` leads there from the traditional ones.
"""

from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel

COST_UNITS = 6
#: Stands for "no such word"; its highest bit, 128, says that longer words begin so.
NO_COST = 127
#: The tables of single characters begin and end there.
FIRST_HAN, AFTER_HAN = 0x3400, 0xA000

#: Answers about words that are kept: texts ask for the same ones again and again.
_KEPT = 1 << 14

#: Columns of `letters`.
LAST, SOLE, GIVEN, ABROAD, FIELD_END, RARE = 0, 1, 2, 5, 6, 7
#: The cost of a surname that counts beside a cue alone: one person in twenty thousand.
_RARE_SURNAME = 60
PAIR_BITS = 19

_BASIS, _PRIME, _MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF


def word_hash(word: str) -> int:
    """Returns the 32-bit key of a word, never 0.

    >>> word_hash("时间") == word_hash("间时")
    False
    """
    value = _BASIS
    for letter in word:
        value = ((value ^ ord(letter)) * _PRIME) & _MASK
        value ^= value >> 15
    return value or 1


@kernel
def longer_hash(value, code):  # type: ignore[no-untyped-def]
    """Returns the key of a word with one more character; the empty word's is 0x811C9DC5."""
    value = ((value ^ code) * 0x01000193) & 0xFFFFFFFF
    return value ^ (value >> 15)


@kernel
def slot_of(keys, key):  # type: ignore[no-untyped-def]
    """Returns the slot that holds a key, or the empty one where it would be."""
    if key == 0:
        key = 1
    mask = len(keys) - 1
    slot = ((key * 0x9E3779B1) >> 7) & mask
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@kernel
def _fill(keys, values, new_keys, new_values):  # type: ignore[no-untyped-def]
    """Puts entries into an open table."""
    for i in range(len(new_keys)):
        slot = slot_of(keys, np.int64(new_keys[i]))
        keys[slot] = new_keys[i]
        values[slot] = new_values[i]


class WordTable(NamedTuple):
    """A table with open addressing; its size is a power of two."""

    keys: NDArray[np.uint32]
    """uint32[size], `word_hash` of an entry, 0 where none is."""
    values: NDArray[np.uint8]
    """uint8[size], 0 where none is."""


def word_table(keys: NDArray[np.uint32], values: NDArray[np.uint8]) -> WordTable:
    """Makes a table of keys and their values.

    >>> table = word_table(np.array([word_hash("时间")], np.uint32), np.array([9], np.uint8))
    >>> int(table.values[slot_of.py_func(table.keys, word_hash("时间"))])
    9
    """
    size = 1 << max(4, int(len(keys) * 5 // 4).bit_length())
    table = WordTable(np.zeros(size, np.uint32), np.zeros(size, np.uint8))
    _fill(table.keys, table.values, keys, values)
    return table


def dictionary(entries: dict[str, int]) -> WordTable:
    """Makes a table of words and their values, from 1 to 255."""
    keys = np.array([word_hash(word) for word in entries], np.uint32)
    return word_table(keys, np.array(list(entries.values()), np.uint8))


#: Surnames that beside a cue are prepositions, auxiliaries, conjunctions, pronouns, times.
_NO_SURNAMES = frozenset(
    "将会可只及同向并使如还要以与和从由于当应须且而则乃其此各每本该为是有无未不多全先再又已曾正过到送把被给让令第上下中里外内时日月年等除越更好"
)
#: Sections of cjk_words.txt that a name may follow, with a sign between or without.
LABEL_SECTIONS = ("fields", "signed fields", "short fields", "selves", "kins", "private roles")


class ChineseTables(NamedTuple):
    """What is known of Chinese words and names."""

    words: WordTable
    """Costs of words of 2 to 4 characters, 128 added where longer words begin so."""
    pairs: NDArray[np.bool_]
    """bool[1 << PAIR_BITS], whether a word may begin with two characters of such a key."""
    letters: NDArray[np.uint8]
    """uint8[AFTER_HAN - FIRST_HAN, 8]: costs as a surname (128 added where one of two characters
    may begin so), as a word, as a given name alone, first and second, whether it is of foreign
    names, whether a word before a name ends in it, and the cost as a surname beside a cue, 0
    where it is one anywhere or nowhere."""
    compound: WordTable
    """Costs of surnames of two characters."""
    simplified: NDArray[np.uint16]
    """uint16[0x10000], the simplified code point, 0 where it is the same."""


@cache
def chinese_tables() -> ChineseTables:
    """Loads the shipped tables, once per process.

    >>> letters = chinese_tables().letters
    >>> [int(letters[ord(letter) - FIRST_HAN, LAST]) < NO_COST for letter in "王的"]
    [True, False]
    """
    with resources.files(__package__).joinpath("cjk_chinese.npz").open("rb") as file:
        stored = np.load(file)
        keys = np.cumsum(stored["steps"], dtype=np.uint32)
        pairs = np.zeros(1 << PAIR_BITS, np.bool_)
        pairs[keys[stored["pairs"]] & ((1 << PAIR_BITS) - 1)] = True
        costs = stored["costs"]
        names = [word_hash(word) for word in word_list("given names")]
        costs[np.isin(keys, np.array(names, np.uint32))] |= NO_COST
        letters = stored["letters"]
        for name in (*surname_list("cjk_surnames.txt"), *surname_list("cjk_rare_surnames.txt")):
            place = ord(name[0]) - FIRST_HAN
            if (
                len(name) == 1
                and name not in _NO_SURNAMES
                and letters[place, LAST] & NO_COST == NO_COST
            ):
                letters[place, RARE] = _RARE_SURNAME
        for section in LABEL_SECTIONS:
            for word in word_list(section):
                letters[ord(word[-1]) - FIRST_HAN, FIELD_END] = 1
        letters[[ord("为") - FIRST_HAN, ord("是") - FIRST_HAN], FIELD_END] = 1
        return ChineseTables(
            word_table(keys, costs),
            pairs,
            letters,
            word_table(stored["compound"], stored["compound_costs"]),
            stored["simplified"],
        )


class JapaneseTables(NamedTuple):
    """What is known of Japanese names."""

    last: WordTable
    """Surnames: 8 * log2 of the number of people."""
    first: WordTable
    """Given names: 2 for a common one, 1 for another."""


@cache
def japanese_tables() -> JapaneseTables:
    """Loads the shipped tables, once per process.

    >>> table = japanese_tables()
    >>> int(table.last.values[slot_of.py_func(table.last.keys, word_hash("佐藤"))]) > 150
    True
    """
    with resources.files(__package__).joinpath("cjk_japanese.npz").open("rb") as file:
        stored = np.load(file)
        return JapaneseTables(
            word_table(np.cumsum(stored["last_steps"], dtype=np.uint32), stored["last_ranks"]),
            word_table(np.cumsum(stored["first_steps"], dtype=np.uint32), stored["first_ranks"]),
        )


@lru_cache(_KEPT)
def is_japanese_surname(word: str) -> bool:
    """Says whether a word is a surname of Japan.

    >>> is_japanese_surname("佐藤"), is_japanese_surname("電話")
    (True, False)
    """
    last = japanese_tables().last
    return bool(last.values[slot_of.py_func(last.keys, word_hash(word))])


@lru_cache(_KEPT)
def is_chinese_word(word: str) -> bool:
    """Says whether characters, simplified ones, are a word of the dictionary.

    >>> is_chinese_word("时间"), is_chinese_word("农平")
    (True, False)
    """
    words = chinese_tables().words
    entry = int(words.values[slot_of.py_func(words.keys, word_hash(word))])
    return 0 < entry & 127 < NO_COST


@lru_cache(_KEPT)
def word_cost(word: str) -> int:
    """Returns the cost of a word of 2 to 4 simplified characters, 1000 where it is none.

    >>> word_cost("时间") < word_cost("拉丁") < word_cost("农平") == 1000
    True
    """
    words = chinese_tables().words
    entry = int(words.values[slot_of.py_func(words.keys, word_hash(word))]) & NO_COST
    return entry if 0 < entry < NO_COST else 1000


@lru_cache(_KEPT)
def folded(text: str) -> str:
    """Returns Han characters in their simplified form.

    >>> folded("歐陽勝")
    '欧阳胜'
    """
    simplified = chinese_tables().simplified
    codes = [int(simplified[ord(each)]) if each <= "\uffff" else 0 for each in text]
    return "".join(
        chr(code) if FIRST_HAN <= code < AFTER_HAN else each
        for code, each in zip(codes, text, strict=True)
    )


@lru_cache(_KEPT)
def surname_cost(letter: str) -> int:
    """Returns the cost of a character as a surname; NO_COST if it is none.

    >>> surname_cost("王") < surname_cost("須") < surname_cost("的") == NO_COST
    True
    """
    tables = chinese_tables()
    code = ord(letter)
    code = int(tables.simplified[code]) or code if code < AFTER_HAN else code
    if not FIRST_HAN <= code < AFTER_HAN:
        return NO_COST
    return int(tables.letters[code - FIRST_HAN, LAST]) & 127


def surname_list(name: str) -> list[str]:
    """Returns the surnames of a file: words, or single characters without a blank between.

    >>> "王" in surname_list("cjk_surnames.txt"), "税" in surname_list("cjk_rare_surnames.txt")
    (True, True)
    """
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return text.split() if " " in text else list(text.replace("\n", ""))


@cache
def _word_lists() -> dict[str, tuple[str, ...]]:
    file = resources.files(__package__).joinpath("cjk_words.txt")
    lists: dict[str, tuple[str, ...]] = {}
    section = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            lists[section] = (*lists.get(section, ()), *line.split())
    return lists


def word_list(section: str) -> tuple[str, ...]:
    """Returns the words of a section of cjk_words.txt.

    >>> "先生" in word_list("titles")
    True
    """
    return _word_lists()[section]
