"""Every format, read back by its slow twin."""

import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import slow_readers
import yaml
from small import (
    FOLDERS,
    SHARDS,
    SOURCES,
    SPLITS,
    STAGES,
    documents,
    flat,
    options_of,
    planned,
    write_small,
    write_small_mixture,
)
from token_folders import Component, Lengths, write_folder, write_mixture

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError, VerifyError
from corpus_pipeline.exports import Documents, Request, export
from corpus_pipeline.exports.olmo import _lines
from corpus_pipeline.loader import SequenceLoader, SequenceOptions, open_mixture

DOCUMENTS, TOKENS = ("megatron", "olmo", "hf"), ("nanogpt", "mds", "litdata")
#: Type, size of the vocabulary, type in Megatron's files: small ones are its uint16.
KINDS = [
    ("uint16", 60_000, "uint16"),
    ("uint16", 65_499, "uint16"),
    ("uint16", 65_500, "int32"),
    ("uint32", 100_000, "int32"),
]


def made(folder: Path, format_: str, target: str = "out", **request: Any) -> Path:
    """Exports a small folder; returns where to."""
    request.setdefault("root", "/data")
    export(Request(str(folder), str(folder / target), format_, **request))
    return folder / target


def content(target: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((target / "export.json").read_text("utf-8"))
    return read


def pieces(wanted: list[list[int]], most: int | None) -> list[list[list[int]]]:
    """Puts documents into files of at most so many tokens."""
    found: list[list[list[int]]] = []
    for document in wanted:
        if not found or (most and len(flat(found[-1])) + len(document) > most):
            found.append([])
        found[-1].append(document)
    return found


@pytest.mark.parametrize(("dtype", "vocab_size", "kind"), KINDS)
@pytest.mark.parametrize("most", [None, 8])
def test_megatron(tmp_path: Path, dtype: str, vocab_size: int, kind: str, most: int | None) -> None:
    target = made(
        write_small(tmp_path, dtype, vocab_size), "megatron", options={"file_tokens": most}
    )
    wanted: dict[str, list[str]] = {}
    for split in SPLITS:
        for source in SOURCES:
            files = pieces(documents(split, source), most)
            for number, file in enumerate(files):
                ending = f"-{number:05}" if len(files) > 1 else ""
                prefix = f"{split}/{FOLDERS[source]}{ending}"
                assert slow_readers.megatron(target / prefix) == (kind, file)
                weight = (
                    len(flat(documents(split, source)))
                    if len(files) == 1
                    else float(len(flat(file)))
                )
                wanted.setdefault(split, []).extend([str(weight), f"/data/{prefix}"])
    assert json.loads((target / "splits.json").read_text("utf-8")) == {
        "train": wanted["train"], "valid": wanted["validation"], "test": None
    }  # fmt: skip
    assert (target / "blend.txt").read_text("utf-8") == " ".join(wanted["train"]) + "\n"


@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
def test_olmo(tmp_path: Path, dtype: str) -> None:
    target = made(write_small(tmp_path, dtype), "olmo", options={"file_tokens": 8})
    for split in SPLITS:
        for source in SOURCES:
            files = pieces(documents(split, source), 8)
            paths = sorted((target / split / FOLDERS[source]).glob("*.npy"))
            assert [path.name for path in paths] == [f"part-{k:05}.npy" for k in range(len(files))]
            for path, file in zip(paths, files, strict=True):
                read = slow_readers.olmo(path, dtype)
                assert [tokens for tokens, *_ in read] == file
                for _, id_, of, address in read:
                    assert of == source
                    assert id_ == address.replace(":", "文")
    assert not list(target.glob("mixture*"))


def test_line_ends_in_a_name_do_not_end_its_line() -> None:
    one = np.array([1])
    names = pa.array(["第\n一\r页"])
    lines = _lines(Documents(names, one.astype(np.int32), one, one, one.astype(np.uint16), "书"), 5)
    assert list(lines.to_pylist()[0].values()) == [5, 6, "第 一 页", "书", "1:1"]


@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
@pytest.mark.parametrize("most", [8, 10**6])
def test_hf(tmp_path: Path, dtype: str, most: int) -> None:
    target = made(write_small(tmp_path, dtype), "hf", options={"file_tokens": most})
    for split in SPLITS:
        for source in SOURCES:
            folder = target / split / FOLDERS[source]
            read = slow_readers.hf(folder)
            assert [tokens for _, tokens in read] == documents(split, source)
            assert len(list(folder.glob("*.arrow"))) == len(pieces(documents(split, source), most))
    assert read[0][0] == "4文0"


@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
def test_nanogpt(tmp_path: Path, dtype: str) -> None:
    target = made(write_small(tmp_path, dtype), "nanogpt")
    for split, name in (("train", "train.bin"), ("validation", "val.bin")):
        assert np.fromfile(target / name, dtype).tolist() == flat(documents(split))
    assert pickle.loads((target / "meta.pkl").read_bytes()) == {"vocab_size": 60_000}
    assert content(target)["counts"]["padding"] == 0


@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
def test_modded_nanogpt(tmp_path: Path, dtype: str) -> None:
    folder = write_small(tmp_path, dtype)
    target = made(folder, "nanogpt", options={"header": "true", "file_tokens": 10})
    for split, name in (("train", "train"), ("validation", "val")):
        wanted = flat(documents(split))
        paths = sorted(target.glob(f"corpus_{name}_*.bin"))
        assert [path.name for path in paths] == [
            f"corpus_{name}_{k:06}.bin" for k in range(-(-len(wanted) // 10))
        ]
        assert flat([slow_readers.llm_c(path) for path in paths]) == wanted
        assert len(slow_readers.llm_c(paths[0])) == 10
    assert not (target / "meta.pkl").exists()


@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
@pytest.mark.parametrize("length", [1, 4, 100])
def test_mds(tmp_path: Path, dtype: str, length: int) -> None:
    options = {"sequence_length": length, "file_tokens": 12}
    target = made(write_small(tmp_path, dtype), "mds", options=options)
    padding = 0
    for split in SPLITS:
        wanted = flat(documents(split))
        rest = -len(wanted) % length
        padding += rest
        wanted += [0] * rest
        samples = slow_readers.mds(target / split)
        assert samples == [wanted[k : k + length] for k in range(0, len(wanted), length)]
        shards = json.loads((target / split / "index.json").read_text("utf-8"))["shards"]
        assert max(shard["samples"] for shard in shards) == min(max(12 // length, 1), len(samples))
        listed = {entry["path"]: entry["sha256"] for entry in content(target)["files"]}
        for shard in shards:
            raw = shard["raw_data"]
            assert raw["hashes"]["sha256"] == listed[f"{split}/{raw['basename']}"]
    assert content(target)["counts"]["padding"] == padding


@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
@pytest.mark.parametrize("length", [None, 4])
def test_litdata(tmp_path: Path, dtype: str, length: int | None) -> None:
    options = {"sequence_length": length, "file_tokens": 13}
    target = made(write_small(tmp_path, dtype), "litdata", options=options)
    for split in SPLITS:
        wanted = flat(documents(split))
        wanted += [0] * (-len(wanted) % (length or 1))
        chunks = slow_readers.litdata(target / split)
        assert flat(chunks) == wanted
        # TokensLoader leaves out what does not fill a block of its chunk.
        size = 12 if length else 13
        assert [len(chunk) for chunk in chunks[:-1]] == [size] * (len(chunks) - 1)


@pytest.mark.parametrize("format_", DOCUMENTS + TOKENS)
def test_splits_and_sources_are_chosen(tmp_path: Path, format_: str) -> None:
    write_small(tmp_path)
    request: dict[str, Any] = {
        "splits": ["validation"],
        "sources": ["书/页"],
        "options": options_of(format_),
    }
    found = content(made(tmp_path, format_, **request))
    length = options_of(format_).get("sequence_length", 1)
    assert found["counts"]["tokens"] == -(-7 // length) * length
    assert {part["split"] for part in found["parts"]} == {"validation"}
    assert found["counts"]["documents"] == (1 if format_ in DOCUMENTS else 0)
    assert {
        "path": "tokenizer.json",
        "bytes": 2,
        "sha256": hashlib.sha256(b"{}").hexdigest(),
    } in found["files"]


@pytest.mark.parametrize("format_", DOCUMENTS)
def test_documents_without_tokens_are_counted(tmp_path: Path, format_: str) -> None:
    write_small_mixture(write_small(tmp_path))
    counts = content(made(tmp_path, format_))["counts"]
    there = sum(len(lengths) for lengths, *_ in SHARDS)
    assert (counts["documents"], counts["empty"]) == (there - 2, 2)
    counts = content(made(tmp_path, format_, "mixed", mixture=str(tmp_path)))["counts"]
    assert counts["empty"] == 0


@pytest.mark.parametrize("format_", DOCUMENTS)
def test_components_of_a_mixture_repeat_their_documents(tmp_path: Path, format_: str) -> None:
    wanted = write_small_mixture(write_small(tmp_path))
    mixture = str(tmp_path / "mixture.json")
    target = made(tmp_path, format_, mixture=mixture)
    read: dict[str, list[list[int]]] = {}
    for name in wanted:
        place = target / "train" / name
        if format_ == "megatron":
            read[name] = slow_readers.megatron(place)[1]
        elif format_ == "olmo":
            read[name] = [row[0] for row in slow_readers.olmo(place / "part-00000.npy", "uint16")]
        else:
            read[name] = [tokens for _, tokens in slow_readers.hf(place)]
    assert read == wanted
    # The other splits are there as they are.
    held = target / "validation" / "web"
    assert (held.with_suffix(".bin") if format_ == "megatron" else held).exists()
    assert [stage["tokens"] for stage in content(target)["stages"]] == [dict(s) for _, s in STAGES]


def test_megatron_blends_a_mixture_by_its_stages(tmp_path: Path) -> None:
    write_small_mixture(write_small(tmp_path))
    target = made(tmp_path, "megatron", mixture=str(tmp_path))
    assert (target / "blend-main.txt").read_text("utf-8") == (
        "100 /data/train/web 30 /data/train/选\n"
    )
    assert json.loads((target / "splits-decay%2f2.json").read_text("utf-8")) == {
        "train": ["10", "/data/train/web", "5", "/data/train/选", "18", "/data/train/rare"],
        "valid": ["6", "/data/validation/web", "7", "/data/validation/书%2f页"],
        "test": None,
    }
    target = made(tmp_path, "megatron", "cut", mixture=str(tmp_path), options={"file_tokens": 40})
    weights = (target / "blend-main.txt").read_text("utf-8").split()[::2]
    # 10 + 40 + 3 tokens of web, of which 100 are wanted in all, and 11 + 40 + 14 of 选.
    assert [float(weight) for weight in weights] == pytest.approx(
        [100 * tokens / 53 for tokens in (10, 40, 3)]
        + [30 * tokens / 65 for tokens in (11, 40, 14)]
    )


def test_olmo_mixes_by_ratio_and_repetition(tmp_path: Path) -> None:
    write_small_mixture(write_small(tmp_path))
    target = made(tmp_path, "olmo", mixture=str(tmp_path), options={"file_tokens": 40})
    text = (target / "mixture-main.yaml").read_text("utf-8")
    assert text.startswith("# requested_tokens: 130\n")
    web, chosen = yaml.safe_load(text)["sources"]
    assert web["paths"] == [f"/data/train/web/part-{k:05}.npy" for k in range(3)]
    assert web["target_ratio"] == pytest.approx(100 / 130)
    assert web["max_repetition_ratio"] == pytest.approx(100 / 53, abs=1e-6)
    assert web["max_repetition_ratio"] * 53 >= 100
    assert (chosen["source_name"], chosen["max_repetition_ratio"]) == ("选", 1.0)
    assert (target / "mixture-decay%2f2.yaml").exists()


def test_hf_draws_examples_by_their_length(tmp_path: Path) -> None:
    wanted = write_small_mixture(write_small(tmp_path))
    target = made(tmp_path, "hf", mixture=str(tmp_path))
    main, decay = json.loads((target / "interleave.json").read_text("utf-8"))["stages"]
    assert main["datasets"] == ["train/web", "train/选"]
    for stage, (_, tokens) in zip((main, decay), STAGES, strict=True):
        mean = {name: len(flat(docs)) / len(docs) for name, docs in wanted.items()}
        drawn = [
            chance * mean[of.rpartition("/")[2]]
            for of, chance in zip(stage["datasets"], stage["probabilities"], strict=True)
        ]
        total = sum(tokens.values())
        assert [each / sum(drawn) for each in drawn] == pytest.approx(
            [each / total for each in tokens.values()]
        )
        assert sum(stage["probabilities"]) == pytest.approx(1)


@pytest.mark.parametrize("format_", TOKENS)
@pytest.mark.parametrize("seed", [0, 7])
def test_sequences_of_a_mixture_come_as_the_loader_gives_them(
    tmp_path: Path, format_: str, seed: int
) -> None:
    write_small_mixture(write_small(tmp_path))
    options = options_of(format_) | {"seed": seed}
    target = made(tmp_path, format_, mixture=str(tmp_path), options=options)
    loader = SequenceLoader(
        open_mixture(tmp_path / "mixture.json"), SequenceOptions(4, batch_size=3, seed=seed)
    )
    wanted = [row for batch in loader for row in batch.tokens.tolist()]
    if format_ == "mds":
        read = flat(slow_readers.mds(target / "train"))
    elif format_ == "litdata":
        read = flat(slow_readers.litdata(target / "train"))
    else:
        paths = sorted(target.glob("corpus_train_*.bin"))
        read = flat([slow_readers.llm_c(path) for path in paths])
    assert read == flat(wanted)
    parts = [part for part in content(target)["parts"] if part["split"] == "train"]
    assert len(parts) == -(-len(wanted) // 3)
    padding = sum(part["padding"] for part in parts)
    assert sum(part["tokens"] for part in parts) - padding == planned().total()


def test_blocks_of_a_mixture_may_begin_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files begin in the middle of what the loader gives at once."""
    write_small_mixture(write_small(tmp_path))
    options = {"sequence_length": 4, "file_tokens": 12}
    whole = slow_readers.mds(
        made(tmp_path, "mds", mixture=str(tmp_path), options=options) / "train"
    )
    for block in (4, 8, 20):
        monkeypatch.setattr("corpus_pipeline.exports.series._BLOCK", block)
        target = made(tmp_path, "mds", f"of-{block}", mixture=str(tmp_path), options=options)
        assert slow_readers.mds(target / "train") == whole


@pytest.mark.parametrize(
    ("format_", "request_", "message"),
    [
        ("hf", {"splits": ["test"]}, "--split test: .* has train, validation"),
        ("hf", {"sources": ["wiki"]}, "--source wiki: .* has web, 书/页"),
        ("hf", {"mixture": "m", "splits": ["validation"]}, "is of the split train"),
        ("hf", {"mixture": "m", "sources": ["web"]}, "leave --source away"),
        ("hf", {"options": {"file_tokens": 0}}, "--option file_tokens: .*greater than 0"),
        ("hf", {"options": {"header": True}}, "hf has no such option; it has file_tokens"),
        ("megatron", {"options": {"file_tokens": "many"}}, "--option file_tokens: .*integer"),
        ("mds", {}, "give --sequence-length"),
        ("mds", {"options": {"sequence_length": 1, "file_tokens": 2**31}}, "less than 4 GiB"),
        ("litdata", {"options": {"file_tokens": 2**31}}, "less than 4 GiB"),
        ("nanogpt", {"options": {"file_tokens": 8}}, "header=true"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_before_anything_is_written(
    tmp_path: Path, format_: str, request_: dict[str, Any], message: str
) -> None:
    write_small(tmp_path)
    with pytest.raises(ConfigError, match=message) as refused:
        made(tmp_path, format_, **request_)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_a_mixture_needs_a_length_for_sequences(tmp_path: Path) -> None:
    write_small_mixture(write_small(tmp_path))
    with pytest.raises(ConfigError, match="give --sequence-length"):
        made(tmp_path, "nanogpt", mixture=str(tmp_path))


def test_splits_of_one_name_are_refused(tmp_path: Path) -> None:
    shards = [Lengths([3], split="val"), Lengths([2], "书", "validation"), Lengths([0], split="x")]
    write_folder(tmp_path / "tokens", shards)
    for options in ({}, {"header": True}):
        with pytest.raises(ConfigError, match="splits val and validation are both called val; ex"):
            made(tmp_path, "nanogpt", options=options)
    assert not (tmp_path / "out").exists()
    for split, wanted in (("val", [1, 2, 3]), ("validation", [4, 5])):
        target = made(tmp_path, "nanogpt", split, splits=[split])
        assert np.fromfile(target / "val.bin", "uint16").tolist() == wanted
    # Other formats do not rename them.
    target = made(tmp_path, "mds", options={"sequence_length": 1})
    assert {path.name for path in target.iterdir()} >= {"val", "validation"}


def test_sources_that_are_called_as_numbered_files_are_refused(tmp_path: Path) -> None:
    shards = [Lengths([3, 4], "书"), Lengths([2], "书-00001")]
    write_folder(tmp_path / "tokens", shards)
    with pytest.raises(ConfigError, match="both called train/书-00001; leave it away"):
        made(tmp_path, "megatron", options={"file_tokens": 4})
    assert not (tmp_path / "out").exists()
    made(tmp_path, "megatron", "one", options={"file_tokens": 4}, sources=["书"])
    made(tmp_path, "megatron", "whole")
    made(tmp_path, "olmo", options={"file_tokens": 4})


@pytest.mark.parametrize(
    ("format_", "fits"), [("nanogpt", None), ("nanogpt", 3), ("mds", 3), ("litdata", 3)]
)
@pytest.mark.parametrize("mixed", [False, True])
def test_nothing_is_filled_up_without_an_end_of_document(
    tmp_path: Path, format_: str, fits: int | None, mixed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("token_folders.EOS", None)
    shards = [Lengths([5, 4]), Lengths([3], "书"), Lengths([6], "书", "validation")]
    write_folder(tmp_path / "tokens", shards)
    components = {"web": Component(["web"]), "书": Component(["书"])}
    write_mixture(tmp_path / "mixture.json", shards, components, [("main", {"web": 6, "书": 3})])
    more: dict[str, Any] = {"mixture": str(tmp_path)} if mixed else {}
    split, places = ("train", 4 + 2) if mixed else ("train", 3)
    message = f"{places} places of the split {split} stay empty, .* no end of document"
    with pytest.raises(ConfigError, match=message) as refused:
        made(tmp_path, format_, options={"sequence_length": 5}, **more)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()
    if fits or not mixed:
        found = content(made(tmp_path, format_, options={"sequence_length": fits}, **more))
        assert (found["counts"]["tokens"], found["counts"]["padding"]) == (15 if mixed else 18, 0)


def test_a_mixture_of_other_tokens_is_refused(tmp_path: Path) -> None:
    write_small_mixture(write_small(tmp_path / "a"))
    write_small(tmp_path / "b", vocab_size=1000)
    with pytest.raises(ConfigError, match="name the mixture of these tokens"):
        made(tmp_path / "b", "hf", mixture=str(tmp_path / "a"))


def test_another_tokenizer_is_refused(tmp_path: Path) -> None:
    write_small(tmp_path)
    (tmp_path / "tokens" / "tokenizer.json").write_bytes(b"[]")
    with pytest.raises(VerifyError, match="copy the run's own"):
        made(tmp_path, "hf")


def test_a_folder_without_shards_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no tokens/index.json"):
        made(tmp_path, "hf")


def test_a_run_behind_a_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_small(tmp_path)
    for path in (tmp_path / "tokens").iterdir():
        target = storage.place(f"memory://exported/tokens/{path.name}")
        storage.write_bytes(target, path.read_bytes())
    export(Request("memory://exported", str(tmp_path / "remote"), "megatron"))
    made(tmp_path, "megatron")
    for path in (tmp_path / "out").rglob("*.bin"):
        copy = tmp_path / "remote" / path.relative_to(tmp_path / "out")
        assert copy.read_bytes() == path.read_bytes()
    with pytest.raises(ConfigError, match=r"^memory://nothing: holds no tokens/index.json"):
        export(Request("memory://nothing", str(tmp_path / "out"), "hf"))
