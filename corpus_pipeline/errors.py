"""Every error this package raises on purpose.

    CorpusError
    ├── ConfigError             the configuration breaks a rule
    ├── InputError              an input cannot be found, opened or recognised
    │   ├── ForeignFileError    a file is of a kind that no reader reads
    │   ├── DamagedStreamError  a compressed stream breaks off; readers make a row of it
    │   └── DamagedFooterError  a Parquet file cannot be opened
    ├── ErrorBudgetError        more records are unreadable than `max_errors` allows, or most are
    ├── ResourceError           a model, tokenizer or word list is missing or another one
    ├── ResumeError             the output holds another run (other inputs, configuration or code)
    ├── EngineError             the engine could not finish the work
    │   └── PreflightError      the workers cannot do the work
    ├── Interrupted             Ctrl-C has stopped a run; the command line ends with 130
    ├── LoaderError             a trainer uses the loader so that tokens would be lost or repeated
    └── VerifyError             an output does not hold what it says it holds

Those that only one room raises stand there. The Spark runner, a package of its own, has a tree of
its own; `engines/spark.py` makes errors of a run of them.

Each message is one line: what, where, which rule, what to do. The command line prints it and exits
with 1.
"""

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator


def printable(text: str) -> str:
    r"""Returns text as a terminal shows it and obeys nothing of it: control characters escaped.

    Names, ids and addresses come from whoever made the input. Line ends are escaped too, so that
    one message is one line, and so are marks that turn the direction of writing.

    >>> printable("a\x1b[31m b\n\u202e"), printable("第一页.txt")
    ('a\\x1b[31m b\\n\\u202e', '第一页.txt')
    """
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(shown)


def relative_to(path: object) -> str:
    """Says from which folder a relative path was looked for; nothing of other paths and of URLs.

    >>> relative_to("/data/a.jsonl"), relative_to("s3://bucket/a"), relative_to("~/a")
    ('', '', '')
    >>> relative_to("data/a.jsonl").startswith("; relative to /")
    True
    """
    text = str(path)
    if "://" in text or os.path.isabs(text) or text.startswith("~"):
        return ""
    try:
        return f"; relative to {os.getcwd()}"
    except OSError:
        return "; relative to a folder that is gone"


def owner_of(error: OSError) -> str:
    """Says whose the file is that may not be opened or written, and what to do; else nothing.

    >>> owner_of(FileNotFoundError(2, "No such file or directory", "/nowhere"))
    ''
    """
    if not isinstance(error, PermissionError) or not isinstance(error.filename, str):
        return ""
    # A folder that may not be entered hides what is in it.
    path = os.path.realpath(error.filename)
    while not os.path.lexists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    try:
        import pwd  # Where there are users of this kind.

        status = os.stat(path)
        owner, mode = status.st_uid, stat.filemode(status.st_mode)
        mine = owner == os.geteuid()
        with contextlib.suppress(KeyError):
            owner = pwd.getpwuid(owner).pw_name  # type: ignore[assignment]
    except (ImportError, OSError):
        return ""
    todo = "change its rights" if mine else "run as that user, or change its owner or rights"
    return f"; {path} is {mode} of user {owner}: {todo}"


class CorpusError(Exception):
    """Base of all errors below; its text is meant for the user."""

    #: Whether a line end in the text is ours and parts two messages; names may hold line ends too.
    has_lines = False
    #: With which the command line ends.
    exit_code = 1
    #: The errors that this one tells together; none of an error that stands alone.
    parts: "tuple[CorpusError, ...]" = ()
    #: Where in the configuration the mistake stands: keys and places in lists; empty if unknown.
    at: tuple[str | int, ...] = ()


class ConfigError(CorpusError):
    """The configuration breaks a rule."""


class InputError(CorpusError):
    """An input cannot be found, opened or recognised."""


class ErrorBudgetError(CorpusError):
    """More records are unreadable than `max_errors` allows, or most of a source or file are."""


class ResourceError(CorpusError):
    """A model, tokenizer or word list is missing or not the one that was named."""


class ResumeError(CorpusError):
    """The output folder holds a run of other inputs, another configuration or other code."""


class EngineError(CorpusError):
    """The engine could not finish the work."""


class LoaderError(CorpusError):
    """A trainer uses the loader in a way that would lose or repeat tokens."""


class VerifyError(CorpusError):
    """An output does not hold what it says it holds."""


class Mistakes:
    """What is wrong with a request, collected so that all of it is told at once.

    >>> found = Mistakes()
    >>> for name in ("a", "b"):
    ...     with found.looking():
    ...         raise InputError(f"{name}: is missing")
    >>> found.refuse()
    Traceback (most recent call last):
    corpus_pipeline.errors.InputError: a: is missing
    b: is missing
    """

    def __init__(self) -> None:
        self.errors: list[CorpusError] = []
        #: Places of what was left out so that the rest could be looked at: what is said of that
        #: place, or of what is around it, may come of that alone.
        self.left_out: set[tuple[str | int, ...]] = set()

    def is_doubtful(self, at: tuple[str | int, ...]) -> bool:
        """Says whether a mistake may come of what was left out.

        Args:
            at: where it stands; of nowhere is not told.
        """
        return bool(at) and any(path[: len(at)] == at for path in self.left_out)

    @contextlib.contextmanager
    def looking(self, at: tuple[str | int, ...] = ()) -> Iterator[None]:
        """Keeps an error of the package that is raised inside.

        Args:
            at: where in the configuration it stands, for an error that does not say it.
        """
        try:
            yield
        except CorpusError as error:
            self.add(error.parts or [error], at)

    def add(self, errors: Iterable[CorpusError], at: tuple[str | int, ...] = ()) -> None:
        """Keeps errors; of equal ones the first."""
        for error in errors:
            error.at = error.at or at
            if str(error) not in map(str, self.errors):
                self.errors.append(error)

    def __bool__(self) -> bool:
        return bool(self.errors)

    def refuse(self) -> None:
        """Raises what was found, if anything was.

        Raises:
            CorpusError: the error itself if there is one; of several one error of the kind of the
                first, with a line for each.
        """
        if self.errors:
            raise self.whole()

    def whole(self) -> CorpusError:
        """Returns the error that `refuse` raises; there must be one."""
        if len(self.errors) == 1:
            return self.errors[0]
        whole = type(self.errors[0])("\n".join(printable(str(each)) for each in self.errors))
        whole.has_lines, whole.parts = True, tuple(self.errors)
        return whole
