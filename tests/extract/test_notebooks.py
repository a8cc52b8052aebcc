"""Notebooks as texts: three forms, outputs, both versions of the format, broken ones."""

import json
from typing import Any

import pyarrow as pa
import pytest

from corpus_pipeline.extract.documents import ExtractOptions, extract_documents
from corpus_pipeline.extract.notebooks import Form, notebook_texts


def cell(kind: str, source: Any, *outputs: Any) -> dict[str, Any]:
    found = {"cell_type": kind, "metadata": {}, "source": source}
    return {**found, "outputs": list(outputs)} if kind == "code" else found


def notebook(*cells: Any, **metadata: Any) -> str:
    return json.dumps({"cells": list(cells), "metadata": metadata, "nbformat": 4})


CELLS = (
    cell("markdown", ["# 标题\n", "\n", "Some text."]),
    cell("code", ["import os\n", "x = 1"], {"output_type": "stream", "text": ["one\n", "two\n"]}),
    cell("code", "x", {"data": {"text/plain": ["1"], "image/png": "aGk="}}),
    cell("markdown", "  "),
    cell("raw", "raw"),
    cell("markdown", "End"),
)


@pytest.mark.parametrize(
    ("form", "outputs", "expected"),
    [
        ("script", 0, "# # 标题\n#\n# Some text.\n\nimport os\nx = 1\n\nx\n\n# End\n"),
        (
            "script",
            100,
            "# # 标题\n#\n# Some text.\n\nimport os\nx = 1\n# one\n# two\n\nx\n# 1\n\n# End\n",
        ),
        (
            "markdown",
            5,
            "# 标题\n\nSome text.\n\n```python\nimport os\nx = 1\n```\n\n```text\none\nt\n```\n\n"
            "```python\nx\n```\n\n```text\n1\n```\n\nEnd\n",
        ),
        (
            "starcoder",
            9,
            "<jupyter_start><jupyter_text># 标题\n\nSome text.<jupyter_code>import os\nx = 1\nx"
            "<jupyter_output>1<jupyter_text>End",
        ),
        (
            "starcoder",
            0,
            "<jupyter_start><jupyter_text># 标题\n\nSome text.<jupyter_code>import os\nx = 1\nx"
            "<jupyter_output><empty_output><jupyter_text>End",
        ),
    ],
)
def test_forms(form: Form, outputs: int, expected: str) -> None:
    found = notebook_texts(pa.array([notebook(*CELLS)]), form, outputs)
    assert found.texts.to_pylist() == [expected]
    assert not found.broken.any()


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, "# a\n"),
        ({"kernelspec": {"language": "Scala"}}, "// a\n"),
        ({"language_info": {"name": "haskell"}, "kernelspec": {"language": "x"}}, "-- a\n"),
        ({"language_info": [], "kernelspec": {"language": 3}}, "# a\n"),
    ],
)
def test_comments_are_those_of_the_language(metadata: dict[str, Any], expected: str) -> None:
    text = notebook(cell("markdown", "a"), **metadata)
    assert notebook_texts(pa.array([text]), "script").texts.to_pylist() == [expected]


def test_fences_are_longer_than_those_inside() -> None:
    text = notebook(cell("code", "x = '````'"))
    assert notebook_texts(pa.array([text]), "markdown").texts.to_pylist() == [
        "`````python\nx = '````'\n`````\n"
    ]


def test_the_third_version_of_the_format() -> None:
    cells = [{"cell_type": "heading", "source": ["A"]}, {"cell_type": "code", "input": "x"}]
    text = json.dumps({"metadata": {}, "nbformat": 3, "worksheets": [{"cells": cells}, 7]})
    assert notebook_texts(pa.array([text]), "script").texts.to_pylist() == ["# A\n\nx\n"]


WHOLE = notebook(*CELLS)


@pytest.mark.parametrize("text", [WHOLE[:-1], WHOLE[:80], '{"cells": 3}', WHOLE + "x"])
def test_broken_notebooks(text: str) -> None:
    found = notebook_texts(pa.array([text, "x"]), "script")
    assert found.texts.to_pylist() == [None, "x"]
    assert found.broken.tolist() == [True, False]


@pytest.mark.parametrize(
    "text", ["", "{}", '{"a": 1}', "[1]", 'text {"cells": []}', '{"metadata": {}}', None]
)
def test_what_is_no_notebook_stays(text: str | None) -> None:
    found = notebook_texts(pa.array([text], pa.string()), "script")
    assert found.texts.to_pylist() == [text]
    assert not found.broken.any()


def test_cells_of_other_kinds_are_passed_over() -> None:
    text = notebook(3, None, {"cell_type": "code"}, {"source": "x"}, cell("code", [1, "y"], 3, {}))
    assert notebook_texts(pa.array([text]), "script", 9).texts.to_pylist() == ["y\n"]


def test_extraction_gives_a_reason() -> None:
    texts = pa.array([WHOLE, WHOLE[:-9], notebook(), "a", None])
    nulls = pa.nulls(5, pa.string())
    options = ExtractOptions(notebooks="script")
    found = extract_documents(pa.nulls(5, pa.binary()), nulls, nulls, texts, options)
    assert found.reasons.to_pylist() == [
        None, "extract-broken-notebook", "extract-empty", None, None,
    ]  # fmt: skip
    assert [text is not None for text in found.texts.to_pylist()] == [
        True,
        False,
        False,
        True,
        False,
    ]
    untouched = extract_documents(pa.nulls(5, pa.binary()), nulls, nulls, texts)
    assert untouched.texts.to_pylist()[:2] == [WHOLE, WHOLE[:-9]]
