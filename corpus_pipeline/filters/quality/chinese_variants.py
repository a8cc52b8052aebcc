"""Which Chinese characters only simplified, or only traditional, Chinese has."""

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

#: What `variants` says of a character; 0: both have it, or it is none.
SIMPLIFIED, TRADITIONAL = 1, 2


@cache
def variants() -> NDArray[np.uint8]:
    """Returns uint8[0xA000], the script of each code point.

    >>> [int(variants()[ord(character)]) for character in "国國后"]
    [1, 2, 0]
    """
    text = resources.files(__package__).joinpath("chinese_variants.txt").read_text("utf-8")
    _, simplified, traditional = text.splitlines()
    table = np.zeros(0xA000, np.uint8)
    for script, characters in ((SIMPLIFIED, simplified), (TRADITIONAL, traditional)):
        table[[ord(character) for character in characters]] = script
    return table
