"""Manifests and commits: what counts as done."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from corpus_pipeline import storage
from corpus_pipeline.address import RowAddress
from corpus_pipeline.dedup.blocks import UNITS_TOGETHER
from corpus_pipeline.errors import EngineError
from corpus_pipeline.workspace.state import FileEntry, Manifest, Workspace


@pytest.fixture(params=["folder", "url"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    output = str(tmp_path / "out")
    return Workspace(output if request.param == "folder" else f"memory:/{output}", 2, "run")


def put(workspace: Workspace, item: int, content: bytes = "文".encode()) -> Manifest:
    """Writes a part and the manifest that names it."""
    path = workspace.part("documents", item, "parquet")
    entry = workspace.entry(path, 1, storage.write_bytes(path, content))
    manifest = Manifest("prepare", item, (entry,), {"documents": 1})
    workspace.put_manifest(manifest)
    return manifest


def test_manifests_come_back(workspace: Workspace) -> None:
    manifest = put(workspace, 1)
    assert workspace.manifest("prepare", 1) == manifest
    assert Manifest.from_json(manifest.to_json()) == manifest
    (entry,) = manifest.files
    assert entry.path == "documents/part-00001-of-00002.parquet"
    assert (entry.rows, entry.bytes) == (1, 3)


def test_an_item_without_manifest_is_not_done(workspace: Workspace) -> None:
    put(workspace, 0)
    assert workspace.manifest("prepare", 1) is None
    assert workspace.manifest("finish", 0) is None


@pytest.mark.parametrize("damage", ["missing", "cut", "longer"])
def test_an_item_whose_files_are_damaged_is_not_done(workspace: Workspace, damage: str) -> None:
    put(workspace, 0)
    path = workspace.part("documents", 0, "parquet")
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"" if damage == "cut" else b"12345")
    assert workspace.manifest("prepare", 0) is None
    assert list(workspace.finished("prepare", [0])) == [None]


def test_another_byte_of_a_local_file_is_seen(workspace: Workspace) -> None:
    """A remote one would have to be fetched; there its size tells."""
    manifest = put(workspace, 0)
    workspace.part("documents", 0, "parquet").write_bytes("字".encode())
    local = storage.is_local(workspace.output)
    assert workspace.manifest("prepare", 0) == (None if local else manifest)


def test_what_is_finished_is_found_for_all_items_at_once(workspace: Workspace) -> None:
    manifest = put(workspace, 1)
    assert list(workspace.finished("prepare", range(3))) == [None, manifest, None]
    assert list(workspace.finished("finish", range(2))) == [None, None]
    assert list(workspace.finished("finish", [])) == []


def test_a_unit_reads_its_records_and_no_others(workspace: Workspace) -> None:
    folder = workspace.phase("merge-exact") / "removals"
    last = UNITS_TOGETHER - 1
    rows = [(0, 2), (0, 5), (last, 1), (UNITS_TOGETHER, 7), (3 * UNITS_TOGETHER + 1, 0)]
    addresses = pa.array([RowAddress(*row).packed for row in rows], pa.uint64())
    entries = workspace.put_groups(folder, pa.record_batch({"address": addresses}))
    assert [(entry.path[-11:], entry.rows) for entry in entries] == [
        ("00000.arrow", 3), ("00001.arrow", 1), ("00003.arrow", 1)
    ]  # fmt: skip
    workspace.put_manifest(Manifest("merge-exact", 0, tuple(entries), {}))
    for unit in range(4 * UNITS_TOGETHER):
        table = workspace.read_unit(folder, unit)
        expected = [RowAddress(*row).packed for row in rows if row[0] == unit]
        if unit // UNITS_TOGETHER == 2:
            assert table is None
        else:
            assert table is not None
            assert table["address"].to_pylist() == expected


@pytest.mark.parametrize("known", [True, False])
def test_a_file_that_was_written_and_is_not_seen_is_missed(
    workspace: Workspace, known: bool
) -> None:
    """A worker that does not share the output must not take that for nothing found."""
    folder = workspace.phase("merge-exact") / "removals"
    addresses = pa.array([RowAddress(0, 1).packed], pa.uint64())
    entries = workspace.put_groups(folder, pa.record_batch({"address": addresses}))
    if known:
        workspace.put_manifest(Manifest("merge-exact", 0, tuple(entries), {}))
    (folder / "00000.arrow").unlink()
    with pytest.raises(EngineError, match="this worker does not see what it wrote"):
        workspace.read_unit(folder, 0)


def test_what_all_items_of_a_phase_have_found(workspace: Workspace) -> None:
    assert workspace.found("merge-exact") == 0
    for item, found in enumerate((3, 0, 4)):
        workspace.put_manifest(Manifest("merge-exact", item, (), {"found": found}))
    assert workspace.found("merge-exact") == 7


def test_manifest_bytes_do_not_depend_on_the_order_of_counts() -> None:
    one = Manifest("p", 0, (), {"a": 1, "b": 2})
    assert one.to_json() == Manifest("p", 0, (), {"b": 2, "a": 1}).to_json()


def test_a_phase_is_committed_when_every_item_is_there(workspace: Workspace) -> None:
    put(workspace, 0)
    with pytest.raises(EngineError) as caught:
        workspace.commit("prepare", range(2), 1.5, {})
    assert str(caught.value) == (
        "phase prepare: the engine did not finish item 1; run again to resume"
    )
    assert workspace.committed("prepare") is None
    put(workspace, 1)
    assert workspace.commit("prepare", range(2), 1.5, {"read/micros": 7}) == {"documents": 2}
    assert workspace.committed("prepare") == {
        "items": 2,
        "seconds": 1.5,
        "clocks": {"read/micros": 7},
        "counts": {"documents": 2},
    }


def test_everything_under_way_is_below_one_folder(workspace: Workspace) -> None:
    put(workspace, 0)
    root = str(workspace.root)
    files = sorted(str(p).removeprefix(root)[1:] for p in workspace.root.rglob("*.*"))
    assert files == [
        ".work",
        ".work/run/prepare/manifests/00000.json",
        "documents/part-00000-of-00002.parquet",
    ]
    content = json.loads((workspace.work / "prepare/manifests/00000.json").read_bytes())
    assert FileEntry(**content["files"][0]).path == "documents/part-00000-of-00002.parquet"
