"""The form of an identifier: how many digits and letters follow one another, and what parts them.

A form is written with one character for each of the identifier's: `9` a digit, `A` a letter, `*`
either. `A9999999A` is a letter, seven digits, a letter. An *exact* form has the separators, too:
`999-99-9999`. Forms are told apart by a number, which the kernel computes alike:

    text   123-45 6789      runs     digits 3 - digits 2 _ digits 4
    form   999999999        merged   digits 9
"""

import itertools

import numpy as np
from numpy.typing import NDArray

#: What a character is to a form.
OTHER, DIGIT, LETTER, SPACE, DASH, DOT, SLASH, INVISIBLE = range(8)

#: Numbers of forms and of words have this many bits.
HASH_BITS = 30
HASH_MASK = (1 << HASH_BITS) - 1
HASH_FACTOR = 1_000_003

#: Where the numbers of merged forms, of exact forms and of words start.
MERGED, EXACT, WORD = 17, 29, 41

_SEPARATORS = {" ": SPACE, "-": DASH, ".": DOT, "/": SLASH}


def expanded(form: str) -> list[str]:
    """Writes `*` out.

    >>> expanded("9*")
    ['9A', '99']
    """
    return ["".join(each) for each in itertools.product(*("A9" if c == "*" else c for c in form))]


def form_number(form: str, start: int) -> int:
    """Computes the number of a form.

    Args:
        start: `MERGED` (separators are skipped) or `EXACT`.

    >>> form_number("999-99", MERGED) == form_number("99999", MERGED)
    True
    >>> form_number("999-99", EXACT) == form_number("99999", EXACT)
    False
    """
    if start == MERGED:
        form = "".join(each for each in form if each not in _SEPARATORS)
    number = start
    for what, run in itertools.groupby(form):
        if what in _SEPARATORS:
            code = _SEPARATORS[what]
        else:
            code = (LETTER if what == "A" else DIGIT) | len(list(run)) << 3
        number = (number * HASH_FACTOR ^ code) & HASH_MASK
    return number


def hash_table(entries: dict[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Builds an open table of numbers and their bits, at most a quarter full.

    Returns:
        int64[T] the numbers, -1 where there is none, and int64[T] their bits; T is a power of two.
    """
    size = 1 << max(4, (4 * len(entries)).bit_length())
    numbers, bits = np.full(size, -1, np.int64), np.zeros(size, np.int64)
    for number, mask in entries.items():
        place = number & (size - 1)
        while numbers[place] != -1:
            place = (place + 1) & (size - 1)
        numbers[place], bits[place] = number, mask
    return numbers, bits
