"""What is recorded of Dolma: taggers, its blocker of addresses, and its deduper.

PEER_CASES=dolma.jsonl PYTHONPATH=.../record python -m pytest -p record_dolma tests/python
"""

import gzip
import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

from recording import Recorder, Told

_recorder = Recorder("dolma")


def pytest_configure(config: Any) -> None:
    """Wraps the classes before any test is collected."""
    taggers = importlib.import_module("dolma.taggers")
    for found in pkgutil.walk_packages(taggers.__path__, "dolma.taggers."):
        try:
            importlib.import_module(found.name)
        except Exception as error:
            print(f"not recorded: {found.name} ({error})")
    base = importlib.import_module("dolma.core.taggers").BaseTagger
    _recorder.remember_options(base)
    _recorder.wrap_all(base, "predict", _of_document, _spans)
    blocker = importlib.import_module("dolma.core.url_blocker").UrlBlocker
    _recorder.remember_options(blocker)
    _recorder.wrap(blocker, "check_network_urls", _of_address, _kept)
    for name in ("deduper", "mixer"):
        command = importlib.import_module(f"dolma.cli.{name}")
        _recorder.wrap(command, name, _of_command(name), _attributes)
    config.pluginmanager.register(_recorder)


def _of_document(this: Any, given: dict[str, Any]) -> Told:
    document = given["doc"]
    content = {"text": document.text, "metadata": getattr(document, "metadata", None)}
    lists = {
        name: _lines(getattr(this, name)) for name in ("BLOCKLIST_PATHS",) if hasattr(this, name)
    }
    kind = type(this)
    name = kind.__name__ if kind.__module__.startswith("dolma.") else kind.__mro__[1].__name__
    return Told(name, {**_recorder.options_of(this), **lists}, content)


def _lines(paths: Any) -> list[str] | None:
    found: list[str] = []
    for path in paths or ():
        if not Path(str(path)).is_file():
            return None
        found += Path(str(path)).read_text("utf-8").splitlines()
    return found


def _spans(this: Any, given: dict[str, Any], result: Any) -> dict[str, Any]:
    return {"spans": [[each.type, each.start, each.end, each.score] for each in result.spans]}


def _of_address(this: Any, given: dict[str, Any]) -> Told:
    return Told("UrlBlocker", _recorder.options_of(this), dict(given))


def _kept(this: Any, given: dict[str, Any], result: Any) -> dict[str, Any]:
    return {"kept": not result}


def _of_command(name: str) -> Any:
    def told(this: Any, given: dict[str, Any]) -> Told | None:
        options = next(iter(given.values()), None)
        if not isinstance(options, dict):
            return None
        return Told(name, options, {"documents": _given(options)})

    return told


def _attributes(this: Any, given: dict[str, Any], result: Any) -> dict[str, Any]:
    """Reads the attributes that the deduper has written beside the documents, or the mixer's."""
    options = next(iter(given.values()))
    if "streams" in options:
        folders = [each["output"]["path"] for each in options["streams"]]
        return {"documents": _read(f"{folder}/*" for folder in folders)}
    name = options.get("dedupe", {}).get("name", "")
    paths = [str(path).replace("/documents/", f"/attributes/{name}/") for path in
             options.get("documents", ())]  # fmt: skip
    return {"documents": _read(paths)}


def _given(options: dict[str, Any]) -> list[Any]:
    """Reads documents; of the mixer each with the attributes that lie beside it."""
    found = _read(options.get("documents", ()))
    for stream in options.get("streams", ()):
        documents = _read(stream["documents"])
        for name in stream.get("attributes", ()):
            paths = [str(path).replace("/documents/", f"/attributes/{name}/")
                     for path in stream["documents"]]  # fmt: skip
            for document, beside in zip(documents, _read(paths), strict=False):
                document.setdefault("attributes", {}).update(beside["attributes"])
        found += documents
    return found


def _read(paths: Any) -> list[Any]:
    found: list[Any] = []
    for pattern in paths:
        folder, _, name = str(pattern).rpartition("/")
        for path in sorted(Path(folder).glob(name)) if Path(folder).is_dir() else ():
            data = path.read_bytes()
            data = gzip.decompress(data) if path.suffix == ".gz" else data
            found += [json.loads(line) for line in data.splitlines() if line]
    return found
