"""Numbers in the bytes of a text: which could be those of a house or a postcode."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel

#: Classes of bytes; 0 is a space, a mark or a control.
DIGIT: Final = 1
SMALL_LETTER: Final = 2
CAPITAL: Final = 4
HIGH: Final = 8


def _classes() -> NDArray[np.uint8]:
    table = np.zeros(256, np.uint8)
    table[ord("0") : ord("9") + 1] = DIGIT
    table[ord("a") : ord("z") + 1] = SMALL_LETTER
    table[ord("A") : ord("Z") + 1] = CAPITAL
    table[0x80:] = HIGH
    return table


CLASSES: Final = _classes()


@kernel
def has_capital(data, position, last, classes):  # type: ignore[no-untyped-def]
    """Says whether the word behind a number begins with a capital, or is not of ASCII."""
    i = position
    if i < last and classes[data[i]] & (SMALL_LETTER | CAPITAL):
        i += 1
    stop = min(last, i + 12)
    line = False
    while i < stop:
        byte = data[i]
        if classes[byte]:
            # What begins with these two bytes is punctuation or a space.
            return classes[byte] & (CAPITAL | HIGH) != 0 and byte != 0xE2 and byte != 0xC2
        if byte == 0x0A or byte == 0x5C:
            line = True
        elif not (
            byte == 0x20 or byte == 0x2C or byte == 0x2E or byte == 0x0D or byte == 0x09
            or byte == 0x2D or byte == 0x2F or (line and (byte == 0x3E or byte == 0x3F))
        ):  # fmt: skip
            return False
        i += 1
    return False


@kernel
def is_number(data, start, stop, first, last, classes):  # type: ignore[no-untyped-def]
    """Says whether digits are a number that a house or a postcode could have.

    They are not if they are joined to letters, signs of code or decimals, or number an item.
    """
    if stop - start > 6:
        return False
    i = stop
    if i < last and classes[data[i]] & (SMALL_LETTER | CAPITAL):
        i += 1
        # 1234AB is a postcode of the Netherlands.
        if i < last and stop - start == 4 and classes[data[i]] & classes[data[i - 1]] & CAPITAL:
            i += 1
    if i < last:
        byte = data[i]
        if classes[byte] & (SMALL_LETTER | CAPITAL | DIGIT) or byte in (
            0x5F, 0x28, 0x5B, 0x5D, 0x3D, 0x25, 0x7B, 0x7D, 0x7C, 0x60, 0x26, 0x2B, 0x7E, 0x40,
        ):  # fmt: skip
            return False
        if byte in (0x2E, 0x2C, 0x3A) and i + 1 < last and classes[data[i + 1]] & DIGIT:
            return byte == 0x2C and i + 4 < last and classes[data[i + 4]] & DIGIT != 0
        if byte in (0x2E, 0x29, 0x3A):
            # The number of an item begins a line.
            k = start - 1
            while k >= first and k > start - 8 and data[k] in (0x20, 0x09, 0x23, 0x2A, 0x2D):
                k -= 1
            if k < first or data[k] == 0x0A:
                return False
    if start == first:
        return True
    byte = data[start - 1]
    if classes[byte] & (SMALL_LETTER | CAPITAL) or byte in (
        0x5F, 0x25, 0x3D, 0x26, 0x2B, 0x24, 0x3C, 0x5B, 0x7B, 0x7C, 0x5C, 0x60, 0x40, 0x7E, 0x5E,
    ):  # fmt: skip
        return False
    if byte == 0x2D or byte == 0x2F or byte == 0x2E or byte == 0x2C or byte == 0x3A:
        # Behind a dash or a stroke only what follows digits; behind a dot what does not.
        k = start - 2
        after_digit = k >= first and classes[data[k]] & DIGIT != 0
        after_space = k < first or data[k] == 0x20 or data[k] == 0x0A
        if byte == 0x2D or byte == 0x2F:
            if byte == 0x2D and stop - start >= 4 and k > first and classes[data[k]] & CAPITAL:
                # D-10115, CH-8001
                if classes[data[k - 1]] & CAPITAL:
                    k -= 1
                return k == first or not classes[data[k - 1]]
            return after_digit or after_space or (byte == 0x2D and stop - start == 6)
        return not after_digit
    return True


@kernel
def is_british(data, start, stop, last, classes):  # type: ignore[no-untyped-def]
    """Says whether a number of one or two digits behind capitals is the middle of a postcode."""
    i = stop
    if i < last and classes[data[i]] & CAPITAL:
        i += 1
    if i < last and data[i] == 0x20:
        i += 1
    return (
        stop - start <= 2
        and i + 3 <= last
        and classes[data[i]] & DIGIT != 0
        and classes[data[i + 1]] & CAPITAL != 0
        and classes[data[i + 2]] & (CAPITAL | DIGIT) != 0
        and (i + 3 == last or classes[data[i + 3]] == 0)
    )
