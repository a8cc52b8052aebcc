"""The words of postal addresses: for the scan as hashes, for the grammar as sets."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

# What a word or the end of a word tells the scan.
#: A street word that stands behind a name, after the number: Oak Street.
BEHIND: Final = 1
#: A street word that stands before a name: rue, Via.
BEFORE: Final = 2
CUE: Final = 4
BOX: Final = 8
UNIT: Final = 16
#: A street word between a name and the number: Straße.
BETWEEN: Final = 32
OTHER: Final = 64
ZIP: Final = 128
#: A word before a name that in small letters is a word of English or little else.
LOOSE: Final = 256
#: In small letters a street word only with a dot.
DOTTED: Final = 512

_BASIS: Final = np.uint64(14695981039346656037)
_PRIME: Final = np.uint64(1099511628211)

#: Kinds of words.txt and places.txt whose words the scan knows, and as what.
_SCANNED: Final = {
    "behind": BEHIND,
    "both": BEHIND | BEFORE,
    "before": BEFORE,
    "loose_before": BEFORE | LOOSE,
    "between": BETWEEN,
    "unit": UNIT,
    "sure_box": BOX,
    "box": BOX,
    "military": BOX,
    "label": CUE,
    "announce": CUE,
    "zip_label": ZIP,
    "not_streets": OTHER,
    "dotted": DOTTED,
}


class HashTable(NamedTuple):
    """Open addressing over hashes of 64 bits; 0 is an empty slot."""

    hashes: NDArray[np.uint64]
    """uint64[power of two]."""
    flags: NDArray[np.uint16]
    """uint16[power of two]."""


def hash_words(words: Sequence[bytes]) -> NDArray[np.uint64]:
    """Hashes W words as the scan does (FNV-1a), uint64[W].

    >>> [hex(value) for value in hash_words([b"", b"a"]).tolist()]
    ['0xcbf29ce484222325', '0xaf63dc4c8601ec8c']
    """
    lengths = np.array([len(word) for word in words])
    width = int(lengths.max())
    letters = np.frombuffer(b"".join(word.ljust(width) for word in words), np.uint8)
    columns = letters.reshape(len(words), width).T.astype(np.uint64)
    values = np.full(len(words), _BASIS, np.uint64)
    for place, column in enumerate(columns):
        values = np.where(place < lengths, (values ^ column) * _PRIME, values)
    return values


@functools.cache
def load_words() -> dict[str, frozenset[str]]:
    """Loads the words of the package, by kind.

    >>> "straße" in load_words()["endings"], "new zealand" in load_words()["country"]
    (True, True)
    """
    table = {}
    for name in ("words.txt", "places.txt"):
        for line in (Path(__file__).parent / name).read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                kind, _, words = line.partition(": ")
                table[kind] = frozenset(words.split(", "))
    return table


@functools.cache
def load_hashes() -> tuple[HashTable, HashTable]:
    """Loads what the scan knows: whole words, and ends of words from the last byte on."""
    words: dict[bytes, int] = {}
    for kind, flag in _SCANNED.items():
        for phrase in load_words()[kind]:
            pieces = phrase.replace(".", " ").replace("/", " ").split()
            if flag == CUE:
                pieces = [piece for piece in pieces if piece in load_words()["cue_word"]]
            elif flag in (BOX, ZIP):
                pieces = [
                    piece
                    for piece in pieces
                    if len(piece) > 1 and piece not in load_words()["common"]
                ]
            elif len(pieces) > 1:
                continue
            for piece in pieces:
                for form in _forms(piece):
                    words[form] = words.get(form, 0) | flag
    endings = {form[::-1]: BETWEEN for ending in load_words()["endings"] for form in _forms(ending)}
    return _hashed(words), _hashed(endings)


def _forms(word: str) -> set[bytes]:
    """The ways in which a word is written, ASCII letters small, as the scan folds them."""
    return {
        bytes(byte | 0x20 if 0x41 <= byte <= 0x5A else byte for byte in form.encode())
        for form in (word, word.capitalize(), word.upper())
    }


def _hashed(words: dict[bytes, int]) -> HashTable:
    size = 1 << (4 * len(words)).bit_length()
    hashes, flags = np.zeros(size, np.uint64), np.zeros(size, np.uint16)
    ordered = sorted(words)
    for word, value in zip(ordered, hash_words(ordered).tolist(), strict=True):
        at = (value ^ (value >> 29)) & (size - 1)
        while hashes[at]:
            at = (at + 1) & (size - 1)
        hashes[at], flags[at] = value, words[word]
    return HashTable(hashes, flags)
