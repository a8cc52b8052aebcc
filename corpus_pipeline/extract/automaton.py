"""The automaton of Aho and Corasick (1975): finds all of many patterns in one pass."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


def automaton(
    patterns: Iterable[tuple[Sequence[int], int]], letters: int
) -> tuple[NDArray[np.int16], NDArray[np.uint32]]:
    """Builds the automaton of patterns, each with the bits that it stands for.

    Args:
        patterns: (letters of the pattern, bits); a letter is from 0 to `letters` - 1.
        letters: size of the alphabet.

    Returns:
        int16[S, letters], the next state; uint32[S], the bits of all patterns that end in a state.
        The first state is 0.

    >>> moves, found = automaton([(b"he", 1), (b"she", 2)], 256)
    >>> state = 0
    >>> for byte in b"ashe":
    ...     state = moves[state, byte]
    >>> int(found[state])
    3
    """
    moves = [[0] * letters]
    found = [0]
    for pattern, bits in patterns:
        state = 0
        for letter in pattern:
            if not moves[state][letter]:
                moves.append([0] * letters)
                found.append(0)
                moves[state][letter] = len(found) - 1
            state = moves[state][letter]
        found[state] |= bits
    fallback = [0] * len(found)
    queue = [state for state in moves[0] if state]
    for state in queue:
        found[state] |= found[fallback[state]]
        for letter in range(letters):
            following = moves[state][letter]
            if following:
                fallback[following] = moves[fallback[state]][letter]
                queue.append(following)
            else:
                moves[state][letter] = moves[fallback[state]][letter]
    return np.array(moves, np.int16), np.array(found, np.uint32)
