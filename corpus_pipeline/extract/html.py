"""Text of web pages: parsed, cut into blocks, chosen, written.

page ─ steps.survey     ─► the same without scripts, styles and comments
     ─ tree.normal_html ─► HTML, every element closed      (native; apart for large pages)
     ─ blocks.scan_page ─► tables of elements and blocks
     ─ main_text.choose ─► the blocks of the main text
     ─ render.render    ─► text, with lists, tables and programs as in Markdown
"""

import numpy as np

from corpus_pipeline.extract.blocks import scan_page
from corpus_pipeline.extract.main_text import choose
from corpus_pipeline.extract.outline import outline
from corpus_pipeline.extract.render import render
from corpus_pipeline.extract.steps import survey
from corpus_pipeline.extract.tree import normal_html


def page_text(html: bytes, *, main_content: bool = True, comments: bool = False) -> str:
    """Takes the text out of a page that `tree.normal_html` has written.

    Time and memory are linear in the page.

    Args:
        html: UTF-8.
        main_content: leave out navigation, headers, footers, sidebars, adverts.
        comments: count readers' comments as main content.
    """
    page = scan_page(html)
    if main_content:
        kept, found = choose(page, comments=comments)
    else:
        found = outline(page, 2)
        kept = np.copy(found.shown)
    return render(page, kept, found.shown, found.hints)


def extract_html(html: str, *, main_content: bool = True, comments: bool = False) -> str:
    """Parses a page and takes its text.

    Left out are links' targets, alternative texts of images (but formulas), forms and what is
    hidden.

    Raises:
        resiliparse.parse.html.exception.HTMLParserException: the page cannot be parsed.

    >>> extract_html("<nav><a href=/>Home</a></nav><main><p>今天天气很好。<p>Two</main>")
    '今天天气很好。\\n\\nTwo'
    """
    page = survey(html.encode()).page.decode()
    return page_text(normal_html(page).encode(), main_content=main_content, comments=comments)
