"""A window of text as tokens, each with one letter for its class.

The grammar of addresses is regular expressions over the letters:

    Flat 4B, 12/3 MG Road, Bengaluru 560001
    U    1 , 1    W  S   , T         6
"""

import functools
import re
from typing import Final, NamedTuple

from corpus_pipeline.scrub.postal.tables import load_words

#: Marks of quoting and indentation before a line.
_LINE = r"[ \t\r]*(?:\n|\\n|\\r\\n|<br ?/?>)[ \t]*(?:(?:>|\?\?\?|\||\#+|\*|//)[ \t]*)*"

_POSTCODES = (
    # United Kingdom, Canada, Ireland
    r"(?:GIR ?0AA|[A-Z]{1,2}[0-9][A-Z0-9]?[ ]{0,2}[0-9][A-Z]{2})(?![A-Za-z0-9])",
    r"[A-CEGHJ-NPRSTVXY][0-9][A-Z][ -]?[0-9][A-Z][0-9](?![A-Za-z0-9])",
    r"[ACDEFHKNPRTVWXY][0-9][0-9W] ?[0-9ACDEFHKNPRTVWXY]{4}(?![A-Za-z0-9])",
    # Argentina, United States
    r"[A-Z][0-9]{4}[A-Z]{3}(?![A-Za-z0-9])",
    r"[0-9]{5}-[0-9]{4}(?![0-9-])",
    # with a country before it
    r"(?:AD|AT|BE|CH|CZ|DE|DK|EE|ES|FI|FIN|FL|FR|GR|HR|IT|LT|LU|LV|NL|NO|PL|PT|RO|SE|SI|SK|UK"
    r"|A|B|D|F|H|I|L|N|S)[ ]?-[ ]?[0-9]{3}(?:[0-9]{0,3}| [0-9]{2})(?![0-9A-Za-z])",
)

#: Netherlands; Brazil, Portugal, Poland. Amounts and ranges of numbers look like these.
_PLAIN_POSTCODES = (
    r"[1-9][0-9]{3} ?(?!AD|BC|AM|PM|MB|GB|KB|TB|KG|HP|NW|NE|SE|SW|KM|MM|CM)[A-Z]{2}(?![A-Za-z0-9])"
    r"|[0-9]{5}-[0-9]{3}(?![0-9-])|[0-9]{4}-[0-9]{3}(?![0-9-])|[0-9]{2}-[0-9]{3}(?![0-9-])"
)

#: Czechia, Slovakia, Sweden, Greece; India. It may be two numbers, too.
_PAIRED = (
    r"[0-9]{3}[ \u00a0][0-9]{2}(?![0-9A-Za-z]| [0-9]{2,3}(?![0-9]))"
    r"|[1-9][0-9]{2}[ \u00a0][0-9]{3}(?![0-9A-Za-z]| [0-9]{2,3}(?![0-9]))"
)

#: A flat and a house as Canada writes them, before a street: 302-1188 Howe Street.
_NO_STREET = (
    r"|[ ][A-Z][a-z]+(?:[ ][A-Z][a-z]+)?[ ](?:Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Boulevard|Blvd|"
    r"Crescent|Cres|Lane|Way|Court|Place)(?![A-Za-z])"
)

_NUMBERS = (
    # no house and no postcode
    r"(?P<bad>[$€£¥₹][ ]?[0-9][0-9.,]*|[0-9]+(?:[.,:][0-9]+)+[A-Za-z%]*|[0-9]+ ?[%°€£$]"
    r"|[0-9]{9,}|[0-9]{3}[-.][0-9]{4}(?![0-9]"
    + _NO_STREET
    + r")|\(?[0-9]{3}\)?[-. ][0-9]{3}[-. ][0-9]{4}(?![0-9])"
    r"|(?:19|20)[0-9]{2}[-–/](?:19|20)?[0-9]{2}(?![0-9/])"
    r"|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}|[0-9]{4}-[0-9]{2}-[0-9]{2}[0-9T:Z.]*|\+[0-9][0-9 ()-]{6,})"
    r"|(?P<ordinal>[0-9]{1,3}\.?(?:st|nd|rd|th|ST|ND|RD|TH|ª|º|er|ème|e)(?![A-Za-z0-9]))"
    r"|(?P<house>(?:(?:[#№]|(?:[HDS]\.?[ ]?)?[Nn][°ºor]\.?:?)[ ]?)?[0-9]{1,5}"
    r"(?:[ ]?(?:bis|ter|quater)(?![a-z])|[ ][a-h](?=[ ]*(?:[,\n]|$))|/[A-Za-z](?![A-Za-z0-9])|"
    r"[A-Za-z](?![A-Za-z])|-?[A-Z](?![A-Za-z]))?"
    r"(?:[ ]?[/–\\][ ]?[0-9]{1,4}[A-Za-z]?(?![A-Za-z0-9])|-[0-9]{1,4}[A-Za-z]?(?![A-Za-z0-9])){0,3}"
    r"(?![0-9A-Za-z])|[0-9]{6,8}(?![0-9A-Za-z])|[Ss]/[Nn](?![a-z]))"
)

_TOKEN = re.compile(
    r"(?P<word>(?![A-Z]{1,3}[ -]{0,3}[0-9]|(?:[HDS]\.?[ ]?)?[Nn][or°º]\.?:?[ ]?[0-9]|"
    r"[Ss]/[Nn](?![a-z]))"
    # A county of Ireland.
    r"(?:Co\.[ ](?=[A-Z][a-z])|[Cc]/(?=[ ]?[^\W\d_a-z])|[PpCcVvLl]\.(?:zza|za|le|so|go)\b|"
    r"T(?:[PX]\.|P\.[ ])[^\W\d_]+"
    r"|['’]?[^\W\d_]+)"
    r"(?:(?:['’`-]|\.-)[^\W\d_]+)*(?:\.(?!\.))?)"
    f"|(?P<line>{_LINE})"
    # Columns of a table are parted by more than a space.
    r"|(?P<gap>[ ]{3,}|[ ]*\t[ \t]*)"
    "|(?P<postcode>(?<![A-Za-z0-9])(?:" + "|".join(_POSTCODES) + "))"
    f"|(?P<plain>(?<![A-Za-z0-9-])(?:{_PLAIN_POSTCODES}))|(?P<paired>{_PAIRED})|"
    + _NUMBERS
    + r"|(?P<glued>[0-9][^\W_]*)"
    r"|(?P<capitals>[A-Z]{1,3}\.?)"
    r"|(?P<mark>[^\s])"
)  # fmt: skip

_DIRECTIONS: Final = frozenset(
    [
        "N",
        "S",
        "E",
        "W",
        "NE",
        "NW",
        "SE",
        "SW",
        "N.",
        "S.",
        "E.",
        "W.",
        "N.E.",
        "N.W.",
        "S.E.",
        "S.W.",
    ]
)

#: Letters of an abbreviation, whose dot belongs to it.
_LONGEST_ABBREVIATION: Final = 5

#: Longest phrase of places, boxes and labels, in tokens.
_LONGEST: Final = 5


class Tokens(NamedTuple):
    """T tokens of a window."""

    classes: str
    """A letter for each token, see `CLASSES`."""
    starts: list[int]
    """First character of each token."""
    ends: list[int]
    """The character after the last."""
    words: list[str]
    """The tokens in small letters, without the dot of an abbreviation."""


#: What the letters mean.
CLASSES: Final = {
    "1": "number of 1 to 3 digits, or with a letter or a range: a house",
    "i": "the same behind #: a house or a flat",
    "4": "number of 4 digits", "5": "of 5", "6": "of 6", "8": "of 7 or 8",
    "y": "number from 1700 to 2100",
    "Z": "postcode by its form", "P": "the same, or a range or an amount",
    "z": "123 45: a postcode, or two numbers", "x": "another number", "O": "5th, 42nd",
    "S": "street word behind a name", "q": "the same in small letters",
    "R": "before a name", "Q": "on either side", "G": "between a name and a number",
    "H": "before a name or between it and a number",
    "s": "loose street word behind a name", "r": "before a name", "k": "on either side",
    "C": "name and street word in one", "c": "loose",
    "U": "unit", "u": "loose unit", "v": "one small letter that may be a unit",
    "B": "sure box", "b": "box", "A": "military post office",
    "T": "country, state or large town", "t": "two or three capitals", "D": "direction",
    "W": "capitalised word", "X": "capitalised word that is no name of a street",
    "w": "small word of names", "l": "other word in small letters",
    "n": "end of line", "N": "empty line", "o": "other mark", "_": "a tab, or three spaces or more",
}  # fmt: skip


@functools.cache
def _word_classes() -> dict[str, str]:
    words = load_words()
    classes: dict[str, str] = {}
    # Later ones win.
    for kind, letter in (("link", "w"), ("not_streets", "X"), ("loose_unit", "u"), ("unit", "U"),
                         ("loose_behind", "s"), ("between", "G"), ("before", "R"),
                         ("loose_before", "r"), ("behind", "S"),
                         ("both", "Q"), ("military", "A")):  # fmt: skip
        for word in words[kind]:
            classes[word] = letter
    for word in (words["between"] & words["behind"]) - words["both"]:
        classes[word] = "S"
    for word in words["before"] & words["between"]:
        classes[word] = "H"
    for word in words["loose_behind"] & words["loose_before"]:
        classes[word] = "k"
    return classes


@functools.cache
def _phrases() -> dict[tuple[str, ...], str]:
    """Phrases of several tokens (and single places and boxes), by their words."""
    words = load_words()
    table: dict[tuple[str, ...], str] = {}
    for kind, letter in (("town", "T"), ("state", "T"), ("country", "T"), ("box", "b"),
                         ("sure_box", "B")):  # fmt: skip
        for phrase in words[kind]:
            pieces = tuple(piece.lower().rstrip(".") for piece in _pieces(phrase) if piece.strip())
            table[pieces] = letter
    return table


def _pieces(phrase: str) -> list[str]:
    if phrase.replace(" ", "").replace("-", "").isalpha():
        return phrase.split()
    return [match.group() for match in _TOKEN.finditer(phrase)]


@functools.cache
def _phrase_starts() -> frozenset[str]:
    return frozenset(pieces[0] for pieces in _phrases())


def _ending(small: str, dotted: bool) -> str | None:
    """Says whether a word ends like a name and a street word in one: `C`, loosely `c`, or not."""
    words = load_words()
    if small in words["not_compounds"]:
        return None
    for length in range(min(12, len(small) - 2), 2, -1):
        end = small[-length:]
        if end == "str" and not dotted:
            continue
        if end in words["endings"]:
            return "C"
        if end in words["loose_endings"]:
            return "c"
    return None


#: Street words before a name that French writes small.
_FRENCH: Final = frozenset(["avenue", "boulevard"])


def _is_one_word(text: str) -> bool:
    """Says whether the capitals of a word are those of a name, not of an identifier."""
    return text.isupper() or all(piece[1:].islower() for piece in text.split("-") if piece[1:])


@functools.lru_cache(4096)
def _class_of_word(text: str, small: str, all_small: bool) -> str:
    dotted = text.endswith(".")
    if small == "c/":
        return "R"
    upper = text[0].isupper() or (text[0] in "'’" and text[-1].isupper())
    if not upper and len(text) > 2 and text[1] in "'’":
        upper = text[2].isupper()
    uncased = not upper and not text[0].islower() and text[0] not in "'’"
    kind = _word_classes().get(small)
    if text == "nan":
        # What tables have in the place of a value that is missing.
        return "t"
    if (
        text.isupper()
        and (len(text) == 2 or (len(text) == 3 and small in load_words()["state_code"]))
        and kind not in ("U", "S", "A")
    ):
        return "D" if text in _DIRECTIONS else "t"
    if small in ("der", "dem", "das") and upper:
        return "X"
    if len(text) == 1 and upper and text not in _DIRECTIONS and not dotted:
        return "t"
    if small in ("st", "rd", "dr", "ln", "ct") and not (upper or dotted or all_small):
        return "q"
    if small in load_words()["small_between"] and upper:
        return "s" if small in load_words()["loose_behind"] else "W"
    if small == "str" and not (upper or dotted):
        return "l"
    if kind in ("Q", "r") and (small in _FRENCH or (dotted and len(small) > 1)):
        return "Q" if kind == "Q" else "R"
    if kind == "k" and not (upper or dotted):
        return "r"
    if kind in ("S", "s", "X", "u", "Q") and not (
        upper or dotted or all_small or uncased or not small.isascii()
    ):
        # "road", "place" and "part" in small letters are words like any other.
        if kind == "u":
            return "u" if len(small) > 1 else "v"
        if small in load_words()["link"]:
            return "w"
        return "q" if kind in ("S", "Q") else "l"
    if kind == "w" and upper and len(small) > 2 and small not in ("the", "and", "of"):
        return "W"
    if text in _DIRECTIONS:
        return "D"
    if upper and small in load_words()["ordinal"]:
        return "O"
    if kind is not None:
        if dotted and upper and len(small) == 1 and kind != "D":
            # An initial of a name; the Hungarian u. is small.
            return "W"
        if (
            len(small) <= 2
            and small.isascii()
            and not dotted
            and kind in "UuRGHS"
            and text.capitalize() not in ("St", "Av", "Rd", "Dr", "Ln", "Bd", "Pl", "Ct", "Sq")
        ):
            if upper:
                return "t" if len(small) == 2 and text.isupper() else "W"
            return "w" if kind in "URGH" else "u"
        return kind
    if 2 <= len(text) <= 3 and text.isupper() and text.isascii() and not dotted:
        return "t"
    if len(small) > 4 and _is_one_word(text):
        ending = _ending(small, dotted)
        if ending is not None and (upper or all_small or ending == "C"):
            return ending
    if upper:
        return "W"
    if uncased:
        return "l"
    return "W" if all_small and len(small) > 1 else "l"


@functools.lru_cache(8192)
def _class_of(kind: str, token: str, all_small: bool) -> tuple[str, str]:
    """The class of a token and its word in small letters; two classes: a word and a full stop."""
    small = token.lower()
    if kind in ("word", "capitals"):
        if not small.endswith("."):
            return _class_of_word(token, small, all_small), small
        bare = small[:-1]
        known = _word_classes().get(bare, "X") != "X" and bare not in load_words()["full"]
        known = known and len(bare) <= _LONGEST_ABBREVIATION
        if known or len(bare) == 1 or _is_ending(bare):
            return _class_of_word(token, bare, all_small), bare
        return _class_of_word(token[:-1], bare, all_small) + ".", bare
    if kind == "house":
        return _class_of_number(token), small
    if kind == "mark":
        return (token if token in ",.-()/:;&?!'\"" else "-" if token == "–" else "o"), small
    return {
        "line": "n",
        "gap": "_",
        "postcode": "Z",
        "plain": "P",
        "paired": "z",
        "ordinal": "O",
    }.get(kind, "x"), small


def read_tokens(text: str) -> Tokens:
    """Reads the tokens of a window.

    >>> read_tokens("Flat 4B, 12/3 MG Road, Bengaluru 560001").classes
    'U1,1tS,T6'
    >>> read_tokens("Hauptstr. 12a,\\n> 10115 Berlin").classes
    'C1,n5T'
    """
    # The sign of an increment stands for a delta in capitals of Greek.
    text = text.replace("\u2206", "\u0394")
    all_small = text == text.lower()
    classes: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    words: list[str] = []
    for match in _TOKEN.finditer(text):
        letter, word = _class_of(match.lastgroup or "mark", match.group(), all_small)
        start, end = match.span()
        if letter == "n" and classes and classes[-1] in "nN":
            classes[-1] = "N"
            ends[-1] = end
            continue
        if len(letter) > 1:
            classes.append(letter[0])
            starts.append(start)
            ends.append(end - 1)
            words.append(word)
            letter, word, start = ".", ".", end - 1
        classes.append(letter)
        starts.append(start)
        ends.append(end)
        words.append(word)
    return _joined(Tokens("".join(classes), starts, ends, words))


def _is_ending(small: str) -> bool:
    return len(small) > 4 and small.endswith(("str", "pl", "g"))


def _class_of_number(token: str) -> str:
    if token[0] in "#№":
        return "i"
    if not token.isdigit():
        return "1"
    if len(token) < 4:
        return "1"
    if len(token) == 4:
        return "y" if "1700" <= token <= "2100" else "4"
    return str(len(token)) if len(token) < 7 else "8"


def _joined(tokens: Tokens) -> Tokens:
    """Joins the tokens of a phrase to one."""
    first = _phrase_starts()
    hits = [i for i, word in enumerate(tokens.words) if word in first]
    if not hits:
        return tokens
    table = _phrases()
    classes, starts, ends, words = list(tokens.classes), [], [], []
    letters: list[str] = []
    position = 0
    for hit in [*hits, len(tokens.words)]:
        if hit < position:
            continue
        letters += classes[position:hit]
        starts += tokens.starts[position:hit]
        ends += tokens.ends[position:hit]
        words += tokens.words[position:hit]
        position = hit
        if hit == len(tokens.words):
            break
        for length in range(min(_LONGEST, len(tokens.words) - hit), 0, -1):
            letter = table.get(tuple(tokens.words[hit : hit + length]))
            if letter == "T" and classes[hit] in "lw":
                continue
            if letter is not None:
                letters.append(letter)
                starts.append(tokens.starts[hit])
                ends.append(tokens.ends[hit + length - 1])
                words.append(" ".join(tokens.words[hit : hit + length]))
                position = hit + length
                break
    return Tokens("".join(letters), starts, ends, words)
