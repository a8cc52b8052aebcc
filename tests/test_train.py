"""The examples of examples/train, on a small corpus: trained, killed, resumed."""

import importlib.util
import itertools
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scripts import ROOT
from tokenizers import ByteLevelBPETokenizer

from corpus_pipeline import storage
from corpus_pipeline.loader import SequenceLoader, SequenceOptions, open_tokens
from corpus_pipeline.tokens.index import ShardEntry, TokenIndex
from corpus_pipeline.tokens.shard import ShardFormat, ShardWriter

pytestmark = pytest.mark.trainers

VOCABULARY = 300
#: Paragraphs of the project's own pages; the numbers of the demo's Chinese would need a run.
SOURCES = {"flow": "docs/flow/*.md", "decisions": "docs/decisions/*.md"}


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of shards of byte-level BPE tokens, two sources."""
    folder = tmp_path_factory.mktemp("train") / "tokens"
    folder.mkdir()
    texts = {
        source: [
            paragraph
            for path in sorted(ROOT.glob(pattern))
            for paragraph in path.read_text("utf-8").split("\n\n")
        ]
        for source, pattern in SOURCES.items()
    }
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(
        [text for each in texts.values() for text in each],
        VOCABULARY,
        special_tokens=["<|end|>"],
        show_progress=False,
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    sha256 = storage.file_digest(folder / "tokenizer.json")[1]
    entries = []
    for source, paragraphs in texts.items():
        name = f"{source}.arrow"
        with (folder / name).open("wb") as sink:
            writer = ShardWriter(sink, ShardFormat(sha256, 0, "uint16"))
            for row, paragraph in enumerate(paragraphs):
                ids = np.array([*tokenizer.encode(paragraph).ids, 0], np.uint16)
                ends = np.array([0, len(ids)])
                named = pa.array([f"{source}-{row}"])
                writer.write(named, np.array([0], np.int32), np.array([row]), ends, ids)
            summary = writer.close()
        entries.append(ShardEntry(name, *summary, *storage.file_digest(folder / name), source))
    index = TokenIndex("uint16", VOCABULARY, 0, "tokenizer.json", sha256, tuple(entries))
    (folder / "index.json").write_text(index.to_json(), "utf-8")
    return folder


@pytest.fixture(scope="module")
def mixture(tokens: Path) -> Path:
    """Two stages: even shares, then the flow twice and more."""
    data = open_tokens(tokens)
    components: list[dict[str, Any]] = []
    for source in SOURCES:
        stream = data.stream(sources=[source])
        listed = {"name": source, "split": "train", "sources": [source], "documents": 1}
        components.append({**listed, "tokens": stream.tokens, "selection": None, "sha256": None})
    content = {
        "version": 1,
        "tokens": "tokens",
        "index_sha256": data.fingerprint,
        "seed": 1,
        "components": components,
        "stages": [
            {"name": "main", "tokens": {"flow": 40_000, "decisions": 30_000}},
            {"name": "end", "tokens": {"flow": 2 * components[0]["tokens"]}},
        ],
    }
    path = tokens.parent / "mixture.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def started(script: str, *arguments: Any, **environment: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(ROOT / "examples" / "train" / script), *map(str, arguments)]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", **environment}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=variables
    )


def finished(process: "subprocess.Popen[str]") -> str:
    out, error = process.communicate()
    assert process.returncode == 0, error
    return out


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


#: Length and batch size change on the way.
SMALL = [
    *("--steps", 60, "--length", "0:128,30:192", "--batch", "0:8,20:12"),
    *("--width", 64, "--layers", 2, "--rate", 0.01, "--every", 10),
]


def test_a_killed_run_goes_on_with_the_same_losses(mixture: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    told = finished(started("train.py", mixture, tmp_path / "whole", *SMALL, "--waiting"))
    assert re.fullmatch(r"[\d.]+% of the time of a step waited for data\n", told)
    whole = lines(tmp_path / "whole" / "losses.jsonl")
    assert [json.loads(line)["step"] for line in whole] == list(range(1, 61))
    losses = [json.loads(line)["loss"] for line in whole]
    assert losses[0] > 0.95 * math.log(VOCABULARY)
    assert np.mean(losses[-5:]) < 0.7 * losses[0]

    again = tmp_path / "killed" / "losses.jsonl"
    for step, workers in ((15, 0), (33, 2)):
        process = started("train.py", mixture, tmp_path / "killed", *SMALL, "--workers", workers)
        while len(lines(again)) < step and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert step <= len(lines(again)) < 60
    finished(started("train.py", mixture, tmp_path / "killed", *SMALL))
    assert lines(again) == whole


def test_two_ranks(tokens: Path, tmp_path: Path) -> None:
    """Each has a half of every batch; the losses fall too."""
    pytest.importorskip("torch")
    common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29581", "WORLD_SIZE": "2"}
    processes = [
        started("train.py", tokens, tmp_path, *SMALL, "--steps", 25, RANK=str(k), **common)
        for k in range(2)
    ]
    for process in processes:
        finished(process)
    losses = [json.loads(line)["loss"] for line in lines(tmp_path / "losses.jsonl")]
    assert len(losses) == 25
    assert losses[-1] < 0.9 * losses[0]


def test_the_trainer_of_transformers(tokens: Path, tmp_path: Path) -> None:
    for library in ("torch", "transformers", "accelerate"):
        pytest.importorskip(library)
    told = finished(started("with_transformers.py", tokens, tmp_path, "max_steps=30", "use_cpu=1"))
    losses = [float(loss) for loss in re.findall(r"'loss': '?([\d.]+)", told)]
    assert len(losses) == 30
    assert losses[0] > 0.9 * math.log(VOCABULARY)
    assert losses[-1] < 0.85 * losses[0]


def test_jax(tokens: Path) -> None:
    pytest.importorskip("jax")
    told = finished(started("with_jax.py", tokens, 30))
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", told)]
    assert len(losses) == 30
    assert losses[-1] < 0.85 * losses[0]


def test_micro_batches_of_megatron(tokens: Path) -> None:
    """As far as it goes without CUDA: its names and types, and the consumed samples."""
    torch = pytest.importorskip("torch")
    spec = importlib.util.spec_from_file_location(
        "with_megatron", ROOT / "examples" / "train" / "with_megatron.py"
    )
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)

    def taken(rank: int, before: int, count: int) -> list[Any]:
        found = example.micro_batches(str(tokens), 64, 4, rank, 2, before)
        return list(itertools.islice(found, count))

    whole = taken(1, 0, 5)
    types = {name: tensor.dtype for name, tensor in whole[0].items()}
    assert types == {
        "tokens": torch.int64,
        "labels": torch.int64,
        "loss_mask": torch.float32,
        "position_ids": torch.int32,
    }
    loader = SequenceLoader(open_tokens(tokens), SequenceOptions(64, 8, seed=1), 1, 2)
    for step, batch in enumerate(whole):
        assert batch["tokens"].tolist() == loader.batch(step).tokens.tolist()
    assert taken(1, 3, 2)[1]["labels"].tolist() == whole[4]["labels"].tolist()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("library", ["torch", "grain"])
def test_the_examples_of_the_page(
    tokens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    pytest.importorskip(library)
    shutil.copytree(tokens, tmp_path / "demo-out" / "tokens")
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "trainers.md").read_text("utf-8")
    found = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    chosen = [block for block in found if f"import {library}\n" in block]
    assert chosen
    namespace: dict[str, Any] = {}
    for block in chosen:
        exec(block, namespace)
