"""The rules of the layout, checked by walking the imports."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import corpus_pipeline

PACKAGE = Path(corpus_pipeline.__file__).parent
ROOT = PACKAGE.parent

#: The floors of the house, lowest first. A room imports from the floors below it, and from no other
#: room of its own floor.
FLOORS: tuple[frozenset[str], ...] = tuple(
    frozenset(rooms.split())
    for rooms in (
        "address errors kernels leniencies machine nearest package_files redaction schema "
        "spark_runner special_files thresholds wording",
        "batches kernel_digest remembered transforms yaml_files",
        "compilation recipes steps",
        "text",
        "option_types",
        "extract filters dedup scrub tokens",
        "sources",
        "flow extensions",
        "storage",
        "workspace loader",
        "config stages engines exports",
        "mixtures planning beam",
        "pipelines training",
        "inspection readiness",
        "report",
        "cli",
    )
)
#: Functions over Arrow columns: no Beam, no storage, no log, nothing of the world outside.
PURE_ROOMS = {"sources", "extract", "filters", "dedup", "scrub", "tokens", "loader", "text"}
#: Rooms that may import Beam.
BEAM_ROOMS = {"beam", "engines", "spark_runner"}
#: Packages of their own, which import nothing of this one.
ALONE = {"spark_runner"}
#: Standard and other libraries by which a function over columns would reach for something else:
#: processes, threads, networks, clocks, chance, a terminal, other folders.
WORLDLY = {
    "asyncio", "atexit", "concurrent", "ctypes", "curses", "fsspec", "getpass", "glob", "http",
    "logging", "mmap", "multiprocessing", "pickle", "platformdirs", "pty", "queue",
    "random", "readline", "requests", "resource", "rich", "sched", "secrets", "select",
    "selectors", "shelve", "shutil", "signal", "socket", "socketserver", "sqlite3", "ssl",
    "subprocess", "syslog", "tempfile", "threading", "time", "typer", "upath", "urllib",
    "uuid",
}  # fmt: skip
#: What of these is a function of text alone.
PARSING = "urllib.parse."
#: A call of one of these may import anything.
IMPORTERS = {"import_module", "__import__", "exec", "eval"}

#: What breaks a rule today and may: module, what it imports, why. Entries go, none come.
ALLOWED: dict[tuple[str, str], str] = {
    ("kernels.py", "compilation.compiled"): "numba is imported at the first call of a kernel",
    ("engines/preload.py", "pipelines.run"): "what a server of forks loads once for all workers",
    ("extract/parser_process.py", "subprocess"): "large pages are parsed in a child process",
    ("extract/parser_process.py", "signal"): "it is told how the child ended",
    ("extract/child.py", "signal"): "the child bounds its own time",
    ("extract/child.py", "resource"): "the child bounds its own memory",
}  # fmt: skip

#: The name of a module of ours, or of something in one.
OURS = re.compile(r"corpus_pipeline(\.|$)")
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(module: Path) -> str:
    """Returns the path of a module in the package, with forward slashes."""
    return module.relative_to(PACKAGE).as_posix()


def imports(source: str, module: str) -> Iterator[str]:
    """Yields the full names of all that a source imports, wherever it does.

    Args:
        source: of the module.
        module: its path in the package; relative imports start there.
    """
    package = ["corpus_pipeline", *module.split("/")[:-1]]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            whole = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{whole}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in IMPORTERS:
                named = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
                yield named if called == "import_module" and isinstance(named, str) else called


def floor_of(room: str) -> int:
    """Returns the number of a room's floor, 0 the lowest."""
    (floor,) = (number for number, rooms in enumerate(FLOORS) if room in rooms)
    return floor


def forbidden(source: str, module: str) -> list[str]:
    """Returns what a module imports against the rules.

    Args:
        source: of the module.
        module: its path in the package, as `filters/quality/measures.py`.

    Returns:
        Each once: a module of ours as `room.module`, a library by its name.
    """
    room = module.split("/")[0].removesuffix(".py")
    found = []
    for name in imports(source, module):
        first, _, rest = name.partition(".")
        if first == "corpus_pipeline":
            other = rest.split(".")[0]
            if other == room or (other == "__version__" and room not in ALONE):
                continue
            # The package as a whole has all rooms as attributes.
            if not other or room in ALONE or floor_of(other) >= floor_of(room):
                found.append(".".join(rest.split(".")[:2]) or first)
        elif (
            (first == "apache_beam" and room not in BEAM_ROOMS)
            or (
                first in WORLDLY | IMPORTERS and room in PURE_ROOMS and not name.startswith(PARSING)
            )
            or (first in ("re", "regex") and room == "stages")
        ):
            found.append(first)
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    ("source", "module", "expected"),
    [
        ("import apache_beam as beam", "filters/a.py", ["apache_beam"]),
        ("def f():\n    from apache_beam.io import x", "loader/a.py", ["apache_beam"]),
        ("import apache_beam", "stages/a.py", ["apache_beam"]),
        ("import apache_beam", "engines/a.py", []),
        ("import apache_beam", "beam/a.py", []),
        ("from corpus_pipeline.pipelines import run", "beam/a.py", ["pipelines.run"]),
        ("from corpus_pipeline.beam import rows", "stages/a.py", ["beam.rows"]),
        ("import apache_beam", "schema.py", ["apache_beam"]),
        ("from corpus_pipeline.stages import read", "dedup/a.py", ["stages.read"]),
        ("from corpus_pipeline import stages", "dedup/a.py", ["stages"]),
        ("import corpus_pipeline.stages.read as r", "dedup/a.py", ["stages.read"]),
        ("from ..stages import read", "dedup/a.py", ["stages.read"]),
        ("from . import edges", "dedup/a.py", []),
        ("from .. import pipelines", "dedup/a.py", ["pipelines"]),
        ("import corpus_pipeline", "dedup/a.py", ["corpus_pipeline"]),
        ("from corpus_pipeline import __version__", "spark_runner/a.py", ["__version__"]),
        ("from corpus_pipeline.errors import EngineError", "spark_runner/a.py",
         ["errors.EngineError"]),
        ("from corpus_pipeline import address", "spark_runner/a.py", ["address"]),
        ("from corpus_pipeline.spark_runner import java", "spark_runner/a.py", []),
        ("from corpus_pipeline import __version__", "engines/a.py", []),
        ("from corpus_pipeline.text import words", "dedup/a.py", []),
        ("from corpus_pipeline.dedup import edges", "text/a.py", ["dedup.edges"]),
        ("from corpus_pipeline.filters.quality import measures", "dedup/a.py", ["filters.quality"]),
        ("from corpus_pipeline.tokens import index", "loader/a.py", []),
        ("from corpus_pipeline.storage import place", "sources/a.py", ["storage.place"]),
        ("from corpus_pipeline.storage import place", "loader/a.py", []),
        ("from corpus_pipeline.workspace import units", "loader/a.py", ["workspace.units"]),
        ("from corpus_pipeline.cli.main import main", "stages/a.py", ["cli.main"]),
        ("from corpus_pipeline.cli import main", "stages/a.py", ["cli.main"]),
        ("from corpus_pipeline.stages import read", "engines/a.py", ["stages.read"]),
        ("from corpus_pipeline.engines import direct", "stages/a.py", ["engines.direct"]),
        ("from corpus_pipeline.planning import plan", "schema.py", ["planning.plan"]),
        ("from corpus_pipeline.filters.quality import step", "flow.py", []),
        ("from corpus_pipeline.filters.quality import step", "schema.py", ["filters.quality"]),
        ("def f():\n    from corpus_pipeline.planning import plan", "storage/a.py",
         ["planning.plan"]),
        ("if TYPE_CHECKING:\n    from corpus_pipeline.planning import plan", "storage/a.py",
         ["planning.plan"]),
        ("importlib.import_module('corpus_pipeline.planning.plan')", "storage/a.py",
         ["planning.plan"]),
        ("import_module(name)", "text/a.py", ["import_module"]),
        ("__import__('subprocess')", "text/a.py", ["__import__"]),
        ("import subprocess", "filters/a.py", ["subprocess"]),
        ("def f():\n    from subprocess import run", "filters/a.py", ["subprocess"]),
        ("import urllib.request", "filters/a.py", ["urllib"]),
        ("from urllib.parse import unquote", "sources/a.py", []),
        ("from concurrent.futures import ThreadPoolExecutor", "text/a.py", ["concurrent"]),
        ("import time, random, os", "scrub/a.py", ["time", "random"]),
        ("import subprocess, logging", "engines/a.py", []),
        ("import logging", "scrub/a.py", ["logging"]),
        ("import re", "stages/a.py", ["re"]),
        ("import re", "filters/a.py", []),
    ],
)  # fmt: skip
def test_the_check_can_fail(source: str, module: str, expected: list[str]) -> None:
    assert forbidden(source, module) == expected


def test_the_package_names_what_is_public_and_imports_none_of_it() -> None:
    """Only for types: each name is imported when it is used."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    found = {ast.unparse(node.test) for node in tree.body if isinstance(node, ast.If)}
    assert found == {"TYPE_CHECKING"}
    plain = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in plain] == [
        "import importlib", "from typing import TYPE_CHECKING, Any"
    ]  # fmt: skip


def test_every_room_has_its_floor() -> None:
    rooms = {name_of(module).split("/")[0].removesuffix(".py") for module in MODULES}
    assert rooms - {"__init__"} == {room for floor in FLOORS for room in floor}
    assert sum(map(len, FLOORS)) == len(rooms) - 1, "a room is on one floor"


def test_the_page_shows_the_floors() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    shown = {
        int(number): frozenset(re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", rooms)))
        for number, rooms in re.findall(r"^\| (\d+) \| (.*) \|$", page, re.MULTILINE)
    }
    assert shown == dict(enumerate(FLOORS, 1))
    drawn = set(re.findall(r"(?:^ {6}|  )(\w+)(?:/|\.py) ", page, re.MULTILINE))
    assert drawn >= {room for floor in FLOORS for room in floor}


@pytest.mark.parametrize(
    "module", [module for module in MODULES if name_of(module) != "__init__.py"], ids=name_of
)
def test_imports_keep_to_the_rules(module: Path) -> None:
    found = set(forbidden(module.read_text("utf-8"), name_of(module)))
    allowed = {what for name, what in ALLOWED if name == name_of(module)}
    assert found == allowed, "a rule is broken, or an exception is no longer needed"


@pytest.mark.parametrize("package", sorted(ALONE))
def test_a_package_of_its_own_is_imported_without_any_other(package: str) -> None:
    """Neither at its import nor in a name that is imported later by its text."""
    names = {f"corpus_pipeline.{package}", "corpus_pipeline"}
    code = f"import sys, corpus_pipeline.{package}; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = told.stdout.split()
    assert {name for name in loaded if name.split(".")[0] == "corpus_pipeline"} == names
    assert not {"apache_beam", "pyspark"} & set(loaded)
    for module in (PACKAGE / package).glob("*.py"):
        for name in re.findall(r"\bcorpus_pipeline\.\w+", module.read_text("utf-8")):
            assert name == f"corpus_pipeline.{package}", module


def module_of(name: str) -> str:
    """Returns the path of the module of ours that an imported name is, or stands in."""
    parts = name.split(".")[1:]
    for length in range(len(parts), -1, -1):
        path = PACKAGE.joinpath(*parts[:length])
        for module in (path.with_suffix(".py"), path / "__init__.py"):
            if module.exists():
                return name_of(module)
    raise AssertionError(name)


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Returns modules that import each other in a circle, the first one again at its end, or none.

    Args:
        graph: module -> the modules that it imports.
    """
    left = dict(graph)
    while free := [module for module, imported in left.items() if not imported & left.keys()]:
        for module in free:
            del left[module]
    if not left:
        return []
    path = [min(left)]
    while path.count(path[-1]) == 1:
        path.append(min(left[path[-1]] & left.keys()))
    return path[path.index(path[-1]) :]


def test_a_circle_is_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"d", "b"}, "d": set[str](), "e": {"a"}}
    assert circle(graph) == ["b", "c", "b"]
    assert circle(graph | {"c": {"d"}}) == []


def test_no_modules_import_each_other() -> None:
    """Not inside a room either, nor lazily, nor for types alone."""
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        name = name_of(path)
        imported = {each for each in imports(path.read_text("utf-8"), name) if OURS.match(each)}
        allowed = {what for module, what in ALLOWED if module == name}
        graph[name] = {
            module_of(each) for each in imported if each.partition(".")[2] not in allowed
        } - {name}
    assert circle(graph) == []


def state_and_speech(source: str) -> list[str]:
    """Returns how a source keeps state, speaks for itself, asks a clock or throws dice."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Global):
            found.append("global")
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "input"):
            found.append(ast.unparse(node.func))
        elif isinstance(node, ast.Attribute) and (
            node.attr in ("now", "utcnow", "today") or ast.unparse(node) == "np.random"
        ):
            found.append(node.attr)
    return found


def test_the_check_of_state_and_speech_can_fail() -> None:
    assert state_and_speech("def f():\n    global x\n    print(x)") == ["global", "print"]
    assert state_and_speech("def f():\n    'print(1)'\n    pretty.print(2)") == []
    assert state_and_speech("datetime.now()\nnp.random.default_rng()") == ["now", "random"]


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_pure_rooms_hold_nothing_and_say_nothing(module: Path) -> None:
    if name_of(module).split("/")[0] in PURE_ROOMS:
        assert state_and_speech(module.read_text("utf-8")) == []


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_modules_are_documented_and_short(module: Path) -> None:
    source = module.read_text("utf-8")
    assert ast.get_docstring(ast.parse(source)), "every module says what it is for"
    assert source.count("\n") <= 450, "a module is one room; split it"


def test_flow_docs_and_golden_agree() -> None:
    from corpus_pipeline.flow import documented

    pages = sorted((ROOT / "docs" / "flow").glob("*.md"), key=lambda p: int(p.name.split("-")[0]))
    assert [page.stem.split("-", 1)[1] for page in pages] == list(documented())
    assert [int(page.stem.split("-")[0]) for page in pages] == list(range(1, len(documented()) + 1))
    golden = {path.stem.split("-", 1)[1] for path in (ROOT / "tests" / "golden").glob("*.jsonl")}
    assert golden == set(documented())


#: Folders of tests that are about the whole and not about a room.
WHOLE = {"docs", "faults", "fuzz", "golden", "security"}
#: Tests of what is not in the package.
OF_THE_PROJECT = {
    "architecture", "docs", "examples", "mutations", "packages", "peer_cases", "release",
    "train",
}  # fmt: skip
#: Tests of one module whose names say what of it they test.
OF_A_MODULE = {"kernel_cache": "kernels"}


def test_tests_mirror_the_package() -> None:
    """Tests of a room lie in a folder of its name; so do those of a folder in a room."""
    tests = ROOT / "tests"
    for path in sorted(tests.rglob("test_*.py")):
        *folders, file = path.relative_to(tests).parts
        if not folders:
            module = file.removeprefix("test_").removesuffix(".py")
            module = OF_A_MODULE.get(module, module)
            assert module in OF_THE_PROJECT or (PACKAGE / f"{module}.py").exists(), file
        elif folders[0] not in WHOLE:
            mirrored = PACKAGE.joinpath(*folders)
            assert mirrored.is_dir() or mirrored.with_suffix(".py").exists(), path


def test_the_project_reads_nothing_outside_itself() -> None:
    for path in MODULES:
        assert "../shared" not in path.read_text("utf-8")
