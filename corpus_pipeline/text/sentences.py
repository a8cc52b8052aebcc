"""Sentences as byte spans: the unit that sentence deduplication hashes and removes.

The rule is small and the same for every language, because its purpose is to find repeated text and
not to analyse it. A sentence ends

    at a line break;
    after 。！？ and their kin, and the quotes and brackets that close behind them;
    after . ! ? … and their kin (with closing quotes, brackets, emphasis, and citations such as [12]
        or a raised number), where white space follows and then anything but an ASCII lower-case
        letter ("approx. five" goes on, "It is. Now" not);

but a single full stop ends nothing after one letter (J. Smith, U.S.), after a number that opens the
sentence (list items: "2. Boil the water") and after an abbreviation of the table below. What lies
between two spans is white space only.

A sentence has at least one letter or digit: what has none (". . .", a closing brace, a rule of
dashes) belongs to the sentence before it, or at the beginning of a text to the one after. Compared
by their words, such pieces would all be copies of each other.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import (
    DIGIT,
    LETTER,
    SPACE,
    UNSPACED,
    characters,
    decode,
)
from corpus_pipeline.text.columns import as_texts, utf8_buffers

_ORDINARY = 0
_BLANK = 1
_LINE_BREAK = 2
_CLOSER = 3
_ASCII_CLOSER = 4
"""May as well open the next sentence where no white space is written between sentences."""
_STOP = 5
_MARK = 6
_CJK_MARK = 7

#: Marks of footnotes that stand after the end of a sentence.
RAISED = "†‡¹²³⁰⁴⁵⁶⁷⁸⁹"
#: Unicode's Sentence_Terminal marks of single scripts: Devanagari and its kin, Myanmar, Ethiopic,
#: Khmer, Armenian, Syriac, N'Ko, Canadian, Mongolian, Limbu, Tai Tham, Balinese, Lepcha, Ol Chiki,
#: Tibetan, Lisu, Vai, Bamum, Phags-pa, Saurashtra, Kayah Li, Javanese, Cham, Meetei and Thai.
SENTENCE_TERMINALS = "।॥၊။።፧፨។៕៚։܀܁܂߹᙮᠃᠉᥄᥅᪨᪩᪪᪫᭚᭛᭞᭟᰻᰼᱾᱿།༎꓿꘎꘏꛳꛷꡶꡷꣎꣏꤯꧈꧉꩝꩞꩟꫰꫱꯫๚๛"

_CHARACTERS_OF_ROLE = {
    # What ends a line for Unicode (UAX 14: BK, CR, LF, NL).
    _LINE_BREAK: "\n\v\f\r\x85\u2028\u2029",
    _CLOSER: ")]）］｝〕〗〙〛】〉》」』”’»›" + RAISED,
    _ASCII_CLOSER: "\"'*_`}",
    _STOP: ".",
    _MARK: "!?…‼‽⁇⁈⁉؟۔׃" + SENTENCE_TERMINALS,
    # Ideographic, full-width and half-width; no white space follows them.
    _CJK_MARK: "。！？｡",
}

#: Lower case, at most five letters each. Those that are usually followed by a capital or a number.
_ABBREVIATIONS = (
    *("mr", "mrs", "ms", "dr", "prof", "st", "rev", "hon", "gen", "col", "lt", "capt", "sgt"),
    *("sen", "rep", "gov", "vs", "cf", "al", "fig", "figs", "eq", "eqs", "sec", "ch", "vol"),
    *("vols", "no", "nos", "pp", "op", "ed", "eds", "art"),
)
_LONGEST_ABBREVIATION = 5


class Sentences(NamedTuple):
    """The sentences of N texts, one after another. Text i has `offsets[i]:offsets[i + 1]`."""

    offsets: NDArray[np.int64]
    """int64[N + 1]."""
    starts: NDArray[np.int32]
    """int32[S], first byte of each sentence in the column's data buffer."""
    ends: NDArray[np.int32]
    """int32[S], the byte after each sentence; neither end is white space."""


@cache
def _roles() -> NDArray[np.uint8]:
    """uint8[0x10000], what each BMP code point does to a sentence; the other planes do nothing."""
    roles = np.full(0x10000, _ORDINARY, np.uint8)
    roles[characters().classes[:0x10000] == SPACE] = _BLANK
    for role, members in _CHARACTERS_OF_ROLE.items():
        roles[[ord(member) for member in members]] = role
    return roles


@cache
def _abbreviations() -> NDArray[np.int64]:
    """The table as sorted numbers, one byte a letter, as `_continues` reads tokens."""
    return np.sort([int.from_bytes(word.encode(), "big") for word in _ABBREVIATIONS])


@kernel
def after_citation(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the byte after the citation that begins at `i`: [12], [^note], [a]; `i` if none."""
    begin = i
    i += 1
    noted = i < stop and data[i] == 94
    i += noted
    first = i
    while i < stop and i - first < (40 if noted else 3):
        b = data[i]
        if b == 93:
            return i + 1 if i > first else begin
        digit = 48 <= b <= 57 or b == 44 or b == 45
        if not (digit or (97 <= b <= 122 and (noted or i == first))):
            return begin
        i += 1
    return i + 1 if i < stop and i > first and data[i] == 93 else begin


@kernel
def _role(roles, code_point):  # type: ignore[no-untyped-def]
    """Looks a code point up; no character outside the BMP has a role."""
    return roles[code_point] if code_point < len(roles) else np.uint8(_ORDINARY)


@kernel
def _continues(data, start, stop, abbreviations):  # type: ignore[no-untyped-def]
    """Says whether the single full stop at byte `stop` leaves the sentence from `start` open."""
    token = np.int64(0)
    i = stop - 1
    while i >= start and stop - i <= _LONGEST_ABBREVIATION + 1:
        letter = np.int64(data[i]) | 0x20
        if letter < 97 or letter > 122:
            break
        token |= letter << (8 * (stop - 1 - i))
        i -= 1
    length = stop - 1 - i
    if length == 0:
        while i >= start and 48 <= data[i] <= 57:
            i -= 1
        return start < stop and i < start
    if length > _LONGEST_ABBREVIATION or (i >= start and (48 <= data[i] <= 57 or data[i] >= 0x80)):
        return False
    if length == 1:
        return True
    at = np.searchsorted(abbreviations, token)
    return at < len(abbreviations) and abbreviations[at] == token


@kernel
def _split(data, offsets, roles, abbreviations, sentence_offsets, starts, ends):  # type: ignore[no-untyped-def]
    """Fills the arrays of `Sentences`; `starts` and `ends` have room for every other byte."""
    count = 0
    for row in range(len(offsets) - 1):
        sentence_offsets[row] = count
        i = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        start = np.int64(-1)
        end = i
        while i < stop:
            code_point, following = decode(data, i)
            role = _role(roles, code_point)
            if role == _ORDINARY:
                if start < 0:
                    start = i
                i = following
                end = i
                continue
            if role == _BLANK:
                i = following
                continue
            if role == _LINE_BREAK:
                if start >= 0:
                    starts[count], ends[count] = start, end
                    count += 1
                    start = np.int64(-1)
                i = following
                continue
            if start < 0:
                start = i
            mark = i
            i = following
            end = i
            if role < _STOP:
                continue
            single = role == _STOP
            ends_alone = role == _CJK_MARK
            while i < stop:
                code_point, following = decode(data, i)
                role = _role(roles, code_point)
                if code_point == 0x5B:
                    following = after_citation(data, i, stop)
                    if following > i:
                        single = False
                        i = following
                        end = i
                        continue
                if role < _CLOSER or (role == _ASCII_CLOSER and ends_alone):
                    break
                single = False
                ends_alone = ends_alone or role == _CJK_MARK
                i = following
                end = i
            if i >= stop:
                break
            if not ends_alone:
                if role != _BLANK:
                    continue
                while role == _BLANK and i < stop:
                    code_point, following = decode(data, i)
                    role = _role(roles, code_point)
                    if role == _BLANK:
                        i = following
                if 97 <= code_point <= 122:
                    continue
                if single and _continues(data, start, mark, abbreviations):
                    continue
            starts[count], ends[count] = start, end
            count += 1
            start = np.int64(-1)
        if start >= 0:
            starts[count], ends[count] = start, end
            count += 1
    sentence_offsets[len(offsets) - 1] = count
    return count


@kernel
def _has_word(data, i, stop, classes):  # type: ignore[no-untyped-def]
    """Says whether data[i:stop] has a letter or a digit of any script."""
    while i < stop:
        code_point, i = decode(data, i)
        kind = classes[code_point]
        if kind in (LETTER, DIGIT, UNSPACED):
            return True
    return False


@kernel
def _join_wordless(data, classes, sentence_offsets, starts, ends):  # type: ignore[no-untyped-def]
    """Joins sentences without a word to a neighbour, in place; returns how many are left."""
    count = 0
    for row in range(len(sentence_offsets) - 1):
        first = sentence_offsets[row]
        sentence_offsets[row] = count
        begin = count
        worded = False
        for k in range(first, sentence_offsets[row + 1]):
            has_word = _has_word(data, np.int64(starts[k]), np.int64(ends[k]), classes)
            if count > begin and not (has_word and worded):
                ends[count - 1] = ends[k]
            else:
                starts[count], ends[count] = starts[k], ends[k]
                count += 1
            worded = worded or has_word
    sentence_offsets[len(sentence_offsets) - 1] = count
    return count


def split_sentences(texts: pa.Array) -> Sentences:
    """Splits a `string` column into sentences, as byte spans in order.

    Each span begins and ends with a character that is not white space, and everything between spans
    is white space. A null text has no sentences. Memory: 4 bytes for each byte of text while it
    runs, 8 bytes for each sentence afterwards.

    >>> text = "Dr. Hu paid 3.5 yuan. Why? 他说：“好。”走了！\\n1. Rice"
    >>> sentences = split_sentences(pa.array([text, None]))
    >>> [text.encode()[a:b].decode() for a, b in zip(sentences.starts, sentences.ends)]
    ['Dr. Hu paid 3.5 yuan.', 'Why?', '他说：“好。”', '走了！', '1. Rice']
    >>> sentences.offsets.tolist()
    [0, 5, 5]
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    # The shortest sentence with what parts it from the next is a letter and a line break.
    room = int(offsets[-1] - offsets[0]) // 2 + len(texts) + 1
    sentence_offsets = np.zeros(len(offsets), np.int64)
    starts, ends = np.empty(room, np.int32), np.empty(room, np.int32)
    count = _split(data, offsets, _roles(), _abbreviations(), sentence_offsets, starts, ends)
    starts, ends = starts[:count].copy(), ends[:count].copy()
    count = _join_wordless(data, characters().classes, sentence_offsets, starts, ends)
    return Sentences(sentence_offsets, starts[:count], ends[:count])
