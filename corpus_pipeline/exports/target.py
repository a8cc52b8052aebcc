"""The folder of an export: complete with export.json, under way with `.export/` in it.

TARGET/
  export.json            written last: what was exported, every file with bytes and sha256
  ...                    the files of the format
  .export/               only while an export is under way, or after a kill
    request.json         what the files depend on
    file-3f0a….json      a file is begun: its path, by whose sha256 this is called
    part-00012.json      a part is done: its files
    old.json             files of an export that is being thrown away
    lock                 held while an export is at work
"""

import hashlib
import json
import threading
from pathlib import PurePosixPath
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.errors import EngineError, ResumeError, VerifyError
from corpus_pipeline.exports.exporter import WrittenPart, below, title
from corpus_pipeline.storage import Place, Written
from corpus_pipeline.tokens.index import is_inside

#: Version of export.json.
EXPORT_VERSION = 1
EXPORT_FILE = "export.json"
STATE_FOLDER = ".export"
LOCK_FILE = "lock"
_REQUEST = "request.json"
_OLD = "old.json"
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
        self._owners: dict[str, str] = {}
        self._noting = threading.Lock()

    def begin(self, overwrite: bool) -> dict[str, Any] | None:
        """Makes the folder ready; called when the lock is held.

        An export that was being thrown away when its end came is gone, whatever is asked for now.

        Args:
            overwrite: throw an export of something else away.

        Returns:
            The export that is complete already, or none.

        Raises:
            ResumeError: the folder holds something else, or is damaged.
            VerifyError: export.json is damaged.
        """
        complete = read_export(self.place) if storage.exists(self.place / EXPORT_FILE) else None
        # It is the first file that is removed: where it is there, nothing was.
        old = self._note(_OLD) if complete is None else None
        if old is None:
            before = self._before(complete, overwrite)
            if complete is not None and not overwrite:
                self._compare_sizes(complete)
                return complete
            if overwrite and before is not None:
                old = [EXPORT_FILE, *self._paths(complete)]
                storage.write_bytes(self._state / _OLD, _json({"paths": old}))
            elif before is None:
                storage.write_bytes(self._state / _REQUEST, _json(self.request))
        storage.remove_attempts(self.place)
        if old is not None:
            self._throw_away(old)
        return None

    def _before(self, complete: dict[str, Any] | None, overwrite: bool) -> dict[str, Any] | None:
        """Returns the request of the export that is there, empty where it cannot be read; or none.

        Raises:
            ResumeError: the folder holds something else.
        """
        before = complete["request"] if complete is not None else self._request_before(overwrite)
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
        return before

    def done(self) -> dict[int, WrittenPart]:
        """Returns the parts that are written: number -> what there is.

        A part whose files are not there with their size is not, nor one whose note is damaged.
        """

        def read(name: str) -> WrittenPart | None:
            try:
                part = part_of(json.loads(storage.read_bytes(self._state / name)))
            except (KeyError, TypeError, ValueError):
                return None
            there = all(self._is_there(path, written) for path, written in part.files.items())
            return part if there else None

        names = [name for name in storage.sizes(self._state, ".json") if name.startswith("part-")]
        parts = storage.map_concurrently(read, names, _THREADS)
        done = {
            int(name[5:-5]): part
            for name, part in zip(names, parts, strict=True)
            if part is not None
        }
        for part in done.values():
            self._owners |= dict.fromkeys(part.files, title(part))
        return done

    def announce(self, owner: str, path: str) -> None:
        """Notes a path before it is written, so that it can be removed wherever the export ends.

        Args:
            owner: the part whose file it is, as `title` has it, or the end of the export.
            path: below the target.

        Raises:
            EngineError: it is another's.
        """
        names = PurePosixPath(path)
        with self._noting:
            if names.parts[0] in (EXPORT_FILE, STATE_FOLDER):
                first = "the export itself"
            else:
                first = self._owners.setdefault(names.as_posix(), owner)
        if first != owner:
            raise EngineError(
                f"{path}: is a file of {first} and of {owner}; let the exporter give each of them "
                "names of its own"
            )
        name = hashlib.sha256(path.encode()).hexdigest()[:32]
        storage.write_bytes(self._state / f"file-{name}.json", _json({"paths": [path]}))

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

    def _request_before(self, overwrite: bool) -> dict[str, Any] | None:
        path = self._state / _REQUEST
        try:
            found = json.loads(storage.read_bytes(path))
        except FileNotFoundError:
            return None
        except ValueError:
            found = None
        if isinstance(found, dict):
            return found
        if overwrite:
            return {}
        raise ResumeError(
            f"{storage.public_path(path)}: is damaged; give a new folder, or --overwrite to throw "
            "away what is there"
        )

    def _compare_sizes(self, complete: dict[str, Any]) -> None:
        """Looks whether the files of a complete export are there; reads none of them."""

        def is_there(entry: dict[str, Any]) -> bool:
            return self._is_there(entry["path"], Written(entry["bytes"], entry["sha256"]))

        files = complete["files"]
        for entry, there in zip(
            files, storage.map_concurrently(is_there, files, _THREADS), strict=True
        ):
            if not there:
                self.tidy()
                raise ResumeError(
                    f"{storage.public_path(self.place)}: was complete, but {entry['path']} is "
                    "missing or has another size; look with `corpus verify`, or write it all again "
                    "with --overwrite"
                )

    def _is_there(self, path: str, written: Written) -> bool:
        try:
            return storage.size(below(self.place, path)) == written.bytes
        except FileNotFoundError:
            return False

    def _paths(self, complete: dict[str, Any] | None) -> list[str]:
        """Returns the files of an export, complete or not."""
        if complete is not None:
            return [entry["path"] for entry in complete["files"]]
        notes = [name for name in storage.sizes(self._state, ".json") if name.startswith("file-")]
        found = storage.map_concurrently(self._note, notes, _THREADS)
        return [path for paths in found for path in paths or ()]

    def _note(self, name: str) -> list[str] | None:
        """Reads paths that were noted.

        Raises:
            ResumeError: they cannot be read.
        """
        path = self._state / name
        try:
            paths = json.loads(storage.read_bytes(path))["paths"]
            if not all(is_inside(each) for each in paths):
                raise ValueError("a path outside the folder")
        except FileNotFoundError:
            return None
        except (KeyError, TypeError, ValueError) as error:
            raise ResumeError(
                f"{storage.public_path(path)}: is damaged, and with it is lost which files are of "
                "the old export; give a new folder"
            ) from error
        return list(paths)

    def _throw_away(self, paths: list[str]) -> None:
        """Removes the files of an export, and nothing else that lies in the folder.

        Its paths are noted until all are gone and the new request stands in the place of the old.
        """
        for path in paths:
            storage.remove(below(self.place, path))
        for name in storage.sizes(self._state, ".json"):
            if name != _OLD:
                storage.remove(self._state / name)
        storage.write_bytes(self._state / _REQUEST, _json(self.request))
        storage.remove(self._state / _OLD)


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
            raise VerifyError(f"{path}: was changed after it was written; export into a new folder")
        if not all(is_inside(entry["path"]) for entry in content["files"]):
            raise VerifyError(f"{path}: names a file outside the folder; export into a new folder")
    except FileNotFoundError as error:
        raise VerifyError(
            f"{storage.public_path(target)}: holds no {EXPORT_FILE}; name a finished export, or "
            "give the command of one that was stopped again"
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise VerifyError(
            f"{path}: cannot be read ({error!r}); export into a new folder"
        ) from error
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
    """Reads a part from JSON.

    Raises:
        KeyError, TypeError, ValueError: it is damaged.
    """
    files = {entry["path"]: Written(entry["bytes"], entry["sha256"]) for entry in content["files"]}
    if not all(is_inside(path) for path in files):
        raise ValueError("a file outside the folder")
    return WrittenPart(**{**content, "files": files})


def _differing(before: dict[str, Any], now: dict[str, Any]) -> str:
    names = [name for name in now if before.get(name) != now[name]]
    return ", ".join(name.replace("_", " ") for name in names) or "things"


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()
