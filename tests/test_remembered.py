"""Answers that are kept on disk by the digest of what they are about."""

from pathlib import Path

import pytest

from corpus_pipeline import remembered as module
from corpus_pipeline.remembered import remembered


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Asked:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, int]:
        self.times += 1
        return {"times": self.times}


def test_an_answer_is_found_once_for_each_key() -> None:
    asked = Asked()
    assert remembered("size", ["a", 1], asked) == {"times": 1}
    assert remembered("size", ["a", 1], asked) == {"times": 1}
    assert remembered("size", ["a", 2], asked) == {"times": 2}
    assert remembered("other", ["a", 1], asked) == {"times": 3}


def test_other_code_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked()
    remembered("size", ["a"], asked)
    monkeypatch.setattr(module, "source_digest", lambda: "another")
    assert remembered("size", ["a"], asked) == {"times": 2}


def test_a_damaged_answer_is_found_anew(folder: Path) -> None:
    asked = Asked()
    remembered("size", ["a"], asked)
    (kept,) = (folder / "size").iterdir()
    kept.write_bytes(b'{"tim')
    assert remembered("size", ["a"], asked) == {"times": 2}
    assert remembered("size", ["a"], asked) == {"times": 2}


def test_an_error_is_not_kept() -> None:
    with pytest.raises(ZeroDivisionError):
        remembered("size", ["a"], lambda: 1 // 0)
    assert remembered("size", ["a"], Asked()) == {"times": 1}


def test_a_folder_that_cannot_be_written_costs_only_time(folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("a file in its place")
    asked = Asked()
    assert remembered("size", ["a"], asked) == {"times": 1}
    assert remembered("size", ["a"], asked) == {"times": 2}
