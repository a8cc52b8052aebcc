"""Pipelines on a real Spark, on two local cores."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.metrics import Metrics, MetricsFilter
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.runner import PipelineState
from apache_beam.testing.util import BeamAssertException, assert_that, equal_to
from apache_beam.transforms import trigger, window
from apache_beam.transforms.util import WaitOn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus_pipeline.address import BatchKey
from corpus_pipeline.errors import InputError
from corpus_pipeline.spark_runner import SparkRunner, UnsupportedPipelineError
from corpus_pipeline.transforms import Keyed

pytestmark = [
    pytest.mark.cluster,
    # PySpark leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore:.*<socket:pytest.PytestUnraisableExceptionWarning"),
]


def ones(pipeline: beam.Pipeline, words: Sequence[str]) -> beam.PCollection:
    return pipeline | beam.Create(words) | beam.Map(lambda word: (word, 1))


def grouped(pairs: beam.PCollection) -> beam.PCollection:
    return pairs | beam.GroupByKey() | beam.MapTuple(lambda key, values: (key, sorted(values)))


def stamped(pipeline: beam.Pipeline) -> beam.PCollection:
    """Makes (key, second) at that second."""
    pairs = [("a", 1), ("a", 4), ("a", 25), ("b", 12), ("a", 12), ("b", 13)]
    return (
        pipeline
        | beam.Create(pairs)
        | "Stamp" >> beam.MapTuple(lambda key, s: window.TimestampedValue((key, s), s))
    )


def with_end(
    group: Any, span: Any = beam.DoFn.WindowParam, stamp: Any = beam.DoFn.TimestampParam
) -> tuple[str, list[int], int, int]:
    return group[0], sorted(group[1]), int(span.end), int(stamp)


def batch_of(number: int) -> Iterator[Keyed]:
    for part in range(number):
        rows = pa.record_batch({"n": list(range(part)), "text": ["漢字"] * part})
        yield BatchKey("prepare", number, part), rows


def rows_of(keyed: Keyed) -> tuple[int, int, list[str]]:
    key, batch = keyed
    return key.unit, key.batch, batch["text"].to_pylist()


def two_kinds(number: int) -> Iterator[Any]:
    yield number
    yield beam.pvalue.TaggedOutput("odd" if number % 2 else "even", str(number))


def all_tagged(pipeline: beam.Pipeline) -> beam.PCollection:
    several = (
        pipeline
        | beam.Create([1, 2, 3])
        | beam.FlatMap(two_kinds).with_outputs("odd", "even", main="all")
    )
    texts = (several.odd, several.even) | "Texts" >> beam.Flatten()
    return (several.all, texts | beam.Map(int)) | "Both" >> beam.Flatten()


def sliding(pipeline: beam.Pipeline) -> beam.PCollection:
    windows = window.SlidingWindows(20, 10)
    return stamped(pipeline) | beam.WindowInto(windows) | beam.GroupByKey() | beam.Map(with_end)


def windowed(into: window.WindowFn, **how: Any) -> Callable[[beam.Pipeline], beam.PCollection]:
    def build(pipeline: beam.Pipeline) -> beam.PCollection:
        spans = stamped(pipeline) | beam.WindowInto(into, **how)
        return spans | beam.GroupByKey() | beam.Map(with_end)

    return build


def in_windows_of_sides(pipeline: beam.Pipeline) -> beam.PCollection:
    main = stamped(pipeline) | "Main" >> beam.WindowInto(window.FixedWindows(10))
    side = (
        pipeline
        | "Side" >> beam.Create([2, 13, 14])
        | beam.Map(lambda second: window.TimestampedValue(second, second))
        | "SideWindows" >> beam.WindowInto(window.FixedWindows(10))
    )
    return main | beam.MapTuple(
        lambda key, second, seen=(): (key, second, sorted(seen)), seen=beam.pvalue.AsList(side)
    )


#: Name -> pipeline, and what comes out of it.
CASES: dict[str, tuple[Callable[[beam.Pipeline], beam.PCollection], list[Any]]] = {
    "words": (
        lambda p: ones(p, ["a b", "c", "c"]) | beam.CombinePerKey(sum),
        [("a b", 1), ("c", 2)],
    ),
    "groups": (lambda p: grouped(ones(p, ["x", "y", "x"])), [("x", [1, 1]), ("y", [1])]),
    "none as a key": (
        lambda p: p | beam.Create([(None, 1), (None, 2)]) | beam.CombinePerKey(sum),
        [(None, 3)],
    ),
    "empty": (lambda p: grouped(p | beam.Create([])), []),
    "empty sum": (lambda p: p | beam.Create([]) | beam.CombineGlobally(sum), [0]),
    "flatten": (
        lambda p: (p | "A" >> beam.Create([1, 2]), p | "B" >> beam.Create(["一"]))
        | beam.Flatten()
        | beam.Map(str),
        ["1", "2", "一"],
    ),
    "flatten nothing": (lambda p: () | beam.Flatten(pipeline=p) | beam.Map(str), []),
    "flatten itself": (
        lambda p: (lambda c: (c, c) | beam.Flatten())(p | beam.Create([1, 2])),
        [1, 1, 2, 2],
    ),
    "reshuffle": (
        lambda p: p | beam.Create(range(50)) | beam.Reshuffle() | beam.Map(lambda n: n % 7),
        [n % 7 for n in range(50)],
    ),
    "record batches": (
        lambda p: p
        | beam.Create([1, 3])
        | beam.FlatMap(batch_of).with_output_types(Keyed)
        | beam.Reshuffle()
        | beam.Map(rows_of),
        [(1, 0, []), (3, 0, []), (3, 1, ["漢字"]), (3, 2, ["漢字", "漢字"])],
    ),
    "large values": (
        lambda p: p
        | beam.Create([3, 5])
        | beam.Map(lambda n: (n % 2, b"x" * n * 100_000)).with_output_types(tuple[int, bytes])
        | beam.GroupByKey()
        | beam.MapTuple(lambda key, values: (key, sorted(map(len, values)))),
        [(1, [300_000, 500_000])],
    ),
    "hot key": (
        lambda p: p
        | beam.Create([(0, n) for n in range(3000)] + [(n, n) for n in range(1, 300)])
        | beam.GroupByKey()
        | beam.MapTuple(lambda key, values: (key, sum(values))),
        [(0, sum(range(3000)))] + [(n, n) for n in range(1, 300)],
    ),
    "tagged outputs": (all_tagged, [1, 1, 2, 2, 3, 3]),
    "cogroup": (
        lambda p: {"a": ones(p, ["x"]), "b": p | "B" >> beam.Create([("x", 5), ("y", 6)])}
        | beam.CoGroupByKey()
        | beam.MapTuple(lambda key, sides: (key, list(sides["a"]), list(sides["b"]))),
        [("x", [1], [5]), ("y", [], [6])],
    ),
    "side input": (
        lambda p: p
        | beam.Create([1, 2])
        | beam.Map(
            lambda n, names, all_names: (names[n], len(list(all_names))),
            names=beam.pvalue.AsDict(p | "Names" >> beam.Create([(1, "一"), (2, "二")])),
            all_names=beam.pvalue.AsIter(p | "All" >> beam.Create(["a", "b", "c"])),
        ),
        [("一", 3), ("二", 3)],
    ),
    "empty side input": (
        lambda p: p
        | beam.Create([1])
        | beam.Map(
            lambda n, nothing: (n, list(nothing)),
            nothing=beam.pvalue.AsIter(p | "None" >> beam.Create([])),
        ),
        [(1, [])],
    ),
    "side inputs by window": (
        in_windows_of_sides,
        [
            ("a", 1, [2]), ("a", 4, [2]), ("a", 12, [13, 14]),
            ("a", 25, []), ("b", 12, [13, 14]), ("b", 13, [13, 14]),
        ],
    ),
    "fixed windows": (
        windowed(window.FixedWindows(10)),
        [("a", [1, 4], 10, 9), ("a", [12], 20, 19), ("b", [12, 13], 20, 19), ("a", [25], 30, 29)],
    ),
    "latest timestamp": (
        windowed(
            window.FixedWindows(10),
            timestamp_combiner=window.TimestampCombiner.OUTPUT_AT_LATEST,
        ),
        [("a", [1, 4], 10, 4), ("a", [12], 20, 12), ("b", [12, 13], 20, 13), ("a", [25], 30, 25)],
    ),
    "sliding windows": (
        sliding,
        [
            ("a", [1, 4], 10, 9), ("a", [1, 4, 12], 20, 19), ("a", [12, 25], 30, 29),
            ("a", [25], 40, 39), ("b", [12, 13], 20, 19), ("b", [12, 13], 30, 29),
        ],
    ),
    "sessions": (
        windowed(window.Sessions(9)),
        [("a", [1, 4, 12], 21, 20), ("a", [25], 34, 33), ("b", [12, 13], 22, 21)],
    ),
    # All is there at once, so a trigger in the global window fires once.
    "triggers of a batch": (
        lambda p: p
        | beam.Create([("a", 1)] * 5)
        | beam.WindowInto(
            window.GlobalWindows(),
            trigger=trigger.Repeatedly(trigger.AfterCount(2)),
            accumulation_mode=trigger.AccumulationMode.DISCARDING,
        )
        | beam.GroupByKey()
        | beam.MapTuple(lambda key, values: (key, sum(values))),
        [("a", 5)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_comes_out(name: str, runner: SparkRunner) -> None:
    build, expected = CASES[name]
    with beam.Pipeline(runner=runner) as pipeline:
        assert_that(build(pipeline), equal_to(expected))


def test_a_wrong_expectation_is_seen(runner: SparkRunner) -> None:
    with pytest.raises(BeamAssertException), beam.Pipeline(runner=runner) as pipeline:
        assert_that(pipeline | beam.Create([1]), equal_to([2]))


def write_lines(element: Any, folder: str) -> None:
    # One file for each element and process; appended in one piece.
    with Path(folder, f"{random.getrandbits(64):x}").open("x") as file:
        file.write(repr(element))


def lines_of(folder: Path) -> Counter[str]:
    return Counter(path.read_text() for path in folder.iterdir())


def noted(element: Any, folder: str) -> Any:
    write_lines(element, folder)
    return element


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    pairs=st.lists(st.tuples(st.text(max_size=2), st.integers(-3, 3)), max_size=30),
    steps=st.lists(st.sampled_from(["sum", "swap", "double", "reshuffle", "group"]), max_size=3),
)
def test_same_as_the_runner_in_memory(
    pairs: list[tuple[str, int]],
    steps: list[str],
    runner: SparkRunner,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    found = []
    for engine in (FnApiRunner(), runner):
        folder = tmp_path_factory.mktemp("out")
        with beam.Pipeline(runner=engine) as pipeline:
            values = pipeline | beam.Create(pairs)
            for number, step in enumerate(steps):
                values = apply_step(values, f"{number}", step)
            _ = values | "Write" >> beam.Map(write_lines, str(folder))
        found.append(lines_of(folder))
    assert found[0] == found[1]


def apply_step(values: beam.PCollection, label: str, step: str) -> beam.PCollection:
    if step == "sum":
        keyed = values | f"Key{label}" >> beam.Map(lambda pair: (str(pair[0]), len(str(pair[1]))))
        return keyed | label >> beam.CombinePerKey(sum)
    if step == "swap":
        return values | label >> beam.Map(lambda pair: (str(pair[1]), str(pair[0])))
    if step == "double":
        return (values, values) | label >> beam.Flatten()
    if step == "reshuffle":
        return values | label >> beam.Reshuffle()
    groups = values | f"Text{label}" >> beam.Map(lambda pair: (str(pair[0]), str(pair[1])))
    groups = groups | label >> beam.GroupByKey()
    return groups | f"Sort{label}" >> beam.MapTuple(lambda key, group: (key, tuple(sorted(group))))


def test_what_several_read_is_made_once(runner: SparkRunner, tmp_path: Path) -> None:
    with beam.Pipeline(runner=runner) as pipeline:
        numbers = pipeline | beam.Create([1, 2, 3]) | beam.Map(noted, str(tmp_path))
        one = numbers | "One" >> beam.Map(lambda number: (number, 1)) | beam.GroupByKey()
        two = numbers | "Two" >> beam.Map(lambda number: number + 1)
        three = numbers | "Three" >> beam.Map(
            lambda number, every: number + len(every), every=beam.pvalue.AsList(two)
        )
        assert_that(one | beam.Keys(), equal_to([1, 2, 3]), "CheckOne")
        assert_that(three, equal_to([4, 5, 6]), "CheckThree")
    assert lines_of(tmp_path) == {"1": 1, "2": 1, "3": 1}


def test_what_two_shuffles_read_is_made_once(runner: SparkRunner, tmp_path: Path) -> None:
    with beam.Pipeline(runner=runner) as pipeline:
        pairs = pipeline | beam.Create([(1, 1), (2, 2)]) | beam.Map(noted, str(tmp_path))
        for label in ("One", "Two"):
            _ = pairs | label >> beam.GroupByKey() | f"{label}Keys" >> beam.Keys()
    assert lines_of(tmp_path) == {"(1, 1)": 1, "(2, 2)": 1}


def timed(element: Any, folder: str, step: str) -> Any:
    Path(folder, f"{step}-{time.monotonic_ns()}").touch()
    return element


def test_who_waits_for_a_collection_starts_when_all_of_it_is_there(
    runner: SparkRunner, tmp_path: Path
) -> None:
    with beam.Pipeline(runner=runner) as pipeline:
        start = pipeline | beam.Create([1, 2, 3])
        first = start | "First" >> beam.Map(timed, str(tmp_path), "first")
        second = start | WaitOn(first) | "Second" >> beam.Map(timed, str(tmp_path), "second")
        _ = start | "Wait" >> WaitOn(second) | "Third" >> beam.Map(timed, str(tmp_path), "third")
    steps = [path.name.split("-") for path in tmp_path.iterdir()]
    in_order = [step for step, _ in sorted(steps, key=lambda step: int(step[1]))]
    assert in_order == ["first"] * 3 + ["second"] * 3 + ["third"] * 3


def test_what_nothing_reads_is_made_too(runner: SparkRunner, tmp_path: Path) -> None:
    with beam.Pipeline(runner=runner) as pipeline:
        notes = pipeline | beam.Create([("a", 1)]) | beam.Map(noted, str(tmp_path))
        _ = notes | beam.GroupByKey()
    assert lines_of(tmp_path) == {"('a', 1)": 1}


def test_units_are_spread_evenly(runner: SparkRunner) -> None:
    context = runner.context
    from corpus_pipeline.spark_runner.runner import spread

    units = context.parallelize(range(12), 1)
    assert [len(part) for part in spread(units, 4).glom().collect()] == [3, 3, 3, 3]


def divide(number: int) -> float:
    return 1 / number


def open_input(number: int) -> None:
    raise InputError(f"{number}.jsonl: not found; check `inputs`")


def test_an_exception_of_a_dofn_comes_back(
    runner: SparkRunner, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ZeroDivisionError, match="division by zero") as caught:  # noqa: SIM117
        with beam.Pipeline(runner=runner) as pipeline:
            _ = pipeline | beam.Create([1, 0]) | "Divide" >> beam.Map(divide)
    assert "in divide" in caught.value.__notes__[0]
    # No wall of Java.
    assert "at org.apache.spark" not in capfd.readouterr().err


def test_errors_of_an_imported_module_come_back_as_themselves(runner: SparkRunner) -> None:
    with pytest.raises(InputError) as caught, beam.Pipeline(runner=runner) as pipeline:
        _ = pipeline | beam.Create([7]) | beam.Map(open_input)
    assert str(caught.value).startswith("7.jsonl: not found; check `inputs` [while running ")


def test_refusals_come_before_anything_runs(runner: SparkRunner, tmp_path: Path) -> None:
    pipeline = beam.Pipeline(runner=runner)
    pairs = pipeline | beam.Create([("a", 1)]) | beam.Map(noted, str(tmp_path))
    _ = pairs | beam.GroupIntoBatches(2)
    with pytest.raises(UnsupportedPipelineError, match="uses timers"):
        pipeline.run()
    assert not list(tmp_path.iterdir())


class Counting(beam.DoFn):  # type: ignore[misc]
    def __init__(self, folder: str = "") -> None:
        self.folder = folder
        self.seen = Metrics.counter("test", "seen")
        self.sizes = Metrics.distribution("test", "sizes")
        self.names = Metrics.string_set("test", "names")

    def process(self, number: int) -> Iterator[int]:
        if number == 0 and self.folder:
            while not Path(self.folder, "go").exists():
                time.sleep(0.05)
        self.seen.inc()
        self.sizes.update(number)
        self.names.add(str(number % 2))
        yield number


def counter(result: Any) -> int:
    counters = result.metrics().query(MetricsFilter().with_name("seen"))["counters"]
    return sum(metric.attempted for metric in counters)


def test_metrics_come_back_and_add_up(runner: SparkRunner) -> None:
    for _ in range(2):
        pipeline = beam.Pipeline(runner=runner)
        _ = pipeline | beam.Create(range(10)) | "Count" >> beam.ParDo(Counting())
        result = pipeline.run()
        assert result.wait_until_finish() == PipelineState.DONE
        found = result.metrics().query()
        assert counter(result) == 10
        (sizes,) = found["distributions"]
        assert (sizes.committed.sum, sizes.committed.min, sizes.committed.max) == (45, 0, 9)
        assert sizes.key.step == "Count"
        (names,) = found["string_sets"]
        assert set(names.committed) == {"0", "1"}
    # Metrics of pipelines that ended are not kept in Spark.
    assert runner._meter.value.keys() <= {result._job.pipeline}


def test_metrics_are_there_while_it_runs(runner: SparkRunner, tmp_path: Path) -> None:
    pipeline = beam.Pipeline(runner=runner)
    _ = pipeline | beam.Create(range(6)) | beam.ParDo(Counting(str(tmp_path)))
    result = pipeline.run()
    assert result.wait_until_finish(duration=1) is None
    assert result.state == PipelineState.RUNNING
    until = time.monotonic() + 60
    while counter(result) < 4 and time.monotonic() < until:
        time.sleep(0.05)
    # The task of number 0 waits; the others are done.
    assert counter(result) == 4
    (tmp_path / "go").touch()
    assert result.wait_until_finish() == PipelineState.DONE
    assert counter(result) == 6


def test_cancel_ends_a_pipeline(runner: SparkRunner, tmp_path: Path) -> None:
    pipeline = beam.Pipeline(runner=runner)
    _ = pipeline | beam.Create(range(6)) | beam.ParDo(Counting(str(tmp_path)))
    result = pipeline.run()
    while counter(result) < 4:
        time.sleep(0.05)
    assert result.cancel() == PipelineState.CANCELLED
    assert result.wait_until_finish() == PipelineState.CANCELLED
    with beam.Pipeline(runner=runner) as after:
        assert_that(after | beam.Create([1]), equal_to([1]))


def test_two_pipelines_at_once(runner: SparkRunner) -> None:
    results = []
    for factor in (1, 10):
        pipeline = beam.Pipeline(runner=runner)
        _ = pipeline | beam.Create([factor] * factor) | "Count" >> beam.ParDo(Counting())
        results.append(pipeline.run())
    for result in results:
        result.wait_until_finish()
    assert [counter(result) for result in results] == [1, 10]
    assert not [t for t in threading.enumerate() if t.name == "spark-pipeline"]


def test_a_found_context_is_used_and_left_alone(
    runner: SparkRunner, caplog: pytest.LogCaptureFixture
) -> None:
    other = SparkRunner({"spark.master": "local[1]"})
    assert other.context is runner.context
    assert "its own values stand for spark.master" in caplog.text
    other.close()
    with beam.Pipeline(runner=runner) as pipeline:
        assert_that(pipeline | beam.Create([1]), equal_to([1]))


def set_up() -> None:
    import os

    os.environ["SET_UP"] = str(int(os.environ.get("SET_UP", "0")) + 1)


def times_set_up(number: int) -> str:
    import os

    return os.environ.get("SET_UP", "0")


def test_workers_are_set_up_once(runner: SparkRunner) -> None:
    assert runner.context is not None, "the session that the new runner finds"
    ready = SparkRunner(worker_setup=set_up)
    for _ in range(2):
        with beam.Pipeline(runner=ready) as pipeline:
            values = pipeline | beam.Create(range(6)) | beam.Map(times_set_up)
            assert_that(values, equal_to(["1"] * 6))


def test_the_runner_has_a_name_for_options(runner: SparkRunner) -> None:
    name = "corpus_pipeline.spark_runner.SparkRunner"
    assert runner.context is not None
    with beam.Pipeline(argv=[f"--runner={name}"]) as pipeline:
        assert_that(pipeline | beam.Create([1]), equal_to([1]))
