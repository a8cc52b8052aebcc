"""The Chinese pages say what the English ones say: headings, commands, figures, code, links."""

import re
from collections import Counter
from pathlib import Path
from posixpath import normpath

import pytest
from scripts import ROOT
from test_docs import anchors, blocks, links, prose

ZH = ROOT / "docs" / "zh"
#: Chinese page -> the page that it translates, in a repository.
ORIGINALS = {
    "README.zh.md": "README.md",
    **{
        str(page.relative_to(ROOT)): f"docs/{page.relative_to(ZH)}"
        for page in sorted(ZH.rglob("*.md"))
    },
}
TRANSLATED = {original: page for page, original in ORIGINALS.items()}
PAIRS = sorted(ORIGINALS.items())


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def levels(text: str) -> list[int]:
    """Returns the levels of a page's headings.

    >>> levels("# a\\n## b\\n```sh\\n# c\\n```\\n## d\\n")
    [1, 2, 2]
    """
    return [len(marks) for marks in re.findall(r"^(#+) ", prose(text), re.MULTILINE)]


def code(text: str) -> Counter[str]:
    """Counts the pieces of code between backquotes in the prose of a page."""
    return Counter(re.findall(r"`([^`\n]+)`", prose(text)))


_FACTORS = {"million": 10**6, "billion": 10**9, "万": 10**4, "亿": 10**8}


def figures(text: str) -> Counter[float]:
    """Counts the numbers in the prose of a page, links and code left out.

    >>> figures("20 million of 1,000 `5`") == figures("1,000 之中的 2000 万")
    True
    """
    bare = re.sub(r"`[^`\n]+`|\]\([^)\s]*\)", " ", prose(text))
    found = re.findall(r"(\d[\d,]*(?:\.\d+)?)(?: ?(million|billion|万|亿))?", bare)
    return Counter(
        round(float(number.replace(",", "")) * _FACTORS.get(word, 1), 6) for number, word in found
    )


def headings(name: str) -> list[str]:
    """Returns the anchors of a page's headings, in their order."""
    found = re.findall(r"^#+ (.+)$", text_of(name), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found]


def goals(name: str) -> Counter[str]:
    """Counts the places that the links of a page lead to, as places of the English pages."""
    found: Counter[str] = Counter()
    folder = str(Path(name).parent)
    for link in links(text_of(name)):
        path, _, anchor = link.partition("#")
        goal = normpath(f"{folder}/{path}") if path else name
        if goal in ORIGINALS:
            anchor = anchor and headings(ORIGINALS[goal])[headings(goal).index(anchor)]
            goal = ORIGINALS[goal]
        found[f"{goal}#{anchor}"] += 1
    return found


def test_every_page_that_is_translated_has_an_original() -> None:
    assert [name for name in ORIGINALS.values() if not (ROOT / name).exists()] == []
    flow = {f"docs/flow/{page.name}" for page in (ROOT / "docs" / "flow").glob("*.md")}
    assert flow | {"README.md", "docs/tutorial.md"} == {*ORIGINALS.values()}


@pytest.mark.parametrize(("page", "original"), PAIRS)
def test_headings_are_the_same(page: str, original: str) -> None:
    assert levels(text_of(page)) == levels(text_of(original))


@pytest.mark.parametrize(("page", "original"), PAIRS)
def test_blocks_are_the_same(page: str, original: str) -> None:
    mine, theirs = (
        [(block.language, block.content) for block in blocks(text_of(name))]
        for name in (page, original)
    )
    assert mine == theirs


@pytest.mark.parametrize(("page", "original"), PAIRS)
def test_code_in_the_text_is_the_same(page: str, original: str) -> None:
    mine, theirs = code(text_of(page)), code(text_of(original))
    assert (mine - theirs, theirs - mine) == (Counter(), Counter())


@pytest.mark.parametrize(("page", "original"), PAIRS)
def test_figures_are_the_same(page: str, original: str) -> None:
    mine, theirs = figures(text_of(page)), figures(text_of(original))
    assert (mine - theirs, theirs - mine) == (Counter(), Counter())


@pytest.mark.parametrize(("page", "original"), PAIRS)
def test_links_lead_to_the_same_places(page: str, original: str) -> None:
    mine, theirs = goals(page), goals(original)
    assert (mine - theirs, theirs - mine) == (Counter(), Counter())


@pytest.mark.parametrize(("page", "original"), PAIRS)
def test_links_stay_in_the_language_where_they_can(page: str, original: str) -> None:
    folder = Path(page).parent
    left = [
        link
        for link in links(text_of(page))
        if normpath(folder / link.split("#")[0]) in TRANSLATED and page != "README.zh.md"
    ]
    assert left == []


@pytest.mark.parametrize("page", ORIGINALS)
def test_the_text_is_chinese(page: str) -> None:
    """No paragraph or row of some length was left in English."""
    bare = re.sub(r"<!--.*?-->|`[^`\n]+`|\]\([^)\s]*\)", "", prose(text_of(page)))
    lines = [line for line in bare.splitlines() if len(re.findall(r"[a-z]{2,}", line)) > 8]
    assert [line for line in lines if not re.search(r"[\u4e00-\u9fff]", line)] == []


def test_anchors_of_chinese_headings_are_those_of_the_site() -> None:
    assert anchors(ZH / "flow" / "1-read.md") >= {"格式", "一篇文档经过这一步"}
