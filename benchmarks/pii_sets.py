"""Writes labelled sets of invented texts: personal data of 17 locales in many registers, and none.

    python benchmarks/pii_sets.py FOLDER [--each 6] [--seed 1]

Writes `pii_own.jsonl`, whose names, addresses and numbers come from lists and forms written by
hand (pii_phrases/locales.yaml, pii_numbers.py), and where Faker is installed `pii_faker.jsonl`, the
same texts with Faker's values. A record has `text`, `lang`, `locale`, `register`, `template`,
`complete` and `spans` of `entity`, `start`, `end` in characters. The same seed gives the same bytes
(Faker's with the same version of Faker).

Templates lie in `pii_phrases/LANGUAGE.txt`, parted by lines of `---`; the first line says the
register after `#`, and after `@` the locales, if not all of the language. In them

    [name] [first] [last]    a person, by one name; [name:a] and [last:a] are of one person
    [address] [block]        an address on one line, on several
    [phone] [mail] [card] …  see `_SLOTS` and pii_numbers.NUMBERS
    <PERSON|Jane Austen>     a label for what stands there
    [order] [date] …         what looks like personal data and is none: no label
"""

import argparse
import importlib.util
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pii_numbers import NUMBERS, digits, iban

PHRASES = Path(__file__).parent / "pii_phrases"


class Locale(NamedTuple):
    """What an invented person of a country is made of; see the head of locales.yaml."""

    language: str
    first: str
    last: str
    name: list[str]
    streets: list[str]
    towns: list[str]
    addresses: list[str]
    phones: list[str]
    plates: list[str]
    iban: str


LOCALES = {
    name: Locale(**fields)
    for name, fields in yaml.safe_load((PHRASES / "locales.yaml").read_text("utf-8")).items()
}
_SLOT = re.compile(r"\[([a-z]+)(?::([a-z]))?\]|<([A-Z_]+)\|([^<>|]+)>")


class Template(NamedTuple):
    """A text with slots."""

    language: str
    register: str
    locales: tuple[str, ...]
    text: str


class Span(NamedTuple):
    """A label, in characters."""

    start: int
    end: int
    entity: str


def templates(language: str) -> Iterator[Template]:
    """Yields the templates of a language."""
    path = PHRASES / f"{language}.txt"
    for part in re.split(r"^---\n", path.read_text("utf-8"), flags=re.MULTILINE):
        head, _, text = part.partition("\n")
        register, _, places = head.removeprefix("#").partition("@")
        if text.strip():
            yield Template(language, register.strip(), tuple(places.split()), text.rstrip("\n"))


def _drawn(rng: random.Random, form: str) -> str:
    """Fills `#` with digits, `%` with digits from 2 on, `@` with capitals."""
    kinds = {"#": "0123456789", "%": "23456789", "@": "ABCDEFGHJKLMNPRSTUVWXYZ"}
    return "".join(rng.choice(kinds[c]) if c in kinds else c for c in form).strip()


class Person(NamedTuple):
    """An invented person."""

    first: str
    last: str
    whole: str
    mail: str
    handle: str


class Own:
    """Values from the lists and forms that were written by hand."""

    def __init__(self, name: str, rng: random.Random) -> None:
        """Begins to draw."""
        self.name = name
        self.locale: Locale = LOCALES[name]
        self.rng = rng

    def person(self) -> Person:
        """Draws a person."""
        rng, locale = self.rng, self.locale
        firsts, lasts = locale.first.split(), locale.last.split()
        first, second = rng.choice(firsts), rng.choice(firsts)
        last, last2 = (each.replace("_", " ") for each in rng.sample(lasts, 2))
        form = rng.choice(locale.name)
        whole = form.format(
            first=first, last=last, last2=last2, upper=last.upper(),
            initial=first[0], initial2=second[0],
        )  # fmt: skip
        return Person(first, last, whole.removeprefix("Dr. "), *self._accounts(first, last))

    def _accounts(self, first: str, last: str) -> tuple[str, str]:
        rng = self.rng
        words = [re.sub(r"[^a-z]", "", each.lower()) for each in (first, last)]
        if not all(words):
            words = [
                rng.choice(["mika", "sunny", "lao", "dong", "tao"]),
                rng.choice(["w", "k9", "li"]),
            ]
        host = rng.choice(["example.org", "mail.example.com", "posteo.de", "gmail.com", "qq.com",
                           "company.co.uk", "uni-beispiel.de", "example.com.br"])  # fmt: skip
        user = rng.choice(["{0}.{1}", "{0}{1}", "{0[0]}{1}", "{1}_{0}", "{0}+news"]).format(*words)
        return (
            f"{user}{rng.choice(['', rng.randint(1, 99)])}@{host}",
            f"@{words[0]}_{words[1]}{rng.choice(['', rng.randint(1, 99)])}",
        )

    def address(self) -> str:
        """Draws an address; `|` ends its lines."""
        rng, locale = self.rng, self.locale
        town, code, region = rng.choice(locale.towns).split("|")
        return rng.choice(locale.addresses).format(
            n=rng.randint(2, 399), n2=rng.randint(1, 19) * 100 + rng.randint(1, 8),
            m=rng.randint(1, 28), m2=rng.randint(1, 9), street=rng.choice(locale.streets),
            town=town, region=region, code=_drawn(rng, code),
        ).replace("####", digits(rng, 4))  # fmt: skip

    def phone(self) -> str:
        """Draws a telephone number."""
        return _drawn(self.rng, self.rng.choice(self.locale.phones))

    def plate(self) -> str:
        """Draws a licence plate."""
        return _drawn(self.rng, self.rng.choice(self.locale.plates))

    def number(self, slot: str) -> str:
        """Draws a number of `pii_numbers.NUMBERS`."""
        return NUMBERS[slot][1](self.rng)


class Fakers(Own):
    """Values of Faker; what it lacks is drawn as `Own` does."""

    def __init__(self, name: str, rng: random.Random) -> None:
        """Begins to draw."""
        super().__init__(name, rng)
        self.faker: Any = importlib.import_module("faker").Faker(name)
        self.faker.seed_instance(rng.randint(0, 2**31))

    def person(self) -> Person:
        """Draws a person."""
        first, last = self.faker.first_name(), self.faker.last_name()
        together = self.locale.language in ("zh", "ko")
        family_first = self.locale.language in ("zh", "ko", "ja")
        between = "" if together else " "
        whole = between.join((last, first) if family_first else (first, last))
        return Person(first, last, whole, *self._accounts(first, last))

    def address(self) -> str:
        """Draws an address."""
        return re.sub(r" *\n", "|", str(self.faker.address()))

    def phone(self) -> str:
        """Draws a telephone number."""
        return str(self.faker.phone_number())

    def number(self, slot: str) -> str:
        """Draws a number."""
        if slot == "ip":
            return str(self.faker.ipv4_public())
        if slot == "card":
            return str(self.faker.credit_card_number())
        return super().number(slot)


#: Forms of dates by language: day, month, year, name of the month.
_DATES = {
    "zh": ("{y}年{m}月{d}日", "{y}-{m:02}-{d:02}", "{y}/{m}/{d}"),
    "ja": ("{y}年{m}月{d}日", "{y}-{m:02}-{d:02}", "{y}/{m}/{d}"),
    "ko": ("{y}년 {m}월 {d}일", "{y}.{m:02}.{d:02}", "{y}-{m:02}-{d:02}"),
    "en": ("{m:02}/{d:02}/{y}", "{d} {name} {y}", "{name} {d}, {y}", "{y}-{m:02}-{d:02}"),
}
_EUROPEAN = ("{d:02}.{m:02}.{y}", "{d:02}/{m:02}/{y}", "{y}-{m:02}-{d:02}")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _day(rng: random.Random, language: str, years: tuple[int, int]) -> str:
    year, month, day = rng.randint(*years), rng.randint(1, 12), rng.randint(1, 28)
    form = rng.choice(_DATES.get(language, _EUROPEAN))
    return form.format(y=year, m=month, d=day, name=_MONTHS[month - 1])


def _order(rng: random.Random) -> str:
    prefix = rng.choice(["PO", "INV", "ORD", "TK"])
    return rng.choice(
        [f"{prefix}-{digits(rng, 8)}", digits(rng, 12, "789"), f"2024{digits(rng, 14)}"]
    )


def _time(rng: random.Random) -> str:
    return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}"


def _uuid(rng: random.Random) -> str:
    return "-".join(rng.randbytes(count).hex() for count in (4, 2, 2, 2, 6))


#: Slots without a label: what looks like personal data and is none.
_HARMLESS: dict[str, Callable[[random.Random], str]] = {
    "order": _order,
    "version": lambda rng: f"{rng.randint(0, 9)}.{rng.randint(0, 30)}.{rng.randint(0, 9)}",
    "amount": lambda rng: f"{rng.randint(10, 9999):,}.{rng.randint(0, 99):02}",
    "count": lambda rng: str(rng.randint(3, 9999)),
    "hash": lambda rng: rng.randbytes(20).hex(),
    "uuid": _uuid,
    "isbn": lambda rng: f"978-0-{digits(rng, 4)}-{digits(rng, 4)}-{digits(rng, 1)}",
    "privateip": lambda rng: f"192.168.{rng.randint(0, 9)}.{rng.randint(2, 250)}",
    "time": _time,
}

#: Slots with a label that need no person.
_SLOTS: dict[str, tuple[str, Callable[[Own], str]]] = {
    "address": ("ADDRESS", lambda own: own.address().replace("|", ", ")),
    "block": ("ADDRESS", lambda own: own.address().replace("|", "\n")),
    "phone": ("PHONE_NUMBER", lambda own: own.phone()),
    "plate": ("LICENSE_PLATE", lambda own: own.plate()),
    "dob": ("DATE_OF_BIRTH", lambda own: _day(own.rng, own.locale.language, (1950, 2006))),
    "iban": ("IBAN_CODE", lambda own: iban(own.rng, own.locale.iban)),
}
#: Slots of a person.
_PERSONAL = {
    "name": ("PERSON", "whole"), "first": ("PERSON", "first"), "last": ("PERSON", "last"),
    "mail": ("EMAIL_ADDRESS", "mail"), "handle": ("HANDLE", "handle"),
}  # fmt: skip


def filled(template: Template, values: Own) -> tuple[str, list[Span]]:
    """Fills the slots of a template.

    Raises:
        KeyError: there is no such slot.
    """
    people: dict[str, Person] = {}
    text, spans, last = "", [], 0
    for match in _SLOT.finditer(template.text):
        text += template.text[last : match.start()]
        last = match.end()
        slot, letter, entity, literal = match.groups()
        if slot == "date":
            text += _day(values.rng, template.language, (2015, 2026))
            continue
        if slot in _HARMLESS:
            text += _HARMLESS[slot](values.rng)
            continue
        if literal is not None:
            value = literal
        elif slot in _PERSONAL:
            entity, field = _PERSONAL[slot]
            person = people.get(letter) if letter else None
            if person is None:
                person = values.person()
                if letter:
                    people[letter] = person
            value = getattr(person, field)
        elif slot in _SLOTS:
            entity, draw = _SLOTS[slot]
            value = draw(values)
        else:
            entity, value = NUMBERS[slot][0], values.number(slot)
        spans.append(Span(len(text), len(text) + len(value), entity))
        text += value
    return text + template.text[last:], spans


def texts(
    seed: int, each: int, values: Callable[[str, random.Random], Own]
) -> Iterator[dict[str, Any]]:
    """Yields the records of a set.

    Args:
        each: texts that are made of a template in each of its locales; of one without slots one is.
    """
    for language in sorted({locale.language for locale in LOCALES.values()}):
        for number, template in enumerate(templates(language)):
            copies = each if _SLOT.search(template.text) else 1
            locales = template.locales or _locales(language)
            for name in locales if copies > 1 else locales[:1]:
                if "[plate]" in template.text and not LOCALES[name].plates:
                    continue
                for copy in range(copies):
                    rng = random.Random(f"{seed} {name} {number} {copy}")
                    text, spans = filled(template, values(name, rng))
                    yield {
                        "id": f"{name}-{number}-{copy}",
                        "text": text,
                        "lang": language,
                        "locale": name,
                        "register": template.register,
                        "complete": True,
                        "template": template.text,
                        "spans": [span._asdict() for span in spans],
                    }


def _locales(language: str) -> tuple[str, ...]:
    # Texts in simplified characters are not for Taiwan.
    names = (name for name, locale in LOCALES.items() if locale.language == language)
    return tuple(name for name in names if name != "zh_TW")


def write(folder: Path, seed: int, each: int) -> dict[str, int]:
    """Writes the sets into a folder; returns how many texts each has."""
    folder.mkdir(parents=True, exist_ok=True)
    makers: dict[str, Callable[[str, random.Random], Own]] = {"pii_own": Own}
    if importlib.util.find_spec("faker") is not None:
        makers["pii_faker"] = Fakers
    counts = {}
    for name, values in makers.items():
        rows = list(texts(seed, each, values))
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
        counts[name] = len(rows)
    return counts


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", type=int, default=6, help="texts of a template and locale")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for name, count in write(options.folder, options.seed, options.each).items():
        print(f"{name}.jsonl: {count} texts")


if __name__ == "__main__":
    main()
