"""What a reader sees of a link between pages."""

import re
from collections.abc import Sequence

from corpus_pipeline.extract.wikitext.names import WikiNames, namespace

_LANGUAGE = re.compile(r"(?:[a-z]{2,3}|simple|[a-z]{2,3}-[a-z-]{2,12})\Z")


def link_text(parts: Sequence[str], names: WikiNames) -> str:
    """Returns what is shown of a link; of files, categories and other languages nothing.

    Args:
        parts: what stands between its bars; first the name of the page.
        names: of the wiki.

    >>> names = WikiNames.of("en")
    >>> [link_text(link.split("|"), names) for link in ("Oak|oaks", ":File:a", "File:a", "fr:b")]
    ['oaks', 'File:a', '', '']
    """
    target = parts[0].strip()
    shown = "|".join(parts[1:]).strip()
    if target.startswith(":"):
        return shown or target[1:]
    prefix, colon, rest = target.partition(":")
    if colon and rest:
        name = namespace(prefix)
        if name in names.files or name in names.categories:
            return ""
        if not shown and _LANGUAGE.match(prefix):
            return ""
    return shown or target
