"""Templates of sentences: numbers that can be told apart, and what is left out."""

from typing import Any

import pytest

from corpus_pipeline.wording import filled


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{n:,}", {"n": 1234567}, "1,234,567"),
        ("{n:,}", {"n": 1234.5678}, "1,235"),
        ("{n:,}", {"n": 0.914}, "0.91"),
        ("{n:,} {m:,}", {"n": 0.304, "m": 0.3}, "0.304 0.3"),
        ("{n:%}", {"n": 0}, "0 %"),
        ("{n:%}", {"n": 1}, "100 %"),
        ("{n:%}", {"n": 0.00043}, "0.043 %"),
        ("{n:%} {m:%}", {"n": 0.30004, "m": 0.3}, "30.004 % 30 %"),
        ("{n:%} {m:,}", {"n": 0.5, "m": 3}, "50 % 3"),
        ("{n:%} {limit:%}", {"n": 0.352, "limit": 0.287}, "35 % 28.7 %"),
        ("{n:,} {limit:,}", {"n": 12.34, "limit": 10.0}, "12 10"),
        ("{name}", {"name": "第{一}[页]"}, "第{一}[页]"),
        ("a[ {b}]", {"b": None}, "a"),
        ("a[ {b}]", {}, "a"),
        ("a[ {b}]", {"b": 0}, "a 0"),
        ("{a.b:,}", {"a": {"b": 2}}, "2"),
        ("x[{a.b}]", {"a": None}, "x"),
        ("{n:,} words, {n:,} sentences of {m:,} lines", {"n": 1, "m": 21},
         "1 word, 1 sentence of 21 lines"),
        ("{n:,} different listed words", {"n": 1}, "1 different listed word"),
        ("{n:,} words", {"n": 0.1}, "0.1 words"),
    ],
)  # fmt: skip
def test_filled(template: str, values: dict[str, Any], expected: str) -> None:
    assert filled(template, values) == expected
