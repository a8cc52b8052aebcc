"""What is recorded of datatrove: filters, formatters, statistics, and what dedup leaves.

PEER_CASES=datatrove.jsonl PYTHONPATH=.../record:src python -m pytest -p record_datatrove tests
"""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from recording import Recorder, Told, plain, subclasses

_recorder = Recorder("datatrove")


def pytest_configure(config: Any) -> None:
    """Wraps the classes before any test is collected."""
    pipeline = importlib.import_module("datatrove.pipeline")
    for found in pkgutil.walk_packages(pipeline.__path__, "datatrove.pipeline."):
        if not found.name.startswith(("datatrove.pipeline.inference", "datatrove.pipeline.media")):
            _import(found.name)
    step = importlib.import_module("datatrove.pipeline.base").PipelineStep
    filters = importlib.import_module("datatrove.pipeline.filters.base_filter").BaseFilter
    formatters = importlib.import_module("datatrove.pipeline.formatters.base").BaseFormatter
    statistics = importlib.import_module("datatrove.pipeline.stats.base").BaseStats
    _recorder.remember_options(step)
    _recorder.wrap_all(filters, "filter", _of_document, _verdict)
    _recorder.wrap_all(formatters, "format", _of_text, lambda this, given, result: {"text": result})
    _recorder.wrap_all(
        statistics, "extract_stats", _of_document, lambda this, given, result: {"values": result}
    )
    for kind in subclasses(step):
        rooms = ("datatrove.pipeline.dedup", "datatrove.pipeline.decont")
        if kind.__module__.startswith(rooms) and "run" in vars(kind):
            _wrap_run(kind)
    config.pluginmanager.register(_recorder)


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except Exception as error:
        print(f"not recorded: {name} ({error})")


def _of_document(this: Any, given: dict[str, Any]) -> Told:
    document = given.get("doc")
    content = {"text": document.text, "metadata": dict(document.metadata)} if document else {}
    return Told(type(this).__name__, _recorder.options_of(this), content)


def _of_text(this: Any, given: dict[str, Any]) -> Told:
    return Told(type(this).__name__, _recorder.options_of(this), {"text": given.get("text")})


def _verdict(this: Any, given: dict[str, Any], result: Any) -> dict[str, Any]:
    kept, reason = result if isinstance(result, tuple) else (result, None)
    return {"kept": bool(kept), "reason": reason, "text": given["doc"].text}


def _wrap_run(kind: type) -> None:
    """Notes the documents that a step of dedup is given, and keeps what the last of them leaves."""
    run = kind.run  # type: ignore[attr-defined]

    def noted(this: Any, *given: Any, **named: Any) -> Any:
        data = given[0] if given else named.get("data")
        documents = [] if data is None else list(data)
        before = [_content(each) for each in documents]
        earlier = _recorder.notes.setdefault("steps", [])
        options = {
            name: value
            for name, value in plain(_recorder.options_of(this)).items()
            if not name.endswith("_folder")
        }
        told = {"documents": before, "earlier": list(earlier)}
        if before and not kind.__name__.endswith(("Filter", "Remover")):
            earlier.append({"step": kind.__name__, "options": options, "documents": before})
        if data is not None:
            given, named = (iter(documents), *given[1:]), named
            named.pop("data", None)
        result = run(this, *given, **named)
        if not kind.__name__.endswith(("Filter", "Remover")):
            return result
        return _left(result, Told(kind.__name__, options, told))

    kind.run = noted  # type: ignore[attr-defined]


def _left(result: Iterator[Any], told: Told) -> Iterator[Any]:
    """Passes on what a filter yields, and keeps it once all of it is there."""
    after = []
    for each in result:
        after.append(_content(each))
        yield each
    _recorder.keep(Told(told.operator, plain(told.options), plain(told.input)),
                   plain({"documents": after}))  # fmt: skip


def _content(document: Any) -> dict[str, Any]:
    return {"id": document.id, "text": document.text, "metadata": dict(document.metadata)}
