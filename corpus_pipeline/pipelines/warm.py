"""Compiles the kernels before the first run, once for each version of them and machine.

A tiny corpus goes through the stages in a temporary folder; numba keeps what it compiled in
`kernels.CACHE_DIR`, so the workers of later runs only load it. Only the groups of stages that a run
needs are compiled, each in a process of its own: text alone needs no parser of HTML.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import RunFlow, run_flow
from corpus_pipeline.dedup.matches import KINDS
from corpus_pipeline.flow import default_steps
from corpus_pipeline.kernels import CACHE_DIR, compiled_groups
from corpus_pipeline.pipelines.progress import Silent
from corpus_pipeline.planning.plan import Plan
from corpus_pipeline.sources.formats import WITH_PAGES
from corpus_pipeline.sources.shapes import PAGES

#: Stages, and matches of *dedup*, that are compiled together.
GROUPS: dict[str, tuple[str, ...]] = {
    "personal data": ("scrub",),
    "pages": ("extract",),
    "filters": ("language", "quality", "keywords", "perplexity"),
    "dedup": (
        *(f"dedup.{kind}" for kind in ("contamination", "exact", "document", "sentence")),
        "tokenize",
    ),
    "strings and paragraphs": ("dedup.substring", "dedup.paragraph"),
    "addresses": ("url", "dedup.address"),
    "lines": ("lines",),
    "classifier": ("classifier",),
    # Tables of telephone numbers are made where there are a thousand of them, which few runs have.
    "telephone lists": (),
}
_MODULE = "corpus_pipeline.pipelines.warm"

_SENTENCES = (
    "The committee of the town met again on Monday and talked about the bridge over the river. "
    "It was said that the work would take two years and that nobody knew who would pay for it. "
    "Write to clerk@example.org or call +1 202 456 1111 from 8.8.8.8 with your questions. "
)
_ADDRESS = "HTTP://User@www.Example.org:80/a/../%7eb/?b=2&utm_source=c&a=1#d"
_QUESTION = (
    "A farmer has seventeen sheep and sells nine of them at the market for twelve coins each; how "
    "many coins does he carry home if the toll at the gate takes one coin from every three?"
)
_JAPANESE = "山田太郎さんは月曜日に委員会で橋について話しました。"
_CHINESE = (
    "委员会在星期一再次开会，讨论了河上的桥。据说这项工程需要两年时间，没有人知道谁来付钱。" * 4
)


def groups_of(flow: RunFlow, plan: Plan) -> list[str]:
    """Returns the names of the groups that a run needs, in the order of `GROUPS`."""
    formats = {piece.format for unit in plan.units for piece in unit.pieces}
    inputs = plan.fingerprint["config"]["inputs"]
    pages = not formats.isdisjoint(WITH_PAGES) or any(each["markup"] in PAGES for each in inputs)
    names = {step.name for step in flow.steps}
    names |= {f"dedup.{kind}" for kind in KINDS if flow.dedup.on(kind)}
    return [
        group
        for group, stages in GROUPS.items()
        if names.intersection(stages) and (group != "pages" or pages)
    ]


def warm_up(groups: list[str], say: Callable[[str], None]) -> bool:
    """Compiles what is not compiled yet of some groups; says so, because it takes a while.

    Returns:
        Whether all is compiled. What is not, compiles when it is first called.
    """
    missing = [group for group in groups if not _mark(group).exists()]
    if not missing:
        return True
    say(f"compiling kernels ({', '.join(missing)}), once for this version; may take a minute")
    start = time.monotonic()
    with ThreadPoolExecutor(min(len(missing), os.cpu_count() or 1)) as pool:
        problems = dict(zip(missing, pool.map(_in_a_process, missing), strict=True))
    for group, problem in problems.items():
        if problem is not None:
            say(f"kernels of {group} are compiled later: {problem}")
    say(f"compiled in {time.monotonic() - start:.0f} s")
    return not any(problems.values())


def _in_a_process(group: str) -> str | None:
    """Compiles a group; returns what went wrong, if anything did."""
    command = [sys.executable, "-m", _MODULE, group]
    done = subprocess.run(command, capture_output=True, check=False, text=True, errors="replace")
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]


def compile_group(group: str) -> None:
    """Sends a tiny corpus through the stages of a group."""
    from corpus_pipeline.pipelines.run import Run

    if GROUPS[group]:
        with tempfile.TemporaryDirectory() as folder:
            config = build_config(_tiny_run(Path(folder), group), "warm-up")
            Run(config, run_flow(config), Silent()).execute()
    if group == "dedup":
        _resolve_otherwise()
    if group == "telephone lists":
        _find_many_numbers()
    _mark(group).parent.mkdir(parents=True, exist_ok=True)
    _mark(group).touch()


def _mark(group: str) -> Path:
    return compiled_groups(CACHE_DIR) / group


def _resolve_otherwise() -> None:
    """Resolves an edge as no tiny run does: by components, and in a step of workers."""
    import numpy as np
    import pyarrow as pa

    from corpus_pipeline.dedup.components import cluster_removals
    from corpus_pipeline.dedup.edges import edge_graph
    from corpus_pipeline.dedup.peeling import MESSAGES, half_edges, peel

    ends = {name: np.array([i], np.uint64) for i, name in enumerate(("a", "b", "rank_a", "rank_b"))}
    counts = {name: np.ones(1, np.int32) for name in ("intersection", "union", "found")}
    edges = pa.record_batch({**ends, **counts})
    cluster_removals(edge_graph(lambda: [edges]))
    nothing = pa.RecordBatch.from_pylist([], schema=MESSAGES)
    peel(half_edges(pa.Table.from_batches([edges])), nothing)


def _find_many_numbers() -> None:
    """Finds as many telephone numbers as it takes until their shapes are remembered."""
    import pyarrow as pa

    from corpus_pipeline.scrub.detectors import load_detectors
    from corpus_pipeline.scrub.numbers import find_spans
    from corpus_pipeline.scrub.phone_shapes import WORTH

    numbers = "\n".join(f"Tel. +1 202 {n // 100:03}-{n % 10_000:04}" for n in range(2 * WORTH))
    detectors = load_detectors(["PHONE_NUMBER"])
    for _ in range(2):
        find_spans(pa.array([numbers]), detectors)


def _tiny_run(folder: Path, group: str) -> dict[str, Any]:
    """Writes documents that reach every kernel of a group, and returns a configuration for them."""
    from corpus_pipeline.filters.language.measures import carried_model

    numbered = [f"{_SENTENCES} This is the {n}th time that it is said here. " for n in range(40)]
    long = " ".join(numbered[:30])
    texts = [long, long, long + " One more sentence was added to this copy.", *numbered, _CHINESE,
             f"{_SENTENCES} {_QUESTION}",
             _CHINESE + "。", _JAPANESE, ""]  # fmt: skip
    (folder / "profile.yaml").write_text("measured: prose\nrules: {gopher_min_words: 1}", "utf-8")
    (folder / "domains.txt").write_text("example.net\nexample.net/path\n", "utf-8")
    (folder / "words.txt").write_text("unseen\n", "utf-8")
    (folder / "evaluation.jsonl").write_text(json.dumps({"text": _QUESTION}), "utf-8")
    if group == "pages":
        corpus = folder / "page.warc"
        corpus.write_bytes(_web_page(long))
    else:
        corpus = folder / "text.jsonl"
        corpus.write_text(
            "\n".join(json.dumps({"text": text, "url": _ADDRESS}) for text in texts), "utf-8"
        )
    # Everything must pass the filters, to reach what comes after them.
    sections: dict[str, Any] = {
        "quality": {"profile": str(folder / "profile.yaml")},
        "perplexity": {"max_perplexity": {"en": 1e9, "zh": 1e9}},
        "language": {"min_score": 0},
        "url": {
            "block_domains": ["example.com", str(folder / "domains.txt")],
            "keep_share": {"*": 1},
            **{name: [str(folder / "words.txt")] for name in ("block_subwords", "block_words")},
        },
        "lines": {"rules": "refinedweb", "end_mark": "c4"},
        "classifier": {"model": str(carried_model())},
    }
    on = GROUPS[group]
    dedup: dict[str, Any] = {kind: {"enabled": f"dedup.{kind}" in on} for kind in KINDS}
    if any(kind["enabled"] for kind in dedup.values()):
        dedup["contamination"]["evaluations"] = [str(folder / "evaluation.jsonl")]
        sections["dedup"] = dedup
        on = (*on, "dedup")
    chosen = {name: options for name, options in sections.items() if name in on}
    names = [step.name for step in default_steps() if step.name != "read"]
    off = {name: {"enabled": False} for name in names if name not in on}
    return {
        "inputs": [{"path": str(corpus), "source": "text"}],
        "output": str(folder / "out"),
        "workers": 1,
        **off,
        **chosen,
    }


def _web_page(text: str) -> bytes:
    """Returns a WARC file with one HTML page, whose charset is not the one that is named."""
    page = f"<html><head><script>1</script></head><body><!-- --><p>{text}。</p></body></html>"
    payload = f"HTTP/1.1 200 OK\r\nContent-Type: text/html;charset=big5\r\n\r\n{page}".encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:0>\r\n"
        "WARC-Target-URI: http://example.org/\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        f"Content-Type: application/http\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload + b"\r\n\r\n"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        compile_group(sys.argv[1])
    else:
        sys.exit(not warm_up(list(GROUPS), print))
