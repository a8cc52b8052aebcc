"""What is recorded of suites whose operators are functions: DCLM, CCNet, text-dedup, tfds' C4.

PEER=dclm PEER_CASES=dclm.jsonl PYTHONPATH=.../record:. python -m pytest -p record_functions tests
"""

import functools
import importlib
import inspect
import json
import os
import sys
from pathlib import Path
from typing import Any

from recording import Recorder, Told, arguments, plain

#: Suite -> modules of which all public functions are recorded.
MODULES = {
    "dclm": (
        "baselines.mappers.filters.content_filters",
        "baselines.mappers.filters.metadata_filters",
        "baselines.mappers.modifiers",
        "baselines.mappers.enrichers.enrichers",
        "baselines.mappers.enrichers.language_id_enrichers",
        "baselines.mappers.enrichers.quality_prediction_enrichers_calc_fasttext",
    ),
    "cc_net": ("cc_net.text_normalizer", "cc_net.dedup", "cc_net.split_by_lang", "cc_net.regroup"),
    "text-dedup": (
        "text_dedup.utils.hashfunc", "text_dedup.utils.jaccard", "text_dedup.utils.preprocess",
        "text_dedup.utils.tokenization", "text_dedup.utils.union_find",
    ),
    "tfds": ("tensorflow_datasets.text.c4_utils",),
}  # fmt: skip
_recorder = Recorder(os.environ["PEER"])


def pytest_configure(config: Any) -> None:
    """Wraps the functions before any test is collected."""
    if _recorder.suite == "tfds":
        importlib.import_module("stand_ins").install()
    for name in MODULES[_recorder.suite]:
        try:
            module = importlib.import_module(name)
        except Exception as error:
            print(f"not recorded: {name} ({type(error).__name__}: {error})")
            continue
        for function in [each for each in vars(module) if not each.startswith("_")]:
            value = getattr(module, function)
            if inspect.isfunction(value) and value.__module__.startswith(name.partition(".")[0]):
                _wrap(function, value)
    config.pluginmanager.register(_recorder)


def _wrap(name: str, function: Any) -> None:
    """Puts a recording function wherever modules have taken the plain one."""
    if hasattr(function, "recorded"):
        return

    @functools.wraps(function)
    def called(*given: Any, **named: Any) -> Any:
        inside = getattr(_recorder._inside, "call", False)
        if inside or not _recorder.test:
            return function(*given, **named)
        known = _with_documents(arguments(function, None, given, named))
        _recorder._inside.call = True
        try:
            result = function(*given, **named)
            if inspect.isgenerator(result):
                result = list(result)
        except Exception as error:
            _recorder.keep(Told(name, {}, known), {"error": type(error).__name__})
            raise
        finally:
            _recorder._inside.call = False
        if callable(result):
            return _made(name, known, result)
        _recorder.keep(Told(name, {}, known), {"result": plain(result)})
        return result

    called.recorded = True  # type: ignore[attr-defined]
    for module in list(sys.modules.values()):
        if getattr(module, name, None) is function:
            setattr(module, name, called)


def _with_documents(known: dict[str, Any]) -> Any:
    """Puts the documents of a file of JSON lines in the place of its path."""
    return plain({
        name: [json.loads(line) for line in value.read_text("utf-8").splitlines()]
        if isinstance(value, Path) and value.suffix == ".json" and value.is_file() else value
        for name, value in known.items()
    })  # fmt: skip


def _made(name: str, options: Any, result: Any) -> Any:
    """Records the calls of a function that a function has made of its options."""

    @functools.wraps(result)
    def called(*given: Any, **named: Any) -> Any:
        if getattr(_recorder._inside, "call", False):
            return result(*given, **named)
        known = plain({"given": list(given), **named})
        _recorder._inside.call = True
        try:
            answer = result(*given, **named)
            if inspect.isgenerator(answer):
                answer = list(answer)
        except Exception as error:
            _recorder.keep(Told(name, options, known), {"error": type(error).__name__})
            raise
        finally:
            _recorder._inside.call = False
        _recorder.keep(Told(name, options, known), {"result": plain(answer)})
        return answer

    return called
