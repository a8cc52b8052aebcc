"""Asks for which Pythons and platforms every locked library has a wheel.

    python tools/check_platforms.py                            # prints a table
    python tools/check_platforms.py --write docs/packaging.md  # puts it between the page's marks

uv (on the PATH) resolves each lock for each of them without installing anything: wheels alone, at
the locked versions and hashes, in some minutes. Needs the package index. What has no wheel is
named; a lock that resolves was not thereby run there.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
BEGIN = "<!-- platforms: written by tools/check_platforms.py -->"
END = "<!-- end of platforms -->"
#: What is asked for -> its lock.
LOCKS = {
    "corpus-pipeline": "requirements-run.lock",
    "corpus-pipeline-loader": "requirements-loader.lock",
    "Beam and all that development needs": "requirements.lock",
}
#: Shown name of a platform -> uv's name of it, and the oldest macOS that counts.
PLATFORMS = {
    "Linux x86-64 (glibc 2.28)": ("x86_64-manylinux_2_28", ""),
    "Linux arm64 (glibc 2.28)": ("aarch64-manylinux_2_28", ""),
    "macOS 14 arm64": ("aarch64-apple-darwin", "14.0"),
    "macOS 14 x86-64": ("x86_64-apple-darwin", "14.0"),
    "Windows x86-64": ("x86_64-pc-windows-msvc", ""),
    "Linux x86-64 (musl)": ("x86_64-unknown-linux-musl", ""),
}
#: uv's words for a library that it would have to build.
NO_WHEEL = re.compile(r"([\w.-]+)==[\w.!+]+\s+has\s+no\s+(?:usable\s+)?wheels")


def pythons() -> list[str]:
    """Returns the Pythons that the package says it runs on, as its classifiers name them.

    >>> pythons()[0]
    '3.11'
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found = (re.search(r":: (3\.\d+)$", line) for line in project["classifiers"])
    return [match[1] for match in found if match]


def without(lock: str, name: str) -> str:
    r"""Returns a lock without one library.

    >>> without("a==1 \\\n    --hash=x\nb==2\n    # via a\n", "b")
    'a==1 \\\n    --hash=x\n'
    """
    return re.sub(rf"(?m)^{re.escape(name)}==.*\n(?:[ ]+.*\n)*", "", lock)


def missing(lock: str, python: str, platform: str, macos: str) -> list[str]:
    """Returns the libraries of a lock that have no wheel.

    Args:
        lock: its text.
        python: as 3.11.
        platform: uv's name.
        macos: the oldest that counts, or nothing.

    Raises:
        SystemExit: uv fails for another reason.
    """
    found: list[str] = []
    env = {**os.environ, **({"MACOSX_DEPLOYMENT_TARGET": macos} if macos else {})}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lock.txt"
        command = ["uv", "pip", "install", "--dry-run", "--no-deps", "--only-binary", ":all:",
                   "--python-version", python, "--python-platform", platform,
                   "--target", f"{folder}/target", "-r", str(path)]  # fmt: skip
        while True:
            path.write_text(lock, "utf-8")
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return sorted(found)
            named = NO_WHEEL.search(done.stderr)
            if named is None or named[1] in found:
                sys.exit(f"{platform}, Python {python}: {done.stderr}")
            found.append(named[1])
            lock = without(lock, named[1])


def _cell(names: list[str]) -> str:
    """Says what is missing, if anything; of many the first three.

    >>> _cell([]), _cell(["b"]), _cell(["a", "b", "c", "d", "e"])
    ('yes', 'no b', 'no a, b, c and 2 more')
    """
    if not names:
        return "yes"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"no {', '.join(names[:3])}{more}"


def table() -> str:
    """Returns a table for each lock, of Markdown."""
    parts = []
    versions = pythons()
    for title, name in LOCKS.items():
        lock = (ROOT / "locks" / name).read_text("utf-8")
        parts.append(f"\n**{title}** (`locks/{name}`)\n")
        parts.append(f"| platform | {' | '.join(versions)} |\n|{' --- |' * (len(versions) + 1)}")
        for shown, (platform, macos) in PLATFORMS.items():
            cells = [missing(lock, python, platform, macos) for python in versions]
            told = [_cell(each) for each in cells]
            parts.append(f"| {shown} | {' | '.join(told)} |")
            print(f"{title}: {shown}: {told}", file=sys.stderr)
    return "\n".join(parts) + "\n"


def main(arguments: list[str] | None = None) -> None:
    """Prints the tables, or writes them into a page."""
    parser = argparse.ArgumentParser(description="Ask which platforms have all locked wheels.")
    parser.add_argument("--write", type=Path, help="a page with marks for the tables")
    options = parser.parse_args(arguments)
    made = table()
    if options.write is None:
        print(made)
        return
    page = options.write.read_text("utf-8")
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    options.write.write_text(f"{head}{BEGIN}\n{made}\n{END}{tail}", "utf-8")


if __name__ == "__main__":
    main()
