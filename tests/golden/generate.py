"""Writes the golden run: one small corpus after every stage of the flow, one JSON line a document.

For the file of a stage, the run of `input/config.yaml` is made with all later stages off; shown are
the columns that the stage fills and the fate. `10-loader.jsonl` has the first batches of the last
run. A test makes the same lines in memory and compares; never edit the files, run

    make golden

and read the difference as what the change means for data.
"""

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from corpus_pipeline.config.config import Config, build_config
from corpus_pipeline.flow import documented, known_steps
from corpus_pipeline.loader import SequenceLoader, SequenceOptions, open_tokens
from corpus_pipeline.schema import FATE, PROVENANCE
from corpus_pipeline.tokens.encode import load_tokenizer

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

#: Columns that a step changes besides those that are its own: before them, and behind.
_CHANGED = {
    "extract": ([], ["leniencies", "text"]),
    "dedup": (["content_hash"], ["text"]),
    "scrub": ([], ["text"]),
}

#: Longer texts are cut; their length in characters is shown.
_SHOWN_CHARS = 40

#: Step -> what is shown after it besides the fate: the columns that it fills, and the content.
COLUMNS: dict[str, list[str]] = {
    name: [*_CHANGED.get(name, ([], []))[0], *step.columns.names, *_CHANGED.get(name, ([], []))[1]]
    for name, step in known_steps().items()
    if step.default
} | {"read": [*PROVENANCE.names[3:], "mime", "charset", "raw", "text"]}

Run = Callable[[Config], object]


def golden(run: Run) -> Iterator[tuple[str, list[str]]]:
    """Yields the name of each golden file and its lines.

    Args:
        run: makes the run of a configuration.
    """
    content = yaml.safe_load((HERE / "input" / "config.yaml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(ROOT):
        for number, stage in enumerate(COLUMNS, 1):
            later = {name: {"enabled": False} for name in list(COLUMNS)[number:]}
            output = Path(folder) / stage
            run(build_config({**content, **later, "output": str(output)}, "golden"))
            yield f"{number}-{stage}.jsonl", list(_document_lines(output, COLUMNS[stage]))
        yield f"{len(documented())}-{documented()[-1]}.jsonl", list(_batch_lines(output / "tokens"))


def _document_lines(output: Path, columns: list[str]) -> Iterator[str]:
    parts = [p for name in ("documents", "rejected") for p in (output / name).glob("*.parquet")]
    documents = pa.concat_tables([pq.read_table(path) for path in parts])
    for row in documents.sort_by([("unit", "ascending"), ("row", "ascending")]).to_pylist():
        shown = {"address": f"{row['unit']}:{row['row']}", "id": row["id"]}
        for name in (*columns, *FATE.names):
            if row[name] is not None:
                shown[name] = _short(row[name])
        yield _line(shown)


def _batch_lines(folder: Path) -> Iterator[str]:
    encoder = load_tokenizer(folder / "tokenizer.json")
    loader = SequenceLoader(open_tokens(folder), SequenceOptions(sequence_length=24, batch_size=1))
    for batch, _ in zip(loader, range(8), strict=False):
        yield _line(
            {
                "step": batch.step,
                "sample": batch.samples.item(),
                "text": encoder.decode(batch.tokens[0]),
                "tokens": batch.tokens[0].tolist(),
                "segments": batch.segments[0].tolist(),
            }
        )


def _short(value: Any) -> Any:
    if isinstance(value, bytes):
        value = value.hex() if len(value) == 16 else value.decode("utf-8", "backslashreplace")
    if isinstance(value, str) and len(value) > _SHOWN_CHARS:
        return f"{value[:_SHOWN_CHARS]}… {len(value)} characters"
    return float(f"{value:.5g}") if isinstance(value, float) else value


def _line(shown: dict[str, Any]) -> str:
    return json.dumps(shown, ensure_ascii=False)


def main() -> None:
    """Writes all files."""
    from corpus_pipeline.config.run_flow import run_flow
    from corpus_pipeline.pipelines.progress import Silent
    from corpus_pipeline.pipelines.run import Run

    for name, lines in golden(lambda config: Run(config, run_flow(config), Silent()).execute()):
        (HERE / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
        print(f"{name}: {len(lines)} lines")


if __name__ == "__main__":
    main()
