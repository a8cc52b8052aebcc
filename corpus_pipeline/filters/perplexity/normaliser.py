"""Text as a language model reads it: named normaliser profiles.

A perplexity is only comparable with one made of the same tokens, so the way from text to tokens has
a name, the name is stored beside every model, and a profile never changes: a change is a new name.

    words-v1        "Don’t PANIC...  4.50 km — 你好"     ->  don ' t panic . 0 . 00 km - 你 好
    characters-v1   "TiDB 7.5.10 支持２０个节点……"       ->  tidb 0 . 0 . 0 支 持 0 个 节 点 .

Case and width are folded and ignorable characters vanish. A run of letters and digits is one token;
so is each character of an unspaced script, each punctuation mark and each symbol, save that a run
of one mark is one token. Curly quotation marks and dashes count as their ASCII forms. Tokens are
separated by one space and lines by one line feed; empty lines vanish. A digit becomes 0: each digit
in *words-v1*, where the number of digits is a good part of what a number means; each run of digits
in *characters-v1*, for text in which a token is hardly ever longer than one character.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import (
    DIGIT,
    IGNORABLE,
    LETTER,
    SPACE,
    UNSPACED,
    characters,
    decode,
    encode,
)
from corpus_pipeline.text.columns import as_texts, string_column, utf8_buffers

#: Profile -> whether a run of digits becomes one 0 (true) or each digit does (false).
PROFILES: Mapping[str, bool] = MappingProxyType({"words-v1": False, "characters-v1": True})

#: Marks that NFKC leaves apart although writers use them for the same thing.
_MARKS = {"'": "‘’‚‛′", '"': "“”„‟«»″", "-": "‐‑‒–—―−", ".": "…"}

#: What was written last, if it was not a single character (those are remembered by code point).
_NOTHING, _RUN = np.int64(-1), np.int64(-2)

#: A class beside those of text/characters.py: a mandatory line break.
_LINE_END = 7
_LINE_ENDS = "\n\v\f\r\x85\u2028\u2029"


class LmText(NamedTuple):
    """N texts as a language model reads them."""

    text: pa.Array
    """string[N]: tokens separated by one space, lines by one line feed. Null where the text is."""
    tokens: NDArray[np.int64]
    """int64[N], tokens of each text."""
    lines: NDArray[np.int64]
    """int64[N], lines that have a token."""


@cache
def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Returns (classes, folds): the shipped tables with `_MARKS` folded and line ends set apart."""
    table = characters()
    classes, folds = table.classes.copy(), table.folds.copy()
    for target, marks in _MARKS.items():
        for mark in marks:
            folds[ord(mark)] = ord(target)
    for end in _LINE_ENDS:
        classes[ord(end)] = _LINE_END
    return classes, folds


@kernel
def _normalise(  # type: ignore[no-untyped-def]
    data, offsets, classes, folds, short_numbers, limit, out, out_offsets, tokens, lines
):
    """Fills `out` and the counts; `out` has room for two bytes for each byte of text."""
    size = 0
    for row in range(len(offsets) - 1):
        out_offsets[row] = size
        begin = size
        i = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        last = _NOTHING
        # The separator before the next token: 0 at the start of the text, else space or line feed.
        separator = np.int64(0)
        read = np.int64(0)
        row_tokens = 0
        row_lines = 0
        number = False
        while i < stop:
            code_point, following = decode(data, i)
            kind = classes[code_point]
            if kind in (LETTER, DIGIT):
                if last != _RUN:
                    if read >= limit:
                        break
                    if separator != 0:
                        out[size] = separator
                        size += 1
                    if separator != 32:
                        row_lines += 1
                    separator = np.int64(32)
                    row_tokens += 1
                    last = _RUN
                    number = False
                if kind == DIGIT:
                    if not (number and short_numbers):
                        out[size] = 48
                        size += 1
                elif code_point < 0x10000:
                    size = encode(out, size, np.int64(folds[code_point]))
                else:
                    size = encode(out, size, code_point)
                number = kind == DIGIT
            elif kind == SPACE:
                last = _NOTHING
            elif kind == _LINE_END:
                last = _NOTHING
                if size > begin:
                    separator = np.int64(10)
            elif kind != IGNORABLE:
                folded = (
                    np.int64(folds[code_point]) if code_point < 0x10000 else np.int64(code_point)
                )
                if kind == UNSPACED or folded != last:
                    if read >= limit:
                        break
                    if separator != 0:
                        out[size] = separator
                        size += 1
                    if separator != 32:
                        row_lines += 1
                    separator = np.int64(32)
                    row_tokens += 1
                    size = encode(out, size, folded)
                last = folded
            i = following
            read += 1
        tokens[row] = row_tokens
        lines[row] = row_lines
    out_offsets[len(offsets) - 1] = size
    return size


def normalise_for_lm(texts: pa.Array, profile: str, max_chars: int | None = None) -> LmText:
    """Writes texts as tokens and lines under a named profile, and counts both.

    Memory: two bytes for each byte of text while it runs.

    Args:
        texts: string[N], at most 1 GiB.
        profile: a key of `PROFILES`.
        max_chars: no token starts at or after this many characters of a text; the rest is not read.
            None reads whole texts.

    Raises:
        ValueError: the profile is unknown, or the column is too large for 32-bit offsets.

    >>> normalise_for_lm(pa.array(["Don’t PANIC... 4.50\\n\\n你好！"]), "words-v1").text.to_pylist()
    ["don ' t panic . 0 . 00\\n你 好 !"]
    >>> result = normalise_for_lm(pa.array(["TiDB 7.5 支持２０个节点", None]), "characters-v1")
    >>> result.text.to_pylist(), result.tokens.tolist(), result.lines.tolist()
    (['tidb 0 . 0 支 持 0 个 节 点', None], [10, 0], [1, 0])
    """
    texts = as_texts(texts)
    if profile not in PROFILES:
        raise ValueError(f"unknown normaliser profile {profile!r}; known are {', '.join(PROFILES)}")
    data, offsets = utf8_buffers(texts)
    room = 2 * int(offsets[-1] - offsets[0])
    if room > np.iinfo(np.int32).max:
        raise ValueError(f"a column of {room // 2} bytes is over the 1 GiB that fit; use batches")
    classes, folds = _tables()
    out = np.empty(room, np.uint8)
    out_offsets = np.zeros(len(offsets), np.int32)
    tokens = np.zeros(len(offsets) - 1, np.int64)
    lines = np.zeros(len(offsets) - 1, np.int64)
    limit = np.iinfo(np.int64).max if max_chars is None else max_chars
    size = _normalise(
        data,
        offsets,
        classes,
        folds,
        PROFILES[profile],
        np.int64(limit),
        out,
        out_offsets,
        tokens,
        lines,
    )
    nulls = texts.is_null().to_numpy(zero_copy_only=False) if texts.null_count else None
    return LmText(string_column(out[:size], out_offsets, nulls), tokens, lines)
