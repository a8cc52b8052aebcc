"""Writes what datatrove's filters say of the documents: vectors/datatrove.jsonl.

Runs in an environment of its own, see the Makefile's target golden-peers. Each filter runs whole,
and with one of its rules on at a time, so that a difference names its rule. The first line holds
the versions.
"""

import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)

VECTORS = Path(__file__).parents[2] / "filters" / "quality" / "vectors"

#: Filter -> its rules, and the value of each that turns it off.
QUALITY = {
    "min_doc_words": None, "max_doc_words": None, "min_avg_word_length": None,
    "max_avg_word_length": None, "max_symbol_word_ratio": None, "max_bullet_lines_ratio": None,
    "max_ellipsis_lines_ratio": None, "max_non_alpha_words_ratio": None, "min_stop_words": None,
}  # fmt: skip
REPETITION = {
    "dup_line_frac": None, "dup_para_frac": None, "dup_line_char_frac": None,
    "dup_para_char_frac": None, "top_n_grams": (), "dup_n_grams": (),
}  # fmt: skip
FINEWEB = {
    "line_punct_thr": 0.0, "short_line_thr": 1.0, "char_duplicates_ratio": 1.0,
    "new_line_ratio": 1e9,
}  # fmt: skip
FILTERS: dict[str, tuple[type, dict[str, Any]]] = {
    "gopher-quality": (GopherQualityFilter, QUALITY),
    "gopher-repetition": (GopherRepetitionFilter, REPETITION),
    "fineweb": (FineWebQualityFilter, FINEWEB),
    "c4": (C4QualityFilter, {}),
}
TOP = ((2, 0.2), (3, 0.18), (4, 0.16))
DUPLICATE = ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))


def judges() -> dict[str, Any]:
    """Returns name -> filter: whole ones, and one for each rule."""
    found = {}
    for name, (kind, rules) in FILTERS.items():
        found[name] = kind()
        for rule in rules:
            others = {other: off for other, off in rules.items() if other != rule}
            if rule in ("top_n_grams", "dup_n_grams"):
                for n, limit in TOP if rule == "top_n_grams" else DUPLICATE:
                    found[f"{name}: {rule} {n}"] = kind(**others, **{rule: ((n, limit),)})
            else:
                found[f"{name}: {rule}"] = kind(**others)
    return found


def main() -> None:
    """See the module."""
    packages = ("datatrove", "spacy")
    versions = {each: importlib.metadata.version(each) for each in packages}
    lines = [json.dumps({**versions, "python": platform.python_version()})]
    rows = (VECTORS / "documents.jsonl").read_text("utf-8").splitlines()
    every = judges()
    for row in map(json.loads, rows):
        failed = {}
        for name, judge in every.items():
            verdict = judge.filter(Document(text=row["text"], id=""))
            if verdict is not True:
                failed[name] = verdict[1] if isinstance(verdict, tuple) else "dropped"
        lines.append(json.dumps({"name": row["name"], "failed": failed}))
    (VECTORS / "datatrove.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
