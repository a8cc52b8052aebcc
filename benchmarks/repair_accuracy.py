"""How much mojibake the repair repairs, and how much of clean text it changes.

    python benchmarks/repair_accuracy.py manual.jsonl.zst laws.parquet paragraphs.jsonl.zst --by lang

Each text is written as UTF-8 and read by each wrong encoding, as browsers do (`�` for what it
cannot read), then repaired: with `--after-extract`, when the extract stage has normalised it. A line
counts as repaired if it is what it was. Lines that the wrong encoding leaves as they were, and texts
that extract itself would change, are left out.
"""

import argparse
import codecs
from collections import defaultdict
from collections.abc import Iterator

import bench_corpus
import numpy as np
import pyarrow as pa

from corpus_pipeline.extract.normalise import normalise_texts
from corpus_pipeline.filters.repair.options import RepairOptions
from corpus_pipeline.filters.repair.texts import Repairer, load_repairer, repair_texts

#: Name -> how often, and by what the bytes are read.
WRONG = {
    "latin-1": (1, "latin-1"),
    "windows-1252": (1, "windows-1252"),
    "windows-1252 twice": (2, "windows-1252"),
    "windows-1251": (1, "windows-1251"),
    "windows-1250": (1, "windows-1250"),
    "mac-roman": (1, "mac-roman"),
    "gbk": (1, "gb18030"),
    "big5": (1, "big5"),
    "shift-jis": (1, "shift-jis"),
}
