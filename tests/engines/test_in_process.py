"""Steps without an engine: their order, their groups, their counters, and how they end."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from corpus_pipeline.engines.in_process import run_transforms
from corpus_pipeline.transforms import StageCounters, Tally, Transform, Work, item_ranges, unrolled


class Noting(Transform):
    """Notes what is called in which order, and does to each element what it is told."""

    output = int

    def __init__(self, name: str, log: list[str], work: Callable[[Any], list[Any]]) -> None:
        self.name = name
        self.log = log
        self.work = work

    def setup(self, tally: Tally) -> None:
        self.log.append(f"{self.name} setup")
        self.counters = StageCounters(self.name, tally)

    def start_bundle(self) -> None:
        self.log.append(f"{self.name} start")

    def process(self, element: Any) -> Iterator[Any]:
        self.log.append(f"{self.name} {element}")
        self.counters.saw(1, 10)
        yield from self.work(element)

    def finish_bundle(self) -> None:
        self.log.append(f"{self.name} finish")

    def teardown(self) -> None:
        self.log.append(f"{self.name} teardown")


class Grouping(Noting):
    """The same for groups."""

    grouped = True


def test_an_element_passes_all_steps_before_the_next_is_taken() -> None:
    log: list[str] = []
    transforms = Noting("a", log, lambda n: [n, n * 10]), Noting("b", log, lambda n: [])
    clocks = run_transforms(Work(item_ranges([1, 2]), unrolled, transforms))
    assert log == [
        "a setup", "a start", "b setup", "b start",
        "a 1", "b 1", "b 10", "a 2", "b 2", "b 20",
        "a finish", "b finish", "a teardown", "b teardown",
    ]  # fmt: skip
    assert clocks == {"a/documents": 2, "a/bytes": 20, "b/documents": 4, "b/bytes": 40}


def test_a_group_has_all_values_of_its_key() -> None:
    log: list[str] = []
    transforms = (
        Noting("pairs", [], lambda n: [(n % 2, n)]),
        Grouping("groups", log, lambda group: [group[0]]),
    )
    run_transforms(Work(item_ranges(range(5)), unrolled, transforms))
    assert [line for line in log if "(" in line] == ["groups (0, [0, 2, 4])", "groups (1, [1, 3])"]


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ("process", ["a setup", "a start", "b setup", "b start", "a 1", "b 1", "a teardown",
                     "b teardown"]),
        # What was not set up is not torn down.
        ("setup", ["a setup", "a start", "a teardown"]),
    ],
)  # fmt: skip
def test_what_was_opened_is_closed_after_a_failure(broken: str, expected: list[str]) -> None:
    log: list[str] = []

    class Broken(Noting):
        def setup(self, tally: Tally) -> None:
            if broken == "setup":
                raise ZeroDivisionError
            super().setup(tally)

    def fail(element: Any) -> list[Any]:
        raise ZeroDivisionError

    transforms = Noting("a", log, lambda n: [n]), Broken("b", log, fail)
    with pytest.raises(ZeroDivisionError):
        run_transforms(Work(item_ranges([1]), unrolled, transforms))
    assert log == expected


def test_no_elements() -> None:
    log: list[str] = []
    transforms = Noting("a", log, lambda n: [(n, n)]), Grouping("b", log, lambda group: [])
    assert run_transforms(Work((), unrolled, transforms)) == {}
    assert log[-1] == "b teardown"
