"""What runs in Spark's workers, run in this process."""

import collections
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.coders import BytesCoder, VarIntCoder
from hypothesis import given
from hypothesis import strategies as st
from spark_runner.spark_pipelines import graph

from corpus_pipeline.errors import InputError
from corpus_pipeline.spark_runner import chunks as chunks_module
from corpus_pipeline.spark_runner import stage as stage_module
from corpus_pipeline.spark_runner.chunks import Grouping, decode, joined, partition_of, split
from corpus_pipeline.spark_runner.errors import StageFailure, UnsupportedPipelineError
from corpus_pipeline.spark_runner.failures import failure_of, unpack_failure
from corpus_pipeline.spark_runner.graph import Group, Stage, decoder_of
from corpus_pipeline.spark_runner.metrics import MergeInfos
from corpus_pipeline.spark_runner.stage import RunStage


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_split_gives_back_the_elements(values: list[bytes]) -> None:
    coder = BytesCoder().get_impl()
    elements = [coder.encode_nested(value) for value in values]
    assert list(split(b"".join(elements), coder)) == elements


def grouping_of(values: type) -> Grouping:
    """Returns the grouping of a pipeline that groups (int, values)."""
    steps = graph(
        lambda p: (
            p
            | beam.Impulse()
            | beam.Map(lambda _: (1, b"")).with_output_types(tuple[int, values])  # type: ignore[valid-type]
            | beam.GroupByKey()
        )
    )
    (step,) = (step for step in steps.steps if isinstance(step, Group))
    windowing = steps.components.pcollections[step.input].windowing_strategy_id
    return Grouping(
        steps.coding(),
        steps.coder(step.input),
        steps.coder(step.output),
        windowing,
        True,
        steps.same_parts(step),
    )


#: Bytes are grouped as they are; the coder of any object stands with its length on one side only,
#: so such values are decoded.
BYTES = grouping_of(bytes)
OBJECTS = grouping_of(object)


@given(
    st.sampled_from([BYTES, OBJECTS]),
    st.lists(st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=9))), max_size=4),
)
def test_groups_have_all_values_of_their_key(
    grouping: Grouping, partitions: list[list[tuple[int, bytes]]]
) -> None:
    coders = decoder_of(grouping.coding).coders
    before = coders.get_by_id(grouping.input_coder).get_impl()
    after = coders.get_by_id(grouping.output_coder).get_impl()
    value = beam.transforms.window.GlobalWindows.windowed_value
    pieces = []
    expected = collections.defaultdict(list)
    for number, pairs in enumerate(partitions):
        chunk = b"".join(before.encode_nested(value(pair)) for pair in pairs)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(chunks_module, "PIECE_BYTES", 4)
            pieces += list(grouping.scatter(number, [chunk]))
        for key, content in pairs:
            expected[key].append(content)
    groups = [after.decode_nested(group) for group in grouping.gather(sorted(pieces))]
    # Values keep the order of partitions and of elements in them.
    assert {g.value[0]: list(g.value[1]) for g in groups} == expected
    for group in groups:
        assert group.windows == (beam.transforms.window.GlobalWindow(),)
        end = beam.transforms.window.GlobalWindow().max_timestamp()
        # Beam codes milliseconds.
        assert group.timestamp.micros // 1000 == end.micros // 1000


def test_bytes_are_grouped_without_decoding() -> None:
    assert BYTES.same_parts
    assert not OBJECTS.same_parts


def test_pieces_are_small_and_join_in_order() -> None:
    value = bytes(range(256)) * 1000
    coder = decoder_of(BYTES.coding).coders.get_by_id(BYTES.input_coder).get_impl()
    element = beam.transforms.window.GlobalWindows.windowed_value((7, value))
    pieces = list(BYTES.scatter(3, [coder.encode_nested(element)]))
    assert max(len(piece) for _, piece in pieces) == chunks_module.PIECE_BYTES
    assert list(joined(sorted(pieces))) == [BytesCoder().get_impl().encode_nested(value)]
    assert len({partition_of(key) for key, _ in pieces}) == 1


class Meter:
    """Stands in for Spark's accumulator."""

    def __init__(self) -> None:
        self.value: dict[str, list[bytes]] = {}
        self._merge = MergeInfos()
        assert self._merge.live is not None
        self._merge.live.add("pipeline")

    def add(self, more: dict[str, list[bytes]]) -> None:
        self.value = self._merge.addInPlace(self.value, more)


class Watcher(beam.DoFn):  # type: ignore[misc]
    """Notes the sizes of bundles."""

    sizes: list[int] = []  # noqa: RUF012
    setups = 0

    def setup(self) -> None:
        Watcher.setups += 1

    def start_bundle(self) -> None:
        Watcher.sizes.append(0)

    def process(self, element: int) -> Iterator[int]:
        Watcher.sizes[-1] += 1
        yield element + 1


def stage_of(transform: beam.PTransform, meter: Any) -> tuple[RunStage, Any]:
    """Returns a transform of ints as a stage that runs here, and the coder of its input."""
    steps = graph(
        lambda p: (
            p
            | beam.Create([1]).with_output_types(int)
            | beam.Reshuffle()
            | transform.with_output_types(int)
            | "Last" >> beam.Reshuffle()
            | "Read" >> beam.Map(str)
        )
    )
    (step,) = (s for s in steps.steps if isinstance(s, Stage) and "Watch" in s.name)
    stage = RunStage(
        pipeline="pipeline",
        descriptor=step.descriptor,
        descriptor_id=step.descriptor_id,
        source=step.source,
        sinks=step.sinks,
        side_tags=(),
        side=None,
        coding=steps.coding(),
        coder=steps.coder(step.input),
        single=True,
        meter=meter,
        setup=None,
        setup_id="",
        timeout=None,
    )
    return stage, decoder_of(steps.coding()).coders.get_by_id(steps.coder(step.input)).get_impl()


def elements_of(numbers: list[int], coder: Any) -> list[bytes]:
    value = beam.transforms.window.GlobalWindows.windowed_value
    return [coder.encode_nested(value(number)) for number in numbers]


def test_quick_elements_share_bundles_and_slow_ones_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage, coder = stage_of("Watch" >> beam.ParDo(Watcher()), Meter())
    for quick_seconds, expected in [(60.0, [1, 2, 4, 3]), (0.0, [1] * 10)]:
        monkeypatch.setattr(stage_module, "_QUICK_SECONDS", quick_seconds)
        monkeypatch.setattr(Watcher, "sizes", [])
        chunks = list(stage(elements_of(list(range(10)), coder)))
        numbers = [n.value for chunk in chunks for n in decode(chunk, coder)]
        assert numbers == list(range(1, 11))
        assert Watcher.sizes == expected


def test_dofns_are_set_up_once_for_many_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watcher, "setups", 0)
    stage, coder = stage_of("Watch" >> beam.ParDo(Watcher()), Meter())
    for _ in range(3):
        list(stage(elements_of([1, 2], coder)))
    assert Watcher.setups == 1


def fails(number: int) -> int:
    raise InputError(f"{number}.jsonl: gone")


def test_a_failure_is_packed_for_the_driver() -> None:
    stage, coder = stage_of("Watch" >> beam.Map(fails), Meter())
    with pytest.raises(StageFailure) as caught:
        list(stage(elements_of([5], coder)))
    error = unpack_failure(f"Spark says: {caught.value}\n\tat java.lang")
    assert type(error) is InputError
    assert str(error) == "5.jsonl: gone [while running 'Watch']"
    assert "fails" in error.__notes__[0]


class TwoParts(Exception):
    def __init__(self, one: str, two: int) -> None:
        super().__init__(f"{one} and {two}")


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (ValueError("a", 1), ValueError, "('a', 1)"),
        (KeyError("a"), KeyError, "'a'"),
        (InputError("x: gone"), InputError, "x: gone"),
        (UnsupportedPipelineError("no"), UnsupportedPipelineError, "no"),
        (TwoParts("a", 1), RuntimeError, "TwoParts: a and 1"),
        (ValueError("一\n二"), ValueError, "一\n二"),
        (
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
            RuntimeError,
            "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: bad",
        ),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_exceptions_come_back(error: Exception, kind: type, message: str) -> None:
    back = unpack_failure(f"Job aborted: {failure_of(error)}")
    assert type(back) is kind
    assert str(back) == message


def test_ints_are_split_at_their_ends() -> None:
    coder = VarIntCoder().get_impl()
    assert list(split(b"\x01\x80\x01\x02", coder)) == [b"\x01", b"\x80\x01", b"\x02"]
