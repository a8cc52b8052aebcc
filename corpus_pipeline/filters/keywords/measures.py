"""Counts listed words, for example obscene ones, in each document by its language.

Texts and list entries are folded alike, and word boundaries become bytes of the folded text:

    "Cutlass, ASS 他妈的"   ->   «cutlass», «ass» 他妈的        « is byte 02, » is byte 01
    entry "ass"            ->   «ass»
    entry "他妈"            ->   他妈

So an Aho-Corasick automaton over plain bytes finds whole words where a script has spaces between
words, and any substring where it has none, and never `ass` in `cutlass`. Case and width do not
count, nor how much white space a phrase has between its words. Two scripts are exceptions:
Katakana has no spaces, but its runs are words (`グロ` is not in `グローバル`); Hangul has spaces,
but particles are written onto the noun, so an entry also matches the start of a longer word.
"""

import dataclasses
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, NamedTuple

import ahocorasick_rs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.keywords.columns import KEYWORD_MEASURES
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import (
    DIGIT,
    IGNORABLE,
    LETTER,
    OTHER,
    SPACE,
    UNSPACED,
    characters,
    decode,
    encode,
)
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.text.languages import figures_for, parse_language, suggestion
from corpus_pipeline.thresholds import exact_threshold

_WORD_START: Final = 0x02
_WORD_END: Final = 0x01
#: Between rows; not a byte of UTF-8, so no match reaches across.
_ROW_END: Final = 0xFF
#: Bytes of the folded form that stand for no character.
BOUNDARIES: Final = (_WORD_START, _WORD_END, _ROW_END)

#: Added to every list. With few different first bytes the automaton would jump from one to the
#: next; they are so frequent here (`_WORD_START`) that walking is two to four times as fast.
_NEVER: Final = tuple(bytes([byte, byte]) for byte in range(0xF8, 0xFF))

#: What a code point is to the folding: left out; on its own; white space, of which one space stays;
#: part of a run that has boundaries.
_DROPPED: Final = 0
_SINGLE: Final = 1
_BLANK: Final = 2
_WORD_RUN: Final = 3
_KATAKANA_RUN: Final = 4
_KATAKANA = ((0x30A1, 0x30FA), (0x30FC, 0x30FE), (0xFF66, 0xFF9F))


class WordList(NamedTuple):
    """The entries of one language, ready to be searched for."""

    automaton: Any
    """ahocorasick_rs.BytesAhoCorasick over the folded entries."""
    chars: NDArray[np.int32]
    """int32[P], length of each entry in characters."""


class KeywordMatcher(NamedTuple):
    """One automaton for each language."""

    lists: Mapping[str, WordList]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have a list, sorted."""
        return tuple(sorted(self.lists))


@cache
def _folds() -> NDArray[np.uint16]:
    """uint16[0x10000], the package's folds, with every white space of ASCII as a space."""
    table = characters()
    folds = table.folds.copy()
    folds[:0x80][table.classes[:0x80] == SPACE] = 0x20
    return folds


@cache
def _runs() -> NDArray[np.uint8]:
    """uint8[0x110000], what each code point is to `_fold`: one of the `_RUN` values and others."""
    classes = characters().classes
    runs = np.full(len(classes), _SINGLE, np.uint8)
    runs[classes == IGNORABLE] = _DROPPED
    runs[classes == SPACE] = _BLANK
    runs[(classes == LETTER) | (classes == DIGIT)] = _WORD_RUN
    for first, last in _KATAKANA:
        runs[first : last + 1] = _KATAKANA_RUN
    return runs


@kernel
def _fold(data, offsets, rows, runs, folds, out, out_offsets):  # type: ignore[no-untyped-def]
    """Writes the folded form of the chosen rows, each followed by `_ROW_END`."""
    o = np.int64(0)
    for n in range(len(rows)):
        out_offsets[n] = o
        i = np.int64(offsets[rows[n]])
        stop = np.int64(offsets[rows[n] + 1])
        before = _SINGLE
        while i < stop:
            if data[i] < 0x80:
                code_point = np.int64(data[i])
                i += 1
            else:
                code_point, i = decode(data, i)
            run = runs[code_point]
            if run != before:
                if run == _DROPPED:
                    continue
                if before >= _WORD_RUN:
                    out[o] = _WORD_END
                    o += 1
                if run >= _WORD_RUN:
                    out[o] = _WORD_START
                    o += 1
                before = run
            elif run == _BLANK:
                continue
            if code_point < 0x80:
                out[o] = folds[code_point]
                o += 1
            elif run == _BLANK:
                out[o] = 0x20
                o += 1
            else:
                folded = np.int64(folds[code_point]) if code_point < 65536 else code_point
                o = encode(out, o, folded)
        if before >= _WORD_RUN:
            out[o] = _WORD_END
            o += 1
        out[o] = _ROW_END
        o += 1
    out_offsets[len(rows)] = o


def fold_rows(
    texts: pa.Array, rows: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Folds the chosen rows of a column; returns (bytes, offsets int64[len(rows) + 1])."""
    data, offsets = utf8_buffers(texts)
    # Folding makes two bytes three at most; a word of one byte and the byte after it get two marks.
    room = 3 * int(np.diff(offsets)[rows].sum()) + 3 * len(rows)
    out, out_offsets = np.empty(room, np.uint8), np.zeros(len(rows) + 1, np.int64)
    _fold(data, offsets, rows, _runs(), _folds(), out, out_offsets)
    return out[: out_offsets[-1]], out_offsets


def build_matcher(words: Mapping[str, Iterable[str]]) -> KeywordMatcher:
    """Builds the automata.

    Args:
        words: language to its words and phrases. Skipped are entries without a letter or symbol,
            and single syllables of a script without spaces: LDNOOBW has 性 and กู, which Chinese
            laws have 8 times each, in `可行性` for example, and Thai has in `ตระกูล`.

    >>> build_matcher({"zh": ["他妈的"], "en": ["ass", "ASS", "13."]}).languages
    ('en', 'zh')
    """
    lists = {}
    for language, entries in words.items():
        normal = [unicodedata.normalize("NFC", entry.strip()) for entry in entries]
        column = pa.array(normal, pa.string())
        folded, offsets = fold_rows(column, np.arange(len(column)))
        patterns: dict[bytes, int] = {}
        for row, entry in enumerate(normal):
            if not _is_searchable(entry):
                continue
            pattern = folded[offsets[row] : offsets[row + 1] - 1].tobytes()
            if "가" <= entry[-1] <= "힣":
                pattern = pattern.removesuffix(bytes([_WORD_END]))
            patterns.setdefault(pattern, len(entry))
        if patterns:
            lists[language] = WordList(
                ahocorasick_rs.BytesAhoCorasick(
                    [*patterns, *_NEVER],
                    ahocorasick_rs.MatchKind.LeftmostLongest,
                    ahocorasick_rs.Implementation.DFA,
                ),
                np.array(list(patterns.values()), np.int32),
            )
    return KeywordMatcher(lists)


def _is_searchable(entry: str) -> bool:
    """Whether occurrences of a list entry say anything: see `build_matcher`."""
    classes = characters().classes
    letters = 0
    syllables = 0
    for character in entry:
        kind = classes[ord(character)]
        letters += kind in (LETTER, UNSPACED) or (kind == OTHER and character > "\x7f")
        # A Thai vowel above or below its consonant makes no syllable of its own.
        syllables += kind != UNSPACED or unicodedata.category(character) != "Mn"
    return letters > 0 and not (syllables == 1 and classes[ord(entry[0])] == UNSPACED)


def find_word_lists(path: str | None = None) -> Mapping[str, list[Traversable]]:
    """Finds the files of word lists and reads their names: language → its files.

    Raises:
        ResourceError: there is no such file or folder, it has no list, or the name of one is no
            language.

    >>> [file.name for file in find_word_lists()["zh"]]
    ['zh.txt']
    """
    source: Traversable
    if path is None:
        source = resources.files("corpus_pipeline.filters") / "words" / "ldnoobw"
    else:
        source = Path(path)
    files = [source] if source.is_file() else []
    if source.is_dir():
        files = sorted(
            (file for file in source.iterdir() if file.name.endswith(".txt") and file.is_file()),
            key=lambda file: file.name,
        )
    found: dict[str, list[Traversable]] = {}
    for file in files:
        name = file.name.removesuffix(".txt")
        tag = parse_language(name)
        if tag is None:
            raise ResourceError(
                f"word list {file}: its name is no language, {suggestion(name)} Rename it, or move "
                "it elsewhere if it is no list"
            )
        found.setdefault(tag.language, []).append(file)
    if not found:
        raise ResourceError(
            f"word lists {source}: no words found; name a folder of LANG.txt files or one such file"
        )
    return found


def load_word_lists(path: str | None = None) -> KeywordMatcher:
    """Loads word lists: one UTF-8 file for each language, one word or phrase a line.

    Args:
        path: a folder with files `LANG.txt`, or one such file; LANG is a language as
            `text.languages` reads it, of which script and region are ignored: `fr-CA.txt` adds to
            `fr.txt`. None takes the lists that come with the package (LDNOOBW, 28 languages).

    Raises:
        ResourceError: as `find_word_lists`, or a list is not UTF-8.

    >>> "zh" in load_word_lists().languages
    True
    """
    words: dict[str, list[str]] = {}
    for language, files in find_word_lists(path).items():
        for file in files:
            try:
                lines = file.read_text("utf-8").splitlines()
            except UnicodeDecodeError as error:
                raise ResourceError(f"word list {file}: not UTF-8 ({error}); convert it") from error
            words.setdefault(language, []).extend(line for line in lines if line.strip())
    if not any(words.values()):
        raise ResourceError(
            f"word lists {path}: no words found; name a folder of LANG.txt files or one such file"
        )
    return build_matcher(words)


def measure_keywords(texts: pa.Array, langs: pa.Array, matcher: KeywordMatcher) -> pa.RecordBatch:
    """Measures `KEYWORD_MEASURES` of every text that has a language with a list.

    Args:
        texts: string[N], NFC.
        langs: string[N], language (or script: `und-Hani`) of each text, null when unknown. A list
            serves every name of its language, and languages of its macro-language without one.

    >>> matcher = build_matcher({"zh": ["他妈", "他妈的"], "en": ["ass"]})
    >>> texts = pa.array(["他妈的，他妈！", "Cutlass, ass. ASS-kicking", "ass", None])
    >>> measure_keywords(texts, pa.array(["zh", "en", "fr", "en"]), matcher).to_pydict()
    {'keyword_hits': [2, 2, None, None], 'keyword_distinct': [2, 1, None, None], \
'keyword_chars': [5, 6, None, None]}
    """
    texts, langs = as_texts(texts), as_texts(langs)
    count = len(texts)
    totals = np.zeros((3, count), np.int32)
    measured = np.zeros(count, np.bool_)
    listed = figures_for(matcher.languages).of_column(langs)
    listed[texts.is_null().to_numpy(zero_copy_only=False)] = -1
    for number in np.unique(listed[listed >= 0]).tolist():
        language = matcher.languages[number]
        rows = np.flatnonzero(listed == number)
        measured[rows] = True
        totals[:, rows] = _count(texts, rows, matcher.lists[language])
    return pa.record_batch(
        [pa.array(values, mask=~measured) for values in totals], schema=KEYWORD_MEASURES
    )


def count_lines(texts: pa.Array) -> pa.Array:
    """Counts the lines of N texts, blank ones too, as `keyword_lines`: int32[N].

    >>> count_lines(pa.array(["a\\n\\nb", "", None])).to_pylist()
    [3, 1, None]
    """
    return pc.add(pc.count_substring(as_texts(texts), "\n"), 1).cast(pa.int32())


def _count(texts: pa.Array, rows: NDArray[np.int64], words: WordList) -> NDArray[np.int64]:
    """Returns hits, distinct entries and characters, int64[3, len(rows)]."""
    folded, offsets = fold_rows(texts, rows)
    matches = np.array(words.automaton.find_matches_as_indexes(folded), np.int64).reshape(-1, 3)
    row_of = np.searchsorted(offsets, matches[:, 1], side="right") - 1
    entry = matches[:, 0]
    distinct = np.unique(row_of * len(words.chars) + entry) // len(words.chars)
    return np.stack(
        [
            np.bincount(row_of, minlength=len(rows)),
            np.bincount(distinct, minlength=len(rows)),
            np.bincount(row_of, weights=words.chars[entry], minlength=len(rows)).astype(np.int64),
        ]
    )


@dataclasses.dataclass(frozen=True)
class KeywordRules:
    """How many listed words a document may hold. None switches a rule off.

    The defaults drop no novel, manual, speech or encyclopedia article of 7,000 good documents, and
    0.5 % of 1,750 Chinese laws (those on prostitution and pornography). They are meant for pages
    that consist of such words. Other lists need other numbers.

    Args:
        max_hits: occurrences.
        max_distinct: different listed words.
        max_hits_per_1000_chars: occurrences for each 1,000 characters of the document.
        dense_from_hits: a document with fewer occurrences is never too dense, so that one word in a
            short message does not drop it.
        max_distinct_per_line: different listed words for each line (ChineseWebText asks for 0.5).
        dense_from_distinct: nor is one with fewer different listed words. A word that is innocent
            in a subject (成人 inside 组成人员 in rules of procedure) repeats alone; spam varies.
    """

    max_hits: int | None = None
    max_distinct: int | None = 10
    max_hits_per_1000_chars: float | None = 5.0
    max_distinct_per_line: float | None = None
    dense_from_hits: int = 3
    dense_from_distinct: int = 2

    def __post_init__(self) -> None:
        ratios = ("max_hits_per_1000_chars", "max_distinct_per_line")
        for name in ("max_hits", "max_distinct", *ratios):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} must be at least 0, got {value}; None switches it off")
        for name in ratios:
            if getattr(self, name) is not None:
                exact_threshold(getattr(self, name), name)
        for name in ("dense_from_hits", "dense_from_distinct"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"{name} must be at least 1, got {getattr(self, name)}; "
                    "1 judges every document by its density"
                )


def keyword_failures(
    measures: pa.RecordBatch, chars: NDArray[np.int64], rules: KeywordRules
) -> dict[str, NDArray[np.bool_]]:
    """Says which documents fail which rule.

    Args:
        measures: `KEYWORD_MEASURES` of N documents, and `keyword_lines` where the rules ask for
            it; other columns are ignored.
        chars: int64[N], length of each document in characters.

    Returns:
        For each of `KEYWORD_REASONS` bool[N], true where the rule fails.

    >>> measures = pa.record_batch({"keyword_hits": [4, 4, None], "keyword_distinct": [2, 2, None]})
    >>> failures = keyword_failures(measures, np.array([100, 9000, 100]), KeywordRules())
    >>> [reason for reason, failed in failures.items() if failed.any()]
    ['keywords-too-dense']
    >>> failures["keywords-too-dense"].tolist()
    [True, False, False]
    """
    # A null measure counts as nothing: no rule fails below 0.
    hits = measures["keyword_hits"].fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    distinct = measures["keyword_distinct"].fill_null(0).to_numpy(zero_copy_only=False)
    many = (hits >= rules.dense_from_hits) & (distinct >= rules.dense_from_distinct)
    never = np.zeros(len(hits), np.bool_)
    density = exact_threshold(rules.max_hits_per_1000_chars or 0)
    dense = 1000 * hits * density.denominator > density.numerator * chars
    crowded = never
    if rules.max_distinct_per_line is not None:
        share = exact_threshold(rules.max_distinct_per_line)
        lines = measures["keyword_lines"].fill_null(1).to_numpy().astype(np.int64)
        crowded = distinct.astype(np.int64) * share.denominator > share.numerator * lines
    return {
        "keywords-too-many": never if rules.max_hits is None else hits > rules.max_hits,
        "keywords-too-varied": (
            never if rules.max_distinct is None else distinct > rules.max_distinct
        ),
        "keywords-too-dense": (never if rules.max_hits_per_1000_chars is None else many & dense),
        "keywords-too-varied-for-lines": crowded,
    }
