"""What a configuration would do, tried on a sample of its inputs.

    inputs ─► a sample, as *read* makes it ─► a dataset folder ─► a run without *scrub* and
    *tokenize* ─► the page of that run, with rules that fail together and thresholds to move

All of it lies in a temporary folder that is removed afterwards; nothing else is written but the
page. The run is one like any other, so *dedup* and steps of the user's own take part.
"""

import dataclasses
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config, build_config, load_config
from corpus_pipeline.config.missing_files import refuse_missing_inputs, refuse_missing_resources
from corpus_pipeline.config.run_flow import RunFlow, run_flow
from corpus_pipeline.errors import InputError
from corpus_pipeline.inspection.trace import ledger_parts
from corpus_pipeline.pipelines.progress import Progress
from corpus_pipeline.pipelines.run import Run
from corpus_pipeline.pipelines.sampling import read_sample
from corpus_pipeline.report.deciding import deciding_data
from corpus_pipeline.report.figures import figures_of
from corpus_pipeline.report.page import page
from corpus_pipeline.report.words import Language, words_in
from corpus_pipeline.storage import Place

#: Steps that a preview does without: they change what nobody will read.
_LEFT_OUT = ("scrub", "tokenize")
#: Name of the source that stands for all of a sample; its documents keep their own.
_SOURCE = "(sample)"
#: Settings that say how a run is made and that a preview takes over.
_HOW = ("storage_options", "workers", "memory", "max_errors", "allow_unreadable")
#: Rules of the table of those that fail together.
_MOST_RULES = 30


@dataclasses.dataclass(frozen=True)
class Sampled:
    """A run of a sample."""

    output: Path
    documents: int
    unreadable: int
    """Records of the sample that are no documents; they are not in the run."""


def write_preview(
    path: Path,
    to: Place,
    documents: int,
    language: Language,
    samples: int,
    progress: Progress,
) -> tuple[int, Sampled]:
    """Writes the page of a preview; returns its bytes and what was sampled.

    Args:
        path: of the configuration.
        to: file to write.
        documents: of the sample, all sources together.
        language: that the page speaks.
        samples: documents of each reason that it shows.
        progress: told what the run does.

    Raises:
        ConfigError: the configuration breaks a rule.
        InputError: an input is missing, or none has a document.
    """
    with tempfile.TemporaryDirectory(prefix="corpus-preview-") as folder:
        sampled = run_sample(path, documents, Path(folder), progress)
        figures = preview_figures(sampled, path, samples)
        title = words_in(language)["title_preview"].format(name=path.name)
        content = page([figures], language, title)
        storage.write_bytes(to, content)
        return len(content), sampled


def run_sample(path: Path, documents: int, folder: Path, progress: Progress) -> Sampled:
    """Runs a configuration on a sample of its inputs.

    Args:
        path: of the configuration.
        documents: of the sample, in equal parts of each source.
        folder: empty, for the sample and the run.
        progress: told what the run does.
    """
    config = load_config(path, output="-")
    refuse_missing_inputs(config)
    flow = run_flow(config)
    refuse_missing_resources(config, flow)
    each = -(-documents // len(config.inputs))
    readable, unreadable = _write_sample(config, flow, each, folder / "sample" / "documents")
    if not readable:
        raise InputError(f"{path}: the sample has no document that can be read; see `corpus run`")
    changed = _config_of_sample(config, folder)
    Run(changed, run_flow(changed), progress).execute()
    return Sampled(folder / "run", readable, unreadable)


def _write_sample(config: Config, flow: RunFlow, documents: int, folder: Path) -> tuple[int, int]:
    """Writes the documents of a sample, a file for each source; counts them and the others."""
    folder.mkdir(parents=True)
    readable = unreadable = 0
    writer: pq.ParquetWriter | None = None
    source = None
    try:
        for batch in read_sample(config, flow, documents):
            there = batch.filter(batch["drop_reason"].is_null())
            unreadable += batch.num_rows - there.num_rows
            readable += there.num_rows
            if not there.num_rows:
                continue
            if (name := there["source"][0].as_py()) != source:
                if writer is not None:
                    writer.close()
                source = name
                number = len(list(folder.iterdir()))
                writer = pq.ParquetWriter(folder / f"part-{number:05}.parquet", there.schema)
            assert writer is not None
            writer.write_batch(there)
    finally:
        if writer is not None:
            writer.close()
    return readable, unreadable


def _config_of_sample(config: Config, folder: Path) -> Config:
    """Returns the configuration with the sample in the place of its inputs."""
    content = config.resolved()
    content |= {name: getattr(config, name) for name in _HOW if getattr(config, name) is not None}
    content["dataset_sources"] = [*content["dataset_sources"], *content["inputs"]]
    content["inputs"] = [{"path": str(folder / "sample"), "source": _SOURCE, "format": "dataset"}]
    content["output"] = str(folder / "run")
    if content.get("steps") is not None:
        content["steps"] = [each for each in content["steps"] if each["use"] not in _LEFT_OUT]
        for name in _LEFT_OUT:
            content.pop(name, None)
    else:
        content |= {name: {"enabled": False} for name in _LEFT_OUT}
    return build_config(content, "preview")


def preview_figures(sampled: Sampled, path: Path, samples: int) -> dict[str, Any]:
    """Returns what the page says of a sample: that of its run, overlaps and thresholds."""
    config = load_config(path, output="-")
    figures = figures_of(sampled.output, samples)
    return {
        **figures,
        "preview": True,
        "unreadable": sampled.unreadable,
        "name": str(path),
        "written": "",
        "digest": "",
        "bytes_kept": 0,
        "inputs": [[each.source, storage.public_path(each.path)] for each in config.inputs],
        "overlaps": overlaps(sampled.output),
        "deciding": deciding_data(sampled.output),
    }


def overlaps(output: Place) -> dict[str, Any]:
    """Counts the documents that fail two rules: names of rules, and rows of three numbers.

    The rules that most documents fail are taken, 30 at most.
    """
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for part in ledger_parts(output):
        reasons = storage.read_parquet(part, columns=["reasons"])["reasons"]
        for failed, times in _sets(reasons).items():
            for one in failed:
                single[one] += times
                for other in failed:
                    pairs[one, other] += times
    names = [name for name, _ in sorted(single.items(), key=lambda i: (-i[1], i[0]))][:_MOST_RULES]
    place = {name: number for number, name in enumerate(names)}
    counts = [
        [place[one], place[other], n]
        for (one, other), n in sorted(pairs.items())
        if one in place and other in place
    ]
    return {"names": names, "counts": counts}


def _sets(reasons: pa.ChunkedArray) -> Counter[tuple[str, ...]]:
    return Counter(tuple(each) for each in reasons.to_pylist() if each)
