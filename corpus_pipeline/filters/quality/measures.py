"""Quality measures: what the rules of Gopher, C4 and FineWeb count, without their thresholds.

Counts are stored, not ratios, so that rules compare integers. Definitions, and whose they are:

* *character*: a Unicode code point. Space is Unicode white space.
* *word*: a maximal run of characters that are not space, as in C4 and Dolma; but a character of an
  unspaced script (Han, kana, Thai, ...) is a word by itself, and what stands between two of them is
  one too. Case and punctuation stay: "the," is one word; "你好，TiDB" is 你 | 好 | ，TiDB.
* *line*: what line feeds separate, stripped; blank lines do not count (as in datatrove).
* *paragraph*: a run of lines with no blank line between (two line feeds in datatrove).
* *duplicate* line or paragraph: has the same words as an earlier one; the first does not count
  (datatrove; Dolma counts all).
* *n-gram*: n consecutive words, across lines. Every occurrence of a repeated n-gram counts and no
  character twice (the Gopher paper's wording; Dolma too, whereas datatrove counts the second
  occurrence onwards). Characters of lines, paragraphs and n-grams are counted without spaces and
  compared with `word_chars`, so 1 means that the whole text is repeated, in any script.
* *stop words*: see profiles/stop_words.yaml; compared without case, width and outer punctuation.
  Gopher asks for two of eight words, so distinct words are counted (datatrove); DCLM counts
  occurrences, which are there too.
* *ellipsis*: a run of "…" or of three or more full stops, counted once (datatrove's count of "..."
  gives two for six full stops).
* C4 removes lines, then drops pages. Here nothing is edited: `c4_kept_lines` and
  `c4_kept_sentences` say what C4 would be left with. Removal of lines comes in a later version.
  Sentences are counted by end marks, not by NLTK's model; citations are ignored at line ends only.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.quality.columns import (
    DUPLICATE_ORDERS,
    LISTING_COLUMNS,
    MEANINGS,
    PROSE_MEANINGS,
    QUALITY_MEASURES,
    STOP_WORD_COLUMNS,
    TOP_ORDERS,
)
from corpus_pipeline.filters.quality.definitions import USUAL, Definitions
from corpus_pipeline.filters.quality.kernels import (
    COLUMNS,
    LINES,
    PAGE_WORD,
    PARAGRAPHS,
    WORDS,
    fill_stop_words,
)
from corpus_pipeline.filters.quality.more_columns import more_field
from corpus_pipeline.filters.quality.more_measures import count_more
from corpus_pipeline.filters.quality.repetition_kernels import (
    count_duplicates,
    count_ngrams,
    new_tables,
)
from corpus_pipeline.filters.quality.scan import ALL, NOTHING, PROSE_LINES, scan_text
from corpus_pipeline.filters.quality.score import score_quality
from corpus_pipeline.filters.quality.shipped_words import load_shipped
from corpus_pipeline.filters.quality.white_space import count_white_space
from corpus_pipeline.filters.quality.word_split import UNICODE, word_room
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import characters
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.text.languages import figures_for
from corpus_pipeline.text.prose import COLUMNS as PROSE_COLUMNS
from corpus_pipeline.text.prose import (
    LISTING,
    MIN_PROSE_BYTES,
    PROSE,
    measured_of,
    new_walk,
    start_walk,
)


class StopWords(NamedTuple):
    """The stop words and page words of all languages as one hash table for kernels."""

    languages: dict[str, int]
    """Number of each language that has a list."""
    keys: NDArray[np.uint64]
    """uint64[T]."""
    bits: NDArray[np.uint8]
    """uint8[T], number of the word in its language, below 64, or `PAGE_WORD`."""
    has_page_words: NDArray[np.bool_]
    """bool[L], the language has a list of page words."""


@cache
def load_stop_words() -> StopWords:
    """Loads profiles/stop_words.yaml and profiles/page_words.yaml (once per process).

    Raises:
        ConfigError: a language has more than 64 words.

    >>> sorted(load_stop_words().languages)[:3]
    ['ar', 'ca', 'cs']
    """
    stop, page = load_shipped("stop_words"), load_shipped("page_words")
    words: list[str] = []
    languages: list[int] = []
    numbers: list[int] = []
    for language, (name, entries) in enumerate(stop.items()):
        if len(entries) > 64:
            raise ConfigError(
                f"stop_words.yaml: {name} has {len(entries)} words, above 64; drop the rarest"
            )
        words += entries + page.get(name, [])
        numbers += [*range(len(entries)), *[PAGE_WORD] * len(page.get(name, []))]
        languages += [language] * (len(words) - len(languages))
    slots = 1 << (4 * len(words)).bit_length()
    keys, bits = np.zeros(slots, np.uint64), np.zeros(slots, np.uint8)
    data, offsets = utf8_buffers(pa.array(words, pa.string()))
    fill_stop_words(
        data, offsets, np.array(languages, np.int64), np.array(numbers, np.uint8),
        characters().folds, keys, bits,
    )  # fmt: skip
    pages = np.array([name in page for name in stop])
    return StopWords({name: number for number, name in enumerate(stop)}, keys, bits, pages)


@kernel
def _measure(  # type: ignore[no-untyped-def]
    data, offsets, prose, state, found, no_end, cover, out, copy, room,
    classes, folds, roles, limits, languages, keys, bits, counts, kinds,
):  # fmt: skip
    """Fills `counts`, int32[measures, N], and `kinds`, uint8[N], what is measured of each text.

    Scratch is allocated once, for the longest text: `room` words, and as many lines.
    """
    hashes = np.empty(room, np.uint64)
    ends = np.empty(room + 1, np.int32)
    line_hashes = np.empty(room, np.uint64)
    line_chars = np.empty(room, np.int32)
    paragraph_hashes = np.empty(room, np.uint64)
    paragraph_chars = np.empty(room, np.int32)
    positions = np.empty(room, np.int32)
    names, table_keys, table_counts, covered, covered_to = new_tables(room)
    totals = np.zeros(len(COLUMNS), np.int64)
    top = np.zeros(len(TOP_ORDERS), np.int32)
    duplicate = np.zeros(len(DUPLICATE_ORDERS), np.int32)
    for row in range(len(offsets) - 1):
        start = np.int64(offsets[row])
        stop = np.int64(offsets[row + 1])
        reading = ALL
        if prose:
            start_walk(data, start, stop, folds, state, found, no_end, cover)
            # What is left of a short text is too little, but what would be left out is counted.
            reading = PROSE_LINES if stop - start >= MIN_PROSE_BYTES else NOTHING
        while True:
            for k in range(len(totals)):
                totals[k] = 0
            scan_text(
                data, start, stop, prose, state, found, no_end, out, copy, reading, classes, folds,
                roles, limits, languages[row], keys, bits, hashes, ends, line_hashes, line_chars,
                paragraph_hashes, paragraph_chars, totals,
            )  # fmt: skip
            if reading == ALL:
                break
            kinds[row] = measured_of(data, start, stop, state, found)
            if kinds[row] == PROSE:
                break
            reading = ALL
        k = len(COLUMNS)
        for column in range(k):
            counts[column, row] = totals[column]
        counts[k, row], counts[k + 1, row] = count_duplicates(
            line_hashes, line_chars, totals[LINES], table_keys, table_counts
        )
        counts[k + 2, row], counts[k + 3, row] = count_duplicates(
            paragraph_hashes, paragraph_chars, totals[PARAGRAPHS], table_keys, table_counts
        )
        count_ngrams(
            hashes, ends, totals[WORDS], positions, names,
            table_keys, table_counts, covered, covered_to, top, duplicate,
        )  # fmt: skip
        k += 4
        for column in range(len(top)):
            counts[k + column, row] = top[column]
        k += len(top)
        for column in range(len(duplicate)):
            counts[k + column, row] = duplicate[column]
        k += len(duplicate)
        for column in range(len(found)):
            counts[k + column, row] = found[column]


def measure_quality(
    texts: pa.Array,
    langs: pa.Array,
    prose: bool = False,
    definitions: Definitions = USUAL,
    more: Sequence[str] = (),
    code_languages: pa.Array | None = None,
) -> pa.RecordBatch:
    """Measures every text; `QUALITY_MEASURES` says what, and `more` what else.

    Memory: up to 31 bytes for each byte of the longest text, whatever the batch.

    Args:
        texts: `string`, N texts; null gives null measures.
        langs: `string`, N languages ("en", "zh_Hans") or scripts ("und-Hani"); they choose the stop
            words and what the score compares with. Null or a language without a list gives null.
        prose: measure the prose only, see `text.prose`. A text with too little of it is measured
            as a whole; if the most of it is code, all measures but its size are null. Line ends are
            then read as prose has them: a quotation mark, a bracket, emphasis or a citation may
            stand behind the full stop, a colon may end a clause, and a long list item needs no
            mark.
        definitions: how things are counted, where a profile says so.
        more: names of `more_columns`, counted besides, of the whole text.
        code_languages: `string`, N programming languages as Linguist names them, for measures of
            programs; null or None where nothing is known.

    Raises:
        ValueError: `texts` and `langs` differ in length, or there is no such measure.

    >>> measures = measure_quality(pa.array(["你好，世界。\\n\\nSo be it, to the end."]),
    ...                            pa.array(["en"]))
    >>> row = measures.to_pylist()[0]
    >>> row["words"], row["lines"], row["paragraphs"], row["sentences"], row["stop_words"]
    (12, 2, 2, 2, 3)
    """
    texts, langs = as_texts(texts), as_texts(langs)
    if len(texts) != len(langs):
        raise ValueError(f"texts and langs must have one length, got {len(texts)} and {len(langs)}")
    data, offsets = utf8_buffers(texts)
    stop_words = load_stop_words()
    languages = figures_for(tuple(stop_words.languages)).of_column(langs)
    table = characters()
    longest = int(np.diff(offsets).max(initial=0))
    counts = np.empty((len(MEANINGS) + len(PROSE_COLUMNS), len(texts)), np.int32)
    kinds = np.zeros(len(texts), np.uint8)
    _measure(
        data,
        offsets,
        prose,
        *new_walk(longest),
        word_room(longest, UNICODE),
        definitions.classes(),
        table.folds,
        definitions.roles(),
        definitions.limits(),
        languages,
        stop_words.keys,
        stop_words.bits,
        counts,
        kinds,
    )
    null = np.asarray(texts.is_null())
    listing = null | (kinds == LISTING)
    columns = []
    for name, values in zip(MEANINGS, counts, strict=False):
        mask = null if name in LISTING_COLUMNS else listing
        if name in STOP_WORD_COLUMNS:
            mask = mask | (languages < 0)
        if name == "page_words":
            mask = mask | ~np.append(stop_words.has_page_words, False)[languages]
        columns.append(pa.array(values, mask=mask))
    if prose:
        measures = pa.RecordBatch.from_arrays(columns, names=list(MEANINGS))
        columns += [pa.array(values, mask=null) for values in counts[len(MEANINGS) :]]
        columns.append(score_quality(measures, langs))
    else:
        columns += [pa.nulls(len(texts), pa.int32())] * len(PROSE_MEANINGS)
    columns += [pa.array(values, mask=null) for values in count_white_space(texts)]
    schema = QUALITY_MEASURES
    found = count_more(texts, langs, definitions, more, code_languages)
    for name in definitions.replaced:
        columns[schema.get_field_index(name)] = found[name]
    for name in more:
        schema = schema.append(more_field(name))
        columns.append(found[name])
    return pa.RecordBatch.from_arrays(columns, schema=schema)
