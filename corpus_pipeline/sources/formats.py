"""The formats of input files: what each of them is, in one table.

Whoever must know something of a format asks this table: how it is told, how it is cut, what its
records have. A new format is a row here and a reader in `reading.py`.
"""

from typing import NamedTuple


class Format(NamedTuple):
    """What is known of one format before a file is read."""

    name: str
    fields: bool = False
    """Records have fields with names: text, id and url are those that the configuration names."""
    single: bool = False
    """A file is one document: one that is something else costs itself."""
    root: str | None = None
    """A file is one XML document with this root element."""
    pages: bool = False
    """Records may be HTML, which *extract* parses."""
    posts: bool = False
    """Records are posts of a forum, which may be joined by thread."""
    opened: bool = False
    """The reader opens whatever the file is: archives, and what is no text."""
    fetches: bool = False
    """Its lines choose records of other files, which are fetched."""
    text_factor: int = 1
    """Bytes of text that a byte of it stands for."""
    like: str | None = None
    """The format as which a file is told by its first bytes, and cut; None: itself."""
    suffixes: tuple[str, ...] = ()
    """Names of such files end so."""


#: Suffixes of files that are one document each: prose and source code.
_TEXT_SUFFIXES = """
    .txt .text .md .markdown .rst .adoc .org .tex
    .asm .bash .bat .c .cc .clj .cmake .cpp .cs .css .cu .cuh .cxx .dart .el .elm .erl .ex .exs
    .f .f90 .fs .go .gradle .groovy .h .hh .hpp .hs .hxx .ini .ipynb .java .jl .js .jsx
    .kt .kts .lisp .lua .m .ml .mli .mm .nim .pas .php .pl .pm .proto .ps1 .py .pyi .r .rb .rkt .rs
    .s .scala .scm .sh .sql .sv .swift .tcl .tf .toml .ts .tsx .v .vb .vhd .vim .vue .yaml .yml
    .zig .zsh
"""

#: In the order in which they are named to people.
TABLE: tuple[Format, ...] = (
    Format("warc", pages=True, suffixes=(".warc", ".wat")),
    Format("wet", suffixes=(".wet",)),
    Format("jsonl", fields=True, suffixes=(".jsonl", ".ndjson", ".json")),
    Format("json", fields=True),
    Format("parquet", fields=True, suffixes=(".parquet",)),
    Format("text", single=True, suffixes=tuple(_TEXT_SUFFIXES.split())),
    Format("html", single=True, pages=True, suffixes=(".html", ".htm", ".xhtml", ".xht", ".shtml")),
    Format("wikipedia", root="mediawiki"),
    Format("stackexchange", root="posts", pages=True, posts=True),
    Format("reddit", like="jsonl", posts=True),
    Format("files", opened=True),
    Format("latex", opened=True),
    Format("pdf", opened=True),
    # A line of 400 bytes stands for a page of some 20,000.
    Format("cdxj", opened=True, pages=True, fetches=True, text_factor=50, like="jsonl"),
)

#: Names of all formats.
FORMATS: tuple[str, ...] = tuple(each.name for each in TABLE)
#: Formats of which a file is one XML document -> its root element.
XML_ROOTS = {each.name: each.root for each in TABLE if each.root is not None}
#: Formats in which a file is one document.
SINGLE: tuple[str, ...] = tuple(each.name for each in TABLE if each.single)
#: Formats whose records have fields with names.
WITH_FIELDS = frozenset(each.name for each in TABLE if each.fields)
#: Formats whose records may be pages; so may those of an earlier run.
WITH_PAGES = frozenset({"dataset", *(each.name for each in TABLE if each.pages)})
#: Formats whose reader opens whatever a file is.
OPENED = frozenset(each.name for each in TABLE if each.opened)
#: Formats whose lines choose records of other files.
FETCHING: tuple[str, ...] = tuple(each.name for each in TABLE if each.fetches)
#: Formats whose records are texts, which may be joined and cut.
SHAPED: tuple[str, ...] = tuple(
    each.name for each in TABLE if not (each.pages or each.posts or each.name == "pdf")
)
#: Formats whose texts may be written in some markup, as an input says.
MARKED: tuple[str, ...] = tuple(each.name for each in TABLE if each.fields or each.name == "text")
TEXT_FACTOR = {each.name: each.text_factor for each in TABLE}
#: Formats whose records are posts.
WITH_POSTS: tuple[str, ...] = tuple(each.name for each in TABLE if each.posts)
#: Format -> the one as which its files are told and cut.
LIKE = {each.name: each.like or each.name for each in TABLE}
FORMAT_BY_SUFFIX = {suffix: each.name for each in TABLE for suffix in each.suffixes}


def named_formats(last: str = "or") -> str:
    """Lists all formats in words.

    >>> named_formats().startswith("warc, wet, jsonl"), " or " in named_formats()
    (True, True)
    """
    return f"{', '.join(FORMATS[:-1])} {last} {FORMATS[-1]}"
