"""Lines that are removed from texts: found, counted, and written without.

    lines = find_lines(texts, options)        which lines go, by which rule
    measure_lines(lines)                      what that takes from each document
    edit_texts(texts, lines, rows)            the texts of the chosen rows without them

Nothing is decided for a document here but by `line_failures`.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.filters.keywords.measures import KeywordMatcher, measure_keywords
from corpus_pipeline.filters.lines.books import NAMED, find_matter
from corpus_pipeline.filters.lines.columns import LINE_MEASURES, LINE_REASONS, RULES, SHOWN_LINES
from corpus_pipeline.filters.lines.line_kernels import (
    ADVERTISEMENT,
    BOOK_MATTER,
    C4_END,
    COUNTER,
    HAS_DIGIT,
    LISTED_WORDS,
    NAVIGATION,
    PATTERN,
    PROSE_END,
    WITH_JAVASCRIPT,
    WITH_LOREM_IPSUM,
    WITH_POLICY,
    find_repeated,
    scan_lines,
    write_texts,
)
from corpus_pipeline.filters.lines.options import LinesOptions
from corpus_pipeline.filters.lines.phrases import load_phrases
from corpus_pipeline.text.characters import LETTER, characters
from corpus_pipeline.text.columns import as_texts, string_column, utf8_buffers
from corpus_pipeline.thresholds import exact_threshold

#: Navigation phrases and counters are looked for in lines of at most so many words (RefinedWeb), or
#: so many characters: ten words of a script without spaces are hardly half a clause.
SHORT_LINE_WORDS = 10
SHORT_LINE_CHARS = 20
#: Advertisements are looked for in lines of at most so many words or characters: a report of a
#: page on what somebody sells goes on for longer.
SLOGAN_WORDS = 20
SLOGAN_CHARS = 60


class Listed(NamedTuple):
    """Words that lines are searched for."""

    matcher: KeywordMatcher
    """Of each language."""
    langs: pa.Array
    """`string`, N languages or scripts of the texts."""


class Lines(NamedTuple):
    """The lines of N texts that are not blank, and which of them go.

    Text i has lines `offsets[i]:offsets[i + 1]` of L.
    """

    offsets: NDArray[np.int64]
    """int64[N + 1]."""
    starts: NDArray[np.int32]
    """int32[L], first byte in the column's data."""
    ends: NDArray[np.int32]
    """int32[L], the byte after the last, line feed left out."""
    numbers: NDArray[np.int32]
    """int32[L], which line of its text it is, blank ones counted, from 1."""
    words: NDArray[np.int32]
    """int32[L]."""
    chars: NDArray[np.int32]
    """int32[L], characters between the white space around the line."""
    rules: NDArray[np.uint8]
    """uint8[L], one more than the index in `RULES` of the rule that removes it; 0: it stays."""
    facts: NDArray[np.uint8]
    """uint8[L], bits of `line_kernels`."""
    rewritten: NDArray[np.int32]
    """int32[L], which of `texts` stands for it; -1: its own."""
    texts: pa.Array
    """`string`, lines out of which something was cut."""
    cut_words: NDArray[np.int32]
    """int32[L], words that were cut out of lines that stay."""
    cut_chars: NDArray[np.int32]
    """int32[L]."""
    nulls: NDArray[np.bool_]
    """bool[N], the text is null."""
    active: frozenset[str]
    """Rules that are on, of `RULES`."""


@cache
def capitals() -> NDArray[np.bool_]:
    """bool[0x10000], code points that are capital letters, of those that Unicode 14 knows.

    >>> [bool(capitals()[ord(c)]) for c in "AaÉЖａＡ中ß"]
    [True, False, True, True, False, True, False, False]
    """
    letters = characters().classes[:0x10000] == LETTER
    upper = np.array([chr(code).isupper() for code in range(0x10000)])
    both: NDArray[np.bool_] = np.logical_and(letters, upper)
    return both


def find_lines(
    texts: pa.Array,
    options: LinesOptions,
    patterns: Sequence[str] = (),
    listed: Listed | None = None,
) -> Lines:
    """Finds the lines of every text and the rule that removes each.

    Memory: up to 25 bytes for each line, besides copies of the short lines.

    Args:
        texts: `string`, N texts; a null one has no lines.
        options: the rules.
        patterns: regular expressions besides those of the options.
        listed: what `max_listed_words` counts; without it no line has any.

    >>> texts = pa.array(["Home | News\\nIt rained on the last day of May.\\n首页\\n昨天下雨了。"])
    >>> found = find_lines(texts, LinesOptions(rules="c4"))
    >>> [rule and [*RULES][rule - 1] for rule in found.rules.tolist()]
    ['no_end_mark', 0, 'no_end_mark', 0]
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    first, last = (int(offsets[0]), int(offsets[-1])) if len(texts) else (0, 0)
    room = min(
        int(np.count_nonzero(data[first:last] == 10)) + len(texts),
        (last - first + len(texts)) // 2 + 1,
    )
    line_offsets = np.zeros(len(texts) + 1, np.int64)
    starts, ends, numbers, words, chars = (np.empty(room, np.int32) for _ in range(5))
    rules, facts = np.empty(room, np.uint8), np.empty(room, np.uint8)
    table = characters()
    columns = (starts, ends, numbers, words, chars, rules, facts)
    scan_lines(
        data, offsets, table.classes, capitals(), _limits(options), line_offsets, *columns
    )  # fmt: skip
    count = int(line_offsets[-1])
    starts, ends, numbers, words, chars = (each[:count] for each in columns[:5])
    rules, facts = rules[:count], facts[:count]
    rewritten = np.full(count, -1, np.int32)
    cut_words, cut_chars = np.zeros(count, np.int32), np.zeros(count, np.int32)
    cut_texts = pa.array([], pa.string())

    def lines_at(where: NDArray[np.int64]) -> pa.Array:
        """The chosen lines, whose numbers ascend."""
        bounds = np.empty(2 * len(where), np.int32)
        bounds[::2], bounds[1::2] = starts[where], ends[where]
        if not len(where):
            return pa.array([], pa.string())
        return string_column(data, bounds).take(pa.array(np.arange(0, len(bounds) - 1, 2)))

    def remove(rule: int, pattern: str, where: NDArray[np.int64]) -> None:
        rules[where[_matching(lines_at(where), pattern)]] = rule

    phrases = load_phrases()
    slogans = (words <= SLOGAN_WORDS) | (chars <= SLOGAN_CHARS)
    every_line = np.ones(count, np.bool_)
    sought = {
        rule: (pattern, among)
        for rule, on, pattern, among in (
            (WITH_JAVASCRIPT, options.javascript, phrases.javascript, every_line),
            (WITH_LOREM_IPSUM, options.lorem_ipsum, phrases.lorem_ipsum, every_line),
            (WITH_POLICY, options.policy, phrases.policy, every_line),
            (ADVERTISEMENT, options.advertisements, phrases.advertisement, slogans),
        )
        if on
    }
    if sought:
        # Most texts have none of these phrases, so texts are looked at before their lines.
        in_text = _matching(texts, _either(pattern for pattern, _ in sought.values()))
        in_text = np.repeat(in_text, np.diff(line_offsets))
        for rule, (pattern, among) in sought.items():
            remove(rule, pattern, _staying(rules, in_text & among))
    short = (words <= SHORT_LINE_WORDS) | (chars <= SHORT_LINE_CHARS)
    if options.counters:
        with_digit = facts & HAS_DIGIT != 0
        remove(COUNTER, phrases.counter, _staying(rules, short & with_digit))
    if options.navigation:
        where = _staying(rules, short)
        found = lines_at(where)
        hits = _matching(found, phrases.navigation)
        where, found = where[hits], found.filter(pa.array(hits))
        cut_texts = pc.replace_substring_regex(found, phrases.navigation, "")
        left = find_lines(cut_texts, LinesOptions(citations=options.citations))
        some = np.diff(left.offsets) > 0
        rules[where[~some]] = NAVIGATION
        where, of_text = where[some], np.flatnonzero(some)
        rewritten[where] = of_text
        cut_words[where] = words[where] - left.words
        cut_chars[where] = chars[where] - left.chars
    every = [*options.patterns, *patterns]
    if every:
        remove(PATTERN, _either(every), _staying(rules, every_line))
    if options.max_listed_words is not None and listed is not None:
        hits = measure_keywords(texts, listed.langs, listed.matcher)["keyword_hits"]
        many = np.asarray(hits.fill_null(0)) > options.max_listed_words
        where = _staying(rules, np.repeat(many, np.diff(line_offsets)))
        langs = listed.langs.take(pa.array(np.searchsorted(line_offsets, where, "right") - 1))
        hits = measure_keywords(lines_at(where), langs, listed.matcher)["keyword_hits"]
        rules[where[np.asarray(hits.fill_null(0)) > options.max_listed_words]] = LISTED_WORDS
    if options.book_matter is not None:
        around = _around_books(texts, line_offsets, starts, ends)
        rules[_staying(rules, around)] = BOOK_MATTER
    if options.repeated:
        most = int(np.diff(line_offsets).max(initial=0))
        keys = np.empty(max(4, 1 << (2 * most).bit_length()), np.uint64)
        find_repeated(
            data, starts, ends, line_offsets, table.classes, table.folds, rules, keys
        )  # fmt: skip
    gone = rules != 0
    cut_words[gone] = cut_chars[gone] = 0
    return Lines(
        line_offsets, starts, ends, numbers, words, chars, rules, facts, rewritten, cut_texts,
        cut_words, cut_chars, np.asarray(texts.is_null()),
        options.active | ({"pattern"} if patterns else set()),
    )  # fmt: skip


def _around_books(
    texts: pa.Array,
    line_offsets: NDArray[np.int64],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """bool[L], the line stands before or behind the book that its text is."""
    around = np.zeros(len(starts), np.bool_)
    _, offsets = utf8_buffers(texts)
    for row in np.flatnonzero(_matching(texts, NAMED)).tolist():
        text = texts[row].as_py()
        matter = find_matter(text)
        if matter is None:
            continue
        # A line belongs to what its last character lies in: a mark ends with its line.
        begin = int(offsets[row]) + len(text[: matter.begin].encode())
        end = int(offsets[row]) + len(text[: matter.end].encode())
        lines = slice(int(line_offsets[row]), int(line_offsets[row + 1]))
        around[lines] = (ends[lines] <= begin) | (starts[lines] >= end)
    return around


def _either(patterns: Iterable[str]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)


def _limits(options: LinesOptions) -> NDArray[np.int64]:
    """The options as `line_kernels.LIMITS`."""
    shares: list[int] = []
    for value in (
        options.max_uppercase, options.max_digits, options.min_han, options.max_private_use
    ):  # fmt: skip
        exact = None if value is None else exact_threshold(value)
        shares += [-1, 1] if exact is None else [exact.numerator, exact.denominator]
    return np.array(
        [
            {None: 0, "c4": C4_END, "prose": PROSE_END}[options.end_mark],
            *(-1 if value is None else value
              for value in (options.min_words, options.min_chars, options.max_word_chars)),
            *shares,
            options.citations,
        ],
        np.int64,
    )  # fmt: skip


def _matching(texts: pa.Array, pattern: str) -> NDArray[np.bool_]:
    """bool[N], the pattern is found in the text; in a null one it is not."""
    found = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)


def _staying(rules: NDArray[np.uint8], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.flatnonzero(among & (rules == 0))


def measure_lines(lines: Lines) -> pa.RecordBatch:
    """Counts what goes; `LINE_MEASURES` says what each column holds.

    >>> found = find_lines(pa.array(["Menu\\nIt rained all day.", None]), LinesOptions(min_words=2))
    >>> row = measure_lines(found).to_pylist()[0]
    >>> row["lines_before"], row["lines_removed_few_words"], row["lines_removed_at"]
    (2, 1, [1])
    """
    gone = lines.rules != 0

    def total(values: NDArray[Any]) -> NDArray[np.int64]:
        sums = np.zeros(len(values) + 1, np.int64)
        np.cumsum(values, out=sums[1:])
        return np.subtract(sums[lines.offsets[1:]], sums[lines.offsets[:-1]])

    # Of each text: lines that stay, then lines of each rule.
    texts, kinds = len(lines.nulls), len(RULES) + 1
    cells = np.repeat(np.arange(texts) * kinds, np.diff(lines.offsets)) + lines.rules
    by_rule = np.bincount(cells, minlength=texts * kinds).reshape(texts, kinds).T[1:]
    cut = ~gone & ((lines.rewritten >= 0) | (lines.facts & ~np.uint8(HAS_DIGIT) != 0))
    counts = [
        np.diff(lines.offsets),
        total(lines.words),
        by_rule.sum(axis=0),
        total(np.where(gone, lines.words, lines.cut_words)),
        total(np.where(gone, lines.chars, lines.cut_chars)),
        total(cut),
        *by_rule,
    ]
    off = np.ones(len(lines.nulls), np.bool_)
    masks = [lines.nulls] * (len(counts) - len(RULES))
    masks += [lines.nulls if rule in lines.active else off for rule in RULES]
    columns = [
        pa.array(count.astype(np.int32), mask=mask)
        for count, mask in zip(counts, masks, strict=True)
    ]
    columns.append(_shown(lines, gone, counts[2]))
    return pa.RecordBatch.from_arrays(columns, schema=LINE_MEASURES)


def _shown(lines: Lines, gone: NDArray[np.bool_], removed: NDArray[np.int64]) -> pa.Array:
    """The numbers of the first lines that go, a list for each text."""
    before = np.cumsum(removed, dtype=np.int64) - removed
    numbers = lines.numbers[gone]
    position = np.arange(len(numbers)) - np.repeat(before, removed)
    kept = np.minimum(removed, SHOWN_LINES)
    offsets = np.concatenate([[0], np.cumsum(kept)]).astype(np.int32)
    values = pa.array(numbers[position < SHOWN_LINES], pa.int32())
    mask = pa.array(removed == 0)
    return pa.ListArray.from_arrays(pa.array(offsets), values, mask=mask)


def line_failures(
    measures: pa.RecordBatch, options: LinesOptions
) -> Mapping[str, NDArray[np.bool_]]:
    """Says which documents lose too much; a null measure fails nothing.

    >>> options = LinesOptions(min_words=2, max_removed_words=0.5)
    >>> measures = measure_lines(find_lines(pa.array(["Menu\\nIt rained.", "Menu", ""]), options))
    >>> {reason: mask.tolist() for reason, mask in line_failures(measures, options).items()}
    {'lines-too-many-removed': [False, True, False], 'lines-nothing-left': [False, True, False]}
    """

    def count(name: str) -> NDArray[np.int64]:
        counted: NDArray[np.int64] = pc.fill_null(measures[name], 0).to_numpy().astype(np.int64)
        return counted

    def exceeds(part: str, whole: str, share: float) -> NDArray[np.bool_]:
        exact = exact_threshold(share)
        above: NDArray[np.bool_] = count(part) * exact.denominator > exact.numerator * count(whole)
        return above

    removed, of_a_rule, nothing = LINE_REASONS
    failures = {}
    if options.max_removed_words is not None:
        share = options.max_removed_words
        failures[removed] = exceeds("lines_removed_words", "lines_words_before", share)
    if options.max_lines:
        failures[of_a_rule] = np.logical_or.reduce(
            [
                exceeds(f"lines_removed_{rule}", "lines_before", share)
                for rule, share in options.max_lines.items()
            ]
        )
    if options.remove:
        gone = count("lines_removed")
        failures[nothing] = (gone > 0) & (gone == count("lines_before"))
    return failures


def edit_texts(
    texts: pa.Array,
    lines: Lines,
    rows: NDArray[np.bool_],
    max_blank_lines: int | None = None,
) -> pa.Array:
    """Returns the texts of the chosen rows without the lines that go.

    Lines that stay keep their bytes, the white space around them too. A text of which nothing goes
    keeps all of its bytes; one that is edited has no blank lines at its ends.

    Args:
        texts: as given to `find_lines`.
        lines: what it found.
        rows: bool[N]; the others stay as they are.
        max_blank_lines: how many may stay between two lines; None leaves them alone.

    >>> texts = pa.array(["Menu\\n\\nIt rained.", "Menu\\n\\nIt rained."])
    >>> lines = find_lines(texts, LinesOptions(min_words=2))
    >>> edit_texts(texts, lines, np.array([True, False])).to_pylist()
    ['It rained.', 'Menu\\n\\nIt rained.']
    """
    data, offsets = utf8_buffers(texts)
    size = int(offsets[-1] - offsets[0]) if len(texts) else 0
    out, out_offsets = np.empty(size, np.uint8), np.zeros(len(texts) + 1, np.int32)
    new_data, new_offsets = utf8_buffers(lines.texts)
    write_texts(
        data, offsets, rows, lines.offsets, lines.starts, lines.ends, lines.rules, lines.facts,
        lines.rewritten, new_data, new_offsets,
        np.iinfo(np.int64).max if max_blank_lines is None else max_blank_lines, out, out_offsets,
    )  # fmt: skip
    return string_column(out[: out_offsets[-1]], out_offsets, lines.nulls)
