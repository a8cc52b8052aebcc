"""Words as Unicode's Standard Annex 29 bounds them (UAX 29-45, section 4.1), Unicode 16.

Python has no such boundaries; the property of each character is shipped as a table, which
tools/make_word_breaks.py makes. Scripts that put no spaces between words have each character as a
word of its own, but for katakana.
"""

from importlib import resources

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode

#: Values of the property Word_Break, in the order of the table.
KINDS = (
    "Other", "CR", "LF", "Newline", "Extend", "ZWJ", "Format", "Regional_Indicator", "Katakana",
    "Hebrew_Letter", "ALetter", "Single_Quote", "Double_Quote", "MidNumLet", "MidLetter", "MidNum",
    "Numeric", "ExtendNumLet", "WSegSpace",
)  # fmt: skip
(
    _OTHER, _CR, _LF, _NEWLINE, _EXTEND, _ZWJ, _FORMAT, _REGION, _KATAKANA, _HEBREW, _LETTER,
    _SINGLE, _DOUBLE, _MID_BOTH, _MID_LETTER, _MID_NUMBER, _NUMERIC, _JOINER, _SPACE,
) = range(len(KINDS))  # fmt: skip
_PICTURE = 32

with resources.files(__package__).joinpath("word_breaks.npz").open("rb") as _file:
    _tables = np.load(_file)
    _BLOCKS, _INDEX = _tables["blocks"], _tables["index"]


@kernel
def _kind(code_point):  # type: ignore[no-untyped-def]
    return np.int64(_BLOCKS[_INDEX[code_point >> 8], code_point & 255])


@kernel
def _is_letter(kind):  # type: ignore[no-untyped-def]
    return kind in (_LETTER, _HEBREW)


@kernel
def _is_skipped(kind):  # type: ignore[no-untyped-def]
    """WB4: what belongs to the character before it, whatever that is."""
    return kind in (_EXTEND, _FORMAT, _ZWJ)


@kernel
def _kind_behind(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the kind of the next character from byte `i` on that WB4 does not pass over."""
    while i < stop:
        code_point, i = decode(data, i)
        kind = _kind(code_point) & 31
        if not _is_skipped(kind):
            return kind
    return np.int64(_OTHER)


@kernel
def _joins_letters(earlier, before, kind, behind):  # type: ignore[no-untyped-def]
    """WB5 to WB7c."""
    if _is_letter(kind):
        if _is_letter(before):
            return True
        if before == _DOUBLE:
            return earlier == _HEBREW and kind == _HEBREW
        middle = before in (_MID_LETTER, _MID_BOTH, _SINGLE)
        return middle and _is_letter(earlier)
    if before == _HEBREW and kind == _SINGLE:
        return True
    if kind == _DOUBLE:
        return before == _HEBREW and behind == _HEBREW
    middle = kind in (_MID_LETTER, _MID_BOTH, _SINGLE)
    return middle and _is_letter(before) and _is_letter(behind)


@kernel
def _joins_numbers(earlier, before, kind, behind):  # type: ignore[no-untyped-def]
    """WB8 to WB12."""
    if kind == _NUMERIC:
        middle = before in (_MID_NUMBER, _MID_BOTH, _SINGLE)
        return before == _NUMERIC or _is_letter(before) or (middle and earlier == _NUMERIC)
    if before != _NUMERIC:
        return False
    middle = kind in (_MID_NUMBER, _MID_BOTH, _SINGLE)
    return _is_letter(kind) or (middle and behind == _NUMERIC)


@kernel
def _joins_others(before, kind, regions):  # type: ignore[no-untyped-def]
    """WB13 to WB16; `regions` is how many regional indicators stand at the end so far."""
    if before == _REGION and kind == _REGION:
        return regions % 2 == 1
    if before == _KATAKANA and kind == _KATAKANA:
        return True
    word = kind in (_NUMERIC, _KATAKANA) or _is_letter(kind)
    word_before = before in (_NUMERIC, _KATAKANA) or _is_letter(before)
    return (kind == _JOINER and (word_before or before == _JOINER)) or (before == _JOINER and word)


@kernel
def segment_end(data, i, stop):  # type: ignore[no-untyped-def]
    """Returns the byte behind the segment that begins at byte `i`: a word, a mark, or blanks.

    Args:
        data: uint8[B], UTF-8.
        i: first byte of a segment, less than `stop`.
        stop: the byte behind the text.

    >>> text = "The quick (“brown”) fox can’t jump 32.3 feet"
    >>> data, i, found = np.frombuffer(text.encode(), np.uint8), 0, []
    >>> while i < len(data):
    ...     end = segment_end(data, i, len(data))
    ...     found.append(bytes(data[i:end]).decode())
    ...     i = end
    >>> "|".join(found)
    'The| |quick| |(|“|brown|”|)| |fox| |can’t| |jump| |32.3| |feet'
    """
    code_point, i = decode(data, i)
    raw = _kind(code_point) & 31
    if raw == _CR and i < stop and data[i] == 10:
        return i + 1
    if raw in (_CR, _LF, _NEWLINE):
        return i
    earlier = np.int64(_OTHER)
    before = raw
    regions = np.int64(raw == _REGION)
    while i < stop:
        code_point, following = decode(data, i)
        found = _kind(code_point)
        kind = found & 31
        if kind in (_CR, _LF, _NEWLINE):
            break
        if _is_skipped(kind):
            raw = kind
            i = following
            continue
        joined = (raw == _ZWJ and found & _PICTURE) or (raw == _SPACE and kind == _SPACE)
        if not joined:
            behind = _kind_behind(data, following, stop)
            joined = (
                _joins_letters(earlier, before, kind, behind)
                or _joins_numbers(earlier, before, kind, behind)
                or _joins_others(before, kind, regions)
            )
        if not joined:
            break
        regions = regions + 1 if kind == _REGION else np.int64(0)
        earlier, before, raw = before, kind, kind
        i = following
    return i
