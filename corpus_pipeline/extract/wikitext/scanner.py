"""Wikitext in one pass: templates, links, tables and tags are resolved as they are closed.

A stack holds what is open; `out` all text so far, of what is open too. What is closed replaces its
part of `out` by its text; what never closes was text all along. At most `_DEEPEST` things are open,
so that no text is copied more often, and time is linear.
"""

import itertools
import re
from collections.abc import Callable

from corpus_pipeline.extract.wikitext.lines import BREAK, KEPT, KEPT_END, REMOVED, laid_out
from corpus_pipeline.extract.wikitext.links import link_text
from corpus_pipeline.extract.wikitext.names import WikiNames
from corpus_pipeline.extract.wikitext.tables import FENCED, Table
from corpus_pipeline.extract.wikitext.tags import (
    END_TAGS,
    LEFT_OUT,
    NEW_LINE,
    STRIPPED,
    TAG,
    VERBATIM,
    kept_text,
)
from corpus_pipeline.extract.wikitext.templates import template_text
from corpus_pipeline.extract.wikitext.variants import variant_text

#: As many as MediaWiki expands templates in templates (`$wgMaxTemplateDepth`).
_DEEPEST = 40
#: Braces of one run that are looked at: forty parameters in one another.
_MOST_BRACES = 3 * _DEEPEST

_TOKEN = re.compile(
    r"""
    (?P<comment><!--)
  | (?P<tag></?[a-zA-Z][^<>]*+>)
  | (?P<braces>\{\{+)
  | (?P<variant>-\{(?!\{(?!\{)))
  | (?P<close>\}+)
  | (?P<link>\[\[)
  | (?P<address>\[(?=(?:https?:|ftp:)?//|mailto:)[^\s\[\]<>"|{}]*)
  | (?P<brackets>\]+)
  | (?P<table>\n[ \t:]*\{\|[^\n]*)
  | (?P<row>\n[ \t]*\|-[^\n]*)
  | (?P<end>\n[ \t]*\|\})
  | (?P<cell>\n[ \t]*(?:\|\+?|!))
  | (?P<line>\n)
  | (?P<bar>\|\|?|!!)
  | (?P<quotes>''+)
  | (?P<magic>__[^\W\da-z_]{2,30}__)
    """,
    re.VERBOSE,
)

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class _Open:
    """Something that is open."""

    __slots__ = ("bars", "count", "heads", "kind", "start", "table")

    def __init__(self, kind: str, start: int, count: int = 0, table: Table | None = None) -> None:
        self.kind = kind
        self.start = start
        """Where in `out` its opening stands; of a table where its cell begins, -1 outside cells."""
        self.count = count
        """Braces."""
        self.bars: list[int] = []
        """Where in `out` its bars stand."""
        self.table = table
        self.heads = False
        """The row of a table began with `!`."""


def wikitext_text(wikitext: str, names: WikiNames, title: str = "") -> str:
    r"""Returns the text of a page; time and memory are linear in it.

    Args:
        wikitext: the page.
        names: of its wiki.
        title: of the page, for templates that repeat it.

    >>> names = WikiNames.of("en")
    >>> wikitext_text("'''Ann''' ({{IPA|x}}) is a [[town|small town]].<ref>x</ref>", names)
    'Ann is a small town.'
    >>> wikitext_text("{|\n! year !! town\n|-\n| 1911 || [[Ann]]\n|}", names)
    '| year | town |\n| 1911 | Ann |'
    >>> wikitext_text("[[File:a.jpg|An [[oak]]]]Text[[Category:Trees]] <math>x^2</math>", names)
    'Text $x^2$'
    >>> wikitext_text("-{zh-hans:计算机;zh-hant:電腦}-", WikiNames.of("zh"))
    '计算机'
    """
    scan = _Scan(_CONTROLS.sub("", wikitext), names, title)
    return laid_out(scan.resolved(), scan.kept)


class _Scan:
    def __init__(self, wikitext: str, names: WikiNames, title: str) -> None:
        self.kept: list[str] = []
        # A page begins with a line.
        self._text = "\n" + wikitext
        self._names = names
        self._title = title
        self._out: list[str] = []
        self._stack: list[_Open] = []
        #: Kind -> how many were not opened because too much was open.
        self._too_deep: dict[str, int] = {}
        #: Tags that are not closed in the rest of the page.
        self._unclosed: set[str] = set()
        self._poem = False

    def resolved(self) -> str:
        """Returns the page without templates, links, tables and tags."""
        handlers: dict[str, Callable[[re.Match[str]], int]] = {
            name: getattr(self, f"_at_{name}") for name in _TOKEN.groupindex
        }
        at = 0
        text = self._text
        while (token := _TOKEN.search(text, at)) is not None:
            if token.start() > at:
                self._say(text[at : token.start()])
            assert token.lastgroup is not None
            at = handlers[token.lastgroup](token)
        self._say(text[at:])
        self._end_open(0)
        return "".join(self._out)

    def _say(self, text: str) -> None:
        if text:
            self._out.append(text)

    # What is open

    def _top(self) -> _Open | None:
        return self._stack[-1] if self._stack else None

    def _begin(self, kind: str, literal: str, count: int = 0) -> None:
        if len(self._stack) >= _DEEPEST:
            self._too_deep[kind] = self._too_deep.get(kind, 0) + 1
        else:
            self._stack.append(_Open(kind, len(self._out), count))
        self._out.append(literal)

    def _was_too_deep(self, kind: str) -> bool:
        """Says whether what closes here was never opened."""
        if self._too_deep.get(kind, 0):
            self._too_deep[kind] -= 1
            return True
        return False

    def _find(self, kind: str) -> int | None:
        """Returns where in the stack the last open thing of a kind is."""
        for number in range(len(self._stack) - 1, -1, -1):
            if self._stack[number].kind == kind:
                return number
        return None

    def _end_open(self, depth: int) -> None:
        """Takes what is open above a depth for text; a table ends."""
        while len(self._stack) > depth:
            if self._stack[-1].kind == "table":
                self._end_table()
            else:
                self._stack.pop()

    def _parts(self, thing: _Open) -> list[str]:
        """Returns what stands between the bars of something, without its opening."""
        edges = [thing.start, *thing.bars, len(self._out)]
        return ["".join(self._out[left + 1 : right]) for left, right in itertools.pairwise(edges)]

    def _replace(self, thing: _Open, text: str) -> None:
        del self._out[thing.start :]
        self._say(text)

    # Templates and parameters

    def _at_braces(self, token: re.Match[str]) -> int:
        count = min(len(token[0]), _MOST_BRACES)
        self._say("{" * (len(token[0]) - count))
        self._begin("braces", "{" * count, count)
        return token.end()

    def _at_close(self, token: re.Match[str]) -> int:
        left = len(token[0])
        while left:
            top = self._top()
            follows = self._text[token.end() : token.end() + 1]
            if left == 1 and follows == "-" and top is not None and top.kind == "variant":
                self._end_variant(top)
                return token.end() + 1
            number = self._find("braces") if left > 1 else None
            if left > 1 and self._was_too_deep("braces"):
                left -= 2
            elif number is not None:
                self._end_open(number + 1)
                left -= self._end_braces(self._stack[number], left)
            else:
                self._say("}" * left)
                break
        return token.end()

    def _end_braces(self, thing: _Open, closing: int) -> int:
        """Closes the inner braces of a run; returns how many."""
        size = 3 if min(thing.count, closing) >= 3 else 2
        parts = self._parts(thing)
        if size == 3:
            text: str | None = parts[1] if len(parts) > 1 else ""
        else:
            text = template_text(parts, self._title)
        shown = REMOVED if text is None else text
        thing.count -= size
        self._replace(thing, "{" * thing.count if thing.count else "")
        if thing.count >= 2:
            thing.bars = []
        else:
            self._stack.pop()
        self._say(shown)
        return size

    def _at_variant(self, token: re.Match[str]) -> int:
        if self._names.variants:
            self._begin("variant", token[0])
            return token.end()
        self._say("-")
        return token.start() + 1

    def _end_variant(self, thing: _Open) -> None:
        self._stack.pop()
        flags, *rest = self._parts(thing)
        if rest:
            text = variant_text(flags, "|".join(rest), self._names.variants)
        else:
            text = variant_text(None, flags, self._names.variants)
        self._replace(thing, text)

    # Links

    def _at_link(self, token: re.Match[str]) -> int:
        self._begin("link", token[0])
        return token.end()

    def _at_address(self, token: re.Match[str]) -> int:
        self._begin("address", token[0])
        return token.end()

    def _at_brackets(self, token: re.Match[str]) -> int:
        left = len(token[0])
        while left:
            top = self._top()
            if top is not None and top.kind == "address":
                self._stack.pop()
                self._replace(top, "".join(self._out[top.start + 1 :]).strip())
                left -= 1
                continue
            number = self._find("link") if left > 1 else None
            if left > 1 and self._was_too_deep("link"):
                left -= 2
            elif number is not None:
                self._end_open(number + 1)
                link = self._stack.pop()
                self._replace(link, link_text(self._parts(link), self._names))
                left -= 2
            else:
                self._say("]" * left)
                break
        return token.end()

    # Tables

    def _at_table(self, token: re.Match[str]) -> int:
        self._end_address()
        if len(self._stack) >= _DEEPEST:
            self._too_deep["table"] = self._too_deep.get("table", 0) + 1
        else:
            self._stack.append(_Open("table", -1, table=Table(token[0])))
        return token.end()

    def _at_row(self, token: re.Match[str]) -> int:
        table = self._table(token)
        if table is None:
            return self._as_bar(token)
        self._end_cell(table)
        assert table.table is not None
        table.table.end_row()
        return token.end()

    def _at_end(self, token: re.Match[str]) -> int:
        run = self._text[token.end() - 1 : token.end() + 2]
        # `|}}` ends a template in which a table is open, unless it is `|}` and `}}`.
        if run[:2] == "}}" and run != "}}}" and self._find("braces") is not None:
            return self._as_bar(token)
        if self._table(token) is None:
            return self._as_bar(token)
        if not self._was_too_deep("table"):
            self._end_table()
        return token.end()

    def _at_cell(self, token: re.Match[str]) -> int:
        self._end_address()
        top = self._top()
        if top is None or top.kind != "table":
            return self._as_bar(token)
        self._end_cell(top)
        top.heads = token[0].endswith("!")
        top.start = len(self._out)
        # Where the opening of all else stands.
        self._out.append("")
        return token.end()

    def _at_bar(self, token: re.Match[str]) -> int:
        top = self._top()
        if top is None or (token[0] == "!!" and not (top.kind == "table" and top.heads)):
            self._say(token[0])
        elif top.kind == "table" and len(token[0]) == 2:
            if top.start >= 0:
                self._end_cell(top)
                top.start = len(self._out)
                self._out.append("")
        else:
            for sign in token[0]:
                top.bars.append(len(self._out))
                self._out.append(sign)
        return token.end()

    def _as_bar(self, token: re.Match[str]) -> int:
        """Takes the beginning of a row for text: reads on behind the line's end and blanks."""
        bar = token[0].lstrip("\n \t")
        self._new_line()
        if bar == "!":
            self._say(bar)
            return token.end()
        return token.end() - len(bar)

    def _table(self, token: re.Match[str]) -> _Open | None:
        """Returns the table whose row ends here, with nothing open in it; None if there is none."""
        self._end_address()
        number = self._find("table")
        if number is None or any(each.kind == "braces" for each in self._stack[number:]):
            return None
        self._end_open(number + 1)
        return self._stack[number]

    def _end_cell(self, thing: _Open) -> None:
        """Takes the text of a cell away, or what stands between rows."""
        assert thing.table is not None
        if thing.start < 0:
            return
        edge = thing.bars[0] if thing.bars else thing.start
        thing.table.add("".join(self._out[edge + 1 :]))
        del self._out[thing.start :]
        thing.start = -1
        thing.bars = []

    def _end_table(self) -> None:
        thing = self._stack[-1]
        self._end_cell(thing)
        self._stack.pop()
        assert thing.table is not None
        self._say(thing.table.text())

    # Lines, tags and signs

    def _at_line(self, token: re.Match[str]) -> int:
        self._end_address()
        self._new_line()
        return token.end()

    def _new_line(self) -> None:
        self._say(BREAK if self._poem else "\n")

    def _end_address(self) -> None:
        """A link to an address ends with its line."""
        while self._stack and self._stack[-1].kind == "address":
            self._stack.pop()

    def _at_quotes(self, token: re.Match[str]) -> int:
        # Two are italic, three bold, five both; what is over are apostrophes.
        over = {4: 1}.get(len(token[0]), max(0, len(token[0]) - 5))
        self._say("'" * over)
        return token.end()

    def _at_magic(self, token: re.Match[str]) -> int:
        return token.end()

    def _at_comment(self, token: re.Match[str]) -> int:
        end = self._text.find("-->", token.end())
        if end < 0:
            return len(self._text)
        # A comment on a line of its own takes the line along.
        at = end + 3
        alone = self._text[token.start() - 1] == "\n" and self._text[at : at + 1] == "\n"
        return at + 1 if alone else at

    def _at_tag(self, token: re.Match[str]) -> int:
        match = TAG.match(token[0])
        assert match is not None
        closing, name, attributes = match[1], match[2].lower(), match[3]
        alone = attributes.rstrip().endswith("/")
        if name in LEFT_OUT or name in VERBATIM:
            if closing or alone:
                return token.end()
            return self._raw(name, attributes, token.end())
        if name == "poem":
            self._poem = not closing
            self._say("\n")
        elif name == "br":
            self._say(BREAK)
        elif name == "hr":
            self._say("\n\n")
        elif name == "li" and not closing:
            self._say("\n* ")
        elif name in ("td", "th"):
            self._say(" ")
        elif name in NEW_LINE:
            self._say("\n")
        elif name not in STRIPPED:
            self._say(token[0])
        return token.end()

    def _raw(self, name: str, attributes: str, at: int) -> int:
        """Takes everything up to the end tag."""
        if name in self._unclosed:
            return at
        end = END_TAGS[name].search(self._text, at)
        if end is None:
            self._unclosed.add(name)
            return at
        content = self._text[at : end.start()]
        if name in LEFT_OUT:
            self._say(REMOVED)
        elif kept := kept_text(name, attributes, content):
            self._keep(*kept)
        return end.end()

    def _keep(self, text: str, fenced: bool) -> None:
        begin, edge = (FENCED, "\n") if fenced else (KEPT, "")
        self._say(f"{edge}{begin}{len(self.kept)}{KEPT_END}{edge}")
        self.kept.append(text)
