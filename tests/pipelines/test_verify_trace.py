"""Verification finds every damage; trace answers in both directions."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import NotedProgress

from corpus_pipeline import storage
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.pipelines.finished import digest_of
from corpus_pipeline.pipelines.trace import find_document, find_token, read_content
from corpus_pipeline.pipelines.verify import verify
from corpus_pipeline.tokens.encode import TokenEncoder, load_tokenizer
from corpus_pipeline.tokens.shard import open_shard

FOLDERS = ("documents", "rejected", "ledger", "tokens")


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
        "tokens": output / "tokens" / "tokens-00000-of-00005.arrow",
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
@pytest.mark.parametrize("name", ["part-00009-of-00005.parquet", "x/y", "part.parquet.attempt-1"])
def test_a_foreign_file_is_found(output: Path, folder: str, name: str) -> None:
    path = output / folder / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    with pytest.raises(VerifyError) as caught:
        verify(output)
    inner = path.relative_to(output).parts[:2]
    assert str(caught.value) == f"{output}: {'/'.join(inner)} does not belong to the run"


def test_other_files_beside_the_run_are_nobodys_business(output: Path) -> None:
    (output / "README.md").write_text("our corpus")
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


def test_an_index_of_other_shards_is_found(output: Path) -> None:
    """Both are what run.json says, and they do not belong together."""
    path = kinds(output)["index"]
    index = json.loads(path.read_bytes())
    index["shards"][0]["sha256"] = "0" * 64
    path.write_text(json.dumps(index))
    run = json.loads((output / "run.json").read_bytes())
    for entry in run["files"]:
        if entry["path"] == "tokens/index.json":
            entry["bytes"], entry["sha256"] = storage.file_digest(path)
    (output / "run.json").write_text(json.dumps(run | {"digest": digest_of(run)}))
    with pytest.raises(VerifyError, match=r"index\.json and run\.json differ in tokens/tokens-00"):
        verify(output)


Change = Callable[[dict[str, Any]], None]


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
    assert str(caught.value).startswith(f"{tmp_path}: holds no run (no run.json); name the folder ")


def test_ledger_and_shards_are_compared_document_by_document(output: Path) -> None:
    """Two files that are each what they say they are may still be of different runs."""
    import pyarrow.parquet as pq

    from corpus_pipeline.storage import file_digest

    path = kinds(output)["ledger"]
    table = pq.read_table(path)
    offsets = table["token_offset"].to_pylist()
    first = next(i for i, offset in enumerate(offsets) if offset is not None)
    offsets[first] += 1
    index = table.schema.get_field_index("token_offset")
    pq.write_table(table.set_column(index, table.schema.field(index), [offsets]), path)
    run = json.loads((output / "run.json").read_bytes())
    for entry in run["files"]:
        if entry["path"] == str(path.relative_to(output)):
            entry["bytes"], entry["sha256"] = file_digest(path)
    (output / "run.json").write_text(json.dumps(run | {"digest": digest_of(run)}))
    with pytest.raises(VerifyError, match="differ in token offsets"):
        verify(output)


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
