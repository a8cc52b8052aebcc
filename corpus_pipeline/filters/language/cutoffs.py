"""Cut-offs by language, learnt from texts whose language is known.

A model is not equally sure of all languages: it gives Croatian text that is Croatian 0.46 in the
median, for Serbian and Bosnian share the rest, and English text 0.95. One cut-off for all loses the
former or lets noise pass for the latter. So, for each label, over texts that the model gives it:

    the cut-off with the fewest mistakes, where a right text lost counts one and a wrong text kept
    counts `WRONG_KEPT`; of those that hardly differ (by one right text in 200) the highest, because
    noise that is in no language is not among the texts; from `LOWEST` to `HIGHEST`;
    and never one that loses more than a tenth of the right texts.

A text of another member of the same macro-language (Bosnian called Croatian) is neither right nor
wrong: no cut-off tells them apart; `language.merge` counts them as one. A label that fewer than
`LEAST_TEXTS` right texts have is left out. FineWeb-2 takes the median less a standard deviation of
unlabelled text instead, FinePDFs the greatest F0.1 with a precision of 0.9.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.filters.language.measures import DEFAULT_MIN_SCORE
from corpus_pipeline.text.languages import related_languages, same_language
from corpus_pipeline.yaml_files import load_yaml

WRONG_KEPT: Final = 2
LEAST_TEXTS: Final = 50
LOWEST: Final = 0.2
HIGHEST: Final = DEFAULT_MIN_SCORE
_MOST_LOST: Final = 0.1
_HARDLY: Final = 200
_SECTION = "language"
_OPTION = "min_score_by_language"


class CutOff(NamedTuple):
    """What was learnt about one label, and what it does to the texts that it was learnt from."""

    score: float
    right: int
    """Texts of the language that the model gives the label."""
    right_kept: int
    wrong: int
    """Texts of other languages that it gives the label, those of the macro-language left out."""
    wrong_kept: int


def learn_cut_offs(
    truths: Sequence[str], labels: Sequence[str | None], scores: Sequence[float]
) -> dict[str, CutOff]:
    """Learns a cut-off for each label.

    Args:
        truths: N names of languages: what each text is in.
        labels: N labels that the model gives, None for no letters.
        scores: N confidences.

    >>> truths, labels = ["zh"] * 50 + ["ja"] * 60, ["zho_Hans"] * 110
    >>> learn_cut_offs(truths, labels, [0.9] * 45 + [0.4] * 5 + [0.3] * 60)
    {'zho_Hans': CutOff(score=0.4, right=50, right_kept=50, wrong=60, wrong_kept=0)}
    """
    right: dict[str, list[float]] = {}
    wrong: dict[str, list[float]] = {}
    for truth, label, score in zip(truths, labels, scores, strict=True):
        if label is None:
            continue
        if same_language(truth, label):
            right.setdefault(label, []).append(score)
        elif not related_languages(truth, label):
            wrong.setdefault(label, []).append(score)
    return {
        label: _learn(np.array(right[label]), np.array(wrong.get(label, [])))
        for label in sorted(right)
        if len(right[label]) >= LEAST_TEXTS
    }


def _learn(right: NDArray[np.float64], wrong: NDArray[np.float64]) -> CutOff:
    # In hundredths; scores have four decimals, so that half of one is a safe margin.
    steps = np.arange(round(LOWEST * 100), round(HIGHEST * 100) + 1)
    right, wrong = np.sort(right) + 5e-5, np.sort(wrong) + 5e-5
    lost = np.searchsorted(right, steps / 100)
    kept = len(wrong) - np.searchsorted(wrong, steps / 100)
    mistakes = lost + WRONG_KEPT * kept
    best = int(np.flatnonzero(mistakes <= mistakes.min() + len(right) // _HARDLY)[-1])
    bearable = np.flatnonzero(lost <= _MOST_LOST * len(right))
    best = min(best, int(bearable[-1]) if len(bearable) else 0)
    return CutOff(
        float(steps[best] / 100), len(right), len(right) - int(lost[best]),
        len(wrong), int(kept[best]),
    )  # fmt: skip


def write_cut_offs(cut_offs: dict[str, CutOff], origin: Iterable[str]) -> str:
    """Returns YAML for a configuration: the section `language` with `min_score_by_language`.

    Args:
        origin: lines that say what they were learnt on.
    """
    lines = [*(f"# {line}".rstrip() for line in origin), f"{_SECTION}:", f"  {_OPTION}:"]
    for label, found in cut_offs.items():
        right, wrong = (
            f"{found.right_kept} of {found.right}",
            f"{found.wrong_kept} of {found.wrong}",
        )
        lines.append(f'    "{label}": {found.score:.2f}   # keeps {right} right, {wrong} wrong')
    return "\n".join(lines) + "\n"


@cache
def shipped_cut_offs() -> dict[str, float]:
    """Returns label → cut-off for lid.176.ftz, from language_cutoffs.yaml.

    >>> shipped_cut_offs()["hr"] < shipped_cut_offs()["ru"]
    True
    """
    text = (
        resources.files("corpus_pipeline.filters")
        .joinpath("language_cutoffs.yaml")
        .read_text("utf-8")
    )
    content: dict[str, Any] = load_yaml(text)
    table: dict[str, float] = content[_SECTION][_OPTION]
    return table
