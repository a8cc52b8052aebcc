"""Writes what NeMo Curator's filters of English say of the documents: vectors/curator.jsonl.

Runs in an environment of its own, see the Makefile's target golden-peers. The only argument is a
checkout of NVIDIA-NeMo/Curator; its commit stands in the first line. The filters and their limits
are those of its own configuration. Its packages are imported without what stands in their
`__init__`, which asks for a cluster.

Of n-grams that are as frequent its rules on the top one take any, by the order of a set. Where that
decides, the rule is `undecided`.
"""

import collections
import importlib
import json
import platform
import sys
import types
from pathlib import Path
from typing import Any

import yaml

VECTORS = Path(__file__).parents[2] / "filters" / "quality" / "vectors"
CONFIGURATION = "nemo_curator/config/text/heuristic_filter_english_pipeline.yaml"
PACKAGES = ("", ".stages", ".stages.text", ".stages.text.filters", ".stages.text.utils")

#: Besides the documents that all peers judge: what lies on both sides of these filters' limits.
SENTENCE = "The old bridge of the town is closed to all traffic until the end of May."
LINES = [f"{SENTENCE[:-1]}, says note {number}." for number in range(12)]
TEXTS = {
    "brackets": "(a) (b) (c) the (d) of (e) and (f) " * 8,
    "some brackets": "(as they say) " + SENTENCE * 5,
    "addresses": " ".join(f"https://example.org/page/{k}/of/the/book" for k in range(9))
    + f" {SENTENCE}" * 4,
    "one address": f"https://example.org/page {SENTENCE}" + f" {SENTENCE}" * 4,
    "digits": f"{SENTENCE} " * 4 + "1234567890 " * 9,
    "fewer digits": f"{SENTENCE} " * 4 + "1234567890 " * 4,
    "blanks": f"{SENTENCE}      " * 5 + "      x" * 14,
    "fewer blanks": f"{SENTENCE}  " * 5,
    "marks": f"{SENTENCE} " * 4 + "*** --- !!! " * 9,
    "fewer marks": f"{SENTENCE} " * 5 + "*** ",
    "a long word": f"{SENTENCE} " * 5 + "x" * 1001,
    "a word of a thousand": f"{SENTENCE} " * 5 + "x" * 1000,
    "lorem ipsum above": "Lorem ipsum dolor sit amet.\n\n" + "\n\n".join(LINES[:6]),
    "lorem ipsum inside": "\n\n".join([*LINES[:5], "Lorem ipsum dolor sit amet.", *LINES[5:9]]),
    "policy above": "Read our privacy policy here.\n\n" + "\n\n".join(LINES[:6]),
    "policies inside": "\n\n".join(
        [LINES[0], *[f"Our terms of use, part {k}: all of it." for k in range(4)], *LINES[1:5]]
    ),
    "no end marks": "\n".join(line.rstrip(".") for line in LINES),
    "few end marks": "\n".join([*(line.rstrip(".") for line in LINES[:10]), *LINES[10:]]),
    "ellipses": "\n".join([*(line[:-1] + "..." for line in LINES[:4]), *LINES[4:]]),
    "read more": "\n".join([*(line[:-1] + " read more" for line in LINES[:4]), *LINES[4:]]),
    "three of ten in ellipses": "\n".join([*(x[:-1] + "…" for x in LINES[:3]), *LINES[3:10]]),
    "bullets": "\n".join(f"• {line}" for line in LINES),
    "nine of ten bullets": "\n".join([*(f"• {line}" for line in LINES[:9]), LINES[9]]),
    "other bullets": "\n".join(f"- {line}" for line in LINES),
}  # fmt: skip
for _k in (2, 3, 4, 5, 8, 12):
    TEXTS[f"{_k} lines in turn"] = "\n".join(LINES[k % _k] for k in range(12))
    TEXTS[f"{_k} paragraphs in turn"] = "\n\n".join(LINES[k % _k] for k in range(12))
    TEXTS[f"{_k} line feeds in turn"] = "\n\n\n".join(LINES[k % _k] for k in range(12))
    TEXTS[f"one line {_k} times"] = "\n".join(LINES + LINES[:1] * (_k - 1))
    TEXTS[f"half a sentence {_k} times"] = " ".join(LINES) + f" {SENTENCE[:30]}" * _k


def filters(checkout: Path) -> dict[str, Any]:
    """Returns rule -> filter, in the order of Curator's own configuration."""
    for name in PACKAGES:
        package = types.ModuleType(f"nemo_curator{name}")
        package.__path__ = [str(checkout / f"nemo_curator{name}".replace(".", "/"))]
        sys.modules[package.__name__] = package
    found = {}
    stages = yaml.safe_load((checkout / CONFIGURATION).read_text("utf-8"))["stages"]
    for options in (stage["filter_obj"] for stage in stages if "filter_obj" in stage):
        module, _, kind = options.pop("_target_").rpartition(".")
        rule = f"{kind} {options['n']}" if "n" in options else kind
        found[rule] = getattr(importlib.import_module(module), kind)(**options)
    return found


def verdicts_of_ties(text: str, judge: Any, n: int) -> set[bool]:
    """Returns what a rule on the top n-gram would say for each of the most frequent ones."""
    words = text.strip().split()
    counts = collections.Counter(zip(*(words[k:] for k in range(n)), strict=False))
    most = max(counts.values(), default=0)
    tops = (" ".join(gram) for gram, count in counts.items() if count == most)
    return {judge.keep_document(1 - len(text.replace(top, "")) / len(text)) for top in tops}


def main() -> None:
    """See the module."""
    rules = filters(Path(sys.argv[1]))
    lines = [json.dumps({"curator": "1e2e427", "python": platform.python_version()})]
    rows = (VECTORS / "documents.jsonl").read_text("utf-8").splitlines()
    texts = {row["name"]: row["text"] for row in map(json.loads, rows)}
    for name, text in {**texts, **TEXTS}.items():
        failed, undecided = {}, []
        for rule, judge in rules.items():
            score = judge.score_document(text)
            if "Top" in rule and len(verdicts_of_ties(text, judge, int(rule[-1]))) > 1:
                undecided.append(rule)
            elif not judge.keep_document(score):
                failed[rule] = round(float(score), 9)
        row = {"name": name, "failed": failed} | ({"undecided": undecided} if undecided else {})
        lines.append(json.dumps(row | ({"text": text} if name in TEXTS else {})))
    (VECTORS / "curator.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
