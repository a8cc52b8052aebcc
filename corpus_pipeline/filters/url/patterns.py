"""Regular expressions over addresses, by RE2: no pattern makes an address slow to look at.

All patterns are joined into few automata, so most addresses are read once, whatever the number of
patterns; only one that some pattern matches is asked which. RE2 has no look-around and no
references back, and patterns with them are refused.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.errors import ResourceError, printable
from corpus_pipeline.filters.url.lists import read_lines

#: Patterns that are joined at most. RE2 keeps what it has found out in a bounded memory; with a
#: thousand patterns of whole words it does not fit, and reading is 200 times as slow.
_JOINED = 100


class UrlPatterns(NamedTuple):
    """P patterns, ready to be searched for."""

    groups: tuple[tuple[str, range], ...]
    """(patterns joined, their numbers)."""
    patterns: tuple[str, ...]
    names: tuple[str, ...]
    """Of the list that each is from."""


def load_url_patterns(files: Sequence[str], key: str) -> UrlPatterns:
    """Loads patterns: one a line; empty lines and lines that begin with # are left out.

    Raises:
        ResourceError: a file cannot be read, or a pattern is none of RE2's; one line.
    """
    patterns, names = [], []
    for file in files:
        path = Path(file)
        for number, pattern in enumerate(read_lines(path, key, comment="^#.*$").to_pylist(), 1):
            if not pattern:
                continue
            if problem := _problem(pattern):
                raise ResourceError(
                    f"{key}: {path} line {number}: `{printable(pattern[:60])}` is no regular "
                    f"expression of RE2: {problem}"
                )
            patterns.append(pattern)
            names.append(path.name.removesuffix(".gz").removesuffix(".txt"))
    return build_url_patterns(patterns, names)


def build_url_patterns(patterns: Sequence[str], names: Sequence[str]) -> UrlPatterns:
    """Joins patterns.

    >>> build_url_patterns(["a+", "b"], ["x", "x"]).groups
    (('(?:a+)|(?:b)', range(0, 2)),)
    """
    waiting = [range(i, min(i + _JOINED, len(patterns))) for i in range(0, len(patterns), _JOINED)]
    groups = []
    while waiting:
        numbers = waiting.pop(0)
        joined = "|".join(f"(?:{patterns[n]})" for n in numbers)
        if len(numbers) > 1 and _problem(joined):
            middle = len(numbers) // 2
            waiting = [numbers[:middle], numbers[middle:], *waiting]
        else:
            groups.append((joined, numbers))
    return UrlPatterns(tuple(groups), tuple(patterns), tuple(names))


def _problem(pattern: str) -> str | None:
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        return str(error).removeprefix("Invalid regular expression: ")[:200]
    return None


def find_patterns(urls: pa.Array, patterns: UrlPatterns) -> NDArray[np.int64]:
    """Returns the number of the first pattern that each address matches anywhere; -1: none.

    Args:
        urls: string[N].

    >>> patterns = build_url_patterns([r"/tag/", r"(?i)\\.pdf$"], ["x", "x"])
    >>> urls = pa.array(["http://a.cn/tag/文", "http://a.cn/A.PDF", None])
    >>> find_patterns(urls, patterns).tolist()
    [0, 1, -1]
    """
    found = np.full(len(urls), -1, np.int64)
    for joined, numbers in patterns.groups:
        open_ = np.flatnonzero(found < 0)
        texts = urls.take(pa.array(open_))
        hit = pc.fill_null(pc.match_substring_regex(texts, joined), False)
        rows = open_[hit.to_numpy(zero_copy_only=False)]
        for number in numbers:
            if not len(rows):
                break
            texts = urls.take(pa.array(rows))
            holds = pc.match_substring_regex(texts, patterns.patterns[number])
            matching = holds.to_numpy(zero_copy_only=False).astype(np.bool_)
            found[rows[matching]] = number
            rows = rows[~matching]
    return found
