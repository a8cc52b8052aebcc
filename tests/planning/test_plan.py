"""The plan: inputs become units, whoever runs them and however they are listed."""

import gzip
import hashlib
import importlib.metadata
import os
import re
import types
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline import storage
from corpus_pipeline.config.config import build_config
from corpus_pipeline.errors import InputError, ResumeError
from corpus_pipeline.planning.identity import first_difference, refuse_other_run
from corpus_pipeline.planning.plan import _LIBRARIES, Plan, make_plan
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.storage import contents
from corpus_pipeline.storage.contents import blocks
from corpus_pipeline.workspace.units import Unit, load_unit


def plan(inputs: list[dict[str, Any]], unit_bytes: int = 1000, **more: Any) -> Plan:
    content = {"inputs": inputs, "output": "out", "plan": {"unit_bytes": unit_bytes}, **more}
    return make_plan(build_config(content, "test"), {})


def source(path: Path | str, name: str = "s", **more: Any) -> dict[str, Any]:
    return {"path": str(path), "source": name, **more}


def write(folder: Path, **sizes: int) -> Path:
    folder.mkdir(exist_ok=True)
    for name, size in sizes.items():
        line = b'{"text": "' + "文".encode() * 5 + b'"}\n'
        (folder / f"{name}.jsonl").write_bytes((line * (size // len(line) + 1))[:size])
    return folder


def paths(unit: Unit) -> list[str]:
    return [Path(piece.path).stem for piece in unit.pieces]


@pytest.mark.parametrize(
    ("sizes", "units"),
    [
        ({"a": 10}, [["a"]]),
        ({"a": 600, "b": 400, "c": 1}, [["a", "b"], ["c"]]),
        ({"a": 600, "b": 401}, [["a"], ["b"]]),
        ({"a": 2500}, [["a"], ["a"], ["a"]]),
        ({"a": 0, "b": 0}, [["a", "b"]]),
        ({"a": 1, "b": 1001, "c": 1}, [["a", "b"], ["b", "c"]]),
    ],
)
def test_small_files_share_a_unit_and_large_ones_are_cut(
    tmp_path: Path, sizes: dict[str, int], units: list[list[str]]
) -> None:
    made = plan([source(write(tmp_path / "in", **sizes))])
    assert [paths(unit) for unit in made.units] == units
    assert [unit.number for unit in made.units] == list(range(len(units)))


def test_a_unit_never_mixes_sources(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one", a=10), write(tmp_path / "two", b=10)
    made = plan([source(one, "x"), source(two, "y")])
    assert [(unit.source, paths(unit)) for unit in made.units] == [("x", ["a"]), ("y", ["b"])]


def test_the_order_of_listing_does_not_count(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one", a=2500, c=3), write(tmp_path / "two", b=10)
    forth = plan([source(one, "x"), source(two, "y")])
    back = plan([source(two, "y"), source(one, "x")])
    assert forth == back


def test_workers_memory_and_place_do_not_count(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a=2500)
    one = plan([source(folder)], workers=1)
    two = plan([source(folder)], workers=8, memory="64GB", unit_timeout=7, max_errors=3)
    assert one == two


def test_what_is_wanted_counts(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a=2500)
    assert plan([source(folder)]) != plan([source(folder)], seed=2)
    assert plan([source(folder)]) != plan([source(folder, priority=3)])


def test_a_file_of_two_sources_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a=10, b=10)
    with pytest.raises(InputError) as caught:
        plan([source(folder, "x"), source(f"{folder}/b*", "y")])
    assert str(caught.value) == (
        f"{folder}/b.jsonl: is read twice, in the sources 'x' and 'y'; narrow one of the patterns"
    )


def test_a_missing_input_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no input file matches"):
        plan([source(tmp_path / "missing")])


def test_an_unknown_format_is_an_error_unless_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("once upon a time")
    with pytest.raises(InputError, match="notes: neither its name nor its first bytes"):
        plan([source(tmp_path / "notes")])
    made = plan([source(tmp_path / "notes", format="text")])
    assert made.units[0].pieces == (Piece(str(tmp_path / "notes"), "text", None, 0, None),)


@pytest.mark.parametrize("pattern", ["", "/*", "/**"])
def test_foreign_files_of_a_folder_are_passed_over_and_named(tmp_path: Path, pattern: str) -> None:
    folder = write(tmp_path / "in", a=10)
    foreign = {"crawl.arc": b"filedesc://a.arc", "论文.pdf": b"%PDF-1.4", "notes": b"once"}
    for name, data in foreign.items():
        (tmp_path / "in" / name).write_bytes(data)
    (tmp_path / "in" / "_SUCCESS").write_bytes(b"")
    made = plan([source(f"{folder}{pattern}")])
    assert [piece.path for unit in made.units for piece in unit.pieces] == [f"{folder}/a.jsonl"]
    assert set(made.passed_over) == {f"{folder}/{name}" for name in foreign}
    assert "is an ARC file" in made.passed_over[f"{folder}/crawl.arc"]
    # They are no part of what a run depends on.
    assert [file["path"] for file in made.fingerprint["inputs"]] == [f"{folder}/a.jsonl"]
    for name in foreign:
        with pytest.raises(InputError, match=name):
            plan([source(f"{folder}/{name}")])
    (tmp_path / "in" / "a.jsonl").unlink()
    with pytest.raises(InputError, match=r"crawl\.arc: is an ARC file"):
        plan([source(f"{folder}{pattern}")])


FILES = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 5000), min_size=1)


@settings(max_examples=30)
@given(FILES, st.integers(1, 6000), st.booleans())
def test_every_byte_is_in_exactly_one_piece(
    tmp_path_factory: pytest.TempPathFactory, sizes: dict[str, int], unit_bytes: int, zip_: bool
) -> None:
    folder = write(tmp_path_factory.mktemp("plan") / "in", **sizes)
    if zip_:
        for path in list(folder.iterdir()):
            path.with_suffix(".jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
    made = plan([source(folder)], unit_bytes)
    pieces = defaultdict(list)
    for unit in made.units:
        assert unit.pieces
        for piece in unit.pieces:
            pieces[piece.path].append((piece.start, piece.end))
    assert {Path(path).name.split(".")[0] for path in pieces} == set(sizes)
    for spans in pieces.values():
        assert spans[0][0] == 0
        assert spans[-1][1] is None
        for (_, end), (start, _) in pairwise(spans):
            assert start == end


def parquet(path: Path, text: str, rows: int, compression: str) -> tuple[int, int]:
    """Writes rows of one text; returns the bytes of the file and of its text."""
    table = pa.table({"text": [f"{text}{row}" for row in range(rows)]})
    pq.write_table(table, path, row_group_size=rows // 2, compression=compression,
                   use_dictionary=False)  # fmt: skip
    return path.stat().st_size, sum(map(len, table["text"].to_pylist()))


@pytest.mark.parametrize(
    ("text", "compression", "times"),
    [("", "none", 1), ("a sentence ", "zstd", None), ("a" * 5000, "zstd", 20)],
    ids=["not compressed", "as the footer says", "at most twenty times"],
)
def test_parquet_counts_with_the_text_in_its_pages(
    tmp_path: Path, text: str, compression: str, times: int | None
) -> None:
    path = tmp_path / "a.parquet"
    size, text_bytes = parquet(path, text, 2000, compression)
    made = plan([source(path)])
    if times is None:
        assert 2 * size < text_bytes
        # Four bytes for the length of each text.
        assert made.text_bytes[str(path)] == pytest.approx(text_bytes + 4 * 2000, rel=0.05)
    else:
        assert made.text_bytes[str(path)] == pytest.approx(times * size, rel=0.3)


def test_partitions_grow_with_the_text_of_parquet(tmp_path: Path) -> None:
    _, text_bytes = parquet(tmp_path / "a.parquet", "a sentence ", 2000, "zstd")
    made = plan([source(tmp_path)], plan={"match_bytes": 500})
    assert made.partitions == pytest.approx(text_bytes * 0.4 / 500, rel=0.4)


def test_a_parquet_file_without_a_footer_counts_as_stored(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    file.write_bytes(b"PAR1" + bytes(300))
    with pytest.raises(InputError) as caught:
        plan([source(tmp_path)])
    assert str(caught.value).startswith(f"{file}: cannot be read as Parquet: ")
    assert "\n" not in str(caught.value)
    made = plan([source(tmp_path)], allow_unreadable=True)
    assert list(made.text_bytes.values()) == [304]


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (pa.table({"body": ["一"], "id": ["1"]}), "has no column 'text' but body, id; name the"),
        (pa.table({}), "has no columns; leave it out"),
        (pa.table({"text": [1]}), "column 'text' is of type int64, text must be string; name"),
        (pa.table({"text": [["一"]]}), "column 'text' is of type list<element: string>, text must"),
        (pa.table({"text": [{"zh": "一"}]}), "column 'text' is of type struct<zh: string>, text"),
        (pa.table([["一"], ["二"]], ["text", "text"]), "has 2 columns named 'text'; rename all"),
        (pa.table([["一"], [1], [2]], ["text", "id", "id"]), "has 2 columns named 'id'; rename"),
        (pa.table([["一"], [1], [2]], ["text", "n", "n"]), "has 2 columns named 'n'; rename"),
    ],
)
def test_columns_are_refused_before_any_work(tmp_path: Path, table: pa.Table, line: str) -> None:
    write(tmp_path / "in", a=10)
    file = tmp_path / "in" / "b.parquet"
    pq.write_table(table, file)
    with pytest.raises(InputError) as caught:
        plan([source(tmp_path / "in")])
    assert str(caught.value).startswith(f"{file}: {line}")
    assert "\n" not in str(caught.value)


def test_columns_that_differ_by_case_are_different_columns(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["一"], "Text": ["二"]}), tmp_path / "a.parquet")
    assert len(plan([source(tmp_path)]).units) == 1


def test_units_bound_their_files(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", **{f"f{n:03d}": 10 for n in range(25)})
    made = plan([source(folder)], plan={"unit_files": 10})
    assert [len(unit.pieces) for unit in made.units] == [10, 10, 5]
    assert [len(unit.pieces) for unit in plan([source(folder)]).units] == [25]


def test_units_come_back_from_the_file(tmp_path: Path) -> None:
    made = plan([source(write(tmp_path / "in", a=2500, 文=10))])
    made.save(tmp_path / "work")
    for unit in made.units:
        assert load_unit(tmp_path / "work" / made.run / "units.arrow", unit.number) == unit


def test_partitions_grow_with_the_text(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a=100_000)
    assert plan([source(folder)]).partitions == 8
    assert plan([source(folder)], plan={"match_bytes": 1000}).partitions == 40


@pytest.mark.parametrize(
    ("saved", "wanted", "difference"),
    [
        ({}, {}, None),
        ({"a": [1, {"b": "文"}]}, {"a": [1, {"b": "文"}]}, None),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "a.b was 1, is now 2"),
        ({"a": 1}, {}, "a was 1, is now null"),
        ({}, {"a": [1]}, "a was null, is now [1]"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "a[1] was 2, is now 3"),
        ({"a": [1]}, {"a": [1, 3]}, "a has 1 more: 3"),
        ({"a": [{"path": "文"}, 2]}, {"a": [2]}, "a has 1 fewer: 文"),
        ({"b": 1, "a": 1}, {"b": 2, "a": 2}, "a was 1, is now 2"),
        ({"a": "x" * 99}, {"a": 1}, f'a was "{"x" * 56}..., is now 1'),
    ],
)
def test_the_first_difference_is_named(saved: Any, wanted: Any, difference: str | None) -> None:
    assert first_difference(saved, wanted) == difference


def test_another_run_is_refused_with_the_key(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a=10)
    before = plan([source(folder)]).fingerprint
    after = plan([source(folder)], language={"min_score": 0.5}).fingerprint
    refuse_other_run(before, before, "out")
    with pytest.raises(ResumeError) as caught:
        refuse_other_run(before, after, "out")
    assert str(caught.value) == (
        "out: holds another run: config.language.min_score was null, is now 0.5; "
        "give another --output, or --overwrite to throw that run away"
    )


@pytest.mark.parametrize(
    ("place", "value", "key"),
    [
        ("SCHEMA_VERSION", -1, "schema_version"),
        ("__version__", "0.0.0", "package.version"),
        ("source_digest", lambda: "of other sources", "package.sources"),
        ("importlib.metadata.version", lambda name: "0", "libraries.ahocorasick-rs"),
        ("sys.version_info", types.SimpleNamespace(major=4, minor=0), "python"),
    ],
)
def test_what_the_bytes_depend_on_is_another_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, value: object, key: str
) -> None:
    folder = write(tmp_path / "in", a=10)
    before = plan([source(folder)])
    monkeypatch.setattr(f"corpus_pipeline.planning.plan.{place}", value)
    after = plan([source(folder)])
    assert after.run != before.run
    with pytest.raises(ResumeError, match=rf"holds another run: {re.escape(key)} was "):
        refuse_other_run(before.identity, after.identity, "out")


def test_libraries_of_a_run_come_with_the_package() -> None:
    """Not with an extra: a plan names their versions wherever it is made."""
    needed = {
        re.split(r"[^\w-]", line)[0].lower()
        for line in importlib.metadata.requires("corpus-pipeline") or ()
        if "extra ==" not in line
    }
    assert set(_LIBRARIES) <= needed


def alter(path: Path, at: int, *, keep_time: bool = True) -> None:
    """Changes one byte of a file; its size, and if wanted its time of change, stay."""
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(at)
        old = file.read(1)
        file.seek(at)
        file.write(bytes([old[0] ^ 1]))
    if keep_time:
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def refusal(before: Plan, after: Plan) -> str:
    with pytest.raises(ResumeError) as caught:
        refuse_other_run(before.identity, after.identity, "out")
    assert after.run != before.run
    line = str(caught.value).removeprefix("out: holds another run: ")
    return line.removesuffix("; give another --output, or --overwrite to throw that run away")


def test_the_file_that_changed_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a=10, b=10, 文=10)
    before = plan([source(folder)])
    assert plan([source(folder)]).identity == before.identity
    alter(folder / "文.jsonl", 5)
    line = refusal(before, plan([source(folder)]))
    assert line == (
        f"{folder}/文.jsonl holds something else than before, though its size and time of change "
        "are the same"
    )
    alter(folder / "文.jsonl", 5)
    assert plan([source(folder)]).identity == before.identity
    alter(folder / "b.jsonl", 5, keep_time=False)
    os.utime(folder / "b.jsonl", ns=(1, 1))
    assert refusal(before, plan([source(folder)])).startswith(
        f"{folder}/b.jsonl was changed since (time of change or tag "
    )
    write(folder, b=11)
    assert refusal(before, plan([source(folder)])) == (f"{folder}/b.jsonl had 10 bytes, has now 11")
    (folder / "b.jsonl").unlink()
    assert refusal(before, plan([source(folder)])) == f"inputs has 1 fewer: {folder}/b.jsonl"


@pytest.mark.parametrize(
    ("at", "strict", "seen"),
    [(0, False, True), (-1, False, True), (None, False, False), (None, True, True)],
    ids=["first", "last", "between samples", "between samples, strict"],
)
def test_of_large_inputs_samples_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int | None, strict: bool, seen: bool
) -> None:
    """Here they are large from 1,000 bytes on, and 64 bytes of each file are looked at."""
    monkeypatch.setattr(contents, "_WHOLE", 1000)
    monkeypatch.setattr(contents, "_LEAST", 64)
    size = 50_000
    folder = write(tmp_path / "in", a=size, b=size)
    sampled = {i for start, length in blocks(size, 500) for i in range(start, start + length)}
    place = at % size if at is not None else min(set(range(size)) - sampled)
    before = plan([source(folder)], strict=strict)
    alter(folder / "b.jsonl", place)
    after = plan([source(folder)], strict=strict)
    assert (after.identity != before.identity) == seen
    if seen:
        assert refusal(before, after).startswith(f"{folder}/b.jsonl holds something else")


def test_who_asks_for_every_byte_asks_for_another_run(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", a=10)
    line = refusal(plan([source(folder)]), plan([source(folder)], strict=True))
    assert line == "config.strict was false, is now true"


@given(st.integers(0, 10**13), st.integers(1, 10**7))
def test_samples_lie_in_the_file_and_in_every_part_of_it(size: int, share: int) -> None:
    chosen = list(blocks(size, share))
    assert chosen == list(blocks(size, share))
    assert sum(length for _, length in chosen) <= max(share, 4)
    assert chosen[0][0] == 0
    assert sum(chosen[-1]) == size
    for (start, length), (following, _) in pairwise(chosen):
        assert start + length <= following
    widest = max(following - start for (start, _), (following, _) in pairwise([*chosen, (size, 0)]))
    assert widest <= max(share, 2 * size // max(1, len(chosen) - 2) + 2)


def test_the_list_of_units_is_part_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the cut may come to depend on."""
    folder = write(tmp_path / "in", a=10, b=10)
    before = plan([source(folder)])
    monkeypatch.setattr(
        "corpus_pipeline.planning.plan.grouped",
        lambda pieces, unit_bytes, unit_files: [(piece,) for piece, _ in pieces],
    )
    assert refusal(before, plan([source(folder)])) == "units.number was 1, is now 2"


def test_what_a_remote_storage_says_of_a_file_is_believed() -> None:
    """Where it says nothing of it, both ends are read."""
    with fsspec.open("memory://identity/a.jsonl", "wb") as file:
        file.write(b"a" * 300_000)
    (listed,) = storage.list_inputs("memory://identity/a.jsonl")
    tagged, silent = listed._replace(modified="tag"), listed._replace(modified="")
    (believed, ends), (whole,) = (
        contents.content_digests([tagged, silent]), contents.content_digests([tagged], whole=True)
    )  # fmt: skip
    assert believed == ""
    assert ends == hashlib.sha256(b"a" * 2 * 65536).hexdigest()[:32]
    assert whole == hashlib.sha256(b"a" * 300_000).hexdigest()[:32]
