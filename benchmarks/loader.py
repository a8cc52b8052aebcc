"""What the loader takes: tokens a second beside a plain copy, start, resume; and other loaders.

    python benchmarks/loader.py                                our own, on 200 million random tokens
    python benchmarks/loader.py --peers VENV/bin/python        beside those that are installed there

Tokens are random, documents of 800 tokens on average (log-normal), 16 bits wide; all is in the page
cache. A speed is the best of three rounds of about 100 million tokens of one process, by the time
of the processor, which other processes on the machine disturb least.

For the start there is an index of 10^11 tokens: many names of one shard, so that all of it can be
read. `benchmarks/loader_peers.py` measures the others.
"""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.loader import Batch, SequenceLoader, SequenceOptions, open_mixture, open_tokens
from corpus_pipeline.tokens.index import ShardEntry, TokenIndex
from corpus_pipeline.tokens.shard import ShardFormat, ShardWriter

SHA = "0" * 64
USUAL = ("tokens", "targets", "loss_mask", "positions")
ROUND = 100_000_000


def documents(tokens: int, seed: int, mean: int = 800) -> NDArray[np.int64]:
    """Returns the lengths of documents that have about so many tokens together."""
    sigma = 1.2
    chance = np.random.default_rng(seed)
    lengths = chance.lognormal(np.log(mean) - sigma**2 / 2, sigma, int(tokens / mean * 1.5))
    return np.maximum(lengths, 1).astype(np.int64)[: int(tokens / mean)]


def write_shard(path: Path, tokens: int, seed: int, source: str) -> ShardEntry:
    """Writes a shard of random tokens."""
    lengths = documents(tokens, seed)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    ids = np.random.default_rng(seed).integers(1, 50_000, int(offsets[-1])).astype(np.uint16)
    ids[offsets[1:] - 1] = 0
    with path.open("wb") as sink:
        writer = ShardWriter(sink, ShardFormat(SHA, 0, "uint16"))
        names = pa.array([str(k) for k in range(len(lengths))])
        units, rows = np.zeros(len(lengths), np.int32), np.arange(len(lengths))
        writer.write(names, units, rows, offsets, ids)
        summary = writer.close()
    return ShardEntry(path.name, *summary, path.stat().st_size, SHA, source)


def write_index(folder: Path, entries: Sequence[ShardEntry]) -> None:
    """Writes index.json."""
    index = TokenIndex("uint16", 50_000, 0, "tokenizer.json", SHA, tuple(entries))
    (folder / "index.json").write_text(index.to_json(), "utf-8")


def write_mixture(folder: Path, tokens: Path) -> None:
    """Writes a mixture of a whole source, and of every second document of another, some twice."""
    dataset = open_tokens(tokens)
    first = sum(entry.tokens for entry in dataset.index.shards if entry.source == "a")
    starts = dataset.document_starts(first, dataset.tokens) + first
    sizes = np.diff(starts, append=dataset.tokens)
    chosen = np.concatenate([np.arange(0, len(starts), 2), np.arange(0, len(starts), 20)])
    begins = np.cumsum(sizes[chosen]) - sizes[chosen]
    batch = pa.record_batch({"start": begins, "token": starts[chosen]})
    with (
        pa.OSFile(str(folder / "b.arrow"), "wb") as sink,
        pa.ipc.new_file(sink, batch.schema) as writer,
    ):
        writer.write_batch(batch)
    total = int(sizes[chosen].sum())
    components = [
        {"name": "a", "split": "train", "sources": ["a"], "documents": 0, "tokens": first,
         "selection": None, "sha256": None},
        {"name": "b", "split": "train", "sources": ["b"], "documents": 0, "tokens": total,
         "selection": "b.arrow", "sha256": SHA},
    ]  # fmt: skip
    content = {
        "version": 1, "tokens": os.path.relpath(tokens, folder), "seed": 1,
        "index_sha256": dataset.fingerprint, "components": components,
        "stages": [{"name": "main", "tokens": {"a": 6 * ROUND, "b": 6 * ROUND}}],
    }  # fmt: skip
    (folder / "mixture.json").write_text(json.dumps(content), "utf-8")


def speed(batches: Iterator[Batch], names: Sequence[str]) -> float:
    """Returns millions of tokens a second, the best of three rounds."""
    best = 0.0
    for _ in range(3):
        done, start = 0, time.process_time()
        while done < ROUND:
            batch = next(batches)
            for name in names:
                getattr(batch, name)
            done += batch.tokens.size
        best = max(best, done / (time.process_time() - start) / 1e6)
    return best


def seconds(act: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Returns how long something takes, the least of five."""
    found = []
    for _ in range(5):
        start = clock()
        act()
        found.append(clock() - start)
    return min(found)


def copies(tokens: Path, length: int) -> Iterator[tuple[str, float]]:
    """Yields what copying takes, in millions of tokens a second."""
    source = open_tokens(tokens).read(0, ROUND)
    target = np.empty_like(source)
    taken = seconds(lambda: np.copyto(target, source), time.process_time)
    yield "plain copy of memory", ROUND / taken / 1e6
    starts = np.random.default_rng(0).permutation(ROUND // length - 1) * length
    row = np.empty(length + 1, np.uint16)

    def windows() -> None:
        for start in starts.tolist():
            row[:] = source[start : start + length + 1]

    taken = seconds(windows, time.process_time)
    yield f"windows of {length} in random order", len(starts) * length / taken / 1e6


def our_speeds(tokens: Path, mixture: Path, cache: Path) -> Iterator[tuple[str, float]]:
    """Yields speeds of our loader."""
    dataset = open_tokens(tokens)

    def loader(length: int, batch: int, **options: object) -> Iterator[Batch]:
        made = SequenceOptions(length, batch, 1, None, **options)  # type: ignore[arg-type]
        return iter(SequenceLoader(dataset, made, cache=cache))

    for length, batch in ((4096, 64), (4096, 8), (1024, 256), (8192, 32)):
        yield f"{length} x {batch}, tokens and targets", speed(loader(length, batch), USUAL[:2])
        yield f"{length} x {batch}, with mask, positions", speed(loader(length, batch), USUAL)
    yield (
        "4096 x 64, segments, cu_seqlens too",
        speed(loader(4096, 64), (*USUAL, "segments", "cu_seqlens")),
    )
    yield "4096 x 64, shuffle blocks, all", speed(loader(4096, 64, shuffle="blocks"), USUAL)
    yield "4096 x 64, shuffle none, all", speed(loader(4096, 64, shuffle="none"), USUAL)
    yield "4096 x 64, best-fit, all", speed(loader(4096, 64, packing="best-fit"), USUAL)
    mixed = SequenceLoader(open_mixture(mixture / "mixture.json"), SequenceOptions(4096, 64, 1))
    yield "4096 x 64, mixture, half of it documents one by one, all", speed(iter(mixed), USUAL)


def our_starts(folder: Path) -> Iterator[tuple[str, float]]:
    """Yields seconds until something is there, for 10^11 tokens."""
    folder.mkdir()
    entry = write_shard(folder / "0.arrow", 20_000_000, 1, "a")
    entries = []
    for k in range(10**11 // entry.tokens + 1):
        name = f"{k:05}.arrow"
        if k:
            os.link(folder / "0.arrow", folder / name)
        entries.append(dataclasses.replace(entry, file=name))
    (folder / "0.arrow").rename(folder / "00000.arrow")
    write_index(folder, entries)
    yield f"shards: {len(entries)}; import", float(
        subprocess.run(
            [sys.executable, "-c", "import time; t = time.perf_counter(); "
             "import corpus_pipeline.loader; print(time.perf_counter() - t)"],
            capture_output=True, text=True, check=True,
        ).stdout
    )  # fmt: skip
    yield "open the folder", seconds(lambda: open_tokens(folder))
    options = SequenceOptions(((0, 4096), (10_000, 8192)), ((0, 64), (5000, 512)), seed=1, epochs=2)

    def first() -> None:
        next(iter(SequenceLoader(open_tokens(folder), options))).loss_mask  # noqa: B018

    yield "open it and get the first batch", seconds(first)
    dataset = open_tokens(folder)
    state = SequenceLoader(dataset, options).state()
    state.update(step=20_000, samples=options.batches.before(20_000))

    def resumed() -> None:
        next(iter(SequenceLoader.from_state(open_tokens(folder), state))).loss_mask  # noqa: B018

    yield "open it and resume at step 20,000", seconds(resumed)


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", help="Python of an environment with other loaders")
    parser.add_argument("--skip-own", action="store_true", help="measure the peers alone")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        tokens = root / "tokens"
        tokens.mkdir()
        write_index(
            tokens,
            [write_shard(tokens / f"{k}.arrow", ROUND, k, source) for k, source in enumerate("ab")],
        )
        print("million tokens a second")
        for name, value in copies(tokens, 4096):
            print(f"  {name:60} {value:8,.0f}")
        if not arguments.skip_own:
            (root / "mixture").mkdir()
            write_mixture(root / "mixture", tokens)
            for name, value in our_speeds(tokens, root / "mixture", root / "cache"):
                print(f"  {name:60} {value:8,.0f}", flush=True)
            print("seconds, 10^11 tokens")
            for name, value in our_starts(root / "large"):
                print(f"  {name:60} {value:8.3f}", flush=True)
        if arguments.peers:
            script = Path(__file__).with_name("loader_peers.py")
            subprocess.run([arguments.peers, script, tokens, root / "peers"], check=True)


if __name__ == "__main__":
    main()
