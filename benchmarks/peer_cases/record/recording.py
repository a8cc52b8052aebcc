"""Records what a peer's operators answer while its own tests call them: a pytest plugin's core.

Runs in the environment of the peer, so it imports nothing of this project. `record_PEER.py` beside
it says which functions are wrapped; what is done with the recording: `peer_cases.compare`.

A *case* is one call: an operator, its options, what it was given and what it answered. Written are
lines of JSON, outside this project, because the texts are the peer's.
"""

import base64
import collections
import dataclasses
import functools
import inspect
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

#: Cases of one test, one operator and one set of options that are kept: tests of chance make
#: thousands of calls that say the same.
LIMIT = 50
#: Environment variable: the file that is written.
PATH = "PEER_CASES"
#: Levels of a value that are kept.
_DEPTH = 8


class Told(NamedTuple):
    """What is known of a call before it is made."""

    operator: str
    options: Mapping[str, Any]
    input: Mapping[str, Any]


#: (object or None, arguments by name) -> what is known, None if the call is no case.
Before = Callable[[Any, dict[str, Any]], "Told | None"]
#: (object or None, arguments by name, result) -> the answer.
After = Callable[[Any, dict[str, Any], Any], Mapping[str, Any]]


class Recorder:
    """Wraps functions, and keeps the cases of each test."""

    def __init__(self, suite: str) -> None:
        self.suite = suite
        self.test = ""
        self.lines: list[dict[str, Any]] = []
        self.tests: dict[str, dict[str, int]] = collections.defaultdict(
            lambda: dict.fromkeys(("passed", "failed", "skipped", "cases"), 0)
        )
        self.notes: dict[Any, Any] = {}
        """What calls of one test leave for later ones; emptied before each test."""
        self._seen: set[str] = set()
        self._kept: collections.Counter[str] = collections.Counter()
        self._options: dict[int, tuple[Any, dict[str, Any]]] = {}
        self._inside = threading.local()
        self._written = 0

    # What is wrapped

    def remember_options(self, *classes: type) -> None:
        """Remembers what objects of these classes and of their subclasses are made with."""
        for each in classes:
            for kind in (each, *subclasses(each)):
                if "__init__" in vars(kind):
                    self._wrap_init(kind)

    def _wrap_init(self, kind: type) -> None:
        init = kind.__init__  # type: ignore[misc]

        @functools.wraps(init)
        def made(this: Any, *given: Any, **named: Any) -> None:
            if type(this) is kind or id(this) not in self._options:
                self._options[id(this)] = (this, arguments(init, this, given, named))
            init(this, *given, **named)

        kind.__init__ = made  # type: ignore[misc]

    def options_of(self, this: Any) -> dict[str, Any]:
        """Returns what an object was made with, as it was given or defaulted."""
        found = self._options.get(id(this))
        return found[1] if found is not None and found[0] is this else {}

    def wrap(self, owner: Any, name: str, before: Before, after: After) -> None:
        """Records the calls of a function or method, the outermost of nested ones."""
        function = inspect.getattr_static(owner, name)
        static = isinstance(function, staticmethod)
        function = getattr(function, "__func__", function)
        bound = inspect.isclass(owner) and not static

        @functools.wraps(function)
        def called(*given: Any, **named: Any) -> Any:
            if getattr(self._inside, "call", False) or not self.test:
                return function(*given, **named)
            this = given[0] if bound else None
            known = arguments(function, this, given[1:] if bound else given, named)
            told = before(this, known)
            if told is not None:
                told = Told(told.operator, plain(told.options), plain(told.input))
            self._inside.call = True
            try:
                result = function(*given, **named)
            except Exception as error:
                self.keep(told, {"error": type(error).__name__})
                raise
            finally:
                self._inside.call = False
            if told is not None:
                if isinstance(result, (map, filter)) or inspect.isgenerator(result):
                    result = list(result)
                self.keep(told, plain(after(this, known, result)))
            return result

        setattr(owner, name, staticmethod(called) if static else called)

    def wrap_all(self, base: type, name: str, before: Before, after: After) -> None:
        """Records a method of a class and of all its subclasses that have their own."""
        for kind in (base, *subclasses(base)):
            own = vars(kind).get(name)
            if own is not None and not getattr(own, "__isabstractmethod__", False):
                self.wrap(kind, name, before, after)

    # What is kept

    def keep(self, told: "Told | None", answer: Mapping[str, Any]) -> None:
        """Keeps a case, unless an equal one is there already."""
        if told is None:
            return
        case = {"operator": told.operator, "options": told.options, "input": told.input}
        key = json.dumps(case, sort_keys=True, default=repr)
        group = json.dumps([self.test, told.operator, told.options], sort_keys=True, default=repr)
        if key in self._seen or self._kept[group] >= LIMIT:
            return
        self._seen.add(key)
        self._kept[group] += 1
        self.tests[self.test.partition("::")[0]]["cases"] += 1
        self.lines.append({"suite": self.suite, "test": self.test, **case, "answer": dict(answer)})

    # Hooks of pytest

    def pytest_runtest_setup(self, item: Any) -> None:
        """Begins a test."""
        self.test = item.nodeid
        self.notes = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Counts the outcome of a test."""
        if report.when == "call" or report.outcome != "passed":
            self.tests[report.nodeid.partition("::")[0]][report.outcome] += 1
        if report.when == "call" and report.outcome == "failed":
            for line in self.lines:
                if line["test"] == report.nodeid:
                    line["failed"] = True

    def pytest_collectreport(self, report: Any) -> None:
        """Notes a file that cannot be imported here."""
        if report.failed:
            self.tests[str(report.nodeid).partition("::")[0]]["failed"] += 1

    def pytest_runtest_teardown(self) -> None:
        """Writes what there is, so that a run that is ended leaves it."""
        self.pytest_sessionfinish()

    def pytest_sessionfinish(self) -> None:
        """Writes the recording."""
        if len(self.lines) == self._written and self._written:
            return
        self._written = len(self.lines)
        path = Path(os.environ[PATH])
        path.parent.mkdir(parents=True, exist_ok=True)
        head = {"suite": self.suite, "made_with": os.environ.get("PEER_VERSION", "")}
        lines = [{**head, "tests": dict(sorted(self.tests.items()))}, *self.lines]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def subclasses(kind: type) -> Iterator[type]:
    """Yields all subclasses, each once."""
    seen = set()
    waiting: list[type] = list(kind.__subclasses__())
    while waiting:
        each = waiting.pop(0)
        if each not in seen:
            seen.add(each)
            yield each
            waiting += each.__subclasses__()


def arguments(
    function: Callable[..., Any], this: Any, given: tuple[Any, ...], named: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns the arguments of a call by name, defaults among them."""
    try:
        signature = inspect.signature(function)
        first = () if this is None else (this,)
        bound = signature.bind(*first, *given, **named)
    except (TypeError, ValueError):
        return dict(named)
    bound.apply_defaults()
    found = dict(bound.arguments)
    if this is not None:
        found.pop(next(iter(signature.parameters)))
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            found |= found.pop(parameter.name, {})
    return found


def plain(value: Any, depth: int = _DEPTH) -> Any:
    """Returns a value as JSON can have it; of what it cannot, the name of its type."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else {"number": str(value)}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if depth == 0:
        return {"object": type(value).__name__}
    if isinstance(value, Mapping):
        return {str(key): plain(each, depth - 1) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each, depth - 1) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(each, depth - 1) for each in value), key=repr)
    if isinstance(value, re.Pattern):
        return value.pattern
    if callable(getattr(value, "tolist", None)):
        return plain(value.tolist(), depth - 1)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return plain(fields, depth - 1)
    if callable(value):
        return {"callable": getattr(value, "__qualname__", type(value).__name__)}
    return {"object": type(value).__name__}
