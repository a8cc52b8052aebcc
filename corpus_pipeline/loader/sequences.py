"""Sequences of one length in a reproducible order, for any number of ranks.

    stream     t0 t1 t2 t3 t4 t5 t6 t7        sequence_length L = 3, one epoch
    sequence 0 [t0 t1 t2]   targets [t1 t2 t3]
    sequence 1          [t3 t4 t5]   targets [t4 t5 t6]
    sequence 2                   [t6 t7 --]   targets [t7 -- --]

Every token is an input exactly as often as planned; the last sequence of a plan may be short, and
is padded. Samples are numbered through all legs (see `legs`). Global step s takes the next B(s)
samples, however many ranks there are; rank r takes every `world`-th of them from the r-th on. Only
the last batch of a pass may be shorter, and then a rank's part of it may be empty.

A pass is the whole plan. When it has been seen, the next one goes on in the streams: other epochs
in another order, the same lengths.
"""

import dataclasses
import functools
import json
import sys
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.errors import LoaderError, ResumeError
from corpus_pipeline.loader.batch import Batch
from corpus_pipeline.loader.dataset import TokenDataset
from corpus_pipeline.loader.layouts import Concatenated, Layout
from corpus_pipeline.loader.legs import ENDLESS, Leg, Stage, plan_legs
from corpus_pipeline.loader.mixture import Mixture
from corpus_pipeline.loader.options import SequenceOptions
from corpus_pipeline.loader.packing import BestFit, load_packing
from corpus_pipeline.loader.stream import TokenStream
from corpus_pipeline.machine import cache_folder

#: Version of the dictionary that `SequenceLoader.state` returns.
STATE_VERSION = 2

#: Samples of a rank whose places are computed together: a permutation has a cost for each call.
_AHEAD = 1024
#: Tokens that remote data are told of before they are read, and samples that stand for them: two
#: groups of blocks, so that the next one is there when the first ends.
_FAR = 1 << 28
_PROBES = 1024


class _Ahead(NamedTuple):
    """Places of a rank's samples of some steps."""

    number: int
    """Of the pass."""
    step: int
    """First of the steps."""
    behind: int
    """The step behind the last."""
    samples: NDArray[np.int64]
    """int64[K], in the pass."""
    located: NDArray[np.int64]
    """int64[3, K], component, place and size of each."""


class _Rows(NamedTuple):
    """Rows of a batch that are of one component."""

    layout: Layout
    numbers: NDArray[np.int64]
    """int64[K], in the batch."""
    places: NDArray[np.int64]
    sizes: NDArray[np.int64]


class Share(NamedTuple):
    """Tokens of one component in one stage."""

    stage: str
    component: str
    planned: int
    seen: int


class _SavedState(NamedTuple):
    """What `SequenceLoader.state` returned, read back."""

    fingerprint: str
    options: SequenceOptions
    number: int
    step: int
    samples: int

    @classmethod
    def of(cls, state: dict[str, Any]) -> "_SavedState":
        """Reads a state.

        Raises:
            ResumeError: it is of another version, or damaged.
        """
        try:
            if state["version"] != STATE_VERSION:
                raise ResumeError(
                    f"loader state has version {state['version']}, not {STATE_VERSION}; "
                    "resume with the version of this package that saved it"
                )
            numbers = [state[name] for name in ("pass", "step", "samples")]
            if any(type(number) is not int or number < 0 for number in numbers):
                raise ValueError(f"pass, step and samples are {numbers}")
            return cls(state["fingerprint"], SequenceOptions(**state["options"]), *numbers)
        except (KeyError, TypeError, ValueError) as error:
            raise ResumeError(
                f"loader state is damaged ({error!r}); resume from another checkpoint"
            ) from error


class SequenceLoader:
    """Yields one rank's batches; `state` after a batch resumes behind it.

    Attributes:
        options: what it was made with.
        components: names of the streams that are mixed; `stream` where there is one and no plan.
        fingerprint: sha256 of what decides which tokens there are.
        rank: number of this process.
        world: number of processes.
    """

    def __init__(
        self,
        data: TokenDataset | TokenStream | Mixture,
        options: SequenceOptions,
        rank: int = 0,
        world: int = 1,
        cache: Path | None = None,
    ) -> None:
        """Starts at the first sample.

        Args:
            data: what `open_tokens` or `open_mixture` returns, or a stream of a dataset. A dataset
                means its split `train`.
            options: the same on every rank.
            rank: number of this process, 0 to world - 1.
            world: number of processes; divides every batch size.
            cache: folder for what is computed once of the data, with `best-fit` alone; null takes
                the user's.

        Raises:
            ValueError: rank, world and batch size do not go together, or there are no tokens.
            LoaderError: the cache cannot be written.
        """
        if not 0 <= rank < world:
            raise ValueError(f"rank must be 0 to {world - 1}, got {rank}; give this process's own")
        for _, size in options.batches.changes:
            if size % world:
                raise ValueError(
                    f"batch_size {size} cannot be shared evenly by {world} ranks; choose a multiple"
                )
        if isinstance(data, TokenDataset):
            data = data.stream()
        if isinstance(data, Mixture):
            if options.epochs != 1:
                raise ValueError(
                    f"epochs is {options.epochs}, but a mixture says itself how often its tokens "
                    "are seen; leave epochs at 1"
                )
            self.components, self._streams, self._stages = data.names, data.streams, data.stages
        else:
            tokens = ENDLESS if options.epochs is None else data.tokens * options.epochs
            self.components, self._streams = ("stream",), (data,)
            self._stages = (Stage("stream", (tokens if data.tokens else 0,)),)
        self.fingerprint = data.fingerprint
        self.options = options
        self.rank, self.world = rank, world
        self._data = data
        self._cache = cache
        self._layout = functools.cache(self._make_layout)
        self._legs = functools.lru_cache(2)(self._make_legs)
        if not self._legs(0):
            raise ValueError("there are no tokens to make sequences of; choose other data")
        self._batches = options.batches
        self._pass = self._step = 0
        self._ahead: _Ahead | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        arguments = (self._data, self.state(), self.rank, self.world, self._cache)
        return SequenceLoader.from_state, arguments

    @property
    def samples(self) -> int | None:
        """Number of sequences in a pass, over all ranks; null when there is no end."""
        return None if self.options.epochs is None else self._samples

    @property
    def steps(self) -> int | None:
        """Number of global steps in a pass; null when there is no end."""
        return None if self.options.epochs is None else self._batches.reached(self._samples)

    @property
    def padding(self) -> float:
        """Share of the places in all sequences of a pass that hold no token."""
        parts = [(leg.length, part) for leg in self._legs(0) for part in leg.parts]
        places = sum(part.windows * length for length, part in parts)
        return 1 - sum(part.tokens for _, part in parts) / places

    @functools.cached_property
    def _samples(self) -> int:
        last = self._legs(0)[-1]
        return last.first + last.samples

    def __iter__(self) -> Iterator[Batch]:
        """Goes on behind the last batch; behind a whole pass, with the next one.

        Raises:
            LoaderError: this process is a worker of torch's DataLoader, each of which would yield
                every batch.
        """
        _refuse_torch_worker()
        return self._rest()

    def _rest(self) -> Iterator[Batch]:
        while self._batches.before(self._step) < self._samples:
            batch = self.batch(self._step)
            self._step += 1
            yield batch
        self._pass, self._step = self._pass + 1, 0

    def batch(self, step: int) -> Batch:
        """Returns this rank's batch of any step of the pass, and changes nothing.

        Quick where steps are asked for in ascending order.

        Args:
            step: 0 to `steps` - 1.

        Raises:
            IndexError: there is no such step.
        """
        if not (step >= 0 and self._batches.before(step) < self._samples):
            raise IndexError(f"step {step} of a pass of {self.steps}")
        ahead = self._ahead
        if ahead is None or ahead.number != self._pass or not ahead.step <= step < ahead.behind:
            ahead = self._ahead = self._look_ahead(step)
        # Batch sizes are multiples of the world, so a rank has as many samples before any step.
        skipped = self._batches.before(ahead.step) // self.world
        low, high = (self._batches.before(s) // self.world - skipped for s in (step, step + 1))
        return self._make_batch(step, ahead, slice(low, high))

    def shares(self) -> list[Share]:
        """Returns what was planned of each component in each stage of this pass, and seen so far.

        What was seen is exact at the end of a stage, and within it to one sequence; it counts the
        batches that were taken, of all ranks.
        """
        taken = min(self._batches.before(self._step), self._samples)
        found: dict[tuple[int, int], list[int]] = {}
        for leg in self._legs(self._pass):
            seen = leg.seen(min(max(taken - leg.first, 0), leg.samples))
            for part, tokens in zip(leg.parts, seen, strict=True):
                counts = found.setdefault((leg.stage, part.component), [0, 0])
                counts[0] += part.tokens
                counts[1] += tokens
        return [
            Share(self._stages[stage].name, self.components[component], *counts)
            for (stage, component), counts in found.items()
        ]

    def state(self) -> dict[str, Any]:
        """Returns what a checkpoint must hold, as JSON values; the same on every rank."""
        return self._state(self._pass, self._step)

    def state_at(self, taken: int) -> dict[str, Any]:
        """Returns the state behind so many steps of all passes, whatever was taken.

        For a trainer that counts its steps, and whose batches are made ahead of it.
        """
        steps = self.steps
        return self._state(*((0, taken) if steps is None else divmod(taken, steps)))

    def _state(self, number: int, step: int) -> dict[str, Any]:
        return {
            "version": STATE_VERSION,
            "fingerprint": self.fingerprint,
            "options": json.loads(json.dumps(dataclasses.asdict(self.options))),
            "pass": number,
            "step": step,
            "samples": min(self._batches.before(step), self._samples),
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Goes on behind the last batch that was taken before `state`.

        Raises:
            ResumeError: the state is of another version, other data or other options.
        """
        saved = _SavedState.of(state)
        if saved.fingerprint != self.fingerprint:
            raise ResumeError(
                f"loader state was saved on other data ({saved.fingerprint[:12]}, here "
                f"{self.fingerprint[:12]}); open the same folder or start anew"
            )
        options = saved.options
        if options != self.options:
            differing = [
                f"{field.name} {getattr(options, field.name)}, here "
                f"{getattr(self.options, field.name)}"
                for field in dataclasses.fields(options)
                if getattr(options, field.name) != getattr(self.options, field.name)
            ]
            raise ResumeError(
                f"loader state was saved with other options ({'; '.join(differing)}); give the same"
            )
        if min(self._batches.before(saved.step), self._samples) != saved.samples:
            raise ResumeError(
                f"loader state is damaged: {saved.samples} samples are not those of {saved.step} "
                "steps; resume from another checkpoint"
            )
        self._pass, self._step = saved.number, saved.step

    @classmethod
    def from_state(
        cls,
        data: TokenDataset | TokenStream | Mixture,
        state: dict[str, Any],
        rank: int = 0,
        world: int = 1,
        cache: Path | None = None,
    ) -> "SequenceLoader":
        """Makes a loader that goes on behind the last batch taken before `state`.

        The world and the cache may be others.

        Raises:
            ResumeError: the state is of another version or of other data.
        """
        loader = cls(data, _SavedState.of(state).options, rank, world, cache)
        loader.load_state(state)
        return loader

    def _make_layout(self, component: int, length: int) -> Layout:
        stream = self._streams[component]
        pad = stream.eos_id or 0
        if self.options.packing == "best-fit" and stream.tokens:
            folder = cache_folder("packings") if self._cache is None else self._cache
            return BestFit(stream, load_packing(stream, length, folder), length, pad)
        return Concatenated(stream, length, pad)

    def _make_legs(self, number: int) -> list[Leg]:
        return plan_legs(self._stages, self.components, self._layout, self.options, number)

    def _look_ahead(self, step: int) -> _Ahead:
        """Locates the samples of the next steps."""
        first = self._batches.before(step)
        steps = max(_AHEAD * self.world // self._batches.at(step), 1)
        last = min(self._batches.before(step + steps), self._samples)
        samples = np.arange(first + self.rank, last, self.world)
        found = [np.zeros((3, 0), np.int64), *(located for _, located in self._located(samples))]
        if self._streams[0].is_remote and self.options.shuffle != "global":
            self._fetch_ahead(first)
        return _Ahead(self._pass, step, step + steps, samples, np.concatenate(found, axis=1))

    def _located(self, samples: NDArray[np.int64]) -> Iterator[tuple[Leg, NDArray[np.int64]]]:
        """Yields each leg of ascending samples, and what it says of them."""
        legs = self._legs(self._pass)
        firsts = np.array([leg.first for leg in legs])
        numbers = np.searchsorted(firsts, samples, "right") - 1
        for number in np.unique(numbers).tolist():
            yield legs[number], legs[number].locate(samples[numbers == number] - firsts[number])

    def _fetch_ahead(self, first: int) -> None:
        """Tells remote data which tokens come next, whatever rank they are for."""
        length = self.options.lengths.at(self._batches.reached(first))
        last = min(first + max(_FAR // length, 1), self._samples)
        probes = np.arange(first, last, max((last - first) // _PROBES, 1))
        found = []
        for leg, (components, places, _) in self._located(probes):
            tokens = np.empty_like(places)
            for component in np.unique(components).tolist():
                here = components == component
                layout = self._layout(component, leg.length)
                stream = self._streams[component]
                tokens[here] = stream.of_source(layout.first_tokens(places[here]))
            found.append(tokens)
        self._streams[0].fetch_ahead(np.concatenate(found))

    def _make_batch(self, step: int, ahead: _Ahead, mine: slice) -> Batch:
        legs = self._legs(self._pass)
        samples = ahead.samples[mine]
        leg = legs[bisect_right([leg.first for leg in legs], self._batches.before(step)) - 1]
        components, places, sizes = ahead.located[:, mine]
        windows: Any = np.empty((len(samples), leg.length + 1), self._streams[0].dtype)
        rows = [
            _Rows(self._layout(number, leg.length), here, places[here], sizes[here])
            for number in np.unique(components).tolist()
            for here in [np.flatnonzero(components == number)]
        ]
        for each in rows:
            if len(rows) == 1:
                each.layout.fill(windows, places, sizes)
            else:
                part = np.empty_like(windows[: len(each.numbers)])
                each.layout.fill(part, each.places, each.sizes)
                windows[each.numbers] = part
        return Batch(
            windows,
            sizes,
            functools.partial(_joins, rows, leg.length),
            step=step,
            stage=self._stages[leg.stage].name,
            samples=samples + self._pass * self._samples,
            components=components.astype(np.int16),
            mask_joins=self.options.mask_joins or self.options.packing == "best-fit",
        )


def _joins(rows: list[_Rows], length: int) -> NDArray[np.int64]:
    """Returns the places in a flattened batch whose target is of another document, ascending."""
    found = [np.zeros(0, np.int64)]
    for layout, numbers, places, sizes in rows:
        inside = layout.joins(places, sizes)
        found.append(numbers[inside // length] * length + inside % length)
    return np.sort(np.concatenate(found))


def _refuse_torch_worker() -> None:
    """Workers of torch's DataLoader have a copy of the loader each, and know nothing of ranks."""
    torch = sys.modules.get("torch.utils.data")
    if torch is not None and torch.get_worker_info() is not None:
        raise LoaderError(
            "a SequenceLoader was iterated in a worker of torch's DataLoader, where every worker "
            "yields every batch; give DataLoader what corpus_pipeline.loader.torch_batches returns"
        )
