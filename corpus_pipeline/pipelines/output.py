"""The output folder as a whole: who writes there, what it holds, how it is emptied."""

import contextlib
import json
import uuid
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from corpus_pipeline import storage
from corpus_pipeline.errors import ResumeError
from corpus_pipeline.pipelines.dataset_card import CARD_FILE, is_card
from corpus_pipeline.planning.identity import refuse_other_run
from corpus_pipeline.planning.plan import Plan
from corpus_pipeline.storage import Lease, Place
from corpus_pipeline.workspace.run_file import (
    FOLDERS,
    LOCK_FILE,
    MIXTURE_FOLDER,
    REPORT_FILE,
    RUN_FILE,
    STATE_FOLDER,
    read_run,
)
from corpus_pipeline.workspace.state import Workspace

Held: TypeAlias = Literal["nothing", "begun", "finished"]
#: Prefix of state that is being removed.
_TRASH = ".trash-"


def what_is_there(workspace: Workspace, plan: Plan) -> tuple[Held, dict[str, Any] | None]:
    """Tells what an output folder holds that goes with a plan; changes nothing.

    Returns:
        What it is, and the content of run.json of a finished run.

    Raises:
        ResumeError: it holds another run, or something that is no run.
    """
    root = storage.public_path(workspace.root)
    saved = workspace.state / "fingerprint.json"
    if storage.exists(workspace.root / RUN_FILE):
        run = read_run(workspace.root)
        refuse_other_run(run["fingerprint"], plan.identity, root)
        return "finished", run
    if storage.exists(saved):
        refuse_other_run(_read_fingerprint(saved), plan.identity, root)
        return "begun", None
    _refuse_foreign(workspace.root)
    return "nothing", None


def take_up(workspace: Workspace, plan: Plan) -> dict[str, Any] | None:
    """Returns a finished run of the same plan; saves the plan where nothing is there yet.

    Raises:
        ResumeError: as of `what_is_there`.
    """
    remove_trash(workspace)
    held, run = what_is_there(workspace, plan)
    if held == "finished":
        storage.remove_tree(workspace.state)
        return run
    if held == "nothing":
        # State without a fingerprint is nobody's: a run killed while it began or was removed.
        storage.remove_tree(workspace.state)
    # The same bytes as before, should the list of units have been damaged since.
    plan.save(workspace.state)
    return None


def _read_fingerprint(saved: Place) -> Any:
    try:
        return json.loads(storage.read_bytes(saved))
    except ValueError as error:
        raise ResumeError(
            f"{storage.public_path(saved)}: is damaged, so nobody knows which run this is; give "
            "another --output, or --overwrite to throw that run away"
        ) from error


@contextlib.contextmanager
def locked(root: Place) -> Iterator[Lease]:
    """Keeps a second run off the output folder while this one is at work.

    A folder that holds something else is refused before anything is written into it.

    Raises:
        ResumeError: another process is at work there, or the folder holds no run.
    """
    _refuse_foreign(root)
    with storage.held(root, LOCK_FILE) as lease:
        yield lease


def _refuse_foreign(root: Place) -> None:
    names = set(storage.names(root)) - {LOCK_FILE}
    ours = any(name in (RUN_FILE, ".work") or name.startswith(_TRASH) for name in names)
    if names and not ours:
        raise ResumeError(
            f"{storage.public_path(root)}: is not empty and holds no run; give another --output"
        )


def remove_run(workspace: Workspace) -> None:
    """Removes what a run has written; leaves folders alone that hold no run.

    From its first step on the folder says that it is being emptied, so that a kill in the middle
    leaves nothing that looks like a run or like somebody else's files.
    """
    finished, started = workspace.root / RUN_FILE, workspace.state / "fingerprint.json"
    if not (storage.exists(finished) or storage.exists(started)):
        return
    storage.set_aside(workspace.state, workspace.root / f"{_TRASH}{uuid.uuid4().hex}")
    storage.remove(finished)
    storage.remove(started)
    remove_trash(workspace)


def remove_trash(workspace: Workspace) -> None:
    """Goes on with a removal that was begun, if there is one."""
    begun = [name for name in storage.names(workspace.root) if name.startswith(_TRASH)]
    if not begun:
        return
    finished, started = workspace.root / RUN_FILE, workspace.state / "fingerprint.json"
    if not (storage.exists(finished) or storage.exists(started)):
        for name in (STATE_FOLDER, *FOLDERS, MIXTURE_FOLDER):
            storage.remove_tree(workspace.root / name)
        storage.remove(workspace.root / REPORT_FILE)
        card = workspace.root / CARD_FILE
        if storage.exists(card) and is_card(storage.read_bytes(card)):
            storage.remove(card)
    for name in begun:
        storage.remove_tree(workspace.root / name)
