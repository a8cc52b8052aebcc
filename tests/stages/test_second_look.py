"""Second looks at texts: what they write, however it is cut, and in how much memory."""

import dataclasses
import random
import tracemalloc
from pathlib import Path

import corpora
import pyarrow as pa
import pytest
from stages.stage_checks import documents, uncounted, unit, with_every_match, write_prepared
from stages.test_matching import Removals, look_again, match, prepare, removals

from corpus_pipeline.dedup.blocks import cuts_of
from corpus_pipeline.engines.in_process import run_transforms
from corpus_pipeline.pipelines.driver_tasks import merge
from corpus_pipeline.pipelines.stage_options import StageOptions
from corpus_pipeline.stages import second_look
from corpus_pipeline.stages.hashing import HashBatch
from corpus_pipeline.transforms import Work

#: Second look -> the phase before it, that behind it, and the folder of what it writes.
LOOKS = {
    "windows": ("substring", "repeats", "windows"),
    "ngrams": ("paragraph", "seen", "windows"),
    "shingles": ("document", "verify", "sets"),
}


def texts() -> list[str]:
    story = "\n".join(corpora.story("en", 3, 0, 9))
    return [f"{name}: {story} {corpora.joined('zh', corpora.SHARED['zh'])}" for name in "abcd"]


def looked(make: StageOptions, phase: str) -> tuple[Removals, int]:
    """Runs a match up to the phase behind its second look; returns what it finds, and the cuts."""
    before, behind, folder = LOOKS[phase]
    match(make, before)
    merge(make.match(f"merge-{before}"))
    look_again(make, phase, 2)
    path = Path(str(make.workspace.phase(phase))) / folder / "00000.arrow"
    with pa.memory_map(str(path)) as source:
        batches = pa.ipc.open_file(source).num_record_batches
    match(make, behind)
    if behind == "verify":
        edges = sorted(Path(str(make.workspace.phase(behind) / "edges")).glob("*"))
        return [row for p in edges for row in pa.ipc.open_file(p).read_all().to_pylist()], batches
    return removals(make, behind, 2), batches


@pytest.mark.parametrize("phase", LOOKS)
def test_the_cuts_of_a_file_do_not_count(
    make: StageOptions, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    make = with_every_match(make)
    prepare(make, *[[(text, 100) for text in some] for some in (texts()[:3], texts()[3:])])
    whole, batches = looked(make, phase)
    assert whole
    assert batches == make.partitions_of(phase)
    monkeypatch.setattr(second_look, "HELD_BYTES", 1)
    monkeypatch.setattr(second_look, "TEXT_TOGETHER", 1)
    cut, batches = looked(make, phase)
    assert cut == whole
    assert batches == 3 * make.partitions_of(phase)


def test_a_unit_that_repeats_is_not_held(
    make: StageOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its windows take eight bytes for each byte of text."""
    make = with_every_match(make)
    text = " ".join(map(str, random.Random(1).choices(range(10**6), k=36_000)))
    copies = 40
    batches = [
        documents([f"{number} {text}"], row=[number], record=[number]) for number in range(copies)
    ]
    # Straight to the file: what other matches would hash is much.
    substring = next(each for each in make.compared if each.kind == "substring")
    hashing = dataclasses.replace(make.hashing(make.flow.passes[0]), matches=(substring,))
    stages = HashBatch(hashing), write_prepared(make)
    run_transforms(Work([(0,)], lambda _: unit(*batches), stages))
    match(make, "substring")
    merge(make.match("merge-substring"))
    monkeypatch.setattr(second_look, "HELD_BYTES", 2**20)
    monkeypatch.setattr(second_look, "TEXT_TOGETHER", 2**18)
    transform = make.over_units("windows").transform
    transform.setup(uncounted)
    before, pool = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
    pa.set_memory_pool(pool)
    tracemalloc.start()
    try:
        assert list(transform.process(0)) == [0]
        peak = tracemalloc.get_traced_memory()[1] + (pool.max_memory() or 0)
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(before)
    path = make.workspace.phase("windows") / "windows" / "00000.arrow"
    written = Path(str(path)).stat().st_size
    assert written > 8 * copies * (len(text) - 500)
    assert peak < written // 2
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        found = sum(
            cut["windows"].value_lengths().to_numpy().sum()
            for partition in range(make.partitions)
            for cut in cuts_of(reader, partition, make.partitions)
        )
    assert found == sum(len(f"{number} {text}") - 499 for number in range(copies))
