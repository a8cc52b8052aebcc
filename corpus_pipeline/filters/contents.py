"""Which documents a rule may judge before their text has been extracted."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.batches import add_failures


def fail_contents(
    batch: pa.RecordBatch, failures: Mapping[str, NDArray[np.bool_]]
) -> pa.RecordBatch:
    """Adds failures to documents that have a text, or bytes that a text is still made of.

    Records with neither (unreadable ones) keep the fate that they have.

    Args:
        batch: N documents.
        failures: reason -> bool[N], true where the rule fails; in rule order.

    >>> batch = pa.record_batch({
    ...     "text": pa.array(["文", None, None]), "raw": pa.array([None, b"<p>", None]),
    ...     "drop_reason": pa.array([None, None, "bad"]),
    ...     "reasons": pa.array([None, None, ["bad"]], pa.list_(pa.string())),
    ... })
    >>> fail_contents(batch, {"x": np.array([True] * 3)})["drop_reason"].to_pylist()
    ['x', 'x', 'bad']
    """
    contents = [batch[name] for name in ("text", "raw") if name in batch.schema.names]
    there = [column.is_valid().to_numpy(zero_copy_only=False) for column in contents]
    judged = np.logical_or.reduce(there)
    return add_failures(batch, {reason: mask & judged for reason, mask in failures.items()})
