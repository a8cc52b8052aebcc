"""The commented configurations that `corpus init` writes, made from the models of the sections."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.config.input import Input
from corpus_pipeline.config.messages import is_size, section_of
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.option_types import show_size
from corpus_pipeline.steps import Options

#: Columns of the file. A comment that does not fit beside its key stands above it.
_WIDTH = 80
_HEAD = """\
# Configuration of corpus_pipeline. Every key is here, with its default: delete
# what you do not change. Relative paths start in the folder in which the
# command runs. Run: corpus run {path}
"""
#: What the keys without a default are to begin with.
_SAMPLES = {"path": "data/*.jsonl.zst", "source": "articles", "output": "corpus-out"}
_SHORT = """\
# Configuration of corpus_pipeline: what most runs change. All keys with their
# defaults: corpus init. Relative paths start in the folder in which the
# command runs. Run: corpus run {path}

inputs:
  - path: data/*.jsonl.zst      # path, URL or glob; a folder: all files in it
    source: articles            # name in the ledger and in reports
    # text_field: text          # JSONL key or Parquet column of the text
    # id_field: id
    # language: zh              # if it is known; no model is asked
    # quality_profile: code     # other rules for this source
    # priority: 100             # among duplicates the lowest number stays
    # skip: [language]          # filters that do not apply to it

output: corpus-out
"""
#: Languages that are proposed where nobody knows better.
PROPOSED_LANGUAGES = "en, zh"
#: What most runs change, as comments.
PROPOSED = """\
# language:
#   keep: [en, zh]              # default: all languages
# quality:
#   profile: default            # or a YAML file; see corpus profile list
# dedup:
#   contamination:
#     evaluations: [eval.jsonl] # test sets that the corpus must not hold
# tokenize:
#   tokenizer: tokenizer.json   # train one with corpus train-tokenizer
"""


def template_text(name: str, short: bool = False) -> str:
    """Returns a configuration to start from.

    Args:
        name: of the file, for its comments.
        short: only what most runs change, as comments.
    """
    return f"{_SHORT.format(path=name)}\n{PROPOSED}" if short else render_template(name)


def write_new(path: Path, text: str) -> None:
    """Writes a file that is not there yet.

    Raises:
        ConfigError: it is.
    """
    if path.exists():
        raise ConfigError(f"{path}: exists; name another file, or remove it")
    storage.write_bytes(path, text.encode())


def render_template(name: str) -> str:
    """Returns the full template, every key of every section in it."""
    lines = [_HEAD.format(path=name)]
    for key, field in Config.model_fields.items():
        if key == "inputs":
            lines += [*_meaning(Input, 0), "inputs:", *_first_input(), ""]
        else:
            lines += _key(key, field, 0)
    return "\n".join(lines) + "\n"


def _first_input() -> Iterator[str]:
    """Yields one input as an item of a list."""
    lines = [line for key, field in Input.model_fields.items() for line in _key(key, field, 2)]
    first = next(n for n, line in enumerate(lines) if not line.lstrip().startswith("#"))
    yield from (line[2:] for line in lines[:first])
    yield f"  - {lines[first].lstrip()}"
    yield from lines[first + 1 :]


def _key(key: str, field: FieldInfo, depth: int, width: int = _WIDTH) -> Iterator[str]:
    """Yields the lines of one key: a section with all that is in it, or a value."""
    if field.is_required():
        value: Any = _SAMPLES[key]
    else:
        value = field.get_default(call_default_factory=True)
    section = section_of(field)
    off = value is None or (isinstance(value, Options) and not value.enabled)
    if off and section is not None and issubclass(section, Options):
        # A step, or a part of one, that is off: every line is a comment.
        if depth == 0:
            yield ""
        yield from _meaning(section, depth)
        yield f"# {'  ' * depth}{key}:"
        for name, inner in section.model_fields.items():
            lines = _key(name, inner, depth + 1, width - len("# "))
            yield from (f"# {line}" for line in lines)
        return
    if isinstance(value, BaseModel):
        if depth == 0:
            yield ""
        yield from _meaning(type(value), depth)
        yield f"{'  ' * depth}{key}:"
        for name, inner in type(value).model_fields.items():
            yield from _key(name, inner, depth + 1, width)
        return
    line = f"{'  ' * depth}{key}: {yaml_value(value, is_size(field))}"
    beside = f"{line}   # {field.description}"
    if len(beside) <= width:
        yield beside
    else:
        yield from _comment(field.description or "", depth, width)
        if len(line) <= width:
            yield line
        else:
            yield f"{'  ' * depth}{key}:"
            yield from (f"{'  ' * (depth + 1)}- {yaml_value(item)}" for item in value)


def _meaning(section: type[BaseModel], depth: int) -> list[str]:
    """Says what a section is for: the first paragraph of its docstring, without examples."""
    return _comment((section.__doc__ or "").split("\n\n")[0], depth)


def _comment(text: str, depth: int, width: int = _WIDTH) -> list[str]:
    indent = f"{'  ' * depth}# "
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)


def yaml_value(value: Any, size: bool = False) -> str:
    """Writes a value as YAML.

    >>> yaml_value(("en", "<|end|>")), yaml_value(None), yaml_value(2**20, size=True)
    ('[en, "<|end|>"]', 'null', '1MiB')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if size:
        return show_size(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(yaml_value, value))}]"
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, str) and not all(c.isalnum() or c in "_/.-" for c in value):
        return f'"{value}"'
    return str(value)
