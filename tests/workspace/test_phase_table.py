"""The table of phases: what is read was written before, and the stages and the costs know all."""

from corpus_pipeline.dedup.matches import DEDUP_REASONS, KINDS, MATCHES
from corpus_pipeline.dedup.step import DedupSection
from corpus_pipeline.planning.costs import load_costs
from corpus_pipeline.stages.matching import DONE_BY
from corpus_pipeline.workspace.phase_table import (
    DROPPING,
    MERGES,
    PHASES,
    REMOVING,
    matches,
    merged_by,
    row_of,
)


def test_what_a_phase_reads_was_written_before() -> None:
    written: set[str] = set()
    for row in PHASES:
        assert set(row.reads) <= written, row.name
        written |= set(row.folders)
        assert set(row.published) <= set(row.writes), row.name


def test_each_match_has_its_merge_behind_it() -> None:
    names = [row.name for row in PHASES]
    assert len(set(names)) == len(names)
    for name, folder in MERGES.items():
        match = merged_by(name)
        assert names[names.index(match.name) + 1] == name
        assert folder == f"{match.name}/{match.merged}"
        assert row_of(name).removes == match.removes


def test_the_order_of_the_removals() -> None:
    assert REMOVING == (
        "merge-contamination", "merge-address", "merge-exact", "merge-resolve", "merge-sentence",
        "merge-repeats", "merge-seen",
    )  # fmt: skip
    assert [*DROPPING.values()] == [
        "contaminated", "duplicate-url", "exact-duplicate", "document-duplicate",
    ]  # fmt: skip
    assert set(DROPPING.values()) <= set(DEDUP_REASONS)
    assert row_of("finish").reads[1:] == tuple(f"{name}/removals" for name in REMOVING)


def test_kinds_that_are_off_leave_their_phases_out() -> None:
    assert matches(lambda kind: False) == []
    assert matches(lambda kind: True) == [row.name for row in PHASES if row.kind]
    assert matches(lambda kind: kind == "sentence") == ["sentence", "merge-sentence"]
    assert tuple(dict.fromkeys(row.kind for row in PHASES if row.kind)) == KINDS


def test_the_stages_know_every_match() -> None:
    over = {row.name for row in PHASES if row.over in ("partitions", "groups")}
    assert DONE_BY.keys() - over == {"verify-again", "resolve-step"}
    assert over <= DONE_BY.keys()


def test_every_match_has_its_section() -> None:
    assert {name for name in DedupSection.model_fields if name != "enabled"} == set(KINDS)
    assert len(set(KINDS)) == len(MATCHES)


def test_the_costs_are_of_every_phase_and_folder() -> None:
    shipped = load_costs()
    assert shipped.unmeasured == ("address", "substring", "paragraph")
    measured = [row for row in PHASES if row.kind not in shipped.unmeasured]
    hashes = {f"prepare/hashes/{kind}" for kind in shipped.unmeasured}
    assert shipped.files.keys() == {folder for row in measured for folder in row.folders} - hashes
    assert shipped.phases.keys() >= {row.name for row in measured}
