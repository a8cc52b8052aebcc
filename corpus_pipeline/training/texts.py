"""Texts of datasets and raw files as a stream, for the commands that train on them."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError, InputError
from corpus_pipeline.sources.pieces import ForeignFileError, Piece, detect_format
from corpus_pipeline.sources.reading import ReadOptions, read_piece
from corpus_pipeline.sources.records import NOT_EXTRACTED
from corpus_pipeline.workspace.run_file import RUN_FILE


@dataclasses.dataclass
class Texts:
    """Documents of datasets and raw files, read once; knows afterwards what was no document.

    Args:
        sources: dataset folders, or paths, URLs and globs of raw files that hold text.
        text_field: key or column of the text in raw files.
    """

    sources: Sequence[str]
    text_field: str
    documents: int = 0
    skipped: Counter[str] = dataclasses.field(default_factory=Counter)
    """Reason -> records."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yields batches of documents with their `id`, `text` and `metadata`, in order of path.

        Raises:
            InputError: a source has no text; names the fields that its records have instead.
        """
        for source in self.sources:
            before, fields = self.documents, ""
            earlier = self.skipped.copy()
            for batch in self._of(source):
                texts = pc.fill_null(pc.greater(pc.binary_length(batch["text"]), 0), False)
                kept = batch.filter(texts)
                self.documents += kept.num_rows
                lost = batch.filter(pc.invert(texts))
                self.skipped.update(_reasons(lost))
                fields = fields or _fields(lost)
                if kept.num_rows:
                    yield kept
            if self.documents == before:
                raise InputError(_nothing(source, self.skipped - earlier, fields))

    def _of(self, source: str) -> Iterator[pa.RecordBatch]:
        dataset = "*" not in source and storage.exists(storage.place(source) / RUN_FILE)
        pattern = str(storage.place(source) / "documents") if dataset else source
        options = ReadOptions(text_field="text" if dataset else self.text_field)
        for file in storage.list_inputs(pattern):
            with storage.open_input(file.path) as stream:
                try:
                    format_, compression = detect_format(file.path, stream.read(1 << 16))
                except ForeignFileError:
                    if storage.is_named(pattern, file):
                        raise
                    self.skipped["a file that no reader reads"] += 1
                    continue
                stream.seek(0)
                piece = Piece(file.path, format_, compression, 0, None)
                yield from read_piece(stream, piece, options, lambda name, times: None)

    def __str__(self) -> str:
        """Says what was read: `1,234 documents; 5 records skipped: read-null-text 5`."""
        said = f"{self.documents:,} document{'s' * (self.documents != 1)}"
        if not self.skipped:
            return said
        return f"{said}; {self.skipped.total():,} records skipped: {_listed(self.skipped)}"


def _nothing(source: str, skipped: Counter[str], fields: str) -> str:
    what = f"of {skipped.total()} records none has text" if skipped else "is empty"
    reasons = f" ({_listed(skipped)})" if skipped else ""
    seen = f"; they have the fields: {fields}" if fields else ""
    return (
        f"{source}: {what}{reasons}{seen}; name the key or column that holds the documents: "
        "--text-field"
    )


def _listed(skipped: Counter[str]) -> str:
    return ", ".join(f"{reason} {times}" for reason, times in skipped.most_common())


def _reasons(lost: pa.RecordBatch) -> Counter[str]:
    """Counts why rows are no texts to train on."""
    found = pc.if_else(lost["raw"].is_valid(), NOT_EXTRACTED, "empty text")
    return Counter(pc.coalesce(lost["drop_reason"], found).to_pylist())


def _fields(lost: pa.RecordBatch) -> str:
    """Names the fields of the first row that tells any."""
    for metadata in lost["metadata"].drop_null().to_pylist():
        known = orjson.loads(metadata)
        if named := known.get("fields") or ", ".join(name for name in known if name != "excerpt"):
            return str(named)
    return ""


def refuse_existing(path: Path, overwrite: bool) -> None:
    """Refuses to write a model over another one without leave.

    Raises:
        ConfigError: the file exists.
    """
    if path.exists() and not overwrite:
        raise ConfigError(f"{path}: exists; name another one, or --overwrite to replace it")
