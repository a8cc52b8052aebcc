"""The commented configuration that `corpus init` writes; it shows every default."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.pipelines.config import Config

_HEAD = """\
# Configuration of corpus_pipeline. Every key below inputs and output shows its default; delete what
# you don't change. Check a key's meaning with `corpus schema`. Run: corpus run {path}

inputs:
  - path: data/*.jsonl.zst      # path, URL or glob; a folder stands for all files in it
    source: articles            # name in the ledger and in reports
    format: auto                # auto, warc, wet, jsonl, json, parquet, text or html
    priority: 100               # among duplicates the document with the lowest number stays
    text_field: text
    # language: zh              # the language of this source, if known: no model is asked
    # quality_profile: code     # other rules for this source
    # skip: [language, sentence]  # filters, and kinds of dedup, that do not apply to it

output: corpus-out
"""


def write_template(path: Path) -> None:
    """Writes the template.

    Raises:
        ConfigError: the file exists.
    """
    if path.exists():
        raise ConfigError(f"{path}: exists; name another file, or remove it")
    storage.write_bytes(path, render_template(path.name).encode())


def render_template(name: str) -> str:
    """Returns the template's text, made from the models so that it cannot go stale."""
    lines = [_HEAD.format(path=name)]
    for key, field in Config.model_fields.items():
        if key in ("inputs", "output", "dataset_sources"):
            continue
        value = field.get_default(call_default_factory=True)
        if isinstance(value, BaseModel):
            lines.append(f"\n# {type(value).__doc__}\n{key}:")
            lines += _section(value, 1)
        else:
            lines.append(_line(key, value, field.description, 0))
    return "\n".join(lines) + "\n"


def _section(section: BaseModel, depth: int) -> list[str]:
    lines = []
    for key, field in type(section).model_fields.items():
        value = getattr(section, key)
        if isinstance(value, BaseModel):
            lines.append(f"{'  ' * depth}{key}:   # {type(value).__doc__}")
            lines += _section(value, depth + 1)
        else:
            lines.append(_line(key, value, field.description, depth))
    return lines


def _line(key: str, value: Any, description: str | None, depth: int) -> str:
    shown = _scalar(value)
    comment = f"   # {description}" if description else ""
    return f"{'  ' * depth}{key}: {shown}{comment}"


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_scalar, value))}]"
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, str) and not value.replace("_", "").isalnum():
        return f'"{value}"'
    return str(value)
