"""How much mojibake the repair repairs, and how much of clean text it changes.

    python benchmarks/repair_accuracy.py paragraphs.jsonl.zst laws.parquet ... [--by lang]
        [--documents 40] [--after-extract] [--show 20] [--held-out]

Each text is written as UTF-8 and read by a wrong encoding as browsers do (bytes without a character
become C1 controls or U+FFFD), then repaired; with --after-extract the extract stage has normalised
it first, as it does in the usual order. A line counts as repaired if it is what it was; lines that
the wrong encoding leaves as they were are left out. In brackets: with characters of which a byte
was lost and that are � now. Then all texts are repaired as they are, and
what changes is shown.
"""

import argparse
import codecs
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from corpus_pipeline.extract.normalise import normalise_texts
from corpus_pipeline.filters.quality.training import is_held_out
from corpus_pipeline.filters.repair.mojibake import replaced
from corpus_pipeline.filters.repair.options import RepairOptions
from corpus_pipeline.filters.repair.texts import Repairer, load_repairer, repair_texts


def by_windows(name: str) -> Callable[[bytes], str]:
    """Returns a decoder for a code page whose holes are C1 controls, as browsers have it."""
    table = [
        bytes([byte]).decode(name, "ignore") or chr(byte)
        for byte in range(256)
    ]  # fmt: skip
    return lambda content: "".join(table[byte] for byte in content)


def _browser(error: UnicodeError) -> tuple[str, int]:
    """What browsers write for a byte of GBK that begins nothing."""
    assert isinstance(error, UnicodeDecodeError)
    return "€" if error.object[error.start] == 0x80 else "�", error.start + 1


codecs.register_error("browser", _browser)

#: Name -> what reads the bytes of UTF-8.
WRONG: dict[str, Callable[[bytes], str]] = {
    "latin-1": lambda content: content.decode("latin-1"),
    "windows-1252": by_windows("windows-1252"),
    "windows-1252, twice": lambda content: by_windows("windows-1252")(
        by_windows("windows-1252")(content).encode()
    ),
    "windows-1251": by_windows("windows-1251"),
    "windows-1250": by_windows("windows-1250"),
    "mac-roman": lambda content: content.decode("mac-roman"),
    "gbk": lambda content: content.decode("gb18030", "browser"),
    "big5": lambda content: content.decode("big5", "replace"),
    "shift-jis": lambda content: content.decode("shift-jis", "replace"),
}


def read(path: Path) -> list[dict[str, Any]]:
    """Returns the rows of a JSONL or Parquet file."""
    if path.suffix == ".parquet":
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows
    with path.open("rb") as file:
        content: Any = file
        if path.suffix == ".zst":
            content = zstandard.ZstdDecompressor().stream_reader(file)
        return [json.loads(line) for line in io.TextIOWrapper(content, "utf-8")]


def repaired(texts: Iterable[str], repairer: Repairer) -> tuple[list[str], pa.RecordBatch]:
    """Repairs texts; returns them with their measures."""
    column = pa.array(list(texts), pa.string())
    done = repair_texts(column, np.ones(len(column), np.bool_), repairer)
    return done.texts.to_pylist(), done.measures


def is_repaired(line: str, whole: str) -> bool:
    """Says whether a line is what it was, but for characters of which a byte was lost."""
    return len(line) == len(whole) and all(
        a == b or b == "�" for a, b in zip(line, whole, strict=True)
    )


def share_of_lines(
    texts: list[str], wrong: Callable[[bytes], str], repairer: Repairer, after_extract: bool
) -> tuple[int, int, int]:
    """Returns (lines that are as they were, the same but for �, lines that had been spoilt)."""
    good = nearly = total = 0
    spoilt = ["\n".join(wrong(line.encode()) for line in text.split("\n")) for text in texts]
    if after_extract:
        normal: list[str] = normalise_texts(pa.array(spoilt, pa.string())).to_pylist()
    for text, before, after in zip(
        texts, spoilt, repaired(normal if after_extract else spoilt, repairer)[0], strict=True
    ):
        lines = text.split("\n")
        if len(lines) != after.count("\n") + 1:
            total += sum(a != b for a, b in zip(lines, before.split("\n"), strict=False))
            continue
        for line, broken, whole in zip(lines, before.split("\n"), after.split("\n"), strict=False):
            total += line != broken
            good += line != broken and line == whole
            nearly += line != broken and is_repaired(line, whole)
    return good, nearly, total


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--by", help="field of the rows that parts them into groups")
    parser.add_argument("--documents", type=int, default=40, help="texts of a group")
    parser.add_argument("--max-chars", type=int, default=4000, help="beginning of each text")
    parser.add_argument("--after-extract", action="store_true")
    parser.add_argument("--held-out", action="store_true", help="only every fifth by its id")
    parser.add_argument("--show", type=int, default=0, help="changes of clean text to print")
    options = parser.parse_args()
    repairer = load_repairer(RepairOptions())
    groups: dict[str, list[str]] = defaultdict(list)
    for path in options.files:
        for row in read(path):
            if not options.held_out or is_held_out(str(row["id"])):
                name = str(row[options.by]) if options.by else path.name.split(".")[0]
                groups[name].append(row["text"])
    print("| source |", " | ".join(WRONG), "|")
    print("| --- |", " | ".join(["---:"] * len(WRONG)), "|")
    for name, texts in sorted(groups.items()):
        some = [text[: options.max_chars] for text in texts[: options.documents]]
        clean: list[str] = normalise_texts(pa.array(some, pa.string())).to_pylist()
        # A text that the repair changes is mojibake before any is made.
        clean = [a for a, b in zip(clean, repaired(clean, repairer)[0], strict=True) if a == b]
        cells = []
        for wrong in WRONG.values():
            good, nearly, total = share_of_lines(clean, wrong, repairer, options.after_extract)
            cells.append(f"{good / total:.2f}" if total else "–")
            if nearly > good:
                cells[-1] += f" ({nearly / total:.2f})"
        print(f"| {name} |", " | ".join(cells), "|", flush=True)
    print("\n| source | texts | changed | by |\n| --- | ---: | ---: | --- |")
    shown = 0
    for name, texts in sorted(groups.items()):
        after, measures = repaired(texts, repairer)
        kinds = Counter(
            kind for found in measures["repair_changed"].to_pylist() for kind in found or ()
        )
        changed = len(texts) - measures["repair_changed"].null_count
        print(f"| {name} | {len(texts)} | {changed} | {dict(kinds)} |", flush=True)
        for old, new in zip(texts, after, strict=True):
            for a, b in zip(old.split("\n"), new.split("\n"), strict=False):
                if a != b and shown < options.show:
                    shown += 1
                    start = next((k for k in range(min(len(a), len(b))) if a[k] != b[k]), 0)
                    part = slice(max(start - 20, 0), start + 30)
                    print(f"    {replaced(a, b)} {a[part]!r} -> {b[part]!r}")


if __name__ == "__main__":
    main()
