"""How fast texts become tokens on one core, cold and warm, beside `tokenizers` and tiktoken.

    PYTHONPATH=. python benchmarks/encoding.py cl100k_base.tiktoken novels.jsonl.zst laws.parquet

Tokenizers are of any format that `corpus convert-tokenizer` reads. *Cold*: an encoder that has seen
no text; *warm*: the same texts again, the best of three, as engines remember pre-tokens. CPU time
of this process. tiktoken runs where it is installed, on its own files, and must give the same ids.
"""

import argparse
import base64
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from tokenizers import Tokenizer

from corpus_pipeline.tokens.encode import EncodeOptions, tokenizer_from_json
from corpus_pipeline.tokens.foreign import load_definition

#: Bytes of text of each file that are encoded.
SIZE = 10_000_000


def texts_of(path: Path) -> list[str]:
    """The first texts of a file."""
    if path.suffix == ".parquet":
        texts: list[str] = pq.read_table(path, columns=["text"])["text"].to_pylist()
    else:
        stream = zstandard.ZstdDecompressor().stream_reader(path.open("rb"))
        texts = [json.loads(line).get("text") or "" for line in io.TextIOWrapper(stream, "utf-8")]
    sizes = np.cumsum([len(text.encode()) for text in texts])
    return texts[: max(1, int(np.searchsorted(sizes, SIZE)))]


def timed(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def tiktoken_of(path: Path, definition: str) -> Any:
    """tiktoken's own encoding of a file of ranks; None where it is not there or not its file."""
    try:
        import tiktoken

        lines = [line.split() for line in path.read_bytes().splitlines() if line]
        ranks = {base64.b64decode(token, validate=True): int(rank) for token, rank in lines}
    except (ImportError, ValueError):
        return None
    pattern = json.loads(definition)["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]
    return tiktoken.Encoding(path.name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})


def engines(path: Path, texts: list[str]) -> dict[str, Callable[[], Callable[[], object]]]:
    """Name -> makes an encoder that has seen nothing, and returns the call that encodes all."""
    definition = load_definition(path)
    column = pa.array(texts)

    def ours() -> Callable[[], object]:
        encoder = tokenizer_from_json(definition.encode(), EncodeOptions(eos_token=None))
        encoder.encode(pa.array(["x"]))  # Kernels are compiled.
        encoder._fast = encoder._fast and type(encoder._fast)(encoder._fast._json)
        return lambda: encoder.encode(column)

    def reference() -> Callable[[], object]:
        tokenizer = Tokenizer.from_str(definition)
        return lambda: tokenizer.encode_batch_fast(texts, add_special_tokens=False)

    found = {"corpus": ours, "tokenizers": reference}
    if (peer := tiktoken_of(path, definition)) is not None:
        expected = [id_ for text in texts for id_ in peer.encode_ordinary(text)]
        encoder = tokenizer_from_json(definition.encode(), EncodeOptions(eos_token=None))
        assert encoder.encode(column).ids.tolist() == expected, "other ids than tiktoken's"
        found["tiktoken"] = lambda: lambda: [peer.encode_ordinary(text) for text in texts]
    return found


def main() -> None:
    """Prints MB/s of each engine."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    arguments = parser.parse_args()
    print("| texts | MB | engine | cold MB/s | warm MB/s |\n| --- | --- | --- | --- | --- |")
    for path in arguments.texts:
        texts = texts_of(path)
        size = sum(len(text.encode()) for text in texts) / 1e6
        for name, make in engines(arguments.tokenizer, texts).items():
            work = make()
            cold = timed(work)
            warm = min(timed(work) for _ in range(3))
            speeds = f"{size / cold:.1f} | {size / warm:.1f}"
            print(f"| {path.name} | {size:.1f} | {name} | {speeds} |", flush=True)


if __name__ == "__main__":
    main()
