"""The options of the line rules, and the published sets of them.

A published set gives every option that the configuration does not: `rules: c4` with `min_words: 3`
is C4 with lines of three words, and `policy: null` (or false) turns one rule off.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from corpus_pipeline.filters.lines.columns import RULES
from corpus_pipeline.nearest import meant
from corpus_pipeline.steps import Options
from corpus_pipeline.thresholds import exact_threshold

_REFINEDWEB: Mapping[str, Any] = {
    "max_uppercase": 0.5,
    "max_digits": 0.999999,
    "min_words": 2,
    "counters": True,
    "navigation": True,
    "max_removed_words": 0.05,
}
#: What each published set turns on. Whose numbers they are: docs/steps/lines.md.
PUBLISHED: Mapping[str, Mapping[str, Any]] = {
    "c4": {
        "end_mark": "c4",
        "min_words": 5,
        "max_word_chars": 1000,
        "javascript": True,
        "policy": True,
        "citations": True,
        "max_blank_lines": 0,
    },
    "fineweb": {
        "min_words": 3,
        "max_word_chars": 1000,
        "javascript": True,
        "policy": True,
        "citations": True,
        "max_blank_lines": 0,
    },
    "refinedweb": _REFINEDWEB,
    "dclm": {**_REFINEDWEB, "max_blank_lines": 1},
    "map-neo": {
        "end_mark": "c4",
        "min_words": 3,
        "javascript": True,
        "lorem_ipsum": True,
        "max_listed_words": 0,
    },
}


class LinesOptions(Options):
    """Which lines go. Every rule is off unless it, or a set that has it, is named.

    >>> LinesOptions(rules="c4", min_words=3).min_words, LinesOptions(rules="c4").min_words
    (3, 5)
    >>> LinesOptions(rules="c4", policy=None).policy, LinesOptions().end_mark
    (False, None)
    """

    rules: Literal["c4", "fineweb", "refinedweb", "dclm", "map-neo"] | None = Field(
        None, description="published set that gives all options below that are not given here"
    )
    end_mark: Literal["c4", "prose"] | None = Field(
        None,
        description="a line must end in a mark that ends a sentence: `c4`, the mark itself; "
        "`prose`, quotation marks, brackets and footnotes may follow it",
    )
    min_words: int | None = Field(None, ge=0, description="fewest words of a line")
    min_chars: int | None = Field(None, ge=0, description="fewest characters of a line")
    max_word_chars: int | None = Field(
        None, ge=1, description="a line with a longer word goes (characters)"
    )
    max_uppercase: float | None = Field(
        None, ge=0, le=1, description="largest share of capitals among the characters of a line"
    )
    max_digits: float | None = Field(
        None, ge=0, le=1, description="largest share of digits among the characters of a line"
    )
    min_han: float | None = Field(
        None,
        ge=0,
        le=1,
        description="smallest share of Chinese characters among the letters and numerals of a line",
    )
    max_private_use: float | None = Field(
        None,
        ge=0,
        le=1,
        description="largest share of characters of private use and of U+FFFD in a line",
    )
    javascript: bool = Field(False, description="lines that mention javascript go")
    lorem_ipsum: bool = Field(False, description="lines with lorem ipsum go")
    policy: bool = Field(False, description="lines with phrases of cookie and policy notices go")
    advertisements: bool = Field(
        False,
        description="lines of at most 20 words or 60 characters with a phrase of advertisements go "
        "(`扫码关注`, `call now`)",
    )
    counters: bool = Field(False, description="lines that are counters (`3 likes`) go")
    navigation: bool = Field(
        False,
        description="phrases such as `Read more...` are cut out of lines of at most 10 words or "
        "20 characters",
    )
    citations: bool = Field(False, description="[1], [edit], [citation needed] are cut out")
    patterns: tuple[str, ...] = Field(
        (), description="regular expressions (RE2); a line where one is found goes"
    )
    patterns_file: str | None = Field(
        None, description="path of a file of such expressions, one a line; # begins a comment"
    )
    max_listed_words: int | None = Field(
        None, ge=0, description="listed words that a line may have, by the document's language"
    )
    word_lists: str | None = Field(
        None,
        description="folder of LANGUAGE.txt files of these; default: the shipped LDNOOBW lists",
    )
    book_matter: Literal["gutenberg"] | None = Field(
        None,
        description="what stands around a book and is no part of it goes: `gutenberg`, headers, "
        "small print, credits, transcriber's notes and licences of Project Gutenberg",
    )
    repeated: bool = Field(False, description="a line that the document had before goes")
    max_blank_lines: int | None = Field(
        None, ge=0, description="blank lines that may stay between two lines"
    )
    max_removed_words: float | None = Field(
        None,
        ge=0,
        le=1,
        description="a document that would lose a larger share of its words is dropped",
    )
    max_lines: dict[str, float] = Field(
        {},
        description="rule: share of the lines that it may be the first to take; of a document "
        "where it takes more all goes",
    )
    remove: bool = Field(
        True, description="false: lines are judged and counted, and all of them stay"
    )

    @model_validator(mode="before")
    @classmethod
    def _published(cls, content: Any) -> Any:
        """Fills in what the named set says; null turns a rule off."""
        if not isinstance(content, Mapping):
            return content
        given = {
            key: cls.model_fields[key].default
            if value is None and key in cls.model_fields
            else value
            for key, value in content.items()
        }
        name = given.get("rules")
        known = PUBLISHED.get(name, {}) if isinstance(name, str) else {}
        return {**known, **given}

    @property
    def active(self) -> frozenset[str]:
        """Names of `columns.RULES` that can remove a line.

        >>> sorted(LinesOptions(min_words=2, javascript=True).active)
        ['few_words', 'javascript']
        """
        on = {
            "word_too_long": self.max_word_chars is not None,
            "no_end_mark": self.end_mark is not None,
            "uppercase": self.max_uppercase is not None,
            "digits": self.max_digits is not None,
            "little_han": self.min_han is not None,
            "private_use": self.max_private_use is not None,
            # A line that is nothing but a citation has no words.
            "few_words": self.min_words is not None or self.citations,
            "few_chars": self.min_chars is not None,
            "javascript": self.javascript,
            "lorem_ipsum": self.lorem_ipsum,
            "policy": self.policy,
            "advertisement": self.advertisements,
            "counter": self.counters,
            "navigation": self.navigation,
            "pattern": bool(self.patterns or self.patterns_file),
            "listed_words": self.max_listed_words is not None,
            "book_matter": self.book_matter is not None,
            "repeated": self.repeated,
        }
        return frozenset(rule for rule, is_on in on.items() if is_on)

    @field_validator(
        "max_uppercase", "max_digits", "min_han", "max_private_use", "max_removed_words"
    )
    @classmethod
    def _exact(cls, value: float | None) -> float | None:
        if value is not None:
            exact_threshold(value, "a share")
        return value

    @field_validator("max_lines")
    @classmethod
    def _shares(cls, value: dict[str, float]) -> dict[str, float]:
        for rule, share in value.items():
            if rule not in RULES:
                raise ValueError(f"no rule is called {rule!r}; {meant(rule, RULES)}")
            if not 0 <= share <= 1:
                raise ValueError(f"{rule} must be a share from 0 to 1, got {share}")
            exact_threshold(share, "a share")
        return value

    @model_validator(mode="after")
    def _on(self) -> "LinesOptions":
        """Refuses limits of rules that are off: they would never fail."""
        for rule in self.max_lines:
            if rule not in self.active:
                raise ValueError(
                    f"max_lines: the rule {rule} is off; switch it on, or leave it out"
                )
        return self
