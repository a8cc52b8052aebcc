"""Which pieces of files make a unit of work."""

import itertools
from collections.abc import Iterable, Iterator
from typing import TypeVar

from corpus_pipeline.sources.pieces import Piece
from corpus_pipeline.sources.shapes import folders_of

#: A piece and its estimated bytes of text.
Weighed = tuple[Piece, float]
_T = TypeVar("_T")


def by_folder(pieces: Iterable[Weighed]) -> Iterable[tuple[Piece, ...]]:
    """Puts the pieces of one folder together, whose records are joined.

    >>> one, two = (Piece(f"{name}/Posts.xml", "stackexchange", None, 0, None) for name in "ab")
    >>> [len(group) for group in by_folder([(one, 1.0), (one, 1.0), (two, 1.0)])]
    [2, 1]
    """
    folders = itertools.groupby(pieces, lambda each: each[0].path.rpartition("/")[0])
    return [tuple(piece for piece, _ in group) for _, group in folders]


def by_repository(
    pieces: Iterable[Weighed], root: str, folders: int, unit_bytes: int
) -> Iterable[tuple[Piece, ...]]:
    """Puts files whose paths have their first folders in common into one unit, and small ones too.

    Args:
        pieces: whole files, sorted by path.
        root: the folder that all are in.
        folders: how many below it count; a file that has fewer is by itself.
        unit_bytes: bytes of text of a unit, unless one repository has more.

    >>> files = [(Piece(path, "files", None, 0, None), 2.0) for path in ("r/a/1", "r/a/2", "r/b/1")]
    >>> [[piece.path for piece in group] for group in by_repository(files, "r/", 1, 3)]
    [['r/a/1', 'r/a/2'], ['r/b/1']]
    """

    def key(each: Weighed) -> str:
        path = each[0].path.removeprefix(root)
        return (folders_of(path, folders) if folders else None) or path

    whole = [list(group) for _, group in itertools.groupby(pieces, key)]
    sized = [(group, sum(weight for _, weight in group)) for group in whole]
    return [
        tuple(piece for group in unit for piece, _ in group)
        for unit in _packed(sized, unit_bytes, None)
    ]


def grouped(
    pieces: Iterable[Weighed], unit_bytes: int, unit_files: int
) -> Iterable[tuple[Piece, ...]]:
    """Puts neighbouring pieces together while they fit into one unit.

    >>> a, b, c = (Piece(name, "text", None, 0, None) for name in "abc")
    >>> [[p.path for p in group] for group in grouped([(a, 6.0), (b, 3.0), (c, 5.0)], 10, 9)]
    [['a', 'b'], ['c']]
    >>> [[p.path for p in group] for group in grouped([(a, 6.0), (b, 3.0), (c, 5.0)], 99, 1)]
    [['a'], ['b'], ['c']]
    """
    return (tuple(group) for group in _packed(pieces, unit_bytes, unit_files))


def _packed(
    things: Iterable[tuple[_T, float]], most: float, count: int | None
) -> Iterator[list[_T]]:
    """Puts neighbours together while their weights, and their number, fit."""
    held: list[_T] = []
    filled = 0.0
    for thing, weight in things:
        if held and (filled + weight > most or len(held) == count):
            yield held
            held, filled = [], 0.0
        held.append(thing)
        filled += weight
    if held:
        yield held
