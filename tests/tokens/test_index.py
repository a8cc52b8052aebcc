"""index.json: a fixed text, and a check that finds every kind of damage."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpus_pipeline import storage
from corpus_pipeline.errors import VerifyError
from corpus_pipeline.tokens.index import ShardEntry, TokenIndex, load_index, verify_index
from corpus_pipeline.tokens.shard import ShardFormat, ShardWriter

SHA = "ab" * 32


def write_folder(folder: Path, shards: int = 2) -> TokenIndex:
    entries = []
    for k in range(shards):
        with (folder / f"{k}.arrow").open("wb") as sink:
            writer = ShardWriter(sink, ShardFormat(SHA, 0, "uint16"))
            tokens = np.array([k + 1, 2, 0, 9, 0], np.uint16)
            units = np.zeros(2, np.int32)
            writer.write(pa.array(["甲", "b"]), units, np.arange(2), np.array([0, 3, 5]), tokens)
            summary = writer.close()
        written = storage.file_digest(folder / f"{k}.arrow")
        entries.append(ShardEntry(f"{k}.arrow", *summary, *written, "网页"))
    index = TokenIndex("uint16", 10, 0, "tokenizer.json", SHA, tuple(entries))
    (folder / "index.json").write_text(index.to_json(), "utf-8")
    return index


def test_text_is_fixed() -> None:
    entry = ShardEntry("a/0.arrow", 2, 5, 700, SHA, "web", "validation")
    index = TokenIndex("uint16", 10, None, "词.json", SHA, (entry,))
    text = index.to_json()
    assert text.endswith("}\n")
    assert "词.json" in text
    assert json.loads(text)["totals"] == {"shards": 1, "documents": 2, "tokens": 5, "bytes": 700}
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert TokenIndex.from_json(text) == index


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"version": 2', '"version": 1', "version 1, not 2"),
        ('"version": 2', '"other": 1', "KeyError"),
        ("a/0.arrow", "../0.arrow", "inside the folder"),
        ("a/0.arrow", "/0.arrow", "inside the folder"),
        ('"documents": 2', '"documents": 3', "add up"),
        ("{", "", "cannot be read"),
    ],
)
def test_refuses_texts(old: str, new: str, message: str) -> None:
    text = TokenIndex(
        "uint16",
        10,
        0,
        "t.json",
        SHA,
        (ShardEntry("a/0.arrow", 2, 5, 700, SHA, "web", "validation"),),
    ).to_json()
    changed = text.replace(old, new, 1)
    if changed == text:
        pytest.fail("the table names a text that is not there")
    with pytest.raises(VerifyError, match=message):
        TokenIndex.from_json(changed)


def test_verify_finds_nothing(tmp_path: Path) -> None:
    index = write_folder(tmp_path)
    assert verify_index(tmp_path) == []
    assert load_index(tmp_path) == index


def test_verify_finds_each_damage(tmp_path: Path) -> None:
    index = write_folder(tmp_path, 3)
    path = tmp_path / "1.arrow"
    data = bytearray(path.read_bytes())
    data[data.rindex(np.array([2, 2, 0, 9, 0], np.uint16).tobytes())] ^= 1
    path.write_bytes(data)
    (tmp_path / "2.arrow").unlink()
    first = dataclasses.replace(index.shards[0], documents=3, tokens=4, bytes=1)
    wrong = dataclasses.replace(index, vocab_size=9, eos_id=1, shards=(first, *index.shards[1:]))
    (tmp_path / "index.json").write_text(wrong.to_json(), "utf-8")
    found = verify_index(tmp_path)
    for part in (
        "0.arrow: bytes is",
        "0.arrow: documents is 2, the index says 3",
        "0.arrow: tokens is 5, the index says 4",
        "0.arrow: format is",
        "0.arrow: holds token 9",
        "1.arrow: sha256 is",
        "2.arrow: cannot be read",
    ):
        assert any(line.startswith(part) for line in found), part
    assert not any(line.startswith("0.arrow: sha256") for line in found)


def test_missing_index(tmp_path: Path) -> None:
    with pytest.raises(VerifyError, match="cannot be read"):
        verify_index(tmp_path)
