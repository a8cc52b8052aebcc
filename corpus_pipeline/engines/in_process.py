"""Runs the transforms of a phase in this process, one element after another, without Beam."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from corpus_pipeline.engines.engine import Clocks
from corpus_pipeline.transforms import Transform, Work


def run_transforms(work: Work) -> Clocks:
    """Sends every element through all transforms; all of them are one bundle.

    An element passes the transforms one by one before the next is taken, so one batch of text is
    held at once; a transform that is `grouped` waits for all elements before it, and holds them.

    Returns:
        The counters of the transforms.

    Raises:
        Exception: whatever a transform raises; the transforms are torn down first.
    """
    clocks: Clocks = Counter()
    ready: list[Transform] = []

    def count(stage: str, name: str, number: int) -> None:
        clocks[f"{stage}/{name}"] += number

    try:
        elements: Iterable[Any] = work.elements()
        for transform in work.transforms:
            transform.setup(count)
            ready.append(transform)
            transform.start_bundle()
            if transform.grouped:
                elements = _grouped(elements)
            elements = itertools.chain.from_iterable(map(transform.process, elements))
        for _ in elements:
            pass
        for transform in work.transforms:
            transform.finish_bundle()
    finally:
        for transform in ready:
            transform.teardown()
    return clocks


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, list[Any]]]:
    """Yields each key with all its values, by ascending key; a group that was taken is freed.

    >>> list(_grouped([(2, "a"), (1, "b"), (2, "c")]))
    [(1, ['b']), (2, ['a', 'c'])]
    """
    groups: defaultdict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    for key in sorted(groups):
        yield key, groups.pop(key)
