"""extract_html and the estimate that guards it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.extract.html import extract_html
from corpus_pipeline.extract.steps import survey

PAGE = """<!DOCTYPE html><html><head><title>_title</title><script>_script()</script></head><body>
<nav><ul><li><a href="/a">_home</a><li><a href="/b">_about</a></ul></nav>
<main><h1>中国公司法</h1><p>第一条　为了规范公司的组织和行为，制定本法。</p>
<ul><li>公司的股东依法享有资产收益的权利。</li><li>公司的债权人可以请求人民法院组成清算组。</li></ul>
<img alt="_picture" src="x.png"><p>公司应当保护<a href="https://_address.example">职工</a>的合法权益。
<table><tr><td>注册</td><td>资本</td></tr></table><pre>  code\n    line</pre></main>
<form><input value="_field"></form><footer>_footer</footer></body></html>"""


def test_main_text_only() -> None:
    text = extract_html(PAGE)
    assert "_" not in text
    for kept in (
        "中国公司法",
        "第一条　为了规范",
        "- 公司的股东",
        "职工",
        "注册",
        "code\n    line",
    ):
        assert kept in text


def test_whole_page() -> None:
    text = extract_html(PAGE, main_content=False)
    assert "_home" in text
    assert "_footer" in text
    assert "_script" not in text


def test_comments_on_request() -> None:
    page = f"<main><p>{'正文内容。' * 30}</p></main><div class=comments><p>{'评论' * 30}</p></div>"
    assert "评论" not in extract_html(page)
    assert "评论" in extract_html(page, comments=True)


@pytest.mark.parametrize(
    ("html", "steps"),
    [
        (b"", 0),
        (b"text < 3 <", 0),
        (b"<p>x" * 1000, 0),
        (b"<div>x</div>" * 1000, 1000),
        (b"<div>" * 1000, 499_500),
        (b"<DIV>" * 1000, 499_500),
        (b"<b>" * 10 + b"<p>" * 100, 45 + 1000),
        (b"<br>" * 9 + b"<img src=x>" * 9, 0),
        (b"<div/>" * 1000, 499_500),
        (b"<p " + b"a=1 " * 1000 + b">", 500_000),
        (b'<p title="' + b"a " * 1000 + b'">', 0),
        (b"<select>" + b"<option>x" * 100 + b"<select><option>", 4950),
        (b"<select>" + b"<option>x</option>" * 100 + b"</select>", 4950),
        (b"<!-- " + b"<div>" * 1000 + b"-->", 0),
        (b"<script>if (a<b) " + b"'<div>'" * 1000 + b"</script><p>", 1),
        (b"</div>" * 100, 0),
        # An end tag of something else closes nothing, nor one behind an object.
        (b"<div></b>" * 100, 9900 + 100),
        (b"<div></span>" * 100, 9900 + 100),
        (b"<div><object></div>" * 100, 6 * 4950 + 3 * 100),
        # Formatting elements outlive the block that they began in.
        (b"<div><b></div>" * 100, 3 * 4950 + 2 * 100 + 100),
        (b"<b></b>" * 100, 100),
        # The end of a form leaves open what was opened in it.
        (b"<form><div></form>" * 100, 6 * 4950 + 3 * 100),
        (b"<form><p></form>" * 100, 2 * 100),
        (b"<p-x>" * 100, 4950),
        (b"<textareax>" + b"<div>" * 100, 5050),
        (b"<optgroup>" * 100, 4950),
        (b"<main>" * 100, 4950),
        (b"<!-->" + b"<div>" * 100, 4950),
        (b"<!-- --!>" + b"<div>" * 100, 4950),
        (b'<p a=b=">' + b"<div>" * 100, 4950),
        (b"<p a = '>'>" + b"<div>" * 100, 4950),
        (b"<p " + b"a/" * 100 + b">", 5000),
        (b"<html a=1>" * 100, 4950),
        (b"<svg>" + b"<tr>" * 100, 5050),
        (b"<svg><style>" + b"<g>" * 100, 1 + 2 * 100 + 4950),
        (b"<svg>" + b"<g/>" * 100 + b"</svg>", 101),
        (b"<svg/>" * 100, 0),
        (b"<svg><p>" + b"<br>" * 100, 101),
    ],
)
def test_parser_steps(html: bytes, steps: int) -> None:
    assert survey(html).steps == steps


@given(st.text("<>/!-=\"' abdivscript", max_size=300))
def test_any_page_is_estimated_and_parsed(html: str) -> None:
    assert 0 <= survey(html.encode()).steps <= len(html) ** 2
    extract_html(html)


def test_the_estimate_ends_at_its_limit() -> None:
    steps = survey(b"<div>" * 100_000, 10_000).steps
    assert 10_000 < steps < 10_200
