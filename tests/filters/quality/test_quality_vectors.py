"""The profiles of peers decide as the peers do, rule by rule, on stored documents.

`vectors/PEER.jsonl` is what the peer itself said (`make golden-peers` asks it again): of
`documents.jsonl`, and of texts of its own that stand there. `peer_rules` says which rule is which.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from peer_rules import PEERS, Peer

from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rules import QualityProfile, quality_failures

VECTORS = Path(__file__).parent / "vectors"
CASES = [
    pytest.param(name, peer, rule, id=f"{peer.profile} {rule}")
    for name, peers in PEERS.items()
    for peer in peers
    for rule in peer.rules
]


@cache
def rows(name: str) -> list[dict[str, Any]]:
    lines = (VECTORS / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def texts(name: str) -> dict[str, str]:
    """Returns document -> text."""
    known = {each["name"]: each["text"] for each in rows("documents")}
    return {each["name"]: each.get("text") or known[each["name"]] for each in rows(name)[1:]}


def dropped(
    documents: dict[str, str], profile: QualityProfile, language: str
) -> dict[str, set[str]]:
    """Returns reason -> documents."""
    names, langs = [*documents], pa.array([language] * len(documents))
    measures = measure_quality(
        pa.array([*documents.values()]), langs, profile.prose, profile.definitions, profile.more
    )
    failures = quality_failures(measures, langs, profile)
    return {
        reason: {names[row] for row in failed.nonzero()[0]} for reason, failed in failures.items()
    }


@cache
def ours(name: str, profile: str, language: str) -> dict[str, set[str]]:
    """Returns reason -> documents, of all of a file."""
    return dropped(texts(name), load_profile(profile), language)


def unknown(peer: Peer, answer: dict[str, Any], rule: str) -> bool:
    """Says whether the peer does not tell of a rule: chance decides, or an earlier one did."""
    before = [order[: order.index(rule)] for order in peer.first_of if rule in order]
    hidden = any(each in answer["failed"] for each in (before[0] if before else ()))
    return hidden or rule in answer.get("undecided", ())


@pytest.mark.parametrize(("name", "peer", "rule"), CASES)
def test_a_profile_of_a_peer_decides_as_the_peer(name: str, peer: Peer, rule: str) -> None:
    told = [each for each in rows(name)[1:] if not unknown(peer, each, rule)]
    there = {each["name"] for each in told if rule in each["failed"]}
    found = ours(name, peer.profile, peer.language)
    here = set[str]().union(*(found[reason] for reason in peer.rules[rule]))
    here &= {each["name"] for each in told}
    only_there, only_here = peer.differ.get(rule, ((), ()))
    assert (sorted(there - here), sorted(here - there)) == (sorted(only_there), sorted(only_here))


@pytest.mark.parametrize("name", PEERS)
def test_the_vectors_meet_the_rules_and_no_other_rule_of_the_profile_drops_any(name: str) -> None:
    versions, *answers = rows(name)
    peers = PEERS[name]
    assert versions.keys() == {name, *peers[0].packages, "python"}
    assert len({each["name"] for each in answers}) == len(answers)
    met = {rule for each in answers for rule in each["failed"]}
    for peer in peers:
        assert len(peer.rules.keys() - met) <= 1
        reasons = {reason for found in peer.rules.values() for reason in found}
        drops = {r for r, found in ours(name, peer.profile, peer.language).items() if found}
        assert drops <= reasons


def test_without_words_of_digits_data_juicer_and_its_profile_agree() -> None:
    rule, (peer,) = "word_repetition", PEERS["data-juicer"]
    only_there, only_here = peer.differ[rule]
    letters = {
        name: " ".join(
            word for word in texts("data-juicer")[name].split() if any(map(str.isalpha, word))
        )
        for name in (*only_there, *only_here)
    }
    (reason,) = peer.rules[rule]
    found = dropped(letters, load_profile(peer.profile), "en")
    assert found[reason] == {*only_there}


def test_stop_words_of_ones_own_are_counted_as_bigscience_counts_them(tmp_path: Path) -> None:
    versions, *answers = rows("bigscience")
    own = tmp_path / "roots.yaml"
    words = json.dumps({"en": versions["stop_words"]})
    own.write_text(
        f"base: bigscience\nmeasures:\n  stop_words: {words}\nrules:\n  text_min_stop_words: 0.3\n"
    )
    here = dropped(texts("bigscience"), load_profile(str(own)), "en")["text-stop-word-share-low"]
    assert here == {each["name"] for each in answers if "stopwords" in each["failed"]}
