"""Hugging Face datasets: the folders that `Dataset.save_to_disk` writes, one row for a document.

    train/web/
      data-00000-of-00003.arrow   Arrow IPC *stream*: id, input_ids
      state.json                  which files there are
      dataset_info.json           empty: the features are those of the Arrow schema

`load_from_disk` maps them into memory; `Dataset.from_file` does so with a single file.
"""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from pydantic import Field

from corpus_pipeline.exports.content import TRAIN
from corpus_pipeline.exports.exporter import (
    DocumentExporter,
    DocumentExportOptions,
    DocumentPart,
    Folder,
    WrittenPart,
    by_series,
    tokens_of,
)

#: An id is below 2**31, so uint32 has the bytes of int32, which PyTorch knows better.
_VALUES = {"uint16": pa.uint16(), "uint32": pa.int32()}


class HuggingFaceOptions(DocumentExportOptions):
    """Of the format hf."""

    file_tokens: int | None = Field(
        1 << 28, gt=0, description="tokens of a file at most, unless one document has more"
    )


class HuggingFace(DocumentExporter):
    """Datasets of Hugging Face, one for each split and source, or component of a mixture."""

    name = "hf"
    Options = HuggingFaceOptions
    options: HuggingFaceOptions

    def write(self, part: DocumentPart, folder: Folder) -> None:
        """Writes one Arrow file; its record batches are those of the shards."""
        values = _VALUES[self.content.dtype]
        schema = pa.schema([("id", pa.string()), ("input_ids", pa.list_(values))])
        path = f"{part.component.folder}/data-{part.number:05}-of-{part.of:05}.arrow"
        with (
            folder.file(path) as sink,
            pa.PythonFile(sink, "w") as file,
            pa.ipc.new_stream(file, schema) as stream,
        ):
            for batch in part.documents():
                offsets = pa.array(np.append(0, batch.lengths.cumsum()), pa.int32())
                tokens = pa.array(batch.tokens).view(values)
                lists = pa.ListArray.from_arrays(offsets, tokens)
                stream.write_batch(pa.record_batch([batch.ids, lists], schema=schema))

    def finish(self, parts: Sequence[WrittenPart], folder: Folder) -> None:
        """Writes what `load_from_disk` reads first, and the probabilities of a mixture."""
        series = by_series(parts)
        for component in self.content.components:
            here = series[component.split][component.name]
            names = [path.rpartition("/")[2] for part in here for path in part.files]
            identity = f"{self.content.dataset.fingerprint} {component.stream.fingerprint}"
            state: dict[str, object] = {
                "_data_files": [{"filename": name} for name in names],
                "_fingerprint": hashlib.sha256(identity.encode()).hexdigest()[:16],
                "_format_columns": None,
                "_format_kwargs": {},
                "_format_type": None,
                "_output_all_columns": False,
                "_split": component.split,
            }
            folder.write(f"{component.folder}/state.json", _json(state))
            folder.write(f"{component.folder}/dataset_info.json", _json({}))
        folders = {c.name: c.folder for c in self.content.components if c.split == TRAIN}
        train = series.get(TRAIN, {})
        stages = []
        for stage in self.content.stages:
            # interleave_datasets draws examples, and those of some components are longer.
            drawn = {
                name: wanted * sum(part.documents for part in train[name]) / tokens_of(train[name])
                for name, wanted in stage.tokens.items()
            }
            total = sum(drawn.values())
            stages.append(
                {
                    "name": stage.stage,
                    "tokens": stage.tokens,
                    "datasets": [folders[name] for name in drawn],
                    "probabilities": [each / total for each in drawn.values()],
                }
            )
        if stages:
            folder.write("interleave.json", _json({"stages": stages}))


def _json(content: dict[str, object]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
