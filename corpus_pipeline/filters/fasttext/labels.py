"""Kernels from the rows of a text to its labels: their mean, probabilities, scores.

What fastText computes, in its order and in its precision (float32 sums of rows), with one change:
exp is made of additions and multiplications here, so every machine gets the same probabilities.
"""

import math

import numpy as np

from corpus_pipeline.kernels import kernel

#: fastText looks the logistic function up in a table of 513 values from -8 to 8.
_LOGISTIC_STEPS = 512
_LOGISTIC_LIMIT = 8
#: ln 2 in two parts, of which the first has so few bits that its product with a small integer is
#: exact; and the series of exp and of log (the inverse hyperbolic tangent), last terms first.
_LN_2 = (0.6931471803691238, 1.9082149292705877e-10)
_EXP = np.array([1.0 / math.factorial(n) for n in range(14, -1, -1)])
_LOG = np.array([2.0 / n for n in range(25, 0, -2)])
_ROOT_HALF = math.sqrt(0.5)


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
    r = (x - k * _LN_2[0]) - k * _LN_2[1]
    value = _EXP[0]
    for n in range(1, len(_EXP)):
        value = value * r + _EXP[n]
    return math.ldexp(value, int(k))


@kernel
def log(x):  # type: ignore[no-untyped-def]
    """The natural logarithm of a number above 0, the same bits on every machine.

    >>> bool(abs(log.py_func(10.0) - math.log(10.0)) < 1e-15), float(log.py_func(1.0))
    (True, 0.0)
    """
    fraction, k = math.frexp(x)
    if fraction < _ROOT_HALF:
        fraction *= 2.0
        k -= 1
    s = (fraction - 1.0) / (fraction + 1.0)
    square = s * s
    value = _LOG[0]
    for n in range(1, len(_LOG)):
        value = value * square + _LOG[n]
    return k * _LN_2[0] + (k * _LN_2[1] + s * value)


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
def turn(matrix, loss):  # type: ignore[no-untyped-def]
    """Returns a dense matrix column by column, float32[columns, rows]; an empty one if it is not
    dense, or if few of its rows are looked at, those on the way down a tree."""
    if loss == 1 or not len(matrix.dense):
        return np.empty((0, 0), np.float32)
    turned = np.empty((matrix.columns, matrix.rows), np.float32)
    for row in range(matrix.rows):
        for column in range(matrix.columns):
            turned[column, row] = matrix.dense[row * matrix.columns + column]
    return turned


@kernel
def _dots(matrix, turned, hidden, out):  # type: ignore[no-untyped-def]
    """Fills `dot` of every row. Column by column the processor does several rows at once."""
    if not len(turned):
        for row in range(len(out)):
            out[row] = dot(matrix, row, hidden)
        return
    out[:] = 0.0
    for column in range(len(turned)):
        value = np.float64(hidden[column])
        for row in range(len(out)):
            out[row] += np.float64(turned[column, row]) * value


@kernel
def probabilities(hidden, matrix, turned, loss, tree, work, out):  # type: ignore[no-untyped-def]
    """Fills the probability of every label.

    Args:
        hidden: float32[columns], the mean of the text's rows.
        matrix: of the outputs.
        turned: the same, of `turn`.
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
    _dots(matrix, turned, hidden, out)
    largest = -np.inf
    for label in range(labels):
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
def likeliest(hidden, matrix, turned, loss, tree, least, work, out, found, chances):  # type: ignore[no-untyped-def]
    """Finds the labels with the highest probabilities.

    Of a tree only the branches are walked that can hold one of them: a label is at most as likely
    as the branch that it hangs on.

    Args:
        hidden, matrix, turned, loss, tree: of `probabilities`.
        least: less likely labels are not found.
        work: float64[2 * labels]; out: float64[labels].
        found: int32[K], filled: numbers of labels, the likeliest first.
        chances: float64[K], filled: their probabilities.

    Returns:
        How many were found.
    """
    labels = len(out)
    count = 0
    if loss != 1:
        probabilities(hidden, matrix, turned, loss, tree, work, out)
        for label in range(labels):
            count = _ranked(label, out[label], least, found, chances, count)
        return count
    # `work` holds the branches that are still to be walked: their numbers, then their chances.
    depth = 1
    work[0] = 2 * labels - 2
    out[0] = 1.0
    while depth:
        depth -= 1
        node, chance = np.int64(work[depth]), out[depth]
        if chance < least or (count == len(found) and chance <= chances[count - 1]):
            continue
        if node < labels:
            count = _ranked(node, chance, least, found, chances, count)
            continue
        right = 1.0 / (1.0 + exp(-dot(matrix, node - labels, hidden)))
        other = 1 if right >= 0.5 else 0  # the likelier branch lies on top
        work[depth + other] = tree.right[node - labels]
        out[depth + other] = chance * right
        work[depth + 1 - other] = tree.left[node - labels]
        out[depth + 1 - other] = chance * (1.0 - right)
        depth += 2
    return count


@kernel
def _ranked(label, chance, least, found, chances, count):  # type: ignore[no-untyped-def]
    """Puts a label where it belongs among the likeliest; returns how many there are."""
    if not chance >= least:
        return count
    at = count
    while at > 0 and chances[at - 1] < chance:
        at -= 1
    if at == len(found):
        return count
    count = min(count + 1, len(found))
    for i in range(count - 1, at, -1):
        found[i] = found[i - 1]
        chances[i] = chances[i - 1]
    found[at] = label
    chances[at] = chance
    return count
