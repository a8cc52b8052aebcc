"""Local copies of remote files that do not change, up to a size.

    remote file ──fetched whole, sha256 compared──► FOLDER/SHA256.arrow ──► mapped into memory
                                                    the least recently used go

Several processes may share a folder: a file appears under its name when it is whole and right, and
a lock keeps two processes from fetching the same one. The lock is the operating system's, and goes
with the process. Where there is none (Windows), both fetch, and the last one's file stays.
"""

import contextlib
import hashlib
import os
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from corpus_pipeline.errors import CorpusError, EngineError, VerifyError
from corpus_pipeline.redaction import public_path
from corpus_pipeline.storage.reading import AHEAD, RemoteFile

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

_T = TypeVar("_T")

#: Files that are fetched ahead at once.
_THREADS = 2
#: How often a file is fetched again that others removed before it was opened.
_TRIES = 20
#: Seconds for which an unfinished file has not grown when whoever fetched it is gone. A read is
#: tried again for a minute.
_DEAD = 3600.0


class Wanted(NamedTuple):
    """A remote file, and what it must be."""

    url: str
    sha256: str
    """Of its bytes, 64 hex digits."""
    size: int
    """Bytes."""


class FileCache:
    """A folder of local copies.

    Attributes:
        folder: where they are.
        limit: bytes that they may take together. A file that a process has mapped when it is
            removed keeps its room on the disk until it is let go.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        """Takes the folder, which is made when it is first needed, and its limit."""
        self.folder = folder
        self.limit = limit
        self._made: _Process | None = None

    def opened(self, wanted: Wanted, opener: Callable[[Path], _T]) -> _T:
        """Opens the local copy of a file; fetches it where there is none.

        Args:
            wanted: the file.
            opener: gets the path of the copy, which others may remove as soon as it is open.

        Returns:
            What `opener` returns.

        Raises:
            EngineError: the file cannot be fetched, after tries for passing reasons, or the folder
                cannot be written.
            VerifyError: what was fetched is not what was wanted, or it is larger than the cache.
        """
        path = self._path(wanted)
        for _ in range(_TRIES):
            try:
                self._have(wanted)
            except OSError as error:
                raise EngineError(
                    f"{self.folder}: {error.strerror}; name another folder for the cache"
                ) from error
            try:
                return opener(path)
            except Exception:
                if path.exists():
                    raise
        raise EngineError(
            f"{self.folder}: others remove files before they can be opened; allow the cache more "
            f"than {self.limit} bytes"
        )

    def fetch_ahead(self, files: Sequence[Wanted]) -> None:
        """Fetches files in the background, in their order, instead of those named before.

        What goes wrong is told when the file is opened. No more is fetched than fills half of the
        cache, for what is in use must stay.
        """
        room = self.limit // 2
        chosen = []
        for wanted in files:
            room -= wanted.size
            if room < 0:
                break
            chosen.append(wanted)
        self._process().fetch_ahead(chosen)

    def _path(self, wanted: Wanted) -> Path:
        return self.folder / f"{wanted.sha256}.arrow"

    def _process(self) -> "_Process":
        # Neither threads nor locks survive a fork.
        if self._made is None or self._made.process != os.getpid():
            self._made = _Process(self.folder / ".lock", self._have)
        return self._made

    def _have(self, wanted: Wanted) -> None:
        """Sees to it that there is a copy, and that it counts as used."""
        path = self._path(wanted)
        if _touch(path):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._process().alone(wanted.sha256):
            if _touch(path):
                return
            self._make_room(wanted)
            unfinished = self.folder / f"{wanted.sha256}.{uuid.uuid4().hex}.part"
            try:
                _fetch(wanted, unfinished)
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)

    def _make_room(self, wanted: Wanted) -> None:
        """Removes copies, the least recently used first, until a file has room.

        Unfinished files count too, and those that a killed process has left go.
        """
        if wanted.size > self.limit:
            raise VerifyError(
                f"{public_path(wanted.url)} has {wanted.size} bytes, the cache holds {self.limit}; "
                "allow it more"
            )
        found = []
        for path in [*self.folder.glob("*.arrow"), *self.folder.glob("*.part")]:
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in found) + wanted.size
        for used, size, path in sorted(found):
            if total <= self.limit:
                break
            if path.suffix == ".part" and time.time() - used < _DEAD:
                continue
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size


class _Process:
    """What one process has: a lock among others, locks among its threads, threads."""

    def __init__(self, lock: Path, have: Callable[[Wanted], None]) -> None:
        self.process = os.getpid()
        self._have = have
        lock.parent.mkdir(parents=True, exist_ok=True)
        # Closing any descriptor of a file lets go of all locks that the process has on it, so there
        # is one for all files and for good; each file locks a byte of its own.
        self._lock = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        self._locks: dict[str, threading.Lock] = {}
        self._changed = threading.Condition()
        self._ahead: deque[Wanted] = deque()
        self._threads: list[threading.Thread] = []

    @contextlib.contextmanager
    def alone(self, sha256: str) -> Iterator[None]:
        """Keeps other threads and processes from fetching a file meanwhile."""
        with self._changed:
            lock = self._locks.setdefault(sha256, threading.Lock())
        with lock:
            if fcntl is None:
                yield
                return
            byte = int(sha256[:15], 16)
            fcntl.lockf(self._lock, fcntl.LOCK_EX, 1, byte)
            try:
                yield
            finally:
                fcntl.lockf(self._lock, fcntl.LOCK_UN, 1, byte)

    def fetch_ahead(self, files: Sequence[Wanted]) -> None:
        with self._changed:
            self._ahead = deque(files)
            self._changed.notify_all()
            while files and len(self._threads) < _THREADS:
                # A process that ends does not wait for them.
                thread = threading.Thread(target=self._work, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._ahead:
                    self._changed.wait()
                wanted = self._ahead.popleft()
            with contextlib.suppress(CorpusError, OSError):
                self._have(wanted)


def _touch(path: Path) -> bool:
    """Counts a file as used now; says whether it is there."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _fetch(wanted: Wanted, path: Path) -> None:
    digest, size = hashlib.sha256(), 0
    with RemoteFile(wanted.url, AHEAD, EngineError) as source, path.open("wb") as target:
        while block := source.read(AHEAD):
            digest.update(block)
            target.write(block)
            size += len(block)
        target.flush()
        os.fsync(target.fileno())
    if (size, digest.hexdigest()) != (wanted.size, wanted.sha256):
        raise VerifyError(
            f"{public_path(wanted.url)} has {size} bytes with sha256 {digest.hexdigest()[:12]}, "
            f"index.json says {wanted.size} with {wanted.sha256[:12]}; copy the folder again"
        )
