"""What a Python worker leaves behind when it dies or is stuck: a note of what it was at.

Spark puts a file of a dead worker into the text of its error, `spark.python.worker.faulthandler`.
The note goes into that file before a bundle and out of it after. Who is stuck is ended by Python's
fault handler, which works in a thread without the interpreter: code that never lets go of the
interpreter, such as a regular expression, is ended too. Spark then tries the task again.
"""

import contextlib
import faulthandler
import os
import re
import sys
from collections.abc import Callable, Iterator

from apache_beam import coders
from apache_beam.coders.coder_impl import create_InputStream

from corpus_pipeline.spark_runner.errors import (
    SparkRunnerError,
    WorkerDiedError,
    WorkerStuckError,
)

#: Where Spark looks for a file named like the worker's process; missing if it does not look.
_FOLDER = "PYTHON_FAULTHANDLER_DIR"
_NOTE = re.compile(r"<beam-bundle:([^>]*)>")
_TRIES = re.compile(r"failed (\d+) times, most recent failure")
#: First line of what the fault handler tells of a worker that it ends.
_STUCK = re.compile(r"^Timeout \((?:(\d+) days?, )?(\d+):(\d+):(\d+(?:\.\d+)?)\)!", re.MULTILINE)
_FATAL = re.compile(r"Fatal Python error: ([^\n]+)")
_DIED = "Python worker exited unexpectedly"
_EXECUTOR = re.compile(r"ExecutorLostFailure \(executor \S+ [^)]*\)(?: Reason: ([^\n]*))?")


@contextlib.contextmanager
def watched(name: str, seconds: float | None) -> Iterator[None]:
    """Leaves a note while some work is done, and ends this process if it takes too long.

    Args:
        name: what the work is at; no content of a document.
        seconds: time for it; None if it may take for ever.
    """
    folder = os.environ.get(_FOLDER)
    with contextlib.ExitStack() as stack:
        target = sys.stderr
        if folder:
            # Appended to: Spark has the file open, for what the fault handler tells of a crash.
            target = stack.enter_context(open(os.path.join(folder, str(os.getpid())), "a"))
            target.write(f"<beam-bundle:{name}>\n")
            target.flush()
            stack.callback(target.truncate, 0)
        if seconds is not None:
            faulthandler.dump_traceback_later(seconds, exit=True, file=target)
            stack.callback(faulthandler.cancel_dump_traceback_later)
        yield


def namer(coder: coders.Coder) -> Callable[[list[bytes]], str]:
    """Returns what names a bundle by its first element if that is a whole number or keyed by one.

    Anything else may be text of a document and is not named.

    Args:
        coder: of the elements with their windows.
    """
    value = coder.wrapped_value_coder
    number = value.key_coder() if value.is_kv_coder() else value
    if not isinstance(number, coders.VarIntCoder):
        return lambda elements: ""
    # A key stands first, so nothing of a group's values is decoded.
    first = coders.WindowedValueCoder(number, coder.window_coder).get_impl()

    def name(elements: list[bytes]) -> str:
        found = first.decode_from_stream(create_InputStream(elements[0]), True).value
        more = f" or one of {len(elements) - 1} after it" if len(elements) > 1 else ""
        return f"item {found}{more}"

    return name


def lost_worker(text: str) -> SparkRunnerError | None:
    """Says in one line which worker Spark has lost, if that is what its text tells.

    >>> lost_worker("Task 3 in stage 2.0 failed 4 times, most recent failure: Lost task 3.3 ...: "
    ...             "Python worker exited unexpectedly (crashed): <beam-bundle:item 5>\\n"
    ...             "Timeout (0:01:30)!\\nThread 0x1 ...")
    WorkerStuckError('item 5 took over 90 s 4 times')
    >>> lost_worker("Python worker exited unexpectedly (crashed): <beam-bundle:>\\n")
    WorkerDiedError('a Python worker died')
    >>> lost_worker("no such file")
    """
    tries = _TRIES.search(text)
    times = f" {tries[1]} times" if tries and tries[1] != "1" else ""
    executor = _EXECUTOR.search(text)
    if executor:
        return WorkerDiedError(f"an executor of Spark's died{times} ({executor[1] or 'lost'})")
    if _DIED not in text:
        return None
    note = _NOTE.search(text)
    item = note[1] if note else ""
    stuck = _STUCK.search(text)
    if stuck:
        days, hours, minutes, seconds = (float(part or 0) for part in stuck.groups())
        limit = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        return WorkerStuckError(f"{item or 'an element'} took over {limit:.0f} s{times}")
    fatal = _FATAL.search(text)
    return WorkerDiedError(
        f"a Python worker died{times}{f' at {item}' if item else ''}"
        f"{f' ({fatal[1].strip()})' if fatal else ''}"
    )
