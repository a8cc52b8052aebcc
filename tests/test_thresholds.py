"""Thresholds are compared as they are written, and defaults are the same in both layers."""

import dataclasses
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.config.input import Input
from corpus_pipeline.dedup.contamination_index import ContaminationOptions
from corpus_pipeline.dedup.minhash import MinHashOptions
from corpus_pipeline.dedup.sentences import SentenceOptions
from corpus_pipeline.extract.documents import ExtractOptions, extract_documents
from corpus_pipeline.filters.keywords.measures import KeywordRules, keyword_failures
from corpus_pipeline.filters.language.sample import SAMPLE_CHARS
from corpus_pipeline.filters.language.step import LanguageSection
from corpus_pipeline.filters.quality.rules import QualityRules
from corpus_pipeline.flow import known_steps
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.sources.records import ReadOptions
from corpus_pipeline.thresholds import exact_threshold
from corpus_pipeline.tokens.encode import EncodeOptions


@given(st.integers(0, 10**6))
def test_a_decimal_is_the_fraction_that_it_is_written_as(millionths: int) -> None:
    written = f"{millionths / 10**6:.6f}"
    assert exact_threshold(float(written)) == Fraction(millionths, 10**6)


@pytest.mark.parametrize(
    "make",
    [
        lambda value: QualityRules(
            gopher_max_ellipses=float(f"{value:.7f}".replace("0.", "0.000"))
        ),
        lambda value: KeywordRules(max_hits_per_1000_chars=value),
        lambda value: ContaminationOptions(min_coverage=value),
        lambda value: MinHashOptions(threshold=value),
        lambda value: SentenceOptions(max_loss=value),
        lambda value: ExtractOptions(max_bad_share=value),
    ],
)
def test_no_threshold_is_rounded_without_a_word(make: Callable[[float], object]) -> None:
    make(0.123456)
    make(0.000001)
    with pytest.raises(ValueError, match=r"may have (6|9) decimals, got .*; round it"):
        make(0.1234567)


@pytest.mark.parametrize("share", [0.07, 0.14, 0.28, 0.29, 0.55, 0.57, 0.58])
def test_what_equals_its_threshold_passes(share: float) -> None:
    """Shares of which a hundred times, as floats, is no integer."""
    hundredths = round(share * 100)
    # Characters that are damage, as far apart as it takes to count each.
    text = "".join("\ufffd甲" for _ in range(hundredths)) + "乙" * (100 - 2 * hundredths)
    for more in (0, 1) if hundredths < 50 else ():
        raw = pa.array([("\ufffd甲" * more + text).encode()], pa.binary())
        nulls = pa.nulls(1, pa.string())
        options = ExtractOptions(max_bad_share=share)
        got = extract_documents(raw, pa.array(["text/plain"]), pa.array(["utf-8"]), nulls, options)
        assert got.reasons.to_pylist() == ["extract-bad-charset" if more else None]
    counts = {"keyword_hits": [hundredths, hundredths], "keyword_distinct": [2, 2]}
    measures = pa.record_batch({n: pa.array(v, pa.int32()) for n, v in counts.items()})
    rules = KeywordRules(max_hits_per_1000_chars=round(share * 10, 1), max_distinct=None)
    failed = keyword_failures(measures, np.array([100_00, 99_99], np.int64), rules)
    expected = [False, hundredths >= 3]
    assert failed["keywords-too-dense"].tolist() == expected


def test_a_density_that_floats_would_take_for_more_passes() -> None:
    """27 in 3,000,000 are 0.009 in 1,000; as a float the product is a little less than 27,000."""
    assert 1000 * 27 > 0.009 * 3_000_000
    measures = pa.record_batch(
        {"keyword_hits": pa.array([27], pa.int32()), "keyword_distinct": pa.array([2], pa.int32())}
    )
    rules = KeywordRules(max_hits_per_1000_chars=0.009)
    failed = keyword_failures(measures, np.array([3_000_000], np.int64), rules)
    assert failed["keywords-too-dense"].tolist() == [False]


@pytest.mark.parametrize(
    ("section", "options", "names"),
    [
        ("read", ReadOptions, {}),
        ("extract", ExtractOptions, {"max_html_bytes": "max_raw_bytes"}),
        ("keywords", KeywordRules, {"lists": None}),
        ("dedup.document", MinHashOptions, {"prefer": None, "cluster": None}),
        ("dedup.sentence", SentenceOptions, {}),
        (
            "dedup.contamination",
            ContaminationOptions,
            dict.fromkeys(("evaluations", "text_fields", "answer_fields", "id_field", "action",
                           "max_documents")),
        ),
        (
            "scrub",
            FinderOptions,
            dict.fromkeys(("entities", "placeholder", "action", "rules", "surrogate_key", "fields",
                           "rejected", "max_per_1000_chars", "min_findings")),
        ),
        (
            "tokenize",
            EncodeOptions,
            dict.fromkeys(("tokenizer", "tokenizer_sha256", "splits", "shard_tokens", "shuffle")),
        ),
    ],
)  # fmt: skip
def test_defaults_of_the_configuration_are_those_of_the_rooms(
    section: str, options: Any, names: dict[str, str | None]
) -> None:
    given = {field.name: field.default for field in dataclasses.fields(options)}
    first, _, kind = section.partition(".")
    model: Any = known_steps()[first].Options
    if kind:
        model = model.model_fields[kind].annotation
    for name, field in model.model_fields.items():
        if name != "enabled" and (theirs := names.get(name, name)) is not None:
            assert field.default == given[theirs], name


def test_other_defaults_are_those_of_the_rooms() -> None:
    assert LanguageSection().sample_chars == SAMPLE_CHARS
    for name in ("text_field", "id_field", "url_field"):
        assert Input.model_fields[name].default == getattr(ReadOptions(), name)
