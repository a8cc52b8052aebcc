"""How often the profiles gopher, c4 and fineweb decide as datatrove's filters do, rule by rule.

    PYTHONPATH=. python benchmarks/quality_peers.py pages.jsonl.zst articles.jsonl.zst ...

Runs where both packages are (datatrove with spaCy or NLTK for its words). Inputs are English JSONL
with `text`, zstd or not; documents above --chars characters are left out, because datatrove splits
words slowly. Each filter of datatrove runs with one of its rules on at a time.
"""

import argparse
import functools
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import zstandard
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    fineweb_quality_filter,
    gopher_quality_filter,
    gopher_repetition_filter,
)
from datatrove.pipeline.filters import c4_filters as c4_module

from corpus_pipeline.filters.quality.measures import measure_quality
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rules import quality_failures

OFF = {
    GopherQualityFilter: (
        "min_doc_words", "max_doc_words", "min_avg_word_length", "max_avg_word_length",
        "max_symbol_word_ratio", "max_bullet_lines_ratio", "max_ellipsis_lines_ratio",
        "max_non_alpha_words_ratio", "min_stop_words",
    ),
    GopherRepetitionFilter: (
        "dup_line_frac", "dup_para_frac", "dup_line_char_frac", "dup_para_char_frac",
        "top_n_grams", "dup_n_grams",
    ),
}  # fmt: skip
#: (profile, our reasons, datatrove's filter, its rules that stay on).
PAIRS = (
    ("gopher", ("gopher-too-few-words",), GopherQualityFilter, ("min_doc_words",)),
    ("gopher", ("gopher-mean-word-length-low",), GopherQualityFilter, ("min_avg_word_length",)),
    ("gopher", ("gopher-mean-word-length-high",), GopherQualityFilter, ("max_avg_word_length",)),
    (
        "gopher", ("gopher-too-many-hash-marks", "gopher-too-many-ellipses"),
        GopherQualityFilter, ("max_symbol_word_ratio",),
    ),
    ("gopher", ("gopher-too-many-bullet-lines",), GopherQualityFilter, ("max_bullet_lines_ratio",)),
    (
        "gopher", ("gopher-too-many-ellipsis-lines",),
        GopherQualityFilter, ("max_ellipsis_lines_ratio",),
    ),
    (
        "gopher", ("gopher-too-few-words-with-letter",),
        GopherQualityFilter, ("max_non_alpha_words_ratio",),
    ),
    ("gopher", ("gopher-too-few-stop-words",), GopherQualityFilter, ("min_stop_words",)),
    ("gopher", ("gopher-duplicate-lines",), GopherRepetitionFilter, ("dup_line_frac",)),
    ("gopher", ("gopher-duplicate-paragraphs",), GopherRepetitionFilter, ("dup_para_frac",)),
    ("gopher", ("gopher-duplicate-line-chars",), GopherRepetitionFilter, ("dup_line_char_frac",)),
    (
        "gopher", ("gopher-duplicate-paragraph-chars",),
        GopherRepetitionFilter, ("dup_para_char_frac",),
    ),
    (
        "gopher", tuple(f"gopher-top-{n}-gram-chars" for n in (2, 3, 4)),
        GopherRepetitionFilter, ("top_n_grams",),
    ),
    (
        "gopher", tuple(f"gopher-duplicate-{n}-gram-chars" for n in range(5, 11)),
        GopherRepetitionFilter, ("dup_n_grams",),
    ),
    ("c4", ("c4-lorem-ipsum", "c4-curly-bracket", "c4-too-few-sentences"), C4QualityFilter, ()),
    ("fineweb", ("fineweb-too-few-terminal-lines",), FineWebQualityFilter, ("line_punct_thr",)),
    ("fineweb", ("fineweb-too-many-short-lines",), FineWebQualityFilter, ("short_line_thr",)),
    (
        "fineweb", ("fineweb-duplicate-line-chars",),
        FineWebQualityFilter, ("char_duplicates_ratio",),
    ),
    ("fineweb", ("fineweb-too-many-newlines",), FineWebQualityFilter, ("new_line_ratio",)),
)  # fmt: skip
#: Values at which FineWeb's rules never fail; C4's paper asks for 3 sentences and 5 words a line.
FINEWEB_OFF = {
    "line_punct_thr": 0.0, "short_line_thr": 1.0, "char_duplicates_ratio": 1.0,
    "new_line_ratio": 1e9,
}  # fmt: skip


def texts_of(path: Path, chars: int) -> Iterator[str]:
    """Yields the texts of a JSONL file that are short enough."""
    data = path.read_bytes()
    if path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    for line in data.split(b"\n"):
        text = json.loads(line)["text"] if line else ""
        if 0 < len(text) <= chars:
            yield text


def peer(filter_: type, on: tuple[str, ...]) -> object:
    """Returns the filter of datatrove with these rules on and all others off."""
    if filter_ is C4QualityFilter:
        return filter_(split_paragraph=True, min_num_sentences=3, min_words_per_line=5)
    if filter_ is FineWebQualityFilter:
        return filter_(**{name: off for name, off in FINEWEB_OFF.items() if name not in on})
    empty = {"top_n_grams": (), "dup_n_grams": ()}
    return filter_(**{name: empty.get(name) for name in OFF[filter_] if name not in on})


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inputs", type=Path, nargs="+")
    parser.add_argument("--chars", type=int, default=8000)
    parser.add_argument("--each", type=int, default=1000, help="documents of each file at most")
    parser.add_argument("--show", type=int, default=0, help="differing documents to print")
    arguments = parser.parse_args()
    texts = [
        text
        for path in arguments.inputs
        for text in list(texts_of(path, arguments.chars))[: arguments.each]
    ]
    for module in (
        c4_module, fineweb_quality_filter, gopher_quality_filter, gopher_repetition_filter,
    ):  # fmt: skip
        if hasattr(module, "split_into_words"):
            module.split_into_words = functools.lru_cache(None)(module.split_into_words)
    langs = pa.array(["en"] * len(texts))
    measures = measure_quality(pa.array(texts), langs)
    print(f"{len(texts)} documents\n\n| rule | same | only here | only datatrove |")
    print("| --- | ---: | ---: | ---: |")
    for profile, reasons, filter_, on in PAIRS:
        failed = quality_failures(measures, langs, load_profile(profile))
        ours = np.logical_or.reduce([failed[reason] for reason in reasons])
        judge = peer(filter_, on)
        theirs = np.array(
            [judge.filter(Document(text=text, id="")) is not True for text in texts]  # type: ignore[attr-defined]
        )
        same = (ours == theirs).mean()
        here, there = (ours & ~theirs).sum(), (theirs & ~ours).sum()
        print(f"| {', '.join(reasons)} | {same:.4f} | {here} | {there} |", flush=True)
        for row in np.flatnonzero(ours != theirs)[: arguments.show]:
            print(f"    {bool(ours[row])} {texts[row][:200]!r}")


if __name__ == "__main__":
    main()
