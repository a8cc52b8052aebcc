"""Where a long document may be cut so that its parts, encoded alone, give the ids of the whole.

    … a letter | a blank, a mark or a digit …        there every published pattern has a border

A tokenizer.json decides whether that is so, step by step:

    normaliser       none, NFC or NFKC: they join nothing across such a place; ▁ for a blank
    added tokens     none that text turns into may lie across it, or look at what is beside it
    pre-tokenizers   each leaves what is on either side alone, or sees one pre-token at a time
    model            sees one pre-token at a time, or has no token with a ▁ behind a letter

So two things are told apart: that a pre-tokenizer has a border at every cut, which those behind it
cannot see beyond, and that the model joins nothing there by itself, of which they know nothing.

Of a regular expression `pattern_proof` says it. Where blanks alone will do, documents are cut at
blanks alone. Where a ▁ is put before each text (as for Llama 2), the blank at a cut is left out:
the ▁ before the next part stands for it. Else documents are encoded whole, and the facts of the
encoder say why: `tokenizers` needs about 100 bytes of memory for each token then.
"""

import itertools
import unicodedata
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import decode
from corpus_pipeline.text.columns import as_texts, string_column, utf8_buffers
from corpus_pipeline.tokens.definition import steps_of
from corpus_pipeline.tokens.pattern_proof import crossings

#: Letters behind which a text may be cut, first and last: of the scripts that most text is in, and
#: such that NFC and NFKC leave them as they are. None is newer than Unicode 1.1, save two Hangul.
LETTERS = (
    "AZ", "az", "ΑΡ", "ΣΩ", "αω", "АИ", "Ки", "кя", "את", "بغ", "في", "कह", "กะ", "ぁゖ", "ァヺ",
    "一龥", "가힣",
)  # fmt: skip

#: What must follow: a blank, or in the wider set also a line feed, a mark or a digit.
BLANK = " "
MARKS = " \n,.，。、0123456789"

#: The pattern inside of the byte-level step.
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


#: What stands for a blank in SentencePiece's vocabularies.
_SHOWN_BLANK = "▁"

#: What models of SentencePiece do with several blanks, and with those at either end
#: (`sentencepiece_files`): harmless where a ▁ is put before each text.
_SINGLE_BLANKS = (r"\A +", " {2,}", rf"{_SHOWN_BLANK}+\z")


class Cuts(NamedTuple):
    """Where documents may be cut."""

    before: str
    """Characters that may stand behind a cut, `BLANK` or `MARKS`; empty: documents stay whole."""
    drops: bool
    """The blank at a cut is left out, and a letter must follow it."""
    reason: str
    """Why they stay whole; empty where they need not."""


class _Blanks(NamedTuple):
    """What becomes of blanks."""

    shown: str
    """A blank as pre-tokenizers and the model see it."""
    added: bool
    """One is put before each text."""


def safe_cuts(definition: dict[str, Any], controls: frozenset[str]) -> Cuts:
    """Says where texts may be cut for this tokenizer.

    Args:
        definition: as `parse_definition` returns it.
        controls: names of the tokens that are not looked for in text.

    >>> byte_level = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
    >>> safe_cuts({"model": {}, "pre_tokenizer": byte_level}, frozenset()).reason
    ''
    >>> safe_cuts({"model": {}, "pre_tokenizer": None}, frozenset()).reason
    'it has no pre-tokenizer that parts words'
    """
    reason = ""
    for before in (MARKS, BLANK):
        try:
            return Cuts(before, _check(definition, controls, before).added, "")
        except _UnsafeError as found:
            reason = str(found)
    return Cuts("", False, reason)


class _UnsafeError(Exception):
    """What forbids cuts."""


def _check(definition: dict[str, Any], controls: frozenset[str], before: str) -> _Blanks:
    """Returns what becomes of blanks.

    Raises:
        _UnsafeError: texts may not be cut before these characters.
    """
    blanks = _normalised(definition, before)
    for token in definition.get("added_tokens") or []:
        name = token["content"]
        if name not in controls and (
            any(token.get(key) for key in ("lstrip", "rstrip", "single_word"))
            or _holds_cut(name, before + blanks.shown)
            or _holds_cut(unicodedata.normalize("NFKC", name), before)
        ):
            raise _UnsafeError(
                f"its added token {name!r} looks beyond itself, or holds a place for a cut"
            )
    seen = before.replace(BLANK, blanks.shown)
    border = False
    done: list[str] = []
    for step in steps_of(definition.get("pre_tokenizer"), "pretokenizers"):
        done.append(step["type"])
        if step["type"] == "Metaspace":
            scheme = step.get("prepend_scheme", "always")
            # What another step has parted gets a ▁ too, be it a word or blanks.
            alone = len(done) == 1 or (done[:-1] == ["WhitespaceSplit"] and scheme == "always")
            known = step.get("replacement") == _SHOWN_BLANK
            if blanks.added or before != BLANK or not (alone and known):
                raise _UnsafeError("its pre-tokenizer Metaspace puts a ▁ before parts of a text")
            seen = _SHOWN_BLANK
            blanks = _Blanks(seen, scheme != "never")
            border = border or step.get("split", True)
            continue
        splits = _splits(step, seen, border)
        if splits is None:
            raise _UnsafeError(
                f"its pre-tokenizer {step['type']} can join what is on either side of a cut"
            )
        border = border or splits
    if not border and not _parts_by_itself(definition["model"], seen):
        raise _UnsafeError("it has no pre-tokenizer that parts words")
    return blanks


def _normalised(definition: dict[str, Any], before: str) -> _Blanks:
    """Says what the normaliser makes of blanks.

    Raises:
        _UnsafeError: it may see beyond a cut.
    """
    steps = steps_of(definition.get("normalizer"), "normalizers")
    added = {"type": "Prepend", "prepend": _SHOWN_BLANK} in steps
    shown = BLANK
    for step in steps:
        pattern, content = step.get("pattern") or {}, step.get("content")
        single = pattern.get("Regex") in _SINGLE_BLANKS and content in ("", " ")
        if step["type"] in ("NFC", "NFKC"):
            continue
        if before != BLANK:
            raise _UnsafeError(f"its normalizer has the step {step['type']}")
        if pattern == {"String": BLANK} and content == _SHOWN_BLANK:
            shown = _SHOWN_BLANK
        elif not (added and (single or step["type"] == "Prepend")):
            raise _UnsafeError(f"its normalizer has the step {step['type']}")
    if added and shown == BLANK:
        raise _UnsafeError("its normalizer puts a ▁ before each text, and leaves blanks")
    return _Blanks(shown, added)


def _parts_by_itself(model: dict[str, Any], shown: str) -> bool:
    """Whether a BPE model never merges a letter with a ▁ behind it: no token has the two."""
    vocab = model.get("vocab")
    return (
        shown == _SHOWN_BLANK
        and model.get("type") == "BPE"
        and not model.get("ignore_merges")
        and isinstance(vocab, dict)
        and _SHOWN_BLANK in vocab
        and not any(_holds_cut(token, _SHOWN_BLANK) for token in vocab)
    )


def _holds_cut(name: str, before: str) -> bool:
    """Whether a name could be cut within.

    >>> _holds_cut("<br />", " "), _holds_cut("   ", " ")
    (True, False)
    """
    letters = _letters()
    return any(a in letters and b in before for a, b in itertools.pairwise(name))


def _splits(step: dict[str, Any], before: str, border: bool) -> bool | None:
    """Whether a step of pre-tokenization has a border at every cut; None: it may see beyond one.

    Args:
        border: a step before it has a border there.
    """
    kind = step["type"]
    if kind == "ByteLevel":
        if step.get("add_prefix_space", True) and not border:
            return None
        return _pattern_splits(_GPT2, before) if step.get("use_regex", True) else False
    if border and kind in ("Digits", "Punctuation", "Split", "BertPreTokenizer", "Whitespace"):
        # It sees one pre-token at a time.
        return False
    if kind == "Digits":
        return False
    if kind == "Whitespace":
        return _pattern_splits(r"\w+|[^\w\s]+", before)
    if kind == "WhitespaceSplit":
        return _pattern_splits(r"\S+", before)
    if kind == "Split" and step.get("behavior") == "Isolated" and not step.get("invert"):
        pattern = step["pattern"].get("Regex")
        return None if pattern is None else _pattern_splits(pattern, before)
    return None


@cache
def _pattern_splits(pattern: str, before: str) -> bool | None:
    found = crossings(pattern, "".join(sorted(_letters())), before)
    return None if found is None or found.crosses else found.splits


@cache
def _letters() -> frozenset[str]:
    return frozenset(
        chr(code) for span in LETTERS for code in range(ord(span[0]), ord(span[1]) + 1)
    )


class Pieces(NamedTuple):
    """N documents, cut into P pieces."""

    texts: pa.Array
    """string[P], without nulls; a null document is one empty piece."""
    first: NDArray[np.int64]
    """int64[N + 1]: document i is the pieces from `first[i]` up to `first[i + 1]`."""


def cut_long(texts: pa.Array, before: str, max_bytes: int, drops: bool = False) -> Pieces | None:
    """Cuts documents of more than `max_bytes` into pieces that are no longer, where they can be.

    A piece ends at the last place where its document may be cut, or, where there is none in
    `max_bytes`, at the next one: a pre-token is never cut, however long it is.

    Args:
        texts: N documents, type `string`.
        before: as in `Cuts`; empty cuts nothing.
        max_bytes: of a piece.
        drops: as in `Cuts`.

    Returns:
        None when no document is cut. The pieces share the buffer of the texts, unless blanks are
        left out.

    >>> cut_long(pa.array(["One two. 三，四", None]), " ，", 12).texts.to_pylist()
    ['One two. 三', '，四', '']
    >>> cut_long(pa.array(["one  two three"]), " ", 10, drops=True).texts.to_pylist()
    ['one  two', 'three']
    """
    texts = as_texts(texts)
    data, offsets = utf8_buffers(texts)
    if not before or np.diff(offsets).max(initial=0) <= max_bytes:
        return None
    codes = np.array(sorted(map(ord, before)), np.int64)
    ranges = np.array(sorted((ord(span[0]), ord(span[1])) for span in LETTERS), np.int64)
    room = len(texts) + int(np.sum(np.diff(offsets) // max(max_bytes // 2, 1))) + 1
    while True:
        ends = np.empty(room, np.int32)
        first = np.zeros(len(texts) + 1, np.int64)
        count = _cut(data, offsets, codes, ranges, max_bytes, drops, ends, first)
        if count <= room:
            break
        room = count
    if count == len(texts):
        return None
    borders = np.concatenate([offsets[:1], ends[:count]])
    if not drops:
        return Pieces(string_column(data, borders), first)
    # Each blank at a cut becomes a string by itself, which is left out.
    inner = np.ones(count, np.bool_)
    inner[first[1:] - 1] = False
    counts = 1 + inner
    rows = np.repeat(borders[1:], counts)
    blanks = np.zeros(len(rows), np.bool_)
    blanks[np.cumsum(counts)[inner] - 1] = True
    rows[blanks] += 1
    whole = string_column(data, np.concatenate([borders[:1], rows]).astype(np.int32))
    return Pieces(whole.filter(pa.array(~blanks)), first)


@kernel
def _cut(data, offsets, codes, ranges, max_bytes, drops, ends, first):  # type: ignore[no-untyped-def]
    """Writes the end of each piece as far as there is room; returns how many there are."""
    count = 0
    for row in range(len(offsets) - 1):
        start, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        while stop - start > max_bytes:
            i = start + max_bytes
            while i > start and not _is_cut(data, start, i, stop, codes, ranges, drops):
                i -= 1
            if i == start:
                i = start + max_bytes + 1
                while i < stop and not _is_cut(data, start, i, stop, codes, ranges, drops):
                    i += 1
            if i == stop:
                break
            if count < len(ends):
                ends[count] = i
            count += 1
            start = i
        if count < len(ends):
            ends[count] = stop
        count += 1
        first[row + 1] = count
    return count


@kernel
def _is_cut(data, start, i, stop, codes, ranges, drops):  # type: ignore[no-untyped-def]
    """Whether the text may be cut before byte `i`, which is behind `start` and before the end."""
    if data[i] & 0xC0 == 0x80:
        return False
    code, _ = decode(data, i)
    k = np.searchsorted(codes, code)
    if k == len(codes) or codes[k] != code:
        return False
    if drops and (i + 1 >= stop or not _is_letter(data, i + 1, ranges)):
        return False
    j = i - 1
    while j > start and data[j] & 0xC0 == 0x80:
        j -= 1
    return _is_letter(data, j, ranges)


@kernel
def _is_letter(data, i, ranges):  # type: ignore[no-untyped-def]
    code, _ = decode(data, i)
    found = False
    for k in range(len(ranges)):
        found |= ranges[k, 0] <= code <= ranges[k, 1]
    return found
