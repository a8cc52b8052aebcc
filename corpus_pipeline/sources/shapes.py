"""What documents are made of the records of a source: records joined, and records cut.

    records ─► joined by a field (`JoinOptions`) ─► cut into segments (`SplitOptions`) ─► documents

Here is what is asked for; `assembling.py` joins and `splitting.py` cuts. No kernels are imported,
for every command checks a configuration.
"""

import dataclasses
import re
from typing import Any, Final, Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc

Found = Literal["removed", "begins", "ends"]
#: What becomes of what an expression finds where it cuts.
FOUND: Final[tuple[Found, ...]] = get_args(Found)
Markup = Literal["wikitext", "latex", "html", "fragment"]
#: Markup of which *extract* makes text.
PAGES: Final[tuple[Markup, ...]] = ("html", "fragment")
#: A name in braces: the field that stands there.
_NAME = re.compile(r"\{([A-Za-z_][\w.-]*)\}")
#: Where a pattern for files begins.
_WILD = re.compile(r"[*?\[]")


@dataclasses.dataclass(frozen=True)
class SplitOptions:
    """Where a text is cut. Without an expression and a length it is not.

    >>> SplitOptions(max_chars=10, overlap=6)
    Traceback (most recent call last):
    ...
    ValueError: overlap must be at most half of the length, 5, got 6
    >>> SplitOptions().cuts, SplitOptions(at=r"\\n\\n").cuts
    (False, True)
    """

    at: str = ""
    """An expression of RE2 that finds where a text may be cut."""
    found: Found = "removed"
    """What it finds goes, or begins the segment behind it, or ends the one before it."""
    max_chars: int | None = None
    """Characters of a segment at most; then cuts are no more than that takes."""
    max_words: int | None = None
    """The same in words."""
    overlap: int = 0
    """How much of a segment the next one repeats where the expression finds no place."""

    def __post_init__(self) -> None:
        if self.found not in FOUND:
            raise ValueError(f"found is one of {', '.join(FOUND)}, got {self.found!r}")
        if self.max_chars is not None and self.max_words is not None:
            raise ValueError("give max_chars or max_words, not both")
        for name in ("max_chars", "max_words"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        if self.overlap and self.length is None:
            raise ValueError("overlap takes a length: give max_chars or max_words")
        if self.overlap < 0 or self.overlap > (self.length or 0) // 2:
            most = (self.length or 0) // 2
            raise ValueError(
                f"overlap must be at most half of the length, {most}, got {self.overlap}"
            )
        if self.found != "removed" and not self.at:
            raise ValueError("found says what becomes of what `at` finds; give `at`")
        if self.at:
            _check_expression(self.at)

    @property
    def length(self) -> int | None:
        """The longest segment, in its unit."""
        return self.max_words if self.max_chars is None else self.max_chars

    @property
    def cuts(self) -> bool:
        """Says whether anything is cut."""
        return bool(self.at) or self.length is not None


def _check_expression(at: str) -> None:
    """Refuses what is no expression, or would find every place of a text."""
    try:
        empty = pc.match_substring_regex(pa.array([""]), at)[0].as_py()
    except pa.ArrowInvalid as error:
        said = str(error).partition(":")[2].strip().rstrip(".") or str(error)
        raise ValueError(f"at: {said}") from None
    if empty:
        raise ValueError(f"at: {at!r} finds the empty text")


@dataclasses.dataclass(frozen=True)
class JoinOptions:
    """Which records make one document, and how they stand in it.

    >>> JoinOptions().joins, JoinOptions(by="book").joins
    (False, True)
    """

    by: str = ""
    """The field that records of one document have in common; empty: nothing is joined."""
    folders: int | None = None
    """The field is a path, of which so many folders count; 0: of an archive all files."""
    order: str = ""
    """The field by which they are sorted; empty: as they stand in the files."""
    separator: str = "\n\n"
    title: str = ""
    """Stands before the first one; names in braces are fields of that."""
    heading: str = ""
    """Stands before each; names in braces are fields of it."""
    max_chars: int | None = None
    """Characters of a document; with what is more another one begins."""
    max_records: int | None = None
    """The same in records."""
    root: str = ""
    """The folder that the paths of files are relative to, with a slash at its end."""

    def __post_init__(self) -> None:
        for name in ("max_chars", "max_records"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        if self.folders is not None and self.folders < 0:
            raise ValueError(f"folders must be at least 0, got {self.folders}")

    @property
    def bounded(self) -> bool:
        """Says whether what belongs together may become several documents."""
        return self.max_chars is not None or self.max_records is not None

    @property
    def joins(self) -> bool:
        """Says whether records are joined."""
        return bool(self.by)


def filled(template: str, fields: dict[str, Any]) -> str:
    """Puts fields into a text; one that is not there is empty.

    >>> filled("<file>{path}, {stars}{none} {1}", {"path": "a.py", "stars": 3})
    '<file>a.py, 3 {1}'
    """

    def value(found: re.Match[str]) -> str:
        known = fields.get(found[1])
        return "" if known is None else str(known)

    return _NAME.sub(value, template)


def root_of(pattern: str) -> str:
    """Returns the folder that all files of a pattern are in, with its slash.

    >>> [root_of(path) for path in ("trees/", "trees", "trees/*/src/**", "s3://a/b?", "*.tar")]
    ['trees/', 'trees/', 'trees/', 's3://a/', '']
    """
    wild = _WILD.search(pattern)
    if wild is not None:
        return pattern[: pattern.rfind("/", 0, wild.start()) + 1]
    return pattern.rstrip("/") + "/"


def folders_of(path: str, number: int) -> str | None:
    """Returns the first folders of a path; None if it has fewer.

    >>> folders_of("a/b/c.py", 2), folders_of("/a/c.py", 2), folders_of("c.py", 0)
    ('a/b', None, '')
    """
    *folders, _ = path.strip("/").split("/")
    return "/".join(folders[:number]) if len(folders) >= number else None
