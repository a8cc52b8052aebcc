"""Twice as much of anything takes about twice as long, in every reader and every stage."""

import linear
import pytest


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, _ in linear.works()])
def test_work_grows_with_the_text(name: str) -> None:
    """Processor time of one size against a quarter of it, with room for a busy machine."""
    assert list(linear.slow_pairs([name])) == []


def test_what_grows_too_fast_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a clock: what counts its steps instead of seconds."""
    monkeypatch.setattr(linear, "seconds_of", lambda work, text: work(text))
    times, seconds = linear.growth(lambda text: len(text) ** 2 / 1e11, "abc")
    assert times > linear.MOST
    assert seconds > linear.LEAST_SECONDS
    times, _ = linear.growth(lambda text: len(text) / 1e6, "abc")
    assert times < linear.MOST


@pytest.mark.parametrize("name", [name for name, _ in linear.works()])
def test_everything_takes_every_pattern(name: str) -> None:
    """Of a few hundred bytes, without a clock."""
    work = dict(linear.works())[name]
    for pattern in linear.PATTERNS.values():
        work(pattern * 40)
