"""OLMo, dolma: raw tokens in files called .npy, and where documents begin and end in .csv.gz.

    part-00000.npy      tokens, without a header in spite of the name
    part-00000.csv.gz   a line for each document: start, end, id, source, address

Described by dolma (docs/tokenize.md) and OLMo-core (utils.py and source_mixture.py in
src/olmo_core/data).
"""

import gzip
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import yaml
from pydantic import Field

from corpus_pipeline.exports.content import TRAIN, file_name
from corpus_pipeline.exports.documents import Documents
from corpus_pipeline.exports.exporter import (
    DocumentExporter,
    DocumentExportOptions,
    DocumentPart,
    Folder,
    WrittenPart,
    by_series,
    raw,
    tokens_of,
)

_COLUMNS = pa.schema(
    [("start", pa.int64()), ("end", pa.int64()), ("id", pa.string()), ("src", pa.string()),
     ("loc", pa.string())]
)  # fmt: skip
#: OLMo reads the files line by line.
_LINE_ENDS = "[\r\n]"


class OlmoOptions(DocumentExportOptions):
    """Of the format olmo."""

    # As dolma has it.
    file_tokens: int | None = Field(
        1 << 29, gt=0, description="tokens of a file at most, unless one document has more"
    )


class Olmo(DocumentExporter):
    """OLMo's memory-mapped arrays, some files for each split and source, or mixture component."""

    name = "olmo"
    Options = OlmoOptions
    options: OlmoOptions

    def write(self, part: DocumentPart, folder: Folder) -> None:
        """Writes one array and its documents."""
        stem = f"{part.component.folder}/part-{part.number:05}"
        options = pa.csv.WriteOptions(include_header=False)
        with (
            folder.file(f"{stem}.npy") as sink,
            folder.file(f"{stem}.csv.gz") as packed,
            # No name and no time, or the same documents would not give the same bytes.
            gzip.GzipFile("", "wb", compresslevel=1, fileobj=packed, mtime=0) as lines,
            pa.PythonFile(lines, "w") as file,
            pa.csv.CSVWriter(file, _COLUMNS, write_options=options) as csv,
        ):
            start = 0
            for batch in part.documents():
                sink.write(raw(batch.tokens))
                csv.write(_lines(batch, start))
                start += len(batch.tokens)

    def finish(self, parts: Sequence[WrittenPart], folder: Folder) -> None:
        """Writes the sources of each stage of a mixture, as SourceMixtureList reads them."""
        train = by_series(parts).get(TRAIN, {})
        for stage in self.content.stages:
            sources = [
                {
                    "source_name": name,
                    "target_ratio": share,
                    "max_repetition_ratio": _rounds(stage.tokens[name], tokens_of(train[name])),
                    "paths": [
                        f"{self.root}/{path}"
                        for part in train[name]
                        for path in part.files
                        if path.endswith(".npy")
                    ],
                }
                for name, share in stage.shares().items()
            ]
            text = yaml.safe_dump({"sources": sources}, allow_unicode=True, sort_keys=False)
            head = f"# requested_tokens: {sum(stage.tokens.values())}\n"
            folder.write(f"mixture-{file_name(stage.stage)}.yaml", (head + text).encode())


def _lines(batch: Documents, start: int) -> pa.RecordBatch:
    ends = np.cumsum(batch.lengths) + start
    ids = batch.ids
    if pc.any(pc.match_substring_regex(ids, _LINE_ENDS)).as_py():
        ids = pc.replace_substring_regex(ids, _LINE_ENDS, " ")
    columns: list[Any] = [
        pa.array(ends - batch.lengths),
        pa.array(ends),
        ids,
        pa.repeat(batch.source, len(ids)),
        pc.binary_join_element_wise(
            pa.array(batch.units).cast(pa.string()), pa.array(batch.rows).cast(pa.string()), ":"
        ),
    ]
    return pa.record_batch(columns, schema=_COLUMNS)


def _rounds(wanted: int, available: int) -> float:
    """Returns how often a source is gone through, 1 at least, rounded up to six digits.

    >>> _rounds(30, 10), _rounds(1, 10), _rounds(10, 3)
    (3.0, 1.0, 3.333334)
    """
    return max(1.0, math.ceil(wanted * 10**6 / available) / 10**6)
