"""What a worker finds where it runs: versions, storage, inputs, models, memory, clock.

The worker's half of the preflight. It judges nothing; the driver does, in `preflight`. Requests and
reports travel as JSON whose unknown fields are passed over and whose missing ones are empty, so
that another version of this package can be told from this one instead of breaking.
"""

import dataclasses
import functools
import importlib.metadata
import json
import os
import platform
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from corpus_pipeline import __version__, storage
from corpus_pipeline.errors import CorpusError
from corpus_pipeline.kernels import source_digest
from corpus_pipeline.machine import memory_bytes
from corpus_pipeline.storage import resource_digest
from corpus_pipeline.storage.retries import told

T = TypeVar("T")

#: The file that a driver puts into the folder of a preflight for the workers to find.
NONCE_FILE = "nonce"
#: What a version is called that is not there.
MISSING = "none"


@dataclasses.dataclass(frozen=True)
class Request:
    """What a driver wants to know of its workers."""

    folder: str
    """Path or URL of a folder of this preflight alone, in the output."""
    nonce: str
    """Content of the driver's file in that folder."""
    runner: str = "direct"
    """As the user calls it; decides what a remedy says."""
    probes: int = 1
    """Reports that are asked for; they are numbered from 0."""
    libraries: tuple[str, ...] = ()
    """Distributions whose versions decide bytes."""
    inputs: tuple[str, ...] = ()
    """Some of the inputs, to be opened."""
    resources: tuple[tuple[str, str], ...] = ()
    """Path, or name in the package, and sha256 of all that workers load."""
    bytes_per_worker: int = 0
    """Memory that one process needs."""
    processes: int = 1
    """Processes that share a machine's memory."""
    patience: float = 15.0
    """Seconds that one check may take."""

    def to_json(self) -> str:
        """Returns the request as it travels."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, content: str) -> "Request":
        """Reads a request, of another version too."""
        fields = _known(cls, json.loads(content))
        for name in ("libraries", "inputs"):
            fields[name] = tuple(fields.get(name, ()))
        fields["resources"] = tuple((path, digest) for path, digest in fields.get("resources", ()))
        return cls(**fields)


@dataclasses.dataclass(frozen=True)
class WorkerReport:
    """What one worker has found."""

    item: int = 0
    """Number of the probe."""
    host: str = ""
    process: int = 0
    nonce: str = ""
    """What the worker read in the driver's file, empty if it could not."""
    python: str = ""
    """Major and minor version."""
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Distribution -> version, `none` if it is not there."""
    sources: str = ""
    """Digest of the package's sources."""
    memory_bytes: int = 0
    """Of the machine or container, 0 if unknown."""
    process_bytes: int = 0
    """Limit of this one process, 0 without one."""
    clock: float = 0.0
    """Seconds since the epoch."""
    inputs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Number of an input in the request -> why it cannot be opened."""
    resources: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Number of a resource in the request -> what is wrong with it."""

    def to_json(self) -> bytes:
        """Returns the report as it travels. It has no path, which may hold a credential."""
        return json.dumps(dataclasses.asdict(self)).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "WorkerReport":
        """Reads a report, of another version too.

        >>> WorkerReport.from_json(b'{"host": "a", "mood": "good"}').host
        'a'
        """
        return cls(**_known(cls, json.loads(content)))


def _known(kind: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: value for name, value in fields.items() if name in names}


def examine(request: Request, item: int = 0) -> WorkerReport:
    """Looks at everything that a request asks about, from this process.

    A check that fails or takes too long is told in the report; nothing is raised.

    Args:
        request: what to look at.
        item: number of the report.
    """
    return WorkerReport(
        item=item,
        host=socket.gethostname(),
        process=os.getpid(),
        nonce=_nonce(request),
        memory_bytes=memory_bytes(),
        process_bytes=_process_bytes(),
        clock=time.time(),
        inputs=_problems(request, _open, request.inputs),
        resources=_problems(
            request, functools.partial(_compare, nonce=request.nonce), request.resources
        ),
        **here(request.libraries),
    )


def here(libraries: Iterable[str]) -> dict[str, Any]:
    """Returns Python's version, the versions of distributions and the digest of this package."""
    versions = {name: _version(name) for name in ("apache-beam", *libraries)}
    return {
        "python": platform.python_version().rpartition(".")[0],
        "versions": {"corpus-pipeline": __version__, **versions},
        "sources": source_digest(),
    }


@functools.cache
def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return MISSING


class Overdue(BaseException):
    """Some work was given up because its time was over; no handler of errors may stop that."""


def within(seconds: float, work: Callable[[], T]) -> T:
    """Does some work in a thread and gives it up, wherever it hangs, when its time is over.

    Raises:
        Overdue: the time is over. The thread is left to itself and ends with the process.

    >>> within(5, lambda: 6 * 7)
    42
    """
    answers: queue.SimpleQueue[tuple[Callable[[], T] | None, BaseException | None]]
    answers = queue.SimpleQueue()

    def attempt() -> None:
        try:
            value = work()
            answers.put((lambda: value, None))
        except BaseException as error:  # it belongs to whoever waits
            answers.put((None, error))

    threading.Thread(target=attempt, daemon=True).start()
    try:
        value, error = answers.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise Overdue(f"no answer within {seconds:g} s") from None
    if value is None:
        assert error is not None
        raise error
    return value()


def _nonce(request: Request) -> str:
    """Reads the driver's file; empty if it is not there, which says enough."""
    try:
        path = storage.place(request.folder) / NONCE_FILE
        return within(request.patience, lambda: storage.read_bytes(path).decode())
    except (Exception, Overdue):
        return ""


def _problems(
    request: Request, check: Callable[[Any], str | None], subjects: Iterable[Any]
) -> dict[str, str]:
    """Runs a check over subjects; returns number -> reason of those that fail."""
    found = {}
    for number, subject in enumerate(subjects):
        try:
            problem = within(request.patience, functools.partial(check, subject))
        except (Exception, Overdue) as error:
            problem = reason(error)
        if problem is not None:
            found[str(number)] = problem
    return found


def reason(error: BaseException) -> str:
    """Says why something cannot be read, without a message that may quote a URL.

    >>> reason(FileNotFoundError(2, "No such file or directory"))
    'No such file or directory'
    >>> reason(ValueError("https://user:secret@host"))
    'ValueError'
    """
    origin = error.__cause__ or error
    if isinstance(origin, (Overdue, CorpusError)):
        return str(origin)
    if isinstance(origin, OSError) and origin.strerror:
        return origin.strerror
    return type(origin).__name__ if origin is error else told(origin)


def _open(path: str) -> None:
    storage.read_head(path, 1)


def _compare(resource: tuple[str, str], nonce: str) -> str | None:
    name, planned = resource
    found = _digest(name, nonce)
    return None if found == planned else f"has sha256 {found[:12]}…, planned is {planned[:12]}…"


@functools.lru_cache(maxsize=64)
def _digest(name: str, nonce: str) -> str:
    """Hashes once in a process and preflight."""
    del nonce
    return resource_digest(name)


def _process_bytes() -> int:
    """Returns the limit of this process's address space, 0 without one."""
    if sys.platform == "win32":
        return 0
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return 0 if soft == resource.RLIM_INFINITY else soft
