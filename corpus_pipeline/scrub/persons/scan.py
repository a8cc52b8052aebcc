"""Finds names of persons in texts whose words are parted by spaces.

tokens      words with a capital and what is between them            `tokens`
chains      tokens with nothing but blanks, hyphens, initials' dots and particles between them
names       pieces of chains whose words look like a name            `evidence`
            and whose surroundings speak for one                     `context`
cells       names in tables, in columns of names                     `cells`
turned      names with a comma or a nickname inside                  `turned`
people      names of which nothing is said, in a text that tells of no person, are things'
mentions    words of these names elsewhere in the text
"""

from collections.abc import Sequence

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.entities import INDEX
from corpus_pipeline.scrub.persons.catalogues import drop_things
from corpus_pipeline.scrub.persons.cells import read_cells
from corpus_pipeline.scrub.persons.chains import read_chains
from corpus_pipeline.scrub.persons.context import has_signs
from corpus_pipeline.scrub.persons.labelled import read_labelled
from corpus_pipeline.scrub.persons.marks import CUED, FIRST, FOUND, PRIVATE
from corpus_pipeline.scrub.persons.mentions import (
    read_firms,
    read_joined,
    read_listed,
    read_mentions,
)
from corpus_pipeline.scrub.persons.notes import forget, new_notes
from corpus_pipeline.scrub.persons.surname_ends import surname_ends
from corpus_pipeline.scrub.persons.tables import (
    tables,
)
from corpus_pipeline.scrub.persons.tokens import (
    END,
    PEOPLE,
    START,
    read_small_tokens,
    read_tokens,
    room,
)
from corpus_pipeline.scrub.persons.turned import read_inverted, read_nicknames
from corpus_pipeline.scrub.persons.words import LANGUAGES
from corpus_pipeline.scrub.spans import Spans
from corpus_pipeline.text.columns import Utf8

#: A text of fewer bytes without capitals is read all the same: messages are written so.
_SMALL_TEXT = 4_000
#: Of a language: its place in `LANGUAGES`, counted from 1; that it writes all nouns with a capital;
#: that its common words are not known well, so that a name wants more to speak for it; that enough
#: of the words that speak of persons are known, so that a text without one tells of nobody. The
#: lists of other languages lack too many: there the rule took more persons than things.
_LIST, _NOUNS, _STRICT, _TOLD = 31, 32, 64, 128
_LANGUAGES: dict[str | None, int] = {
    **{language: place + 1 for place, language in enumerate(LANGUAGES.split())},
    "de": _NOUNS | LANGUAGES.split().index("de") + 1, "lb": _NOUNS | _STRICT,
    "ru": _TOLD | LANGUAGES.split().index("ru") + 1, "en": _TOLD, None: _TOLD,
}  # fmt: skip


@kernel
def _scan(  # type: ignore[no-untyped-def]
    data, offsets, languages, tables, ends, tokens, notes, least, rows, starts, stops, scores,
):  # fmt: skip
    """Fills the arrays of the findings; returns how many."""
    found = 0
    for row in range(len(offsets) - 1):
        begin, stop = offsets[row], offsets[row + 1]
        total, caseless = read_tokens(
            data, begin, stop, tables, ends, languages[row] & _LIST, tokens
        )
        if caseless:
            first = found
            found = read_labelled(data, begin, stop, tables, row, found, rows, starts, stops)
            for k in range(first, found):
                scores[k] = 0.5
        elif total == 0 and stop - begin < _SMALL_TEXT:
            total = read_small_tokens(data, begin, stop, tables, tokens)
        count = 0
        strict = languages[row] & _STRICT != 0
        nouns = 1 * (languages[row] & _NOUNS != 0) + 2 * (languages[row] & _LIST != 0)
        # Most texts name no private person: whoever asks for these alone is told so soon.
        signs = total > 0 and has_signs(data, begin, stop)
        rough = (1 + signs) if least & PRIVATE and total else 0
        cells = read_cells(data, begin, stop, tables, tokens, total, False) if signs else 0
        if cells:
            rough = 0
        while total:
            read_firms(data, begin, tables, tokens, total)
            count = read_chains(
                data, begin, stop, tables, tokens, total, nouns, strict, rough, notes,
            )  # fmt: skip
            if not rough:
                break
            rough = 0
            total = total if count else 0
            for k in range(total):
                tokens[k, PEOPLE] = 0
        dropped = languages[row] & _TOLD != 0 and drop_things(
            data, begin, stop, tables, tokens, total, nouns, notes
        )
        if cells:
            read_cells(data, begin, stop, tables, tokens, total, True)
        read_inverted(data, begin, tokens, total)
        read_nicknames(data, tokens, total)
        read_joined(data, tokens, total)
        read_listed(data, begin, tokens, total)
        if count:
            known = least | CUED if dropped else least
            read_mentions(data, begin, stop, tables, tokens, total, notes, known)
        forget(notes, count)
        found = _written(tokens, total, least, row, found, rows, starts, stops, scores)
    return found


@kernel
def _written(tokens, total, least, row, found, rows, starts, stops, scores):  # type: ignore[no-untyped-def]
    """Adds the names among the tokens of a text to the findings; returns how many there are."""
    k = 0
    while k < total:
        if not tokens[k, PEOPLE] & FIRST:
            k += 1
            continue
        first = k
        k += 1
        while k < total and tokens[k, PEOPLE] & FOUND and not tokens[k, PEOPLE] & FIRST:
            k += 1
        if tokens[first, PEOPLE] & least != least:
            continue
        rows[found], starts[found] = row, tokens[first, START]
        stops[found] = tokens[k - 1, END]
        scores[found] = 0.8 if k - first > 1 else 0.6
        found += 1
    return found


def find_spaced_persons(text: Utf8, languages: Sequence[str | None], everyone: bool) -> Spans:
    """Finds names of persons in a column of N texts.

    Args:
        text: the column's buffers.
        languages: N codes as *language* writes them; the rules are those of all languages.
        everyone: all persons; else those in a labelled or contact context and their later mentions.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> column = utf8_buffers(pa.array(["Yesterday Alice Miller met Mr. Zorbas."]))
    >>> spans = find_spaced_persons(column, [None], True)
    >>> [bytes(column.data[a:b]).decode() for a, b in zip(spans.starts, spans.ends)]
    ['Alice Miller', 'Zorbas']
    """
    kinds = np.zeros(len(text.offsets) - 1, np.int64)
    kinds[: len(languages)] = [_LANGUAGES.get(language, _STRICT) for language in languages]
    sizes = np.diff(text.offsets)
    most = int(sizes.max()) if len(sizes) else 0
    size = int(text.offsets[-1] - text.offsets[0]) // 2 + 8 if len(text.offsets) > 1 else 8
    rows, starts = np.empty(size, np.int32), np.empty(size, np.int32)
    ends, scores = np.empty(size, np.int32), np.empty(size, np.float32)
    found = _scan(
        text.data, text.offsets, kinds, tables(), surname_ends(), room(most), new_notes(),
        FOUND if everyone else FOUND | PRIVATE, rows, starts, ends, scores,
    )  # fmt: skip
    # Those behind labels come before the others of their text.
    order = np.argsort(starts[:found], kind="stable")
    return Spans(
        rows[order], starts[order], ends[order], np.full(found, INDEX["PERSON"], np.int32),
        scores[order],
    )  # fmt: skip
