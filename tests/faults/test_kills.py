"""Killed, stopped and stuck processes of the direct engine: nothing is lost, nothing done twice."""

import contextlib
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from faults import harness
from faults.harness import Digests, Ended, Settings, driving, trying
from runs import NotedProgress, Runner


class Scene(NamedTuple):
    """Where a fault happens."""

    content: Settings
    folder: Path
    finished: Path
    """Holds a finished run of the same settings."""

    @property
    def output(self) -> Path:
        """The output folder."""
        return Path(self.content["output"])


Case = Callable[[Scene], Ended]
#: How often a moment of some milliseconds is tried to be met.
_TRIES = 8


def killed_at(pattern: str, whole_group: bool = True, number: int = signal.SIGKILL) -> Case:
    """A driver that gets a signal when a file appears; again where the signal came too late."""

    def case(scene: Scene) -> Ended:
        for _ in range(_TRIES):
            with driving(scene.content, scene.folder) as driver:
                driver.wait_for(pattern)
                ended = driver.kill(whole_group, number)
            if not (scene.output / "run.json").exists():
                break
            shutil.rmtree(scene.output)
        return ended

    return case


def worker_at(pattern: str, number: int = signal.SIGKILL, **changes: Any) -> Case:
    """A driver whose worker gets a signal when a file appears, and that goes on."""

    def case(scene: Scene) -> Ended:
        with driving({**scene.content, **changes}, scene.folder) as driver:
            driver.wait_for(pattern)
            for worker in harness.direct_workers(driver.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, number)
            return driver.wait()

    return case


def killed_while_it_empties(scene: Scene) -> Ended:
    """A driver that is killed while `--overwrite` removes the old run."""
    shutil.copytree(scene.finished, scene.output)
    with driving(scene.content, scene.folder, "--overwrite") as driver:
        driver.wait_until(lambda: not (scene.output / "run.json").exists(), "removal")
        return driver.kill()


def two_at_once(scene: Scene) -> Ended:
    """Two drivers of one run; the second one to come is refused."""
    with (
        driving(scene.content, scene.folder) as one,
        driving(scene.content, scene.folder) as other,
    ):
        ended = [one.wait(), other.wait()]
    assert sorted(each.code for each in ended) == [0, 1], ended
    return max(ended, key=lambda each: each.code)


#: What is killed when its first attempt at a unit is half written.
UNDER_WAY = "rejected/filtered-*.attempt-*"
#: The first item of a phase is done.
PREPARED, FINISHED = ".work/*/prepare/manifests/*.json", ".work/*/finish/manifests/*.json"
MATCHED = ".work/*/document/manifests/*.json"
#: Fault and case; the driver is gone afterwards and its work is taken up again.
RESUMED: dict[str, tuple[str, Case]] = {
    "first prepare manifest": ("SIGKILL of the driver", killed_at(PREPARED)),
    "during match": ("SIGKILL of the driver", killed_at(MATCHED)),
    "first finish manifest": ("SIGKILL of the driver", killed_at(FINISHED)),
    "publish": ("SIGKILL of the driver", killed_at("tokens/index.json", whole_group=False)),
    "asked to end": (
        "SIGTERM of the driver",
        killed_at(PREPARED, whole_group=False, number=signal.SIGTERM),
    ),
    "overwrite": ("SIGKILL of the driver during --overwrite", killed_while_it_empties),
}
#: Cases in which the run comes to its end by itself.
GOES_ON: dict[str, tuple[str, Case]] = {
    "worker under way": ("SIGKILL of a worker", worker_at(UNDER_WAY)),
    "stuck worker": (
        "SIGSTOP of a worker, beyond unit_timeout",
        worker_at(UNDER_WAY, signal.SIGSTOP, unit_timeout=5),
    ),
}
#: Cases in which the user is told, in one line.
TOLD: dict[str, tuple[str, Case]] = {
    "Ctrl-C": ("Ctrl-C", killed_at(FINISHED, number=signal.SIGINT)),
    "two at once": ("two drivers at one output", two_at_once),
}

MOMENTS = {
    "output folder": ".work",
    "plan": ".work/fingerprint.json",
    "first attempt": "rejected/*.attempt-*",
    "prepare": PREPARED,
    "prepare committed": ".work/*/prepare/commit.json",
    "contamination": ".work/*/contamination/manifests/*.json",
    "address": ".work/*/address/manifests/*.json",
    "exact": ".work/*/exact/manifests/*.json",
    "exact committed": ".work/*/exact/commit.json",
    "merge": ".work/*/merge-exact/removals/*",
    "document": MATCHED,
    "shingles": ".work/*/shingles/manifests/*.json",
    "verify": ".work/*/verify/manifests/*.json",
    "resolve": ".work/*/resolve/removals/*",
    "sentence": ".work/*/sentence/manifests/*.json",
    "anchors": ".work/*/substring/manifests/*.json",
    "windows": ".work/*/windows/manifests/*.json",
    "repeats": ".work/*/repeats/manifests/*.json",
    "merge of repeats": ".work/*/merge-repeats/removals/*",
    "anchors of n-grams": ".work/*/paragraph/manifests/*.json",
    "n-grams": ".work/*/ngrams/manifests/*.json",
    "seen": ".work/*/seen/manifests/*.json",
    "merge of seen": ".work/*/merge-seen/removals/*",
    "finish attempt": "documents/*.attempt-*",
    "finish": FINISHED,
    "finish committed": ".work/*/finish/commit.json",
    "plan of shards": ".work/*/shards.arrow",
    "first token shard": "tokens/*",
    "shards": ".work/*/shards/manifests/*.json",
    "places": ".work/*/merge-shards/places/*",
    "ledger attempt": "ledger/*.attempt-*",
    "ledger": ".work/*/ledger/manifests/*.json",
    "index": "tokens/index.json",
    "run.json": "run.json",
}


@pytest.fixture(scope="module")
def finished(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run; not to be changed."""
    output = tmp_path_factory.mktemp("finished") / "out"
    harness.run_here(harness.settings(inputs, output))
    return output


@pytest.fixture
def scene(inputs: Path, finished: Path, tmp_path: Path) -> Scene:
    """A run of the small corpus that has not begun."""
    return Scene(harness.settings(inputs, tmp_path / "out"), tmp_path, finished)


@pytest.mark.parametrize("name", harness.some(RESUMED, "during match", "publish", "asked to end"))
def test_a_killed_driver(scene: Scene, clean: Digests, run_here: Runner, name: str) -> None:
    fault, case = RESUMED[name]
    with trying(fault, "direct", clean) as trial:
        ended = case(scene)
        assert ended.code < 0, ended
        assert not (scene.output / "run.json").exists()
        progress = NotedProgress()
        run_here(scene.content, progress=progress)
        trial.same(scene.output)
    if name == "first prepare manifest":
        assert 1 <= progress.finished["prepare"] < 5, "it was not killed in mid-run"
    elif name not in ("overwrite", "asked to end"):
        assert "prepare" not in progress.finished, "a committed phase is not started again"


@pytest.mark.parametrize("name", GOES_ON)
def test_a_run_that_goes_on(scene: Scene, clean: Digests, name: str) -> None:
    fault, case = GOES_ON[name]
    with trying(fault, "direct", clean) as trial:
        ended = case(scene)
        assert ended.code == 0, ended
        assert "worker lost at" in ended.told
        trial.same(scene.output)


@pytest.mark.parametrize(
    ("name", "code", "line"),
    [
        ("Ctrl-C", 130, "; what is done stays; to go on: "),
        ("two at once", 1, "another run writes here; wait for it or give another --output"),
    ],
)
def test_a_run_that_tells(
    scene: Scene, clean: Digests, run_here: Runner, name: str, code: int, line: str
) -> None:
    fault, case = TOLD[name]
    with trying(fault, "direct", clean) as trial:
        trial.one_line(case(scene), line, code=code)
        run_here(scene.content)
        trial.same(scene.output)


@pytest.mark.slow
@pytest.mark.parametrize("whole_group", [True, False], ids=["group", "driver alone"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_driver_killed_at_every_moment(
    inputs: Path,
    clean: Digests,
    run_here: Runner,
    tmp_path: Path,
    moment: str,
    whole_group: bool,
) -> None:
    """Killed alone, the driver leaves workers behind; they must not get into the next run's way."""
    with trying("SIGKILL of the driver", "direct", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out")
        killed_at(MOMENTS[moment], whole_group)(Scene(content, tmp_path, tmp_path))
        run_here(content)
        trial.same(tmp_path / "out")


@pytest.mark.slow
@pytest.mark.parametrize("moment", [name for name in MOMENTS if "committed" not in name][4:-2])
def test_a_worker_killed_in_every_phase(
    inputs: Path, clean: Digests, tmp_path: Path, moment: str
) -> None:
    """Two workers; both are killed."""
    with trying("SIGKILL of a worker", "direct", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out", workers=2)
        ended = worker_at(MOMENTS[moment])(Scene(content, tmp_path, tmp_path))
        assert ended.code == 0, ended
        trial.same(tmp_path / "out")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("moment", ["plan", "prepare", "document", "verify", "finish", "index"])
def test_a_driver_that_is_asked_to_end_in_every_phase(
    inputs: Path, clean: Digests, run_here: Runner, tmp_path: Path, moment: str, number: int
) -> None:
    name = "Ctrl-C" if number == signal.SIGINT else "SIGTERM of the driver"
    with trying(name, "direct", clean) as trial:
        content = harness.settings(inputs, tmp_path / "out", workers=2)
        with driving(content, tmp_path) as driver:
            driver.wait_for(MOMENTS[moment])
            started = harness.descendants(driver.pid)
            ended = driver.kill(number == signal.SIGINT, number)
            harness.wait_until(lambda: not harness.alive(started), "end of the workers")
        if number == signal.SIGINT:
            trial.one_line(ended, "interrupted", code=130)
        run_here(content)
        trial.same(tmp_path / "out")
