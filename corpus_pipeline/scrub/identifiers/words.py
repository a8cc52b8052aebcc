"""Words that say that a number is some identifier, in the languages of its country.

They stand in `words.txt`: a line with a key, then lines with phrases, parted by ` |`. A key is an
entity or what a rule names; `@KEY` as a key is a list of phrases that others include by `@KEY`, and
`@OTHERS` those that say that a number is none of ours.

A phrase with a capital letter is found as it is written alone (`SIN` is no `sin`), others in any
case. It may go on in letters, `passport` is in `passportnumber`, if it has more than four; one of
a script without spaces may stand anywhere.
"""

from functools import cache
from importlib import resources


@cache
def _all_words() -> dict[str, tuple[str, ...]]:
    text = resources.files(__package__).joinpath("words.txt").read_text(encoding="utf-8")
    table: dict[str, list[str]] = {}
    key = ""
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        if not line.startswith(" "):
            key = line
            table[key] = []
            continue
        for phrase in line.strip().removesuffix("|").split(" |"):
            name = phrase.strip()
            table[key] += table[name] if name in table and name.startswith("@") else [name]
    return {key: tuple(dict.fromkeys(phrases)) for key, phrases in table.items()}


@cache
def words() -> dict[str, tuple[str, ...]]:
    """Returns phrases by key.

    >>> words()["AU_TFN"]
    ('tfn', 'tax file', 'TFN')
    """
    return {key: phrases for key, phrases in _all_words().items() if not key.startswith("@")}


def other_words() -> tuple[str, ...]:
    """Returns phrases that say that a number is something that no rule here looks for.

    >>> "invoice" in other_words()
    True
    """
    return _all_words()["@OTHERS"]
