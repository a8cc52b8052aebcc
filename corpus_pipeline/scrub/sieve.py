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
from corpus_pipeline.scrub.candidates import CN_ID, EMAIL, IP, Windows
from corpus_pipeline.scrub.checksums import ID_CHECKS, ID_WEIGHTS, PROVINCES
from corpus_pipeline.scrub.hosts import PRIVATE_NETWORKS
from corpus_pipeline.text.columns import Utf8

#: Private addresses of one window that are settled; a window of more is a list that rules read.
_MOST_ADDRESSES = 4
#: Groups of an IPv6 address that has no `::` are parted by seven colons, or by six before an IPv4
#: address.
_LEAST_COLONS = 6
_MAX_LOCAL = 64
#: How far before a mail address the `://` of a URL may stand.
_URL_BYTES = 160
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
def _is_digit(byte):  # type: ignore[no-untyped-def]
    return 0x30 <= byte <= 0x39


@kernel
def _is_alnum(byte):  # type: ignore[no-untyped-def]
    return 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


@kernel
def _is_ascii(data, start, end):  # type: ignore[no-untyped-def]
    wide = False
    for i in range(start, end):
        wide = wide or data[i] >= 0x80
    return not wide


@kernel
def _quad(data, i, begin, stop):  # type: ignore[no-untyped-def]
    """Reads four numbers with full stops between at byte i: (end, address, its largest number, its
    last one); end is i if there are none. An address of 2**32 has a number that no address has."""
    address, largest, last = 0, 0, 0
    if i > begin and _is_alnum(data[i - 1]):
        return i, address, largest, last
    at, bad = i, False
    for part in range(4):
        first, last = at, 0
        while at < stop and at < first + 3 and _is_digit(data[at]):
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
    if at < stop and _is_alnum(data[at]):
        return i, address, largest, last
    if at + 1 < stop and data[at] == 0x2F and _is_digit(data[at + 1]):
        more = at + 2
        while more < stop and more < at + 4 and _is_digit(data[more]):
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
    if not _is_ascii(data, start, end):
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
        if not _is_digit(data[i]):
            i += 1
            continue
        after, address, largest, last = _quad(data, i, begin, stop)
        if after == i:
            while i < end and _is_digit(data[i]):
                i += 1
            continue
        longer = (i > begin and data[i - 1] == 0x2E) or (
            after + 1 < stop and data[after] == 0x2E and _is_digit(data[after + 1])
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
    if not _is_ascii(data, start, end):
        return True
    for first in range(start, end):
        if not _is_digit(data[first]) or (first > begin and _is_alnum(data[first - 1])):
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
            if not _is_digit(byte):
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
            ends = i >= stop or not _is_alnum(data[i])
            if digits == 15 and ends and _is_day(old_month, old_day):
                return True
    return False


@kernel
def _is_hex(byte):  # type: ignore[no-untyped-def]
    return 0x30 <= byte <= 0x39 or 0x61 <= (byte | 0x20) <= 0x66


@kernel
def _is_shared(data, start, at):  # type: ignore[no-untyped-def]
    """Whether a name is git, hg, svn, gitlab or gitea."""
    if at - start > 6:
        return False
    name = 0
    for i in range(start, at):
        name = name << 8 | int(data[i] | 0x20)
    return (
        name == 0x676974 or name == 0x6867 or name == 0x73766E or name == 0x6769746C6162
        or name == 0x6769746561
    )  # fmt: skip


@kernel
def _wide_mark(data, i, stop):  # type: ignore[no-untyped-def]
    """The ASCII of a wide mark of punctuation that stands around mail addresses; 0: another."""
    if i + 2 < stop and data[i] == 0xEF and data[i + 1] == 0xBC:
        mark = int(data[i + 2]) - 0x60
        if mark == 0x21 or mark == 0x29 or mark == 0x2C or mark == 0x28 or mark == 0x3A or (
            mark == 0x3B or mark == 0x3F
        ):  # fmt: skip
            return mark
    return 0


@kernel
def _goes_on(data, i, stop):  # type: ignore[no-untyped-def]
    """Whether rules must read what stands behind the domain of a mail address: it may be more of
    it, a path, a call or a prompt."""
    if i >= stop:
        return False
    after = int(data[i])
    if after >= 0xE4 and after <= 0xE9:
        return False
    if after >= 0x80:
        after = _wide_mark(data, i, stop)
        return after == 0 or after == 0x3A or after == 0x28
    if after == 0x3A or after == 0x28 or after == 0x5B or after == 0x2D:
        return True
    following = data[i + 1] if i + 1 < stop else 0x20
    if after == 0x2E:
        return following >= 0x80
    return after == 0x20 and (following == 0x7E or following == 0x2F)


@kernel
def _is_named(data, start, begin):  # type: ignore[no-untyped-def]
    """Whether what looks like a mail address at byte `start` may be the name of a message or a part
    of a URL."""
    j = start - 1
    while j >= begin and j > start - 8 and (
        data[j] <= 0x20 or data[j] == 0x3A or data[j] == 0x3D or data[j] == 0x22 or data[j] == 0x27
        or data[j] == 0x3C
    ):  # fmt: skip
        j -= 1
    if j > begin + 1 and j < start - 1:
        # Message-ID: <, In-Reply-To: <, References: <...>, <, news:
        one, two = data[j - 1] | 0x20, data[j] | 0x20
        if two == 0x64 or two == 0x73:
            if one == 0x69 or one == 0x65 or one == 0x77:
                return True
        elif two == 0x6F:
            if one == 0x74 and data[j - 2] == 0x2D:
                return True
        elif data[j] == 0x3E or (data[j] == 0x2C and data[j - 1] == 0x3E):
            return True
    j = start - 1
    while j >= begin and j > start - _URL_BYTES:
        byte = data[j]
        if byte == 0x2F:
            return j > begin and data[j - 1] == 0x2F
        if (
            byte <= 0x20 or byte == 0x40 or byte == 0x3C or byte == 0x3E or byte == 0x22
            or byte == 0x27 or byte == 0x28 or byte == 0x29 or byte == 0x5B or byte == 0x5D
        ):  # fmt: skip
            return False
        j -= 1
    return False


@kernel
def _is_spoken(data, start, end):  # type: ignore[no-untyped-def]
    """Whether a window has a bracket: name [at] host."""
    spoken = False
    for i in range(start, end):
        spoken = spoken or data[i] == 0x28 or data[i] == 0x5B or data[i] == 0x7B
    return spoken


@kernel
def _may_be_mail(data, start, end):  # type: ignore[no-untyped-def]
    """Whether behind any @ of a window stand labels with a full stop between, the last of which
    begins with a letter; of what is not ASCII nothing is said."""
    if not _is_ascii(data, start, end):
        return True
    for at in range(start + 1, end):
        if data[at] != 0x40:
            continue
        i, last, dots = at + 1, at + 1, 0
        while i < end and (_is_alnum(data[i]) or data[i] == 0x2D or data[i] == 0x2E):
            if data[i] == 0x2E and i + 1 < end and _is_alnum(data[i + 1]):
                last = i + 1
                dots += 1
            i += 1
        if dots and not _is_digit(data[last]):
            return True
    return False


@kernel
def _plain_mail(data, start, end, begin, stop):  # type: ignore[no-untyped-def]
    """Reads the mail address of a window, if nothing in it or around it makes rules think; (first
    byte, last + 1, first byte of the domain), or zeros."""
    before = start
    while start < end and _wide_mark(data, start, end):
        before, start = start, start + 3
    if not _is_alnum(data[start]):
        return 0, 0, 0
    at = start
    hexadecimal = 0
    while at < end and data[at] != 0x40:
        byte = data[at]
        mark = byte == 0x2E or byte == 0x5F or byte == 0x2D or byte == 0x2B
        if not (_is_alnum(byte) or mark):
            return 0, 0, 0
        if mark and (at + 1 >= end or not _is_alnum(data[at + 1])):
            return 0, 0, 0
        hexadecimal += _is_hex(byte) and hexadecimal == at - start
        at += 1
    if at - start > _MAX_LOCAL or (hexadecimal >= 8 and at - start > 12):
        return 0, 0, 0
    i = domain = at + 1
    if i + 1 >= end or _is_shared(data, start, at):
        return 0, 0, 0
    # 2x.png
    if _is_digit(data[i]) and not _is_digit(data[i + 1]):
        return 0, 0, 0
    dots = 0
    while i < end and _is_alnum(data[i]):
        while i < end and _is_alnum(data[i]):
            i += 1
        if i + 1 < end and (data[i] == 0x2E or data[i] == 0x2D) and _is_alnum(data[i + 1]):
            dots += data[i] == 0x2E
            i += 1
        else:
            break
    if dots == 0 or _goes_on(data, i, stop):
        return 0, 0, 0
    for j in range(i, end):
        if data[j] == 0x40:
            return 0, 0, 0
    if start == begin:
        return start, i, domain
    if before == start:
        # A letter of Chinese.
        previous = start - 1
        while previous > begin and (data[previous] & 0xC0) == 0x80:
            previous -= 1
        if data[start - 1] == 0x5C or (
            data[start - 1] >= 0x80 and not 0xE4 <= data[previous] <= 0xE9
        ):
            return 0, 0, 0
    elif before > begin and data[before - 1] < 0x80:
        return 0, 0, 0
    if _is_named(data, start, begin):
        return 0, 0, 0
    return start, i, domain


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
            first, after, domain = _plain_mail(data, start, end, begin, stop)
            if domain:
                left[w] = 0
                windows[count], domains[count] = w, domain
                firsts[count], lasts[count] = first, after
                count += 1
            elif not _is_spoken(data, start, end) and not _may_be_mail(data, start, end):
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
