"""Dates as microseconds since 1970 in UTC, read from strings in ISO 8601."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.filters.where.numbers import Numbers, of_integers

#: A year, a month, a day, or a time of a day in UTC or with an offset.
_ISO = (
    r"^\s*(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r"\s?(?P<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?)?)?)?\s*$"
)
_MICROSECONDS = 1_000_000


def dates_of_strings(column: pa.Array) -> Numbers:
    """Reads dates; null where a string is none.

    What is left out is the first: `2024` is the start of that year. Without an offset it is UTC.

    >>> column = pa.array(["1970-01-02", "1970", "1970-01-01T08:00:01.5+08:00", "5 May", None])
    >>> numbers = dates_of_strings(column)
    >>> numbers.over.tolist(), numbers.valid.tolist()
    ([86400000000, 0, 1500000, 0, 0], [True, True, True, False, False])
    """
    found = pc.extract_regex(column, _ISO)
    known = found.is_valid().to_numpy(zero_copy_only=False)
    parts = {
        name: pc.fill_null(pc.struct_field(found, name), "")
        for name in ("year", "month", "day", "hour", "minute", "second", "part", "zone")
    }
    year, month, day, hour, minute, second = (
        _integers(parts[name], default)
        for name, default in (
            ("year", "0001"), ("month", "01"), ("day", "01"),
            ("hour", "00"), ("minute", "00"), ("second", "00"),
        )
    )  # fmt: skip
    part = _integers(pc.utf8_slice_codeunits(pc.utf8_rpad(parts["part"], 6, "0"), 0, 6), "0")
    zone = pc.replace_substring(parts["zone"], ":", "")
    signs = pc.starts_with(zone, "-").to_numpy(zero_copy_only=False)
    offset = _integers(pc.utf8_slice_codeunits(zone, 1, 3), "00")
    offset_minutes = _integers(pc.utf8_slice_codeunits(zone, 3, 5), "00")
    valid = known & (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    valid &= (hour <= 23) & (minute <= 59) & (second <= 59) & (offset <= 23)
    valid &= offset_minutes <= 59
    months = np.where(valid, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    valid &= day <= (months + 1).astype("datetime64[D]").astype(np.int64) - first
    seconds = ((first + day - 1) * 24 + hour) * 3600 + minute * 60 + second
    east = np.where(signs, -1, 1) * (offset * 3600 + offset_minutes * 60)
    return of_integers((seconds - east) * _MICROSECONDS + part, valid)


def _integers(digits: pa.Array, default: str) -> NDArray[np.int64]:
    filled = pc.if_else(pc.equal(digits, ""), default, digits)
    values: NDArray[np.int64] = pc.cast(filled, pa.int64()).to_numpy(zero_copy_only=False)
    return values


def dates_of_column(column: pa.Array) -> Numbers:
    """Returns a column of dates or timestamps; one without a zone is UTC."""
    times = pc.cast(column, pa.timestamp("us", getattr(column.type, "tz", None)), safe=False)
    valid = times.is_valid().to_numpy(zero_copy_only=False)
    ticks = pc.fill_null(pc.cast(times, pa.int64()), 0).to_numpy(zero_copy_only=False)
    return of_integers(ticks, valid)
