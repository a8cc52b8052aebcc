r"""The text of a paper out of its LaTeX: what is read stays as it is written, mathematics too.

    files ─ \input ─► one text ─ comments ─► ─ preamble, bibliography ─► ─ own macros ─► body

It stays LaTeX, as in RedPajama: what goes is what nobody reads. Nothing is typeset, so no macro has
arguments, and no file is looked for outside the paper. Every step is one pass over the text by
patterns that go forward only, and what comes out has a stated bound: macros that name one another
cannot make it explode.
"""

import re
from collections.abc import Mapping
from posixpath import dirname, join, normpath
from typing import Final, NamedTuple

#: Characters of a macro's value; a longer one is no abbreviation.
_MACRO_CHARS: Final = 1_000
#: What comes out of a text may be so many times longer, and so many characters more.
_GROWTH: Final = 2
_GROWTH_CHARS: Final = 1 << 16
#: Files that are put into one another.
_MOST_DEPTH: Final = 10
#: Characters in which a name or a title stands.
_TITLE_CHARS: Final = 2_000

#: What a scan for comments stops at: an escaped sign, verbatim text, a comment.
_SIGN = re.compile(
    r"\\begin\s*\{(?P<env>verbatim\*?|lstlisting|minted|alltt|comment)\}"
    r"|\\verb\*?(?P<mark>[^A-Za-z\s*])|\\.|%",
    re.S,
)
#: Characters of text in `\verb`, which ends in its line.
_VERB_CHARS = 500
_INPUT = re.compile(r"\\(?:input|include|subfile)\b\s*+(?:\{([^{}\n]{1,200}+)\}|([\w./-]{1,200}+))")
_DOCUMENT = re.compile(r"\\begin\s*+\{document\}")
_DOCUMENT_END = re.compile(r"\\end\s*+\{document\}")
_CLASS = re.compile(r"\\document(?:class|style)\b")
_SECTION = re.compile(
    r"\\begin\s*+\{abstract\}|\\abstract\s*+\{"
    r"|\\(?:part|chapter|section|subsection|paragraph|newsec)\b\s*+\*?+\s*+[\[{]"
)
_MAKETITLE = re.compile(r"\\maketitle\b")
_BIBLIOGRAPHY = re.compile(
    r"\\begin\s*+\{(thebibliography|references|REFERENCES)\}"
    r"|\\(?:bibliography|bibliographystyle|printbibliography)\b"
    r"(?:[ \t]*+\[[^\]\n]{0,500}+\])?+(?:[ \t]*+\{[^{}\n]{0,500}+\})?+"
)
_TITLE = re.compile(r"\\title\b\s*+(?:\[[^\]]{0,500}+\]\s*+)?+\{")
#: A definition up to its value; one with arguments has `[1]` or `#1` before it.
_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator)\b\s*+(?P<star>\*?+)\s*+"
    r"(?:\{\s*+\\(?P<braced>[A-Za-z@]++)\s*+\}|\\(?P<bare>[A-Za-z@]++))\s*+(?P<args>\[\d\])?+\s*+"
    r"(?:\[[^\]\n]{0,200}+\])?+\s*+(?=\{)"
    r"|\\def\s*+\\(?P<def>[A-Za-z@]++)(?P<params>(?:\#\d[^{}\#\n]{0,50}+){0,9}+)\s*+(?=\{)"
)
_BRACE = re.compile(r"\\.|[{}]", re.S)
_COMMAND = re.compile(r"\\([A-Za-z@]+)(\{\})?|\\.", re.S)
_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")


class Paper(NamedTuple):
    """What is read of a paper."""

    text: str
    """LaTeX without preamble, comments and bibliography; empty if there is nothing to read."""
    title: str
    main: str
    """Name of the file in which it begins."""


def read_paper(files: Mapping[str, str], max_chars: int = 1 << 30) -> Paper:
    r"""Returns the text of a paper.

    Args:
        files: name in the paper -> LaTeX; at least one.
        max_chars: what the files that are put together may have; the rest is left out.

    >>> read_paper({"a.tex": r"\documentclass{article}\newcommand{\R}{\mathbb{R}} % reals" "\n"
    ...     r"\title{T}\begin{document}\maketitle\section{One}Let $x\in\R$. % note" "\n"
    ...     r"\input{b}\bibliography{c}\end{document}", "b.tex": "End.\n"})
    Paper(text='\\section{One}Let $x\\in\\mathbb{R}$.\nEnd.', title='T', main='a.tex')
    """
    clean = {name: without_comments(text) for name, text in files.items()}
    main = _main(clean)
    whole = _put_together(clean, main, max_chars)
    begin = _DOCUMENT.search(whole)
    end = _DOCUMENT_END.search(whole, begin.end() if begin else 0)
    macros = _macros(whole)
    title = _title(whole, macros)
    body = whole[begin.end() if begin else 0 : end.start() if end else len(whole)]
    body = _without_definitions(_without_bibliography(_behind_preamble(body)))
    return Paper(_tidy(_expanded(body, macros)), title, main)


def without_comments(text: str) -> str:
    r"""Removes comments, with the line if nothing else stands in it; verbatim text keeps its `%`.

    >>> without_comments("a 5\\% b % note\n  % whole line\nc \\verb|%| \\\\% end")
    'a 5\\% b\nc \\verb|%| \\\\'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    parts: list[str] = []
    done = at = 0
    while (found := _SIGN.search(text, at)) is not None:
        at = found.end()
        if found["env"]:
            close = f"\\end{{{found['env']}}}"
            end = text.find(close, at)
            if found["env"] == "comment":
                parts.append(text[done : found.start()])
                done = at = len(text) if end < 0 else end + len(close)
            else:
                at = len(text) if end < 0 else end
        elif found["mark"]:
            end = text.find(found["mark"], at, at + _VERB_CHARS)
            line_end = text.find("\n", at, at + _VERB_CHARS)
            at = end + 1 if end >= 0 and not 0 <= line_end < end else at
        elif found[0] == "%":
            line_end = text.find("\n", at)
            line_end = len(text) if line_end < 0 else line_end
            kept = text[done : found.start()].rstrip(" \t")
            alone = kept.endswith("\n") or (not kept and text[done - 1 : done] in ("", "\n"))
            parts.append(kept)
            done = at = min(len(text), line_end + 1) if alone else line_end
    parts.append(text[done:])
    return "".join(parts)


def _main(files: Mapping[str, str]) -> str:
    """Returns the file in which the paper begins: it has the document, else the class."""
    for sign in (_DOCUMENT, _CLASS):
        # Several may: a letter to the editor, an answer to referees. The longest is the paper.
        found = [name for name, text in files.items() if sign.search(text)]
        if found:
            return min(found, key=lambda name: (-len(files[name]), name))
    return min(files, key=lambda name: (-len(files[name]), name))


def _put_together(files: Mapping[str, str], main: str, max_chars: int) -> str:
    """Puts the files that the main one names in their places, each once."""
    names = {normpath(name): name for name in files}
    used = {main}
    parts: list[str] = []
    left = max_chars
    #: (text, place in it), the innermost last.
    open_files = [(files[main], 0)]
    while open_files and left > 0:
        text, at = open_files.pop()
        found = _INPUT.search(text, at)
        if found is None:
            parts.append(text[at:][:left])
            left -= len(parts[-1])
            continue
        parts.append(text[at : found.start()][:left])
        left -= len(parts[-1])
        open_files.append((text, found.end()))
        wanted = (found[1] or found[2]).strip()
        name = next(
            (
                names[each]
                for folder in ("", dirname(main))
                for suffix in ("", ".tex", ".ltx")
                if (each := normpath(join(folder, wanted + suffix))) in names
            ),
            None,
        )
        if name is not None and name not in used and len(open_files) <= _MOST_DEPTH:
            used.add(name)
            open_files.append((files[name], 0))
    return "".join(parts)


def _behind_preamble(body: str) -> str:
    """Returns what begins with the abstract or the first section, else behind the title."""
    first = _SECTION.search(body)
    if first is not None:
        return body[first.start() :]
    made = _MAKETITLE.search(body)
    return body[made.end() :] if made is not None else body


def _without_bibliography(body: str) -> str:
    """Removes lists of references and the commands for them; what stands behind stays."""
    parts: list[str] = []
    at = 0
    while (found := _BIBLIOGRAPHY.search(body, at)) is not None:
        parts.append(body[at : found.start()])
        at = found.end()
        if found[1]:
            close = f"\\end{{{found[1]}}}"
            end = body.find(close, at)
            at = len(body) if end < 0 else end + len(close)
    parts.append(body[at:])
    return "".join(parts)


def _macros(text: str) -> dict[str, str]:
    """Returns the macros without arguments: name -> value, those in it expanded.

    A value is expanded once, by what was defined before it, so no macro holds itself.
    """
    macros: dict[str, str] = {}
    at = 0
    while (found := _DEFINITION.search(text, at)) is not None:
        value, at = _braced(text, found.end())
        name = found["braced"] or found["bare"] or found["def"]
        if value is None or found["args"] or found["params"]:
            macros.pop(name, None)
            continue
        if found[0].startswith("\\DeclareMathOperator"):
            value = f"\\operatorname{found['star']}{{{value}}}"
        value = _expanded(value.strip(), macros)
        # One that names itself was another command before.
        if len(value) <= _MACRO_CHARS and f"\\{name}" not in value:
            macros[name] = value
        else:
            macros.pop(name, None)
    return macros


def _braced(text: str, at: int) -> tuple[str | None, int]:
    """Returns (what stands in the braces at `at`, place behind them); None if they are too long."""
    depth = 0
    for found in _BRACE.finditer(text, at, at + 2 * _MACRO_CHARS):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
            if depth == 0:
                return text[at + 1 : found.start()], found.end()
    return None, at + 2 * _MACRO_CHARS


def _without_definitions(body: str) -> str:
    """Removes definitions of macros without arguments; others are not expanded, and stay."""
    parts: list[str] = []
    done = at = 0
    while (found := _DEFINITION.search(body, at)) is not None:
        value, at = _braced(body, found.end())
        if value is not None and not (found["args"] or found["params"]):
            parts.append(body[done : found.start()])
            done = at
    parts.append(body[done:])
    return "".join(parts)


def _expanded(text: str, macros: Mapping[str, str]) -> str:
    """Puts the values of macros in their places; at the bound of growth the rest stays."""
    if not macros:
        return text
    left = (_GROWTH - 1) * len(text) + _GROWTH_CHARS
    parts: list[str] = []
    done = 0
    for found in _COMMAND.finditer(text):
        value = macros.get(found[1] or "")
        if value is None:
            continue
        left -= len(value)
        if left < 0:
            break
        parts += (text[done : found.start()], value)
        done = found.end()
        # A name would go on in a letter that follows; the value ends where it ended.
        if value[-1:].isalpha() and text[done : done + 1].isalpha():
            parts.append(" ")
    parts.append(text[done:])
    return "".join(parts)


def _title(text: str, macros: Mapping[str, str]) -> str:
    found = _TITLE.search(text)
    if found is None:
        return ""
    value, _ = _braced(text, found.end() - 1)
    return " ".join(_expanded(value or "", macros).replace("\\\\", " ").split())[:_TITLE_CHARS]


def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", text).strip()
