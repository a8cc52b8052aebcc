"""Sections of an input: which records are read, and what documents are made of them."""

import os
from typing import Annotated

from pydantic import Field, model_validator

from corpus_pipeline.sources.posts import Join, PostOptions
from corpus_pipeline.sources.selection import Selection
from corpus_pipeline.sources.shapes import Found, JoinOptions, SplitOptions, root_of
from corpus_pipeline.steps import Section

_Length = Annotated[int, Field(gt=0)]


class SplitSection(Section):
    """Where documents are cut into segments, each a document of its own."""

    at: str = Field(
        "", description="a regular expression (RE2); texts are cut at what it finds, with a length "
        "where the segments become longest",
    )  # fmt: skip
    found: Found = Field(
        "removed",
        description="what the expression finds is removed, begins the next segment, or ends the "
        "one before it",
    )
    max_chars: _Length | None = Field(None, description="characters of a segment at most")
    max_words: _Length | None = Field(None, description="words of a segment at most")
    overlap: int = Field(
        0,
        ge=0,
        description="characters or words of a segment that the next one repeats, where a length "
        "cuts it and not the expression; at most half of the length",
    )

    @model_validator(mode="after")
    def _check(self) -> "SplitSection":
        if not self.options().cuts:
            raise ValueError("name a place (`at`) or a length (`max_chars`, `max_words`)")
        return self

    def options(self) -> SplitOptions:
        """Returns what the reader is told."""
        return SplitOptions(**self.model_dump())


class JoinSection(Section):
    """Which records make one document."""

    by: str = Field(
        min_length=1, description="the field (id, url or one of metadata) that they have in common"
    )
    folders: int | None = Field(
        None,
        ge=0,
        description="the field is a path, of which the first so many folders count; 0: all files "
        "of an archive",
    )
    order: str = Field(
        "", description="the field by which they are sorted; default: as they stand in the files"
    )
    separator: str = Field("\n\n", description="stands between two of them")
    title: str = Field(
        "", description="stands before the first one; {NAME} is a field, {group} what they share"
    )
    heading: str = Field("", description="stands before each of them; {NAME} is a field of it")
    max_chars: _Length | None = Field(
        None, description="characters of a document, after which another one begins"
    )
    max_records: _Length | None = Field(None, description="the same in records")

    def options(self, path: str) -> JoinOptions:
        """Returns what the reader is told; `path` is that of the input."""
        return JoinOptions(**self.model_dump(), root=root_of(os.path.expanduser(path)))


class PostsSection(Section):
    """Which posts of a forum are documents."""

    join: Join = Field(
        "none",
        description="none: each post by itself; thread: the first post and all replies; replies: "
        "each reply to the first post with all below it; parent: each reply behind what it answers",
    )
    min_score: int | None = Field(
        None, description="posts with a lower score, or none, are left out"
    )
    over_18: bool = Field(False, description="threads marked as unfit for minors are read")
    bots: bool = Field(False, description="posts of bots are read")

    def options(self) -> PostOptions:
        """Returns what the reader is told."""
        return PostOptions(**self.model_dump())


class CardSection(Section):
    """Which files of a dataset with a card (README.md) of the Hugging Face Hub are read."""

    config: str | None = Field(
        None, description="name of a configuration of the card; default: its default, or only one"
    )
    split: str | None = Field(None, description="name of a split; default: all")


class RecordsSection(Section):
    """Which records of an index of web archives are read."""

    base: str = Field(description="folder or URL before the names of archives in the index")
    mimes: tuple[str, ...] = Field((), description="media types, as text/html; default: all")
    statuses: tuple[int, ...] = Field((), description="HTTP statuses; default: all")
    url_prefixes: tuple[str, ...] = Field((), description="beginnings of addresses; default: all")
    languages: tuple[str, ...] = Field(
        (), description="main languages, in the codes of the index (deu); default: all"
    )

    def options(self) -> Selection:
        """Returns what the reader is told."""
        return Selection(**self.model_dump())
