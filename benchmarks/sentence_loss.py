"""How much sentence deduplication cuts out of documents, and out of what.

    python benchmarks/sentence_loss.py docs.jsonl.zst laws.parquet [--max-loss 0.5] [--min-words 12]

Each file is a corpus of its own: its documents are compared with each other, the longest one keeps
what it shares. Printed for all documents and for those of which sha256(id) is divisible by 5:
characters cut out, documents that lose more than half, documents that stay whole because they would
lose more than --max-loss, documents of which nothing is left, and lines between Markdown's fences
and rows of its tables that are gone.
"""

import argparse
import hashlib
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.dedup.sentence_cuts import RemovedSentences, remove_sentences
from corpus_pipeline.dedup.sentences import (
    SentenceOptions,
    sentence_removals,
    span_hashes,
    windows_of,
)
from corpus_pipeline.sources.pieces import Piece, detect_format
from corpus_pipeline.sources.reading import ReadOptions, read_piece

_FENCED = re.compile(r"^ *(```|~~~).*?^ *\1", re.DOTALL | re.MULTILINE)


def load(path: Path) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Returns the texts of a file, and which of them are held out."""
    texts, ids = [], []
    with path.open("rb") as stream:
        format_, compression = detect_format(str(path), stream.read(1 << 16))
        stream.seek(0)
        piece = Piece(str(path), format_, compression, 0, None)
        for batch in read_piece(stream, piece, ReadOptions(), lambda name, times: None):
            texts += batch["text"].drop_null().to_pylist()
            ids += batch.filter(batch["text"].is_valid())["id"].to_pylist()
    digests = [hashlib.sha256(str(id_).encode()).digest() for id_ in ids]
    held = np.array([int.from_bytes(digest) % 5 == 0 for digest in digests], np.bool_)
    return pa.array(texts, pa.string()), held


def deduplicate(texts: pa.Array, options: SentenceOptions) -> RemovedSentences:
    """Cuts what the texts share out of all but the longest."""
    windows = span_hashes(texts, options)
    times = np.diff(windows.offsets)
    addresses = np.arange(len(texts), dtype=np.uint64)
    lengths = pc.utf8_length(texts).to_numpy().astype(np.int64)
    ranks = (lengths.max(initial=0) - lengths).astype(np.uint64)
    removals = sentence_removals(
        windows.hashes, np.repeat(ranks, times), np.repeat(addresses, times), windows.ordinals
    )
    return remove_sentences(texts, windows_of(addresses, removals), options)


def block_lines(text: str) -> int:
    """Counts lines of fenced code and rows of tables."""
    fenced = sum(match[0].count("\n") + 1 for match in _FENCED.finditer(text))
    return fenced + len(re.findall(r"^ *\|.*\| *$", _FENCED.sub("", text), re.MULTILINE))


def main() -> None:
    """Measures the files that are named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--max-loss", type=float, default=SentenceOptions.max_loss)
    parser.add_argument("--min-words", type=int, default=SentenceOptions.min_words)
    arguments = parser.parse_args()
    options = SentenceOptions(min_words=arguments.min_words, max_loss=arguments.max_loss)
    print(
        "| file | documents | cut | over half | stay whole | nothing left | code and table lines |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for path in arguments.files:
        texts, held = load(path)
        cut = deduplicate(texts, options)
        chars = pc.utf8_length(texts).to_numpy().astype(np.int64)
        lost = np.where(cut.nothing_left, chars, cut.chars)
        lines = np.array(
            [
                [block_lines(text), 0 if gone else block_lines(text) - block_lines(left)]
                for text, left, gone in zip(
                    texts.to_pylist(), cut.texts.to_pylist(), cut.nothing_left, strict=True
                )
            ],
            np.int64,
        ).reshape(-1, 2)
        for name, here in ((path.name, np.ones(len(held), np.bool_)), ("… held out", held)):
            kept = here & ~cut.nothing_left
            print(
                f"| {name} | {here.sum():,} | {lost[here].sum() / max(1, chars[here].sum()):.1%} | "
                f"{(kept & (cut.chars * 2 > chars)).sum()} | "
                f"{(kept & (cut.repeated > cut.chars)).sum()} | "
                f"{(here & cut.nothing_left).sum()} | "
                f"{lines[here, 1].sum():,} of {lines[here, 0].sum():,} |"
            )


if __name__ == "__main__":
    main()
