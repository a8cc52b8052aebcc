"""Lines of resolved wikitext as paragraphs, lists, tables and headings.

    - an item, 1. a numbered one, two spaces deeper in a list inside a list
    | a cell | another |

As of web pages, headings are plain lines. One with nothing below it is left out: what stood there
were notes, pictures and templates.
"""

import html
import itertools
import re
from collections.abc import Sequence

from corpus_pipeline.extract.wikitext.tables import FENCED, ROW

#: Stands for a template that has no text.
REMOVED = "\x03"
#: A line break inside a paragraph.
BREAK = "\x05"
#: Begins and ends the number of something that is kept as it is.
KEPT, KEPT_END = "\x01", "\x02"

_MARKS = "*#:;"
_DEEPEST = 8
#: What is left of brackets whose content was templates; the bounds keep the time linear.
_EMPTY = re.compile(r"[ ]?[(（][\s,;:，；、：/&\xa0]{0,20}\x03[\s\x03,;:，；、：/&\xa0]{0,20}[)）]")
_AFTER_OPENING = re.compile(r"(?<=[(（])[\s,;，；、\xa0]{0,20}\x03[\s\x03,;，；、\xa0]{0,20}")
_BEFORE_SIGN = re.compile(r" \x03+(?=[\s,.;:)\]，。；：）])")
#: A sign that followed a source, at the beginning of an item.
_AT_BEGINNING = re.compile(r"^([*#:;]*)[ ]?\x03[\x03 ,;:.·–-]{0,20}", re.MULTILINE)
_BLANKS = re.compile(r"[ \t\xa0]{2,}|[\t\xa0]")
_KEPT = re.compile(r"[\x01\x06](\d+)\x02")
#: From here on writing has no blanks between words.
_EAST_ASIAN = "\u2e80"


class _Block:
    """A paragraph, heading, item or row."""

    __slots__ = ("kind", "level", "mark", "text")

    def __init__(self, text: str, kind: str = "", level: int = 0, mark: str = "") -> None:
        self.text = text
        self.kind = kind
        """What stands close to another of its kind: `item`, `row`, `line`; else empty."""
        self.level = level
        """Of a heading from 1; 0 of all else."""
        self.mark = mark
        """What is written before an item."""


def laid_out(wikitext: str, kept: Sequence[str]) -> str:
    r"""Returns the text of lines without templates, links and tags.

    Args:
        wikitext: with `REMOVED`, `BREAK`, rows, and what is kept as its number.
        kept: what those numbers stand for.

    >>> laid_out("a (\x03; b)\nc\n== Empty ==\n== Full ==\n* x\n** y &amp; \x010\x02", ["''"])
    "a (b) c\n\nFull\n\n- x\n  - y & ''"
    """
    wikitext = _AT_BEGINNING.sub(r"\1", wikitext)
    wikitext = _EMPTY.sub("", wikitext)
    wikitext = _AFTER_OPENING.sub("", wikitext)
    wikitext = _BEFORE_SIGN.sub("", wikitext)
    blocks = _without_empty_sections(_blocks(wikitext.replace(REMOVED, "")))
    parts: list[str] = []
    before = ""
    for block in blocks:
        if parts:
            parts.append("\n" if block.kind and block.kind == before else "\n\n")
        parts += (block.mark, _finished(block.text, kept))
        before = block.kind
    return "".join(parts)


def _finished(text: str, kept: Sequence[str]) -> str:
    text = _BLANKS.sub(" ", html.unescape(text)).replace(BREAK, "\n").strip(" ")
    return _KEPT.sub(lambda number: kept[int(number[1])], text)


def _blocks(wikitext: str) -> list[_Block]:
    blocks: list[_Block] = []
    paragraph: list[str] = []
    numbers: dict[int, int] = {}

    def end_paragraph() -> None:
        if paragraph and (text := _joined(paragraph)):
            blocks.append(_Block(text))
        paragraph.clear()

    for line in wikitext.split("\n"):
        content = line.strip().strip(BREAK).strip()
        if not content or (len(content) > 3 and not content.strip("-")):
            end_paragraph()
            numbers.clear()
        elif content[0] == "=" and content[-1] == "=" and content.strip("=").strip():
            end_paragraph()
            title = content.strip("=")
            level = min(len(content) - len(content.lstrip("=")), 6)
            blocks.append(_Block(title.strip(), "", level))
        elif content[0] == ROW:
            end_paragraph()
            blocks.append(_Block(content[1:], "row"))
        elif content[0] == FENCED:
            end_paragraph()
            blocks.append(_Block(content))
        elif line[0] in _MARKS:
            end_paragraph()
            blocks += _item(line, numbers)
        elif line[0] == " ":
            end_paragraph()
            blocks.append(_Block(line[1:].rstrip(), "line"))
        else:
            paragraph.append(content)
    end_paragraph()
    return blocks


def _item(line: str, numbers: dict[int, int]) -> list[_Block]:
    """Returns an item of a list as a block, unless it is empty."""
    content = line.lstrip(_MARKS)
    marks = line[: len(line) - len(content)]
    content = content.strip().strip(BREAK).strip()
    depth = min(len(marks), _DEEPEST)
    if not content:
        return []
    for deeper in [each for each in numbers if each > depth]:
        del numbers[deeper]
    indent = "  " * (depth - 1)
    if marks[-1] == "*":
        numbers.pop(depth, None)
        return [_Block(content, "item", mark=f"{indent}- ")]
    if marks[-1] == "#":
        numbers[depth] = numbers.get(depth, 0) + 1
        return [_Block(content, "item", mark=f"{indent}{numbers[depth]}. ")]
    return [_Block(content, "item")]


def _joined(lines: Sequence[str]) -> str:
    """Returns the lines of a paragraph as one.

    >>> _joined(["one", "two"]), _joined(["今天", "天气"])
    ('one two', '今天天气')
    """
    parts = [lines[0]]
    for before, line in itertools.pairwise(lines):
        close = before[-1] >= _EAST_ASIAN and line[0] >= _EAST_ASIAN
        parts += ("", line) if close else (" ", line)
    return "".join(parts)


def _without_empty_sections(blocks: list[_Block]) -> list[_Block]:
    found: list[_Block] = []
    filled = False
    below = 0
    for block in reversed(blocks):
        if not block.level:
            filled = True
        elif filled or below > block.level:
            filled = False
            below = block.level
        else:
            continue
        found.append(block)
    return found[::-1]
