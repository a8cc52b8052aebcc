"""Loading, and the choice among overlapping findings."""

import itertools
import socket
import subprocess
import sys

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.scrub.candidates import ENTITIES
from corpus_pipeline.scrub.detectors import (
    Finding,
    cover,
    load_detectors,
    resolve_overlaps,
)
from corpus_pipeline.scrub.finding import load_finders
from corpus_pipeline.scrub.scrubbing import scrub_texts
from corpus_pipeline.scrub.spans import FinderOptions


def test_loading_is_lazy() -> None:
    code = (
        "import sys, corpus_pipeline.scrub.scrubbing, corpus_pipeline.scrub.numbers;"
        "assert not {'phonenumbers', 'tldextract'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setenv("TLDEXTRACT_CACHE", str(tmp_path))
    texts = pa.array(["li@example.co.uk 13812345678 93.184.216.34 GB82WEST12345698765432"])
    scrubbed = scrub_texts(texts, load_finders(ENTITIES, FinderOptions()))
    assert "example" not in scrubbed.texts[0].as_py()


def test_the_network_check_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with socket.socket() as client, pytest.raises(AssertionError):
        client.connect(("127.0.0.1", 9))


@pytest.mark.parametrize(
    ("entities", "regions", "message"),
    [
        ([], ["CN"], "at least one entity"),
        (["EMAIL"], ["CN"], "unknown entity 'EMAIL'"),
        (["PHONE_NUMBER"], ["XX"], "unknown region 'XX'"),
        (["PHONE_NUMBER"], [], "at least one region"),
    ],
)
def test_unknown_names(entities: list[str], regions: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_detectors(entities, regions)


def test_only_named_entities_are_loaded() -> None:
    detectors = load_detectors(["CN_ID", "EMAIL_ADDRESS"], ["CN"])
    assert detectors.entities == ("EMAIL_ADDRESS", "CN_ID")
    assert detectors.kinds == 0b100001
    assert set(detectors.checked) == {0b1, 0b100000}
    assert detectors.phones is None


FINDINGS = st.builds(
    lambda start, length, entity: Finding(start, start + length, entity),
    st.integers(0, 30),
    st.integers(1, 8),
    st.integers(0, len(ENTITIES) - 1),
)


@given(st.lists(FINDINGS, max_size=8), st.randoms())
def test_overlaps(findings: list[Finding], shuffle: object) -> None:
    kept = resolve_overlaps(findings)
    assert kept == sorted(kept)
    assert all(a.end <= b.start for a, b in itertools.pairwise(kept))
    assert kept == resolve_overlaps(findings[::-1])
    for finding in findings:
        rivals = [k for k in kept if k.start < finding.end and finding.start < k.end]
        # A finding is lost only to one that is at least as long.
        assert any(k.end - k.start >= finding.end - finding.start for k in rivals)


def test_equal_spans_go_to_the_stricter_check() -> None:
    assert resolve_overlaps([Finding(0, 18, 3), Finding(0, 18, 5)]) == [Finding(0, 18, 5)]


def test_covered_findings_keep_positions() -> None:
    covered = cover("a12b34", [Finding(1, 3, 0), Finding(4, 6, 0)])
    assert [len(covered), covered[0], covered[3]] == [6, "a", "b"]
    assert not any(map(str.isalnum, covered[1:3] + covered[4:]))
