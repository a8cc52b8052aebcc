"""How well decontamination tells copies of evaluation items from other text.

    python benchmarks/contamination_accuracy.py --evaluations SET.jsonl ... \
        --hosts PAGES.jsonl ... [--clean LAWS.parquet ...] [--planted LABELLED.jsonl]

Half of the items of every set, chosen by hash, are the evaluation set; the others are new items of
the same kind, which nothing should find. Items are planted in pages (`--hosts`) as they are, with
their answer, without case and punctuation, rewrapped, by half, with one word of twenty replaced,
and decomposed in full width; options (`choices`, `options`) stand after their question, lettered.
A half that is all passage (`passage`, `context`), or that one new item has as well, cannot be told
from what is no copy; such halves are counted apart. `--clean` documents are only looked at.
`--planted` is a file of one's own with `text`, `kind` and `contaminated`, whose items stand in the
evaluation sets in full.

The package that is imported is the one that is measured, through `corpus run`: put another
checkout on PYTHONPATH to measure that one.
"""

import argparse
import hashlib
import json
import random
import re
import subprocess
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

KINDS = ("exact", "with-answer", "case-punct", "rewrapped", "first-half", "second-half", "edits",
         "nfd-wide")  # fmt: skip
QUESTIONS = ("prompt", "question", "input")
PASSAGES = ("passage", "context")
OPTIONS = ("choices", "options")
#: Planted items and new items of each set, at most.
SAMPLE = 60


def read(path: str) -> Iterator[dict[str, Any]]:
    """Yields the rows of a JSONL (also .zst, .gz) or Parquet file."""
    if path.endswith(".parquet"):
        yield from pq.read_table(path).to_pylist()
        return
    with pa.input_stream(path) as stream:
        for line in stream.read().decode().split("\n"):
            if line.strip():
                yield json.loads(line)


def number(key: object) -> int:
    """A number that depends on the key alone."""
    return int(hashlib.sha256(str(key).encode()).hexdigest()[:12], 16)


def unspaced(text: str) -> bool:
    """Says whether a text is mostly of a script without spaces."""
    return sum("\u3040" <= c <= "\u9fff" for c in text) > len(text) / 5


def units(text: str) -> list[str]:
    """Words with the space after them, or characters."""
    return list(text) if unspaced(text) else re.findall(r"\S+\s*", text)


def planted(kind: str, question: str, answer: str, words: list[str], rng: random.Random) -> str:
    """One way in which an item may stand in a page."""
    parts = units(question)
    joined = "" if unspaced(question) else " "
    if kind == "with-answer":
        return f"{question}\n{answer}"
    if kind == "case-punct":
        bare = (" " if unicodedata.category(c)[0] == "P" else c for c in question)
        return "".join(bare).upper()
    if kind == "rewrapped":
        size = 9 if joined == "" else 8
        stripped = [part.strip() for part in parts if part.strip()]
        lines = range(0, len(stripped), size)
        return "\n".join(joined.join(stripped[i : i + size]) for i in lines)
    if kind == "first-half":
        return "".join(parts[: (len(parts) + 1) // 2])
    if kind == "second-half":
        return "".join(parts[len(parts) // 2 :])
    if kind == "edits":
        return "".join(rng.choice(words) + joined if rng.random() < 0.05 else p for p in parts)
    if kind == "nfd-wide":
        wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in question)
        return unicodedata.normalize("NFD", wide)
    return question


def item_text(row: dict[str, Any]) -> tuple[str, str]:
    """The passage of an item, and its question with the options as pages have them."""
    passage = next((row[key] for key in PASSAGES if isinstance(row.get(key), str)), "")
    question = next((row[key] for key in QUESTIONS if isinstance(row.get(key), str)), "")
    options: list[Any] = next((row[key] for key in OPTIONS if isinstance(row.get(key), list)), [])
    lines = [f"{letter}. {option}" for letter, option in zip("ABCDEFGHIJ", options, strict=False)]
    return passage, "\n".join([question, *lines])


def windows(text: str) -> set[tuple[str, ...]]:
    """Runs of 6 words or 10 characters."""
    parts = [part.strip().casefold() for part in units(text) if part.strip()]
    size = 10 if unspaced(text) else 6
    return {tuple(parts[i : i + size]) for i in range(max(1, len(parts) - size + 1))}


def held_by_one(half: str, new: list[set[tuple[str, ...]]]) -> bool:
    """Says whether one new item has nine tenths of a half."""
    wanted = windows(half)
    return any(len(wanted & each) * 10 >= len(wanted) * 9 for each in new)


def documents(args: argparse.Namespace, folder: Path) -> dict[str, tuple[str, str, bool | None]]:
    """Writes evaluation sets and documents; returns id -> (set, kind, is it a copy)."""
    rng = random.Random(1)
    hosts: dict[bool, list[str]] = {False: [], True: []}
    for path in args.hosts:
        for row in read(path):
            hosts[unspaced(row["text"])].append(row["text"])
    labels: dict[str, tuple[str, str, bool | None]] = {}
    with (folder / "documents.jsonl").open("w") as out:

        def write(text: str, name: str, kind: str, copy: bool | None, plant: bool = True) -> None:
            if plant:
                pages = hosts[unspaced(text)] or hosts[not unspaced(text)]
                page = rng.choice(pages).split("\n\n")
                middle = len(page) // 2
                text = "\n\n".join([*page[:middle], text, *page[middle:]])
            id_ = f"d{len(labels)}"
            labels[id_] = (name, kind, copy)
            out.write(json.dumps({"id": id_, "text": text}) + "\n")

        sets: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for path in args.evaluations:
            for i, row in enumerate(read(path)):
                row["id"] = row.get("id") or f"{Path(path).stem}/{i}"
                sets[str(row.get(args.set_field) or Path(path).stem)].append(row)
        for name, rows in sorted(sets.items()):
            known = rows if args.planted else [r for r in rows if number(r["id"]) % 2 == 0]
            with (folder / f"set-{name.replace('/', '-')}.jsonl").open("w") as file:
                file.writelines(json.dumps(row) + "\n" for row in known)
            if args.planted:
                continue
            texts = [(r, *item_text(r)) for r in sorted(rows, key=lambda r: number(f"s{r['id']}"))]
            words = [w.strip() for _, _, text in texts[:50] for w in units(text) if w.strip()]
            others = [
                windows(f"{passage}\n{text}") for r, passage, text in texts if number(r["id"]) % 2
            ]
            plants = [each for each in texts if number(each[0]["id"]) % 2 == 0][:SAMPLE]
            for row, passage, text in plants:
                item = f"{passage}\n{text}" if passage else text
                for kind in KINDS:
                    answer = str(row.get("answer") or "")
                    plant = planted(kind, item, answer, words, rng)
                    if kind.endswith("half") and (
                        plant.strip() in passage or held_by_one(plant, others)
                    ):
                        kind = f"{kind} *"
                    write(plant, name, kind, True)
                if passage:
                    write(passage, name, "passage", False)
            new = [each for each in texts if number(each[0]["id"]) % 2][:SAMPLE]
            for _, passage, text in new:
                write(f"{passage}\n{text}" if passage else text, name, "new item", False)
        for row in read(args.planted) if args.planted else ():
            write(row["text"], "planted", row["kind"], row["contaminated"], plant=False)
        for path in (*args.hosts, *args.clean):
            for row in read(path):
                write(row["text"], Path(path).name, "clean", False, plant=False)
    return labels


def main() -> None:
    """Plants, runs and prints shares of documents that were found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("evaluations", "hosts", "clean"):
        parser.add_argument(f"--{name}", nargs="+", default=[], required=name != "clean")
    parser.add_argument("--planted")
    parser.add_argument("--set-field", default="bench", help="field that names an item's set")
    parser.add_argument("--work", type=Path)
    args = parser.parse_args()
    folder = args.work or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    labels = documents(args, folder)
    off = {"enabled": False}
    stages = ("language", "quality", "keywords", "perplexity", "scrub", "tokenize")
    config = {
        "inputs": [{"path": str(folder / "documents.jsonl"), "source": "documents"}],
        "output": str(folder / "out"),
        **dict.fromkeys(stages, off),
        "dedup": {
            "exact": off, "document": off, "sentence": off,
            "contamination": {
                "evaluations": [str(folder / "set-*.jsonl")],
                "text_fields": [*QUESTIONS, *OPTIONS, "answer"],
            },
        },
    }  # fmt: skip
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    command = ["corpus", "run", str(folder / "config.yaml"),
               "--overwrite", "--no-verify"]  # fmt: skip
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    counts: dict[tuple[str, str, bool | None], list[int]] = defaultdict(lambda: [0, 0])
    for part in sorted((folder / "out" / "ledger").glob("*.parquet")):
        for row in pq.read_table(part, columns=["id", "drop_reason"]).to_pylist():
            name, kind, copy = labels[row["id"]]
            for key in ((name, kind, copy), ("ALL", kind, copy)):
                counts[key][0] += row["drop_reason"] == "contaminated"
                counts[key][1] += 1
    print("* all passage, or held by one new item: cannot be told from what is no copy")
    print(f"{'set':42} {'kind':12} {'copy':6} {'found':>6} {'of':>6} share")
    for (name, kind, copy), (found, total) in sorted(counts.items(), key=str):
        print(f"{name[:42]:42} {kind:12} {copy!s:6} {found:6} {total:6} {found / total:.4f}")


if __name__ == "__main__":
    main()
