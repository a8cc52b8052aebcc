"""What every worker process needs, imported once and inherited by all (they are forked from it)."""

import ctypes
import importlib
import signal
import sys
import threading

if sys.platform == "linux":
    # Ends with the driver even in the middle of the imports: a refused run leaves nobody at work.
    _PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

if threading.current_thread() is threading.main_thread():
    # Ctrl-C at a terminal goes to all processes. The driver says that it was interrupted; this one
    # would only show how far its imports had come.
    _interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)

import corpus_pipeline.pipelines.run  # noqa: F401
from corpus_pipeline.flow import default_steps
from corpus_pipeline.kernels import load_numba

load_numba()
for step in default_steps():
    for module in step.imports:
        importlib.import_module(module)

if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, _interrupted)
