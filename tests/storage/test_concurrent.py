"""Some items at a time: order, bounds, errors, and an end that nobody waits for."""

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.storage import map_concurrently


@given(st.lists(st.integers()), st.integers(1, 5))
def test_it_is_map(items: list[int], threads: int) -> None:
    assert list(map_concurrently(abs, items, threads)) == list(map(abs, items))


def test_only_some_items_are_taken_ahead() -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    results = map_concurrently(abs, items(), 3)
    assert [next(results) for _ in range(10)] == list(range(10))
    assert len(taken) <= 10 + 2 * 3 + 1
    results.close()  # type: ignore[attr-defined]


def test_an_error_comes_at_its_place() -> None:
    results = map_concurrently(lambda n: 1 // n, [2, 1, 0, 5], 2)
    assert (next(results), next(results)) == (0, 1)
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_nobody_waits_for_what_is_given_up() -> None:
    going = threading.Event()
    results = map_concurrently(lambda n: going.wait(30) if n else n, range(20), 2)
    assert next(results) == 0
    start = time.monotonic()
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 10
    going.set()
