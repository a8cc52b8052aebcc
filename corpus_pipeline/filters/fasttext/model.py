"""Files of fastText's supervised models, read without its library.

    header | dictionary | pruned n-grams | input matrix | output matrix

Everything that a file says of itself is compared with its length before it is used, so a damaged
one is an error in one line; the library ends the process instead. A large input matrix stays in
the file, mapped into memory: the processes of one machine share it, where the library would read
2.4 GB into each of them for the classifier of DCLM.
"""

import hashlib
import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.errors import ResourceError
from corpus_pipeline.filters.fasttext.rows import (
    Dictionary,
    Features,
    Matrix,
    Tree,
    find_word,
    fnv,
    hash_entries,
    place_kept,
    read_entries,
)

LABEL_PREFIX = "__label__"
#: The word that ends every text.
END = "</s>"
#: Losses by fastText's number: what makes probabilities of the outputs.
HIERARCHICAL, NEGATIVE, SOFTMAX, ONE_VS_ALL = 1, 2, 3, 4
LOSSES = {
    HIERARCHICAL: "hierarchical softmax",
    NEGATIVE: "negative sampling",
    SOFTMAX: "softmax",
    ONE_VS_ALL: "one against all",
}

MAGIC, VERSION = 793712314, 12
_OLD_VERSION = 11
SUPERVISED = 3
#: int32: magic, version, then dimension, window, epochs, least count, negatives, n of word n-grams,
#: loss, kind, buckets, least and greatest n of subwords, rate of updates; double: t.
HEADER = struct.Struct("<14id")
#: Entries, words and labels; tokens and pruned n-grams.
COUNTS = struct.Struct("<3i2q")
#: Rows, columns.
SHAPE = struct.Struct("<2q")
#: Whether norms are apart, rows, columns, bytes of codes.
_QUANTISED = struct.Struct("<?2qi")
#: Dimension, parts, size of a part, size of the last one.
_QUANTISER = struct.Struct("<4i")
_CENTROIDS = 256
#: Least bytes of a word or label: the end of its name, its count and its kind.
ENTRY_BYTES = 10
#: More than any label was seen.
_UNKNOWN_COUNT = 10**15
#: Larger matrices stay in the file.
_COPIED_BYTES = 1 << 26
_MAX_DIMENSION = 1 << 16
_MAX_NGRAM = 32


class Model(NamedTuple):
    """A loaded model. One per process is enough; it may be used from several threads."""

    labels: tuple[str, ...]
    """Without `__label__`, in the order of the file."""
    dictionary: Dictionary
    features: Features
    input: Matrix
    output: Matrix
    loss: int
    tree: Tree
    """Of the hierarchical softmax; empty for the others."""
    sha256: str
    """Of the file, 64 hex digits; empty for a model that is in no file."""

    @property
    def parts(self) -> tuple[Dictionary, Features, Matrix, Matrix, int, Tree]:
        """What kernels are given: dictionary, features, input and output matrix, loss, tree."""
        return self.dictionary, self.features, self.input, self.output, self.loss, self.tree


class _DamagedError(Exception):
    """What a file says of itself cannot be."""


def load_fasttext(path: str | Path, sha256: str | None = None, kind: str = "classifier") -> Model:
    """Loads a supervised fastText model, `.bin` or `.ftz`.

    Args:
        path: of the file.
        sha256: what the file must have, 64 hex digits; None accepts any.
        kind: what errors call it.

    Raises:
        ResourceError: the file is missing, has another digest, is damaged or no such model.
    """
    file = Path(path)
    if not file.is_file():
        raise ResourceError(f"{kind} {file}: no such file; name a fastText model file")
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        opened.seek(0, 2)
        # What was hashed is what is read, whoever replaces the file meanwhile.
        data = np.memmap(opened, np.uint8, "r") if opened.tell() else np.zeros(0, np.uint8)
    if sha256 is not None and digest != sha256.lower():
        raise ResourceError(
            f"{kind} {file}: sha256 is {digest}, expected {sha256}; "
            "fetch the file again or correct the configured sha256"
        )
    if len(data) < HEADER.size:
        raise ResourceError(f"{kind} {file}: is no fastText model; name a .bin or .ftz file")
    try:
        return _read(_Reader(data), digest)
    except _DamagedError as error:
        raise ResourceError(
            f"{kind} {file}: {error}; fetch the file again, or name a supervised fastText model"
        ) from error


class _Reader:
    """Goes through the bytes of a file, and never past their end."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data = data
        self.at = 0

    def fields(self, layout: struct.Struct) -> tuple[Any, ...]:
        """Returns the fields of a structure."""
        return layout.unpack(self.bytes(layout.size).tobytes())

    def bytes(self, count: int) -> NDArray[np.uint8]:
        """Returns the next bytes, as they lie in the file."""
        if not 0 <= count <= len(self.data) - self.at:
            raise _DamagedError(
                f"it is cut off or damaged: it has {len(self.data):,} bytes, and byte "
                f"{self.at:,} says that {count:,} follow"
            )
        self.at += count
        return self.data[self.at - count : self.at]

    def floats(self, count: int) -> NDArray[np.float32]:
        """Returns the next numbers, as they lie in the file."""
        return self.bytes(4 * count).view("<f4")


def _read(file: _Reader, digest: str) -> Model:
    magic, version, dim, _, _, _, _, word_ngrams, loss, kind, buckets, minn, maxn, _, _ = (
        file.fields(HEADER)
    )
    if magic != MAGIC or version not in (_OLD_VERSION, VERSION):
        raise _DamagedError("it is no fastText model")
    if kind != SUPERVISED:
        raise _DamagedError("it has vectors of words and no labels")
    if loss not in LOSSES:
        raise _DamagedError(f"it has loss {loss}, and none of {sorted(LOSSES)}")
    if not (1 <= dim <= _MAX_DIMENSION and max(word_ngrams, maxn) <= _MAX_NGRAM and buckets >= 0):
        raise _DamagedError("its options cannot be: it is damaged")
    if version == _OLD_VERSION:  # They were written, and not used.
        maxn = 0
    entries, words, label_count, _, pruned = file.fields(COUNTS)
    if not (words >= 0 and label_count >= 1 and entries == words + label_count):
        raise _DamagedError("it has no labels" if label_count == 0 else "it is damaged")
    dictionary, labels, counts = _read_dictionary(file, words, label_count)
    hashes, pruned_rows = _read_pruned(file, pruned)
    (quantised,) = file.fields(struct.Struct("<B"))
    rows = _read_matrix(file, quantised, dim)
    (output_quantised,) = file.fields(struct.Struct("<B"))
    outputs = _read_matrix(file, quantised and output_quantised, dim)
    if file.at != len(file.data):
        raise _DamagedError(f"it has {len(file.data):,} bytes and holds {file.at:,}")
    # Rows behind those of the words: buckets of n-grams, or those that pruning has kept.
    has_ngrams = maxn > 0 or word_ngrams > 1
    behind = buckets if pruned < 0 else pruned
    if (
        rows.rows < words + behind * has_ngrams
        or outputs.rows != label_count
        or (has_ngrams and buckets < 1)
        or (pruned > 0 and not 0 <= pruned_rows.min() <= pruned_rows.max() < behind)
    ):
        raise _DamagedError("its matrices do not go with its words and labels: it is damaged")
    if words + behind > np.iinfo(np.int32).max:
        raise _DamagedError("it says that it has more rows than a model can have")
    if not all(
        np.isfinite(part).all() for part in (outputs.dense, outputs.centroids, outputs.norms)
    ):
        raise _DamagedError("its output matrix has values that are no numbers")
    return Model(
        labels,
        dictionary,
        Features(word_ngrams, buckets, minn, maxn, pruned, hashes, pruned_rows),
        rows,
        outputs,
        loss,
        _tree(counts) if loss == HIERARCHICAL else _NO_TREE,
        digest,
    )


def _read_dictionary(
    file: _Reader, words: int, label_count: int
) -> tuple[Dictionary, tuple[str, ...], list[int]]:
    """Returns the words, the labels and how often each label was seen."""
    entries = words + label_count
    if entries * ENTRY_BYTES > len(file.data):
        raise _DamagedError(f"it is cut off or damaged: no room for {entries:,} words and labels")
    starts = np.zeros(entries, np.int64)
    sizes = np.zeros(entries, np.int32)
    end = int(read_entries(file.data, file.at, words, starts, sizes))
    if end < 0:
        raise _DamagedError("it is cut off or damaged among its words and labels")
    begin, file.at = file.at, end
    names = np.array(file.data[begin:end])
    starts -= begin
    labels, counts = [], []
    for entry in range(words, entries):
        stop = int(starts[entry] + sizes[entry])
        name = names[starts[entry] : stop].tobytes().decode("utf-8", "replace")
        labels.append(name.removeprefix(LABEL_PREFIX))
        counts.append(int(names[stop + 1 : stop + 9].view("<i8")[0]))
    if len(set(labels)) != len(labels):
        raise _DamagedError("it has a label twice")
    return make_dictionary(names, starts[:words], sizes[:words]), tuple(labels), counts


def make_dictionary(
    names: NDArray[np.uint8], starts: NDArray[np.int64], sizes: NDArray[np.int32]
) -> Dictionary:
    """Builds the table in which words are looked up.

    Args:
        names: uint8[B] with the UTF-8 bytes of all words.
        starts: int64[W] of each word in `names`.
        sizes: int32[W], bytes of each word.
    """
    words = len(starts)
    slots = 1 << max(4, (2 * words).bit_length())
    table = np.full(slots, -1, np.int32)
    hashes = np.zeros(words, np.uint32)
    hash_entries(names, starts, sizes, hashes, table)
    end = np.frombuffer(END.encode(), np.uint8)
    for array in (names, starts, sizes, hashes, table):
        array.flags.writeable = False
    found = Dictionary(words, -1, names, starts, sizes, hashes, table)
    return found._replace(end=int(find_word(found, fnv(end, 0, len(end)), end, 0, len(end))))


def _read_pruned(file: _Reader, count: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Returns which n-grams a quantised model has kept, as of `Features`."""
    pairs = _kept(file.bytes(max(count, 0) * 8).view("<i4").reshape(-1, 2))
    kept = np.full(1 << (2 * len(pairs)).bit_length(), -1, np.int32)
    rows = np.zeros(len(kept), np.int32)
    # A row that is not there is found out by whoever knows the matrix.
    if not place_kept(pairs, kept, rows):
        raise _DamagedError("its pruned n-grams are damaged")
    kept.flags.writeable = rows.flags.writeable = False
    return kept, rows


def _read_matrix(file: _Reader, quantised: bool, dim: int) -> Matrix:
    if not quantised:
        rows, columns = file.fields(SHAPE)
        if rows < 1 or columns != dim:
            raise _DamagedError("a matrix has another dimension than the model: it is damaged")
        return dense_matrix(file.floats(rows * columns), columns)
    has_norms, rows, columns, size = file.fields(_QUANTISED)
    if rows < 1 or columns != dim:
        raise _DamagedError("a matrix has another dimension than the model: it is damaged")
    codes = _kept(file.bytes(size))
    centroids, part, last = _read_quantiser(file, dim)
    parts = -(-dim // part)
    if size != rows * parts:
        raise _DamagedError("a matrix has another number of codes than of rows: it is damaged")
    norm_codes, norms = _NO_CODES, _NO_FLOATS
    if has_norms:
        norm_codes = _kept(file.bytes(rows))
        norms, _, _ = _read_quantiser(file, 1)
    return Matrix(rows, dim, _NO_FLOATS, codes, centroids, part, last, norm_codes, norms)


def _read_quantiser(file: _Reader, dim: int) -> tuple[NDArray[np.float32], int, int]:
    """Returns the centroids, and how many dimensions a part has, and the last one."""
    dimension, parts, part, last = file.fields(_QUANTISER)
    if dimension != dim or part < 1 or parts != -(-dim // part) or last != dim - (parts - 1) * part:
        raise _DamagedError("the parts of a matrix do not make up its dimension: it is damaged")
    return _kept(file.floats(dim * _CENTROIDS)), part, last


def dense_matrix(values: NDArray[np.float32], columns: int) -> Matrix:
    """Makes a matrix of its values, row by row.

    Args:
        values: float32[rows * columns].
        columns: of the matrix.
    """
    if values.nbytes <= _COPIED_BYTES:
        values = _kept(values)
    values.flags.writeable = False
    rows = len(values) // columns
    return Matrix(rows, columns, values, _NO_CODES, _NO_FLOATS, 1, 1, _NO_CODES, _NO_FLOATS)


def _kept(values: NDArray[Any]) -> NDArray[Any]:
    """Copies an array out of the file, so that it lies where the processor reads it best."""
    copied = np.array(values)
    copied.flags.writeable = False
    return copied


_NO_CODES = _kept(np.zeros(0, np.uint8))
_NO_FLOATS = _kept(np.zeros(0, np.float32))
_NO_TREE = Tree(np.zeros(0, np.int32), np.zeros(0, np.int32))


def _tree(counts: list[int]) -> Tree:
    """Builds the Huffman tree of the labels as fastText does: they stand in order of their counts.

    >>> [children.tolist() for children in _tree([5, 2, 1])]
    [[2, 3], [1, 0]]
    """
    labels = len(counts)
    weights = [*counts, *[_UNKNOWN_COUNT] * max(0, labels - 1)]
    left, right = np.zeros(max(0, labels - 1), np.int32), np.zeros(max(0, labels - 1), np.int32)
    leaf, node = labels - 1, labels
    for made in range(labels, 2 * labels - 1):
        children = []
        for _ in range(2):
            if leaf >= 0 and weights[leaf] < weights[node]:
                children.append(leaf)
                leaf -= 1
            else:
                children.append(node)
                node += 1
        if node > made:
            raise _DamagedError("its labels are not in order of their counts: it is damaged")
        left[made - labels], right[made - labels] = children
        weights[made] = weights[children[0]] + weights[children[1]]
    return Tree(left, right)
