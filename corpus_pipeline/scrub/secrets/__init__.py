"""Secrets: keys, tokens and passwords, user and password in URLs, and handles.

anchors       one scan over the bytes: where a secret could be
tokens        prefixes of services (`rules.json`), JSON web tokens, blocks of private keys
assignments   the value behind a word that names a secret
userinfo      user:password@ in URLs
handles       @name, on request
"""

from corpus_pipeline.scrub.secrets.finder import SecretFinder
from corpus_pipeline.scrub.spans import Finder, FinderOptions


def load_finder(entities: frozenset[str], options: FinderOptions) -> Finder:
    """Makes the finder of secrets.

    Args:
        entities: those of SECRET, URL_USERINFO and HANDLE that are to be found.
        options: not read; the rules are the same everywhere.

    >>> import pyarrow as pa
    >>> from corpus_pipeline.text.columns import utf8_buffers
    >>> finder = load_finder(frozenset({"SECRET"}), FinderOptions())
    >>> spans = finder.find(utf8_buffers(pa.array(["password: 'hunter2'"])), [None])
    >>> spans.starts.tolist(), spans.ends.tolist()
    ([11], [18])
    """
    del options
    return SecretFinder(entities)
