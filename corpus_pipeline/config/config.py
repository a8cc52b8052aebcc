"""The configuration file: YAML into models that refuse what they do not know.

Every step has a section of its name, which is its `Options`; `flow.py` lists the steps. Sizes are
bytes and may be written `32MB` or `4GiB`.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    create_model,
    model_validator,
)

from corpus_pipeline.config.input_sections import (
    CardSection,
    JoinSection,
    PostsSection,
    RecordsSection,
    SplitSection,
)
from corpus_pipeline.config.messages import one_line
from corpus_pipeline.config.mixture import MixtureSection
from corpus_pipeline.config.step_list import ListedStep, check_list
from corpus_pipeline.dedup.matches import MATCHES
from corpus_pipeline.errors import ConfigError, relative_to
from corpus_pipeline.extensions.readers import is_own
from corpus_pipeline.flow import known_steps
from corpus_pipeline.option_types import LanguageName, Size
from corpus_pipeline.redaction import remember_secrets, storable
from corpus_pipeline.sources.formats import FETCHING, FORMATS, MARKED, SHAPED, WITH_POSTS
from corpus_pipeline.sources.shapes import PAGES, Markup
from corpus_pipeline.steps import Section, SourceRules
from corpus_pipeline.text.languages import parse_language
from corpus_pipeline.yaml_files import load_yaml, nearest_key, read_yaml_text

#: Kinds of dedup that a source may be left out of.
_KINDS = tuple(match.kind for match in MATCHES if match.skippable)
#: Steps that every document passes.
_NEVER_SKIPPED = ("read", "extract", "dedup", "tokenize")


def _no_old_booleans(value: Any, path: str = "") -> Any:
    """Refuses words that YAML 1.1 took for booleans where nothing says what they are to be."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        _no_old_booleans(inner, f"{path}{key}: ")
    if isinstance(value, str) and value.lower() in ("yes", "no", "on", "off"):
        raise ValueError(f"{path}{value} is neither true nor false; write true or false")
    return value


_StorageOptions = Annotated[dict[str, dict[str, Any]], BeforeValidator(_no_old_booleans)]


def _skippable(name: str) -> str:
    """Refuses what no source can be left out of."""
    known = [*(step for step in known_steps() if step not in _NEVER_SKIPPED), *_KINDS]
    if name not in known:
        near = nearest_key(name, known)
        hint = f"did you mean {near!r}?" if near else f"a source may skip {', '.join(known)}"
        raise ValueError(f"{name!r} cannot be skipped; {hint}")
    return name


def _format(name: str) -> str:
    """Refuses formats that nobody reads."""
    known = ("auto", *FORMATS, "dataset")
    if name not in known and not is_own(name):
        near = nearest_key(name, list(known))
        hint = f"did you mean {near!r}?" if near else f"it is one of {', '.join(known)}"
        raise ValueError(f"no reader is called {name!r}; {hint}")
    return name


class Input(Section):
    """One source: files of one kind that share a name, a priority and rules."""

    path: str = Field(description="path, URL or glob pattern; a folder stands for all files in it")
    source: str = Field(description="name of this source in the ledger and in reports")
    format: Annotated[str, AfterValidator(_format)] = Field(
        "auto",
        description=f"auto (by what the file holds), {', '.join(FORMATS)}, dataset: a folder that "
        "an earlier run has written, or code of your own: ./FILE.py:NAME",
    )
    priority: int | None = Field(
        None,
        ge=0,
        le=255,
        description="among duplicates the document with the lowest number stays; default: 100, for "
        "a dataset what its documents have",
    )
    text_field: str = Field("text", description="JSONL key or Parquet column that holds the text")
    id_field: str = Field(
        "id", description="key or column of the document's own id, a string or an integer"
    )
    url_field: str = Field(
        "url", description="key, at the top of a record, or column of the document's address"
    )
    markup: Markup | None = Field(
        None,
        description="what the text is written in: wikitext, latex, html (pages) or fragment (HTML "
        "all of which is text); default: plain text",
    )
    pdf: bool = Field(
        False, description="PDF documents of web archives are read; needs the extra pdf"
    )
    card: CardSection | None = Field(
        None, description="path is a folder whose README.md lists the files by name and split"
    )
    partitions: bool = Field(
        False, description="folders called NAME=VALUE are fields of the documents' metadata"
    )
    records: RecordsSection | None = Field(
        None, description="which records are fetched; for indexes of web archives (cdxj)"
    )
    posts: PostsSection | None = Field(
        None, description="which posts are documents, and which are joined; for forums"
    )
    join: JoinSection | None = Field(
        None, description="records that have a field in common become one document"
    )
    split: SplitSection | None = Field(
        None, description="documents are cut into segments, at an expression or by length"
    )
    language: LanguageName | None = Field(
        None, description="language of this source, if known: no model is asked"
    )
    quality_profile: str | None = Field(
        None, description="rules for this source instead of quality.profile, for example code"
    )
    skip: tuple[Annotated[str, AfterValidator(_skippable)], ...] = Field(
        (), description="steps, and kinds of dedup, that do not apply to this source"
    )

    @model_validator(mode="after")
    def _different_fields(self) -> "Input":
        names = ("text_field", "id_field", "url_field")
        for i, name in enumerate(names):
            for other in names[i + 1 :]:
                if (same := getattr(self, name)) == getattr(self, other):
                    raise ValueError(
                        f"{name} and {other} are both {same!r}; give {other} another name"
                    )
        return self

    @model_validator(mode="after")
    def _sections_of_formats(self) -> "Input":
        if (self.records is not None) != (self.format in FETCHING):
            raise ValueError(
                f"records: the format {' or '.join(FETCHING)} needs it, for `base`, and no other "
                f"takes it; got the format {self.format}"
            )
        if self.posts is not None and self.format not in WITH_POSTS:
            raise ValueError(
                f"posts: the format {self.format} has none; name one that has "
                f"(`format:` {' or '.join(WITH_POSTS)}), or leave posts out"
            )
        if self.markup is not None and self.format not in MARKED and not is_own(self.format):
            raise ValueError(
                f"markup: it is that of the texts of {', '.join(MARKED)} (`format:`) and readers "
                f"of your own; got the format {self.format}"
            )
        if self.markup in PAGES and (self.join or self.split):
            raise ValueError(
                f"markup: {self.markup} becomes text after it is read, and is neither joined nor "
                "split before; read the documents/ of a run as parquet"
            )
        for name in ("join", "split"):
            if (
                getattr(self, name) is not None
                and self.format not in SHAPED
                and not (name == "split" and is_own(self.format))
            ):
                raise ValueError(
                    f"{name}: it takes a format of which all records are texts (`format:` "
                    f"{', '.join(SHAPED)}); got the format {self.format}. Of pages make texts by a "
                    "run of its own, and read its documents/ as parquet"
                )
        return self


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
_RUNNERS = r"direct|spark|dataflow|[\w.]+Runner"
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
    def _check(self) -> "_Config":
        names = [each.source for each in self.inputs]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"two inputs have the source name {doubled[0]!r}; give each its own")
        for each in self.inputs:
            if each.format == "dataset" and (each.skip or each.quality_profile or each.language):
                raise ValueError(
                    f"documents of the dataset {each.source!r} keep their own sources; "
                    "put skip, language and quality_profile under dataset_sources"
                )
        if not re.fullmatch(_RUNNERS, self.runner):
            raise ValueError(
                "runner is direct, spark, dataflow or the class of a Beam runner, for example "
                f"PrismRunner; got {self.runner!r}"
            )
        if self.runner == "direct" and self.runner_options:
            raise ValueError(
                "runner_options: the runner direct takes none, got "
                f"{min(self.runner_options)!r}; see workers, memory and unit_timeout"
            )
        if not names:
            raise ValueError("inputs is empty; name at least one path and source")
        if self.steps is not None:
            sections = frozenset(name for name in known_steps() if name in self.model_fields_set)
            check_list(self.steps, sections)
        return self

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
        ConfigError: one line for the first broken rule, with the file and the key.
    """
    content = read_sections(path)
    content |= {key: value for key, value in overrides.items() if value is not None}
    return build_config(content, str(path))


def read_sections(path: Path) -> dict[str, Any]:
    """Reads a YAML file that must hold a mapping of sections.

    Raises:
        ConfigError: the file cannot be read or holds something else.
    """
    try:
        content = load_yaml(read_yaml_text(path))
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}{relative_to(path)}); try `corpus init`"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not YAML: {error}") from error
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: must be a mapping of sections; try `corpus init`")
    return content


def build_config(content: dict[str, Any], where: str) -> Config:
    """Checks the content of a configuration; `where` names it in errors."""
    remember_secrets(content.get("runner_options"), content.get("storage_options"))
    try:
        return Config.model_validate(content)
    except ValidationError as error:
        raise ConfigError(f"{where}: {one_line(error, Config)}") from error
