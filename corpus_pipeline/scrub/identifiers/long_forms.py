"""Forms that no rule of digits and letters tells: hardware addresses and addresses of wallets.

Kernels over bytes of UTF-8.
"""

from corpus_pipeline.kernels import kernel


@kernel
def _is_hex(byte):  # type: ignore[no-untyped-def]
    return 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x46 or 0x61 <= byte <= 0x66


@kernel
def _is_alnum(byte):  # type: ignore[no-untyped-def]
    return 0x30 <= byte <= 0x39 or 0x41 <= (byte & 0xDF) <= 0x5A


@kernel
def hardware_at(data, i, begin, stop):  # type: ignore[no-untyped-def]
    """Returns the first byte of the hardware address that the token at byte i is part of, and its
    end; (0, 0) where there is none. 00:1A:2b:3C:4d:5E, with dashes, or 001a.2b3c.4d5e."""
    for size in (2, 4):
        token = i
        # The token has the digit at i somewhere.
        while token > begin and i - token < size and _is_hex(data[token - 1]):
            token -= 1
        if token + size > stop:
            continue
        whole = True
        for k in range(size):
            whole = whole and _is_hex(data[token + k])
        if not whole:
            continue
        after = data[token + size] if token + size < stop else 0
        before = data[token - 1] if token > begin else 0
        for mark in (0x3A, 0x2D, 0x2E):
            if (mark == 0x2E) != (size == 4) or (after != mark and before != mark):
                continue
            step = size + 1
            groups = 12 // size
            start = token
            for _ in range(groups - 1):
                if start - step < begin or data[start - 1] != mark:
                    break
                whole = True
                for k in range(size):
                    whole = whole and _is_hex(data[start - step + k])
                # In MAC:00:1b… the letters before the first colon are a word.
                if not whole or (start - step > begin and _is_alnum(data[start - step - 1])):
                    break
                start -= step
            end = start + groups * step - 1
            if end > stop or end <= i:
                continue
            whole = True
            for k in range(groups * step - 1):
                byte = data[start + k]
                whole = whole and (byte == mark if k % step == size else _is_hex(byte))
            if whole:
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
