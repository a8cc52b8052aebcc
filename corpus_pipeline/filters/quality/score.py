"""One score of quality from many measures: points for each, added up.

The rules of the published corpora look at one measure each, so a page that is a little short of
words, of sentences and of function words passes them all. The score adds such small signs up. It is
a scorecard: each measure, as a ratio, gives points by a line through a few knots, 0 for the median
of good pages, less for what bad pages have more of. All arithmetic is on integers, so a document
has one score on every machine.

    words / sentence     4 ── 8 ── 12 ─── 16 ──────── 24 ───────────────── 40
    points             -59   -49  -30    -5          17                   33

Languages differ in how many words a sentence has, how many of them are function words or have a
capital. So a ratio is compared with the language's usual one before it is looked up; where that is
unknown, or the language has no capitals, the measure gives 0. A language that the table does not
name has no score, and a null score fails no rule.

The knots and points are in profiles/score.yaml, made by `training`.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.text.languages import Figures, figures_for
from corpus_pipeline.yaml_files import load_yaml

#: Ratios are integers in millionths.
UNIT = 10**6
#: In scripts without spaces a character is a word: more than twice as many to a sentence.
_UNSPACED = 2
#: A ratio above a million is a million.
_HIGHEST = UNIT * 10**6
#: What the median good page of every measure has; scores are cut to 0 to 1,000.
BASE = 500
#: A usual share below this says that the script has no such thing.
_LEAST_USUAL = UNIT // 50


class Feature(NamedTuple):
    """A ratio of two measures."""

    name: str
    measure: str
    per: str | None = None
    usual: str | None = None
    """The `USUAL` that a language's ratio is compared with; None compares with nothing."""
    spaced: bool = False
    """It says nothing in scripts without spaces, which count characters otherwise."""


#: What the score looks at.
FEATURES = (
    Feature("words per sentence", "words", "sentences", "words per sentence"),
    Feature("words", "words", None, "words per sentence"),
    Feature("stop words", "stop_word_occurrences", "words", "stop words"),
    Feature("capital words", "capital_words", "words", "capital words"),
    Feature("letters", "letters", "word_chars", "letters"),
    Feature("short lines", "short_lines", "lines", spaced=True),
    Feature("sentences kept by C4", "c4_kept_sentences", "sentences"),
    Feature("brackets", "brackets", "sentences", spaced=True),
    Feature("page words", "page_words", "words"),
    Feature("repeated 5-grams", "duplicate_5_gram_chars", "word_chars"),
)

#: What is usual in a language, by the name that the table gives it.
USUAL = (
    Feature("words per sentence", "words", "sentences"),
    Feature("stop words", "stop_word_occurrences", "words"),
    Feature("capital words", "capital_words", "words"),
    Feature("letters", "letters", "word_chars"),
)


@dataclasses.dataclass(frozen=True)
class ScoreModel:
    """Knots and points of each feature, and what is usual in each language."""

    knots: Mapping[str, tuple[int, ...]]
    """Ratios in millionths, rising, by the feature's name."""
    points: Mapping[str, tuple[int, ...]]
    """Points at each knot; between two knots the line that joins them."""
    usual: Mapping[str, Mapping[str, int | None]]
    """By language, then by the name in `USUAL`, in millionths; None where the language has none."""
    reference: str = "en"
    """The language that the knots are written for."""


@cache
def load_score_model() -> ScoreModel:
    """Loads profiles/score.yaml (once per process).

    >>> model = load_score_model()
    >>> list(model.points) == [feature.name for feature in FEATURES], "zh" in model.usual
    (True, True)
    """
    text = (
        resources.files("corpus_pipeline.filters")
        .joinpath("profiles/score.yaml")
        .read_text("utf-8")
    )
    return parse_score_model(text)


def parse_score_model(text: str) -> ScoreModel:
    """Reads the text of a table as `train_quality` writes it."""
    table = load_yaml(text)
    features = table["features"]
    names = tuple(usual.name for usual in USUAL)
    return ScoreModel(
        {
            name: tuple(round(knot * UNIT) for knot in each["knots"])
            for name, each in features.items()
        },
        {name: tuple(each["points"]) for name, each in features.items()},
        {
            language: {
                name: None if value is None else round(value * UNIT)
                for name, value in zip(names, values, strict=True)
            }
            for language, values in table["languages"].items()
        },
    )


def feature_ratios(
    measures: pa.RecordBatch, langs: Sequence[str | None], model: ScoreModel
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Computes the ratios of N documents, compared with what is usual in their languages.

    Args:
        measures: N rows with the columns that `FEATURES` names.
        langs: N language codes.
        model: gives what is usual.

    Returns:
        (int64[F, N] in millionths, bool[F, N]: the ratio says something in this language).
    """
    # Per language, not per document: a batch has few languages and many documents.
    codes = {code: number for number, code in enumerate(dict.fromkeys(langs))}
    rows = np.fromiter((codes[code] for code in langs), np.int64, len(langs))
    named = (_languages(model).find(code, by_writing=True) for code in codes)
    known = [None if name is None else model.usual[name] for name in named]
    reference = model.usual[model.reference]
    ratios = np.zeros((len(FEATURES), len(langs)), np.int64)
    says = np.zeros((len(FEATURES), len(langs)), np.bool_)
    factors: dict[str, NDArray[np.int64]] = {}
    for usual in USUAL:
        base = reference[usual.name] or 0
        each = [_factor(base, None if table is None else table[usual.name]) for table in known]
        factors[usual.name] = np.array(each, np.int64)[rows]
    spaced = factors["words per sentence"] * _UNSPACED > 1000
    for row, feature in enumerate(FEATURES):
        ratio = _integers(measures, feature.measure) * UNIT
        if feature.per is not None:
            ratio //= np.maximum(_integers(measures, feature.per), 1)
        ratio = np.minimum(ratio, _HIGHEST)
        says[row] = np.asarray(measures.column(feature.measure).is_valid())
        if feature.spaced:
            says[row] &= spaced
        if feature.usual is not None:
            factor = factors[feature.usual]
            ratio = ratio * factor // 1000
            says[row] &= factor > 0
        ratios[row] = ratio
    return ratios, says


def _factor(base: int, usual: int | None) -> int:
    """Thousandths by which a ratio is multiplied so that the usual one becomes `base`; 0: none."""
    if usual is None or usual < _LEAST_USUAL:
        return 0
    return base * 1000 // usual


def feature_points(
    measures: pa.RecordBatch, langs: Sequence[str | None], model: ScoreModel
) -> NDArray[np.int64]:
    """Returns int64[F, N]: the points of each of `FEATURES`, 0 where it says nothing."""
    ratios, says = feature_ratios(measures, langs, model)
    points = np.zeros(ratios.shape, np.int64)
    for row, feature in enumerate(FEATURES):
        if feature.name not in model.knots:
            continue  # a table made before this feature
        knots = np.array(model.knots[feature.name], np.int64)
        heights = np.array(model.points[feature.name], np.int64)
        ratio = np.clip(ratios[row], knots[0], knots[-1])
        right = np.clip(np.searchsorted(knots, ratio, "right"), 1, len(knots) - 1)
        run, rise = knots[right] - knots[right - 1], heights[right] - heights[right - 1]
        points[row] = heights[right - 1] + rise * (ratio - knots[right - 1]) // run
    return points * says


def score_quality(measures: pa.RecordBatch, langs: pa.Array) -> pa.Array:
    """Scores documents by their measures.

    Args:
        measures: N rows with the columns that `FEATURES` names, taken of prose.
        langs: `string`, N language codes.

    Returns:
        `int32`, N scores from 0 to 1,000, 500 for the median good page; null where the measures
        are null or the language is unknown.

    >>> from corpus_pipeline.filters.quality.measures import measure_quality
    >>> texts = pa.array([
    ...     "Buy now\\nCheap Watches\\nContact Us\\nHome | About | Login\\n" * 9,
    ...     "The plan of the town is to have a bridge over the river, and it will be long. " * 2
    ...     + "That is what we know of it, and the council will say more in the spring.",
    ... ])
    >>> langs = pa.array(["en", "en"])
    >>> bad, good = score_quality(measure_quality(texts, langs, prose=True), langs).to_pylist()
    >>> bad < 300 < good
    True
    """
    model = load_score_model()
    codes = langs.to_pylist()
    scored = _languages(model).of_column(langs, by_writing=True) >= 0
    total = BASE + feature_points(measures, codes, model).sum(axis=0)
    values = np.clip(total, 0, 2 * BASE).astype(np.int32)
    return pa.array(values, mask=~scored | np.asarray(measures.column("sentences").is_null()))


def explain_score(measures: Mapping[str, int | None], lang: str | None) -> dict[str, int]:
    """Returns the points of each feature of one document, the lowest first; empty if unscored.

    >>> explain_score({}, "en")
    {}
    """
    model = load_score_model()
    names = {name for each in FEATURES for name in (each.measure, each.per) if name}
    if measures.get("sentences") is None or _languages(model).find(lang, by_writing=True) is None:
        return {}
    row = {name: pa.array([measures.get(name)], pa.int64()) for name in sorted(names)}
    points = feature_points(pa.RecordBatch.from_pydict(row), [lang], model)[:, 0].tolist()
    named = zip(points, (feature.name for feature in FEATURES), strict=True)
    return {name: value for value, name in sorted(named)}


def _languages(model: ScoreModel) -> Figures:
    """What is usual goes by the way of writing: in Lao a word is as long as in Thai."""
    return figures_for(tuple(model.usual))


def _integers(measures: pa.RecordBatch, name: str) -> NDArray[np.int64]:
    return np.asarray(measures.column(name).fill_null(0), np.int64)
