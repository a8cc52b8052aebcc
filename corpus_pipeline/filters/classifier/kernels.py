"""Kernels of the classifier: texts with characters apart, the label and score of each text."""

import numpy as np

from corpus_pipeline.filters.fasttext.labels import mean_of_rows, probabilities, turn
from corpus_pipeline.filters.fasttext.rows import longest, room_for, take_rows, word_memory
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import UNSPACED, decode


@kernel
def space_characters(data, offsets, classes, out, ends):  # type: ignore[no-untyped-def]
    """Copies texts with a blank before and after each character of a script without spaces.

    Punctuation beside such a character is apart from it then, too.

    Args:
        data, offsets: the texts, as of `utf8_buffers`.
        classes: of `text.characters`.
        out: uint8[], twice as long as the texts.
        ends: int64[N + 1], filled: where each text ends in `out`.

    Returns:
        Bytes in `out`.
    """
    o = 0
    for row in range(len(offsets) - 1):
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        while i < stop:
            code_point, following = decode(data, i)
            apart = classes[code_point] == UNSPACED
            if apart:
                out[o] = 0x20
                o += 1
            for j in range(i, following):
                out[o] = data[j]
                o += 1
            if apart:
                out[o] = 0x20
                o += 1
            i = following
        ends[row + 1] = o
    return o


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
    tokens, most = room_for(longest(offsets), features)
    memory = word_memory()
    hashes = np.empty(tokens, np.uint32)
    rows = np.empty(most, np.int32)
    hidden = np.empty(inputs.columns, np.float32)
    labels = outputs.rows
    work = np.empty(2 * labels, np.float64)
    out = np.empty(labels, np.float64)
    turned = turn(outputs, loss)
    for row in range(len(offsets) - 1):
        best[row] = -1
        scores[row] = np.nan
        start, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        count, seen = take_rows(data, start, stop, dictionary, features, memory, hashes, rows)
        if seen == 0 or count == 0:
            continue
        mean_of_rows(inputs, rows, count, hidden)
        probabilities(hidden, outputs, turned, loss, tree, work, out)
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
