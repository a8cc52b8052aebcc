"""Which known words stand near a number: kernels over bytes of UTF-8.

A word is known by the number of its first six bytes, small, or by that of two characters of a
script without spaces. Rules read the words again, so that two words of one number do no harm.
"""

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.identifiers.forms import HASH_FACTOR, HASH_MASK, WORD

#: A word is known by so many bytes.
WORD_BYTES = 6


@kernel
def bits_of(number, numbers, bits):  # type: ignore[no-untyped-def]
    """Looks a number up in a table of `forms.hash_table`; 0: it is not there."""
    place = number & (len(numbers) - 1)
    while numbers[place] != -1:
        if numbers[place] == number:
            return bits[place]
        place = (place + 1) & (len(numbers) - 1)
    return 0


@kernel
def is_letter(byte):  # type: ignore[no-untyped-def]
    return 0x41 <= (byte & 0xDF) <= 0x5A and byte < 0x80


@kernel
def words_near(data, low, high, words, word_bits):  # type: ignore[no-untyped-def]
    """Returns the bits of all known words between two bytes."""
    found = 0
    number, length, small = np.int64(WORD), 0, False
    i = low
    while i < high:
        byte = data[i]
        if byte < 0x80:
            if 0x41 <= (byte & 0xDF) <= 0x5A:
                capital = byte < 0x61
                if capital and small:
                    found |= bits_of(number, words, word_bits)
                    number, length = np.int64(WORD), 0
                if length < WORD_BYTES:
                    number = (number * HASH_FACTOR ^ np.int64(byte | 0x20)) & HASH_MASK
                length += 1
                small = not capital
                i += 1
                continue
        elif 0xC3 <= byte < 0xE0:
            if i + 1 < high:
                for k in range(2):
                    if length < WORD_BYTES:
                        number = (number * HASH_FACTOR ^ np.int64(data[i + k])) & HASH_MASK
                    length += 1
            small = False
            i += 2
            continue
        elif byte == 0xE1 and i + 2 < high and 0xB8 <= data[i + 1] <= 0xBB:
            # Letters of Vietnamese.
            for k in range(3):
                if length < WORD_BYTES:
                    number = (number * HASH_FACTOR ^ np.int64(data[i + k])) & HASH_MASK
                length += 1
            small = False
            i += 3
            continue
        if byte == 0x2E and length and i + 1 < high:
            # A dot behind a single letter, before another: D.O.B
            before = i - 3 if 0x80 <= data[i - 1] < 0xC0 else i - 2
            alone = before < low or not (is_letter(data[before]) or data[before] >= 0x80)
            if alone and (is_letter(data[i + 1]) or 0xC3 <= data[i + 1] < 0xE0):
                i += 1
                continue
        if length:
            found |= bits_of(number, words, word_bits)
            number, length, small = np.int64(WORD), 0, False
        if 0xE0 <= byte < 0xF0:
            if i + 6 <= high and 0xE0 <= data[i + 3] < 0xF0:
                pair = np.int64(WORD)
                for k in range(6):
                    pair = (pair * HASH_FACTOR ^ np.int64(data[i + k])) & HASH_MASK
                found |= bits_of(pair, words, word_bits)
            i += 3
        else:
            i += 1
    if length:
        found |= bits_of(number, words, word_bits)
    return found
