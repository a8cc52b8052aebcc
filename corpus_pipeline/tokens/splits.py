"""Which documents are held out: train, validation, test, by content.

    content ──► key, 0 to 2**64 - 1      validation: 0.01, test: 0.02

    0        .01           .03                                        1
    ├────────┼─────────────┼──────────────────────────────────────────┤
     validation    test                    train

A split that names a source takes its share of it before those for all sources do.

The same text always falls on the same side, within the sources that are held out alike. So does a
near copy, for of near copies that *dedup* finds only one stays.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.tokens.keys import content_keys, threshold

#: The split of whatever is not held out.
TRAIN = "train"


@dataclasses.dataclass(frozen=True)
class Split:
    """One set of documents that are held out."""

    name: str
    share: float
    """Of the documents of its sources, above 0, at most 1."""
    sources: tuple[str, ...] | None = None
    """Those that give documents to it; None for all."""


@dataclasses.dataclass(frozen=True)
class Splits:
    """How documents are held out: by content, the same in every run with the same seed."""

    held_out: tuple[Split, ...]
    seed: int

    def __post_init__(self) -> None:
        for each in self.held_out:
            if not threshold(each.share):
                raise ValueError(f"share {each.share:g} of {each.name} holds nothing out; raise it")
            if each.sources is not None and not each.sources:
                raise ValueError(f"{each.name} names no source; name one, or leave sources out")
        for source in (None, *self.sources):
            total = sum(threshold(e.share) for e in self.held_out if self._names(e, source))
            of = "all sources" if source is None else f"the source {source!r}"
            if total > 1 << 64:
                raise ValueError(
                    f"shares of {of} add up to {total / 2**64:g}; at most 1 can be held out"
                )
            if source is None and total == 1 << 64:
                raise ValueError(
                    "all documents are held out, and none is left to train on; lower a share or "
                    "name the sources of a split"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all splits, train first."""
        return (TRAIN, *(each.name for each in self.held_out))

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources that a split names."""
        named = {source for each in self.held_out for source in each.sources or ()}
        return tuple(sorted(named))

    def holds_out_all_of(self, source: str) -> bool:
        """Tells whether no document of a source is left to train on."""
        return sum(threshold(each.share) for each in self._of(source)) >= 1 << 64

    def assign(self, hashes: pa.Array, sources: pa.Array) -> pa.Array:
        """Says of each of N documents to which split it belongs.

        Args:
            hashes: hashes of their texts, type `fixed_size_binary(16)`, no nulls.
            sources: names of their sources, type `string`.

        Returns:
            N names, type `string`.

        >>> import collections
        >>> hashes = pa.array([bytes([i]) * 16 for i in range(100)], pa.binary(16))
        >>> splits = Splits((Split("validation", 0.2, ("a",)), Split("test", 1, ("b",))), seed=1)
        >>> found = splits.assign(hashes, pa.array(["a", "a", "a", "b"] * 25))
        >>> collections.Counter(found.to_pylist()).most_common()
        [('train', 57), ('test', 25), ('validation', 18)]
        """
        if not self.held_out:
            return pa.array([TRAIN] * len(hashes), pa.string())
        keys = content_keys(hashes, self.seed, "split")
        names = np.array(self.names)
        chosen = np.zeros(len(hashes), np.intp)
        for source in (None, *self.sources):
            rules = self._of(source)
            here = self._rows(sources, source)
            high = 0
            for rule in rules:
                low, high = high, min(high + threshold(rule.share), 1 << 64)
                if low == high:
                    continue
                # 2**64 is no uint64; the last key belongs to a split that ends there.
                inside = (keys >= np.uint64(low)) & (keys <= np.uint64(high - 1))
                chosen[here & inside] = self.names.index(rule.name)
        return pa.array(names[chosen].tolist(), pa.string())

    def _rows(self, sources: pa.Array, source: str | None) -> NDArray[np.bool_]:
        """Tells which documents are of a source; None stands for all that no split names."""
        named = pa.array(self.sources if source is None else [source], pa.string())
        found: NDArray[np.bool_] = pc.is_in(sources, named).to_numpy(zero_copy_only=False)
        return ~found if source is None else found

    def _of(self, source: str | None) -> Sequence[Split]:
        """The rules for a source, those that name it first; None stands for all that none names."""
        own = [] if source is None else [e for e in self.held_out if self._names(e, source)]
        return [*own, *(e for e in self.held_out if e.sources is None)]

    @staticmethod
    def _names(split: Split, source: str | None) -> bool:
        return split.sources is None if source is None else source in (split.sources or ())
