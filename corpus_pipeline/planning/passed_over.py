"""Files of the inputs that no reader reads, in words.

Imports nothing, for `corpus stats` says it too and must not wait.
"""

from collections.abc import Iterator, Mapping

#: Files that are named one by one.
_MOST_FILES = 5


def passed_over(files: Mapping[str, str]) -> Iterator[str]:
    """Names files of the inputs that no reader reads; path -> what it is."""
    if not files:
        return
    yield f"warning: {counted(len(files), 'file')} passed over, which no reader reads:"
    yield from (f"  {line}" for line in list(files.values())[:_MOST_FILES])
    if len(files) > _MOST_FILES:
        yield f"  and {len(files) - _MOST_FILES} more; all are under `passed_over` in run.json"


def counted(number: int, what: str) -> str:
    """Writes a number with its noun.

    >>> counted(1, "file"), counted(2000, "file")
    ('1 file', '2,000 files')
    """
    return f"{number:,} {what}{'s' * (number != 1)}"
