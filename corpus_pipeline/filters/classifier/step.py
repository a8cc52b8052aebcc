"""*classifier*: how good a text is to a fastText model, or to whoever scored the input."""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from corpus_pipeline.batches import alive
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.classifier import cuts as cutting
from corpus_pipeline.filters.classifier import score as scoring
from corpus_pipeline.filters.gathering import Gathering
from corpus_pipeline.option_types import LanguageName
from corpus_pipeline.steps import Batch, Failures, Options, Resource, source_of
from corpus_pipeline.thresholds import exact_threshold

#: Options that are compared with the score of a document, and with the scores of all.
_LIMITS = ("enabled", "min_score", "max_score", "min_score_by_language", "keep_missing")
_SHARES = ("keep_top", "keep_bottom", "by", "min_documents")
#: Bins are numbered by int16.
MAX_BINS = 1000


class ClassifierOptions(Options):
    """Scores of a fastText model, or given ones, and what they decide."""

    model: str | None = Field(
        None, description="path of a supervised fastText model (.bin, .ftz); or give `column`"
    )
    model_sha256: str | None = Field(
        None, pattern="^[0-9a-fA-F]{64}$", description="SHA-256 that the model must have"
    )
    column: str | None = Field(
        None,
        description="score that the input has, in place of a model: a column, or metadata.FIELD",
    )
    columns: list[str] | dict[str, float] | None = Field(
        None,
        description="several scores in place of one: columns, or column: what it weighs in a mean",
    )
    combine: Literal["max", "min", "mean"] = Field(
        "max",
        description="how `columns` become one score; those that a document lacks are left out",
    )
    score_of: str | dict[str, float] | None = Field(
        None,
        description="label whose probability is the score; or label: value, and the score is the "
        "sum of probability times value; none: the probability of the likeliest label",
    )
    max_chars: int | None = Field(
        None, ge=1, description="the model sees so many characters from the beginning; none: all"
    )
    newline: str = Field(" ", max_length=10, description="what the model sees for a line feed")
    lowercase: bool = Field(False, description="the model sees the text in lower case")
    split_characters: bool = Field(
        False, description="each character of Chinese, Japanese, Thai, ... is a word to the model"
    )
    min_score: float | None = Field(
        None, allow_inf_nan=False, description="least score that is kept"
    )
    max_score: float | None = Field(
        None, allow_inf_nan=False, description="greatest score that is kept"
    )
    min_score_by_language: dict[LanguageName, float] = Field(
        {}, description="language: least score, in place of min_score"
    )
    keep_missing: bool = Field(True, description="keep documents that have no score")
    keep_top: float | None = Field(
        None, gt=0, le=1, description="share with the highest scores that is kept, 0 to 1"
    )
    keep_bottom: float | None = Field(
        None, gt=0, le=1, description="share with the lowest scores that is kept, 0 to 1"
    )
    bins: int | list[float] | None = Field(
        None,
        description="number of bins of equal weight; or the shares at which bins 1, 2, ... begin",
    )
    by: list[Literal["source", "language"]] = Field(
        ["source", "language"],
        description="shares and bins are of documents that have these in common; none: of all",
    )
    weight: Literal["documents", "characters"] = Field(
        "documents", description="what shares and bins are measured in"
    )
    min_documents: int = Field(
        1000,
        ge=1,
        description="groups with fewer documents are cut as the larger group they are part of",
    )

    @model_validator(mode="after")
    def _meant(self) -> "ClassifierOptions":
        if [self.model, self.column, self.columns].count(None) != 2:
            raise ValueError(
                "give one of model (a fastText model), column (scores of the input) and columns "
                "(several of them)"
            )
        self._check_columns()
        of_model = ("model_sha256", "score_of", "max_chars", "lowercase", "split_characters")
        given = [name for name in of_model if getattr(self, name)]
        if self.newline != " ":
            given.append("newline")
        if self.model is None and given:
            raise ValueError(f"{given[0]} says something of a model, and no model is named")
        if self.score_of in ("", {}):
            raise ValueError("score_of names no label")
        if self.keep_top is not None and self.keep_bottom is not None:
            raise ValueError("give either keep_top or keep_bottom")
        low, high = self.min_score, self.max_score
        if low is not None and high is not None and low > high:
            raise ValueError("min_score is greater than max_score: nothing would be kept")
        if len(set(self.by)) != len(self.by):
            raise ValueError("by names a group twice")
        _shares(self.bins)
        for name in ("keep_top", "keep_bottom"):
            _share(name, getattr(self, name))
        return self

    def _check_columns(self) -> None:
        columns = self.columns
        if columns is None:
            if self.combine != "max":
                raise ValueError("combine says how columns become one score; name them in columns")
            return
        if len(columns) < 2 or len(set(columns)) != len(columns):
            raise ValueError(
                "columns must name two or more, each once; one score is named by column"
            )
        if isinstance(columns, dict):
            if self.combine != "mean":
                raise ValueError(
                    f"columns have weights, and combine: {self.combine} has no use for them"
                )
            if not all(0 < weight < math.inf for weight in columns.values()):
                raise ValueError("weights of columns must be positive numbers")


def _share(name: str, value: float | None) -> Fraction | None:
    return None if value is None else exact_threshold(value, name)


def _shares(bins: int | list[float] | None) -> tuple[Fraction, ...]:
    """Returns where bins begin, as exact shares.

    Raises:
        ValueError: there are too few or too many, or shares are not ascending between 0 and 1.
    """
    if bins is None:
        return ()
    if isinstance(bins, int):
        if not 2 <= bins <= MAX_BINS:
            raise ValueError(f"bins must be from 2 to {MAX_BINS}, got {bins}")
        return cutting.equal_bins(bins)
    shares = tuple(exact_threshold(share, "bins") for share in bins)
    ascending = all(a < b for a, b in itertools.pairwise(shares))
    if not shares or len(shares) >= MAX_BINS or not ascending or shares[0] <= 0 or shares[-1] >= 1:
        raise ValueError("bins must be shares between 0 and 1 in ascending order")
    return shares


@cache
def _loaded(path: str, sha256: str | None) -> Any:
    """Returns a model, one of each in a process."""
    from corpus_pipeline.filters.fasttext.model import load_fasttext

    return load_fasttext(path, sha256)


#: Reason -> what is said of a document that is dropped for it.
_SENTENCES = {
    "classifier-score-missing": "it has no score of the classifier",
    "classifier-score-low": "the classifier gives it a score of {value:,}"
    "[; the rule {rule} asks for {limit:,} at least]",
    "classifier-score-high": "the classifier gives it a score of {value:,}"
    "[; the rule {rule} allows {limit:,}]",
    "classifier-below-share": "the classifier gives it a score of {value:,}, which is not "
    "among the highest of its group[; the run keeps {limit:%}]",
    "classifier-above-share": "the classifier gives it a score of {value:,}, which is not "
    "among the lowest of its group[; the run keeps {limit:%}]",
}


class Classifier(Gathering):
    """Scores documents, and drops them by score, share or bin."""

    name = "classifier"
    seconds_per_gigabyte = 60.0
    Options = ClassifierOptions
    columns = pa.schema(
        [
            *scoring.CLASSIFIER_MEASURES,
            pa.field(
                "classifier_bin",
                pa.int16(),
                metadata={
                    "meaning": "bin of the score among the documents of its group in the whole "
                    "run, 0 for the lowest; null without a score or without classifier.bins"
                },
            ),
        ]
    )
    sentences = _SENTENCES
    reasons = tuple(_SENTENCES)
    decided_reasons = ("classifier-below-share", "classifier-above-share")
    gathered = cutting.HISTOGRAM
    settled_as = cutting.CUTS
    options: ClassifierOptions

    @property
    def gathers(self) -> bool:  # type: ignore[override]
        """Whether anything is decided over the whole run."""
        options = self.options
        return bool(options.keep_top or options.keep_bottom or options.bins)

    def resources(self) -> Iterable[Resource]:
        """Yields the model."""
        if self.options.model is not None:
            yield Resource(
                self.options.model, "classifier.model", self.options.model_sha256, checked=True
            )

    def check_columns(self, before: pa.Schema) -> None:
        """Refuses a score that no step before it fills."""
        for name in self._weights:
            if not name.startswith("metadata.") and name not in before.names:
                key = "column" if self.options.columns is None else "columns"
                raise ConfigError(f"{self.title}.{key}: no step before it fills {name}")

    def check(self) -> None:
        """Refuses labels that the model lacks, and texts in another form than its card says."""
        if self.options.model is not None:
            from corpus_pipeline.filters.classifier.card import check_form

            self.open()
            check_form(self.options.model, self._model.sha256, self._form)

    def open(self) -> None:
        """Maps the model into memory."""
        self._model: Any = None
        if self.options.model is not None:
            from corpus_pipeline.filters.classifier import measure as measuring

            known = self.options.model_sha256 or self.context.digests.get(self.options.model)
            self._model = _loaded(self.options.model, known)
            self._values = measuring.label_values(self._model, self.options.score_of)
            self._measure = measuring.measure_classifier

    def apply(self, batch: Batch) -> Batch:
        """Fills label and score, and compares the score with the limits."""
        if self.options.column is not None:
            measures = scoring.given_scores(batch, self.options.column)
        elif self._model is None:
            measures = scoring.combined_scores(batch, self._weights, self.options.combine)
        else:
            measures = self._measure(batch["text"], self._model, self._form, self._values)
        failures = scoring.score_failures(measures, _langs(batch), self._limits)
        return self.failed(self.filled(batch, measures), failures)

    @property
    def judged_by(self) -> tuple[str, ...]:  # type: ignore[override]
        """The limits of scores, and what shares are kept where they are shares of documents."""
        return _LIMITS + (_SHARES if self.options.weight == "documents" else ())

    @property
    def gathers_stored(self) -> bool:  # type: ignore[override]
        """Documents can be counted again, but not the characters of texts."""
        return self.options.weight == "documents"

    def judge(self, rows: Batch) -> Failures:
        """Compares scores with the limits; `decide` compares them with shares."""
        return scoring.score_failures(rows, _langs(rows), self._limits)

    def limit(self, reason: str, row: Mapping[str, Any]) -> object:
        """Returns the limit of a score, or the share that is kept."""
        if reason == "classifier-score-low":
            return scoring.least_score(row.get("lang"), self._limits)
        option = {"classifier-score-high": "max_score", "classifier-below-share": "keep_top",
                  "classifier-above-share": "keep_bottom"}.get(reason)  # fmt: skip
        return None if option is None else getattr(self.options, option)

    def gather(self, batch: Batch) -> pa.RecordBatch:
        """Counts the alive documents of a batch by language and score."""
        batch = batch.filter(alive(batch))
        if not batch.num_rows:
            return cutting.merged_histograms([])
        weights = None
        if self.options.weight == "characters":
            weights = pc.utf8_length(batch["text"]).cast(pa.int64())
        return cutting.histogram(self._scores(batch), source_of(batch), _langs(batch), weights)

    def merged(self, tables: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
        """Adds up what was counted."""
        return cutting.merged_histograms(tables)

    def settled(self, table: pa.RecordBatch) -> pa.RecordBatch:
        """Finds the cuts of every source and language."""
        return cutting.cuts_of(table, self._rules)

    def decide(self, batch: Batch, settled: pa.RecordBatch) -> Batch:
        """Fills the bin, and compares the score with the cuts."""
        known = self.__dict__.get("_cuts")
        if known is None or known[0] is not settled:
            self._cuts = settled, cutting.cuts_by_group(settled)
        counted = alive(batch).to_numpy(zero_copy_only=False)
        decided = cutting.apply_cuts(
            self._scores(batch), source_of(batch), _langs(batch), counted, self._cuts[1],
            self._rules,
        )  # fmt: skip
        failures = {
            "classifier-below-share": decided.below,
            "classifier-above-share": decided.above,
        }
        return self.failed(self.filled(batch, {"classifier_bin": decided.bins}), failures)

    def figures(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool
    ) -> dict[str, Any]:
        """Adds the score."""
        score = row.get(self.column_name("classifier_score"))
        value = None if score is None else float(str(np.float32(score)))
        return {**super().figures(reason, row, text, known), "value": value}

    def explain(
        self, reason: str, row: Mapping[str, Any], text: str | None, known: bool = True
    ) -> str:
        """Says by which figures a document failed a rule."""
        column = self.column_name("classifier_score")
        score = row.get(column)
        if reason.endswith("score-missing") or score is None:
            return ""
        shown = f"{column} {np.float32(score)}"
        if not known:
            return shown
        if reason.endswith("score-low"):
            return f"{shown} < {scoring.least_score(row.get('lang'), self._limits)}"
        if reason.endswith("score-high"):
            return f"{shown} > {self.options.max_score}"
        top = reason.endswith("below-share")
        share = self.options.keep_top if top else self.options.keep_bottom
        group = " and ".join(self.options.by)
        return (
            f"{shown} is not in the {'highest' if top else 'lowest'} {share} of its "
            f"{group or 'run'}"
        )

    @property
    def _weights(self) -> Mapping[str, float]:
        """Columns with scores of the input, and what each weighs."""
        columns = self.options.columns
        if isinstance(columns, dict):
            return columns
        return dict.fromkeys(columns or filter(None, [self.options.column]), 1.0)

    @property
    def _form(self) -> scoring.TextForm:
        options = self.options
        return scoring.TextForm(
            options.max_chars, options.newline, options.lowercase, options.split_characters
        )

    @property
    def _limits(self) -> scoring.ScoreLimits:
        options = self.options
        return scoring.ScoreLimits(
            options.min_score,
            options.max_score,
            options.min_score_by_language,
            options.keep_missing,
        )

    @property
    def _rules(self) -> cutting.CutRules:
        options = self.options
        return cutting.CutRules(
            tuple(options.by),
            _share("keep_top", options.keep_top),
            _share("keep_bottom", options.keep_bottom),
            _shares(options.bins),
            options.min_documents,
        )

    def _scores(self, batch: Batch) -> pa.Array:
        return batch[self.column_name("classifier_score")]


def _langs(batch: Batch) -> pa.Array:
    """Returns the languages of documents; null where no step before has found them."""
    if "lang" in batch.schema.names:
        return batch["lang"]
    return pa.nulls(batch.num_rows, pa.string())
