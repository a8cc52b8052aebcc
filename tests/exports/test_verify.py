"""Whatever is changed in an export is noticed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small import options_of, write_small

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.exports import Request, export
from corpus_pipeline.exports.known import FORMATS
from corpus_pipeline.exports.target import digest_of
from corpus_pipeline.exports.verify import is_export, verify_export


@pytest.fixture
def target(tmp_path: Path) -> Path:
    write_small(tmp_path)
    options = options_of("megatron")
    export(Request(str(tmp_path), str(tmp_path / "out"), "megatron", options=options))
    return tmp_path / "out"


@pytest.mark.parametrize("format_", FORMATS)
def test_an_export_is_what_it_says(tmp_path: Path, format_: str) -> None:
    write_small(tmp_path)
    options = options_of(format_)
    made = export(Request(str(tmp_path), str(tmp_path / "out"), format_, options=options))
    found = verify_export(tmp_path / "out")
    assert found == {name: made["counts"][name] for name in found}
    assert is_export(tmp_path / "out")
    assert not is_export(tmp_path)


def change(target: Path, edit: Callable[[dict[str, Any]], object], sign: bool = True) -> None:
    content = json.loads((target / "export.json").read_text("utf-8"))
    edit(content)
    if sign:
        content["digest"] = digest_of(content)
    (target / "export.json").write_text(json.dumps(content), "utf-8")


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda t: flip(t / "train" / "web-00001.bin"), "train/web-00001.bin has 4 bytes"),
        (lambda t: flip(t / "train" / "web-00001.idx"), "train/web-00001.idx has"),
        (lambda t: flip(t / "splits.json"), "splits.json has"),
        (lambda t: (t / "train" / "web-00000.bin").unlink(), "train/web-00000.bin is missing"),
        (lambda t: (t / "train" / "web-9.bin").touch(), "train/web-9.bin does not belong"),
        (lambda t: (t / "export.json").unlink(), "holds no export.json"),
        (lambda t: (t / "export.json").write_text("{"), "cannot be read"),
        (lambda t: change(t, lambda c: c.update(version=7)), "has version 7, not 1"),
        (lambda t: change(t, lambda c: c.update(request={}), False), "was changed after"),
        (lambda t: change(t, lambda c: c["counts"].update(tokens=1)), "has 1 tokens, its parts"),
        (lambda t: change(t, lambda c: c["counts"].update(files=1)), "has 1 files, its parts"),
        (lambda t: change(t, lambda c: c["parts"][0].update(files=["x"])), "has no file x of part"),
        (lambda t: change(t, lambda c: c["files"][0].update(path="../x")), "outside the folder"),
    ],
)  # fmt: skip
def test_damage_is_noticed(target: Path, damage: Callable[[Path], object], message: str) -> None:
    damage(target)
    with pytest.raises(VerifyError, match=message) as noticed:
        verify_export(target)
    assert "\n" not in str(noticed.value)


def test_what_describes_an_export_may_lie_beside_it(target: Path) -> None:
    (target / "README.md").write_text("mine", "utf-8")
    (target / "train" / "cache").mkdir()
    verify_export(target)
