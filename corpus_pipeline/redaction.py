"""What of an address, and of any text that leaves the program, may be seen: no keys, no passwords.

Of a URL stay its scheme, host and path; the user, the values of a query, parameters and fragments
go, whatever their names, for nobody knows all the names that secrets have. Values under
`storage_options` and `runner_options` are remembered when a configuration is read, and go wherever
they turn up. `guard_stderr` makes a stream of all that a process says, so that nothing passes by.

What documents hold, their own addresses included, is data and is not looked at.
"""

import re
import sys
import urllib.parse
from collections.abc import Iterator
from typing import Any, TextIO

#: Stands for what is not shown.
HIDDEN = "..."
#: The first part of these URLs is `container@account`, not `user@host`.
_CONTAINERS = frozenset({"abfs", "abfss", "wasb", "wasbs"})
#: Protocols in which `?` starts a query and `#` a fragment; in others they are parts of names or of
#: patterns, unless a parameter with a value follows.
_QUERIES = frozenset({"http", "https"})
#: A scheme has two letters or more; one is a drive of Windows. Two slashes are easily one.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(/+)")
#: What follows a user's name is a password and no port. Addresses of IPv6 have brackets.
_PASSWORD = re.compile(r"^[^\[].*?:(?!\d*$)")
#: A part of a path that says itself that it is a secret.
_NAMED = re.compile(
    r"((?:^|[\w.-]*[_.-])(?:sig|signature|token|key|apikey|secret|pass|passwd|password|pwd|pw|auth|"
    r"credentials?|session|jwt|hmac)(?:[_.-][\w.-]*)?=).+",
    re.IGNORECASE,
)
#: Parameters of queries that hold no secret, as long as their value is a short word.
_PLAIN_NAMES = {
    "alt", "dl", "download", "end", "file", "format", "inline", "lang", "language", "limit", "name",
    "offset", "page", "part", "path", "raw", "ref", "rev", "shard", "start", "v", "version",
}  # fmt: skip
_PLAIN_VALUE = re.compile(r"[\w.-]{0,20}")

#: In free text: a URL up to white space or a quotation mark; a user with a password before a host;
#: a setting or a header whose name says that it is a secret.
_URL_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/+[^\s\"'<>]+")
_LOGIN_IN_TEXT = re.compile(r"(?<![\w/.:@-])[\w.+%-]+:[^\s@/\\\"':][^\s@/\"']*@(?=[\w\[])")
_LOGIN_WITH_SPACES = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]+:/+)[^\s/?#@:\[]+:(?!\d*(?:[/?#\s\"']|$))[^@\n]*@"
)
_SETTING_IN_TEXT = re.compile(
    r"\b([\w-]*(?:secret|token|passw|pwd|api_?key|access_?key|signature|hmac|credential)[\w-]*=)"
    r"[^\s&;,\"']+",
    re.IGNORECASE,
)
_HEADER_IN_TEXT = re.compile(
    r"\b((?:proxy-)?authorization|x-[\w-]*(?:token|signature|credential|key)[\w-]*|bearer)"
    r"([=:\s]+)(?:(?:basic|bearer|digest)\s+)?[^\s\"']+",
    re.IGNORECASE,
)
#: What ends a sentence after a URL and is no part of it.
_TAIL = re.compile(r"[.,:;!?)\]}]*$")

#: Values that this process was given as secrets; the longest first.
_known: list[str] = []
#: Shorter ones stand in every other word.
_LEAST = 4
_NO_SECRETS = re.compile(r"true|false|none|null|\d{1,5}[a-z]{0,3}", re.IGNORECASE)


def public_path(path: object) -> str:
    """Returns a path or URL as it may be shown; a path stays as it is.

    >>> public_path("https://user:pass@h/x?X-Amz-Signature=abc"), public_path("s3://b/part-?.gz")
    ('https://h/x?...', 's3://b/part-?.gz')
    >>> public_path("https:/user:pass@h/x"), public_path("data/a@b:c?d=e")
    ('https:/h/x', 'data/a@b:c?d=e')
    """
    return "::".join(map(_public_url, _links(str(path))))


def holds_secret(path: object) -> bool:
    """Says whether a URL has a part that may be a secret; some queries are known to be none.

    >>> holds_secret("https://h/x?download=true"), holds_secret("https://h/x?pw=1")
    (False, True)
    """
    urls = map(_without_plain_query, _links(str(path)))
    return any(_public_url(url, by_name=False) != url for url in urls)


def redacted(text: str) -> str:
    """Returns a text without what may be a secret in it.

    >>> redacted("a: https://u:p@h/x?sig=1: gone; PASSWORD=x")
    'a: https://h/x?...: gone; PASSWORD=...'
    """
    for value in _known:
        text = text.replace(value, HIDDEN)
    while (less := _LOGIN_WITH_SPACES.sub(r"\1", text)) != text:
        text = less
    text = _URL_IN_TEXT.sub(_public_match, text)
    text = _LOGIN_IN_TEXT.sub(f"{HIDDEN}@", text)
    text = _HEADER_IN_TEXT.sub(rf"\1\2{HIDDEN}", text)
    return _SETTING_IN_TEXT.sub(rf"\1{HIDDEN}", text)


def storable(value: Any) -> Any:
    """Returns JSON without the secrets in its texts; addresses without any stay as they are.

    >>> storable({"a": ["https://h/x?download=true", "https://u:p@h/x", 1]})
    {'a': ['https://h/x?download=true', 'https://h/x', 1]}
    """
    if isinstance(value, dict):
        return {key: storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    if isinstance(value, str) and holds_secret(value):
        return redacted(public_path(value))
    return value


def remember_secrets(*settings: Any) -> None:
    """Remembers every value of settings that may be a secret, to hide it wherever it is said.

    >>> remember_secrets({"s3": {"secret": "wJalrXUtn/FEMI", "anon": True}})
    >>> redacted("the key wJalrXUtn/FEMI is wrong")
    'the key ... is wrong'
    >>> forget_secrets()
    """
    found = set(_known)
    for text in (each for tree in settings for each in _texts(tree)):
        for part in (text, *text.splitlines()):
            if len(part) >= _LEAST and not _NO_SECRETS.fullmatch(part):
                found |= {part, repr(part)[1:-1], urllib.parse.quote(part, safe="")}
    _known[:] = sorted(found, key=lambda each: (-len(each), each))


def forget_secrets() -> None:
    """Forgets what was remembered."""
    _known.clear()


def _texts(tree: Any) -> Iterator[str]:
    """Yields the texts of a tree of settings; what stands where a mapping should is one, too."""
    if isinstance(tree, dict):
        for inner in tree.values():
            yield from _texts(inner)
    elif isinstance(tree, (list, tuple)):
        for inner in tree:
            yield from _texts(inner)
    elif isinstance(tree, (str, int, float)) and not isinstance(tree, bool):
        yield str(tree)


def _links(path: str) -> list[str]:
    """Cuts a chain of URLs, each of which has an address of its own.

    >>> _links("zip://a.txt::https://h/z.zip"), _links("a::b")
    (['zip://a.txt', 'https://h/z.zip'], ['a::b'])
    """
    return re.split(r"::(?=[A-Za-z][A-Za-z0-9+.-]+:/)", path)


def _public_match(match: re.Match[str]) -> str:
    url = match.group()
    bare = _TAIL.sub("", url)
    return public_path(bare) + url[len(bare) :]


def _public_url(url: str, by_name: bool = True) -> str:
    """Shows one URL; parts of its path only if they do not say that they are secrets."""
    scheme = _SCHEME.match(url)
    if scheme is None:
        return url
    protocol, rest = scheme[1].lower(), url[scheme.end() :]
    rest = _without_user(protocol, rest)
    web = protocol in _QUERIES
    for mark in "?#":
        before, found, after = rest.partition(mark)
        if found and (web or "=" in after):
            # Nothing behind it can be told apart any more.
            rest = before + mark + (HIDDEN if after else "")
    path = "/".join(_public_part(part, web, by_name) for part in rest.split("/"))
    return f"{url[: scheme.end()]}{path}"


def _public_part(part: str, web: bool, by_name: bool) -> str:
    """Hides the parameters of one part of a path."""
    name, semicolon, parameters = part.partition(";")
    if semicolon and (web or "=" in parameters):
        part = name + semicolon + (HIDDEN if parameters else "")
    return _NAMED.sub(rf"\1{HIDDEN}", part) if by_name else part


def _without_user(protocol: str, rest: str) -> str:
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if protocol in _CONTAINERS and ":" not in host.partition("@")[0]:
        return rest
    if "@" in host:
        return rest[host.rindex("@") + 1 :]
    if "@" in rest and _PASSWORD.search(host):
        # A password may hold signs that nobody has escaped.
        return rest[rest.rindex("@") + 1 :]
    return rest


def _without_plain_query(url: str) -> str:
    """Takes a query away that has nothing but known parameters with short values."""
    name, mark, query = url.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&")]
    plain = all(
        key.lower() in _PLAIN_NAMES and _PLAIN_VALUE.fullmatch(value) for key, _, value in pairs
    )
    return name if mark and plain else url


class _GuardedStream:
    """A text stream that writes line by line and shows no secrets."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting = ""

    def write(self, text: str) -> int:
        """Writes what is whole; a line in the making waits for its end, or for `flush`."""
        lines, end, self._waiting = (self._waiting + text).rpartition("\n")
        if end:
            self._stream.write(redacted(lines) + end)
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Writes several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Writes what waits, too."""
        waiting, self._waiting = self._waiting, ""
        if waiting:
            self._stream.write(redacted(waiting))
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def guard_stderr() -> None:
    """Lets nothing of this process's messages, logs and tracebacks through that may be a secret."""
    if sys.stderr is not None and not isinstance(sys.stderr, _GuardedStream):
        sys.stderr = _GuardedStream(sys.stderr)
