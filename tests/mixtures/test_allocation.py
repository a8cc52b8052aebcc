"""Tokens of stages: exact, adding up, refused with the numbers where there are too few."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.mixtures.allocation import Available, StageRule, Weight, allocate, apportion

F = Fraction
#: GPT-3 (Brown et al. 2020, table 2.2), in billions of tokens: 300 are seen in training.
GPT3 = {"crawl": (410, 60), "webtext": (19, 22), "books1": (12, 8), "books2": (55, 8),
        "wikipedia": (3, 3)}  # fmt: skip


def share(value: float | str) -> Weight:
    return Weight(share=F(str(value)))


def there(limit: int = 4, **tokens: int) -> dict[str, Available]:
    return {name: Available(count, F(limit)) for name, count in tokens.items()}


def test_gpt3() -> None:
    """What its rounded shares mean; the printed epochs (2.9 of WebText2, 3.4 of Wikipedia) are of
    numbers that were not rounded."""
    billion = 10**9
    available = there(**{name: tokens * billion for name, (tokens, _) in GPT3.items()})
    stage = StageRule("main", {n: share(w) for n, (_, w) in GPT3.items()}, 300 * billion)
    (found,) = allocate([stage], available)
    assert sum(found.values()) == 300 * billion
    epochs = {name: found[name] / available[name].tokens for name in found}
    expected = {"crawl": 0.44, "webtext": 3.4, "books1": 2.0, "books2": 0.43, "wikipedia": 3.0}
    assert epochs == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(
    ("mix", "tokens", "expected"),
    [
        ({"web": share(1)}, 500, {"web": 500}),
        ({"web": share(1)}, None, {"web": 1000}),
        ({"web": share(3), "维基": share(1)}, None, {"web": 300, "维基": 100}),
        ({"web": share(1), "维基": Weight(epochs=F(2))}, 500, {"web": 300, "维基": 200}),
        ({"web": Weight(tokens=7), "维基": Weight(epochs=F("0.5"))}, None, {"web": 7, "维基": 50}),
        ({"web": Weight(tokens=7)}, 7, {"web": 7}),
        ({"web": share(".999"), "维基": share(".001")}, 1000, {"web": 999, "维基": 1}),
        ({"web": share(1), "维基": share(0)}, 10, {"web": 10, "维基": 0}),
    ],
)  # fmt: skip
def test_one_stage(mix: dict[str, Weight], tokens: int | None, expected: dict[str, int]) -> None:
    assert allocate([StageRule("main", mix, tokens)], there(web=1000, 维基=100)) == [expected]


def test_a_later_stage_of_shares_takes_what_is_left() -> None:
    stages = [StageRule("a", {"web": share(1)}, 600), StageRule("b", {"web": share(1)})]
    assert allocate(stages, there(web=1000)) == [{"web": 600}, {"web": 400}]


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ([StageRule("main", {"wiki": share(1)}, 401)],
         "mixture: main: wiki would give 401 tokens by the end of this stage, 4.01 times its 100; "
         "max_epochs is 4: take less of it, or raise max_epochs"),
        ([StageRule(name, {"wiki": Weight(epochs=F(n))}) for name, n in (("a", 3), ("b", 2))],
         "mixture: b: wiki would give 500 tokens"),
        ([StageRule("a", {"wiki": Weight(epochs=F(5)), "web": Weight(epochs=F(5))})],
         r"mixture: a: wiki \(and 1 more\) would give 500"),
        ([StageRule("a", {"none": share(1)}, 5)], "mixture: a: none has no tokens; leave it out"),
        ([StageRule("a", {"wiki": Weight(tokens=9)}, 8)],
         "mixture: a: tokens is 8, but epochs and tokens of its components come to 9"),
        ([StageRule("a", {"web": share(1)}, 1000), StageRule("b", {"web": share(1)})],
         "mixture: b: would have no tokens"),
        ([StageRule("a", {"wiki": Weight(epochs=F("0.001"))})], "would have no tokens"),
        ([StageRule("a", {"wiki": Weight(tokens=9)}, 10)], "tokens is 10, but .* come to 9"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_refused(stages: list[StageRule], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        allocate(stages, there(web=1000, wiki=100, none=0))


weights = st.dictionaries(
    st.text(min_size=1, max_size=2), st.fractions(min_value=F(1, 1000), max_value=1000), min_size=1
)


@given(st.integers(0, 10**15), weights)
def test_parts_add_up_and_are_within_one(total: int, parts: dict[str, Fraction]) -> None:
    found = apportion(total, parts)
    assert sum(found.values()) == total
    whole = sum(parts.values())
    assert all(abs(found[name] - total * part / whole) < 1 for name, part in parts.items())
