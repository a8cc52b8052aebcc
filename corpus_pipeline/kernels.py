"""The one way this package compiles numeric kernels.

Kernels are plain Python functions over NumPy arrays, compiled by numba. They release the GIL, never
use fast-math (a sum has one order, so a measure has one value on every machine) and are cached on
disk. numba does not notice when a *called* kernel in another file changes, so the cache folder is
named after a digest of the package's sources: edited code never meets a stale binary.
"""

import contextlib
import functools
import getpass
import hashlib
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs


def source_digest() -> str:
    """Returns a digest of this package's Python sources: the version of the code that runs."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for path in sorted(package.rglob("*.py")):
        digest.update(str(path.relative_to(package)).encode() + path.read_bytes())
    return digest.hexdigest()


#: Bytes that compiled kernels take, with slack.
_ROOM = 2**24


def _cache_folder() -> str:
    """A folder in the user's cache, or in the temporary one where a home has no room for it.

    numba keys what it keeps by the path of the source, so each installation has its own folder.
    """
    installed = f"{Path(__file__).parent} {source_digest()}"
    name = hashlib.sha256(installed.encode()).hexdigest()[:16]
    for base in (Path(platformdirs.user_cache_dir("corpus-pipeline")),
                 Path(tempfile.gettempdir()) / f"corpus-pipeline-{getpass.getuser()}"):  # fmt: skip
        folder = base / "kernels" / name
        with contextlib.suppress(OSError):
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(parents=True, exist_ok=True)
            ours = all(map(_is_ours, (base, folder.parent, folder)))
            # What is there already needs no room.
            room = any(folder.iterdir()) or shutil.disk_usage(folder).free >= _ROOM
            if ours and room and os.access(folder, os.W_OK):
                return str(folder)
    return tempfile.mkdtemp(prefix="corpus-pipeline-")


def _is_ours(folder: Path) -> bool:
    """Says whether nobody else can write there: numba runs whatever it finds in its cache.

    The temporary folder belongs to all; another user may have made one of our name in it.
    """
    if not hasattr(os, "getuid"):
        return True
    status = folder.stat()
    # A link of our name may be somebody else's, though what it leads to is ours.
    owners = {folder.lstat().st_uid, status.st_uid}
    return owners == {os.getuid()} and not status.st_mode & stat.S_IWOTH


def _named_folder() -> str | None:
    """The folder that the user named, if kernels can be kept there.

    numba would turn to the folder of the sources instead, where it meets stale binaries.
    """
    named = os.environ.get("NUMBA_CACHE_DIR")
    if not named:
        return None
    try:
        os.makedirs(named, exist_ok=True)
        with tempfile.TemporaryFile(dir=named):
            return named
    except OSError as error:
        logging.getLogger(__name__).warning(
            "%s: compiled kernels cannot be kept there (%s), and are elsewhere; correct "
            "NUMBA_CACHE_DIR", named, error.strerror,
        )  # fmt: skip
        return None


#: Where compiled kernels are kept. `NUMBA_CACHE_DIR` set by the user wins.
CACHE_DIR = _named_folder() or _cache_folder()
os.environ["NUMBA_CACHE_DIR"] = CACHE_DIR

import numba  # noqa: E402  (reads NUMBA_CACHE_DIR when it is imported)
from numba.core.caching import FunctionCache  # noqa: E402

#: Nobody takes the address of a kernel in C; the code for that is a tenth of the time to compile.
#: (numba's type stubs lack the option.)
_FASTER_TO_COMPILE: dict[str, Any] = {"no_cfunc_wrapper": True}


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiles a function over NumPy arrays to machine code at its first call.

    >>> import numpy as np
    >>> @kernel
    ... def total(values):
    ...     result = 0
    ...     for value in values:
    ...         result += value
    ...     return result
    >>> total.py_func(np.array([1, 2, 3], np.int64)).item()
    6
    """
    return _compiled(function)


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    compiled: Any = numba.njit(function, nogil=True, **_FASTER_TO_COMPILE)
    if _in_package(function):
        try:
            compiled._cache = _Cache(function)  # type: ignore[no-untyped-call]
        except RuntimeError:  # numba's word for a folder that it cannot write to.
            _cannot_keep("it cannot be written")
    result: Callable[..., Any] = compiled
    return result


class _Cache(FunctionCache):
    """numba's cache on the disk. A disk that is full or fails costs time and stops nobody."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Returns the compiled function, or None if it is to be compiled."""
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except OSError:
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keeps a compiled function, if that is possible."""
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except OSError as error:
            _cannot_keep(error.strerror or type(error).__name__)


@functools.cache
def _cannot_keep(reason: str) -> None:
    """Says once that compiled kernels are not kept."""
    logging.getLogger(__name__).warning(
        "%s: compiled kernels are not kept (%s), so every process compiles them again; make room "
        "there, or set NUMBA_CACHE_DIR to a folder that can be written", CACHE_DIR, reason,
    )  # fmt: skip


def _in_package(function: Callable[..., object]) -> bool:
    """Kernels defined interactively (a doctest, a notebook) have no file to key a cache by."""
    return Path(function.__code__.co_filename).is_file()
