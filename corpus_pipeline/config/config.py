"""The configuration file: YAML into models that refuse what they do not know.

Every step has a section of its name, which is its `Options`; `flow.py` lists the steps. Sizes are
bytes and may be written `32MB` or `4GiB`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    ValidationInfo,
    create_model,
    model_validator,
)

from corpus_pipeline.config.input import Input
from corpus_pipeline.config.messages import Line, SeveralLines
from corpus_pipeline.config.mistakes import WHOLE, Places, checked
from corpus_pipeline.config.mixture import MixtureSection
from corpus_pipeline.config.step_list import ListedStep, mistakes_of_list
from corpus_pipeline.errors import ConfigError, Mistakes, relative_to
from corpus_pipeline.flow import known_steps
from corpus_pipeline.nearest import near_file, nearest_key
from corpus_pipeline.option_types import Size
from corpus_pipeline.redaction import remember_secrets, storable
from corpus_pipeline.steps import Section, SourceRules
from corpus_pipeline.text.languages import parse_language
from corpus_pipeline.yaml_files import Marked, load_marked, read_yaml_text


def _no_old_booleans(value: Any, path: str = "") -> Any:
    """Refuses words that YAML 1.1 took for booleans where nothing says what they are to be."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        _no_old_booleans(inner, f"{path}{key}: ")
    if isinstance(value, str) and value.lower() in ("yes", "no", "on", "off"):
        raise ValueError(f"{path}{value} is neither true nor false; write true or false")
    return value


_StorageOptions = Annotated[dict[str, dict[str, Any]], BeforeValidator(_no_old_booleans)]


class PlanSection(Section):
    """How inputs are cut into units of work. Part of what the output depends on."""

    unit_bytes: Size | None = Field(
        None,
        description="text in one unit of work; default: a 64th of the inputs, 16MiB to 256MiB, "
        "above 1 TiB up to 512MiB",
    )
    unit_files: int = Field(
        4096, gt=0, description="input files in one unit of work, however small they are"
    )
    match_bytes: Size | None = Field(
        None,
        description="hashes in one partition of a match phase, bounds its memory; default: 16MiB, "
        "above 64 GiB of text up to 256MiB",
    )


#: Names of runners: ours, or a class of Beam's by itself or with its modules.
OWN_RUNNERS = ("direct", "spark", "dataflow")
_RUNNERS = rf"{'|'.join(OWN_RUNNERS)}|[\w.]+Runner"
#: Keys that an option of another name sets.
_OPTIONS = {"runner_options": "--runner-option"}
#: Keys that say where, how and how fast a run is made, and nothing of what comes out; a mixture is
#: planned of what came out, and anew when it is another one.
_HOW = (
    "output", "mixture", "runner", "runner_options", "storage_options", "workers", "memory",
    "unit_timeout", "max_errors", "allow_unreadable", "preflight_timeout",
)  # fmt: skip


class _Config(Section):
    """A whole run."""

    inputs: tuple[Input, ...] = Field(description="what is read")
    output: str = Field(description="folder or URL to write")
    dataset_sources: tuple[Input, ...] = Field(
        (), description="inputs that a dataset folder was made of; their rules go on to apply"
    )
    seed: int = Field(1, ge=0, description="for everything that is chosen by hash")
    runner: str = Field(
        "direct",
        description="direct (this machine), spark, dataflow, or the class of a Beam runner, for "
        "example PrismRunner",
        json_schema_extra={"pattern": _RUNNERS},
    )
    runner_options: dict[str, str] = Field(
        default_factory=dict,
        repr=False,
        description="settings of the runner: Spark's (spark.master: ...), or pipeline options",
    )
    storage_options: _StorageOptions = Field(
        default_factory=dict,
        repr=False,
        description="protocol (s3, gs, ...) -> arguments of its fsspec file system; never stored",
    )
    workers: int | None = Field(None, gt=0, description="worker processes; default: one per core")
    memory: Size | None = Field(
        None, description="for all workers together; default: three quarters of the machine's"
    )
    max_errors: int = Field(
        1000, ge=0, description="unreadable records after which the run stops; they are all listed"
    )
    allow_unreadable: bool = Field(
        False,
        description="go on when most records of a source or file are unreadable, or a Parquet "
        "file cannot be opened",
    )
    strict: bool = Field(
        False,
        description="tell by every byte whether an input is the same at resume; false: of more "
        "than 1GiB by samples",
    )
    unit_timeout: int = Field(3600, gt=0, description="seconds after which a stuck unit is retried")
    preflight_timeout: int = Field(
        120, gt=0, description="seconds within which a worker of another runner must have answered"
    )
    plan: PlanSection = PlanSection()
    mixture: MixtureSection | None = Field(
        None, description="how often a training run sees which documents; see docs/mixtures.md"
    )
    steps: tuple[ListedStep, ...] | None = Field(
        None,
        description="the steps of the run in their order; default: those of the sections below, in "
        "the order of the sections",
    )

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "_Config":
        found = list(self._contradictions())
        if info.context is not None and WHOLE in info.context:
            info.context[WHOLE].extend(found)
        elif found:
            raise SeveralLines(found)
        return self

    def _contradictions(self) -> Iterator[Line]:
        """Yields what fields say of each other that cannot be."""
        names = [each.source for each in self.inputs]
        for place, name in enumerate(names):
            if name in names[:place] and names.index(name, names.index(name) + 1) == place:
                yield Line(
                    ("inputs", place, "source"),
                    f"two inputs have the source name {name!r}; give each its own",
                )
        for place, each in enumerate(self.inputs):
            if each.format == "dataset" and (each.skip or each.quality_profile or each.language):
                yield Line(
                    ("inputs", place),
                    f"documents of the dataset {each.source!r} keep their own sources; "
                    "put skip, language and quality_profile under dataset_sources",
                )
        if not re.fullmatch(_RUNNERS, self.runner):
            meaning = nearest_key(self.runner, OWN_RUNNERS)
            yield Line(
                ("runner",),
                "runner is direct, spark, dataflow or the class of a Beam runner, for example "
                f"PrismRunner; got {self.runner!r}"
                + ("" if meaning is None else f"; did you mean {meaning!r}?"),
            )
        if self.runner == "direct" and self.runner_options:
            yield Line(
                ("runner_options",),
                "runner_options: the runner direct takes none, got "
                f"{min(self.runner_options)!r}; see workers, memory and unit_timeout",
                rests_on=("runner",),
            )
        if not names:
            yield Line(("inputs",), "inputs is empty; name at least one path and source")
        if self.steps is not None:
            sections = frozenset(name for name in known_steps() if name in self.model_fields_set)
            for where, text in mistakes_of_list(self.steps, sections):
                at: tuple[int | str, ...] = (where,) if isinstance(where, str) else ("steps", where)
                yield Line(at, text, rests_on=("steps",))

    def options(self, step: str) -> Any:
        """Returns the section of a step, by its name."""
        return getattr(self, step)

    def source_rules(self) -> dict[str, SourceRules]:
        """Returns what is said of the documents of each source."""
        return {
            name: SourceRules(
                str(parse_language(each.language)) if each.language else None,
                each.quality_profile,
                each.text_field,
                frozenset(each.skip),
                each.pdf or each.format == "pdf",
            )
            for name, each in self.rules_by_source().items()
        }

    def unlisted(self) -> list[str]:
        """Names the steps whose sections say nothing: the list has others, or has their options."""
        if self.steps is None:
            return []
        own = {each.use for each in self.steps if not each.options}
        return [name for name in known_steps() if name != "read" and name not in own]

    def rules_by_source(self) -> dict[str, Input]:
        """Returns the input section of every source that documents may name."""
        return {each.source: each for each in (*self.dataset_sources, *self.inputs)}

    def resolved(self) -> dict[str, Any]:
        """Returns everything that the output depends on: all but where and how fast it is made."""
        content = self.model_dump(mode="json")
        for key in _HOW:
            del content[key]
        for each in self.unlisted():
            del content[each]
        # What is not there must not change the identity of a run.
        content = {key: value for key, value in content.items() if value is not None}
        content["inputs"] = sorted(content["inputs"], key=lambda each: str(each["source"]))
        stored: dict[str, Any] = storable(content)
        return stored


if TYPE_CHECKING:

    class Config(_Config):
        """A whole run."""

else:
    Config = create_model(
        "Config",
        __base__=_Config,
        __doc__=_Config.__doc__,
        __module__=__name__,
        **{
            name: (step.Options, step.Options())
            if step.default
            else (step.Options | None, Field(None, description=f"{step.Options.__doc__}"))
            for name, step in known_steps().items()
        },
    )


def load_config(path: Path, **overrides: object) -> Config:
    """Reads a configuration file; `overrides` that are not None replace top-level keys.

    Raises:
        ConfigError: a line for each broken rule, with the file, the line and the key.
    """
    found = Mistakes()
    config = load_what_is_good(path, found, **overrides)[0]
    found.refuse()
    assert config is not None
    return config


def load_what_is_good(
    path: Path, found: Mistakes, **overrides: object
) -> tuple[Config | None, Places]:
    """Reads a configuration file without what is wrong in it.

    Args:
        path: of the file.
        found: where every mistake is put.
        overrides: those that are not None replace top-level keys.

    Returns:
        The configuration, None where too little is good, and where its keys stand.
    """
    given = {key: value for key, value in overrides.items() if value is not None}
    options = {key: _OPTIONS.get(key, f"--{key.replace('_', '-')}") for key in given}
    places = Places(str(path), None, options)
    try:
        marked = read_marked(path)
    except ConfigError as error:
        found.add([error])
        return None, places
    return _made(marked.content | given, places._replace(marked=marked), found), places._replace(
        marked=marked
    )


def read_sections(path: Path) -> dict[str, Any]:
    """Reads a YAML file that must hold a mapping of sections.

    Raises:
        ConfigError: the file cannot be read or holds something else.
    """
    sections: dict[str, Any] = read_marked(path).content
    return sections


def read_marked(path: Path) -> Marked:
    """Reads a YAML file that must hold a mapping of sections, and where they stand in it.

    Raises:
        ConfigError: the file cannot be read or holds something else.
    """
    try:
        marked = load_marked(read_yaml_text(path))
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}{relative_to(path)}"
            f"{near_file(path)}); try `corpus init`"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not YAML: {error}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error
    if not isinstance(marked.content, dict):
        raise ConfigError(f"{path}: must be a mapping of sections; try `corpus init`")
    return marked


def build_config(content: dict[str, Any], where: str) -> Config:
    """Checks the content of a configuration; `where` names it in errors.

    Raises:
        ConfigError: a line for each broken rule.
    """
    found = Mistakes()
    config = _made(content, Places(where), found)
    found.refuse()
    assert config is not None
    return config


def _made(content: dict[str, Any], places: Places, found: Mistakes) -> Config | None:
    remember_secrets(content.get("runner_options"), content.get("storage_options"))
    return checked(content, Config, places, found)
