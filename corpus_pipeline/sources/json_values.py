r"""Where the values of a JSON text begin and end, whatever lines they are written on.

A JSON text is read as a chain of *records*: the values that stand one after another, or, of an
array, its elements. So one object, several pretty-printed objects, and an array of objects are all
the same to a reader:

    { "text": … }        {"text": …} {"text": …}        [ {"text": …}, {"text": …} ]

Only brackets and quotes are looked at; what stands between them is the parser's affair. A record
that never ends costs itself: its end is where a string runs over a line end, which JSON forbids, or
where a bracket opens that no comma, colon or bracket announces. The next record is then the next
line that opens a bracket and is indented no deeper.
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

import orjson

from corpus_pipeline.sources.compressed import DamagedStreamError

_BOM = b"\xef\xbb\xbf"
_SPACE = re.compile(rb"[ \t\r\n]*+")
#: Everything up to the next bracket, or to a string that does not end here.
_UP_TO_BRACKET = re.compile(rb'[^"{}\[\]]*+(?:"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"[^"{}\[\]]*+)*+')
_STRING = re.compile(rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"')
_IN_STRING = re.compile(rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+')
_SCALAR = re.compile(rb'[^ \t\r\n,{}\[\]"]++')
_OPENING = frozenset(b"{[")
_OPENING_BYTES = (b"{", b"[")
_ANNOUNCING = (b":", b",", b"[", b"{")
#: Bytes that are looked back at for what announces a bracket.
_BACK_BYTES = 256
#: What may be left where a text was cut: white space, or a part of a word, number or escape.
_CUT = re.compile(r"\s*[-+.\\\w]{0,16}\Z")


class JsonRecord(NamedTuple):
    """One record, or the place of one that cannot be read."""

    offset: int
    """Of its first byte in the decompressed stream."""
    content: bytes
    """From its first byte to its last; of a record with a problem only the start."""
    problem: str | None
    """None or one of `READ_REASONS`."""


def json_records(blocks: Iterator[bytes], limit: int, shown: int) -> Iterator[JsonRecord]:
    r"""Yields the records of a JSON text in their order.

    Args:
        blocks: the text, in parts.
        limit: bytes that a record may have; of a longer one only its start is held.
        shown: bytes that are kept of a record with a problem.

    >>> text = b'[{"text": "a"},\n {"text": "b"}]\n{"text": "c"}'
    >>> [(r.offset, r.content) for r in json_records(iter([text]), 100, 9)]
    [(1, b'{"text": "a"}'), (17, b'{"text": "b"}'), (32, b'{"text": "c"}')]
    """
    return _Records(blocks, limit, shown).records()


class _Records:
    """Goes through a text with two marks: where the record begins, and how far it is known."""

    def __init__(self, blocks: Iterator[bytes], limit: int, shown: int) -> None:
        self._blocks = blocks
        self._limit = limit
        self._shown = shown
        self._data = b""
        self._base = 0  # Position in the stream of the first byte of `_data`.
        self._at = 0  # What lies before is given away.
        self._end = 0  # What lies before is looked through.
        self._in_array = False  # Whether records are elements.
        self._indent = 0  # Signs before the record on its line.
        self._start = 0  # Of the record, in the stream.
        self._head = b""  # Its first bytes, once it is too long to be held.

    def records(self) -> Iterator[JsonRecord]:
        """Yields the records; the last one may say that the text ends, or breaks, too early."""
        try:
            whole = True
            while self._to_next():
                record = self._record()
                whole = record.problem != "read-truncated"
                yield record
            if self._in_array and whole:
                yield JsonRecord(self._base + self._at, b"", "read-truncated")
        except DamagedStreamError as damage:
            head = self._head or self._data[self._at : self._at + self._shown] or damage.head
            yield JsonRecord(self._start, head, damage.reason)

    def _more(self) -> bool:
        """Appends to what has not been given away as much again, or a block; false at the end.

        A string whose end is not there yet is looked through from its beginning each time, so what
        is held must grow by a share of itself: block by block, a long one would take time squared.
        """
        held = self._data[self._at :]
        self._base += self._at
        self._end -= self._at
        self._at = 0
        parts, wanted = [held], len(held)
        try:
            while wanted >= 0 and (block := next(self._blocks, b"")):
                parts.append(block)
                wanted -= len(block)
        finally:
            self._data = b"".join(parts)
        return len(parts) > 1

    def _to_next(self) -> bool:
        """Goes to the first byte of the next record, through brackets and commas of an array."""
        if not self._base and not self._at:
            while len(self._data) < len(_BOM) and self._more():
                pass
            self._at = len(_BOM) * self._data.startswith(_BOM)
        self._head = b""
        while True:
            space = _SPACE.match(self._data, self._at)
            assert space is not None
            line_end = self._data.rfind(b"\n", self._at, space.end())
            if line_end >= 0:
                self._indent = space.end() - line_end - 1
            else:
                self._indent += space.end() - self._at
            self._at = space.end()
            self._start = self._base + self._at
            if self._at == len(self._data):
                if not self._more():
                    return False
                continue
            sign = self._data[self._at]
            if sign == ord("[") and not self._in_array:
                self._in_array = True
            elif sign == ord("]") and self._in_array:
                self._in_array = False
            elif sign != ord(","):
                return True
            self._at += 1
            self._indent += 1

    def _record(self) -> JsonRecord:
        """Returns the record that begins here and goes behind it."""
        self._end = self._at
        problem = self._object() if self._data[self._at] in _OPENING else self._scalar()
        held = self._data[self._at : self._end]
        if problem is None and (self._head or len(held) > self._limit):
            problem = "read-too-large"
        content = held if problem is None else (self._head or held)[: self._shown]
        self._at = self._end
        if problem == "read-broken-json":
            self._resume()
        return JsonRecord(self._start, content, problem)

    def _object(self) -> str | None:
        """Goes to the end of an object or array; returns why there is none."""
        depth = 0
        while True:
            found = _UP_TO_BRACKET.match(self._data, self._end)
            assert found is not None
            self._end = found.end()
            sign = self._data[self._end : self._end + 1]
            if sign in (b"", b'"'):
                # A string goes on: into the next block, or over the end of the line.
                if self._data.find(b"\n", self._end) >= 0:
                    return "read-broken-json"
                if len(self._data) - self._at > self._limit:
                    self._let_go()
                if not self._more():
                    self._end = len(self._data)
                    return "read-truncated" if self._in_array else "read-broken-json"
            elif sign in _OPENING_BYTES:
                if depth and not self._is_announced():
                    before = self._data[self._at : self._end]
                    self._end = self._at + len(before.rstrip(b" \t\r\n"))
                    return "read-broken-json"
                depth += 1
                self._end += 1
            else:
                depth -= 1
                self._end += 1
                if not depth:
                    return None

    def _let_go(self) -> None:
        """Holds only the start of a record that is too long, and of a string in it but a quote."""
        self._head = self._head or self._data[self._at : self._at + self._shown]
        self._at = self._end
        if inside := _IN_STRING.match(self._data, self._end):
            kept = inside.end() - 1
            self._data = b'"' + self._data[inside.end() :]
            self._base += kept
            self._at = self._end = 0

    def _is_announced(self) -> bool:
        """Tells whether a bracket may open here: after a colon, a comma or a bracket."""
        first = max(self._at, self._end - _BACK_BYTES)
        before = self._data[first : self._end].rstrip(b" \t\r\n")
        return not before or before[-1:] in _ANNOUNCING

    def _scalar(self) -> str | None:
        """Goes to the end of a number, a word, a string, or a sign that belongs nowhere."""
        pattern = _STRING if self._data[self._at] == ord('"') else _SCALAR
        while True:
            found = pattern.match(self._data, self._at)
            self._end = self._at + 1 if found is None else found.end()
            goes_on = pattern is _STRING and found is None
            if goes_on and (line_end := self._data.find(b"\n", self._at)) >= 0:
                self._end = line_end
                break
            if not goes_on and (found is None or self._end < len(self._data)):
                break
            if len(self._data) - self._at > self._limit or not self._more():
                self._end = len(self._data)
                break
        try:
            orjson.loads(self._data[self._at : self._end])
        except orjson.JSONDecodeError:
            return "read-broken-json"
        return None

    def _resume(self) -> None:
        """Goes to the next line that may begin a record, or to the end."""
        pattern = re.compile(rb"\n[ \t]{0,%d}[{\[]" % self._indent)
        while (found := pattern.search(self._data, self._at)) is None:
            # The line end and the spaces may be here and the bracket in the next block.
            self._at = max(self._at, len(self._data) - self._indent - 1)
            if not self._more():
                self._at = len(self._data)
                return
        self._at = found.start()


def is_lines(head: bytes) -> bool:
    r"""Tells JSON Lines from other JSON texts by the start of a file.

    The first line decides: is it an object by itself, these are lines. Is it the beginning of one
    that goes on over the lines that follow, or of an array, or several objects, they are not. A
    first line that is simply broken is a broken line.

    Args:
        head: the first bytes of the decompressed content.

    >>> is_lines(b'{"text": "a"}\n{"te'), is_lines(b'{\n  "text": "a"\n}'), is_lines(b'[{"a": 1}]')
    (True, False, False)
    >>> is_lines(b'{"text": "cut\n{"text": "a"}\n')
    True
    """
    start = head.removeprefix(_BOM).lstrip(b" \t\r\n")
    if start.startswith(b"["):
        return False
    if not start.startswith(b"{"):
        return True
    line, line_end, _ = start.partition(b"\n")
    try:
        json.loads(line)
        return True
    except (ValueError, RecursionError):
        pass
    text = start.decode("utf-8", "replace")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        # Only what is cut off may be missing.
        is_cut = _CUT.match(text, error.pos) or error.msg.startswith("Unterminated string")
        return not (line_end and is_cut)
    except RecursionError:
        return True
    rest = text[end:].lstrip(" \t\r\n,")
    return rest[:1] not in ("", "{", "[")
