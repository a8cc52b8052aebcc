"""Places: a local path or a URL, with the same methods.

    "data/a"          -> pathlib.Path
    "s3://bucket/a"   -> upath.UPath, any protocol that fsspec knows

Only this package's other modules touch a place's file system; everybody else joins names with `/`
and hands the place to a function of `corpus_pipeline.storage`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.redaction import holds_secret, public_path, remember_secrets

if TYPE_CHECKING:
    from upath import UPath

    Place = Path | UPath
else:  # fsspec and upath take a tenth of a second to import, and serve URLs alone.
    Place = Path
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
#: A remote address that lost a slash would be a local path.
_ONE_SLASH = re.compile(
    r"(https?|ftp|sftp|s3a?|gs|gcs|abfss?|az|adl|oss|hdfs|webhdfs):/(?!/)", re.IGNORECASE
)
#: s3fs tries five times itself, and `with_retries` so often again; botocore need not do it too.
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
    refuse_secrets(path)
    if is_local(path):
        return Path(path.removeprefix("file://"))
    import fsspec
    from upath import UPath

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
    import fsspec

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
        import fsspec

        conf = {**fsspec.config.conf.get("s3", {}), **fsspec.config.conf.get("s3a", {})}
        given = conf.get("config_kwargs", {})
        options["config_kwargs"] = {"retries": _S3_ATTEMPTS, **given}
    return options


def configure(options: Mapping[str, Mapping[str, Any]]) -> None:
    """Tells this process how to reach storage: protocol -> arguments of its fsspec file system.

    They hold credentials, so they are never part of an error, a log or a stored file.

    >>> configure({"memory": {"skip_instance_cache": False}})
    """
    if not options:
        return
    import fsspec

    remember_secrets(options)
    for protocol, arguments in options.items():
        fsspec.config.conf[protocol] = dict(arguments)


def refuse_secrets(url: str) -> None:
    """Checks that a URL may be stored.

    Raises:
        ConfigError: it holds a user, a password, or a query, a fragment or parameters that may be
            a signature; or it lost a slash.

    >>> refuse_secrets("s3://key:secret@bucket/x")
    Traceback (most recent call last):
    corpus_pipeline.errors.ConfigError: s3://bucket/x: the URL holds credentials or a signature, \
which would be stored with the run; give them in the environment or in storage_options
    """
    if lost := _ONE_SLASH.match(url):
        raise ConfigError(f"{public_path(url)}: has one slash; write {lost[1]}://")
    if holds_secret(url):
        raise ConfigError(
            f"{public_path(url)}: the URL holds credentials or a signature, which would be stored "
            "with the run; give them in the environment or in storage_options"
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
