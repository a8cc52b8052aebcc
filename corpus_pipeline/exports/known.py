"""The formats: ours, those of installed packages, and code of the user's own."""

import importlib
import importlib.metadata
from typing import Any, NamedTuple

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.exports.exporter import Exporter
from corpus_pipeline.extensions.code import find_code, told
from corpus_pipeline.nearest import meant

#: Name of each format -> module and class.
FORMATS = {
    "megatron": "megatron:Megatron",
    "olmo": "olmo:Olmo",
    "hf": "hf:HuggingFace",
    "nanogpt": "nanogpt:NanoGpt",
    "mds": "mds:Mds",
    "litdata": "litdata:LitData",
}

#: Group of entry points by which installed packages add formats: NAME = "module:Class".
GROUP = "corpus_pipeline.exports"


class Found(NamedTuple):
    """A format."""

    kind: type[Exporter[Any]]
    code: str | None
    """sha256 of the user's own code; null for what is installed."""


def find_exporter(name: str) -> Found:
    """Finds a format by what `--format` says: its name, or the place of code.

    Raises:
        ConfigError: there is none, or it cannot be imported.

    >>> find_exporter("megatron").kind.__name__
    'Megatron'
    >>> find_exporter("npz")
    Traceback (most recent call last):
    corpus_pipeline.errors.ConfigError: --format npz: is no format; name one of megatron, olmo, \
hf, nanogpt, mds, litdata, or code of your own as ./FILE.py:NAME
    """
    if name in FORMATS:
        module, _, kind = FORMATS[name].partition(":")
        found = importlib.import_module(f"corpus_pipeline.exports.{module}")
        return Found(getattr(found, kind), None)
    if ":" in name:
        code = find_code(name)
        return Found(_checked(f"--format {name}", code.load()), code.sha256)
    points = {point.name: point for point in importlib.metadata.entry_points(group=GROUP)}
    if name in points:
        where = f"--format {name} ({points[name].value})"
        try:
            loaded = points[name].load()
        except Exception as error:
            raise ConfigError(f"{where}: cannot be imported ({told(error)})") from error
        return Found(_checked(where, loaded), None)
    known = [*FORMATS, *sorted(points.keys() - FORMATS.keys())]
    listed = f"name one of {', '.join(known)}, or code of your own as ./FILE.py:NAME"
    raise ConfigError(f"--format {name}: is no format; {meant(name, known, listed)}")


def _checked(where: str, kind: Any) -> type[Exporter[Any]]:
    if not (isinstance(kind, type) and issubclass(kind, Exporter)):
        raise ConfigError(
            f"{where}: is no subclass of corpus_pipeline.exports.DocumentExporter or "
            "SequenceExporter; make it one"
        )
    return kind
