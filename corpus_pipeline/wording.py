"""Sentences with figures in them, from templates that leave out what is not known.

"it is a near copy of {partner}[, with a similarity of {jaccard:,}][; the rule takes {limit:,}]"

{name}      a value as it is; {a.b} is the attribute or key b of a
{name:,}    a number, with commas and as few decimals as tell it from the others
{name:%}    a share, in percent, likewise
[...]       left out where a value in it is None, or not there
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_FIELD = re.compile(r"\{([a-z_.0-9]+)(?::([,%]))?\}")
_GROUP = re.compile(r"\[([^\[\]]*)\]")
_MOST_DECIMALS = 9
#: What one of is written without its s.
_ONE = re.compile(
    r"(?<![\d.,])1 ((?:different |listed |stop |end |hash |line |distinct )*"
    r"(?:character|word|line|sentence|paragraph|string|token|document|feed|mark|byte|n-gram|item|"
    r"occurrence|sign|letter|declaration))s\b"
)


def filled(template: str, values: Mapping[str, Any]) -> str:
    """Writes values into a template; see above.

    Args:
        template: of this module's form.
        values: by name; texts are written as they are.

    >>> filled("{share:%} of it[; {limit:%} are allowed]", {"share": 0.304, "limit": 0.3})
    '30.4 % of it; 30 % are allowed'
    >>> filled("{n:,} words[; {limit:,} are asked for]", {"n": 1, "limit": None})
    '1 word'
    """
    kept = _GROUP.sub(lambda group: group[1] if _known(group[1], values) else "", template)
    numbers: dict[str, list[Decimal]] = {",": [], "%": []}
    for found in _FIELD.finditer(kept):
        if found[2] is not None:
            numbers[found[2]].append(_scaled(_value(found[1], values), found[2]))
    decimals = {sign: _decimals(each) for sign, each in numbers.items()}

    def write(found: re.Match[str]) -> str:
        value, sign = _value(found[1], values), found[2]
        if sign is None:
            return str(value)
        number = _scaled(value, sign)
        exact = found[1] == "limit" or found[1].startswith("options.")
        return _number(number, _MOST_DECIMALS if exact else decimals[sign]) + " %" * (sign == "%")

    return _ONE.sub(r"1 \1", _FIELD.sub(write, kept))


def _scaled(value: float, sign: str) -> Decimal:
    """Returns a number as it is written in decimals, a share in percent."""
    return Decimal(str(value)) * (100 if sign == "%" else 1)


def is_complete(template: str, values: Mapping[str, Any]) -> bool:
    """Says whether all values are known without which a template says nothing.

    >>> is_complete("{a} is[ {b}]", {"a": 1}), is_complete("{a} is", {"a": None})
    (True, False)
    """
    return _known(_GROUP.sub("", template), values)


def _known(template: str, values: Mapping[str, Any]) -> bool:
    return all(_value(found[1], values) is not None for found in _FIELD.finditer(template))


def _value(name: str, values: Mapping[str, Any]) -> Any:
    first, *rest = name.split(".")
    value = values.get(first)
    for each in rest:
        value = value.get(each) if isinstance(value, Mapping) else getattr(value, each, None)
    return value


def _decimals(numbers: list[Decimal]) -> int:
    """Returns how many decimals show two digits of each number and tell them apart.

    >>> [_decimals([*map(Decimal, each.split())]) for each in ("12.34", "4.5", "0.914", ".31 .3")]
    [0, 1, 2, 2]
    """
    different = {*numbers}
    for decimals in range(_MOST_DECIMALS):
        shown = {number: round(number, decimals) for number in different}
        exact = all(
            number == its or abs(number) * 10**decimals >= 10 for number, its in shown.items()
        )
        if exact and len({*shown.values()}) == len(different):
            return decimals
    return _MOST_DECIMALS


def _number(number: Decimal, decimals: int) -> str:
    """Writes a number with at most so many decimals.

    >>> _number(Decimal("1234.5"), 3), _number(Decimal(3), 2), _number(Decimal("0.25"), 1)
    ('1,234.5', '3', '0.2')
    """
    written = f"{number:,.{decimals}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
