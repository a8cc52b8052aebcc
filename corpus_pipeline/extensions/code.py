"""Code of the user's own, by the place at which it is named; the same bytes on every worker.

    ./my_rules.py:keep          a file, relative to the folder in which the command runs
    my_package.rules:Keep       a module; the current folder is searched besides what is installed

What is installed with pip is on the workers too, or they cannot work; its digest is part of the
run's identity. Anything else is carried to them: the file, or all Python files of the package. The
driver runs the carried copy as well, so a file that changes while a run is under way changes
nothing.
"""

import dataclasses
import hashlib
import importlib
import importlib.util
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from corpus_pipeline.errors import ConfigError, relative_to

#: Bytes of code that are carried at most: it is part of every task.
_MOST = 4 << 20
#: Module names of single files.
_OF_A_FILE = "corpus_own_"


@dataclasses.dataclass(frozen=True)
class Code:
    """Some code, and what is named in it."""

    place: str
    """As it was named."""
    module: str
    """Under which name it is imported."""
    attribute: str
    files: Mapping[str, bytes]
    """Path below the folder that is searched -> content; empty for what is installed."""
    sha256: str

    def load(self) -> Any:
        """Returns what is named.

        Raises:
            ConfigError: the module cannot be imported, or does not have it.
        """
        if self.files:
            _Carried.provide(self.module.partition(".")[0], self.files, self.sha256)
        try:
            module = importlib.import_module(self.module)
        except Exception as error:
            raise ConfigError(f"{self.place}: cannot be imported ({told(error)})") from error
        try:
            return getattr(module, self.attribute)
        except AttributeError as error:
            names = [name for name, value in vars(module).items() if callable(value)
                     and not name.startswith("_")]  # fmt: skip
            raise ConfigError(
                f"{self.place}: there is no {self.attribute!r} in it; it has "
                f"{', '.join(names) or 'nothing'}"
            ) from error


def find_code(place: str) -> Code:
    """Finds code by its place.

    Raises:
        ConfigError: there is no such file or module, or it is too large to be carried.

    >>> find_code("./nowhere.py:keep")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    corpus_pipeline.errors.ConfigError: ./nowhere.py: cannot be read (No such file or directory...
    """
    where, _, attribute = place.rpartition(":")
    if not where or not attribute.isidentifier():
        raise ConfigError(f"{place}: is no place of code; write ./FILE.py:NAME or MODULE:NAME")
    if where.endswith(".py"):
        path = Path(where)
        files = {path.name: _content(path)}
        digest = _digest(files)
        # Named by its content, so that two files of one name do not meet.
        return Code(place, f"{_OF_A_FILE}{digest[:16]}", attribute, files, digest)
    root = where.partition(".")[0]
    spec = _spec(root, place)
    if spec.submodule_search_locations:
        folder = Path(next(iter(spec.submodule_search_locations)))
        base, found = folder.parent, sorted(folder.rglob("*.py"))
    else:
        base, found = Path(str(spec.origin)).parent, [Path(str(spec.origin))]
    files = {path.relative_to(base).as_posix(): _content(path) for path in found}
    digest = _digest(files)
    if _is_installed(base):
        return Code(place, where, attribute, {}, digest)
    size = sum(map(len, files.values()))
    if size > _MOST:
        raise ConfigError(
            f"{place}: the package {root} has {size:,} bytes of code, more than the {_MOST:,} that "
            "are carried to workers; install it there with pip"
        )
    return Code(place, where, attribute, files, digest)


def told(error: BaseException) -> str:
    """Says what an exception is and where in the user's code it was raised, without its message.

    The message of a library may quote a document.
    """
    line, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "corpus_pipeline" not in file and not file.startswith("<frozen"):
            line = f" at {Path(file).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    if isinstance(error, SyntaxError):
        line = f" at {Path(error.filename or '').name}:{error.lineno}"
    if isinstance(error, ImportError):
        return f"{error}{line}"
    return f"{type(error).__name__}{line}"


def _spec(root: str, place: str) -> ModuleSpec:
    """Looks for a top-level module, in the current folder too."""
    here = str(Path.cwd())
    sys.path.append(here)
    try:
        importlib.invalidate_caches()
        # One that was carried before is looked for anew.
        carried = [each for each in sys.meta_path if isinstance(each, _Carried)]
        sys.meta_path[:] = [each for each in sys.meta_path if each not in carried]
        loaded = sys.modules.pop(root, None)
        try:
            spec = importlib.util.find_spec(root)
        finally:
            sys.meta_path[:0] = carried
            if loaded is not None:
                sys.modules[root] = loaded
    finally:
        sys.path.remove(here)
    if spec is None or (spec.origin is None and not spec.submodule_search_locations):
        raise ConfigError(
            f"{place}: there is no module {root!r}{relative_to(root)}; install it, or name the "
            "file: ./FILE.py:NAME"
        )
    return spec


def _is_installed(folder: Path) -> bool:
    installed = {sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib")}
    return any(folder.resolve() == Path(path).resolve() for path in installed if path)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path if path.is_absolute() else f'./{path}'}: cannot be read "
            f"({error.strerror}{relative_to(path)}); correct `use`"
        ) from error


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


class _Carried(MetaPathFinder, Loader):
    """Imports one carried package from memory."""

    def __init__(self, root: str, files: Mapping[str, bytes], digest: str) -> None:
        self.root, self.files, self.digest = root, files, digest

    @classmethod
    def provide(cls, root: str, files: Mapping[str, bytes], digest: str) -> None:
        """Makes a package importable; one of that name with other code is forgotten."""
        there = [each for each in sys.meta_path if isinstance(each, cls) and each.root == root]
        if any(each.digest == digest for each in there):
            return
        for each in there:
            sys.meta_path.remove(each)
        for name in [name for name in sys.modules if name.partition(".")[0] == root]:
            del sys.modules[name]
        sys.meta_path.insert(0, cls(root, files, digest))

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Finds a module of the package."""
        if name.partition(".")[0] != self.root:
            return None
        if name.startswith(_OF_A_FILE):
            (file,) = self.files
            return importlib.util.spec_from_loader(name, self, origin=file)
        below = name.replace(".", "/")
        for file, is_package in ((f"{below}/__init__.py", True), (f"{below}.py", False)):
            if file in self.files:
                return importlib.util.spec_from_loader(
                    name, self, origin=file, is_package=is_package
                )
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Runs the code of a module."""
        assert module.__spec__ is not None
        origin = str(module.__spec__.origin)
        exec(compile(self.files[origin], origin, "exec"), module.__dict__)
