"""The text of an expression as a tree of nodes, which say what to calculate and hold no code.

The parser is `ast.parse` of the standard library: it reads Python's expressions, tells where a
fault is, and evaluates nothing. Of what it returns only the nodes below are taken; everything else
(calls of other names, attributes of columns, comprehensions, f-strings, lambdas) is refused with
its position. CEL or SQL would need one more dependency and bring another way of writing strings,
and neither compares decimals exactly; Python's expressions are what users of a Python package can
write already. Length and nesting are bounded, so an expression costs little whoever wrote it.
"""

import ast
import dataclasses
import io
import keyword
import re
import tokenize
import warnings
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from corpus_pipeline.errors import ConfigError, printable
from corpus_pipeline.nearest import nearest_key

#: Characters of an expression, and how deep it may be nested.
MAX_CHARS = 10_000
MAX_DEPTH = 50
#: Significant digits of a decimal, all of which a double keeps.
_MAX_DIGITS = 15
#: Characters of an expression that an error shows.
_SHOWN = 60

#: Functions -> how many arguments they take.
FUNCTIONS = {
    "len": 1,
    "lower": 1,
    "date": 1,
    "number": 1,
    "has_reason": 1,
    "all_in": 2,
    "any_in": 2,
    "contains": 2,
    "startswith": 2,
    "endswith": 2,
    "matches": 2,
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
#: What other languages write, and what is meant here.
_MEANT = {
    "&&": "and",
    "||": "or",
    "!": "not",
    "=": "==",
    "<>": "!=",
    "null": "None",
    "NULL": "None",
    "true": "True",
    "false": "False",
    "TRUE": "True",
    "FALSE": "False",
}


@dataclasses.dataclass(frozen=True)
class Node:
    """One operation of an expression.

    `constant` holds a string, a boolean or a Fraction; `column` a name; `field` the path of a field
    of the metadata, a tuple of strings, empty for the whole object; `list` nothing. Other nodes are
    operators and functions over `args`.
    """

    op: str
    args: tuple["Node", ...] = ()
    value: Any = None
    at: int = 1
    """Position of its first character in the text, from 1."""


def fault(at: int, what: str, text: str) -> ConfigError:
    """Returns the error that says where in an expression what is wrong, in one line."""
    shown = printable(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")
    return ConfigError(f"character {at} of `{shown}`: {what}")


def suggested(name: str, names: Iterable[str]) -> str:
    """Says which of some names may have been meant, or nothing.

    >>> suggested("langg", ["lang", "text"]), suggested("xyz", ["lang"])
    ('; did you mean lang?', '')
    """
    near = nearest_key(name, names)
    return "" if near is None else f"; did you mean {near}?"


def parse_tree(text: str) -> Node:
    """Reads an expression.

    Raises:
        ConfigError: it is none, or holds what is not known here; one line with the position.

    >>> parse_tree("metadata.stars >= 10")
    Node(op='>=', args=(Node(op='field', args=(), value=('stars',), at=1), \
Node(op='constant', args=(), value=Fraction(10, 1), at=19)), value=None, at=1)
    >>> parse_tree("lang == 'zh' && words > 5")
    Traceback (most recent call last):
    corpus_pipeline.errors.ConfigError: character 14 of `lang == 'zh' && words > 5`: write `and` \
for `&&`
    """
    if len(text) > MAX_CHARS:
        raise fault(1, f"{len(text):,} characters long; at most {MAX_CHARS:,} are read", text)
    # A line end means nothing, so that an expression may fill several lines of YAML.
    line = "".join(" " if c in "\n\r\t" else c for c in text)
    start = len(line) - len(line.lstrip())
    line = line.strip()
    if not line:
        raise ConfigError("an empty expression; write for example lang_score >= 0.5")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # `"\d"` is a warning of Python's.
            body = ast.parse(line, mode="eval").body
    except SyntaxError as error:
        at, what = _syntax(error, line)
        raise fault(start + at, what, text) from None
    except (RecursionError, MemoryError):
        raise fault(1, f"nested deeper than {MAX_DEPTH}", text) from None
    except ValueError as error:  # Null characters and lone surrogates.
        raise fault(1, f"not an expression ({error})", text) from None
    _bound(body, text)
    before = None
    for token in tokenize.generate_tokens(io.StringIO(line).readline):
        at = start + token.start[1] + 1
        if token.type == tokenize.COMMENT:
            raise fault(at, "comments are not read; leave it out", text)
        if token.type == before == tokenize.STRING:
            raise fault(at, "two strings side by side; write a comma between them", text)
        before = token.type
    return _Reader(text, line, start).read(body)


def _bound(body: ast.expr, text: str) -> None:
    level: list[ast.AST] = [body]
    for _ in range(2 * MAX_DEPTH):  # Operators and contexts are nodes, too.
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise fault(1, f"nested deeper than {MAX_DEPTH}", text)


def _syntax(error: SyntaxError, line: str) -> tuple[int, str]:
    """Returns where a fault is and what, in our words where it is known, else in the parser's."""
    at = max(error.offset or 1, 1)
    for wrong in ("&&", "||", "<>"):
        found = line.find(wrong, max(at - 3, 0), at + 2)
        if found >= 0:
            return found + 1, f"write `{_MEANT[wrong]}` for `{wrong}`"
    message = error.msg or "invalid syntax"
    if error.offset == 0 or at > len(line):
        return len(line) + 1, "something is missing at the end"
    if "too many nested" in message:
        return 1, f"nested deeper than {MAX_DEPTH}"
    if "escape sequence" in message:
        return at, f'{message}; write a regular expression as r"…"'
    if "invalid character" in message or "non-printable" in message:
        return at, f"{message}; write operators, quotes and brackets in ASCII"
    if line[at - 1 : at] == "=" or "'=='" in message:
        return at, "write `==` for `=`"
    if line[at - 1 : at] == "!":
        return at, "write `not` for `!`"
    word = re.match(r"[A-Za-z]*", line[at - 1 :])
    if word and keyword.iskeyword(word[0]) and line[: at - 1].rstrip().endswith("."):
        return at, f'`{word[0]}` is a word of the grammar; write ["{word[0]}"] without the dot'
    return at, f"{message}; docs/steps/where.md says what may be written"


class _Reader:
    """Turns the parser's nodes into ours."""

    def __init__(self, text: str, line: str, start: int) -> None:
        self._text = text
        self._bytes = line.encode()
        self._start = start

    def read(self, node: ast.expr) -> Node:
        at = self._at(node)
        match node:
            case ast.BoolOp():
                op = "and" if isinstance(node.op, ast.And) else "or"
                return Node(op, tuple(map(self.read, node.values)), at=at)
            case ast.UnaryOp(op=ast.Not()):
                return Node("not", (self.read(node.operand),), at=at)
            case ast.UnaryOp(op=ast.USub()):
                return Node("negative", (self.read(node.operand),), at=at)
            case ast.BinOp() if type(node.op) in _ARITHMETIC:
                sides = self.read(node.left), self.read(node.right)
                return Node(_ARITHMETIC[type(node.op)], sides, at=at)
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
                wrong, right = ("&", "and") if isinstance(node.op, ast.BitAnd) else ("|", "or")
                raise self._fault(node, f"write `{right}` for `{wrong}`")
            case ast.Compare():
                return self._compare(node, at)
            case ast.Call():
                return self._call(node, at)
            case ast.List() | ast.Tuple():
                return Node("list", tuple(map(self.read, node.elts)), at=at)
            case ast.Constant():
                return self._constant(node, at)
            case ast.Name():
                if node.id in _MEANT:
                    raise self._fault(node, f"write `{_MEANT[node.id]}` for `{node.id}`")
                if node.id == "metadata":
                    return Node("field", value=(), at=at)
                return Node("column", value=node.id, at=at)
            case ast.Attribute() | ast.Subscript():
                return Node("field", value=self._path(node), at=at)
        raise self._fault(node, f"{_kind(node)} cannot be used in an expression")

    def _at(self, node: ast.expr) -> int:
        return self._start + len(self._bytes[: node.col_offset].decode()) + 1

    def _fault(self, node: ast.expr, what: str) -> ConfigError:
        return fault(self._at(node), what, self._text)

    def _constant(self, node: ast.Constant, at: int) -> Node:
        value = node.value
        if isinstance(value, bool | str):
            return Node("constant", value=value, at=at)
        if isinstance(value, int):
            return Node("constant", value=Fraction(value), at=at)
        if isinstance(value, float):
            written = self._bytes[node.col_offset : node.end_col_offset].decode().lower()
            digits = written.partition("e")[0].replace("_", "").replace(".", "").strip("0")
            if len(digits) > _MAX_DIGITS or value in (float("inf"), float("-inf")):
                raise self._fault(
                    node, f"{written} is beyond {_MAX_DIGITS} digits or 1e308; round it"
                )
            return Node("constant", value=Fraction(repr(value)), at=at)
        if value is None:
            raise self._fault(node, "None is compared by `is None` and `is not None` alone")
        raise self._fault(node, f"{_kind(node)} cannot be used in an expression")

    def _compare(self, node: ast.Compare, at: int) -> Node:
        sides = [node.left, *node.comparators]
        parts = [
            self._comparison(left, op, right)
            for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        return parts[0] if len(parts) == 1 else Node("and", tuple(parts), at=at)

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Node:
        at = self._at(left)
        if isinstance(op, ast.Is | ast.IsNot):
            if not (isinstance(right, ast.Constant) and right.value is None):
                raise self._fault(right, "`is` is for None alone; write `==` or `!=`")
            found = Node("is None", (self.read(left),), at=at)
            return found if isinstance(op, ast.Is) else Node("not", (found,), at=at)
        if isinstance(op, ast.In | ast.NotIn):
            found = Node("in", (self.read(left), self.read(right)), at=at)
            return found if isinstance(op, ast.In) else Node("not", (found,), at=at)
        for side in (left, right):
            if isinstance(side, ast.Constant) and side.value is None:
                word = "is not" if isinstance(op, ast.NotEq) else "is"
                raise self._fault(side, f"nothing is equal to None; write `{word} None`")
        return Node(_COMPARISONS[type(op)], (self.read(left), self.read(right)), at=at)

    def _call(self, node: ast.Call, at: int) -> Node:
        if isinstance(node.func, ast.Attribute) and node.func.attr in FUNCTIONS:
            name = node.func.attr
            raise self._fault(node, f"write {name}(x, …) for x.{name}(…)")
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)[:_SHOWN]
        if name not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            what = f"no function {printable(name)}{suggested(name, FUNCTIONS)}"
            raise self._fault(node, f"{what} (there are {known})")
        wanted = FUNCTIONS[name]
        if node.keywords or len(node.args) != wanted:
            raise self._fault(node, f"{name} takes {wanted} argument{'s' * (wanted > 1)}")
        return Node(name, tuple(map(self.read, node.args)), at=at)

    def _path(self, node: ast.expr) -> tuple[str, ...]:
        names: list[str] = []
        each = node
        while isinstance(each, ast.Attribute | ast.Subscript):
            if isinstance(each, ast.Attribute):
                names.append(each.attr)
            elif isinstance(each.slice, ast.Constant) and isinstance(each.slice.value, str):
                names.append(each.slice.value)
            else:
                raise self._fault(each.slice, 'brackets hold the name of a field: ["name"]')
            each = each.value
        if not isinstance(each, ast.Name):
            raise self._fault(each, f"{_kind(each)} has no fields")
        if each.id != "metadata":
            raise self._fault(each, f"{each.id} has no fields; those of the input are metadata.…")
        return tuple(reversed(names))


def _kind(node: ast.expr) -> str:
    """Names a construct of Python for a message."""
    if isinstance(node, ast.BinOp):
        return f"the operator in `{ast.unparse(node)[:_SHOWN]}`"
    if isinstance(node, ast.Constant):
        return f"the constant {printable(repr(node.value))[:_SHOWN]}"
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in type(node).__name__).split()
    return f"a Python {' '.join(words)}"
