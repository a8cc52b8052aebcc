"""Where a word stands that says what a number is, and how it leads to the number."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from corpus_pipeline.scrub.folding import UNSPACED
from corpus_pipeline.scrub.identifiers.forms import HASH_FACTOR, HASH_MASK, WORD
from corpus_pipeline.scrub.identifiers.scan import WORD_BYTES
from corpus_pipeline.scrub.identifiers.words import OTHERS, WORDS

#: How far a word may stand from a number, in characters.
BEFORE, AFTER = 56, 28

OTHER_THINGS = ""

#: Words of phrases by which no phrase is known.
_GENERAL = frozenset(
    "number no num nr id card code de of d the du della di da do numero número numéro nummer nº n "
    "date data datum is and my name il la le il".split()
)
_TOKEN = re.compile(r"[^\W\d_]+")
_GAP = r"[\s_\-.:'’/]{0,3}"

#: Where a phrase may start: a word, a hump of a name in code, a character of an unspaced script.
_STARTS = re.compile(
    r"(?<![^\W\d_])[^\W\d_]|(?<=[a-zà-ÿ])[A-Z]|(?<=[\u0e00-\uffdc])[^\W\d_]", re.UNICODE
)


def _phrase_pattern(phrase: str) -> str:
    """Writes one phrase as a pattern of what stands at its start.

    >>> re.match(_phrase_pattern("tax id"), "Tax_ID_no").group()
    'Tax_ID'
    """
    if UNSPACED.search(phrase):
        return re.escape(phrase).replace(r"\ ", r"\s?")
    body = _GAP.join(re.escape(part) for part in phrase.split(" "))
    small = phrase == phrase.lower()
    end = ""
    if phrase[-1].isalpha() and (len(phrase) < 5 or len(phrase.split(" ")[-1]) < 4):
        end = r"(?:(?![^\W\d_])|(?=[A-Z][a-z]))" if small else r"(?![^\W\d_])"
    return f"(?i:{body}){end}" if small else f"{body}{end}"


@cache
def _phrases() -> dict[str, tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]]:
    """Phrases and their entities, by the first two characters, small."""
    owners: dict[str, list[str]] = {}
    for entity, phrases in (*WORDS.items(), (OTHER_THINGS, OTHERS)):
        for phrase in phrases.split("|"):
            owners.setdefault(phrase, []).append(entity)
    table: dict[str, list[tuple[re.Pattern[str], tuple[str, ...]]]] = {}
    for phrase, entities in owners.items():
        rows = table.setdefault(phrase[:2].lower(), [])
        rows.append((re.compile(_phrase_pattern(phrase)), tuple(entities)))
    return {start: tuple(rows) for start, rows in table.items()}


@lru_cache(maxsize=256)
def labels_in(text: str) -> dict[str, tuple[tuple[int, int], ...]]:
    """Finds the words of all entities in a short text.

    Returns:
        spans by entity, ascending; `OTHER_THINGS`: what no rule looks for.

    >>> labels_in("my SSN, i.e. social security number: ")["US_SSN"]
    ((3, 6), (13, 28))
    """
    found: dict[str, list[tuple[int, int]]] = {}
    phrases = _phrases()
    for start in _STARTS.finditer(text):
        place = start.start()
        for pattern, entities in phrases.get(text[place : place + 2].lower(), ()):
            match = pattern.match(text, place)
            if match:
                for entity in entities:
                    found.setdefault(entity, []).append(match.span())
    return {entity: tuple(sorted(spans)) for entity, spans in found.items()}


def last_label(entity: str, before: str) -> tuple[int, int] | None:
    """Returns the word of an entity that ends last, the longest of them."""
    spans = labels_in(before).get(entity)
    return max(spans, key=lambda span: (span[1], -span[0])) if spans else None


def first_label(entity: str, after: str) -> tuple[int, int] | None:
    """Returns the word of an entity that stands first."""
    spans = labels_in(after).get(entity)
    return spans[0] if spans else None


def last_other(before: str) -> int:
    """Returns the end of the last word that says that a number is none of ours; -1: none."""
    return max((span[1] for span in labels_in(before).get(OTHER_THINGS, ())), default=-1)


#: What leads from a word straight to the number that it names.
_FILLER = re.compile(
    r"(?:[\s\"'`:=#()\[\]{}<>*_|,;\-–—→>&.°º/]|"
    r"(?<![^\W\d_])(?:numbers?|no|nos|nr|num|nbr|id|ids|code|card|is|are|was|of|the|my|his|her|its|their|your|our|for|"
    r"as|with|and|as follows|reads|issued|valid|provided|listed|below|here|holder|it|it's|i|has|have|been|"
    r"on file|file|following|s|in|us|usa|uk|american|british|american|german|indian|italian|spanish|french|"
    r"canadian|australian|state|value|field|text|string|td|tr|th|span|div|li|p|b|strong|n|"
    r"nummer|numero|número|numéro|numer|numeru|ist|lautet|est|es|é|è|del|della|di|da|do|du|de|la|el|le|il|jest|to|"
    r"номер|серия|и|серии|№|является|numarası|numaram|numarasi|numaranız|szám|szama|száma|číslo|broj|on|är|er|har|nr|mein|meine|"
    r"mon|ma|mi|meu|minha|mia|mio|jouw|mijn|moj|moje|mój|o|a|"
    r"号码|号|是|为|：|番号|は|번호|는|은|이|가|입니다|เลขที่|หมายเลข|คือ|नंबर|संख्या|है|رقم|هو)(?![^\W\d_]))*",
    re.IGNORECASE,
)
#: A word before the number that takes it up again after anything: "passport of Ann Lee is X1".
_ANNOUNCED = re.compile(
    r"(?:[:=#№]|(?<![^\W\d_])(?:is|was|number|no|nr|num|ist|lautet|est|es|è|é|jest|номер|号|为|是|numarası)\.?)"
    r"[\s\"'`(\[*<]{0,3}$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<!\b[Nn]o)(?<!\b[Nn]r)[.!?。！？]\s+(?=[^\W\d_a-z])|\n\s*\n")


def leads_straight(between: str) -> bool:
    """Says whether what stands between a word and a number leads from one to the other.

    >>> [leads_straight(text) for text in (" number is ", " of Ann Lee: ", "s rose by ", ". Of ")]
    [True, True, False, False]
    """
    if any(each.isdigit() for each in between):
        return False
    if _FILLER.fullmatch(between):
        return not _SENTENCE_END.search(between[:-1] if between else "") or between.isspace()
    return (
        len(between) <= 40
        and not _SENTENCE_END.search(between)
        and _ANNOUNCED.search(between) is not None
    )


def parts_sentences(between: str) -> bool:
    """Says whether a text that stands between a word and a number holds the end of a sentence.

    >>> parts_sentences(" No. "), parts_sentences(" is here. The ")
    (False, True)
    """
    return _SENTENCE_END.search(between) is not None


def word_numbers(entities: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yields entities and the numbers of their words, as the kernel computes them."""
    for entity in entities:
        for phrase in WORDS[entity].split("|"):
            for key in _keys(phrase):
                yield entity, _word_number(key)


def _keys(phrase: str) -> list[bytes]:
    """Returns the bytes by which the kernel knows a phrase, in its several cases.

    >>> _keys("tax number"), _keys("passport"), [key.decode() for key in _keys("出生日期")]
    ([b'tax', b'taxs'], [b'passpo'], ['出生'])
    """
    unspaced = UNSPACED.search(phrase)
    three = [c for c in phrase if len(c.encode()) == 3]
    if (unspaced or len(three) > 1) and len(three) > 1:
        for one, other in zip(phrase, phrase[1:], strict=False):
            if len(one.encode()) == len(other.encode()) == 3 and one not in "’’":
                return [(one + other).encode()]
    tokens = _TOKEN.findall(phrase.replace("’", "'"))
    special = [token for token in tokens if token.lower() not in _GENERAL] or tokens
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


def _word_number(key: bytes) -> int:
    number = WORD
    for byte in key:
        number = (number * HASH_FACTOR ^ byte) & HASH_MASK
    return number
