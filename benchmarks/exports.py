"""How fast each format of exports is written, and how much memory it takes.

    .venv/bin/python benchmarks/exports.py --tokens 200000000

Documents of about 650 tokens in one source, as they are and as a mixture that takes two thirds of
them in scattered pieces. Beside it: a copy of the shards that is hashed and synced, which is what
any export does besides its format. Each export runs in a process of its own; the memory is what it
has at most, pages of mapped files included.
"""

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.exports import Request, export
from corpus_pipeline.exports.known import FORMATS
from corpus_pipeline.loader import open_tokens
from corpus_pipeline.loader.mixture import MIXTURE_VERSION
from corpus_pipeline.tokens.index import ShardEntry, TokenIndex
from corpus_pipeline.tokens.shard import ShardFormat, ShardWriter

#: Tokens of a document on average, and of a shard.
_DOCUMENT, _SHARD = 650, 32_000_000


def write_shards(folder: Path, tokens: int) -> None:
    """Writes shards of random documents, and a mixture of scattered ones beside them."""
    random = np.random.default_rng(1)
    (folder / "tokens").mkdir(parents=True)
    entries: list[ShardEntry] = []
    ends: list[NDArray[np.int64]] = []
    for number in range(-(-tokens // _SHARD)):
        here = min(_SHARD, tokens - number * _SHARD)
        lengths = random.geometric(1 / _DOCUMENT, 2 * here // _DOCUMENT)
        lengths = lengths[np.cumsum(lengths) <= here]
        offsets = np.append(0, np.cumsum(lengths))
        ids = pa.array([f"document-{number}-{row}" for row in range(len(lengths))])
        path = folder / "tokens" / f"tokens-{number:05}.arrow"
        with path.open("wb") as sink:
            writer = ShardWriter(sink, ShardFormat("0" * 64, 0, "uint16"))
            values = random.integers(1, 32_000, offsets[-1], np.uint16)
            units, rows = np.full(len(ids), number, np.int32), np.arange(len(ids))
            writer.write(ids, units, rows, offsets, values)
            summary = writer.close()
        written = storage.file_digest(path)
        entries.append(ShardEntry(path.name, *summary, *written, "web"))
        ends.append(offsets[1:] + (ends[-1][-1] if ends else 0))
    index = TokenIndex("uint16", 32_000, 0, "tokenizer.json", "0" * 64, tuple(entries))
    (folder / "tokens" / "index.json").write_text(index.to_json(), "utf-8")
    stops = np.concatenate(ends)
    starts = np.append(0, stops[:-1])
    taken = random.random(len(starts)) < 2 / 3
    lengths = (stops - starts)[taken]
    total = int(lengths.sum())
    columns = [pa.array(np.cumsum(lengths) - lengths), pa.array(starts[taken])]
    batch = pa.record_batch(columns, ["start", "token"])
    with (
        pa.OSFile(str(folder / "selection-00000.arrow"), "wb") as sink,
        pa.ipc.new_file(sink, batch.schema) as file,
    ):
        file.write_batch(batch)
    component = {
        "name": "web", "split": "train", "sources": ["web"], "documents": len(lengths),
        "tokens": total, "selection": "selection-00000.arrow", "sha256": "0" * 64,
    }  # fmt: skip
    mixture = {
        "version": MIXTURE_VERSION, "tokens": "tokens", "seed": 1, "components": [component],
        "index_sha256": open_tokens(folder / "tokens").fingerprint,
        "stages": [{"name": "main", "tokens": {"web": total}}],
    }  # fmt: skip
    (folder / "mixture.json").write_text(json.dumps(mixture), "utf-8")


def measure(folder: Path, format_: str, mixed: bool) -> dict[str, Any]:
    """Exports once, in this process."""
    options = {} if format_ in ("megatron", "olmo", "hf") else {"sequence_length": 2048}
    if format_ in ("megatron", "olmo", "hf"):
        options["file_tokens"] = _SHARD
    target = folder / "out"
    mixture = str(folder) if mixed else None
    start = time.perf_counter()
    made = export(Request(str(folder), str(target), format_, mixture=mixture, options=options))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    shutil.rmtree(target)
    return {"bytes": made["counts"]["bytes"], "seconds": seconds, "peak": peak}


def plain_copy(folder: Path) -> float:
    """Copies the shards with a hash and a sync; returns MB/s of one thread."""
    size, start = 0, time.perf_counter()
    for path in sorted((folder / "tokens").glob("*.arrow")):
        digest = hashlib.sha256()
        with path.open("rb") as source, (folder / "copy").open("wb") as sink:
            while block := source.read(1 << 21):
                digest.update(block)
                size += sink.write(block)
            sink.flush()
            os.fsync(sink.fileno())
    (folder / "copy").unlink()
    return size / 1e6 / (time.perf_counter() - start)


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tokens", type=int, default=200_000_000)
    parser.add_argument("--one", nargs=3, metavar=("FOLDER", "FORMAT", "MIXED"))
    arguments = parser.parse_args()
    if arguments.one:
        folder, format_, mixed = arguments.one
        print(json.dumps(measure(Path(folder), format_, mixed == "mixture")))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_shards(folder, arguments.tokens)
        print(f"copied, hashed and synced by one thread: {plain_copy(folder):.0f} MB/s")
        for format_ in FORMATS:
            for mixed in ("all", "mixture"):
                command = [sys.executable, __file__, "--one", name, format_, mixed]
                found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
                print(
                    f"{format_:9} {mixed:8} {found['bytes'] / 1e6:6.0f} MB "
                    f"{found['bytes'] / 1e6 / found['seconds']:6.0f} MB/s {found['peak']:5} MB"
                )


if __name__ == "__main__":
    main()
