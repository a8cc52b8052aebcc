"""Writes what data-juicer's filters say of the documents: vectors/data-juicer.jsonl.

Runs in an environment of its own, see the Makefile's target golden-peers. Each filter has its
defaults, which are those of the profile data-juicer. Beside the verdicts stand the statistics that
they are about. The first line holds the versions.
"""

import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

from data_juicer.ops.filter.alphanumeric_filter import AlphanumericFilter
from data_juicer.ops.filter.average_line_length_filter import AverageLineLengthFilter
from data_juicer.ops.filter.character_repetition_filter import CharacterRepetitionFilter
from data_juicer.ops.filter.maximum_line_length_filter import MaximumLineLengthFilter
from data_juicer.ops.filter.special_characters_filter import SpecialCharactersFilter
from data_juicer.ops.filter.text_length_filter import TextLengthFilter
from data_juicer.ops.filter.word_repetition_filter import WordRepetitionFilter
from data_juicer.ops.filter.words_num_filter import WordsNumFilter
from data_juicer.utils.constant import Fields

VECTORS = Path(__file__).parents[2] / "filters" / "quality" / "vectors"

FILTERS = {
    "alphanumeric": AlphanumericFilter,
    "average_line_length": AverageLineLengthFilter,
    "character_repetition": CharacterRepetitionFilter,
    "maximum_line_length": MaximumLineLengthFilter,
    "special_characters": SpecialCharactersFilter,
    "text_length": TextLengthFilter,
    "word_repetition": WordRepetitionFilter,
    "words_num": WordsNumFilter,
}
#: Besides the documents that all peers judge: what lies on both sides of these filters' limits.
SENTENCE = "The old bridge of the town is closed until the end of May."
TEXTS = {
    "nine characters": "Too short",
    "ten characters": "Just right",
    "nine words": "One two three four five six seven eight nine.",
    "ten words": "One two three four five six seven eight nine ten.",
    "ten words, some of marks": "One two - four five (6) seven eight nine ten.",
    "short lines": "\n".join(["Home", "Search", "Contact us", "Log in", SENTENCE[:9]] * 3),
    "lines of nine": "\n".join(SENTENCE[k : k + 9].strip("\n") for k in range(0, 45, 9)),
    "lines of ten": "\n".join(SENTENCE[k : k + 10] for k in range(0, 50, 10)),
    "marks": "*** ---- *** " * 6 + SENTENCE,
    "marks for the most part": "*** ---- *** " * 20 + SENTENCE,
    "marks and digits": "12-34-56 " * 10 + SENTENCE,
    "few marks": SENTENCE * 3,
    "digits": "1234567890 " * 8,
    "spaces": "a  b   c    d     e " * 8,
    "one phrase": (SENTENCE + " ") * 12,
    "a phrase twice": f"{SENTENCE} {SENTENCE}",
    "phrases": " ".join(f"{SENTENCE[:-1]} of {year}." for year in range(1990, 2010)),
    "one letter": "a" * 60,
    "words in turn": "one two three four five six seven eight nine ten eleven twelve " * 4,
    "capitals in turn": "One TWO three FOUR five six. Seven, eight nine ten eleven twelve! " * 3,
    "line feeds": SENTENCE + "\n" * 30 + SENTENCE,
}  # fmt: skip


def main() -> None:
    """See the module."""
    version = importlib.metadata.version("py-data-juicer")
    lines = [json.dumps({"data-juicer": version, "python": platform.python_version()})]
    rows = (VECTORS / "documents.jsonl").read_text("utf-8").splitlines()
    texts = {row["name"]: row["text"] for row in map(json.loads, rows)}
    filters = {name: kind() for name, kind in FILTERS.items()}
    for name, text in {**texts, **TEXTS}.items():
        failed = {}
        for rule, judge in filters.items():
            samples: dict[str, Any] = {"text": [text], Fields.stats: [{}]}
            samples = judge.compute_stats_batched(samples)
            if not next(iter(judge.process_batched(samples))):
                failed[rule] = round(float(next(iter(samples[Fields.stats][0].values()))), 9)
        row = {"name": name, "failed": failed}
        lines.append(json.dumps(row | ({"text": text} if name in TEXTS else {})))
    (VECTORS / "data-juicer.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
