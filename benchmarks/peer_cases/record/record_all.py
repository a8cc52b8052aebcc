"""Records the peers' own tests: each at one commit, in an environment of its own.

    python benchmarks/peer_cases/record/record_all.py .peers/cases [--only dolma] [--again]

Makes `src/PEER`, `envs/PEER` and `PEER.jsonl` in the folder, and `PEER.log`, what pytest said. What
is there already stays: a checkout that you put there yourself is taken as it is. Wants `git`, `uv`
and a network for both; runs on nothing but Python's standard library. Peers' tests that ask for a
network, a model or a GPU fail, and are counted as that.

peers.toml says which peers, at which commits, with which packages.
"""

import argparse
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent


class Peer(NamedTuple):
    """What is recorded of one peer."""

    commit: str
    """Of the repository, or the version of the package."""
    plugin: str
    packages: Sequence[str]
    tests: Sequence[str]
    """Files and folders of the checkout, or of the folder of packages; `*` stands for anything."""
    repository: str = ""
    """On GitHub; empty if tests come with a package."""
    path: Sequence[str] = (".",)
    """Folders of the checkout that Python imports from."""
    environment: Mapping[str, str] = {}
    options: Sequence[str] = ()
    """Of pytest: where what a conftest starts is not to be had and not needed."""


def load_peers() -> dict[str, Peer]:
    """Reads peers.toml."""
    listed = tomllib.loads((HERE / "peers.toml").read_text("utf-8"))
    return {name: Peer(**each) for name, each in listed.items()}


def checkout(name: str, peer: Peer, folder: Path) -> Path:
    """Returns the peer's checkout; makes it if it is not there."""
    source = folder / "src" / name
    if not peer.repository:
        source.mkdir(parents=True, exist_ok=True)
    elif not source.exists():
        fresh = source.with_suffix(".new")
        url = f"https://github.com/{peer.repository}"
        quiet = {**os.environ, "GIT_LFS_SKIP_SMUDGE": "1"}
        subprocess.run(["git", "clone", "--quiet", url, str(fresh)], check=True, env=quiet)
        there = ["git", "-C", str(fresh), "checkout", "--quiet", peer.commit]
        subprocess.run(there, check=True, env=quiet)
        fresh.rename(source)
    return source


def environment(name: str, peer: Peer, folder: Path) -> Path:
    """Returns the Python of the peer's environment; makes it if it is not there."""
    home = folder / "envs" / name
    python = home / "bin" / "python"
    ready, wanted = home / "ready", "\n".join(peer.packages)
    if not ready.exists() or ready.read_text("utf-8") != wanted:
        subprocess.run(["uv", "venv", "--quiet", "--clear", "--python", "3.11", str(home)],
                       check=True)  # fmt: skip
        subprocess.run(["uv", "pip", "install", "--quiet", "--python", str(python), "pytest",
                        "pytest-timeout", *peer.packages], check=True)  # fmt: skip
        ready.write_text(wanted, "utf-8")
    return python


def record(name: str, peer: Peer, folder: Path) -> None:
    """Runs the peer's tests with the plugin that records them."""
    source, python = checkout(name, peer, folder), environment(name, peer, folder)
    root = source
    if not peer.repository:
        (root,) = (folder / "envs" / name).glob("lib/python*/site-packages")
    tests = [str(path.relative_to(source) if root == source else path)
             for each in peer.tests for path in sorted(root.glob(each))]  # fmt: skip
    path = [str(HERE), *(str(source / each) for each in peer.path)]
    made = {
        **os.environ,
        "PEER_VERSION": peer.commit[:7],
        "PEER_CASES": str((folder / f"{name}.jsonl").resolve()),
        "PYTHONPATH": os.pathsep.join(path),
        # What would ask for a network says at once that it cannot.
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "UV_OFFLINE": "1",
        "PIP_NO_INDEX": "1",
        **peer.environment,
    }
    # Named, for pytest would look for settings in the folders above a checkout that has none.
    named = (source / each for each in ("pytest.ini", "pyproject.toml", "setup.cfg"))
    settings = next((str(each) for each in named if each.is_file()), os.devnull)
    command = [str(python), "-m", "pytest", "-c", settings, "--rootdir", str(source),
               "-p", peer.plugin, "-p", "no:cacheprovider", "-q",
               "--timeout", "120", "--continue-on-collection-errors", "-o", "addopts=",
               *peer.options, *tests]  # fmt: skip
    with (folder / f"{name}.log").open("w", encoding="utf-8") as log:
        done = subprocess.run(command, cwd=source, env=made, stdout=log, stderr=log, check=False)
    last = (folder / f"{name}.log").read_text("utf-8", "replace").strip().splitlines()[-1:]
    print(f"{name}: pytest ended with {done.returncode}: {''.join(last)}", flush=True)


def main() -> None:
    """See the module."""
    peers = load_peers()
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where recordings, checkouts, environments lie")
    parser.add_argument("--only", action="append", choices=peers, help="this peer, or these")
    parser.add_argument("--again", action="store_true", help="peers that are recorded already too")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    (folder / "src").mkdir(parents=True, exist_ok=True)
    failed = []
    for name in arguments.only or peers:
        if (folder / f"{name}.jsonl").exists() and not arguments.again:
            print(f"{name}: is recorded", flush=True)
            continue
        try:
            record(name, peers[name], folder)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name}: not recorded: {error}", flush=True)
        if not (folder / f"{name}.jsonl").exists():
            failed.append(name)
    if failed:
        sys.exit(f"not recorded: {', '.join(failed)}")


if __name__ == "__main__":
    main()
