"""What announces an address: labels, phrases and verbs before it."""

import functools
from typing import Final

from corpus_pipeline.scrub.postal.tables import load_words
from corpus_pipeline.scrub.postal.tokens import Tokens

#: Tokens before an address in which it is announced, and those in which a verb does so.
_REACH: Final = 14
_VERB_REACH: Final = 6
_LONGEST: Final = 4


@functools.cache
def _phrases() -> frozenset[tuple[str, ...]]:
    words = load_words()
    return frozenset(tuple(phrase.split()) for phrase in words["announce"] | words["label"])


def weigh_cue(tokens: Tokens, first: int) -> int:
    """Weighs what announces an address.

    Args:
        first: the first token of the address.

    Returns:
        3 for a label with a colon, 2 for a phrase or the word "address", 1 for a verb, or 0.

    >>> from corpus_pipeline.scrub.postal.tokens import read_tokens
    >>> [weigh_cue(read_tokens(text), -1 + len(read_tokens(text).classes))
    ...  for text in ("Ship to: Ombu", "she lives at Ombu", "we sent it Ombu", "the Ombu")]
    [3, 2, 1, 0]
    """
    before, colon, comma = _words_before(tokens, first)
    nouns, phrases = load_words()["address_noun"], _phrases()
    for length in range(1, _LONGEST + 1):
        for skipped in range(2):
            if skipped and (len(before) < 2 or before[-1] not in ("the", "user", "is", "are")):
                continue
            phrase = tuple(before[len(before) - length - skipped : len(before) - skipped])
            if len(phrase) == length and phrase in phrases:
                # "address, 12": a word of a list does not announce the next one.
                if length == 1 and not colon and (phrase[0] not in nouns or comma):
                    continue
                return 3 if colon else 2
    links = load_words()["address_link"] | {":"}
    for i, word in enumerate(before):
        # "to address" is another word.
        if word in nouns and not (i and before[i - 1] == "to") and links.intersection(before[i:]):
            return 2
    return int(
        not load_words()["address_verb"].isdisjoint(before[-_VERB_REACH:]) or before[-1:] == ["at"]
    )


def _words_before(tokens: Tokens, first: int) -> tuple[list[str], bool, bool]:
    """Reads the words before a token in its sentence, and whether a colon or comma is between."""
    words: list[str] = []
    colon = comma = False
    for i in range(first - 1, max(-1, first - 1 - _REACH), -1):
        letter = tokens.classes[i]
        if letter == ":" and not words:
            colon = True
        elif letter == "," and not words:
            comma = True
        elif letter == ":":
            words.append(":")
        elif letter in ".!?;" or (letter == "N" and words):
            break
        elif letter.isalnum() and letter not in "nN":
            words.append(tokens.words[i])
    words.reverse()
    return words, colon, comma
