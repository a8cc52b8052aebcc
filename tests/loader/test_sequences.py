"""The loader: every token as often as planned, for any world, with any interruption."""

import dataclasses
import itertools
import json
import pickle
import subprocess
import sys
import types
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_loader import SlowLeg, SlowLoader, Window, at
from token_folders import Component, Lengths, places, write_folder, write_mixture

from corpus_pipeline.errors import LoaderError, ResumeError
from corpus_pipeline.loader import (
    Batch,
    Mixture,
    SequenceLoader,
    SequenceOptions,
    TokenDataset,
    open_mixture,
    open_tokens,
    order,
    to_torch,
)

SHARDS = [
    Lengths([5, 1, 0, 7, 2, 2]),
    Lengths([0, 0]),
    Lengths([1, 1, 13, 0, 3], "wiki"),
    Lengths([1], "note"),
    Lengths([4, 4, 9, 11], "书"),
    Lengths([50], "held", "validation"),
]
#: Documents of the components of mixtures: whole sources, some documents, some of them twice, one.
COMPONENTS = {
    "web": Component(["web"]),
    "twice": Component(["wiki", "书"], [4, 1, 2, 2, 7, 0, 1]),
    "some": Component(["书"], [0, 2]),
    "note": Component(["note"]),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TokenDataset:
    return open_tokens(write_folder(tmp_path_factory.mktemp("run") / "tokens", SHARDS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mixtures")
    write_folder(folder / "tokens", SHARDS, "uint32")
    return folder


def mixture(folder: Path, stages: Iterable[list[int]]) -> Mixture:
    """Writes a mixture of the components with so many tokens of each in each stage."""
    named = [
        (f"stage {k}", dict(zip(COMPONENTS, tokens, strict=True)))
        for k, tokens in enumerate(stages)
    ]
    write_mixture(folder / "mixture.json", SHARDS, COMPONENTS, named)
    return open_mixture(folder / "mixture.json")


def slow_mixture(stages: Iterable[list[int]], options: SequenceOptions) -> SlowLoader:
    documents = []
    for sources, chosen in COMPONENTS.values():
        found = places(SHARDS, "train", set(sources))
        documents.append(found if chosen is None else [found[k] for k in chosen])
    named = [(f"stage {k}", tokens) for k, tokens in enumerate(stages)]
    return SlowLoader(documents, named, options)


def slow_stream(options: SequenceOptions) -> SlowLoader:
    documents = places(SHARDS, "train", None)
    epochs = options.epochs or 1
    return SlowLoader([documents], [("stream", [epochs * sum(map(len, documents))])], options)


def rows(batch: Batch) -> list[Window]:
    """Returns the sequences of a batch; epochs are not in it."""
    found = []
    length = batch.tokens.shape[1]
    for k, size in enumerate(batch.sizes.tolist()):
        inside = batch.joins[(batch.joins >= k * length) & (batch.joins < (k + 1) * length)]
        assert not batch.tokens[k, size:].any(), "padding is the end of document"
        found.append(
            Window(
                int(batch.components[k]),
                -1,
                tuple(batch.tokens[k, :size].tolist()),
                int(batch.targets[k, -1]) if size == length else None,
                tuple((inside - k * length + 1).tolist()),
            )
        )
    return found


def without_epochs(windows: Iterable[Window]) -> list[Window]:
    return [window._replace(epoch=-1) for window in windows]


class Whole:
    """A whole pass by the loaders of all ranks, put together again."""

    def __init__(self, loaders: list[SequenceLoader], steps: int | None = None) -> None:
        world = len(loaders)
        self.windows: list[Window] = []
        self.steps: list[tuple[int, str, int, int]] = []
        self.samples: list[int] = []
        for parts in itertools.islice(zip(*loaders, strict=True), steps):
            size = sum(len(part.sizes) for part in parts)
            whole: list[Any] = [None] * size
            samples = np.empty(size, np.int64)
            for rank, part in enumerate(parts):
                assert (part.step, part.stage) == (parts[0].step, parts[0].stage)
                whole[rank::world] = rows(part)
                samples[rank::world] = part.samples
            self.windows += whole
            self.samples += samples.tolist()
            shape = (parts[0].step, parts[0].stage, size, parts[0].tokens.shape[1])
            self.steps.append(shape)


def fitting(options: SequenceOptions, world: int) -> int:
    """Returns a number of ranks that can share the batches; 1, 2 and 3 always can."""
    return 2 if any(size % world for _, size in options.batches.changes) else world


def of_world(
    data: TokenDataset | Mixture, options: SequenceOptions, world: int
) -> list[SequenceLoader]:
    world = fitting(options, world)
    return [SequenceLoader(data, options, rank, world) for rank in range(world)]


@st.composite
def by_step(draw: st.DrawFn, values: st.SearchStrategy[int]) -> int | tuple[tuple[int, int], ...]:
    """A number, or numbers from given steps on."""
    if draw(st.booleans()):
        return draw(values)
    firsts = sorted({0, *draw(st.lists(st.integers(1, 12), max_size=3))})
    return tuple((first, draw(values)) for first in firsts)


@st.composite
def options_(draw: st.DrawFn, /) -> SequenceOptions:
    """Options whose batches 1, 2, 3 and 6 ranks can share, and often 8."""
    return SequenceOptions(
        draw(by_step(st.integers(1, 20))),
        draw(by_step(st.sampled_from([6, 12, 24])) | by_step(st.just(24))),
        seed=draw(st.integers(0, 2**64 - 1)),
        shuffle=draw(st.sampled_from(["global", "blocks", "none"])),
    )


STAGES = st.lists(
    st.lists(st.sampled_from([0, 1, 2, 7, 20, 61, 100]), min_size=4, max_size=4).filter(any),
    min_size=1,
    max_size=3,
)
WORLDS = st.sampled_from([1, 2, 3, 6, 8])


def check_pass(found: Whole, legs: list[SlowLeg], options: SequenceOptions) -> None:
    """Compares a pass with the legs of the slow loader: sequences, shapes, stages, order."""
    expected = [window for leg in legs for window in leg.windows]
    if options.shuffle == "none":
        assert found.windows == without_epochs(expected)
    taken = 0
    for leg in legs:
        mine = found.windows[taken : taken + len(leg.windows)]
        assert Counter(mine) == Counter(without_epochs(leg.windows))
        taken += len(leg.windows)
        for component in {window.component for window in leg.windows}:
            of_it = [window for window in leg.windows if window.component == component]
            order = [window for window in mine if window.component == component]
            # An epoch's windows come before the next one's.
            for _, epoch in itertools.groupby(of_it, lambda window: window.epoch):
                windows = without_epochs(epoch)
                assert Counter(order[: len(windows)]) == Counter(windows)
                order = order[len(windows) :]
    assert taken == len(found.windows)
    stage_of = [(leg.stage, leg.length) for leg in legs for _ in leg.windows]
    taken = 0
    for number, (step, stage, size, length) in enumerate(found.steps):
        assert step == number
        full = at(options.batch_size, step)
        assert size == full or (number == len(found.steps) - 1 and size < full)
        assert (stage, length) == stage_of[taken]
        assert {other for _, other in stage_of[taken : taken + size]} == {length}
        taken += size


@given(options=options_(), epochs=st.integers(1, 3), world=WORLDS)
def test_a_stream_against_the_slow_loader(
    data: TokenDataset, options: SequenceOptions, epochs: int, world: int
) -> None:
    options = dataclasses.replace(options, epochs=epochs)
    loaders = of_world(data, options, world)
    slow = slow_stream(options)
    steps, samples = loaders[0].steps, loaders[0].samples
    for number in range(2):
        found = Whole(loaders)
        check_pass(found, slow.a_pass(), options)
        assert (steps, samples) == (len(found.steps), len(found.windows))
        assert found.samples == list(range(number * len(found.samples),
                                           (number + 1) * len(found.samples)))  # fmt: skip
        seen = Counter(token for window in found.windows for token in window.tokens)
        documents = places(SHARDS, "train", None)
        assert seen == Counter({token: epochs for document in documents for token in document})


@given(options=options_(), stages=STAGES, world=WORLDS)
@settings(max_examples=150)
def test_a_mixture_against_the_slow_loader(
    folder: Path, options: SequenceOptions, stages: list[list[int]], world: int
) -> None:
    mixed = mixture(folder, stages)
    loaders = of_world(mixed, options, world)
    slow = slow_mixture(stages, options)
    for _ in range(2):
        found = Whole(loaders)
        check_pass(found, slow.a_pass(), options)
        # In the whole pass each component has as many tokens as planned.
        tokens = Counter[int]()
        for window in found.windows:
            tokens[window.component] += len(window.tokens)
        assert [tokens[c] for c in range(4)] == [
            sum(column) for column in zip(*stages, strict=True)
        ]


@given(
    options=options_(),
    stages=STAGES,
    stops=st.lists(st.integers(0, 4), max_size=8),
    worlds=st.lists(WORLDS, min_size=9, max_size=9),
)
def test_resume_equals_no_interruption(
    folder: Path,
    options: SequenceOptions,
    stages: list[list[int]],
    stops: list[int],
    worlds: list[int],
) -> None:
    """Each part runs in a world of another size, also into the next pass; rank 0's state serves
    all ranks."""
    mixed = mixture(folder, stages)
    whole = SequenceLoader(mixed, options)
    expected = [*Whole([whole]).windows, *Whole([whole]).windows]
    state = SequenceLoader(mixed, options).state()
    found: list[Window] = []
    for stop, world in itertools.zip_longest(stops, worlds):
        state = json.loads(json.dumps(state))
        world = fitting(options, world)
        loaders = [SequenceLoader.from_state(mixed, state, rank, world) for rank in range(world)]
        part = Whole(loaders, stop)
        found += part.windows
        state = loaders[0].state()
        assert all(loader.state() == state for loader in loaders)
        if state["pass"] == 2:
            break
    length = min(len(found), len(expected))
    assert found[:length] == expected[:length]


def test_the_state_at_every_step_resumes_behind_it(folder: Path) -> None:
    mixed = mixture(folder, [[30, 9, 4, 1], [0, 20, 30, 2]])
    options = SequenceOptions(((0, 3), (4, 7)), ((0, 2), (3, 4)), seed=1)
    loader = SequenceLoader(mixed, options)
    run = itertools.chain(loader, loader)
    states = [(loader.state(), None), *((loader.state(), batch) for batch in run)]
    assert loader.steps is not None
    assert len(states) == 2 * loader.steps + 1
    for (state, _), (_, following) in itertools.pairwise(states):
        assert following is not None
        again = SequenceLoader.from_state(mixed, state)
        # Behind the last batch of a pass there is nothing; then the next pass begins.
        batch = next(iter(again), None) or next(iter(again))
        assert rows(batch) == rows(following)
        assert batch.samples.tolist() == following.samples.tolist()


def test_behind_a_finished_pass_the_next_one_begins(data: TokenDataset) -> None:
    loader = SequenceLoader(data, SequenceOptions(4, 2, seed=1))
    first, second, third = (list(loader) for _ in range(3))
    assert len(first) == len(second) == len(third) == loader.steps
    assert loader.state()["pass"] == 3
    assert [b.step for b in second] == [b.step for b in first]
    orders = [[batch.tokens.tolist() for batch in batches] for batches in (first, second, third)]
    assert orders[0] != orders[1] != orders[2] != orders[0]


def test_a_state_behind_the_last_batch_leaves_nothing_of_the_pass(data: TokenDataset) -> None:
    options = SequenceOptions(4, 2)
    loader = SequenceLoader(data, options)
    state = {}
    for _ in loader:
        state = loader.state()
    again = SequenceLoader.from_state(data, state)
    assert list(again) == []
    assert again.state() == loader.state()
    assert len(list(again)) == loader.steps


def test_any_step_can_be_asked_for(data: TokenDataset) -> None:
    options = SequenceOptions(((0, 3), (2, 5)), ((0, 2), (4, 6)), seed=4, epochs=2)
    loader = SequenceLoader(data, options, 1, 2)
    in_order = [rows(batch) for batch in SequenceLoader(data, options, 1, 2)]
    assert loader.steps == len(in_order)
    for step in np.random.default_rng(0).permutation(len(in_order)).tolist() * 2:
        batch = loader.batch(step)
        assert (batch.step, rows(batch)) == (step, in_order[step])
    assert loader.state()["step"] == 0
    for step in (-1, len(in_order)):
        with pytest.raises(IndexError, match=f"^step {step} of a pass of {len(in_order)}"):
            loader.batch(step)


def test_without_an_end(data: TokenDataset) -> None:
    options = SequenceOptions(((0, 3), (9, 5)), 4, seed=2, epochs=None)
    loader = SequenceLoader(data, options)
    assert (loader.steps, loader.samples) == (None, None)
    found = Whole([loader], 100)
    slow = slow_stream(dataclasses.replace(options, epochs=40)).a_pass()
    assert Counter(found.windows[:36]) == Counter(without_epochs(slow[0].windows))
    later = SequenceLoader(data, options).batch(10**12)
    assert [len(row.tokens) for row in rows(later)] == [5] * 4
    assert later.samples.tolist() == [4 * 10**12 + k for k in range(4)]


def test_epochs_and_seeds_have_their_own_order(data: TokenDataset) -> None:
    tokens = data.stream().tokens
    orders = set()
    for seed in range(3):
        found = Whole([SequenceLoader(data, SequenceOptions(1, tokens, seed, epochs=3))])
        for k in range(0, 3 * tokens, tokens):
            orders.add(tuple(window.tokens for window in found.windows[k : k + tokens]))
    assert len(orders) == 9


def test_blocks_are_neighbours(data: TokenDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """With blocks of 4 windows and groups of 2 blocks, 8 windows in a row are two stretches."""
    monkeypatch.setattr(order, "_BLOCK_TOKENS", 8)
    monkeypatch.setattr(order, "_GROUP", 2)
    options = SequenceOptions(2, 8, seed=3, epochs=2, shuffle="blocks")
    order.window_order.cache_clear()
    batches = list(SequenceLoader(data, options))
    order.window_order.cache_clear()
    tokens = [token for document in places(SHARDS, "train", None) for token in document]
    windows = len(tokens) // 2
    for batch in batches[: windows // 8]:
        numbers = sorted(tokens.index(row[0]) // 2 for row in batch.tokens.tolist())
        assert all(numbers[k : k + 4] == list(range(numbers[k], numbers[k] + 4)) for k in (0, 4))
        assert numbers[0] % 4 == numbers[4] % 4 == 0


def test_components_have_their_own_order(folder: Path) -> None:
    """Equal streams of other names are not seen in the same order."""
    dataset = open_tokens(folder / "tokens")
    write_mixture(
        folder / "mixture.json",
        SHARDS,
        {"a": Component(["书"]), "b": Component(["书"])},
        [("main", {"a": 28, "b": 28})],
    )
    assert dataset.stream(sources=["书"]).tokens == 28
    found = Whole([SequenceLoader(open_mixture(folder / "mixture.json"), SequenceOptions(1, 2))])
    a, b = ([w.tokens for w in found.windows if w.component == c] for c in range(2))
    assert sorted(a) == sorted(b)
    assert a != b


@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
def test_one_stream_by_hand(tmp_path: Path, dtype: str) -> None:
    shards = [Lengths([3, 4]), Lengths([0, 3])]
    data = open_tokens(write_folder(tmp_path / dtype, shards, dtype))
    options = SequenceOptions(sequence_length=4, batch_size=3, shuffle="none")
    loader = SequenceLoader(data, options)
    (batch,) = loader
    #  1 2 3 | 4 5 6 7 | 8 9 10
    assert batch.tokens.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 0, 0]]
    assert batch.targets.tolist() == [[2, 3, 4, 5], [6, 7, 8, 9], [10, 0, 0, 0]]
    assert batch.segments.tolist() == [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 1, 1]]
    assert batch.positions.tolist() == [[0, 1, 2, 0], [0, 1, 2, 0], [0, 1, 0, 1]]
    on, off = True, False
    assert batch.loss_mask.tolist() == [[on, on, off, on], [on, on, off, on], [on, off, off, off]]
    assert batch.cu_seqlens.tolist() == [0, 3, 4, 7, 8, 10, 12]
    assert batch.tokens.dtype == batch.targets.dtype == dtype
    assert (loader.samples, loader.steps) == (3, 1)
    assert loader.padding == pytest.approx(2 / 12)
    (batch,) = SequenceLoader(data, dataclasses.replace(options, mask_joins=False))
    assert batch.loss_mask.tolist() == [[on] * 4, [on] * 4, [on, off, off, off]]


def test_one_document_shorter_than_a_sequence(tmp_path: Path) -> None:
    data = open_tokens(write_folder(tmp_path, [Lengths([2])]))
    (batch,) = SequenceLoader(data, SequenceOptions(5, 2, epochs=4))
    assert batch.tokens.tolist() == [[1, 2, 1, 2, 1], [2, 1, 2, 0, 0]]
    assert batch.targets.tolist() == [[2, 1, 2, 1, 2], [1, 2, 0, 0, 0]]
    assert batch.segments.tolist() == [[0, 0, 1, 1, 2], [0, 1, 1, 2, 2]]


def test_validation_data_are_seen_when_they_are_named(data: TokenDataset) -> None:
    seen = {t for w in Whole([SequenceLoader(data, SequenceOptions(3, 1))]).windows
            for t in w.tokens}  # fmt: skip
    held = data.stream("validation")
    validation = Whole([SequenceLoader(held, SequenceOptions(3, 1))])
    assert {t for w in validation.windows for t in w.tokens} == set(
        range(1, data.tokens + 1)
    ) - seen


# What is refused


def test_refuses_other_data_and_options(data: TokenDataset, tmp_path: Path) -> None:
    options = SequenceOptions(((0, 2), (5, 3)), 2)
    state = SequenceLoader(data, options).state()
    assert json.loads(json.dumps(state)) == state
    other = open_tokens(write_folder(tmp_path / "other", [*SHARDS, Lengths([3])]))
    with pytest.raises(ResumeError, match=r"^loader state was saved on other data .* start anew$"):
        SequenceLoader.from_state(other, state)
    with pytest.raises(ResumeError, match="other data"):
        SequenceLoader.from_state(data.stream("validation"), state)
    with pytest.raises(ResumeError, match="version 0"):
        SequenceLoader.from_state(data, {**state, "version": 0})
    with pytest.raises(ResumeError, match="damaged"):
        SequenceLoader.from_state(data, {**state, "samples": 1})
    for lacking in ("options", "fingerprint", "step", "pass", "samples"):
        with pytest.raises(ResumeError, match="damaged"):
            SequenceLoader.from_state(data, {k: v for k, v in state.items() if k != lacking})
    loader = SequenceLoader(data, dataclasses.replace(options, seed=9))
    with pytest.raises(ResumeError, match=r"other options \(seed 0, here 9\); give the same"):
        loader.load_state(state)
    again = open_tokens(write_folder(tmp_path / "again", SHARDS))
    assert SequenceLoader.from_state(again, state).state() == state


def test_a_loader_goes_back_to_a_state(data: TokenDataset) -> None:
    loader = SequenceLoader(data, SequenceOptions(2, 2))
    run = iter(loader)
    next(run)
    state = loader.state()
    expected = [rows(next(run)) for _ in range(3)]
    loader.load_state(state)
    assert [rows(batch) for batch in itertools.islice(loader, 3)] == expected


@pytest.mark.parametrize(
    ("rank", "world", "message"),
    [(2, 2, "rank must be 0 to 1"), (-1, 2, "rank"), (0, 4, "batch_size 6 cannot be shared")],
)
def test_refuses_worlds(data: TokenDataset, rank: int, world: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SequenceLoader(data, SequenceOptions(3, ((0, 12), (5, 6))), rank, world)


@pytest.mark.parametrize("shards", [[Lengths([])], [Lengths([0, 0])]])
def test_refuses_streams_without_tokens(tmp_path: Path, shards: list[Lengths]) -> None:
    for epochs in (1, None):
        with pytest.raises(ValueError, match="there are no tokens"):
            SequenceLoader(
                open_tokens(write_folder(tmp_path, shards)), SequenceOptions(1, 1, epochs=epochs)
            )


def test_a_mixture_has_its_own_epochs(folder: Path) -> None:
    mixed = mixture(folder, [[1, 1, 1, 1]])
    for epochs in (2, None):
        with pytest.raises(ValueError, match="leave epochs at 1"):
            SequenceLoader(mixed, SequenceOptions(1, 1, epochs=epochs))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sequence_length", 0),
        ("sequence_length", ()),
        ("sequence_length", ((1, 5),)),
        ("sequence_length", ((0, 5), (3, 0))),
        ("batch_size", 0),
        ("batch_size", ((0, 5), (3, 6), (2, 7))),
        ("batch_size", ((0, 5), (0, 6))),
        ("batch_size", ((0, 5, 6),)),
        ("seed", -1),
        ("seed", 2**64),
        ("epochs", 0),
        ("shuffle", True),
        ("packing", "best"),
    ],
)
def test_refuses_options(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        SequenceOptions(**{"sequence_length": 2, "batch_size": 2, field: value})  # type: ignore[arg-type]


def test_changes_to_the_same_number_are_none(data: TokenDataset) -> None:
    plain = Whole([SequenceLoader(data, SequenceOptions(3, 2))])
    changed = Whole([SequenceLoader(data, SequenceOptions(((0, 3), (4, 3)), ((0, 2), (2, 2))))])
    assert plain.windows == changed.windows


# Other processes


def test_import_is_light() -> None:
    program = (
        "import corpus_pipeline.loader, sys;"
        "print([m for m in ('apache_beam', 'torch', 'numba', 'tokenizers', 'gigatoken', 'awkward')"
        " if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert result.stdout == "[]\n"


def test_a_loader_pickles_with_its_state(folder: Path) -> None:
    mixed = mixture(folder, [[30, 9, 4, 1]])
    loader = SequenceLoader(mixed, SequenceOptions(3, 2, seed=1))
    run = iter(loader)
    next(run)
    again = pickle.loads(pickle.dumps(loader))
    assert rows(next(iter(again))) == rows(next(run))
    assert len(pickle.dumps(loader)) < 2000


def test_the_state_of_a_trainer_that_counts(data: TokenDataset) -> None:
    for options in (SequenceOptions(4, ((0, 2), (3, 4))), SequenceOptions(4, 2, epochs=None)):
        loader = SequenceLoader(data, options)
        taken = 0
        while taken < 2 * (loader.steps or 20):
            for _ in loader:
                taken += 1
                assert SequenceLoader(data, options).state_at(taken) in (
                    loader.state(),
                    # Behind a pass is before the next one.
                    {
                        **loader.state(),
                        "pass": taken // (loader.steps or 1),
                        "step": 0,
                        "samples": 0,
                    },
                )
                if taken == 40:
                    break


def test_iterating_in_a_torch_worker_is_refused(
    data: TokenDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = SequenceLoader(data, SequenceOptions(4, 2))
    torch = types.SimpleNamespace(get_worker_info=lambda: None)
    monkeypatch.setitem(sys.modules, "torch.utils.data", torch)
    next(iter(loader))
    torch.get_worker_info = lambda: types.SimpleNamespace(id=0)
    with pytest.raises(LoaderError, match=r"worker of torch's DataLoader.*loader\.torch_batches"):
        iter(loader)
    assert loader.batch(0).tokens.shape == (2, 4)


def test_to_torch(data: TokenDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = next(iter(SequenceLoader(data, SequenceOptions(4, 2))))
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "torch", None)
        with pytest.raises(ImportError, match="install torch"):
            to_torch(batch)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "torch", types.SimpleNamespace(from_numpy=lambda array: array))
        tensors = to_torch(batch)
    assert {name: array.dtype.name for name, array in tensors.items()} == {
        "tokens": "int64",
        "targets": "int64",
        "loss_mask": "bool",
        "segments": "int32",
        "positions": "int32",
    }
    for name, array in tensors.items():
        assert array.tolist() == getattr(batch, name).tolist()
