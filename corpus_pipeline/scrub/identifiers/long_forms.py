"""Forms that no rule of digits and letters tells: hardware addresses and addresses of wallets.

Kernels over bytes of UTF-8.
"""

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.byte_kinds import is_alnum, is_hex


@kernel
def _is_row(data, start, end, size, mark):  # type: ignore[no-untyped-def]
    """Says whether groups of hexadecimal digits stand between two bytes, parted by a mark."""
    for k in range(end - start):
        byte = data[start + k]
        if k % (size + 1) == size:
            if byte != mark:
                return False
        elif not is_hex(byte):
            return False
    return True


@kernel
def hardware_at(data, i, begin, stop):  # type: ignore[no-untyped-def]
    """Returns the first byte of the hardware address that the token at byte i is part of, and its
    end; (0, 0) where there is none. 00:1A:2b:3C:4d:5E, with dashes, or 001a.2b3c.4d5e."""
    token, size = i, 0
    while token > begin and i - token < 4 and is_hex(data[token - 1]):
        token -= 1
    while size < 5 and token + size < stop and is_hex(data[token + size]):
        size += 1
    if size != 2 and size != 4:
        return 0, 0
    step, length = size + 1, 17 if size == 2 else 14
    # The mark behind the token or, of the last one, before it.
    for turn in range(2):
        place = token - 1 if turn else token + size
        if place < begin or place >= stop:
            continue
        mark = data[place]
        if mark != 0x2E if size == 4 else (mark != 0x3A and mark != 0x2D):
            continue
        start = token
        while start - step >= begin and token - start < length - step and data[start - 1] == mark:
            if not _is_row(data, start - step, start - 1, size, mark):
                break
            # In MAC:00:1b… the letters before the first colon are a word.
            if start - step > begin and is_alnum(data[start - step - 1]):
                break
            start -= step
        end = start + length
        if i < end <= stop and _is_row(data, start, end, size, mark):
            return start, end
    return 0, 0


@kernel
def may_be_wallet(data, start, end):  # type: ignore[no-untyped-def]
    """Says whether a long token has a form of an address of a wallet: 0x and 40 hexadecimal
    digits, a prefix of bech32, or no letter that base 58 leaves out and one that is not
    hexadecimal."""
    length = end - start
    if data[start] == 0x30:
        return length == 42 and (data[start + 1] | 0x20) == 0x78
    first, second, third = data[start] | 0x20, data[start + 1] | 0x20, data[start + 2] | 0x20
    if (first == 0x62 and second == 0x63 and third == 0x31) or (
        first == 0x6C and second == 0x74 and third == 0x63
    ) or (first == 0x61 and second == 0x64 and third == 0x64):  # fmt: skip
        return True
    if length > 44 and length != 95 and length != 106:
        return False
    beyond_hex = False
    for k in range(start, end):
        byte = data[k]
        if byte == 0x30 or byte == 0x4F or byte == 0x49 or byte == 0x6C:
            return False
        beyond_hex = beyond_hex or (byte & 0xDF) > 0x46
    return beyond_hex
