"""The page in a browser: it draws, finds, fits, and does nothing that a document says."""

import itertools
import re
from typing import Any

import pytest
from report.conftest import Figures, Open

pytestmark = pytest.mark.browser

_HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\u202egnp.exe\u202c \u2066isolated\u2069",
    "NUL \0 ESC \x1b[31m BEL \x07",
    "javascript:alert(1) ${alert(1)} {{title}}",
)


def hostile(figures: Figures, text: str, **more: Any) -> Figures:
    """Figures of which every text is another one."""
    sample = {
        "address": text, "id": text, "source": text, "language": text, "file": text,
        "reason": text, "reasons": [[text, text]], "tokens": 1, "chars": 1, "text": text,
        "marks": [[0, 4, text], [2, 3, "word"]],
        "survivor": {"address": text, "id": text, "source": text, "jaccard": 0.9,
                     "difference": [["left", text], ["same", text]]},
    }  # fmt: skip
    return {
        **figures,
        "name": text,
        "notes": [text],
        "inputs": [[text, text]],
        "sources": [text] * len(figures["sources"]),
        "languages": [text] * len(figures["languages"]),
        "reasons": [[f"{n}{text}", step] for n, (_, step) in enumerate(figures["reasons"])],
        "steps": [text] * len(figures["steps"]),
        "samples": [{**sample, **more}],
    }


def test_every_chart_has_marks_and_says_what_it_shows(figures: Figures, open_page: Open) -> None:
    opened = open_page(figures)
    opened.draw_all()
    charts = opened.page.evaluate(
        "[...document.querySelectorAll('.chart')].map((c) => [c.getAttribute('aria-label'), "
        "c.querySelectorAll('.mark-rect path, .mark-path path, .mark-symbol path').length])"
    )
    assert len(charts) > 30
    assert all(label and marks for label, marks in charts)
    drawn = opened.page.evaluate(
        "[...document.querySelectorAll('.chart')].map((c) => c.dataset.chart)"
    )
    assert {"funnel", "histogram", "long_histogram", "lengths", "stacks"} <= set(drawn)


def test_a_chart_has_its_figures_as_a_table(figures: Figures, open_page: Open) -> None:
    page = open_page(figures).page
    page.locator("#funnel details summary").click()
    rows = page.locator("#funnel details tbody tr").all_inner_texts()
    assert len(rows) == len(figures["steps"])
    before = [int(re.split(r"\s+", row)[1]) for row in rows]
    assert before[0] == figures["documents"]
    assert before == sorted(before, reverse=True)


def test_the_funnel_is_of_what_is_chosen(figures: Figures, open_page: Open) -> None:
    page = open_page(figures).page
    source = figures["sources"][1]
    page.locator("#funnel select").nth(1).select_option(source)
    page.locator("#funnel details summary").click()
    first = page.locator("#funnel details tbody tr").first.inner_text()
    documents = sum(row[3] for row in figures["fates"] if figures["sources"][row[0]] == source)
    assert re.split(r"\s+", first)[1] == str(documents)


def test_reasons_are_found_and_lead_to_their_documents(figures: Figures, open_page: Open) -> None:
    page = open_page(figures).page
    rows = page.locator("#reasons tbody tr")
    assert rows.count() == len(figures["reasons"])
    page.locator("#reasons input").fill("exact")
    assert rows.count() == 1
    page.locator("#reasons tbody button").click()
    shown = page.locator(".list .row")
    assert shown.count() > 0
    assert all("exact-duplicate" in text for text in shown.all_inner_texts())


def test_documents_are_searched_and_filtered(figures: Figures, open_page: Open) -> None:
    opened = open_page(figures)
    page, rows = opened.page, opened.page.locator(".list .row")
    status = page.locator("#documents_part [role=status]")
    every = status.inner_text()
    wanted = figures["samples"][3]["id"]
    page.locator("#search").fill(wanted.upper())
    opened.until(lambda: rows.count() == 1)
    assert status.inner_text() != every
    rows.click()
    assert page.locator(".detail h3").inner_text() == wanted
    page.locator("#search").fill("nothing has this text")
    opened.until(lambda: rows.count() == 0)
    page.locator("#search").fill("")
    page.locator("#documents_part select").nth(0).select_option("kept")
    opened.until(lambda: rows.count() == 2)


def test_of_many_documents_few_rows_exist(figures: Figures, open_page: Open) -> None:
    many = [{**figures["samples"][0], "id": f"document {n}"} for n in range(20_000)]
    page = open_page({**figures, "samples": many}).page
    assert page.locator(".list .row").count() < 50
    page.locator(".list").focus()
    page.keyboard.press("End")
    assert page.locator(".detail h3").inner_text() == "document 19999"
    page.keyboard.press("ArrowUp")
    assert page.locator(".detail h3").inner_text() == "document 19998"
    active = page.locator(".list").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"


def test_what_is_wrong_in_a_text_is_marked(figures: Figures, open_page: Open) -> None:
    sample = {
        **figures["samples"][0],
        "text": "\U0001f600 one two three",
        "marks": [[2, 5, "word"]],
    }
    page = open_page({**figures, "samples": [sample]}).page
    assert page.locator(".detail .text mark").all_inner_texts() == ["one"]


def test_a_copy_stands_beside_the_document_that_stays(figures: Figures, open_page: Open) -> None:
    copies = [each for each in figures["samples"] if each.get("survivor", {}).get("difference")]
    page = open_page({**figures, "samples": copies}).page
    kinds = {kind for kind, _ in copies[0]["survivor"]["difference"]} - {"same"}
    expected = {"left": "del", "right": "ins"}
    assert kinds
    for kind in kinds:
        assert page.locator(f".detail .text {expected[kind]}").count() > 0


def test_the_page_follows_the_scheme_and_its_button(figures: Figures, open_page: Open) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = open_page(figures, color_scheme="dark").page
    light = open_page(figures, color_scheme="light").page
    assert dark.evaluate(colour) != light.evaluate(colour)
    light.locator("#theme").click()
    assert dark.evaluate(colour) == light.evaluate(colour)
    assert light.locator("#theme").get_attribute("aria-pressed") == "true"
    light.locator("#theme").click()
    assert dark.evaluate(colour) != light.evaluate(colour)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_shows_all_of_its_width(figures: Figures, open_page: Open, language: str) -> None:
    opened = open_page(figures, figures, language=language, width=360)
    opened.draw_all()
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert opened.page.evaluate(over) == 0


@pytest.mark.parametrize("text", _HOSTILE)
def test_what_a_document_says_does_nothing(figures: Figures, open_page: Open, text: str) -> None:
    opened = open_page(hostile(figures, text), width=390)
    opened.draw_all()
    page = opened.page
    assert page.locator("main img, main script, .text script, .text img").count() == 0
    assert page.evaluate("document.querySelectorAll('script:not([type])').length") == 11
    for sign in re.findall("[\u202e\u202c\u2066\u2069\0\x1b\x07]", text):
        assert sign not in page.locator("main").inner_text()
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(over) == 0


def test_a_line_of_ten_megabytes_is_a_text(figures: Figures, open_page: Open) -> None:
    sample = {
        **figures["samples"][0],
        "text": "x" * 10_000_000,
        "marks": [[9_999_999, 10_000_000, "word"]],
    }
    page = open_page({**figures, "samples": [sample]}).page
    assert page.evaluate("document.querySelector('.detail .text').textContent.length") == 10_000_000
    assert page.locator(".detail mark").last.inner_text() == "x"


def test_everything_has_a_name_and_is_reached_by_keys(figures: Figures, open_page: Open) -> None:
    page = open_page(figures).page
    nameless = page.evaluate(
        """[...document.querySelectorAll(`button, select, input, textarea, [role=listbox],
            [role=region], section, nav`)].filter((each) => {
          const label = each.getAttribute('aria-label') || each.labels?.[0]?.textContent ||
            document.getElementById(each.getAttribute('aria-labelledby'))?.textContent ||
            (each.tagName === 'BUTTON' && each.textContent);
          return !(label && label.trim());
        }).map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => Number(h.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 2 for before, after in itertools.pairwise(levels))
    assert page.locator("main").count() == page.locator("header").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
    assert {"A", "BUTTON", "SELECT", "INPUT", "SUMMARY"} <= reached
    assert page.evaluate(
        "[...document.querySelectorAll('[tabindex]')].every((each) => each.tabIndex <= 0)"
    )


def test_the_page_speaks_chinese(figures: Figures, open_page: Open) -> None:
    page = open_page(figures, language="zh").page
    assert page.evaluate("document.documentElement.lang") == "zh"
    for head in page.locator("h2").all_inner_texts():
        assert re.search("[一-鿿]", head)
    assert "丢弃" in page.locator("#reasons").inner_text()


def test_two_runs_stand_beside_each_other(figures: Figures, open_page: Open) -> None:
    fates = [row for row in figures["fates"] if row[2] < 0]
    other = {**figures, "name": "other", "fates": fates, "failed": []}
    opened = open_page(other, figures)
    opened.draw_all()
    page = opened.page
    assert page.locator("#funnel .chart").count() == 2
    heads = page.locator("#reasons thead th").all_inner_texts()
    assert heads[1] == "first: other"
    changes = page.locator("#reasons tbody td:nth-child(4)").all_inner_texts()
    assert changes[0].startswith("+")
    page.locator("label", has_text="Run shown below").locator("select").select_option("0")
    assert page.locator("#distributions .card").count() > 10


def test_an_empty_run_has_a_page_without_charts(figures: Figures, open_page: Open) -> None:
    nothing: dict[str, Any] = {
        **figures, "documents": 0, "counted": 0, "fates": [], "failed": [], "findings": [],
        "reasons": [], "quantities": [], "points": [], "clusters": [], "jaccard": [], "shares": [],
        "samples": [], "sources": [], "languages": [],
    }  # fmt: skip
    page = open_page(nothing).page
    assert page.locator("#funnel").inner_text().endswith("Nothing to show.")
    assert "Nothing was dropped." in page.locator("#reasons").inner_text()
