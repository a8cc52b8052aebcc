"""Sequences by number: what map-style data sets and Grain take."""

import dataclasses
from pathlib import Path
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.loader.dataset import TokenDataset
from corpus_pipeline.loader.mixture import Mixture
from corpus_pipeline.loader.options import SequenceOptions
from corpus_pipeline.loader.sequences import SequenceLoader
from corpus_pipeline.loader.stream import TokenStream


class SequenceDataset:
    """The sequences of a pass in the order of training, over all ranks.

    It is a `RandomAccessDataSource` of Grain, and pickles as the path of its data:

        grain.MapDataset.source(SequenceDataset(data, options)).batch(8)

    What reads it makes the batches and must not shuffle, as the sequences are shuffled already.
    """

    def __init__(
        self,
        data: TokenDataset | TokenStream | Mixture,
        options: SequenceOptions,
        cache: Path | None = None,
    ) -> None:
        """Starts with the first pass.

        Args:
            data: what `open_tokens` or `open_mixture` returns, or a stream of a dataset.
            options: with an end, and one sequence length; `batch_size` decides nothing here.
            cache: see `SequenceLoader`.

        Raises:
            ValueError: the options have no end, or change by step.
        """
        for name in ("sequence_length", "batch_size"):
            if not isinstance(value := getattr(options, name), int):
                raise ValueError(
                    f"{name} is {value}, but a data set of sequences knows no steps; give one "
                    "number, or iterate a SequenceLoader or torch_batches"
                )
        if options.epochs is None:
            raise ValueError("epochs is null, but a data set has a length; give a number")
        # A batch of one sequence: its step is the sequence's number.
        self._loader = SequenceLoader(data, dataclasses.replace(options, batch_size=1), cache=cache)
        self._epoch = 0

    def __len__(self) -> int:
        """Number of sequences in a pass."""
        return self._loader.samples or 0

    def __getitem__(self, i: SupportsIndex) -> dict[str, NDArray[Any]]:
        """Returns a sequence.

        Returns:
            `tokens`, `targets`, `segments` and `positions` as int32[L], `loss_mask` as bool[L].

        Raises:
            IndexError: there is no such sequence.
        """
        number = i.__index__()
        batch = self._loader.batch(number + len(self) if number < 0 else number)
        return {
            "tokens": batch.tokens[0].astype(np.int32),
            "targets": batch.targets[0].astype(np.int32),
            "loss_mask": batch.loss_mask[0],
            "segments": batch.segments[0],
            "positions": batch.positions[0],
        }

    def set_epoch(self, epoch: int) -> None:
        """Goes to a pass: other epochs of the tokens, in another order."""
        if epoch != self._epoch:
            self._epoch = epoch
            self._loader.load_state(self._loader.state_at(epoch * len(self)))

    def __repr__(self) -> str:
        options = self._loader.options
        return (
            f"SequenceDataset({len(self)} sequences, {self._loader.fingerprint[:12]}, "
            f"sequence_length={options.sequence_length}, seed={options.seed}, "
            f"epochs={options.epochs}, shuffle={options.shuffle!r}, packing={options.packing!r})"
        )
