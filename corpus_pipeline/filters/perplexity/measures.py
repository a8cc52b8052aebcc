"""Perplexity: how badly an n-gram language model predicts a text.

    texts ─► normaliser profile ─► tokens and lines ─► KenLM ─► 10 ** (-log10 p / (tokens + lines))

Every line is scored as a sentence, so the end of a line is an event like a token. A perplexity
means nothing without its model: the *model card* beside each model names the normaliser profile,
the percentiles of perplexity on text that was held out from training, and the cut-offs that go with
the model; and the label of the model is stored beside every measure.
"""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.perplexity.columns import PERPLEXITY_MEASURES, PERPLEXITY_REASONS
from corpus_pipeline.filters.perplexity.models import LanguageModel, ModelCard, ModelFacts
from corpus_pipeline.filters.perplexity.scoring import score_texts
from corpus_pipeline.text.columns import as_texts
from corpus_pipeline.text.languages import figures_for


@dataclasses.dataclass(frozen=True)
class PerplexityRules:
    """Cut-offs by language code. A language that is not named has none.

    The values belong to one model each, so `models` says which; measures made by another model are
    refused. Take the cut-offs of the cards with `perplexity_rules`, or calibrate on your own text.
    """

    max_perplexity: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """Language -> a document above this is dropped: noise, random letters, another language."""
    min_perplexity: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """Language -> a document below this is dropped: a machine's or a form's repetitions."""
    models: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Language -> label of the model that the cut-offs were made for; may be left out."""

    def __post_init__(self) -> None:
        for name in ("max_perplexity", "min_perplexity"):
            for language, value in getattr(self, name).items():
                if not (math.isfinite(value) and value > 0):
                    raise ValueError(
                        f"{name} of {language!r} must be a positive number, got {value}; "
                        f"leave {language!r} out for no cut-off"
                    )
        for language, low in self.min_perplexity.items():
            if low >= self.max_perplexity.get(language, math.inf):
                raise ValueError(
                    f"min_perplexity of {language!r} is {low} but max_perplexity is "
                    f"{self.max_perplexity[language]}: nothing could pass; lower the minimum"
                )


def measure_perplexity(
    texts: pa.Array,
    langs: pa.Array,
    models: Mapping[str, LanguageModel],
    max_chars: int | None = None,
) -> pa.RecordBatch:
    """Measures the perplexity of each text under the model of its language.

    Args:
        texts: string[N]. A null text has null measures.
        langs: string[N], languages or scripts (`und-Hani`); null when unknown. Which of `models`
            serves one, `text.languages` says.
        models: language -> model.
        max_chars: reads only the first so many characters of each text. Perplexity is a mean: at
            20,000 it is within about a tenth of the whole text's. None reads all.

    Returns:
        N rows with the columns of `PERPLEXITY_MEASURES`.

    >>> from corpus_pipeline.filters.perplexity.models import load_language_model, shipped_models
    >>> models = {"en": load_language_model(shipped_models()["en"])}
    >>> texts = pa.array(["It was a fine day in the old town.", "fghj dfgk jkhl", "今天", None])
    >>> batch = measure_perplexity(texts, pa.array(["en", "en", "zh", "en"]), models)
    >>> batch["perplexity_model"].is_valid().to_pylist()
    [True, True, False, False]
    >>> batch["perplexity"][0].as_py() < 1000 < batch["perplexity"][1].as_py()
    True
    """
    texts, langs = as_texts(texts), as_texts(langs)
    perplexity = np.full(len(texts), np.nan)
    label = np.full(len(texts), -1, np.int32)
    labels: list[str] = []
    number = figures_for(tuple(models)).of_column(langs, members=False)
    for n, model in enumerate(models.values()):
        rows = np.flatnonzero(number == n)
        if len(rows) == 0:
            continue
        subset = texts if len(rows) == len(texts) else texts.take(pa.array(rows))
        perplexity[rows] = score_texts(
            model.scorer, model.card.normaliser, subset, max_chars, model.pieces
        )
        label[rows] = len(labels)
        labels.append(model.card.label)
    missing = np.isnan(perplexity)
    names = pa.DictionaryArray.from_arrays(
        pa.array(label, mask=missing), pa.array(labels, pa.string())
    ).cast(pa.string())
    return pa.RecordBatch.from_arrays(
        [pa.array(perplexity, mask=missing), names], schema=PERPLEXITY_MEASURES
    )


def perplexity_rules(cards: Mapping[str, ModelCard | ModelFacts]) -> PerplexityRules:
    """Returns the cut-offs that the models' cards name; a model without a card has none.

    >>> from corpus_pipeline.filters.perplexity.models import read_model_card, shipped_models
    >>> card = read_model_card(shipped_models()["zh"].with_suffix(".json"))
    >>> rules = perplexity_rules({"zh": card})
    >>> list(rules.max_perplexity), rules.models["zh"].startswith("zh.characters@")
    (['zh'], True)
    """
    limits = {k: card for k, card in cards.items() if isinstance(card, ModelCard)}
    return PerplexityRules(
        {k: card.max_perplexity for k, card in limits.items() if card.max_perplexity is not None},
        {k: card.min_perplexity for k, card in limits.items() if card.min_perplexity is not None},
        {k: card.label for k, card in cards.items()},
    )


def perplexity_failures(
    measures: pa.RecordBatch, langs: pa.Array, rules: PerplexityRules
) -> dict[str, NDArray[np.bool_]]:
    """Decides which documents fail: above the maximum or below the minimum of their language.

    Args:
        measures: N rows with the columns of `PERPLEXITY_MEASURES`. A null perplexity never fails.
        langs: string[N], languages or scripts, as in `measure_perplexity`.
        rules: the cut-offs.

    Returns:
        Reason -> bool[N], in the order of `PERPLEXITY_REASONS`.

    Raises:
        ConfigError: a document was measured by another model than its cut-off was made for.

    >>> measures = pa.RecordBatch.from_pydict(
    ...     {"perplexity": [90.0, 9000.0, None], "perplexity_model": ["m", "m", None]},
    ...     schema=PERPLEXITY_MEASURES,
    ... )
    >>> rules = PerplexityRules(max_perplexity={"en": 8000.0})
    >>> failures = perplexity_failures(measures, pa.array(["en", "en", "en"]), rules)
    >>> failures["perplexity-too-high"].tolist()
    [False, True, False]
    """
    values = measures["perplexity"].to_numpy(zero_copy_only=False)
    high = np.zeros(len(values), np.bool_)
    low = np.zeros(len(values), np.bool_)
    for limits, failed, sign in ((rules.max_perplexity, high, 1), (rules.min_perplexity, low, -1)):
        number = figures_for(tuple(limits)).of_column(langs, members=False)
        for n, (language, limit) in enumerate(limits.items()):
            rows = number == n
            _check_model(measures["perplexity_model"], rows, language, rules)
            # A comparison with NaN, which stands for null here, is false.
            failed |= rows & (sign * values > sign * limit)
    return dict(zip(PERPLEXITY_REASONS, (high, low), strict=True))


def _check_model(
    labels: pa.Array, rows: NDArray[np.bool_], language: str, rules: PerplexityRules
) -> None:
    """Refuses cut-offs of one model for perplexities of another."""
    made_for = figures_for(tuple(rules.models)).find(language, members=False)
    wanted = None if made_for is None else rules.models[made_for]
    if wanted is None:
        return
    for found in pc.unique(labels.filter(pa.array(rows))).to_pylist():
        if found is not None and found != wanted:
            raise ConfigError(
                f"the cut-offs for {language!r} were made for the model {wanted} but the documents "
                f"were measured by {found}: perplexities of two models cannot be compared; "
                "take that model's cut-offs or measure again"
            )
