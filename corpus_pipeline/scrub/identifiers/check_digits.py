"""Check digits that several countries share. Each is given digits alone, in ASCII."""

from collections.abc import Sequence

from corpus_pipeline.scrub.checksums import passes_luhn

__all__ = ["dot", "passes_11_10", "passes_97", "passes_luhn", "passes_verhoeff", "uniform", "value"]


def dot(text: str, weights: Sequence[int]) -> int:
    """Sums the first characters by weight; digits count as such, A is 10, B 11 and so on.

    >>> dot("1A9", (3, 2))
    23
    """
    return sum(weight * int(each, 36) for weight, each in zip(weights, text, strict=False))


def uniform(digits: str) -> bool:
    """Says whether all characters are the same: such numbers pass most checks and are examples.

    >>> uniform("0000"), uniform("0001")
    (True, False)
    """
    return digits == digits[:1] * len(digits)


def value(digits: str) -> int:
    """The number that digits are, 0 for none."""
    return int(digits or "0")


def passes_97(digits: str, check: str) -> bool:
    """Checks 97 less the remainder modulo 97.

    >>> passes_97("2851278006084", "40")
    False
    >>> passes_97("850730330", "28") or passes_97("2850730330", "28")
    False
    """
    return 97 - int(digits) % 97 == int(check)


def passes_11_10(digits: str) -> bool:
    """Checks the last digit by ISO/IEC 7064, MOD 11,10.

    >>> passes_11_10("94577403194"), passes_11_10("94577403195")
    (True, False)
    """
    carry = 10
    for digit in digits[:-1]:
        carry = (carry + int(digit)) % 10 or 10
        carry = carry * 2 % 11
    return (carry + int(digits[-1])) % 10 == 1


#: Verhoeff's scheme: products in the dihedral group of order 10, and the permutation by place.
_PRODUCT = [
    [(a + b) % 5 if a < 5 and b < 5 else
     (a + b - 5) % 5 + 5 if a < 5 else
     (a - b) % 5 + 5 if b < 5 else (a - b) % 5
     for b in range(10)]
    for a in range(10)
]  # fmt: skip
_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def passes_verhoeff(digits: str) -> bool:
    """Checks the last digit by Verhoeff's scheme.

    >>> passes_verhoeff("2363"), passes_verhoeff("2633")
    (True, False)
    """
    check = 0
    for place, digit in enumerate(reversed(digits)):
        moved = int(digit)
        for _ in range(place % 8):
            moved = _PERMUTATION[moved]
        check = _PRODUCT[check][moved]
    return check == 0
