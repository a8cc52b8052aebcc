"""Finished runs: their manifest, and what a folder is that has none."""

import hashlib
import json
from pathlib import Path
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.errors import VerifyError, relative_to
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.index import INDEX_NAME, TokenIndex, is_inside

#: Written last; an output folder with this file is complete.
RUN_FILE = "run.json"
#: The page about a run, which `corpus report` writes anew.
REPORT_FILE = "report.html"
#: Folders of what a run has written.
FOLDERS = ("documents", "rejected", "ledger", "pii", "tokens")
#: The folder of the mixture of a run's configuration, which may be planned anew.
MIXTURE_FOLDER = "mixture"
#: Held while a run is at work.
LOCK_FILE = ".lock"
#: The folder of a run that is under way or was stopped.
STATE_FOLDER = ".work"


def digest_of(run: dict[str, Any]) -> str:
    """Returns the sha256 of a run's content, its own `digest` left out."""
    rest = {key: value for key, value in run.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def read_run(output: Place) -> dict[str, Any]:
    """Reads run.json.

    Raises:
        VerifyError: there is none (the line says what the folder is instead), or it is not the
            manifest of a run.
    """
    path = output / RUN_FILE
    try:
        run: dict[str, Any] = json.loads(storage.read_bytes(path))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise VerifyError(f"{storage.public_path(output)}: {why_no_run(output)}") from error
    except ValueError as error:
        raise VerifyError(f"{path}: is not JSON ({error}); run again with --overwrite") from error
    parts = {"counts": dict, "config": dict, "files": list, "fingerprint": dict, "phases": dict}
    for name, kind in parts.items():
        if not (isinstance(run, dict) and isinstance(run.get(name), kind)):
            raise VerifyError(f"{path}: has no {name}; run again with --overwrite")
    for entry in run["files"]:
        _refuse_entry(path, entry)
    return run


def read_token_index(output: Place) -> TokenIndex | None:
    """Reads the index of a run's shards; a run without tokens has none.

    Raises:
        VerifyError: it cannot be read.
    """
    path = output / "tokens" / INDEX_NAME
    if not storage.exists(path):
        return None
    return TokenIndex.from_json(storage.read_bytes(path).decode("utf-8", "replace"))


def why_no_run(output: Place) -> str:
    """Says what a folder without run.json is, and what to do."""
    if isinstance(output, Path) and output.is_file():
        return "is a file; name the folder that a run has written"
    inside = storage.names(output)
    if not inside and not (isinstance(output, Path) and output.is_dir()):
        return f"there is no such folder{relative_to(output)}; correct the name"
    if storage.exists(output / STATE_FOLDER / "fingerprint.json"):
        at = _phase_under_way(output)
        if storage.is_held(output, LOCK_FILE):
            return f"a run is under way here{at}; wait until it has ended"
        return f"a run was begun here and has not ended{at}; the same command takes it up again"
    if storage.exists(output.parent / RUN_FILE):
        return f"is a part of a run; name the whole folder: {storage.public_path(output.parent)}"
    if any(name in inside for name in ("documents", "ledger", "rejected")):
        return f"has no {RUN_FILE}, the manifest that is written last; get the folder again"
    return f"holds no run (no {RUN_FILE}); name the folder that `corpus run` has written"


def _phase_under_way(output: Place) -> str:
    """Names the phase that was begun last, and how much of it is done."""
    state = output / STATE_FOLDER
    for folder in filter(storage.is_folder, (state / name for name in storage.names(state))):
        for phase in filter(storage.is_folder, (folder / name for name in storage.names(folder))):
            done = storage.names(phase / "manifests")
            if done and not storage.exists(phase / "commit.json"):
                return f", in {phase.name} with {len(done)} items done"
    return ""


#: What an entry of `files` holds.
_ENTRY = {"path": str, "rows": int, "bytes": int, "sha256": str}


def _refuse_entry(manifest: Place, entry: Any) -> None:
    """Refuses what is no entry of `files`, or names a file that is not below the output."""
    named = isinstance(entry, dict) and all(isinstance(entry.get(k), t) for k, t in _ENTRY.items())
    if not named:
        raise VerifyError(f"{manifest}: has an entry of files that names none; get it again")
    if not is_inside(entry["path"]):
        raise VerifyError(
            f"{manifest}: names {entry['path']!r}, which is not inside the folder; "
            "no run of this package writes that, so do not trust the folder"
        )
