"""Addresses: the names of batches and rows, as values.

A document is named by where it stood in the input: (unit, row). Units are numbered by the plan,
rows by the reader, so an address depends on the inputs and the plan options and on nothing else.
"""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: A packed row address is `unit << ROW_BITS | row` in an unsigned 64-bit integer.
ROW_BITS = 32


def packed_addresses(units: NDArray[Any], rows: NDArray[Any]) -> NDArray[np.uint64]:
    """Packs N addresses.

    Args:
        units: N integers.
        rows: N integers.

    Returns:
        uint64[N].

    >>> packed_addresses(np.array([2, 0]), np.array([7, 7])).tolist()
    [8589934599, 7]
    """
    packed: NDArray[np.uint64] = units.astype(np.uint64) << np.uint64(ROW_BITS)
    return packed | rows.astype(np.uint64)


def rows_of(addresses: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Returns the rows of N packed addresses.

    >>> rows_of(np.array([8589934599, 7], np.uint64)).tolist()
    [7, 7]
    """
    return (addresses & np.uint64((1 << ROW_BITS) - 1)).astype(np.int64)


@dataclasses.dataclass(frozen=True, order=True)
class BatchKey:
    """Names one batch of documents: the unit it was read from and its number in that unit.

    >>> BatchKey("prepare", unit=3, batch=0)
    BatchKey(phase='prepare', unit=3, batch=0)
    """

    phase: str
    unit: int
    batch: int

    def __post_init__(self) -> None:
        if self.unit < 0 or self.batch < 0:
            raise ValueError(f"unit and batch must be at least 0, got {self.unit} and {self.batch}")


@dataclasses.dataclass(frozen=True, order=True)
class RowAddress:
    """Names one document: the unit it was read from and its ordinal in that unit.

    >>> RowAddress(2, 7).packed
    8589934599
    >>> RowAddress.unpack(8589934599)
    RowAddress(unit=2, row=7)
    >>> RowAddress.parse("2:7") == RowAddress(2, 7), str(RowAddress(2, 7))
    (True, '2:7')
    """

    unit: int
    row: int

    def __post_init__(self) -> None:
        if not (0 <= self.unit < 1 << 32 and 0 <= self.row < 1 << ROW_BITS):
            raise ValueError(f"unit and row must be 32-bit and not negative, got {self!s}")

    def __str__(self) -> str:
        return f"{self.unit}:{self.row}"

    @property
    def packed(self) -> int:
        """The address as one unsigned 64-bit integer; packed addresses sort like addresses."""
        return self.unit << ROW_BITS | self.row

    @classmethod
    def unpack(cls, packed: int) -> "RowAddress":
        """Returns the address that `packed` was made of."""
        return cls(packed >> ROW_BITS, packed & ((1 << ROW_BITS) - 1))

    @classmethod
    def parse(cls, text: str) -> "RowAddress":
        """Reads `unit:row`.

        Raises:
            ValueError: the text has another form.
        """
        unit, colon, row = text.partition(":")
        if not (colon and unit.isdecimal() and row.isdecimal()):
            raise ValueError(f"an address is UNIT:ROW, for example 2:7; got {text!r}")
        return cls(int(unit), int(row))
