"""Names of persons in Chinese, Japanese and Korean letters, by rule."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.entities import INDEX
from corpus_pipeline.scrub.persons.cjk_chinese import find_in_row
from corpus_pipeline.scrub.persons.cjk_japanese import find_japanese
from corpus_pipeline.scrub.persons.cjk_korean import find_korean
from corpus_pipeline.scrub.persons.cjk_rows import Found, Row
from corpus_pipeline.scrub.persons.cjk_scan import Candidates, find_candidates
from corpus_pipeline.scrub.spans import Spans, made_spans
from corpus_pipeline.text.columns import Utf8

#: A text with a kana for at most this many Han characters is Japanese.
_HAN_PER_KANA = 20
_PERSON = INDEX["PERSON"]


@kernel
def _count_letters(data, offsets, counts):  # type: ignore[no-untyped-def]
    """Counts Han, kana and Hangul of each row by their first bytes: counts is int64[N, 3]."""
    for row in range(len(offsets) - 1):
        han = kana = hangul = 0
        i, stop = offsets[row], offsets[row + 1]
        wide = 0
        for k in range(np.uint64(i), np.uint64(stop)):
            wide += data[k] >= 0xE3
        if not wide:
            continue
        while i < stop:
            lead = data[i]
            if lead < 0xE3:
                i += 1
                continue
            if lead == 0xE3:
                kana += data[i + 1] >= 0x81 and data[i + 1] <= 0x83
            elif lead <= 0xE9:
                han += 1
            elif lead <= 0xED:
                hangul += lead > 0xEA or data[i + 1] >= 0xB0
            i += 3
        counts[row, 0], counts[row, 1], counts[row, 2] = han, kana, hangul


def find_cjk_persons(text: Utf8, languages: Sequence[str | None], everyone: bool) -> Spans:
    """Finds names of persons in Chinese, Japanese and Korean letters.

    Args:
        text: the buffers of N texts.
        languages: N codes, None where it is not known; the letters of a text decide first.
        everyone: all persons; otherwise those in a labelled or contact context, and where they are
            named again.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> text = utf8_buffers(pa.array(["联系人：陈荣，手机18710301535。"]))
    >>> spans = find_cjk_persons(text, ["zh"], False)
    >>> [bytes(text.data[a:b]).decode() for a, b in zip(spans.starts, spans.ends)]
    ['陈荣']
    """
    counts = np.zeros((len(text.offsets) - 1, 3), np.int64)
    _count_letters(text.data, text.offsets, counts)
    han, kana, hangul = counts.T
    data = text.data.tobytes() if (han + kana + hangul).any() else b""
    found: list[tuple[int, int, int, int, float]] = []
    # The letters decide; a Japanese form without a kana is read as both.
    chinese = (han > 1) & (kana * _HAN_PER_KANA <= han)
    labelled = np.array([each in ("ja", "jpn") for each in languages], np.bool_)
    # Headings and forms of Japan have few kana.
    chinese &= ~(labelled & (kana > 0))
    if chinese.any():
        found += _chinese(text, data, chinese, everyone)
    others: list[tuple[int, Found]] = []
    japanese = ((kana > 0) & ~chinese) | ((han > 1) & labelled)
    if japanese.any():
        others += find_japanese(text, data, japanese, everyone)
    # Three syllables are the least that is looked for.
    korean = hangul >= 3
    if korean.any():
        others += find_korean(text, data, korean, everyone)
    found += [(row, each.start, each.end, _PERSON, each.score) for row, each in others]
    return made_spans(_apart(found))


def _apart(
    found: list[tuple[int, int, int, int, float]],
) -> list[tuple[int, int, int, int, float]]:
    """Keeps of findings that cross the first, of those that begin at one place the longest."""
    kept: list[tuple[int, int, int, int, float]] = []
    for each in sorted(found, key=lambda f: (f[0], f[1], -f[2], -f[4])):
        if not kept or each[0] > kept[-1][0] or each[1] >= kept[-1][2]:
            kept.append(each)
    return kept


def _chinese(
    text: Utf8, data: bytes, wanted: NDArray[np.bool_], everyone: bool
) -> list[tuple[int, int, int, int, float]]:
    if not everyone:
        # Few texts name a private person; in these the person is looked for everywhere.
        some = _in_rows(text, data, wanted, find_candidates(text, wanted, True), everyone)
        wanted = np.zeros(len(wanted), np.bool_)
        wanted[[row for row, *_ in some]] = True
    return _in_rows(text, data, wanted, find_candidates(text, wanted, False), everyone)


def _in_rows(
    text: Utf8,
    data: bytes,
    wanted: NDArray[np.bool_],
    candidates: Candidates,
    everyone: bool,
) -> list[tuple[int, int, int, int, float]]:
    # Who speaks in a script needs no candidate.
    rows = np.flatnonzero(wanted) if everyone else np.unique(candidates.rows)
    limits = np.searchsorted(candidates.rows, [*rows, len(wanted)]).tolist()
    columns = [column.tolist() for column in candidates[1:]]
    offsets = text.offsets
    found = []
    for number, row in enumerate(rows.tolist()):
        low, high = limits[number], limits[number + 1]
        lists = [column[low:high] for column in columns]
        for each in find_in_row(
            Row(data, int(offsets[row]), int(offsets[row + 1]), *lists), everyone
        ):
            found.append((row, each.start, each.end, _PERSON, each.score))
    return found
