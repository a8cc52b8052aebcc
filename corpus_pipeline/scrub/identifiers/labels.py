"""Where a word stands that says what a number is, and how it leads to the number."""

import itertools
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from corpus_pipeline.scrub.identifiers.forms import HASH_FACTOR, HASH_MASK, WORD
from corpus_pipeline.scrub.identifiers.near_words import WORD_BYTES
from corpus_pipeline.scrub.identifiers.words import other_words, words

#: How far a word may stand from a number, in characters.
BEFORE, AFTER = 56, 28

OTHER_THINGS = ""

#: Behind a key: words that are those of few other identifiers, such as "aadhaar", not "tax id".
SPECIFIC = "!"
_MANY = 4

#: Words of phrases by which no phrase is known.
_GENERAL = frozenset(
    [
        "number",
        "no",
        "num",
        "nr",
        "id",
        "card",
        "code",
        "de",
        "of",
        "d",
        "the",
        "du",
        "della",
        "di",
        "da",
        "do",
        "numero",
        "número",
        "numéro",
        "nummer",
        "nº",
        "n",
        "date",
        "data",
        "datum",
        "is",
        "and",
        "my",
        "name",
        "il",
        "la",
        "le",
        "il",
    ]
)
#: Words that are frequent: a phrase is known by another word, if it has one.
_FREQUENT = frozenset(
    [
        "registration",
        "account",
        "identity",
        "identification",
        "document",
        "license",
        "licence",
        "insurance",
        "national",
        "address",
        "tax",
        "security",
        "registro",
        "documento",
        "identificación",
        "numéro",
        "identité",
    ]
)
_TOKEN = re.compile(r"[^\W\d_]+")

#: Where a name in code is parted into words: dateOfBirth.
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")

#: What may part two words of a phrase.
_GAP = frozenset(" \t\n_-.:'’/")
_MAX_GAP = 3
_MAX_ENDING = 3


class _Phrase(NamedTuple):
    """A phrase and the entities that it announces."""

    words: tuple[str, ...]
    start: str
    """The first word."""
    small: bool
    """Whether it is found in any case."""
    whole: bool
    """Whether its last word ends with it."""
    entities: tuple[str, ...]
    """Keys of `words`; those followed by `SPECIFIC`, too, if the phrase is no word of many."""


@cache
def _phrases() -> tuple[dict[str, tuple[_Phrase, ...]], dict[str, tuple[_Phrase, ...]]]:
    """Phrases by the first four letters of the first word, small; those of unspaced scripts, which
    are one word each, by their first character."""
    owners: dict[str, list[str]] = {}
    for entity, phrases in (*words().items(), (OTHER_THINGS, other_words())):
        for phrase in phrases:
            owners.setdefault(phrase, []).append(entity)
    for entities in owners.values():
        if len(entities) < _MANY:
            entities += [entity + SPECIFIC for entity in entities]
    spaced: dict[str, list[_Phrase]] = {}
    unspaced: dict[str, list[_Phrase]] = {}
    for phrase, entities in owners.items():
        if any(map(_is_paired, phrase)):
            row = _Phrase((phrase,), phrase, False, False, tuple(entities))
            unspaced.setdefault(phrase[0], []).append(row)
            continue
        parts = tuple(part for part, _ in _words(phrase))
        small = phrase == phrase.lower()
        whole = len(phrase) < 5 or len(parts[-1]) < 4
        row = _Phrase(parts, parts[0], small, whole, tuple(entities))
        spaced.setdefault(parts[0][:4].lower(), []).append(row)
    return (
        {start: tuple(rows) for start, rows in spaced.items()},
        {start: tuple(rows) for start, rows in unspaced.items()},
    )


@lru_cache(maxsize=256)
def labels_in(text: str) -> dict[str, tuple[tuple[int, int], ...]]:
    """Finds the words of all entities in a short text.

    Returns:
        spans by entity, ascending; `OTHER_THINGS`: what no rule looks for.

    >>> labels_in("my SSN, i.e. social_securityNumber: ")["US_SSN"]
    ((3, 6), (13, 28))
    """
    found: dict[str, list[tuple[int, int]]] = {}
    spaced, unspaced = _phrases()
    parts = list(_words(text))
    small = [word.lower() for word, _ in parts]
    for k, word in enumerate(small):
        phrases = spaced.get(word[:4])
        if phrases is None:
            continue
        for phrase in phrases:
            # Most phrases of the same four letters fail at the first word.
            if phrase.small and not word.startswith(phrase.start):
                continue
            end = _phrase_end(phrase, parts, small, k, text)
            if end:
                for entity in phrase.entities:
                    found.setdefault(entity, []).append((parts[k][1], end))
    if not text.isascii():
        for start, letter in enumerate(text):
            for phrase in unspaced.get(letter, ()):
                if text.startswith(phrase.words[0], start):
                    for entity in phrase.entities:
                        found.setdefault(entity, []).append((start, start + len(phrase.words[0])))
    return {entity: tuple(sorted(set(spans))) for entity, spans in found.items()}


def _words(text: str) -> Iterator[tuple[str, int]]:
    """Yields words and where they start; names in code are parted at their humps."""
    for match in _TOKEN.finditer(text):
        word, start = match.group(), match.start()
        if word.islower() or word.isupper() or word.istitle():
            yield word, start
            continue
        for part in _HUMP.split(word):
            yield part, start
            start += len(part)


def _phrase_end(
    phrase: _Phrase, parts: list[tuple[str, int]], small: list[str], k: int, text: str
) -> int:
    """Returns the end of a phrase whose first word is the word k of a text; 0: it is not there."""
    last = len(phrase.words) - 1
    if k + last >= len(parts):
        return 0
    end = 0
    for j, wanted in enumerate(phrase.words):
        word, start = parts[k + j]
        if phrase.small:
            word = small[k + j]
        if not (word == wanted or (j == last and not phrase.whole and word.startswith(wanted))):
            return 0
        if j and not (start - end <= _MAX_GAP and _GAP.issuperset(text[end:start])):
            return 0
        end = start + (len(wanted) if j == last else len(word))
        # An ending of its grammar belongs to the word.
        if j == last and not phrase.whole and len(word) - len(wanted) <= _MAX_ENDING:
            end = start + len(word)
    return end


def last_label(entity: str, before: str) -> tuple[int, int] | None:
    """Returns the word of an entity that ends last, the longest of them."""
    spans = labels_in(before).get(entity)
    return max(spans, key=lambda span: (span[1], -span[0])) if spans else None


def first_label(entity: str, after: str) -> tuple[int, int] | None:
    """Returns the word of an entity that stands first."""
    spans = labels_in(after).get(entity)
    return spans[0] if spans else None


def has_other(before: str, label: tuple[int, int] = (0, 0)) -> bool:
    """Says whether a word that says that a number is none of ours ends behind a word, or holds it.

    >>> has_other("account id ", (0, 7)), has_other("AWS account ", (4, 11))
    (True, True)
    >>> has_other("phone, account ", (7, 14))
    False
    """
    return any(
        end > label[1] or (start < label[0] and end == label[1])
        for start, end in labels_in(before).get(OTHER_THINGS, ())
    )


#: What leads from a word straight to the number that it names.
_FILLER = re.compile(
    r"(?:[\s\"'`:=#()\[\]{}<>*_|,;\-–—→>&.°º/]|"
    r"(?<![^\W\d_])(?:(?-i:[A-Z]{2})|numbers?|no|nos|nr|num|nbr|id|ids|code|card|is|are|was|the|my|his|her|its|"
    r"their|your|our|this|"
    r"as|as follows|reads|issued|valid|provided|listed|below|here|holder|it|it's|i|has|have|been|"
    r"on file|file|following|s|in|us|usa|uk|american|british|american|german|indian|italian|"
    r"spanish|french|"
    r"canadian|australian|state|value|field|text|string|td|tr|th|span|div|li|p|b|strong|"
    r"nummer|numero|número|numéro|numer|numeru|ist|lautet|est|es|é|è|del|della|di|da|do|du|de|la|"
    r"el|le|il|jest|to|"
    r"номер|серия|и|серии|№|является|numarası|numaram|numarasi|numaranız|nº|n|szám|szama|száma|"
    r"číslo|broj|on|är|er|har|nr|mein|meine|"
    r"mon|ma|mi|meu|minha|mia|mio|jouw|mijn|moj|moje|mój|o|a|"
    r"hat|die|der|das|den|mit|số|là|рф|россии|гражданина|с|con|avec|with number|bearing|رقم|"
    r"هو)(?![^\W\d_])|"
    r"号码|號碼|号|號|是|为|：|番号|は|번호|는|은|이|가|입니다|เลขที่|หมายเลข|คือ|नंबर|संख्या|है)*",
    re.IGNORECASE,
)
#: A word before the number that takes it up again after anything: "passport of Ann Lee is X1".
_ANNOUNCED = re.compile(
    r"(?:[:=#№]|(?<![^\W\d_])(?:is|was|number|no|nr|num|ist|lautet|est|es|è|é|jest|номер|号|为|是|"
    r"numarası)\.?)"
    r"[\s\"'`(\[*<]{0,3}$",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"(?i:invalid|not a|not valid|isn't|wrong)[^.\n]{0,24}$")


def is_denied(text: str) -> bool:
    """Says whether what stands before a word denies it.

    >>> is_denied("this isn't a valid "), is_denied("a valid ")
    (True, False)
    """
    return _NEGATION.search(text) is not None


_CODE = re.compile(r"^\.\w|[;{}]|[a-z]\.[a-z]")
_SENTENCE_END = re.compile(r"(?<!\b[Nn]o)(?<!\b[Nn]r)[.!?。！？]\s+(?=[^\W\d_a-z])|\n\s*\n")


def leads_straight(between: str) -> bool:
    """Says whether what stands between a word and a number leads from one to the other.

    >>> [leads_straight(text) for text in (" number is ", " of Ann Lee: ", "s rose by ", ". Of ")]
    [True, True, False, False]
    """
    if any(each.isdigit() for each in between):
        return False
    if _FILLER.fullmatch(between):
        return not _SENTENCE_END.search(between) or between.isspace()
    return (
        len(between) <= 40
        and not _CODE.search(between)
        and not _SENTENCE_END.search(between)
        and _ANNOUNCED.search(between) is not None
    )


def parts_sentences(between: str) -> bool:
    """Says whether a text that stands between a word and a number holds the end of a sentence.

    >>> parts_sentences(" No. "), parts_sentences(" is here. The ")
    (False, True)
    """
    return _SENTENCE_END.search(between) is not None


_INITIALS = re.compile(r"(?<![^\W\d_])([^\W\d_])\.(?=[^\W\d_])")


def word_numbers(keys: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yields keys of `words` and the numbers of their words, as the kernel computes them."""
    for entity in keys:
        for phrase in words()[entity]:
            for key in _keys(phrase):
                yield entity, _word_number(key)


def _keys(phrase: str) -> list[bytes]:
    """Returns the bytes by which the kernel knows a phrase, in its several cases.

    >>> _keys("tax number"), _keys("passport"), [key.decode() for key in _keys("出生日期")]
    ([b'tax', b'taxs'], [b'passpo'], ['出生'])
    """
    if not phrase.isascii():
        for one, other in itertools.pairwise(phrase):
            if _is_paired(one) and _is_paired(other):
                return [(one + other).encode()]
    # The kernel reads "D.O.B" as one word.
    tokens = _TOKEN.findall(_INITIALS.sub(r"\1", phrase))
    special = [token for token in tokens if token.lower() not in _GENERAL] or tokens
    special = [token for token in special if len(token) > 1]
    special = [token for token in special if token.lower() not in _FREQUENT] or special
    if not special:
        return []
    token = max(special, key=lambda each: (min(len(each.encode()), WORD_BYTES), len(each)))
    keys = set()
    for version in (token.lower(), token.title(), token.upper()):
        # The kernel makes ASCII small.
        key = "".join(c.lower() if c.isascii() else c for c in version).encode()
        keys.add(key[:WORD_BYTES])
        if len(key) < WORD_BYTES and key.isascii():
            keys.add((key + b"s")[:WORD_BYTES])
    return sorted(keys)


def _is_paired(letter: str) -> bool:
    """Says whether the kernel knows a letter by its neighbour: three bytes, but no Vietnamese."""
    return len(letter.encode()) == 3 and letter.isalpha() and not "\u1e00" <= letter <= "\u1eff"


def _word_number(key: bytes) -> int:
    number = WORD
    for byte in key:
        number = (number * HASH_FACTOR ^ byte) & HASH_MASK
    return number


#: The number of "b.", which genealogies write for "born".
SHORT_BORN = _word_number(b"b.")
#: That of the star by which they and obituaries do.
STAR_BORN = _word_number(b"*")


def is_foreign(letter: str) -> bool:
    """Says whether a letter beside a number is of a script that separates words."""
    return letter.isalpha() and ord(letter) < 0x1100 and not 0xE01 <= ord(letter) <= 0xEDF
