"""The process that Spark forks its Python workers from: all is imported once, for all of them.

Without it every worker imports Beam and the stages anew, which takes seconds. Spark starts it by
the name in `spark.python.daemon.module`, so pyspark stands on its path.
"""

import contextlib
import gc
import importlib
import os
import subprocess
import sys
import traceback
import types
import zipimport

#: What every worker would import itself; it starts no threads, so forking is safe.
_NEEDED = f"{__package__}.stage"
#: Environment variable: more modules of that kind, parted by commas.
PRELOAD = "BEAM_SPARK_PRELOAD"


def preload() -> None:
    """Imports what workers need, and makes forks and tasks cheap."""
    for name in filter(None, [_NEEDED, *os.environ.get(PRELOAD, "").split(",")]):
        with contextlib.suppress(ImportError):  # the task that needs it tells it better
            importlib.import_module(name)
    # PySpark collects garbage and forgets what it knows of folders after each task. With all these
    # modules that would take a tenth of a second each time, and the objects would be copied.
    gc.collect()
    gc.freeze()
    setattr(zipimport.zipimporter, "invalidate_caches", keep_directory)  # noqa: B010


def keep_directory(archive: zipimport.zipimporter) -> None:
    """Does nothing: the archives of a worker stay as they are while it lives."""


def print_crash() -> None:
    """Prints the exception that ends a worker, unless it is only that Spark has hung up."""
    if not isinstance(sys.exc_info()[1], EOFError):
        traceback.print_exc()


def watch_workers() -> "subprocess.Popen[bytes]":
    """Starts the process that ends workers which are held by SIGSTOP."""
    # Java waits for the end of this process's streams, so they are not handed on.
    return subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.stopped_workers", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    watcher = watch_workers()
    preload()
    daemon = importlib.import_module("pyspark.daemon")
    daemon.__dict__["traceback"] = types.SimpleNamespace(
        **{**vars(traceback), "print_exc": print_crash}
    )
    daemon.manager()
