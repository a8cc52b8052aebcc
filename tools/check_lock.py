"""Checks that a lock file is complete and that what it names is installed, at those versions.

    python tools/check_lock.py locks/requirements.lock 'corpus-pipeline[dev]'
    python tools/check_lock.py locks/requirements-spark-4.1.lock pyspark --path .beyond/spark-4.1

Lock files are installed with `pip install --no-deps`: pip asks the index for no version of its own,
so what is installed does not depend on what the index has today. The price is that pip does not
notice a missing entry. This does, with the extras, which `pip check` leaves out: it walks the
metadata of the installed distributions from the named requirement on. One line for each finding;
the exit code is 1 if there is one.
"""

import argparse
import importlib.metadata
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

#: name -> version, and what it requires, as in its metadata.
Installed = Mapping[str, tuple[str, list[str]]]


def pinned(text: str) -> dict[str, str]:
    """Returns name -> version of the entries of a lock file that apply to this machine.

    >>> pinned("a==1 \\\\\\n  --hash=sha256:0\\nB==2 ; python_version < '3'\\n# x\\n")
    {'a': '1'}
    """
    versions: dict[str, str] = {}
    for line in text.replace("\\\n", " ").splitlines():
        entry = line.partition("--hash=")[0].partition(" #")[0].strip()
        if not entry or entry.startswith("#"):
            continue
        requirement = Requirement(entry)
        if requirement.marker is None or requirement.marker.evaluate():
            versions[canonicalize_name(requirement.name)] = str(requirement.specifier)[2:]
    return versions


def installed(path: Path | None) -> dict[str, tuple[str, list[str]]]:
    """Returns the distributions of a folder, or of this environment."""
    where = [str(path)] if path else sys.path
    found: dict[str, tuple[str, list[str]]] = {}
    for each in importlib.metadata.distributions(path=where):
        # The first of a name is the one that is imported.
        found.setdefault(canonicalize_name(each.name), (each.version, each.requires or []))
    return found


def findings(lock: Mapping[str, str], root: str, found: Installed) -> Iterator[str]:
    """Yields a line for everything that is missing or at another version.

    >>> list(findings({"a": "1"}, "a[x]", {"a": ("1", ["b>2 ; extra == 'x'"])}))
    ['b: is required by a[x] (b>2; extra == "x"), and is not in the lock']
    """
    for name, version in lock.items():
        there = found.get(name, ("nothing", []))[0]
        if there == "nothing" or Version(there) != Version(version):
            yield f"{name}: the lock says {version}, {there} is installed"
    start = Requirement(root)
    seen = set()
    waiting = [(start, root)]
    while waiting:
        requirement, by = waiting.pop()
        name = canonicalize_name(requirement.name)
        said = f"is required by {by} ({requirement})"
        # The project itself is installed from its sources.
        if name not in lock and name != canonicalize_name(start.name):
            yield f"{name}: {said}, and is not in the lock"
            continue
        if name not in found:
            if name not in lock:
                yield f"{name}: is not installed"
            continue
        version, requires = found[name]
        if not requirement.specifier.contains(version, prereleases=True):
            yield f"{name}: {said}, {version} is installed"
        for extra in ("", *sorted(requirement.extras)):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            shown = f"{name}[{extra}]" if extra else name
            waiting += [(each, shown) for each in _applying(requires, extra)]


def _applying(requires: Iterable[str], extra: str) -> Iterator[Requirement]:
    """Yields what an extra brings; for the extra "" what is always required."""
    for text in requires:
        each = Requirement(text)
        always, now = (each.marker is None or each.marker.evaluate({"extra": name})
                       for name in ("", extra))  # fmt: skip
        if now and always == (not extra):
            yield each


def main(arguments: list[str] | None = None) -> int:
    """Prints the findings; returns 1 if there is one."""
    parser = argparse.ArgumentParser(description="Check that a lock file is complete.")
    parser.add_argument("lock", type=Path)
    parser.add_argument("root", help="what the lock was made for, for example corpus-pipeline[dev]")
    parser.add_argument("--path", type=Path, help="folder of the installed; default: this Python's")
    options = parser.parse_args(arguments)
    lock = pinned(options.lock.read_text("utf-8"))
    found = list(findings(lock, options.root, installed(options.path)))
    for finding in found:
        print(f"{options.lock}: {finding}; run `make lock`, or install anew", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
