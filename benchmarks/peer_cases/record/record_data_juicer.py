"""What is recorded of data-juicer: filters, mappers, deduplicators, selectors.

PEER_CASES=FILE PYTHONPATH=.../record:. python -m pytest -p record_data_juicer tests/ops
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

from recording import Recorder, Told, plain, subclasses

_recorder = Recorder("data-juicer")
#: Fields that hold what an operator has counted, and what it may keep beside a sample.
_STATS, _META = "__dj__stats__", "__dj__meta__"
#: What modules of data-juicer import and no operator on text uses.
_HEAVY = frozenset(
    (
        "av", "cv2", "docx", "einops", "librosa", "matplotlib", "mcp", "pdfplumber", "plotly",
        "resampy", "samplerate", "seaborn", "spacy", "streamlit", "torch", "torchaudio",
        "torchvision", "transformers", "vllm", "wandb", "wget", "wordcloud",
    )
)  # fmt: skip


class _Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds a stand-in for each of some packages that are not installed."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Says that a package, or a module in it, is here."""
        if name.partition(".")[0] not in self.names:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Makes a module that has every name, as a type if it is written like one."""
        module = types.ModuleType(spec.name)
        module.__getattr__ = _named  # type: ignore[method-assign]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Has nothing to run."""


class _Part(mock.MagicMock):
    """Has every name, as a type if it is written like one; can be called, and decorate."""

    def __getattr__(self, name: str) -> Any:
        return type(name, (), {}) if name[:1].isupper() else super().__getattr__(name)


def _named(name: str) -> Any:
    return type(name, (), {}) if name[:1].isupper() else _Part(name=name)


def pytest_configure(config: Any) -> None:
    """Wraps what there is; operators are classes of modules that tests import later."""
    # Before there are stand-ins, so that it takes none of them for the thing itself.
    importlib.import_module("datasets")
    absent = {name for name in _HEAVY if importlib.util.find_spec(name) is None}
    sys.meta_path.append(_Absent(absent))
    base = importlib.import_module("data_juicer.ops.base_op")
    _hook_subclasses(base.OP)
    for name in ("Filter", "Mapper", "Deduplicator", "Selector"):
        _wrap_kind(getattr(base, name))
    for kind in subclasses(base.OP):
        _wrap_kind(kind)
    config.pluginmanager.register(_recorder)


def _hook_subclasses(op: type) -> None:
    """Wraps the methods of a class when its module has made it."""
    for kind in (op, *subclasses(op)):
        if "__init_subclass__" in vars(kind):
            before = vars(kind)["__init_subclass__"].__func__
            kind.__init_subclass__ = classmethod(_after(before))  # type: ignore[assignment]


def _after(before: Callable[..., None]) -> Callable[..., None]:
    def made(kind: type, **options: Any) -> None:
        before(kind, **options)
        _wrap_kind(kind)

    return made


def _wrap_kind(kind: type) -> None:
    own = vars(kind)
    if "__init__" in own:
        _recorder._wrap_init(kind)
    names = {each.__name__ for each in kind.__mro__}
    if "Filter" in names:
        for name in ("compute_stats_single", "compute_stats_batched"):
            if name in own and kind.__name__ != "Filter":
                _note_inputs(kind, name)
        for name in ("process_single", "process_batched"):
            if name in own:
                _keep_verdicts(kind, name)
    elif "Mapper" in names and kind.__name__ != "Mapper":
        for name in ("process_single", "process_batched"):
            if name in own:
                _keep_edits(kind, name)
    elif names & {"Deduplicator", "Selector"} and "process" in own:
        _recorder.wrap(kind, "process", _of_set, _left)


def _rows(samples: Any) -> list[dict[str, Any]]:
    """Returns the samples of a batch, or one, each as a mapping."""
    fields = {str(name): samples[name] for name in samples}
    lists = [value for value in fields.values() if isinstance(value, list)]
    if len(lists) < len(fields) or len({len(each) for each in lists}) > 1:
        return [fields]
    return [dict(zip(fields, row, strict=True)) for row in zip(*fields.values(), strict=True)]


def _batched(name: str) -> bool:
    return name.endswith("_batched")


def _content(row: dict[str, Any]) -> dict[str, Any]:
    """Returns what tests put into a sample; what operators note there is left out while empty."""
    return {
        name: plain(value)
        for name, value in row.items()
        if name != _STATS and (value or name != _META)
    }


def _note_inputs(kind: type, name: str) -> None:
    """Notes what is counted of each sample, for the verdict that is asked for later."""
    counting = getattr(kind, name)

    def noted(this: Any, samples: Any, *given: Any, **named: Any) -> Any:
        before = [_content(row) for row in (_rows(samples) if _batched(name) else [dict(samples)])]
        result = counting(this, samples, *given, **named)
        if type(this) is kind or name in vars(kind):
            after = _rows(result) if _batched(name) else [dict(result)]
            noted_ = _recorder.notes.setdefault(("counted", id(this)), [])
            for content, row in zip(before, after, strict=False):
                noted_.append((content, plain(row.get(_STATS))))
        return result

    setattr(kind, name, noted)


def _keep_verdicts(kind: type, name: str) -> None:
    judging = getattr(kind, name)

    def kept(this: Any, samples: Any, *given: Any, **named: Any) -> Any:
        result = judging(this, samples, *given, **named)
        if type(this).process_single is not getattr(kind, name) and not _batched(name):
            return result
        batched = _batched(name)
        verdicts = list(result) if batched else [result]
        rows = _rows(samples) if batched else [dict(samples)]
        for row, verdict in zip(rows, verdicts, strict=False):
            told = Told(type(this).__name__, plain(_recorder.options_of(this)), _content(row))
            answer = {"kept": bool(verdict), "values": plain(row.get(_STATS))}
            _recorder.keep(told, answer)
        return verdicts if batched else result

    setattr(kind, name, kept)


def _keep_edits(kind: type, name: str) -> None:
    editing = getattr(kind, name)

    def kept(this: Any, samples: Any, *given: Any, **named: Any) -> Any:
        batched = _batched(name)
        before = [_content(row) for row in (_rows(samples) if batched else [dict(samples)])]
        result = editing(this, samples, *given, **named)
        after = [_content(row) for row in (_rows(result) if batched else [dict(result)])]
        options = plain(_recorder.options_of(this))
        if len(before) == len(after):
            for content, edited in zip(before, after, strict=True):
                _recorder.keep(Told(type(this).__name__, options, content), {"sample": edited})
        else:
            told = Told(type(this).__name__, options, {"samples": before})
            _recorder.keep(told, {"samples": after})
        return result

    setattr(kind, name, kept)


def _of_set(this: Any, given: dict[str, Any]) -> Told:
    data = given.get("dataset")
    rows = [_content(dict(row)) for row in data] if data is not None else []
    return Told(type(this).__name__, _recorder.options_of(this), {"samples": rows})


def _left(this: Any, given: dict[str, Any], result: Any) -> dict[str, Any]:
    data = result[0] if isinstance(result, tuple) else result
    return {"samples": [_content(dict(row)) for row in data]}
