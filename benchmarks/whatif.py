"""Measures `corpus whatif` on a ledger of many rows: seconds, processor seconds and peak memory.

    corpus run examples/demo.yaml
    python benchmarks/whatif.py demo-out --rows 1000000

The ledger is that of a finished run many times over: every part holds its rows as often as it
takes, each time at other addresses, and copies name documents of the same time.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROOT = Path(__file__).parent.parent
#: One rule, rules of four steps, and a whole profile for one source.
CASES = (
    ("quality.gopher_min_words=100",),
    ("language.min_score=.9", "quality.gopher_max_duplicate_lines=.2", "keywords.max_hits=2",
     "perplexity.max_perplexity.en=500"),
    ("where.drop=words > 5000 or lang_second == 'de'",),
    ("inputs.code.quality_profile=gopher",),
)  # fmt: skip
_ROW_GROUP = 1 << 16


def multiply(run: Path, folder: Path, rows: int) -> int:
    """Writes run.json and a ledger of at least so many rows; returns how many there are."""
    (folder / "ledger").mkdir(parents=True)
    (folder / "run.json").write_bytes((run / "run.json").read_bytes())
    parts = sorted((run / "ledger").glob("*.parquet"))
    tables = [pq.read_table(part) for part in parts]
    sizes = [int(table.num_rows) for table in tables]
    times = -(-rows // max(1, sum(sizes)))
    for part, table in zip(parts, tables, strict=True):
        pq.write_table(
            repeated(table, times, sizes), folder / "ledger" / part.name, row_group_size=_ROW_GROUP
        )
    return times * sum(sizes)


def repeated(table: pa.Table, times: int, sizes: list[int]) -> pa.Table:
    """Returns the rows of a part many times over, each time at other addresses."""
    turn = np.repeat(np.arange(times), len(table))
    whole = table.take(pa.array(np.tile(np.arange(len(table)), times))).combine_chunks()
    rows = whole["row"].to_numpy() + turn * len(table)
    columns = {"row": pa.array(rows, pa.int64())}
    for name in ("duplicate_of", "partner"):
        column = whole[name].combine_chunks()
        there = column.is_valid().to_numpy(zero_copy_only=False)
        parts = pc.list_flatten(pc.split_pattern(column.drop_null(), ":")).cast(pa.int64())
        unit, row = parts.to_numpy()[0::2], parts.to_numpy()[1::2]
        moved = row + turn[there] * np.array(sizes)[unit]
        names = np.full(len(there), None, object)
        names[there] = [f"{u}:{r}" for u, r in zip(unit.tolist(), moved.tolist(), strict=True)]
        columns[name] = pa.array(names, pa.string())
    for name, column in columns.items():
        place = whole.schema.get_field_index(name)
        whole = whole.set_column(place, whole.schema.field(name), column)
    return whole


def measure(folder: Path, settings: tuple[str, ...]) -> None:
    """Runs the command in a process of its own and prints what it takes."""
    given = [part for each in settings for part in ("--set", each)]
    command = [sys.executable, "-m", "corpus_pipeline.cli.main", "whatif", str(folder), *given]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen([*command, "--json"], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    out = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status:
        raise SystemExit(f"{' '.join(command)}: ended with {os.waitstatus_to_exitcode(status)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = json.loads(out)
    changed = {name: n for name, n in found["fates"].items() if n and name != "same"}
    print(f"{' '.join(settings)}\n  {seconds:.1f} s, processor {cpu:.1f} s, "
          f"peak {used.ru_maxrss / 1024:.0f} MiB; {changed}", flush=True)  # fmt: skip


def main() -> None:
    """Multiplies a ledger and measures each case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="a finished run")
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = multiply(arguments.run, Path(folder) / "run", arguments.rows)
        size = sum(p.stat().st_size for p in Path(folder).rglob("*.parquet"))
        print(f"{rows:,} rows, {size / 1e6:.0f} MB", flush=True)
        for case in CASES:
            measure(Path(folder) / "run", case)


if __name__ == "__main__":
    main()
