"""Places: a local path or a URL, with the same methods.

    "data/a"          -> pathlib.Path
    "s3://bucket/a"   -> upath.UPath, any protocol that fsspec knows

Only this package's other modules touch a place's file system; everybody else joins names with `/`
and hands the place to a function of `corpus_pipeline.storage`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import fsspec
from upath import UPath

from corpus_pipeline.errors import ConfigError

Place = Path | UPath
"""Where a file or folder is."""

#: Protocols that show a file when its upload is complete and not before, and have no folders.
OBJECT_STORES = frozenset(
    {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "oci", "r2"}
)
#: Protocols whose file systems keep listings unless they are told not to. What another process
#: has just written must be seen at once.
_LISTING = frozenset(
    {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "http", "https", "oss"}
)
#: The first part of these URLs is `container@account`, not `user@host`.
_CONTAINERS = frozenset({"abfs", "abfss", "wasb", "wasbs"})
#: Protocols in which `?` starts a query; in others it is part of a name or of a pattern, unless
#: a parameter with a value follows.
_QUERIES = frozenset({"http", "https"})
#: What follows the user's name is a password and no port. Addresses of IPv6 have brackets.
_PASSWORD = re.compile(r"^[^\[].*?:(?!\d*$)")
#: Names of query parameters whose values are secrets, or parts of a signature.
_SECRET_NAME = re.compile(
    r"sig|token|key|secret|pass|pwd|auth|cred|session|jwt|expires|x-amz|x-goog|policy",
    re.IGNORECASE,
)
#: A value that long and without a break is taken for a secret whatever its name.
_SECRET_VALUE = re.compile(r"[A-Za-z0-9+/_=.~%-]{32,}")
#: s3fs tries five times itself, and `patiently` so often again; botocore need not do it too.
_S3_ATTEMPTS = {"mode": "standard", "total_max_attempts": 1}

_NEEDED = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs"}


def place(path: "str | Place") -> Place:
    """Makes a place of a path or URL; a place stays as it is.

    Raises:
        ConfigError: the URL holds credentials, or nothing is installed for its protocol.

    >>> place("out/tokens").name, place("memory://run").joinpath("tokens").name
    ('tokens', 'tokens')
    """
    if not isinstance(path, str):
        return path
    if is_local(path):
        return Path(path.removeprefix("file://"))
    refuse_secrets(path)
    try:
        fsspec.get_filesystem_class(_protocol(path))
        made: UPath = UPath(path, **file_system_options(path))
        return made
    except (ImportError, ValueError) as error:
        raise ConfigError(_no_protocol(path, error)) from error


def is_local(path: "str | Place") -> bool:
    """Tells whether a path is on this machine's file system.

    >>> is_local("a/b"), is_local("file:///a"), is_local("s3://a/b")
    (True, True, False)
    """
    if isinstance(path, str):
        return "://" not in path or path.startswith("file://")
    return isinstance(path, Path)


def file_system_of(url: str) -> tuple[Any, str]:
    """Returns the file system of a URL and the path on it.

    Raises:
        ConfigError: nothing is installed for the protocol.
    """
    try:
        return fsspec.core.url_to_fs(url, **file_system_options(url))  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise ConfigError(_no_protocol(url, error)) from error


def file_system_options(url: str) -> dict[str, Any]:
    """Returns what a URL's file system is made with, besides what `configure` was told."""
    protocol = _protocol(url)
    options: dict[str, Any] = {}
    if "::" in url:
        return options
    if protocol in _LISTING:
        options["use_listings_cache"] = False
    if protocol in ("s3", "s3a"):
        conf = {**fsspec.config.conf.get("s3", {}), **fsspec.config.conf.get("s3a", {})}
        given = conf.get("config_kwargs", {})
        options["config_kwargs"] = {"retries": _S3_ATTEMPTS, **given}
    return options


def configure(options: Mapping[str, Mapping[str, Any]]) -> None:
    """Tells this process how to reach storage: protocol -> arguments of its fsspec file system.

    They hold credentials, so they are never part of an error, a log or a stored file.

    >>> configure({"memory": {"skip_instance_cache": False}})
    """
    for protocol, arguments in options.items():
        fsspec.config.conf[protocol] = dict(arguments)


def public_path(path: "str | Place") -> str:
    """Returns a path or URL as it may be shown and stored: without credentials and signatures.

    >>> public_path("https://user:pass@h/x?X-Amz-Signature=abc"), public_path("s3://b/part-?.gz")
    ('https://h/x?...', 's3://b/part-?.gz')
    """
    text = str(path)
    if "://" not in text:
        return text
    return "::".join(_public_url(url) for url in text.split("::"))


def _public_url(url: str) -> str:
    protocol, separator, rest = url.partition("://")
    if not separator or protocol == "file":
        return url
    host, slash, tail = rest.partition("/")
    if protocol.lower() not in _CONTAINERS:
        if "@" not in host and "@" in tail and _PASSWORD.search(host):
            # A password may hold a slash that nobody has escaped.
            host, slash, tail = tail.partition("@")[2].partition("/")
        host = host.rpartition("@")[2]
    address, fragment = f"{host}{slash}{tail}", ""
    if protocol.lower() in _QUERIES:
        address, mark, fragment = address.partition("#")
        fragment = f"{mark}{'...' if '=' in fragment else fragment}"
    name, mark, query = address.partition("?")
    asked = protocol.lower() in _QUERIES or "=" in query
    if mark and asked and _is_secret(query):
        query = "..."
    return f"{protocol}://{name}{mark}{query}{fragment}"


def _is_secret(query: str) -> bool:
    pairs = parse_qsl(query.replace(";", "&"), keep_blank_values=True)
    return any(
        not value or "@" in value or _SECRET_NAME.search(name) or _SECRET_VALUE.fullmatch(value)
        for name, value in pairs
    )


def refuse_secrets(url: str) -> None:
    """Checks that a URL may be stored.

    Raises:
        ConfigError: it holds a user, a password, or a signed query.

    >>> refuse_secrets("s3://key:secret@bucket/x")
    Traceback (most recent call last):
    corpus_pipeline.errors.ConfigError: s3://bucket/x: the URL holds credentials or a signature, \
which would be stored with the run; give them in the environment or in storage_options
    """
    shown = public_path(url)
    if shown != url:
        raise ConfigError(
            f"{shown}: the URL holds credentials or a signature, which would be stored with the "
            "run; give them in the environment or in storage_options"
        )


def _protocol(url: str) -> str:
    return urlsplit(url.split("::")[-1]).scheme.lower()


def _no_protocol(url: str, error: Exception) -> str:
    protocol = _protocol(url)
    extra = _NEEDED.get(protocol)
    if isinstance(error, ImportError) and extra:
        return f"{public_path(url)}: needs pip install 'corpus-pipeline[{extra}]'"
    if isinstance(error, ImportError):
        return f"{public_path(url)}: the library for {protocol}:// is not installed ({error})"
    return f"{public_path(url)}: {protocol}:// is no known protocol; see docs/storage.md"
