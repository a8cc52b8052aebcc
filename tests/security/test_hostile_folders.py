"""Folders from strangers: a manifest or a shard that lies is found out, and nothing is followed."""

import contextlib
import getpass
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import pyarrow as pa
import pytest
from runs import Runner, small

from corpus_pipeline import kernels
from corpus_pipeline.errors import ResumeError, VerifyError
from corpus_pipeline.inspection.verify import verify
from corpus_pipeline.loader import open_tokens
from corpus_pipeline.tokens.index import TokenIndex, verify_index
from corpus_pipeline.tokens.shard import ShardFormat, ShardWriter, open_shard
from corpus_pipeline.workspace.run_file import digest_of

OUTSIDE = ["../secret", "documents/../../secret", "/etc/hostname", "..", "a/b/../../../secret"]


@pytest.fixture
def output(finished: Path, tmp_path: Path) -> Path:
    """A finished run that the test may damage, beside a file that is none of its business."""
    (tmp_path / "secret").write_text("none of your business")
    return Path(shutil.copytree(finished, tmp_path / "out"))


def rewrite(output: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes run.json and makes its digest right again, as a stranger would."""
    run = json.loads((output / "run.json").read_bytes())
    change(run)
    run["digest"] = digest_of(run)
    (output / "run.json").write_text(json.dumps(run))


@pytest.mark.parametrize("name", [*OUTSIDE, "..\\secret", "C:\\secret", "\\\\host\\secret"])
def test_run_json_names_nothing_outside(output: Path, name: str) -> None:
    rewrite(output, lambda run: run["files"][0].update(path=name))
    with pytest.raises(VerifyError, match="is not inside the folder") as caught:
        verify(output)
    assert "sha256" not in str(caught.value)


@pytest.mark.parametrize(
    "entry",
    [None, 1, "documents", [], {}, {"path": 1, "rows": 1, "bytes": 1, "sha256": ""},
     {"path": "documents", "rows": "1", "bytes": 1, "sha256": ""}],
)  # fmt: skip
def test_entries_of_run_json_are_entries(output: Path, entry: object) -> None:
    rewrite(output, lambda run: run["files"].insert(0, entry))
    with pytest.raises(VerifyError, match="has an entry of files that names none"):
        verify(output)


def test_what_is_no_file_is_not_read(output: Path) -> None:
    """A pipe has no end, and nobody may write to it."""
    path = output / json.loads((output / "run.json").read_bytes())["files"][0]["path"]
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(VerifyError, match="is no file"):
        verify(output)


def _index(**changes: Any) -> str:
    shard = {"file": "a.arrow", "documents": 0, "tokens": 0, "bytes": 0, "sha256": "00" * 32,
             "source": "web", "split": "train"}  # fmt: skip
    shard |= {key: value for key, value in changes.items() if key in shard}
    tokenizer = {"file": changes.get("tokenizer", "tokenizer.json"), "sha256": "ab" * 32}
    totals = {"shards": 1, "documents": 0, "tokens": 0, "bytes": 0}
    content = {"version": 2, "dtype": "uint16", "vocab_size": 9, "eos_id": 0, "shards": [shard],
               "tokenizer": tokenizer, "totals": totals}  # fmt: skip
    return json.dumps(content)


def test_the_index_of_the_next_tests_is_good() -> None:
    assert TokenIndex.from_json(_index()).shards[0].file == "a.arrow"


@pytest.mark.parametrize("part", ["file", "tokenizer"])
@pytest.mark.parametrize("name", [*OUTSIDE, "..\\secret", "C:\\secret", "", 5, None])
def test_index_json_names_nothing_outside(part: str, name: object) -> None:
    with pytest.raises(VerifyError, match=r"index\.json cannot be read"):
        TokenIndex.from_json(_index(**{part: name}))


#: Tokens of the one document of a shard; no other number in the file is the same.
_TOKENS = 1237


def shard(path: Path, ids: tuple[str, ...] = ("first", "second", "third")) -> bytes:
    """Writes a shard of three documents; returns its bytes."""
    offsets = np.array([0, 7, 7, _TOKENS])
    with path.open("wb") as file:
        writer = ShardWriter(file, ShardFormat("ab" * 32, 0, "uint16"))
        units = np.zeros(3, np.int32)
        writer.write(pa.array(ids), units, np.arange(3), offsets, np.ones(_TOKENS, np.uint16))
        writer.close()
    return path.read_bytes()


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert data.count(old) == 1, "the test knows what it damages"
    return data.replace(old, new)


def test_a_shard_that_claims_more_than_it_has_is_refused(tmp_path: Path) -> None:
    """Believing the lengths would read beyond the file: a crash, or other memory as tokens."""
    data = shard(tmp_path / "a.arrow")
    claimed = 400_000_000
    data = replaced(data, struct.pack("<q", _TOKENS), struct.pack("<q", claimed))
    offsets = struct.pack("<iiii", 0, 7, 7, _TOKENS)
    (tmp_path / "a.arrow").write_bytes(
        replaced(data, offsets, struct.pack("<iiii", 0, 7, 7, claimed))
    )
    with pytest.raises(VerifyError, match="too small"):
        open_shard(tmp_path / "a.arrow")


def test_offsets_that_lead_out_of_a_shard_are_found(tmp_path: Path) -> None:
    data = shard(tmp_path / "a.arrow")
    names = struct.pack("<iiii", 0, 5, 11, 16)
    damaged = replaced(data, names, struct.pack("<iiii", 0, 1 << 30, 11, 16))
    (tmp_path / "a.arrow").write_bytes(damaged)
    entry = {"documents": 3, "tokens": _TOKENS, "bytes": len(damaged)}
    content = json.loads(_index(**entry))
    content["totals"] = {"shards": 1, **entry}
    (tmp_path / "index.json").write_text(json.dumps(content))
    [line] = verify_index(tmp_path)
    assert line.startswith("a.arrow: cannot be read")


def test_a_link_in_place_of_an_output_folder_is_not_emptied(
    tmp_path: Path, run_here: Runner
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "letter.txt").write_text("mine")
    content = small(tmp_path / "in", tmp_path / "out")
    run_here(content)
    for name in ("documents", "rejected"):
        shutil.rmtree(tmp_path / "out" / name)
        (tmp_path / "out" / name).symlink_to(outside)
    (tmp_path / "out" / ".trash-0").symlink_to(outside)
    # Whether it refuses the links or writes beside the letter is all the same here.
    with contextlib.suppress(ResumeError):
        run_here(content, overwrite=True)
    assert (outside / "letter.txt").read_text() == "mine"


def test_the_loader_opens_what_the_run_wrote(finished: Path) -> None:
    tokens = open_tokens(finished / "tokens")
    assert tokens.tokens == json.loads((finished / "run.json").read_bytes())["counts"]["tokens"]


# numba runs whatever lies in its cache, so the cache must be our own.


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of the system, and no home: where the cache of kernels goes then."""
    (tmp_path / "home").write_text("no folder can be made here")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda _: str(tmp_path / "home" / "c"))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(getpass, "getuser", lambda: "me")
    return tmp_path / "tmp"


def test_the_cache_is_ours_alone(temporary: Path) -> None:
    folder = Path(kernels._cache_folder())
    assert folder.parent == temporary / "corpus-pipeline-me"
    assert (temporary / "corpus-pipeline-me").stat().st_mode & 0o077 == 0
    assert kernels._cache_folder() == str(folder)


def test_a_cache_that_anybody_can_write_is_left(temporary: Path) -> None:
    (temporary / "corpus-pipeline-me").mkdir()
    (temporary / "corpus-pipeline-me").chmod(0o777)
    folder = Path(kernels._cache_folder())
    assert folder.parent == temporary
    assert folder.name != "corpus-pipeline-me"
    assert folder.stat().st_mode & 0o077 == 0


def test_a_cache_of_somebody_else_is_left(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (temporary / "corpus-pipeline-me").mkdir()
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    assert Path(kernels._cache_folder()).parent == temporary


def test_a_planted_link_is_left(temporary: Path, tmp_path: Path) -> None:
    """A link may be retargeted by whoever owns it, even when it leads to a folder of ours."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours").chmod(0o777)
    (temporary / "corpus-pipeline-me").symlink_to(tmp_path / "ours")
    assert Path(kernels._cache_folder()).parent == temporary
