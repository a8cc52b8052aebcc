"""What a release is made by, read as text: workflows, citation, image. None of it runs here."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from scripts import ROOT, load_script

from corpus_pipeline import __version__

platforms = load_script("check_platforms")
PROJECT: dict[str, Any] = load_script("build_packages").whole_project()["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(content, dict)
    # YAML 1.1 reads the key `on` as a truth value.
    content["on"] = content.pop(True)
    return content


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_there_are_workflows() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_asks_for_little(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets." not in path.read_text("utf-8")
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 90
        assert {*job.get("needs", "").split()} <= {*workflow["jobs"]}
        # Whoever may sign or publish runs no code of this project.
        if job.get("permissions"):
            assert [step for step in job["steps"] if "run" in step] == []
    for step in steps(workflow):
        assert ("uses" in step) != ("run" in step)
        assert re.fullmatch(r"[\w./-]+@[\w./-]+", step.get("uses", "a@v1"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_a_workflow_runs_is_there(path: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for step in steps(read(path)):
        line = step.get("run", "")
        for target in re.findall(r"\bmake ([\w-]+)", line):
            assert target in targets
        for script in re.findall(r"python (tools/\S+)", line):
            assert (ROOT / script).is_file()
        cached = step.get("with", {}).get("cache-dependency-path")
        assert cached is None or [*ROOT.glob(cached)]


def test_ci_does_what_the_script_does_and_on_every_python() -> None:
    workflow = read(WORKFLOWS[0])
    lines = {step["run"] for step in steps(workflow) if "run" in step}
    script = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert {line for line in script if line.startswith(("make", ".venv"))} <= lines
    matrix = workflow["jobs"]["try-packages"]["strategy"]["matrix"]
    assert matrix["python"] == platforms.pythons()
    assert PROJECT["requires-python"] == f">={platforms.pythons()[0]}"


def test_the_citation_names_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    required = {"cff-version", "message", "title", "authors"}
    known = required | {"type", "abstract", "version", "license", "keywords"}
    assert required <= {*citation} <= known
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] == "software"
    assert citation["title"] == PROJECT["name"]
    assert citation["abstract"] == PROJECT["description"]
    assert citation["version"] == __version__
    assert citation["license"] == PROJECT["license"]
    assert all({*author} == {"name"} for author in citation["authors"])


def test_the_version_stands_in_one_place() -> None:
    """Where it must be repeated, a test compares; pyproject.toml reads it from the package."""
    assert PROJECT["dynamic"] == ["version"]
    assert "version" not in PROJECT


def test_the_image_is_of_the_lock_and_of_this_version() -> None:
    text = (ROOT / "docker" / "run.Dockerfile").read_text("utf-8")
    label = re.search(r'image\.version="([^"]+)"', text)
    assert label is not None
    assert label[1] == __version__
    ignored = (ROOT / "docker" / "run.Dockerfile.dockerignore").read_text("utf-8").splitlines()
    copied = re.findall(r"^COPY (\S+)", text, re.MULTILINE)
    assert [line[1:] for line in ignored if line.startswith("!")] == copied
    installs = re.findall(r"pip install (.*)", text)
    assert len(installs) == 2
    assert all(line.startswith("--no-deps ") for line in installs)
    assert "--require-hashes" in installs[0]
    assert text.index("USER 65534") < text.index("ENTRYPOINT")


@pytest.mark.parametrize(
    ("stderr", "name"),
    [
        ("Because camel-kenlm==2026.2.7 has no usable wheels and you require", "camel-kenlm"),
        ("Because a.b-c==1!2+x has no wheels with a matching tag", "a.b-c"),
        ("Because numba==0.68.1 has no\n  usable wheels", "numba"),
    ],
)
def test_what_has_no_wheel_is_read(stderr: str, name: str) -> None:
    found = platforms.NO_WHEEL.search(stderr)
    assert found is not None
    assert found[1] == name


def test_the_page_names_the_pythons_and_platforms_that_are_asked_about() -> None:
    page = (ROOT / "docs" / "packaging.md").read_text("utf-8")
    written = page.partition(platforms.BEGIN)[2].partition(platforms.END)[0]
    assert written.count(f"| platform | {' | '.join(platforms.pythons())} |") == len(
        platforms.LOCKS
    )
    for shown in platforms.PLATFORMS:
        assert written.count(f"| {shown} |") == len(platforms.LOCKS)
