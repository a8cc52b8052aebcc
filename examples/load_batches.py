"""Reads the tokens of a run the way a trainer does: `python examples/load_batches.py demo-out`.

Shards are mapped into memory, so opening costs nothing and nothing is copied but the batches. Give
every process of a distributed run its `rank` and `world`; they read disjoint parts of each batch.
"""

import argparse
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from corpus_pipeline.loader import SequenceLoader, SequenceOptions, open_tokens


def main() -> None:
    """Shows a batch, and that a loader resumed from a state goes on where the first one stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path, help="a complete run, for example demo-out")
    parser.add_argument("--length", type=int, default=1024, help="tokens in a sequence")
    parser.add_argument("--batch", type=int, default=8, help="sequences in a batch")
    arguments = parser.parse_args()

    folder = arguments.output / "tokens"
    tokens = open_tokens(folder)
    options = SequenceOptions(arguments.length, arguments.batch, seed=1)
    loader = SequenceLoader(tokens, options)
    print(
        f"loader: {tokens.documents} documents, {tokens.tokens} tokens ({tokens.dtype}), "
        f"{loader.samples} sequences of {arguments.length}, {loader.padding:.2%} padding"
    )

    batches = iter(loader)
    first = next(batches)
    print(
        f"first batch: tokens {first.tokens.shape}, targets {first.targets.shape}, "
        f"{len(first.cu_seqlens) - 1} pieces of documents in it"
    )
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    beginning = tokenizer.decode(first.tokens[0, :40].tolist(), skip_special_tokens=False)
    print(f"sample {first.samples[0]} begins: {' '.join(beginning.split())!r}")

    checkpoint = loader.state()  # JSON values; keep it beside the weights
    expected = next(batches)
    resumed = next(iter(SequenceLoader.from_state(tokens, checkpoint)))
    assert resumed.step == expected.step
    assert np.array_equal(resumed.tokens, expected.tokens)
    print(f"resumed from the state behind batch {first.step}: batch {resumed.step} is the same")


if __name__ == "__main__":
    main()
