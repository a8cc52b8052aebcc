"""Surrogates: invented values of the same kind and form, the same for the same value everywhere.

A surrogate follows from the value and a secret key alone (BLAKE2b keyed with it), so a person, a
number or an address is the same in all documents, runs and machines that share the key. Nobody can
go back without the key; with it one can only test a guess, and many values share a surrogate.

    John Smith         ->  Ellis Morgan          and "Smith" alone -> Morgan
    张伟                ->  陈晓
    138-1234-5678      ->  138-9025-1147
    li.wei@corp.cn     ->  qo.abz@example.org     a domain that nobody owns (RFC 2606)
    93.184.216.34      ->  203.0.113.77           a documentation address (RFC 5737, RFC 3849)
    4111 1111 1111 1111 -> 4830 2750 1193 0246    which fails the check digit
"""

import hashlib
import ipaddress
import re
from collections.abc import Callable
from functools import cache

from corpus_pipeline.package_files import located, package_file
from corpus_pipeline.scrub.folding import fold

#: The least length of a key in bytes: shorter ones are guessed.
MIN_KEY_BYTES = 16

_DIGITS = "0123456789"
_HEX = "0123456789abcdef"
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LOWER = _UPPER.lower()
#: First and last letter of alphabets: a letter becomes another of its alphabet and case.
_ALPHABETS = (
    ("а", "я"), ("А", "Я"), ("α", "ω"), ("Α", "Ω"), ("ا", "ي"), ("א", "ת"), ("अ", "ह"),
    ("ก", "ฮ"), ("ぁ", "ん"), ("ァ", "ン"), ("가", "힣"),
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+|\d+")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]+")
_HANGUL = re.compile("[\uac00-\ud7a3]+")


class _Stream:
    """Numbers that follow from a value and a key."""

    def __init__(self, key: bytes, kind: str, value: str) -> None:
        self._start = hashlib.blake2b(
            value.encode("utf-8", "surrogatepass"), key=key, person=kind.encode()[:16]
        )
        self._block = 0
        self._bytes = b""

    def below(self, count: int) -> int:
        """Returns a number from 0 to count - 1."""
        if len(self._bytes) < 8:
            more = self._start.copy()
            more.update(self._block.to_bytes(8, "little"))
            self._block += 1
            self._bytes += more.digest()
        number = int.from_bytes(self._bytes[:8], "little")
        self._bytes = self._bytes[8:]
        return number % count

    def one_of(self, choices: "str | tuple[str, ...]") -> str:
        """Returns one of some."""
        return choices[self.below(len(choices))]


class Surrogates:
    """Makes surrogates with one key."""

    def __init__(self, key: bytes, is_found: Callable[[str, str], bool]) -> None:
        """Takes the key.

        Args:
            key: of `MIN_KEY_BYTES` or more; the first 64 count.
            is_found: says whether a text is found as a kind: surrogates of kinds with a check digit
                must not be.

        Raises:
            ValueError: the key is too short.
        """
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(f"has {len(key)} bytes; a key needs {MIN_KEY_BYTES} or more")
        self._key = key[:64]
        self._is_found = is_found

    def of(self, value: str, entity: str) -> str:
        """Returns the surrogate of a value.

        >>> made = Surrogates(b"0123456789abcdef", lambda text, entity: False)
        >>> made.of("Smith", "PERSON") == made.of("John Smith", "PERSON").split()[1]
        True
        >>> made.of("138-1234-5678", "PHONE_NUMBER")[:4]
        '138-'
        """
        if entity == "PERSON":
            return self._person(value)
        if entity == "ADDRESS":
            return self._address(value)
        if entity == "EMAIL_ADDRESS":
            return self._mail(value)
        if entity == "IP_ADDRESS":
            return self._host(value)
        kept = _kept_digits(value) if entity == "PHONE_NUMBER" else 0
        made = self._reshaped(value, entity, kept)
        # One digit that changes is seen by every check digit.
        return _other_last_digit(made) if self._is_found(made, entity) else made

    def _stream(self, value: str, kind: str) -> _Stream:
        return _Stream(self._key, kind, fold(value).plain.casefold())

    def _reshaped(self, value: str, kind: str, kept: int = 0) -> str:
        """Puts another letter or digit in the place of each, behind the first `kept` digits."""
        bare = "".join(letter for letter in value if letter.isalnum())
        stream = self._stream(bare, kind)
        hexadecimal = kind in ("MAC_ADDRESS", "CRYPTO") and _is_hexadecimal(bare)
        letters = []
        for letter in fold(value).plain:
            if letter.isdigit() and kept > 0:
                kept -= 1
            else:
                letter = _another(letter, stream, hexadecimal)
            letters.append(letter)
        return "".join(letters)

    def _person(self, value: str) -> str:
        def replaced(match: re.Match[str]) -> str:
            word = match.group()
            if _HAN.match(word) or _HANGUL.match(word):
                return self._unspaced_name(word)
            if len(word) <= 3 and word.islower():
                return word  # A particle: van, de, bin.
            stream = self._stream(word, "PERSON")
            if len(word) == 1 or not word[0].isascii():
                return "".join(_another(letter, stream, False) for letter in word)
            name = stream.one_of(_names()["spaced"])
            return name.upper() if word.isupper() else name.lower() if word.islower() else name

        return _WORD.sub(replaced, value)

    def _unspaced_name(self, word: str) -> str:
        pools = ("hangul", "hangul given") if _HANGUL.match(word) else ("han", "han given")
        family = 2 if word[:2] in _names()["han compound"] or len(word) > 3 else 1
        made = self._stream(word[:family], "PERSON").one_of(_names()[pools[0]])
        given = self._stream(word[family:], "PERSON")
        return made + "".join(given.one_of(_names()[pools[1]]) for _ in word[family:])

    def _address(self, value: str) -> str:
        # Parts of addresses that say what stands beside them stay.
        words, signs = _names()["address words"], _names()["address characters"]

        def replaced(match: re.Match[str]) -> str:
            word = match.group()
            if word.casefold() in words:
                return word
            stream = self._stream(word, "ADDRESS")
            if _HAN.match(word):
                letters = (
                    letter if letter in signs
                    else stream.one_of(_names()["han given"]) for letter in word
                )  # fmt: skip
                return "".join(letters)
            if word.isdigit() or len(word) < 3 or not word[0].isascii():
                return "".join(_another(letter, stream, False) for letter in word)
            name = stream.one_of(_names()["spaced"])
            return name.upper() if word.isupper() else name

        return _WORD.sub(replaced, value)

    def _mail(self, value: str) -> str:
        local = value.partition("@")[0] if "@" in value else (value.split() or [value])[0]
        stream = self._stream(value, "EMAIL_ADDRESS")
        made = "".join(_another(letter, stream, False) for letter in local)
        return f"{made}@example.{stream.one_of(('com', 'org', 'net'))}"

    def _host(self, value: str) -> str:
        stream = self._stream(value, "IP_ADDRESS")
        if ":" in fold(value).plain:
            low = stream.below(1 << 62) | stream.below(1 << 34) << 62
            return str(ipaddress.IPv6Address((0x20010DB8 << 96) + low))
        return stream.one_of(("192.0.2.", "198.51.100.", "203.0.113.")) + str(1 + stream.below(254))


def _another(letter: str, stream: _Stream, hexadecimal: bool) -> str:
    if letter.isdigit():
        return stream.one_of(_HEX if hexadecimal else _DIGITS)
    if not letter.isalpha():
        return letter
    if hexadecimal and letter.isascii():
        return stream.one_of("ABCDEF" if letter.isupper() else "abcdef")
    if letter.isascii() or "\xc0" <= letter < "\u0250":
        return stream.one_of(_UPPER if letter.isupper() else _LOWER)
    for first, last in _ALPHABETS:
        if first <= letter <= last:
            return chr(ord(first) + stream.below(ord(last) - ord(first) + 1))
    return stream.one_of(_names()["han given"]) if _HAN.match(letter) else "*"


def _kept_digits(value: str) -> int:
    """How many digits at the start of a telephone number say where it is: 3, and a country code."""
    return 5 if fold(value).plain.lstrip("(").startswith("+") else 3


def _is_hexadecimal(bare: str) -> bool:
    return all(letter in _HEX for letter in bare.casefold())


def _other_last_digit(text: str) -> str:
    """Adds one to the last digit, or takes another last letter.

    >>> _other_last_digit("12-9x"), _other_last_digit("ABZ")
    ('12-0x', 'ABA')
    """
    for index in range(len(text) - 1, -1, -1):
        if text[index] in _DIGITS:
            return text[:index] + _DIGITS[(int(text[index]) + 1) % 10] + text[index + 1 :]
    index = len(text) - 1
    alphabet = _UPPER if text[index].isupper() else _LOWER
    return text[:index] + alphabet[(alphabet.find(text[index]) + 1) % 26]


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Reads the names that surrogates are made of: kind -> names."""
    with open(located(package_file("scrub/surrogate_names.txt")), encoding="utf-8") as file:
        lines = [line.rstrip("\n").split(": ", 1) for line in file if not line.startswith("#")]
    return {kind: tuple(names.split()) for kind, names in lines}
