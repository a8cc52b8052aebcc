"""Which documents a tokenizer is trained on: chosen by content, weighted by source, bounded.

    documents of a source, by key:  ▏▏▎▍▏▎▏▌▏▏▎ │ ▏▎▏▏▍▎▏
                                    taken        limit of this source: no key above it is taken

The key of a document is a hash of its text and the seed, so neither the order of the documents nor
how they lie in files decides anything. What a source gives is its share of the bytes of the sample;
what a source has not is shared among the others by their weights. If that would need more memory
than the trainer may take, the sample is made smaller. A document that is larger than all that its
source may give is passed over, else it would keep out whatever has a greater key.

Arithmetic is on integers.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.characters import UNSPACED, characters, decode
from corpus_pipeline.text.columns import as_texts, utf8_buffers
from corpus_pipeline.text.hashing import content_hashes
from corpus_pipeline.text.words import mix

#: Bytes of memory that the trainer takes for a byte of text, measured (docs/tokenizers.md): in
#: scripts without blanks hardly a pre-token occurs twice, elsewhere most do.
_COST_UNSPACED = 64
_COST_SPACED = 8

#: Documents whose keys are kept before those are thrown away that cannot be in the sample.
_MOST_KEPT = 1 << 22


@dataclasses.dataclass(frozen=True)
class SampleOptions:
    """How large the sample is and what it is made of."""

    sample_bytes: int = 10**9
    """Most bytes of text."""
    memory_bytes: int = 8 * 2**30
    """Most bytes of memory that training may take, as estimated."""
    weights: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """Source -> its share; all sources or none. None: every document is equally likely."""
    seed: int = 0
    """Another seed is another sample."""

    def __post_init__(self) -> None:
        for name in ("sample_bytes", "memory_bytes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}; raise it")
        for source, weight in self.weights.items():
            if weight < 1:
                raise ValueError(f"weight of {source} must be at least 1, got {weight}; leave the "
                                 "source out of the inputs")  # fmt: skip


class Share(NamedTuple):
    """What one source gives to the sample."""

    limit: int
    """Greatest key that is taken; -1 takes none."""
    documents: int
    bytes: int
    of_bytes: int
    """All that the source has."""
    most_bytes: int
    """What it may give, or without weights all sources together; no larger document is taken."""


class Candidates:
    """The documents of all sources, of which a sample is to be chosen."""

    def __init__(self, options: SampleOptions) -> None:
        self._options = options
        self._parts: dict[str, list[NDArray[np.uint64]]] = {}
        self._of_bytes: dict[str, int] = {}
        self._kept = 0
        self._kept_by_last_prune = 0
        self._smallest: tuple[int, int] | None = None

    def add(self, source: str, texts: pa.Array) -> None:
        """Takes notice of N documents of a source, type `string`; nulls count as nothing."""
        texts = as_texts(texts).drop_null()
        data, offsets = utf8_buffers(texts)
        sizes = np.diff(offsets).astype(np.uint64)
        costs = np.zeros(len(texts), np.uint64)
        _costs(data, offsets, characters().classes, costs)
        fits = (sizes <= self._options.sample_bytes) & (costs <= self._options.memory_bytes)
        rows = np.stack([document_keys(texts, self._options.seed), sizes, costs])[:, fits]
        self._parts.setdefault(source, []).append(rows)
        self._of_bytes[source] = self._of_bytes.get(source, 0) + int(sizes.sum())
        if sizes.any():
            k = int(np.argmin(np.where(sizes > 0, sizes, sizes.max())))
            smallest = int(sizes[k]), int(costs[k])
            self._smallest = min(self._smallest or smallest, smallest)
        self._kept += rows.shape[1]
        # Twice what stayed: where all may be in the sample, they are not sorted at each call.
        if self._kept > max(_MOST_KEPT, 2 * self._kept_by_last_prune):
            self._prune()

    def choose(self) -> dict[str, Share]:
        """Chooses the sample: what each source gives, the sources in the order of their names.

        Raises:
            ConfigError: a weight names no source, a source has no weight, or no document fits.
        """
        weights = self._options.weights
        if weights and set(weights) != set(self._parts):
            wrong = sorted(set(weights) ^ set(self._parts))[0]
            which = "names no input" if wrong in weights else "has no weight"
            raise ConfigError(
                f"weights: {wrong!r} {which}; the inputs are {', '.join(sorted(self._parts))}"
            )
        self._prune()
        rows = {source: parts[0] for source, parts in sorted(self._parts.items())}
        if not weights:
            # All documents are of one source, whose limit holds for each.
            rows = {"": _sorted(np.concatenate([*rows.values(), np.zeros((3, 0), np.uint64)], 1))}
        size = min(self._options.sample_bytes, sum(self._of_bytes.values()))
        low, high = 0, size
        while low < high:
            # The largest sample whose training fits into the memory.
            middle = (low + high + 1) // 2
            cost = sum(each.cost for each in _taken(rows, self._quotas(middle)).values())
            low, high = (middle, high) if cost <= self._options.memory_bytes else (low, middle - 1)
        quotas = self._quotas(low)
        taken = _taken(rows, quotas)
        shares = {}
        for source in sorted(self._parts):
            name = source if weights else ""
            shares[source] = self._share(source, taken[name].limit, quotas[name])
        if not any(share.bytes for share in shares.values()):
            raise ConfigError(self._nothing_fits())
        return shares

    def _share(self, source: str, limit: int, most: int) -> Share:
        keys, sizes, _ = self._parts[source][0]
        sizes = sizes[(keys <= np.uint64(limit)) & (sizes <= most)] if limit >= 0 else sizes[:0]
        return Share(limit, len(sizes), int(sizes.sum()), self._of_bytes[source], most)

    def _nothing_fits(self) -> str:
        if self._smallest is None:
            return "the sample is empty: no document has text; name inputs with text"
        size, cost = self._smallest
        return (
            f"the sample is empty: the smallest document has {size:,} bytes and takes the trainer "
            f"{cost:,} bytes of memory, and equal texts are taken all or none; raise "
            "--sample-bytes or --memory"
        )

    def _quotas(self, size: int) -> dict[str, int]:
        """Shares out the bytes of a sample; a source that has less than its share gives it all."""
        if not self._options.weights:
            return {"": size}
        return shared_out(size, self._options.weights, self._of_bytes)

    def _prune(self) -> None:
        """Sorts the documents by key and throws away those beyond a sample of one source."""
        for source, parts in self._parts.items():
            rows = _sorted(np.concatenate(parts, axis=1))
            end = int(np.searchsorted(np.cumsum(rows[1]), self._options.sample_bytes, side="right"))
            if end < rows.shape[1]:
                # Equal texts stay together.
                end = int(np.searchsorted(rows[0], rows[0, end], side="right"))
            self._parts[source] = [rows[:, :end]]
        self._kept = sum(parts[0].shape[1] for parts in self._parts.values())
        self._kept_by_last_prune = self._kept


def document_keys(texts: pa.Array, seed: int) -> NDArray[np.uint64]:
    """Returns the keys of N texts, uint64[N], by which a sample is chosen.

    >>> keys = document_keys(pa.array(["中文", "text", "中文"]), 0)
    >>> bool(keys[0] == keys[2]), bool(keys[0] == document_keys(pa.array(["中文"]), 1)[0])
    (True, False)
    """
    hashes = np.frombuffer(content_hashes(as_texts(texts)).buffers()[1], np.uint64)[::2]
    keys = np.zeros(len(texts), np.uint64)
    _mix(hashes[: len(texts)], np.uint64(seed), keys)
    return keys


def shared_out(size: int, weights: Mapping[str, int], there: Mapping[str, int]) -> dict[str, int]:
    """Shares out `size` bytes by weights; who has less gives all, the others share the rest.

    >>> shared_out(100, {"a": 1, "b": 1, "c": 2}, {"a": 10, "b": 999, "c": 999})
    {'a': 10, 'b': 30, 'c': 60}
    """
    found: dict[str, int] = {}
    open_ = sorted(weights)
    while open_:
        rest = size - sum(found.values())
        total = sum(weights[source] for source in open_)
        short = [source for source in open_ if there[source] * total <= rest * weights[source]]
        if not short:
            return dict(sorted({**found, **{s: rest * weights[s] // total for s in open_}}.items()))
        found |= {source: there[source] for source in short}
        open_ = [source for source in open_ if source not in short]
    return dict(sorted(found.items()))


class _Taken(NamedTuple):
    limit: int
    cost: int


def _taken(rows: Mapping[str, NDArray[np.uint64]], quotas: Mapping[str, int]) -> dict[str, _Taken]:
    """What each source gives: as many documents as fit, and of equal texts all or none."""
    found = {}
    for name, each in rows.items():
        keys, sizes, costs = each[:, each[1] <= quotas[name]]
        end = int(np.searchsorted(np.cumsum(sizes), quotas[name], side="right"))
        while 0 < end < len(keys) and keys[end - 1] == keys[end]:
            end -= 1
        found[name] = _Taken(int(keys[end - 1]) if end else -1, int(costs[:end].sum()))
    return found


def _sorted(rows: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return rows[:, np.argsort(rows[0], kind="stable")]


def chosen_texts(
    source: str, texts: pa.Array, shares: Mapping[str, Share], seed: int
) -> Iterator[pa.Array]:
    """Yields those of N texts of a source that are in the sample."""
    limit, most = shares[source].limit, shares[source].most_bytes
    texts = as_texts(texts).drop_null()
    if limit >= 0 and len(texts):
        fits = np.diff(utf8_buffers(texts).offsets) <= most
        yield texts.filter(pa.array(fits & (document_keys(texts, seed) <= np.uint64(limit))))


@kernel
def _mix(hashes, seed, keys):  # type: ignore[no-untyped-def]
    for row in range(len(keys)):
        keys[row] = mix(hashes[row] ^ mix(seed + np.uint64(1)))


@kernel
def _costs(data, offsets, classes, costs):  # type: ignore[no-untyped-def]
    """Fills `costs` with the bytes of memory that each text may take its trainer."""
    for row in range(len(offsets) - 1):
        i, stop = np.int64(offsets[row]), np.int64(offsets[row + 1])
        unspaced = np.int64(0)
        length = stop - i
        while i < stop:
            if data[i] < 0x80:
                i += 1
                continue
            code_point, following = decode(data, i)
            if classes[code_point] == UNSPACED:
                unspaced += following - i
            i = following
        costs[row] = unspaced * _COST_UNSPACED + (length - unspaced) * _COST_SPACED
