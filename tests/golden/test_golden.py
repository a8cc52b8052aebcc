"""The golden run is what the code makes of its inputs, line by line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from golden.generate import COLUMNS, HERE, golden
from runs import NotedProgress, in_this_process

from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.flow import document_schema, documented
from corpus_pipeline.pipelines.run import Run
from corpus_pipeline.schema import FATE

REMEDY = "read the difference, then run `make golden`"


@pytest.fixture(scope="module")
def made() -> dict[str, list[str]]:
    """All files, made anew in this process."""

    with in_this_process():
        return dict(golden(lambda config: Run(config, run_flow(config), NotedProgress()).execute()))


FILES = [f"{number}-{stage}.jsonl" for number, stage in enumerate(documented(), 1)]


def test_the_files_are_those_of_the_flow(made: dict[str, list[str]]) -> None:
    assert list(made) == FILES
    assert sorted(path.name for path in HERE.glob("*.jsonl")) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_golden(made: dict[str, list[str]], name: str) -> None:
    written = (HERE / name).read_text("utf-8").splitlines()
    for number, (now, before) in enumerate(zip(made[name], written, strict=False), 1):
        assert now == before, f"{name}:{number} is another now; {REMEDY}"
    assert len(made[name]) == len(written), REMEDY


def test_every_column_is_shown_after_the_stage_that_fills_it() -> None:
    shown = {name for names in COLUMNS.values() for name in names}
    address = {"unit", "row", "id"}
    assert shown | address | set(FATE.names) == set(document_schema().names)


def test_the_comparison_can_fail(made: dict[str, list[str]], tmp_path: Path) -> None:
    name = FILES[0]
    check: Callable[[dict[str, list[str]], str], None] = test_golden
    for damaged in ([*made[name][1:], "{}"], made[name][1:], [*made[name], "{}"]):
        with pytest.raises(AssertionError):
            check({**made, name: damaged}, name)
