"""What is exported, read by those for whom it is: their own readers, where they are installed.

Run by `make test-trainers`. nanoGPT's reader is one line of its train.py, which `test_formats` has.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pytest
import slow_readers
from small import SOURCES, SPLITS, documents, flat, write_small, write_small_mixture

from corpus_pipeline.exports import Request, export
from corpus_pipeline.loader import SequenceLoader, SequenceOptions, open_mixture

pytestmark = [
    pytest.mark.trainers,
    # These libraries warn of themselves.
    pytest.mark.filterwarnings("ignore"),
]

TYPES = ["uint16", "uint32"]
#: What they are called where PyTorch shall know them.
SIGNED = {"uint16": "uint16", "uint32": "int32"}


def made(folder: Path, format_: str, **request: Any) -> Path:
    export(Request(str(folder), str(folder / "out"), format_, **request))
    return folder / "out"


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))


# Megatron


@pytest.mark.parametrize(
    ("dtype", "vocab_size"), [("uint16", 60_000), ("uint16", 65_500), ("uint32", 90_000)]
)
def test_megatron_reads_a_prefix(tmp_path: Path, dtype: str, vocab_size: int) -> None:
    indexed_dataset = pytest.importorskip("megatron.core.datasets.indexed_dataset")
    target = made(write_small(tmp_path, dtype, vocab_size), "megatron")
    for split in SPLITS:
        for source, name in zip(SOURCES, ("web", "书%2f页"), strict=True):
            prefix = str(target / split / name)
            assert indexed_dataset.IndexedDataset.exists(prefix)
            dataset = indexed_dataset.IndexedDataset(prefix)
            wanted = documents(split, source)
            assert [dataset[k].tolist() for k in range(len(dataset))] == wanted
            assert dataset.sequence_lengths.tolist() == [len(document) for document in wanted]
            assert dataset.document_indices.tolist() == list(range(len(wanted) + 1))
            assert dataset[0].dtype == indexed_dataset.DType.optimal_dtype(vocab_size)
            assert dataset.get(0, offset=1, length=2).tolist() == wanted[0][1:3]


def test_megatron_reads_a_blend(tmp_path: Path) -> None:
    utils = pytest.importorskip("megatron.core.datasets.utils")
    write_small_mixture(write_small(tmp_path))
    target = made(tmp_path, "megatron", mixture=str(tmp_path))
    words = (target / "blend-main.txt").read_text("utf-8").split()
    prefixes, weights = utils.get_blend_from_list(words)
    assert prefixes == [str(target / "train" / name) for name in ("web", "选")]
    assert utils.normalize(weights) == pytest.approx([100 / 130, 30 / 130])
    for split in json.loads((target / "splits-main.json").read_text("utf-8")).values():
        prefixes, weights = utils.get_blend_from_list(split) or ([], [])
        assert all(Path(f"{prefix}.idx").exists() for prefix in prefixes)


class _Tokenizer:
    """What Megatron asks of one."""

    eod, pad, vocab_size = 0, -1, 60_000
    unique_identifiers: ClassVar[dict[str, str]] = {"class": "none"}


def test_megatron_draws_samples_of_a_blend(tmp_path: Path) -> None:
    gpt_dataset = pytest.importorskip("megatron.core.datasets.gpt_dataset")
    builder = pytest.importorskip("megatron.core.datasets.blended_megatron_dataset_builder")
    utils = pytest.importorskip("megatron.core.datasets.utils")
    distributed = pytest.importorskip("torch.distributed")
    write_small_mixture(write_small(tmp_path))
    target = made(tmp_path, "megatron", mixture=str(tmp_path), splits=["train"])
    splits = json.loads((target / "splits-main.json").read_text("utf-8"))
    blends = [utils.get_blend_from_list(splits[split]) for split in ("train", "valid", "test")]
    config = gpt_dataset.GPTDatasetConfig(
        random_seed=1, sequence_length=4, blend_per_split=blends, tokenizer=_Tokenizer(),
        reset_position_ids=False, reset_attention_mask=False, eod_mask_loss=True,
        path_to_cache=str(tmp_path / "cache"),
    )  # fmt: skip
    # It asks for its rank, and that is all.
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    try:
        train, _, _ = builder.BlendedMegatronDatasetBuilder(
            gpt_dataset.GPTDataset, [1300, 0, 0], lambda: True, config
        ).build()
    finally:
        distributed.destroy_process_group()
    shares = np.bincount(train.dataset_index) / len(train)
    assert shares == pytest.approx([100 / 130, 30 / 130], abs=0.01)
    seen = {token for k in range(len(train)) for token in train[k]["tokens"].tolist()}
    assert seen <= set(flat(documents("train")))
    # The last token of a round may be a target alone.
    assert len(set(flat(documents("train", "web"))) - seen) <= 1


# OLMo-core


@pytest.mark.parametrize("dtype", TYPES)
def test_olmo_core_reads_arrays_and_documents(tmp_path: Path, dtype: str) -> None:
    data = pytest.importorskip("olmo_core.data")
    utils = pytest.importorskip("olmo_core.data.utils")
    target = made(write_small(tmp_path, dtype), "olmo", options={"file_tokens": 8})
    tokenizer = data.TokenizerConfig(vocab_size=60_000, eos_token_id=0, pad_token_id=0)
    for split in SPLITS:
        paths = sorted((target / split / "web").glob("*.npy"))
        files = [[row[0] for row in slow_readers.olmo(path, dtype)] for path in paths]
        for path, file in zip(paths, files, strict=True):
            ends = np.cumsum([len(document) for document in file]).tolist()
            found = utils.iter_document_indices(
                path, use_array_if_local=False, dtype=np.dtype(dtype).type
            )
            assert list(found) == list(zip([0, *ends], ends, strict=False))
        dataset = data.NumpyFSLDatasetConfig(
            tokenizer=tokenizer, paths=[str(path) for path in paths], sequence_length=2,
            work_dir=str(tmp_path / "work"), dtype=data.NumpyDatasetDType(dtype),
        ).build()  # fmt: skip
        dataset.prepare()
        read = [dataset[k]["input_ids"].tolist() for k in range(len(dataset))]
        # What does not fill a sequence at the end of a file it leaves out.
        assert read == [
            flat(file)[k : k + 2] for file in files for k in range(0, len(flat(file)) - 1, 2)
        ]


def test_olmo_core_reads_a_mixture(tmp_path: Path) -> None:
    source_mixture = pytest.importorskip("olmo_core.data.source_mixture")
    write_small_mixture(write_small(tmp_path))
    target = made(tmp_path, "olmo", mixture=str(tmp_path), options={"file_tokens": 40})
    sources = source_mixture.SourceMixtureList.from_yaml(target / "mixture-main.yaml")
    sources.validate()
    built = source_mixture.SourceMixtureDatasetConfig(
        source_list=sources, requested_tokens=130, global_batch_size=2, render_tables=False
    ).build(npdtype=np.uint16, sequence_length=1)
    found = {each.name: sum(p.tokens for p in each.path_tokens) for each in built.sources}
    assert found == {"web": pytest.approx(100, abs=3), "选": pytest.approx(30, abs=3)}


# Hugging Face datasets


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("in_memory", [True, False])
def test_datasets_loads_a_folder_from_disk(tmp_path: Path, dtype: str, in_memory: bool) -> None:
    datasets = pytest.importorskip("datasets")
    target = made(write_small(tmp_path, dtype), "hf", options={"file_tokens": 8})
    for split in SPLITS:
        loaded = datasets.load_from_disk(str(target / split / "web"), keep_in_memory=in_memory)
        assert loaded["input_ids"][:] == documents(split, "web")
        assert loaded.split == split
        assert loaded.column_names == ["id", "input_ids"]
        assert (
            str(loaded.features["input_ids"].feature.dtype)
            == {"uint16": "uint16", "uint32": "int32"}[dtype]
        )
        tensors = loaded.with_format("torch")["input_ids"]
        assert [row.tolist() for row in tensors] == documents(split, "web")
    again = datasets.load_from_disk(str(target / "train" / "web"))
    assert again._fingerprint != loaded._fingerprint


def test_datasets_opens_one_file(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    target = made(write_small(tmp_path), "hf")
    loaded = datasets.Dataset.from_file(str(target / "train/web/data-00000-of-00001.arrow"))
    assert loaded["input_ids"][:] == documents("train", "web")


def test_datasets_interleaves_a_mixture(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    wanted = write_small_mixture(write_small(tmp_path))
    target = made(tmp_path, "hf", mixture=str(tmp_path))
    stage, _ = json.loads((target / "interleave.json").read_text("utf-8"))["stages"]
    parts = [datasets.load_from_disk(str(target / folder)) for folder in stage["datasets"]]
    assert [part["input_ids"][:] for part in parts] == [wanted["web"], wanted["选"]]
    mixed = datasets.interleave_datasets(
        parts, probabilities=stage["probabilities"], seed=1, stopping_strategy="all_exhausted"
    )
    assert len(mixed) > 0


def test_which_readers_of_datasets_read_the_shards_of_a_run(tmp_path: Path) -> None:
    """`load_dataset("arrow")` reads Arrow files and streams, `Dataset.from_file` streams alone."""
    datasets = pytest.importorskip("datasets")
    tokens = write_small(tmp_path) / "tokens"
    loaded = datasets.load_dataset(
        "arrow", data_files=[str(tokens / "0.arrow"), str(tokens / "1.arrow")], split="train"
    )
    assert loaded["tokens"][:] == [*open_documents(tokens)]
    assert loaded.column_names == ["id", "unit", "row", "tokens"]
    # It takes the magic of an Arrow file for a length.
    with pytest.raises(pa.ArrowInvalid, match="metadata bytes"):
        datasets.Dataset.from_file(str(tokens / "0.arrow"))


def open_documents(tokens: Path) -> Iterator[list[int]]:
    """Yields the documents of the first two shards, those without tokens too."""
    from corpus_pipeline.tokens.shard import open_shard

    for name in ("0.arrow", "1.arrow"):
        shard = open_shard(tokens / name)
        for k in range(shard.documents):
            yield shard.tokens_of(k).tolist()


# MosaicML streaming


@pytest.mark.parametrize("dtype", TYPES)
def test_streaming_reads_samples(tmp_path: Path, dtype: str) -> None:
    streaming = pytest.importorskip("streaming")
    options = {"sequence_length": 4, "file_tokens": 12}
    target = made(write_small(tmp_path, dtype), "mds", options=options)
    for split in SPLITS:
        streaming.base.util.clean_stale_shared_memory()
        dataset = streaming.StreamingDataset(
            local=str(target), split=split, shuffle=False, batch_size=1, validate_hash="sha256"
        )
        read = [dataset[k]["tokens"] for k in range(len(dataset))]
        assert [sample.tolist() for sample in read] == slow_readers.mds(target / split)
        assert {sample.dtype for sample in read} == {
            np.dtype({"uint16": "uint16", "uint32": "int32"}[dtype])
        }
        wanted = flat(documents(split))
        assert flat([sample.tolist() for sample in read])[: len(wanted)] == wanted


# LitData


@pytest.mark.parametrize("dtype", TYPES)
def test_litdata_reads_blocks(tmp_path: Path, dtype: str) -> None:
    litdata = pytest.importorskip("litdata")
    options = {"sequence_length": 4, "file_tokens": 13}
    target = made(write_small(tmp_path, dtype), "litdata", options=options)
    for split in SPLITS:
        dataset = litdata.StreamingDataset(
            str(target / split), item_loader=litdata.TokensLoader(block_size=4), shuffle=False
        )
        wanted = flat(documents(split))
        wanted += [0] * (-len(wanted) % 4)
        read = [dataset[k].tolist() for k in range(len(dataset))]
        assert flat(read) == wanted
        assert [row.tolist() for row in dataset] == read


def test_litdata_reads_a_mixture_in_the_order_of_the_loader(tmp_path: Path) -> None:
    litdata = pytest.importorskip("litdata")
    write_small_mixture(write_small(tmp_path))
    options = {"sequence_length": 5, "seed": 3, "file_tokens": 20}
    target = made(tmp_path, "litdata", mixture=str(tmp_path), options=options)
    dataset = litdata.StreamingDataset(
        str(target / "train"), item_loader=litdata.TokensLoader(block_size=5), shuffle=False
    )
    loader = SequenceLoader(
        open_mixture(tmp_path / "mixture.json"), SequenceOptions(5, batch_size=1, seed=3)
    )
    assert [row.tolist() for row in dataset] == [batch.tokens[0].tolist() for batch in loader]
