"""An export that was stopped goes on; one of something else is refused."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from small import options_of, tree, write_small, write_small_mixture

from corpus_pipeline import storage
from corpus_pipeline.errors import ResumeError, VerifyError
from corpus_pipeline.exports import Request, export
from corpus_pipeline.exports.known import FORMATS
from corpus_pipeline.exports.target import LOCK_FILE, STATE_FOLDER


class NotedProgress:
    """Notes how many parts there were, and how many had been written before."""

    def __init__(self) -> None:
        self.items = self.finished = self.advanced = 0

    def start(self, phase: str, items: int, finished: int) -> None:
        self.items, self.finished = items, finished

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        self.advanced += items

    def finish(self, phase: str, seconds: float) -> None: ...


def request(folder: Path, target: str | Path, format_: str, **more: Any) -> Request:
    more = {"options": options_of(format_), "root": "/data", **more}
    return Request(str(folder), str(target), format_, **more)


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("format_", FORMATS)
def test_an_export_that_is_stopped_at_any_file_gives_the_same_bytes(
    tmp_path: Path, format_: str, mixed: bool
) -> None:
    write_small_mixture(write_small(tmp_path))
    more: dict[str, Any] = {"mixture": str(tmp_path)} if mixed else {}
    export(request(tmp_path, tmp_path / "whole", format_, **more))
    whole = tree(tmp_path / "whole")
    assert STATE_FOLDER not in {path.split("/")[0] for path in whole}
    target = tmp_path / "stopped"
    commit = storage.AtomicFile.commit
    left: list[int] = []

    def stopping(file: storage.AtomicFile) -> storage.Written:
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return commit(file)

    stops = 0
    with (
        mock.patch.object(storage.AtomicFile, "commit", stopping),
        mock.patch("corpus_pipeline.exports.run.cores", return_value=1),
    ):
        while not (target / "export.json").exists():
            # What describes the parts is written at the end in one go, so patience must grow.
            left[:] = [stops]
            try:
                export(request(tmp_path, target, format_, **more))
            except Killed:
                stops += 1
                assert not list(target.rglob("*.attempt-*"))
            assert stops < 200
    assert stops > 3
    assert tree(target) == whole


def test_parts_that_are_written_are_not_written_again(tmp_path: Path) -> None:
    write_small(tmp_path)
    wanted = request(tmp_path, tmp_path / "out", "hf")
    with (
        mock.patch("corpus_pipeline.exports.hf.HuggingFace.finish", side_effect=Killed),
        pytest.raises(Killed),
    ):
        export(wanted)
    # A file that is gone is written again.
    (tmp_path / "out" / "train" / "web" / "data-00000-of-00004.arrow").unlink()
    (tmp_path / "out" / "train" / "web" / "data-00001-of-00004.arrow").write_bytes(b"short")
    progress = NotedProgress()
    made = export(wanted, progress=progress)
    assert progress.finished == progress.items - 2 == len(made["parts"]) - 2
    assert progress.advanced == 2
    export(request(tmp_path, tmp_path / "again", "hf"))
    assert tree(tmp_path / "out") == tree(tmp_path / "again")


_KILLED = """
import os, signal, sys
from pathlib import Path
from corpus_pipeline.exports import Request, export
from corpus_pipeline.exports.exporter import Folder
written = Folder.write
sink = __import__("corpus_pipeline.exports.exporter", fromlist=["_Sink"])._Sink
write, left = sink.write, int(sys.argv[3])
def writing(self, data):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return write(self, data)
sink.write = writing
export(Request(sys.argv[1], sys.argv[2], "megatron", options={"file_tokens": 8}, root="/data"))
"""


@pytest.mark.skipif(os.name != "posix", reason="has SIGKILL")
def test_a_process_that_is_killed_in_the_middle_of_a_file(tmp_path: Path) -> None:
    write_small(tmp_path)
    export(request(tmp_path, tmp_path / "whole", "megatron"))
    target = tmp_path / "killed"
    for writes in (1, 9, 30):
        done = subprocess.run([sys.executable, "-c", _KILLED, tmp_path, target, str(writes)])
        assert done.returncode == -signal.SIGKILL
        assert not (target / "export.json").exists()
    assert list(target.rglob("*.attempt-*"))
    export(request(tmp_path, target, "megatron"))
    assert tree(target) == tree(tmp_path / "whole")


def test_a_finished_export_is_left_alone(tmp_path: Path) -> None:
    write_small(tmp_path)
    made = export(request(tmp_path, tmp_path / "out", "mds"))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.mds")}
    assert export(request(tmp_path, tmp_path / "out", "mds")) == made
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.mds")} == before
    assert not (tmp_path / "out" / STATE_FOLDER).exists()


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"options": {"file_tokens": 9}}, "other options"),
        ({"splits": ["train"]}, "other splits"),
        ({"sources": ["web"]}, "other sources"),
        ({"root": "/elsewhere"}, "other root"),
    ],
)
def test_another_export_is_refused_until_it_may_overwrite(
    tmp_path: Path, more: dict[str, Any], what: str, finished: bool
) -> None:
    write_small(tmp_path)
    target = tmp_path / "out"
    if finished:
        export(request(tmp_path, target, "megatron"))
    else:
        with (
            mock.patch("corpus_pipeline.exports.megatron.Megatron.finish", side_effect=Killed),
            pytest.raises(Killed),
        ):
            export(request(tmp_path, target, "megatron"))
    (target / "notes.txt").write_text("mine", "utf-8")
    before = tree(target)
    with pytest.raises(ResumeError, match=f"holds an export of {what}; give"):
        export(request(tmp_path, target, "megatron", **more))
    assert {p: c for p, c in tree(target).items() if not p.endswith(LOCK_FILE)} == {
        p: c for p, c in before.items() if not p.endswith(LOCK_FILE)
    }
    export(request(tmp_path, target, "megatron", **more), overwrite=True)
    export(request(tmp_path, tmp_path / "new", "megatron", **more))
    assert tree(target) == tree(tmp_path / "new") | {"notes.txt": b"mine"}


def test_changed_tokens_are_refused(tmp_path: Path) -> None:
    write_small(tmp_path)
    export(request(tmp_path, tmp_path / "out", "hf"))
    write_small(tmp_path, vocab_size=1000)
    with pytest.raises(ResumeError, match="holds an export of other tokens"):
        export(request(tmp_path, tmp_path / "out", "hf"))
    write_small_mixture(tmp_path)
    with pytest.raises(ResumeError, match="of other tokens, mixture"):
        export(request(tmp_path, tmp_path / "out", "hf", mixture=str(tmp_path)))


def test_a_folder_of_something_else_is_refused_and_kept(tmp_path: Path) -> None:
    write_small(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", "utf-8")
    for overwrite in (False, True):
        with pytest.raises(ResumeError, match=r"holds thesis.txt and no export"):
            export(request(tmp_path, tmp_path / "out", "hf"), overwrite)
    assert tree(tmp_path / "out") == {"thesis.txt": b"mine"}


def test_a_second_export_does_not_write_beside_the_first(tmp_path: Path) -> None:
    write_small(tmp_path)
    with (
        storage.held(tmp_path / "out" / STATE_FOLDER, LOCK_FILE),
        pytest.raises(ResumeError, match="another run writes here"),
    ):
        export(request(tmp_path, tmp_path / "out", "hf"))


def test_an_error_in_one_part_ends_the_others(tmp_path: Path) -> None:
    write_small(tmp_path)
    (tmp_path / "tokens" / "1.arrow").write_bytes(b"cut")
    with pytest.raises(VerifyError, match=r"1\.arrow"):
        export(request(tmp_path, tmp_path / "out", "hf"))
    assert not (tmp_path / "out" / "export.json").exists()


def test_exports_to_a_url_are_the_same(tmp_path: Path) -> None:
    write_small(tmp_path)
    export(request(tmp_path, tmp_path / "out", "olmo"))
    target = storage.place("memory://exports-of-a-test/out")
    made = export(request(tmp_path, "memory://exports-of-a-test/out", "olmo"))
    local = tree(tmp_path / "out")
    assert json.loads(local["export.json"]) == made
    for entry in made["files"]:
        place = target
        for name in entry["path"].split("/"):
            place = place / name
        assert storage.read_bytes(place) == local[entry["path"]]
    assert export(request(tmp_path, "memory://exports-of-a-test/out", "olmo")) == made
    assert not storage.exists(target / STATE_FOLDER)
