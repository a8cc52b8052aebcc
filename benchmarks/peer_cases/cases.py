"""A recorded case, how it is answered here, and the classes that cases fall into."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

#: What a case can be, in the order of the report.
CLASSES = ("same", "own step", "documented", "cannot", "wrong")
MEANINGS = {
    "same": "a configuration gives the peer's answer",
    "own step": "the peer's answer, by a step of the user's own of at most ten lines",
    "documented": "another answer, by a choice that the docs give a reason for",
    "cannot": "no configuration says what the operator does",
    "wrong": "another answer, and no reason for it",
    "inner": "a part of the peer's own machinery, which no step of a pipeline asks for",
    "not text": "operators on images, sound and video, or that ask a language model",
    "refused": "the peer raises an exception, which its test expects",
}


@dataclasses.dataclass(frozen=True)
class Case:
    """One call of an operator by a peer's test."""

    suite: str
    test: str
    operator: str
    options: Mapping[str, Any]
    input: Mapping[str, Any]
    answer: Mapping[str, Any]
    failed: bool = False
    """The test fails where it was recorded."""

    @property
    def text(self) -> str:
        """The text of a case of one document."""
        return str(self.input["text"])

    def option(self, name: str, default: Any = None) -> Any:
        """Returns an option, the default where the recording has none."""
        return self.options.get(name, default)


class Cannot(NamedTuple):
    """The case cannot be expressed."""

    missing: str
    """The feature that it would take, in a few words."""


class NotText(NamedTuple):
    """The operator is out of scope."""

    what: str


class Inner(NamedTuple):
    """The function is a part of how the peer works, and says nothing of documents."""

    what: str


class Answers(NamedTuple):
    """Both answers to a case, in a form in which they can be compared."""

    ours: Any
    theirs: Any
    own_step: bool = False
    """Ours comes from a step of the user's own."""


class Choice(NamedTuple):
    """The package does by choice what cannot be compared case by case."""

    reason: str
    page: str


Attempt = Cannot | NotText | Inner | Answers | Choice
Mapper = Callable[[Case], Attempt]


@dataclasses.dataclass(frozen=True)
class Difference:
    """Why answers differ by choice: where that is said, and for which cases it holds."""

    operators: tuple[str, ...]
    reason: str
    page: str
    """Of docs/, with the heading: `flow/4-quality.md#what-is-counted`."""
    holds: Callable[[Case, Answers], bool]


class Table:
    """How the operators of one peer are expressed here."""

    def __init__(self, suite: str, title: str) -> None:
        self.suite, self.title = suite, title
        self.mappers: dict[str, Mapper] = {}
        self.splits: dict[str, Callable[[Case], Iterable[Case]]] = {}
        self.differences: list[Difference] = []

    def maps(self, *operators: str) -> Callable[[Mapper], Mapper]:
        """Registers a function for operators."""

        def registered(mapper: Mapper) -> Mapper:
            for operator in operators:
                if operator in self.mappers:
                    raise ValueError(f"{self.suite}: {operator} has two functions")
                self.mappers[operator] = mapper
            return mapper

        return registered

    def splits_values(self, *operators: str) -> None:
        """Makes a case of each number that these operators answer with."""
        self.splits.update(dict.fromkeys(operators, _each_value))

    def parts(self, case: Case) -> Iterable[Case]:
        """Returns the cases that a recorded call is."""
        split = self.splits.get(case.operator)
        return (case,) if split is None or "error" in case.answer else split(case)

    def cannot(self, missing: str, *operators: str) -> None:
        """Registers operators that no configuration expresses."""
        self.maps(*operators)(lambda case: Cannot(missing))

    def inner(self, what: str, *operators: str) -> None:
        """Registers functions that are a part of how the peer works."""
        self.maps(*operators)(lambda case: Inner(what))

    def not_text(self, what: str, *operators: str) -> None:
        """Registers operators that are out of scope."""
        self.maps(*operators)(lambda case: NotText(what))

    def differs(
        self,
        *operators: str,
        reason: str,
        page: str,
        holds: Callable[[Case, Answers], bool] = lambda case, answers: True,
    ) -> None:
        """Registers a documented difference; the first that holds names the reason."""
        self.differences.append(Difference(operators, reason, page, holds))


def _each_value(case: Case) -> Iterator[Case]:
    for name, value in case.answer["values"].items():
        operator = f"{case.operator}.{name}"
        yield dataclasses.replace(case, operator=operator, answer={"value": value})


class Verdict(NamedTuple):
    """What a case is, and why."""

    kind: str
    why: str = ""
    """The missing feature, the reason of a difference, or both answers."""
    page: str = ""


def judge(table: Table, case: Case) -> Verdict:
    """Answers a case and compares."""
    if "error" in case.answer:
        return Verdict("refused", str(case.answer["error"]))
    mapper = table.mappers.get(case.operator)
    if mapper is None:
        return Verdict("cannot", "an operator that nobody has mapped")
    attempt = mapper(case)
    if isinstance(attempt, Cannot):
        return Verdict("cannot", attempt.missing)
    if isinstance(attempt, NotText):
        return Verdict("not text", attempt.what)
    if isinstance(attempt, Inner):
        return Verdict("inner", attempt.what)
    if isinstance(attempt, Choice):
        return Verdict("documented", attempt.reason, attempt.page)
    if close(attempt.ours, attempt.theirs):
        return Verdict("own step" if attempt.own_step else "same")
    for difference in table.differences:
        if case.operator in difference.operators and difference.holds(case, attempt):
            return Verdict("documented", difference.reason, difference.page)
    return Verdict("wrong", f"{attempt.ours!r} here, {attempt.theirs!r} there")


def close(ours: Any, theirs: Any) -> bool:
    """Says whether answers are the same; numbers may differ by what rounding makes of them.

    >>> close({"share": 0.1 + 0.2}, {"share": 0.3}), close([1], [2]), close(True, 1)
    (True, False, False)
    """
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return bool(abs(ours - theirs) <= 1e-6 * max(1.0, abs(theirs)))
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return ours.keys() == theirs.keys() and all(close(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, (list, tuple)) and isinstance(theirs, (list, tuple)):
        return len(ours) == len(theirs) and all(map(close, ours, theirs))
    return bool(ours == theirs)


class Recording(NamedTuple):
    """What was recorded of one suite."""

    suite: str
    made_with: str
    tests: Mapping[str, Mapping[str, int]]
    """File of the peer's tests -> tests that passed, failed and were skipped; cases."""
    cases: tuple[Case, ...]


def read_recording(path: Path) -> Recording:
    """Reads a file that `record/` has written."""
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    head = next(lines)
    return Recording(head["suite"], head["made_with"], head["tests"], tuple(_cases(lines)))


def _cases(lines: Iterable[dict[str, Any]]) -> Iterator[Case]:
    for line in lines:
        yield Case(**line)
