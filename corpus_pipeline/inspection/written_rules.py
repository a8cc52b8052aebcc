"""Rules as files: sections to be put into a configuration, and quality profiles that they name.

FILE.yaml            the sections
FILE-quality.yaml    a quality profile; FILE-SOURCE.yaml that of a source
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.quality.profiles import parse_profile, profile_text


def refuse_written(path: Path, overwrite: bool) -> None:
    """Refuses a name that cannot be that of such a file, and to write over another one.

    Raises:
        ConfigError: one line.
    """
    if path.suffix not in (".yaml", ".yml"):
        raise ConfigError(f"{path}: name a file that ends in .yaml")
    if path.exists() and not overwrite:
        raise ConfigError(f"{path}: exists; name another one, or --overwrite to replace it")


def write_rules(
    path: Path,
    head: Iterable[str],
    sections: Mapping[str, Mapping[str, Any]],
    profiles: Mapping[str, Mapping[str, Any]],
    comments: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> list[Path]:
    """Writes sections and profiles; returns the files, that of the sections first.

    Args:
        path: of the sections.
        head: lines of comment above them.
        sections: section -> key -> value.
        profiles: source -> `base`, `rules` and `languages`; "" for the profile of `quality`.
        comments: source ("" for the sections and their profile) -> `RULE` or `LANGUAGE.RULE` of a
            profile, or `SECTION.KEY` -> what stands beside it.
    """
    head, written = list(head), [path]
    lines = [f"# {line}".rstrip() for line in (*head, "Put these sections into the configuration.")]
    content = {name: dict(section) for name, section in sections.items()}
    for source, profile in profiles.items():
        file = path.with_name(f"{path.stem}-{_file_name(source)}{path.suffix}")
        named = "quality: {profile: %s}" if not source else "quality_profile: %s"
        where = "" if not source else f", in the section of the source {source} under inputs"
        intro = [*head, f"Read by {named % file}{where}."]
        text = profile_text(profile, comments.get(source, {}))
        parse_profile(str(file), text)
        storage.write_bytes(
            file, ("".join(f"# {line}".rstrip() + "\n" for line in intro) + text).encode()
        )
        written.append(file)
        if source:
            lines.append(f"# inputs: source {source}: quality_profile: {file}")
        else:
            content.setdefault("quality", {})["profile"] = str(file)
    for name, section in content.items():
        lines.append(f"{name}:")
        lines += _lines(section, 1, name, comments.get("", {}))
    storage.write_bytes(path, ("\n".join(lines) + "\n").encode())
    return written


def _file_name(source: str) -> str:
    return re.sub(r"[^\w.-]", "_", source) or "quality"


def _lines(
    section: Mapping[str, Any], depth: int, where: str, comments: Mapping[str, str]
) -> Iterable[str]:
    indent = "  " * depth
    for key, value in section.items():
        name = key if re.fullmatch(r"[a-z][a-z0-9_]*", key) and key != "no" else json.dumps(key)
        if isinstance(value, Mapping) and value:
            yield f"{indent}{name}:"
            yield from _lines(value, depth + 1, f"{where}.{key}", comments)
            continue
        line = f"{indent}{name}: {json.dumps(value, ensure_ascii=False)}"
        beside = comments.get(f"{where}.{key}")
        yield line if beside is None else f"{line}   # {beside}"
