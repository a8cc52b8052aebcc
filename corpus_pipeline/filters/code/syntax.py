"""What comments and strings look like in each language, as tables for kernels.

`syntax.yaml` groups languages that agree. A *token* is what begins a comment or a string, with what
ends it and how.
"""

import re
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.yaml_files import load_yaml

#: Kinds of tokens.
LINE, BLOCK, STRING = range(3)
#: What may stand in brackets behind a token, as bits.
WORDS = ("first", "column", "apart", "word", "nested", "lines", "raw", "doubled", "one", "doc",
         "escaped")  # fmt: skip
(FIRST, COLUMN, APART, WORD, NESTED, LINES, RAW, DOUBLED, ONE, DOC, ESCAPED) = (
    1 << k for k in range(len(WORDS))
)
_KINDS = {"comments": LINE, "blocks": BLOCK, "strings": STRING}
_FLAG = re.compile(r"\(([a-z]+)\)")


class Token(NamedTuple):
    """What begins a comment or a string."""

    kind: int
    """`LINE`, `BLOCK` or `STRING`."""
    opener: str
    closer: str
    """Empty for `LINE`."""
    flags: int
    """Bits of `WORDS`."""


class Syntax(NamedTuple):
    """The tokens of all groups, one after another, and the words of lines that print."""

    groups: dict[str, int]
    """Language -> number of its group."""
    prints: dict[str, int]
    """Language -> number of its word in `words`, counted from 1; 0 is none."""
    first: NDArray[np.int32]
    """int32[G + 1], where the tokens of each group begin."""
    begins: NDArray[np.bool_]
    """bool[G, 256], bytes with which a token of the group begins."""
    kinds: NDArray[np.int32]
    """int32[T]."""
    flags: NDArray[np.int32]
    """int32[T]."""
    bytes: NDArray[np.uint8]
    """Openers and closers of all tokens, then the words."""
    places: NDArray[np.int32]
    """int32[2 T + P + 2], where each opener, closer and word begins in `bytes`."""


def parse_token(kind: str, written: str) -> Token:
    """Reads one entry of `comments`, `blocks` or `strings`.

    Raises:
        ValueError: a word in brackets is unknown, or there is no end.

    >>> parse_token("blocks", "/* */ (nested)")
    Token(kind=1, opener='/*', closer='*/', flags=16)
    """
    parts = written.split()
    flags = 0
    while len(parts) > 1 and (word := _FLAG.fullmatch(parts[-1])):
        flags |= 1 << WORDS.index(word[1])
        parts.pop()
    closer = "" if kind == "comments" else parts.pop()
    if not parts:
        raise ValueError(f"{written!r} has no beginning or no end")
    return Token(_KINDS[kind], " ".join(parts), closer, flags)


@cache
def load_groups() -> dict[str, tuple[tuple[Token, ...], tuple[str, ...]]]:
    """Loads syntax.yaml: group -> its tokens, longest openers first, and its languages.

    >>> load_groups()["go"][1]
    ('Go',)
    """
    content = _content()["groups"]
    found = {}
    for name, entry in content.items():
        tokens = [parse_token(kind, each) for kind in _KINDS for each in entry.get(kind, ())]
        tokens.sort(key=lambda token: -len(token.opener))
        found[name] = (tuple(tokens), tuple(entry["languages"]))
    return found


@cache
def _content() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("syntax.yaml").read_text("utf-8")
    content: dict[str, Any] = load_yaml(text)
    return content


@cache
def load_syntax() -> Syntax:
    """Loads the tables (once per process).

    >>> syntax = load_syntax()
    >>> syntax.groups["C"] == syntax.groups["C++"], "Text" in syntax.groups
    (True, True)
    """
    groups: dict[str, int] = {}
    tokens: list[Token] = []
    first = [0]
    for number, (its, languages) in enumerate(load_groups().values()):
        groups |= dict.fromkeys(languages, number)
        tokens += its
        first.append(len(tokens))
    words = _content()["prints"]
    prints = {
        language: number
        for number, languages in enumerate(words.values(), 1)
        for language in languages
    }
    parts = [part for token in tokens for part in (token.opener, token.closer)]
    data, places = utf8_buffers(pa.array([*parts, "", *words], pa.string()))
    begins = np.zeros((len(first) - 1, 256), np.bool_)
    for number in range(len(first) - 1):
        for token in tokens[first[number] : first[number + 1]]:
            byte = token.opener.encode()[0]
            begins[number, [byte, ord(chr(byte).upper())]] = True
    return Syntax(
        groups,
        prints,
        np.array(first, np.int32),
        begins,
        np.array([token.kind for token in tokens], np.int32),
        np.array([token.flags for token in tokens], np.int32),
        data,
        places,
    )


def numbers_of(languages: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Returns (group, word of lines that print) of N names of languages, each int32[N].

    A group is -1 where the language is null or none of syntax.yaml; such a word is 0.

    >>> groups, prints = numbers_of(pa.array(["C", None, "Klingon"]))
    >>> groups.tolist()[1:], prints.tolist()
    ([-1, -1], [1, 0, 0])
    """
    syntax = load_syntax()
    encoded = as_texts(languages).dictionary_encode()
    named = encoded.dictionary.to_pylist()
    groups = np.array([*(syntax.groups.get(name, -1) for name in named), -1], np.int32)
    prints = np.array([*(syntax.prints.get(name, 0) for name in named), 0], np.int32)
    index = np.asarray(encoded.indices.fill_null(len(named)), np.int64)
    return groups[index], prints[index]
