"""Intermediate files that are damaged between two runs: found, and made anew."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from faults import harness
from faults.harness import Digests, Settings, trying
from runs import NotedProgress, Runner, execute, in_this_process

from corpus_pipeline.errors import ResumeError


class Stopped(Exception):
    """Stands for a killed driver."""


class Stopping(NotedProgress):
    """Ends the run when a phase has done so many items; calls back when a phase begins."""

    def __init__(self, phase: str, items: int, begin: Callable[[str], object] = str) -> None:
        super().__init__()
        self._phase, self._left, self._begin = phase, items, begin

    def start(self, phase: str, items: int, finished: int) -> None:
        super().start(phase, items, finished)
        self._begin(phase)
        if phase == self._phase and self._left == 0:
            raise Stopped

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        if phase == self._phase:
            self._left -= items
            if self._left <= 0:
                raise Stopped


@pytest.fixture(scope="module")
def stopped(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was stopped in its last phase, so that it has files of all kinds."""
    output = tmp_path_factory.mktemp("stopped") / "out"
    with in_this_process(), pytest.raises(Stopped):
        execute(harness.settings(inputs, output), progress=Stopping("ledger", 3))
    return output


@pytest.fixture
def output(stopped: Path, tmp_path: Path) -> Path:
    """A copy of it that the test may damage."""
    return Path(shutil.copytree(stopped, tmp_path / "out"))


KINDS = {
    "prepared documents": ".work/*/prepare/documents/*",
    "hashes of documents": ".work/*/prepare/hashes/exact/*",
    "hashes of bands": ".work/*/prepare/hashes/document/*",
    "hashes of sentences": ".work/*/prepare/hashes/sentence/*",
    "anchors of strings": ".work/*/prepare/hashes/substring/*",
    "anchors of n-grams": ".work/*/prepare/hashes/paragraph/*",
    "hashes of addresses": ".work/*/prepare/hashes/address/*",
    "hits of evaluations": ".work/*/prepare/hashes/contamination/*",
    "removals of a partition": ".work/*/exact/removals/*",
    "sentences to remove": ".work/*/sentence/removals/*",
    "contaminated documents": ".work/*/contamination/removals/*",
    "merged removals": ".work/*/merge-*/removals/*",
    "buckets": ".work/*/document/buckets/*",
    "lists of candidates": ".work/*/document/wanted/*",
    "shingle sets": ".work/*/shingles/sets/*",
    "edges": ".work/*/verify/edges/*",
    "lists of wanted strings": ".work/*/substring/wanted/*",
    "windows of strings": ".work/*/windows/windows/*",
    "strings to remove": ".work/*/repeats/removals/*",
    "lists of wanted n-grams": ".work/*/paragraph/wanted/*",
    "n-grams": ".work/*/ngrams/windows/*",
    "n-grams that were seen": ".work/*/seen/removals/*",
    "manifest of a second look": ".work/*/windows/manifests/*.json",
    "removals of near copies": ".work/*/resolve/removals/*",
    "manifest of prepare": ".work/*/prepare/manifests/*.json",
    "manifest of a match": ".work/*/exact/manifests/*.json",
    "manifest of finish": ".work/*/finish/manifests/*.json",
    "runs of tokens": ".work/*/finish/runs/*",
    "lists of portions": ".work/*/finish/portions/*",
    "plan of shards": ".work/*/shards.arrow",
    "places of tokens": ".work/*/shards/places/*",
    "merged places": ".work/*/merge-shards/places/*",
    "commit of a phase": ".work/*/*/commit.json",
    "list of units": ".work/*/units.arrow",
    "index of evaluations": ".work/*/contamination.arrow",
    "rejected documents": "rejected/filtered-*",
    "documents": "documents/*",
    "ledger": "ledger/*",
    "token shard": "tokens/*",
}
#: Those that are tried in the short form.
QUICK = (
    "prepared documents", "hashes of bands", "merged removals", "lists of candidates",
    "windows of strings", "lists of wanted n-grams", "n-grams that were seen",
    "manifest of finish", "runs of tokens", "commit of a phase", "list of units", "token shard",
)  # fmt: skip


def flipped(path: Path, chance: random.Random) -> None:
    """Turns one bit of a file."""
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def truncated(path: Path, chance: random.Random) -> None:
    """Cuts a file off somewhere."""
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content))])


def removed(path: Path, chance: random.Random) -> None:
    """Removes a file."""
    path.unlink()


def replaced(path: Path, chance: random.Random) -> None:
    """Puts as many other bytes into a file."""
    path.write_bytes(chance.randbytes(path.stat().st_size))


DAMAGES: dict[str, Callable[[Path, random.Random], None]] = {
    "bit flip": flipped,
    "truncation": truncated,
    "removal": removed,
    "other bytes": replaced,
}


def one_of(output: Path, pattern: str, chance: random.Random) -> Path:
    """Picks a file of a kind."""
    return chance.choice(sorted(path for path in output.glob(pattern) if path.is_file()))


@pytest.mark.parametrize(
    ("kind", "damage", "seed"),
    [(kind, "bit flip", 1) for kind in QUICK]
    + [
        pytest.param(kind, damage, seed, marks=pytest.mark.slow)
        for kind in KINDS
        for seed, damage in enumerate(["bit flip", "bit flip", *DAMAGES], 2)
    ],
)
def test_a_damaged_file_is_made_anew(
    output: Path,
    inputs: Path,
    clean: Digests,
    run_here: Runner,
    kind: str,
    damage: str,
    seed: int,
) -> None:
    with trying(f"{damage} in an intermediate file", "direct", clean) as trial:
        chance = random.Random(f"{kind} {seed}")
        DAMAGES[damage](one_of(output, KINDS[kind], chance), chance)
        run_here(harness.settings(inputs, output))
        trial.same(output)


@pytest.mark.parametrize("damage", [flipped, replaced, truncated])
def test_a_damaged_fingerprint_is_refused(
    output: Path,
    inputs: Path,
    clean: Digests,
    run_here: Runner,
    damage: Callable[[Path, random.Random], None],
) -> None:
    """Nobody can know any more which run it was, so nothing is touched."""
    with trying("damaged fingerprint.json", "direct", clean) as trial:
        content = harness.settings(inputs, output)
        damage(output / ".work" / "fingerprint.json", random.Random(0))
        with pytest.raises(ResumeError) as caught:
            run_here(content)
        assert "\n" not in str(caught.value)
        assert "--overwrite to throw that run away" in str(caught.value)
        trial.ends.append("one line")
        run_here(content, overwrite=True)
        trial.same(output)


def without_duplicates(path: Path) -> None:
    """Damages a file of hashes so that it can be read, and no document is like another."""
    content = path.read_bytes()
    found = pa.ipc.open_file(pa.BufferReader(content))
    number = int(path.stem) << 32
    for place in range(found.num_record_batches):
        hashes = found.get_batch(place)["hash"].to_numpy()
        unlike = np.arange(number, number + len(hashes), dtype=np.uint64)
        number += len(hashes)
        if len(hashes):
            content = content.replace(hashes.tobytes(), unlike.tobytes())
    path.write_bytes(content)


def test_what_was_made_of_a_damaged_file_is_made_anew(
    inputs: Path, clean: Digests, run_here: Runner, tmp_path: Path
) -> None:
    """The damaged files were used already, before the driver died."""
    output = tmp_path / "out"
    content: Settings = harness.settings(inputs, output)

    def begin(phase: str) -> None:
        if phase == "exact":
            for path in output.glob(".work/*/prepare/hashes/exact/*"):
                without_duplicates(path)

    with trying("damage that was read before the run is killed", "direct", clean) as trial:
        with pytest.raises(Stopped):
            run_here(content, progress=Stopping("document", 0, begin))
        assert not list(output.glob(".work/*/exact/removals/*")), "nothing was found"
        run_here(content)
        trial.same(output)
