"""Addresses of crypto wallets, each with its check."""

import hashlib
import re

import numpy as np

from corpus_pipeline.kernels import kernel
from corpus_pipeline.scrub.folding import Folded
from corpus_pipeline.scrub.identifiers.labels import is_foreign

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
#: First byte of addresses with a checksum: Bitcoin, Litecoin, Dogecoin, Dash, Tron.
_VERSIONS = frozenset((0x00, 0x05, 0x30, 0x32, 0x1E, 0x16, 0x4C, 0x10, 0x41))

_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_ADDRESS = re.compile(r"(bc|ltc|addr)1([02-9ac-hj-np-z]{6,103})")
#: What the checksum comes to: bech32 (BIP 173) and bech32m (BIP 350).
_BECH32_RESULTS = (1, 0x2BC830A3)

_ETHEREUM = re.compile(r"0[xX][0-9a-fA-F]{40}")


def _base58_bytes(text: str, alphabet: str) -> bytes | None:
    """Reads 25 bytes; None if the text is none or of another length."""
    number = 0
    for letter in text:
        digit = alphabet.find(letter)
        if digit < 0:
            return None
        number = number * 58 + digit
    return number.to_bytes(25, "big") if number < 1 << 200 else None


def passes_base58(text: str) -> bool:
    """Checks an address of base 58 (Bitcoin, Litecoin, Dogecoin, Dash, Tron, Ripple): a version,
    20 bytes, and four bytes of a double SHA-256.

    >>> passes_base58("1BoatSLRHtKNngkdXEeobR76b53LETtpyT")
    True
    >>> passes_base58("1BoatSLRHtKNngkdXEeobR76b53LETtpyU")
    False
    """
    if not 25 <= len(text) <= 36:
        return False
    for alphabet, versions in ((_BASE58, _VERSIONS), (_RIPPLE, frozenset((0,)))):
        raw = _base58_bytes(text, alphabet)
        if raw is None or raw[0] not in versions:
            continue
        digest = hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()
        if digest[:4] == raw[21:]:
            return True
    return False


def passes_bech32(text: str) -> bool:
    """Checks an address of bech32 or bech32m (Bitcoin, Litecoin, Cardano).

    >>> passes_bech32("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
    True
    >>> passes_bech32("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5")
    False
    """
    match = _BECH32_ADDRESS.fullmatch(text.lower())
    if match is None or text not in (text.lower(), text.upper()):
        return False
    prefix = match.group(1)
    values = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    values += [_BECH32.index(letter) for letter in match.group(2)]
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, each in enumerate(_BECH32_GENERATOR):
            if top >> bit & 1:
                check ^= each
    return check in _BECH32_RESULTS


def _round_constants() -> list[int]:
    """The 24 constants of Keccak-f[1600] (FIPS 202, 3.2.5), bits of a shift register."""
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << ((1 << j) - 1)
            register = register << 1 ^ (0x171 if register >> 7 else 0)
        constants.append(constant)
    return constants


_ROUND_CONSTANTS = np.array(_round_constants(), np.uint64)


@kernel
def _keccak_rounds(state, constants):  # type: ignore[no-untyped-def]
    """Permutes 25 lanes of 64 bits, uint64[25], lane (x, y) at x + 5 * y (FIPS 202, 3.2)."""
    column = np.zeros(5, np.uint64)
    other = np.zeros(25, np.uint64)
    for constant in constants:
        for x in range(5):
            column[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20]
        for x in range(5):
            right = column[(x + 1) % 5]
            turned = (right << np.uint64(1)) | (right >> np.uint64(63))
            for y in range(5):
                state[x + 5 * y] ^= column[(x + 4) % 5] ^ turned
        other[0] = state[0]
        x, y = 1, 0
        for t in range(24):
            shift = (t + 1) * (t + 2) // 2 % 64
            lane = state[x + 5 * y]
            if shift:
                lane = (lane << np.uint64(shift)) | (lane >> np.uint64(64 - shift))
            x, y = y, (2 * x + 3 * y) % 5
            other[x + 5 * y] = lane
        for y in range(5):
            for x in range(5):
                state[x + 5 * y] = other[x + 5 * y] ^ (
                    ~other[(x + 1) % 5 + 5 * y] & other[(x + 2) % 5 + 5 * y]
                )
        state[0] ^= constant


def keccak_256(message: bytes) -> bytes:
    """Computes Keccak-256 as Ethereum uses it, of at most 135 bytes.

    >>> keccak_256(b"").hex()[:16]
    'c5d2460186f7233c'
    """
    block = bytearray(message + b"\x01" + bytes(135 - len(message)))
    block[135] |= 0x80
    state = np.zeros(25, np.uint64)
    state[:17] = np.frombuffer(bytes(block), "<u8")
    _keccak_rounds(state, _ROUND_CONSTANTS)
    return state.astype("<u8").tobytes()[:32]


def passes_eip55(address: str) -> bool:
    """Checks the capitals of an address of Ethereum (EIP-55).

    >>> passes_eip55("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
    True
    >>> passes_eip55("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD")
    False
    """
    body = address[2:]
    digest = keccak_256(body.lower().encode()).hex()
    return all(
        letter.isdigit() or letter.isupper() == (int(nibble, 16) >= 8)
        for letter, nibble in zip(body, digest, strict=False)
    )


#: Forms without a check that can be made here: Monero; Solana.
_MONERO = re.compile(r"[48][1-9A-HJ-NP-Za-km-z]{94}(?:[1-9A-HJ-NP-Za-km-z]{11})?")
_SOLANA = re.compile(r"[1-9A-HJ-NP-Za-km-z]{43,44}")

CERTAIN, POSSIBLE, NONE = 2, 1, 0


def wallet_certainty(token: str) -> int:
    """Says how certain a token is an address of a wallet by itself.

    Returns:
        `CERTAIN`: it has a checksum; `POSSIBLE`: a word must say so; `NONE`.

    >>> wallet_certainty("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed") == POSSIBLE
    True
    """
    if _ETHEREUM.fullmatch(token):
        body = token[2:]
        if len(set(body.lower())) < 8:
            return NONE
        if body in (body.lower(), body.upper()):
            return POSSIBLE
        return CERTAIN if passes_eip55(token) else NONE
    if passes_bech32(token) or passes_base58(token):
        return CERTAIN
    if _MONERO.fullmatch(token):
        return POSSIBLE if token.isalnum() and not token.isdigit() else NONE
    mixed = any(c.isdigit() for c in token) and token not in (token.lower(), token.upper())
    return POSSIBLE if mixed and _SOLANA.fullmatch(token) else NONE


_WALLET_WORD = re.compile(
    r"(?i:wallet|donat|(?<![a-z])tips?(?![a-z])|crypto|deposit|payout|payment|metamask|ledger|"
    r"(?<![a-z])(?:send|sent|pay|paid|transfer\w*)(?![a-z])|"
    r"(?<![a-z])(?:btc|eth|ltc|xmr|sol|trx|xrp|ada|doge|dash|bnb|usdt|usdc|bitcoin|ethereum|"
    r"litecoin|monero|solana|tron|dogecoin|ripple|cardano)[\s_\-]{0,2}(?:addr|account|:|=|is|to(?![a-z])|at(?![a-z])))|"
    r"钱包|捐赠|转账|打赏|지갑|ウォレット|кошел"
)
_CONTRACT_WORD = re.compile(
    r"(?i:contract|deploy|token|registry|factory|proxy|create2|bytecode|implementation|singleton|"
    r"opcode|constant|immutable|mainnet|testnet|precompile|storage|\"method\"|\"params\"|jsonrpc)"
)


def is_wallet(folded: Folded, start: int, end: int) -> bool:
    """Says whether a long token is an address of a wallet; those of contracts in code are none."""
    view, plain = folded.view, folded.plain
    token = view[start:end]
    certainty = wallet_certainty(token)
    if certainty == NONE:
        return False
    if is_foreign(plain[start - 1 : start]) or is_foreign(plain[end : end + 1]):
        return False
    if view[start - 1 : start] in ("/", "+") and view[end : end + 1] in ("/", "+", "="):
        return False
    near = plain[max(0, start - 64) : start] + " " + plain[end : end + 32]
    said = _WALLET_WORD.search(near) is not None
    if token[:2] in ("0x", "0X"):
        wide = plain[max(0, start - 120) : start] + plain[end : end + 64]
        if _CONTRACT_WORD.search(wide):
            return False
        in_code = view[start - 1 : start] in tuple("\"'`([=,")
        return said or (certainty == CERTAIN and not in_code)
    return certainty == CERTAIN or said
