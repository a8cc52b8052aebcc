"""`corpus report`, `corpus preview`, and the page that a run ends with."""

from pathlib import Path
from typing import Any

import corpora
import pytest
import yaml
from runs import Corpus, small

from corpus_pipeline import storage
from corpus_pipeline.inspection.verify import verify


def copied(finished: Path, folder: Path) -> Path:
    """Copies a run, so that a page can be written into it."""
    for name, content in corpora.tree(finished, ".").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_a_page_lies_beside_its_run_and_the_run_is_whole(
    corpus: Corpus, finished: Path, tmp_path: Path
) -> None:
    output = copied(finished, tmp_path / "out")
    found = corpus("report", output, "--samples", 1)
    assert found.code == 0
    assert found.out.startswith(f"{output}/report.html: ")
    first = (output / "report.html").read_bytes()
    assert corpus("report", output, "--samples", 1).code == 0
    assert (output / "report.html").read_bytes() == first, "the same page every time"
    assert verify(output)["documents"] > 0
    (output / "report.htm").write_text("")
    assert corpus("verify", output).code == 1


def test_two_runs_and_another_place_and_language(
    corpus: Corpus, finished: Path, tmp_path: Path
) -> None:
    target = tmp_path / "both.html"
    found = corpus("report", finished, finished, "--to", target, "--lang", "zh", "--samples", 0)
    assert found.code == 0
    text = target.read_text("utf-8")
    assert "<title>out 与 out 的比较</title>" in text
    assert '<html lang="zh">' in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "{none}"], "there is no such folder"),
        (["report", "{finished}", "{none}"], "there is no such folder"),
        (["report", "{finished}", "--lang", "fr"], ""),
        (["preview", "{none}.yaml"], "cannot be read"),
        (["preview", "{none}.yaml", "--sample", "0"], ""),
    ],
)
def test_wrong_input_is_one_line(
    corpus: Corpus, finished: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    given = [each.format(none=tmp_path / "none", finished=finished) for each in arguments]
    found = corpus(*given)
    assert found.code != 0
    assert said in found.err
    if said:
        assert len(found.err.strip().split("\n")) == 1


@pytest.mark.parametrize("option", [None, "--no-report"])
def test_a_run_ends_with_the_path_of_its_page(
    corpus: Corpus, tmp_path: Path, option: str | None
) -> None:
    settings: dict[str, Any] = small(tmp_path / "in", tmp_path / "out")
    (tmp_path / "corpus.yaml").write_text(yaml.safe_dump(settings))
    found = corpus("run", tmp_path / "corpus.yaml", *filter(None, [option]))
    assert found.code == 0, found.err
    page = tmp_path / "out" / "report.html"
    assert page.exists() == (option is None)
    last = found.out.strip().split("\n")[-1]
    assert last.startswith(f"report: {page}") == (option is None)
    assert verify(tmp_path / "out")["documents"] == 3


def test_a_page_that_cannot_be_written_does_not_fail_the_run(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("corpus_pipeline.report.writing.figures_of", full)
    settings: dict[str, Any] = small(tmp_path / "in", tmp_path / "out")
    (tmp_path / "corpus.yaml").write_text(yaml.safe_dump(settings))
    found = corpus("run", tmp_path / "corpus.yaml")
    assert found.code == 0
    assert "report: not written: [Errno 28] No space left on device" in found.out


def test_a_preview_of_a_small_configuration(corpus: Corpus, tmp_path: Path) -> None:
    settings: dict[str, Any] = small(tmp_path / "in", tmp_path / "out")
    (tmp_path / "corpus.yaml").write_text(yaml.safe_dump(settings))
    target = tmp_path / "page.html"
    found = corpus("preview", tmp_path / "corpus.yaml", "--to", target, "--samples", 0)
    assert found.code == 0, found.err
    assert "3 documents tried" in found.out
    assert storage.size(target) > 500_000
    assert not (tmp_path / "out").exists()
