"""The regular expressions behind the rules on phrases (RE2: linear, whatever the text)."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.errors import ConfigError, ResourceError, relative_to
from corpus_pipeline.special_files import refuse_special
from corpus_pipeline.yaml_files import load_yaml

_NUMBER = r"[0-9０-９][0-9０-９.,，．]*\s*(?:k|m|b|千|万|萬|亿|億|만|천|тыс\.?|mil)?\+?"
#: What may stand around the parts of a counter: no letters or digits, nothing that code is made of.
_BETWEEN = r"[^\pL\pN=_<>{}]+"
_AROUND = f"(?:{_BETWEEN})?"
#: Measure words between a number and what it counts, and behind it: 3 个赞, 阅读 56 次, 3件の….
_MEASURE = r"(?:[个個条條次人名位件则則回]|명|개|건|회)?の?"


class Phrases(NamedTuple):
    """One expression for each rule."""

    javascript: str
    lorem_ipsum: str
    policy: str
    advertisement: str
    counter: str
    navigation: str
    """What it finds is cut out."""


@cache
def load_phrases() -> Phrases:
    """Loads phrases.yaml (once per process).

    >>> found = pc.match_substring_regex(pa.array(["12 likes", "评论（3）", "I like 3 of them"]),
    ...                                  load_phrases().counter)
    >>> found.to_pylist()
    [True, True, False]
    """
    text = resources.files(__package__).joinpath("phrases.yaml").read_text("utf-8")
    content: dict[str, Any] = load_yaml(text)
    nouns = _either(content["counters"])
    where = {name: _either(listed) for name, listed in content["navigation"].items()}
    return Phrases(
        javascript="(?i)javascript",
        lorem_ipsum="(?i)lorem ipsum",
        policy=f"(?i){_either(content['policy'])}",
        advertisement=f"(?i){_either(content['advertisements'])}",
        counter=f"(?i)^{_AROUND}(?:{_NUMBER}\\s*{_MEASURE}\\s*{nouns}"
        f"|{nouns}(?:次?[数數]|量)?(?:{_BETWEEN}|\\b){_NUMBER}\\s*{_MEASURE}){_AROUND}$",
        navigation=f"(?i)^\\s*{where['start']}|\\s?{where['end']}\\s*$|\\s?{where['anywhere']}",
    )


def _either(listed: Mapping[str, Iterable[str]]) -> str:
    return f"(?:{'|'.join(one for of_language in listed.values() for one in of_language)})"


def load_patterns(path: str) -> tuple[dict[int, str], str]:
    """Reads expressions from a file: one a line; blank lines and lines with # first do not count.

    Returns:
        (number of the line, from 1 -> its expression; sha256 of the file).

    Raises:
        ResourceError: it cannot be read, or is no UTF-8.
    """
    file = Path(path)
    try:
        refuse_special(file)
        content = file.read_bytes()
        lines = content.decode("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"{path}: the patterns cannot be read: {reason}{relative_to(path)}"
        raise ResourceError(f"{message}; correct lines.patterns_file") from None
    patterns = {
        number: line
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    }
    return patterns, hashlib.sha256(content).hexdigest()


def check_pattern(pattern: str, key: str) -> None:
    """Refuses what RE2 cannot compile.

    Args:
        pattern: a regular expression.
        key: of the configuration, or file and line; stands in the error.

    Raises:
        ConfigError: with what RE2 says.

    >>> check_pattern("(?<=a)b", "lines.patterns.0")
    Traceback (most recent call last):
    corpus_pipeline.errors.ConfigError: lines.patterns.0: '(?<=a)b' is no regular expression of \
RE2: invalid perl operator: (?<=; correct it
    """
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        said = str(error).partition(":")[2].strip() or str(error)
        message = f"{pattern!r} is no regular expression of RE2: {said}; correct it"
        raise ConfigError(f"{key}: {message}") from None
