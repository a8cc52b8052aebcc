"""Other loaders on the tokens of `benchmarks/loader.py`: litdata, MosaicML streaming, Megatron.

    VENV/bin/python benchmarks/loader_peers.py TOKENS WORK

TOKENS is a folder of our shards, of which one is written in each one's own format to WORK. Each is
used as its documentation says for pre-training: windows of 4096 tokens and their targets in
shuffled order, read in this process, 64 of them stacked to a batch. Speeds are by the time of the
processor, the best of three rounds of 20 million tokens; starting and writing are not in them.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

LENGTH = 4096
BATCH = 64
ROUND = 20_000_000


def documents(folder: Path) -> Iterator[NDArray[np.uint16]]:
    """Yields the documents of the first shard."""
    entry = json.loads((folder / "index.json").read_text("utf-8"))["shards"][0]
    reader = pa.ipc.open_file(pa.memory_map(str(folder / entry["file"])))
    for k in range(reader.num_record_batches):
        column = reader.get_batch(k).column("tokens")
        offsets, values = column.offsets.to_numpy(), column.values.to_numpy()
        for start, stop in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
            yield values[start:stop]


def windows(folder: Path) -> Iterator[NDArray[np.uint16]]:
    """Yields windows of the first shard with their last target."""
    stream = np.concatenate(list(documents(folder)))
    for start in range(0, len(stream) - LENGTH, LENGTH):
        yield stream[start : start + LENGTH + 1]


def litdata(folder: Path, work: Path) -> Iterator[Any]:
    """Yields batches of litdata's streaming dataset of tokens."""
    import torch
    from litdata import StreamingDataset, TokensLoader
    from litdata.streaming.writer import BinaryWriter

    work.mkdir(parents=True)
    writer = BinaryWriter(str(work), chunk_bytes="64MB", item_loader=TokensLoader())
    for number, document in enumerate(documents(folder)):
        writer[number] = torch.from_numpy(document.astype(np.int32))
    writer.done()
    writer.merge()
    loader = TokensLoader(block_size=LENGTH + 1)
    dataset = StreamingDataset(str(work), item_loader=loader, shuffle=True, seed=1)
    while True:
        rows = []
        for row in dataset:
            rows.append(row)
            if len(rows) == BATCH:
                batch = torch.stack(rows)
                yield batch[:, :-1], batch[:, 1:]
                rows = []


def mosaic(folder: Path, work: Path) -> Iterator[Any]:
    """Yields batches of MosaicML's streaming dataset."""
    from streaming import MDSWriter, StreamingDataset

    columns = {"tokens": f"ndarray:uint16:{LENGTH + 1}"}
    with MDSWriter(out=str(work), columns=columns, size_limit=1 << 26) as writer:
        for window in windows(folder):
            writer.write({"tokens": window})
    dataset = StreamingDataset(local=str(work), shuffle=True, batch_size=BATCH, shuffle_seed=1)
    while True:
        rows = []
        for row in dataset:
            rows.append(row["tokens"])
            if len(rows) == BATCH:
                batch = np.stack(rows)
                yield batch[:, :-1], batch[:, 1:]
                rows = []


def megatron(folder: Path, work: Path) -> Iterator[Any]:
    """Yields batches of Megatron's GPT dataset, with loss mask and positions as it makes them."""
    import torch
    from megatron.core.datasets.gpt_dataset import GPTDataset, GPTDatasetConfig
    from megatron.core.datasets.indexed_dataset import IndexedDataset, IndexedDatasetBuilder
    from megatron.core.datasets.utils import Split

    work.mkdir(parents=True)
    prefix = str(work / "data")
    builder = IndexedDatasetBuilder(prefix + ".bin", dtype=np.uint16)
    for document in documents(folder):
        builder.add_document(torch.from_numpy(document.astype(np.int32)), [len(document)])
    builder.finalize(prefix + ".idx")

    class Tokenizer:
        """What the dataset asks of one."""

        unique_identifiers: dict[str, str] = {"class": "none"}  # noqa: RUF012
        eod = 0
        pad = 0
        vocab_size = 50_000

    config = GPTDatasetConfig(
        random_seed=1,
        sequence_length=LENGTH,
        tokenizer=Tokenizer(),
        reset_position_ids=True,
        reset_attention_mask=False,
        eod_mask_loss=True,
        create_attention_mask=False,
        split="100,0,0",
        blend=([prefix], None),
        path_to_cache=str(work / "cache"),
    )
    indexed = IndexedDataset(prefix)
    numbers = np.arange(len(indexed), dtype=np.int32)
    dataset = GPTDataset(indexed, prefix, numbers, None, Split.train, config)
    names = ("tokens", "labels", "loss_mask", "position_ids")
    while True:
        for first in range(0, len(dataset) - BATCH, BATCH):
            rows = [dataset[first + k] for k in range(BATCH)]
            yield [torch.stack([row[name] for row in rows]) for name in names]


PEERS: dict[str, Callable[[Path, Path], Iterator[Any]]] = {
    "litdata, TokensLoader": litdata,
    "MosaicML streaming, MDS": mosaic,
    "Megatron, GPTDataset with mask and positions": megatron,
}


def main() -> None:
    """Prints a line for each that is installed."""
    folder, work = map(Path, sys.argv[1:])
    for number, (name, make) in enumerate(PEERS.items()):
        try:
            batches = make(folder, work / str(number))
            next(batches)
        except ImportError as error:
            print(f"  {name}: {error}")
            continue
        best = 0.0
        for _ in range(3):
            done, start = 0, time.process_time()
            while done < ROUND:
                next(batches)
                done += BATCH * LENGTH
            best = max(best, done / (time.process_time() - start) / 1e6)
        print(f"  {name:60} {best:8,.1f}", flush=True)


if __name__ == "__main__":
    main()
