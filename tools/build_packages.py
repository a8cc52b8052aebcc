"""Builds what is released: two distributions, each as sdist and wheel.

    python tools/build_packages.py dist      # make packages

`corpus-pipeline` is the whole package. `corpus-pipeline-loader` is what a trainer needs to read
tokens: `corpus_pipeline.loader` and the modules that it imports, nothing else, with the few
libraries that these import. Both lists are read from the imports, so nothing is listed twice. A
wheel is built from its own sdist, which is thereby shown to be complete. Times in the files are
that of the commit (or SOURCE_DATE_EPOCH), so the same commit and setuptools give the same bytes.
"""

import argparse
import ast
import gzip
import importlib.metadata
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PACKAGE = "corpus_pipeline"
LOADER = f"{PACKAGE}.loader"
LOADER_NAME = "corpus-pipeline-loader"
#: Libraries that the loader imports for one thing alone -> the extra that brings them.
LOADER_EXTRAS = {"numba": "packing"}
#: Extras of the whole package that the loader has, too: storage that it reads from.
SHARED_EXTRAS = ("s3", "gcs")
#: What the build of the whole package reads, besides the package.
SOURCES = ("pyproject.toml", "MANIFEST.in", "README.md", "CHANGELOG.md", "LICENSE")
#: A build backend's hooks work on the folder they are called in, and change their process.
BUILD = "import sys; from setuptools import build_meta; print(build_meta.{hook}(sys.argv[1]))"

LOADER_README = """\
# corpus-pipeline-loader

Reads the token shards that [corpus-pipeline](https://pypi.org/project/corpus-pipeline/) makes:
batches for a trainer, without the pipeline and its libraries.

```python
from corpus_pipeline.loader import SequenceLoader, SequenceOptions, open_tokens

options = SequenceOptions(sequence_length=256, batch_size=8, seed=1)
for batch in SequenceLoader(open_tokens("corpus-out/tokens"), options, rank=0, world=1):
    print(batch.step, batch.tokens.shape, batch.targets.dtype)
```

Packing by best fit wants `corpus-pipeline-loader[packing]`, tokens on S3 or Google's storage `[s3]`
or `[gcs]`. The files are those of corpus-pipeline, so an environment has one of the two: where
corpus-pipeline is installed, the loader is there already.
"""


def module_path(name: str) -> Path | None:
    """Returns the file of a module of the package, or None if the name is something in a module.

    >>> module_path("corpus_pipeline.loader").name, module_path("corpus_pipeline.loader.Batch")
    ('__init__.py', None)
    """
    path = ROOT.joinpath(*name.split("."))
    for file in (path / "__init__.py", path.with_suffix(".py")):
        if file.is_file():
            return file
    return None


def imported(path: Path) -> Iterator[str]:
    """Yields the names that a module imports, wherever in it; none of ours is relative."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def closure(room: str) -> tuple[list[Path], list[str]]:
    """Returns all that a room imports, at once or later.

    What the package as a whole names is imported when it is asked for, so that is left out.

    Returns:
        The files of modules, and the top-level names of other modules, both sorted.
    """
    waiting = [f"{room}.{path.stem}" for path in ROOT.joinpath(*room.split(".")).glob("*.py")]
    files: dict[str, Path] = {}
    others = set()
    while waiting:
        parts = waiting.pop().split(".")
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[:length])
            path = module_path(name)
            if path is None or name in files:
                continue
            files[name] = path
            if name == PACKAGE:
                continue
            for each in imported(path):
                if each.partition(".")[0] == PACKAGE:
                    waiting.append(each)
                else:
                    others.add(each.partition(".")[0])
    return sorted(files.values()), sorted(others)


def loader_project(project: dict[str, Any], modules: list[str]) -> dict[str, Any]:
    """Returns the metadata of the loader's distribution: those of the whole one, with less.

    Args:
        project: the table `project` of the whole one.
        modules: top-level names of what the loader imports; of the standard library or optional
            ones are no requirements of the whole package and of no concern.
    """
    distributions = importlib.metadata.packages_distributions()
    named = {normalised(each) for name in modules for each in distributions.get(name, ())}
    needed = {each: line for line in project["dependencies"]
              if (each := normalised(re.split(r"[^\w.-]", line)[0])) in named}  # fmt: skip
    extras = {extra: [needed.pop(name)] for name, extra in LOADER_EXTRAS.items()}
    extras |= {extra: project["optional-dependencies"][extra] for extra in SHARED_EXTRAS}
    kept = ("dynamic", "requires-python", "license", "classifiers")
    return {
        "name": LOADER_NAME,
        "description": "Reads the token shards of corpus-pipeline: batches for a trainer",
        "readme": "README.md",
        **{key: project[key] for key in kept if key in project},
        "dependencies": list(needed.values()),
        "optional-dependencies": extras,
    }


def normalised(name: str) -> str:
    """Returns the name of a distribution as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def whole_project() -> dict[str, Any]:
    """Returns pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def stage_whole(tree: Path) -> None:
    """Copies what the whole package is built from; a build leaves files where it runs."""
    for name in SOURCES:
        shutil.copy(ROOT / name, tree / name)
    shutil.copytree(ROOT / PACKAGE, tree / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))


def stage_loader(tree: Path) -> None:
    """Writes a tree from which the loader's distribution is built."""
    files, modules = closure(LOADER)
    for path in [*files, ROOT / PACKAGE / "py.typed"]:
        target = tree / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    shutil.copy(ROOT / "LICENSE", tree / "LICENSE")
    (tree / "README.md").write_text(LOADER_README, "utf-8")
    whole = whole_project()
    tool = {
        "dynamic": whole["tool"]["setuptools"]["dynamic"],
        "packages": {"find": {"include": [f"{PACKAGE}*"]}},
        "package-data": {PACKAGE: ["py.typed"]},
    }
    project = loader_project(whole["project"], modules)
    content = {"build-system": whole["build-system"], "project": project, "tool.setuptools": tool}
    (tree / "pyproject.toml").write_text(
        "".join(f"[{name}]\n{_table(table)}\n" for name, table in content.items()), "utf-8"
    )


def _table(table: dict[str, Any]) -> str:
    """Writes a table of TOML, each value on a line of its own.

    >>> _table({"a": ["b"], "c": {"d": "e"}})
    'a = ["b"]\\nc = { "d" = "e" }\\n'
    """
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def commit_time() -> int:
    """Returns the seconds that files are dated with: SOURCE_DATE_EPOCH, else the commit's time.

    Where there is no commit (a build from an sdist) it is the first time that a zip file can name.
    """
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stdout)
    except (OSError, subprocess.CalledProcessError):
        return 315_532_800


def settle(sdist: Path, seconds: int) -> None:
    """Writes an archive anew without what differs between two builds: times, owners, order."""
    with tarfile.open(sdist) as archive:
        content = [
            (member, file.read() if (file := archive.extractfile(member)) else None)
            for member in sorted(archive.getmembers(), key=lambda member: member.name)
        ]
    with (
        sdist.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=seconds) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for member, data in content:
            member.mtime, member.uid, member.gid, member.uname, member.gname = seconds, 0, 0, "", ""
            member.pax_headers = {}
            archive.addfile(member, None if data is None else io.BytesIO(data))


def build(tree: Path, output: Path) -> list[Path]:
    """Builds the sdist of a tree, and the wheel of what that sdist holds.

    Returns:
        Both files.
    """
    sdist = output / _hook("build_sdist", tree, output)
    settle(sdist, commit_time())
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
        (unpacked,) = Path(folder).iterdir()
        wheel = output / _hook("build_wheel", unpacked, output)
    return [sdist, wheel]


def _hook(name: str, tree: Path, output: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", BUILD.format(hook=name), str(output.resolve())],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(commit_time())},
        cwd=tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout.splitlines()[-1]


def build_all(output: Path) -> list[Path]:
    """Builds both distributions into a folder; returns their files."""
    output.mkdir(parents=True, exist_ok=True)
    built = []
    for stage in (stage_whole, stage_loader):
        with tempfile.TemporaryDirectory() as folder:
            stage(Path(folder))
            built += build(Path(folder), output)
    return built


def main(arguments: list[str] | None = None) -> None:
    """Builds, and prints what was built."""
    parser = argparse.ArgumentParser(description="Build sdists and wheels of both distributions.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("output", nargs="?", type=Path, help="folder to write them to")
    what.add_argument(
        "--loader-requirements", action="store_true", help="print what the loader needs; no build"
    )
    options = parser.parse_args(arguments)
    if options.loader_requirements:
        print(
            *loader_project(whole_project()["project"], closure(LOADER)[1])["dependencies"],
            sep="\n",
        )
        return
    for path in build_all(options.output):
        print(f"{path.stat().st_size:>12,}  {path}")


if __name__ == "__main__":
    main()
