r"""The published patterns that cut a text into pre-tokens, within which a tokenizer merges.

    gpt2     " don't 1234"  ->  " don" "'t" " 1234"    a blank goes to what it precedes
    cl100k   "(中文12345"   ->  "(中文" "123" "45"      a mark goes to letters; digits by three
    llama3                                             the same pattern
    qwen     "12345"        ->  "1" "2" "3" "4" "5"    digits one by one
    o200k    "parserHTML's" ->  "parser" "HTML's"      by capitals; an ending stays on its word

Read from tiktoken (`tiktoken_ext/openai_public.py`) and the tokenizer.json of the models, in the
form without possessive quantifiers, which fast engines recognise and which cuts alike, with one
exception: by the cl100k of tiktoken 0.14 (`\s++$`) the white space at the very end of a text is one
pre-token; here, as in the tokenizer.json of the models, it is cut behind its last line feed.
"""

from typing import Literal

from corpus_pipeline.errors import ConfigError

Digits = Literal["1", "3", "all"]

#: How digits are cut: one by one, by three from the left, or not at all.
DIGITS: dict[str, str] = {"1": r"\p{N}", "3": r"\p{N}{1,3}", "all": r"\p{N}+"}

_CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_BLANKS = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
_CL100K = _CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|DIGITS| ?[^\s\p{L}\p{N}]+[\r\n]*" + _BLANKS
_O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+CONTRACTIONS?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*CONTRACTIONS?"
    r"|DIGITS| ?[^\s\p{L}\p{N}]+[\r\n/]*"
).replace("CONTRACTIONS", _CONTRACTIONS) + _BLANKS

#: Name -> (pattern with DIGITS in it, how the published one cuts digits).
_PATTERNS: dict[str, tuple[str, Digits]] = {
    "gpt2": (
        r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?DIGITS| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
        "all",
    ),
    "cl100k": (_CL100K, "3"),
    "llama3": (_CL100K, "3"),
    "qwen": (_CL100K, "1"),
    "o200k": (_O200K, "3"),
}

PATTERN_NAMES = tuple(_PATTERNS)


def split_pattern(name: str, digits: str | None = None) -> str:
    r"""Returns a published pattern by its name.

    Args:
        name: one of `PATTERN_NAMES`.
        digits: a key of `DIGITS`; None cuts them as published.

    Raises:
        ConfigError: there is no such pattern, or way to cut digits.

    >>> split_pattern("gpt2", "1")
    "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
    """
    if name not in _PATTERNS:
        raise ConfigError(
            f"pattern must be one of {', '.join(PATTERN_NAMES)}, got {name!r}; choose one"
        )
    pattern, published = _PATTERNS[name]
    if digits is not None and digits not in DIGITS:
        raise ConfigError(f"digits must be one of {', '.join(DIGITS)}, got {digits!r}; choose one")
    return pattern.replace("DIGITS", DIGITS[digits or published])
