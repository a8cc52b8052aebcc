"""Readers of the formats, slow and obvious, written from their published descriptions."""

import csv
import gzip
import itertools
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

Ids = list[int]


def megatron(prefix: Path) -> tuple[str, list[Ids]]:
    """Reads a prefix: the type of its tokens, and the documents."""
    index = prefix.with_name(prefix.name + ".idx").read_bytes()
    data = prefix.with_name(prefix.name + ".bin").read_bytes()
    assert index[:9] == b"MMIDIDX\x00\x00"
    version, code, sequences, documents = struct.unpack_from("<QBQQ", index, 9)
    assert version == 1
    kind = {8: "uint16", 4: "int32"}[code]
    at = 34
    lengths = struct.unpack_from(f"<{sequences}i", index, at)
    at += 4 * sequences
    pointers = struct.unpack_from(f"<{sequences}q", index, at)
    at += 8 * sequences
    firsts = struct.unpack_from(f"<{documents}q", index, at)
    assert at + 8 * documents == len(index)
    assert firsts == tuple(range(sequences + 1))
    read = [
        np.frombuffer(data, kind, length, pointer).tolist()
        for length, pointer in zip(lengths, pointers, strict=True)
    ]
    size = np.dtype(kind).itemsize
    assert sum(lengths) * size == len(data)
    return kind, read


def olmo(path: Path, dtype: str) -> list[tuple[Ids, str, str, str]]:
    """Reads an array: tokens, id, source and address of each document."""
    tokens = np.fromfile(path, dtype).tolist()
    with gzip.open(path.with_suffix("").with_suffix(".csv.gz"), "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    read = [(tokens[int(start) : int(end)], *rest) for start, end, *rest in rows]
    assert [token for document, *_ in read for token in document] == tokens
    return read


def hf(folder: Path) -> list[tuple[str, Ids]]:
    """Reads a folder that `load_from_disk` reads: id and tokens of each document."""
    state = json.loads((folder / "state.json").read_text("utf-8"))
    read = []
    for entry in state["_data_files"]:
        with pa.OSFile(str(folder / entry["filename"])) as file:
            rows = pa.ipc.open_stream(file).read_all().to_pylist()
        read += [(row["id"], row["input_ids"]) for row in rows]
    assert {entry["filename"] for entry in state["_data_files"]} == {
        path.name for path in folder.glob("*.arrow")
    }
    return read


def llm_c(path: Path) -> Ids:
    """Reads a file with a header of 256 integers."""
    data = path.read_bytes()
    magic, version, count = struct.unpack_from("<3i", data)
    kind = {(20240520, 1): "uint16", (20240801, 7): "uint32"}[magic, version]
    assert data[12:1024] == bytes(1012)
    read: Ids = np.frombuffer(data, kind, offset=1024).tolist()
    assert len(read) == count
    return read


def mds(folder: Path) -> list[Ids]:
    """Reads the shards of a folder: the tokens of each sample."""
    read = []
    index = json.loads((folder / "index.json").read_text("utf-8"))
    assert index["version"] == 2
    for shard in index["shards"]:
        data = (folder / shard["raw_data"]["basename"]).read_bytes()
        assert len(data) == shard["raw_data"]["bytes"]
        (count,) = struct.unpack_from("<I", data)
        assert count == shard["samples"]
        offsets = struct.unpack_from(f"<{count + 1}I", data, 4)
        columns = json.loads(data[4 + 4 * (count + 1) : offsets[0]])
        assert {key: shard[key] for key in columns} == columns
        assert (columns["column_names"], columns["format"]) == (["tokens"], "mds")
        _, kind, length = columns["column_encodings"][0].split(":")
        assert columns["column_sizes"] == [int(length) * np.dtype(kind).itemsize]
        assert offsets[-1] == len(data)
        for start, stop in itertools.pairwise(offsets):
            sample = np.frombuffer(data[start:stop], kind).tolist()
            assert len(sample) == int(length)
            read.append(sample)
    return read


def litdata(folder: Path) -> list[Ids]:
    """Reads the chunks of a folder: the tokens of each chunk."""
    read = []
    index: dict[str, Any] = json.loads((folder / "index.json").read_text("utf-8"))
    kind = {"no_header_tensor:20": "uint16", "no_header_tensor:15": "int32"}[
        index["config"]["data_format"][0]
    ]
    for chunk in index["chunks"]:
        data = (folder / chunk["filename"]).read_bytes()
        assert len(data) == chunk["chunk_bytes"]
        (items,) = struct.unpack_from("<I", data)
        offsets = struct.unpack_from(f"<{items + 1}I", data, 4)
        assert items == chunk["chunk_size"]
        assert (offsets[0], offsets[-1]) == (4 * (items + 2), len(data))
        read.append(np.frombuffer(data, kind, offset=offsets[0]).tolist())
        assert len(read[-1]) == chunk["dim"]
    return read
