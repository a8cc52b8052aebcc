"""Where in a text the things stand that a rule of *quality* counts.

A measure of lines, words or characters is taken of each line, word or character alone, by the
function that the rule counts with: what is not 0 there is what the rule has counted. Repetitions
need the whole text, so they are looked for here, by the same words and definitions.

    measure           parts        marked where it is
    bullet_lines      lines        not 0
    terminal_lines    lines        0, for the rule asks for them
    longest_word      words        above the threshold
    top_3_gram_chars  words        three words that occur most often

A profile that measures prose leaves out code, tables and markup; lines that prose does not have are
not marked.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.quality.definitions import WORD_FORMS, Definitions
from corpus_pipeline.filters.quality.more_columns import family_of, is_more
from corpus_pipeline.inspection.measured_lines import ITEM, Span, measured_lines, stripped

#: Of lines, words and characters that differ, so many are measured; a page has fewer.
_MAX_PARTS = 50_000


class Counted(NamedTuple):
    """What a rule has compared, and how its profile counts."""

    measure: str
    lower: bool
    """The rule asks for at least so many."""
    limit: float | None
    """The threshold; None: not known."""
    definitions: Definitions
    prose: bool
    language: str | None
    code_language: str | None = None


class Mark(NamedTuple):
    """A part of a text, and what it is."""

    start: int
    """First character."""
    stop: int
    """The character behind the last."""
    kind: str
    """One of `passages.KINDS`."""


class _Unit(NamedTuple):
    """How a measure is taken of parts of a text."""

    part: str
    """line, word or character."""
    kind: str
    lacking: bool = False
    """Parts that have none of it are what the rule complains of."""
    longest: bool = False
    """It is a length: parts above the threshold are meant."""


_LINE, _WORD, _CHARACTER = "line", "word", "character"
_UNITS = {
    "bullet_lines": _Unit(_LINE, "bullet-line"),
    "ellipsis_lines": _Unit(_LINE, "ellipsis-line"),
    "terminal_lines": _Unit(_LINE, "line-without-end-mark", lacking=True),
    "short_lines": _Unit(_LINE, "short-line"),
    "longest_line": _Unit(_LINE, "long-line", longest=True),
    "long_string_lines": _Unit(_LINE, "line"),
    **{
        name: _Unit(_LINE, "line")
        for name in (
            "javascript_lines", "policy_lines", "lorem_ipsum_lines", "c4_lorem_ipsum_lines",
            "c4_curly_lines", "generated_lines", "xml_declarations", "encoded_chars",
            "longest_encoded", "prompt_lines", "assert_lines", "print_lines", "import_lines",
            "pass_lines", "directive_lines",
        )
    },
    "longest_word": _Unit(_WORD, "long-word", longest=True),
    "words_with_letter": _Unit(_WORD, "word", lacking=True),
    "words_from_letter": _Unit(_WORD, "word", lacking=True),
    "han_chars": _Unit(_WORD, "word", lacking=True),
    **{
        name: _Unit(_WORD, "word")
        for name in (
            "hash_marks", "ellipses", "capital_words", "all_caps_words", "page_words", "url_chars",
            "hex_word_chars", "long_word_chars",
        )
    },
    **{
        name: _Unit(_CHARACTER, "character", lacking=True)
        for name in ("alphanumeric_chars", "letters")
    },
    **{
        name: _Unit(_CHARACTER, "character")
        for name in (
            "curly_brackets", "non_alphanumeric_chars", "upper_case_letters", "numeral_chars",
            "special_chars", "punctuation_chars", "bracket_chars", "traditional_chars",
            "replacement_chars",
        )
    },
}  # fmt: skip
_REPEATED = {
    **dict.fromkeys(("duplicate_lines", "duplicate_line_chars"), False),
    **dict.fromkeys(("unique_lines", "unique_line_chars"), False),
    **dict.fromkeys(("duplicate_paragraphs", "duplicate_paragraph_chars"), True),
    **dict.fromkeys(("unique_paragraphs", "unique_paragraph_chars"), True),
}
_NGRAMS = ("top_{}_gram_chars", "duplicate_{}_gram_chars", "repeated_word_{}_grams")


def quality_places(text: str, counted: Counted) -> list[Mark]:
    """Finds what a rule of *quality* has counted; nothing for a rule that points at no part.

    Args:
        text: as it was measured.
        counted: of the rule.

    Returns:
        Parts in order of their beginning; none overlap.

    >>> from corpus_pipeline.filters.quality.definitions import USUAL
    >>> bullets = Counted("bullet_lines", False, 0.9, USUAL, False, "zh")
    >>> quality_places("· 首页\\n今天下雨。", bullets)
    [Mark(start=0, stop=4, kind='bullet-line')]
    >>> quality_places("短。", Counted("mean_word_length", False, 5, USUAL, False, "zh"))
    []
    """
    measure = counted.measure
    if measure in _REPEATED:
        return repeated_parts(text, counted, paragraphs=_REPEATED[measure])
    family = family_of(measure)
    if family is not None and family[0] in _NGRAMS:
        top = family[0] == _NGRAMS[0]
        folded = family[0] == _NGRAMS[2]
        return repeated_ngrams(text, family[1], counted, top=top, folded=folded)
    if family is not None and family[0] == "repeated_char_{}_grams":
        return _repeated_strings(text, family[1])
    if measure in ("white_space", "longest_white_space"):
        return _white_space(text, counted)
    unit = _UNITS.get(measure)
    # Of what there is too little, the parts that lack it are shown; of lengths the long ones.
    if unit is None or unit.lacking != counted.lower:
        return []
    if unit.part == _LINE:
        parts = measured_lines(text, counted.prose)
    else:
        parts = [((a, b), text[a:b]) for a, b in _spans(text, unit.part, counted)]
    values = _values([part for _, part in parts], counted)
    if measure == "bullet_lines":
        values |= {part: 1 for _, part in parts if part.startswith(ITEM)}
    if unit.longest:
        least = max(values.values(), default=0) if counted.limit is None else counted.limit + 0.5
        wanted: Callable[[int], bool] = lambda value: value >= least  # noqa: E731
    elif unit.lacking:
        wanted = lambda value: value == 0  # noqa: E731
    else:
        wanted = lambda value: value > 0  # noqa: E731
    chosen = [span for span, part in parts if wanted(values.get(part, -1))]
    return [Mark(a, b, unit.kind) for a, b in _joined(chosen, unit.part == _CHARACTER)]


def repeated_ngrams(
    text: str, n: int, counted: Counted, top: bool = False, folded: bool = False
) -> list[Mark]:
    """Finds n-grams of words that occur more than once; overlapping ones are one part.

    Args:
        text: of the document.
        n: words of an n-gram.
        counted: how words are told apart, and whether only prose is looked at.
        top: only the one that occurs most often; of several the one with most characters.
        folded: words are compared without case.

    >>> from corpus_pipeline.filters.quality.definitions import USUAL
    >>> how = Counted("", False, None, USUAL, False, None)
    >>> text = "To be or not to be. 好好学习，好好学习"
    >>> [text[start:stop] for start, stop, _ in repeated_ngrams(text, 2, how)]
    ['好好学习', '好好学习']
    """
    data = text.encode()
    starts, ends = _word_spans(data, counted.definitions.of_ngrams.words)
    words = [data[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    if folded:
        words = [word.decode().casefold().encode() for word in words]
    names = _ngrams(words, n)
    if not len(names):
        return []
    characters = _characters_before(data)
    marked = np.bincount(names)[names] > 1
    if top:
        marked = names == _most_common(names, n, characters[ends] - characters[starts])
    elif counted.definitions.duplicate_ngrams in ("later", "later-covered"):
        marked[np.unique(names, return_index=True)[1]] = False
    covered = np.zeros(len(words), np.bool_)
    for k in range(n):
        covered[k : k + len(marked)] |= marked
    return [
        Mark(int(characters[starts[a]]), int(characters[ends[b - 1]]), "repeated-words")
        for a, b in _runs(covered)
    ]


def _ngrams(words: Sequence[bytes], n: int) -> NDArray[np.int64]:
    """Numbers the n-grams: equal ones, compared exactly, have one number."""
    numbers: dict[bytes, int] = {}
    ids = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)
    names = ids
    for k in range(1, n):
        if len(ids) <= k:
            return np.zeros(0, np.int64)
        pairs = names[:-1] * np.int64(len(words) + 1) + ids[k:]
        names = np.unique(pairs, return_inverse=True)[1].astype(np.int64)
    return names


def _most_common(names: NDArray[np.int64], n: int, sizes: NDArray[np.int64]) -> int:
    """Returns the n-gram that occurs most often, at least twice; -1: there is none.

    Of several it is the one with most characters in its occurrences, each counted once.
    """
    counts = np.bincount(names)
    if counts.max() < 2:
        return -1
    at = np.flatnonzero(counts[names] == counts.max())
    at = at[np.lexsort((at, names[at]))]
    first = np.append(True, np.diff(names[at]) != 0)
    begin = np.where(first, at, np.maximum(at, np.append(0, at[:-1]) + n))
    before = np.append(0, np.cumsum(sizes))
    covered = np.bincount(names[at], weights=before[at + n] - before[begin])
    return int(np.argmax(covered))


def repeated_parts(text: str, counted: Counted, paragraphs: bool) -> list[Mark]:
    """Finds lines, or paragraphs, that the text has had before; blanks in them do not count."""
    if not paragraphs:
        parts, kind = measured_lines(text, counted.prose), "repeated-line"
    else:
        kind = "repeated-paragraph"
        spans = (
            stripped(text, found.start(), found.end())
            for found in re.finditer(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*", text)
        )
        parts = [((a, b), text[a:b]) for a, b in spans]
    keys = [" ".join(part.split()) for _, part in parts]
    times = Counter(keys)
    seen: set[str] = set()
    found = []
    for key, ((a, b), _) in zip(keys, parts, strict=True):
        if times[key] > 1 and (key in seen or counted.definitions.duplicates == "all"):
            found.append(Mark(a, b, kind))
        seen.add(key)
    return found


def _repeated_strings(text: str, n: int) -> list[Mark]:
    """Finds strings of n characters that occur twice or more."""
    names = _ngrams([char.encode() for char in text], n)
    if not len(names):
        return []
    marked = np.bincount(names)[names] > 1
    covered = np.zeros(len(text), np.bool_)
    for k in range(n):
        covered[k : k + len(marked)] |= marked
    return [Mark(a, b, "repeated-words") for a, b in _runs(covered)]


def _white_space(text: str, counted: Counted) -> list[Mark]:
    """Finds runs of white space: those beyond the limit, or of two characters or more."""
    least = 2
    if counted.measure == "longest_white_space" and counted.limit is not None:
        least = int(counted.limit) + 1
    pattern = re.compile(rf"\s{{{least},}}")
    return [Mark(*found.span(), "white-space") for found in pattern.finditer(text)]


def _values(parts: Sequence[str], counted: Counted) -> dict[str, int]:
    """Measures each part alone, as the profile measures texts; what is not measured has -1."""
    from corpus_pipeline.filters.quality.measures import measure_quality
    from corpus_pipeline.filters.quality.more_measures import count_more

    different = list(dict.fromkeys(parts))[:_MAX_PARTS]
    texts = pa.array(different, pa.string())
    langs = pa.array([counted.language] * len(different), pa.string())
    name, how = counted.measure, counted.definitions
    if is_more(name) or name in how.replaced:
        codes = pa.array([counted.code_language] * len(different), pa.string())
        column = count_more(texts, langs, how, (name,), codes)[name]
    else:
        column = measure_quality(texts, langs, counted.prose, how)[name]
    return dict(zip(different, column.fill_null(-1).to_pylist(), strict=True))


def _spans(text: str, part: str, counted: Counted) -> list[Span]:
    """Cuts a text into its words or characters."""
    if part == _CHARACTER:
        return [(k, k + 1) for k, char in enumerate(text) if not char.isspace()]
    data = text.encode()
    starts, ends = _word_spans(data, counted.definitions.words)
    characters = _characters_before(data)
    return list(zip(characters[starts].tolist(), characters[ends].tolist(), strict=True))


def _word_spans(data: bytes, form: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Returns first bytes of words, and the bytes behind them, as a profile splits them."""
    from corpus_pipeline.filters.quality.word_split import split_document, word_room

    number = [*WORD_FORMS].index(form)
    room = word_room(len(data), number)
    starts, ends = np.empty(room, np.int32), np.empty(room, np.int32)
    classes = Definitions(words=form).classes()
    buffer = np.frombuffer(data, np.uint8)
    count = split_document(buffer, 0, len(data), number, classes, starts, ends)
    return starts[:count], ends[:count]


def _characters_before(data: bytes) -> NDArray[np.int64]:
    """int64[B + 1]: how many characters begin before each byte."""
    begins = (np.frombuffer(data, np.uint8) & 0xC0) != 0x80
    return np.append(0, np.cumsum(begins))


def _runs(mask: NDArray[Any]) -> list[Span]:
    """Returns the runs of true values.

    >>> _runs(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _joined(spans: list[Span], touching: bool) -> list[Span]:
    """Joins spans that touch, if asked to."""
    if not touching:
        return spans
    joined: list[Span] = []
    for start, stop in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], stop
        else:
            joined.append((start, stop))
    return joined
