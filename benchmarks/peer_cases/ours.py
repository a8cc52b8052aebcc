"""What this package answers to a recorded case: its steps as a configuration has them.

`through` sends documents through a list of steps, as the list `steps:` of a configuration is
written; `whole_run` makes a run of several documents, which dedup needs. Both build the steps from
a checked configuration and apply them by the code of a run.
"""

import functools
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from corpus_pipeline.address import BatchKey
from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import RunFlow, run_flow
from corpus_pipeline.engines.direct import _run_task, _tasks
from corpus_pipeline.flow import document_schema
from corpus_pipeline.pipelines.run import Run
from corpus_pipeline.planning.plan import make_plan, read_options
from corpus_pipeline.stages.mapping import ApplyStep
from corpus_pipeline.stages.read import ReadStageOptions, _parts

Row = dict[str, Any]
_FOLDER = Path(tempfile.mkdtemp(prefix="peer-cases-"))
_KEY = BatchKey("cases", 0, 0)
#: Steps of a user's own, as `use:` names them. The file, because a run carries a whole package.
OWN_STEPS = str(Path(__file__).with_name("own_steps.py"))


def file_of(content: str, suffix: str) -> str:
    """Writes what a configuration names as a file; returns its path."""
    path = _FOLDER / (hashlib.sha256(content.encode()).hexdigest()[:16] + suffix)
    path.write_text(content, "utf-8")
    return str(path)


def own_step(name: str, **options: Any) -> dict[str, Any]:
    """Returns one of `own_steps.py`, as a configuration names it."""
    return {"use": f"{OWN_STEPS}:{name}", "options": options}


def profile(
    rules: Mapping[str, Any],
    measures: Mapping[str, Any] | None = None,
    counted: Mapping[str, str] | None = None,
    base: str = "none",
) -> dict[str, Any]:
    """Returns the step *quality* with a profile of one's own."""
    content = {"base": base, "rules": dict(rules)}
    if base == "none":
        content["measured"] = "whole"
    if measures:
        content["measures"] = dict(measures)
    if counted:
        content["counted"] = dict(counted)
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=True)
    return {"quality": {"profile": file_of(text, ".yaml")}}


def replacing(*entries: str | tuple[str, str]) -> dict[str, Any]:
    """Returns the step *repair* with replacements and nothing else: names, or expression and by."""
    listed = [each if isinstance(each, str) else {"pattern": each[0], "by": each[1]}
              for each in entries]  # fmt: skip
    return {"repair": {"mojibake": False, "gbk": False, "replace": listed}}


#: Rules that compare one count: any measure can be counted for them.
_COUNTS = (
    "gopher_min_words", "gopher_max_words", "text_min_chars", "text_min_sentences",
    "text_min_paragraphs", "text_min_long_lines", "text_min_line_length", "text_max_word_length",
    "code_min_lines", "code_max_lines", "code_max_line_length",
)  # fmt: skip


def counting(names: Sequence[str], measures: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Returns *quality* with rules that fail nothing and make these measures be counted."""
    fields = _COUNTS[: len(names)]
    rules = {field: 0 if "_min_" in field else 2**31 - 1 for field in fields}
    return profile(rules, measures, dict(zip(fields, names, strict=True)))


def counts(
    text: str,
    names: Sequence[str],
    measures: Mapping[str, Any] | None = None,
    lang: str = "en",
    code: str | None = None,
) -> Row:
    """Returns the measures of *quality* of these names, and all that it always counts.

    `code` is the programming language of a text that is source code, as *code* knows it.
    """
    return _one_of_code(code, [counting(names, measures)], text=text, lang=lang)


def _one_of_code(code: str | None, steps: Sequence[Any], **document: Any) -> Row:
    """Sends a document through steps, behind *code* if its programming language is given."""
    if code is None:
        return one(steps, **document)
    return one(["code", *steps], metadata={"language": code}, **document)


def kept_in_range(
    text: str,
    value: str,
    least: float | None = None,
    most: float | None = None,
    *,
    closed: tuple[bool, bool] = (True, True),
    inside: bool = True,
    measures: Mapping[str, Any] | None = None,
    lang: str = "en",
    code: str | None = None,
) -> bool:
    """Says whether a document stays whose value, `measure` or `measure / measure`, is in a range.

    The profile asks for the measures, and an expression of *where* decides; without a value (no
    words, no lines) the document goes.
    """
    names = [name.strip() for name in value.split("/")]
    parts = []
    for limit, sign, is_closed in ((least, ">", closed[0]), (most, "<", closed[1])):
        if limit is not None and abs(limit) < 2**62:
            parts.append(f"{value} {sign}{'=' if is_closed else ''} {_written(limit)}")
    expression = " and ".join(parts) or f"{value} is not None"
    where = {"keep" if inside else "drop": expression, "unknown": "drop"}
    steps = [counting(names, measures), {"where": where}]
    row = _one_of_code(code, steps, text=text, lang=lang)
    return row["drop_reason"] is None


def _written(limit: float) -> str:
    """Writes a limit as an expression may: with fifteen digits at most."""
    return repr(limit) if isinstance(limit, int) else repr(float(f"{limit:.15g}"))


def through(steps: Sequence[Any], *documents: Mapping[str, Any]) -> list[Row]:
    """Sends documents (`text`, `metadata`, `url`, `lang`, `raw`, `mime`) through steps."""
    flow, applied = _opened(json.dumps(list(steps), sort_keys=True))
    batch = _batch(flow, documents)
    for step in applied:
        (element,) = step.process((_KEY, batch))
        batch = element[1]
    rows: list[Row] = batch.to_pylist()
    return rows


def one(steps: Sequence[Any], **document: Any) -> Row:
    """Sends one document through steps."""
    return through(steps, document)[0]


def whole_run(steps: Sequence[Any], documents: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Makes a run; returns the rows of documents/ and rejected/ in the order of the input."""
    with tempfile.TemporaryDirectory(prefix="peer-run-") as name:
        folder = Path(name)
        lines = (json.dumps(dict(document)) + "\n" for document in documents)
        (folder / "in.jsonl").write_text("".join(lines), "utf-8")
        settings = _settings(steps, str(folder / "in.jsonl"), str(folder / "out"))
        config = build_config(settings, "a recorded case")
        with mock.patch("corpus_pipeline.pipelines.engine_choice.DirectEngine", _InProcess):
            Run(config, run_flow(config), _Silent()).execute(False)
        rows: list[Row] = []
        for part in ("documents", "rejected"):
            for path in sorted((folder / "out" / part).glob("*.parquet")):
                rows += pq.read_table(path).to_pylist()
    return sorted(rows, key=lambda row: (row["unit"], row["row"]))


def records_read(records: Sequence[Mapping[str, Any]], **given: Any) -> list[Row]:
    """Returns the documents that are read of records, with these keys in the input's section."""
    with tempfile.TemporaryDirectory(prefix="peer-read-") as name:
        folder = Path(name)
        lines = (json.dumps(dict(record)) + "\n" for record in records)
        (folder / "in.jsonl").write_text("".join(lines), "utf-8")
        fields = {"path": str(folder / "in.jsonl"), "source": "cases", "format": "jsonl", **given}
        config = build_config({"inputs": [fields], "output": str(folder / "out")}, "a case")
        plan = make_plan(config, {})
        options = read_options(config, config.inputs[0])
        run = ReadStageOptions("", {"cases": options}, {"cases": None}, document_schema())
        parts = [_parts(unit, options, lambda *_: None, run) for unit in plan.units]
        return [row for part in parts for _, batch in part for row in batch.to_pylist()]


def _settings(steps: Sequence[Any], path: str, output: str) -> dict[str, Any]:
    return {
        "inputs": [{"path": path, "source": "cases"}],
        "output": output,
        "workers": 1,
        "steps": list(steps),
    }


@functools.lru_cache(maxsize=256)
def _opened(steps: str) -> tuple[RunFlow, list[ApplyStep]]:
    """Builds and opens the steps of a list, once."""
    (_FOLDER / "in.jsonl").touch()
    settings = _settings(json.loads(steps), str(_FOLDER / "in.jsonl"), str(_FOLDER / "out"))
    flow = run_flow(build_config(settings, "a recorded case"))
    flow.check()
    applied = [ApplyStep(step) for each in flow.passes for step in each.steps]
    for step in applied:
        step.setup(lambda stage, name, number: None)
    return flow, applied


def _batch(flow: RunFlow, documents: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    schema = flow.schema
    columns: dict[str, list[Any]] = {name: [None] * len(documents) for name in schema.names}
    for row, document in enumerate(documents):
        content = {"row": row, "unit": 0, "source": "cases", "priority": 100, **document}
        if isinstance(content.get("metadata"), Mapping):
            content["metadata"] = json.dumps(content["metadata"])
        for name, value in content.items():
            columns[name][row] = value
    arrays = [pa.array(columns[field.name], field.type) for field in schema]
    return pa.record_batch(arrays, schema=schema)


class _InProcess:
    """Runs the tasks of the direct engine in this process."""

    def __init__(self, workers: int, timeout: float, storage_options: Any = None) -> None:
        self.workers = workers

    def __enter__(self) -> "_InProcess":
        return self

    def __exit__(self, *exception: object) -> None: ...

    def run(self, phase: Any, items: Sequence[int], max_items: int, report: Any) -> None:
        """Runs all tasks one after another."""
        for task in _tasks(items, self.workers, max_items):
            clocks = Counter(_run_task(phase, task))
            report.advance(len(task), clocks["read/bytes"])
            report.done(task, clocks)


class _Silent:
    """Shows no progress."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *given, **named: None
