"""Words in addresses, as RefinedWeb looks for them: parts of words, whole words, soft words.

    http://www.foobann.edsub-wo.rdbar.com/any   holds the part `bannedsubword` over its marks
    http://www.foo.bann-word.com/any            holds the whole words `bann` and `word`

Looked at is what stands behind the scheme (`https://ex…` does not hold `sex`), with small letters
and escapes read (`%E8%B5%8C` is 赌). What is no letter or digit parts words. In a script without
spaces a word is found anywhere, like a part of one.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import ahocorasick_rs
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.url.normalise import Urls, digit, is_alphanumeric
from corpus_pipeline.filters.url.tables import Table, build_table, probe, start, step
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import UNSPACED, characters

#: Ends a row; not a byte of UTF-8, so no match reaches across.
_ROW_END: Final = 0xFF
_BLANK: Final = 0x20
#: With few different first bytes the automaton would jump from one to the next, which is slower.
_NEVER = tuple(bytes([byte, byte]) for byte in range(0xF8, 0xFF))

#: Kinds of lists. A row fails by one of the first two, or by enough of the last.
SUBWORDS, WORDS, SOFT = 0, 1, 2


class UrlWords(NamedTuple):
    """The lists, ready to be searched for."""

    automaton: Any
    """ahocorasick_rs.BytesAhoCorasick over what is found anywhere."""
    anywhere: NDArray[np.int32]
    """Numbers of its entries in `entries`."""
    table: Table
    """What is found as a whole word."""
    whole: NDArray[np.int32]
    entries: tuple[str, ...]
    kinds: NDArray[np.uint8]
    """Of each entry."""
    names: tuple[str, ...]
    """Of the list that each entry is from."""


class WordHits(NamedTuple):
    """What was found in N addresses."""

    rows: NDArray[np.int64]
    """int64[H], sorted; each word of a row once."""
    entries: NDArray[np.int64]
    """int64[H], its number; parts of words come first in a row, soft words last."""
    hard: NDArray[np.bool_]
    """bool[N], whether a part or a whole word is there."""
    soft: NDArray[np.int64]
    """int64[N], how many different soft words are there."""


def folded(word: str) -> str:
    """Returns an entry as it is searched for: small letters and digits only.

    >>> folded(" Sub-Word "), folded("赌场"), folded("...")
    ('subword', '赌场', '')
    """
    lower = unicodedata.normalize("NFC", word).lower()
    return "".join(c for c in lower if c.isalnum() or not (c.isascii() or c.isspace()))


def build_url_words(lists: Mapping[int, Iterable[tuple[str, str]]]) -> UrlWords:
    """Builds what `find_words` takes.

    Args:
        lists: kind -> entries, each with the name of its list; those without a letter or digit are
            left out.

    >>> words = build_url_words({WORDS: [("a", "Casino")], SOFT: [("b", "赌场"), ("b", "-")]})
    >>> words.entries, words.table.entry(0)
    (('casino', '赌场'), 'casino')
    """
    classes = characters().classes
    entries: dict[tuple[str, int], str] = {}
    for kind in (SUBWORDS, WORDS, SOFT):
        for name, entry in lists.get(kind, ()):
            if word := folded(entry):
                entries.setdefault((word, kind), name)
    anywhere: list[int] = []
    whole: list[int] = []
    for number, (word, kind) in enumerate(entries):
        unspaced = any(classes[ord(character)] == UNSPACED for character in word)
        (anywhere if kind == SUBWORDS or unspaced else whole).append(number)
    texts = tuple(word for word, _ in entries)
    return UrlWords(
        ahocorasick_rs.BytesAhoCorasick([*(texts[n].encode() for n in anywhere), *_NEVER]),
        np.array(anywhere, np.int32),
        build_table(pa.array([texts[n] for n in whole], pa.string())),
        np.array(whole, np.int32),
        texts,
        np.array([kind for _, kind in entries], np.uint8),
        tuple(entries.values()),
    )


@kernel
def _fold(data, begins, ends, parted, out, offsets):  # type: ignore[no-untyped-def]
    """Writes letters and digits of each address, with a blank between words if `parted`."""
    o = np.int64(0)
    for row in range(len(begins)):
        offsets[row] = o
        i = begins[row]
        blank = True
        while i < ends[row]:
            byte = data[i]
            i += 1
            if byte == 0x25 and i + 1 < ends[row]:
                high, low = digit(data[i]), digit(data[i + 1])
                if high >= 0 and low >= 0:
                    # Of ASCII only marks are escaped.
                    byte = np.uint8(16 * high + low)
                    i += 2
            if byte >= 0x80 or is_alphanumeric(byte):
                out[o] = byte + 0x20 if 0x41 <= byte <= 0x5A else byte
                o += 1
                blank = False
            elif parted and not blank:
                out[o] = _BLANK
                o += 1
                blank = True
        out[o] = _ROW_END
        o += 1
    offsets[len(begins)] = o


@kernel
def _whole_words(data, offsets, slots, entries, entry_offsets, rows, numbers):  # type: ignore[no-untyped-def]
    """Looks every word up; returns how many (row, entry) it has written."""
    count = np.int64(0)
    for row in range(len(offsets) - 1):
        begin = offsets[row]
        h = start()
        for i in range(offsets[row], offsets[row + 1]):
            if data[i] == _BLANK or data[i] == _ROW_END:
                number = probe(slots, entries, entry_offsets, h, data, begin, i)
                if number >= 0:
                    rows[count] = row
                    numbers[count] = number
                    count += 1
                begin = i + 1
                h = start()
            else:
                h = step(h, data[i])
    return count


def find_words(urls: Urls, words: UrlWords) -> WordHits:
    """Looks for listed words in addresses.

    >>> from corpus_pipeline.filters.url.normalise import normalise_urls
    >>> urls = normalise_urls(pa.array(
    ...     ["https://examp.le/Live-Cams", "http://a.cn/%E8%B5%8C%E5%9C%BA", "http://s-ex.com"]))
    >>> words = build_url_words({SUBWORDS: [("a", "sex")], WORDS: [("b", "赌")],
    ...                          SOFT: [("c", "live"), ("c", "cams")]})
    >>> hits = find_words(urls, words)
    >>> hits.hard.tolist(), hits.soft.tolist(), [words.entries[n] for n in hits.entries]
    ([False, True, True], [2, 0, 0], ['live', 'cams', '赌', 'sex'])
    """
    count = len(urls.valid)
    begins, ends = urls.hosts[:, 0], urls.offsets[1:].astype(np.int64)
    rows: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    numbers: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    if len(words.whole):
        folded_data, offsets = _folded(urls.data, begins, ends, True)
        found = np.empty((2, len(folded_data)), np.int64)
        table = words.table
        size = _whole_words(
            folded_data, offsets, table.slots, table.data, table.offsets, found[0], found[1]
        )
        rows.append(found[0, :size])
        numbers.append(words.whole[found[1, :size]].astype(np.int64))
    if len(words.anywhere):
        folded_data, offsets = _folded(urls.data, begins, ends, False)
        matches = words.automaton.find_matches_as_indexes(folded_data, overlapping=True)
        table_of = np.array(matches, np.int64).reshape(-1, 3)
        rows.append(np.searchsorted(offsets, table_of[:, 1], side="right") - 1)
        numbers.append(words.anywhere[table_of[:, 0]].astype(np.int64))
    # A word that stands there twice is one.
    pairs = np.unique(np.concatenate(rows) * (len(words.entries) + 1) + np.concatenate(numbers))
    row, number = pairs // (len(words.entries) + 1), pairs % (len(words.entries) + 1)
    soft = words.kinds[number] == SOFT
    return WordHits(
        row,
        number,
        np.bincount(row[~soft], minlength=count) > 0,
        np.bincount(row[soft], minlength=count),
    )


def _folded(
    data: NDArray[np.uint8], begins: NDArray[np.int64], ends: NDArray[np.int64], parted: bool
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    out = np.empty(len(data) + 2 * len(begins), np.uint8)
    offsets = np.empty(len(begins) + 1, np.int64)
    _fold(data, begins, ends, parted, out, offsets)
    return out[: offsets[-1]], offsets
