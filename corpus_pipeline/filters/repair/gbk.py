"""UTF-8 that was decoded as GBK: 你好 read as 浣犲ソ, decoded again.

The bytes of such a line are those of its characters in GBK (GB 18030, by which browsers decode it).
If they are valid UTF-8, and what they say is Chinese, Japanese or Korean, the line is mojibake: of
all triples of characters of GBK one in some thirty thousand happens to be two of UTF-8, of six
characters one in 10⁹ four. So a text must have one line with four such characters, some of them
neighbours that lost nothing; then its shorter lines are decoded too.

A line of an odd number of bytes has lost its last one: the decoder wrote � for it. The character
that it belonged to cannot be had back, and is one � then.
"""

import re
from collections.abc import Iterable
from functools import cache

from corpus_pipeline.filters.repair.mojibake import Fixed, replaced

#: A line with so many decoded characters is beyond chance.
_SURE = 4
_EAST = re.compile("[\u2000-\uffff]")
_LOST = "\ufffd"
#: Stands for a lost byte while a line is bytes.
_LOST_BYTE = b"\x1a"
#: A character of three bytes of which some are lost, or the lost byte alone.
_INCOMPLETE = re.compile(
    b"[\xe2-\xef](?:[\x80-\xbf]\x1a|\x1a[\x80-\xbf]|\x1a\x1a)|\x1a[\x80-\xbf]{0,2}"
)
#: First bytes of the UTF-8 of U+2000 to U+FFFF, and the bytes that follow.
_FIRST = range(0xE2, 0xF0)
_FOLLOWING = range(0x80, 0xC0)


@cache
def suspicious() -> str:
    """Returns a regular expression of RE2 that is found in every text that `decode_again` changes.

    Three characters of three bytes in a row that lost nothing have, wherever they begin, these
    three of GBK: first and second byte of one, third and the first of the next, second and third.

    >>> bool(re.search(suspicious(), "浣犲ソ锛屼笘鐣")), bool(re.search(suspicious(), "你好，世界"))
    (True, False)
    """
    wanted = ((_FIRST, _FOLLOWING), (_FOLLOWING, _FIRST), (_FOLLOWING, _FOLLOWING))
    return "".join(f"[{_pairs(leads, trails)}]" for leads, trails in wanted)


@cache
def _expression() -> re.Pattern[str]:
    return re.compile(suspicious())


def _pairs(leads: Iterable[int], trails: range) -> str:
    """The characters of GBK whose two bytes are these."""
    found = (bytes((a, b)).decode("gb18030", "ignore") for a in leads for b in trails)
    return "".join(sorted(found))


def decode_again(text: str, lossy: bool = True) -> Fixed:
    """Decodes the lines of a text that are UTF-8 in GBK.

    Args:
        text: of any kind.
        lossy: a character that has lost a byte becomes one �; else its line stays as it is.

    >>> decode_again("浣犲ソ锛屼笘鐣岋紒").text
    '你好，世界！'
    >>> decode_again("涓栫晫浣犲ソ锛�").text
    '世界你好�'
    >>> decode_again("河水在夜晚上涨了").kinds
    frozenset()
    """
    lines = text.split("\n")
    decoded = [_decoded(line, lossy) for line in lines]
    if not any(len(_EAST.findall(after)) >= _SURE and _expression().search(line)
               for line, after in zip(lines, decoded, strict=True) if after != line):  # fmt: skip
        return Fixed(text, frozenset(), 0)
    chars = sum(replaced(line, after) for line, after in zip(lines, decoded, strict=True))
    return Fixed("\n".join(decoded), frozenset({"gbk"}), chars)


def _decoded(line: str, lossy: bool) -> str:
    """Returns the line, decoded if it can be and says something East Asian then."""
    if line.isascii() or (_LOST in line and not lossy) or _LOST_BYTE.decode() in line:
        return line
    # A browser reads the byte 80 as the euro sign, which has two bytes of its own besides.
    content = b"\x80".join(part.encode("gb18030") for part in line.split("€"))
    if _LOST in line:
        content = _INCOMPLETE.sub(
            _LOST.encode(), content.replace(_LOST.encode("gb18030"), _LOST_BYTE)
        )
    try:
        after = content.decode("utf-8")
    except UnicodeError:
        return line
    others = len(after.encode("ascii", "ignore")) + after.count(_LOST)
    # A middle dot or an emoji may be among them.
    east = len(_EAST.findall(after)) - after.count(_LOST)
    return after if 4 * east >= 3 * (len(after) - others) > 0 else line
