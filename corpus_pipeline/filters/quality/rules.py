"""Quality rules: thresholds over the counts of `measures.py`. No text is read here.

A threshold is a decimal, compared exactly: 7 of 70 lines are a tenth, not more. A value equal to
its threshold passes, in every rule (Gopher's wording; datatrove's FineWeb filter drops it). A rule
whose threshold is None is off, and a null measure fails no rule.
"""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.text.languages import figures_for
from corpus_pipeline.thresholds import exact_threshold

#: Of a threshold, so that a count (31 bits) times its denominator fits 64 bits.
_DECIMALS = 9


@dataclasses.dataclass(frozen=True)
class QualityRules:
    """The thresholds of one language; each field is one rule, None turns it off.

    Integers are counts; floats are the ratios that `RULES` defines.

    Raises:
        ValueError: a threshold is out of its range, has more than nine decimals, or a lower bound
            exceeds its upper bound.
    """

    gopher_min_words: int | None = None
    gopher_max_words: int | None = None
    gopher_min_mean_word_length: float | None = None
    gopher_max_mean_word_length: float | None = None
    gopher_max_hash_marks: float | None = None
    gopher_max_ellipses: float | None = None
    gopher_max_bullet_lines: float | None = None
    gopher_max_ellipsis_lines: float | None = None
    gopher_min_words_with_letter: float | None = None
    gopher_min_stop_words: int | None = None
    gopher_max_duplicate_lines: float | None = None
    gopher_max_duplicate_paragraphs: float | None = None
    gopher_max_duplicate_line_chars: float | None = None
    gopher_max_duplicate_paragraph_chars: float | None = None
    gopher_max_top_2_gram_chars: float | None = None
    gopher_max_top_3_gram_chars: float | None = None
    gopher_max_top_4_gram_chars: float | None = None
    gopher_max_duplicate_5_gram_chars: float | None = None
    gopher_max_duplicate_6_gram_chars: float | None = None
    gopher_max_duplicate_7_gram_chars: float | None = None
    gopher_max_duplicate_8_gram_chars: float | None = None
    gopher_max_duplicate_9_gram_chars: float | None = None
    gopher_max_duplicate_10_gram_chars: float | None = None
    c4_max_chars: int | None = None
    c4_max_lorem_ipsum_lines: int | None = None
    c4_max_curly_lines: int | None = None
    c4_min_sentences: int | None = None
    fineweb_min_terminal_lines: float | None = None
    fineweb_max_short_lines: float | None = None
    fineweb_max_duplicate_line_chars: float | None = None
    fineweb_max_newlines: float | None = None
    code_min_lines: int | None = None
    code_max_lines: int | None = None
    code_max_line_length: int | None = None
    code_max_mean_line_length: float | None = None
    code_min_letters: float | None = None
    code_max_duplicate_line_chars: float | None = None
    quality_max_white_space: float | None = None
    quality_max_white_space_run: int | None = None
    quality_min_score: int | None = None

    def __post_init__(self) -> None:
        for rule in RULES:
            threshold = getattr(self, rule.field)
            if threshold is not None:
                _check(rule, threshold)
        for rule in RULES:
            upper = rule.field.replace("_min_", "_max_")
            low, high = getattr(self, rule.field), getattr(self, upper, None)
            if low is not None and high is not None and low > high:
                raise ValueError(f"{rule.field} {low} exceeds {upper} {high}; swap or drop one")


class Rule(NamedTuple):
    """One rule: a count, or a ratio of two counts, against the threshold in `field`."""

    reason: str
    field: str
    measure: str
    per: str | None = None
    unbounded: bool = False
    """The ratio may exceed 1."""

    @property
    def lower(self) -> bool:
        """The rule fails below its threshold."""
        return "_min_" in self.field


#: Every rule in the order of decision. The first that fails is the document's drop reason.
RULES = (
    Rule("gopher-too-few-words", "gopher_min_words", "words"),
    Rule("gopher-too-many-words", "gopher_max_words", "words"),
    Rule("gopher-mean-word-length-low", "gopher_min_mean_word_length", "word_chars", "words", True),
    Rule(
        "gopher-mean-word-length-high", "gopher_max_mean_word_length", "word_chars", "words", True
    ),
    Rule("gopher-too-many-hash-marks", "gopher_max_hash_marks", "hash_marks", "words", True),
    Rule("gopher-too-many-ellipses", "gopher_max_ellipses", "ellipses", "words", True),
    Rule("gopher-too-many-bullet-lines", "gopher_max_bullet_lines", "bullet_lines", "lines"),
    Rule("gopher-too-many-ellipsis-lines", "gopher_max_ellipsis_lines", "ellipsis_lines", "lines"),
    Rule(
        "gopher-too-few-words-with-letter",
        "gopher_min_words_with_letter",
        "words_with_letter",
        "words",
    ),
    Rule("gopher-too-few-stop-words", "gopher_min_stop_words", "stop_words"),
    Rule("gopher-duplicate-lines", "gopher_max_duplicate_lines", "duplicate_lines", "lines"),
    Rule(
        "gopher-duplicate-paragraphs",
        "gopher_max_duplicate_paragraphs",
        "duplicate_paragraphs",
        "paragraphs",
    ),
    Rule(
        "gopher-duplicate-line-chars",
        "gopher_max_duplicate_line_chars",
        "duplicate_line_chars",
        "word_chars",
    ),
    Rule(
        "gopher-duplicate-paragraph-chars",
        "gopher_max_duplicate_paragraph_chars",
        "duplicate_paragraph_chars",
        "word_chars",
    ),
    *(
        Rule(
            f"gopher-top-{n}-gram-chars",
            f"gopher_max_top_{n}_gram_chars",
            f"top_{n}_gram_chars",
            "word_chars",
        )
        for n in (2, 3, 4)
    ),
    *(
        Rule(
            f"gopher-duplicate-{n}-gram-chars",
            f"gopher_max_duplicate_{n}_gram_chars",
            f"duplicate_{n}_gram_chars",
            "word_chars",
        )
        for n in (5, 6, 7, 8, 9, 10)
    ),
    Rule("c4-too-many-chars", "c4_max_chars", "chars"),
    Rule("c4-lorem-ipsum", "c4_max_lorem_ipsum_lines", "c4_lorem_ipsum_lines"),
    Rule("c4-curly-bracket", "c4_max_curly_lines", "c4_curly_lines"),
    Rule("c4-too-few-sentences", "c4_min_sentences", "c4_kept_sentences"),
    Rule("fineweb-too-few-terminal-lines", "fineweb_min_terminal_lines", "terminal_lines", "lines"),
    Rule("fineweb-too-many-short-lines", "fineweb_max_short_lines", "short_lines", "lines"),
    Rule(
        "fineweb-duplicate-line-chars",
        "fineweb_max_duplicate_line_chars",
        "duplicate_line_chars",
        "word_chars",
    ),
    Rule("fineweb-too-many-newlines", "fineweb_max_newlines", "newlines", "words", True),
    Rule("code-too-few-lines", "code_min_lines", "lines"),
    Rule("code-too-many-lines", "code_max_lines", "lines"),
    Rule("code-line-too-long", "code_max_line_length", "longest_line"),
    Rule("code-mean-line-length-high", "code_max_mean_line_length", "chars", "lines", True),
    Rule("code-too-few-letters", "code_min_letters", "letters", "word_chars"),
    Rule(
        "code-duplicate-line-chars",
        "code_max_duplicate_line_chars",
        "duplicate_line_chars",
        "word_chars",
    ),
    Rule("quality-too-much-white-space", "quality_max_white_space", "white_space", "text_chars"),
    Rule("quality-white-space-run-too-long", "quality_max_white_space_run", "longest_white_space"),
    Rule("quality-score-low", "quality_min_score", "quality_score"),
)

#: All reasons, in the order of decision.
QUALITY_REASONS: tuple[str, ...] = tuple(rule.reason for rule in RULES)


@dataclasses.dataclass(frozen=True)
class QualityProfile:
    """Rules by language.

    >>> zh = QualityRules(gopher_min_words=80)
    >>> profile = QualityProfile("mine", QualityRules(gopher_min_words=50), {"zh": zh})
    >>> profile.rules_for("zh").gopher_min_words, profile.rules_for(None).gopher_min_words
    (80, 50)
    """

    name: str
    rules: QualityRules
    """For every language without rules of its own, and where the language is unknown."""
    languages: Mapping[str, QualityRules] = dataclasses.field(default_factory=dict)
    """Whole sets of rules by language; nothing is inherited from `rules` here."""
    prose: bool = False
    """The measures are taken of the prose, see `text.prose`; else of the whole text."""

    def rules_for(self, language: str | None) -> QualityRules:
        """Returns the rules for a label: `text.languages` says whose; None is unknown."""
        found = figures_for(tuple(self.languages)).find(language, by_writing=True)
        return self.rules if found is None else self.languages[found]


def quality_failures(
    measures: pa.RecordBatch, langs: pa.Array, profile: QualityProfile
) -> dict[str, NDArray[np.bool_]]:
    """Returns which rules each document fails: every reason of `QUALITY_REASONS` → bool[N].

    Args:
        measures: N rows with the columns of `quality.QUALITY_MEASURES` that the rules name which
            are on.
        langs: `string`, N languages or scripts (`und-Hani`); null takes the profile's rules for all
            languages.
        profile: the thresholds.

    Raises:
        ValueError: `measures` and `langs` differ in length.

    >>> from corpus_pipeline.filters.quality.measures import measure_quality
    >>> langs = pa.array(["en", "zh"])
    >>> measures = measure_quality(pa.array(["Too short.", "太短。"]), langs)
    >>> rules = QualityRules(gopher_min_words=3)
    >>> quality_failures(measures, langs, QualityProfile("short", rules))["gopher-too-few-words"]
    array([ True, False])
    """
    if measures.num_rows != len(langs):
        raise ValueError(
            f"measures and langs must have one length, got {measures.num_rows} and {len(langs)}"
        )
    encoded = langs.dictionary_encode()
    codes: list[str | None] = [*encoded.dictionary.to_pylist(), None]
    language = np.asarray(encoded.indices.fill_null(len(codes) - 1), np.int64)
    rules = [profile.rules_for(code) for code in codes]
    return {rule.reason: _fails(rule, rules, language, measures) for rule in RULES}


def _fails(
    rule: Rule, rules: list[QualityRules], language: NDArray[np.int64], measures: pa.RecordBatch
) -> NDArray[np.bool_]:
    thresholds = [getattr(each, rule.field) for each in rules]
    exact = [
        exact_threshold(0 if value is None else value, rule.field, _DECIMALS)
        for value in thresholds
    ]
    active = np.array([value is not None for value in thresholds])[language]
    if not active.any():
        return active
    count = measures.column(rule.measure)
    active &= np.asarray(count.is_valid())
    left = np.asarray(count.fill_null(0), np.int64)
    right = np.array([value.numerator for value in exact], np.int64)[language]
    if rule.per is not None:
        right = right * np.asarray(measures.column(rule.per).fill_null(0), np.int64)
    left = left * np.array([value.denominator for value in exact], np.int64)[language]
    return active & (left < right if rule.lower else left > right)


def _check(rule: Rule, threshold: object) -> None:
    """Raises ValueError if the threshold cannot be one of this rule."""
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise ValueError(f"{rule.field} must be a number or null, got {threshold!r}")
    if rule.per is None and not isinstance(threshold, int):
        raise ValueError(f"{rule.field} counts, so it must be an integer, got {threshold!r}")
    highest = None if rule.per is None or rule.unbounded else 1
    if not 0 <= threshold < 2**31 or (highest is not None and threshold > highest):
        limit = "at least 0" if highest is None else "from 0 to 1"
        raise ValueError(
            f"{rule.field} must be {limit}, got {threshold!r}; null turns the rule off"
        )
    exact_threshold(threshold, rule.field, _DECIMALS)
