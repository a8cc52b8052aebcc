"""Runs Beam's own test suites on the Spark runner and counts how they end.

    python tools/beam_suites.py            # needs pyspark, Java, mock, parameterized, PyHamcrest

Every test passes, or is refused with `UnsupportedPipelineError`, or is one of those few that
compare an order which Beam leaves open or take one process and one bundle for granted. Tests that
name a runner themselves (`Pipeline(runner=...)`) run on that one; they are listed, not counted.
"""

import argparse
import dataclasses
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

SUITES = ("core_test", "combiners_test", "util_test", "ptransform_test")
RUNNER = "corpus_pipeline.spark_runner.SparkRunner"
_FEATURE = re.compile(r"uses (.+), which the Spark runner does not execute")
_LIST = re.compile(r"\[[\d, ]+\]")
_NUMBER = re.compile(r"\d+")
_SETTINGS = {
    "spark.master": "local[2]",
    "spark.default.parallelism": "2",
    "spark.driver.memory": "1g",
}

#: Tests that take for granted what no cluster gives, and what it is.
ASSUMED = {
    "BatchElementsTest::test_constant_batch": "all elements in one bundle",
    "BatchElementsTest::test_constant_batch_no_metrics": "all elements in one bundle",
    "BatchElementsTest::test_length_fn_without_stateful_is_ignored": "all elements in one bundle",
    # Beam draws a sub-key for each bundle and assigns sessions anew after the first combining.
    "CombineTest::test_combining_with_session_windows_and_fanout": "all elements in one bundle",
    "LogElementsTest::test_setting_level_uses_appropriate_log_channel": "a log in this process",
    "LogElementsTest::test_stdout_logs": "print in this process",
    "LogElementsTest::test_stdout_logs_without_rfc3339": "print in this process",
    "PTransformTest::test_combine_per_key_with_side_input_as_arg": "an even number in each bundle",
    "PTransformTest::test_combine_with_side_input_as_arg": "an even number in each bundle",
    "PTransformTest::test_do_fn_with_finish": "all elements in one bundle",
    "PTransformTest::test_do_fn_with_start": "all elements in one bundle",
    "PTransformTest::test_group_by_key_deterministic_coder": "a class made in this process",
    "TeeTest::test_tee": "a global variable shared with DoFns",
    "WaitOnTest::test_find": "a global variable shared by all DoFns",
}


@dataclasses.dataclass
class Outcome:
    """How the tests of a suite ended."""

    suite: str
    passed: int = 0
    skipped: int = 0
    no_pipeline: int = 0
    refused: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    """Feature -> tests."""
    not_set_up: list[str] = dataclasses.field(default_factory=list)
    """Tests that end before they start, as they want a service or credentials."""
    elsewhere: list[str] = dataclasses.field(default_factory=list)
    """Tests that ran on a runner that they name themselves."""
    other_order: list[str] = dataclasses.field(default_factory=list)
    """Tests that got the right lists with their values in another order, which Beam leaves open."""
    assumed: dict[str, str] = dataclasses.field(default_factory=dict)
    """Failed test -> what it takes for granted."""
    other: dict[str, str] = dataclasses.field(default_factory=dict)
    """Test -> the last line of its failure."""

    @property
    def tests(self) -> int:
        """Number of tests that count."""
        refused = sum(map(len, self.refused.values()))
        failed = len(self.other_order) + len(self.assumed) + len(self.other)
        return self.passed + self.no_pipeline + refused + failed


class _Recorder:
    """Plugin of pytest: sorts tests by how they end and by who ran their pipelines."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.runners: set[str] = set()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notes a module that cannot be imported."""
        if report.failed:
            self.outcome.other[report.nodeid] = str(report.longrepr).splitlines()[-1]

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Forgets the runners of the test before."""
        self.runners.clear()

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Counts a test when it has been called, or could not be set up."""
        if call.when == "teardown" or (call.when == "setup" and call.excinfo is None):
            return
        name = item.nodeid.split("::", 1)[-1]
        print(f"{call.duration:6.1f} s {name}", file=sys.stderr, flush=True)
        if self.runners - {"SparkRunner"}:
            self.outcome.elsewhere.append(f"{name} ({', '.join(sorted(self.runners))})")
        elif call.excinfo is None:
            self.outcome.passed += bool(self.runners)
            self.outcome.no_pipeline += not self.runners
        elif call.excinfo.errisinstance((pytest.skip.Exception, unittest.SkipTest)):
            self.outcome.skipped += 1
        elif call.when == "setup":
            self.outcome.not_set_up.append(name)
        else:
            self._failed(name, call.excinfo.value)

    def _failed(self, name: str, error: BaseException) -> None:
        kind = type(error).__name__
        feature = _FEATURE.search(str(error))
        if kind == "UnsupportedPipelineError" and feature:
            self.outcome.refused.setdefault(feature[1], []).append(name)
        elif right_but_for_order(str(error)):
            self.outcome.other_order.append(name)
        elif name in ASSUMED:
            self.outcome.assumed[name] = ASSUMED[name]
        else:
            self.outcome.other[name] = f"{kind}: {' '.join(str(error).split())[:600]}"


def right_but_for_order(message: str) -> bool:
    """Says whether all expected lists are there when the order inside them does not count.

    >>> right_but_for_order("Expected: matching (<[0, 1]> or <[2]>) but: was <[[2], [1, 0]]>")
    True
    >>> right_but_for_order("Expected: matching (<[0, 1]> or <[2]>) but: was <[[2], [1]]>")
    False
    >>> right_but_for_order("Failed assert: [(1, [2, 3])] == [(1, [3, 2])], unexpected ...")
    True
    >>> right_but_for_order("no lists")
    False
    """
    message = " ".join(message.split()).split(", unexpected")[0]
    expected, _, was = message.replace(" but: was ", " == ").partition(" == ")
    lists = [
        sorted(sorted(map(int, numbers)) for numbers in map(_NUMBER.findall, _LIST.findall(part)))
        for part in (expected, was)
    ]
    return bool(lists[0]) and lists[0] == lists[1]


def run_suite(suite: str, pattern: str) -> Outcome:
    """Runs one suite in this process.

    Args:
        suite: name of a module of `apache_beam.transforms`.
        pattern: only tests that match it, as pytest's `-k` understands it.
    """
    import apache_beam as beam
    import apache_beam.testing.test_pipeline  # One suite takes it for granted.
    from apache_beam.options.pipeline_options import StandardOptions

    from corpus_pipeline.spark_runner.context import open_context

    context, _ = open_context(_SETTINGS)
    # Both beam.Pipeline() and TestPipeline() take their runner from here.
    StandardOptions.DEFAULT_RUNNER = RUNNER
    outcome = Outcome(suite)
    recorder = _Recorder(outcome)
    run = beam.Pipeline.run

    def watched(pipeline: Any, *arguments: Any, **named: Any) -> Any:
        recorder.runners.add(type(pipeline.runner).__name__)
        return run(pipeline, *arguments, **named)

    beam.Pipeline.run = watched
    path = Path(beam.__file__).parent / "transforms" / f"{suite}.py"
    # No configuration of ours, and nothing written beside Beam's files.
    options = ["-q", "-c", os.devnull, "--rootdir", str(path.parent), "-p", "no:cacheprovider"]
    code = pytest.main(
        [*options, "--no-header", "--tb=no", "-W", "ignore", "-k", pattern, str(path)], [recorder]
    )
    if code > pytest.ExitCode.TESTS_FAILED:
        outcome.other[suite] = "not all of its tests could be collected"
    context.stop()
    return outcome


def run_suites(suites: tuple[str, ...] = SUITES, pattern: str = "") -> list[Outcome]:
    """Runs suites one after another, each in a process of its own."""
    outcomes = []
    for suite in suites:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "outcome.json")
            command = [sys.executable, __file__, "--one", suite, "--only", pattern, "--to", path]
            subprocess.run([str(part) for part in command], check=True)
            outcomes.append(Outcome(**json.loads(path.read_text("utf-8"))))
    return outcomes


def table(outcomes: list[Outcome]) -> str:
    """Formats the counts as a Markdown table, with what lies behind them."""
    features = Counter(
        {f: 0 for o in outcomes for f in o.refused}
        | Counter(f for o in outcomes for f, tests in o.refused.items() for _ in tests)
    )
    lines = [
        "| suite | tests | passed | without a pipeline | refused | other order | one process "
        "| other | name another runner |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for o in outcomes:
        refused = sum(map(len, o.refused.values()))
        lines.append(
            f"| {o.suite} | {o.tests} | {o.passed} | {o.no_pipeline} | {refused} "
            f"| {len(o.other_order)} | {len(o.assumed)} | {len(o.other)} | {len(o.elsewhere)} |"
        )
    lines += ["", "| refused for | tests |", "| --- | --- |"]
    lines += [f"| {feature} | {count} |" for feature, count in features.most_common()]
    lines += ["", *(f"cannot be set up here: {t}" for o in outcomes for t in o.not_set_up)]
    lines += [*(f"names another runner: {t}" for o in outcomes for t in o.elsewhere)]
    lines += [f"other order: {test}" for o in outcomes for test in o.other_order]
    lines += [f"takes for granted {why}: {t}" for o in outcomes for t, why in o.assumed.items()]
    lines += [f"other: {test}: {why}" for o in outcomes for test, why in o.other.items()]
    return "\n".join(lines)


def main() -> None:
    """Runs all suites, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="*", default=SUITES)
    parser.add_argument("--only", default="", help="only these tests, as pytest -k")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--to", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        outcome = run_suite(arguments.one, arguments.only)
        arguments.to.write_text(json.dumps(dataclasses.asdict(outcome)), "utf-8")
        return
    outcomes = run_suites(tuple(arguments.suites), arguments.only)
    print(table(outcomes))
    if any(outcome.other for outcome in outcomes):
        sys.exit(1)


if __name__ == "__main__":
    main()
