"""What a run tells of itself: counts of each item once, whatever the engine tells and when."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from runs import NotedProgress, Runner, small

from corpus_pipeline import storage
from corpus_pipeline.pipelines import phase_runner
from corpus_pipeline.pipelines.phase_runner import PhaseRunner
from corpus_pipeline.pipelines.progress import CHECK
from corpus_pipeline.workspace.state import Manifest, Workspace
from corpus_pipeline.workspace.tally import Tally


class Stopped(Exception):
    """Stands for a lost machine."""


class Summing(NotedProgress):
    """Sums what is told; stops when a phase has done so many items."""

    def __init__(self, stop_in: str = "", after: int = 0) -> None:
        super().__init__()
        self.tally = Tally()
        self.told: list[str] = []
        self.expected: Mapping[str, float] = {}
        self._stop_in, self._left = stop_in, after

    def plan(self, plan: object, workers: int | None, phases: Mapping[str, float]) -> None:
        self.expected = phases

    def counted(self, phase: str, counts: Mapping[str, int]) -> None:
        self.told.append(phase)
        self.tally.add(phase, counts)

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        if phase == self._stop_in:
            self._left -= items
            if self._left <= 0:
                raise Stopped


def drops(counts: Mapping[str, int]) -> dict[str, int]:
    return {k.removeprefix("dropped-"): n for k, n in counts.items() if k.startswith("dropped-")}


@pytest.mark.parametrize("phase", ["prepare", "exact", "finish", "ledger"])
def test_a_run_that_is_taken_up_counts_each_item_once(
    run_here: Runner, tmp_path: Path, phase: str
) -> None:
    content = small(tmp_path / "in", tmp_path / "out", plan={"unit_bytes": 1000})
    with pytest.raises(Stopped):
        run_here(content, progress=Summing(phase, 1))
    progress = Summing()
    run = run_here(content, progress=progress)
    assert progress.tally.documents == run["counts"]["documents"]
    assert dict(progress.tally.drops) == drops(run["counts"])
    assert progress.tally.kept == 2
    assert progress.tally.read_bytes > 0


def test_the_phases_of_a_run_are_told_before_in_their_order(
    run_here: Runner, tmp_path: Path
) -> None:
    progress = Summing()
    run = run_here(small(tmp_path / "in", tmp_path / "out"), progress=progress)
    assert list(progress.expected) == [*progress.finished, CHECK]
    assert set(progress.expected) == {*run["phases"], CHECK}
    assert all(seconds > 0 for seconds in progress.expected.values())
    assert "read_bytes" not in run["counts"]
    assert all("counts" not in note for note in run["phases"].values())


class LateEngine:
    """Tells of a job as a cluster does: counters under way, what is done at the end."""

    workers = None

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.seen: list[int] = []

    def __enter__(self) -> "LateEngine":
        return self

    def __exit__(self, *exception: object) -> None: ...

    def run(self, phase: object, items: object, max_items: int, report: object) -> None:
        """Three items; the counters come behind the manifests, and once more for nothing."""
        for item in (1, 0, 2):
            self.workspace.put_manifest(Manifest("prepare", item, (), {"documents": 10 + item}))
            report.advance(1, 100)  # type: ignore[attr-defined]
            report.advance(0, 0)  # type: ignore[attr-defined]
        report.done([0, 1, 2], Counter())  # type: ignore[attr-defined]


class Phase:
    """A phase without work."""

    name = "prepare"

    def work(self, items: object) -> None: ...


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.0, [11, 10, 12]), (3600.0, [33])], ids=["looks", "at the end"]
)
def test_the_manifests_of_a_job_are_looked_at_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, told: list[int]
) -> None:
    monkeypatch.setattr(phase_runner, "_LOOK_SECONDS", seconds)
    monkeypatch.setattr(phase_runner, "_LOOK_SHARE", 0.0)
    workspace = Workspace(str(tmp_path), 3, "run")

    class Listing(Summing):
        def counted(self, phase: str, counts: Mapping[str, int]) -> None:
            documents.append(counts["documents"])

    documents: list[int] = []
    with storage.held(workspace.root, ".lock") as lease:
        runner = PhaseRunner(workspace, LateEngine(workspace), Listing(), 0, lease)
        runner.run(Phase(), range(3))  # type: ignore[arg-type]
    assert documents == told
    note = workspace.committed("prepare")
    assert note is not None
    assert note["counts"] == {"documents": 33}
