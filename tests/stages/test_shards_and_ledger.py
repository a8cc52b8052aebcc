"""From finished units to shards and the ledger: every document once, and its place is right."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stages.stage_checks import documents, run, same, uncounted, unit, write_prepared

from corpus_pipeline import storage
from corpus_pipeline.batches import with_columns
from corpus_pipeline.errors import EngineError
from corpus_pipeline.flow import ledger_schema
from corpus_pipeline.pipelines.driver_tasks import merge
from corpus_pipeline.pipelines.stage_options import StageOptions
from corpus_pipeline.stages.finishing import WriteFinishedUnit
from corpus_pipeline.stages.ledger import WriteLedger
from corpus_pipeline.stages.sharding import (
    ShardOptions,
    WriteShard,
    plan_shards,
    streams_of_shards,
)
from corpus_pipeline.tokens.keys import content_keys
from corpus_pipeline.tokens.shard import open_shard
from corpus_pipeline.tokens.step import TOKEN_IDS
from corpus_pipeline.workspace.state import Manifest

Document = tuple[str, str, str, list[int]]
"""Id, split, source, tokens."""


def finish(
    make: StageOptions,
    number: int,
    found: Sequence[Document],
    hashes: Sequence[bytes] | None = None,
) -> None:
    """Writes a unit with these documents, and one that was rejected before and one that is now."""
    count = len(found)
    hashes = [bytes([number, k] * 8) for k in range(count)] if hashes is None else hashes
    early = documents([None], number, row=[count + 1])
    run(unit(early, number=number), write_prepared(make), lambda units: None)
    columns: dict[str, Any] = {
        "id": [*(each[0] for each in found), "late"],
        "source": [*(each[2] for each in found), "s"],
        "split": [*(each[1] for each in found), None],
        "drop_reason": [None] * count + ["contaminated"],
        "reasons": [None] * count + [["contaminated"]],
        "tokens": [*(len(each[3]) for each in found), 0],
        "content_hash": pa.array([*hashes, bytes(16)], pa.binary(16)),
        "pii_email": [1] * (count + 1),
        "removed_sentences": [1] * count + [9],
    }
    batch = documents(["文"] * (count + 1), number, **columns)
    tokens = pa.array([*(each[3] for each in found), []], pa.list_(pa.uint16()))
    batch = with_columns(batch, {TOKEN_IDS: tokens})
    run(
        unit(batch.slice(0, 1), batch.slice(1), phase="finish", number=number),
        WriteFinishedUnit(make.finished()),
        lambda units: same("units", units, [number]),
    )


def cut(make: StageOptions, **changes: Any) -> tuple[ShardOptions, int]:
    """Cuts shards and brings the places to the units."""
    options = make.shards()
    assert options is not None
    options = ShardOptions(**{**vars(options), **changes})
    shards = plan_shards(options)
    if numbers := [*range(shards)]:
        run(numbers, WriteShard(options, shards), lambda found: same("n", found, numbers))
    places = make.places(shards)
    merged = merge(places)
    make.workspace.put_manifest(Manifest(places.phase, 0, tuple(merged.files), {}))
    return options, shards


UNITS: list[list[Document]] = [
    [("a", "train", "web", [5, 6, 0]), ("b", "validation", "web", [7, 0]),
     ("c", "train", "web", [8, 8, 8, 0])],
    [("文", "train", "百科", [9, 0]), ("e", "train", "web", []), ("f", "train", "web", [1, 0])],
    [], [], [],
]  # fmt: skip


def shards_of(make: StageOptions, shards: int) -> list[list[tuple[str, list[int]]]]:
    options = make.shards()
    assert options is not None
    found = []
    for number in range(shards):
        shard = open_shard(str(options.path(number, shards)))
        ids = [id_ for batch in shard.batches for id_ in batch.ids.to_pylist()]
        found.append([(id_, shard.tokens_of(k).tolist()) for k, id_ in enumerate(ids)])
    return found


@pytest.fixture
def splitting(make: StageOptions) -> StageOptions:
    section = make.flow.tokenize
    assert section is not None
    held_out = type(section.options).model_validate({"splits": {"validation": {"share": 0.5}}})
    section.options = held_out
    return make


def test_shards_hold_one_stream_and_the_ledger_knows_where(splitting: StageOptions) -> None:
    make = splitting
    for number, found in enumerate(UNITS):
        finish(make, number, found)
    options, shards = cut(make, size=5)
    assert shards_of(make, shards) == [
        [("a", [5, 6, 0]), ("c", [8, 8, 8, 0])],
        [("e", []), ("f", [1, 0])],
        [("文", [9, 0])],
        [("b", [7, 0])],
    ]
    assert streams_of_shards(options) == [
        ("train", "web"), ("train", "web"), ("train", "百科"), ("validation", "web"),
    ]  # fmt: skip
    run(range(5), WriteLedger(make.ledger()), lambda units: same("units", units, [*range(5)]))
    part = make.workspace.part
    ledger = pq.read_table(part("ledger", 1, "parquet"))
    assert ledger.schema.equals(ledger_schema())
    columns = ("row", "id", "drop_reason", "split", "tokens", "token_shard", "token_offset")
    assert [tuple(row[name] for name in columns) for row in ledger.to_pylist()] == [
        (0, "文", None, "train", 2, 2, 0),
        (1, "e", None, "train", 0, 1, 0),
        (2, "f", None, "train", 2, 1, 0),
        (3, "late", "contaminated", None, 0, None, None),
        (4, None, "read-null-text", None, None, None, None),
    ]
    assert pq.read_table(part("rejected", 1, "parquet", "deduplicated"))["id"].to_pylist() == [
        "late"
    ]
    manifest = make.workspace.manifest("finish", 0)
    assert manifest is not None
    wanted = ("documents", "dropped-contaminated", "tokens", "pii_email", "removed_sentences")
    assert [manifest.counts[name] for name in wanted] == [4, 1, 9, 3, 3], "what goes is no loss"


@pytest.mark.parametrize("cut_at", [0, 30, 400])
def test_shuffled_shards_do_not_depend_on_the_units(make: StageOptions, cut_at: int) -> None:
    """Documents are sorted by keys of their content; equal ones stay in the order of addresses."""
    assert make.flow.tokenize is not None
    options = {"shuffle": True, "shard_tokens": 300}
    make.flow.tokenize.options = type(make.flow.tokenize.options).model_validate(options)
    lengths = [1 + k % 7 for k in range(400)]
    whole = [(f"{k}", "train", "web", [*range(n - 1), 0]) for k, n in enumerate(lengths)]
    hashes = [hashlib.md5(str(k % 390).encode()).digest() for k in range(400)]
    for number, part in enumerate((slice(cut_at), slice(cut_at, None))):
        finish(make, number, whole[part], hashes[part])
    for number in (2, 3, 4):
        finish(make, number, [])
    _, shards = cut(make)
    written = shards_of(make, shards)
    assert shards == min(-(-sum(lengths) // 300), 400 // 64)
    keys = content_keys(pa.array(hashes, pa.binary(16)), 1, "order").tolist()
    order = [int(id_) for shard in written for id_, _ in shard]
    assert order == sorted(range(400), key=lambda k: (keys[k], k))
    assert order != list(range(400))
    assert all(tokens == whole[int(id_)][3] for shard in written for id_, tokens in shard)
    for number, shard in enumerate(written):
        assert {keys[int(id_)] * shards >> 64 for id_, _ in shard} == {number}
    run(range(5), WriteLedger(make.ledger()), lambda units: None)
    for number in range(2):
        for row in pq.read_table(make.workspace.part("ledger", number, "parquet")).to_pylist():
            if row["token_shard"] is not None:
                flat = [token for _, tokens in written[row["token_shard"]] for token in tokens]
                place = slice(row["token_offset"], row["token_offset"] + row["tokens"])
                assert flat[place] == whole[int(row["id"])][3]


def test_a_unit_without_documents_is_written_all_the_same(make: StageOptions) -> None:
    for number in range(5):
        run(unit(number=number), write_prepared(make), lambda units: None)
        run(
            unit(phase="finish", number=number),
            WriteFinishedUnit(make.finished()),
            lambda units: None,
        )
    manifest = make.workspace.manifest("finish", 0)
    assert manifest is not None
    assert manifest.counts == {"note": 1, "tokens": 0}
    assert [entry.path.rpartition("/")[2] for entry in manifest.files] == [
        "part-00000-of-00005.parquet", "deduplicated-00000-of-00005.parquet",
        "part-00000-of-00005.parquet", "00000.arrow",
    ]  # fmt: skip
    assert cut(make)[1] == 0
    run([0], WriteLedger(make.ledger()), lambda units: same("units", units, [0]))
    assert pq.read_table(make.workspace.part("ledger", 0, "parquet")).num_rows == 0


def test_another_runs_file_does_not_get_into_the_ledger(make: StageOptions) -> None:
    for number in range(5):
        finish(make, number, UNITS[number][:1])
    cut(make)
    path = make.workspace.part("rejected", 0, "parquet", "filtered")
    storage.write_bytes(path, storage.read_bytes(path) + b" ")
    writer = WriteLedger(make.ledger())
    writer.setup(uncounted)
    with pytest.raises(EngineError, match=r"filtered-00000.*: is not what phase prepare wrote"):
        list(writer.process(0))


def test_a_document_without_a_place_is_refused(make: StageOptions) -> None:
    for number, found in enumerate(UNITS):
        finish(make, number, [each for each in found if each[1] == "train"])
    cut(make)
    finish(make, 0, UNITS[0][:1])
    writer = WriteLedger(make.ledger())
    writer.setup(uncounted)
    with pytest.raises(EngineError, match="unit 0: 1 documents stay, 2 are in shards"):
        list(writer.process(0))


def test_places_are_sorted_by_address(make: StageOptions) -> None:
    for number, found in enumerate(UNITS):
        finish(make, number, [each for each in found if each[1] == "train"])
    cut(make)
    places = make.workspace.read_unit(make.workspace.phase("merge-shards") / "places", 0)
    assert places is not None
    assert (np.diff(places["address"].to_numpy().astype(np.int64)) > 0).all()
