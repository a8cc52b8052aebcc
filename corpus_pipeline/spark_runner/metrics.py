"""Metrics of Beam as a value that Spark's accumulators add up.

Beam's own `consolidate` adds counters and distributions only; gauges, string sets and tries of many
bundles would pile up beside each other.
"""

from collections.abc import Callable, Iterable

from apache_beam import coders
from apache_beam.coders.coder_impl import create_InputStream
from apache_beam.metrics import monitoring_infos
from apache_beam.metrics.cells import BoundedTrieData
from apache_beam.portability.api import metrics_pb2

Infos = dict[str, list[bytes]]
"""Pipeline -> its metrics, as serialized MonitoringInfos."""

_STRINGS = coders.IterableCoder(coders.StrUtf8Coder())


def _later(first: bytes, second: bytes) -> bytes:
    return max(first, second, key=_milliseconds)


def _milliseconds(gauge: bytes) -> int:
    stream = create_InputStream(gauge)
    return int(coders.VarIntCoder().get_impl().decode_from_stream(stream, True))


def _all_strings(first: bytes, second: bytes) -> bytes:
    return bytes(_STRINGS.encode(sorted({*_STRINGS.decode(first), *_STRINGS.decode(second)})))


def _both_tries(first: bytes, second: bytes) -> bytes:
    one, two = (
        BoundedTrieData.from_proto(metrics_pb2.BoundedTrie.FromString(trie))
        for trie in (first, second)
    )
    return bytes(one.combine(two).to_proto().SerializeToString())


#: Type of a metric -> how two payloads become one.
_COMBINERS: dict[str, Callable[[bytes, bytes], bytes]] = {
    monitoring_infos.SUM_INT64_TYPE: monitoring_infos.sum_payload_combiner,
    monitoring_infos.DISTRIBUTION_INT64_TYPE: monitoring_infos.distribution_payload_combiner,
    monitoring_infos.LATEST_INT64_TYPE: _later,
    monitoring_infos.STRING_SET_TYPE: _all_strings,
    monitoring_infos.BOUNDED_TRIE_TYPE: _both_tries,
}


def merged(infos: Iterable[metrics_pb2.MonitoringInfo]) -> list[metrics_pb2.MonitoringInfo]:
    """Adds up metrics of the same name and step; drops what is no metric of the user's."""
    found: dict[frozenset[object], metrics_pb2.MonitoringInfo] = {}
    for info in infos:
        combine = _COMBINERS.get(info.type)
        if combine is None or not monitoring_infos.is_user_monitoring_info(info):
            continue
        key = monitoring_infos.to_key(info)
        if key in found:
            info = metrics_pb2.MonitoringInfo(
                urn=info.urn,
                type=info.type,
                labels=info.labels,
                payload=combine(found[key].payload, info.payload),
            )
        found[key] = info
    return list(found.values())


class MergeInfos:
    """Adds up metrics of pipelines; what Spark calls the parameter of an accumulator."""

    def __init__(self) -> None:
        #: Pipelines that run now, on the driver; updates of others come too late and are dropped.
        self.live: set[str] | None = set()

    def __reduce__(self) -> tuple[Callable[[], "MergeInfos"], tuple[()]]:
        return _worker_merge, ()

    def zero(self, value: Infos) -> Infos:
        """Returns no metrics."""
        return {}

    def addInPlace(self, value: Infos, more: Infos) -> Infos:
        """Returns both added up, pipeline by pipeline; changes neither."""
        sums = dict(value)
        for pipeline, infos in more.items():
            both = [*sums.get(pipeline, []), *infos]
            added = merged(map(metrics_pb2.MonitoringInfo.FromString, both))
            sums[pipeline] = [info.SerializeToString() for info in added]
        return {p: infos for p, infos in sums.items() if self.live is None or p in self.live}


def _worker_merge() -> MergeInfos:
    merge = MergeInfos()
    merge.live = None
    return merge
