"""Which type each part of an expression has, and what cannot be compared; no data is looked at."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.where.dates import dates_of_strings
from corpus_pipeline.filters.where.grammar import Node, fault, suggested

#: What a value is. `any` is a field of the metadata: what it is compared with says its type, and
#: rows that have another one are null.
BOOLEAN, NUMBER, STRING, DATE, LIST, BYTES, OTHER, ANY = (
    "boolean", "number", "string", "date", "list", "bytes", "other", "any",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Kind:
    """The type of a value; lists have items of a type."""

    name: str
    item: str = ANY


Kinds: TypeAlias = Mapping[str, Kind]


def kind_of(type_: pa.DataType) -> Kind:
    """Returns what a column of an Arrow type is in expressions.

    >>> kind_of(pa.list_(pa.string())), kind_of(pa.dictionary(pa.int32(), pa.string()))
    (Kind(name='list', item='string'), Kind(name='string', item='any'))
    """
    if pa.types.is_dictionary(type_):
        return kind_of(type_.value_type)
    if pa.types.is_null(type_):
        return Kind(ANY)
    for name, tests in _TESTS.items():
        if any(test(type_) for test in tests):
            return Kind(name)
    if any(test(type_) for test in _LISTS):
        return Kind(LIST, kind_of(type_.value_type).name)
    return Kind(OTHER)


_TESTS = {
    BOOLEAN: (pa.types.is_boolean,),
    NUMBER: (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal),
    STRING: (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    DATE: (pa.types.is_date, pa.types.is_timestamp),
    BYTES: (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary),
}
_LISTS = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)


def columns_of(node: Node) -> Iterator[str]:
    """Yields the names of the columns that an expression reads, as often as they stand there."""
    if node.op == "column":
        yield node.value
    elif node.op == "field":
        yield "metadata"
    elif node.op == "has_reason":
        yield "reasons"
    for each in node.args:
        yield from columns_of(each)


class Checker:
    """Checks the parts of one expression against the columns that there are.

    Args:
        text: of the expression, for errors.
        kinds: of the columns; None where they are not known yet, and every column may be anything.
    """

    def __init__(self, text: str, kinds: Kinds | None) -> None:
        self._text = text
        self._kinds = kinds
        self._known: dict[int, Kind] = {}

    def check(self, node: Node) -> None:
        """Refuses an expression that is not a condition.

        Raises:
            ConfigError: one line with the position.
        """
        self._want(node, BOOLEAN, "a condition is true or false")

    def kind(self, node: Node) -> Kind:
        """Returns the type of a part, after it has been checked.

        Raises:
            ConfigError: one line with the position.
        """
        if id(node) not in self._known:
            self._known[id(node)] = self._find(node)
        return self._known[id(node)]

    def _find(self, node: Node) -> Kind:
        match node.op:
            case "constant":
                value = node.value
                return Kind(
                    BOOLEAN if value is True or value is False
                    else STRING if isinstance(value, str) else NUMBER
                )  # fmt: skip
            case "column":
                return self._column(node)
            case "field":
                self._metadata(node)
                return Kind(ANY)
            case "list":
                return self._list(node)
            case "and" | "or" | "not":
                for each in node.args:
                    self._want(each, BOOLEAN, f"`{node.op}` joins conditions")
                return Kind(BOOLEAN)
            case "+" | "-" | "*" | "/" | "negative":
                sign = "-" if node.op == "negative" else node.op
                for each in node.args:
                    self._want(each, NUMBER, f"`{sign}` calculates with numbers")
                return Kind(NUMBER)
            case "<" | "<=" | ">" | ">=" | "==" | "!=":
                return self._comparison(node)
            case "in":
                return self._membership(node)
            case "is None":
                self.kind(node.args[0])
                return Kind(BOOLEAN)
        return self._function(node)

    def _column(self, node: Node) -> Kind:
        if self._kinds is None:
            return Kind(ANY)
        if node.value not in self._kinds:
            what = f"no column {node.value}{suggested(node.value, self._kinds)}"
            raise self._fault(node, f"{what}; a field of the input is metadata.{node.value}")
        return self._kinds[node.value]

    def _metadata(self, node: Node) -> None:
        if self._kinds is not None and self._kinds.get("metadata", Kind(OTHER)).name != STRING:
            raise self._fault(node, "there is no column metadata with a JSON object")

    def _list(self, node: Node) -> Kind:
        if not node.args:
            raise self._fault(node, "an empty list; nothing is in it")
        items = {self._item(each) for each in node.args}
        if len(items) > 1:
            raise self._fault(node, f"the list mixes {' and '.join(sorted(items))}; write two")
        return Kind(LIST, items.pop())

    def _item(self, node: Node) -> str:
        inner = node
        while inner.op in ("negative", "date"):
            inner = inner.args[0]
        name = self.kind(node).name
        if inner.op != "constant" or name not in (STRING, NUMBER, DATE):
            raise self._fault(node, "a list holds strings, numbers or dates that are written out")
        return name

    def _comparison(self, node: Node) -> Kind:
        left, right = (self.kind(each).name for each in node.args)
        for each, name in zip(node.args, (left, right), strict=True):
            if name in (LIST, BYTES, OTHER) or (each.op == "field" and not each.value):
                what = "metadata is an object; name a field of it" if each.op == "field" else (
                    f"a value of type {name} cannot be compared"
                    + ("; write `x in list` or len(list)" if name == LIST else "")
                )  # fmt: skip
                raise self._fault(each, what)
        if ANY not in (left, right) and left != right:
            hint = ""
            if {left, right} == {DATE, STRING}:
                hint = '; write date("2024-05-01") or date(x)'
            raise self._fault(node, f"a {left} cannot be compared with a {right}{hint}")
        if BOOLEAN in (left, right) and node.op not in ("==", "!="):
            raise self._fault(node, f"booleans have no order; `{node.op}` compares none")
        return Kind(BOOLEAN)

    def _membership(self, node: Node) -> Kind:
        value, many = node.args
        needle, kind = self.kind(value).name, self.kind(many)
        if kind.name == STRING or many.op == "constant":
            raise self._fault(node, 'a string is no list; write contains(x, "part")')
        if kind.name not in (LIST, ANY):
            raise self._fault(many, f"`in` looks into a list, not into a {kind.name}")
        item = kind.item if kind.name == LIST else ANY
        if needle not in (STRING, NUMBER, DATE, ANY) or (value.op == "field" and not value.value):
            raise self._fault(value, "`in` looks for a string, a number or a date")
        if self._kinds is not None and needle == item == ANY:
            raise self._fault(node, "neither the value nor the list says its type; name one")
        if item not in (STRING, NUMBER, DATE, ANY) or (needle == DATE and many.op != "list"):
            raise self._fault(many, f"a list of {item} values cannot be searched for a {needle}")
        if ANY not in (needle, item) and needle != item:
            raise self._fault(node, f"a {needle} cannot be in a list of {item} values")
        return Kind(BOOLEAN)

    def _overlap(self, node: Node) -> Kind:
        many, listed = node.args
        kind = self.kind(many)
        if kind.name not in (LIST, ANY) or many.op not in ("column", "field") or many.value == ():
            raise self._fault(many, f"{node.op} looks at the items of a list of the document")
        if listed.op != "list":
            raise self._fault(listed, f'{node.op} takes a list that is written out: ["a", "b"]')
        wanted = self.kind(listed).item
        if wanted == DATE or (kind.name == LIST and kind.item not in (wanted, ANY)):
            raise self._fault(node, f"a list of {kind.item} values cannot hold a {wanted}")
        return Kind(BOOLEAN)

    def _function(self, node: Node) -> Kind:
        first = node.args[0]
        if node.op == "len":
            name = self.kind(first).name
            if name not in (STRING, LIST, BYTES, ANY) or first.op == "list":
                raise self._fault(first, f"len counts characters or items; this is a {name}")
            return Kind(NUMBER)
        if node.op == "has_reason":
            if not (first.op == "constant" and isinstance(first.value, str)):
                raise self._fault(
                    first, 'has_reason takes a reason: has_reason("c4-curly-bracket")'
                )
            if self._kinds is not None and "reasons" not in self._kinds:
                raise self._fault(node, "there is no column reasons")
            return Kind(BOOLEAN)
        if node.op == "number":
            name = self.kind(first).name
            if name not in (STRING, NUMBER, ANY) or (first.op == "field" and not first.value):
                raise self._fault(first, f"number reads strings; this is a {name}")
            return Kind(NUMBER)
        if node.op in ("all_in", "any_in"):
            return self._overlap(node)
        if node.op == "date":
            if self.kind(first).name == DATE:
                return Kind(DATE)
            self._want(first, STRING, "date reads strings")
            if first.op == "constant" and not dates_of_strings(pa.array([first.value])).valid[0]:
                raise self._fault(
                    first, f'"{first.value}" is no date; write 2024-05-01 or 2024-05-01T10:00:00Z'
                )
            return Kind(DATE)
        self._want(first, STRING, f"{node.op} looks at strings")
        if len(node.args) == 1:
            return Kind(STRING)
        second = node.args[1]
        if second.op != "constant" or not isinstance(second.value, str):
            raise self._fault(second, f'{node.op} takes a string that is written out: "part"')
        if node.op == "matches":
            self._pattern(second)
        return Kind(BOOLEAN)

    def _pattern(self, node: Node) -> None:
        if any(character < " " for character in node.value):
            raise self._fault(
                node, 'the pattern holds a control character; write a regular expression as r"…"'
            )
        try:
            pc.match_substring_regex(pa.array([""]), node.value)
        except pa.ArrowInvalid as error:
            what = str(error).replace("Invalid regular expression: ", "")
            raise self._fault(node, f"not a regular expression of RE2: {what}") from None

    def _want(self, node: Node, name: str, why: str) -> None:
        found = self.kind(node).name
        if found not in (name, ANY) or (node.op == "field" and not node.value):
            found = "whole object" if node.op == "field" else found
            raise self._fault(node, f"{why}; this is a {found}")

    def _fault(self, node: Node, what: str) -> ConfigError:
        return fault(node.at, what, self._text)
