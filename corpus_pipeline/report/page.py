"""Writes the page: one HTML file that loads nothing, whatever the documents on it hold.

    figures ─► JSON in a script element that is no script ┐
    words, charts ─► the same                             ├─► page.html, with a policy that lets run
    page.css, *.js, Vega's scripts ─► inline, hashed      ┘   what is hashed and nothing else

What stands in documents is data: no character of it reaches the parser of HTML as markup, and the
scripts put it into the page as text alone.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from corpus_pipeline.report.charts import charts, scripts
from corpus_pipeline.report.words import Language, kinds_in, words_in

_FILES = Path(__file__).with_name("page_files")
#: The scripts of the page, in the order in which they run.
_SCRIPTS = (
    "dom.js", "charts.js", "overview.js", "funnel.js", "distributions.js", "tables.js",
    "documents.js", "deciding.js", "thresholds.js", "main.js",
)  # fmt: skip
#: What JSON may not hold inside a script element, and how it is written there.
_UNSAFE = {
    "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029",
}  # fmt: skip
_PLACE = re.compile(r"\{\{(\w+)\}\}")


def page(runs: Sequence[Mapping[str, Any]], language: Language, title: str) -> bytes:
    """Returns the page about one run, or about two beside each other.

    Args:
        runs: what `figures_of` returns, one or two of them.
        language: that the page speaks.
        title: of the page.
    """
    words = words_in(language)
    data = {
        "words": words,
        "kinds": kinds_in(language),
        "charts": charts(words),
        "runs": runs,
    }
    code = [_closed(scripts()), *map(_file, _SCRIPTS)]
    style = _file("page.css")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_source, code))}",
            f"style-src {_source(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    filled = {
        **{f"word_{key}": html.escape(word) for key, word in words.items()},
        "language": language,
        "title": html.escape(title),
        "policy": html.escape(policy),
        "style": style,
        "data": in_script(data),
        "scripts": "".join(f"<script>{each}</script>\n" for each in code),
    }
    text = _PLACE.sub(lambda place: filled[place[1]], _file("page.html"))
    # Nobody reads half of a pair of code units; Python would not write it.
    return text.encode("utf-8", "replace")


def in_script(value: Any) -> str:
    """Writes JSON that may stand in a script element.

    >>> in_script({"text": "</script><!-- &\\u2028"})
    '{"text":"\\\\u003c/script\\\\u003e\\\\u003c!-- \\\\u0026\\\\u2028"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&\u2028\u2029]", lambda found: _UNSAFE[found[0]], text)


def _source(code: str) -> str:
    """Names a script or style in a policy, by its hash."""
    digest = hashlib.sha256(code.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _closed(code: str) -> str:
    """Returns a script in which nothing ends the element that it stands in."""
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def _file(name: str) -> str:
    return (_FILES / name).read_text("utf-8")
