"""Disks, inputs, clocks and models that fail a run: one line, and the same bytes once repaired."""

import errno
import hashlib
import itertools
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faults import harness
from faults.harness import Digests, driving, trying
from runs import NotedProgress, Runner

from corpus_pipeline.errors import CorpusError, InputError
from corpus_pipeline.package_files import located


class Disk:
    """A small file system in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def mount(self, *options: str) -> None:
        """Makes or changes it."""
        command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "none", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A file system that can be full or read-only; only root can make one."""
    made = Disk(tmp_path / "disk")
    yield made
    subprocess.run(["umount", str(made.folder)], capture_output=True)


@pytest.mark.parametrize(
    "kilobytes",
    harness.some((8, 40, 90, 200, 300, 400), 200),
)
def test_a_full_disk(
    inputs: Path, clean: Digests, disk: Disk, tmp_path: Path, kilobytes: int
) -> None:
    with trying("disk full", "direct", clean) as trial:
        disk.mount(f"size={kilobytes}k")
        content = harness.settings(inputs, disk.folder / "out")
        trial.one_line(harness.run(content, tmp_path), "No space left on device")
        disk.mount("remount", "size=50m")
        assert harness.run(content, tmp_path).code == 0
        trial.same(disk.folder / "out")


@pytest.mark.slow
@pytest.mark.parametrize("blocks", [4, 16])
def test_a_file_beyond_the_limit(inputs: Path, clean: Digests, tmp_path: Path, blocks: int) -> None:
    """The limit that `ulimit -f` sets, or a quota."""
    with trying("limit on the size of a file", "direct", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out")
        limited = ("bash", "-c", f'ulimit -f {blocks}; exec "$@"', "-")
        trial.one_line(harness.run(content, tmp_path, prefix=limited), "File too large")
        assert harness.run(content, tmp_path).code == 0
        trial.same(tmp_path / "out")


@pytest.mark.parametrize("seed", harness.some(range(1, 40), 2))
def test_a_disk_that_is_full_at_some_file(
    inputs: Path,
    clean: Digests,
    run_here: Runner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    """Whatever is written when the disk is full: no later run believes it."""
    last = random.Random(seed).randrange(3, 240)
    sync, calls = os.fsync, itertools.count()

    def full(descriptor: int) -> None:
        if next(calls) >= last:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    with trying("disk full", "direct", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out")
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises((CorpusError, OSError)) as caught:
            run_here(content)
        monkeypatch.undo()
        assert "No space left on device" in str(caught.value)
        trial.ends.append("one line")
        run_here(content)
        trial.same(tmp_path / "out")


@pytest.mark.slow
def test_a_read_only_output(inputs: Path, clean: Digests, disk: Disk, tmp_path: Path) -> None:
    with trying("read-only output", "direct", clean) as trial:
        disk.mount("size=50m")
        content = harness.settings(inputs, disk.folder / "out")
        with driving(content, tmp_path) as driver:
            driver.wait_for(".work/*/prepare/manifests/*.json")
            driver.kill()
        disk.mount("remount", "ro")
        trial.one_line(harness.run(content, tmp_path), "Read-only file system")
        disk.mount("remount", "rw", "size=50m")
        assert harness.run(content, tmp_path).code == 0
        trial.same(disk.folder / "out")


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern",
    [".work/*/prepare/manifests/*.json", ".work/*/finish/manifests/*.json"],
)
def test_an_output_that_is_removed_under_way(
    inputs: Path, clean: Digests, tmp_path: Path, pattern: str
) -> None:
    with trying("output removed under way", "direct", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out")
        with driving(content, tmp_path) as driver:
            driver.wait_for(pattern)
            os.rename(tmp_path / "out", tmp_path / "away")
            trial.one_line(driver.wait())
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        os.rename(tmp_path / "away", tmp_path / "out")
        assert harness.run(content, tmp_path).code == 0
        trial.same(tmp_path / "out")


class At(NotedProgress):
    """Does something when a phase begins."""

    def __init__(self, phase: str, work: Callable[[], object]) -> None:
        super().__init__()
        self._phase, self._work = phase, work

    def start(self, phase: str, items: int, finished: int) -> None:
        if phase == self._phase:
            self._work()


@pytest.fixture
def own_inputs(inputs: Path, tmp_path: Path) -> Path:
    """Inputs that the test may change, with the times that they had."""
    return Path(shutil.copytree(inputs, tmp_path / "in"))


def loop(path: Path) -> None:
    """Puts a link to itself in the place of a file."""
    path.symlink_to(path)


#: What stands in the place of an input that was there when the run was planned.
INSTEAD: dict[str, Callable[[Path], object]] = {
    "nothing": lambda path: None,
    "a folder": Path.mkdir,
    "a link to itself": loop,
}


@pytest.mark.parametrize("instead", harness.some(INSTEAD, "nothing"))
def test_an_input_that_vanishes_before_it_is_read(
    own_inputs: Path, run_here: Runner, tmp_path: Path, instead: str
) -> None:
    file, kept = own_inputs / "books.parquet", tmp_path / "kept"

    def vanish() -> None:
        file.rename(kept)
        INSTEAD[instead](file)

    content = harness.settings(own_inputs, tmp_path / "out")
    expected = run_elsewhere(content, tmp_path)
    with trying("input vanishes or becomes unreadable", "direct", expected) as trial:
        with pytest.raises(InputError) as caught:
            run_here(content, progress=At("prepare", vanish))
        assert str(caught.value).startswith(f"{file}: ")
        assert "\n" not in str(caught.value)
        trial.ends.append("one line")
        file.unlink(missing_ok=True) if not file.is_dir() else file.rmdir()
        kept.rename(file)
        run_here(content)
        trial.same(tmp_path / "out")


def run_elsewhere(content: harness.Settings, tmp_path: Path) -> Digests:
    """Returns what a run of the same inputs writes that nobody disturbs."""
    harness.run_here({**content, "output": str(tmp_path / "undisturbed")})
    return harness.digests(tmp_path / "undisturbed")


@pytest.mark.parametrize("phase", harness.some(("contamination", "finish"), "finish"))
def test_an_input_that_vanishes_after_it_was_read(
    own_inputs: Path, run_here: Runner, tmp_path: Path, phase: str
) -> None:
    """Nobody needs it any more."""
    content = harness.settings(own_inputs, tmp_path / "out")
    expected = run_elsewhere(content, tmp_path)
    with trying("input vanishes or becomes unreadable", "direct", expected) as trial:
        run_here(content, progress=At(phase, (own_inputs / "books.parquet").unlink))
        trial.same(tmp_path / "out")


#: What stands where an input is looked for when the run is planned.
NO_FILE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a link to itself": loop,
}


@pytest.mark.parametrize("kind", NO_FILE)
def test_an_input_that_is_no_file(
    own_inputs: Path, clean: Digests, tmp_path: Path, kind: str
) -> None:
    """Nothing waits for what a pipe may bring."""
    file = own_inputs / "books.parquet"
    file.unlink()
    NO_FILE[kind](file)
    with trying("input is no file", "direct", clean) as trial:
        content = harness.settings(own_inputs, tmp_path / "out")
        trial.one_line(harness.run(content, tmp_path), str(file))
    assert not (tmp_path / "out").exists()


#: A jump every four seconds, which all processes see at the same time.
JUMPS = """\
import time
clock = time.time
time.time = lambda: clock() + 86400.0 * (int(time.monotonic()) // 4 % 2)
"""


@pytest.fixture
def jumping_clock(tmp_path: Path) -> dict[str, str]:
    """The environment of processes whose clock jumps by a day, forth and back."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(JUMPS)
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


@pytest.mark.slow
def test_a_clock_that_jumps(
    inputs: Path, clean: Digests, tmp_path: Path, jumping_clock: dict[str, str]
) -> None:
    with trying("clock jumps by a day", "direct", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out")
        with driving(content, tmp_path, environment=jumping_clock) as driver:
            driver.wait_for(".work/*/document/manifests/*.json")
            driver.kill()
        ended = harness.run(content, tmp_path, environment=jumping_clock)
        assert ended.code == 0, ended
        trial.same(tmp_path / "out")


@pytest.mark.parametrize(
    "fault", harness.some(("missing", "other bytes", "replaced under way"), "replaced under way")
)
def test_a_tokenizer_that_is_not_the_right_one(
    inputs: Path, clean: Digests, tmp_path: Path, fault: str
) -> None:
    """The workers load the bytes that the driver has hashed, or nothing."""
    shipped = Path(located("shipped:models/tokenizer.json"))
    file = Path(shutil.copy(shipped, tmp_path / "tokenizer.json"))
    right = hashlib.sha256(shipped.read_bytes()).hexdigest()
    wrong = shipped.read_bytes().replace(b"the", b"teh", 1)
    section = {"tokenizer": str(file), "tokenizer_sha256": right}
    content = harness.settings(inputs, tmp_path / "out", tokenize=section)
    with trying(f"model file {fault}", "direct", clean) as trial:
        if fault == "missing":
            file.unlink()
            trial.one_line(harness.run(content, tmp_path), str(file), "cannot be read")
        elif fault == "other bytes":
            file.write_bytes(wrong)
            trial.one_line(harness.run(content, tmp_path), str(file), right)
        else:
            with driving(content, tmp_path) as driver:
                driver.wait_for(".work/*/prepare/commit.json")
                file.write_bytes(wrong)
                trial.one_line(driver.wait(), str(file), right)
        shutil.copy(shipped, file)
        assert harness.run(content, tmp_path).code == 0
        trial.same(tmp_path / "out")


@pytest.mark.slow
def test_a_suspended_machine(inputs: Path, clean: Digests, tmp_path: Path) -> None:
    """Driver and workers are stopped, and go on."""
    with trying("SIGSTOP of all processes, then SIGCONT", "direct", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out")
        with driving(content, tmp_path) as driver:
            driver.wait_for("rejected/*.attempt-*")
            os.killpg(driver.pid, signal.SIGSTOP)
            time.sleep(2)
            os.killpg(driver.pid, signal.SIGCONT)
            assert driver.wait().code == 0
        trial.same(tmp_path / "out")
