"""Tries what `tools/build_packages.py` has built as its users would: in environments of their own.

    python tools/try_packages.py dist      # make test-wheel

1. The wheels hold the files of the package, all of them or the loader's, and nothing else.
2. `corpus-pipeline` is installed with `locks/requirements-run.lock`, and its commands make, check
   and read a corpus of one's own, from a folder outside the checkout. Beam is not there: an engine
   that wants it says so.
3. `corpus-pipeline-loader` is installed with `locks/requirements-loader.lock`, and gives the same
   batches.

One line for each step; the first that fails ends it, with 1.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import build_packages as built

ROOT = built.ROOT
#: Texts of one's own, copied to where no checkout is.
TEXTS = ROOT / "examples" / "data" / "articles.jsonl.zst"
CONFIG = "inputs: [{path: own.jsonl.zst, source: own}]\noutput: out\nworkers: 1\n"
#: Reads the batches of a run, and says what they were and by which files.
READ = """\
import hashlib, importlib.util, sys
import corpus_pipeline
from corpus_pipeline.loader import SequenceLoader, SequenceOptions, open_tokens
tokens = open_tokens(sys.argv[1])
digest = hashlib.sha256()
for batch in SequenceLoader(tokens, SequenceOptions(64, 4, seed=1, epochs=1)):
    digest.update(batch.tokens.tobytes() + batch.targets.tobytes())
there = [m for m in ("apache_beam", "numba", "pydantic") if importlib.util.find_spec(m)]
print(corpus_pipeline.__version__, tokens.tokens, digest.hexdigest(), *there)
"""


class Failed(Exception):
    """A step went otherwise than it should have."""


def wheel_findings(wheel: Path, expected: set[str]) -> Iterator[str]:
    """Yields a line for each file that a wheel lacks or has too many.

    Args:
        wheel: what was built.
        expected: paths that it should hold beside its metadata.
    """
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    yield from (f"{wheel.name}: lacks {name}" for name in sorted(expected - held))
    yield from (f"{wheel.name}: holds {name}" for name in sorted(held - expected))


def whole_files() -> set[str]:
    """Returns the paths of all files of the package."""
    found = (ROOT / built.PACKAGE).rglob("*")
    return {
        path.relative_to(ROOT).as_posix()
        for path in found
        if path.is_file() and "__pycache__" not in path.parts
    }


def loader_files() -> set[str]:
    """Returns the paths of the loader's files."""
    files, _ = built.closure(built.LOADER)
    return {
        path.relative_to(ROOT).as_posix() for path in [*files, ROOT / built.PACKAGE / "py.typed"]
    }


#: Prints what each distribution of an environment takes, largest first.
SIZES = """\
import importlib.metadata as metadata
sizes = {}
for each in metadata.distributions():
    paths = [each.locate_file(file) for file in each.files or ()]
    sizes[each.name] = sum(p.stat().st_size for p in paths if p.is_file() and p.suffix != ".pyc")
of_python = {"pip", "setuptools"}
rows = sorted(((sizes[name], name) for name in sizes.keys() - of_python), reverse=True)
largest = ", ".join(f"{name} {size / 1e6:.0f}" for size, name in rows[:8])
print(f"{sum(size for size, _ in rows) / 1e6:.0f} MB in {len(rows)} distributions: {largest}")
"""


class Environment:
    """A virtual environment with one wheel and the libraries of one lock."""

    def __init__(self, folder: Path, python: str, lock: Path, wheel: Path) -> None:
        """Makes it; the lock is complete, so pip looks for nothing else.

        Raises:
            Failed: it cannot be made, or something that is required is missing.
        """
        self.folder = folder
        call([python, "-m", "venv", str(folder)])
        pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        hashed = ["--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
        self.python(*pip, *hashed)
        self.python(*pip, str(wheel))
        self.python("-m", "pip", "--disable-pip-version-check", "check")

    def python(self, *arguments: str, cwd: Path | None = None) -> str:
        """Runs its Python; returns what it prints."""
        return call([str(self._program("python")), *arguments], cwd)

    def corpus(self, *arguments: str, cwd: Path, fails: bool = False) -> str:
        """Runs its command `corpus`; returns what it prints, or of one that fails its error."""
        return call([str(self._program("corpus")), *arguments], cwd, fails)

    def _program(self, name: str) -> Path:
        if os.name == "nt":
            return self.folder / "Scripts" / f"{name}.exe"
        return self.folder / "bin" / name


def call(command: list[str], cwd: Path | None = None, fails: bool = False) -> str:
    """Runs a command without the variables that would show it the checkout.

    Args:
        command: program and arguments.
        cwd: folder to run it in.
        fails: whether it is to exit with 1; what it then says on standard error is returned.

    Raises:
        Failed: it ends otherwise.
    """
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode != int(fails):
        raise Failed(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stderr if fails else done.stdout


def try_whole(environment: Environment, folder: Path) -> str:
    """Makes, checks and reads a corpus; returns what the loader says of it."""
    version = environment.corpus("--version", cwd=folder).split()[-1]
    shutil.copy(TEXTS, folder / "own.jsonl.zst")
    (folder / "corpus.yaml").write_text(CONFIG, "utf-8")
    environment.corpus("init", "full.yaml", cwd=folder)
    environment.corpus("run", "corpus.yaml", cwd=folder)
    said = environment.corpus("verify", "out", cwd=folder)
    for runner in ("spark", "PrismRunner"):
        refused = environment.corpus(
            "run", "corpus.yaml", "--output", "other", "--runner", runner, cwd=folder, fails=True
        )
        if "needs Apache Beam; pip install" not in refused:
            raise Failed(f"--runner {runner}: {refused}")
    read = environment.python("-c", READ, "out/tokens", cwd=folder)
    if read.split()[0] != version or int(read.split()[1]) == 0 or "apache_beam" in read:
        raise Failed(f"the loader of corpus-pipeline {version}: {read}")
    print(f"          {said.strip()}")
    return read


def try_loader(environment: Environment, folder: Path, expected: str) -> None:
    """Reads the same tokens by the loader alone."""
    read = environment.python("-c", READ, "out/tokens", cwd=folder)
    if read.split() != expected.split()[:3]:
        raise Failed(f"the loader alone reads {read}, beside the pipeline {expected}")


def main(arguments: list[str] | None = None) -> int:
    """Tries both distributions; returns 1 if a step fails."""
    parser = argparse.ArgumentParser(description="Try the built packages in fresh environments.")
    parser.add_argument("dist", type=Path, help="folder with the wheels")
    parser.add_argument("--python", default=sys.executable, help="what to make environments with")
    options = parser.parse_args(arguments)
    [whole] = options.dist.glob("corpus_pipeline-*.whl")
    [loader] = options.dist.glob("corpus_pipeline_loader-*.whl")
    begun = time.monotonic()

    def step(line: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {line}", flush=True)

    try:
        for wheel, files in ((whole, whole_files()), (loader, loader_files())):
            findings = list(wheel_findings(wheel, files))
            if findings:
                raise Failed("\n".join(findings))
            step(f"{wheel.name}: {len(files)} files, {wheel.stat().st_size / 1e6:.1f} MB")
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            locks = ROOT / "locks"
            run = Environment(
                folder / "run", options.python, locks / "requirements-run.lock", whole
            )
            step(f"corpus-pipeline is installed: {run.python('--version').strip()}")
            read = try_whole(run, folder)
            print(f"          {run.python('-c', SIZES).strip()}")
            step("corpus-pipeline: init, run, verify, loader")
            alone = Environment(
                folder / "loader", options.python, locks / "requirements-loader.lock", loader
            )
            step("corpus-pipeline-loader is installed")
            print(f"          {alone.python('-c', SIZES).strip()}")
            try_loader(alone, folder, read)
            step("corpus-pipeline-loader: the same batches")
    except Failed as failed:
        print(f"try_packages: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
