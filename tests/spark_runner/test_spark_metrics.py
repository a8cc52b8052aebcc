"""Adding up metrics of Beam."""

from typing import Any

import pytest
from apache_beam.metrics import monitoring_infos as beam_infos
from apache_beam.metrics.cells import (
    BoundedTrieData,
    DistributionData,
    GaugeData,
    _BoundedTrieNode,
)

from corpus_pipeline.spark_runner.metrics import MergeInfos, merged


def trie(*path: str) -> BoundedTrieData:
    root = _BoundedTrieNode()
    root.add(path)
    return BoundedTrieData(root=root)


@pytest.mark.parametrize(
    ("make", "values", "read", "expected"),
    [
        (beam_infos.int64_user_counter, [3, 4, 5], beam_infos.extract_counter_value, 12),
        (
            beam_infos.int64_user_distribution,
            [DistributionData(5, 2, 1, 4), DistributionData(7, 1, 7, 7)],
            beam_infos.extract_distribution,
            (3, 12, 1, 7),
        ),
        (
            beam_infos.int64_user_gauge,
            [GaugeData(1, timestamp=10), GaugeData(2, timestamp=30), GaugeData(3, timestamp=20)],
            beam_infos.extract_gauge_value,
            (30, 2),
        ),
        (
            beam_infos.user_set_string,
            [{"a", "b"}, {"b", "c"}, set()],
            beam_infos.extract_string_set_value,
            {"a", "b", "c"},
        ),
        (
            beam_infos.user_bounded_trie,
            [trie("a", "b"), trie("a", "c")],
            lambda info: set(beam_infos.extract_bounded_trie_value(info).flattened()),
            {("a", "b", False), ("a", "c", False)},
        ),
    ],
    ids=["counter", "distribution", "gauge", "strings", "trie"],
)
def test_bundles_add_up(make: Any, values: list[Any], read: Any, expected: Any) -> None:
    infos = [make("space", "name", value, ptransform="Step") for value in values]
    (one,) = merged(infos)
    assert read(one) == expected
    # The order of tasks does not matter, nor how they are put together.
    (other,) = merged([*merged(infos[1:]), infos[0]])
    assert read(other) == expected


def test_steps_and_names_stay_apart() -> None:
    infos = [
        beam_infos.int64_user_counter("space", name, 1, ptransform=step)
        for name, step in [("a", "One"), ("b", "One"), ("a", "Two"), ("a", "One")]
    ]
    values = sorted(beam_infos.extract_counter_value(info) for info in merged(infos))
    assert values == [1, 1, 2]


def test_metrics_of_beam_itself_are_dropped() -> None:
    assert merged([beam_infos.int64_counter(beam_infos.ELEMENT_COUNT_URN, 1)]) == []


def test_metrics_of_ended_pipelines_are_dropped() -> None:
    merge = MergeInfos()
    assert merge.live is not None
    merge.live.add("new")
    assert merge.addInPlace({"old": []}, {"new": [], "older": []}) == {"new": []}


def test_a_worker_knows_no_pipelines_and_keeps_all_metrics() -> None:
    make, arguments = MergeInfos().__reduce__()
    assert make(*arguments).addInPlace({}, {"any": []}) == {"any": []}
