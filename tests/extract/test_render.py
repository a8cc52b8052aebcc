"""Lists, tables, programs and formulas of a page as text."""

import pytest

from corpus_pipeline.extract.html import extract_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ul><li>一<li>二</ul>", "- 一\n- 二"),
        ("<ol><li>one<li>two</ol>", "1. one\n2. two"),
        ("<ol start=9><li>nine<li>ten</ol>", "9. nine\n10. ten"),
        ("<ul><li>a<ul><li>b<ol><li>c</ol></ul><li>d</ul>", "- a\n  - b\n    1. c\n- d"),
        ("<ul><li><p>a</p><p>b</p></ul><p>c", "- a\nb\n\nc"),
        ("<dl><dt>词<dd>解释<dt>b<dd>c</dl>", "词\n解释\n\nb\nc"),
        ("<h1>题</h1><p>x<h2>y</h2>", "题\n\nx\n\ny"),
        ("<p>a<br>b<br><br>c", "a\nb\nc"),
        ("<p>a\n <b> b </b>c &lt; d&nbsp;&amp; e", "a b c < d & e"),
        ("<p>漢字<ruby>東<rp>(</rp><rt>とう</rt></ruby>", "漢字東"),
    ],
)  # fmt: skip
def test_paragraphs_and_lists(html: str, text: str) -> None:
    assert extract_html(html, main_content=False) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            "<table><tr><th>城市<th>人口<tr><td>北京<td>2189<tr><td>上海<td>2487</table>",
            "| 城市 | 人口 |\n| 北京 | 2189 |\n| 上海 | 2487 |",
        ),
        (
            "<table><tr><td>a<td><td>c<tr><td>d<td>e|f<td></table>",
            "| a | | c |\n| d | e\\|f | |",
        ),
        # One column, or much text in a cell: this is layout.
        ("<table><tr><td>a<tr><td>b</table>", "a\n\nb"),
        (
            f"<table><tr><td>{'字' * 300}<td>b<tr><td>c<td>d</table>",
            f"{'字' * 300}\n\nb\n\nc\n\nd",
        ),
        (
            "<table><tr><td>a<td>b<tr><td><table><tr><td>c<td>d<tr><td>e<td>f</table></table>",
            "a\n\nb\n\n| c | d |\n| e | f |",
        ),
    ],
)  # fmt: skip
def test_tables(html: str, text: str) -> None:
    assert extract_html(html, main_content=False) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<pre><code>if x:\n    y()</code></pre>", "```\nif x:\n    y()\n```"),
        (
            '<div class="highlight"><pre>\n\n\tmake  all\n\n</pre></div>',
            "```\n\tmake  all\n```",
        ),
        ("<pre>a = b;\n  c &lt;= d;</pre>", "```\na = b;\n  c <= d;\n```"),
        ("<pre>床前明月光，\n疑是地上霜。</pre>", "床前明月光，\n疑是地上霜。"),
        ("<pre><code>```\nx</code></pre>", "````\n```\nx\n````"),
        (
            '<table><tr><td class="lineno"><pre>1\n2</pre>'
            '<td class="code"><pre>a;\n b;</pre></table>',
            "```\na;\n b;\n```",
        ),
        ("<pre><code><div>a</div><div>  b</div></code></pre>", "```\na\n  b\n```"),
    ],
)
def test_programs(html: str, text: str) -> None:
    assert extract_html(html, main_content=False) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<p>设 <math alttext="x^2"><mi>x</mi></math> 为', "设 $x^2$ 为"),
        (
            '<p>a <math><semantics><mi>x</mi><annotation encoding="application/x-tex">y&lt;1'
            "</annotation></semantics></math>.",
            "a $y<1$.",
        ),
        ('<p>a <script type="math/tex">b_1</script> c', "a $b_1$ c"),
        ('<p>a <img class="mwe-math-fallback-image" alt="{\\displaystyle c}"> d', "a $c$ d"),
        ('<p>a <img class="photo" alt="noise"> d', "a d"),
    ],
)
def test_formulas(html: str, text: str) -> None:
    assert extract_html(html, main_content=False) == text
