"""Standard output and error of a command, whatever whoever started it has made of them."""

import os
import sys

from corpus_pipeline.redaction import guard_stderr


def open_streams() -> None:
    """Opens what is closed, so that no file of ours takes its place, and lets any text be written.

    A command that is started with `>&-` has no standard output: the first file that it opened would
    be number 1, and whatever a library prints would go into it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # Gets the least number that is free.
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    guard_stderr()


def flush(code: int) -> int:
    """Writes what is still to be written; returns the exit code of the command.

    A reader that is gone (`corpus stats OUT | head -1`) ends the command without a word and with 1.

    Args:
        code: of the command itself.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        # What could not be written is tried again when Python ends, and would be a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            print(f"corpus: standard output: {error.strerror}", file=sys.stderr)
        return code or 1
    return code
