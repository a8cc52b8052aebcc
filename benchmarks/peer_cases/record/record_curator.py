"""What is recorded of NeMo Curator: filters and modifiers of documents, extractors, splitters.

PEER_CASES=FILE PYTHONPATH=.../record:. python -m pytest -p record_curator tests/stages/text
"""

import importlib
import pkgutil
from typing import Any

from recording import Recorder, Told, plain

_recorder = Recorder("NeMo Curator")
_PACKAGE = "nemo_curator.stages.text"


def pytest_configure(config: Any) -> None:
    """Wraps the classes before any test is collected."""
    package = importlib.import_module(_PACKAGE)
    for found in pkgutil.walk_packages(package.__path__, f"{_PACKAGE}."):
        if not found.name.startswith((f"{_PACKAGE}.embedders", f"{_PACKAGE}.experimental")):
            _import(found.name)
    filters = importlib.import_module(f"{_PACKAGE}.filters.doc_filter").DocumentFilter
    modifiers = importlib.import_module(f"{_PACKAGE}.modifiers.doc_modifier").DocumentModifier
    _recorder.remember_options(filters, modifiers)
    for kind in _all(filters):
        if "score_document" in vars(kind):
            _note_score(kind)
    _recorder.wrap_all(filters, "keep_document", _of_score, _kept)
    _recorder.wrap_all(modifiers, "modify_document", _of_text, _edited)
    for module, name, method in (
        ("download.html_extractors.base", "HTMLExtractorAlgorithm", "extract_text"),
        ("download.base.extract", "DocumentExtractor", "extract"),
    ):
        base = getattr(_import(f"{_PACKAGE}.{module}"), name, None)
        if base is not None:
            _recorder.remember_options(base)
            _recorder.wrap_all(
                base, method, _of_arguments, lambda this, given, result: {"result": result}
            )
    for module, name in (
        ("modules.splitter", "DocumentSplitter"),
        ("modules.joiner", "DocumentJoiner"),
    ):
        stage = getattr(_import(f"{_PACKAGE}.{module}"), name, None)
        if stage is not None:
            _recorder.remember_options(stage)
            _recorder.wrap(stage, "process", _of_batch, _rows_after)
    config.pluginmanager.register(_recorder)


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except Exception as error:
        print(f"not recorded: {name} ({type(error).__name__}: {error})")
        return None


def _all(base: type) -> list[type]:
    from recording import subclasses

    return list(subclasses(base))


def _note_score(kind: type) -> None:
    """Notes of which text a score is, for the verdict that is asked for later."""
    scoring = kind.score_document  # type: ignore[attr-defined]

    def noted(this: Any, text: Any, *given: Any, **named: Any) -> Any:
        score = scoring(this, text, *given, **named)
        _recorder.notes.setdefault(id(this), []).append((plain(text), score))
        return score

    kind.score_document = noted  # type: ignore[attr-defined]


def _of_score(this: Any, given: dict[str, Any]) -> Told:
    score = next(iter(given.values()))
    noted = _recorder.notes.get(id(this), [])
    places = (place for place, (_, found) in enumerate(noted) if found is score or found == score)
    place = next(places, None)
    text = None if place is None else noted.pop(place)[0]
    options = _recorder.options_of(this)
    return Told(type(this).__name__, options, {"text": text, "score": score})


def _kept(this: Any, given: dict[str, Any], result: Any) -> dict[str, Any]:
    return {"kept": bool(result)}


def _of_text(this: Any, given: dict[str, Any]) -> Told:
    return Told(type(this).__name__, _recorder.options_of(this), given)


def _edited(this: Any, given: dict[str, Any], result: Any) -> dict[str, Any]:
    return {"text": result}


def _of_arguments(this: Any, given: dict[str, Any]) -> Told:
    return Told(type(this).__name__, _recorder.options_of(this), given)


def _of_batch(this: Any, given: dict[str, Any]) -> Told:
    options = {
        name: getattr(this, name, None) for name in getattr(this, "__dataclass_fields__", ())
    }
    rows = given["batch"].to_pandas().to_dict("records")
    return Told(type(this).__name__, options, {"rows": rows})


def _rows_after(this: Any, given: dict[str, Any], result: Any) -> dict[str, Any]:
    return {"rows": plain(result.to_pandas().to_dict("records"))}
