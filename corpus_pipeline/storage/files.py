"""Writing, listing and removing: a file appears under its name only when it is whole.

    local          written under an attempt's name beside the target, synced, renamed
    object store   spooled here, then one upload under the final name: the store shows it when whole
    other remote   spooled here, uploaded under an attempt's name, moved

Two attempts at the same file may run at once; both write the same bytes, and the last one wins.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Protocol, cast

from corpus_pipeline.errors import EngineError
from corpus_pipeline.redaction import public_path
from corpus_pipeline.storage.places import OBJECT_STORES, Place
from corpus_pipeline.storage.reading import opened
from corpus_pipeline.storage.retries import with_retries

if TYPE_CHECKING:
    from upath import UPath

#: Infix of names that only a running attempt uses.
_ATTEMPT = ".attempt-"
#: Bytes of a file for remote storage that are held in memory; the rest of it waits on the disk.
_SPOOLED = 8 * 2**20
#: Bytes of one part of an upload. 10,000 parts are the most that S3 takes.
_PART = 16 * 2**20


class Written(NamedTuple):
    """What one finished file holds."""

    bytes: int
    sha256: str


class _HashingFile:
    """Passes writes through and hashes them; enough of a file object for Arrow and Parquet."""

    def __init__(self, file: BinaryIO) -> None:
        self._file: BinaryIO | None = file
        self._digest = hashlib.sha256()
        self._size = 0
        self.closed = False

    def write(self, data: bytes | memoryview) -> int:
        self._digest.update(data)
        self._size += len(data)
        # A writer that is closed after the attempt was given up still writes its footer.
        return len(data) if self._file is None else self._file.write(data)

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def give_up(self) -> None:
        """Takes further writes and drops them."""
        self._file = None

    def tell(self) -> int:
        return self._size

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """Leaves the file open: it is closed, synced and renamed by whoever opened it."""

    @property
    def written(self) -> Written:
        return Written(self._size, self._digest.hexdigest())


class _Attempt(Protocol):
    """One way to a whole file."""

    file: BinaryIO

    def commit(self) -> None:
        """Makes the file appear."""

    def abandon(self) -> None:
        """Removes what was written; harmless after `commit`."""


class _LocalAttempt:
    """A file beside the target, renamed."""

    def __init__(self, target: Path) -> None:
        self._target = target
        target.parent.mkdir(parents=True, exist_ok=True)
        self._temporary = target.with_name(_attempt_name(target.name))
        self.file: BinaryIO = open(self._temporary, "wb")  # noqa: SIM115 (closed by commit, abandon)

    def commit(self) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        os.replace(self._temporary, self._target)
        _sync_folder(self._target.parent)

    def abandon(self) -> None:
        # What is still to be written does not fit on a full disk; nobody wants it any more.
        with contextlib.suppress(OSError):
            self.file.close()
        self._temporary.unlink(missing_ok=True)


class _RemoteAttempt:
    """A file without a name on this machine, uploaded."""

    def __init__(self, target: "UPath") -> None:
        self._target = target
        self.file = cast(BinaryIO, tempfile.SpooledTemporaryFile(_SPOOLED))  # noqa: SIM115 (as above)

    def commit(self) -> None:
        size = self.file.seek(0, os.SEEK_END)
        try:
            with_retries(lambda: self._upload(size), public_path(self._target))
        except FileNotFoundError as error:
            raise EngineError(
                f"{public_path(self._target)}: cannot be written, there is no such bucket or "
                "folder; make it or correct `output`"
            ) from error
        self.file.close()

    def abandon(self) -> None:
        with contextlib.suppress(OSError):
            self.file.close()

    def _upload(self, size: int) -> None:
        """Uploads once. Done twice, or after a try that came through unnoticed, it is the same."""
        file_system, path = self._target.fs, self._target.path
        self.file.seek(0)
        if self._target.protocol in OBJECT_STORES:
            _put(file_system, path, self.file, size)
        else:
            file_system.makedirs(path.rpartition("/")[0], exist_ok=True)
            folder, slash, name = path.rpartition("/")
            attempt = folder + slash + _attempt_name(name)
            _put(file_system, attempt, self.file, size)
            _move(file_system, attempt, path)
        stored = file_system.info(path)["size"]
        if stored != size:
            raise ConnectionError(f"{stored} of {size} bytes arrived")


def _put(file_system: Any, path: str, file: BinaryIO, size: int) -> None:
    """Uploads an open file: in one request while it is small, else in parts, one at a time."""
    if size <= _PART:
        file_system.pipe_file(path, file.read())
        return
    target = file_system.open(path, "wb", block_size=_PART)
    try:
        shutil.copyfileobj(file, target, _PART)
    except BaseException:
        # Closing would complete the upload and show half a file.
        with contextlib.suppress(Exception):
            target.discard()
        target.closed = True
        raise
    target.close()


def _move(file_system: Any, source: str, target: str) -> None:
    """Moves a file to its name, over another attempt's if there is one."""
    try:
        file_system.mv(source, target)
    except OSError:
        if not file_system.exists(target):
            raise
        # Some file systems do not move over a file. It has the same bytes.
        file_system.rm_file(target)
        file_system.mv(source, target)


def _attempt_name(name: str) -> str:
    return f"{name}{_ATTEMPT}{uuid.uuid4().hex}"


class AtomicFile:
    """A file in the making: write to `sink`, then `commit()`; anything else leaves no trace.

    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "part.bin"
    >>> file = AtomicFile(target)
    >>> file.sink.write(b"abc"), target.exists()
    (3, False)
    >>> file.commit().bytes, target.read_bytes()
    (3, b'abc')
    """

    def __init__(self, target: Place) -> None:
        self.target = target
        self._attempt: _Attempt = (
            _LocalAttempt(target) if isinstance(target, Path) else _RemoteAttempt(target)
        )
        self._hashing = _HashingFile(self._attempt.file)
        self.sink = cast(BinaryIO, self._hashing)

    def commit(self) -> Written:
        """Makes the file appear under its name, whole and stored.

        Raises:
            OSError: the disk does not take it.
            EngineError: the remote storage does not take it.
        """
        self._attempt.commit()
        return self._hashing.written

    def abandon(self) -> None:
        """Removes what was written; harmless after `commit`."""
        self._hashing.give_up()
        self._attempt.abandon()


def _sync_folder(folder: Path) -> None:
    """Puts a rename on the disk, so that after a power cut no manifest outlives its file."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def nameless_file() -> BinaryIO:
    """Opens an empty file on this machine, to write and read, which is gone when it is closed."""
    return cast(BinaryIO, tempfile.TemporaryFile())


@contextlib.contextmanager
def writing(target: Place) -> Iterator[AtomicFile]:
    """Opens an atomic file for a block; commits nothing by itself, removes the attempt on error."""
    file = AtomicFile(target)
    try:
        yield file
    finally:
        file.abandon()


def write_bytes(target: Place, content: bytes) -> Written:
    """Writes a whole small file atomically."""
    with writing(target) as file:
        file.sink.write(content)
        return file.commit()


def file_digest(where: Place) -> Written:
    """Reads a file and returns its size and SHA-256."""
    digest = hashlib.sha256()
    size = 0
    with opened(where) as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return Written(size, digest.hexdigest())


def read_bytes(where: Place) -> bytes:
    """Returns the content of a small file.

    Raises:
        FileNotFoundError: it is not there.
    """
    if isinstance(where, Path):
        return where.read_bytes()
    # Without the limit s3fs asks for the size first.
    limit = {"max_concurrency": 1} if where.protocol in ("s3", "s3a") else {}
    content: bytes = with_retries(
        lambda: where.fs.cat_file(where.path, **limit), public_path(where)
    )
    return content


def exists(where: Place) -> bool:
    """Tells whether a file or a folder with a file in it is there."""
    if isinstance(where, Path):
        return where.exists()
    return with_retries(lambda: bool(where.fs.exists(where.path)), public_path(where))


def size(where: Place) -> int:
    """Returns the bytes of a file.

    Raises:
        FileNotFoundError: it is not there.
    """
    if isinstance(where, Path):
        return where.stat().st_size
    return with_retries(lambda: int(where.fs.info(where.path)["size"]), public_path(where))


def is_folder(where: Place) -> bool:
    """Tells whether a folder is there."""
    if isinstance(where, Path):
        return where.is_dir()
    return with_retries(lambda: bool(where.fs.isdir(where.path)), public_path(where))


def remove(where: Place) -> None:
    """Removes a file; none there is fine."""
    if isinstance(where, Path):
        where.unlink(missing_ok=True)
        return
    with contextlib.suppress(FileNotFoundError):
        with_retries(lambda: where.fs.rm_file(where.path), public_path(where))


def remove_tree(folder: Place) -> None:
    """Removes a folder and all below it, as far as that is possible; in bulk on object stores."""
    if isinstance(folder, Path):
        shutil.rmtree(folder, ignore_errors=True)
        return
    with contextlib.suppress(FileNotFoundError):
        with_retries(lambda: folder.fs.rm(folder.path, recursive=True), public_path(folder))


def set_aside(folder: Place, trash: Place) -> None:
    """Makes a folder vanish under its name in one step, and `trash` appear, where it is local.

    Elsewhere only `trash` appears, as a note that the folder is to be removed.
    """
    if not isinstance(folder, Path):
        write_bytes(trash / "removed", b"")
    elif folder.exists():
        os.rename(folder, str(trash))
    else:
        Path(str(trash)).mkdir()


def remove_attempts(folder: Place) -> None:
    """Removes what killed attempts left below a folder. Only for when nothing else runs there."""
    if isinstance(folder, Path):
        for path in folder.rglob(f"*{_ATTEMPT}*"):
            path.unlink(missing_ok=True)
        return
    if folder.protocol in OBJECT_STORES:
        return  # They show whole files only; parts of broken uploads are theirs to expire.
    with contextlib.suppress(FileNotFoundError):
        for name in with_retries(lambda: folder.fs.find(folder.path), public_path(folder)):
            if _ATTEMPT in name.rpartition("/")[2]:
                with contextlib.suppress(FileNotFoundError):
                    folder.fs.rm_file(name)
