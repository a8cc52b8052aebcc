"""The folder of an export: complete with export.json, under way with `.export/` in it.

TARGET/
  export.json            written last: what was exported, every file with bytes and sha256
  ...                    the files of the format
  .export/               only while an export is under way, or after a kill
    request.json         what the files depend on
    part-00012.json      a part is done: its files
    lock                 held while an export is at work
"""

import hashlib
import json
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.errors import ResumeError, VerifyError
from corpus_pipeline.exports.exporter import WrittenPart, below
from corpus_pipeline.storage import Place, Written
from corpus_pipeline.tokens.index import is_inside

#: Version of export.json.
EXPORT_VERSION = 1
EXPORT_FILE = "export.json"
STATE_FOLDER = ".export"
LOCK_FILE = "lock"
_REQUEST = "request.json"
#: Small files that are read at once: remote ones are waited for.
_THREADS = 16


class Target:
    """What is known of a folder of an export.

    Attributes:
        place: the folder.
        request: what the files depend on, JSON.
    """

    def __init__(self, place: Place, request: dict[str, Any]) -> None:
        self.place = place
        self.request = request
        self._state = place / STATE_FOLDER

    def begin(self, overwrite: bool) -> dict[str, Any] | None:
        """Makes the folder ready; called when the lock is held.

        Args:
            overwrite: throw an export of something else away.

        Returns:
            The export that is complete already, or none.

        Raises:
            ResumeError: the folder holds something else.
        """
        complete = read_export(self.place) if storage.exists(self.place / EXPORT_FILE) else None
        before = complete["request"] if complete is not None else self._request_before()
        foreign = [
            name for name in storage.names(self.place) if name not in (EXPORT_FILE, STATE_FOLDER)
        ]
        shown = storage.public_path(self.place)
        if before is None and foreign:
            self.tidy()
            raise ResumeError(
                f"{shown}: holds {foreign[0]} and no export; give an empty or a new folder"
            )
        if before is not None and before != self.request and not overwrite:
            if complete is not None:
                self.tidy()
            raise ResumeError(
                f"{shown}: holds an export of other {_differing(before, self.request)}; give "
                "another folder, or --overwrite to throw it away"
            )
        if overwrite and before is not None:
            self._throw_away(complete)
            complete = None
        if complete is None:
            storage.remove_attempts(self.place)
            if before != self.request or overwrite:
                storage.write_bytes(self._state / _REQUEST, _json(self.request))
        return complete

    def done(self) -> dict[int, WrittenPart]:
        """Returns the parts that are written: number -> what there is.

        A part whose files are not there with their size is not.
        """

        def read(name: str) -> WrittenPart | None:
            part = part_of(json.loads(storage.read_bytes(self._state / name)))
            there = all(self._is_there(path, written) for path, written in part.files.items())
            return part if there else None

        names = [name for name in storage.sizes(self._state, ".json") if name.startswith("part-")]
        parts = storage.map_concurrently(read, names, _THREADS)
        return {
            int(name[5:-5]): part
            for name, part in zip(names, parts, strict=True)
            if part is not None
        }

    def record(self, number: int, part: WrittenPart) -> None:
        """Notes that a part is written."""
        storage.write_bytes(self._state / f"part-{number:05}.json", _json(part_json(part)))

    def complete(self, content: dict[str, Any]) -> None:
        """Writes export.json and removes what is known of the export under way."""
        content["digest"] = digest_of(content)
        storage.write_bytes(self.place / EXPORT_FILE, _json(content))
        self.tidy()

    def tidy(self) -> None:
        """Removes what is left of the export under way."""
        storage.remove_tree(self._state)

    def _request_before(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(storage.read_bytes(self._state / _REQUEST))
        except FileNotFoundError:
            return None
        return found

    def _is_there(self, path: str, written: Written) -> bool:
        try:
            return storage.size(below(self.place, path)) == written.bytes
        except FileNotFoundError:
            return False

    def _throw_away(self, complete: dict[str, Any] | None) -> None:
        """Removes the files of an export, and nothing else that lies in the folder."""
        if complete is not None:
            # First, so that what is left is no complete export.
            storage.write_bytes(self._state / _REQUEST, _json(complete["request"]))
            paths = [entry["path"] for entry in complete["files"]]
            storage.remove(self.place / EXPORT_FILE)
        else:
            paths = [path for part in self.done().values() for path in part.files]
        for path in paths:
            storage.remove(below(self.place, path))
        for name in storage.sizes(self._state, ".json"):
            storage.remove(self._state / name)


def read_export(target: Place) -> dict[str, Any]:
    """Reads export.json.

    Raises:
        VerifyError: it is missing, of another version, or was changed.
    """
    path = target / EXPORT_FILE
    try:
        content: dict[str, Any] = json.loads(storage.read_bytes(path))
        version = content["version"]
        if version != EXPORT_VERSION:
            raise VerifyError(
                f"{path}: has version {version}, not {EXPORT_VERSION}; read it with the version of "
                "this package that wrote it"
            )
        if content["digest"] != digest_of(content):
            raise VerifyError(f"{path}: was changed after it was written; export again")
        if not all(is_inside(entry["path"]) for entry in content["files"]):
            raise VerifyError(f"{path}: names a file outside the folder; export again")
    except FileNotFoundError as error:
        raise VerifyError(
            f"{storage.public_path(target)}: holds no {EXPORT_FILE}; name a finished export, or "
            "give the command of one that was stopped again"
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise VerifyError(f"{path}: cannot be read ({error!r}); export again") from error
    return content


def digest_of(content: dict[str, Any]) -> str:
    """Returns the sha256 of an export.json's content, its own `digest` left out."""
    rest = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def part_json(part: WrittenPart) -> dict[str, Any]:
    """Returns a part as JSON."""
    files = [{"path": path, **written._asdict()} for path, written in part.files.items()]
    return {**part._asdict(), "files": files}


def part_of(content: dict[str, Any]) -> WrittenPart:
    """Reads a part from JSON."""
    files = {entry["path"]: Written(entry["bytes"], entry["sha256"]) for entry in content["files"]}
    return WrittenPart(**{**content, "files": files})


def _differing(before: dict[str, Any], now: dict[str, Any]) -> str:
    names = [name for name in now if before.get(name) != now[name]]
    return ", ".join(name.replace("_", " ") for name in names) or "things"


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()
