"""Writes what Dolma's tagger gopher_v1 measures of the documents: vectors/dolma.jsonl.

Runs in an environment of its own, see the Makefile's target golden-peers. Which values drop a
document stands in Dolma's configs/dolma-v1_5/mixing/cc-head.yaml, not in the tagger; `LIMITS` is
from there.
"""

import importlib.metadata
import json
import platform
import sys
import types
from pathlib import Path

# The package's taggers are imported all together; fastText, which has no wheel, belongs to others.
_FASTTEXT = types.ModuleType("fasttext")
for _name in ("train_supervised", "FastText", "_FastText", "load_model"):
    setattr(_FASTTEXT, _name, type(_name, (), {}))
sys.modules["fasttext"] = sys.modules["fasttext.FastText"] = _FASTTEXT

from dolma.taggers.gopher import get_attributes  # noqa: E402

VECTORS = Path(__file__).parents[2] / "filters" / "quality" / "vectors"

#: Attribute -> (least, most) that stays.
LIMITS: dict[str, tuple[float | None, float | None]] = {
    "word_count": (50, 100_000),
    "median_word_length": (3, 10),
    "symbol_to_word_ratio": (None, 0.1),
    "fraction_of_words_with_alpha_character": (0.8, None),
    "required_word_count": (2, None),
    "fraction_of_lines_starting_with_bullet_point": (None, 0.9),
    "fraction_of_lines_ending_with_ellipsis": (None, 0.3),
    "fraction_of_duplicate_lines": (None, 0.3),
    "fraction_of_characters_in_duplicate_lines": (None, 0.3),
}
TOP = {2: 0.2, 3: 0.18, 4: 0.16}
DUPLICATE = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.1}


def failures(text: str) -> dict[str, float]:
    """Returns the attributes beyond their limits, with their values."""
    found = get_attributes(text)
    failed = {}
    for name, (least, most) in LIMITS.items():
        value = getattr(found, name)
        if (least is not None and value < least) or (most is not None and value > most):
            failed[name] = round(value, 9)
    for n, value in found.fraction_of_characters_in_most_common_ngram:
        if value > TOP[n]:
            failed[f"most_common_ngram {n}"] = round(value, 9)
    for n, value in found.fraction_of_characters_in_duplicate_ngrams:
        if value > DUPLICATE[n]:
            failed[f"duplicate_ngrams {n}"] = round(value, 9)
    return failed


def main() -> None:
    """See the module."""
    versions = {"dolma": importlib.metadata.version("dolma"), "python": platform.python_version()}
    lines = [json.dumps(versions)]
    for row in (VECTORS / "documents.jsonl").read_text("utf-8").splitlines():
        document = json.loads(row)
        failed = failures(document["text"])
        lines.append(json.dumps({"name": document["name"], "failed": failed}))
    (VECTORS / "dolma.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
