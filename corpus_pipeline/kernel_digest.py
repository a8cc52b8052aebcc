"""A digest of all that the machine code of a kernel depends on: its name in the cache.

numba keys what it keeps by the file of a kernel, and does not notice that a kernel which is called,
or a table which is read, has changed in another file. Here the key is made of the function's own
code, of the constants it reads, and of the kernels that it calls, down to the last one. So an edit
compiles again what it reaches and nothing else, and equal code is one entry wherever it lies.
"""

import dis
import functools
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import numpy as np

from corpus_pipeline.kernels import Kernel, source_digest

_PACKAGE = __name__.partition(".")[0]
_PLAIN = bool, int, float, complex, str, bytes
_KNOWN = (*_PLAIN, Kernel, np.ndarray, np.generic, tuple, ModuleType)


def kernel_digest(function: Callable[..., Any]) -> str:
    """Returns a digest of a function and of all that it reaches, 32 hexadecimal digits.

    What is met and is neither code nor a plain constant counts as the sources of the whole package.

    >>> def one(value):
    ...     return value + 1
    >>> def other(value):
    ...     return value + 2
    >>> kernel_digest(one) == kernel_digest(one), kernel_digest(one) == kernel_digest(other)
    (True, False)
    """
    digest = hashlib.sha256(_compiler().encode())
    met: dict[int, Callable[..., Any]] = {}
    waiting = [function]
    while waiting:
        each = waiting.pop()
        if id(each) in met:
            continue
        met[id(each)] = each
        text, called = _described(each)
        digest.update(text.encode())
        waiting += called
    return digest.hexdigest()[:32]


@functools.cache
def _compiler() -> str:
    """How kernels are compiled, beside numba's own version, which numba looks at itself."""
    here = Path(__file__)
    modules = [here, *(here.with_name(f"{name}.py") for name in ("compilation", "kernels"))]
    sources = b"".join(path.read_bytes() for path in modules)
    return f"{np.__version__} {hashlib.sha256(sources).hexdigest()}"


@functools.cache
def _described(function: Callable[..., Any]) -> tuple[str, tuple[Callable[..., Any], ...]]:
    """Describes one function; returns that and the kernels that it may call, in their order."""
    called: list[Callable[..., Any]] = []
    names = function.__globals__
    parts = [function.__qualname__, _value(function.__defaults__, called)]
    for code in _codes(function.__code__):
        parts.append(_code(code))
        for name in code.co_names:
            if name in names and (_is_known(names[name]) or _reads(code, name)):
                parts.append(f"{name}={_value(names[name], called, code.co_names)}")
    for cell in function.__closure__ or ():
        parts.append(_value(cell.cell_contents, called))
    return "\n".join(parts), tuple(called)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def _code(code: CodeType) -> str:
    """What a piece of code does, without the lines it stands on."""
    plain = [_value(each, []) for each in code.co_consts if not isinstance(each, CodeType)]
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    shape = code.co_argcount, code.co_kwonlyargcount, code.co_posonlyargcount, code.co_flags
    handled = getattr(code, "co_exceptiontable", b"")
    return f"{code.co_code.hex()} {handled.hex()} {names} {shape} {plain}"


def _is_known(value: Any) -> bool:
    """Says whether a value is described by itself, at the first look."""
    return value is None or isinstance(value, _KNOWN)


def _reads(code: CodeType, name: str) -> bool:
    """Says whether a name is read as a global: among the names are those of attributes, too."""
    loads = (each for each in dis.get_instructions(code) if each.opname == "LOAD_GLOBAL")
    return any(each.argval == name for each in loads)


def _value(value: Any, called: list[Callable[..., Any]], names: tuple[str, ...] = ()) -> str:
    """Describes a constant; adds the kernels in it to those that are called."""
    if isinstance(value, Kernel):
        called.append(value.py_func)
        return f"kernel {value.py_func.__module__}.{value.py_func.__qualname__}"
    if value is None or isinstance(value, _PLAIN):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, np.ndarray | np.generic):
        array = np.ascontiguousarray(value)
        return f"{array.dtype.str} {array.shape} {hashlib.sha256(array.tobytes()).hexdigest()}"
    if isinstance(value, tuple):
        return f"{type(value).__name__}({', '.join(_value(each, called) for each in value)})"
    if isinstance(value, ModuleType):
        if value.__name__.partition(".")[0] != _PACKAGE:
            return f"module {value.__name__}"
        read = [_value(vars(value)[name], called) for name in names if name in vars(value)]
        return f"module {value.__name__} {read}"
    return f"{type(value).__name__} {source_digest()}"
