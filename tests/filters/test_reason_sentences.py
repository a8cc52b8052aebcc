"""Every reason of every step of the package has a sentence, in plain words and whole."""

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

from corpus_pipeline.filters.classifier.step import ClassifierOptions
from corpus_pipeline.filters.keywords.step import Keywords, KeywordSection
from corpus_pipeline.filters.quality.rule_table import RULES
from corpus_pipeline.filters.quality.sentences import QUALITY_SENTENCES
from corpus_pipeline.filters.quality.step import Quality, QualitySection
from corpus_pipeline.flow import known_steps, ledger_schema
from corpus_pipeline.steps import Step

REASONS = [(name, reason) for name, step in known_steps().items() for reason in step.reasons]


def row_of(value: Any) -> dict[str, Any]:
    """A row of the ledger in which every column has a value."""
    row: dict[str, Any] = {}
    columns = {field.name: field.type for field in ledger_schema()}
    for step in known_steps().values():
        columns |= {field.name: field.type for field in (*step.columns, *step.optional_columns)}
    for name, type_ in columns.items():
        row[name] = None
        if value is not None:
            row[name] = "x" if pa.types.is_string(type_) else value
            row[name] = None if pa.types.is_list(type_) or pa.types.is_binary(type_) else row[name]
    return {**row, "source": "a", "metadata": None, "reasons": None}


#: Of steps that do not stand without options.
OPTIONS = {"classifier": ClassifierOptions(column="score")}


def told(name: str, reason: str, row: Mapping[str, Any], known: bool) -> str:
    step = known_steps()[name](OPTIONS.get(name))
    return step.sentence(reason, row, "text", known)


@pytest.mark.parametrize(("name", "reason"), REASONS)
def test_every_reason_has_a_sentence_of_its_own(name: str, reason: str) -> None:
    step = known_steps()[name]
    assert [*step.sentences] == [*step.reasons]
    for known in (True, False):
        said = told(name, reason, row_of(7), known)
        assert not re.search(r"[{}\[\]]|None", said.replace("[en, zh]", "")), said
        assert re.match(r"[a-z0-9]", said), said
        assert not said.endswith((".", ":", ";"))
    # Where nothing is stored it says that the rule has decided.
    assert "None" not in told(name, reason, row_of(None), False)


def test_the_sentences_of_quality_are_those_of_its_rules() -> None:
    assert [*QUALITY_SENTENCES] == [rule.reason for rule in RULES]


QUALITY = Quality(QualitySection(profile="gopher"))


@pytest.mark.parametrize(
    ("reason", "row", "expected"),
    [
        ("gopher-duplicate-lines", {"duplicate_lines": 19, "lines": 42},
         "45 % of its lines are repeats (19 of 42); the rule gopher-duplicate-lines allows 30 %"),
        ("gopher-duplicate-lines", {"duplicate_lines": 3001, "lines": 10_000},
         "30.01 % of its lines are repeats (3,001 of 10,000); "
         "the rule gopher-duplicate-lines allows 30 %"),
        ("gopher-too-few-words", {"words": 1},
         "it has 1 word; the rule gopher-too-few-words asks for 50 at least"),
        ("gopher-too-few-words", {"words": 0},
         "it has 0 words; the rule gopher-too-few-words asks for 50 at least"),
        # A threshold that is kept is not the one that the document was judged by.
        ("gopher-too-few-words", {"words": 70}, "it has 70 words"),
        ("gopher-too-few-words", {},
         "the rule gopher-too-few-words drops it; words is not stored"),
        ("gopher-too-few-words-with-letter", {"words_with_letter": 0, "words": 0},
         "it has no words; the rule gopher-too-few-words-with-letter asks for 80 % at least"),
        ("gopher-mean-word-length-high", {"word_chars": 1234, "words": 100},
         "its words have 12 characters on average; "
         "the rule gopher-mean-word-length-high allows 10"),
        ("gopher-too-many-hash-marks", {"hash_marks": 30, "words": 100},
         "it has 30 hash marks in 100 words, that is 0.3 for each word; "
         "the rule gopher-too-many-hash-marks allows 0.1"),
    ],
)  # fmt: skip
def test_quality(reason: str, row: dict[str, Any], expected: str) -> None:
    assert QUALITY.sentence(reason, {"lang": "en", "source": "a", **row}, None) == expected


@pytest.mark.parametrize(
    ("name", "reason", "row", "expected"),
    [
        ("dedup", "exact-duplicate", {"duplicate_of": "0:3"}, "it has the same text as 0:3"),
        ("dedup", "document-duplicate", {"partner": "0:3", "jaccard": 0.91},
         "it is a near copy of 0:3, with a similarity of 0.91; "
         "the rule document-duplicate takes 0.7 and more"),
        ("dedup", "document-duplicate", {"partner": "0:3", "jaccard": None},
         "it is a near copy of 0:3; the rule document-duplicate takes 0.7 and more"),
        ("language", "language-low-score", {"lang": "zh", "lang_score": 0.4},
         "its language seems to be zh, with a score of 0.4; "
         "the rule language-low-score asks for 0.46 at least"),
        ("language", "language-not-kept", {"lang": "fr", "lang_score": 0.9},
         "its language is fr, with a score of 0.9"),
        ("read", "read-broken-json", {"metadata": None}, "the line or object is not JSON"),
        ("extract", "extract-too-large", {},
         "the page has more than extract.max_html_bytes (longer than 10MiB)"),
        ("token_count", "token-count-too-small", {"token_count": 3}, "it has 3 tokens"),
        ("classifier", "classifier-score-missing", {}, "it has no score of the classifier"),
    ],
)  # fmt: skip
def test_other_steps(name: str, reason: str, row: dict[str, Any], expected: str) -> None:
    assert told(name, reason, {"lang": None, "source": "a", **row}, True) == expected


def test_density_of_keywords() -> None:
    step = Keywords(KeywordSection())
    row = {"keyword_hits": 4, "keyword_distinct": 3, "lang": "zh", "source": "a"}
    assert step.sentence("keywords-too-dense", row, "字" * 200) == (
        "it has 4 listed words, 20 for each 1,000 characters; the rule keywords-too-dense allows 5"
    )


def test_a_labelled_step_names_its_own_rule() -> None:
    step = Quality(QualitySection(profile="gopher"), label="again")
    said = step.sentence("gopher-too-few-words", {"words": 3, "lang": "en", "source": "a"}, None)
    assert said == "it has 3 words; the rule again-gopher-too-few-words asks for 50 at least"


class Own(Step):
    """A step that says nothing of its reasons."""

    name = "own"
    reasons = ("odd",)


class Telling(Own):
    """A step that says figures."""

    def explain(self, reason: str, row: Any, text: Any, known: bool = True) -> str:
        """Says them."""
        return "stars 3 < 5"


def test_steps_without_sentences() -> None:
    assert Own().sentence("odd", {}, None) == "the rule odd drops it"
    assert Telling(label="再").sentence("odd", {}, None) == "the rule 再-odd drops it: stars 3 < 5"
