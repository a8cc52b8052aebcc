"""What expressions cost: documents judged per second of CPU, by one process.

    python benchmarks/where.py --documents 200000

The documents are made up: 2,000 characters of text, five columns, metadata of five fields.
"""

import argparse
import json
import time

import numpy as np
import pyarrow as pa

from corpus_pipeline.filters.where.expressions import parse_expression

_BATCH = 5_000
_EXPRESSIONS = (
    'lang == "zh" and lang_score >= 0.65',
    "bad / words <= 0.1 or words * 3 > 2 * bad + 7",
    "len(text) >= 200",
    r'matches(url, r"^https?://[^/]*\.cn/")',
    'contains(text, "不存在的词")',
    "metadata.stars >= 10",
    'metadata.stars >= 10 and "code" in metadata.tags and date(metadata.day) > date("2024")',
)


def made(count: int) -> pa.RecordBatch:
    """Makes up documents."""
    numbers = np.arange(count)
    metadata = [
        json.dumps({"stars": n % 40, "tags": ["code", "a"], "day": f"20{n % 30:02}-05-01",
                    "name": f"n{n}", "score": n / 7})
        for n in range(count)
    ]  # fmt: skip
    return pa.record_batch(
        {
            "lang": pa.array(["zh" if n % 2 else "en" for n in range(count)]),
            "lang_score": pa.array((numbers % 100 / 100).astype(np.float32)),
            "text": [f"{n} 一段文字，some text. " * 100 for n in range(count)],
            "url": [f"https://site{n % 997}.cn/{n}" for n in range(count)],
            "words": pa.array(numbers % 1000 + 1),
            "bad": pa.array(numbers % 90),
            "metadata": metadata,
        }
    )


def main() -> None:
    """Prints one line for each expression."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=200_000)
    args = parser.parse_args()
    batch = made(_BATCH)
    rounds = max(args.documents // _BATCH, 1)
    for text in _EXPRESSIONS:
        expression = parse_expression(text)
        expression.evaluate(batch)
        start = time.process_time()
        for _ in range(rounds):
            expression.evaluate(batch)
        seconds = time.process_time() - start
        print(f"{rounds * _BATCH / seconds:>12,.0f} documents/s  {text}")


if __name__ == "__main__":
    main()
