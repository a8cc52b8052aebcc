"""Characters as blocks of text count them, in all scripts alike."""

from typing import Final

from corpus_pipeline.kernels import kernel

_LT: Final = 0x3C
_GT: Final = 0x3E
_AMP: Final = 0x26
_QUOTE: Final = 0x22
_SPACE: Final = 0x20


@kernel
def read_entity(html, i, stop):  # type: ignore[no-untyped-def]
    """Reads one of the entities that a serialised page has; returns (its character, next index)."""
    if i + 3 < stop and html[i + 2] == 0x74 and html[i + 3] == 0x3B:
        if html[i + 1] == 0x6C:
            return _LT, i + 4
        if html[i + 1] == 0x67:
            return _GT, i + 4
    if i + 4 < stop and html[i + 4] == 0x3B and html[i + 1] == 0x61 and html[i + 2] == 0x6D:
        return _AMP, i + 5
    if i + 5 < stop and html[i + 5] == 0x3B:
        if html[i + 1] == 0x6E and html[i + 2] == 0x62:
            return _SPACE, i + 6
        if html[i + 1] == 0x71 and html[i + 2] == 0x75:
            return _QUOTE, i + 6
    return _AMP, i + 1


@kernel
def is_stop(code_point):  # type: ignore[no-untyped-def]
    """Ends of sentences: Latin, CJK (also half and full width), Arabic, Devanagari, Ethiopic."""
    return code_point in (
        *(0x2E, 0x21, 0x3F, 0x2026, 0x3002, 0xFF01, 0xFF1F, 0xFF0E, 0xFF61),
        *(0x61F, 0x6D4, 0x964, 0x965, 0x1362, 0x589, 0x104B, 0x17D4),
    )


@kernel
def is_comma(code_point):  # type: ignore[no-untyped-def]
    return code_point in (0x2C, 0x3B, 0x3001, 0xFF0C, 0xFF1B, 0xFF64, 0x60C, 0x61B, 0x104A, 0x1363)


@kernel
def is_closing(code_point):  # type: ignore[no-untyped-def]
    """What may stand behind the end of a sentence."""
    return code_point in (
        *(0x22, 0x27, 0x29, 0x5D, 0xBB, 0x2019, 0x201D, 0x300D, 0x300F, 0x3009, 0x300B, 0x3011),
        *(0xFF09, 0xFF3D),
    )


@kernel
def weight(code_point):  # type: ignore[no-untyped-def]
    """Letters of English that a character is worth."""
    if code_point < 0x1100:
        return 1
    if 0x3040 <= code_point <= 0x30FF or 0xAC00 <= code_point <= 0xD7AF:
        return 2
    if 0x3400 <= code_point <= 0x9FFF or 0xF900 <= code_point <= 0xFAFF or code_point >= 0x20000:
        return 3
    return 1
