"""Fits the scorecard of `quality_score` to pages that people have called good or bad.

    labelled pages ──┐
    good sources   ──┼─► measures of prose ─► ratios ─► logistic regression on knots ─► score.yaml
    sentences of     │                          ▲
    many languages ──┴─► what is usual in each ─┘

A page that is a fifth of all by the hash of its id is kept out of training. The regression is over
the hat functions of each feature's knots (so it is a line from knot to knot), with penalties on how
steep and how bent the line is. Good sources pull the same way as good pages, with a small weight,
so that the score does no harm to kinds of text and languages that the labelled pages have not.
"""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.quality.score import (
    FEATURES,
    UNIT,
    USUAL,
    ScoreModel,
    feature_ratios,
)

#: Knots by feature, for English. Round numbers around the quantiles of ordinary pages.
KNOTS: Mapping[str, tuple[float, ...]] = {
    "words per sentence": (4, 8, 12, 16, 24, 40),
    "words": (50, 100, 200, 400, 800, 1600),
    "stop words": (0.02, 0.06, 0.1, 0.14, 0.18, 0.22),
    "capital words": (0.05, 0.1, 0.2, 0.3, 0.5),
    "letters": (0.8, 0.86, 0.9, 0.93, 0.95, 0.97),
    "short lines": (0, 0.1, 0.3, 0.5, 0.8),
    "sentences kept by C4": (0, 0.2, 0.4, 0.6, 0.8, 1),
    "brackets": (0, 0.05, 0.1, 0.2, 0.4),
    "page words": (0, 0.01, 0.03, 0.06, 0.12),
    "repeated 5-grams": (0, 0.05, 0.1, 0.2, 0.3),
}


@dataclasses.dataclass(frozen=True)
class ScoreTraining:
    """How a scorecard is fitted."""

    steepness: float = 0.01
    """Penalty on the squared rise between two knots."""
    bend: float = 0.03
    """Penalty on the squared change of rise."""
    good_weight: float = 0.2
    """Weight of all good sources together, as a share of that of the good labelled pages."""
    points_per_logit: int = 100
    """How many points a factor of e in the odds is worth."""


def is_held_out(id_: str) -> bool:
    """Says whether a page is kept out of training.

    >>> sum(is_held_out(str(i)) for i in range(1000))
    193
    """
    return int(hashlib.sha256(id_.encode()).hexdigest(), 16) % 5 == 0


def usual_of(measures: pa.RecordBatch, langs: Sequence[str]) -> dict[str, dict[str, int | None]]:
    """Finds what is usual in each language, from sentences: sums over all of them.

    >>> from corpus_pipeline.filters.quality.measures import measure_quality
    >>> langs = ["en", "en"]
    >>> texts = pa.array(["The end is near.", "It is so."])
    >>> measures = measure_quality(texts, pa.array(langs), prose=True)
    >>> usual_of(measures, langs)["en"]["stop words"]
    142857
    """
    counts = {
        name: np.asarray(measures.column(name).fill_null(0), np.int64)
        for usual in USUAL
        for name in (usual.measure, usual.per or "")
    }
    has_list = np.asarray(measures.column("stop_words").is_valid())
    table: dict[str, dict[str, int | None]] = {}
    for language in sorted(set(langs)):
        rows = np.array([code == language for code in langs])
        entry: dict[str, int | None] = {}
        for usual in USUAL:
            total = int(counts[usual.per or ""][rows].sum())
            value = int(counts[usual.measure][rows].sum()) * UNIT // max(total, 1)
            missing = usual.name == "stop words" and not has_list[rows].any()
            entry[usual.name] = None if missing else value
        table[language] = entry
    return table


def _hats(ratios: NDArray[np.int64], says: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The design: float64[N, sum of knots], how much of each knot's height a document gets."""
    blocks = []
    for row, feature in enumerate(FEATURES):
        knots = np.array(KNOTS[feature.name]) * UNIT
        position = np.interp(ratios[row], knots, np.arange(len(knots)))
        hat = np.maximum(0, 1 - np.abs(position[:, None] - np.arange(len(knots))))
        blocks.append(hat * says[row][:, None])
    return np.hstack(blocks)


def _penalty(options: ScoreTraining) -> NDArray[np.float64]:
    """The quadratic form of both penalties."""
    size = sum(len(KNOTS[feature.name]) for feature in FEATURES)
    form = 1e-4 * np.eye(size)
    start = 0
    for feature in FEATURES:
        n = len(KNOTS[feature.name])
        rise = np.diff(np.eye(n), axis=0)
        bend = np.diff(np.eye(n), 2, axis=0)
        block = options.steepness * rise.T @ rise + options.bend * bend.T @ bend
        form[start : start + n, start : start + n] += block
        start += n
    return form


def _fit(
    design: NDArray[np.float64],
    labels: NDArray[np.float64],
    weights: NDArray[np.float64],
    form: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Newton's method on the penalised log-likelihood; returns the heights of the knots."""
    x = np.hstack([np.ones((len(design), 1)), design])
    whole = np.zeros((x.shape[1], x.shape[1]))
    whole[1:, 1:] = form
    beta = np.zeros(x.shape[1])
    weights = weights / weights.sum()
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ beta)))
        gradient = x.T @ (weights * (p - labels)) + 2 * whole @ beta
        hessian = (x * (weights * p * (1 - p))[:, None]).T @ x + 2 * whole
        step = np.linalg.solve(hessian + 1e-9 * np.eye(len(hessian)), gradient)
        beta -= step
        if np.abs(step).max() < 1e-9:
            break
    return beta[1:]


@dataclasses.dataclass(frozen=True)
class Examples:
    """Documents to learn from."""

    measures: pa.RecordBatch
    """N rows of measures, taken of prose."""
    langs: Sequence[str]
    labels: NDArray[np.float64]
    """float64[N], 1 good and 0 bad."""
    weights: NDArray[np.float64]


def train_score(
    examples: Examples, usual: Mapping[str, Mapping[str, int | None]], options: ScoreTraining
) -> ScoreModel:
    """Fits a scorecard.

    Raises:
        ValueError: there are no good pages, or no bad ones, to learn from.
    """
    good = examples.labels > 0.5
    if not good.any() or good.all():
        raise ValueError(
            f"a score is learnt from good and bad pages, got {good.sum()} good of {len(good)}; "
            "give labelled texts of both kinds"
        )
    knots = {name: tuple(round(knot * UNIT) for knot in each) for name, each in KNOTS.items()}
    empty = ScoreModel(knots, {}, usual)
    ratios, says = feature_ratios(examples.measures, examples.langs, empty)
    design = _hats(ratios, says)
    heights = _fit(design, examples.labels, examples.weights, _penalty(options))
    points: dict[str, tuple[int, ...]] = {}
    start = 0
    for row, feature in enumerate(FEATURES):
        n = len(KNOTS[feature.name])
        mine = heights[start : start + n]
        start += n
        middle = np.median(ratios[row][good & says[row]])
        base = np.interp(middle, np.array(KNOTS[feature.name]) * UNIT, mine)
        points[feature.name] = tuple(
            round(options.points_per_logit * float(height - base)) for height in mine
        )
    return dataclasses.replace(empty, points=points)


def write_score(model: ScoreModel, origin: Sequence[str]) -> str:
    """Returns the text of score.yaml.

    Args:
        model: the scorecard.
        origin: lines that say what it was learnt from, for the head of the file.
    """
    lines = [f"# {line}".rstrip() for line in origin]
    lines.append("features:")
    for feature in FEATURES:
        ratio = feature.measure if feature.per is None else f"{feature.measure} / {feature.per}"
        knots = ", ".join(f"{knot / UNIT:g}" for knot in model.knots[feature.name])
        points = ", ".join(map(str, model.points[feature.name]))
        lines.append(f"  {feature.name}:  # {ratio}")
        lines.append(f"    knots: [{knots}]")
        lines.append(f"    points: [{points}]")
    names = ", ".join(each.name for each in USUAL)
    lines.append(f"# What is usual: {names}; null where the language has no list of stop words.")
    lines.append("languages:")
    for language, entry in sorted(model.usual.items()):
        values = ", ".join(
            "null" if entry[each.name] is None else f"{(entry[each.name] or 0) / UNIT:.4g}"
            for each in USUAL
        )
        key = f'"{language}"' if language == "no" else language
        lines.append(f"  {key}: [{values}]")
    return "\n".join(lines) + "\n"
