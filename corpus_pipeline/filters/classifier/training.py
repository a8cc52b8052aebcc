"""Trains a fastText model that tells sets of documents apart.

    sets by label ─► texts as the model sees them ─┬─► words, rows ─► descent ─► model ─┐
                     (repeated ones once,          └─► held out ────────────────────────┴─► card
                      those of two sets left out)

Everything follows from the documents and the options: which are held out and in what order they
are seen says their content hash, and the model begins with numbers from a seed. So files and their
order do not matter, and every machine writes the same bytes. fastText's own training needs a
compiler or a wheel that not every platform has, and its steps are a page of code; the model is
fastText's format, for its library and whoever reads it.
"""

import dataclasses
import hashlib
import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.errors import InputError
from corpus_pipeline.filters.classifier.card import ModelCard
from corpus_pipeline.filters.classifier.evaluation import evaluate
from corpus_pipeline.filters.classifier.measure import written_for_model
from corpus_pipeline.filters.classifier.score import AS_IT_IS, TextForm
from corpus_pipeline.filters.classifier.training_kernels import (
    collect_rows,
    descend,
    fill_rows,
    keys_of,
)
from corpus_pipeline.filters.fasttext.model import (
    COUNTS,
    END,
    HEADER,
    LABEL_PREFIX,
    MAGIC,
    SHAPE,
    SOFTMAX,
    SUPERVISED,
    VERSION,
    Model,
    dense_matrix,
    make_dictionary,
)
from corpus_pipeline.filters.fasttext.rows import Dictionary, Features, Tree
from corpus_pipeline.text.columns import utf8_buffers
from corpus_pipeline.text.hashing import normalised_hashes

#: The end of a name, its count, its kind.
ENTRY = struct.Struct("<Bqb")
#: Options of fastText's file that say nothing here, at its defaults.
_WINDOW, _NEGATIVES, _UPDATES, _SAMPLING = 5, 5, 100, 1e-4
_TEXTS_AT_ONCE = 1000
_NO_HASHES = np.zeros(0, np.int32)


@dataclasses.dataclass(frozen=True)
class ClassifierTraining:
    """How a model is trained. The names are fastText's where it has one."""

    text: TextForm = AS_IT_IS
    """What the model sees of a text; a run has to set the same."""
    training: str = ""
    """What the sets are, in words; for the card."""
    word_ngrams: int = 2
    """Longest n-gram of words."""
    min_count: int = 2
    """Words seen less often are unknown; their n-grams are not."""
    buckets: int = 1 << 20
    """n-grams share so many rows by their hash."""
    dimension: int = 16
    """Columns of a row. The file has 4 bytes for each and for each word and bucket."""
    epochs: int | None = None
    """How often each document is seen; None: 5 times, and more often where there are few of them,
    up to 50 times, so that 10,000 are seen in all."""
    learning_rate: float = 0.5
    """It falls to 0 in even steps."""
    seed: int = 0
    held_out_percent: int = 10
    """Documents that are kept out of training, for the card, by their content hash."""

    def __post_init__(self) -> None:
        for name, least, most in (
            ("word_ngrams", 1, 10), ("min_count", 1, 10**9), ("buckets", 1, 2**31 - 1),
            ("dimension", 1, 4096), ("epochs", 1, 1000), ("learning_rate", 1e-6, 100),
            ("seed", 0, 2**63 - 1), ("held_out_percent", 1, 50),
        ):  # fmt: skip
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise ValueError(f"{name} must be from {least} to {most}, got {value}")


class _Set(NamedTuple):
    """Documents of one label, each once, ascending by hash."""

    label: str
    hashes: NDArray[np.uint64]
    """uint64[N, 2]."""
    texts: pa.Array
    """string[N], as the model sees them."""
    counts: dict[str, Any]
    """For the card."""


class TrainedClassifier(NamedTuple):
    """A model, and what is known of it but for the digest of its file."""

    model: Model
    counts: NDArray[np.int64]
    """int64[words + labels], how often each was seen."""
    options: ClassifierTraining
    epochs: int
    sets: Mapping[str, Mapping[str, Any]]
    held_out: Mapping[str, Any]

    def card(self, sha256: str) -> ModelCard:
        """Returns the card.

        Args:
            sha256: of the file that was written.
        """
        options = dataclasses.asdict(self.options)
        text, training = options.pop("text"), options.pop("training")
        options["epochs"] = self.epochs
        return ModelCard(
            sha256, training, TextForm(**text), options, self.sets, self.model.dictionary.words,
            self.held_out,
        )  # fmt: skip


def train_classifier(
    sets: Mapping[str, Iterable[pa.Array]], options: ClassifierTraining
) -> TrainedClassifier:
    """Trains a model on two or more sets of documents.

    Args:
        sets: label → columns of texts (string), each read once. All of them are held in memory,
            and four to eight bytes for each byte of text.
        options: how.

    Raises:
        InputError: a set has no text, or too few documents to train and to hold out.
        ValueError: there are fewer than two sets, or a label that cannot be one.

    >>> good = [pa.array([f"the {w} of the house is old and quiet" for w in "abcdefghijklmnop"])]
    >>> bad = [pa.array([f"buy {w} now cheap cheap deal click here" for w in "abcdefghijklmnop"])]
    >>> options = ClassifierTraining(buckets=1000, held_out_percent=25)
    >>> trained = train_classifier({"good": good, "bad": bad}, options)
    >>> trained.model.labels, trained.held_out["labels"]["good"]["auc"]
    (('bad', 'good'), 1.0)
    """
    if len(sets) < 2:
        raise ValueError(f"a classifier tells at least two sets apart, got {len(sets)}")
    for label in sets:
        if not label or label != "".join(label.split()) or label.startswith(LABEL_PREFIX):
            raise ValueError(f"a label must be one word without {LABEL_PREFIX}, got {label!r}")
    cleaned = _apart([_read_set(label, sets[label], options) for label in sorted(sets)])
    parts = [_held_out(each, options.held_out_percent) for each in cleaned]
    for each, held in zip(cleaned, parts, strict=True):
        each.counts.update(trained=int((~held).sum()), held_out=int(held.sum()))
        if held.all() or not held.any():
            raise InputError(
                f"set {each.label!r}: {each.counts['trained']} documents to train on and "
                f"{each.counts['held_out']} held out ({options.held_out_percent} % by content "
                "hash); give more documents"
            )
    train = [each.texts.filter(pa.array(~held)) for each, held in zip(cleaned, parts, strict=True)]
    epochs = options.epochs or _epochs(sum(map(len, train)))
    model, counts = _fit(cleaned, parts, train, options, epochs)
    held_texts = {
        each.label: each.texts.filter(pa.array(held))
        for each, held in zip(cleaned, parts, strict=True)
    }
    return TrainedClassifier(
        model, counts, options, epochs, {each.label: each.counts for each in cleaned},
        evaluate(model, held_texts),
    )  # fmt: skip


def _epochs(documents: int) -> int:
    """Returns how often so many documents are seen.

    >>> _epochs(100), _epochs(800), _epochs(10**6)
    (50, 13, 5)
    """
    return min(50, max(5, -(-10_000 // documents)))


def _read_set(label: str, columns: Iterable[pa.Array], options: ClassifierTraining) -> _Set:
    """Reads a set; a text that it has several times counts once, as do copies in other layout."""
    given, texts, hashes = 0, [], []
    for column in columns:
        given += len(column)
        some = column.filter(pc.not_equal(pc.utf8_trim_whitespace(column), "").fill_null(False))
        texts.append(written_for_model(some, options.text))
        hashes.append(np.column_stack(normalised_hashes(some)))
    whole = pa.concat_arrays(texts) if texts else pa.array([], pa.string())
    if not len(whole):
        raise InputError(f"set {label!r}: none of {given:,} documents has text; name another file")
    keys = np.concatenate(hashes)
    # Copies in other layout are other texts: the least stands for them.
    order = np.lexsort((_ranks(whole), keys[:, 1], keys[:, 0]))
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(keys[order], axis=0) != 0).any(axis=1)
    order = order[first]
    counts = {"documents": given, "without_text": given - len(whole),
              "repeated": len(whole) - len(order)}  # fmt: skip
    return _Set(label, keys[order], whole.take(pa.array(order)), counts)


def _ranks(texts: pa.Array) -> NDArray[np.int64]:
    ranks: NDArray[np.int64] = np.empty(len(texts), np.int64)
    ranks[np.asarray(pc.sort_indices(texts), np.int64)] = np.arange(len(texts))
    return ranks


def _apart(sets: Sequence[_Set]) -> list[_Set]:
    """Leaves out documents that are in several sets: they say nothing of any label."""
    keys = np.concatenate([each.hashes for each in sets])
    _, where, times = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    alone = np.split(times[where] == 1, np.cumsum([len(each.hashes) for each in sets])[:-1])
    result = []
    for each, keep in zip(sets, alone, strict=True):
        counts = {**each.counts, "in_several_sets": int((~keep).sum())}
        if not keep.any():
            raise InputError(
                f"set {each.label!r}: all of its documents are in another set, too; "
                "give sets that differ"
            )
        digest = hashlib.sha256(each.hashes[keep].astype("<u8").tobytes()).hexdigest()
        counts["sha256"] = digest
        result.append(
            _Set(each.label, each.hashes[keep], each.texts.filter(pa.array(keep)), counts)
        )
    return result


def _held_out(each: _Set, percent: int) -> NDArray[np.bool_]:
    held: NDArray[np.bool_] = each.hashes[:, 1] % 100 < percent
    return held


def _fit(
    sets: Sequence[_Set],
    held: Sequence[NDArray[np.bool_]],
    texts: Sequence[pa.Array],
    options: ClassifierTraining,
    epochs: int,
) -> tuple[Model, NDArray[np.int64]]:
    names, counts = _vocabulary(texts, options.min_count)
    sizes = np.array([len(name) for name in names], np.int32)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
    dictionary = make_dictionary(np.frombuffer(b"".join(names), np.uint8).copy(), starts, sizes)
    # Without n-grams there are no buckets: so fastText writes it, too.
    buckets = options.buckets if options.word_ngrams > 1 else 0
    features = Features(options.word_ngrams, buckets, 0, 0, -1, _NO_HASHES, _NO_HASHES)
    rows, bounds = _rows_of(texts, dictionary, features)
    used = np.zeros(len(names) + buckets, np.bool_)
    used[rows] = True
    inputs = np.zeros(len(used) * options.dimension, np.float32)
    fill_rows(used, np.uint64(options.seed), options.dimension, inputs)
    outputs = np.zeros((len(sets), options.dimension), np.float32)
    labels = np.repeat(np.arange(len(sets), dtype=np.int32), [len(each) for each in texts])
    hashes = np.concatenate([each.hashes[~out, 0] for each, out in zip(sets, held, strict=True)])
    # A text all of whose words are labels has no row, and teaches nothing.
    seen = np.flatnonzero(np.diff(bounds) > 0)
    keys = np.empty(len(seen), np.uint64)
    for epoch in range(epochs):
        keys_of(hashes[seen], np.uint64(epoch + 1), keys)
        order = seen[np.lexsort((hashes[seen], keys))]
        descend(
            rows, bounds, labels, order, inputs.reshape(-1, options.dimension), outputs,
            epoch * len(seen), epochs * len(seen), options.learning_rate,
        )  # fmt: skip
    model = Model(
        tuple(each.label for each in sets), dictionary, features,
        dense_matrix(inputs, options.dimension), dense_matrix(outputs.ravel(), options.dimension),
        SOFTMAX, Tree(_NO_HASHES, _NO_HASHES), "",
    )  # fmt: skip
    documents = [len(each) for each in texts]
    return model, np.array([*counts, *documents], np.int64)


def _vocabulary(texts: Sequence[pa.Array], min_count: int) -> tuple[list[bytes], list[int]]:
    """Returns the words that are seen often enough, the most frequent first, and how often."""
    found: Counter[bytes] = Counter()
    for column in texts:
        for begin in range(0, len(column), _TEXTS_AT_ONCE):
            for text in column.slice(begin, _TEXTS_AT_ONCE).to_pylist():
                found.update(text.encode().replace(b"\0", b" ").split())
    found[END.encode()] += sum(map(len, texts))
    prefix = LABEL_PREFIX.encode()
    kept = [
        (-count, word)
        for word, count in found.items()
        if count >= min_count and not word.startswith(prefix)
    ]
    return [word for _, word in sorted(kept)], [-count for count, _ in sorted(kept)]


def _rows_of(
    texts: Sequence[pa.Array], dictionary: Dictionary, features: Features
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Returns the rows of all documents one after the other, and where each document begins."""
    parts, ends = [], [np.zeros(1, np.int64)]
    for column in texts:
        for begin in range(0, len(column), _TEXTS_AT_ONCE):
            data, offsets = utf8_buffers(column.slice(begin, _TEXTS_AT_ONCE))
            sizes = np.diff(offsets).astype(np.int64)
            # As `room_for` says; here there are no n-grams of characters.
            room = int((sizes // 2 + 2).sum()) * features.word_ngrams
            rows = np.empty(room + features.word_ngrams, np.int32)
            mine = np.empty(len(sizes), np.int64)
            hashes = np.empty(int(sizes.max()) // 2 + 2, np.uint32)
            collect_rows(data, offsets, dictionary, features, hashes, rows, mine)
            parts.append(rows[: mine[-1]].copy())
            ends.append(mine + ends[-1][-1])
    return np.concatenate(parts), np.concatenate(ends)


def write_model(trained: TrainedClassifier, file: BinaryIO) -> None:
    """Writes a model as fastText does (`.bin`).

    Args:
        trained: of `train_classifier`.
        file: open for writing.
    """
    model, options = trained.model, trained.options
    dictionary, counts = model.dictionary, trained.counts.tolist()
    header = HEADER.pack(
        MAGIC, VERSION, options.dimension, _WINDOW, trained.epochs, options.min_count,
        _NEGATIVES, options.word_ngrams, SOFTMAX, SUPERVISED, model.features.buckets, 0, 0,
        _UPDATES, _SAMPLING,
    )  # fmt: skip
    file.write(header)
    labels = [(LABEL_PREFIX + label).encode() for label in model.labels]
    words = dictionary.words
    tokens = sum(counts[:words])
    file.write(COUNTS.pack(words + len(labels), words, len(labels), tokens, -1))
    names = dictionary.names.tobytes()
    for word, (start, size) in enumerate(
        zip(dictionary.starts.tolist(), dictionary.sizes.tolist(), strict=True)
    ):
        file.write(names[start : start + size] + ENTRY.pack(0, counts[word], 0))
    for label, count in zip(labels, counts[words:], strict=True):
        file.write(label + ENTRY.pack(0, count, 1))
    for matrix in (model.input, model.output):
        # Whether it is quantised, its shape, its values.
        file.write(b"\0" + SHAPE.pack(matrix.rows, matrix.columns))
        file.write(matrix.dense.astype("<f4", copy=False).data)
