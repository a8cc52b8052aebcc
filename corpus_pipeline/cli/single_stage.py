"""Configurations for the commands that run one stage, on a dataset folder or on raw files."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from corpus_pipeline import storage
from corpus_pipeline.config.config import Config, build_config, read_sections
from corpus_pipeline.errors import ConfigError, InputError
from corpus_pipeline.flow import known_steps
from corpus_pipeline.inspection.trace import ledger_parts
from corpus_pipeline.nearest import meant
from corpus_pipeline.workspace.run_file import RUN_FILE, why_no_run
from corpus_pipeline.yaml_files import read_setting

#: Steps that a configuration switches on and off.
STEPS = tuple(name for name in known_steps() if name != "read")
#: What the only input is called unless --source says otherwise.
_SOURCE = "input"
#: Keys of an input that are rules for its documents.
_RULES = ("language", "quality_profile", "skip")
#: Keys of an input that `--input` does not take -> what says the same.
_SAID_ELSEWHERE = {
    "path": "INPUT",
    **{key: f"--{key.replace('_', '-')}" for key in ("format", "text_field", "id_field", "source")},
}
#: Options for raw files -> why they say nothing of a dataset folder.
_FOR_RAW_FILES = {
    "text_field": "documents of a dataset folder have their text",
    "id_field": "documents of a dataset folder keep their ids",
    "source": "documents of a dataset folder keep their sources",
}


def keys_of(options: Iterable[str]) -> dict[str, Any]:
    """Reads KEY=VALUE, a key of an input and its value in YAML.

    Raises:
        ConfigError: one has no key, or no YAML.

    >>> keys_of(["posts=answers", "join={by: book}"])
    {'posts': 'answers', 'join': {'by': 'book'}}
    """
    found: dict[str, Any] = {}
    for option in options:
        if instead := _SAID_ELSEWHERE.get(option.partition("=")[0]):
            raise ConfigError(f"--input {option}: write {instead}")
        key, value = read_setting("--input", option, "'join={by: book}'")
        found[key] = value
    return found


def single_config(
    command: str,
    stages: set[str],
    source: str,
    output: str,
    config: Path | None,
    given: Mapping[str, Any],
    top: Mapping[str, Any],
) -> Config:
    """Builds a configuration in which only some stages are on.

    Args:
        command: its name, for errors.
        stages: names in `STEPS`; none for *read* alone.
        source: a dataset folder, or raw files.
        output: folder to write.
        config: YAML whose sections of these stages apply, and rules by source for a dataset folder.
        given: keys of the input from the command line: format, text_field, id_field, source and
            more; None leaves the default.
        top: top-level settings; None leaves the default.

    Raises:
        InputError: the dataset folder holds no complete run.
        ConfigError: as `load_config`; or the file has sections that would be ignored.
    """
    content = {} if config is None else read_sections(config)
    where = str(config or "defaults")
    if content.get("steps") is not None:
        raise ConfigError(
            f"{where}: steps: `corpus {command}` has steps of its own; leave the list out, or use "
            "`corpus run`"
        )
    if command == "filter":
        stages = stages | {name for name, step in known_steps().items() if not step.default}
    rules = [*(content.pop("dataset_sources", None) or ()), *(content.pop("inputs", None) or ())]
    named = {key: value for key, value in given.items() if value is not None}
    storage.configure(content.get("storage_options") or {})
    dataset = _is_dataset(source, named.get("format"))
    if dataset:
        for key, why in _FOR_RAW_FILES.items():
            if key in named:
                raise ConfigError(f"--{key.replace('_', '-')}: {why}; it is for raw files")
        for key in named.keys() - {"format"}:
            raise ConfigError(f"--input {key}: documents of a dataset folder are read already")
        named["format"] = "dataset"
    content["inputs"] = [{"path": source, "source": _SOURCE, **named}]
    content["output"] = output
    content |= {key: value for key, value in top.items() if value is not None}
    checked = build_config({**content, "dataset_sources": rules if dataset else []}, where)
    unread = [*_unread_stages(content, checked, stages), *_unread_rules(checked, rules)]
    if unread:
        them = "it" if len(unread) == 1 else "them"
        hint = ""
        if "inputs" in unread and not dataset:
            hint = " (the files are INPUT; say --format, --text-field, --source, --input KEY=VALUE)"
        raise ConfigError(
            f"{where}: {', '.join(unread)}: `corpus {command}` would ignore {them}{hint}; leave "
            f"{them} out, or use `corpus run`"
        )
    if dataset:
        _refuse_other_sources(where, source, checked.dataset_sources)
    if stages and not any(_is_on(checked, stage) for stage in stages):
        raise ConfigError(f"{where}: enabled: false leaves `corpus {command}` nothing to do")
    for stage in STEPS:
        if checked.options(stage) is not None:
            on = stage in stages and _is_on(checked, stage)
            content[stage] = {**(content.get(stage) or {}), "enabled": on}
    return build_config({**content, "dataset_sources": rules if dataset else []}, where)


def _is_on(config: Config, stage: str) -> bool:
    section = config.options(stage)
    return section is not None and bool(section.enabled)


def _is_dataset(source: str, format_: str | None) -> bool:
    """Says whether the input is a dataset folder; other folders need a format to be taken.

    Raises:
        InputError: it should be one, and is not.
    """
    if format_ not in (None, "dataset"):
        return False
    if "*" not in source and storage.exists(storage.place(source) / RUN_FILE):
        return True
    if format_ is None and _is_file_or_pattern(source):
        return False
    why = why_no_run(storage.place(source))
    if why.startswith("holds no run"):
        why = f"is not a dataset folder (no {RUN_FILE}); make one with `corpus read`"
        raise InputError(f"{source}: {why}, or say what its files are: --format auto")
    raise InputError(f"{source}: is not a dataset folder: {why}")


def _is_file_or_pattern(source: str) -> bool:
    place = storage.place(source)
    if isinstance(place, Path):
        return place.is_file() or (not place.exists() and any(sign in source for sign in "*?["))
    return not storage.is_folder(place) and (storage.exists(place) or "*" in source)


def _unread_stages(content: Mapping[str, Any], config: Config, stages: set[str]) -> Iterable[str]:
    """Yields the sections of other stages that ask for something."""
    for stage in STEPS:
        section = config.options(stage)
        # A step that is off by default asks for itself.
        own = not known_steps()[stage].default
        asks = _is_on(config, stage) and (own or section != type(section)())
        if stage in content and stage not in stages and asks:
            yield stage


def _unread_rules(config: Config, rules: list[Any]) -> Iterable[str]:
    """Yields `inputs` where none of it applies: raw files are INPUT, and a dataset takes rules."""
    if rules and not any(_has_rules(each) for each in config.dataset_sources):
        yield "inputs"


def _has_rules(source: Any) -> bool:
    return any(getattr(source, key) for key in _RULES)


def _refuse_other_sources(where: str, folder: str, rules: Iterable[Any]) -> None:
    """Refuses rules for sources that no document of the dataset has."""
    wanted = {each.source for each in rules if _has_rules(each)}
    found: set[str] = set()
    for part in ledger_parts(storage.place(folder)):
        if wanted <= found:
            return
        found.update(storage.read_parquet(part, columns=["source"])["source"].unique().to_pylist())
    for name in sorted(wanted - found):
        raise ConfigError(
            f"{where}: inputs: no document of {folder} has the source {name!r}; "
            f"{meant(name, sorted(found))}"
        )
