"""One run at a time in an output folder.

    local    a lock of the operating system on `.lock`; it goes with the process
    remote   a lease: the file `.lock` names its owner, who counts it up every few seconds

Whoever finds a lease watches it by his own monotonic clock, so no two clocks are compared: if it
counts on, another run is at work; if it stands still, its owner is gone and it is taken over. An
owner who was only slow finds out before he commits anything.
"""

import contextlib
import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus_pipeline.errors import CorpusError, EngineError, ResumeError
from corpus_pipeline.redaction import public_path
from corpus_pipeline.storage.files import read_bytes, remove
from corpus_pipeline.storage.places import OBJECT_STORES, Place
from corpus_pipeline.storage.retries import with_retries

if TYPE_CHECKING:
    from upath import UPath

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

#: Seconds between two counts of a lease's owner.
REFRESH = 5.0
#: Seconds that a foreign lease must stand still before it is taken over.
WATCH = 20.0
#: Seconds after which a lease that was taken without a conditional write is looked at again.
SETTLE = 2.0


class Holder(NamedTuple):
    """Whoever has the right to write into an output folder."""

    alive: bool
    """False: a lease is there, and stood still while it was watched."""
    host: str | None = None
    """None: of a local lock nobody knows whose it is."""
    pid: int | None = None


class Lease:
    """The right to write into an output folder. `held` gives it."""

    def still_ours(self) -> None:
        """Checks the right; called before anything is committed.

        Raises:
            ResumeError: another run has taken the folder over.
        """

    def check(self) -> None:
        """Raises what `still_ours` would, as far as it is known already; asks nobody."""


class _RemoteLease(Lease):
    def __init__(self, root: "UPath", where: "UPath") -> None:
        self._root = public_path(root)
        self._where = where
        self._owner = uuid.uuid4().hex
        self._counter = 0
        self._ended = threading.Event()
        self._lost: ResumeError | None = None
        self._thread = threading.Thread(target=self._refresh, daemon=True)

    def take(self) -> None:
        """Takes the lease, from a run that is gone if need be.

        Raises:
            ResumeError: another run holds it.
        """
        if self._create():
            self._thread.start()
            return
        found = self._read()
        deadline = time.monotonic() + WATCH
        if found is not None and found["owner"] != self._owner:
            logging.warning(
                "%s: held by %s; looking whether it is alive, up to %.0f s",
                self._root, _name(found), WATCH,
            )  # fmt: skip
        while found is not None and found["owner"] != self._owner:
            if time.monotonic() >= deadline:
                self._write(check=lambda: None)
                time.sleep(SETTLE)  # Of several that take over, the last one to write has it.
                self.still_ours()
                break
            time.sleep(min(1.0, WATCH / 10))
            now = self._read()
            if now is not None and now != found:
                raise ResumeError(self._busy(now))
            found = now
        if found is None and not self._create():
            raise ResumeError(self._busy(self._read()))
        self._thread.start()

    def release(self) -> None:
        """Gives the lease back."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        with contextlib.suppress(CorpusError):
            self.still_ours()
            remove(self._where)

    def still_ours(self) -> None:
        """Looks into the folder whose lease it is; what is lost once stays lost."""
        self.check()
        found = self._read()
        if found is None or found["owner"] != self._owner:
            by = "removed" if found is None else f"taken over by {_name(found)}"
            self._lost = ResumeError(
                f"{self._root}: the lease of this run was {by}; nothing more is committed here, "
                "let the other run finish"
            )
            raise self._lost

    def check(self) -> None:
        """Raises what the thread that refreshes the lease has found out."""
        if self._lost is not None:
            raise self._lost

    def _busy(self, found: dict[str, Any] | None) -> str:
        by = "" if found is None else f" ({_name(found)})"
        return f"{self._root}: another run{by} writes here; wait for it or give another --output"

    def _create(self) -> bool:
        """Writes the lease unless there is one; tells whether it is ours then."""
        file_system, path = self._where.fs, self._where.path

        def create() -> bool:
            """One try; a try before it may have come through unnoticed."""
            try:
                file_system.pipe_file(path, self._content(), mode="create")
            except (NotImplementedError, TypeError):
                if file_system.exists(path):
                    return False
                file_system.pipe_file(path, self._content())
                time.sleep(SETTLE)
            except Exception as error:
                if not _exists_already(error):
                    raise
            return True

        try:
            # On an object store this would make a bucket, where one is misspelt.
            if self._where.protocol not in OBJECT_STORES:
                file_system.makedirs(self._where.parent.path, exist_ok=True)
            with_retries(create, self._root)
        except FileNotFoundError as error:
            raise EngineError(
                f"{self._root}: cannot be written, there is no such bucket or folder; make it or "
                "correct `output`"
            ) from error
        found = self._read()
        return found is not None and found["owner"] == self._owner

    def _write(self, check: Callable[[], None]) -> None:
        file_system, path = self._where.fs, self._where.path

        def write() -> None:
            """One try; the one before it may be long ago."""
            check()
            file_system.pipe_file(path, self._content())

        with_retries(write, self._root)

    def _read(self) -> dict[str, Any] | None:
        return _read_note(self._where)

    def _content(self) -> bytes:
        note = {
            "owner": self._owner, "host": socket.gethostname(), "pid": os.getpid(),
            "counter": self._counter,
        }  # fmt: skip
        return json.dumps(note).encode()

    def _refresh(self) -> None:
        """Counts up until the end; stops when the lease is lost, which the owner will find."""
        while not self._ended.wait(REFRESH):
            try:
                self._counter += 1
                self._write(check=self.still_ours)
            except ResumeError:
                return
            except Exception as error:
                # The storage is away. If somebody takes over meanwhile, we shall see it.
                logging.debug("lease: %s", type(error).__name__)


def _read_note(where: Place) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(read_bytes(where))
    except FileNotFoundError:
        return None
    except ValueError:
        return {"owner": None, "host": "unknown", "pid": 0, "counter": None}
    return found


def _exists_already(error: Exception) -> bool:
    """Tells whether a conditional write was refused; not every library has an own error for it."""
    return (
        isinstance(error, FileExistsError)
        or str(getattr(error, "code", "")) == "412"
        or "precondition" in str(error).lower().replace("-", "")
    )


def _name(found: dict[str, Any]) -> str:
    return f"process {found.get('pid')} on {found.get('host')}"


@contextlib.contextmanager
def held(root: Place, name: str) -> Iterator[Lease]:
    """Keeps a second run off a folder while the block is at work.

    Args:
        root: the folder; is made.
        name: of the file in it that stands for the right.

    Raises:
        ResumeError: another run is at work.
    """
    if not isinstance(root, Path):
        lease = _RemoteLease(root, root / name)
        lease.take()
        try:
            yield lease
        finally:
            lease.release()
        return
    root.mkdir(parents=True, exist_ok=True)
    with (root / name).open("a") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ResumeError(
                    f"{root}: another run writes here; wait for it or give another --output"
                ) from error
        yield Lease()


def is_held(root: Place, name: str) -> bool:
    """Tells whether a run is at work in a local folder; of a remote one nobody knows at once."""
    if fcntl is None or not isinstance(root, Path):
        return False
    try:
        with (root / name).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def holder(root: Place, name: str) -> Holder | None:
    """Says who holds the right to a folder, and whether he lives; takes nothing.

    A remote lease is watched until its owner counts it up, twice as long as between two counts at
    most.

    Returns:
        None if nobody holds it.
    """
    if isinstance(root, Path):
        return Holder(True) if is_held(root, name) else None
    seen = _read_note(root / name)
    if seen is None:
        return None
    deadline = time.monotonic() + 2 * REFRESH
    while (now := _read_note(root / name)) == seen:
        if time.monotonic() >= deadline:
            return Holder(False, seen.get("host"), seen.get("pid"))
        time.sleep(min(1.0, REFRESH / 10))
    return None if now is None else Holder(True, now.get("host"), now.get("pid"))
