"""What compiles kernels: numba, imported when the first kernel is called (see `kernels`)."""

import functools
import importlib
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus_pipeline.kernel_digest import kernel_digest
from corpus_pipeline.kernels import CACHE_DIR, Kernel
from corpus_pipeline.machine import OWN_PROCESS

# After CACHE_DIR, which sets the variable that numba reads at its import.
try:
    import numba  # isort: skip
except ModuleNotFoundError as missing:  # Of the package, the loader alone comes without.
    raise ImportError("packing is compiled by numba; pip install numba", name="numba") from missing
from numba.core import entrypoints  # isort: skip
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator  # isort: skip
from numba.core import types  # isort: skip
from numba.extending import models, register_model, typeof_impl  # isort: skip

#: Nobody takes the address of a kernel in C; the code for that is a tenth of the time to compile.
#: (numba's type stubs lack the option.)
_FASTER_TO_COMPILE: dict[str, Any] = {"no_cfunc_wrapper": True}

if os.environ.get(OWN_PROCESS):
    # At the first call numba imports SciPy for its BLAS, and whatever other packages register with
    # it. No kernel uses either, and they take longer to import than numba itself.
    sys.modules.setdefault("scipy.linalg", None)  # type: ignore[arg-type]
    importlib.import_module("numba.np.arraymath")
    if sys.modules["scipy.linalg"] is None:
        del sys.modules["scipy.linalg"]
    vars(entrypoints)["_already_initialized"] = True


class _CalledKernel(types.Dispatcher):
    """A kernel as the kernels that call it see it.

    It is compiled once for all whole numbers: numba would compile it anew, with all that it calls,
    for a constant, for a number of 32 bits, and for each way to mix them.
    """

    def get_call_type(self, context: Any, args: Any, kws: Any) -> Any:
        """Returns the signature that a call has."""
        widened = tuple(map(_widened, args))
        return super().get_call_type(context, widened, {n: _widened(t) for n, t in kws.items()})


register_model(_CalledKernel)(models.OpaqueModel)
# A kernel that calls a kernel calls what that one is compiled to.
typeof_impl.register(Kernel, lambda called, _: _CalledKernel(called.inner))


def _widened(kind: Any) -> Any:
    """Returns the type of an argument without its value, a signed number's of 64 bits."""
    plain: Any = types.unliteral(kind)  # type: ignore[no-untyped-call]
    return types.int64 if plain in types.signed_domain else plain


def compiled(function: Callable[..., Any], *, inner: bool = False) -> Callable[..., Any]:
    """Returns the function as numba compiles it at its first call, or loads it from the cache.

    An inner one is for other kernels alone: it has no code that takes Python's objects apart, and
    is kept with those that call it.
    """
    options = {**_FASTER_TO_COMPILE, "no_cpython_wrapper": inner}
    made: Any = numba.njit(function, nogil=True, **options)
    if _in_package(function) and not inner:
        try:
            made._cache = _Cache(function)  # type: ignore[no-untyped-call]
        except RuntimeError:  # numba's word for a folder that it cannot write to.
            _cannot_keep("it cannot be written")
    result: Callable[..., Any] = made
    return result


class _Place(_CacheLocator):
    """Where a kernel is kept: under a name made of all that its machine code depends on."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._digest = kernel_digest(function)

    def get_cache_path(self) -> str:
        """Returns the one folder of all kernels."""
        return CACHE_DIR

    def get_source_stamp(self) -> str:
        """Returns what is compared with the stamp of what is kept."""
        return self._digest

    def get_disambiguator(self) -> str:
        """Returns what follows the function's name in the name of the file."""
        return self._digest

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> "_Place":
        """Makes the place of a function; its file does not matter."""
        return cls(py_func)


class _Entry(CompileResultCacheImpl):
    """What is kept of a kernel."""

    _locator_classes: list[Any] = [_Place]  # noqa: RUF012  (numba has a list there)


class _Cache(FunctionCache):
    """numba's cache on the disk. A disk that is full or fails costs time and stops nobody."""

    _impl_class = _Entry

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
