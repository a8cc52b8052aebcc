"""The ends of the map phases: files, manifests, hash records; and what the writers refuse."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import corpora
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stages.stage_checks import (
    documents,
    hash_and_write,
    run,
    same,
    uncounted,
    unit,
    with_every_match,
    write_prepared,
)

from corpus_pipeline import storage
from corpus_pipeline.address import BatchKey, RowAddress
from corpus_pipeline.batches import end_of_unit, with_columns
from corpus_pipeline.dedup.blocks import partition_of
from corpus_pipeline.dedup.matches import HASH_KEY, KINDS, Documents, ExactMatch
from corpus_pipeline.errors import EngineError
from corpus_pipeline.flow import document_schema, ledger_schema
from corpus_pipeline.pipelines.stage_options import StageOptions
from corpus_pipeline.stages.writing import (
    WritePreparedUnit,
    hash_folder,
    hash_records,
    prepared_path,
)
from corpus_pipeline.transforms import Keyed

DOCUMENT, LEDGER = document_schema(), ledger_schema()

EN, ZH = corpora.ENGLISH["plain"].text, corpora.CHINESE["plain"].text


def batch(texts: list[str | None], unit: int = 0, first: int = 0, **columns: Any) -> pa.RecordBatch:
    """Builds documents whose rows go on from `first`."""
    rows = list(range(first, first + len(texts)))
    return documents(texts, unit, row=rows, **columns)


def test_prepared_units_are_split_by_fate(make: StageOptions) -> None:
    forgiven = pa.array([None, None, ["http-cut", "charset-guessed"]], pa.list_(pa.string()))
    first = batch([EN, None, ZH], leniencies=forgiven, url=["https://a.example/", None, None])
    elements = unit(first, batch([]), batch([None, "短"], first=3))
    run(
        elements,
        write_prepared(make),
        lambda units: same("units", units, [0]),
    )
    workspace = make.workspace
    kept = pq.read_table(prepared_path(workspace, "prepare", 0))
    assert kept.schema.equals(DOCUMENT)
    assert kept["text"].to_pylist() == [EN, ZH, "短"]
    rejected = pq.read_table(workspace.part("rejected", 0, "parquet", "filtered"))
    assert rejected["row"].to_pylist() == [1, 3]
    manifest = workspace.manifest("prepare", 0)
    assert manifest is not None
    assert manifest.counts == {
        "documents": 5, "dropped-read-null-text": 2, "note": 1,
        "lenient-http-cut": 1, "lenient-charset-guessed": 1,
        "read_documents/s": 5, "read_addresses/s": 1,
    }  # fmt: skip
    assert [(entry.path.split("/")[-1], entry.rows) for entry in manifest.files] == [
        ("00000.parquet", 3), ("filtered-00000-of-00005.parquet", 2),
    ]  # fmt: skip


def test_a_unit_without_documents_is_written_all_the_same(make: StageOptions) -> None:
    run(
        unit(),
        write_prepared(make),
        lambda units: same("units", units, [0]),
    )
    assert pq.read_table(prepared_path(make.workspace, "prepare", 0)).num_rows == 0


def test_hashes_are_cut_by_partition(make: StageOptions) -> None:
    make = with_every_match(make)
    url = "https://example.org/"
    elements = unit(batch([EN, None], url=[url, url]), batch([ZH], first=2, url=[url]))
    run(elements, hash_and_write(make), lambda units: same("units", units, [0]))
    for kind in KINDS:
        path = hash_folder(make.workspace, "prepare", kind) / "00000.arrow"
        with storage.open_arrow(path) as file:
            parts = [file.get_batch(partition) for partition in range(make.partitions)]
        for number, part in enumerate(parts):
            partition_ids = partition_of(part[HASH_KEY].to_numpy(), make.partitions)
            assert (partition_ids == number).all()
        found = {RowAddress.unpack(a).row for part in parts for a in part["address"].to_pylist()}
        assert found == ({0, 2} if kind != "contamination" else set())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("gap", "unit 0: batch 1 was due, .*batch=2.* came; the runner does not keep"),
        ("swap", "unit 0: batch 0 was due, .*batch=1.* came"),
        ("other unit", "unit 0: batch 1 was due, .*unit=1.* came"),
        ("short", "unit 0: 2 of 3 batches came"),
        ("no end", "unit 0: the bundle ended before the unit did"),
        ("twice", "unit 0: batch 1 was due, .*batch=0.* came"),
    ],
)
def test_missing_and_misplaced_batches_are_refused(
    make: StageOptions, change: str, message: str
) -> None:
    one, two, end = unit(batch(["a"]), batch(["b"], first=1))
    changed: dict[str, list[Keyed]] = {
        "gap": [one, (BatchKey("prepare", 0, 2), two[1])],
        "swap": [two, one, end],
        "other unit": [one, (BatchKey("prepare", 1, 1), two[1])],
        "short": [one, two, (end[0], end_of_unit(3, {}))],
        "no end": [one, two],
        "twice": [one, one, two, end],
    }
    writer = write_prepared(make)

    def bundle() -> Iterator[int]:
        writer.setup(uncounted)
        writer.start_bundle()
        for element in changed[change]:
            yield from writer.process(element)
        writer.finish_bundle()

    with pytest.raises(EngineError, match=message):
        list(bundle())
    assert make.workspace.manifest("prepare", 0) is None
    assert not prepared_path(make.workspace, "prepare", 0).exists()
    assert not list(Path(make.workspace.output).rglob("*.attempt-*"))


def half_written(make: StageOptions, one: Keyed) -> tuple[WritePreparedUnit, list[Path]]:
    """A writer in the midst of a unit, and the files it has open."""
    writer = write_prepared(make)
    writer.setup(uncounted)
    writer.start_bundle()
    list(writer.process(one))
    return writer, list(Path(make.workspace.output).rglob("*.attempt-*"))


def test_a_unit_whose_reader_fails_leaves_nothing_behind(make: StageOptions) -> None:
    one, two, end = unit(batch(["a"]), batch(["b"], first=1))
    writer, attempts = half_written(make, one)
    assert len(attempts) == 2
    writer.teardown()
    assert not any(path.exists() for path in attempts)
    writer.start_bundle()
    assert [n for element in (one, two, end) for n in writer.process(element)] == [0]


def test_a_full_disk_leaves_no_attempts(
    make: StageOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits in a buffer does not fit either, so closing a file fails, too."""
    resource = pytest.importorskip("resource", reason="POSIX only")
    one, two, _ = unit(batch(["a"]), batch(["b"], first=1))
    writer, attempts = half_written(make, one)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    monkeypatch.setattr(writer, "add", lambda batch: 1 // 0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        with pytest.raises(ZeroDivisionError):
            list(writer.process(two))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(attempts) == 2
    assert not any(path.exists() for path in attempts)


def test_a_run_that_was_thrown_away_writes_no_more(make: StageOptions) -> None:
    storage.remove(make.workspace.units_file)
    with pytest.raises(EngineError, match="this run was thrown away; end its job"):
        run(
            unit(batch(["a"])),
            write_prepared(make),
            lambda units: None,
        )
    assert not prepared_path(make.workspace, "prepare", 0).exists()


def test_a_writer_takes_one_unit_after_another(make: StageOptions) -> None:
    elements = [*unit(batch(["a"])), *unit(batch(["文"], 1), batch([None], 1, 1), number=1)]
    run(
        elements,
        write_prepared(make),
        lambda units: same("u", sorted(units), [0, 1]),
    )
    counts = [make.workspace.manifest("prepare", n).counts for n in (0, 1)]  # type: ignore[union-attr]
    assert counts == [
        {"documents": 1, "note": 1, "read_documents/s": 1, "read_addresses/s": 0},
        {
            "documents": 2,
            "dropped-read-null-text": 1,
            "note": 1,
            "read_documents/s": 2,
            "read_addresses/s": 0,
        },
    ]


def test_without_hash_columns_there_are_no_records() -> None:
    assert hash_records(documents(["文"])) == {}


def test_only_documents_with_text_are_compared_as_wholes() -> None:
    """A page that is not extracted yet has no text; all such pages would be one duplicate."""
    rows = documents([None, "文"], drop_reason=[None, None])
    hashes = ExactMatch().hashes(Documents(rows, rows["text"])).lists
    ranks = pa.array([7, 8], pa.uint64())
    (records,) = hash_records(
        with_columns(rows, {"hash_rank": ranks, "hash_exact": hashes})
    ).values()
    assert records["address"].to_pylist() == [1]


LISTS = st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=4) | st.none(), max_size=5)


@given(LISTS, st.integers(0, 2), st.integers(0, 2**31 - 1))
def test_every_hash_becomes_a_record(
    lists: list[list[int] | None], before: int, number: int
) -> None:
    whole = [[1, 2], None, *lists][2 - before :]
    rows = documents(["文"] * len(whole), number)
    lists = pa.array(
        [
            None if e is None else [{"hash": h, "ordinal": i} for i, h in enumerate(e)]
            for e in whole
        ],
        pa.list_(pa.struct({"hash": pa.uint64(), "ordinal": pa.uint32()})),
    )
    ranks = pa.array(np.arange(len(whole), dtype=np.uint64))
    columns = {"hash_rank": ranks, "hash_sentence": lists, "hash_contamination": lists}
    records = hash_records(with_columns(rows, columns).slice(before))
    assert list(records) == ["contamination", "sentence"]
    expected = [
        {"hash": value, "ordinal": ordinal, "address": number << 32 | row, "rank": row}
        for row, each in enumerate(whole)
        for ordinal, value in enumerate(each or [])
        if row >= before
    ]
    assert records["sentence"].to_pylist() == expected
    # Which copy of an item is found is no matter of preference.
    for row in expected:
        del row["rank"]
    assert records["contamination"].to_pylist() == expected
