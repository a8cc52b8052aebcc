"""Jupyter notebooks as texts: cells in their order, outputs left out or cut.

A text is taken for a notebook if it begins as the JSON of one does. What then cannot be read is
broken; nothing is guessed from a part of it.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Literal, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

#: How a notebook is written.
Form = Literal["script", "markdown", "starcoder"]

_BEGINS = r'^\s*\{\s*"(?:cells|metadata|nbformat|nbformat_minor|worksheets)"\s*:'
_HAS_CELLS = r'"(?:cell_type|cells)"\s*:'
#: Languages in which a script's comments do not begin with #.
_COMMENTS = {
    **dict.fromkeys(
        ("c++", "c++11", "c++14", "c++17", "c", "c#", "csharp", "f#", "go", "groovy", "java",
         "javascript", "kotlin", "php", "rust", "scala", "swift", "typescript"), "//"),
    **dict.fromkeys(("haskell", "lua", "sql"), "--"),
    **dict.fromkeys(("matlab", "octave", "prolog"), "%"),
    **dict.fromkeys(("clojure", "common lisp", "racket", "scheme"), ";;"),
}  # fmt: skip
_UNNAMED = "python"
_BACKQUOTES = re.compile("`+")


class Cell(NamedTuple):
    """A cell that is not empty."""

    is_code: bool
    source: str
    output: str
    """Text that it has printed or that stands for its value, as much as is kept."""


class Notebooks(NamedTuple):
    """What became of N texts."""

    texts: pa.Array
    """string[N]; null where a notebook is broken."""
    broken: NDArray[np.bool_]
    """bool[N]."""


def notebook_texts(texts: pa.Array, form: Form, outputs: int = 0) -> Notebooks:
    r"""Writes the notebooks among N texts; all others stay as they are.

    Args:
        texts: `string`, N texts.
        form: `script`: a program in which text is comments; `markdown`: a text in which programs
            are fenced; `starcoder`: between the markers of StarCoder's structured notebooks.
        outputs: characters of the output of a cell that are kept; 0 leaves outputs out.

    >>> text = '{"cells": [{"cell_type": "markdown", "source": ["# 标题\\n", "text"]},'
    >>> text += ' {"cell_type": "code", "source": "x = 1", "outputs": []}], "metadata": {}}'
    >>> found = notebook_texts(pa.array([text, text[:60], "{}"]), "script")
    >>> found.texts.to_pylist(), found.broken.tolist()
    (['# # 标题\n# text\n\nx = 1\n', None, '{}'], [False, True, False])
    """
    begins = pc.and_(
        pc.match_substring_regex(texts, _BEGINS), pc.match_substring_regex(texts, _HAS_CELLS)
    )
    rows = np.flatnonzero(pc.fill_null(begins, False))
    broken = np.zeros(len(texts), np.bool_)
    if not len(rows):
        return Notebooks(texts, broken)
    written: list[str | None] = []
    for row in rows.tolist():
        written.append(_written(texts[row].as_py(), form, outputs))
        broken[row] = written[-1] is None
    mask = np.zeros(len(texts), np.bool_)
    mask[rows] = True
    replaced = pc.replace_with_mask(texts, pa.array(mask), pa.array(written, pa.string()))
    return Notebooks(replaced, broken)


def _written(text: str, form: Form, outputs: int) -> str | None:
    """Returns a notebook as text; None if it is broken."""
    try:
        notebook = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    cells = _cells(notebook)
    if cells is None:
        return None
    found = [cell for each in cells if (cell := _cell(each, outputs)) is not None]
    language = _language(notebook)
    if form == "script":
        return "\n".join(_script(found, _COMMENTS.get(language, "#")))
    if form == "markdown":
        return "\n".join(_markdown(found, language))
    return "".join(_starcoder(found))


def _cells(notebook: Any) -> list[Any] | None:
    """Returns the cells, also of the third version of the format; None if there are none."""
    if not isinstance(notebook, dict):
        return None
    if isinstance(notebook.get("cells"), list):
        cells: list[Any] = notebook["cells"]
        return cells
    sheets = notebook.get("worksheets")
    if not isinstance(sheets, list):
        return None
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for each in lists if isinstance(each, list) for cell in each]


def _language(notebook: dict[str, Any]) -> str:
    """Returns the name of its language in small letters."""
    metadata = notebook.get("metadata")
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        said = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(said, dict) and isinstance(said.get(name), str):
            return str(said[name]).lower()
    return _UNNAMED


def _joined(value: Any) -> str:
    """Returns a text that is written as a string or as a list of its lines."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _cell(cell: Any, outputs: int) -> Cell | None:
    """Returns a cell of code or text; None for any other, and for an empty one."""
    if not isinstance(cell, dict):
        return None
    source = _joined(cell.get("source", cell.get("input"))).strip("\n")
    kind = cell.get("cell_type")
    if not source.strip() or kind not in ("code", "markdown", "heading", "raw"):
        return None
    if kind == "raw":
        return None
    is_code = kind == "code"
    output = _output(cell.get("outputs"))[:outputs] if is_code and outputs else ""
    return Cell(is_code, source, output.strip("\n"))


def _output(outputs: Any) -> str:
    """Returns the texts that a cell has put out; pictures and errors are none."""
    if not isinstance(outputs, list):
        return ""
    found = []
    for each in outputs:
        if not isinstance(each, dict):
            continue
        data = each.get("data")
        value = data.get("text/plain") if isinstance(data, dict) else each.get("text")
        found.append(_joined(value))
    return "\n".join(part.strip("\n") for part in found if part)


def _script(cells: list[Cell], comment: str) -> Iterator[str]:
    """Yields the lines of a script; an empty one stands between cells."""
    for number, cell in enumerate(cells):
        if number:
            yield ""
        if cell.is_code:
            yield cell.source
            yield from _commented(cell.output, comment)
        else:
            yield from _commented(cell.source, comment)
    yield ""


def _commented(text: str, comment: str) -> Iterator[str]:
    for line in text.splitlines():
        yield f"{comment} {line}".rstrip()


def _markdown(cells: list[Cell], language: str) -> Iterator[str]:
    """Yields the lines of a Markdown text."""
    for number, cell in enumerate(cells):
        if number:
            yield ""
        if not cell.is_code:
            yield cell.source
            continue
        yield from _fenced(cell.source, language)
        if cell.output:
            yield ""
            yield from _fenced(cell.output, "text")
    yield ""


def _fenced(text: str, language: str) -> Iterator[str]:
    """Yields a text between fences that are longer than any in it."""
    longest = max(map(len, _BACKQUOTES.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    yield text
    yield fence


def _starcoder(cells: list[Cell]) -> Iterator[str]:
    """Yields blocks between markers: cells of one kind in a row are one, with the last output."""
    yield "<jupyter_start>"
    for is_code, group in groupby(cells, key=lambda cell: cell.is_code):
        block = list(group)
        yield "<jupyter_code>" if is_code else "<jupyter_text>"
        yield "\n".join(cell.source for cell in block)
        if is_code:
            yield f"<jupyter_output>{block[-1].output or '<empty_output>'}"
