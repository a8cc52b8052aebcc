"""The match phases: which documents meet, who survives, and that order does not count."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import apache_beam as beam
import corpora
import numpy as np
import pyarrow as pa
import pytest
from stages.stage_checks import (
    documents,
    hash_and_write,
    run,
    same,
    uncounted,
    unit,
    with_every_match,
)

from corpus_pipeline.address import RowAddress
from corpus_pipeline.batches import from_ipc, to_ipc
from corpus_pipeline.dedup.blocks import UNITS_TOGETHER, partition_of
from corpus_pipeline.dedup.matches import KINDS
from corpus_pipeline.pipelines.driver_tasks import merge, resolve, verified_edges
from corpus_pipeline.pipelines.stage_options import StageOptions
from corpus_pipeline.stages.dedup import removals_folder
from corpus_pipeline.stages.match_options import HashFolder, MatchOptions
from corpus_pipeline.stages.matching import Block, MatchPartition, ReadHashes, joined_batches
from corpus_pipeline.storage.reading import RemoteFile
from corpus_pipeline.transforms import Keyed, item_ranges
from corpus_pipeline.workspace.phase_table import MERGES, merge_of
from corpus_pipeline.workspace.state import Manifest, Workspace

#: Units and partitions of these tests are fewer.
FILES = 8

Removals = list[dict[str, Any]]


def prepare(make: StageOptions, *units: Sequence[tuple[str, int]]) -> None:
    """Prepares units of (text, priority); those of equal length have one address."""
    elements: list[Keyed] = []
    for number, rows in enumerate(units):
        texts, priorities = [row[0] for row in rows], [row[1] for row in rows]
        urls = [f"https://example.org/{len(text)}" for text in texts]
        batch = documents(texts, number, priority=pa.array(priorities, pa.uint8()), url=urls)
        elements += unit(batch, number=number)
    wanted = list(range(len(units)))
    run(elements, hash_and_write(make), lambda actual: same("units", sorted(actual), wanted))


def match(make: StageOptions, phase: str, tasks: Sequence[Sequence[int]] | None = None) -> None:
    """Runs a match phase, or a merge, over all partitions, by default as one task."""
    everything = list(range(make.match(phase).total_partitions))
    for partitions in tasks or [everything]:
        options = make.match(phase)
        options = dataclasses.replace(options, partitions=tuple(item_ranges(sorted(partitions))))
        files = [
            (folder, n)
            for folder, each in enumerate(options.inputs)
            for n in range(max(8, each.files))
        ]
        check = functools.partial(_same_partitions, sorted(partitions))
        coder = run(files, (ReadHashes(options), MatchPartition(options)), check)
        assert type(coder).__name__ == "VarIntCoder"
    for partition in everything:
        assert make.workspace.manifest(phase, partition) is not None


def look_again(make: StageOptions, phase: str, units: int) -> None:
    """Runs the second look of a match at some units."""
    transform, numbers = make.over_units(phase).transform, list(range(units))
    run(numbers, transform, lambda found: same("units", sorted(found), numbers))


def _same_partitions(expected: list[int], actual: list[int]) -> None:
    same("partitions", sorted(actual), expected)


def removals(make: StageOptions, phase: str, units: int) -> Removals:
    """Merges and reads what was removed, with addresses as UNIT:ROW."""
    if f"merge-{phase}" in MERGES:
        phase = f"merge-{phase}"
        merge(make.match(phase))
    rows: Removals = []
    for number in range(units):
        table = make.workspace.read_unit(removals_folder(make.workspace, phase), number)
        rows += [] if table is None else table.to_pylist()
    for row in rows:
        for name in ("address", "duplicate_of", "partner"):
            if name in row:
                row[name] = str(RowAddress.unpack(row[name]))
    return rows


def resolved(make: StageOptions) -> None:
    """Resolves the edges of *verify* as the driver does."""
    edges = verified_edges(make.workspace, ["verify"])
    outcome = resolve(make.workspace, "resolve", edges, make.partitions, components=False)
    manifest = Manifest("resolve", 0, tuple(outcome.files), outcome.all_counts)
    make.workspace.put_manifest(manifest)


EN, ZH = corpora.ENGLISH, corpora.CHINESE


def test_what_crosses_the_shuffle_is_coded_without_pickle() -> None:
    kind = beam.typehints.native_type_compatibility.convert_to_beam_type(Block)
    coder = beam.coders.registry.get_coder(kind)
    assert [type(part).__name__ for part in coder.coders()] == ["VarIntCoder", "BytesCoder"]


@pytest.mark.parametrize(
    "units",
    [
        [[(ZH["plain"].text, 100), (ZH["plain"].text + "\n", 10)], [(EN["plain"].text, 1)]],
        [[(ZH["plain"].text, 100)], [(EN["plain"].text, 1), (ZH["plain"].text + "\n", 10)]],
    ],
)
def test_exact_duplicates_meet_wherever_they_are(make: StageOptions, units: list[Any]) -> None:
    prepare(make, *units)
    match(make, "exact")
    (kept,) = [f"{u}:{r}" for u, rows in enumerate(units) for r, row in enumerate(rows)
               if row[1] == 10]  # fmt: skip
    assert removals(make, "exact", 2) == [{"address": "0:0", "duplicate_of": kept}]


def test_tasks_and_their_order_do_not_count(make: StageOptions) -> None:
    texts = [EN["plain"].text, ZH["plain"].text, EN["book"].text]
    prepare(make, *[[(text, 100) for text in texts] for _ in range(3)])
    match(make, "exact")
    once = removals(make, "exact", 3)
    assert len(once) == 6
    folder = removals_folder(make.workspace, "exact")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    last = make.partitions - 1
    match(make, "exact", [[last, 0], range(1, last)])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_documents_that_an_earlier_match_removed_take_no_part(make: StageOptions) -> None:
    shared = corpora.joined("zh", corpora.SHARED["zh"])
    whole = ZH["plain"].text + shared
    # Row 0 would keep the shared sentences, but it is an exact duplicate of row 1.
    prepare(make, [(whole, 1), (whole + "\n", 0), (shared, 2)])
    match(make, "exact")
    assert [row["address"] for row in removals(make, "exact", 1)] == ["0:0"]
    match(make, "sentence")
    found = removals(make, "sentence", 1)
    assert {(row["address"], row["keep"]) for row in found} == {("0:1", True), ("0:2", False)}


def test_near_duplicates_are_verified(make: StageOptions) -> None:
    long, short = ZH["long-revision"].text, ZH["of-long-revision"].text
    prepare(make, [(short, 100), (EN["plain"].text, 100)], [(long, 100), (EN["book"].text, 100)])
    for phase in ("exact", "document"):
        match(make, phase)
        merge(make.match(f"merge-{phase}"))
    look_again(make, "shingles", 2)
    match(make, "verify")
    resolved(make)
    (found,) = removals(make, "resolve", 2)
    jaccard = found.pop("jaccard")
    assert found.pop("survivor_jaccard") == jaccard
    assert found == {"address": "0:0", "duplicate_of": "1:0", "partner": "1:0"}
    assert 0.9 < jaccard < 1


def test_contaminated_documents_name_their_item(make: StageOptions) -> None:
    prepare(make, [(EN["holds-evaluation"].text, 1), (EN["plain"].text, 1)],
            [(ZH["holds-evaluation"].text, 1)])  # fmt: skip
    for phase in ("exact", "contamination"):
        match(make, phase)
    found = removals(make, "contamination", 2)
    assert [(row["address"], row["item"]) for row in found] == [
        ("0:0", "lighthouse-en#question"),
        ("1:0", "lighthouse-zh#question"),
    ]


def test_nothing_found_leaves_manifests_alone(make: StageOptions) -> None:
    prepare(make, [(EN["plain"].text, 1)], [])
    for phase in ("exact", "document", "contamination", "sentence"):
        match(make, phase)
        assert removals(make, phase, 2) == []
    look_again(make, "shingles", 2)
    match(make, "verify")
    resolved(make)
    assert removals(make, "resolve", 2) == []


def test_no_hashes_at_all(make: StageOptions) -> None:
    make.workspace.put_manifest(Manifest("prepare", 0, (), {}))
    match(make, "exact")
    assert removals(make, "exact", 1) == []
    assert list(merge(make.match("merge-exact")).files) == []


def test_merged_removals_are_sorted_by_address(make: StageOptions) -> None:
    names = ("plain", "original", "book", "page")
    rows = [(docs[name].text, 100) for name in names for docs in (EN, ZH)]
    prepare(make, rows, rows)
    match(make, "exact")
    (entry,) = merge(make.match("merge-exact")).files
    addresses = [row["address"] for row in removals(make, "exact", 2)]
    assert addresses == [f"1:{row}" for row in range(len(rows))]
    assert entry.rows == len(rows)


def test_a_merge_by_workers_has_the_bytes_of_one_by_the_driver(make: StageOptions) -> None:
    units = UNITS_TOGETHER + 2
    make = with_every_match(make)
    make = dataclasses.replace(make, workspace=dataclasses.replace(make.workspace, units=units))
    texts = [ZH["long-revision"].text, ZH["of-long-revision"].text, EN["holds-evaluation"].text]
    prepare(make, *[[(texts[(number + i) % 3], 100) for i in range(2)] for number in range(units)])
    # Other merges follow phases that need more: see test_merging, test_shards_and_ledger.
    for kind in KINDS:
        phase = merge_of(kind)
        # Without the removals of those before it there is work for every match.
        match(make, kind)
        target = make.workspace.phase(phase) / MERGES[phase].rpartition("/")[2]
        merge(make.match(phase))
        here = {path.name: path.read_bytes() for path in target.iterdir()}
        assert sorted(here) == ["00000.arrow", "00001.arrow"], phase
        for path in target.iterdir():
            path.unlink()
        match(make, phase, [[1], [0]])
        assert {path.name: path.read_bytes() for path in target.iterdir()} == here, phase
        for group, name in enumerate(sorted(here)):
            (target / name).unlink()
            make.workspace.put_manifest(Manifest(phase, group, (), {"found": 0}))


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_blocks_are_joined_by_their_columns(order: list[int]) -> None:
    blocks = [
        to_ipc(pa.record_batch({"hash": pa.array([1, 2], pa.uint64())})),
        b"",
        to_ipc(pa.record_batch({"hash": pa.array([3], pa.uint64())})),
        to_ipc(pa.record_batch({"other": ["文"]})),
    ]
    joined = joined_batches(blocks[i] for i in order)
    assert list(joined) == [("hash",), ("other",)]
    assert sorted(joined[("hash",)]["hash"].to_pylist()) == [1, 2, 3]
    assert joined[("other",)].to_pydict() == {"other": ["文"]}
    assert joined_batches([b"", b""]) == {}


def test_blocks_are_bounded(make: StageOptions) -> None:
    """A partition of more than 4 MiB crosses the shuffle in several blocks."""
    from corpus_pipeline.stages.writing import hash_folder

    rows = 700_000
    batch = pa.record_batch({"hash": pa.array(range(rows), pa.uint64()),
                             "address": pa.array(range(rows), pa.uint64())})  # fmt: skip
    folder = hash_folder(make.workspace, "prepare", "exact")
    folder.mkdir(parents=True)
    with pa.ipc.new_file(str(folder / "00000.arrow"), batch.schema) as writer:
        writer.write_batch(batch)
    make.workspace.put_manifest(Manifest("prepare", 1, (), {}))
    inputs = (HashFolder("prepare/hashes/exact", 2),)
    reader = ReadHashes(MatchOptions(make.workspace, "exact", inputs, ((0, 1),), 1))
    reader.setup(uncounted)
    partitions, blocks = zip(*reader.process((0, 0)), strict=True)
    assert list(reader.process((0, 1))) == []  # a unit that has written no hashes
    assert set(partitions) == {0}
    assert blocks[0] == b""
    sizes = [len(block) for block in blocks[1:]]
    assert len(sizes) == 3
    assert max(sizes) < 4 * 2**20 + 4096
    assert sum(from_ipc(block).num_rows for block in blocks[1:]) == rows


@pytest.mark.parametrize(("wanted", "pieces"), [((0, 40), 6), ((8, 9), 3), ((0, 20), 4)])
def test_a_remote_file_of_hashes_is_read_in_large_pieces(
    monkeypatch: pytest.MonkeyPatch, wanted: tuple[int, int], pieces: int
) -> None:
    """Of 16 MiB in 40 partitions all are read in pieces of 4 MiB, a single one without the rest."""
    workspace = Workspace("memory://hashes-in-pieces", 1, "run")
    hashes = np.arange(2**20, dtype=np.uint64)
    batch = pa.record_batch({"hash": hashes, "address": hashes})
    workspace.put_partitioned(workspace.work / "h" / "00000.arrow", batch, hashes, 40)
    fetched = []
    fetch = RemoteFile._fetch

    def noted(file: RemoteFile, start: int, end: int) -> bytes:
        fetched.append(end - start)
        return fetch(file, start, end)

    monkeypatch.setattr(RemoteFile, "_fetch", noted)
    reader = ReadHashes(MatchOptions(workspace, "exact", (HashFolder("h", 1),), (wanted,), 40))
    reader.setup(uncounted)
    blocks = [block for block in reader.process((0, 0)) if block[1]]
    found = [value for _, block in blocks for value in from_ipc(block)["hash"].to_pylist()]
    partition_ids = partition_of(hashes, 40)
    assert (
        sorted(found) == hashes[(partition_ids >= wanted[0]) & (partition_ids < wanted[1])].tolist()
    )
    assert len(fetched) <= pieces
    assert sum(fetched) <= (wanted[1] - wanted[0]) * 2**24 // 40 + 4 * 2**20 + 2**17
