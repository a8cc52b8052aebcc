"""A process beside Spark's Python daemon: kills workers that are held by SIGSTOP.

A worker whose bundle takes too long ends itself; one that is stopped cannot, and Spark would wait
for it for ever. Of a killed worker Spark tries the task again. Needs Linux; elsewhere it ends.
"""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

#: Seconds that a worker may be stopped.
LONGEST = 30.0


def watch(daemon: int, longest: float = LONGEST) -> None:
    """Looks at the children of a process every second, until this is no child of it any more."""
    listed = Path(f"/proc/{daemon}/task/{daemon}/children")
    since: dict[int, float] = {}
    while listed.exists() and os.getppid() == daemon:
        time.sleep(min(1.0, longest))
        now = time.monotonic()
        with contextlib.suppress(OSError):
            stopped = filter(is_stopped, map(int, listed.read_text().split()))
            since = {pid: since.get(pid, now) for pid in stopped}
        for pid, first in since.items():
            if now - first >= longest:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def is_stopped(pid: int) -> bool:
    """Says whether a process is held by SIGSTOP or its like; one under a debugger is not.

    >>> is_stopped(os.getpid())
    False
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False


if __name__ == "__main__":
    watch(int(sys.argv[1]))
