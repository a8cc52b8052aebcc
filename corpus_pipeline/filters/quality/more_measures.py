"""Counts measures that a profile asks for besides, and those that it counts by own definitions.

Each counter makes one pass for all measures of its kind, and only those that are asked for run.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.quality.character_counts import count_char_ngrams, count_characters
from corpus_pipeline.filters.quality.code_counts import count_code
from corpus_pipeline.filters.quality.definitions import (
    DUPLICATE_COLUMNS,
    LINE_COLUMNS,
    STOP_WORD_COLUMNS,
    WORD_COLUMNS,
    Definitions,
)
from corpus_pipeline.filters.quality.line_counts import PART_COLUMNS, count_lines, count_parts
from corpus_pipeline.filters.quality.more_columns import (
    CHARACTER_MEANINGS,
    CODE_MEANINGS,
    LINE_MEANINGS,
    NGRAM_MEANINGS,
    PROGRAM_MEANINGS,
    RUN_MEANINGS,
    WORD_MEANINGS,
    family_of,
    more_field,
)
from corpus_pipeline.filters.quality.program_counts import count_programs
from corpus_pipeline.filters.quality.run_counts import count_runs
from corpus_pipeline.filters.quality.word_counts import (
    LENGTHS,
    ORDERED,
    count_stop_words,
    count_words,
)
from corpus_pipeline.text.columns import utf8_buffers

Counts = dict[str, NDArray[np.int32]]


def count_more(
    texts: pa.Array,
    langs: pa.Array,
    definitions: Definitions,
    more: Iterable[str],
    code_languages: pa.Array | None = None,
) -> dict[str, pa.Array]:
    """Counts `more` and the columns that the definitions replace.

    Args:
        texts: `string`, N texts.
        langs: `string`, N languages; they choose the stop words.
        definitions: how to count.
        more: names of `more_columns`.
        code_languages: `string`, N programming languages as Linguist names them; None for none.

    Returns:
        Name -> int32[N], null for a null text. Stop words are null without a list, and measures of
        programs where the language is not known.

    Raises:
        ValueError: there is no such measure.

    >>> from corpus_pipeline.filters.quality.definitions import USUAL
    >>> count_more(pa.array(["Ab, ab 12"]), pa.array(["en"]), USUAL, ["distinct_words"])
    {'distinct_words': <pyarrow.lib.Int32Array object at ...>
    [
      2
    ]}
    """
    wanted = {*more, *definitions.replaced}
    if not wanted:
        return {}
    for name in more:
        more_field(name)
    data, offsets = utf8_buffers(texts)
    counts: Counts = {}
    families = [found for name in wanted if (found := family_of(name))]
    if wanted & CHARACTER_MEANINGS.keys():
        counts |= count_characters(data, offsets)
    for n in sorted({n for family, n in families if "char_{}_grams" in family}):
        counts |= count_char_ngrams(data, offsets, n)
    lengths = sorted({n for family, n in families if family in LENGTHS})
    orders = sorted({n for family, n in families if family in ORDERED})
    of_words = bool(lengths or wanted & {*WORD_MEANINGS, *WORD_COLUMNS})
    of_ngrams = bool(orders or wanted & {*NGRAM_MEANINGS})
    together = definitions.of_ngrams.words == definitions.words
    if of_words or (of_ngrams and together):
        counts |= count_words(data, offsets, definitions, orders if together else (), lengths)
        counts["ngram_word_chars"] = counts["word_chars"]
    if of_ngrams and not together:
        apart = count_words(data, offsets, definitions.of_ngrams, orders)
        counts |= {form.format(n): apart[form.format(n)] for form in ORDERED for n in orders}
        counts["ngram_word_chars"] = apart["word_chars"]
    if wanted & RUN_MEANINGS.keys():
        counts |= count_runs(data, offsets)
    if wanted & {*LINE_COLUMNS, "long_lines"}:
        counts |= count_lines(data, offsets, definitions)
    if wanted & {*DUPLICATE_COLUMNS, *PART_COLUMNS}:
        counts |= count_parts(data, offsets, definitions)
    if wanted & CODE_MEANINGS.keys():
        counts |= count_code(data, offsets)
    null = np.asarray(texts.is_null())
    columns = {name: pa.array(counts[name], mask=null) for name in wanted if name in counts}
    if wanted & {*STOP_WORD_COLUMNS}:
        columns |= count_stop_words(texts, langs, definitions)
    if asked := wanted & PROGRAM_MEANINGS.keys():
        if code_languages is None:
            code_languages = pa.nulls(len(texts), pa.string())
        programs = count_programs(texts, code_languages)
        columns |= {name: programs[name] for name in asked}
    assert LINE_MEANINGS.keys() - {"long_lines"} <= {*PART_COLUMNS}
    return columns
