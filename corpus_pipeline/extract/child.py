"""The process that parses large pages and PDF documents: `python -m corpus_pipeline.extract.child`.

Only `parser_process.py` starts it and knows its other end. Requests come by standard input, replies
go to standard output:

    request   REQUEST: seconds, PAGE or PDF, bytes of it; then the page, UTF-8, or the document
    reply     REPLY: PARSED or why not, bytes that follow; then the page, UTF-8, as
              `tree.normal_html` writes it, or the text of the document, UTF-8

What ends a page that takes too long is the kernel: a timer is set, its signal is not handled, and
so the process dies, whatever native code is running and whoever holds the interpreter's lock. No
one has to watch it, and no child outlives a parent that was killed by more than that time.
"""

import os
import signal
import struct
import sys
from pathlib import Path
from typing import BinaryIO, Final

from resiliparse.parse.html.exception import HTMLParserException

from corpus_pipeline.extract.pdf import pdf_text
from corpus_pipeline.extract.tree import normal_html

REQUEST: Final = struct.Struct("<dBQ")
REPLY: Final = struct.Struct("<BQ")
PAGE: Final = 0
PDF: Final = 1
PARSED: Final = 0
FAILED: Final = 1
OUT_OF_MEMORY: Final = 2
#: Said of the document and not of this process, which goes on.
ENCRYPTED: Final = 3
BROKEN: Final = 4
NO_LIBRARY: Final = 5

#: Anonymous memory of the process. A page at the parser's worst takes a hundred times its size.
MEMORY_BYTES: Final = 1 << 30

#: A page may become this many times longer by being parsed: `<p>` by its end tag, quotes, entities.
#: What grows more has elements that the parser opens again and again.
LARGEST_GROWTH: Final = 6


def limit_process() -> None:
    """Bounds the memory of this process, and leaves Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def set_timer(seconds: float) -> None:
    """Has this process killed after some seconds; 0 takes that back."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def parse(page: bytes) -> tuple[int, bytes]:
    """Returns the status, and the page as the parser writes it.

    >>> status, parsed = parse("<p>你好".encode())
    >>> status == PARSED, parsed.decode()
    (True, '<html><head></head><body><p>你好</p></body></html>')
    """
    try:
        parsed = normal_html(page.decode()).encode()
        if len(parsed) > LARGEST_GROWTH * len(page) + 4096:
            return OUT_OF_MEMORY, b""
        return PARSED, parsed
    except MemoryError:
        return OUT_OF_MEMORY, b""
    except HTMLParserException:
        # The parser says the same of a page that it cannot hold.
        return (OUT_OF_MEMORY if _peak_bytes() > MEMORY_BYTES // 2 else FAILED), b""
    except BaseException as error:
        # A panic in Rust arrives as a class that can neither be imported nor is an Exception.
        if type(error).__name__ != "PanicException":
            raise
        return FAILED, b""


def parse_pdf(document: bytes) -> tuple[int, bytes]:
    """Returns the status, and the text of a PDF document.

    >>> parse_pdf(b"no document")[0] in (BROKEN, NO_LIBRARY)
    True
    """
    try:
        text, problem = pdf_text(document)
    except ImportError:
        return NO_LIBRARY, b""
    except MemoryError:
        return OUT_OF_MEMORY, b""
    if text is None:
        statuses = {"encrypted": ENCRYPTED, "broken": BROKEN}
        return statuses.get(problem or "", OUT_OF_MEMORY), b""
    return PARSED, text.encode()


def _peak_bytes() -> int:
    """The most memory that this process ever had; 0 where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text("ascii", "replace")
    except OSError:
        return 0
    line = next((each for each in status.splitlines() if each.startswith("VmHWM:")), "VmHWM: 0")
    return int(line.split()[1]) << 10


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answers requests until there are no more."""
    while head := requests.read(REQUEST.size):
        seconds, kind, size = REQUEST.unpack(head)
        page = requests.read(size)
        if len(page) < size:
            return  # The parent is gone.
        set_timer(seconds)
        status, parsed = (parse_pdf if kind == PDF else parse)(page)
        set_timer(0)
        replies.write(REPLY.pack(status, len(parsed)) + parsed)
        replies.flush()


def main() -> None:
    """Serves standard input and output; what a library prints goes elsewhere."""
    limit_process()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
