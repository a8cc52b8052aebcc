"""The section of one input: where its files lie, how they are read, and which rules are its own."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from corpus_pipeline.config.input_sections import (
    CardSection,
    JoinSection,
    PostsSection,
    RecordsSection,
    SplitSection,
)
from corpus_pipeline.dedup.matches import MATCHES
from corpus_pipeline.extensions.readers import is_own
from corpus_pipeline.flow import known_steps
from corpus_pipeline.nearest import meant
from corpus_pipeline.option_types import LanguageName
from corpus_pipeline.sources.formats import FETCHING, FORMATS, MARKED, SHAPED, WITH_POSTS
from corpus_pipeline.sources.shapes import PAGES, Markup
from corpus_pipeline.steps import Section

#: Kinds of dedup that a source may be left out of.
_KINDS = tuple(match.kind for match in MATCHES if match.skippable)
#: Steps that every document passes.
_NEVER_SKIPPED = ("read", "extract", "dedup", "tokenize")


def skippable_names() -> tuple[str, ...]:
    """Names the steps and the kinds of dedup that a source may be left out of."""
    return (*(step for step in known_steps() if step not in _NEVER_SKIPPED), *_KINDS)


def _skippable(name: str) -> str:
    """Refuses what no source can be left out of."""
    known = skippable_names()
    if name not in known:
        hint = meant(name, known, f"a source may skip {', '.join(known)}")
        raise ValueError(f"{name!r} cannot be skipped; {hint}")
    return name


def _format(name: str) -> str:
    """Refuses formats that nobody reads."""
    known = ("auto", *FORMATS, "dataset")
    if name not in known and not is_own(name):
        hint = meant(name, known, f"it is one of {', '.join(known)}")
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
