"""The one way this package compiles numeric kernels.

Kernels are plain Python functions over NumPy arrays, compiled by numba. They release the GIL, never
use fast-math (a sum has one order, so a measure has one value on every machine) and are cached on
disk under digests of their code and of what it reaches (`kernel_digest`): edited code never meets a
stale binary.
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


@functools.cache
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
    """A folder in the user's cache, or in the temporary one where a home has no room for it."""
    for base in (Path(platformdirs.user_cache_dir("corpus-pipeline")),
                 Path(tempfile.gettempdir()) / f"corpus-pipeline-{getpass.getuser()}"):  # fmt: skip
        folder = base / "kernels"
        with contextlib.suppress(OSError):
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(parents=True, exist_ok=True)
            ours = all(map(_is_ours, (base, folder)))
            # What is there already needs no room.
            room = shutil.disk_usage(folder).free >= _ROOM or compiled_groups(folder).is_dir()
            if ours and room and os.access(folder, os.W_OK):
                return str(folder)
    return tempfile.mkdtemp(prefix="corpus-pipeline-")


def compiled_groups(folder: str | Path) -> Path:
    """Returns where a cache says which groups of kernels of this version are in it (`warm`)."""
    return Path(folder) / "complete" / source_digest()[:32]


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
    """The folder that the user named, if kernels can be kept there."""
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


#: Where compiled kernels are kept: in `NUMBA_CACHE_DIR`, if the user has set it.
CACHE_DIR = _named_folder() or _cache_folder()
os.environ["NUMBA_CACHE_DIR"] = CACHE_DIR


class Kernel:
    """A function over NumPy arrays that is compiled to machine code at its first call.

    numba is imported at that call, too: it takes as long as all else that a command imports, and
    many commands call no kernel.

    Attributes:
        py_func: the function itself.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.py_func = function

    def __call__(self, *arguments: Any) -> Any:
        """Calls the compiled function."""
        return self.compiled(*arguments)

    @functools.cached_property
    def compiled(self) -> Callable[..., Any]:
        """The function as numba compiles it, or loads it from the cache."""
        from corpus_pipeline.compilation import compiled

        return compiled(self.py_func)

    @functools.cached_property
    def inner(self) -> Callable[..., Any]:
        """The function as other kernels call it."""
        from corpus_pipeline.compilation import compiled

        return compiled(self.py_func, inner=True)


def kernel(function: Callable[..., Any]) -> Kernel:
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
    return Kernel(function)


def load_numba() -> None:
    """Imports numba and what it sets up at the first call, about half a second of it.

    Processes that are forked afterwards have it.
    """
    _nothing()


@kernel
def _nothing():  # type: ignore[no-untyped-def]
    return None
