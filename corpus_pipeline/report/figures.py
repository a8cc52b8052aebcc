"""Everything that the page says of one run, as JSON."""

import datetime
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.errors import CorpusError
from corpus_pipeline.inspection.notes import notes_after
from corpus_pipeline.inspection.summary import stage_seconds, steps_of
from corpus_pipeline.inspection.verdicts import changed_files
from corpus_pipeline.loader.mixture import MIXTURE_NAME
from corpus_pipeline.report.histograms import Histogram
from corpus_pipeline.report.ledger_figures import LedgerFigures, read_ledger
from corpus_pipeline.report.quantities import Quantity, quantities_of
from corpus_pipeline.report.samples import read_samples
from corpus_pipeline.steps import Step
from corpus_pipeline.storage import Place
from corpus_pipeline.workspace.run_file import MIXTURE_FOLDER, RUN_FILE, read_run

#: Languages, and sources, that are told apart; the others are counted together.
MOST_NAMES = 60
#: The group of those that are not.
OTHERS = "(others)"


def figures_of(output: Place, samples: int) -> dict[str, Any]:
    """Returns what the page says of a run.

    Args:
        output: a finished run.
        samples: documents of each reason that it shows.

    Raises:
        VerifyError: the folder holds no finished run.
    """
    run = read_run(output)
    steps, schema_of = _steps(run)
    unknown = {step.title for step in steps if changed_files(run, step)}
    quantities = quantities_of(steps, schema_of, unknown) if steps else []
    rows = {each["path"].rpartition("/")[2]: each["rows"] for each in run["files"]
            if each["path"].startswith("ledger/")}  # fmt: skip
    ledger = read_ledger(output, quantities, rows)
    documents = read_samples(output, run, samples)
    phases = run["phases"]
    reasons = _reasons(run, ledger)
    return {
        "name": storage.public_path(output),
        "written": _written(output),
        "version": run.get("corpus_pipeline", ""),
        "digest": run.get("digest", "")[:12],
        "libraries": _libraries(run),
        "inputs": _inputs(run),
        "documents": ledger.documents,
        "counted": ledger.counted,
        "bytes_read": max(
            (n for phase in phases.values() for name, n in phase["clocks"].items()
             if name.endswith("/bytes")), default=0,
        ),
        "bytes_kept": sum(
            each["bytes"] for each in run["files"] if each["path"].startswith("documents/")
        ),
        "steps": [step["name"] for step in steps_of(run)],
        "reasons": reasons,
        **_cubes(ledger, [name for name, _ in reasons]),
        "quantities": [
            _quantity(quantity, histogram)
            for quantity, histogram in zip(quantities, ledger.histograms, strict=True)
            if histogram.kept or histogram.dropped
        ],
        "unknown": sorted(unknown),
        "points": [list(point) for point in ledger.points],
        "clusters": sorted(ledger.clusters.items()),
        "jaccard": [list(each) for each in ledger.jaccard.bins()],
        "shares": _shares(output, run),
        "phases": [
            [name, phase["items"], phase["seconds"]] for name, phase in phases.items()
        ],
        "times": _times(run),
        "notes": notes_after(run),
        "samples": documents,
        "of_each": samples,
    }  # fmt: skip


def _steps(run: Mapping[str, Any]) -> tuple[Sequence[Step], Any]:
    """Returns the steps of a run and the columns of its ledger; none where this version does not
    understand its configuration."""
    from corpus_pipeline.config.config import build_config
    from corpus_pipeline.config.run_flow import run_flow

    try:
        flow = run_flow(build_config({**run["config"], "output": "-"}, RUN_FILE))
    except (CorpusError, OSError):
        return (), None
    return flow.steps, flow.ledger


def _written(output: Place) -> str:
    """Says when the manifest of a run on this machine was written; elsewhere nothing."""
    if not isinstance(output, Path):
        return ""
    seconds = (output / RUN_FILE).stat().st_mtime
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")


def _libraries(run: Mapping[str, Any]) -> list[list[str]]:
    fingerprint = run["fingerprint"]
    found = [["python", str(fingerprint["python"])]] if "python" in fingerprint else []
    return found + [[n, str(v)] for n, v in sorted(fingerprint.get("libraries", {}).items())]


def _inputs(run: Mapping[str, Any]) -> list[list[str]]:
    return [
        [each["source"], storage.public_path(each["path"])]
        for each in run["config"].get("inputs", ())
    ]


def _reasons(run: Mapping[str, Any], ledger: LedgerFigures) -> list[list[Any]]:
    """Returns each reason that occurs with the number of its step, in the order of decision."""
    occurring = {reason for _, _, reason in ledger.failed}
    occurring |= {reason for _, _, reason in ledger.fates if reason is not None}
    found = [
        [reason, number]
        for number, step in enumerate(steps_of(run))
        for reason in step["reasons"]
        if reason in occurring
    ]
    known = {reason for reason, _ in found}
    return found + [[reason, -1] for reason in sorted(occurring - known)]


def _cubes(ledger: LedgerFigures, reasons: Sequence[str]) -> dict[str, Any]:
    """Returns counts by source, language and reason; names are written once and numbered."""
    documents: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    for (source, language, _), n in ledger.fates.items():
        documents[0][source] += n
        documents[1][language] += n
    sources, languages = (_names(counts) for counts in documents)
    place = {name: number for number, name in enumerate(reasons)}

    def at(names: list[str], name: str) -> int:
        return names.index(name if name in names else OTHERS)

    fates: Counter[tuple[int, int, int, str]] = Counter()
    for each in ledger.all_fates():
        key = at(sources, each.source), at(languages, each.language)
        reason = -1 if each.reason is None else place[each.reason]
        for name in ("documents", "chars", "tokens"):
            fates[*key, reason, name] += getattr(each, name)
    failed: Counter[tuple[int, int, int, str]] = Counter()
    for one in ledger.all_failed():
        key = at(sources, one.source), at(languages, one.language)
        for name in ("any", "only"):
            failed[*key, place[one.reason], name] += getattr(one, name)
    found: Counter[tuple[str, int, int]] = Counter()
    for (entity, source, language), n in ledger.findings.items():
        found[entity, at(sources, source), at(languages, language)] += n
    return {
        "sources": sources,
        "languages": languages,
        "fates": _rows(fates, ("documents", "chars", "tokens")),
        "failed": _rows(failed, ("any", "only")),
        "findings": [[*key, n] for key, n in sorted(found.items())],
    }


def _rows(counts: Counter[tuple[int, int, int, str]], names: Sequence[str]) -> list[list[int]]:
    keys = dict.fromkeys(key[:3] for key in counts)
    return [[*key, *(counts[*key, name] for name in names)] for key in keys]


def _names(counts: Counter[str]) -> list[str]:
    """Names the groups with most documents, the greatest first."""
    names = sorted(counts, key=lambda name: (-counts[name], name))
    return names if len(names) <= MOST_NAMES else [*names[:MOST_NAMES], OTHERS]


def _quantity(quantity: Quantity, histogram: Histogram) -> dict[str, Any]:
    return {
        "name": quantity.name,
        "step": quantity.step,
        "meaning": quantity.meaning,
        "share": quantity.share,
        "limits": [
            [each.value, each.lower, each.holds_for, each.reason] for each in quantity.limits
        ],
        "bins": [list(each) for each in histogram.bins()],
        "without": histogram.without,
    }


def _shares(output: Place, run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns planned and available shares of a mixture; of a run without one those of sources."""
    file = output / MIXTURE_FOLDER / MIXTURE_NAME
    if storage.exists(file):
        return _mixture_shares(json.loads(storage.read_bytes(file)))
    tokens: Counter[str] = Counter()
    for each in run.get("streams", ()):
        tokens[each["source"]] += each["tokens"]
    whole = tokens.total()
    return [
        {"stage": "", "name": name, "available": n / whole, "planned": None, "tokens": n}
        for name, n in tokens.most_common() if whole
    ]  # fmt: skip


def _mixture_shares(mixture: Mapping[str, Any]) -> list[dict[str, Any]]:
    available = {each["name"]: each["tokens"] for each in mixture["components"]}
    whole = sum(available.values()) or 1
    return [
        {
            "stage": stage["name"],
            "name": name,
            "planned": tokens / (sum(stage["tokens"].values()) or 1),
            "available": available[name] / whole,
            "tokens": tokens,
            "epochs": tokens / available[name] if available[name] else None,
        }
        for stage in mixture["stages"]
        for name, tokens in stage["tokens"].items()
    ]


def _times(run: Mapping[str, Any]) -> list[list[Any]]:
    """Returns step, processor seconds and bytes of text that came to it."""
    taken = stage_seconds(run)
    size: Counter[str] = Counter()
    for phase in run["phases"].values():
        for name, n in phase["clocks"].items():
            step, _, what = name.partition("/")
            if what == "bytes":
                size[step] = max(size[step], n)
    return [[name, round(seconds, 3), size[name]] for name, seconds in taken.items() if seconds]
