"""Retries with remote storage: what is tried again, how often, and how it ends."""

import errno
import time
from collections.abc import Callable
from typing import TypeVar

from corpus_pipeline.errors import CorpusError, EngineError

_T = TypeVar("_T")

#: Seconds between two tries. Fixed: workers meet at a busy server at random anyway.
WAITS = (0.5, 1.0, 2.0, 4.0)
#: Seconds after which nothing is tried again, however many tries are left.
LONGEST = 60.0

_PASSING = frozenset(
    {
        errno.EBUSY,  # s3fs: 503, SlowDown, 409
        errno.EREMOTEIO if hasattr(errno, "EREMOTEIO") else errno.EIO,  # s3fs: 500
        errno.EIO, errno.ETIMEDOUT, errno.ECONNRESET, errno.ECONNABORTED, errno.ECONNREFUSED,
        errno.EPIPE, errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EAGAIN,
    }
)  # fmt: skip
#: Libraries below fsspec whose errors are not OSErrors.
_LIBRARIES = frozenset(
    {"aiobotocore", "aiohttp", "azure", "botocore", "fsspec", "gcsfs", "google", "http", "paramiko",
     "requests", "s3fs", "urllib3"}
)  # fmt: skip
#: Errors of these libraries that say something about the request and not about the connection.
_LASTING = frozenset(
    {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "NoRegionError",
     "InvalidRegionError", "ProfileNotFound", "ParamValidationError", "InvalidURL",
     "InvalidUrlClientError", "DefaultCredentialsError", "RefreshError"}
)  # fmt: skip


def with_retries(work: Callable[[], _T], shown: str, error: type[CorpusError] = EngineError) -> _T:
    """Does something with remote storage, again when it fails for a passing reason.

    Args:
        work: may be done any number of times.
        shown: the path as it may be shown.
        error: what is raised in the end.

    Raises:
        FileNotFoundError: as `work` raised it.
        FileExistsError: as `work` raised it.
        CorpusError: of class `error`, one line.

    >>> with_retries(lambda: 1 + 1, "s3://bucket/key")
    2
    """
    start = time.monotonic()
    for wait in (*WAITS, None):
        try:
            return work()
        except (FileNotFoundError, FileExistsError):
            raise
        except Exception as problem:
            if not _of_storage(problem):
                raise
            late = wait is None or time.monotonic() - start + wait > LONGEST
            if not is_passing(problem):
                raise error(f"{shown}: {told(problem)}") from problem
            if late or wait is None:
                seconds = time.monotonic() - start
                raise error(
                    f"{shown}: {told(problem)}; tried for {seconds:.0f} s, this may pass: run "
                    "again to resume"
                ) from problem
            time.sleep(wait)
    raise AssertionError("the last try returns or raises")


def is_passing(problem: BaseException) -> bool:
    """Tells whether the same request may succeed later.

    >>> is_passing(OSError(errno.EBUSY, "SlowDown")), is_passing(PermissionError("AccessDenied"))
    (True, False)
    """
    if isinstance(problem, (TimeoutError, ConnectionError)):
        return True
    if isinstance(problem, OSError) and problem.errno is not None:
        return problem.errno in _PASSING
    # In this order: the other name is deprecated where a library has both.
    code = getattr(problem, "status", None) or getattr(problem, "code", None)
    if isinstance(code, int) or (isinstance(code, str) and code.isdecimal()):
        return int(code) >= 500 or int(code) in (408, 425, 429)
    if isinstance(problem, OSError):
        return False
    return type(problem).__name__ not in _LASTING


def told(problem: BaseException) -> str:
    """Says what a storage library had to say, in one line and without the request itself.

    Request lines and headers may hold signatures; only the reason is passed on.
    """
    known = {
        PermissionError: "access denied; check the credentials and their rights",
        FileNotFoundError: "is not there; check the name of the bucket and the path",
        TimeoutError: "no answer in time",
    }
    for kind, line in known.items():
        if isinstance(problem, kind):
            return line
    name = type(problem).__name__
    if name in ("NoCredentialsError", "PartialCredentialsError", "DefaultCredentialsError"):
        return "no credentials; set them in the environment or in storage_options"
    if isinstance(problem, OSError) and problem.errno is not None and problem.strerror:
        return f"{_short(problem.strerror)}"
    return f"the storage cannot be reached or broke off ({name})"


def _short(reason: str) -> str:
    return " ".join(reason.split("?")[0].split())[:200]


def _of_storage(problem: BaseException) -> bool:
    if isinstance(problem, CorpusError):
        return False
    return isinstance(problem, OSError) or type(problem).__module__.split(".")[0] in _LIBRARIES
