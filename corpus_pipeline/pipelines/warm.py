"""Compiles the kernels before the first run, once for each version of the package and machine.

A tiny corpus goes through the whole flow in a temporary folder; numba keeps what it compiled in
`kernels.CACHE_DIR`, so the workers of later runs only load it.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from corpus_pipeline.kernels import CACHE_DIR
from corpus_pipeline.pipelines.config import build_config
from corpus_pipeline.pipelines.plan import Plan

_MARK = Path(CACHE_DIR) / "complete"

_SENTENCES = (
    "The committee of the town met again on Monday and talked about the bridge over the river. "
    "It was said that the work would take two years and that nobody knew who would pay for it. "
    "Write to clerk@example.org or call +1 202 456 1111 from 8.8.8.8 with your questions. "
)
_QUESTION = (
    "A farmer has seventeen sheep and sells nine of them at the market for twelve coins each; how "
    "many coins does he carry home if the toll at the gate takes one coin from every three?"
)
_CHINESE = (
    "委员会在星期一再次开会，讨论了河上的桥。据说这项工程需要两年时间，没有人知道谁来付钱。" * 4
)


class _Silent:
    """Progress that nobody watches."""

    def plan(self, plan: Plan, workers: int | None) -> None: ...
    def remark(self, line: str) -> None: ...
    def start(self, phase: str, items: int, finished: int) -> None: ...
    def advance(self, phase: str, items: int, text_bytes: int) -> None: ...
    def finish(self, phase: str, seconds: float) -> None: ...


def warm_up(say: Callable[[str], None]) -> None:
    """Compiles every kernel unless that was done before; says so, because it takes a while."""
    if _MARK.exists():
        return
    say("compiling kernels, once for this version (about half a minute)")
    start = time.monotonic()
    from corpus_pipeline.pipelines.run import Run

    with tempfile.TemporaryDirectory() as folder:
        Run(build_config(_tiny_run(Path(folder)), "warm-up"), _Silent()).execute()
    _resolve_otherwise()
    _MARK.parent.mkdir(parents=True, exist_ok=True)
    _MARK.touch()
    say(f"kernels compiled in {time.monotonic() - start:.0f} s")


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


def _tiny_run(folder: Path) -> dict[str, object]:
    """Writes documents that reach every kernel, and returns a configuration for them."""
    numbered = [f"{_SENTENCES} This is the {n}th time that it is said here. " for n in range(40)]
    long = " ".join(numbered[:30])
    texts = [long, long, long + " One more sentence was added to this copy.", *numbered, _CHINESE,
             f"{_SENTENCES} {_QUESTION}",
             _CHINESE + "。", ""]  # fmt: skip
    lines = [json.dumps({"text": text}) for text in texts]
    (folder / "text.jsonl").write_text("\n".join(lines), "utf-8")
    (folder / "profile.yaml").write_text("measured: prose\nrules: {gopher_min_words: 1}", "utf-8")
    (folder / "evaluation.jsonl").write_text(json.dumps({"text": _QUESTION}), "utf-8")
    (folder / "page.warc").write_bytes(_web_page(long))
    return {
        "inputs": [
            {"path": str(folder / "text.jsonl"), "source": "text"},
            {"path": str(folder / "page.warc"), "source": "page"},
        ],
        "output": str(folder / "out"),
        "workers": 1,
        # Everything must pass the filters, to reach what comes after them.
        "quality": {"profile": str(folder / "profile.yaml")},
        "perplexity": {"max_perplexity": {"en": 1e9, "zh": 1e9}},
        "language": {"min_score": 0},
        "dedup": {"contamination": {"evaluations": [str(folder / "evaluation.jsonl")]}},
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
    warm_up(print)
