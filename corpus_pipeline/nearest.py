"""What somebody meant who wrote a name that there is not: one answer for everything with names.

Keys, choices, steps, profiles, columns, sources: whoever refuses a name asks here. Names of
languages have rules of their own (`text/languages.py`).
"""

import difflib
import os
from collections.abc import Iterable, Mapping

#: How alike two words must be, from 0 to 1.
_LEAST_ALIKE = 0.6
#: The same of names of files, which have their endings in common.
_LEAST_ALIKE_FILE = 0.8
#: Names that are listed where none is near; of more, the first ones.
_MOST_LISTED = 30


def nearest_key(
    key: str, known: Iterable[str], aliases: Mapping[str, str] | None = None
) -> str | None:
    """Returns the key of `known` that somebody meant who wrote `key`; None if nothing is near.

    Args:
        key: what was written.
        known: what may be written.
        aliases: other words for keys, as other tools have them.

    >>> nearest_key("lang", ["plan", "language"]), nearest_key("dedpu", ["dedup", "read"])
    ('language', 'dedup')
    >>> nearest_key("column", ["path", "text_field"], {"column": "text_field"})
    'text_field'
    >>> nearest_key("abacus", ["path", "text_field"]) is None
    True
    >>> nearest_key("text", ["Text", "title"]), nearest_key("too_few", ["too-few"])
    ('Text', 'too-few')
    """
    by_form = {_form(name): name for name in known}
    written = _form(key)
    if written in by_form:
        return by_form[written]
    if (meant := _form((aliases or {}).get(written, ""))) in by_form:
        return by_form[meant]
    longer = [name for name in by_form if name.startswith(written) or written.startswith(name)]
    if len(longer) == 1 and len(written) > 2:
        return by_form[longer[0]]
    close = difflib.get_close_matches(written, by_form, n=1, cutoff=_LEAST_ALIKE)
    return by_form[close[0]] if close else None


def meant(
    key: str,
    known: Iterable[str],
    otherwise: str | None = None,
    aliases: Mapping[str, str] | None = None,
) -> str:
    """Says what was meant, or what there is: the end of a message about an unknown name.

    Args:
        key: what was written.
        known: what may be written.
        otherwise: said where nothing is near, instead of the list of what there is.
        aliases: as of `nearest_key`.

    >>> meant("dedpu", ["dedup", "read"]), meant("abacus", ["dedup", "read"])
    ("did you mean 'dedup'?", 'there are dedup, read')
    >>> meant("abacus", ["dedup"], "see docs/cli.md"), meant("x", [])
    ('see docs/cli.md', 'there are none')
    """
    names = list(known)
    near = nearest_key(key, names, aliases)
    if near is not None:
        return f"did you mean {near!r}?"
    if otherwise is not None:
        return otherwise
    more = f" and {len(names) - _MOST_LISTED:,} more" if len(names) > _MOST_LISTED else ""
    return f"there are {', '.join(names[:_MOST_LISTED]) or 'none'}{more}"


def near_file(path: object) -> str:
    """Names the file beside one that is not there which may have been meant, or nothing.

    >>> here = os.path.dirname(__file__)
    >>> near_file(os.path.join(here, "neerest.py")).endswith("nearest.py'?")
    True
    >>> near_file("/no/such/folder/a.jsonl"), near_file("s3://bucket/a.jsonl")
    ('', '')
    """
    folder, name = os.path.split(os.path.expanduser(str(path)))
    if not name or "://" in str(path) or os.path.lexists(os.path.join(folder, name)):
        return ""
    try:
        there = sorted(each for each in os.listdir(folder or ".") if not each.startswith("."))
    except OSError:
        return ""
    close = difflib.get_close_matches(name, there, n=1, cutoff=_LEAST_ALIKE_FILE)
    return (
        f"; did you mean {os.path.join(os.path.dirname(str(path)), close[0])!r}?" if close else ""
    )


def _form(name: str) -> str:
    return name.lower().replace("-", "_")
