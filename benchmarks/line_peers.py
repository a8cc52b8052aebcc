"""How often the line rules `c4` and `fineweb` leave what datatrove's C4 filter leaves, and why not.

    PYTHONPATH=. python benchmarks/line_peers.py pages.jsonl.zst laws.parquet ... [--show 5]

Runs where both packages are. datatrove's filter runs with its page rules off, and five (`c4`) or
three words a line; lines are compared one by one, documents as what is left of them. The difference
of a line has the first cause of `CAUSES` that it shows signs of.
"""

import argparse
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter
from datatrove.pipeline.filters.c4_filters import CITATION_REGEX

from corpus_pipeline.filters.lines.columns import RULES
from corpus_pipeline.filters.lines.edits import edit_texts, find_lines
from corpus_pipeline.filters.lines.options import LinesOptions
from corpus_pipeline.text.characters import UNSPACED, characters

CLASSES = characters().classes
ENDS = (".", "?", "!", '"')


def cut(line: str) -> str:
    """The line without what both call citations."""
    bare: str = CITATION_REGEX.sub("", line.strip())
    return bare


#: Why a line stays here and goes there, or the other way round -> how to tell.
CAUSES: dict[str, Callable[[str, str], bool]] = {
    "other line ends (\\r, U+2028, ...) part lines there": lambda line, _: (
        len(line.splitlines()) > 1
    ),
    "an apostrophe ends a line there": lambda line, rules: (
        rules == "c4" and cut(line).endswith("'")
    ),
    "blanks before a citation hide the mark there": lambda line, rules: (
        rules == "c4" and cut(line).rstrip().endswith(ENDS) and not cut(line).endswith(ENDS)
    ),
    "a citation is no word here": lambda line, _: cut(line) != line.strip(),
    "curly and other quotation marks end a line here": lambda line, rules: (
        rules == "c4" and cut(line).endswith(tuple("”」』»"))
    ),
    "end marks of other scripts count here": lambda line, rules: (
        rules == "c4" and not cut(line).endswith(ENDS)
    ),
    "characters of unspaced scripts are words here": lambda line, _: any(
        CLASSES[ord(c)] == UNSPACED for c in line
    ),
}


def read(path: Path) -> list[str]:
    """Returns the texts of a JSONL or Parquet file."""
    if path.suffix == ".parquet":
        texts: list[str] = pq.read_table(path)["text"].to_pylist()
        return texts
    with path.open("rb") as file:
        content: Any = file
        if path.suffix == ".zst":
            content = zstandard.ZstdDecompressor().stream_reader(file)
        return [json.loads(line)["text"] for line in io.TextIOWrapper(content, "utf-8")]


def peer_of(rules: str) -> C4QualityFilter:
    """datatrove's filter with line rules alone."""
    return C4QualityFilter(
        min_num_sentences=-1, filter_lorem_ipsum=False, filter_curly_bracket=False,
        min_words_per_line=5 if rules == "c4" else 3,
        filter_no_terminal_punct=rules == "c4",
    )  # fmt: skip


def left_by(peer: C4QualityFilter, text: str) -> str:
    """What the peer leaves of a text."""
    document = Document(text=text, id="0")
    peer.filter(document)
    left: str = document.text
    return left


def main() -> None:
    """Prints a table of sources and one of causes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--show", type=int, default=0, help="lines of each cause to print")
    options = parser.parse_args()
    for rules in ("c4", "fineweb"):
        peer = peer_of(rules)
        ours = LinesOptions.model_validate({"rules": rules})
        causes: Counter[tuple[str, str]] = Counter()
        shown: dict[tuple[str, str], list[str]] = {}
        print(f"\n{rules}\n| source | documents | same text | lines | same decision |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for path in options.files:
            texts = [text for text in read(path) if text][: options.documents]
            column = pa.array(texts, pa.string())
            found = find_lines(column, ours)
            after = edit_texts(column, found, np.ones(len(texts), np.bool_), ours.max_blank_lines)
            same_text = same = total = 0
            for number, text in enumerate(texts):
                # There, lines lose the white space around them.
                mine = "\n".join(line.strip() for line in after[number].as_py().split("\n"))
                same_text += mine.strip() == left_by(peer, text)
                lines = [line for line in text.split("\n") if line.strip()]
                part = slice(*found.offsets[number : number + 2])
                for line, rule in zip(lines, found.rules[part].tolist(), strict=True):
                    stays = bool(left_by(peer, line))
                    total += 1
                    same += stays == (rule == 0)
                    if stays != (rule == 0):
                        cause = next(
                            (name for name, sign in CAUSES.items() if sign(line, rules)), "?"
                        )
                        if rule and [*RULES][rule - 1] == "policy":
                            cause = "phrases of notices in other languages count here"
                        where = "only here" if stays else "only there"
                        causes[cause, where] += 1
                        shown.setdefault((cause, where), []).append(line)
            print(f"| {path.name} | {len(texts)} | {same_text / len(texts):.3f} | {total} "
                  f"| {same / total:.4f} |", flush=True)  # fmt: skip
        print("\n| why | removed | lines |\n| --- | --- | ---: |")
        for (cause, where), count in causes.most_common():
            print(f"| {cause} | {where} | {count} |")
            for line in shown[cause, where][: options.show]:
                print("   ", repr(line if len(line) < 90 else f"{line[:40]} … {line[-40:]}"))


if __name__ == "__main__":
    main()
