"""Paths that are neither files nor folders: who reads a pipe may never come to its end."""

import errno
import stat
from pathlib import Path

SPECIAL = "a pipe, a socket or a device"


def refuse_special(path: Path) -> None:
    """Refuses what is neither a file nor a folder. What does not exist passes.

    Raises:
        OSError: it is a pipe, a socket or a device; or it cannot be looked at.

    >>> refuse_special(Path("/dev/null"))
    Traceback (most recent call last):
    ...
    OSError: [Errno 22] it is a pipe, a socket or a device: '/dev/null'
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, f"it is {SPECIAL}", str(path))
