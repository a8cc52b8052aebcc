"""The options of the line rules, and the published sets of them.

A published set gives every option that the configuration does not: `rules: c4` with `min_words: 3`
is C4 with lines of three words, and `policy: null` (or false) turns one rule off.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

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
}


class LinesOptions(Options):
    """Which lines go. Every rule is off unless it, or a set that has it, is named.

    >>> LinesOptions(rules="c4", min_words=3).min_words, LinesOptions(rules="c4").min_words
    (3, 5)
    >>> LinesOptions(rules="c4", policy=None).policy, LinesOptions().end_mark
    (False, None)
    """

    rules: Literal["c4", "fineweb", "refinedweb", "dclm"] | None = Field(
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
    javascript: bool = Field(False, description="lines that mention javascript go")
    policy: bool = Field(False, description="lines with phrases of cookie and policy notices go")
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
            # A line that is nothing but a citation has no words.
            "few_words": self.min_words is not None or self.citations,
            "few_chars": self.min_chars is not None,
            "javascript": self.javascript,
            "policy": self.policy,
            "counter": self.counters,
            "navigation": self.navigation,
            "pattern": bool(self.patterns or self.patterns_file),
            "book_matter": self.book_matter is not None,
            "repeated": self.repeated,
        }
        return frozenset(rule for rule, is_on in on.items() if is_on)

    @field_validator("max_uppercase", "max_digits", "max_removed_words")
    @classmethod
    def _exact(cls, value: float | None) -> float | None:
        if value is not None:
            exact_threshold(value, "a share")
        return value
