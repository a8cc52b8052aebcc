"""Addresses of wallets are known by their checks."""

import pytest

from corpus_pipeline.scrub.identifiers.wallets import (
    CERTAIN,
    NONE,
    POSSIBLE,
    keccak_256,
    wallet_certainty,
)


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_keccak(message: bytes, digest: str) -> None:
    assert keccak_256(message).hex() == digest


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        # Examples of the Bitcoin wiki, BIP 173, BIP 350 and EIP-55.
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", CERTAIN),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", CERTAIN),
        ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", CERTAIN),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", CERTAIN),
        ("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", CERTAIN),
        ("0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359", POSSIBLE),
        ("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d35a", NONE),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", NONE),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", NONE),
        ("0x0000000000000000000000000000000000000001", NONE),
        ("da39a3ee5e6b4b0d3255bfef95601890afd80709", NONE),
    ],
)
def test_certainty(token: str, expected: int) -> None:
    assert wallet_certainty(token) == expected
