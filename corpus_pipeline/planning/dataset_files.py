"""The files of a dataset of the Hugging Face Hub, as its card lists them.

README.md of such a folder begins with YAML between two lines of `---`:

    configs:
    - config_name: de
      data_files:
      - {split: train, path: de/train-*.parquet}
"""

from collections.abc import Iterator, Mapping
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.errors import InputError
from corpus_pipeline.yaml_files import load_yaml

CARD = "README.md"
_FENCE = "---"
_DEFAULT = "default"


def card_patterns(folder: str, config: str | None, split: str | None) -> list[str]:
    """Returns the patterns of the files that a card lists, in its order.

    Args:
        folder: path or URL of the dataset.
        config: name of a configuration; None for the default, or the only one.
        split: name of a split; None for all.

    Raises:
        InputError: there is no card, or it lists no such files.
    """
    where = f"{storage.public_path(folder)}/{CARD}"
    configs = _configs(folder, where)
    found = _chosen(configs, config, where)
    patterns = list(_patterns(found.get("data_files"), split))
    if not patterns:
        splits = sorted({str(name) for name in _splits(found.get("data_files"))})
        raise InputError(
            f"{where}: the configuration {found.get('config_name')!r} lists no files"
            + (f" of the split {split!r}; it has: {', '.join(splits)}" if splits else "")
        )
    for pattern in patterns:
        if pattern.startswith("/") or ".." in pattern.split("/") or "://" in pattern:
            raise InputError(f"{where}: {pattern!r} leads out of the dataset; name it as `path`")
    return [f"{folder.rstrip('/')}/{pattern}" for pattern in patterns]


def _configs(folder: str, where: str) -> list[Mapping[str, Any]]:
    try:
        text = storage.read_bytes(storage.place(folder) / CARD).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{where}: the dataset has no card that can be read ({error})") from error
    lines = text.replace("\r\n", "\n").split("\n")
    end = lines.index(_FENCE, 1) if lines[0] == _FENCE and _FENCE in lines[1:] else 0
    try:
        content = load_yaml("\n".join(lines[1:end])) if end else None
    except Exception as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{where}: its YAML cannot be read ({first})") from error
    configs = content.get("configs") if isinstance(content, Mapping) else None
    found = [each for each in configs or () if isinstance(each, Mapping)]
    if not found:
        raise InputError(f"{where}: lists no `configs`; name the files as `path` and leave `card`")
    return found


def _chosen(configs: list[Mapping[str, Any]], name: str | None, where: str) -> Mapping[str, Any]:
    names = [str(each.get("config_name", _DEFAULT)) for each in configs]
    if name is None and len(configs) > 1:
        marked = [n for n, each in zip(names, configs, strict=True) if each.get("default") is True]
        name = marked[0] if marked else _DEFAULT
    for each, its in zip(configs, names, strict=True):
        if name is None or its == name:
            return each
    raise InputError(f"{where}: has no configuration {name!r}; it has: {', '.join(names)}")


def _splits(files: Any) -> Iterator[Any]:
    if isinstance(files, Mapping):
        yield from files
    for each in files if isinstance(files, list) else ():
        if isinstance(each, Mapping) and "split" in each:
            yield each["split"]


def _patterns(files: Any, split: str | None) -> Iterator[str]:
    """Yields the patterns of a split: files may be one, a list, by split, or a list of those."""
    if isinstance(files, str):
        # What no split is named for is called `train`.
        if split in (None, "train"):
            yield files
    elif isinstance(files, Mapping):
        if "path" in files:
            if split in (None, files.get("split", "train")):
                yield from _patterns(files["path"], None)
        else:
            for name, inner in files.items():
                if split in (None, name):
                    yield from _patterns(inner, None)
    elif isinstance(files, list):
        for each in files:
            yield from _patterns(each, split)
