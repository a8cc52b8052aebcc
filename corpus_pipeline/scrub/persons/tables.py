"""The tables by which words are known, made at first use from the package's lists."""

import functools
import io
import pkgutil
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.persons import cues, names_of_things, of_persons, words
from corpus_pipeline.scrub.persons.headings import BESIDE, NAME_COLUMNS, PERSON_COLUMNS
from corpus_pipeline.scrub.persons.letters import MARK, TWO, hashed, letters
from corpus_pipeline.scrub.persons.offices import OFFICES

#: Fields of what is known of a word: how usual it is as a given name, as a surname, in small
#: letters (0 to 7 each), and how large a place has the name (0 to 3).
GIVEN, SURNAME, COMMON, PLACE = 0, 3, 6, 9
#: Bits of the classes of `words`.
FUNCTION, TITLE, ROLE, THING, THING_BEFORE, CALENDAR, PEOPLE, NAMED, PARTICLE, SUFFIX = (
    1 << bit for bit in range(11, 21)
)
#: The first word of a place or thing of several words.
OF_SEVERAL = 1 << 21
LINK, STATE, OWNED = (1 << bit for bit in range(22, 25))
#: Surnames of Vietnam, what goes on behind them, and words that join the parts of Arabic names.
VIETNAMESE, VIETNAMESE_GIVEN, JOINS = (1 << bit for bit in range(25, 28))
#: A word that speaks of persons in small letters, and one that does so with a capital, too.
OF_PERSONS, ALWAYS_OF_PERSONS = 1 << 28, 1 << 29
#: A place that has the name is known, however many people live there; so is a given name.
_TOWN, _GIVEN_NAME = 2 << PLACE, 5 << GIVEN
_CLASSES = {
    FUNCTION: words.FUNCTION, TITLE: words.TITLES, ROLE: words.ROLES + OFFICES, THING: words.THINGS,
    THING_BEFORE: words.THINGS_BEFORE, CALENDAR: words.CALENDAR, PEOPLE: words.PEOPLES,
    NAMED: words.THINGS_NAMED + names_of_things.BRANDS, PARTICLE: words.PARTICLES,
    SUFFIX: words.SUFFIXES,
    LINK: words.LINKS, STATE: words.STATES, OWNED: words.OWNED,
    VIETNAMESE: words.VIETNAMESE_SURNAMES, VIETNAMESE_GIVEN: words.VIETNAMESE_GIVEN,
    JOINS: words.ARABIC_JOINS, _TOWN: words.TOWNS, _GIVEN_NAME: words.GIVEN_NAMES,
    OF_PERSONS: of_persons.OF_PERSONS + OFFICES,
    ALWAYS_OF_PERSONS: of_persons.ALWAYS_OF_PERSONS,
}  # fmt: skip

#: What the points of `cues` are worth; the mark of contact is `CONTACT`.
WORTH = {"1": 2, "2": 4, "3": 5, "4": 6, "x": 32, "-": 64, "~": 128, "=": 512}
#: Behind an article, behind a word of place.
#: A longer phrase goes on from here.
#: What persons do: one acts.
CONTACT, FORBIDS, DOUBTS, PLACES, GOES_ON, INSIDE, CONTACT_OF_FULL, ACTS = (
    1 << bit for bit in range(4, 12)
)

_SEVERAL = words.NOT_PERSONS + ";" + names_of_things.SEVERAL

#: What is known of a word in the texts of one language, see `languages.npz`.
LOCAL_GIVEN, LOCAL_SURNAME, LOCAL_COMMON, LOCAL_PLACE = 1, 2, 4, 8

_BUCKET_BITS = 17


#: Tables that are kept as one: a table's number is mixed into the hashes. Words; names of several
#: words that are no person's; phrases before and behind a name; labels in scripts without capitals.
(
    WORDS, PLACES_OF_WORDS, BEFORE, AFTER, LABELS, FREE_LABELS, PERSON_COLUMN, NAME_COLUMN,
    BESIDE_COLUMN,
) = (number * 0x3C6EF372 & 0xFFFFFFFF for number in range(9))  # fmt: skip
#: The table of the words of the language `words.LANGUAGES` has at a place, by the place and one.
LOCAL = tuple(
    number * 0x3C6EF372 & 0xFFFFFFFF for number in range(9, 10 + len(words.LANGUAGES.split()))
)


def record(**fields: NDArray[Any]) -> np.void:
    """Makes one record of arrays, that kernels read as its attributes.

    A kernel is handed one address, where it would count references of each array of a tuple at
    each call. Arrays of a record have numbers alone, no truth values.

    >>> record(a=np.array([1, 2]), b=np.array([1.5]))["a"].tolist()
    [1, 2]
    """
    kinds = [(name, array.dtype, array.shape) for name, array in fields.items()]
    made = np.zeros(1, np.dtype(kinds, align=True))
    for name, array in fields.items():
        made[name][0] = array
    made_record: np.void = made[0]
    return made_record


class _Part(NamedTuple):
    """Hashes and their values."""

    hashes: NDArray[np.uint32]
    values: NDArray[np.uint32]


def _tables(parts: dict[int, _Part]) -> np.void:
    hashes = np.concatenate([part.hashes.astype(np.int64) ^ salt for salt, part in parts.items()])
    values = np.concatenate([part.values.astype(np.int64) for part in parts.values()])
    entries = np.sort(hashes << 31 | values)
    hashes = entries >> 31
    firsts = np.flatnonzero(np.diff(hashes, prepend=-1))
    values = np.bitwise_or.reduceat(entries & 0x7FFFFFFF, firsts)
    entries = hashes[firsts] << 31 | values
    sizes = np.bincount(hashes[firsts] >> (32 - _BUCKET_BITS), minlength=2**_BUCKET_BITS)
    buckets = np.zeros(2**_BUCKET_BITS + 1, np.int32)
    np.cumsum(sizes, out=buckets[1:])
    phrases = np.zeros(2**16, np.uint8)
    for salt, part in parts.items():
        if salt not in (WORDS, PLACES_OF_WORDS, *LOCAL):
            phrases[(part.hashes.astype(np.int64) ^ salt) & 0xFFFF] = 1
    return record(
        letters=letters(),
        buckets=buckets,
        entries=entries,
        phrases=phrases,
        contact_before=_ends_of_contact(cues.BEFORE, backwards=True),
        contact_behind=_ends_of_contact(cues.AFTER, backwards=False),
    )


@kernel
def looked_up(tables, table, value):  # type: ignore[no-untyped-def]
    """What a table holds for a hash; 0 if nothing."""
    value ^= table
    bucket = value >> 15
    for i in range(tables.buckets[bucket], tables.buckets[bucket + 1]):
        entry = tables.entries[i]
        if entry >> 31 == value:
            return entry & 0x7FFFFFFF
    return 0


@kernel
def phrase_at(tables, table, value):  # type: ignore[no-untyped-def]
    """What a table of phrases or labels holds for a hash; 0 if nothing."""
    if not tables.phrases[(value ^ table) & 0xFFFF]:
        return 0
    return looked_up(tables, table, value)


def phrase_hash(items: list[int]) -> int:
    """The hash of a phrase: its words' hashes or marks, from the nearest to the name on."""
    value = 0x1234567
    for item in items:
        value = ((value ^ item) * 16777619) & 0xFFFFFFFF
        value = value ^ (value >> 15)
        value = (value * 0x2C1B3C6D) & 0xFFFFFFFF
        value = value ^ (value >> 13)
    return value


#: The value of a phrase before any item.
PHRASE = 0x1234567


def _listed(text: str) -> list[tuple[list[str], int]]:
    """Reads a list of phrases: their words and marks, and what each is worth."""
    entries: list[tuple[list[str], int]] = []
    worth = 0
    for line in text.strip().split("\n"):
        head, _, rest = line.partition(":")
        head = head.strip()
        if head.rstrip("!?+") in WORTH:
            worth = WORTH[head.rstrip("!?+")] | (ACTS if "+" in head else 0)
            worth |= (CONTACT if "!" in head else 0) | (CONTACT_OF_FULL if "?" in head else 0)
            line = rest
        for phrase in line.split(";"):
            parts = _items(phrase)
            if parts:
                entries.append((parts, worth))
    return entries


def _local_words() -> dict[int, _Part]:
    """The words of each language, from `languages.npz`."""
    packed = pkgutil.get_data(__package__, "languages.npz")
    assert packed is not None
    shipped = np.load(io.BytesIO(packed))
    return {
        LOCAL[place + 1]: _Part(
            np.cumsum(shipped[f"{language}_steps"].astype(np.int64)).astype(np.uint32),
            shipped[f"{language}_values"].astype(np.uint32),
        )
        for place, language in enumerate(words.LANGUAGES.split())
    }


def _phrases(text: str, *, backwards: bool) -> _Part:
    entries = _listed(text)
    texts = sorted({part for parts, _ in entries for part in parts if part[0].isalpha()})
    known = dict(zip(texts, hashed(texts, quotes=True).tolist(), strict=True))
    hashes, values = [], []
    for parts, value in entries:
        items = [known[part] if part[0].isalpha() else ord(part) for part in parts]
        items = items[::-1] if backwards else items
        for size in range(1, len(items) + 1):
            hashes.append(phrase_hash(items[:size]))
            values.append(value if size == len(items) else GOES_ON)
    # The same phrase may be listed twice: the greater worth counts, and contact is kept.
    best: dict[int, int] = {}
    for key, value in zip(hashes, values, strict=True):
        other = best.get(key, 0)
        best[key] = max(value & 15, other & 15) | (value | other) & ~15
    return _Part(np.array(list(best), np.uint32), np.array(list(best.values()), np.uint32))


def _ends_of_contact(text: str, *, backwards: bool) -> NDArray[np.uint8]:
    """Says what phrases of contact have beside the name: uint8[2**16], 0 or 1, by two bytes, the
    first one times 256.

    Before a name these are the last two letters of a word, 0 and a mark, or 0 and the only letter;
    behind it the first two letters, or a mark or the only letter and 0.

    >>> table = _ends_of_contact("4!: my name is; name :", backwards=True)
    >>> [bool(table[ord(one) << 8 | ord(other)]) for one, other in ("is", "\\0:", "me")]
    [True, True, False]
    """
    found = np.zeros(2**16, np.uint8)
    folds = letters()
    for parts, worth in _listed(text):
        if not worth & (CONTACT | CONTACT_OF_FULL):
            continue
        word = parts[-1 if backwards else 0]
        folded: list[int] = []
        for letter in word:
            fold = int(folds[ord(letter)])
            if fold & TWO:
                folded += [fold >> 7 & 0x7F, fold & 0x7F]
            elif fold > MARK:
                folded.append(fold & 0xFFFF)
        if not folded:
            folded = [ord(word[0])]
        pair = [0, *folded][-2:] if backwards else [*folded, 0][:2]
        # Whoever asks looks closer at letters beyond ASCII.
        if max(pair) < 0x80:
            found[pair[0] << 8 | pair[1]] = 1
    return found


def _items(phrase: str) -> list[str]:
    """Parts a phrase into words and marks.

    >>> _items("'s account; ".rstrip("; ")), _items("i'm")
    (["'", 'account'], ["i'm"])
    """
    items: list[str] = []
    for part in phrase.split():
        if part[0].isalpha():
            items.append(part)
        elif part == "'s":
            items.append("'")
        else:
            items.extend(part)
    return items


def _several(names: list[str]) -> _Part:
    """Names of one word or more, each a phrase of value 1."""
    parted = [name.split() for name in names]
    sizes = np.array([len(words) for words in parted])
    flat = hashed([word for words in parted for word in words]).astype(np.int64)
    firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    value = np.full(len(names), PHRASE, np.int64)
    keys, values = [], []
    for n in range(int(sizes.max())):
        going = sizes > n
        value[going] = _extended(value[going], flat[firsts[going] + n])
        keys.append(value[going])
        values.append(np.where(sizes[going] == n + 1, 1, GOES_ON))
    return _Part(np.concatenate(keys).astype(np.uint32), np.concatenate(values).astype(np.uint32))


def _extended(value: NDArray[np.int64], item: NDArray[np.int64]) -> NDArray[np.int64]:
    """`phrase_hash` for one more item, of N phrases at once."""
    value = ((value ^ item) * 16777619) & 0xFFFFFFFF
    value = value ^ (value >> 15)
    value = (value * 0x2C1B3C6D) & 0xFFFFFFFF
    return value ^ (value >> 13)


@functools.cache
def tables() -> np.void:
    """Loads the tables, a record of all that the kernels read.

    letters: see `letters`.
    buckets: int32[2**17 + 1], where the entries begin whose hashes start with 17 bits.
    entries: int64[K], hashes, ascending, and 31 bits of value below them.
    phrases: uint8[2**16], whether a phrase or label has a hash with these low bits: most text has
        none.
    contact_before, contact_behind: uint8[2**16], see `_ends_of_contact`.

    >>> bool(tables()["buckets"][-1] == len(tables()["entries"]))
    True
    """
    packed = pkgutil.get_data(__package__, "names.npz")
    assert packed is not None
    shipped = np.load(io.BytesIO(packed))
    listed = [(word, bit) for bit, group in _CLASSES.items() for word in group.split()]
    places = bytes(shipped["places"]).decode().split("\n")
    places += [" ".join(name.split()) for name in _SEVERAL.split(";")]
    listed += [(place.split()[0], OF_SEVERAL) for place in places]
    hashes = np.concatenate([shipped["hashes"], hashed([word for word, _ in listed])])
    values = np.concatenate(
        [shipped["values"].astype(np.uint32), np.array([bit for _, bit in listed], np.uint32)]
    )
    labels = [label.strip() for label in cues.CASELESS_LABELS.split(";") if label.strip()]
    free = [phrase.strip() for phrase in cues.CASELESS_PHRASES.split(";") if phrase.strip()]
    columns = [
        _several([label.strip() for label in group.split(";")])
        for group in (PERSON_COLUMNS, NAME_COLUMNS, BESIDE)
    ]
    offices = f"\n3: {'; '.join(OFFICES.split())}"
    # Ann Roe, treasurer, ...
    behind = f"\n2: {'; '.join(f', {office}' for office in (OFFICES + cues.TRADES).split())}"
    return _tables({
        WORDS: _Part(hashes, values),
        PLACES_OF_WORDS: _several(places),
        BEFORE: _phrases(cues.BEFORE + offices + cues.AGAINST, backwards=True),
        AFTER: _phrases(cues.AFTER + behind, backwards=False),
        LABELS: _several(labels),
        FREE_LABELS: _several(free),
        PERSON_COLUMN: columns[0],
        NAME_COLUMN: columns[1],
        BESIDE_COLUMN: columns[2],
        **_local_words(),
    })  # fmt: skip
