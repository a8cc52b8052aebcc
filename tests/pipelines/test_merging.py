"""Merges: what partitions have found comes to the units, whoever brings it, and all of it."""

from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import Runner

from corpus_pipeline import storage
from corpus_pipeline.errors import EngineError
from corpus_pipeline.pipelines import run as run_module
from corpus_pipeline.pipelines.driver_tasks import merge
from corpus_pipeline.planning import sizing
from corpus_pipeline.stages.match_options import MatchOptions
from corpus_pipeline.workspace.run_file import FOLDERS


def test_merges_by_workers(
    finished: Path, inputs: Path, run_here: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizing, "_MOST_OPENS", 0)
    monkeypatch.setattr(run_module, "merge", None)
    run_here(corpora.settings(inputs, tmp_path / "out"))
    assert corpora.tree(tmp_path / "out", *FOLDERS) == corpora.tree(finished, *FOLDERS)


@pytest.mark.parametrize(
    ("phase", "line"),
    [
        ("merge-exact", "phase merge-exact found 2 documents, 1 were dropped as exact-duplicate; "),
        ("merge-sentence", "phase sentence found 12 windows, 9 were brought to their units; "),
    ],
)
def test_what_is_lost_on_the_way_is_missed(
    inputs: Path, run_here: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    phase: str, line: str,
) -> None:  # fmt: skip
    def losing(options: MatchOptions) -> Any:
        if options.phase == phase:
            removals = options.workspace.work / options.inputs[0].path
            storage.children(removals, ".arrow")[0].unlink()
        return merge(options)

    monkeypatch.setattr(run_module, "merge", losing)
    with pytest.raises(EngineError) as caught:
        run_here(corpora.settings(inputs, tmp_path / "out"))
    assert str(caught.value) == f"{line}run again with --overwrite, and please report it"
