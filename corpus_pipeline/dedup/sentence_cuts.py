"""Cuts out of texts what stands elsewhere, too, and sentences that hold an evaluation item.

A document that would lose more than `max_loss` of its characters to what stands elsewhere loses
nothing: what is left of it would be another document, full of holes, and what it shares with others
is then no boilerplate but its matter. Near copies are the affair of `minhash`. A document of which
nothing is left, but for a few words, is a copy and goes as a whole.
"""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.dedup.anchors import RepeatOptions
from corpus_pipeline.dedup.repeats import Holes, TextSpans, holes_of, taken_spans
from corpus_pipeline.dedup.sentences import SentenceOptions, TextWindows
from corpus_pipeline.dedup.units import units_of
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import as_texts, string_column, utf8_buffers
from corpus_pipeline.text.sentences import Sentences, split_sentences
from corpus_pipeline.text.words import split_words
from corpus_pipeline.thresholds import exact_threshold

_REMOVED = 1
_KEPT = 2


class SentenceSpans(NamedTuple):
    """Runs of sentences of N texts, whatever they are for."""

    rows: NDArray[np.int64]
    """int64[S], the text."""
    first: NDArray[np.uint32]
    """uint32[S], number of the first sentence in its text."""
    last: NDArray[np.uint32]
    """uint32[S], number of the last one."""


class Repeats(NamedTuple):
    """The repeated strings of N texts, and what becomes of them."""

    spans: TextSpans
    options: RepeatOptions


class RemovedRepeats(NamedTuple):
    """What the removal of repeated strings cost N texts."""

    spans: NDArray[np.int32]
    """int32[N], strings removed."""
    chars: NDArray[np.int32]
    """int32[N], code points removed with them, and not with sentences."""
    repeated: NDArray[np.int32]
    """int32[N], code points in strings that stand elsewhere and that no copy needs that stays."""
    nothing_left: NDArray[np.bool_]
    """bool[N], true for a text of which fewer than `min_words` words are left."""


class RemovedSentences(NamedTuple):
    """N texts without the removed sentences, and what that cost them."""

    texts: pa.Array
    """string[N]; null stays null, a text that lost every sentence is empty."""
    sentences: NDArray[np.int32]
    """int32[N], sentences removed."""
    chars: NDArray[np.int32]
    """int32[N], Unicode code points removed, white space included."""
    repeated: NDArray[np.int32]
    """int32[N], code points that stand elsewhere, too: `chars`, if the text did not lose more than
    `max_loss`."""
    nothing_left: NDArray[np.bool_]
    """bool[N], true for a text of which fewer than `min_words` words are left."""
    too_much: NDArray[np.bool_]
    """bool[N], true for a text that lost nothing because it would have lost too much."""
    repeats: RemovedRepeats
    """All 0 where none were asked for."""


@kernel
def _mark(unit_offsets, window_offsets, ordinals, keep, span, marks):  # type: ignore[no-untyped-def]
    """Marks the units of each window; returns the text with a wrong ordinal, else -1."""
    for row in range(len(unit_offsets) - 1):
        first, stop = unit_offsets[row], unit_offsets[row + 1]
        for window in range(window_offsets[row], window_offsets[row + 1]):
            unit = first + np.int64(ordinals[window])
            if unit >= stop:
                return row
            mark = np.uint8(_KEPT) if keep[window] else np.uint8(_REMOVED)
            for member in range(unit, min(unit + span, stop)):
                marks[member] |= mark
    return -1


@kernel
def _line_breaks(data, start, stop):  # type: ignore[no-untyped-def]
    """Counts the line feeds of data[start:stop]."""
    count = 0
    for i in range(start, stop):
        if data[i] == 10:
            count += 1
    return count


@kernel
def _mask(data, offsets, sentence_offsets, starts, ends, gone, mask):  # type: ignore[no-untyped-def]
    """Marks the bytes that go with the sentences that are `gone`."""
    for row in range(len(offsets) - 1):
        text_start, text_stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        first, stop = sentence_offsets[row], sentence_offsets[row + 1]
        # Bytes from `done` on are still to be looked at.
        done = text_start
        member = first
        while member < stop:
            if not gone[member]:
                member += 1
                continue
            run = member
            while member < stop and gone[member]:
                member += 1
            if run == first and member == stop:
                mask[done:text_stop] = True
                break
            # Of the gaps before, inside and after the run one stays: the one with most line breaks,
            # so that a paragraph break never turns into a space; of equals the last, which holds
            # the indentation of what follows. White space around the whole text stays.
            gap, gap_stop = text_start, np.int64(starts[run])
            if run > first:
                gap = np.int64(ends[run - 1])
            run_stop = text_stop if member == stop else np.int64(starts[member])
            keep, keep_stop = gap, gap_stop
            if run > first and member == stop:
                keep, keep_stop = np.int64(ends[member - 1]), text_stop
            elif run > first:
                most = _line_breaks(data, gap, gap_stop)
                for k in range(run, member):
                    inner, inner_stop = np.int64(ends[k]), np.int64(starts[k + 1])
                    breaks = _line_breaks(data, inner, inner_stop)
                    if breaks >= most:
                        most, keep, keep_stop = breaks, inner, inner_stop
            mask[gap:keep] = True
            mask[keep_stop:run_stop] = True
            done = run_stop


@kernel
def _copy(data, offsets, mask, out, out_offsets):  # type: ignore[no-untyped-def]
    """Writes each text without its marked bytes."""
    at = np.int64(0)
    for row in range(len(offsets) - 1):
        out_offsets[row] = at
        for i in range(np.int64(offsets[row]), np.int64(offsets[row + 1])):
            if not mask[i]:
                out[at] = data[i]
                at += 1
    out_offsets[len(offsets) - 1] = at


def cut_spans(texts: pa.Array, spans: SentenceSpans) -> RemovedSentences:
    """Cuts runs of sentences out of texts, and the gaps beside them as `remove_sentences` does.

    >>> spans = SentenceSpans(np.array([0]), np.array([1], np.uint32), np.array([2], np.uint32))
    >>> cut_spans(pa.array(["One. Two. Three! 四。"]), spans).texts.to_pylist()
    ['One. 四。']
    """
    texts = as_texts(texts)
    nothing = TextWindows(
        np.zeros(len(texts) + 1, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.bool_)
    )
    return remove_sentences(texts, nothing, SentenceOptions(), spans)


def remove_sentences(
    texts: pa.Array,
    windows: TextWindows,
    options: SentenceOptions,
    spans: SentenceSpans | None = None,
    repeats: Repeats | None = None,
) -> RemovedSentences:
    """Cuts the sentences of removed windows out, save those that a keeper covers.

    Where sentences go, one of the gaps beside and between them stays, the one with most line breaks
    (of equals the last); no other byte changes, and texts that lose nothing keep their bytes. A
    text that would lose more than `max_loss` to windows keeps them all, unless nothing would be
    left of it.

    Args:
        texts: string[N], the very texts that were hashed.
        windows: of the N texts.
        options: those of `span_hashes`.
        spans: sentences that go whatever covers them, and however many.
        repeats: strings that go, too, and those that stay: sentences that touch one of these do not
            go for a window.

    Raises:
        ValueError: a window begins after the last unit of its text, so the texts or the options
            are not those that were hashed.

    >>> ordinals, keep = np.array([1, 2], np.uint32), np.array([False, True])
    >>> windows = TextWindows(np.array([0, 2]), ordinals, keep)
    >>> text = pa.array(["One.\\n\\nTwo. Three! Four. 你好。"])
    >>> options = SentenceOptions(span=3, min_words=1)
    >>> remove_sentences(text, windows, options).texts.to_pylist()
    ['One.\\n\\nThree! Four. 你好。']
    """
    texts = as_texts(texts)
    if len(windows.offsets) != len(texts) + 1:
        raise ValueError(
            f"windows are of {len(windows.offsets) - 1} texts, but {len(texts)} were given; "
            "pick them with windows_of for the same documents"
        )
    touched = np.zeros(len(texts), np.bool_)
    times = np.diff(windows.offsets)
    touched[np.repeat(np.arange(len(texts)), times)[~windows.keep]] = True
    if spans is not None:
        touched[spans.rows] = True
    if repeats is not None:
        strings = np.diff(repeats.spans.offsets)
        touched[np.repeat(np.arange(len(texts)), strings)[~repeats.spans.keep]] = True
    rows = np.flatnonzero(touched)
    none = np.zeros(len(texts), np.int32)
    if not len(rows):
        never = none.astype(np.bool_)
        nothing = RemovedRepeats(none, none, none, never)
        return RemovedSentences(texts, none, none, none, never, never, nothing)
    # Few documents lose anything, and the others are not looked at.
    here = np.repeat(touched, times)
    offsets = np.concatenate([[0], np.cumsum(times[rows])])
    some = TextWindows(offsets, windows.ordinals[here], windows.keep[here])
    if spans is not None:
        spans = spans._replace(rows=np.searchsorted(rows, spans.rows))
    if repeats is not None:
        repeats = repeats._replace(spans=taken_spans(repeats.spans, touched))
    cut = _remove(texts.take(pa.array(rows)), some, options, spans, repeats, rows)
    shorter = pc.replace_with_mask(texts, pa.array(touched), cut.texts)

    def spread(values: NDArray[Any]) -> NDArray[Any]:
        """Returns one value for each text, from those of the texts that lose something."""
        spread_out = np.zeros(len(texts), values.dtype)
        spread_out[rows] = values
        return spread_out

    return RemovedSentences(
        shorter,
        spread(cut.sentences),
        spread(cut.chars),
        spread(cut.repeated),
        spread(cut.nothing_left),
        spread(cut.too_much),
        RemovedRepeats(*map(spread, cut.repeats)),
    )


def _remove(
    texts: pa.Array,
    windows: TextWindows,
    options: SentenceOptions,
    spans: SentenceSpans | None,
    repeats: Repeats | None,
    numbers: NDArray[np.int64],
) -> RemovedSentences:
    """Does what `remove_sentences` does, with texts that all lose something."""
    sentences = split_sentences(texts)
    units = units_of(texts, sentences, options.unit)
    repeated = _repeated(units.spans, windows, options, numbers)[units.of_sentences]
    if repeats is not None:
        repeated &= ~_touching(texts, sentences, repeats.spans)
    cut = np.zeros(len(repeated), np.bool_)
    if spans is not None:
        begin, end = sentences.offsets[spans.rows], sentences.offsets[spans.rows + 1]
        depth = np.zeros(len(cut) + 1, np.int64)
        np.add.at(depth, begin + spans.first, 1)
        np.add.at(depth, np.minimum(begin + spans.last + 1, end), -1)
        cut = np.cumsum(depth)[:-1] > 0
    chars = _lengths(texts)
    shorter = _without(texts, sentences, repeated | cut)
    left = _lengths(shorter)
    # What windows alone take: a span takes no part in the limit.
    lost = (chars if spans is None else _lengths(_without(texts, sentences, cut))) - left
    nothing_left = _has_few_words(shorter, lost > 0, options.min_words)
    if spans is not None:
        nothing_left |= (left == 0) & (chars > 0)
    limit = exact_threshold(options.max_loss)
    too_much = ~nothing_left & (lost * limit.denominator > chars * limit.numerator)
    if too_much.any():
        repeated &= ~np.repeat(too_much, np.diff(sentences.offsets))
        if spans is None:
            shorter = pc.if_else(pa.array(too_much), texts, shorter)
        else:
            shorter = _without(texts, sentences, repeated | cut)
        left = left + np.where(too_much, lost, 0)
    gone = np.concatenate([[0], np.cumsum(repeated | cut)])[sentences.offsets]
    none = np.zeros(len(texts), np.int32)
    without = RemovedRepeats(none, none, none, none.astype(np.bool_))
    if repeats is not None:
        holes, without = _holes_within_limit(texts, sentences, repeats)
        shorter = _without(texts, sentences, repeated | cut, holes)
        few = _has_few_words(shorter, without.spans > 0, repeats.options.min_words)
        chars_of_holes = (left - _lengths(shorter)).astype(np.int32)
        without = without._replace(chars=chars_of_holes, nothing_left=few & ~nothing_left)
    return RemovedSentences(
        shorter,
        np.diff(gone).astype(np.int32),
        (chars - left).astype(np.int32),
        lost.astype(np.int32),
        nothing_left,
        too_much,
        without,
    )


def _holes_within_limit(
    texts: pa.Array, sentences: Sentences, repeats: Repeats
) -> tuple[Holes, RemovedRepeats]:
    """Returns the strings that go, and their cost; texts that would lose too much lose none."""
    options, chars = repeats.options, _lengths(texts)
    holes = holes_of(texts, repeats.spans, options)
    shorter = _without(texts, sentences, np.zeros(len(sentences.ends), np.bool_), holes)
    lost = chars - _lengths(shorter)
    limit = exact_threshold(options.max_loss)
    too_much = lost * limit.denominator > chars * limit.numerator
    too_much &= ~_has_few_words(shorter, too_much, options.min_words)
    stay = ~too_much[holes.rows]
    holes = Holes(holes.rows[stay], holes.spans[stay])
    counts = np.bincount(holes.rows, minlength=len(texts)).astype(np.int32)
    none = np.zeros(len(texts), np.bool_)
    return holes, RemovedRepeats(counts, counts, lost.astype(np.int32), none)


@kernel
def _touch(text_offsets, sentence_offsets, starts, ends, offsets, firsts, lasts, keep, touched):  # type: ignore[no-untyped-def]
    for row in range(len(text_offsets) - 1):
        first, stop = sentence_offsets[row], sentence_offsets[row + 1]
        base = np.int64(text_offsets[row])
        for k in range(offsets[row], offsets[row + 1]):
            if not keep[k]:
                continue
            begin, end = base + np.int64(firsts[k]), base + np.int64(lasts[k])
            member = first + np.searchsorted(ends[first:stop], begin, side="right")
            while member < stop and starts[member] < end:
                touched[member] = True
                member += 1


def _touching(texts: pa.Array, sentences: Sentences, spans: TextSpans) -> NDArray[np.bool_]:
    """Returns bool[S]: the sentence has bytes of a string of which this copy stays."""
    _, offsets = utf8_buffers(texts)
    touched = np.zeros(len(sentences.ends), np.bool_)
    _touch(offsets, *sentences, *spans, touched)
    return touched


def _repeated(
    units: Sentences,
    windows: TextWindows,
    options: SentenceOptions,
    numbers: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Returns bool[U]: a removed window covers the unit and no keeper does."""
    marks = np.zeros(len(units.ends), np.uint8)
    wrong = _mark(
        units.offsets, windows.offsets, windows.ordinals, windows.keep, options.span, marks
    )
    if wrong >= 0:
        raise ValueError(
            f"text {numbers[wrong]} has no {options.unit} with the number of one of its windows; "
            "give the texts and the options that were hashed"
        )
    repeated: NDArray[np.bool_] = marks == _REMOVED
    return repeated


def _without(
    texts: pa.Array, sentences: Sentences, gone: NDArray[np.bool_], holes: Holes | None = None
) -> pa.Array:
    """Returns the texts without the sentences that are gone, and without holes."""
    data, offsets = utf8_buffers(texts)
    mask = np.zeros(int(offsets[-1]), np.bool_)
    _mask(data, offsets, *sentences, gone, mask)
    if holes is not None:
        for row, (start, end) in zip(holes.rows.tolist(), holes.spans.tolist(), strict=True):
            mask[offsets[row] + start : offsets[row] + end] = True
    out = np.empty(int(offsets[-1] - offsets[0]), np.uint8)
    out_offsets = np.zeros(len(offsets), np.int32)
    _copy(data, offsets, mask, out, out_offsets)
    nulls = texts.is_null().to_numpy(zero_copy_only=False)
    return string_column(out[: out_offsets[-1]], out_offsets, nulls)


def _lengths(texts: pa.Array) -> NDArray[np.int64]:
    """int64[N], code points of each text; 0 for null."""
    lengths: NDArray[np.int64] = pc.utf8_length(texts).fill_null(0).to_numpy().astype(np.int64)
    return lengths


def _has_few_words(texts: pa.Array, asked: NDArray[np.bool_], min_words: int) -> NDArray[np.bool_]:
    """bool[N], true for the texts asked for that have fewer words than any window."""
    few = asked.copy()
    words = split_words(texts.filter(pa.array(asked)))
    few[asked] = np.diff(words.offsets) < min_words
    return few
