"""How tests make whole runs: with the engine that is named, or in this process."""

import contextlib
import pickle
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import corpora

Runner = Callable[..., dict[str, Any]]


class Outcome(NamedTuple):
    """What a command leaves behind."""

    code: int
    out: str
    err: str


#: Runs a command line in this process.
Corpus = Callable[..., Outcome]


class NotedProgress:
    """Notes how many items of each phase were done before."""

    def __init__(self) -> None:
        self.finished: dict[str, int] = {}

    def plan(self, plan: Any, workers: int | None, phases: Mapping[str, float]) -> None: ...
    def remark(self, line: str) -> None: ...

    def start(self, phase: str, items: int, finished: int) -> None:
        self.finished[phase] = finished

    def advance(self, phase: str, items: int, text_bytes: int) -> None: ...
    def counted(self, phase: str, counts: Mapping[str, int]) -> None: ...
    def finish(self, phase: str, seconds: float) -> None: ...


class InProcessEngine:
    """Runs the tasks of the direct engine one after another in this process.

    Phases still cross a pickle, as on their way to a worker.
    """

    def __init__(self, workers: int, timeout: float, storage_options: Any = None) -> None:
        self.workers = workers

    def __enter__(self) -> "InProcessEngine":
        return self

    def __exit__(self, *exception: object) -> None: ...

    def run(self, phase: Any, items: Sequence[int], max_items: int, report: Any) -> None:
        """Runs all tasks in their order."""
        from corpus_pipeline.engines.direct import _run_task, _tasks

        for task in _tasks(items, self.workers, max_items):
            clocks = Counter(_run_task(pickle.loads(pickle.dumps(phase)), task))
            report.done(task, clocks)
            report.advance(len(task), clocks["read/bytes"])


def execute(
    settings: Mapping[str, Any], overwrite: bool = False, progress: NotedProgress | None = None
) -> dict[str, Any]:
    """Runs a configuration; returns the content of run.json."""
    from corpus_pipeline.config.config import build_config
    from corpus_pipeline.config.run_flow import run_flow
    from corpus_pipeline.pipelines.run import Run

    config = build_config(dict(settings), "test")
    return Run(config, run_flow(config), progress or NotedProgress()).execute(overwrite)


def small(folder: Path, output: Path, lines: str = "", **more: Any) -> dict[str, Any]:
    """A run of one file without models: the fastest there is."""
    folder.mkdir(exist_ok=True)
    text = lines or "".join(map(corpora.json_line, list(corpora.CHINESE.values())[:3]))
    (folder / "a.jsonl").write_text(text, "utf-8")
    off = {"enabled": False}
    return corpora.merged(
        {
            "inputs": [{"path": str(folder / "a.jsonl"), "source": "a"}],
            "output": str(output),
            "workers": 1,
            **dict.fromkeys(("language", "quality", "keywords", "perplexity", "scrub"), off),
            "dedup": {"document": off, "sentence": off, "contamination": off},
            "tokenize": off,
        },
        more,
    )


@contextlib.contextmanager
def in_this_process() -> Iterator[None]:
    """Lets every run of a block be made in this process."""
    with mock.patch("corpus_pipeline.pipelines.engine_choice.DirectEngine", InProcessEngine):
        yield
