"""The one way this package compiles numeric kernels.

Kernels are plain Python functions over NumPy arrays, compiled by numba. They release the GIL, never
use fast-math (a sum has one order, so a measure has one value on every machine) and are cached on
disk. numba does not notice when a *called* kernel in another file changes, so the cache folder is
named after a digest of the package's sources: edited code never meets a stale binary.
"""

import contextlib
import getpass
import hashlib
import os
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


def _cache_folder() -> str:
    """A folder in the user's cache, or in the temporary one where there is no writable home.

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
            if os.access(folder, os.W_OK) and all(map(_is_ours, (base, folder.parent, folder))):
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


#: Where compiled kernels are kept. `NUMBA_CACHE_DIR` set by the user wins.
CACHE_DIR = os.environ.get("NUMBA_CACHE_DIR") or _cache_folder()
os.environ["NUMBA_CACHE_DIR"] = CACHE_DIR

import numba  # noqa: E402  (reads NUMBA_CACHE_DIR when it is imported)

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
    compiled: Callable[..., Any] = numba.njit(
        function, nogil=True, cache=_in_package(function), **_FASTER_TO_COMPILE
    )
    return compiled


def _in_package(function: Callable[..., object]) -> bool:
    """Kernels defined interactively (a doctest, a notebook) have no file to key a cache by."""
    return Path(function.__code__.co_filename).is_file()
