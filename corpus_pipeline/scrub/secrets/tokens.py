"""Tokens of services, by their published form; JSON web tokens; blocks of private keys."""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterator
from functools import cache

from corpus_pipeline.scrub.secrets.placeholders import changes, is_made_up
from corpus_pipeline.scrub.secrets.rules import Rule

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: How far a secret stands behind the identifier that it belongs to.
_BESIDE = 160


@cache
def _pattern(rule: Rule) -> re.Pattern[bytes]:
    return rule.pattern


@cache
def _before(rule: Rule) -> re.Pattern[bytes]:
    assert rule.before is not None
    return re.compile(f"(?<![0-9A-Za-z]){rule.before.pattern}$".encode())


@cache
def _companion(rule: Rule) -> re.Pattern[bytes]:
    assert rule.companion is not None
    alphabet = rule.companion.pattern.partition("]")[0]
    return re.compile(
        f"(?<!{alphabet}])(?<![0-9A-Za-z]){rule.companion.pattern}(?!{alphabet}=])".encode()
    )


def find_token(window: bytes, place: int, rule: Rule) -> Iterator[tuple[int, int, float]]:
    """Yields the token whose prefix begins at a place of a window, and the secret beside it, with
    scores.

    >>> from corpus_pipeline.scrub.secrets.rules import load_rules
    >>> rule = next(rule for rule in load_rules() if "ghp_" in rule.prefixes)
    >>> list(find_token(b"use ghp_2kF9sLq0Zt7Bv3Xc8Wn5Rm1Yp6Jd4Hg2Tz0u now", 4, rule))
    [(4, 44, 0.9)]
    """
    match = _pattern(rule).match(window, place)
    if match is None:
        return
    start, end = match.span()
    if rule.named:
        start += next(
            len(each) for each in rule.prefixes if window.startswith(each.encode(), start)
        )
    if rule.before is not None:
        before = _before(rule).search(window, max(0, start - rule.before.most - 1), start)
        if before is None:
            return
        start = before.start()
    while window[end - 1] in b".~":
        end -= 1
    token = window[start:end]
    checked = rule.checksum is not None and has_checksum(token.decode())
    if not checked and is_made_up(token, rule.runs):
        return
    yield start, end, 1.0 if checked else 0.9
    if rule.companion is not None:
        for beside in _companion(rule).finditer(window, end, end + _BESIDE):
            if changes(beside.group()) >= 0.3 and not is_made_up(beside.group()):
                yield beside.start(), beside.end(), 0.8
                return


def has_checksum(token: str) -> bool:
    """Says whether the last six characters of a token are the checksum of those between its prefix
    and them, as GitHub and npm write it: CRC32 in base 62.

    >>> body = "2kF9sLq0Zt7Bv3Xc8Wn5Rm1Yp6Jd4H"
    >>> has_checksum("ghp_" + body + "1x2y3z")
    False
    """
    body = token.partition("_")[2]
    value = 0
    for letter in body[-6:]:
        value = value * 62 + _BASE62.index(letter)
    return zlib.crc32(body[:-6].encode()) == value


_JWT = re.compile(
    rb"(eyJ[0-9A-Za-z_-]{8,1000})\.[0-9A-Za-z_-]{8,6000}+\.(?:[0-9A-Za-z_-]{1,2000}+"
    rb"(?:\.[0-9A-Za-z_-]{8,6000}+\.[0-9A-Za-z_-]{8,64}+)?)?"
)


def find_json_web_token(window: bytes, place: int) -> tuple[int, int] | None:
    """Finds the JSON web token that begins at a place: its header names an algorithm.

    >>> find_json_web_token(b"eyJhbGciOiJub25lIn0.eyJzdWIiOiJsaSJ9.", 0)
    (0, 37)
    """
    match = _JWT.match(window, place)
    if match is None:
        return None
    header = match.group(1)
    try:
        fields = json.loads(base64.urlsafe_b64decode(header + b"=" * (-len(header) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return match.span() if isinstance(fields, dict) and "alg" in fields else None


_HEADER = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|"
    rb"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----"
)
_FOOTER = re.compile(rb"-----?[ ]?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?----(?:-)?")
#: Lines of a body whose end is cut off.
_BODY = re.compile(rb"(?:(?:\s|\\[nr]|[>|*#\"'+]){0,16}+[0-9A-Za-z+/=]{16,}+){1,2000}+")
_PUTTY = re.compile(
    rb"PuTTY-User-Key-File-\d: [^\n]{1,80}\n"
    rb"(?:(?!Private-[MH])[A-Z][A-Za-z0-9-]{2,30}: [^\n]{0,200}\n|"
    rb"[0-9A-Za-z+/=]{1,80}\r?\n){2,400}+Private-(?:MAC|Hash): [0-9a-f]{40,64}"
)
_LETTERS = re.compile(rb"[0-9A-Za-z+/]{16}")


_PUTTY_BEGIN = re.compile(rb"PuTTY-User-Key-File-\d: [^\n]{1,80}\nEncryption: ")


def begins_block(window: bytes, place: int) -> bool:
    """Says whether a block of a private key may begin with the literal that ends at a place; only
    then is all of it read.

    >>> [begins_block(b"-----BEGIN " + name, 10) for name in (b"PRIVATE KEY-----", b"PGP MESSAGE")]
    [True, False]
    """
    putty = window.rfind(b"PuTTY", 0, place)
    if putty >= 0 and place - putty <= 21:
        return _PUTTY_BEGIN.match(window, putty) is not None
    return _HEADER.search(window, max(0, place - 15), place + 60) is not None


def find_key_block(window: bytes, place: int) -> tuple[int, int] | None:
    """Finds the block of a private key that begins at a place; what is said of its form without a
    body, as in a manual, is none.

    >>> text = b"-----BEGIN PRIVATE KEY-----\\n" + b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 2
    >>> find_key_block(text + b"\\n-----END PRIVATE KEY----- ", 0), find_key_block(text, 0)
    ((0, 118), (0, 92))
    """
    if window.startswith(b"PuTTY", place):
        match = _PUTTY.match(window, place)
        return match.span() if match else None
    header = _HEADER.match(window, place)
    if header is None:
        return None
    # The next line of dashes is the end of this block, or none is.
    dashes = window.find(b"----", header.end())
    end = header.end()
    if dashes >= 0 and (footer := _FOOTER.match(window, dashes)):
        end, body_end = footer.end(), dashes
    else:
        body = _BODY.match(window, header.end())
        if body is None:
            return None
        end = body_end = body.end()
    if not _LETTERS.search(window, header.end(), body_end):
        return None
    if len(set(window[header.end() : body_end])) < 16:
        return None
    return place, end
