"""Kernels of `sieve`: mail addresses that are written plainly, and windows that hold none."""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.byte_kinds import is_alnum, is_digit, is_hex

_MAX_LOCAL = 64
#: How far before a mail address the `://` of a URL may stand.
_URL_BYTES = 160


@kernel
def is_ascii(data, start, end):  # type: ignore[no-untyped-def]
    wide = False
    for i in range(start, end):
        wide = wide or data[i] >= 0x80
    return not wide


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
    if after == 0xE3 and data[i + 1] == 0x80 and data[i + 2] != 0x80:
        return False
    if after >= 0x80:
        after = _wide_mark(data, i, stop)
        return after == 0 or after == 0x3A or after == 0x28
    if after == 0x3A or after == 0x28 or after == 0x5B or after == 0x2D:
        return True
    following = data[i + 1] if i + 1 < stop else 0x20
    if after == 0x2E and following >= 0x80:
        return True
    j = i
    while j < min(stop, i + 4) and (data[j] == 0x20 or data[j] == 0x2E):
        j += 1
    # name@host [at] host
    bracket = i < j < stop and (data[j] == 0x28 or data[j] == 0x5B or data[j] == 0x7B)
    return bracket or (after == 0x20 and (following == 0x7E or following == 0x2F))


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
def is_spoken(data, start, end):  # type: ignore[no-untyped-def]
    """Whether a window has a bracket: name [at] host."""
    spoken = False
    for i in range(start, end):
        spoken = spoken or data[i] == 0x28 or data[i] == 0x5B or data[i] == 0x7B
    return spoken


@kernel
def may_be_mail(data, start, end):  # type: ignore[no-untyped-def]
    """Whether behind any @ of a window stand labels with a full stop between, the last of which
    begins with a letter; of what is not ASCII nothing is said."""
    if not is_ascii(data, start, end):
        return True
    for at in range(start + 1, end):
        if data[at] != 0x40:
            continue
        i, last, dots = at + 1, at + 1, 0
        while i < end and (is_alnum(data[i]) or data[i] == 0x2D or data[i] == 0x2E):
            if data[i] == 0x2E and i + 1 < end and is_alnum(data[i + 1]):
                last = i + 1
                dots += 1
            i += 1
        if dots and not is_digit(data[last]):
            return True
    return False


@kernel
def plain_mail(data, start, end, begin, stop):  # type: ignore[no-untyped-def]
    """Reads the mail address of a window, if nothing in it or around it makes rules think; (first
    byte, last + 1, first byte of the domain), or zeros."""
    before = start
    while start < end and _wide_mark(data, start, end):
        before, start = start, start + 3
    if not is_alnum(data[start]):
        return 0, 0, 0
    at = start
    hexadecimal = 0
    while at < end and data[at] != 0x40:
        byte = data[at]
        mark = byte == 0x2E or byte == 0x5F or byte == 0x2D or byte == 0x2B
        if not (is_alnum(byte) or mark):
            return 0, 0, 0
        if mark and (at + 1 >= end or not is_alnum(data[at + 1])):
            return 0, 0, 0
        hexadecimal += is_hex(byte) and hexadecimal == at - start
        at += 1
    if at - start > _MAX_LOCAL or (hexadecimal >= 8 and at - start > 12):
        return 0, 0, 0
    i = domain = at + 1
    if i + 1 >= end or _is_shared(data, start, at):
        return 0, 0, 0
    # 2x.png
    if is_digit(data[i]) and not is_digit(data[i + 1]):
        return 0, 0, 0
    dots, last = 0, i
    while i < end and is_alnum(data[i]):
        while i < end and is_alnum(data[i]):
            i += 1
        if i + 1 < end and (data[i] == 0x2E or data[i] == 0x2D) and is_alnum(data[i + 1]):
            dots += data[i] == 0x2E
            last = i + 1 if data[i] == 0x2E else last
            i += 1
        else:
            break
    if dots == 0 or is_digit(data[last]) or _goes_on(data, i, stop):
        return 0, 0, 0
    for j in range(i, end):
        # Another @, of any width.
        if data[j] == 0x40 or (data[j] == 0xEF and (data[j + 1] == 0xB9 or data[j + 2] == 0xA0)):
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
