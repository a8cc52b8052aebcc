"""Verification finds every damage; trace answers in both directions."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import corpora
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from runs import NotedProgress

from corpus_pipeline import storage
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.inspection.trace import find_document, find_token, read_content
from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.tokens.encode import TokenEncoder, load_tokenizer
from corpus_pipeline.tokens.shard import open_shard
from corpus_pipeline.workspace.run_file import FOLDERS, digest_of

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def output(finished: Path, tmp_path: Path) -> Path:
    """A finished run that the test may damage."""
    return Path(shutil.copytree(finished, tmp_path / "out"))


def flip(path: Path, at: float) -> None:
    """Changes one byte at a fraction of the file's length."""
    content = bytearray(path.read_bytes())
    content[int(at * (len(content) - 1))] ^= 1
    path.write_bytes(bytes(content))


def kinds(output: Path) -> dict[str, Path]:
    """One file of each kind."""
    return {
        "documents": output / "documents" / "part-00000-of-00005.parquet",
        "filtered": output / "rejected" / "filtered-00000-of-00005.parquet",
        "deduplicated": output / "rejected" / "deduplicated-00000-of-00005.parquet",
        "ledger": output / "ledger" / "part-00000-of-00005.parquet",
        "tokens": min((output / "tokens").glob("tokens-00000-of-*.arrow")),
        "index": output / "tokens" / "index.json",
        "tokenizer": output / "tokens" / "tokenizer.json",
    }


KINDS = ["documents", "filtered", "deduplicated", "ledger", "tokens", "index", "tokenizer"]


def test_every_kind_of_file_is_named(output: Path) -> None:
    assert list(kinds(output)) == KINDS
    names = {path.name.split("-")[0] for path in kinds(output).values()}
    assert names == {path.name.split("-")[0] for f in FOLDERS for path in (output / f).iterdir()}
    verify(output)


@pytest.mark.parametrize("at", [0, 0.5, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_bit_is_found(output: Path, kind: str, at: float) -> None:
    path = kinds(output)[kind]
    flip(path, at)
    with pytest.raises(VerifyError) as caught:
        verify(output)
    name = path.relative_to(output)
    assert str(caught.value).startswith(f"{output}: {name} has {path.stat().st_size} bytes with ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_file_is_found(output: Path, kind: str) -> None:
    path = kinds(output)[kind]
    path.unlink()
    with pytest.raises(VerifyError) as caught:
        verify(output)
    assert str(caught.value) == f"{output}: {path.relative_to(output)} is missing"


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    "name", ["part-00009-of-00005.parquet", "x/y", "part.parquet.attempt-1", ".hidden.parquet"]
)
def test_a_foreign_file_is_found(output: Path, folder: str, name: str) -> None:
    path = output / folder / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    with pytest.raises(VerifyError) as caught:
        verify(output)
    inner = path.relative_to(output).parts[:2]
    assert str(caught.value) == (
        f"{output}: {'/'.join(inner)} does not belong to the run; remove it"
    )


@pytest.mark.parametrize("name", ["附注.txt", ".hidden", "models/model.bin", "run.json.attempt-1"])
def test_a_foreign_file_beside_the_parts_is_found(output: Path, name: str) -> None:
    (output / name).parent.mkdir(exist_ok=True)
    (output / name).touch()
    with pytest.raises(VerifyError) as caught:
        verify(output)
    outer = name.split("/")[0]
    assert str(caught.value) == f"{output}: {outer} does not belong to the run; remove it"


def test_of_many_foreign_files_some_are_named(output: Path) -> None:
    for number in range(7):
        (output / "ledger" / f"a{number}").touch()
    with pytest.raises(VerifyError) as caught:
        verify(output)
    assert str(caught.value) == (
        f"{output}: ledger/a0, ledger/a1, ledger/a2, ledger/a3, ledger/a4, … do not belong to the "
        "run; remove them"
    )


@pytest.mark.parametrize("name", [".work", ".trash-0123"])
def test_what_a_stopped_run_left_is_found(output: Path, name: str) -> None:
    (output / name / "0123").mkdir(parents=True)
    with pytest.raises(VerifyError) as caught:
        verify(output)
    assert str(caught.value) == (
        f"{output}: {name} is left of a run that was stopped; `corpus run` with the same "
        "configuration removes it"
    )


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "LICENSE-data.txt", ".gitattributes"])
def test_descriptions_may_lie_beside_a_run(output: Path, name: str) -> None:
    """Who shares a corpus needs them, and no reader of a corpus takes them for a part of it."""
    (output / name).write_text("our corpus")
    verify(output)
    (output / name).rename(output / "documents" / name)
    with pytest.raises(VerifyError, match=f"documents/{name} does not belong to the run"):
        verify(output)


class NotedCheck(NotedProgress):
    """Notes what a verification tells."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, int]] = []

    def start(self, phase: str, items: int, finished: int) -> None:
        self.told.append((f"start {phase}", items))

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        self.told.append((f"advance {phase}", text_bytes))

    def finish(self, phase: str, seconds: float) -> None:
        self.told.append((f"finish {phase}", 0))


def test_progress_is_told_file_by_file(finished: Path) -> None:
    progress = NotedCheck()
    found = verify(finished, progress)
    start, *files, end = progress.told
    assert (start, end) == (("start check", found["files"]), ("finish check", 0))
    assert len(files) == found["files"]
    assert sum(size for _, size in files) == found["bytes"]


def test_of_two_differences_the_first_is_told(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever is found first."""
    first, second = kinds(output)["documents"], kinds(output)["ledger"]
    flip(first, 0.5)
    flip(second, 0.5)
    digest = storage.file_digest

    def slow(where: Path) -> storage.Written:
        time.sleep(0.5 * (where == first))
        return digest(where)

    monkeypatch.setattr(storage, "file_digest", slow)
    with pytest.raises(VerifyError, match=f"{first.name} has"):
        verify(output)


def forge(output: Path, path: Path | None = None, change: Change | None = None) -> None:
    """Lets run.json say of a file what is true of it, then changes run.json and signs it."""
    run = json.loads((output / "run.json").read_bytes())
    if path is not None:
        entry = entry_of(run, str(path.relative_to(output)))
        entry["bytes"], entry["sha256"] = storage.file_digest(path)
    if change is not None:
        change(run)
    (output / "run.json").write_text(json.dumps(run | {"digest": digest_of(run)}))


def entry_of(run: dict[str, Any], name: str) -> dict[str, Any]:
    """What a run says of a file."""
    return next(each for each in run["files"] if each["path"] == name)


def edit(path: Path, column: str, change: Callable[[list[Any]], list[Any]]) -> None:
    """Writes a Parquet file again with other values in a column."""
    table = pq.read_table(path)
    index = table.schema.get_field_index(column)
    values = pa.array(change(table[column].to_pylist()), table.schema.field(index).type)
    pq.write_table(table.set_column(index, table.schema.field(index), values), path)


def last_more(values: list[Any]) -> list[Any]:
    """Adds one to the last value that is not null."""
    last = max(i for i, value in enumerate(values) if value is not None)
    return [*values[:last], values[last] + 1, *values[last + 1 :]]


def test_an_index_of_other_shards_is_found(output: Path) -> None:
    """Both are what run.json says, and they do not belong together."""
    path = kinds(output)["index"]
    index = json.loads(path.read_bytes())
    index["shards"][0]["sha256"] = "0" * 64
    path.write_text(json.dumps(index))
    forge(output, path)
    with pytest.raises(VerifyError, match=r"index\.json and run\.json differ in tokens/tokens-00"):
        verify(output)


def test_an_index_of_another_tokenizer_is_found(output: Path) -> None:
    path = kinds(output)["tokenizer"]
    path.write_bytes(path.read_bytes() + b" ")
    forge(output, path)
    with pytest.raises(VerifyError, match=r"index\.json and run\.json differ in tokens/tokenizer"):
        verify(output)


def test_shards_without_an_index_are_found(output: Path) -> None:
    path = kinds(output)["index"]
    path.unlink()
    forge(output, change=lambda run: run["files"].remove(entry_of(run, "tokens/index.json")))
    with pytest.raises(VerifyError, match=r"tokens/index\.json is missing, and there are tokens"):
        verify(output)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_every_kind_of_file_are_compared(output: Path, kind: str) -> None:
    name = str(kinds(output)[kind].relative_to(output))

    def more(run: dict[str, Any]) -> None:
        entry_of(run, name)["rows"] += 1

    forge(output, change=more)
    with pytest.raises(VerifyError) as caught:
        verify(output)
    line = str(caught.value).removeprefix(f"{output}: ")
    assert line == (f"index.json and run.json differ in {name}" if kind == "tokens" else line)
    assert name in line
    assert "run.json" in line


@pytest.mark.parametrize(
    ("column", "change", "message"),
    [
        ("token_offset", last_more, r"differ in token offsets"),
        ("tokens", last_more, r"differ in token counts"),
        ("token_shard", last_more, r"differ in numbers of shards"),
        ("id", lambda ids: [f"{each}." for each in ids], r"and documents/ .* differ in id"),
        ("row", last_more, r"of the same unit differ in row"),
        ("unit", last_more, r"of the same unit differ in unit|has rows of another unit"),
        ("drop_reason", lambda reasons: sorted(reasons, key=lambda each: (each is None, each)),
         r"of the same unit"),
    ],
    ids=["offset of the last document", "tokens of the last", "shard", "id", "row", "unit",
         "reason"],
)  # fmt: skip
def test_a_ledger_of_another_run_is_found(
    output: Path, column: str, change: Callable[[list[Any]], list[Any]], message: str
) -> None:
    """Files that are each what they say they are may still be of different runs."""
    path = kinds(output)["ledger"]
    edit(path, column, change)
    forge(output, path)
    with pytest.raises(VerifyError, match=message):
        verify(output)


@pytest.mark.parametrize("kind", ["documents", "filtered", "deduplicated"])
def test_documents_of_another_run_are_found(output: Path, kind: str) -> None:
    path = kinds(output)[kind]
    edit(path, "id", lambda ids: ["0" * 32 for _ in ids])
    forge(output, path)
    with pytest.raises(VerifyError, match=f"and {path.parent.name}/ of the same unit differ in id"):
        verify(output)


def test_verification_loads_neither_beam_nor_kernels() -> None:
    """They take seconds; the folder of a finished run is looked at more often than made."""
    code = (
        "import sys, corpus_pipeline.inspection.verify; "
        "print(sorted({'apache_beam', 'numba', 'tokenizers', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def count(name: str, more: int = 1) -> Change:
    def change(run: dict[str, Any]) -> None:
        run["counts"][name] = run["counts"].get(name, 0) + more

    return change


def exchange(run: dict[str, Any]) -> None:
    run["counts"]["dropped-contaminated"] -= 1
    run["counts"]["dropped-exact-duplicate"] += 1


def forget_file(run: dict[str, Any]) -> None:
    run["files"] = [f for f in run["files"] if not f["path"].startswith("ledger/part-00001")]


def more_rows(run: dict[str, Any]) -> None:
    run["files"][0]["rows"] += 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (count("documents"), "42 documents in, but 19 out and 22 rejected"),
        (count("dropped-contaminated"), "41 documents in, but 19 out and 23 rejected"),
        (count("dropped-new"), "41 documents in, but 19 out and 23 rejected"),
        (exchange, "rejected/ has 2 documents with the reason "),
        (count("tokens"), "index.json has "),
        (count("pii_email"), "documents/ has pii_email 2, run.json says 3"),
        (count("removed_sentences", -1), "documents/ has removed_sentences 8, run.json says 7"),
        (forget_file, "ledger/part-00001-of-00005.parquet does not belong to the run"),
        (more_rows, "documents/part-00000-of-00005.parquet has 5 rows, run.json says 6"),
    ],
    ids=["documents", "dropped", "new", "exchange", "tokens", "pii", "sentences", "file", "rows"],
)
def test_an_edited_manifest_is_found(output: Path, change: Change, message: str) -> None:
    path = output / "run.json"
    run = json.loads(path.read_bytes())
    change(run)
    path.write_text(json.dumps(run))
    with pytest.raises(VerifyError, match=r"run\.json was changed after it was written"):
        verify(output)
    # Even with a digest that fits, the counts must fit the files.
    path.write_text(json.dumps(run | {"digest": digest_of(run)}))
    with pytest.raises(VerifyError) as caught:
        verify(output)
    assert str(caught.value).startswith(f"{output}: {message}")


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", '{"files": [], "counts": 3}', "\xff"])
def test_a_broken_manifest_is_found(output: Path, content: str) -> None:
    (output / "run.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(VerifyError, match=r"run\.json"):
        verify(output)


def test_a_folder_without_run_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(VerifyError) as caught:
        verify(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}: holds no run (no run.json); ")


@pytest.fixture(scope="module")
def encoder(finished: Path) -> TokenEncoder:
    """The run's own tokenizer."""
    return load_tokenizer(finished / "tokens" / "tokenizer.json")


@pytest.mark.parametrize("name", ["plain", "names-a-person", "page"])
@pytest.mark.parametrize("docs", [corpora.ENGLISH, corpora.CHINESE], ids=["en", "zh"])
def test_from_a_document_to_its_tokens_and_back(
    finished: Path, encoder: TokenEncoder, docs: dict[str, corpora.Doc], name: str
) -> None:
    (row,) = find_document(finished, docs[name].id)
    assert find_document(finished, f"{row['unit']}:{row['row']}") == [row]
    start, stop = row["token_offset"], row["token_offset"] + row["tokens"]
    for position in (start, (start + stop) // 2, stop - 1):
        assert find_token(finished, row["token_shard"], position) == row
    shard = open_shard(sorted((finished / "tokens").glob("*.arrow"))[row["token_shard"]])
    for position in {start - 1, stop} - {-1, shard.tokens}:
        assert find_token(finished, row["token_shard"], position) != row
    (batch,) = shard.batches
    text = read_content(finished, row).text
    assert encoder.decode(batch.tokens[start : stop - 1]) == text
    assert text is not None
    assert text[:40] == docs[name].text[:40]


def test_rejected_documents_are_found_with_their_text(finished: Path) -> None:
    for id_, text in (
        (corpora.FRENCH.id, corpora.FRENCH.text),
        ("exact-duplicate/of-original-zh", corpora.CHINESE["original"].text),
        ("read-null-text/null", None),
    ):
        (row,) = find_document(finished, id_)
        assert row["drop_reason"] == id_.split("/")[0]
        found = read_content(finished, row).text
        assert (found and found.replace("\u200b", "")) == text


@pytest.mark.parametrize("identity", ["", "kept", "9:0", "0:99999", "kept/plain-en ", "零:零"])
def test_unknown_documents(finished: Path, identity: str) -> None:
    with pytest.raises(VerifyError) as caught:
        find_document(finished, identity)
    assert str(caught.value) == (
        f"{finished}: no document has the id or address {identity!r}; "
        "ids are in the column `id` of ledger/"
    )


@pytest.mark.parametrize("place", [(0, 10**9), (9, 0)])
def test_unknown_tokens(finished: Path, place: tuple[int, int]) -> None:
    with pytest.raises(VerifyError) as caught:
        find_token(finished, *place)
    assert str(caught.value) == f"{finished}: shard {place[0]} has no token at {place[1]}"
