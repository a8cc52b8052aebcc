"""All repairs over a column: encoding, width, kind of Chinese, replacements, in this order."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.filters.repair import gbk
from corpus_pipeline.filters.repair.chinese import find_convertible, load_converter
from corpus_pipeline.filters.repair.columns import KINDS, REPAIR_MEASURES
from corpus_pipeline.filters.repair.mojibake import Fixed, Fixer, fix, load_fixer, replaced
from corpus_pipeline.filters.repair.options import RepairOptions
from corpus_pipeline.filters.repair.replacements import Replacement, load_replacements, replace
from corpus_pipeline.filters.repair.width import fold_width
from corpus_pipeline.text.columns import as_texts


class Repairer(NamedTuple):
    """What the options need, opened."""

    options: RepairOptions
    fixer: Fixer | None
    converter: Any
    """opencc.OpenCC or None."""
    replacements: tuple[Replacement, ...]


class Repaired(NamedTuple):
    """Texts after the repair."""

    texts: pa.Array
    """`string`."""
    measures: pa.RecordBatch
    """`REPAIR_MEASURES`."""


def load_repairer(options: RepairOptions) -> Repairer:
    """Opens the libraries that the options need.

    Raises:
        ConfigError: one is not installed, or an expression is none.
    """
    converter = None if options.chinese is None else load_converter(options.chinese)
    replacements = load_replacements(options.replace)
    return Repairer(options, load_fixer(options), converter, replacements)


def repair_texts(texts: pa.Array, rows: NDArray[np.bool_], repairer: Repairer) -> Repaired:
    """Repairs the chosen rows; a text that nothing changes keeps its bytes.

    Args:
        texts: `string`, N texts.
        rows: bool[N]; the others stay, and their measures are null.
        repairer: of `load_repairer`.

    >>> repairer = load_repairer(RepairOptions(width="letters", chinese="simplified"))
    >>> texts = pa.array(["cafÃ©", "ＡＢ，頭髮", "clean", None])
    >>> done = repair_texts(texts, np.ones(4, np.bool_), repairer)
    >>> done.texts.to_pylist()
    ['café', 'AB，头发', 'clean', None]
    >>> done.measures["repair_changed"].to_pylist(), done.measures["repair_chars"].to_pylist()
    ([['mojibake'], ['width', 'chinese'], None, None], [2, 4, 0, None])
    """
    texts = as_texts(texts)
    options = repairer.options
    rows = rows & np.asarray(texts.is_valid())
    kinds = np.zeros((len(KINDS), len(texts)), np.bool_)
    chars = np.zeros(len(texts), np.int64)

    def change(where: NDArray[np.bool_], work: Callable[[str], Fixed]) -> None:
        """Does the work on the chosen texts, and notes what it changed."""
        nonlocal texts
        numbers = np.flatnonzero(where & rows)
        done = [work(text) for text in texts.take(pa.array(numbers)).to_pylist()]
        new = {n: each for n, each in zip(numbers.tolist(), done, strict=True) if each.kinds}
        if not new:
            return
        mask = np.zeros(len(texts), np.bool_)
        for number, each in new.items():
            mask[number] = True
            chars[number] += each.chars
            for kind in each.kinds:
                kinds[KINDS.index(kind), number] = True
        texts = pc.replace_with_mask(
            texts, pa.array(mask), pa.array([each.text for each in new.values()], pa.string())
        )

    fixer = repairer.fixer
    sought = ([gbk.suspicious()] if options.gbk else []) + ([fixer.suspicious] if fixer else [])
    if sought:
        # One scan of all texts for both; then each has its own of the few that are found.
        seen = _holding(texts, "|".join(sought))
    if options.gbk:
        # First: ftfy would take some of its characters for mojibake of another kind.
        where = _among(texts, seen, gbk.suspicious())
        change(where, lambda text: gbk.decode_again(text, options.replace_lossy_sequences))
    if fixer is not None:
        change(_among(texts, seen, fixer.suspicious), lambda text: fix(fixer, text))
    if options.width is not None:
        texts, counts = fold_width(texts, rows, options.width == "all")
        kinds[KINDS.index("width")] = counts > 0
        chars += counts
    if repairer.converter is not None:
        converter = repairer.converter
        where = find_convertible(texts, options.chinese or "")
        change(where, lambda text: _converted(converter, text))
    if repairer.replacements:
        mask = pa.array(rows)
        edited, found = replace(texts.filter(mask), repairer.replacements)
        kinds[KINDS.index("replace"), rows] = found > 0
        chars[rows] += found
        texts = pc.replace_with_mask(texts, mask, edited)
    return Repaired(texts, _measures(kinds, chars, rows))


def _holding(texts: pa.Array, pattern: str) -> NDArray[np.bool_]:
    """bool[N], the pattern is found in the text."""
    found = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)


def _among(texts: pa.Array, rows: NDArray[np.bool_], pattern: str) -> NDArray[np.bool_]:
    """bool[N], the row is chosen and the pattern is found in its text."""
    found = np.zeros(len(texts), np.bool_)
    found[rows] = _holding(texts.filter(pa.array(rows)), pattern)
    return found


def _converted(converter: Any, text: str) -> Fixed:
    after = converter.convert(text)
    if after == text:
        return Fixed(text, frozenset(), 0)
    if len(after) == len(text):
        chars = sum(a != b for a, b in zip(text, after, strict=True))
    else:
        chars = replaced(text, after)
    return Fixed(after, frozenset({"chinese"}), chars)


def _measures(
    kinds: NDArray[np.bool_], chars: NDArray[np.int64], rows: NDArray[np.bool_]
) -> pa.RecordBatch:
    """The measures; `kinds` is bool[kinds, N]."""
    kind = np.nonzero(kinds.T)[1]
    offsets = np.concatenate([[0], np.cumsum(kinds.sum(axis=0))]).astype(np.int32)
    names = pa.array(KINDS, pa.string()).take(pa.array(kind))
    changed = pa.ListArray.from_arrays(
        pa.array(offsets), names, mask=pa.array(~kinds.any(axis=0), pa.bool_())
    )
    return pa.RecordBatch.from_arrays(
        [changed, pa.array(chars.astype(np.int32), mask=~rows)], schema=REPAIR_MEASURES
    )
