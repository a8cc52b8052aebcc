r"""Parts of texts that become others, by regular expressions of RE2: linear, whatever the text.

Each expression sees what the one before has left. One that finds nothing changes no text.

>>> import pyarrow as pa
>>> replacements = load_replacements(["addresses", Replace(pattern=r"(\d)\s*%", by=r"\1 percent")])
>>> texts, chars = replace(pa.array(["See https://a.org/b.", "5% of 20 %"]), replacements[:1])
>>> texts.to_pylist(), chars.tolist()
(['See .', '5% of 20 %'], [15, 0])
>>> replace(texts, replacements)[0].to_pylist()
['See .', '5 percent of 20 percent']
"""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.repair.options import Replace
from corpus_pipeline.yaml_files import load_yaml


class Replacement(NamedTuple):
    """One expression."""

    pattern: str
    by: str
    """What stands there afterwards; `\\1` is what the first group has found."""


@cache
def _shipped() -> dict[str, tuple[Replacement, ...]]:
    text = resources.files(__package__).joinpath("replacements.yaml").read_text("utf-8")
    return {
        name: tuple(Replacement(each["pattern"], each.get("by", "")) for each in listed)
        for name, listed in load_yaml(text).items()
    }


def load_replacements(listed: Iterable[Replace | str]) -> tuple[Replacement, ...]:
    """Returns the expressions of a configuration, those that the package has under a name too.

    Raises:
        ConfigError: one is none of RE2's, finds the empty text, or asks for a group that is not
            there.

    >>> load_replacements([Replace(pattern="a", by=r"\\1")])
    Traceback (most recent call last):
    corpus_pipeline.errors.ConfigError: repair.replace.0: Rewrite schema requests 1 matches, but \
the regexp only has 0 parenthesized subexpressions; correct it
    """
    found: list[Replacement] = []
    for number, each in enumerate(listed):
        if isinstance(each, str):
            found += _shipped()[each]
            continue
        _check(each, f"repair.replace.{number}")
        found.append(Replacement(each.pattern, each.by))
    return tuple(found)


def _check(each: Replace, key: str) -> None:
    try:
        pc.replace_substring_regex(pa.array([""]), each.pattern, each.by)
        empty = pc.match_substring_regex(pa.array([""]), each.pattern)[0].as_py()
    except pa.ArrowInvalid as error:
        said = str(error).partition(":")[2].strip().rstrip(".") or str(error)
        raise ConfigError(f"{key}: {said}; correct it") from None
    if empty:
        raise ConfigError(f"{key}: {each.pattern!r} finds the empty text; correct it")


def replace(
    texts: pa.Array, replacements: Iterable[Replacement]
) -> tuple[pa.Array, NDArray[np.int64]]:
    """Replaces what is found.

    Args:
        texts: `string`, N texts.
        replacements: of `load_replacements`.

    Returns:
        (the texts, int64[N] characters that were found and are others now).
    """
    chars = np.zeros(len(texts), np.int64)
    for pattern, by in replacements:
        found = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
        if not pc.any(found).as_py():
            continue
        before = texts.filter(found)
        after = pc.replace_substring_regex(before, pattern, by)
        left = pc.replace_substring_regex(before, pattern, "") if by else after
        counts = pc.subtract(pc.utf8_length(before), pc.utf8_length(left))
        counts = pc.if_else(pc.not_equal(before, after), counts, pa.scalar(0, pa.int32()))
        chars[np.asarray(found)] += np.asarray(counts)
        texts = pc.replace_with_mask(texts, found, after)
    return texts, chars
