"""Batches of random rows, for what is made of batches."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from corpus_pipeline.loader import Batch

END = 0
LENGTH = 24

#: Documents of a row: their tokens without the end, and whether the last one ends in the row.
Row = tuple[list[int], bool]


def made_batch(
    rows: Sequence[Row],
    samples: Sequence[int] | None = None,
    dtype: str = "uint16",
    mask_joins: bool = True,
) -> Batch:
    """Makes a batch of rows of documents; all tokens of a row differ, but for the ends."""
    windows = np.zeros((len(rows), LENGTH + 1), dtype)
    sizes, joins = [], []
    for k, (lengths, ends) in enumerate(rows):
        tokens: list[int] = []
        for number, length in enumerate(lengths):
            tokens += [*range(len(tokens) + 1, len(tokens) + 1 + length), END]
            if number < len(lengths) - 1 or ends:
                joins.append(k * LENGTH + len(tokens) - 1)
        if not ends:
            tokens.pop()
        assert 0 < len(tokens) <= LENGTH
        windows[k, : len(tokens)] = tokens
        if len(tokens) == LENGTH:
            windows[k, LENGTH] = 99
        sizes.append(len(tokens))
    found = np.array(joins, np.int64)
    return Batch(
        windows,
        np.array(sizes, np.int64),
        lambda: found,
        step=5,
        stage="main",
        samples=np.arange(len(rows)) if samples is None else np.array(samples, np.int64),
        components=np.zeros(len(rows), np.int16),
        mask_joins=mask_joins,
    )


@st.composite
def some_rows(draw: st.DrawFn) -> list[Row]:
    """Rows of at most LENGTH tokens; about half of them are full."""
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        ends = draw(st.booleans())
        room = LENGTH if draw(st.booleans()) else draw(st.integers(2, LENGTH))
        lengths: list[int] = []
        while room > 0:
            length = draw(st.integers(0, room - 1)) if len(lengths) < 6 else room - 1
            lengths.append(length)
            room -= length + 1
        if not ends:
            # The last document's end is in another row, and a token more has room.
            lengths[-1] += 1
        rows.append((lengths, ends))
    return rows


def documents(batch: Batch) -> list[list[list[int]]]:
    """Returns the tokens of each segment of each row, without padding."""
    found = []
    for k, size in enumerate(batch.sizes.tolist()):
        segments, tokens = batch.segments[k, :size], batch.tokens[k, :size]
        found.append([tokens[segments == s].tolist() for s in range(segments[-1] + 1)])
    return found
