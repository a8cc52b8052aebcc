"""Measures what near-copy removal decides: chains, templates, labelled pairs, a large star.

    python benchmarks/near_copies.py --star 1000000 --pairs NAME DOCS.jsonl.zst PAIRS.jsonl.zst

Each corpus goes through `corpus run` with document deduplication alone; then all texts are compared
again here, slowly and exactly, on their sets of shingles:

    dropped        documents that went
    unlike         of these, with no document that stayed at the threshold or above
    far            of these, whose survivor has a similarity below 0.2
    kept pairs     pairs of documents that stayed, at the threshold or above
    candidates     of these, pairs that share a band
    recall         of labelled pairs at the threshold or above, those of which one went

An older version of the package is measured with its folder in PYTHONPATH. The star is not run as
documents: 10^6 edges go through the code that resolves them.
"""

import argparse
import io
import json
import random
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
import zstandard
from numpy.typing import NDArray

from corpus_pipeline.dedup.minhash import MinHashOptions, band_hashes, shingle, signatures
from corpus_pipeline.dedup.verification import unique_shingles
from corpus_pipeline.text.words import split_words

THRESHOLD = 0.7
Texts = dict[str, str]
Row = dict[str, Any]


def chain(documents: int = 200) -> Texts:
    """Windows of one text; neighbours have a similarity of about 0.95, the ends have none."""
    return {
        f"c{i}": " ".join(f"w{n:05d}" for n in range(10 * i, 10 * i + 400))
        for i in range(documents)
    }


def templates(documents: int, own: int = 60, shared: int = 400) -> Texts:
    """One text of `shared` words, and at its end `own` words that no other document has."""
    form = " ".join(f"form{n}" for n in range(shared))
    return {
        f"t{i}": f"{form} " + " ".join(f"own{i}x{n}" for n in range(own)) for i in range(documents)
    }


def families(documents: int, members: int = 6) -> Texts:
    """Templates of 60 own words and 120 shared ones; of every six, five are near copies of one."""
    found: Texts = {}
    form = " ".join(f"form{n}" for n in range(120))
    chance = random.Random(1)
    for i in range(documents):
        family, member = divmod(i, members)
        own = [f"own{family}x{n}" for n in range(60)]
        if member:
            own[chance.randrange(60)] = f"changed{member}"
        found[f"f{i}"] = f"{form} {' '.join(own)}"
    return found


def read_texts(path: Path) -> Texts:
    """Reads the documents of a JSONL file."""
    return {str(row["id"]): str(row["text"]) for row in _rows(path)}


def _rows(path: Path) -> Iterator[Row]:
    opened = path.open("rb")
    stream = zstandard.ZstdDecompressor().stream_reader(opened) if path.suffix == ".zst" else opened
    with opened:
        for line in io.TextIOWrapper(stream, "utf-8", newline="\n"):
            yield json.loads(line)


def ledger_of(texts: Texts, cluster: str | None, folder: Path) -> tuple[list[Row], Row]:
    """Runs the documents through document deduplication; returns the ledger and run.json."""
    lines = "".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in texts.items())
    (folder / "in.jsonl").write_text(lines, "utf-8")
    off = {"enabled": False}
    document = {} if cluster is None else {"cluster": cluster}
    stages = ("extract", "language", "quality", "keywords", "perplexity", "scrub", "tokenize")
    content = {
        "inputs": [{"path": str(folder / "in.jsonl"), "source": "a"}],
        "output": str(folder / "out"),
        "workers": 1,
        **dict.fromkeys(stages, off),
        "dedup": {"exact": off, "sentence": off, "document": document},
    }
    (folder / "c.yaml").write_text(yaml.safe_dump(content), "utf-8")
    command = [sys.executable, "-m", "corpus_pipeline.cli.main", "run", f"{folder}/c.yaml"]
    subprocess.run(command, check=True, capture_output=True)
    ledger = pq.read_table(folder / "out" / "ledger").to_pylist()
    return ledger, json.loads((folder / "out" / "run.json").read_text("utf-8"))


class Sets:
    """The sets of shingles of texts, as the pipeline makes them."""

    def __init__(self, texts: Texts) -> None:
        options = MinHashOptions()
        shingles = shingle(split_words(pa.array(texts.values())), options)
        made = unique_shingles(shingles)
        parts = np.split(made.hashes, made.offsets[1:-1])
        self.of = dict(zip(texts, parts, strict=True))
        bands = band_hashes(signatures(shingles, options), options)
        self.bands = dict(zip(texts, map(set, bands.tolist()), strict=True))

    def similarity(self, a: str, b: str) -> float:
        """Returns the Jaccard similarity of two documents."""
        common = len(np.intersect1d(self.of[a], self.of[b], assume_unique=True))
        return common / max(1, len(self.of[a]) + len(self.of[b]) - common)

    def similar(self, names: list[str]) -> Iterator[tuple[str, dict[str, float]]]:
        """Yields each document with those of `names` that are at the threshold or above."""
        postings: dict[int, list[int]] = defaultdict(list)
        for place, name in enumerate(names):
            for each in self.of[name].tolist():
                postings[each].append(place)
        lists = {each: np.array(found) for each, found in postings.items()}
        sizes = np.array([len(self.of[name]) for name in names])
        for name, own in self.of.items():
            found = [lists[each] for each in own.tolist() if each in lists]
            if not found:
                yield name, {}
                continue
            common = np.bincount(np.concatenate(found), minlength=len(names))
            similarity = common / (sizes + len(own) - common)
            places = np.flatnonzero(similarity >= THRESHOLD).tolist()
            yield name, {names[p]: float(similarity[p]) for p in places if names[p] != name}


def measure(name: str, texts: Texts, pairs: list[Row], cluster: str | None) -> None:
    """Prints one line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        ledger, run = ledger_of(texts, cluster, Path(folder))
    names = {f"{row['unit']}:{row['row']}": row["id"] for row in ledger}
    gone = {row["id"]: names[row["duplicate_of"]] for row in ledger if row["drop_reason"]}
    stay = [row["id"] for row in ledger if row["drop_reason"] is None]
    sets = Sets(texts)
    unlike = kept_pairs = candidates = 0
    for document, near in sets.similar(stay):
        if document in gone:
            unlike += not near
        else:
            kept_pairs += len(near)
            candidates += sum(bool(sets.bands[document] & sets.bands[n]) for n in near)
    far = sum(sets.similarity(document, survivor) < 0.2 for document, survivor in gone.items())
    above = [pair for pair in pairs if sets.similarity(pair["a"], pair["b"]) >= THRESHOLD]
    hit = sum(pair["a"] in gone or pair["b"] in gone for pair in above)
    recall = f"{hit} of {len(above)}" if pairs else "–"
    rounds = sum(phase.startswith("verify") for phase in run["phases"])
    uncompared = run["counts"].get("uncompared_pairs", 0)
    print(
        f"| {name} | {len(texts)} | {len(gone)} | {unlike} | {far} | {kept_pairs // 2} "
        f"| {candidates // 2} | {recall} | {rounds} | {uncompared} |",
        flush=True,
    )


def star(leaves: int) -> None:
    """Prints the time and memory of resolving one large star."""
    from corpus_pipeline.dedup.buckets import find_buckets

    chance = np.random.default_rng(1)
    addresses: NDArray[np.uint64] = chance.permutation(leaves + 1).astype(np.uint64)
    ranks = np.arange(leaves + 1, dtype=np.uint64)
    # Kernels are compiled, or loaded, before the clock starts.
    for size in (3, leaves + 1):
        start = time.process_time()
        buckets = find_buckets(np.zeros(size, np.uint64), ranks[:size], addresses[:size])
        found = time.process_time()
        first = np.zeros(size - 1, np.int64)
        edges = pa.record_batch(
            {
                "a": addresses[first], "b": addresses[1:size],
                "rank_a": ranks[first], "rank_b": ranks[1:size],
                "intersection": np.full(size - 1, 8, np.int32),
                "union": np.full(size - 1, 10, np.int32),
            }
        )  # fmt: skip
        begun = time.process_time()
        removed, left = _resolved(edges)
        ended = time.process_time()
    tracemalloc.start()
    _resolved(edges)
    _, peak = tracemalloc.get_traced_memory()
    print(
        f"star of {leaves}: {len(buckets.keys)} chunks of at most "
        f"{int(np.diff(buckets.offsets).max())} in {found - start:.2f} s; {removed} removed, "
        f"{left} to compare again, in {ended - begun:.2f} s and {peak / leaves:.0f} bytes an edge "
        "beside the edges as they are read"
    )


def _resolved(edges: pa.RecordBatch) -> tuple[int, int]:
    """How many documents go, and how many are to be compared again."""
    from corpus_pipeline.dedup.edges import edge_graph
    from corpus_pipeline.dedup.kept import kept_removals, undone

    graph = edge_graph(lambda: [edges])
    return kept_removals(graph).num_rows, int(undone(graph).sum())


def main() -> None:
    """Measures what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--pairs", nargs=3, action="append", default=[], metavar=("NAME", "DOCS", "PAIRS")
    )
    parser.add_argument("--cluster", choices=["kept", "components"])
    parser.add_argument("--star", type=int, help="leaves of a star of edges")
    parser.add_argument("--only-pairs", action="store_true", help="no made corpora")
    arguments = parser.parse_args()
    heads = ("corpus", "documents", "dropped", "unlike", "far", "kept pairs", "candidates",
             "recall", "rounds", "uncompared")  # fmt: skip
    print(f"| {' | '.join(heads)} |")
    print("| --- |" + " ---: |" * (len(heads) - 1))
    if not arguments.only_pairs:
        measure("chain of 200", chain(), [], arguments.cluster)
        measure("templates, similar (60 own words of 460)", templates(3000), [], arguments.cluster)
        measure("templates, unlike (60 own words of 180)", families(3000), [], arguments.cluster)
        measure("star of 3000 (6 own words of 406)", templates(3000, own=6), [], arguments.cluster)
    for name, documents, pairs in arguments.pairs:
        measure(name, read_texts(Path(documents)), list(_rows(Path(pairs))), arguments.cluster)
    if arguments.star:
        star(arguments.star)


if __name__ == "__main__":
    main()
