"""*lines*: removes lines that are no text, before texts are measured."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from corpus_pipeline.batches import alive
from corpus_pipeline.errors import Mistakes, ResourceError
from corpus_pipeline.filters.lines.columns import (
    LINE_MEASURES,
    LINE_REASONS,
    LINE_SENTENCES,
    RULES,
)
from corpus_pipeline.filters.lines.options import LinesOptions
from corpus_pipeline.package_files import package_file
from corpus_pipeline.steps import Batch, Resource, Step

if TYPE_CHECKING:
    from corpus_pipeline.filters.keywords.measures import KeywordMatcher


class Lines(Step):
    """Removes lines by the rules that are on; drops documents that would lose too much.

    A dropped document, by this step or one before, keeps its text as it was, so that people see
    what was judged; its counts say what would have gone.
    """

    name = "lines"
    Options = LinesOptions
    options: LinesOptions
    columns = LINE_MEASURES
    seconds_per_gigabyte = 9.0
    reasons = LINE_REASONS
    sentences = LINE_SENTENCES
    edits_living = True
    summed = tuple(field.name for field in LINE_MEASURES if pa.types.is_integer(field.type))

    def resources(self) -> Iterable[Resource]:
        """Yields the file of patterns."""
        if self.options.patterns_file is not None:
            yield Resource(self.options.patterns_file, "lines.patterns_file", checked=True)
        if self.options.max_listed_words is not None:
            lists = self.options.word_lists or package_file("filters/words/ldnoobw")
            yield Resource(lists, "lines.word_lists")

    def check(self) -> None:
        """Refuses patterns that RE2 cannot compile, and lists that are none."""
        from corpus_pipeline.filters.keywords.measures import find_word_lists
        from corpus_pipeline.filters.lines.phrases import check_pattern

        if self.options.max_listed_words is not None:
            find_word_lists(self.options.word_lists)
        found = Mistakes()
        for index, pattern in enumerate(self.options.patterns):
            with found.looking():
                check_pattern(pattern, f"lines.patterns.{index}")
        with found.looking():
            self._read_patterns()
        found.refuse()

    def _read_patterns(self) -> tuple[str, ...]:
        from corpus_pipeline.filters.lines.phrases import check_pattern, load_patterns

        path = self.options.patterns_file
        if path is None:
            return ()
        patterns, digest = load_patterns(path)
        if digest != self.context.digests.get(path, digest):
            raise ResourceError(f"{path}: the patterns changed since the run began; run again")
        found = Mistakes()
        for number, pattern in patterns.items():
            with found.looking():
                check_pattern(pattern, f"{path}, line {number}")
        found.refuse()
        return tuple(patterns.values())

    def open(self) -> None:
        """Reads the file of patterns, and the word lists."""
        from corpus_pipeline.filters.keywords.measures import load_word_lists

        self._patterns = self._read_patterns()
        self._words: KeywordMatcher | None = None
        if self.options.max_listed_words is not None:
            self._words = load_word_lists(self.options.word_lists)

    def apply(self, batch: Batch) -> Batch:
        """Fills the measures, adds failures, and edits the texts of documents that stay."""
        from corpus_pipeline.filters.lines.edits import (
            Listed,
            edit_texts,
            find_lines,
            line_failures,
            measure_lines,
        )
        from corpus_pipeline.text.scripts import labels_or_scripts

        texts = batch["text"]
        listed = None
        if self._words is not None:
            listed = Listed(self._words, labels_or_scripts(batch["lang"], texts))
        lines = find_lines(texts, self.options, self._patterns, listed)
        measures = measure_lines(lines)
        batch = self.failed(batch, line_failures(measures, self.options))
        if not self.options.remove:
            return self.filled(batch, measures)
        rows = alive(batch).to_numpy(zero_copy_only=False)
        edited = edit_texts(texts, lines, rows, self.options.max_blank_lines)
        return self.filled(batch.set_column(batch.schema.names.index("text"), "text", edited),
                           measures)  # fmt: skip

    def figures(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool
    ) -> dict[str, Any]:
        """Adds the share of the words that would go."""
        values = super().figures(reason, row, text, known)
        if row.get("lines_words_before"):
            values["value"] = (row.get("lines_removed_words") or 0) / row["lines_words_before"]
        return values

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says how many lines and words would go, by which rules, and where the first are."""
        counts = {name: row.get(self.column_name(name)) for name in LINE_MEASURES.names}
        removed, before = counts["lines_removed"] or 0, counts["lines_before"]
        if not removed and not counts["lines_removed_words"]:
            return ""
        by_rule = ", ".join(
            f"{rule.replace('_', ' ')} {counts[f'lines_removed_{rule}']}"
            for rule in RULES
            if counts[f"lines_removed_{rule}"]
        )
        said = f"lines_removed {removed} of {before}"
        if reason == LINE_REASONS[0] and counts["lines_words_before"]:
            words, total = counts["lines_removed_words"], counts["lines_words_before"]
            limit = self.options.max_removed_words if known else None
            over = "" if limit is None else f" > {limit}"
            said = f"lines_removed_words/lines_words_before {words}/{total} = " \
                   f"{words / total:.3g}{over}"  # fmt: skip
        if reason == LINE_REASONS[1] and known and before:
            said = "; ".join(
                f"lines_removed_{rule}/lines_before {counts[f'lines_removed_{rule}']}/{before} = "
                f"{counts[f'lines_removed_{rule}'] / before:.3g} > {share}"
                for rule, share in self.options.max_lines.items()
                if counts[f"lines_removed_{rule}"] > share * before
            )
        numbers = counts["lines_removed_at"] or []
        where = ", ".join(map(str, numbers)) + (", …" if removed > len(numbers) else "")
        return f"{said}: {by_rule}; lines {where}" if by_rule else said
