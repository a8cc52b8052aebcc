"""Thresholds as they are written: a decimal is a fraction, and counts are compared with it exactly.

A float is not what was written: 0.1 is a little more than a tenth, and 7 of 70 may be more than it
or not. So no ratio of counts is compared as a float, and no threshold is rounded without
a word.
"""

from fractions import Fraction

#: Decimals of a threshold that counts are multiplied by in 64 bits.
DECIMALS = 6


def exact_threshold(value: float, name: str = "threshold", decimals: int = DECIMALS) -> Fraction:
    """Returns the decimal that a number was written as.

    Args:
        value: a finite number.
        name: stands in the error.
        decimals: the denominator is at most 10 to this power.

    Raises:
        ValueError: the number has more decimals.

    >>> exact_threshold(0.1), exact_threshold(2)
    (Fraction(1, 10), Fraction(2, 1))
    >>> exact_threshold(0.1234567, "min_coverage")
    Traceback (most recent call last):
    ValueError: min_coverage may have 6 decimals, got 0.1234567; round it
    """
    exact = Fraction(str(value))
    if exact.denominator > 10**decimals:
        raise ValueError(f"{name} may have {decimals} decimals, got {value!r}; round it")
    return exact
