"""The view in which identifiers are looked for, and the way back to the text.

The same number is written with a no-break space, a dash of any kind, digits of any script, or with
an invisible character inside; and in Chinese, Japanese or Thai text it has no boundary, because to
a regular expression 话 is a letter like a. So a window is folded before anything looks at it:

    text    电话：１３８<ZWSP>–1234–5678在线
    plain   电话:138-1234-5678在线             invisible characters gone, the others in ASCII
    view    ￼￼:138-1234-5678￼￼             and letters of scripts without spaces are a mark
    origin  0 1 2 3 4 5 7 8 …                  where each character of both stands in the text

Rules match identifiers on the view and read the words around them on the plain text.
"""

import re
from typing import NamedTuple

#: Stands for a letter that is no part of an identifier, and for identifiers already found. No rule
#: takes it for a letter, a separator or the end of a line.
MARK = "\ufffc"

#: Letters of scripts that put no space between a word and an identifier: Thai and Lao, Myanmar,
#: Hangul, Khmer, kana, bopomofo, Han. Those beyond U+FFFF stand apart: they make a class slow.
UNSPACED = re.compile(
    "[\u0e01-\u0edf\u1000-\u109f\u1100-\u11ff\u1780-\u17dd\u3005-\u3007\u3021-\u3029\u3041-\u30fb"
    "\u30fc-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\uff66-\uffdc]"
)
_UNSPACED_BEYOND = re.compile("[\U00020000-\U0003ffff]")

#: Characters that are not seen: soft hyphen, joiners, fillers of Hangul, marks of direction, word
#: joiner, byte order mark, variation selectors, the box of a keycap emoji, annotation anchors.
#: Those of the category Cf that are seen (signs that Arabic puts around a number) are none.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u20e3\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)
#: The same beyond U+FFFF: controls of shorthand and music, tags, further variation selectors.
_INVISIBLE_BEYOND = re.compile(
    "[\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
    "\U000e0100-\U000e01ef]"
)

#: Where the ten digits of a script begin (Unicode 16, category Nd): Arabic-Indic and its eastern
#: form, the scripts of India, Thai, full-width, mathematical and all others.
DECADES = (
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6,
    0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450,
    0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50,
    0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8,
    0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
)  # fmt: skip

#: Spaces (category Zs) and the blank of Braille.
_SPACES = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x2800, 0x3000)
#: Dashes (category Pd), and what is read as one: hyphen bullet, minus sign.
_DASHES = (
    0x58A, 0x5BE, 0x1400, 0x1806, *range(0x2010, 0x2016), 0x2043, 0x2212, 0x2E17, 0x2E1A, 0x2E3A,
    0x2E3B, 0x2E40, 0x2E5D, 0x30A0, 0xFE31, 0xFE32, 0xFE58, 0xFE63, 0x10D6E, 0x10EAD,
)  # fmt: skip

_BEYOND = re.compile("[\U00010000-\U0010ffff]")

_FOLDS = {
    **{zero + value: str(value) for zero in DECADES for value in range(10)},
    # Full-width forms of printable ASCII; its digits are above.
    **{code: chr(code - 0xFEE0) for code in (*range(0xFF01, 0xFF10), *range(0xFF1A, 0xFF5F))},
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys([0x2053, 0x223C, 0x301C, 0x3030], "~"),
    **dict.fromkeys([0xB7, 0x2022, 0x2024, 0xFE52], "."),
    0xFE6B: "@",
    0xFE55: ":",
}

_FOLDABLE = re.compile("[" + re.escape("".join(chr(c) for c in _FOLDS if c < 0x10000)) + "]")
_FOLDABLE_BEYOND = re.compile("[" + "".join(chr(c) for c in _FOLDS if c >= 0x10000) + "]")
FOLDED = {chr(code): letter for code, letter in _FOLDS.items()}

#: ー between digits is a dash, elsewhere it lengthens a vowel.
_DASH = re.compile("(?<=[0-9])ー(?=[0-9])")


class Folded(NamedTuple):
    """A window of text as rules see it."""

    plain: str
    """Without invisible characters, widths, digits, spaces and dashes in ASCII."""
    view: str
    """The same with `MARK` for letters of unspaced scripts; as long as `plain`."""
    origin: list[int] | None
    """Where each character stands in the text, and the text's length; None: at the same place."""

    def to_text(self, start: int, end: int) -> tuple[int, int]:
        """Moves a span that is not empty back to the text, with what is invisible inside."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1

    def from_text(self, position: int) -> int:
        """The first character that stands at a place of the text or after it."""
        if self.origin is None:
            return position
        low, high = 0, len(self.origin) - 1
        while low < high:
            middle = (low + high) // 2
            if self.origin[middle] < position:
                low = middle + 1
            else:
                high = middle
        return low


def fold(text: str) -> Folded:
    """Folds a window.

    >>> folded = fold("手机１３8\\u200b\\u20141 é")
    >>> folded.plain, folded.view.replace(MARK, "."), folded.to_text(2, 7)
    ('手机138-1 é', '..138-1 é', (2, 8))
    """
    if text.isascii():
        return Folded(text, text, None)
    origin = None
    if has_invisible(text):
        origin = [
            position
            for position, letter in enumerate(text)
            if not INVISIBLE.match(letter) and not _INVISIBLE_BEYOND.match(letter)
        ]
        origin.append(len(text))
        text = _without_invisible(text, "")
    plain = _FOLDABLE.sub(_folded, text)
    beyond = _BEYOND.search(plain) is not None
    if beyond:
        plain = _FOLDABLE_BEYOND.sub(_folded, plain)
    if "ー" in plain:
        plain = _DASH.sub("-", plain)
    view = UNSPACED.sub(MARK, plain)
    return Folded(plain, _UNSPACED_BEYOND.sub(MARK, view) if beyond else view, origin)


def _folded(match: re.Match[str]) -> str:
    return FOLDED[match.group()]


def has_invisible(text: str) -> bool:
    """Says whether a text holds an invisible character.

    >>> has_invisible("1\u200b2"), has_invisible("1\U000e00312"), has_invisible("字")
    (True, True, False)
    """
    if text.isascii():
        return False
    return INVISIBLE.search(text) is not None or (
        _BEYOND.search(text) is not None and _INVISIBLE_BEYOND.search(text) is not None
    )


def _without_invisible(text: str, replacement: str) -> str:
    return _INVISIBLE_BEYOND.sub(replacement, INVISIBLE.sub(replacement, text))


def split_at_invisible(text: str) -> str:
    """Puts the mark in the place of invisible characters, which may part two identifiers.

    >>> split_at_invisible("13812345678\\u200b13912345678").replace(MARK, "|")
    '13812345678|13912345678'
    """
    return _without_invisible(text, MARK)


def blot_out(text: str, spans: list[tuple[int, int]]) -> str:
    """Covers spans, so that no other rule reads them; the length stays.

    >>> blot_out("a 11010519491231002X b", [(2, 20)]).replace(MARK, ".")
    'a .................. b'
    """
    for start, end in spans:
        text = text[:start] + MARK * (end - start) + text[end:]
    return text
