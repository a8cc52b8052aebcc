"""Data sets for torch's DataLoader. Made by `torch_batches` and `torch_sequences`.

    steps       0  1  2  3  4  5  6
    worker 0    0     2     4     6       of two: DataLoader asks them in turn,
    worker 1       1     3     5          so the steps come in their order

Workers are copies of a data set, and know of each other only what lies in shared memory: here, how
often each was iterated. All of one DataLoader are iterated equally often and agree on the pass.
"""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from corpus_pipeline.errors import LoaderError
from corpus_pipeline.loader.batch import Batch
from corpus_pipeline.loader.sequence_dataset import SequenceDataset
from corpus_pipeline.loader.sequences import SequenceLoader

try:
    import torch  # type: ignore[import-not-found, unused-ignore]
    from torch.utils.data import (  # type: ignore[import-not-found, unused-ignore]
        Dataset,
        IterableDataset,
        get_worker_info,
    )
    from torch.utils.data._utils.collate import (  # type: ignore[import-not-found, unused-ignore]
        default_collate_fn_map,
    )
except ImportError:  # doctest imports every module
    IterableDataset = Dataset = object

#: Most workers of a DataLoader.
_WORKERS = 1024


def tensors(batch: Batch, arrays: Sequence[str]) -> dict[str, Any]:
    """Returns arrays of a batch as tensors; see `to_torch`."""
    return {name: _tensor(name, getattr(batch, name)) for name in arrays}


def _tensor(name: str, array: Any) -> Any:
    # Here too: the module may have been imported, by doctest, before torch could be.
    import torch  # type: ignore[import-not-found, unused-ignore]

    return torch.from_numpy(array.astype(np.int64) if name in ("tokens", "targets") else array)


class TensorBatch(dict[str, Any]):
    """A whole batch, which is not to be put into another one."""


def _refuse_batch_of_batches(*_: Any, **__: Any) -> None:
    raise LoaderError(
        "items of torch_batches are whole batches, and DataLoader was to make batches of them; "
        "give it batch_size=None, and the size to SequenceOptions"
    )


class TorchBatches(IterableDataset):  # type: ignore[misc, unused-ignore]
    """One rank's batches; each `iter` of its DataLoader is one pass.

    To resume, give `load_state_dict` before the DataLoader is iterated one of these:

    * `loader.state_at(n)`, where the trainer has taken n batches since step 0 of the first pass.
      The world and the number of workers may be others then. `loader.state` is of no use, as
      workers are ahead of the trainer, and are copies;
    * StatefulDataLoader's own state by its own `load_state_dict`: with the same number of workers.

    A pass that is left before its end is not gone on with by the next `iter`, which says so; resume
    to go on in it.

    Attributes:
        loader: what makes the batches; asking it for a batch changes nothing here.
    """

    def __init__(self, loader: SequenceLoader, arrays: Sequence[str]) -> None:
        """Starts where the loader stands."""
        self.loader = loader
        self._arrays = tuple(arrays)
        #: Pass and step at which the first `iter` starts.
        self._start = (0, 0)
        #: Of a worker that resumes: pass, its own next step, number of workers.
        self._resumed: tuple[int, int, int] | None = None
        #: Pass and this worker's next step.
        self._next = (0, 0)
        # Of each worker: how often it was iterated; whether it is within a pass. Last: workers.
        self._shared = torch.zeros((2, _WORKERS + 1), dtype=torch.int64).share_memory_()
        tensors(loader.batch(0), self._arrays)  # a name that is none is an error here

    def __len__(self) -> int:
        """Number of steps in a pass.

        Raises:
            TypeError: there is no end.
        """
        if self.loader.steps is None:
            raise TypeError("a loader without an end has no length; count steps")
        return self.loader.steps

    def __iter__(self) -> Iterator[TensorBatch]:
        """Begins the next pass.

        Raises:
            LoaderError: the number of workers is another one than before, or a pass without an end
                is begun twice.
        """
        worker, workers = _worker()
        number, step = self._begin(worker, workers)
        self._next = (number, step)
        return self._batches(worker, workers)

    def state_dict(self) -> dict[str, Any]:
        """Returns where this worker stands, for StatefulDataLoader."""
        number, step = self._next
        state = self.loader.state_at(number * (self.loader.steps or 0))
        return {**state, "next": step, "workers": _worker()[1]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Starts the next `iter` where a state says.

        Args:
            state: of `state_dict` or of `SequenceLoader`.

        Raises:
            ResumeError: it was saved on other data, or with other options.
            LoaderError: it is of one of several workers.
        """
        self.loader.load_state(state)
        number, step = state["pass"], state.get("next", state["step"])
        workers = state.get("workers", 1)
        if get_worker_info() is not None:
            self._resumed = (number, step, workers)
        elif workers != 1:
            raise LoaderError(
                f"the state is of one of {workers} workers; give StatefulDataLoader its whole state"
            )
        else:
            self._start = self._next = (number, step)
            self._shared.zero_()

    def _begin(self, worker: int, workers: int) -> tuple[int, int]:
        """Returns the pass that is begun now, and this worker's first step of it."""
        iterated, within = self._shared
        first, start = self._start
        if self._resumed is not None:
            number, step, before = self._resumed
            self._resumed = None
            if before != workers:
                raise LoaderError(
                    f"the state is of {before} workers, here are {workers}; take as many, or "
                    "resume with loader.state_at"
                )
        else:
            if int(iterated[-1]) not in (0, workers):
                raise LoaderError(
                    f"was iterated by {int(iterated[-1])} workers before, now by {workers}; make "
                    "another with torch_batches, or resume it with load_state_dict"
                )
            number = first + int(iterated[worker])
            step = worker + (start if number == first else 0)
            if self.loader.steps is None and number:
                raise LoaderError(
                    "a loader without an end is iterated once; resume it with load_state_dict"
                )
            if worker == 0 and within[0]:
                warnings.warn(
                    f"pass {number - 1} of torch_batches was left before its end, the rest of it "
                    "is skipped; load_state_dict(loader.state_at(n)) goes on in it",
                    stacklevel=3,
                )
        iterated[-1] = workers
        iterated[worker] = number - first + 1
        within[worker] = 0
        return number, step

    def _batches(self, worker: int, workers: int) -> Iterator[TensorBatch]:
        number, step = self._next
        steps = self.loader.steps
        self.loader.load_state(self.loader.state_at(number * (steps or 0)))
        while steps is None or step < steps:
            self._shared[1, worker] = 1
            batch = self.loader.batch(step)
            step += workers
            self._next = (number, step)
            yield TensorBatch(tensors(batch, self._arrays), step=batch.step)
        self._shared[1, worker] = 0


class TorchSequences(Dataset):  # type: ignore[misc, unused-ignore]
    """Sequences in the order of training, as dicts of tensors."""

    def __init__(self, sequences: SequenceDataset) -> None:
        """Takes the sequences; starts with their first pass."""
        self._sequences = sequences
        # Workers that stay from epoch to epoch have copies of all but this.
        self._epoch = torch.zeros((), dtype=torch.int64).share_memory_()

    def __len__(self) -> int:
        """Number of sequences in a pass."""
        return len(self._sequences)

    def __getitem__(self, i: int) -> dict[str, Any]:
        """Returns a sequence: `tokens` and `targets` int64[L], `loss_mask` bool[L], `segments` and
        `positions` int32[L]."""
        self._sequences.set_epoch(int(self._epoch))
        return {name: _tensor(name, array) for name, array in self._sequences[i].items()}

    def set_epoch(self, epoch: int) -> None:
        """Goes to a pass: other epochs of the tokens, in another order. Trainers call it.

        Without it every epoch of a DataLoader is the first pass.
        """
        self._epoch.fill_(epoch)


def _worker() -> tuple[int, int]:
    """Returns the number of this worker and how many there are; the main process is one of one."""
    info = get_worker_info()
    return (0, 1) if info is None else (info.id, info.num_workers)


if IterableDataset is not object:
    default_collate_fn_map[TensorBatch] = _refuse_batch_of_batches
