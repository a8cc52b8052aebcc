"""`corpus status`: runs under way, stopped, complete, not begun; and what it costs to ask."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from runs import Corpus, NotedProgress, Runner, execute, in_this_process, small

from corpus_pipeline import storage
from corpus_pipeline.inspection import status as module
from corpus_pipeline.inspection.status import Status, status_of
from corpus_pipeline.workspace.driver_note import read_note
from corpus_pipeline.workspace.run_file import LOCK_FILE
from corpus_pipeline.workspace.state import Manifest, Workspace


class Stopped(Exception):
    """Stands for a lost machine."""


class Stopping(NotedProgress):
    """Stops when some items of a phase are done; asks for the status before."""

    def __init__(self, output: Path, phase: str, items: int) -> None:
        super().__init__()
        self.output, self.phase, self.left = output, phase, items
        self.seen: Status | None = None

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        if phase == self.phase:
            self.left -= items
            if self.left == 0:
                self.seen = look(self.output)
                raise Stopped


def look(output: Path) -> Status:
    return status_of(output, str(output))


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Status]:
    """A run that was stopped after two of four units of *finish*, and its status before that."""
    folder = tmp_path_factory.mktemp("status")
    content = small(folder / "in", folder / "out", plan={"unit_bytes": 1000})
    progress = Stopping(folder / "out", "finish", 2)
    with in_this_process(), pytest.raises(Stopped):
        execute(content, progress=progress)
    assert progress.seen is not None
    return folder / "out", progress.seen


def test_a_run_that_goes_on(stopped: tuple[Path, Status]) -> None:
    _, seen = stopped
    assert seen.state == "running"
    assert [(each.name, each.done, each.items) for each in seen.phases] == [
        ("prepare", 4, 4), ("exact", 8, 8), ("merge-exact", 1, 1), ("finish", 2, 4),
    ]  # fmt: skip
    assert seen.to_come == ("ledger", "check")
    assert (seen.tally.documents, seen.tally.kept) == (3, 1)
    assert seen.tally.read_bytes > 0
    assert (seen.pid, seen.runner) == (os.getpid(), "direct")
    assert seen.seconds_left is not None
    assert not seen.sampled


def test_a_run_that_was_stopped(stopped: tuple[Path, Status], corpus: Corpus) -> None:
    output, seen = stopped
    found = look(output)
    assert found.state == "stopped"
    assert (found.phases, found.tally) == (seen.phases, seen.tally)
    assert found.seconds_left is None
    assert found.last_written is not None
    code, out, _ = corpus("status", output)
    assert code == 3
    assert "a run was stopped" in " ".join(out.split())
    assert "in finish, 2 of 4 items done" in " ".join(out.split())
    code, out, _ = corpus("status", output, "--json")
    content = json.loads(out)
    assert (code, content["state"], content["documents"]) == (3, "stopped", 3)
    assert content.keys() >= {"drops", "dropped", "unreadable", "todo", "phases", "last_written"}


def test_the_command_that_goes_on_is_told(corpus: Corpus, tmp_path: Path) -> None:
    """As it was given, without secrets, and in one line however long it is."""
    import yaml

    content = small(tmp_path / "in", tmp_path / "out", max_errors=0,
                    lines='{"text": 1}\n{"text": "a"}\n{"text": "b"}\n')  # fmt: skip
    config = tmp_path / ("long name " * 9 + ".yaml")
    config.write_text(yaml.safe_dump(content))
    assert corpus("run", config, "--overwrite").code == 1
    code, out, _ = corpus("status", tmp_path / "out")
    assert code == 3
    assert out.endswith(f"\n  corpus run '{config}'\n")
    assert f"given in {os.getcwd()};" in " ".join(out.split())
    (work,) = (
        path for path in (tmp_path / "out" / ".work").iterdir() if (path / "driver.json").exists()
    )
    note = read_note(work)
    assert note is not None
    assert note.units == 1
    assert list(note.phases) == ["prepare", "exact", "merge-exact", "finish", "ledger", "check"]


def test_a_complete_run(finished: Path, corpus: Corpus) -> None:
    code, out, _ = corpus("status", finished)
    assert code == 0
    assert f"{finished}: a complete run" in " ".join(out.split())
    assert "documents 41 read, 22 dropped (53.7 %)" in " ".join(out.split())
    found = look(finished)
    run = json.loads((finished / "run.json").read_text())
    assert found.tally.tokens == run["counts"]["tokens"]
    assert found.written == sum(entry["bytes"] for entry in run["files"])


def test_a_complete_run_that_kept_nothing_does_not_look_like_a_success(
    run_here: Runner, tmp_path: Path, corpus: Corpus
) -> None:
    run_here(small(tmp_path / "in", tmp_path / "out", where={"enabled": True, "drop": "True"}))
    out = corpus("status", tmp_path / "out").out
    assert "warning: nothing was kept" in " ".join(out.split())


def test_nothing_there(corpus: Corpus, tmp_path: Path) -> None:
    for name in ("missing", "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        code, out, _ = corpus("status", tmp_path / name)
        assert code == 4
        assert "no run has begun here" in " ".join(out.split())


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"thesis.txt": b"x"}, "holds no run (no run.json)"),
        ({".work/fingerprint.json": b"{"}, "is damaged, so nobody knows which run this is"),
        ({".work/fingerprint.json": b"[]"}, "is damaged, so nobody knows which run this is"),
        ({"run.json": b"{"}, "is not JSON"),
        ({"documents/part-00000-of-00001.parquet": b""}, "has no run.json"),
    ],
)
def test_something_else_is_one_line(
    corpus: Corpus, tmp_path: Path, files: Mapping[str, bytes], line: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    code, out, err = corpus("status", tmp_path)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert line in err


@pytest.mark.parametrize("inside", [".trash-1", ".work"])
def test_a_folder_that_was_being_emptied(corpus: Corpus, tmp_path: Path, inside: str) -> None:
    (tmp_path / inside / "x").mkdir(parents=True)
    code, out, _ = corpus("status", tmp_path)
    assert code == 3
    assert "throw an older run away" in " ".join(out.split())


def test_a_command_that_has_just_begun(corpus: Corpus, tmp_path: Path) -> None:
    with storage.held(tmp_path, LOCK_FILE):
        code, out, _ = corpus("status", tmp_path)
    assert code == 0
    assert "has just begun here" in " ".join(out.split())


def test_damaged_notes_and_manifests_are_none(stopped: tuple[Path, Status], tmp_path: Path) -> None:
    output = Path(shutil.copytree(stopped[0], tmp_path / "out"))
    for path in (output / ".work").rglob("*.json"):
        if path.name != "fingerprint.json":
            path.write_bytes(path.read_bytes()[:-9])
    found = look(output)
    assert found.state == "stopped"
    assert found.tally.documents == 0


def many(folder: str, items: int) -> Workspace:
    """A run of many units, some of which are done; without their files, which nobody asks for."""
    from corpus_pipeline.workspace.driver_note import DriverNote, run_name

    identity = {"partitions": 4}
    workspace = Workspace(folder, 2 * items, run_name(identity))
    storage.write_bytes(workspace.state / "fingerprint.json", json.dumps(identity).encode())
    DriverNote("", "/", "host", 1, 0.0, "spark", None, 2 * items, {"prepare": 10.0}).put(
        workspace.work
    )
    for item in range(items):
        counts = {"documents": 10, "read_bytes": 700, "dropped-language-not-kept": 3}
        workspace.put_manifest(Manifest("prepare", item, (), counts))
    return workspace


@pytest.mark.parametrize("remote", [False, True])
def test_of_many_manifests_some_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remote: bool
) -> None:
    monkeypatch.setattr(module, "SAMPLE", 10)
    workspace = many(f"memory:/{tmp_path}/out" if remote else str(tmp_path / "out"), 95)
    read: list[Any] = []
    from_json = Manifest.from_json

    def counting(content: bytes) -> Manifest:
        read.append(content)
        return from_json(content)

    with mock.patch.object(Manifest, "from_json", side_effect=counting):
        found = status_of(workspace.root, "out")
    assert len(read) <= 10
    assert found.sampled
    assert found.phases[0].done == 95
    assert (found.tally.documents, found.tally.dropped, found.tally.read_bytes) == (950, 285, 66500)
    assert found.state == "stopped"


def test_the_pace_of_the_phase_under_way() -> None:
    counts = {"documents": 120, "read_bytes": 6000}
    under_way = module._UnderWay(6, counts, False, (100.0, 103.0, 110.0))
    # Of six units this driver has done three; between the first and the last of these it did two.
    assert under_way.rate("documents") == pytest.approx(20 * 2 / 10)
    assert under_way.rate("read_bytes") == pytest.approx(1000 * 2 / 10)
    share = under_way.share(60.0, 12)
    assert (share.done, share.seconds) == (0.5, 10.0)
    assert share.timed == pytest.approx(1 / 6)
    assert module._UnderWay(1, counts, False, (100.0,)).rate("documents") is None


def test_a_remote_run_lives_while_its_lease_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corpus_pipeline.storage import lease

    monkeypatch.setattr(lease, "REFRESH", 0.05)
    workspace = many(f"memory:/{tmp_path}/out", 2)
    with storage.held(workspace.root, LOCK_FILE):
        found = status_of(workspace.root, "out")
        assert (found.state, found.pid) == ("running", os.getpid())
        stands_still = storage.read_bytes(workspace.root / LOCK_FILE)
    assert status_of(workspace.root, "out").state == "stopped"
    storage.write_bytes(workspace.root / LOCK_FILE, stands_still)
    assert status_of(workspace.root, "out").state == "stopped"
