"""Some items at a time, by threads: hashing, decompression and the network let go of the GIL."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def map_concurrently(work: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """Applies a function to items, some at a time; yields the results in the order of the items.

    Of many items a few are under way, so neither they nor their results are all in memory. Closing
    the iterator gives up what has not begun, and does not wait for what has.

    Args:
        work: what to do; is called by several threads.
        items: its arguments, taken one by one.
        threads: items at a time.

    >>> list(map_concurrently(str.upper, "abc", threads=2))
    ['A', 'B', 'C']
    """
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
