"""The document that the pages of the flow follow: pages show what a run makes of it."""

import itertools
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from scripts import ROOT

AFTER = ROOT / "examples" / "one_document" / "after"
PAGES = sorted((ROOT / "docs" / "flow").glob("*.md"), key=lambda page: int(page.stem.split("-")[0]))
HEADING = "\n## One document through this step\n"


def section(page: Path) -> str:
    """Returns the section of a page that follows the document."""
    _, _, rest = page.read_text("utf-8").partition(HEADING)
    return rest.split("\n## ")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_follows_the_document_in_an_example_that_runs(page: Path) -> None:
    assert "```python\n>>> " in section(page)


@pytest.mark.parametrize(("before", "page"), list(itertools.pairwise(PAGES)))
def test_every_page_begins_where_one_before_it_has_ended(before: Path, page: Path) -> None:
    """An edit writes a file under after/, which the pages behind it read; a measure reads it."""
    read = re.findall(r'after/(\w+)\.txt"\)\.read_text', section(page))
    written = re.findall(r'text == Path\("examples/one_document/after/(\w+)', section(page))
    known = {
        name
        for earlier in PAGES[: PAGES.index(page)]
        for name in re.findall(r"text == .*after/(\w+)", section(earlier))
    }
    assert {*read} - {*written} <= known


def test_the_run_ends_with_the_text_that_the_pages_end_with(one_document: Path) -> None:
    texts = {
        Path(row["file"]).stem: row["text"]
        for row in pq.read_table(one_document / "documents").to_pylist()
    }
    assert texts == {
        "harbour": (AFTER / "scrub.txt").read_text("utf-8"),
        "lighthouse": (AFTER / "extract-lighthouse.txt").read_text("utf-8"),
    }


def test_what_the_run_measured_is_what_the_pages_show(one_document: Path) -> None:
    rows = pq.read_table(one_document / "ledger").to_pylist()
    [row] = [row for row in rows if row["file"].endswith("harbour.html")]
    shown = "".join(map(section, PAGES))
    assert f"['{row['lang']}'], {round(row['lang_score'], 4)}" in shown
    for name in ("words", "stop_words", "terminal_lines", "perplexity", "keyword_hits"):
        assert f"'{name}': {row[name]}" in shown
    assert f"({row['tokens']}, [" in shown
