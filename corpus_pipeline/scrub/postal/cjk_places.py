"""Names of administrative units, by which the beginning of a Chinese address is known."""

import functools
from importlib import resources


@functools.cache
def _lengths_by_head() -> tuple[frozenset[str], dict[str, tuple[int, ...]]]:
    """The names, folded, and by their first two characters the lengths that occur, longest first.

    Names ship in `cjk_places.txt`, which `tools/make_cjk_places.py` writes.
    """
    text = resources.files(__package__).joinpath("cjk_places.txt").read_text("utf-8")
    names = frozenset(text.split())
    lengths: dict[str, set[int]] = {}
    for name in names:
        lengths.setdefault(name[:2], set()).add(len(name))
    return names, {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}


def find_places(text: str) -> list[tuple[int, int]]:
    """Returns the spans of administrative names, the longest at each place, none overlapping.

    Args:
        text: folded by `fold_address`.

    >>> find_places("住在江苏省苏州吴中区东吴北路")
    [(2, 5), (5, 7), (7, 10)]
    """
    names, lengths_by_head = _lengths_by_head()
    found = []
    done = 0
    for position in range(len(text) - 1):
        lengths = lengths_by_head.get(text[position : position + 2])
        if lengths is None or position < done:
            continue
        for length in lengths:
            name = text[position : position + length]
            if len(name) == length and name in names:
                done = position + length
                found.append((position, done))
                break
    return found
