"""Twice as much of anything takes about twice as long, in every reader and every stage."""

import linear
import pytest


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, _ in linear.works()])
def test_work_grows_with_the_text(name: str) -> None:
    """Processor time of one size against a quarter of it, with room for a busy machine."""
    assert list(linear.slow_pairs([name])) == []


def test_something_quadratic_is_found() -> None:
    def work(text: str) -> None:
        found = ""
        for letter in text[: len(text) // 200]:
            found = letter + found[:]
            sum(found.encode())

    times, seconds = linear.growth(work, "abc")
    assert times > linear.MOST
    assert seconds > linear.LEAST_SECONDS


@pytest.mark.parametrize("name", [name for name, _ in linear.works()])
def test_everything_takes_every_pattern(name: str) -> None:
    """Of a few hundred bytes, without a clock."""
    work = dict(linear.works())[name]
    for pattern in linear.PATTERNS.values():
        work(pattern * 40)
