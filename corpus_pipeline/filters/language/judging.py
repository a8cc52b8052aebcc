"""Kernels from the windows of a text to its language.

window  the labels that are likeliest in it, with their probabilities; those that are stored
        under one name are added up
text    the name with the highest mean over its windows, weighted by letters; where the windows
        disagree, the name with the highest product of probabilities
"""

from typing import Final

import numpy as np

from corpus_pipeline.filters.fasttext.labels import likeliest, log, mean_of_rows, turn
from corpus_pipeline.filters.fasttext.rows import longest, room_for, take_rows, word_memory
from corpus_pipeline.kernels import kernel

#: Of a window: labels that are less likely are none; fastText's tree leaves them out too.
_LEAST: Final = 1e-5
#: What a language has at least in a product, so that one window in a foreign language does not
#: outvote the others.
_FLOOR: Final = 0.01


@kernel
def _name_window(found, chances, count, groups, names, sums):  # type: ignore[no-untyped-def]
    """Adds up the labels of a window that are stored under one name.

    Args:
        found, chances, count: of `likeliest`.
        groups: int32[labels], the number of each label's name.
        names, sums: int32[K], float64[K], filled: names and their probabilities, the highest first.

    Returns:
        How many names there are.
    """
    named = 0
    for i in range(count):
        name = groups[found[i]]
        at = 0
        while at < named and names[at] != name:
            at += 1
        if at == named:
            names[at] = name
            sums[at] = 0.0
            named += 1
        sums[at] += chances[i]
    _sort(names, sums, named)
    return named


@kernel
def _sort(names, values, count):  # type: ignore[no-untyped-def]
    """Sorts names by their values, the highest first; equal ones stay in their order."""
    for i in range(1, count):
        name, value = names[i], values[i]
        at = i
        while at > 0 and values[at - 1] < value:
            names[at], values[at] = names[at - 1], values[at - 1]
            at -= 1
        names[at], values[at] = name, value


@kernel
def _chance_of(name, names, sums, count):  # type: ignore[no-untyped-def]
    """Returns the probability of a name in a window; 0 where it is not among the likeliest."""
    for i in range(count):
        if names[i] == name:
            return sums[i]
    return 0.0


@kernel
def _agree(weights, names, sums, counts, windows, ranked, means, products):  # type: ignore[no-untyped-def]
    """Ranks the names of a text by its windows.

    Args:
        weights: int64[W], letters of each window.
        names, sums, counts: int32[W, K], float64[W, K], int64[W]: of `_name_window`.
        windows: how many there are.
        ranked: int32[W * K], filled: the names, the best first.
        means, products: float64[W * K], work.

    Returns:
        (how many names there are, the mean probability of the first one).
    """
    total = 0
    for window in range(windows):
        total += weights[window]
    count = 0
    for window in range(windows):
        for i in range(counts[window]):
            at = 0
            while at < count and ranked[at] != names[window, i]:
                at += 1
            if at == count:
                ranked[at] = names[window, i]
                means[at] = 0.0
                count += 1
            means[at] += sums[window, i] * weights[window] / total
    _sort(ranked, means, count)
    disagree = False
    for window in range(windows):
        disagree |= counts[window] > 0 and names[window, 0] != ranked[0]
    if not disagree:
        return count, means[0] if count else 0.0
    for at in range(count):
        products[at] = 0.0
        for window in range(windows):
            chance = _chance_of(ranked[at], names[window], sums[window], counts[window])
            products[at] += weights[window] * log(max(chance, _FLOOR))
    _sort(ranked, products, count)
    score = 0.0
    for window in range(windows):
        chance = _chance_of(ranked[0], names[window], sums[window], counts[window])
        score += chance * weights[window] / total
    return count, score


@kernel
def judge_texts(data, lines, letters, windows, model, groups, guesses, first, second, scores):  # type: ignore[no-untyped-def]
    """Fills the language of each text, its score and the language that comes next.

    Args:
        data, lines, letters, windows: of `Samples`.
        model: (dictionary, features, input matrix, output matrix, loss, tree).
        groups: int32[labels], the number of the name under which each label is stored.
        guesses: how many labels of a window are looked at.
        first, second: int32[N], filled: numbers of names, -1 for none.
        scores: float64[N], filled; NaN where the model has values that are no numbers.
    """
    dictionary, features, inputs, outputs, loss, tree = model
    tokens, most = room_for(longest(lines), features)
    memory = word_memory()
    hashes = np.empty(tokens, np.uint32)
    rows = np.empty(most, np.int32)
    hidden = np.empty(inputs.columns, np.float32)
    work = np.empty(2 * outputs.rows, np.float64)
    out = np.empty(outputs.rows, np.float64)
    turned = turn(outputs, loss)
    found, chances = np.empty(guesses, np.int32), np.empty(guesses, np.float64)
    most_windows = np.int64(1)
    for row in range(len(windows) - 1):
        most_windows = max(most_windows, windows[row + 1] - windows[row])
    weights, counts = np.empty(most_windows, np.int64), np.empty(most_windows, np.int64)
    names = np.empty((most_windows, guesses), np.int32)
    sums = np.empty((most_windows, guesses), np.float64)
    ranked = np.empty(most_windows * guesses, np.int32)
    means, products = np.empty(most_windows * guesses), np.empty(most_windows * guesses)
    for row in range(len(windows) - 1):
        first[row] = second[row] = -1
        scores[row] = 0.0
        seen, damaged = 0, False
        for window in range(windows[row], windows[row + 1]):
            if letters[window] == 0:
                continue
            start, stop = lines[window], lines[window + 1]
            count, _ = take_rows(data, start, stop, dictionary, features, memory, hashes, rows)
            if count:
                mean_of_rows(inputs, rows, count, hidden)
                damaged |= not np.isfinite(hidden.sum())
                count = likeliest(
                    hidden, outputs, turned, loss, tree, _LEAST, work, out, found, chances
                )
            weights[seen] = letters[window]
            counts[seen] = _name_window(found, chances, count, groups, names[seen], sums[seen])
            seen += 1
        if seen == 0:
            continue
        count, score = _agree(weights, names, sums, counts, seen, ranked, means, products)
        if count:
            first[row] = ranked[0]
            scores[row] = score
        if damaged:
            scores[row] = np.nan
        if count > 1:
            second[row] = ranked[1]
