"""Publication refuses a run whose parts do not add up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from runs import NotedProgress, Runner, small

from corpus_pipeline.errors import EngineError
from corpus_pipeline.workspace.run_file import digest_of
from corpus_pipeline.workspace.state import Manifest, Workspace

Change = Callable[[Manifest], Manifest]


class Forging(NotedProgress):
    """Changes manifests once *ledger* is done, as a fault in an engine or a stage would."""

    def __init__(self, output: Path, phase: str, changes: dict[int, Change]) -> None:
        super().__init__()
        self.output, self.phase, self.changes = output, phase, changes

    def finish(self, phase: str, seconds: float) -> None:
        super().finish(phase, seconds)
        if phase == "ledger":
            folder = next((self.output / ".work").glob(f"*/{self.phase}/manifests"))
            for item, change in self.changes.items():
                path = folder / f"{item:05d}.json"
                path.write_bytes(change(Manifest.from_json(path.read_bytes())).to_json())


def counting(name: str, more: int) -> Change:
    def change(manifest: Manifest) -> Manifest:
        counts = {**manifest.counts, name: manifest.counts.get(name, 0) + more}
        return Manifest(manifest.phase, manifest.item, manifest.files, counts)

    return change


def several_units(folder: Path) -> dict[str, Any]:
    return small(folder / "in", folder / "out", plan={"unit_bytes": 1000})


def test_documents_in_and_out_are_compared_unit_by_unit(run_here: Runner, tmp_path: Path) -> None:
    """One document too few here and one too many there: all together there are as many."""
    forging = Forging(
        tmp_path / "out", "finish", {0: counting("documents", -1), 1: counting("documents", 1)}
    )
    with pytest.raises(EngineError) as caught:
        run_here(several_units(tmp_path), progress=forging)
    assert str(caught.value) == (
        "unit 0: prepare kept 1 documents, finish read 0; this is a defect: please report it"
    )
    assert not (tmp_path / "out" / "run.json").exists()


def test_what_prepare_dropped_does_not_count(run_here: Runner, tmp_path: Path) -> None:
    forging = Forging(tmp_path / "out", "prepare", {2: counting("dropped-read-null-text", 1)})
    with pytest.raises(EngineError, match=r"unit 2: prepare kept 0 documents, finish read 1; "):
        run_here(several_units(tmp_path), progress=forging)


@pytest.mark.parametrize(
    ("phase", "name", "line"),
    [
        ("exact", "found",
         "phase merge-exact found 2 documents, 1 were dropped as exact-duplicate"),
        ("finish", "dropped-exact-duplicate",
         "phase merge-exact found 1 documents, 2 were dropped as exact-duplicate"),
    ],
)  # fmt: skip
def test_removals_that_were_found_are_those_that_were_applied(
    run_here: Runner, tmp_path: Path, phase: str, name: str, line: str
) -> None:
    forging = Forging(tmp_path / "out", phase, {0: counting(name, 1)})
    with pytest.raises(EngineError) as caught:
        run_here(several_units(tmp_path), progress=forging)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_a_unit_without_a_manifest_is_named(run_here: Runner, tmp_path: Path) -> None:
    class Losing(NotedProgress):
        def finish(self, phase: str, seconds: float) -> None:
            if phase == "ledger":
                next((tmp_path / "out" / ".work").glob("*/finish/manifests/00001.json")).unlink()

    with pytest.raises(EngineError, match="phase finish: the engine did not finish item 1; run"):
        run_here(several_units(tmp_path), progress=Losing())


def test_the_digest_is_of_the_content(run_here: Runner, tmp_path: Path) -> None:
    run = run_here(several_units(tmp_path))
    assert json.loads((tmp_path / "out" / "run.json").read_bytes()) == run
    assert run["digest"] == digest_of(run)
    assert run["digest"] != digest_of({**run, "counts": {}})
    assert run["fingerprint"]["units"]["number"] == 4
    assert not Workspace(str(tmp_path / "out"), 4, "").state.exists()
