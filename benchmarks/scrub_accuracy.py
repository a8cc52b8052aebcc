"""Measures what *scrub* finds: on labelled texts recall and precision, on any text every finding.

    python benchmarks/scrub_accuracy.py labelled LABELLED.jsonl.zst ... [--held-out]
    python benchmarks/scrub_accuracy.py findings TEXT.jsonl.zst ... [--out FINDINGS.jsonl]
    python benchmarks/scrub_accuracy.py speed TEXT.jsonl.zst [--megabytes 20]

Texts are `.jsonl`, `.jsonl.zst`, `.parquet` (columns `text` or `full_text`, `id`) or WARC and WET
files. Labelled texts have `spans`: the type, the first and the last + 1 character of each
identifier, under Presidio's or our own names for the fields. A record is of the held-out half when
the first byte of the SHA-256 of its text is odd.

`findings` writes one line for each finding, with what stands around it, to be read by eye; two such
files of two versions are compared with `diff`.
"""

import argparse
import collections
import hashlib
import io
import json
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from corpus_pipeline.scrub.candidates import ENTITIES
from corpus_pipeline.scrub.detectors import load_detectors
from corpus_pipeline.scrub.replace import find_spans
from corpus_pipeline.text.columns import utf8_buffers

#: Names that labelled sets give to our entities.
SAME = {"LANDLINE": "PHONE_NUMBER", "BANK_CARD": "CREDIT_CARD"}
AROUND = 60
BATCH = 256


class Document(NamedTuple):
    """A text with what is known about it."""

    id: str
    text: str
    spans: frozenset[tuple[int, int, str]]


class Finding(NamedTuple):
    """A finding in characters of its text."""

    start: int
    end: int
    entity: str


def _records(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix == ".parquet":
        yield from pq.read_table(path).to_pylist()
        return
    if ".warc" in path.name:
        from fastwarc.warc import ArchiveIterator

        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                yield {
                    "id": record.headers.get("WARC-Record-ID"),
                    "text": record.reader.read().decode("utf-8", "replace"),
                }
        return
    with path.open("rb") as file:
        stream = zstandard.ZstdDecompressor().stream_reader(file) if path.suffix == ".zst" else file
        for line in io.TextIOWrapper(stream, "utf-8"):
            yield json.loads(line)


def _documents(path: Path) -> Iterator[Document]:
    for number, record in enumerate(_records(path)):
        text = record.get("text") or record.get("full_text") or ""
        spans = []
        for span in record.get("spans") or []:
            start = span.get("start", span.get("start_position"))
            end = span.get("end", span.get("end_position"))
            spans.append((start, end, SAME.get(span["entity_type"], span["entity_type"])))
        yield Document(str(record.get("id") or number), text, frozenset(spans))


def _find(documents: list[Document], detectors: Any) -> list[list[Finding]]:
    column = pa.array([document.text for document in documents], pa.string())
    spans = find_spans(column, detectors)
    offsets = utf8_buffers(column).offsets.tolist()
    data = b"".join(document.text.encode() for document in documents)
    found: list[list[Finding]] = [[] for _ in documents]
    place: dict[int, tuple[int, int]] = {}
    for row, start, end, entity in zip(*(c.tolist() for c in spans), strict=True):
        # Counting on from the last finding of the row keeps this linear.
        byte, character = place.get(row, (offsets[row], 0))
        first = character + len(data[byte:start].decode())
        last = first + len(data[start:end].decode())
        place[row] = (end, last)
        found[row].append(Finding(first, last, ENTITIES[entity]))
    return found


def _batches(path: Path) -> Iterator[list[Document]]:
    batch: list[Document] = []
    for document in _documents(path):
        batch.append(document)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _is_held_out(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 1


def labelled(paths: list[Path], held_out: bool, show: bool) -> None:
    """Prints recall and precision for each set and entity.

    A labelled identifier counts as found when findings of any entity cover all its letters and
    digits, as half found when they cover a part; a finding is right when it touches a label of its
    own entity.
    """
    detectors = load_detectors()
    for path in paths:
        totals: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
        for batch in _batches(path):
            batch = [d for d in batch if _is_held_out(d.text) == held_out]
            for document, findings in zip(batch, _find(batch, detectors), strict=True):
                covered = {i for start, end, _ in findings for i in range(start, end)}
                for start, end, entity in document.spans:
                    if entity not in ENTITIES:
                        continue
                    counted = {i for i in range(start, end) if document.text[i].isalnum()}
                    state = (
                        "whole" if counted <= covered else "half" if counted & covered else "missed"
                    )
                    totals[entity][state] += 1
                    if show and state != "whole":
                        before = document.text[max(0, start - AROUND) : start]
                        print(state, entity, repr(before), repr(document.text[start:end]),
                              repr(document.text[end : end + 20]))  # fmt: skip
                for start, end, entity in findings:
                    right = any(s < end and start < e and entity == t for s, e, t in document.spans)
                    totals[entity]["right" if right else "wrong"] += 1
                    if show and not right:
                        print("wrong", entity, repr(document.text[max(0, start - AROUND) : start]),
                              repr(document.text[start:end]))  # fmt: skip
        print(f"{path.name} ({'held-out' if held_out else 'open'} half)")
        print("| entity | labels | recall | half | findings | precision |")
        print("|---|---|---|---|---|---|")
        for entity in ENTITIES:
            total = totals[entity]
            labels = total["whole"] + total["half"] + total["missed"]
            made = total["right"] + total["wrong"]
            print(
                f"| {entity} | {labels} | {total['whole'] / max(1, labels):.3f} | {total['half']} "
                f"| {made} | {total['right'] / max(1, made):.3f} |"
            )


def findings(paths: list[Path], out: Path | None) -> None:
    """Writes every finding with its neighbourhood; prints how many there are of each entity."""
    detectors = load_detectors()
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    with out.open("w") if out else sys.stdout as file:
        for path in paths:
            for batch in _batches(path):
                for document, found in zip(batch, _find(batch, detectors), strict=True):
                    for start, end, entity in found:
                        counts[path.name, entity] += 1
                        row = {
                            "entity": entity,
                            "found": document.text[start:end],
                            "before": document.text[max(0, start - AROUND) : start],
                            "after": document.text[end : end + AROUND],
                            "file": path.name,
                            "id": document.id,
                            "start": start,
                        }
                        print(json.dumps(row, ensure_ascii=False), file=file)
    for (name, entity), count in sorted(counts.items()):
        print(name, entity, count, file=sys.stderr)


def _phone_list(megabytes: float) -> list[str]:
    """Writes lists of telephone numbers, all different, as a directory has them."""
    rng = random.Random(0)
    texts, size = [], 0
    while size < megabytes * 1e6:
        lines = []
        for _ in range(100):
            area, exchange = rng.randint(200, 989), rng.randint(200, 999)
            line = rng.randint(0, 9999)
            lines += [
                f"({area}) {exchange}-{line:04}",
                f"电话：1{rng.randint(30, 99)}{rng.randint(0, 99999999):08}",
                f"+44 20 {rng.randint(7000, 7999)} {line:04}",
                f"Name {rng.randint(0, 99)}, tel. {area}-{exchange}-{line:04}",
            ]
        texts.append("\n".join(lines))
        size += len(texts[-1].encode())
    return texts


def speed(paths: list[Path], megabytes: float) -> None:
    """Prints the rate of `find_spans` in CPU time, on each file and on a list of telephones."""
    detectors = load_detectors()
    columns = {"(telephone list)": _phone_list(min(0.1, megabytes))}
    for path in paths:
        texts, size = [], 0
        for document in _documents(path):
            texts.append(document.text)
            size += len(document.text.encode())
            if size > megabytes * 1e6:
                break
        columns[path.name] = texts
    find_spans(pa.array(["warm 13812345678 a@b.com"]), detectors)
    for name, texts in columns.items():
        column = pa.array(texts, pa.string())
        size = sum(len(text.encode()) for text in texts)
        started = time.process_time()
        spans = find_spans(column, detectors)
        took = time.process_time() - started
        rate = size / took / 1e6
        print(f"{name}: {rate:.2f} MB/s ({size / 1e6:.1f} MB, {len(spans.rows)} found)")


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["labelled", "findings", "speed"])
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--held-out", action="store_true", help="the half that no rule was read on")
    parser.add_argument("--show", action="store_true", help="print what is missed or wrong")
    parser.add_argument("--out", type=Path, help="where `findings` writes")
    parser.add_argument("--megabytes", type=float, default=20.0)
    options = parser.parse_args()
    if options.what == "labelled":
        labelled(options.paths, options.held_out, options.show)
    elif options.what == "findings":
        findings(options.paths, options.out)
    else:
        speed(options.paths, options.megabytes)


if __name__ == "__main__":
    main()
