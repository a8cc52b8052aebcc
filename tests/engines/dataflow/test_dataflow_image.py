"""The image of workers, read as text: it says what the repository says."""

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from corpus_pipeline import __version__

ROOT = Path(__file__).parents[3]
DOCKERFILE = ROOT / "docker" / "Dockerfile"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


class Instruction(NamedTuple):
    """One instruction of a Dockerfile."""

    name: str
    arguments: str


def parse(text: str) -> list[Instruction]:
    """Reads a Dockerfile: comments left out, continued lines joined.

    >>> parse("# a\\nFROM x AS y\\nRUN a \\\\\\n  && b\\n")
    [Instruction(name='FROM', arguments='x AS y'), Instruction(name='RUN', arguments='a   && b')]
    """
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", "")
    found = (line.strip().partition(" ") for line in joined.splitlines() if line.strip())
    return [Instruction(name, arguments.strip()) for name, _, arguments in found]


INSTRUCTIONS = parse(DOCKERFILE.read_text("utf-8"))


def of(name: str) -> list[str]:
    return [each.arguments for each in INSTRUCTIONS if each.name == name]


def settings() -> dict[str, str]:
    return dict(re.findall(r"(\w+)=(\S+)", " ".join(of("ENV"))))


def test_every_instruction_is_known() -> None:
    names = [each.name for each in INSTRUCTIONS]
    assert {*names} == {"FROM", "ENV", "COPY", "RUN", "WORKDIR", "LABEL", "ENTRYPOINT"}


def test_versions_are_those_of_the_project() -> None:
    (beam,) = PROJECT["optional-dependencies"]["beam"]
    version = beam.removeprefix("apache-beam==")
    first, last = of("FROM")
    python = re.fullmatch(r"apache/beam_python(3\.\d+)_sdk:([\d.]+) AS beam", first)
    assert python is not None
    assert python[2] == version
    assert last == f"python:{python[1]}-slim"
    assert f">={python[1]}" == PROJECT["requires-python"]
    labels = dict(re.findall(r'([\w.]+)="([^"]*)"', of("LABEL")[0]))
    assert labels["org.opencontainers.image.version"] == __version__
    assert labels["org.opencontainers.image.licenses"] == PROJECT["license"]


def test_sources_exist_and_reach_the_builder() -> None:
    let_through = (ROOT / "docker" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    sources = set()
    for arguments in of("COPY"):
        *paths, _ = arguments.split()
        if paths[0].startswith("--from="):
            assert paths == ["--from=beam", "/opt/apache/beam"]
            continue
        sources.update(paths)
    assert [path for path in sources if not (ROOT / path).exists()] == []
    assert {line.removeprefix("!") for line in let_through if line.startswith("!")} == sources
    assert "*" in let_through
    # What setuptools needs to build the package from these alone.
    assert {"pyproject.toml", "corpus_pipeline", PROJECT["readme"], "LICENSE"} <= sources


def test_libraries_are_installed_by_hash_and_before_the_package() -> None:
    installs = [line for line in of("RUN") if "pip install" in line]
    assert "--no-deps --require-hashes -r /opt/corpus/requirements-worker.lock" in installs[0]
    assert "--no-deps --no-build-isolation /opt/corpus/source" in installs[1]
    assert installs[1].endswith("&& python -m pip check")
    assert len(installs) == 2


@pytest.mark.parametrize("package", ["apache-beam", "gcsfs", "numba", "setuptools"])
def test_the_lock_has_what_workers_need(package: str) -> None:
    lock = (ROOT / "locks" / "requirements-worker.lock").read_text("utf-8")
    assert re.search(rf"^{package}==.*\\\n +--hash=sha256:", lock, re.MULTILINE)


def test_kernels_are_compiled_for_any_processor() -> None:
    assert any("python -m corpus_pipeline.pipelines.warm" in line for line in of("RUN"))
    assert settings()["NUMBA_CPU_NAME"] == "generic"
    assert any(f"chmod -R a+rwX {settings()['NUMBA_CACHE_DIR']}" in line for line in of("RUN"))


def test_libraries_keep_to_one_thread_each() -> None:
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    assert [settings()[name] for name in names] == ["1", "1", "1"]
    assert settings()["TOKENIZERS_PARALLELISM"] == "false"


def test_workers_start_as_beam_starts_them() -> None:
    assert of("ENTRYPOINT") == ['["/opt/apache/beam/boot"]']
    assert INSTRUCTIONS[-1].name == "ENTRYPOINT"


def test_nothing_secret_and_nothing_fetched_by_name() -> None:
    text = DOCKERFILE.read_text("utf-8").lower()
    for word in (
        "secret",
        "password",
        "token=",
        "credential",
        "curl",
        "wget",
        "http://",
        "apt-get",
    ):
        assert word not in text
    assert of("ARG") == []
