"""torch's DataLoader and torchdata's: each sequence once, for any workers, worlds and resumes."""

import contextlib
import pickle
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import pytest
from token_folders import Lengths, write_folder

from corpus_pipeline.errors import LoaderError, ResumeError
from corpus_pipeline.loader import (
    SequenceDataset,
    SequenceLoader,
    SequenceOptions,
    TokenDataset,
    open_tokens,
    torch_batches,
    torch_sequences,
)

torch = pytest.importorskip("torch", reason="needs the environment of `make test-trainers`")
from torch.utils.data import DataLoader, DistributedSampler, IterableDataset  # noqa: E402

pytestmark = [
    pytest.mark.trainers,
    # Of torch's own making: it forks processes, counts cores, and speaks to torchdata.
    pytest.mark.filterwarnings("ignore:This DataLoader will create"),
    pytest.mark.filterwarnings("ignore:'set_vital' is deprecated"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]

SHARDS = [Lengths([5, 0, 7, 30]), Lengths([40, 1, 3]), Lengths([20, 20])]
#: 126 tokens: 32 sequences of 4, in 4 steps of 2 and 4 of 6.
OPTIONS = SequenceOptions(4, ((0, 2), (4, 6)), seed=3)
NAMES = ("tokens", "targets", "loss_mask", "samples")


@pytest.fixture
def data(tmp_path: Path) -> TokenDataset:
    return open_tokens(write_folder(tmp_path / "tokens", SHARDS))


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serves a folder over HTTP, in ranges."""

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

        def do_GET(self) -> None:
            content = Path(self.translate_path(self.path)).read_bytes()
            asked = self.headers.get("Range")
            self.send_response(206 if asked else 200)
            if asked:
                low, _, high = asked.removeprefix("bytes=").partition("-")
                size, content = len(content), content[int(low) : int(high) + 1]
                last = int(low) + len(content) - 1
                self.send_header("Content-Range", f"bytes {low}-{last}/{size}")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def rows(batches: Any) -> list[list[Any]]:
    return [[b["step"], *(b[name].tolist() for name in NAMES)] for b in batches]


def expected(data: TokenDataset, passes: int = 1, rank: int = 0, world: int = 1) -> list[Any]:
    """What the loader itself gives."""
    loader = SequenceLoader(data, OPTIONS, rank, world)
    return [
        [b.step, b.tokens.tolist(), b.targets.tolist(), b.loss_mask.tolist(), b.samples.tolist()]
        for _ in range(passes)
        for b in loader
    ]


def made(data: TokenDataset, rank: int = 0, world: int = 1) -> Any:
    return torch_batches(data, OPTIONS, rank, world, arrays=NAMES)


@pytest.mark.parametrize("workers", [0, 1, 2, 3])
def test_steps_come_in_order_pass_after_pass(data: TokenDataset, workers: int) -> None:
    for rank in range(2):
        batches = DataLoader(made(data, rank, 2), batch_size=None, num_workers=workers)
        assert len(batches) == 8
        found = rows(batches) + rows(batches)
        assert found == expected(data, 2, rank, 2)


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_that_stay(data: TokenDataset, start: str) -> None:
    batches = DataLoader(
        made(data),
        batch_size=None,
        num_workers=2,
        persistent_workers=True,
        multiprocessing_context=start,
    )
    assert rows(batches) + rows(batches) + rows(batches) == expected(data, 3)


def test_a_spawned_worker_gets_bytes_and_not_the_corpus(data: TokenDataset) -> None:
    data.read(0, data.tokens)
    for each in (made(data), torch_sequences(data, SequenceOptions(4, 2))):
        assert len(ForkingPickler.dumps(each)) < 4000
        assert pickle.loads(pickle.dumps(each)) is not None


def test_all_arrays(data: TokenDataset) -> None:
    (first, *_) = torch_batches(
        data, OPTIONS, arrays=("tokens", "segments", "positions", "cu_seqlens", "components")
    )
    batch = SequenceLoader(data, OPTIONS).batch(0)
    assert first["tokens"].dtype == torch.int64
    assert first["cu_seqlens"].tolist() == batch.cu_seqlens.tolist()
    assert first["positions"].tolist() == batch.positions.tolist()
    assert first["components"].dtype == torch.int16
    with pytest.raises(AttributeError, match="none_such"):
        torch_batches(data, OPTIONS, arrays=("none_such",))


def test_pinned_memory(data: TokenDataset) -> None:
    """Without an accelerator torch says that it is of no use, and goes on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batches = DataLoader(made(data), batch_size=None, num_workers=1, pin_memory=True)
        found = list(batches)
    assert rows(found) == expected(data)
    assert found[0]["tokens"].is_pinned() == torch.cuda.is_available()


@pytest.mark.parametrize("workers", [0, 2])
def test_a_pass_that_is_left_is_not_repeated_without_a_word(
    data: TokenDataset, workers: int
) -> None:
    batches = made(data)
    loader = DataLoader(batches, batch_size=None, num_workers=workers)
    next(iter(loader))
    if workers == 0:
        with pytest.warns(UserWarning, match="pass 0 of torch_batches was left before its end"):
            found = rows(loader)
        assert found == expected(data, 2)[8:]
    else:  # the worker's warning is an error there, as in every test
        with pytest.raises(UserWarning, match="was left before its end"):
            rows(loader)


def test_a_trainer_that_counts_resumes_with_other_workers_and_worlds(data: TokenDataset) -> None:
    for taken in (0, 3, 8, 11):
        for rank, world, workers in ((0, 1, 2), (1, 2, 0), (0, 2, 1)):
            batches = made(data, rank, world)
            batches.load_state_dict(SequenceLoader(data, OPTIONS).state_at(taken))
            loader = DataLoader(batches, batch_size=None, num_workers=workers)
            found = rows(loader) + rows(loader)
            assert found == expected(data, taken // 8 + 2, rank, world)[taken:]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_share_the_cache_of_remote_shards(
    data: TokenDataset, tmp_path: Path, start: str
) -> None:
    """A forked worker has neither the threads nor the locks of its parent."""
    options = SequenceOptions(4, 2, shuffle="blocks")
    with serving(tmp_path) as url:
        remote = open_tokens(f"{url}/tokens", tmp_path / "cache", 10 << 20)
        next(iter(SequenceLoader(remote, options)))  # a thread fetches ahead
        batches = torch_batches(remote, options, arrays=NAMES)
        loader = DataLoader(batches, batch_size=None, num_workers=2, multiprocessing_context=start)
        found = [batch["tokens"].tolist() for batch in loader]
    assert found == [batch.tokens.tolist() for batch in SequenceLoader(data, options)]


# torchdata


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("taken", [0, 3, 7, 8, 9])
def test_stateful_data_loader(data: TokenDataset, workers: int, taken: int) -> None:
    """Taken of two passes, saved, resumed in another process's objects, saved and resumed again."""
    stateful = pytest.importorskip("torchdata.stateful_dataloader")

    def loader() -> Any:
        return stateful.StatefulDataLoader(made(data), batch_size=None, num_workers=workers)

    def take(loader: Any, steps: int) -> list[Any]:
        found = []
        while steps > 0:
            for batch in loader:
                found += rows([batch])
                steps -= 1
                if not steps:
                    break
        return found

    first = loader()
    found = take(first, taken)
    for steps in (2, 16 - taken - 2):
        state = pickle.loads(pickle.dumps(first.state_dict()))
        first = loader()
        first.load_state_dict(state)
        found += take(first, steps)
    assert found == expected(data, 2)


def test_what_the_protocol_does_not_allow(data: TokenDataset) -> None:
    stateful = pytest.importorskip("torchdata.stateful_dataloader")
    loader = stateful.StatefulDataLoader(made(data), batch_size=None, num_workers=2)
    next(iter(loader))
    state = loader.state_dict()
    other = stateful.StatefulDataLoader(made(data), batch_size=None, num_workers=3)
    other.load_state_dict(state)
    with pytest.raises(LoaderError, match="the state is of 2 workers, here are 3; take as many"):
        next(iter(other))


# Map-style


@pytest.mark.parametrize("workers", [0, 2])
def test_sequences_by_number(data: TokenDataset, workers: int) -> None:
    options = SequenceOptions(4, 8, seed=3)
    sequences = torch_sequences(data, options)
    assert len(sequences) == 32
    loaders = [
        DataLoader(
            sequences,
            batch_size=4,
            num_workers=workers,
            persistent_workers=workers > 0,
            sampler=DistributedSampler(sequences, 2, rank, shuffle=False, drop_last=True),
        )
        for rank in range(2)
    ]
    for number in range(2):
        sequences.set_epoch(number)
        for rank, loader in enumerate(loaders):
            own = SequenceLoader(data, options, rank, 2)
            own.load_state(own.state_at(number * 4))
            found = [[b["tokens"].tolist(), b["loss_mask"].tolist()] for b in loader]
            assert found == [[b.tokens.tolist(), b.loss_mask.tolist()] for b in own]


def test_a_sequence_is_where_it_is(data: TokenDataset) -> None:
    sequences = torch_sequences(data, SequenceOptions(4, 8))
    assert sequences[-1]["tokens"].tolist() == sequences[31]["tokens"].tolist()
    assert sequences[0]["targets"].dtype == torch.int64
    assert sequences[0]["positions"].shape == (4,)
    for i in (32, -33):
        with pytest.raises(IndexError):
            sequences[i]


# Mistakes


def test_a_second_batch_size_is_an_error(data: TokenDataset) -> None:
    for workers in (0, 1):
        with pytest.raises(LoaderError, match="give it batch_size=None"):
            next(iter(DataLoader(made(data), num_workers=workers)))


class Wrapped(IterableDataset):  # type: ignore[misc, unused-ignore]
    """The obvious wrapper."""

    def __init__(self, data: TokenDataset) -> None:
        self.loader = SequenceLoader(data, OPTIONS)

    def __iter__(self) -> Any:
        return (batch.tokens.tolist() for batch in self.loader)


def test_a_loader_in_a_worker_is_an_error(data: TokenDataset) -> None:
    assert len(list(DataLoader(Wrapped(data), batch_size=None))) == 8
    with pytest.raises(LoaderError, match="torch_batches"):
        list(DataLoader(Wrapped(data), batch_size=None, num_workers=2))


def test_other_workers_on_the_way_are_an_error(data: TokenDataset) -> None:
    batches = made(data)
    list(DataLoader(batches, batch_size=None, num_workers=1))
    with pytest.raises(LoaderError, match="was iterated by 1 workers before, now by 2"):
        list(DataLoader(batches, batch_size=None, num_workers=2))


def test_an_endless_loader_is_iterated_once(data: TokenDataset) -> None:
    batches = torch_batches(data, SequenceOptions(4, 2, epochs=None), arrays=NAMES)
    with pytest.raises(TypeError, match="has no length"):
        len(batches)
    assert [b["step"] for b, _ in zip(batches, range(40), strict=False)] == list(range(40))
    with pytest.raises(LoaderError, match="without an end is iterated once"):
        iter(batches)


def test_states_of_others_are_refused(data: TokenDataset) -> None:
    batches = made(data)
    state = SequenceLoader(data, SequenceOptions(8, 2)).state()
    with pytest.raises(ResumeError, match="other options"):
        batches.load_state_dict(state)
    with pytest.raises(LoaderError, match="of one of 2 workers"):
        batches.load_state_dict({**batches.state_dict(), "workers": 2})


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (SequenceOptions(4, 2, epochs=None), "epochs is null, but a data set has a length"),
        (SequenceOptions(((0, 4), (9, 8)), 2), "sequence_length is .* knows no steps"),
        (SequenceOptions(4, ((0, 4), (9, 8))), "batch_size is .* knows no steps"),
    ],
)
def test_sequences_have_one_length_and_an_end(
    data: TokenDataset, options: SequenceOptions, line: str
) -> None:
    with pytest.raises(ValueError, match=line):
        SequenceDataset(data, options)


def test_rank_and_world(
    data: TokenDataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="rank must be 0 to 1, got 2"):
        made(data, 2, 2)
    with pytest.raises(ValueError, match="give both or none"):
        torch_batches(data, OPTIONS, rank=1)
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(LoaderError, match=r"WORLD_SIZE is 2, but torch\.distributed is not init"):
        torch_batches(data, OPTIONS)
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/group", rank=0, world_size=1
    )
    try:
        loader = torch_batches(data, OPTIONS).loader
        assert (loader.rank, loader.world) == (0, 1)
    finally:
        torch.distributed.destroy_process_group()


def test_the_loader_imports_no_torch() -> None:
    code = "import sys, corpus_pipeline.loader as l; l.torch_batches; print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
