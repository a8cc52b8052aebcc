"""Columns of numbers that are calculated with exactly as long as they can be.

A number of a row is a fraction of integers, or a double. Integers, decimals that stand in the
expression and their sums, differences, products and quotients are fractions, so `bad / all > 0.1`
is decided as it is written. Where a double takes part (a floating-point column, a JSON number with
a fraction) the result of that row is a double; a fraction that meets it becomes the nearest double.
No row depends on its neighbours: 64 bits are used while they suffice, else Python's integers.
"""

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Bools: TypeAlias = NDArray[np.bool_]
#: int64, or Python's integers (object) where 64 bits do not suffice.
Integers: TypeAlias = NDArray[Any]

_BITS = 2**63
#: Integers below it are doubles exactly, so one division of them is rounded once.
_EXACT = 2**53

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Numbers(NamedTuple):
    """N numbers, or one for all rows (arrays without dimension). Rows that are not valid hold 0."""

    over: Integers
    """Numerators."""
    under: Integers
    """Denominators, at least 1."""
    doubles: NDArray[np.float64]
    """The values of the rows that are doubles; 0 elsewhere."""
    is_double: Bools
    valid: Bools

    def take(self, rows: NDArray[np.int64]) -> "Numbers":
        """Returns the numbers of some rows."""
        arrays: list[Any] = [array if array.ndim == 0 else array[rows] for array in self]
        return Numbers(*arrays)

    def for_all_rows(self) -> "Numbers":
        """Returns the only number of a column as one for all rows."""
        arrays: list[Any] = [array.reshape(()) for array in self]
        return Numbers(*arrays)


_ZERO, _ONE = np.array(0), np.array(1)
_NO, _YES = np.array(False), np.array(True)
_NOTHING = np.array(0.0)


def constant(value: Fraction) -> Numbers:
    """Returns one number for all rows."""
    over, under = (_integers(part) for part in (value.numerator, value.denominator))
    return Numbers(over, under, _NOTHING, _NO, _YES)


def _integers(value: int) -> Integers:
    return np.array(value, np.int64 if abs(value) < _BITS else object)


def of_integers(values: Integers, valid: Bools) -> Numbers:
    """Returns integers; what stands where `valid` is false does not matter."""
    return Numbers(np.where(valid, values, 0), _ONE, _NOTHING, _NO, valid)


def of_column(column: pa.Array) -> Numbers:
    """Returns a column of integers, floats or decimals; NaN is null.

    A float of 32 bits counts as the decimal that it is shown as: `lang_score` 0.65 is not below
    0.65.
    """
    if pa.types.is_integer(column.type):
        valid = column.is_valid().to_numpy(zero_copy_only=False)
        values = column.fill_null(0).to_numpy(zero_copy_only=False)
        wide = values.dtype == np.uint64 and bool((values >= _BITS).any())
        return of_integers(values.astype(object if wide else np.int64), valid)
    if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
        column = pc.cast(pc.cast(pc.cast(column, pa.float32()), pa.string()), pa.float64())
    doubles = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return _of_doubles(doubles, _YES)


def of_values(values: list[Any]) -> Numbers:
    """Returns the numbers among values of JSON; anything else is null.

    >>> numbers = of_values([1, 0.5, "2", True, None, 2**64 - 1])
    >>> compare(numbers, ">=", constant(Fraction(1, 2)), 6).to_pylist()
    [True, True, None, None, None, True]
    """
    kinds = [type(value) for value in values]
    whole = np.array([kind is int for kind in kinds], np.bool_)
    double = np.array([kind is float for kind in kinds], np.bool_)
    over = [value if kind is int else 0 for value, kind in zip(values, kinds, strict=True)]
    narrow = all(-_BITS <= value < _BITS for value in over)
    integers = np.array(over, np.int64 if narrow else object)
    if not double.any():
        return Numbers(integers, _ONE, _NOTHING, _NO, whole)
    doubles = [value if kind is float else 0.0 for value, kind in zip(values, kinds, strict=True)]
    return Numbers(integers, _ONE, np.array(doubles, np.float64), double, whole | double)


def _of_doubles(doubles: NDArray[np.float64], valid: Bools) -> Numbers:
    valid = valid & ~np.isnan(doubles)
    return Numbers(_ZERO, _ONE, np.where(valid, doubles, 0.0), _YES, valid)


def compare(a: Numbers, sign: str, b: Numbers, count: int) -> pa.BooleanArray:
    """Compares two columns of `count` rows; null where one of them is.

    >>> seven, tenth = of_values([7, 8, None]), constant(Fraction(1, 10))
    >>> share = calculate(seven, "/", of_values([70, 79, 1]))
    >>> compare(share, ">", tenth, 3).to_pylist()
    [False, True, None]
    """
    signs = COMPARISONS[sign]
    is_double = a.is_double | b.is_double
    holds = _NO
    if not is_double.all():
        sides = _times(a.over, b.under), _times(b.over, a.under)
        holds = np.asarray(signs(*sides)).astype(np.bool_)
    if is_double.any():
        holds = np.where(is_double, signs(_as_doubles(a), _as_doubles(b)), holds)
    valid = a.valid & b.valid
    return pa.array(np.broadcast_to(holds, count), mask=~np.broadcast_to(valid, count))


def greatest_first(a: Numbers, count: int) -> NDArray[np.uint64]:
    """Returns keys that put `count` rows in order, the greatest number first; null comes last.

    Numbers of one nearest double have one key.

    >>> keys = greatest_first(of_values([1, -3, 0.5, None, 2**70]), 5)
    >>> np.argsort(keys).tolist()
    [4, 0, 2, 1, 3]
    """
    doubles = np.broadcast_to(_as_doubles(a), count) + 0.0  # There is one zero.
    bits = doubles.astype(np.float64).view(np.uint64)
    # Positive doubles sort like their bits, negative ones the other way round.
    negative = bits >> np.uint64(63) == 1
    descending = np.where(negative, bits, ~bits ^ np.uint64(_BITS))
    return np.where(np.broadcast_to(a.valid, count), descending, np.uint64(2 * _BITS - 1))


def calculate(a: Numbers, sign: str, b: Numbers) -> Numbers:
    """Adds, subtracts, multiplies or divides; null where a side is, or by 0, or without meaning.

    >>> third = calculate(constant(Fraction(1)), "/", of_values([3, 0]))
    >>> compare(calculate(third, "*", constant(Fraction(3))), "==", constant(Fraction(1)), 2)
    <pyarrow.lib.BooleanArray object at ...>
    [
      true,
      null
    ]
    """
    is_double = a.is_double | b.is_double
    valid = a.valid & b.valid
    over, under, doubles = _ZERO, _ONE, _NOTHING
    if sign == "/":
        zero = np.where(b.is_double, b.doubles == 0, np.asarray(b.over == 0).astype(np.bool_))
        valid = valid & ~zero
        b = b._replace(over=np.where(zero, 1, b.over), doubles=np.where(zero, 1.0, b.doubles))
    if not is_double.all():
        over, under = _fraction(a, sign, b)
        keep = valid & ~is_double
        over, under = np.where(keep, over, 0), np.where(keep, under, 1)
    if is_double.any():
        with np.errstate(all="ignore"):
            sides = _as_doubles(a), _as_doubles(b)
            doubles = np.asarray(_ARITHMETIC[sign](*sides))
        valid = valid & ~(is_double & np.isnan(doubles))
        doubles = np.where(is_double & valid, doubles, 0.0)
    return Numbers(over, under, doubles, is_double, valid)


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def _fraction(a: Numbers, sign: str, b: Numbers) -> tuple[Integers, Integers]:
    if sign == "*":
        return _times(a.over, b.over), _times(a.under, b.under)
    if sign == "/":
        turn = np.where(np.asarray(b.over < 0).astype(np.bool_), -1, 1)
        return (
            _times(_times(a.over, b.under), turn),
            _times(_times(a.under, b.over), turn),
        )
    left, right = _times(a.over, b.under), _times(b.over, a.under)
    over = _exactly(_ARITHMETIC[sign], left, right, _largest(left) + _largest(right))
    return over, _times(a.under, b.under)


def _times(a: Integers, b: Integers) -> Integers:
    return _exactly(operator.mul, a, b, _largest(a) * _largest(b))


def _exactly(work: Callable[[Any, Any], Any], a: Integers, b: Integers, bound: int) -> Integers:
    """Calculates in 64 bits if no result is beyond `bound`, which is below 2**63."""
    if bound < _BITS and a.dtype != object and b.dtype != object:
        return np.asarray(work(a, b))
    return np.asarray(work(a.astype(object), b.astype(object)), object)


def _largest(values: Integers) -> int:
    """Returns the largest absolute value."""
    if values.size == 0:
        return 0
    return max(-int(values.min()), int(values.max()))


def _as_doubles(numbers: Numbers) -> NDArray[np.float64]:
    if numbers.is_double.all():
        return numbers.doubles
    over, under = numbers.over, numbers.under
    narrow = over.dtype != object and under.dtype != object
    if narrow and max(_largest(over), _largest(under)) < _EXACT:
        fractions = np.asarray(over / under)
    else:
        fractions = np.asarray(np.frompyfunc(_nearest, 2, 1)(over, under)).astype(np.float64)
    return np.where(numbers.is_double, numbers.doubles, fractions)


def _nearest(over: Any, under: Any) -> float:
    try:
        return int(over) / int(under)
    except OverflowError:
        return float("inf") if over > 0 else float("-inf")
