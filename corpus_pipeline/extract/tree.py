"""Pages as the parser understands them: Resiliparse's (lexbor), which is native and does 100 MB/s.

Some of the parser's steps take quadratic time and memory on hostile pages, and no signal ends it:
`steps.py` estimates that work first, and `parser_process.py` keeps large pages away from this
process. This module is all that the child process imports of the package, so it imports little
itself.
"""

from resiliparse.parse.html import HTMLTree


def normal_html(html: str) -> str:
    """Writes a page as browsers see it: every element closed, every value in quotes.

    Raises:
        resiliparse.parse.html.exception.HTMLParserException: the page cannot be parsed.

    >>> normal_html("<p class=a>今天<p>x&lt;y")
    '<html><head></head><body><p class="a">今天</p><p>x&lt;y</p></body></html>'
    """
    return str(HTMLTree.parse(html))
