"""Large and intricate pages are parsed in a process of their own, which may be killed.

The parser is native code: while it runs no signal handler does, and a thread cannot be stopped.
So the page goes to a child (`child.py`) that has limits of time and memory set by the kernel. What
happens to the child says what happens to the page:

    killed by its timer                        extract-timeout
    aborted, or told that memory is out        extract-too-complex
    crashed, or told that the parser gave up   extract-failed
    killed by somebody else                    the page is tried again

A child that has parsed other pages is no witness: all but the time is tried again in a new one.
"""

import contextlib
import os
import signal
import subprocess
import sys
import weakref
from typing import IO, NamedTuple

from corpus_pipeline.errors import EngineError
from corpus_pipeline.extract import child

#: Times that a page is tried when its child was killed by somebody else.
_ATTEMPTS = 3
#: What a child says of a document -> the reason.
_SAID = {child.ENCRYPTED: "extract-encrypted", child.BROKEN: "extract-failed"}
_KILLED_BY_OTHERS = ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")


class Parsed(NamedTuple):
    """What became of a page; one of the two is None."""

    page: bytes | None
    """UTF-8, as `tree.normal_html` writes it, or the text of a PDF document."""
    reason: str | None


class ParserProcess:
    """A child that parses pages, started when the first page comes and again after each death.

    One thread at a time may use it. It ends with `close`, with this object or with this process.

    >>> parser = ParserProcess()
    >>> parser.parse("<p>你好".encode(), timeout=60).page.decode()
    '<html><head></head><body><p>你好</p></body></html>'
    >>> parser.close()
    """

    def __init__(self) -> None:
        self._child: _Child | None = None

    def parse(self, page: bytes, *, timeout: float, kind: int = child.PAGE) -> Parsed:
        """Parses a page as `tree.normal_html` does, or takes the text of a PDF document.

        Args:
            page: UTF-8, or the document.
            timeout: seconds.
            kind: `child.PAGE` or `child.PDF`.

        Raises:
            EngineError: the child cannot be started, is killed again and again, or lacks the
                library for PDF.
        """
        request = child.REQUEST.pack(timeout, kind, len(page))
        killed = 0
        while killed < _ATTEMPTS:
            used = self._child is not None
            if self._child is None:
                self._child = _Child()
            try:
                status, content = self._child.ask(request, page)
            except BaseException:
                # An interrupt: the reply would be taken for that of the next page.
                self.close()
                raise
            if status == child.PARSED:
                return Parsed(content, None)
            if status in _SAID:
                return Parsed(None, _SAID[status])
            if status == child.NO_LIBRARY:
                raise EngineError(
                    "extract: pypdfium2, which reads PDF, is not installed where the workers run; "
                    "pip install 'corpus-pipeline[pdf]'"
                )
            cause = self._end()
            if cause == "SIGALRM":
                return Parsed(None, "extract-timeout")
            if cause in _KILLED_BY_OTHERS:
                killed += 1
            elif not used:
                if status == child.OUT_OF_MEMORY or cause == "SIGABRT":
                    return Parsed(None, "extract-too-complex")
                return Parsed(None, "extract-failed")
        raise EngineError(
            f"extract: the process that parses large pages was killed {killed} times ({cause}); "
            "give the run more memory or fewer workers"
        )

    def close(self) -> None:
        """Ends the child; another page starts a new one."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _end(self) -> str:
        assert self._child is not None
        ended, self._child = self._child, None
        return ended.end()


class _Child:
    """A running child and its two pipes."""

    def __init__(self) -> None:
        # The modules that this process found, wherever they are; not those of the current folder.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", child.__name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        except OSError as error:
            raise EngineError(
                f"extract: the process that parses large pages cannot be started "
                f"({error.strerror or error}); `{sys.executable}` must be a Python that may be run"
            ) from error
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._requests: IO[bytes] = process.stdin
        self._replies: IO[bytes] = process.stdout
        #: Also called at the end of the interpreter, and when nobody has closed this.
        self.kill = weakref.finalize(self, _kill, process)

    def ask(self, request: bytes, page: bytes) -> tuple[int | None, bytes]:
        """Returns (status, parsed page); the status is None if the child died of it."""
        try:
            self._requests.write(request)
            self._requests.write(page)
            self._requests.flush()
        except BrokenPipeError:
            return None, b""
        head = self._replies.read(child.REPLY.size)
        if len(head) < child.REPLY.size:
            return None, b""
        status, size = child.REPLY.unpack(head)
        content = self._replies.read(size)
        return (status, content) if len(content) == size else (None, b"")

    def end(self) -> str:
        """Waits for the end of a child that has died or has nothing to do.

        Returns:
            The signal that ended it, empty if none did.

        Raises:
            EngineError: the child ended by itself although it should have gone on.
        """
        _close_pipes(self._process)
        code = self._process.wait()
        self.kill.detach()
        if code > 0:
            raise EngineError(
                f"extract: the process that parses large pages ended with {code}; "
                f"`{sys.executable} -m {child.__name__}` tells why"
            )
        return signal.Signals(-code).name if code else ""


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    _close_pipes(process)
    process.wait()


def _close_pipes(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        # What was still to be written is of no use to the dead.
        with contextlib.suppress(BrokenPipeError):
            pipe.close()
