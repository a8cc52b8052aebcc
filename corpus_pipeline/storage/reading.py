"""Reading: seekable files that survive a cut connection, and Arrow and Parquet files on top."""

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar, cast

import pyarrow as pa
import pyarrow.parquet as pq

from corpus_pipeline.errors import CorpusError, EngineError, InputError
from corpus_pipeline.redaction import public_path
from corpus_pipeline.storage.concurrent import map_concurrently
from corpus_pipeline.storage.places import Place, file_system_of, is_local, place, refuse_secrets
from corpus_pipeline.storage.retries import with_retries

_T = TypeVar("_T")

#: Bytes asked for at once where a file is read from beginning to end.
AHEAD = 4 * 2**20
#: Bytes asked for at once where single records are looked up.
_AHEAD_LOOKUP = 1 << 18
#: Bytes at the end of a file that are kept: Arrow and Parquet have their footers there.
_TAIL = 1 << 16
#: Ranges that are fetched at a time.
_RANGES_AT_ONCE = 16
#: A file up to this size is fetched whole.
_WHOLE = 1 << 20


class RemoteFile(io.RawIOBase):
    """A file behind a URL: opened at the first read, read in ranges, each tried again.

    Errors of the storage are raised as one of ours and never as an OSError, which a reader might
    take for a damage of the file.
    """

    def __init__(self, url: str, ahead: int, error: type[CorpusError]) -> None:
        super().__init__()
        self._url = url
        self._shown = public_path(url)
        self._ahead = ahead
        self._error = error
        self._file: Any = None
        self._size: int | None = None
        self._at = 0
        self._window = (0, b"")
        self._tail = (0, b"")

    def readable(self) -> bool:
        """Says that it can be read."""
        return True

    def seekable(self) -> bool:
        """Says that it can be read anywhere."""
        return True

    @property
    def size(self) -> int:
        """Bytes in the file."""
        if self._size is None:
            self._with_retries(self._open)
        assert self._size is not None
        return self._size

    def tell(self) -> int:
        """Returns where the next read starts."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes anywhere in the file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at}
        self._at = offset + (self.size if whence == io.SEEK_END else base[whence])
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Returns `size` bytes, fewer only at the end of the file; all that are left for -1."""
        wanted = self.size - self._at if size is None or size < 0 else size
        end = min(self._at + wanted, self.size)
        data = self._range(self._at, end) if end > self._at else b""
        self._at += len(data)
        return data

    def readall(self) -> bytes:
        """Returns all that is left."""
        return self.read()

    def readinto(self, buffer: Any) -> int:
        """Fills a buffer; returns how many bytes it got."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Lets go of the connection."""
        if not self.closed:
            self._forget()
            self._window = self._tail = (0, b"")
        super().close()

    def _range(self, start: int, end: int) -> bytes:
        for first, kept in (self._window, self._tail):
            if first <= start and end <= first + len(kept):
                return kept[start - first : end - first]
        first, kept = self._window
        head = kept[start - first :] if first <= start < first + len(kept) else b""
        begin = start + len(head)
        if begin >= self.size - _TAIL and not self._tail[1]:
            begin = max(0, self.size - _TAIL)
            self._tail = (begin, self._fetch(begin, self.size))
            return head + self._tail[1][start + len(head) - begin : end - begin]
        stop = min(self.size, max(end, begin + self._ahead))
        data = self._fetch(begin, stop)
        if end - start <= self._ahead:
            self._window = (begin, data)
        return head + data[: end - begin]

    def _fetch(self, start: int, end: int) -> bytes:
        return self._with_retries(lambda: self._fetched(start, end))

    def _fetched(self, start: int, end: int) -> bytes:
        if self._file is None:
            self._open()
        try:
            self._file.seek(start)
            parts = []
            missing = end - start
            while missing and (part := self._file.read(missing)):
                parts.append(bytes(part))
                missing -= len(part)
        except BaseException:
            self._forget()
            raise
        if missing:
            self._forget()
            raise ConnectionError(f"the file ended {missing} bytes early")
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _open(self) -> None:
        file_system, path = file_system_of(self._url)
        file = file_system.open(path, "rb", cache_type="none")
        if not file.seekable():
            raise self._error(
                f"{self._shown}: the server gives no parts of files, only whole ones; fetch the "
                "file and name the copy"
            )
        size = getattr(file, "size", None)
        if not isinstance(size, int):
            size = file.seek(0, io.SEEK_END)
        if self._size not in (None, size):
            raise self._error(f"{self._shown}: changed while it was read; run again")
        self._file, self._size = file, size

    def _forget(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(Exception):
                file.close()

    def _with_retries(self, work: Callable[[], _T]) -> _T:
        try:
            return with_retries(work, self._shown, self._error)
        except FileNotFoundError as error:
            raise self._error(
                f"{self._shown}: cannot be opened (No such file or directory)"
            ) from error


def open_input(path: str) -> BinaryIO:
    """Opens a path or URL for reading bytes, with seek.

    A URL is asked for at the first read, in ranges, each of which is tried again.

    Raises:
        InputError: it cannot be opened.
    """
    refuse_secrets(path)
    try:
        if is_local(path):
            return open(path.removeprefix("file://"), "rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror or error})") from error
    return cast(BinaryIO, RemoteFile(path, AHEAD, InputError))


def read_head(path: str, size: int) -> bytes:
    """Returns the first bytes of a path or URL, in one request.

    Raises:
        InputError: it cannot be opened.
    """
    refuse_secrets(path)
    if is_local(path):
        with open_input(path) as file:
            return file.read(size)
    with RemoteFile(path, size, InputError) as file:
        return file.read(size)


class Range(Protocol):
    """Bytes of a file."""

    @property
    def path(self) -> str:
        """Path or URL."""

    @property
    def start(self) -> int:
        """The first byte."""

    @property
    def size(self) -> int:
        """How many; 0 asks for nothing."""


_R = TypeVar("_R", bound=Range)


def read_ranges(ranges: Iterable[_R]) -> Iterator[tuple[_R, bytes]]:
    """Yields ranges of files with their bytes, in their order; fewer bytes at the end of a file.

    Each is one request, and some are under way at a time.

    Raises:
        InputError: a file cannot be opened, or its server gives no parts of files.
    """
    return map_concurrently(lambda each: (each, _read_range(each)), ranges, _RANGES_AT_ONCE)


def _read_range(wanted: Range) -> bytes:
    if not wanted.size:
        return b""
    if is_local(wanted.path):
        with open_input(wanted.path) as file:
            file.seek(wanted.start)
            return file.read(wanted.size)
    refuse_secrets(wanted.path)
    shown = public_path(wanted.path)
    file_system, path = file_system_of(wanted.path)
    end = wanted.start + wanted.size
    try:
        data = with_retries(
            lambda: bytes(file_system.cat_file(path, start=wanted.start, end=end)),
            shown,
            InputError,
        )
    except FileNotFoundError as error:
        raise InputError(f"{shown}: cannot be opened (No such file or directory)") from error
    if len(data) > wanted.size:
        raise InputError(
            f"{shown}: the server gives no parts of files, only whole ones; fetch the file and "
            "name the folder of the copy"
        )
    return data


def opened(where: Place) -> BinaryIO:
    """Opens a file of a run for reading bytes.

    Raises:
        OSError: it cannot be opened and is local.
        EngineError: it cannot be read and is not.
    """
    if isinstance(where, Path):
        return where.open("rb")
    return cast(BinaryIO, RemoteFile(str(where), AHEAD, EngineError))


@contextlib.contextmanager
def open_arrow(where: str | Place) -> Iterator[pa.ipc.RecordBatchFileReader]:
    """Opens an Arrow file for looking up record batches: mapped into memory where it is local.

    Batches stay valid after the block.
    """
    where = place(where)
    if isinstance(where, Path):
        with pa.memory_map(str(where)) as source:
            yield pa.ipc.open_file(source)
        return
    with RemoteFile(str(where), _AHEAD_LOOKUP, EngineError) as file:
        source = pa.BufferReader(file.read()) if file.size <= _WHOLE else pa.PythonFile(file, "r")
        yield pa.ipc.open_file(source)


@contextlib.contextmanager
def open_parquet(where: Place) -> Iterator[pq.ParquetFile]:
    """Opens a Parquet file; the columns of a row group are fetched together where it is remote."""
    if isinstance(where, Path):
        with pq.ParquetFile(where) as file:
            yield file
        return
    with (
        RemoteFile(str(where), 0, EngineError) as stream,
        pq.ParquetFile(stream, pre_buffer=True) as file,
    ):
        yield file


def read_parquet(where: Place, columns: list[str] | None = None, filters: Any = None) -> pa.Table:
    """Reads columns of a Parquet file, of the rows that meet a condition."""
    if isinstance(where, Path):
        return pq.read_table(where, columns=columns, filters=filters)
    with RemoteFile(str(where), 0, EngineError) as stream:
        return pq.read_table(stream, columns=columns, filters=filters, pre_buffer=True)


@contextlib.contextmanager
def local_copy(where: Place) -> Iterator[Path]:
    """Gives a local file with the content of a place: itself, or a copy for as long as the block.

    Raises:
        OSError: there is no room for the copy.
    """
    if isinstance(where, Path):
        yield where
        return
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        copy = Path(folder) / where.name
        with opened(where) as source, copy.open("wb") as target:
            while block := source.read(AHEAD):
                target.write(block)
        yield copy
