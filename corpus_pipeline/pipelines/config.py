"""The configuration file: YAML into models that refuse what they do not know.

Every section is named after its stage. Sizes are bytes and may be written `32MB` or `4GiB`.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from corpus_pipeline.errors import ConfigError, relative_to
from corpus_pipeline.option_types import Label, LanguageName, Size
from corpus_pipeline.pipelines.config_messages import one_line
from corpus_pipeline.redaction import remember_secrets, storable
from corpus_pipeline.yaml_files import load_yaml, read_yaml_text

Skippable = Literal["language", "quality", "keywords", "perplexity", "document", "sentence"]


def _no_old_booleans(value: Any, place: str = "") -> Any:
    """Refuses words that YAML 1.1 took for booleans where nothing says what they are to be."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        _no_old_booleans(inner, f"{place}{key}: ")
    if isinstance(value, str) and value.lower() in ("yes", "no", "on", "off"):
        raise ValueError(f"{place}{value} is neither true nor false; write true or false")
    return value


_StorageOptions = Annotated[dict[str, dict[str, Any]], BeforeValidator(_no_old_booleans)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, content: Any) -> Any:
        """Lets a section without keys be empty: `quality:` with nothing below it."""
        return {} if content is None else content


class _Switched(_Section):
    enabled: bool = Field(True, description="false leaves this stage out")


class Input(_Section):
    """One source: files of one kind that share a name, a priority and rules."""

    path: str = Field(description="path, URL or glob pattern; a folder stands for all files in it")
    source: str = Field(description="name of this source in the ledger and in reports")
    format: Literal[
        "auto", "warc", "wet", "jsonl", "json", "parquet", "text", "html", "dataset"
    ] = Field(
        "auto",
        description="auto (by what the file holds), warc, wet, jsonl, json, parquet, text, html "
        "or dataset: a folder that an earlier run has written",
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
    url_field: str = Field("url", description="key or column of the document's address")
    language: LanguageName | None = Field(
        None, description="language of this source, if known: no model is asked"
    )
    quality_profile: str | None = Field(
        None, description="rules for this source instead of quality.profile, for example code"
    )
    skip: tuple[Skippable, ...] = Field(
        (), description="filters, and kinds of dedup, that do not apply to this source"
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


class Plan(_Section):
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


class Read(_Section):
    """Reading of records."""

    max_document_bytes: Size = Field(
        10 * 2**20, le=2**30, description="larger records are rejected; at most 1GiB"
    )
    batch_bytes: Size = Field(4 * 2**20, le=16 * 2**20, description="text in one batch")


class Extract(_Switched):
    """HTML to main text, character sets, Unicode normalisation."""

    max_html_bytes: Size = Field(
        10 * 2**20, le=256 * 2**20, description="larger pages are rejected; at most 256MiB"
    )
    timeout: float = Field(
        60.0, gt=0, le=86400, description="seconds that the parser may take for one page"
    )


class Language(_Switched):
    """Language identification."""

    model: str | None = Field(None, description="fastText model; default: lid.176.ftz")
    model_sha256: str | None = Field(None, description="refuses a model of another sha256")
    merge: dict[LanguageName, tuple[Label, ...] | None] = Field(
        default_factory=dict,
        description="name -> languages counted as one, for example hbs: [hr, sr, bs, sh]; null: "
        "the members that ISO 639-3 gives it",
    )
    keep: tuple[Label, ...] | None = Field(
        None, description="languages to keep, for example [en, zh]; default: all"
    )
    min_score: float | None = Field(
        None,
        ge=0,
        le=1,
        description="least confidence; default: by language as learnt for lid.176, else 0.65",
    )
    min_score_by_language: dict[Label, float] = Field(
        default_factory=dict, description="language -> least confidence"
    )
    sample_chars: int = Field(1000, gt=0, description="characters of a document that are looked at")


class Quality(_Switched):
    """Heuristic quality rules."""

    profile: str = Field("default", description="default, gopher, c4, fineweb, code or a YAML file")


class Keywords(_Switched):
    """Word lists."""

    lists: str | None = Field(
        None, description="folder of LANGUAGE.txt files; default: the shipped LDNOOBW lists"
    )
    max_hits: int | None = Field(None, ge=0, description="listed words in a document; null: any")
    max_distinct: int | None = Field(10, ge=0, description="different ones; null: any")
    max_hits_per_1000_chars: float | None = Field(5.0, ge=0, description="density; null: any")


class Perplexity(_Switched):
    """KenLM perplexity."""

    models: dict[LanguageName, str] = Field(
        default_factory=dict,
        description="language -> KenLM binary, its .json beside it; default: the shipped en, zh",
    )
    max_perplexity: dict[LanguageName, float] = Field(
        default_factory=dict, description="language -> limit; default: the one in the model's .json"
    )
    max_chars: int | None = Field(20000, gt=0, description="characters of a document to score")


class Exact(_Switched):
    """Exact duplicates of the white-space-normalised text."""


class Document(_Switched):
    """Near duplicates by MinHash LSH, verified by Jaccard similarity."""

    bands: int = Field(14, gt=0, description="bands of MinHash; more of them find more pairs")
    rows: int = Field(8, gt=0, description="hashes in a band; fewer of them find more pairs")
    word_ngram: int = Field(5, gt=0, description="words compared together")
    char_ngram: int = Field(8, gt=0, description="the same in characters, for unspaced scripts")
    threshold: float = Field(0.7, gt=0, le=1, description="least Jaccard similarity of near copies")
    prefer: Literal["longest", "shortest", "none"] = Field(
        "longest", description="which of near copies stays, where priorities are the same"
    )
    cluster: Literal["kept", "components"] = Field(
        "kept",
        description="kept: a document goes if one that stays is similar; components: of all that "
        "chains of similar pairs connect one stays",
    )


class Contamination(_Switched):
    """Documents that hold items of evaluation sets."""

    evaluations: tuple[str, ...] = Field(
        (), description="files of evaluation items: JSONL or Parquet, compressed or not"
    )
    text_fields: tuple[str, ...] = Field(
        ("prompt", "question", "text", "input", "answer", "choices", "options"),
        description="keys whose texts make up an item; texts in lists and mappings are joined",
    )
    answer_fields: tuple[str, ...] = Field(
        ("answer", "choices", "options"),
        description="those of them that count only beside another one of the same item",
    )
    id_field: str = Field("id", description="key of an item's id, which the ledger names")
    action: Literal["drop", "cut"] = Field(
        "drop",
        description="drop the document, or cut the sentences out of it that hold the item",
    )
    ngram: int = Field(8, gt=0, description="words compared together")
    char_ngram: int = Field(12, gt=0, description="the same in characters, for unspaced scripts")
    min_coverage: float = Field(
        0.3,
        ge=1e-6,
        le=1,
        description="share of what an item weighs that a contaminated document holds",
    )
    max_documents: int = Field(
        20,
        ge=1,
        description="documents that may hold the same words of an item; in more of them these "
        "words count as a quotation, unless nearly all of the item is there",
    )


class Sentence(_Switched):
    """Sentences that occur in other documents too."""

    span: int = Field(3, gt=0, description="consecutive sentences compared together")
    min_words: int = Field(12, gt=0, description="shorter spans are left alone")
    max_loss: float = Field(
        0.5,
        gt=0,
        le=1,
        description="share of its characters that a document may lose; one that would lose more "
        "loses none",
    )


class Dedup(_Switched):
    """Removal of what occurs twice."""

    exact: Exact = Exact()
    document: Document = Document()
    contamination: Contamination = Contamination()
    sentence: Sentence = Sentence()


class Scrub(_Switched):
    """Personal data, replaced by typed placeholders."""

    entities: tuple[str, ...] = Field(
        ("EMAIL_ADDRESS", "PHONE_NUMBER", "IP_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "CN_ID"),
        description="kinds of personal data that are replaced",
    )
    regions: tuple[str, ...] = Field(
        ("US", "GB", "CN", "DE", "FR", "IN"),
        description="regions whose national phone numbers are recognised",
    )
    placeholder: str = Field("<{entity}>", description="replacement; {entity} is the type")
    keep_private_ips: bool = Field(True, description="leaves 10.0.0.1 and the like as they are")


class Tokenize(_Switched):
    """BPE tokens in Arrow shards."""

    tokenizer: str | None = Field(None, description="a tokenizer.json; default: the shipped one")
    tokenizer_sha256: str | None = Field(None, description="refuses a file of another sha256")
    eos_token: str = Field("<|endoftext|>", description="token that ends each document")
    control_tokens: tuple[str, ...] | None = Field(
        None,
        description="added tokens that no text turns into, besides those marked special; default: "
        "those named in brackets, as <tool_call>, less HTML elements",
    )
    engine: Literal["auto", "gigatoken", "tokenizers"] = Field(
        "auto", description="who encodes; the ids are those of tokenizers"
    )


#: Names of runners: ours, or a class of Beam's by itself or with its modules.
_RUNNERS = r"direct|spark|dataflow|[\w.]+Runner"
#: Keys that say where, how and how fast a run is made, and nothing of what comes out.
_HOW = (
    "output", "runner", "runner_options", "storage_options", "workers", "memory", "unit_timeout",
    "max_errors", "allow_unreadable", "preflight_timeout",
)  # fmt: skip


class Config(_Section):
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
    plan: Plan = Plan()
    read: Read = Read()
    extract: Extract = Extract()
    language: Language = Language()
    quality: Quality = Quality()
    keywords: Keywords = Keywords()
    perplexity: Perplexity = Perplexity()
    dedup: Dedup = Dedup()
    scrub: Scrub = Scrub()
    tokenize: Tokenize = Tokenize()

    @model_validator(mode="after")
    def _check(self) -> "Config":
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
        return self

    def rules_by_source(self) -> dict[str, Input]:
        """Returns the input section of every source that documents may name."""
        return {each.source: each for each in (*self.dataset_sources, *self.inputs)}

    def resolved(self) -> dict[str, Any]:
        """Returns everything that the output depends on: all but where and how fast it is made."""
        content = self.model_dump(mode="json")
        for place in _HOW:
            del content[place]
        content["inputs"] = sorted(content["inputs"], key=lambda each: str(each["source"]))
        stored: dict[str, Any] = storable(content)
        return stored


#: Sections that switch a stage on and off, in the order of the flow.
STAGES: tuple[str, ...] = tuple(
    name
    for name, field in Config.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, _Switched)
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
