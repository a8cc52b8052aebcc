"""User and password in a URL."""

import re

from corpus_pipeline.scrub.secrets.placeholders import is_placeholder

_USERINFO = re.compile(
    rb"([^\s:/?#@\"'<>`\\(){}\[\],]{0,128}):([^\s/\"'<>`\\]{1,128})@(?=[A-Za-z0-9\[_\xc3-\xf4])"
)
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{1,30}$")
#: Names that stand for any password.
_NAMES = re.compile(
    rb"(?i:p(?:ass)?|pass(?:word|wd|phrase|code)?|pw|pwd|secret|token|credentials?|key|auth|"
    rb"(?:my|db|your|user|the)?[-_]?(?:pass(?:word|wd)?|secret|token|key))"
)
_CONSTANT = re.compile(rb"[A-Z_]*(?:PASS|PWD|PASSWORD|SECRET|TOKEN|KEY)[A-Z_]*")
_USERS = re.compile(
    rb"(?i:|u|user|usr|username|user[-_]?name|name|login|account|id|foo|me|my[-_]?user(?:name)?|"
    rb"db[-_]?user|your[-_]?\w*|client(?:[-_]?id)?)"
)


def find_userinfo(window: bytes, place: int) -> tuple[int, int] | None:
    """Finds `user:password` behind the `://` that ends at a place.

    >>> find_userinfo(b"ftp://li:pa55@example.org/a", 6)
    (6, 13)
    >>> find_userinfo(b"ftp://li@example.org/a:b@c", 6)
    >>> find_userinfo(b"http://user:password@example.org", 7)
    """
    match = _USERINFO.match(window, place)
    if match is None or not _SCHEME.search(window, max(0, place - 40), place - 3):
        return None
    user, password = match.groups()
    if _NAMES.fullmatch(password) and _USERS.fullmatch(user):
        return None
    if is_placeholder_of_url(password) or re.match(rb"[${%<*]", user):
        return None
    return match.start(), match.end() - 1


def is_placeholder_of_url(password: bytes) -> bool:
    """Says whether the password of a URL stands for any.

    >>> [is_placeholder_of_url(each) for each in (b"${PASSWORD}", b"***", b"pw19")]
    [True, True, False]
    """
    if password[:1] in b"${<%[*" or _CONSTANT.fullmatch(password):
        return True
    return is_placeholder(password) and len(password) > 2
