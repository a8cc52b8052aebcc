"""Processes that belong together, found by a mark in their environment and ended for good.

A process hands its environment on to what it starts, so the mark finds children of children, in
sessions of their own and after their parents have died. The number of a process is never trusted:
the system may have given it to another one since.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from corpus_pipeline.spark_runner.distribution import CLUSTER_DOWN
from corpus_pipeline.spark_runner.errors import SparkRunnerError

#: Environment variable that marks every process of a cluster with its folder.
MARK = "CORPUS_CLUSTER"
_ROUND_SECONDS = 0.05
#: Seconds that processes have to end by themselves before they are killed, and then to be gone.
GRACE_SECONDS = 5.0
_KILL_SECONDS = 20.0
#: How often no process must be seen before none is believed to be there.
_QUIET_ROUNDS = 3


def marked(folder: Path) -> set[int]:
    """Lists the processes that carry the mark of a folder.

    One that has ended, or changes its program this very moment, shows no environment.
    """
    mark = f"{MARK}={folder.resolve()}".encode()
    return {int(path.name) for path in Path("/proc").glob("[0-9]*") if _carries(path, mark)}


def _carries(process: Path, mark: bytes) -> bool:
    with contextlib.suppress(OSError):  # it has ended, or is another user's
        return mark in (process / "environ").read_bytes().split(b"\0")
    return False


def end_processes(folder: Path) -> set[int]:
    """Ends all processes of a folder and waits until they are gone; returns which they were.

    What they start meanwhile carries the mark too and is found in the next round.

    Raises:
        SparkRunnerError: one of them does not end.
    """
    seen: set[int] = set()
    begun = time.monotonic()
    quiet = 0
    while quiet < _QUIET_ROUNDS:
        running = marked(folder)
        quiet = 0 if running else quiet + 1
        waited = time.monotonic() - begun
        if running and waited > GRACE_SECONDS + _KILL_SECONDS:
            raise SparkRunnerError(
                f"process {min(running)} of the cluster in {folder} does not end; look at it with "
                f"`ps`, then run `{CLUSTER_DOWN}` again"
            )
        for pid in running:
            if waited > GRACE_SECONDS:
                send(pid, folder, signal.SIGKILL)
            elif pid not in seen:
                send(pid, folder, signal.SIGTERM)
        seen |= running
        time.sleep(_ROUND_SECONDS)
    reap(seen)
    return seen


def reap(pids: Iterable[int]) -> None:
    """Takes note of the end of processes that this very process has started."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def send(pid: int, folder: Path, number: signal.Signals) -> None:
    """Sends a signal to a process of the folder, never to one that has got its number since."""
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(pid)
        try:
            if pid in marked(folder):
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)
