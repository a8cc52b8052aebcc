"""What every worker process needs, imported once and inherited by all (they are forked from it)."""

import ctypes
import signal
import sys

if sys.platform == "linux":
    # Ends with the driver even in the middle of the imports: a refused run leaves nobody at work.
    _PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

import importlib

import corpus_pipeline.pipelines.run  # noqa: F401
from corpus_pipeline.flow import default_steps
from corpus_pipeline.kernels import load_numba

load_numba()
for step in default_steps():
    for module in step.imports:
        importlib.import_module(module)
