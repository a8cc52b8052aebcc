"""Lists of repositories whose owners do not want them in a corpus.

A line is an owner (`octocat`), a repository (`octocat/hello`) or the address of either. Case does
not count, nor do host and `.git`: an opt-out is meant for the code, wherever it was copied from.
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.errors import ResourceError, relative_to
from corpus_pipeline.special_files import refuse_special
from corpus_pipeline.text.columns import as_texts

_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.-]*://(?:[^/@]*@)?[^/]+/|git@[^:/]+:)", re.IGNORECASE)
_WHITE_SPACE = re.compile(r"\s")


def repository_key(name: str) -> tuple[str, str] | None:
    """Returns (owner, owner/name) in small letters; the second is the first without a name.

    >>> repository_key("https://github.com/OctoCat/Hello.git"), repository_key("octocat")
    (('octocat', 'octocat/hello'), ('octocat', 'octocat'))
    >>> repository_key("git@host:a/b/blob/main/x.py"), repository_key(" ")
    (('a', 'a/b'), None)
    """
    plain = _ADDRESS.sub("", name.strip()).partition("?")[0].partition("#")[0].strip("/").lower()
    parts = plain.split("/")[:2]
    if not parts[0] or not all(parts):
        return None
    if len(parts) == 1:
        return parts[0], parts[0]
    return parts[0], f"{parts[0]}/{parts[1].removesuffix('.git')}"


def load_opt_outs(path: str) -> tuple[frozenset[str], str]:
    """Loads a list; returns its owners and repositories, and the sha256 of the file.

    Lines that are empty or begin with # are passed over.

    Raises:
        ResourceError: there is no such file, it is no text, or a line is none of a list; one line
            with the place.
    """
    try:
        refuse_special(Path(path))
        data = Path(path).read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ResourceError(
            f"{path}: cannot be read: {error.strerror or error}{relative_to(path)}"
        ) from error
    except UnicodeDecodeError as error:
        raise ResourceError(f"{path}: is not UTF-8: {error.reason}; convert it") from error
    found = set()
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        key = None if _WHITE_SPACE.search(entry) else repository_key(entry)
        if key is None:
            raise ResourceError(
                f"{path}, line {number}: is no owner and no repository; write owner, owner/name or "
                "an address"
            )
        found.add(key[1])
    return frozenset(found), hashlib.sha256(data).hexdigest()


def find_opt_outs(repositories: Iterable[pa.Array], opt_outs: frozenset[str]) -> NDArray[np.bool_]:
    """Says which of N files are of a repository that is listed, or of an owner who is.

    Args:
        repositories: columns of `string`, N names or addresses each; null where none is known.
        opt_outs: as `load_opt_outs` returns them.

    >>> names = pa.array(["OctoCat/hello", "https://github.com/a/b", "x/y", None])
    >>> find_opt_outs([names], frozenset({"octocat", "a/b"})).tolist()
    [True, True, False, False]
    """
    masks = []
    for column in repositories:
        encoded = as_texts(column).dictionary_encode()
        keys = [repository_key(name) for name in encoded.dictionary.to_pylist()]
        listed = [key is not None and not opt_outs.isdisjoint(key) for key in keys]
        index = np.asarray(encoded.indices.fill_null(len(keys)), np.int64)
        masks.append(np.array([*listed, False])[index])
    found: NDArray[np.bool_] = np.logical_or.reduce(masks)
    return found
