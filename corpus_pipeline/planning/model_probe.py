"""Models of the user's own are opened in a process of their own, before anything else opens them.

fastText and KenLM trust their files: one that is damaged ends the process that loads it (SIGFPE,
SIGSEGV), which looks as if a worker had run out of memory. So each file is opened and used once by
a process that may die, and what it was is told. A file that was good is remembered by its SHA-256;
the package's own are never opened here.
"""

import contextlib
import importlib
import signal
import subprocess
import sys
from pathlib import Path

from corpus_pipeline.errors import CorpusError, ResourceError
from corpus_pipeline.remembered import remembered
from corpus_pipeline.steps import Step

_MODULE = "corpus_pipeline.planning.model_probe"
#: Seconds of processor time that any model may take, and more for a larger one: GlotLID (1.7 GB)
#: takes ten. A look-up in a table that has no empty slot never ends.
_MAX_SECONDS = 30
_BYTES_PER_SECOND = 20_000_000
#: Seconds of the wall clock for each of them, on a machine that is busy.
_WALL_SECONDS = 20
#: How the process ends that has told in one line what is wrong.
_TOLD = 3


def probe_model(step: type[Step], path: str, sha256: str) -> None:
    """Opens a resource of a step in another process, unless one with these bytes was good before.

    Args:
        step: whose `try_resource` is called.
        sha256: of the file, 64 hex digits.

    Raises:
        ResourceError: it cannot be opened, or whoever opens it dies of it.
    """
    class_path = f"{step.__module__}:{step.__qualname__}"
    remembered(
        "opened", [class_path, sha256], lambda: _open_in_a_process(step.name, class_path, path)
    )


def _open_in_a_process(kind: str, class_path: str, path: str) -> bool:
    seconds = _MAX_SECONDS + Path(path).stat().st_size // _BYTES_PER_SECOND
    command = [sys.executable, "-m", _MODULE, class_path, path, str(seconds)]
    slow = f"{path}: the model of {kind} is not open after {seconds} s; fetch or train it again"
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=seconds * _WALL_SECONDS,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ResourceError(slow) from error
    if hasattr(signal, "SIGXCPU") and done.returncode == -signal.SIGXCPU:
        raise ResourceError(slow)
    told = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode == _TOLD and told:
        raise ResourceError(told)
    if done.returncode:
        raise ResourceError(
            f"{path}: a process that opens this model of {kind} ends with "
            f"{_ending(done.returncode)}: the file is damaged or no such model; fetch or train it "
            "again"
        )
    return True


def _ending(returncode: int) -> str:
    """Names what ended a process.

    >>> _ending(-11), _ending(1)
    ('SIGSEGV', 'exit status 1')
    """
    with contextlib.suppress(ValueError):
        if returncode < 0:
            return signal.Signals(-returncode).name
    return f"exit status {returncode}"


def open_here(class_path: str, path: str) -> None:
    """Opens a resource and uses it once.

    Args:
        class_path: module and class of the step, as `a.b:C`.
        path: of the resource.

    Raises:
        CorpusError: it is not what it should be.
    """
    module, _, name = class_path.partition(":")
    getattr(importlib.import_module(module), name).try_resource(path)


def _main(class_path: str, path: str, seconds: int) -> int:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    try:
        open_here(class_path, path)
    except CorpusError as error:
        print(error)
        return _TOLD
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
