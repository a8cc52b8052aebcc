"""What this machine has, as far as this process may use it."""

import os


def cores() -> int:
    """Returns the number of cores; a process that is pinned to some has those only."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def physical_memory() -> int | None:
    """Returns the bytes of memory of the machine, or None where the system does not tell."""
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", ()):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None
