"""A mixture in a folder, as the loader reads it.

selection-DIGEST.arrow     segments of the stream of all shards, for a component that chooses
mixture.json               written last: components, stages, digests
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from corpus_pipeline import storage
from corpus_pipeline.loader.mixture import MIXTURE_NAME, MIXTURE_VERSION, SELECTION
from corpus_pipeline.mixtures.planning import PlannedMixture
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.index import TokenIndex

#: Digits of a selection's digest in its name.
_DIGITS = 16


def write_mixture(mixture: PlannedMixture, folder: Place, tokens: str, index: TokenIndex) -> None:
    """Writes a mixture, and removes the selections of another one that was there.

    Until mixture.json is replaced, the former mixture is whole.

    Args:
        mixture: what `plan_mixture` returns.
        folder: where to.
        tokens: the folder of the shards, as it is named from there.
        index: of the shards.
    """
    components = []
    for each in mixture.components:
        name = digest = None
        if each.selection is not None:
            name, digest = _write_selection(each.selection, folder)
        components.append(
            {"name": each.name, "split": each.section.split, "sources": list(each.sources),
             "documents": each.documents, "tokens": each.tokens, "selection": name,
             "sha256": digest}
        )  # fmt: skip
    content = {
        "version": MIXTURE_VERSION,
        "tokens": tokens,
        "index_sha256": index.fingerprint,
        "seed": mixture.seed,
        "components": components,
        "stages": [{"name": name, "tokens": dict(each)} for name, each in mixture.stages],
    }
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    storage.write_bytes(folder / MIXTURE_NAME, text.encode())
    wanted = {each["selection"] for each in components}
    for name in storage.sizes(folder, ".arrow"):
        if name.startswith("selection-") and name not in wanted:
            storage.remove(folder / name)


def _write_selection(selection: pa.Table, folder: Place) -> tuple[str, str]:
    """Writes a selection under a name that says what it holds; returns that, and its digest."""
    sink = pa.BufferOutputStream()
    batches = selection.combine_chunks().to_batches()
    with pa.ipc.new_file(sink, SELECTION) as writer:
        writer.write_batch(batches[0] if batches else pa.RecordBatch.from_pylist([], SELECTION))
    content = sink.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    name = f"selection-{digest[:_DIGITS]}.arrow"
    storage.write_bytes(folder / name, content.to_pybytes())
    return name, digest


def planned_shares(mixture: PlannedMixture) -> Iterator[dict[str, Any]]:
    """Yields a row for each component of each stage: what was planned, and what that means."""
    available = {each.name: each.tokens for each in mixture.components}
    for stage, tokens in mixture.stages:
        total = sum(tokens.values())
        for name, count in tokens.items():
            yield {
                "stage": stage, "component": name, "available": available[name], "tokens": count,
                "share": count / total if total else 0.0,
                "epochs": count / available[name] if available[name] else 0.0,
            }  # fmt: skip
