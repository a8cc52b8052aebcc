"""Perplexity of texts under one model."""

import itertools
import math
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.perplexity.normaliser import LmText, normalise_for_lm
from corpus_pipeline.filters.perplexity.piece_kernels import count_events
from corpus_pipeline.filters.perplexity.pieces import PieceModel, pieces_of
from corpus_pipeline.filters.perplexity.published import blank_flags, published_texts
from corpus_pipeline.text.columns import as_texts, utf8_buffers


def score_texts(
    scorer: Any,
    profile: str,
    texts: pa.Array,
    max_chars: int | None = None,
    pieces: PieceModel | None = None,
) -> NDArray[np.float64]:
    """Returns float64[N], the perplexity of each text under one model; NaN where there is no token.

    Args:
        scorer: kenlm.Model, or anything with `score(line: bytes) -> float`, the log10 probability
            of a line and its end.
        profile: a key of normaliser.PROFILES, or of published.PUBLISHED with `pieces`.
        texts: string[N].
        max_chars: reads this many characters of each text, and to the end of a token; None reads
            whole texts.
        pieces: makes pieces of what a published profile writes.
    """
    texts = as_texts(texts)
    if pieces is None:
        (text, tokens, lines), decimals = normalise_for_lm(texts, profile, max_chars), 3
    else:
        # One decimal, as all of them have it: their cut-offs are compared with that.
        (text, tokens, lines), decimals = _in_pieces(texts, profile, max_chars, pieces), 1
    data, offsets = utf8_buffers(text)
    bounds, events, buffer = offsets.tolist(), (tokens + lines).tolist(), data.tobytes()
    score = scorer.score
    result = np.full(len(texts), np.nan)
    for row, (begin, end) in enumerate(itertools.pairwise(bounds)):
        if begin < end:
            # fsum: the sum of the lines is the same on every Python version.
            log10 = math.fsum(map(score, buffer[begin:end].split(b"\n")))
            # Rounded, because the last bits of a power differ between C libraries; bounded, because
            # a model whose <unk> has log10 probability -1000 would overflow.
            result[row] = round(10.0 ** min(-log10 / events[row], 300.0), decimals)
    return result


def _in_pieces(texts: pa.Array, profile: str, max_chars: int | None, pieces: PieceModel) -> LmText:
    """Writes texts as published pipelines do, and counts as they do.

    A text is a line, unless a line feed is left in it; then empty lines are lines too. Pieces that
    hold blanks other than the blank count as several.
    """
    text = pieces_of(published_texts(texts, profile, max_chars), pieces)
    data, offsets = utf8_buffers(text)
    tokens, lines = np.zeros((2, len(text)), np.int64)
    count_events(data, offsets, *blank_flags(), tokens, lines)
    return LmText(text, tokens, lines)
