"""Marks and phrases that the quality measures look for, and the kernels that find them.

Which mark has which role is a choice; the peers' sets are named beside each.
"""

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.sentences import RAISED, SENTENCE_TERMINALS, after_citation

# The roles that a punctuation mark can have; one mark may have several.
ENDS = 1
ENDS_BEFORE_SPACE = 2
CLOSES = 4
C4_TERMINAL = 8
TERMINAL = 16
BULLET = 32
INTRODUCES = 64

#: End a sentence wherever they stand: full-width marks, and Unicode's Sentence_Terminal marks of
#: Armenian, Syriac, Devanagari and its kin, Myanmar, Ethiopic, Khmer, Mongolian, and more.
SENTENCE_ENDS = "。！？；｡．" + SENTENCE_TERMINALS
#: End a sentence before a space, the end of the line or a character of an unspaced script, so that
#: neither 3.14 nor example.org ends one. Abbreviations ("Dr. Roberts") do: the count is a ceiling.
SPACED_SENTENCE_ENDS = ".!?…؟۔‼‽⁇⁈⁉׃"
#: May stand between a sentence end and the space after it: quotation marks, brackets, Markdown's
#: emphasis, marks of footnotes.
CLOSERS = "\"'”’»›)]）］｝〕〗〙〛】〉》」』*_`~§" + RAISED
#: C4's end marks `. ? ! "` and what other scripts write for them.
C4_TERMINALS = '.?!"”」』»؟۔‼‽⁇⁈⁉׃' + SENTENCE_ENDS
#: End the line before a list, a table or code.
INTRODUCERS = ":："
#: FineWeb's also hold the apostrophe; the ellipsis counts because "..." ends in a full stop.
TERMINALS = C4_TERMINALS + "'’…"
#: Marks that begin an item of a list: those of datatrove, DCLM and Curator together.
BULLETS = "•●○◦◉◌■□▪▫◆◇◘▶▷▸▹►▻➢➤‣⁃⁌⁍∙⦾⦿·・*-–"


def _mark_table() -> NDArray[np.uint8]:
    table = np.zeros(0x10000, np.uint8)
    for marks, role in (
        (SENTENCE_ENDS, ENDS),
        (SPACED_SENTENCE_ENDS, ENDS_BEFORE_SPACE),
        (CLOSERS, CLOSES),
        (C4_TERMINALS, C4_TERMINAL),
        (TERMINALS, TERMINAL),
        (BULLETS, BULLET),
        (INTRODUCERS, INTRODUCES),
    ):
        for mark in marks:
            table[ord(mark)] |= role
    return table


MARKS = _mark_table()

JAVASCRIPT = 1
POLICY = 2
LOREM_IPSUM = 4
#: C4's phrases (ASCII, case-insensitive, anywhere in a line). The search looks for each one's
#: rarest letter and compares the rest only there.
PHRASES = (
    (b"javascript", b"j", JAVASCRIPT),
    (b"lorem ipsum", b"p", LOREM_IPSUM),
    (b"terms of use", b"f", POLICY),
    (b"privacy policy", b"v", POLICY),
    (b"cookie policy", b"k", POLICY),
    (b"uses cookies", b"k", POLICY),
    (b"use of cookies", b"k", POLICY),
    (b"use cookies", b"k", POLICY),
)
_CITATIONS = (b"[edit]", b"[citation needed]")
_TEXTS = tuple(phrase for phrase, _, _ in PHRASES) + _CITATIONS
_TEXT_BYTES = np.frombuffer(b"".join(_TEXTS), np.uint8)
_TEXT_OFFSETS = np.cumsum([0] + [len(text) for text in _TEXTS])
_EDIT, _CITATION_NEEDED = len(PHRASES), len(PHRASES) + 1
_ANCHORS = np.array([anchor[0] for _, anchor, _ in PHRASES], np.int64)
_LEADS = np.array([phrase.index(anchor) for phrase, anchor, _ in PHRASES], np.int64)
_FLAGS = np.array([flag for _, _, flag in PHRASES], np.int64)
_SECONDS = [phrase[phrase.index(anchor) + 1] for phrase, anchor, _ in PHRASES]
#: By ASCII byte: the byte that must follow, in lower case, for a phrase to stand there; else 0.
FOLLOWS_ANCHOR = np.zeros(128, np.uint8)
for _anchor, _second in zip(_ANCHORS, _SECONDS, strict=True):
    FOLLOWS_ANCHOR[[_anchor, _anchor & ~0x20]] = _second


@kernel
def _reads(data, start, stop, first, text):  # type: ignore[no-untyped-def]
    """Says whether number `text` of `_TEXTS` stands at byte `first`, within `start` and `stop`."""
    offset = _TEXT_OFFSETS[text]
    length = _TEXT_OFFSETS[text + 1] - offset
    if first < start or first + length > stop:
        return False
    for k in range(length):
        b = data[first + k]
        if 65 <= b <= 90:
            b |= 0x20
        if b != _TEXT_BYTES[offset + k]:
            return False
    return True


@kernel
def phrases_at(data, start, stop, i):  # type: ignore[no-untyped-def]
    """Returns the flags of the phrases whose anchor letter is the byte `i`."""
    flags = 0
    letter = data[i] | 0x20
    for p in range(len(_ANCHORS)):
        if _ANCHORS[p] == letter and _reads(data, start, stop, i - _LEADS[p], p):
            flags |= _FLAGS[p]
    return flags


@kernel
def before_closers(data, start, end):  # type: ignore[no-untyped-def]
    """Returns `end` moved before what may follow the mark that ends a sentence.

    That is quotation marks, brackets, emphasis, citations ([3], [^note]) and marks of footnotes.
    """
    while end > start:
        first = end - 1
        while first > start and data[first] & 0xC0 == 0x80:
            first -= 1
        if data[first] == 93:
            opening = first
            while opening > start and first - opening < 42 and data[opening] != 91:
                opening -= 1
            if data[opening] == 91 and after_citation(data, opening, end) == end:
                first = opening
                while first > start and data[first - 1] == 32:
                    first -= 1
                end = first
                continue
        code_point, _ = decode(data, first)
        if code_point >= 0x10000 or MARKS[code_point] & CLOSES == 0:
            return end
        end = first
    return end


@kernel
def before_citations(data, start, end):  # type: ignore[no-untyped-def]
    """Returns `end` moved before trailing citations ([3], [edit], [citation needed]) and blanks."""
    while end > start and data[end - 1] == 93:
        opening = end - 2
        while opening >= start and 48 <= data[opening] <= 57:
            opening -= 1
        if opening < start or data[opening] != 91:
            if _reads(data, start, end, end - 6, _EDIT):
                opening = end - 6
            elif _reads(data, start, end, end - 17, _CITATION_NEEDED):
                opening = end - 17
            else:
                return end
        end = opening
        while end > start and data[end - 1] == 32:
            end -= 1
    return end


@kernel
def last_mark(data, start, end, marks):  # type: ignore[no-untyped-def]
    """Returns (roles of the last character before `end`, whether the text ends in an ellipsis).

    `marks` is uint8[0x10000], the roles: `MARKS`, or a table like it.
    """
    if end <= start:
        return 0, False
    first = end - 1
    while first > start and data[first] & 0xC0 == 0x80:
        first -= 1
    code_point, _ = decode(data, first)
    if code_point >= 0x10000:
        return 0, False
    dots = end - start >= 3 and data[end - 1] == 46 and data[end - 2] == 46 and data[end - 3] == 46
    return np.int64(marks[code_point]), dots or code_point == 0x2026


@kernel
def line_end(data, start, end, whole):  # type: ignore[no-untyped-def]
    """Judges the end of a line of prose.

    Args:
        data: uint8[B].
        start: first byte of the line.
        end: the byte after its last character that is no white space.
        whole: the line has enough words to be a clause of its own, so that : may end it.

    Returns:
        (it ends in a mark that can end a sentence, it is whole, not cut off by "...").
    """
    bare = before_closers(data, start, end)
    if bare == start:
        return False, False
    marks, ellipsis = last_mark(data, start, bare, MARKS)
    # 他走了…… and "Then he said..." are whole, Read on... is cut off.
    cut = ellipsis and bare == end
    if cut and end - start >= 6 and data[end - 1] == 0xA6 and data[end - 4] == 0xA6:
        cut = data[end - 5] != 0x80 or data[end - 6] != 0xE2
    terminal = marks & TERMINAL != 0 or (whole and marks & INTRODUCES != 0)
    if not terminal and bare < end:
        # A quotation's end without a mark of its own.
        marks, _ = last_mark(data, start, end, MARKS)
        terminal = marks & TERMINAL != 0
    return terminal, terminal and not cut
