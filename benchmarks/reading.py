"""How fast the readers are: MB/s of decompressed input in processor time, format by format.

    python benchmarks/reading.py docs.jsonl [--rounds 5] [--files 2000]

The lines of one JSONL file are stored in every format and read again, best of some rounds. The last
rows are the same texts, the first ones of them, as a file each, through the step that numbers rows.
To compare two versions run each with its own PYTHONPATH, one after the other, on a quiet machine.
"""

import argparse
import bz2
import functools
import gzip
import io
import json
import lzma
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from corpus_pipeline.flow import document_schema
from corpus_pipeline.sources.formats import FORMATS
from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.reading import ReadOptions, read_piece
from corpus_pipeline.stages import read as read_stage
from corpus_pipeline.workspace.units import Unit


def _parquet(lines: list[bytes]) -> bytes:
    rows = [json.loads(line) for line in lines]
    table = pa.table({"text": [row["text"] for row in rows], "n": list(range(len(rows)))})
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd", row_group_size=2000)
    return file.getvalue()


def _array(lines: list[bytes], indent: int | None) -> bytes:
    rows = [json.loads(line) for line in lines]
    return json.dumps(rows, indent=indent, ensure_ascii=False).encode()


def _measure(work: Callable[[], int], rounds: int) -> tuple[int, float]:
    best, rows = float("inf"), 0
    for _ in range(rounds):
        start = time.process_time()
        rows = work()
        best = min(best, time.process_time() - start)
    return rows, best


def _read(data: bytes, format_: str, compression: str | None) -> int:
    piece = Piece("a", format_, compression, 0, None)
    batches = read_piece(io.BytesIO(data), piece, ReadOptions(), lambda name, times: None)
    return sum(batch.num_rows for batch in batches)


def _files(folder: Path, name: str, texts: list[bytes]) -> Callable[[], int]:
    pieces = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.{name}"
        path.write_bytes(text)
        pieces.append(Piece(str(path), "text" if name == "txt" else "jsonl", None, 0, None))
    stage = read_stage.ReadUnit(
        read_stage.ReadStageOptions("", {"a": ReadOptions()}, {"a": None}, document_schema())
    )
    stage.setup(lambda stage, name, number: None)

    unit = Unit(0, "a", tuple(pieces))
    setattr(read_stage, "load_unit", lambda path, number: unit)  # noqa: B010
    return lambda: sum(batch.num_rows for key, batch in stage.process(0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--files", type=int, default=2000)
    options = parser.parse_args()
    lines = options.path.read_bytes().splitlines()
    data = b"\n".join(lines)
    cases = {
        "jsonl": (data, "jsonl", None),
        "jsonl.gz": (gzip.compress(data), "jsonl", "gz"),
        "jsonl.zst": (zstandard.compress(data), "jsonl", "zst"),
        "jsonl.bz2": (bz2.compress(data), "jsonl", "bz2"),
        "jsonl.xz": (lzma.compress(data), "jsonl", "xz"),
        "json, one line": (_array(lines, None), "json", None),
        "json, pretty": (_array(lines, 2), "json", None),
        "parquet": (_parquet(lines), "parquet", None),
    }
    for name, (content, format_, compression) in cases.items():
        if format_ not in FORMATS or (compression in ("bz2", "xz") and "json" not in FORMATS):
            continue
        work = functools.partial(_read, content, format_, compression)
        rows, seconds = _measure(work, options.rounds)
        print(f"{name:16} {rows:8} rows {len(data) / 1e6 / seconds:8.1f} MB/s", flush=True)
    texts = [json.loads(line)["text"][:40] for line in lines[: options.files]]
    small = {
        "txt": [text.encode() for text in texts],
        "jsonl": [json.dumps({"text": text}).encode() for text in texts],
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, contents in small.items():
            rows, seconds = _measure(_files(Path(folder), name, contents), options.rounds)
            print(f"small .{name:9} {rows:8} files {seconds / rows * 1e6:7.0f} us a file")


if __name__ == "__main__":
    main()
