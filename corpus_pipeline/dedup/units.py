"""Sentences, lines and paragraphs: what repeated text is compared and removed by.

A line, or a paragraph, is a run of sentences: every line break ends a sentence, and what stands
between two sentences is white space alone. So whatever the unit, texts are cut between sentences.

    sentence     A b. C d.            one
    line         a line break between them begins another one
    paragraph    so does an empty line; other tools call a line a paragraph

A line without a letter or digit (a rule of dashes) belongs to the sentence before it, as always.
"""

from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.text.sentences import Sentences

Unit = Literal["sentence", "line", "paragraph"]

#: Line breaks that lie between two units.
_BREAKS: dict[Unit, int] = {"sentence": 0, "line": 1, "paragraph": 2}


class Units(NamedTuple):
    """The units of N texts, and which of them each sentence belongs to."""

    spans: Sentences
    """From the beginning of the first sentence of each to the end of the last one."""
    of_sentences: NDArray[np.int64]
    """int64[S], the number of the unit, among all, of each sentence."""


@kernel
def _breaks(data, i, stop):  # type: ignore[no-untyped-def]
    """Counts the line breaks of white space; CR and LF are one, a paragraph separator is two."""
    count = 0
    while i < stop:
        code_point, following = decode(data, i)
        if code_point == 0x0D and following < stop and data[following] == 0x0A:
            following += 1
        if 0x0A <= code_point <= 0x0D or code_point == 0x85 or code_point == 0x2028:
            count += 1
        elif code_point == 0x2029:
            count += 2
        i = following
    return count


@kernel
def _number(data, sentence_offsets, starts, ends, least, offsets, of_sentences):  # type: ignore[no-untyped-def]
    count = 0
    for row in range(len(sentence_offsets) - 1):
        offsets[row] = count
        for k in range(sentence_offsets[row], sentence_offsets[row + 1]):
            first = k == sentence_offsets[row]
            if first or _breaks(data, np.int64(ends[k - 1]), np.int64(starts[k])) >= least:
                count += 1
            of_sentences[k] = count - 1
    offsets[len(sentence_offsets) - 1] = count


def units_of(texts: pa.Array, sentences: Sentences, unit: Unit) -> Units:
    """Groups the sentences of texts into units.

    Args:
        texts: string[N].
        sentences: S sentences, those of the texts.
        unit: what a group is.

    >>> from corpus_pipeline.text.sentences import split_sentences
    >>> texts = pa.array(["甲。乙。\\n丙。\\r\\n\\r\\n---\\n丁。"])
    >>> sentences = split_sentences(texts)
    >>> [units_of(texts, sentences, unit).of_sentences.tolist() for unit in ("line", "paragraph")]
    [[0, 0, 1, 2], [0, 0, 0, 0]]
    """
    if unit == "sentence":
        return Units(sentences, np.arange(len(sentences.starts)))
    texts = as_texts(texts)
    data, _ = utf8_buffers(texts)
    offsets = np.zeros(len(sentences.offsets), np.int64)
    of_sentences = np.empty(len(sentences.starts), np.int64)
    _number(data, *sentences, _BREAKS[unit], offsets, of_sentences)
    ends_here = np.diff(of_sentences, append=offsets[-1]) > 0
    begins_here = np.diff(of_sentences, prepend=-1) > 0
    spans = Sentences(offsets, sentences.starts[begins_here], sentences.ends[ends_here])
    return Units(spans, of_sentences)
