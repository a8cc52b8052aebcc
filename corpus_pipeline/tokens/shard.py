"""Token shards: Arrow IPC files, uncompressed, read by memory-mapping without a copy.

    schema    id string | unit int32 | row int64 | tokens list<uint16 or uint32>   a row: a document
    metadata  format version, sha256 of the tokenizer, id of the end of document

    ┌ record batch ≤ 64 MiB ┐┌ record batch ≤ 64 MiB ┐┌ one document > 64 MiB ┐
    │ doc 0 │ doc 1 │ doc 2 ││ doc 3 │ doc 4         ││ doc 5                 │
    └───────────────────────┘└───────────────────────┘└───────────────────────┘

Where a record batch ends depends on the documents alone, not on how they were handed to the writer,
so the same documents give the same bytes. The bound keeps 32-bit list offsets from overflowing.
"""

import dataclasses
from bisect import bisect_right
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import VerifyError
from corpus_pipeline.text.columns import utf8_buffers

#: Version of the shard's schema and metadata.
SHARD_FORMAT = 2

#: Most bytes of columns in a record batch with more than one document.
BATCH_BYTES = 64 << 20

#: Bytes of a document in a record batch besides its tokens and the text of its id: its address and
#: two int32 offsets.
_ROW_BYTES = 20

#: An Arrow list of int32 offsets holds no more items.
_MOST_TOKENS = 2**31 - 1

Tokens = NDArray[np.uint16] | NDArray[np.uint32]

_ARROW_TYPES = {"uint16": pa.uint16(), "uint32": pa.uint32()}


@dataclasses.dataclass(frozen=True)
class ShardFormat:
    """What all shards of one run have in common."""

    tokenizer_sha256: str
    """Digest of the tokenizer.json, 64 hex digits."""
    eos_id: int | None
    """Id put after each document; null when there is none."""
    dtype: str
    """`uint16` or `uint32`."""

    def __post_init__(self) -> None:
        if self.dtype not in _ARROW_TYPES:
            raise ValueError(f"dtype must be uint16 or uint32, got {self.dtype!r}; choose one")

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of a shard, with its metadata.

        >>> ShardFormat("ab" * 32, 0, "uint16").schema.field("tokens").type.value_type
        DataType(uint16)
        """
        return pa.schema(
            [
                pa.field("id", pa.string(), nullable=False),
                pa.field("unit", pa.int32(), nullable=False),
                pa.field("row", pa.int64(), nullable=False),
                pa.field("tokens", pa.list_(_ARROW_TYPES[self.dtype]), nullable=False),
            ],
            metadata={
                "format": str(SHARD_FORMAT),
                "tokenizer_sha256": self.tokenizer_sha256,
                "eos_id": "" if self.eos_id is None else str(self.eos_id),
            },
        )

    @classmethod
    def of_schema(cls, schema: pa.Schema, name: str) -> "ShardFormat":
        """Reads the format back; `name` is the file's, for the message.

        Raises:
            VerifyError: the schema is not a token shard's, or is of another version.
        """
        metadata = {k.decode(): v.decode() for k, v in (schema.metadata or {}).items()}
        version = metadata.get("format")
        if version != str(SHARD_FORMAT):
            raise VerifyError(
                f"{name} has shard format {version}, not {SHARD_FORMAT}; "
                "read it with the version of this package that wrote it"
            )
        try:
            eos = metadata["eos_id"]
            found = cls(
                metadata["tokenizer_sha256"],
                int(eos) if eos else None,
                str(schema.field("tokens").type.value_type),
            )
        except (KeyError, ValueError, AttributeError) as error:
            raise VerifyError(f"{name} is not a token shard ({error}); write it again") from error
        if schema != found.schema:
            raise VerifyError(f"{name} has the columns {schema.names}, not a token shard's")
        return found


class ShardSummary(NamedTuple):
    """What was written."""

    documents: int
    tokens: int


class _Pending(NamedTuple):
    """Documents that wait for their record batch to fill."""

    ids: pa.Array
    units: NDArray[np.int32]
    rows: NDArray[np.int64]
    lengths: NDArray[np.int64]
    tokens: Tokens


class ShardWriter:
    """Writes documents to one shard, in the order in which they come.

    >>> import io
    >>> sink = io.BytesIO()
    >>> writer = ShardWriter(sink, ShardFormat("ab" * 32, 0, "uint16"))
    >>> offsets, ids = np.array([0, 2, 3]), np.array([5, 0, 0], np.uint16)
    >>> unit = np.zeros(2, np.int32)
    >>> writer.write(pa.array(["a", "b"]), unit, np.array([0, 1]), offsets, ids)
    >>> writer.close()
    ShardSummary(documents=2, tokens=3)
    """

    def __init__(
        self, sink: BinaryIO, format_: ShardFormat, batch_bytes: int = BATCH_BYTES
    ) -> None:
        """Starts a shard.

        Args:
            sink: open for writing at its beginning; stays open, is not flushed to disk.
            format_: of the shard.
            batch_bytes: most bytes of columns in a record batch; a longer document is alone in its.
        """
        self._schema = format_.schema
        self._dtype = np.dtype(format_.dtype)
        self._batch_bytes = batch_bytes
        self._file = pa.PythonFile(sink, mode="w")
        self._ipc = pa.ipc.new_file(self._file, self._schema)
        self._pending: list[_Pending] = []
        self._pending_bytes = 0
        self._documents = 0
        self._tokens = 0

    def write(
        self,
        ids: pa.Array,
        units: NDArray[np.int32],
        rows: NDArray[np.int64],
        offsets: NDArray[np.int64],
        tokens: Tokens,
    ) -> None:
        """Appends N documents.

        Args:
            ids: names of the documents, type `string`, no nulls.
            units: int32[N], number of the unit that each document is from.
            rows: int64[N], its row in that unit.
            offsets: int64[N + 1] into `tokens`; as `Encoded` has them.
            tokens: of the format's dtype. The arrays must not change before `close`.

        Raises:
            ValueError: lengths or types do not fit, or a document has 2**31 tokens or more.
        """
        lengths = np.diff(offsets)
        if not len(ids) == len(units) == len(rows) == len(lengths) or ids.null_count:
            raise ValueError(
                f"{len(ids)} ids with {ids.null_count} nulls, {len(units)} units, {len(rows)} rows "
                f"and {len(lengths)} documents do not belong together; give one of each for each "
                "document"
            )
        if tokens.dtype != self._dtype:
            raise ValueError(f"tokens must be {self._dtype}, got {tokens.dtype}; encode them anew")
        if len(lengths) and lengths.max() > _MOST_TOKENS:
            raise ValueError(f"a document has {lengths.max()} tokens; cut it before encoding")
        sizes = np.diff(utf8_buffers(ids).offsets) + lengths * self._dtype.itemsize + _ROW_BYTES
        filled = np.concatenate([[0], np.cumsum(sizes)])
        start = 0
        while start < len(sizes):
            room = self._batch_bytes - self._pending_bytes + filled[start]
            stop = int(np.searchsorted(filled, room, side="right")) - 1
            if stop <= start and not self._pending:
                stop = start + 1
            if stop > start:
                self._pending.append(
                    _Pending(
                        ids.slice(start, stop - start),
                        units[start:stop],
                        rows[start:stop],
                        lengths[start:stop],
                        tokens[offsets[start] : offsets[stop]],
                    )
                )
                self._pending_bytes += int(filled[stop] - filled[start])
                start = stop
            if start < len(sizes):
                self._flush()

    def close(self) -> ShardSummary:
        """Writes what is left and the footer. The sink stays open."""
        self._flush()
        self._ipc.close()
        self._file.flush()
        return ShardSummary(self._documents, self._tokens)

    def _flush(self) -> None:
        if not self._pending:
            return
        ids, units, rows, lengths, tokens = zip(*self._pending, strict=True)
        offsets = np.zeros(sum(len(part) for part in lengths) + 1, np.int32)
        np.cumsum(np.concatenate(lengths), out=offsets[1:])
        values = np.concatenate(tokens)
        batch = pa.record_batch(
            [
                pa.concat_arrays(ids),
                pa.array(np.concatenate(units), pa.int32()),
                pa.array(np.concatenate(rows), pa.int64()),
                pa.ListArray.from_arrays(pa.array(offsets), pa.array(values)),
            ],
            schema=self._schema,
        )
        self._ipc.write_batch(batch)
        self._documents += batch.num_rows
        self._tokens += len(values)
        self._pending = []
        self._pending_bytes = 0


class ShardBatch(NamedTuple):
    """One record batch, as views of the mapped file."""

    ids: pa.Array
    """N names, type `string`."""
    units: NDArray[np.int32]
    """int32[N]."""
    rows: NDArray[np.int64]
    """int64[N]."""
    offsets: NDArray[np.int32]
    """int32[N + 1] into `tokens`."""
    tokens: Tokens
    """All tokens of the batch."""


class Shard:
    """A shard, open for reading. Open it with `open_shard`.

    Attributes:
        format: what the shard's metadata says.
        batches: the record batches in order.
        documents: number of documents.
        tokens: number of tokens.
    """

    def __init__(self, reader: Any, name: str, full: bool) -> None:
        self.format = ShardFormat.of_schema(reader.schema, name)
        found = [reader.get_batch(i) for i in range(reader.num_record_batches)]
        for batch in found:
            # Arrow believes the lengths in the file; beyond the end of the map there is a crash.
            batch.validate(full=full)
        self.batches = [_view(batch, self.format) for batch in found]
        self._first_documents = [0]
        for batch in self.batches:
            self._first_documents.append(self._first_documents[-1] + len(batch.rows))
        self.documents = self._first_documents[-1]
        self.tokens = sum(len(batch.tokens) for batch in self.batches)

    def tokens_of(self, document: int) -> Tokens:
        """Returns the tokens of one document, a view.

        Args:
            document: 0 to `documents` - 1.

        Raises:
            IndexError: there is no such document.
        """
        if not 0 <= document < self.documents:
            raise IndexError(f"document {document} of a shard with {self.documents}")
        k = bisect_right(self._first_documents, document) - 1
        batch = self.batches[k]
        i = document - self._first_documents[k]
        return batch.tokens[batch.offsets[i] : batch.offsets[i + 1]]


def open_shard(path: str | Path, full: bool = False) -> Shard:
    """Maps a shard into memory. Nothing is read but the footer and the ends of the offsets.

    Args:
        path: the file.
        full: read all offsets and names too, and refuse those that lead out of the file. For a
            shard from a stranger.

    Raises:
        VerifyError: the file is missing, cut, or not a token shard.
    """
    try:
        # A closed file stays mapped as long as there are batches, and takes no file descriptor.
        with pa.memory_map(str(path)) as file:
            return Shard(pa.ipc.open_file(file), str(path), full)
    except (OSError, pa.ArrowInvalid) as error:
        raise VerifyError(
            f"{path} cannot be read as a token shard ({error}); write it again"
        ) from (error)


def _view(batch: pa.RecordBatch, format_: ShardFormat) -> ShardBatch:
    column = batch.column("tokens")
    offsets = column.offsets.to_numpy()
    tokens = column.values.to_numpy()
    units, rows = batch.column("unit").to_numpy(), batch.column("row").to_numpy()
    return ShardBatch(batch.column("id"), units, rows, offsets, tokens)
