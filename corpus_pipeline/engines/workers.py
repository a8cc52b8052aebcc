"""The process that all workers of the direct engine are forked from."""

import multiprocessing
import sys
from multiprocessing.context import BaseContext

#: The module of what every worker process needs, imported once where they are forked from.
PRELOAD = "corpus_pipeline.engines.preload"


def worker_context() -> BaseContext:
    """Returns how worker processes are started."""
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    if sys.platform != "win32":
        context.set_forkserver_preload([PRELOAD])
    return context


def start_early() -> None:
    """Has the workers' imports made on another core while this process goes on with its own."""
    if sys.platform != "win32":
        from multiprocessing.forkserver import ensure_running

        worker_context()
        ensure_running()
