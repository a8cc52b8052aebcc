"""Locks are complete: they are installed without asking the index for anything else."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
from scripts import ROOT, load_script

check_lock = load_script("check_lock")

#: An environment of three distributions; `web` brings `tls` only with its extra `safe`.
THERE = {
    "app": ("1.0", ["web[safe]>=2", "old ; python_version < '3'"]),
    "web": ("2.1", ["tls>=3 ; extra == 'safe'"]),
    "tls": ("3.0", []),
}


@pytest.mark.parametrize(
    ("lock", "found", "said"),
    [
        ({"web": "2.1", "tls": "3.0"}, THERE, []),
        (
            {"web": "2.1"},
            THERE,
            ['tls: is required by web[safe] (tls>=3; extra == "safe"), and is not in the lock'],
        ),
        (
            {"web": "2.1", "tls": "3.1"},
            THERE,
            ["tls: the lock says 3.1, 3.0 is installed"],
        ),
        (
            {"web": "1.9", "tls": "3.0"},
            THERE | {"web": ("1.9", THERE["web"][1])},
            ["web: is required by app (web[safe]>=2), 1.9 is installed"],
        ),
        (
            {"web": "2.1", "tls": "3.0"},
            {name: THERE[name] for name in ("app", "web")},
            ["tls: the lock says 3.0, nothing is installed"],
        ),
        (
            {"web": "2.1", "tls": "3.0"},
            {name: THERE[name] for name in ("web", "tls")},
            ["app: is not installed"],
        ),
    ],
)
def test_findings(lock: dict[str, str], found: dict[str, Any], said: list[str]) -> None:
    assert list(check_lock.findings(lock, "app", found)) == said


def test_extras_of_the_project_itself_are_followed() -> None:
    found = {"app": ("1", ["app[more] ; extra == 'all'", "web ; extra == 'more'"])}
    (said,) = check_lock.findings({}, "app[all]", found)
    assert said.startswith("web: is required by app[more]")


def test_the_lock_of_this_environment_is_complete() -> None:
    assert check_lock.main([str(ROOT / "locks" / "requirements.lock"), "corpus-pipeline[dev]"]) == 0


@pytest.mark.cluster
def test_the_locks_beyond_one_machine_are_complete() -> None:
    assert importlib.util.find_spec("s3fs"), "run `make setup-cluster`"
    lock = str(ROOT / "locks" / "requirements-cluster.lock")
    assert check_lock.main([lock, "corpus-pipeline[dev,cluster-tests]"]) == 0


@pytest.mark.trainers
def test_the_lock_of_the_trainers_is_complete() -> None:
    lock = str(ROOT / "locks" / "requirements-trainers.lock")
    assert check_lock.main([lock, "corpus-pipeline[dev,trainers]"]) == 0


@pytest.mark.parametrize("name", ["run", "loader"])
def test_what_users_install_is_what_is_tested(name: str) -> None:
    """Their locks are parts of the whole one, at its versions."""
    whole = check_lock.pinned((ROOT / "locks" / "requirements.lock").read_text("utf-8"))
    part = check_lock.pinned((ROOT / "locks" / f"requirements-{name}.lock").read_text("utf-8"))
    assert part.items() <= whole.items()
    assert "pyarrow" in part
    assert "apache-beam" not in part


def test_a_lock_with_an_entry_taken_out_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (ROOT / "locks" / "requirements.lock").read_text("utf-8")
    without = re.sub(r"(?m)^numpy==.*\n( .*\n)*", "", whole)
    (tmp_path / "x.lock").write_text(without, "utf-8")
    assert check_lock.main([str(tmp_path / "x.lock"), "corpus-pipeline[dev]"]) == 1
    assert "numpy: is required by" in capsys.readouterr().err


def test_nothing_else_is_asked_for() -> None:
    """Whatever installs a lock does it without dependencies of its own."""
    for name in ("Makefile", "docker/Dockerfile"):
        text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
        hashed = [line for line in text.splitlines() if "--require-hashes" in line]
        assert hashed
        assert [line for line in hashed if "--no-deps" not in line] == []
