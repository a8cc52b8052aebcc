"""Kernels that train a fastText model: stochastic gradient descent over means of rows.

The steps are those of fastText's supervised training with softmax; what chance does there, hashes
do here, so the same documents and options give the same model on every machine.
"""

import numpy as np

from corpus_pipeline.filters.fasttext.labels import exp
from corpus_pipeline.filters.fasttext.rows import take_rows, word_memory
from corpus_pipeline.kernels import kernel


@kernel
def collect_rows(data, offsets, dictionary, features, hashes, rows, ends):  # type: ignore[no-untyped-def]
    """Writes the rows of texts one text after the other.

    Args:
        data, offsets: the texts, as of `utf8_buffers`.
        hashes: uint32[], with room for the longest text.
        rows: int32[], filled, with room for all texts together.
        ends: int64[N], filled: where the rows of each text end; nothing for a text without a word.
    """
    count = 0
    memory = word_memory()
    for row in range(len(offsets) - 1):
        start, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        found, seen = take_rows(
            data, start, stop, dictionary, features, memory, hashes, rows[count:]
        )
        if seen:
            count += found
        ends[row] = count


@kernel
def _mixed(value):  # type: ignore[no-untyped-def]
    """Spreads 64 bits (the last step of SplitMix64)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@kernel
def fill_rows(used, seed, columns, values):  # type: ignore[no-untyped-def]
    """Fills the rows of a matrix that are used with numbers from -1 to 1, divided by `columns`.

    Rows that no document of the training has stay zero: they say nothing, and are not noise.

    Args:
        used: bool[rows].
        seed: uint64.
        columns: of the matrix.
        values: float32[rows * columns].
    """
    for row in range(len(used)):
        if used[row]:
            for i in range(columns):
                at = np.uint64(row * columns + i)
                bits = _mixed(seed + (at + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15))
                share = np.float64(bits >> np.uint64(40)) / np.float64(1 << 24)
                values[row * columns + i] = (2.0 * share - 1.0) / columns


@kernel
def keys_of(hashes, seed, keys):  # type: ignore[no-untyped-def]
    """Fills `keys` with what documents are sorted by for one round of training."""
    for i in range(len(hashes)):
        keys[i] = _mixed(hashes[i] + seed)


@kernel
def descend(rows, bounds, labels, order, inputs, outputs, first, steps, rate):  # type: ignore[no-untyped-def]
    """Goes through documents and changes the model after each.

    Args:
        rows: int32[], of all documents; document d has `rows[bounds[d]:bounds[d + 1]]`.
        labels: int32[D].
        order: int64[], documents in the order in which they are seen.
        inputs, outputs: float32[rows, columns], float32[labels, columns], changed.
        first: number of the first of these steps among all `steps`; the rate falls to 0 with them.
        rate: learning rate of the first step of all.
    """
    columns = inputs.shape[1]
    hidden = np.empty(columns, np.float32)
    gradient = np.empty(columns, np.float32)
    out = np.empty(len(outputs), np.float64)
    for at in range(len(order)):
        document = order[at]
        mine = rows[bounds[document] : bounds[document + 1]]
        alpha = rate * (1.0 - (first + at) / steps)
        hidden[:] = 0
        for row in mine:
            for i in range(columns):
                hidden[i] += inputs[row, i]
        scale = np.float32(1.0 / len(mine))
        for i in range(columns):
            hidden[i] *= scale
        largest = -np.inf
        for label in range(len(outputs)):
            out[label] = 0.0
            for i in range(columns):
                out[label] += np.float64(outputs[label, i]) * np.float64(hidden[i])
            largest = max(largest, out[label])
        total = 0.0
        for label in range(len(outputs)):
            out[label] = exp(out[label] - largest)
            total += out[label]
        gradient[:] = 0
        for label in range(len(outputs)):
            wanted = 1.0 if label == labels[document] else 0.0
            step = np.float32(alpha * (wanted - out[label] / total))
            for i in range(columns):
                gradient[i] += step * outputs[label, i]
                outputs[label, i] += step * hidden[i]
        for i in range(columns):
            gradient[i] *= scale
        for row in mine:
            for i in range(columns):
                inputs[row, i] += gradient[i]
