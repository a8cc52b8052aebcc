"""The sample of a document that a language model sees: a few hundred characters of its prose.

A model averages over words, so the rest of a document changes the answer little and costs the most.
What the sample leaves out, and why:

* *Code between backticks, addresses and tags* are in no language. Of 591 Chinese manuals with code
  the model finds Chinese with confidence 0.65 in 74 %, and in 96 % when it sees prose alone.
* *The beginning alone* may be an epigraph, a licence or a summary in another language. So a text
  longer than the sample is looked at in `WINDOWS` places, evenly spaced over its prose, each cut at
  a word. Each is judged alone: joined, a few lines in one language outvote many in another.
* *Capitals*: models were trained on text in ordinary case, and read a contract in capitals as some
  other language. A window whose letters are capitals for the most part is shown in lower case.
  Text in ordinary case is shown as it is: to lower it too gains as much as it loses.
"""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import LETTER, SPACE, UNSPACED, characters, decode, encode
from corpus_pipeline.text.columns import as_texts, utf8_buffers

#: How much of a document the model sees, in characters.
SAMPLE_CHARS = 1000

#: In how many places a longer document is looked at.
WINDOWS: Final = 5

#: Of ten characters of the sample so many are looked at in several places, because every place
#: costs a call of the model.
_OF_TEN: Final = 9

#: A character of a script without spaces counts for so many in a window: the model knows words, but
#: no sentences written as one, and takes three times as long over each of their characters. They
#: say more too: a Chinese character is half a word.
_UNSPACED_CHARS: Final = 2

#: With fewer letters outside code, addresses and tags, a sample holds those too.
_LEAST_PROSE: Final = 20
#: What opens with < and closes further away than this is no tag, in bytes.
_TAG_BYTES: Final = 256
#: A window moves on by so many bytes at most to begin at a word, and ends so many characters early.
_WORD_BYTES: Final = 48
_BACKTICK: Final = 0x60
_LESS: Final = 0x3C
_COLON: Final = 0x3A
_H: Final = 0x68
_CONTINUATION: Final = 0x80

#: Where scripts with two cases lie; the case of what they hold has not changed since Unicode 9.
_CASED = ((0x41, 0x588), (0x10A0, 0x1100), (0x1C90, 0x1CC0), (0x1E00, 0x2000), (0xFF21, 0xFF5B))


class Samples(NamedTuple):
    """The windows of N texts, W in all: text i has `windows[i]:windows[i + 1]`.

    Window w is the line `data[offsets[w]:offsets[w + 1]]`.
    """

    data: NDArray[np.uint8]
    """UTF-8 bytes; a line feed ends each line and stands nowhere else."""
    offsets: NDArray[np.int64]
    """int64[W + 1]."""
    letters: NDArray[np.int64]
    """int64[W], letters of any script in each line."""
    windows: NDArray[np.int64]
    """int64[N + 1]."""


@cache
def _lower() -> NDArray[np.uint16]:
    """uint16[0x10000], the small letter of each capital; every other code point as it is."""
    lower = np.arange(0x10000, dtype=np.uint16)
    for first, stop in _CASED:
        for code_point in range(first, stop):
            # The Turkish capital İ becomes i and a combining dot; the i is enough.
            lower[code_point] = ord(chr(code_point).lower()[0])
    return lower


@kernel
def _not_prose(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the index after the code, address or tag that starts at `i`; `i` when none does."""
    b = data[i]
    if b == _BACKTICK:
        fence = i + 2 < stop and data[i + 1] == _BACKTICK and data[i + 2] == _BACKTICK
        j = i + 3 if fence else i + 1
        while j < stop and (fence or data[j] != 0x0A):
            if data[j] == _BACKTICK:
                if not fence:
                    return j + 1
                if j + 2 < stop and data[j + 1] == _BACKTICK and data[j + 2] == _BACKTICK:
                    return j + 3
            j += 1
    elif b == _H and i + 7 < stop and data[i + 1] == 0x74 and data[i + 2] == 0x74:  # htt
        j = i + 5 if data[i + 4] == 0x73 else i + 4  # https, http
        if data[i + 3] == 0x70 and data[j] == _COLON and data[j + 1] == 0x2F:  # p :/
            while j < stop and 0x21 <= data[j] <= 0x7E and data[j] != 0x29 and data[j] != 0x3E:
                j += 1
            return j
    elif b == _LESS and i + 1 < stop and (data[i + 1] == 0x2F or 0x41 <= data[i + 1] <= 0x7A):
        j = i + 1
        while j < min(stop, i + _TAG_BYTES) and data[j] != 0x0A and data[j] != _LESS:
            if data[j] == 0x3E:
                return j + 1
            j += 1
    return i


@kernel
def _copy(data, i, stop, max_chars, tables, unspaced, skip, lowered, out, o):  # type: ignore[no-untyped-def]
    """Copies one window on one line.

    Args:
        tables: character classes, small letters.
        unspaced: for how many characters one of a script without spaces counts.
        skip: leave out code, addresses and tags; each counts as one character.
        lowered: write capitals as small letters.

    Returns:
        (index after it in `out`, letters, capitals, index after it in `data`).
    """
    classes, lower = tables
    chars = 0
    letters = 0
    capitals = 0
    while i < stop and chars < max_chars:
        b = data[i]
        if skip and b in (_BACKTICK, _H, _LESS):
            after = _not_prose(data, i, stop)
            if after > i:
                i = after
                out[o] = 0x20
                o += 1
                chars += 1
                continue
        code_point, following = decode(data, i)
        kind = classes[code_point]
        letters += kind in (LETTER, UNSPACED)
        chars += unspaced if kind == UNSPACED else 1
        if code_point < 65536:
            little = np.int64(lower[code_point])
            capitals += little != code_point
            if lowered and little != code_point:
                o = encode(out, o, little)
                i = following
                continue
        if b == 0x0A or b == 0x0D or b == 0x00:
            out[o] = 0x20
            o += 1
        else:
            for j in range(i, following):
                out[o] = data[j]
                o += 1
        i = following
    return o, letters, capitals, i


@kernel
def _window(data, i, stop, max_chars, tables, unspaced, skip, out, o):  # type: ignore[no-untyped-def]
    """Copies one window, in lower case when it is in capitals; returns (end in `out`, letters,
    index after it in `data`)."""
    lowered = False
    while True:
        end, letters, capitals, after = _copy(
            data, i, stop, max_chars, tables, unspaced, skip, lowered, out, o
        )
        if lowered or 2 * capitals <= letters:
            return end, letters, after
        lowered = True


@kernel
def _word_start(data, i, stop, classes):  # type: ignore[no-untyped-def]
    """Returns where the next word begins at or after byte `i`: behind white space, or at a
    character of a script without it; the next character where neither is near."""
    while i < stop and data[i] & 0xC0 == _CONTINUATION:
        i += 1
    j = i
    while j < stop and j - i < _WORD_BYTES:
        code_point, following = decode(data, j)
        if classes[code_point] == SPACE:
            return following
        if classes[code_point] == UNSPACED:
            return j
        j = following
    return i


@kernel
def _word_end(out, begin, o):  # type: ignore[no-untyped-def]
    """Returns where the last whole word of out[begin:o] ends, when white space is near."""
    j = o - 1
    while j > begin and o - j < _WORD_BYTES and out[j] < 0x80:
        if out[j] == 0x20:
            return j
        j -= 1
    return o


@kernel
def _has(word, byte):  # type: ignore[no-untyped-def]
    """Says whether one of the eight bytes of a word is `byte`: x then has a zero byte."""
    x = word ^ (np.uint64(0x0101010101010101) * np.uint64(byte))
    return (x - np.uint64(0x0101010101010101)) & ~x & np.uint64(0x8080808080808080) != 0


@kernel
def _next_mark(data, words, i, stop):  # type: ignore[no-untyped-def]
    """Returns the index of the first backtick, < or colon of data[i:stop]; `stop` without one."""
    while i < stop:
        if i & 7 == 0 and i >> 3 < len(words):
            word = words[i >> 3]
            if not (_has(word, _BACKTICK) or _has(word, _LESS) or _has(word, _COLON)):
                i += 8
                continue
        b = data[i]
        if b in (_BACKTICK, _LESS, _COLON):
            return i
        i += 1
    return stop


@kernel
def _next_not_prose(data, words, i, stop):  # type: ignore[no-untyped-def]
    """Returns where the next code, address or tag begins and ends; (`stop`, `stop`) without one."""
    first = i
    while True:
        i = _next_mark(data, words, i, stop)
        if i >= stop:
            return stop, stop
        begin = i
        if data[i] == _COLON:
            # http: or https:
            begin = i - 4 if i - 4 >= first and data[i - 4] == _H else i - 5
        if begin >= first and (begin == i or data[begin] == _H):
            after = _not_prose(data, begin, stop)
            if after > begin:
                return begin, after
        i += 1


@kernel
def _not_prose_bytes(data, words, i, stop):  # type: ignore[no-untyped-def]
    """Returns the bytes of data[i:stop] that lie in code, addresses and tags."""
    inside = 0
    while i < stop:
        begin, i = _next_not_prose(data, words, i, stop)
        inside += i - begin
    return inside


@kernel
def _skip_prose(data, words, i, stop, prose, plain):  # type: ignore[no-untyped-def]
    """Returns the index after `prose` more bytes of prose; `plain`: there is nothing else."""
    while not plain:
        begin, after = _next_not_prose(data, words, i, stop)
        if begin - i > prose or begin >= stop:
            break
        prose -= begin - i
        i = after
    return min(stop, i + prose)


@kernel
def _sample_row(data, words, begin, stop, sample_chars, tables, out, lines, letters, w):  # type: ignore[no-untyped-def]
    """Copies the windows of one row from number `w` on; returns the number after them.

    `lines[w]` is where window `w` begins in `out`, and `lines[w + 1]` is where it ends.
    """
    # Of more bytes than a sample can have, the beginning says how many make a character.
    counted = min(stop - begin, 4 * sample_chars)
    chars = 0
    for i in range(begin, begin + counted):
        chars += data[i] & 0xC0 != _CONTINUATION
    if chars <= sample_chars or sample_chars < 2 * WINDOWS * _WORD_BYTES:
        return _line(data, begin, stop, stop, sample_chars, tables, True, out, lines, letters, w)
    outside = _not_prose_bytes(data, words, begin, stop)
    prose = stop - begin - outside
    window_chars = sample_chars * _OF_TEN // (10 * WINDOWS)
    window_bytes = counted * window_chars // chars
    i = begin
    at = np.int64(0)
    for window in range(WINDOWS):
        # Each window lies in the middle of its share of the prose.
        target = max(at, (2 * window + 1) * prose // (2 * WINDOWS) - window_bytes // 2)
        i = _skip_prose(data, words, i, stop, target - at, outside == 0)
        at = target
        first = _word_start(data, i, stop, tables[0]) if target > 0 else i
        w = _line(data, first, stop, -1, window_chars, tables, True, out, lines, letters, w)
    return w


@kernel
def _line(data, i, stop, whole, max_chars, tables, skip, out, lines, letters, w):  # type: ignore[no-untyped-def]
    """Writes window `w`, a line feed at its end; returns w + 1. `whole`: where no word is cut."""
    o = lines[w]
    unspaced = _UNSPACED_CHARS if whole < 0 else 1
    end, letters[w], after = _window(data, i, stop, max_chars, tables, unspaced, skip, out, o)
    if after < stop and whole < 0:
        end = _word_end(out, o, end)
    # fastText reads one line; it takes the line feed for the end of a sentence, a word of its own
    # that its models were trained with.
    out[end] = 0x0A
    lines[w + 1] = end + 1
    return w + 1


@kernel
def _sample(data, words, offsets, sample_chars, tables, out, lines, letters, windows):  # type: ignore[no-untyped-def]
    """Samples each row. A row without prose is sampled as it stands, from its beginning."""
    w = np.int64(0)
    for row in range(len(offsets) - 1):
        windows[row] = first = w
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        w = _sample_row(data, words, i, stop, sample_chars, tables, out, lines, letters, w)
        if letters[first:w].sum() < _LEAST_PROSE:
            w = _line(data, i, stop, stop, sample_chars, tables, False, out, lines, letters, first)
    windows[len(offsets) - 1] = w


def sample_texts(texts: pa.Array, sample_chars: int = SAMPLE_CHARS) -> Samples:
    """Samples every text of a `string` column; a null text has one empty window.

    Args:
        sample_chars: characters of each text that are looked at; what is left out counts as one.

    >>> texts = ["你好 `code` 世界，今天天气很好，我们明天去公园散步吧", "SO BE IT"]
    >>> samples = sample_texts(pa.array(texts))
    >>> bytes(samples.data).decode().splitlines(), samples.letters.tolist()
    (['你好   世界，今天天气很好，我们明天去公园散步吧', 'so be it'], [20, 6])
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    count = len(texts)
    lengths = np.diff(offsets)
    # At most four bytes for a character; a small letter may have one byte more than its capital.
    room = int(np.minimum(2 * lengths, 4 * np.int64(sample_chars)).sum())
    out = np.empty(room + WINDOWS * count, np.uint8)
    lines, letters = np.zeros(WINDOWS * count + 1, np.int64), np.zeros(WINDOWS * count, np.int64)
    windows = np.zeros(count + 1, np.int64)
    tables = (characters().classes, _lower())
    words = data[: len(data) // 8 * 8].view(np.uint64)
    _sample(data, words, offsets, sample_chars, tables, out, lines, letters, windows)
    used = int(windows[-1])
    return Samples(out[: lines[used]], lines[: used + 1], letters[:used], windows)
