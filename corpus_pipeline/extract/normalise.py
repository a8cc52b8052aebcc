"""One spelling for text: Unicode NFC, line ends, white space, no control characters.

    "Cafe\\u0301\\r\\n\\r\\n\\r\\n你好。\\u00a0\\x00  "  ->  "Café\\n\\n你好。"

1. Carriage return (with or without line feed), vertical tab, form feed, NEL, line separator and
   paragraph separator become a line feed.
2. Other control characters, soft hyphens, the byte order mark and Unicode's noncharacters go.
   Tabs stay, and so do joiners and zero-width spaces: Persian, Hindi, Khmer and emoji need them.
3. A no-break space becomes a space.
4. White space at the end of a line goes, and so does white space at both ends of the text.
5. Of three or more line feeds two stay: paragraphs are separated by one empty line.
6. Of a run of blanks and tabs longer than `max_blanks` the first so many stay, where that is asked
   for.
7. The result is put into NFC.

A column that needs nothing comes back as it is, without a copy. NFC is Python's; Unicode promises
that it never changes for a character that is assigned, so versions of Python can differ only in
characters that are newer than the older one.
"""

import re
import unicodedata
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import as_texts, string_column, utf8_buffers

_COPY: Final = 0
_WHITE: Final = 1
_NEWLINE: Final = 2
_REMOVE: Final = 3
_TO_SPACE: Final = 4
_KIND: Final = 7
#: Set beside the kind for a code point that NFC may change, alone or after another one.
_NFC: Final = 8

_NEWLINES = (0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029)
#: Unicode's space separators (Zs) without the no-break space, the tab, and the zero-width space: it
#: parts words in Khmer and stays there, but at the end of a line it would hide the full stop.
_WHITES = (0x09, 0x20, 0x1680, *range(0x2000, 0x200C), 0x202F, 0x205F, 0x3000)
_REMOVED = (
    *range(0x09),
    *range(0x0E, 0x20),
    *range(0x7F, 0x85),
    *range(0x86, 0xA0),
    0xAD,
    0xFEFF,
    *range(0xFDD0, 0xFDF0),
    *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF)),
)
#: Code points that NFC leaves alone whatever stands before them, first to last. Not all of them:
#: enough that text in Latin, Cyrillic, Han, kana, Hangul and emoji is seldom sent to NFC in vain.
STABLE_RANGES = (
    (0x0000, 0x02FF),
    (0x0391, 0x03A1),
    (0x03A3, 0x03CE),
    (0x0400, 0x0482),
    (0x048A, 0x052F),
    (0x05D0, 0x05EA),
    (0x0620, 0x064A),
    (0x0660, 0x066F),
    (0x0671, 0x06D5),
    (0x06F0, 0x06FF),
    (0x0E01, 0x0E37),
    (0x1E00, 0x1EF9),
    (0x2002, 0x20CF),
    (0x2190, 0x2328),
    (0x2460, 0x2ADB),
    (0x3000, 0x3029),
    (0x3030, 0x3098),
    (0x309B, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),
    (0xFF01, 0xFFEE),
    (0x1F300, 0x1FAFF),
    (0x20000, 0x2A6DF),
)


@cache
def _kinds() -> NDArray[np.uint8]:
    """uint8[0x110000], what happens to each code point: a kind, with `_NFC` where NFC may act."""
    kinds = np.full(0x110000, _COPY | _NFC, np.uint8)
    for first, last in STABLE_RANGES:
        kinds[first : last + 1] = _COPY
    for code_points, kind in ((_NEWLINES, _NEWLINE), (_REMOVED, _REMOVE), ((0xA0,), _TO_SPACE)):
        kinds[list(code_points)] = kind
    # U+2000 and U+2001 are white space that NFC changes.
    kinds[list(_WHITES)] = kinds[list(_WHITES)] & _NFC | _WHITE
    return kinds


@kernel
def _clean(data, offsets, kinds, max_blanks, out, out_offsets, unstable):  # type: ignore[no-untyped-def]
    """Applies rules 1 to 6; sets `unstable[row]` where rule 7 may change the row.

    Returns whether any row changed. `out` has room for all input bytes: no rule adds one.
    """
    o = np.int64(0)
    changed = False
    for row in range(len(offsets) - 1):
        row_start = o
        # Everything before `solid` stays; what follows is white space not yet known to end a line.
        solid = o
        newlines = 0
        blanks = 0
        i = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        row_changed = False
        while i < stop:
            b = data[i]
            if 0x20 < b < 0x7F:
                out[o] = b
                o += 1
                i += 1
                solid = o
                newlines = 0
                blanks = 0
                continue
            code_point, following = decode(data, i)
            kind = kinds[code_point]
            if kind & _NFC:
                unstable[row] = True
            kind &= _KIND
            if kind == _COPY:
                while i < following:
                    out[o] = data[i]
                    o += 1
                    i += 1
                solid = o
                newlines = 0
                blanks = 0
            elif kind in (_WHITE, _TO_SPACE):
                blanks += 1
                if solid > row_start and blanks <= max_blanks:
                    if kind == _WHITE:
                        for j in range(i, following):
                            out[o] = data[j]
                            o += 1
                    else:
                        out[o] = 0x20
                        o += 1
                        row_changed = True
                i = following
            else:
                if kind == _NEWLINE:
                    o = solid
                    blanks = 0
                    if b == 0x0D and following < stop and data[following] == 0x0A:
                        following += 1
                    if b != 0x0A:
                        row_changed = True
                    if o > row_start and newlines < 2:
                        out[o] = 0x0A
                        o += 1
                        solid = o
                        newlines += 1
                i = following
        o = solid - newlines
        out_offsets[row + 1] = o
        changed = changed or row_changed or o - row_start != stop - offsets[row]
    return changed


def normalise_texts(texts: pa.Array, max_blanks: int | None = None) -> pa.Array:
    """Puts every text of a `string` column into the one spelling of this module.

    Idempotent. Nulls stay null; a text of white space alone becomes empty.

    Args:
        texts: N texts.
        max_blanks: longest run of blanks and tabs within a line, in characters; None leaves all.

    Raises:
        TypeError: the column is not of Arrow type `string`.

    >>> normalise_texts(pa.array(["a \\r\\n\\r\\n\\r\\n你好\\u3000", None, " \\n"])).to_pylist()
    ['a\\n\\n你好', None, '']
    >>> normalise_texts(pa.array(["a\\t   b  c"]), max_blanks=2).to_pylist()
    ['a\\t b  c']
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    out = np.empty(int(offsets[-1] - offsets[0]), np.uint8)
    out_offsets = np.zeros(len(offsets), np.int32)
    unstable = np.zeros(len(texts), np.bool_)
    limit = len(data) if max_blanks is None else max_blanks
    changed = _clean(data, offsets, _kinds(), limit, out, out_offsets, unstable)
    if changed:
        nulls = texts.is_null().to_numpy(zero_copy_only=False) if texts.null_count else None
        texts = string_column(out[: out_offsets[-1]], out_offsets, nulls)
    if not unstable.any():
        return texts
    mask = pa.array(unstable)
    found = texts.filter(mask).to_pylist()
    # Not pyarrow's utf8_normalize: up to release 25 it decomposes and does not compose.
    composed = [_composed(text) for text in found]
    if composed == found:
        return texts
    return pc.replace_with_mask(texts, mask, pa.array(composed, pa.string()))


@cache
def _long_marks() -> re.Pattern[str]:
    """Finds more combining marks in a row than any language has (Stream-Safe Text has 30)."""
    characters = (chr(code_point) for code_point in range(0x300, 0x20000))
    # A few characters are no marks, but decompose into them.
    marks = (c for c in characters if unicodedata.combining(unicodedata.normalize("NFD", c)[0]))
    return re.compile(f"[{''.join(marks)}]{{31,}}")


def _composed(text: str) -> str:
    """Returns a text in NFC, in linear time.

    Python puts combining marks into order by exchanging neighbours, which takes hours for the
    megabytes of them that a hostile page may have. So it gets long sequences in order already.

    >>> text = "a" + 20 * "\\u0301\\u0327"
    >>> _composed(text) == unicodedata.normalize("NFC", text)
    True
    """
    return unicodedata.normalize("NFC", _long_marks().sub(_ordered, text))


def _ordered(marks: "re.Match[str]") -> str:
    """Decomposes marks and sorts them by class, stably: what NFC does first.

    As columns: five million of them would be two gigabytes as objects.
    """
    codes = np.frombuffer(marks[0].encode("utf-32-le"), np.uint32)
    known = np.unique(codes)
    # One by one: together they would be put into order.
    parts = [unicodedata.normalize("NFD", chr(code)) for code in known.tolist()]
    lengths = np.array([len(part) for part in parts], np.uint8)
    table = np.zeros((len(parts), int(lengths.max())), np.uint32)
    for row, part in enumerate(parts):
        table[row, : len(part)] = list(map(ord, part))
    rows = np.searchsorted(known, codes).astype(np.uint16)
    spread = table[rows]
    codes = spread[np.arange(table.shape[1], dtype=np.uint8) < lengths[rows][:, None]]
    classes = np.zeros(int(table.max()) + 1, np.uint8)
    for code in np.unique(table).tolist():
        classes[code] = unicodedata.combining(chr(code))
    of_each = classes[codes]
    sorted_codes = [codes[of_each == each] for each in np.unique(of_each)]
    return np.concatenate(sorted_codes).tobytes().decode("utf-32-le")
