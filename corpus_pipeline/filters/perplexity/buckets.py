"""Head, middle and tail: documents parted by their perplexity, as CCNet does it.

perplexity   ...  340  ...  520  ...        en: [340, 520]
bucket      head  │ middle  │ tail          the lower limit belongs to the bucket above it
"""

import dataclasses
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa

from corpus_pipeline.filters.perplexity.models import ModelCard, ModelFacts
from corpus_pipeline.text.columns import as_texts
from corpus_pipeline.text.languages import figures_for
from corpus_pipeline.yaml_files import load_yaml

NAMES = ("head", "middle", "tail")


@dataclasses.dataclass(frozen=True)
class PublishedBuckets:
    """Limits that somebody has published, and of which models they are."""

    name: str
    normaliser: str
    order: int
    buckets: Mapping[str, tuple[float, float]]
    """Language -> where the middle begins, and where the tail does."""

    def refusal(self, card: ModelCard | ModelFacts, order: int | None = None) -> str:
        """Says why the limits do not hold for a model; empty where they may.

        Args:
            card: what is known of the model.
            order: of the model, once it is open.

        >>> published_buckets("ccnet").refusal(ModelFacts("ccnet", "dclm-v1", "", ""))
        "is of normaliser ccnet-v1, and this model's is dclm-v1"
        """
        if card.name != self.name:
            return f"is of models that are called {self.name}, and this one is called {card.name}"
        if card.normaliser != self.normaliser:
            return f"is of normaliser {self.normaliser}, and this model's is {card.normaliser}"
        if order is not None and order != self.order:
            return f"is of models of order {self.order}, and this one is of order {order}"
        return ""


@cache
def published_buckets(name: str) -> PublishedBuckets:
    """Reads `<name>_buckets.yaml`.

    >>> published_buckets("ccnet").buckets["en"], len(published_buckets("ccnet").buckets)
    ((340, 520), 48)
    """
    text = resources.files(__package__).joinpath(f"{name}_buckets.yaml").read_text("utf-8")
    content: dict[str, Any] = load_yaml(text)
    limits = {language: tuple(each) for language, each in content.pop("buckets").items()}
    return PublishedBuckets(**content, buckets=limits)


def bucket_of(
    perplexity: pa.Array, langs: pa.Array, buckets: Mapping[str, tuple[float, float]]
) -> pa.Array:
    """Returns the bucket of each document.

    Args:
        perplexity: float64[N]; null where it was not measured.
        langs: string[N], languages or scripts, as in `measure_perplexity`.
        buckets: language -> where the middle begins, and where the tail does.

    Returns:
        string[N], one of `NAMES`; null without a perplexity, or for a language without buckets.

    >>> values = pa.array([339.9, 340.0, 520.0, 1.0, None])
    >>> langs = pa.array(["en", "en", "en", "xx", "en"])
    >>> bucket_of(values, langs, {"en": (340, 520)}).to_pylist()
    ['head', 'middle', 'tail', None, None]
    """
    number = figures_for(tuple(buckets)).of_column(as_texts(langs), members=False)
    limits = np.array([*buckets.values(), (np.nan, np.nan)], np.float64)[number]
    values = np.asarray(perplexity.fill_null(np.nan), np.float64)
    place = (values >= limits[:, 0]).astype(np.int32) + (values >= limits[:, 1])
    missing = np.isnan(values) | np.isnan(limits[:, 0])
    return pa.array(NAMES, pa.string()).take(pa.array(place, mask=missing))
