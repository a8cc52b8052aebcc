"""Texts as published pipelines write them before a SentencePiece model reads them.

    ccnet-v1        "  Été １２ — l’«Œuvre»…\\n2ème"  ->  ete 00  -  l'"œuvre"...0eme
    dclm-v1         the same without lower case, and accents stay
    bigscience-v1   the same as dclm-v1, and every kind of blank is one
    raw-v1          the text

A document is one line: what is not printed goes, line feeds included, and leaves no blank. Where
each is from:

* *ccnet-v1*: facebookresearch/cc_net, `text_normalizer.normalize` as `mine.py` calls it, on the
  whole document. In this order: white space at both ends, lower case, accents (canonical
  decomposition without marks, so Hangul becomes its letters), digits, punctuation, what is not
  printed. Its table of punctuation has a `１` that becomes `"`; a digit has become 0 before.
* *dclm-v1*: mlfoundations/dclm, `quality_prediction_enrichers_kenlm_model.py`.
* *bigscience-v1*: bigscience-workshop/data-preparation, `01b_oscar_cleaning_and_filtering`.
* *raw-v1*: Data-Juicer's perplexity_filter.

The tables are of Unicode 14 (tools/make_normaliser_tables.py), so characters newer than that stay
as they are. Canonical order is not restored among the few marks that take room of their own and
stay (stems of musical notes), if a text has them in another.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import as_texts, string_column, utf8_buffers


class Published(NamedTuple):
    """How one of them writes texts."""

    table: str | None
    """Of published.npz; None for texts as they are."""
    lowers: bool = False
    """Lower case, which depends on the neighbours for one letter: Σ at the end of a word is ς."""
    removes_first: bool = False
    """What is not printed goes before the ends are stripped, so what is behind it is stripped."""


#: Profile -> how it writes texts. A profile never changes: a change is a new name.
PUBLISHED: Mapping[str, Published] = MappingProxyType(
    {
        "ccnet-v1": Published("ccnet", lowers=True),
        "dclm-v1": Published("dclm"),
        "bigscience-v1": Published("bigscience", removes_first=True),
        "raw-v1": Published(None),
    }
)

#: No character becomes more than three times as many bytes (a syllable of Hangul, three letters).
_ROOM = 3
#: Flags of tools/make_normaliser_tables.py.
_STRIPPED, _CASED, _PASSED_OVER = 1, 2, 4
_SIGMA = 0x3A3
#: The second byte of ς; of σ, which the table has, it is one more.
_FINAL = 0x82


class _Tables(NamedTuple):
    flags: NDArray[np.uint8]
    numbers: NDArray[np.uint16]
    """uint16[0x110000], which text a character becomes; 0: itself."""
    data: NDArray[np.uint8]
    starts: NDArray[np.int32]
    """int32[T + 2] into `data`, of the text with each number."""


@cache
def _tables(name: str) -> _Tables:
    with resources.files(__package__).joinpath("published.npz").open("rb") as file:
        arrays = np.load(file)
        parts = (arrays[f"{name}_{each}"] for each in ("numbers", "bytes", "starts"))
        return _Tables(arrays["flags"], *parts)


def blank_flags() -> tuple[NDArray[np.uint8], int]:
    """Returns flags of every character, and the bit of those at which `str.split` cuts."""
    return _tables("ccnet").flags, _STRIPPED


@kernel
def _ends(data, begin, stop, flags, numbers, starts, removes_first):  # type: ignore[no-untyped-def]
    """Returns a text's first and last byte without what is stripped."""
    while begin < stop:
        code_point, following = decode(data, begin)
        number = numbers[code_point]
        gone = removes_first and number != 0 and starts[number] == starts[number + 1]
        if not (gone or flags[code_point] & _STRIPPED):
            break
        begin = following
    while begin < stop:
        i = stop - 1
        while data[i] & 0xC0 == 0x80:
            i -= 1
        code_point, _ = decode(data, i)
        number = numbers[code_point]
        gone = removes_first and number != 0 and starts[number] == starts[number + 1]
        if not (gone or flags[code_point] & _STRIPPED):
            break
        stop = i
    return begin, stop


@kernel
def _is_followed(data, i, stop, flags):  # type: ignore[no-untyped-def]
    """Says whether a letter with case follows, marks and apostrophes passed over."""
    while i < stop:
        code_point, i = decode(data, i)
        if not flags[code_point] & _PASSED_OVER:
            return flags[code_point] & _CASED != 0
    return False


@kernel
def _write(  # type: ignore[no-untyped-def]
    data, offsets, flags, numbers, texts, starts, lowers, removes_first, out, out_offsets
):
    """Fills `out`, which has room for `_ROOM` bytes for each byte of text."""
    size = 0
    for row in range(len(offsets) - 1):
        out_offsets[row] = size
        i, stop = _ends(
            data, np.int64(offsets[row]), np.int64(offsets[row + 1]), flags, numbers, starts,
            removes_first,
        )  # fmt: skip
        follows = False
        while i < stop:
            code_point, following = decode(data, i)
            number = numbers[code_point]
            if number == 0:
                for k in range(i, following):
                    out[size] = data[k]
                    size += 1
            else:
                for k in range(starts[number], starts[number + 1]):
                    out[size] = texts[k]
                    size += 1
            if lowers:
                final = code_point == _SIGMA and follows
                if final and not _is_followed(data, following, stop, flags):
                    out[size - 1] = _FINAL
                if not flags[code_point] & _PASSED_OVER:
                    follows = flags[code_point] & _CASED != 0
            i = following
    out_offsets[len(offsets) - 1] = size
    return size


def published_texts(texts: pa.Array, profile: str, max_chars: int | None = None) -> pa.Array:
    """Writes texts under a published profile.

    Memory: three bytes for each byte of text while it runs.

    Args:
        texts: string[N], at most 680 MB.
        profile: a key of `PUBLISHED`.
        max_chars: reads this many characters of each text; None reads whole texts, as all of
            them do.

    Returns:
        string[N], null where the text is.

    Raises:
        ValueError: the profile is unknown, or the column is too large for 32-bit offsets.

    >>> texts = pa.array(["  Été １２ — l’«Œuvre»…\\n2ème", None])
    >>> published_texts(texts, "ccnet-v1").to_pylist()
    ['ete 00  -  l\\'"œuvre"...0eme', None]
    >>> published_texts(texts, "dclm-v1")[0].as_py()
    'Été 00  -  l\\'"Œuvre"...0ème'
    """
    texts = as_texts(texts)
    if profile not in PUBLISHED:
        raise ValueError(
            f"unknown normaliser profile {profile!r}; known are {', '.join(PUBLISHED)}"
        )
    if max_chars is not None:
        texts = pc.utf8_slice_codeunits(texts, 0, max_chars)
    how = PUBLISHED[profile]
    if how.table is None:
        return texts
    data, offsets = utf8_buffers(texts)
    room = _ROOM * int(offsets[-1] - offsets[0])
    if room > np.iinfo(np.int32).max:
        raise ValueError(f"a column of {room // _ROOM} bytes is over the 680 MB that fit")
    out, out_offsets = np.empty(room, np.uint8), np.zeros(len(offsets), np.int32)
    size = _write(
        data, offsets, *_tables(how.table), how.lowers, how.removes_first, out, out_offsets
    )
    nulls = texts.is_null().to_numpy(zero_copy_only=False) if texts.null_count else None
    return string_column(out[:size], out_offsets, nulls)
