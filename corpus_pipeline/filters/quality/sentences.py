"""What is said of a document that fails a rule of *quality*: `wording` fills the figures in.

What begins with `of` is said of a share: "45 % of its lines are repeats (19 of 42)".
"""

import re
from collections.abc import Mapping
from typing import Any

from corpus_pipeline.filters.quality.columns import (
    DUPLICATE_ORDERS,
    MEANINGS,
    PROSE_MEANINGS,
    TOP_ORDERS,
    WHOLE_MEANINGS,
)
from corpus_pipeline.filters.quality.more_columns import SCALES, more_field
from corpus_pipeline.filters.quality.rule_table import RULES, Rule
from corpus_pipeline.wording import filled

_SAID = {
    "gopher-too-few-words": "it has {count:,} words",
    "gopher-too-many-words": "it has {count:,} words",
    "gopher-mean-word-length-low": "its words have {value:,} characters on average",
    "gopher-mean-word-length-high": "its words have {value:,} characters on average",
    "gopher-too-many-hash-marks": "it has {count:,} hash marks in {total:,} words, that is "
    "{value:,} for each word",
    "gopher-too-many-ellipses": "it has ellipses {count:,} times in {total:,} words, that is "
    "{value:,} for each word",
    "gopher-too-many-bullet-lines": "of its lines begin with a bullet",
    "gopher-too-many-ellipsis-lines": "of its lines end in an ellipsis",
    "gopher-too-few-words-with-letter": "of its words have a letter",
    "gopher-too-few-stop-words": "it has {count:,} different stop words of its language",
    "gopher-duplicate-lines": "of its lines are repeats",
    "gopher-duplicate-paragraphs": "of its paragraphs are repeats",
    "gopher-duplicate-line-chars": "of its characters stand in repeated lines",
    "gopher-duplicate-paragraph-chars": "of its characters stand in repeated paragraphs",
    **{
        f"gopher-top-{n}-gram-chars": "of its characters stand in the sequence of "
        f"{n} words that occurs most often"
        for n in TOP_ORDERS
    },
    **{
        f"gopher-duplicate-{n}-gram-chars": "of its characters stand in sequences of "
        f"{n} words that occur twice or more"
        for n in DUPLICATE_ORDERS
    },
    "c4-too-many-chars": "it has {count:,} characters",
    "c4-lorem-ipsum": "it has {count:,} lines with lorem ipsum",
    "c4-curly-bracket": "it has {count:,} lines with a curly bracket",
    "c4-too-few-sentences": "the lines that C4 would keep of it have {count:,} sentences",
    "fineweb-too-few-terminal-lines": "of its lines end in a mark that can end a sentence",
    "fineweb-too-many-short-lines": "of its lines are short",
    "fineweb-duplicate-line-chars": "of its characters stand in repeated lines",
    "fineweb-too-many-newlines": "it has {count:,} line feeds in {total:,} words, that is "
    "{value:,} for each word",
    "code-too-few-lines": "it has {count:,} lines",
    "code-too-many-lines": "it has {count:,} lines",
    "code-line-too-long": "its longest line has {count:,} characters",
    "code-mean-line-length-high": "its lines have {value:,} characters on average",
    "code-too-few-letters": "of its characters are letters",
    "code-duplicate-line-chars": "of its characters stand in repeated lines",
    "code-too-large": "it has {count:,} bytes",
    "code-generated": "{count:,} of its first lines say that a program has written it",
    "code-xml": "it begins as XML does, with {count:,} declarations",
    "code-encoded-run-too-long": "its longest run of encoded data has {count:,} characters",
    "code-too-much-encoded-data": "of its characters are encoded data",
    "code-damaged": "of its characters could not be decoded",
    "code-too-few-comments": "of its characters stand in comments",
    "code-too-many-comments": "of its characters stand in comments",
    "code-too-many-strings": "of its characters outside comments stand in strings",
    "code-long-words": "of its characters outside comments are long words in strings",
    "code-long-strings": "of its lines of code are strings of many words",
    "code-hex-words": "of its characters outside comments are hexadecimal words",
    "code-prompts": "of its lines have a comment such as TODO",
    "code-asserts": "of its lines of code assert something",
    "code-prints": "of its lines of code print something",
    "code-imports": "of its lines of code import something",
    "code-passes": "of its lines of code do nothing (pass)",
    "code-directives": "of its lines of code are directives",
    "code-too-little-visible-text": "its reader would see {count:,} characters of it",
    "code-visible-share-low": "of its characters would be seen by a reader",
    "text-too-short": "it has {count:,} characters",
    "text-too-few-alphanumeric": "of its characters are letters or numerals",
    "text-too-many-other-characters": "of its characters are neither letters, digits nor usual "
    "marks",
    "text-too-many-capitals": "of its letters are capitals",
    "text-too-many-digits": "of its characters are numerals",
    "text-too-many-special-characters": "of its characters are no letters",
    "text-too-much-punctuation": "of its characters are punctuation marks",
    "text-too-many-brackets": "of its characters are brackets",
    "text-too-many-urls": "of its characters stand in web addresses",
    "text-too-few-sentences": "it has {count:,} sentences",
    "text-too-few-paragraphs": "it has {count:,} paragraphs",
    "text-too-few-long-lines": "it has {count:,} long lines",
    "text-mean-line-length-low": "its lines have {value:,} characters on average",
    "text-lines-too-short": "its longest line has {count:,} characters",
    "text-word-too-long": "its longest word has {count:,} characters",
    "text-too-few-distinct-words": "of its words are different ones",
    "text-word-entropy-low": "its words have an entropy of {value:,} nats",
    "text-word-entropy-high": "its words have an entropy of {value:,} nats",
    "text-stop-word-share-low": "of its words are stop words of its language",
    "text-too-many-capital-words": "of its words begin with a capital",
    "text-too-many-words-in-capitals": "of its words are in capitals",
    "text-repeated-characters": "of its strings of 10 characters are the most repeated ones",
    "text-repeated-words": "of its sequences of 10 words occur twice or more",
    "text-too-few-unique-lines": "of its lines are different ones",
    "text-too-few-unique-line-characters": "of the characters of its lines stand in different ones",
    "text-too-few-unique-paragraphs": "of its paragraphs are different ones",
    "text-too-few-unique-paragraph-characters": "of the characters of its paragraphs stand in "
    "different ones",
    "text-javascript": "it has {count:,} lines that mention javascript",
    "text-lorem-ipsum": "it has {count:,} lines with lorem ipsum",
    "text-too-many-policy-lines": "of its lines have a phrase of cookie and policy notices",
    "text-curly-bracket": "it has curly brackets {count:,} times",
    "chinese-too-little-han": "of its letters and numerals are Chinese characters",
    "chinese-too-traditional": "of its characters that tell simplified from traditional Chinese "
    "are traditional",
    "chinese-duplicate-13-gram-chars": "of its characters stand in sequences of 13 words that "
    "occur twice or more",
    "quality-too-much-white-space": "of its characters are white space",
    "quality-white-space-run-too-long": "its longest run of white space has {count:,} characters",
    "quality-score-low": "its quality score is {count:,}, where 500 is that of a usual good page",
}


def _template(rule: Rule, said: str) -> str:
    """Adds the counts behind a share, and what the rule allows or asks for."""
    sign = "," if rule.per is None or rule.unbounded else "%"
    if said.startswith("of "):
        said = f"{{value:%}} {said} ({{count:,}} of {{total:,}})"
    return f"{said}{_limit(rule, sign)}"


def _limit(rule: Rule, sign: str) -> str:
    asks = f"asks for {{limit:{sign}}} at least" if rule.lower else f"allows {{limit:{sign}}}"
    return f"[; the rule {{rule}} {asks}]"


#: Reason -> what is said of a document that fails the rule.
QUALITY_SENTENCES: Mapping[str, str] = {
    rule.reason: _template(rule, _SAID[rule.reason]) for rule in RULES
}


def quality_sentence(
    rule: Rule,
    row: Mapping[str, Any],
    measure: str,
    per: str | None,
    limit: float | None,
    name: str,
) -> str:
    """Says why a document failed a rule of *quality*.

    Args:
        rule: that failed.
        row: of the ledger, with the measures.
        measure: which the profile compares; where it is not the rule's own its meaning is told.
        per: what it is divided by.
        limit: the threshold; None: not known. One that the measure keeps is not the one that the
            document was judged by, and is left out.
        name: of the rule, in the sentence.

    >>> rule = next(rule for rule in RULES if rule.reason == "gopher-duplicate-lines")
    >>> row = {"duplicate_lines": 19, "lines": 42}
    >>> quality_sentence(rule, row, "duplicate_lines", "lines", 0.3, rule.reason)
    '45 % of its lines are repeats (19 of 42); the rule gopher-duplicate-lines allows 30 %'
    """
    count, total = row.get(measure), None if per is None else row.get(per)
    if count is None or (per is not None and total is None):
        return f"the rule {name} drops it; {measure if count is None else per} is not stored"
    value = count / SCALES.get(measure, 1) if total is None else count / max(1, total)
    if limit is not None and total != 0 and not (value < limit if rule.lower else value > limit):
        limit = None
    figures = {"rule": name, "count": count, "total": total, "value": value, "limit": limit}
    return filled(_sentence(rule, measure, per, total), figures)


def _sentence(rule: Rule, measure: str, per: str | None, total: int | None) -> str:
    """Returns the template of a rule, as a profile counts it."""
    sign = "," if rule.per is None or rule.unbounded else "%"
    if per is not None and not total:
        # What is nowhere is no share of anything; the rule compares the counts.
        return f"it has no {_meaning(per)}{_limit(rule, sign)}"
    if (measure, per) == (rule.measure, rule.per):
        return QUALITY_SENTENCES[rule.reason]
    if per is None:
        return f"it has {{value:,}} {_meaning(measure)}{_limit(rule, sign)}"
    counts = f"it has {{count:,}} {_meaning(measure)} to {{total:,}} {_meaning(per)}"
    return f"{counts}, that is {{value:{sign}}}{_limit(rule, sign)}"


def _meaning(measure: str) -> str:
    known = {**MEANINGS, **PROSE_MEANINGS, **WHOLE_MEANINGS}.get(measure)
    if known is None:
        known = (more_field(measure).metadata or {})[b"meaning"].decode()
    # Brackets and braces have a meaning of their own in templates.
    return re.sub(r"[][{}]", "bracket", known.split(";")[0])
