"""What this machine has, as far as this process may use it."""

import os
from collections.abc import Iterator
from pathlib import Path

import platformdirs

#: Environment variable of processes that are the `corpus` command or its workers and run nobody
#: else's code, as a notebook does.
OWN_PROCESS = "CORPUS_PIPELINE_OWN_PROCESS"


def cores() -> int:
    """Returns the number of cores; a process that is pinned to some has those only."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cache_folder(name: str) -> Path:
    """Returns where the user's cache keeps things of this package of some kind; it may be missing.

    >>> cache_folder("packings").name
    'packings'
    """
    return Path(platformdirs.user_cache_dir("corpus-pipeline")) / name


def memory_bytes(root: Path = Path("/")) -> int:
    """Returns the memory of this machine or of the container, whichever is less; 0 if unknown.

    Args:
        root: where `proc` and `sys` are.
    """
    limits = list(_container_limits(root))
    try:
        for line in (root / "proc" / "meminfo").read_text().splitlines():
            if line.startswith("MemTotal:"):
                limits.append(int(line.split()[1]) * 1024)
    except OSError:
        if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
            limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(limits, default=0)


def _container_limits(root: Path) -> Iterator[int]:
    """Yields the memory limits of this process's control groups, version 1 and 2."""
    try:
        lines = (root / "proc" / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return
    mount = root / "sys" / "fs" / "cgroup"
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            base, name = mount, "memory.max"
        elif "memory" in controllers.split(","):
            base, name = mount / "memory", "memory.limit_in_bytes"
        else:
            continue
        group = base / path.lstrip("/")
        for folder in (group, *group.parents):
            if not folder.is_relative_to(base):
                break
            try:
                limit = (folder / name).read_text().strip()
            except OSError:  # the path is the host's, where the container sees its own group alone
                continue
            if limit.isdecimal():
                yield int(limit)


def memory_of_processes(pid: int, root: Path = Path("/")) -> int:
    """Returns the resident bytes of a process and of those below it; 0 where nobody tells.

    Pages that several of them share count in each.

    Args:
        pid: the process.
        root: where `proc` is.
    """
    folder = root / "proc" / str(pid)
    try:
        pages = int((folder / "statm").read_text().split()[1])
        children = [(task / "children").read_text() for task in (folder / "task").iterdir()]
    except (OSError, IndexError):  # It has ended, or the system has no such files.
        return 0
    below = (int(child) for each in children for child in each.split())
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(memory_of_processes(c, root) for c in below)
