"""The process that Spark forks its Python workers from: Beam is imported once, for all of them.

Without it every worker imports Beam anew, which takes seconds. Spark starts it by the name in
`spark.python.daemon.module`, so pyspark stands on its path.
"""

import importlib
import sys
import traceback
import types

from corpus_pipeline.engines.spark import stage

#: What workers would import themselves; it starts no threads, so forking is safe.
PRELOADED = stage.__name__


def print_crash() -> None:
    """Prints the exception that ends a worker, unless it is only that Spark has hung up."""
    if not isinstance(sys.exc_info()[1], EOFError):
        traceback.print_exc()


if __name__ == "__main__":
    daemon = importlib.import_module("pyspark.daemon")
    daemon.__dict__["traceback"] = types.SimpleNamespace(print_exc=print_crash)
    daemon.manager()
