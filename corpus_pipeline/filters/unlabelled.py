"""Documents without a language, when their text is not at hand.

Rules by language take the script of the text where there is no label (`text.scripts`). What is
stored of a document does not say its script; but most profiles treat most scripts alike.
"""

from collections.abc import Callable, Hashable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.steps import Batch, Failures
from corpus_pipeline.text.scripts import SCRIPT_LABELS


def told_by_script(
    rows: Batch,
    rules_for: Callable[[str | None], Hashable],
    judge: Callable[[Batch, pa.Array], Failures],
) -> NDArray[np.bool_]:
    """Says of which documents the verdict depends on a script that is not known.

    Args:
        rows: of the ledger, N documents. Where a language model has looked (`lang_score` is there)
            and named none, the text has no letters, so no script either.
        rules_for: label -> the rules that apply.
        judge: (rows, labels) -> failures.

    Returns:
        bool[N].

    >>> rows = pa.record_batch({
    ...     "lang": pa.array([None, None, "en"], pa.string()),
    ...     "lang_score": pa.array([None, None, 0.9]), "words": [30, 90, 30]})
    >>> def judge(some, labels):
    ...     least = [80 if label == "und-Hani" else 20 for label in labels.to_pylist()]
    ...     return {"short": np.array(some["words"]) < np.array(least)}
    >>> told_by_script(rows, lambda label: label == "und-Hani", judge).tolist()
    [True, False, False]
    """
    unknown = pc.and_(rows["lang"].is_null(), rows["lang_score"].is_null())
    found = np.array(unknown.to_numpy(zero_copy_only=False))
    labels = {rules_for(label): label for label in (None, *SCRIPT_LABELS)}
    if len(labels) == 1 or not found.any():
        return np.zeros(rows.num_rows, np.bool_)
    some = rows.filter(unknown)
    verdicts = [
        np.stack(list(judge(some, pa.array([label] * some.num_rows, pa.string())).values()))
        for label in labels.values()
    ]
    found[found] = (np.stack(verdicts) != verdicts[0]).any(axis=(0, 1))
    return found
