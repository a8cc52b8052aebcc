"""Words behind an address that announce another thing: a telephone, an identifier, any label."""

import functools
import re
from typing import Final

from corpus_pipeline.scrub.identifiers.words import words as identifier_words
from corpus_pipeline.scrub.phone_words import LINE_WORDS
from corpus_pipeline.scrub.postal.tables import load_words
from corpus_pipeline.scrub.postal.tokens import Tokens

#: A number of so many digits is no house.
_LONG: Final = 6
#: Tokens of a long number, and what parts its groups; what may stand between a label and its value.
_DIGITS: Final = "1456yizx8OZP"
_VALUE: Final = re.compile(rf"[.:#o]{{0,2}}(?P<value>[{_DIGITS}](?:-?[{_DIGITS}])*)")
_SIGN: Final = re.compile("[.]?:")
_LONGEST: Final = 3


@functools.cache
def _labels() -> frozenset[str]:
    """Names of lines and identifiers, letters alone, without those that are names of places."""
    phrases = [phrase for group in identifier_words().values() for phrase in group]
    names = {_letters(phrase) for phrase in (*phrases, *LINE_WORDS)}
    known = load_words()
    return frozenset(
        name for name in names if len(name) > 1
        and not any(name in known[kind] for kind in ("town", "state", "country", "state_code"))
    )  # fmt: skip


def _letters(phrase: str) -> str:
    return "".join(letter for letter in phrase.lower() if letter.isalnum())


def announces(tokens: Tokens, first: int, stop: int, settled: bool) -> bool:
    """Says whether tokens `first` to `stop` - 1, behind a street, announce what is no part of it.

    They do if a number of six digits or more follows, or a code.

    Args:
        settled: a town or a postcode stands before them: then words for telephones or identifiers
            announce these alone, and so does any word with a colon.

    >>> from corpus_pipeline.scrub.postal.tokens import read_tokens
    >>> texts = ", PESEL 44051401359", ", NIK, 3", ", Ombu: 12", ", Ombu, X"
    >>> [announces(read_tokens(text), 1, 2, False) for text in texts]
    [True, False, False, False]
    >>> [announces(read_tokens(text), 1, 2, True) for text in texts]
    [True, True, True, False]
    """
    if settled and _is_label(tokens, first, stop):
        return True
    classes = tokens.classes
    # A code begins with letters: BRTGNN80A01.
    if (
        stop < len(classes)
        and classes[stop] in _DIGITS
        and tokens.starts[stop] == tokens.ends[stop - 1]
        and tokens.words[stop - 1][-1:].isalpha()
    ):
        return True
    value = _VALUE.match(classes, stop)
    if value is None:
        return False
    held = "".join(tokens.words[value.start("value") : value.end("value")])
    return sum(letter.isdigit() for letter in held) >= _LONG


def _is_label(tokens: Tokens, first: int, stop: int) -> bool:
    """Says whether tokens begin with a word for telephones or identifiers, or a colon follows."""
    while first < stop and not tokens.words[first][:1].isalnum():
        first += 1
    words = ""
    for word in tokens.words[first : first + _LONGEST]:
        if not word[:1].isalnum():
            break
        words += _letters(word)
        if words in _labels():
            return True
    return _SIGN.match(tokens.classes, stop) is not None
