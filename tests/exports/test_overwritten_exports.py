"""An export that is thrown away leaves nothing behind, wherever it ends; a damaged one is told."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from small import options_of, tree, write_small

from corpus_pipeline import storage
from corpus_pipeline.errors import ResumeError, VerifyError
from corpus_pipeline.exports import Request, export
from corpus_pipeline.exports.target import STATE_FOLDER
from corpus_pipeline.exports.verify import verify_export

MINE = {"train/网.txt": b"mine"}


def request(folder: Path, target: Path, format_: str, **more: Any) -> Request:
    options: dict[str, Any] = {"options": options_of(format_), "root": "/data", **more}
    return Request(str(folder), str(target), format_, **options)


class Killed(BaseException):
    """Stands for the end of the process."""


@contextlib.contextmanager
def ending_after(operations: int) -> Iterator[None]:
    """Ends the process at one of what changes the storage: a file appears or goes."""
    left = [operations]

    def ending(work: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return work(*arguments)

        return counted

    with (
        mock.patch.object(storage.AtomicFile, "commit", ending(storage.AtomicFile.commit)),
        mock.patch.object(storage, "remove", ending(storage.remove)),
        mock.patch.object(storage, "remove_tree", ending(storage.remove_tree)),
        mock.patch("corpus_pipeline.exports.run.cores", return_value=1),
    ):
        yield


def ends(request: Request, operations: int) -> bool:
    """Overwrites an export; tells whether it ended before it was complete."""
    try:
        with ending_after(operations):
            export(request, overwrite=True)
    except Killed:
        return True
    return False


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        (None, "megatron", "hf"),
        ("megatron", "nanogpt", "olmo"),
        ("olmo", "hf", "mds"),
        ("mds", "litdata", "megatron"),
    ],
)
def test_an_export_that_is_killed_at_any_moment_is_thrown_away_whole(
    tmp_path: Path, first: str | None, second: str, third: str
) -> None:
    write_small(tmp_path)
    wanted: dict[str, Any] = {"splits": ["train"], "sources": ["web"]}
    for format_ in (second, third):
        export(request(tmp_path, tmp_path / format_, format_, **wanted))
    before = tmp_path / "before"
    before.mkdir()
    mine = {}
    if first is not None:
        export(request(tmp_path, before, first, **wanted))
        mine = MINE
        (before / "train").mkdir(exist_ok=True)
        (before / "train" / "网.txt").write_bytes(b"mine")
    target = tmp_path / "target"
    operations = 0
    while True:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(before, target)
        if not ends(request(tmp_path, target, second, **wanted), operations):
            break
        complete = (target / "export.json").exists()
        shutil.copytree(target, tmp_path / "copy")
        # The same goes on, unless the old one is whole.
        again = request(tmp_path, tmp_path / "copy", second, **wanted)
        if complete and tree(target)["export.json"] != tree(tmp_path / second)["export.json"]:
            with pytest.raises(ResumeError, match="holds an export of other format"):
                export(again)
        else:
            export(again)
            assert tree(tmp_path / "copy") == tree(tmp_path / second) | mine
        shutil.rmtree(tmp_path / "copy")
        # Another one, which may be killed too.
        ends(request(tmp_path, target, third, **wanted), operations // 2)
        export(request(tmp_path, target, third, **wanted), overwrite=True)
        assert tree(target) == tree(tmp_path / third) | mine, operations
        verify_export(target)
        operations += 1
    assert tree(target) == tree(tmp_path / second) | mine
    assert operations > 10


def stopped(tmp_path: Path) -> tuple[Request, Path]:
    """Makes an export whose parts are written and whose end is not."""
    write_small(tmp_path)
    wanted = request(tmp_path, tmp_path / "out", "olmo")
    with (
        mock.patch("corpus_pipeline.exports.olmo.Olmo.finish", side_effect=Killed),
        pytest.raises(Killed),
    ):
        export(wanted)
    export(request(tmp_path, tmp_path / "whole", "olmo"))
    return wanted, tmp_path / "out" / STATE_FOLDER


#: What a note may be: no JSON, other JSON, no text.
DAMAGES = [b"", b'{"files"', b"[]", b"7", b"{}", b"null", b"\xff\xfe"]


@pytest.mark.parametrize("damage", [*DAMAGES, b'{"files": [{"path": "../x", "bytes": 1}]}'])
def test_a_damaged_part_is_written_again(tmp_path: Path, damage: bytes) -> None:
    wanted, state = stopped(tmp_path)
    notes = sorted(state.glob("part-*.json"))
    notes[0].write_bytes(damage)
    started = mock.Mock()
    export(wanted, progress=started)
    started.start.assert_called_once_with("export", len(notes), len(notes) - 1)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


def test_a_part_outside_the_folder_is_none(tmp_path: Path) -> None:
    wanted, state = stopped(tmp_path)
    (tmp_path / "mine.txt").write_bytes(b"mine")
    note = sorted(state.glob("part-*.json"))[0]
    content = json.loads(note.read_bytes())
    content["files"][0] |= {"path": "../mine.txt", "bytes": 4}
    note.write_text(json.dumps(content), "utf-8")
    export(wanted)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")
    assert (tmp_path / "mine.txt").read_bytes() == b"mine"


@pytest.mark.parametrize("damage", [damage for damage in DAMAGES if damage != b"{}"])
def test_a_damaged_request_is_one_line(tmp_path: Path, damage: bytes) -> None:
    wanted, state = stopped(tmp_path)
    (state / "request.json").write_bytes(damage)
    before = tree(state)
    with pytest.raises(ResumeError, match=r"request\.json: is damaged; give a new folder, or --o"):
        export(wanted)
    assert tree(state) == before
    export(wanted, overwrite=True)
    assert tree(tmp_path / "out") == tree(tmp_path / "whole")


@pytest.mark.parametrize("damage", [*DAMAGES, b'{"paths": ["train/a", "../mine.txt"]}'])
@pytest.mark.parametrize("name", ["file-*.json", "old.json"])
def test_damaged_notes_of_files_remove_nothing(tmp_path: Path, name: str, damage: bytes) -> None:
    wanted, state = stopped(tmp_path)
    (tmp_path / "mine.txt").write_bytes(b"mine")
    note = next(iter(state.glob(name)), state / name)
    note.write_bytes(damage)
    before = tree(tmp_path / "out")
    with pytest.raises(ResumeError, match=r"\.json: is damaged, .* give a new folder") as refused:
        export(wanted, overwrite=True)
    assert "\n" not in str(refused.value)
    assert tree(tmp_path / "out") == before
    assert (tmp_path / "mine.txt").exists()


def test_a_damaged_export_json_is_one_line(tmp_path: Path) -> None:
    write_small(tmp_path)
    wanted = request(tmp_path, tmp_path / "out", "olmo")
    export(wanted)
    for damage in DAMAGES:
        (tmp_path / "out" / "export.json").write_bytes(damage)
        for overwrite in (False, True):
            with pytest.raises(VerifyError, match=r"cannot be read .* export into a new folder"):
                export(wanted, overwrite)


@pytest.mark.parametrize(
    "damage",
    [Path.unlink, lambda path: path.write_bytes(b""), lambda path: path.write_bytes(b"0" * 9999)],
)
@pytest.mark.parametrize("path", ["train/书%2f页/part-00000.npy", "tokenizer.json"])
def test_a_complete_export_without_one_of_its_files_is_not_complete(
    tmp_path: Path, path: str, damage: Callable[[Path], object]
) -> None:
    write_small(tmp_path)
    wanted = request(tmp_path, tmp_path / "out", "olmo")
    export(wanted)
    whole = tree(tmp_path / "out")
    damage(tmp_path / "out" / path)
    with pytest.raises(ResumeError, match=f"was complete, but {path} is missing or has") as told:
        export(wanted)
    assert "\n" not in str(told.value)
    assert not (tmp_path / "out" / STATE_FOLDER).exists()
    export(wanted, overwrite=True)
    assert tree(tmp_path / "out") == whole
