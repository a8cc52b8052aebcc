"""What kernels say of windows, so that the rules need not read them.

Nearly all windows of a text hold nothing: addresses of private networks, times with two colons,
numbers of seventeen digits whose check fails. And nearly all mail addresses are written plainly. A
kernel that reads the bytes of a window settles these, and rules written as regular expressions are
left with the rest:

    192.168.100.113:2379      private: known without the words before it, and never reported
    2016-10-08 16:45:26       two colons and no ::, so no IPv6
    li@example.cn,            plain: only its domain is asked for
    li＠example.cn            left

Whatever is not ASCII is left. `tests/scrub/test_sieve.py` compares both ways.
"""

import ipaddress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.byte_kinds import is_alnum, is_digit
from corpus_pipeline.scrub.candidates import CN_ID, EMAIL, IP, Windows
from corpus_pipeline.scrub.checksums import ID_CHECKS, ID_WEIGHTS, PROVINCES
from corpus_pipeline.scrub.hosts import PRIVATE_NETWORKS
from corpus_pipeline.scrub.mail_sieve import (
    is_ascii,
    is_spoken,
    may_be_mail,
    plain_mail,
)
from corpus_pipeline.text.columns import Utf8

#: Private addresses of one window that are settled; a window of more is a list that rules read.
_MOST_ADDRESSES = 4
#: Groups of an IPv6 address that has no `::` are parted by seven colons, or by six before an IPv4
#: address.
_LEAST_COLONS = 6
#: What rules call tiny: four numbers below it are never an address.
_TINY = 10


class Sifted(NamedTuple):
    """W windows, and the F findings in them that need no rule, ordered by window."""

    kinds: NDArray[np.int32]
    """int32[W], which entities the rules must look for."""
    windows: NDArray[np.int32]
    """int32[F], the window of a finding."""
    starts: NDArray[np.int32]
    """int32[F], its first byte."""
    ends: NDArray[np.int32]
    domains: NDArray[np.int32]
    """int32[F], of a mail address the first byte of its domain; 0 of a private IP address, which is
    found only so that no other rule reads its digits."""


def _networks() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Addresses and masks of the private networks of IPv4."""
    networks = [net for net in PRIVATE_NETWORKS if isinstance(net, ipaddress.IPv4Network)]
    return (
        np.array([int(net.network_address) for net in networks], np.uint32),
        np.array([int(net.netmask) for net in networks], np.uint32),
    )


_ADDRESSES, _MASKS = _networks()
_PROVINCES = np.zeros(100, np.bool_)
_PROVINCES[list(PROVINCES)] = True
_WEIGHTS = np.array(ID_WEIGHTS, np.int64)
_CHECKS = np.frombuffer(ID_CHECKS.encode(), np.uint8)


@kernel
def _quad(data, i, begin, stop):  # type: ignore[no-untyped-def]
    """Reads four numbers with full stops between at byte i: (end, address, its largest number, its
    last one); end is i if there are none. An address of 2**32 has a number that no address has."""
    address, largest, last = 0, 0, 0
    if i > begin and is_alnum(data[i - 1]):
        return i, address, largest, last
    at, bad = i, False
    for part in range(4):
        first, last = at, 0
        while at < stop and at < first + 3 and is_digit(data[at]):
            last = last * 10 + data[at] - 0x30
            at += 1
        if at == first:
            return i, address, largest, last
        bad = bad or last > 255 or (at > first + 1 and data[first] == 0x30)
        address, largest = address << 8 | last, max(largest, last)
        if part < 3:
            if at >= stop or data[at] != 0x2E:
                return i, address, largest, last
            at += 1
    if at < stop and is_alnum(data[at]):
        return i, address, largest, last
    if at + 1 < stop and data[at] == 0x2F and is_digit(data[at + 1]):
        more = at + 2
        while more < stop and more < at + 4 and is_digit(data[more]):
            more += 1
        if more <= at + 3:
            at = more
    return at, (1 << 32) if bad else address, largest, last


@kernel
def _is_private(address, addresses, masks):  # type: ignore[no-untyped-def]
    found = False
    for i in range(len(addresses)):
        found = found or address & masks[i] == addresses[i]
    return found


@kernel
def _addresses(data, start, end, begin, stop, addresses, masks, spans):  # type: ignore[no-untyped-def]
    """Settles a window of an address: how many private ones it has, of which `spans` are filled;
    -1 if rules must read it."""
    if not is_ascii(data, start, end):
        return -1
    colons = 0
    for i in range(start, end):
        if data[i] == 0x3A:
            colons += 1
            if i > start and data[i - 1] == 0x3A:
                return -1
    if colons >= _LEAST_COLONS:
        return -1
    count, i = 0, start
    while i < end:
        if not is_digit(data[i]):
            i += 1
            continue
        after, address, largest, last = _quad(data, i, begin, stop)
        if after == i:
            while i < end and is_digit(data[i]):
                i += 1
            continue
        longer = (i > begin and data[i - 1] == 0x2E) or (
            after + 1 < stop and data[after] == 0x2E and is_digit(data[after + 1])
        )
        if address < 1 << 32 and largest >= _TINY and last != 0 and not longer:
            if count == _MOST_ADDRESSES or not _is_private(address, addresses, masks):
                return -1
            spans[count, 0], spans[count, 1] = i, after
            count += 1
        i = after
    return count


@kernel
def _is_day(month, day):  # type: ignore[no-untyped-def]
    return 1 <= month <= 12 and 1 <= day <= 31


@kernel
def _may_be_resident(data, start, end, begin, stop, provinces, weights, checks):  # type: ignore[no-untyped-def]
    """Says whether digits of a window may be a resident identity number, by province, date and
    check; of what is not ASCII nothing is said."""
    if not is_ascii(data, start, end):
        return True
    for first in range(start, end):
        if not is_digit(data[first]) or (first > begin and is_alnum(data[first - 1])):
            continue
        digits, total, gap = 0, 0, 0
        province, year, month, day, old_month, old_day = 0, 0, 0, 0, 0, 0
        i = first
        while i < min(stop, end + 3) and digits < 18:
            byte = data[i]
            i += 1
            if byte >= 0x80:
                # Perhaps a wide X.
                if digits == 17:
                    return True
                break
            if byte == 0x20 or byte == 0x2D or byte == 0x2E:
                gap += 1
                if gap > 2:
                    break
                continue
            if digits == 17:
                month = month if _is_day(month, day) and 1800 <= year < 2100 else 0
                if month and checks[total % 11] == (0x58 if byte == 0x78 else byte):
                    return True
                break
            if not is_digit(byte):
                break
            gap = 0
            digit = int(byte) - 0x30
            total += weights[digits] * digit
            if digits < 2:
                province = province * 10 + digit
                if digits == 1 and not provinces[province]:
                    break
            elif 6 <= digits < 10:
                year = year * 10 + digit
            elif 10 <= digits < 12:
                month = month * 10 + digit
            elif 12 <= digits < 14:
                day = day * 10 + digit
            if 8 <= digits < 10:
                old_month = old_month * 10 + digit
            elif 10 <= digits < 12:
                old_day = old_day * 10 + digit
            digits += 1
            ends = i >= stop or not is_alnum(data[i])
            if digits == 15 and ends and _is_day(old_month, old_day):
                return True
    return False


@kernel
def _sift(  # type: ignore[no-untyped-def]
    data, offsets, rows, starts, ends, kinds, addresses, masks, provinces, weights, checks,
    private, left, windows, firsts, lasts, domains,
):  # fmt: skip
    """Fills the arrays of `Sifted`; returns F."""
    count = 0
    spans = np.empty((_MOST_ADDRESSES, 2), np.int64)
    for w in range(len(rows)):
        start, end, kind = int(starts[w]), int(ends[w]), kinds[w]
        begin, stop = int(offsets[rows[w]]), int(offsets[rows[w] + 1])
        left[w] = kind
        if kind & CN_ID and not _may_be_resident(
            data, start, end, begin, stop, provinces, weights, checks
        ):
            left[w] &= ~CN_ID
        if kind & IP and private:
            found = _addresses(data, start, end, begin, stop, addresses, masks, spans)
            if found >= 0:
                left[w] &= ~IP
            for i in range(found):
                windows[count], domains[count] = w, 0
                firsts[count], lasts[count] = spans[i, 0], spans[i, 1]
                count += 1
        elif kind == EMAIL:
            first, after, domain = plain_mail(data, start, end, begin, stop)
            if domain:
                left[w] = 0
                windows[count], domains[count] = w, domain
                firsts[count], lasts[count] = first, after
                count += 1
            elif not is_spoken(data, start, end) and not may_be_mail(data, start, end):
                left[w] = 0
    return count


def sift(text: Utf8, windows: Windows, *, keep_private_ips: bool) -> Sifted:
    """Settles the windows of a column of which kernels can say all.

    Args:
        keep_private_ips: addresses of private networks are no findings, so that nothing is asked of
            the words around them.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.scrub.candidates import windows_of
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> text = utf8_buffers(pa.array(["li@example.cn, 10.20.30.40:80, 93.184.216.34"]))
    >>> sifted = sift(text, windows_of(text, EMAIL | IP), keep_private_ips=True)
    >>> sifted.kinds.tolist() == [0, 0, IP], sifted.starts.tolist(), sifted.domains.tolist()
    (True, [0, 15], [3, 0])
    """
    count = len(windows.rows)
    left = np.empty(count, np.int32)
    found = [np.empty(count * _MOST_ADDRESSES, np.int32) for _ in range(4)]
    size = _sift(
        *text, *windows, _ADDRESSES, _MASKS, _PROVINCES, _WEIGHTS, _CHECKS, keep_private_ips,
        left, *found,
    )  # fmt: skip
    return Sifted(left, *(column[:size].copy() for column in found))
