"""What stands around a book of Project Gutenberg and is no part of it.

    The Project Gutenberg EBook of …             front: header, small print
    *** START OF THE PROJECT GUTENBERG EBOOK …   the mark, in one of its forms since 1991
    Produced by …  [Transcriber's Note: …]       front: credits and notes
    THE BOOK
    [Transcriber's Note: …]                      end: notes on what was corrected
    End of Project Gutenberg's …                 end
    *** END OF THE PROJECT GUTENBERG EBOOK …     end: the mark
    … the licence                                end

Only whole lines are looked at. Without a mark nothing is cut: a book that speaks of Project
Gutenberg is a book. Every search is linear in the text.
"""

import re
from typing import Final, NamedTuple

#: Looked for in any case before a text is looked at more closely; every mark has it or `SMALL`.
NAMED: Final = r"(?i)proje[ck]t\s+gutenberg|\*END.{0,3}THE SMALL PRINT"

#: Characters in which a mark of the beginning stands: the longest small print has 18,000.
_FRONT_CHARS = 64_000
#: Lines over which the title in a mark may go on.
_MARK_LINES = 5
#: Paragraphs of credits and notes behind the beginning, and characters in one of them.
_MOST_PARAGRAPHS = 12
_PARAGRAPH_CHARS = 3_000
#: A bracketed note may have several paragraphs.
_NOTE_CHARS = 12_000
#: Notes at the end of a book stand in the last fifth of it, in so many characters.
_END_SHARE = 5
_END_CHARS = 30_000

_EBOOK = r"proje[ck]t\s+gutenberg"
#: 2006 and later: `*** START OF THIS PROJECT GUTENBERG EBOOK …`, with or without the blanks.
_START = re.compile(rf"^[ \t]*\*{{2,4}} ?start of (?:the|this) {_EBOOK}", re.I | re.M)
#: Before: the header ends with the end of the small print, `*END*THE SMALL PRINT! … *END*`.
_SMALL_PRINT = re.compile(r"^[ \t]*\*end.{0,3}the small print!.*$", re.I | re.M)
_END_MARK = re.compile(
    rf"^[ \t]*\*{{2,4}} ?end of (?:the|this) {_EBOOK}|^[ \t]*\*{{2,4}} ?start: full licen[sc]e",
    re.I | re.M,
)
#: The line of thanks before that mark, and the only one until about 2002. Some are in the language
#: of the book.
_END_LINE = re.compile(
    rf"^[ \t]*(?:\*{{1,4}} ?)?(?:(?:the )?end of (?:the |this )?{_EBOOK}"
    rf"|end of (?:the |this )?etext"
    rf"|ende dieses {_EBOOK}|fin (?:de ce |du |de )?{_EBOOK}|fine (?:di |del )?{_EBOOK}"
    rf"|einde van (?:het )?{_EBOOK}).*$",
    re.I | re.M,
)
_CREDITS = re.compile(
    r"""[_*\[( ]*(?:
      (?:this\ )?e-?(?:text|book)\ (?:was\ |has\ been\ )?(?:first\ )?
        (?:produced|prepared|created|scanned|transcribed|typed|converted|proofread)\b
    | (?:produced|prepared|scanned|transcribed|digiti[sz]ed|proofread|typed|created|converted)
        \ (?:and\ [a-z]+\ )?(?:by|from|with)\b
    | html\ version\ (?:created\ )?by\b | credits?: | \W*updated\ editions\ will\b
    | note:\ (?:project\ gutenberg|images\ of\ the\ original|the\ original)\b
    | (?:note:\ )?images\ of\ the\ original\ pages\b
    | transcriber['’]?s?['’]?\ notes?\b | transcriber['’]s\ corrections\b
    | project\ gutenberg\b | (?:https?://)?www\.(?:gutenberg|pgdp)\.(?:org|net)\b
    | distributed\ proofread | from\ (?:images|page\ images|scans)\ generously\ made\ available
    )""",
    re.I | re.X,
)
_NOTE = re.compile(
    r"^[ \t_*]*\[?[ \t_*]*transcriber['’]?s?['’]?[ \t]+(?:notes?|corrections)\b", re.I | re.M
)
_PARAGRAPH = re.compile(r"\S(?:.*\n(?![ \t]*\n))*.*")


class Matter(NamedTuple):
    """What of a text is the book: characters `begin` to `end`."""

    begin: int
    end: int


def find_matter(text: str) -> Matter | None:
    r"""Finds where the book begins and ends; None if there is no mark.

    Args:
        text: with line feeds as line ends.

    >>> text = ("The Project Gutenberg Etext of Oak\n\n*END*THE SMALL PRINT! FOR ETEXTS*END*\n\n"
    ...         "OAK\n\nIt grew.\n\nEnd of Project Gutenberg's Oak\n")
    >>> begin, end = find_matter(text)
    >>> text[begin:end].strip()
    'OAK\n\nIt grew.'
    """
    begin = _begin(text)
    end = _end(text, begin)
    if not begin and end == len(text):
        return None
    begin = _behind_credits(text, begin, end) if begin else 0
    return Matter(begin, _before_notes(text, begin, end))


def _begin(text: str) -> int:
    """Returns where the line behind the mark of the beginning starts, 0 without one."""
    marks = list(_START.finditer(text, 0, _FRONT_CHARS))
    if marks:
        return _behind_mark(text, marks[-1].end())
    begin = 0
    for print_ in _SMALL_PRINT.finditer(text, 0, _FRONT_CHARS):
        # For some years it stood behind the book.
        if _END_LINE.search(text, 0, print_.start()) is None:
            begin = print_.end()
    return begin


def _behind_mark(text: str, at: int) -> int:
    """Returns the end of the mark, whose title may go on over some lines up to `***`."""
    line_end = at
    for _ in range(_MARK_LINES):
        line_end = text.find("\n", line_end + 1)
        if line_end < 0:
            return len(text)
        stars = text.find("**", at, line_end)
        if stars >= 0:
            return line_end
        if text[line_end + 1 : line_end + 2] in ("\n", ""):
            break  # The paragraph ends, and no stars came.
    first = text.find("\n", at)
    return len(text) if first < 0 else first


def _end(text: str, begin: int) -> int:
    """Returns where the line of the mark of the end starts, the length of the text without one."""
    mark = _END_MARK.search(text, begin)
    end = len(text) if mark is None else mark.start()
    # Of several, as in collected works, the last one ends the book, and those that stand with it.
    lines = [found.start() for found in _END_LINE.finditer(text, begin, end)]
    while lines and _is_near(text, lines[-1], end):
        end = lines.pop()
    if mark is None and lines and end == len(text):
        end = lines[-1]
    return end


def _is_near(text: str, line: int, end: int) -> bool:
    """Says whether a line of thanks has nothing behind it up to the mark but itself."""
    line_end = text.find("\n", line, end)
    behind = text[line_end:end] if line_end >= 0 else ""
    return end < len(text) and len(behind) < _PARAGRAPH_CHARS and behind.count("\n\n") <= 2


def _behind_credits(text: str, begin: int, end: int) -> int:
    """Returns where the first paragraph begins that is no credit and no transcriber's note."""
    at = begin
    for _ in range(_MOST_PARAGRAPHS):
        found = _PARAGRAPH.search(text, at, end)
        if found is None or len(found[0]) > _PARAGRAPH_CHARS or not _CREDITS.match(found[0]):
            break
        at = found.end()
        if _NOTE.match(found[0]):
            at = _behind_note(text, found, end)
    return at


def _behind_note(text: str, found: "re.Match[str]", end: int) -> int:
    """Returns the end of a note: its bracket, its paragraph, or the one behind its heading."""
    if "[" in found[0][:4]:
        depth = 0
        for sign in re.finditer(
            r"[\[\]]", text[found.start() : min(end, found.start() + _NOTE_CHARS)]
        ):
            depth += 1 if sign[0] == "[" else -1
            if depth == 0:
                return found.start() + sign.end()
        return found.end()
    is_heading = "\n" not in found[0] and len(found[0]) < 40
    behind = _PARAGRAPH.search(text, found.end(), end) if is_heading else None
    return found.end() if behind is None or len(behind[0]) > _PARAGRAPH_CHARS else behind.end()


def _before_notes(text: str, begin: int, end: int) -> int:
    """Returns where transcriber's notes at the end of a book begin, `end` without any."""
    earliest = max(end - (end - begin) // _END_SHARE, end - _END_CHARS)
    note = _NOTE.search(text, max(begin, earliest), end)
    return end if note is None else note.start()
