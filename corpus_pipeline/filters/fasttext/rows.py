"""Kernels from texts to the rows of a fastText model: words, parts of words, n-grams of words."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel


class Dictionary(NamedTuple):
    """The words of a model and the table in which they are found."""

    words: int
    end: int
    """Number of the word `</s>`, which ends every text; -1 where it is no word."""
    names: NDArray[np.uint8]
    """uint8[B], bytes of the words."""
    starts: NDArray[np.int64]
    """int64[words], where each word begins in `names`."""
    sizes: NDArray[np.int32]
    """int32[words], bytes of each word."""
    hashes: NDArray[np.uint32]
    """uint32[words], FNV-1a of each word."""
    table: NDArray[np.int32]
    """int32[a power of two], number of a word or -1; a word is at its hash or behind it."""


class Features(NamedTuple):
    """Which rows a text has besides those of its words."""

    word_ngrams: int
    """Longest n-gram of words; 1 for words alone."""
    buckets: int
    """n-grams share so many rows by their hash."""
    minn: int
    maxn: int
    """Shortest and longest n-gram of characters in a word; `maxn` 0 for none."""
    pruned: int
    """How many n-grams are kept; -1 for all."""
    kept: NDArray[np.int32]
    """int32[a power of two], n-grams that are kept, or -1; one is at its hash or behind it."""
    kept_rows: NDArray[np.int32]
    """Their rows, counted from the last word on."""


class Matrix(NamedTuple):
    """A matrix of float32, or the codes of its rows' parts and what these stand for."""

    rows: int
    columns: int
    dense: NDArray[np.float32]
    """float32[rows * columns]; empty where the matrix is quantised."""
    codes: NDArray[np.uint8]
    """uint8[rows * parts]; empty where it is not."""
    centroids: NDArray[np.float32]
    """float32[columns * 256]: the parts one after the other."""
    part: int
    """Columns of a part."""
    last: int
    """Columns of the last part."""
    norm_codes: NDArray[np.uint8]
    """uint8[rows], which norm each row has; empty where norms are not apart."""
    norms: NDArray[np.float32]
    """float32[256]."""


class Tree(NamedTuple):
    """A Huffman tree over L labels: node L + i has two children, labels or earlier nodes."""

    left: NDArray[np.int32]
    """int32[L - 1]."""
    right: NDArray[np.int32]
    """int32[L - 1]."""


#: How many words are remembered (a power of two), and with how many rows.
_WORDS = 4096
_WORD_ROWS = 32
_FNV_START = 2166136261
_FNV_PRIME = 16777619
_NGRAM_PRIME = np.uint64(116049371)
_MASK = 0xFFFFFFFF
#: Bytes of an int64, and of the kind of an entry.
_COUNT_BYTES = 8
_LABEL = np.frombuffer(b"__label__", np.uint8)
_END = np.frombuffer(b"</s>", np.uint8)
#: FNV-1a of `</s>`.
_END_HASH = 3617362777


@kernel
def read_entries(data, at, words, starts, sizes):  # type: ignore[no-untyped-def]
    """Finds the entries of a dictionary: a name, NUL, a count, a kind.

    Args:
        data: uint8[B], the file.
        at: where the first entry begins.
        words: so many entries are words; labels follow.
        starts, sizes: int64[N], int32[N], filled.

    Returns:
        Where the last entry ends; -1 if the file ends before, or a kind is wrong.
    """
    for entry in range(len(starts)):
        begin = at
        while at < len(data) and data[at] != 0:
            at += 1
        if at + _COUNT_BYTES + 1 >= len(data):
            return np.int64(-1)
        starts[entry] = begin
        sizes[entry] = at - begin
        at += 1 + _COUNT_BYTES
        if data[at] != (0 if entry < words else 1):
            return np.int64(-1)
        at += 1
    return np.int64(at)


@kernel
def fnv(data, start, stop):  # type: ignore[no-untyped-def]
    """Hashes `data[start:stop]` with FNV-1a of 32 bits over signed bytes, as fastText does.

    >>> int(fnv.py_func(list(b"a"), 0, 1))
    3826002220
    """
    h = np.uint64(_FNV_START)
    for i in range(start, stop):
        h = _hashed(h, data[i])
    return h


@kernel
def _hashed(h, byte):  # type: ignore[no-untyped-def]
    signed = np.uint64(byte) | np.uint64(0xFFFFFF00 if byte >= 0x80 else 0)
    return ((h ^ signed) * np.uint64(_FNV_PRIME)) & np.uint64(_MASK)


@kernel
def hash_entries(names, starts, sizes, hashes, table):  # type: ignore[no-untyped-def]
    """Fills the hashes of words and the table in which they are looked up."""
    mask = np.uint64(len(table) - 1)
    for word in range(len(starts)):
        h = fnv(names, starts[word], starts[word] + sizes[word])
        hashes[word] = h
        slot = _slot(h) & mask
        while table[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        table[slot] = word


@kernel
def _slot(h):  # type: ignore[no-untyped-def]
    """Spreads a hash: the low bits of FNV-1a say little of the first letters."""
    return (h * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)


@kernel
def place_kept(pairs, kept, rows):  # type: ignore[no-untyped-def]
    """Fills the table of n-grams that are kept.

    Args:
        pairs: int32[pruned, 2], n-grams and their rows.
        kept, rows: int32[a power of two greater than pruned]; `kept` is -1.

    Returns:
        Whether no n-gram is there twice or out of range.
    """
    mask = np.uint64(len(kept) - 1)
    for pair in range(len(pairs)):
        if pairs[pair, 0] < 0:
            return False
        slot = _slot(np.uint64(pairs[pair, 0])) & mask
        while kept[slot] >= 0:
            if kept[slot] == pairs[pair, 0]:
                return False
            slot = (slot + np.uint64(1)) & mask
        kept[slot] = pairs[pair, 0]
        rows[slot] = pairs[pair, 1]
    return True


@kernel
def find_word(dictionary, h, data, start, stop):  # type: ignore[no-untyped-def]
    """Returns the number of the word `data[start:stop]` with this hash, or -1."""
    table, hashes = dictionary.table, dictionary.hashes
    mask = np.uint64(len(table) - 1)
    slot = _slot(h) & mask
    while True:
        word = table[slot]
        if word < 0:
            return -1
        if hashes[word] == h and dictionary.sizes[word] == stop - start:
            begin = dictionary.starts[word]
            same = True
            for i in range(stop - start):
                if dictionary.names[begin + i] != data[start + i]:
                    same = False
                    break
            if same:
                return word
        slot = (slot + np.uint64(1)) & mask


@kernel
def _find_kept(bucket, kept, kept_rows):  # type: ignore[no-untyped-def]
    """Returns the row of an n-gram that a quantised model has kept, or -1."""
    mask = np.uint64(len(kept) - 1)
    slot = _slot(np.uint64(bucket)) & mask
    while kept[slot] != bucket:
        if kept[slot] < 0:
            return np.int64(-1)
        slot = (slot + np.uint64(1)) & mask
    return np.int64(kept_rows[slot])


@kernel
def _byte_of(data, start, stop, i):  # type: ignore[no-untyped-def]
    """Returns byte i of a word between < and >."""
    if i == 0:
        return np.int64(0x3C)
    return np.int64(0x3E) if i == stop - start + 1 else np.int64(data[start + i - 1])


@kernel
def _take_subwords(data, start, stop, words, shape, kept, kept_rows, rows, count):  # type: ignore[no-untyped-def]
    """Takes the n-grams of characters of the word `data[start:stop]`, between < and >.

    Args:
        shape: (buckets, shortest n-gram, longest n-gram, whether the model is pruned).
        kept, kept_rows: of `Features`; one by one, for numba counts the references to each array
            of a tuple at each call.
    """
    buckets, minn, maxn, pruned = shape
    inverse = 1.0 / buckets
    size = stop - start + 2
    for i in range(size):
        if _byte_of(data, start, stop, i) & 0xC0 == 0x80:
            continue
        h = np.uint64(_FNV_START)
        j, n = i, 1
        while j < size and n <= maxn:
            byte = _byte_of(data, start, stop, j)
            more = True
            while more:
                h = _hashed(h, byte)
                j += 1
                byte = _byte_of(data, start, stop, j) if j < size else np.int64(0)
                more = byte & 0xC0 == 0x80
            if n >= minn and not (n == 1 and (i == 0 or j == size)):
                # h modulo buckets, without a division: the quotient is one off at most.
                bucket = np.int64(h) - np.int64(np.float64(h) * inverse) * buckets
                if bucket < 0:
                    bucket += buckets
                elif bucket >= buckets:
                    bucket -= buckets
                if pruned:
                    bucket = _find_kept(bucket, kept, kept_rows)
                if bucket >= 0:
                    rows[count] = words + bucket
                    count += 1
            n += 1
    return count


@kernel
def _is_blank(byte):  # type: ignore[no-untyped-def]
    return byte == 0x20 or 0x09 <= byte <= 0x0D or byte == 0


@kernel
def _begins(data, start, stop, name):  # type: ignore[no-untyped-def]
    """Says whether the word `data[start:stop]` begins with `name`."""
    same = 0
    while same < len(name) and start + same < stop and data[start + same] == name[same]:
        same += 1
    return same == len(name)


@kernel
def _signed(h):  # type: ignore[no-untyped-def]
    """Extends a hash of 32 bits to 64 by its sign, as fastText does when it joins hashes."""
    if h >= np.uint64(0x80000000):
        return np.uint64(h) | np.uint64(0xFFFFFFFF00000000)
    return np.uint64(h)


@kernel
def longest(offsets):  # type: ignore[no-untyped-def]
    """Returns the bytes of the longest text."""
    most = np.int64(0)
    for row in range(len(offsets) - 1):
        most = max(most, np.int64(offsets[row + 1]) - np.int64(offsets[row]))
    return most


@kernel
def room_for(size, features):  # type: ignore[no-untyped-def]
    """Returns how many words and how many rows a text of so many bytes has at most."""
    tokens = size // 2 + 2
    rows = tokens * max(1, features.word_ngrams)
    if features.maxn > 0:
        rows += (size + 2 * tokens) * max(0, features.maxn - max(1, features.minn) + 1)
    return tokens, rows


@kernel
def word_memory():  # type: ignore[no-untyped-def]
    """Returns an empty memory for `take_rows`: rows of words that have been met.

    Most words of a text were met before, and each has a row for every n-gram of its characters.
    """
    spans = np.zeros((_WORDS, 2), np.int64)
    return spans, np.zeros(_WORDS, np.int32), np.empty((_WORDS, _WORD_ROWS), np.int32)


@kernel
def _remembered(data, begin, end, spans, slot):  # type: ignore[no-untyped-def]
    """Says whether the word `data[begin:end]` is the one in a slot of the memory."""
    first, size = spans[slot, 0], end - begin
    if spans[slot, 1] - first != size:
        return False
    same = 0
    while same < size and data[first + same] == data[begin + same]:
        same += 1
    return same == size


@kernel
def take_rows(data, start, stop, dictionary, features, memory, hashes, rows):  # type: ignore[no-untyped-def]
    """Finds the rows of a line: its words and their parts, its end, then the n-grams of words.

    A line feed is a blank here: a text is one line. As in fastText, a word `</s>` ends the text and
    one that begins with `__label__` counts for nothing.

    Args:
        data: uint8[B]; the text is `data[start:stop]`.
        memory: of `word_memory`; for texts of the same `data` and the same model.
        hashes: uint32[]; rows: int32[]: with `room_for` this text.

    Returns:
        (how many rows there are, how many words are in the text).
    """
    words, buckets = dictionary.words, np.int64(features.buckets)
    kept, kept_rows, pruned = features.kept, features.kept_rows, features.pruned >= 0
    shape = (buckets, features.minn, features.maxn, pruned)
    spans, counts, met = memory
    count, tokens, seen = 0, 0, 0
    i = start
    ended = False
    while not ended:
        while i < stop and _is_blank(data[i]):
            i += 1
        begin = i
        h = np.uint64(_FNV_START)
        while i < stop and not _is_blank(data[i]):
            h = _hashed(h, data[i])
            i += 1
        slot = np.int64(_slot(h) & np.uint64(_WORDS - 1))
        if features.maxn > 0 and begin < i and _remembered(data, begin, i, spans, slot):
            for k in range(counts[slot]):
                rows[count + k] = met[slot, k]
            count += counts[slot]
            seen += 1
            hashes[tokens] = h
            tokens += 1
            continue
        first = count
        if begin == i or (i - begin == len(_END) and _begins(data, begin, i, _END)):
            ended = True
            h = np.uint64(_END_HASH)
            word = dictionary.end
        else:
            word = find_word(dictionary, h, data, begin, i)
            if word < 0 and _begins(data, begin, i, _LABEL):
                continue
            seen += 1
        if word >= 0:
            rows[count] = word
            count += 1
        if features.maxn > 0 and not ended:
            count = _take_subwords(data, begin, i, words, shape, kept, kept_rows, rows, count)
            if count - first <= _WORD_ROWS:
                spans[slot, 0], spans[slot, 1] = begin, i
                counts[slot] = count - first
                for k in range(first, count):
                    met[slot, k - first] = rows[k]
        hashes[tokens] = h
        tokens += 1
    if features.pruned != 0:
        for first in range(tokens):
            joined = _signed(hashes[first])
            for other in range(first + 1, min(tokens, first + features.word_ngrams)):
                joined = joined * _NGRAM_PRIME + _signed(hashes[other])
                bucket = np.int64(joined % np.uint64(buckets))
                if pruned:
                    bucket = _find_kept(bucket, kept, kept_rows)
                if bucket >= 0:
                    rows[count] = words + bucket
                    count += 1
    return count, seen
