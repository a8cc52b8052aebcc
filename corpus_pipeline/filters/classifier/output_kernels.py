"""Kernels from the rows of a text to its labels: their mean, probabilities, scores.

What fastText computes, in its order and in its precision (float32 sums of rows), with one change:
exp is made of additions and multiplications here, so every machine gets the same probabilities.
"""

import math

import numpy as np

from corpus_pipeline.filters.classifier.kernels import room_for, take_rows
from corpus_pipeline.kernels import kernel

#: fastText looks the logistic function up in a table of 513 values from -8 to 8.
_LOGISTIC_STEPS = 512
_LOGISTIC_LIMIT = 8


@kernel
def mean_of_rows(matrix, rows, count, hidden):  # type: ignore[no-untyped-def]
    """Fills `hidden` (float32[columns]) with the mean of `rows[:count]`; the sum is in their order.

    Rows are far apart in memory, so the loop looks at nothing but them.
    """
    columns = np.int64(matrix.columns)
    hidden[:] = 0
    if len(matrix.dense):
        dense = matrix.dense
        for k in range(count):
            at = np.uint64(rows[k]) * np.uint64(columns)
            for i in range(columns):
                hidden[i] += dense[at + np.uint64(i)]
    else:
        part = matrix.part
        parts = (columns + part - 1) // part
        for k in range(count):
            row = np.int64(rows[k])
            norm = np.float32(1)
            if len(matrix.norm_codes):
                norm = matrix.norms[matrix.norm_codes[row]]
            for p in range(parts):
                width = matrix.last if p == parts - 1 else part
                at = p * 256 * part + np.int64(matrix.codes[row * parts + p]) * width
                for i in range(width):
                    hidden[p * part + i] += norm * matrix.centroids[at + i]
    scale = np.float32(1.0 / count)
    for i in range(columns):
        hidden[i] *= scale


@kernel
def exp(x):  # type: ignore[no-untyped-def]
    """e to the power of x, the same bits on every machine: no library, no fused operation.

    >>> abs(exp.py_func(1.0) - math.e) < 1e-15, exp.py_func(0.0), exp.py_func(-800.0)
    (True, 1.0, 0.0)
    """
    if x < -700.0:
        return 0.0
    if x > 700.0:
        return np.inf
    k = math.floor(x * 1.4426950408889634 + 0.5)
    # ln 2 in two parts, of which the first times k is exact.
    r = (x - k * 0.6931471803691238) - k * 1.9082149292705877e-10
    value = 1.0
    for n in range(14, 0, -1):
        value = 1.0 + value * r / n
    return math.ldexp(value, int(k))


@kernel
def dot(matrix, row, hidden):  # type: ignore[no-untyped-def]
    """Multiplies a row of a matrix with a vector; the sum is float64, in the order of columns."""
    columns = matrix.columns
    total = 0.0
    if len(matrix.dense):
        at = np.int64(row) * columns
        for i in range(columns):
            total += np.float64(matrix.dense[at + i]) * np.float64(hidden[i])
        return total
    part = matrix.part
    parts = (columns + part - 1) // part
    for k in range(parts):
        width = matrix.last if k == parts - 1 else part
        at = k * 256 * part + np.int64(matrix.codes[np.int64(row) * parts + k]) * width
        for i in range(width):
            total += np.float64(matrix.centroids[at + i]) * np.float64(hidden[k * part + i])
    if len(matrix.norm_codes):
        total *= np.float64(matrix.norms[matrix.norm_codes[row]])
    return total


@kernel
def _logistic(x):  # type: ignore[no-untyped-def]
    """The logistic function as fastText's table has it."""
    if x < -_LOGISTIC_LIMIT:
        return 0.0
    if x > _LOGISTIC_LIMIT:
        return 1.0
    step = math.floor((x + _LOGISTIC_LIMIT) * (_LOGISTIC_STEPS / _LOGISTIC_LIMIT / 2))
    return 1.0 / (1.0 + exp(_LOGISTIC_LIMIT - step * (2.0 * _LOGISTIC_LIMIT / _LOGISTIC_STEPS)))


@kernel
def probabilities(hidden, matrix, loss, tree, work, out):  # type: ignore[no-untyped-def]
    """Fills the probability of every label.

    Args:
        hidden: float32[columns], the mean of the text's rows.
        matrix: of the outputs.
        loss: 1 hierarchical softmax, 3 softmax, else each label for itself.
        work: float64[2 * labels].
        out: float64[labels], filled.
    """
    labels = len(out)
    if loss == 1:
        if labels:
            work[2 * labels - 2] = 1.0
        for node in range(2 * labels - 2, labels - 1, -1):
            right = 1.0 / (1.0 + exp(-dot(matrix, node - labels, hidden)))
            work[tree.left[node - labels]] = work[node] * (1.0 - right)
            work[tree.right[node - labels]] = work[node] * right
        for label in range(labels):
            out[label] = work[label]
        return
    largest = -np.inf
    for label in range(labels):
        out[label] = dot(matrix, label, hidden)
        largest = max(largest, out[label])
    if loss != 3:
        for label in range(labels):
            out[label] = _logistic(out[label])
        return
    total = 0.0
    for label in range(labels):
        out[label] = exp(out[label] - largest)
        total += out[label]
    for label in range(labels):
        out[label] /= total


@kernel
def score_texts(data, offsets, model, values, best, scores):  # type: ignore[no-untyped-def]
    """Fills the likeliest label and the score of each text.

    Args:
        data, offsets: the texts, as of `utf8_buffers`.
        model: (dictionary, features, input matrix, output matrix, loss, tree).
        values: float64[labels], what each label's probability counts in the score; empty for the
            probability of the likeliest.
        best: int32[N], filled; -1 where a text has no word or the model knows nothing of it.
        scores: float64[N], filled; NaN there, and where the model has values that are no numbers.
    """
    dictionary, features, inputs, outputs, loss, tree = model
    longest = np.int64(0)
    for row in range(len(offsets) - 1):
        size = np.int64(offsets[row + 1]) - np.int64(offsets[row])
        if size > longest:
            longest = size
    tokens, most = room_for(longest, features)
    hashes = np.empty(tokens, np.uint32)
    rows = np.empty(most, np.int32)
    hidden = np.empty(inputs.columns, np.float32)
    labels = outputs.rows
    work = np.empty(2 * labels, np.float64)
    out = np.empty(labels, np.float64)
    for row in range(len(offsets) - 1):
        best[row] = -1
        scores[row] = np.nan
        start, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        count, seen = take_rows(data, start, stop, dictionary, features, hashes, rows)
        if seen == 0 or count == 0:
            continue
        mean_of_rows(inputs, rows, count, hidden)
        probabilities(hidden, outputs, loss, tree, work, out)
        label = 0
        for other in range(labels):
            if out[other] > out[label]:
                label = other
        best[row] = label
        score = out[label]
        if len(values):
            score = 0.0
            for other in range(labels):
                score += values[other] * out[other]
        scores[row] = score
