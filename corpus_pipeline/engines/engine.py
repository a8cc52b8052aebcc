"""What every engine has in common: what it is given, what it reports, how it fails in one line."""

import os
import re
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol

from corpus_pipeline.errors import CorpusError, EngineError
from corpus_pipeline.redaction import guard_stderr
from corpus_pipeline.transforms import Work

#: Beam appends the place in the pipeline to every message; the user's line does without.
_BEAM_SUFFIX = re.compile(r"\s*\[while running .*\]\s*$", re.DOTALL)
#: One of our errors inside the text that a remote worker sent back.
_OUR_ERROR = re.compile(r"^(corpus_pipeline(?:\.\w+)+)\.(\w+Error): (.+)$", re.MULTILINE)

#: The class of any error in the traceback that a remote worker sent back.
_REMOTE_ERROR = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception|Exit|Interrupt)\b)", re.MULTILINE)
#: What the system said in it, without the path.
_SYSTEM_ERROR = re.compile(r"^(?:\w+\.)*\w+Error: \[Errno (\d+)\]", re.MULTILINE)
#: Counter of finished items, incremented by the last transform of every phase.
ITEMS_DONE = "progress/items"
#: Counter of records that could not be read, in the same transform.
ERRORS_SEEN = "progress/errors"

Clocks = Counter[str]
"""`stage/micros`, `stage/documents`, `stage/bytes` -> sums over items of work."""
StorageOptions = Mapping[str, Mapping[str, Any]]
"""Protocol (`s3`) -> arguments of its file system."""


class Phase(Protocol):
    """Steps over items of work; importable and picklable."""

    @property
    def name(self) -> str:
        """The phase's name, as in the workspace."""

    def work(self, items: Sequence[int]) -> Work:
        """Returns what is to be done with these items."""


class Report(Protocol):
    """Where an engine tells how a phase goes on."""

    def advance(self, items: int, text_bytes: int, errors: int = 0) -> None:
        """So much is done besides, by counters; what is done twice or in vain may count, too.

        Args:
            items: of the phase.
            text_bytes: read.
            errors: records that could not be read, of items that are not `done` yet.
        """

    def done(self, items: Sequence[int], clocks: Clocks) -> None:
        """These items are done for good, and took that long."""


class Engine(Protocol):
    """Runs phases; a context manager, so that its workers end with the run."""

    @property
    def workers(self) -> int | None:
        """How many work at once; None where a cluster decides."""

    def __enter__(self) -> "Engine": ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def run(self, phase: Phase, items: Sequence[int], max_items: int, report: Report) -> None:
        """Runs all items of a phase.

        Args:
            phase: what to run.
            items: units or partitions; each is done once or more often, with the same result.
            max_items: items that one worker can hold at once.
            report: hears of every item.

        Raises:
            CorpusError: an item failed for good, in one line.
        """


def prepare_worker(storage_options: StorageOptions, folder: str | None = None) -> None:
    """Sets up a process that works for an engine: one core, access to the storage.

    Parallelism is the number of workers, so the libraries keep to one thread each.

    Args:
        storage_options: how inputs and outputs are reached.
        folder: where relative paths start; it stays as it is where there is no such folder.
    """
    import pyarrow as pa

    from corpus_pipeline import storage

    guard_stderr()
    for name in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    pa.set_cpu_count(1)
    if folder is not None and os.path.isdir(folder):
        os.chdir(folder)
    if storage_options:
        storage.configure(storage_options)


def end_with_parent() -> None:
    """Ends this process soon after the one that started it is gone, killed or not.

    An orphan that went on could write into an output that another run has taken over.
    """
    threading.Thread(target=_watch, args=[os.getppid()], daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def as_corpus_error(error: Exception, phase: str, item: str = "") -> CorpusError:
    """Turns whatever a Beam job raised into one line for the user.

    Args:
        error: what was raised.
        phase: name of the phase.
        item: as `item 3`, if it is known.

    >>> as_corpus_error(RuntimeError("x\\ncorpus_pipeline.errors.InputError: a: gone"), "prepare")
    InputError('a: gone')
    >>> as_corpus_error(ZeroDivisionError("private text"), "prepare", "item 3")
    EngineError('phase prepare: item 3: ZeroDivisionError; please report it (CORPUS_DEBUG=1 shows \
it all)')
    """
    if isinstance(error, CorpusError):
        return type(error)(_BEAM_SUFFIX.sub("", str(error)))
    for module, name, message in reversed(_OUR_ERROR.findall(str(error))):
        # Looked up, never imported: the text may quote a document.
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and issubclass(kind, CorpusError):
            return kind(_BEAM_SUFFIX.sub("", message))
    where = f"phase {phase}: {item}: " if item else f"phase {phase}: "
    return EngineError(where + _told(error))


def _told(error: Exception) -> str:
    """Says what went wrong without the message of a library, which may quote a document."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}; repair that and run again to resume"
    if system := _SYSTEM_ERROR.findall(str(error)):
        return f"{os.strerror(int(system[-1]))}; repair that and run again to resume"
    remote = _REMOTE_ERROR.findall(str(error))
    if remote:
        return (
            f"{remote[-1]} in a worker, whose log says more (CORPUS_DEBUG=1 shows what came back)"
        )
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "corpus_pipeline" in frame.filename] or frames
    at = f" at {os.path.basename(ours[-1].filename)}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{at}; please report it (CORPUS_DEBUG=1 shows it all)"


def clocks_of(result: Any) -> Clocks:
    """Returns the stages' counters of a Beam job; none where the runner has no metrics."""
    clocks: Clocks = Counter()
    if getattr(result, "_metrics", None) is not None:
        result._metrics = None  # Results of Beam's job servers keep their first answer for ever.
    try:
        counters = result.metrics().query()["counters"]
    except NotImplementedError:
        return clocks
    for counter in counters:
        name = counter.key.metric
        if not name.namespace.startswith("beam"):
            # A job that has committed nothing yet knows the attempted value alone.
            value = counter.attempted if counter.committed is None else counter.committed
            clocks[f"{name.namespace}/{name.name}"] += value or 0
    return clocks
