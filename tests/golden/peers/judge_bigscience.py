"""Writes what the filters of BigScience's ROOTS say of English texts: vectors/bigscience.jsonl.

Runs in an environment of its own, see the Makefile's target golden-peers. The only argument is a
checkout of bigscience-workshop/data-preparation; its commit stands in the first line. Its filters
see the texts as they are: that it removes words before is no part of them. Stop words are `STOP`.
"""

import importlib
import json
import platform
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[2] / "filters" / "quality" / "vectors"
FOLDER = "preprocessing/training/01b_oscar_cleaning_and_filtering"
#: What its module of filters imports and these do not use.
UNUSED = ("fasttext", "sentencepiece", "kenlm")

STOP = ("the", "a", "of", "and", "to", "in", "it", "is", "that", "was")
#: Besides the documents that all peers judge: what lies on both sides of these filters' limits.
SENTENCE = "The old bridge of the town is closed until the end of May, as was said."
TEXTS = {
    "nineteen words": " ".join(["word"] * 18 + ["end."]),
    "nineteen words and marks": " ".join(["word"] * 18 + ["end."] + ["--", "*", "12", "3.14"]),
    "twenty words": "One two three four five six seven eight nine ten, " * 2,
    "words in tabs": "\t".join(SENTENCE.split()) + "\n" + "\t".join(SENTENCE.upper().split()),
    "one letter": "a" * 90,
    "a phrase again": f"{SENTENCE} {SENTENCE}",
    "a phrase in capitals": f"{SENTENCE} {SENTENCE.upper()} {SENTENCE.lower()}",
    "marks around": " ".join(f"({word})," for word in SENTENCE.split()) + f" {SENTENCE}",
    "marks for the most part": "*** -- !! " * 9 + SENTENCE,
    "marks and digits": "12-34-56 " * 10 + SENTENCE,
    "few marks": f"{SENTENCE}!! " * 3,
    "blanks": "a  b   c    d     e " * 8,
    "line feeds": SENTENCE + "\n" * 40 + SENTENCE,
    "no stop words": "Green trees grow near old rivers; " * 6,
    "three stop words of ten": "The road to town goes along old mills near us. " * 4,
    "two stop words of ten": "The road to town: long, old, green, near, far. " * 4,
    "accents": "Où était la forêt? Là-bas, près de l'église où naît la rivière. " * 3,
    "greek": "Το παλιό γεφύρι της πόλης είναι κλειστό ως το τέλος του Μαΐου. " * 3,
} | {f"a phrase {k} times": "by the old mill of the town " * k + SENTENCE for k in (2, 3, 5, 9)}


def main() -> None:
    """See the module."""
    sys.path.insert(0, str(Path(sys.argv[1]) / FOLDER))
    sys.modules |= {name: types.ModuleType(name) for name in UNUSED}
    own: Any = importlib.import_module("filtering").Filtering
    limits = importlib.import_module("parameters_filtering").parameters_filtering_en
    strip, special = limits["strip_characters"], limits["special_characters"]
    checks: dict[str, Callable[[str], bool]] = {
        "number_words": lambda text: own.check_number_words(
            text, None, strip,
            limits["number_words_min_cutoff"], limits["number_words_max_cutoff"],
        ),
        "character_repetition": lambda text: own.check_character_repetition_removal(
            text, limits["character_repetition_length"], limits["character_repetition_max_cutoff"]
        ),
        "word_repetition": lambda text: own.check_word_repetition_removal(
            text, None, strip,
            limits["word_repetition_length"], limits["word_repetition_max_cutoff"],
        ),
        "special_characters": lambda text: own.check_special_characters(
            text, special, limits["special_characters_max_cutoff"]
        ),
        "stopwords": lambda text: own.check_stopwords(
            text, None, strip, False, [], "", {*STOP}, limits["stopwords_min_cutoff"]
        ),
    }  # fmt: skip
    head = {"bigscience": "9d05884", "python": platform.python_version(), "stop_words": STOP}
    lines = [json.dumps(head)]
    rows = (VECTORS / "documents.jsonl").read_text("utf-8").splitlines()
    texts = {row["name"]: row["text"] for row in map(json.loads, rows)}
    for name, text in {**texts, **TEXTS}.items():
        row = {"name": name, "failed": [rule for rule, keeps in checks.items() if not keeps(text)]}
        lines.append(
            json.dumps(row | ({"text": text} if name in TEXTS else {}), ensure_ascii=False)
        )
    (VECTORS / "bigscience.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
