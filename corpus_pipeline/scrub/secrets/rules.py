"""The table of tokens that services issue, as the services publish their form.

`rules.json` holds one rule a line: a name, the prefixes, what follows them, and who says so: the
address of a page of the service, or a set of rules that `LICENSES.md` names. From it come the
automaton of `anchors`, the patterns of `tokens` and the table in the docs.
"""

import json
import re
from functools import cache
from importlib import resources
from typing import NamedTuple

#: Characters that a part of a token is made of, as the inside of a class.
ALPHABETS = {
    "digits": "0-9",
    "lower hex": "0-9a-f",
    "hex": "0-9A-Fa-f",
    "upper alnum": "0-9A-Z",
    "lower alnum": "0-9a-z",
    "lower base32": "2-7a-z",
    "alnum": "0-9A-Za-z",
    "alnum dash": "0-9A-Za-z\\-",
    "upper alnum dash": "0-9A-Z\\-",
    "hex dash": "0-9A-Fa-f\\-",
    "uuid": "0-9a-f\\-",
    "dash digit": "\\-0-9",
    "base64": "0-9A-Za-z+/",
    "base64url": "0-9A-Za-z_\\-",
    "dotted": "0-9A-Za-z_.\\-",
    "secret": "0-9A-Za-z_~.\\-",
    "path": "0-9A-Za-z/_\\-",
    "percent": "0-9A-Za-z%+/_\\-",
    "padding": "=",
}


class Part(NamedTuple):
    """A run of characters of one alphabet."""

    alphabet: str
    least: int
    most: int

    @property
    def pattern(self) -> str:
        return f"[{ALPHABETS[self.alphabet]}]{{{self.least},{self.most}}}"


class Rule(NamedTuple):
    """The form of one kind of token: a prefix, then parts and literals."""

    name: str
    prefixes: tuple[str, ...]
    body: tuple[str | Part, ...]
    before: Part | None
    """What stands before the prefix and belongs to the token."""
    companion: Part | None
    """A secret without a form of its own that stands beside the token."""
    checksum: str | None
    named: bool
    """The prefix is the name of the secret and no part of it."""
    runs: bool
    """Runs of one character (AAAAAAAA) are a part of its form."""
    sources: tuple[str, ...]
    """Addresses of pages, and names of sets of rules in `LICENSES.md`."""

    @property
    def least(self) -> int:
        """How many characters follow the prefix at least."""
        return sum(len(each) if isinstance(each, str) else each.least for each in self.body)

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """Matches a token from its prefix to its end."""
        prefix = "|".join(re.escape(each) for each in self.prefixes)
        body = "".join(
            re.escape(each) if isinstance(each, str) else each.pattern for each in self.body
        )
        return re.compile(f"(?:{prefix}){body}(?![0-9A-Za-z]|[_-]{{1,3}}[0-9A-Za-z])".encode())


def _part(value: list[str | int]) -> Part:
    alphabet, least, most = value
    return Part(str(alphabet), int(least), int(most))


@cache
def load_rules() -> tuple[Rule, ...]:
    """Loads the table.

    >>> rule = next(rule for rule in load_rules() if "ghp_" in rule.prefixes)
    >>> rule.name, rule.body, rule.least
    ('GitHub token', (Part(alphabet='alnum', least=36, most=36),), 36)
    """
    text = resources.files(__package__).joinpath("rules.json").read_text("utf-8")
    return tuple(
        Rule(
            entry["name"],
            tuple(entry["prefixes"]),
            tuple(each if isinstance(each, str) else _part(each) for each in entry["body"]),
            _part(entry["before"]) if "before" in entry else None,
            _part(entry["companion"]) if "companion" in entry else None,
            entry.get("checksum"),
            entry.get("named", False),
            entry.get("runs", False),
            tuple(entry["sources"]),
        )
        for entry in json.loads(text)
    )
