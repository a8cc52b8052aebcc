"""Quality rules: thresholds over the counts of `measures.py`. No text is read here.

A threshold is a decimal, compared exactly: 7 of 70 lines are a tenth, not more. A value equal to
its threshold passes, in every rule (Gopher's wording; datatrove's FineWeb filter drops it). A rule
whose threshold is None is off, and a null measure fails no rule.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.code.languages import language_type
from corpus_pipeline.filters.quality.columns import QUALITY_MEASURES
from corpus_pipeline.filters.quality.definitions import USUAL, Definitions
from corpus_pipeline.filters.quality.more_columns import PROGRAM_MEANINGS, SCALES
from corpus_pipeline.filters.quality.rule_table import RULES, Rule
from corpus_pipeline.text.languages import figures_for
from corpus_pipeline.thresholds import exact_threshold

#: Of a threshold, so that a count (31 bits) times its denominator fits 64 bits.
_DECIMALS = 9


@dataclasses.dataclass(frozen=True)
class QualityRules:
    """The thresholds of one language; each field is one rule, None turns it off.

    Integers are counts; floats are the ratios that `rule_table.RULES` defines.

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
    code_max_bytes: int | None = None
    code_max_generated_lines: int | None = None
    code_max_xml_declarations: int | None = None
    code_max_encoded_run: int | None = None
    code_max_encoded: float | None = None
    code_max_replacement_chars: float | None = None
    code_min_comments: float | None = None
    code_max_comments: float | None = None
    code_max_strings: float | None = None
    code_max_long_words: float | None = None
    code_max_long_strings: float | None = None
    code_max_hex_words: float | None = None
    code_max_prompts: float | None = None
    code_max_asserts: float | None = None
    code_max_prints: float | None = None
    code_max_imports: float | None = None
    code_max_passes: float | None = None
    code_max_directives: float | None = None
    code_min_visible_chars: int | None = None
    code_min_visible: float | None = None
    text_min_chars: int | None = None
    text_min_alphanumeric: float | None = None
    text_max_non_alphanumeric: float | None = None
    text_max_upper_case: float | None = None
    text_max_digits: float | None = None
    text_max_special_chars: float | None = None
    text_max_punctuation: float | None = None
    text_max_brackets: float | None = None
    text_max_urls: float | None = None
    text_min_sentences: int | None = None
    text_min_paragraphs: int | None = None
    text_min_long_lines: int | None = None
    text_min_mean_line_length: float | None = None
    text_min_line_length: int | None = None
    text_max_word_length: int | None = None
    text_min_distinct_words: float | None = None
    text_min_word_entropy: float | None = None
    text_max_word_entropy: float | None = None
    text_min_stop_words: float | None = None
    text_max_capital_words: float | None = None
    text_max_all_caps_words: float | None = None
    text_max_repeated_chars: float | None = None
    text_max_repeated_words: float | None = None
    text_min_unique_lines: float | None = None
    text_min_unique_line_chars: float | None = None
    text_min_unique_paragraphs: float | None = None
    text_min_unique_paragraph_chars: float | None = None
    text_max_javascript_lines: int | None = None
    text_max_lorem_ipsum_lines: int | None = None
    text_max_policy_lines: float | None = None
    text_max_curly_brackets: int | None = None
    chinese_min_han: float | None = None
    chinese_max_traditional: float | None = None
    chinese_max_duplicate_13_gram_chars: float | None = None
    quality_max_white_space: float | None = None
    quality_max_white_space_run: int | None = None
    quality_min_score: int | None = None

    def __post_init__(self) -> None:
        for mistake in wrong_thresholds(vars(self)):
            raise ValueError(mistake)


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
    definitions: Definitions = USUAL
    """How things are counted."""
    counted: Mapping[str, tuple[str, str | None]] = dataclasses.field(default_factory=dict)
    """Rule's field -> measure, and what it is divided by, where the rule compares other ones."""
    code_languages: Mapping[str, QualityRules] = dataclasses.field(default_factory=dict)
    """Whole sets of rules by programming language, or by its type; they hold whatever the other
    language is."""
    counted_in: Mapping[str, Mapping[str, tuple[str, str | None]]] = dataclasses.field(
        default_factory=dict
    )
    """The same by language, of those of `languages` in which a rule compares yet others."""

    def compares(self, rule: Rule, language: str | None = None) -> tuple[str, str | None]:
        """Returns the measure that a rule compares in a language, and what it is divided by."""
        if self.counted_in:
            found = figures_for(tuple(self.languages)).find(language, by_writing=True)
            own = self.counted_in.get(found or "", {}).get(rule.field)
            if own is not None:
                return own
        return self.counted.get(rule.field, (rule.measure, rule.per))

    @cached_property
    def more(self) -> tuple[str, ...]:
        """Measures beyond `QUALITY_MEASURES` that rules of this profile compare.

        >>> QualityProfile("mine", QualityRules(text_max_digits=0.2)).more
        ('numeral_chars', 'whole_chars')
        """
        return tuple(name for name in self.compared if name not in QUALITY_MEASURES.names)

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """Measures that the rules of this profile compare, in any language."""
        languages = (None, *self.languages)
        names = [
            name
            for rule in RULES
            for language in languages
            if any(
                getattr(rules, rule.field) is not None
                for rules in (self.rules_for(language), *self.code_languages.values())
            )
            for name in self.compares(rule, language)
            if name is not None
        ]
        return tuple(dict.fromkeys(names))

    @property
    def asks_for_code_language(self) -> bool:
        """Says whether a verdict depends on the programming language of a document."""
        return bool(self.code_languages or PROGRAM_MEANINGS.keys() & {*self.more})

    def rules_for(self, language: str | None, code_language: str | None = None) -> QualityRules:
        """Returns the rules for a label: `text.languages` says whose; None is unknown.

        A programming language with rules of its own, or of its type, goes before.
        """
        for name in (code_language, language_type(code_language)):
            if name is not None and name in self.code_languages:
                return self.code_languages[name]
        found = figures_for(tuple(self.languages)).find(language, by_writing=True)
        return self.rules if found is None else self.languages[found]


def quality_failures(
    measures: pa.RecordBatch,
    langs: pa.Array,
    profile: QualityProfile,
    code_languages: pa.Array | None = None,
) -> dict[str, NDArray[np.bool_]]:
    """Returns which rules each document fails: every reason of `QUALITY_REASONS` → bool[N].

    Args:
        measures: N rows with the columns that the rules name: those of `QUALITY_MEASURES`, and
            `profile.more`.
        langs: `string`, N languages or scripts (`und-Hani`); null takes the profile's rules for all
            languages.
        profile: the thresholds.
        code_languages: `string`, N programming languages; null or None where none is known.

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
    names, language = _numbered(langs)
    labels: list[tuple[str | None, str | None]] = [(name, None) for name in names]
    if profile.code_languages and code_languages is not None:
        codes, code = _numbered(code_languages)
        labels = [(name, other) for other in codes for name in names]
        language = code * len(names) + language
    rules = [profile.rules_for(*label) for label in labels]
    return {
        rule.reason: _fails(
            rule, [profile.compares(rule, name) for name, _ in labels], rules, language, measures
        )
        for rule in RULES
    }


def _numbered(labels: pa.Array) -> tuple[list[str | None], NDArray[np.int64]]:
    """Returns the different labels, None the last, and the number of each of N."""
    encoded = labels.dictionary_encode()
    names: list[str | None] = [*encoded.dictionary.to_pylist(), None]
    return names, np.asarray(encoded.indices.fill_null(len(names) - 1), np.int64)


def _fails(
    rule: Rule,
    compared: list[tuple[str, str | None]],
    rules: list[QualityRules],
    language: NDArray[np.int64],
    measures: pa.RecordBatch,
) -> NDArray[np.bool_]:
    """Compares a rule's measures, which languages may have of their own, with its thresholds."""
    failed = np.zeros(len(language), np.bool_)
    for measure, per in dict.fromkeys(compared):
        thresholds = [
            getattr(each, rule.field) if own == (measure, per) else None
            for own, each in zip(compared, rules, strict=True)
        ]
        active = np.array([value is not None for value in thresholds])[language]
        if not active.any():
            continue
        count = measures.column(measure)
        active &= np.asarray(count.is_valid())
        exact = [
            exact_threshold(0 if value is None else value, rule.field, _DECIMALS)
            * SCALES.get(measure, 1)
            for value in thresholds
        ]
        left = np.asarray(count.fill_null(0), np.int64)
        right = np.array([value.numerator for value in exact], np.int64)[language]
        if per is not None:
            right = right * np.asarray(measures.column(per).fill_null(0), np.int64)
        left = left * np.array([value.denominator for value in exact], np.int64)[language]
        failed |= active & (left < right if rule.lower else left > right)
    return failed


def wrong_thresholds(values: Mapping[str, Any]) -> Iterator[str]:
    """Yields in a line each what is wrong with thresholds, by the name of their rule.

    >>> list(wrong_thresholds({"gopher_min_words": "50", "c4_min_words": 1.5}))[0]
    "gopher_min_words must be a number or null, got '50'"
    """
    good = {}
    for rule in RULES:
        if (threshold := values.get(rule.field)) is not None:
            try:
                _check(rule, threshold)
                good[rule.field] = threshold
            except ValueError as error:
                yield str(error)
    for field, low in good.items():
        upper = field.replace("_min_", "_max_")
        if (high := good.get(upper)) is not None and low > high:
            yield f"{field} {low} exceeds {upper} {high}; swap or drop one"


def _check(rule: Rule, threshold: object) -> None:
    """Raises ValueError if the threshold cannot be one of this rule."""
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise ValueError(f"{rule.field} must be a number or null, got {threshold!r}")
    if rule.per is None and not rule.unbounded and not isinstance(threshold, int):
        raise ValueError(f"{rule.field} counts, so it must be an integer, got {threshold!r}")
    highest = None if rule.per is None or rule.unbounded else 1
    if not 0 <= threshold < 2**31 or (highest is not None and threshold > highest):
        limit = "at least 0" if highest is None else "from 0 to 1"
        raise ValueError(
            f"{rule.field} must be {limit}, got {threshold!r}; null turns the rule off"
        )
    exact_threshold(threshold, rule.field, _DECIMALS)
