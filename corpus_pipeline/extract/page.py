"""The tables of a parsed page: its elements, and the blocks of text that stand in them.

A block is what a reader sees as one paragraph: text that no block-level element interrupts.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Columns of the table of elements, which is in the order of their start tags.
PARENT: Final = 0
TAG: Final = 1
OWN: Final = 2
"""Hints of its own attributes."""
HIDDEN: Final = 3
"""1: not shown until a script or a style shows it."""
NUMBER: Final = 4
"""Of an item in an ordered list; 0 for other elements."""
ELEMENT_COLUMNS: Final = 5

# Columns of the table of blocks.
ELEMENT: Final = 0
"""The innermost block-level element that the text stands in."""
START: Final = 1
END: Final = 2
CHARS: Final = 3
"""Characters that are no white space; Han counts three, kana and hangul two."""
LINKED: Final = 4
"""Those of them that stand in links."""
LINKS: Final = 5
COMMAS: Final = 6
STOPS: Final = 7
"""Ends of sentences."""
DIGITS: Final = 8
CAPITALS: Final = 9
SPACES: Final = 10
SYMBOLS: Final = 11
"""Characters that are frequent in programs."""
BREAKS: Final = 12
STOPPED: Final = 13
"""1 if the last character but quotes and brackets ends a sentence."""
CODED: Final = 14
"""Characters in code elements."""
PREFORMATTED: Final = 15
BOLD: Final = 16
"""Characters in bold type or small headings made of it."""
BLOCK_COLUMNS: Final = 17


class Page(NamedTuple):
    """What the scan found."""

    elements: NDArray[np.int32]
    """int32[E, ELEMENT_COLUMNS]; row 0 stands for the page."""
    blocks: NDArray[np.int32]
    """int32[B, BLOCK_COLUMNS], in the order of the page."""
    text: NDArray[np.uint8]
    """uint8[T], the texts one after another; START and END point into it."""
