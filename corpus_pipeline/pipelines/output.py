"""The output folder as a whole: who writes there, what it holds, how it is emptied."""

import contextlib
import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus_pipeline.errors import ResumeError
from corpus_pipeline.pipelines.plan import Plan, refuse_other_run
from corpus_pipeline.pipelines.publish import RUN_FILE
from corpus_pipeline.pipelines.verify import read_run
from corpus_pipeline.pipelines.workspace import Workspace

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

#: Held while a run is at work.
_LOCK = ".lock"
#: Prefix of state that is being removed.
_TRASH = ".trash-"


def take_up(workspace: Workspace, plan: Plan) -> dict[str, Any] | None:
    """Returns a finished run of the same plan; saves the plan where nothing is there yet."""
    wanted = {"partitions": plan.partitions, **plan.fingerprint}
    remove_trash(workspace)
    finished = workspace.root / RUN_FILE
    saved = workspace.work / "fingerprint.json"
    if finished.exists():
        run = read_run(workspace.root)
        refuse_other_run(run["fingerprint"], wanted, str(workspace.root))
        shutil.rmtree(workspace.work, ignore_errors=True)
        return run
    if saved.exists():
        refuse_other_run(json.loads(saved.read_bytes()), wanted, str(workspace.root))
    elif not workspace.work.exists() and any(
        path.name != _LOCK for path in workspace.root.iterdir()
    ):
        raise ResumeError(f"{workspace.root}: is not empty and holds no run; give another --output")
    else:
        # State without a fingerprint is nobody's: a run killed while it began or was removed.
        shutil.rmtree(workspace.work, ignore_errors=True)
        plan.save(workspace.work)
    return None


@contextlib.contextmanager
def locked(root: Path) -> Iterator[None]:
    """Keeps a second run off the output folder while this one is at work (POSIX).

    Raises:
        ResumeError: another process holds the lock.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / _LOCK).open("a") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ResumeError(
                    f"{root}: another run writes here; wait for it or give another --output"
                ) from error
        yield


def remove_run(workspace: Workspace) -> None:
    """Removes what a run has written; leaves folders alone that hold no run.

    The state goes in one step, so that a kill in the middle cannot leave a part of it behind.
    """
    finished, started = workspace.root / RUN_FILE, workspace.work / "fingerprint.json"
    if not (finished.exists() or started.exists()):
        return
    finished.unlink(missing_ok=True)
    if workspace.work.exists():
        workspace.work.rename(workspace.root / f"{_TRASH}{uuid.uuid4().hex}")
    for name in ("documents", "rejected", "ledger", "tokens"):
        shutil.rmtree(workspace.root / name, ignore_errors=True)
    remove_trash(workspace)


def remove_trash(workspace: Workspace) -> None:
    for path in workspace.root.glob(f"{_TRASH}*"):
        shutil.rmtree(path, ignore_errors=True)
