"""*keywords*: hits of word lists, and limits on them."""

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import Field

from corpus_pipeline.filters.figures import compared
from corpus_pipeline.filters.keywords.columns import (
    KEYWORD_MEASURES,
    KEYWORD_REASONS,
    KEYWORD_SENTENCES,
    LINES_COLUMN,
)
from corpus_pipeline.package_files import package_file
from corpus_pipeline.steps import Batch, Failures, Options, Resource, Step, made

if TYPE_CHECKING:
    from corpus_pipeline.filters.keywords.measures import KeywordMatcher, KeywordRules


#: Column of *quality* with the length of a text in characters.
_LENGTH = "text_chars"
#: Reason -> option.
_LIMITS = {
    "keywords-too-many": "max_hits",
    "keywords-too-varied": "max_distinct",
    "keywords-too-dense": "max_hits_per_1000_chars",
    "keywords-too-varied-for-lines": "max_distinct_per_line",
}


class KeywordSection(Options):
    """Word lists."""

    lists: str | None = Field(
        None, description="folder of LANGUAGE.txt files; default: the shipped LDNOOBW lists"
    )
    max_hits: int | None = Field(None, ge=0, description="listed words in a document; null: any")
    max_distinct: int | None = Field(10, ge=0, description="different ones; null: any")
    max_hits_per_1000_chars: float | None = Field(5.0, ge=0, description="density; null: any")
    max_distinct_per_line: float | None = Field(
        None, ge=0, description="different ones for each line of the document; null: any"
    )


class Keywords(Step):
    """Fills the keyword measures and judges them."""

    name = "keywords"
    Options = KeywordSection
    options: KeywordSection
    columns = KEYWORD_MEASURES
    optional_columns = LINES_COLUMN
    reasons = KEYWORD_REASONS
    sentences = KEYWORD_SENTENCES
    default = True
    imports = ("corpus_pipeline.filters.keywords.measures",)
    judged_by = ("enabled", "max_hits", "max_distinct", "max_hits_per_1000_chars")

    def all_columns(self) -> Iterator[pa.Field]:
        """Yields the counts, and that of lines where a limit asks for it."""
        limited = self.options.max_distinct_per_line is not None
        for field in chain(self.columns, self.optional_columns if limited else ()):
            yield field.with_name(self.column_name(field.name))

    def resources(self) -> Iterator[Resource]:
        """Yields the folder of lists."""
        yield Resource(
            self.options.lists or package_file("filters/words/ldnoobw"), "keywords.lists"
        )

    def check(self) -> None:
        """Refuses names of files that are no language, and limits that cannot be."""
        from corpus_pipeline.filters.keywords.measures import find_word_lists

        find_word_lists(self.options.lists)
        _ = self.rules

    @cached_property
    def rules(self) -> "KeywordRules":
        """The limits."""
        from corpus_pipeline.filters.keywords.measures import KeywordRules

        given = self.options.model_dump(exclude={"enabled", "lists"})
        rules: KeywordRules = made("keywords", KeywordRules, **given)
        return rules

    def open(self) -> None:
        """Builds the automata."""
        lists = self.options.lists
        self._matcher = _matcher(lists, self.context.digests.get(lists or ""))

    def apply(self, batch: Batch) -> Batch:
        """Measures and judges one batch."""
        from corpus_pipeline.filters.keywords.measures import (
            count_lines,
            keyword_failures,
            measure_keywords,
        )
        from corpus_pipeline.text.scripts import labels_or_scripts

        langs = labels_or_scripts(batch["lang"], batch["text"])
        measures = measure_keywords(batch["text"], langs, self._matcher)
        if self.options.max_distinct_per_line is not None:
            lines = count_lines(batch["text"])
            measures = measures.append_column(self.optional_columns.field(0), lines)
        chars = pc.fill_null(pc.utf8_length(batch["text"]), 0).to_numpy().astype(np.int64)
        return self.failed(
            self.filled(batch, measures), keyword_failures(measures, chars, self.rules)
        )

    @property
    def judged_columns(self) -> tuple[str, ...]:
        """The hits, and the length of the text as *quality* has counted it."""
        return (*(field.name for field in self.all_columns()), _LENGTH)

    def judge(self, rows: Batch) -> Failures:
        """Compares the hits with the limits; without a length nothing is too dense."""
        from corpus_pipeline.filters.keywords.measures import keyword_failures

        # No more than there are characters in a text, so the product fits 64 bits.
        chars = pc.fill_null(rows[_LENGTH], np.iinfo(np.int32).max).to_numpy().astype(np.int64)
        return keyword_failures(rows, chars, self.rules)

    def untold(self, rows: Batch) -> NDArray[np.bool_]:
        """Says which documents have hits and no length, so that their density is unknown."""
        from corpus_pipeline.filters.keywords.measures import keyword_failures

        no_length = rows[_LENGTH].is_null().to_numpy(zero_copy_only=False)
        # Of a text of no characters any hit is too dense.
        failures = keyword_failures(rows, np.zeros(rows.num_rows, np.int64), self.rules)
        untold: NDArray[np.bool_] = no_length & failures["keywords-too-dense"]
        return untold

    def limit(self, reason: str, row: Mapping[str, Any]) -> object:
        """Returns the limit of a rule."""
        return getattr(self.options, _LIMITS[reason])

    def figures(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool
    ) -> dict[str, Any]:
        """Adds how dense the listed words are, for the rules of that."""
        values = super().figures(reason, row, text, known)
        if reason == "keywords-too-dense" and text:
            values["value"] = 1000 * (row.get("keyword_hits") or 0) / len(text)
        if reason == "keywords-too-varied-for-lines" and row.get("keyword_lines"):
            values["value"] = (row.get("keyword_distinct") or 0) / row["keyword_lines"]
        return values

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says how many listed words there are."""
        hits, distinct = (row.get(f"keyword_{name}") or 0 for name in ("hits", "distinct"))
        limits = self.options if known else KeywordSection(
            max_hits=None, max_distinct=None, max_hits_per_1000_chars=None,
            max_distinct_per_line=None,
        )  # fmt: skip
        if reason == "keywords-too-many":
            return f"keyword_hits {compared(hits, '>', limits.max_hits)}"
        if reason == "keywords-too-varied":
            return f"keyword_distinct {compared(distinct, '>', limits.max_distinct)}"
        if reason == "keywords-too-varied-for-lines":
            lines = row.get("keyword_lines") or 1
            share = compared(distinct / lines, ">", limits.max_distinct_per_line)
            return f"keyword_distinct/keyword_lines {distinct}/{lines} = {share}"
        if not text:
            return f"keyword_hits {hits}"
        density = compared(1000 * hits / len(text), ">", limits.max_hits_per_1000_chars)
        return f"keyword_hits for each 1,000 characters 1000 x {hits}/{len(text)} = {density}"


@cache
def _matcher(lists: str | None, sha256: str | None) -> "KeywordMatcher":
    """Returns the automata of a folder of word lists (None: the shipped ones), once per process."""
    from corpus_pipeline.filters.keywords.measures import load_word_lists

    return load_word_lists(lists)
