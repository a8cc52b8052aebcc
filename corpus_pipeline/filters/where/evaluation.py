"""The value of an expression for every row of a batch, by kernels over columns.

Logic has three values, as in SQL: what is calculated from null is null, `and` is false and `or` is
true as soon as one side says so, whatever the other is.
"""

import functools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.filters.where import fields
from corpus_pipeline.filters.where.checking import (
    ANY,
    BOOLEAN,
    BYTES,
    DATE,
    LIST,
    NUMBER,
    STRING,
    Checker,
)
from corpus_pipeline.filters.where.dates import dates_of_column, dates_of_strings
from corpus_pipeline.filters.where.fields import Lists, Rows
from corpus_pipeline.filters.where.grammar import Node
from corpus_pipeline.filters.where.numbers import (
    Numbers,
    calculate,
    compare,
    constant,
    of_column,
    of_integers,
    of_values,
)

_OF_STRINGS: dict[str, Callable[[Any, Any], Any]] = {
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
    "==": pc.equal,
    "!=": pc.not_equal,
    "contains": pc.match_substring,
    "startswith": pc.starts_with,
    "endswith": pc.ends_with,
    "matches": pc.match_substring_regex,
}


class Evaluation:
    """Calculates parts of one expression, which `checker` has checked, for one batch."""

    def __init__(self, rows: Rows, checker: Checker) -> None:
        self._rows = rows
        self._count = rows.batch.num_rows
        self._kind = checker.kind

    def condition(self, node: Node) -> pa.BooleanArray:
        """Returns bool[N], null where it is unknown."""
        match node.op:
            case "and" | "or":
                join = pc.and_kleene if node.op == "and" else pc.or_kleene
                found = self.condition(node.args[0])
                for each in node.args[1:]:
                    found = join(found, self.condition(each))
                return found
            case "not":
                return pc.invert(self.condition(node.args[0]))
            case "<" | "<=" | ">" | ">=" | "==" | "!=":
                return self._compare(node)
            case "in":
                return self._is_in(*node.args)
            case "all_in" | "any_in":
                return self._overlaps(node.op == "all_in", *node.args)
            case "is None":
                return self._is_null(node.args[0])
            case "contains" | "startswith" | "endswith" | "matches":
                return _OF_STRINGS[node.op](self._string(node.args[0]), node.args[1].value)
            case "has_reason":
                lists = fields.lists_of_column(self._rows.column("reasons"))
                found = pc.fill_null(pc.equal(lists.items, node.args[0].value), False)
                return pa.array(self._any_item(lists, found))
            case "field":
                return fields.booleans(self._rows.field(node.value))
            case "constant":
                return pa.repeat(pa.scalar(node.value), self._count)
        return self._column(node.value, pa.bool_())

    def ordered(self, node: Node) -> Numbers:
        """Returns N numbers, or dates as numbers; of a field of the metadata, its numbers."""
        return self._date(node) if self._kind(node).name == DATE else self._number(node)

    def _column(self, name: str, type_: pa.DataType) -> pa.Array:
        """Returns a column; one without a type has nulls alone."""
        column = self._rows.column(name)
        return pc.cast(column, type_) if pa.types.is_null(column.type) else column

    def _compare(self, node: Node) -> pa.BooleanArray:
        left, right = node.args
        names = {self._kind(left).name, self._kind(right).name} - {ANY}
        if not names:
            # Two fields: as numbers, else as strings, else as booleans; null where they differ.
            kinds = [NUMBER, STRING, *([BOOLEAN] if node.op in ("==", "!=") else [])]
            return pc.coalesce(*(self._compare_as(kind, node) for kind in kinds))
        return self._compare_as(names.pop(), node)

    def _compare_as(self, kind: str, node: Node) -> pa.BooleanArray:
        left, right = node.args
        if kind == NUMBER:
            return compare(self._number(left), node.op, self._number(right), self._count)
        if kind == DATE:
            return compare(self._date(left), node.op, self._date(right), self._count)
        if kind == STRING:
            return _OF_STRINGS[node.op](self._string(left), self._string(right))
        return _OF_STRINGS[node.op](self.condition(left), self.condition(right))

    def _string(self, node: Node) -> pa.Array:
        match node.op:
            case "constant":
                return pa.repeat(pa.scalar(node.value, pa.string()), self._count)
            case "lower":
                return pc.utf8_lower(self._string(node.args[0]))
            case "field":
                return fields.strings(self._rows.field(node.value))
        return self._column(node.value, pa.string())

    def _number(self, node: Node) -> Numbers:
        match node.op:
            case "constant":
                return constant(node.value)
            case "negative":
                return calculate(self._number(node.args[0]), "*", constant(Fraction(-1)))
            case "+" | "-" | "*" | "/":
                left, right = map(self._number, node.args)
                return calculate(left, node.op, right)
            case "len":
                return self._length(node.args[0])
            case "number":
                return self._written(node.args[0])
            case "field":
                return of_values(self._rows.field(node.value))
        return of_column(self._column(node.value, pa.int64()))

    def _written(self, node: Node) -> Numbers:
        if node.op == "field":
            return fields.written_numbers(self._rows.field(node.value))
        if self._kind(node).name == NUMBER:
            return self._number(node)
        return fields.written_numbers(self._string(node).to_pylist())

    def _length(self, node: Node) -> Numbers:
        kind = self._kind(node)
        if kind.name == LIST:
            lists = fields.lists_of_column(self._rows.column(node.value))
            return of_integers(lists.lengths, lists.valid)
        if kind.name == BYTES:
            return of_column(pc.binary_length(self._rows.column(node.value)))
        if kind.name == ANY and node.op == "field":
            return fields.lengths_of_values(self._rows.field(node.value))
        return of_column(pc.utf8_length(self._string(node)))

    def _date(self, node: Node) -> Numbers:
        if node.op == "date":
            return self._date(node.args[0])
        if node.op == "constant":
            return dates_of_strings(pa.array([node.value])).for_all_rows()
        if self._kind(node).name == DATE:
            return dates_of_column(self._rows.column(node.value))
        return dates_of_strings(self._string(node))

    def _is_null(self, node: Node) -> pa.BooleanArray:
        kind = self._kind(node).name
        if node.op == "field":
            return pa.array([value is None for value in self._rows.field(node.value)], pa.bool_())
        if node.op == "column":
            return pc.is_null(self._rows.column(node.value), nan_is_null=True)
        if node.op == "list":
            return pa.repeat(pa.scalar(False), self._count)
        if kind in (NUMBER, DATE):
            numbers = self._number(node) if kind == NUMBER else self._date(node)
            return pa.array(~np.broadcast_to(numbers.valid, self._count))
        return pc.is_null(self._string(node) if kind == STRING else self.condition(node))

    def _lists(self, node: Node) -> Lists:
        if node.op == "field":
            return fields.lists_of_values(self._rows.field(node.value))
        return fields.lists_of_column(self._column(node.value, pa.list_(pa.string())))

    def _overlaps(self, all_of_them: bool, many: Node, listed: Node) -> pa.BooleanArray:
        """Says whether all items of lists, or any, are among those that are written out."""
        lists = self._lists(many)
        if self._kind(listed).item == STRING:
            wanted = pa.array([item.value for item in listed.args], pa.string())
            found = pc.is_in(fields.string_items(lists), wanted)
        else:
            numbers, count = fields.number_items(lists), len(lists.rows)
            each = [compare(numbers, "==", self._number(item), count) for item in listed.args]
            found = functools.reduce(pc.or_kleene, each)
        found = pc.fill_null(found, False)
        held = ~self._any_item(lists, pc.invert(found)) if all_of_them else (
            self._any_item(lists, found)
        )  # fmt: skip
        return pa.array(held, mask=~lists.valid)

    def _is_in(self, value: Node, many: Node) -> pa.BooleanArray:
        if many.op == "list":
            return self._is_listed(value, many)
        item = self._kind(many).item if self._kind(many).name == LIST else ANY
        kind = item if item != ANY else self._kind(value).name
        lists = self._lists(many)
        if kind == STRING:
            column = self._string(value)
            found = pc.equal(column.take(pa.array(lists.rows)), fields.string_items(lists))
            valid = column.is_valid().to_numpy(zero_copy_only=False)
        else:
            numbers = self._number(value)
            sides = numbers.take(lists.rows), fields.number_items(lists)
            found = compare(sides[0], "==", sides[1], len(lists.rows))
            valid = np.broadcast_to(numbers.valid, self._count)
        held = self._any_item(lists, pc.fill_null(found, False))
        return pa.array(held, mask=~(valid & lists.valid))

    def _any_item(self, lists: Lists, found: pa.BooleanArray) -> Any:
        rows = lists.rows[found.to_numpy(zero_copy_only=False)]
        return np.bincount(rows, minlength=self._count) > 0

    def _is_listed(self, value: Node, many: Node) -> pa.BooleanArray:
        kind = self._kind(many).item
        if kind == STRING:
            column = self._string(value)
            found = pc.is_in(column, pa.array([item.value for item in many.args]))
            return pc.if_else(column.is_valid(), found, pa.scalar(None, pa.bool_()))
        of = self._number if kind == NUMBER else self._date
        numbers = of(value)
        found = compare(numbers, "==", of(many.args[0]), self._count)
        for item in many.args[1:]:
            found = pc.or_kleene(found, compare(numbers, "==", of(item), self._count))
        return found
