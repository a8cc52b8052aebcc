"""Writes corpus_pipeline/scrub/persons/languages.npz: which words are names and which common words
in the texts of one language.

names.npz holds all languages together, so that a name that is usual in one of them is seldom in
all. The sources and their licences are in corpus_pipeline/scrub/persons/LICENSES.md. Run with a
Python that has `mimesis`, `babel` and `pyspellchecker`:

    python tools/make_names_of_languages.py FOLDER

FOLDER holds `person-names-by-locale.json` (Faker's names), `common-forenames-by-country.csv` and
`common-surnames-by-country.csv` of popular-names-by-country-dataset, the spelling dictionaries
`pl.dic` and `ru.dic`, and `*.jsonl` whose texts have words in small letters, with their language.
"""

import collections
import csv
import gzip
import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
from make_person_names import package_folder

from corpus_pipeline.scrub.persons.letters import hashed
from corpus_pipeline.scrub.persons.tables import (
    LOCAL_COMMON,
    LOCAL_GIVEN,
    LOCAL_PLACE,
    LOCAL_SURNAME,
)
from corpus_pipeline.scrub.persons.words import LANGUAGES

TARGET = Path(__file__).parent.parent / "corpus_pipeline" / "scrub" / "persons" / "languages.npz"
#: Countries where a language is that of most people.
COUNTRIES = {
    "de": "DE AT CH LI", "fr": "FR BE CA",
    "es": "ES MX AR CO CL PE UY PY CR PA GT HN SV NI DO VE EC BO CU",
    "it": "IT", "pt": "PT BR", "nl": "NL", "pl": "PL", "ru": "RU BY",
}  # fmt: skip
#: Words that are kept of a language, the most usual ones.
MOST = 40_000
#: No given name is among so many first words.
FIRST = {"ru": 450, "pl": 0}
#: A given name is a common word, too, if it is among so many first ones.
SURE = {"ru": 1_100, "pl": 450, "de": 3_700, "fr": 3_300}
#: Seasons, feasts, days and months: words in the texts of their language, though some are surnames.
CALENDAR = """
fruhling fruhjahr sommer herbst winter printemps ete automne hiver primavera verano otono invierno
verao outono inverno estate autunno zomer herfst lente wiosna lato jesien zima весна лето осень зима
weihnachten ostern pfingsten paques noel pentecote navidad pascua natal pascoa natale pasqua kerst
pasen pinksteren wielkanoc рождество пасха lunedi martedi mercoledi giovedi venerdi sabato domenica
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag poniedzialek wtorek sroda czwartek piatek
sobota niedziela январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
понедельник вторник среда четверг пятница суббота воскресенье января февраля марта апреля мая июня
июля августа сентября октября ноября декабря
"""
_WORD = re.compile(r"[^\W\d_]+")


def folded(word: str) -> str:
    """A word in small letters and without marks."""
    plain = unicodedata.normalize("NFD", word.lower().replace("ł", "l"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def parts(name: str) -> list[str]:
    """The words of a name that may stand in several words, without particles."""
    return [part for part in re.split(r"[\s\-‐()]+", name) if len(part) > 2 and part[0].isupper()]


def read_names(folder: Path, language: str) -> tuple[set[str], set[str]]:
    """Given names and surnames of a language, as they are written."""
    given: set[str] = set()
    surnames: set[str] = set()
    listed = json.loads((folder / "person-names-by-locale.json").read_text())
    for locale, lists in listed.items():
        if locale[:2] == language and locale not in ("fr_DZ", "es_CA", "de_LU"):
            given.update(part for name in lists["first"] for part in parts(name))
            surnames.update(part for name in lists["last"] for part in parts(name))
    for file in package_folder("mimesis").glob("datasets/*/person.json"):
        if file.parent.name.split("-")[0] != language:
            continue
        people = json.loads(file.read_text())
        for table, key in ((given, "names"), (surnames, "surnames")):
            lists = people.get(key, [])
            for words in lists.values() if isinstance(lists, dict) else [lists]:
                table.update(part for word in words for part in parts(word))
    for kind, table in (("forenames", given), ("surnames", surnames)):
        path = folder / f"common-{kind}-by-country.csv"
        with path.open(encoding="utf-8-sig") as rows:
            for entry in csv.DictReader(rows):
                if entry["Country"] in COUNTRIES[language].split():
                    for column in ("Localized Name", "Romanized Name"):
                        table.update(parts(entry[column]))
    if language == "ru":
        # Names in Latin letters are those of names.npz.
        given = {name for name in given if name[0] > "Z"}
        surnames = {name for name in surnames if name[0] > "Z"}
    return given, surnames


def inflected(name: str, language: str, *, surname: bool) -> list[str]:
    """The other cases of a name in Polish or Russian.

    >>> inflected("Игнат", "ru", surname=False)
    ['Игната', 'Игнату', 'Игнатом', 'Игнате']
    >>> inflected("Dawid", "pl", surname=False)[:3]
    ['Dawida', 'Dawidowi', 'Dawidem']
    """
    stem, last = name[:-1], name[-1]
    if language == "ru":
        if name.endswith(("ский", "цкий", "ской")):
            return [name[:-2] + end for end in ("ого", "ому", "им", "ом", "ая", "ой", "ую", "их")]
        if surname and name.endswith(("ов", "ев", "ёв", "ин", "ын")):
            return [name + end for end in ("а", "у", "ым", "е", "ой", "ы", "ых")]
        if last == "й":
            return [stem + end for end in ("я", "ю", "ем", "е", "и")]
        if last == "ь":
            return [stem + end for end in ("я", "ю", "ем", "е", "и", "ью")]
        if last == "а":
            return [stem + end for end in ("ы", "и", "е", "у", "ой", "ей")]
        if last == "я":
            return [stem + end for end in ("и", "е", "ю", "ей")]
        return [name + end for end in ("а", "у", "ом", "е")] if last not in "оеиуыэюё" else []
    if name.endswith(("ski", "cki", "dzki")):
        return [name + end for end in ("ego", "emu", "m", "ch", "mi")] + [
            stem + end for end in ("a", "iej", "ą")
        ]
    if name.endswith(("ska", "cka", "dzka")):
        return [stem + end for end in ("iej", "ą")]
    if name.endswith("ek"):
        return [name[:-2] + end for end in ("ka", "kowi", "kiem", "ku", "kowie")]
    if name.endswith("ec"):
        return [name[:-2] + end for end in ("ca", "cowi", "cem", "cu")]
    if name.endswith("ia"):
        return [stem + end for end in ("i", "ę", "ą", "o", "u")]
    if last == "a":
        soft = {"r": "rze", "t": "cie", "d": "dzie", "k": "ce", "g": "dze", "ł": "le"}
        locative = stem[:-1] + soft.get(stem[-1], stem[-1] + "ie")
        return [stem + end for end in ("y", "i", "ę", "ą", "o")] + [locative]
    if last in "yi" and not surname:
        return [name + end for end in ("ego", "emu", "m")] if last == "i" else [
            stem + end for end in ("ego", "emu", "ym")
        ]  # fmt: skip
    if last in "eoui":
        return []
    soft = {"r": "rze", "t": "cie", "d": "dzie", "ł": "le", "l": "lu", "k": "ku", "n": "nie"}
    ends = ("a", "owi", "em", "iem", "owie")
    return [name + end for end in ends] + [stem + soft.get(last, last + "ie")]


def read_common(folder: Path, language: str) -> list[str]:
    """Common words of a language, the most usual first."""
    count: dict[str, int] = collections.Counter()
    usual = package_folder("spellchecker") / "resources" / f"{language}.json.gz"
    if usual.exists():
        for word, number in json.loads(gzip.decompress(usual.read_bytes())).items():
            count[folded(word)] += number
    great: dict[str, int] = collections.Counter()
    small: dict[str, int] = collections.Counter()
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text().rstrip("\n").split("\n"):
            document = json.loads(line)
            if document.get("lang") != language:
                continue
            text = re.sub(r"`[^`]*`|https?://\S+|[\w.]+[@_/]\S+", " ", document["text"])
            for word in _WORD.findall(text):
                if word.islower():
                    small[folded(word)] += 1
                elif word[0].isupper():
                    great[folded(word)] += 1
    for word, number in small.items():
        if number > 1 and great[word] <= 20 * number:
            count[word] += 1_000 * number
    dictionary = folder / f"{language}.dic"
    if dictionary.exists():
        for line in dictionary.read_text().split("\n")[1:]:
            word = line.split("/")[0].strip()
            if word.isalpha() and word.islower() and 2 < len(word) <= 8:
                count[folded(word)] += 2
    words = [word for word, _ in sorted(count.items(), key=lambda pair: (-pair[1], pair[0]))]
    return [word for word in words if len(word) > 1][: MOST * (2 if dictionary.exists() else 1)]


def read_places(language: str) -> set[str]:
    """Countries, continents and great cities as they are called in a language, of one word."""
    from babel import Locale

    locale = Locale(language)
    names = list(locale.territories.values())
    names += [zone["city"] for zone in locale.time_zones.values() if "city" in zone]
    return {folded(name) for name in names if name.isalpha() and len(name) > 2}


def main() -> None:
    """Joins the sources and writes the table."""
    folder = Path(sys.argv[1])
    arrays: dict[str, Any] = {}
    for language in LANGUAGES.split():
        given, surnames = read_names(folder, language)
        if language in ("pl", "ru"):
            given |= {
                form for name in sorted(given) for form in inflected(name, language, surname=False)
            }
            surnames |= {
                form
                for name in sorted(surnames)
                for form in inflected(name, language, surname=True)
            }
        values: dict[str, int] = collections.defaultdict(int)
        for name in given:
            values[folded(name)] |= LOCAL_GIVEN
        for name in surnames:
            values[folded(name)] |= LOCAL_SURNAME
        for rank, word in enumerate(read_common(folder, language)):
            # Lists of words have given names in small letters, but seldom among the first words.
            if not values[word] & LOCAL_GIVEN or rank < SURE.get(language, 4_000):
                values[word] |= LOCAL_COMMON
            if rank < FIRST.get(language, 1_000):
                values[word] &= ~LOCAL_GIVEN
        for word in CALENDAR.split():
            values[folded(word)] = LOCAL_COMMON
        for word in read_places(language):
            values[word] = values[word] & ~LOCAL_GIVEN | LOCAL_PLACE
        words = sorted(word for word, value in values.items() if value)
        hashes = hashed(words)
        order = np.argsort(hashes, kind="stable")
        # The steps from hash to hash are small numbers, and are packed as such.
        arrays[f"{language}_steps"] = np.diff(hashes[order].astype(np.int64), prepend=0).astype(
            np.uint32
        )
        arrays[f"{language}_values"] = np.array([values[word] for word in words], np.uint8)[order]
        print(language, len(given), "given names", len(surnames), "surnames", len(words), "words")
    np.savez_compressed(TARGET, **arrays)
    print(TARGET.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
