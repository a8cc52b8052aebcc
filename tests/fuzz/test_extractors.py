"""Extraction of anything: a text or a reason, in a time that the estimate has foreseen."""

from collections import Counter
from typing import Any

import damage
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from resiliparse.parse.html import HTMLTree

from corpus_pipeline.extract.blocks import scan_page
from corpus_pipeline.extract.charset import decode_bytes
from corpus_pipeline.extract.documents import extract_documents
from corpus_pipeline.extract.reasons import EXTRACT_REASONS
from corpus_pipeline.extract.steps import survey
from corpus_pipeline.extract.tree import normal_html

_LABELS = st.none() | st.text(max_size=10) | st.sampled_from(
    [
        *("utf-8", "gb2312", "big5", "shift_jis", "euc-kr", "iso-2022-jp", "iso-2022-kr", "utf-16"),
        *("hz-gb-2312", "utf-7", "x-user-defined", "replacement", "iso-8859-16", "koi8-u", "hex"),
        *("macintosh", "windows-874", "x-mac-cyrillic", "iso-8859-8-i", "\0", "utf-32", "rot13"),
    ]
)  # fmt: skip
_ELEMENTS = (
    *("div", "p", "b", "i", "a", "nobr", "span", "table", "tr", "td", "select", "option", "svg"),
    *("optgroup", "math", "mtext", "title", "textarea", "template", "object", "button", "form"),
    *("main", "ul", "li", "dd", "ruby", "rt", "h1", "pre", "frameset", "html", "body", "head"),
    *("style", "foreignObject", "x-y", "caption", "col", "br", "image", "noscript", "plaintext"),
)
_PARTS = st.one_of(
    st.sampled_from([f"<{name}>" for name in _ELEMENTS]),
    st.sampled_from([f"</{name}>" for name in _ELEMENTS]),
    st.sampled_from([f"<{name} a=b/>" for name in _ELEMENTS]),
    st.sampled_from(
        ["x", "<!--", "-->", "<!-->", "<![CDATA[", "]]>", '"', "'", "<p a=b='>", "&#0;"]
    ),
    st.sampled_from(["&#xd800;", "&amp", "<", ">", "</", "<!doctype html>", "<?", "\0", "\ufffd"]),
)


@given(st.lists(_PARTS, max_size=30), _LABELS, st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_tags_in_any_order(parts: list[str], label: str | None, charset: str) -> None:
    page = "".join(parts).encode(charset)
    damage.extract([raw_batch(page, "text/html", label)])


@given(st.binary(max_size=300), _LABELS, st.sampled_from(["text/html", "text/plain", "x", "", "/"]))
def test_any_bytes_under_any_label(data: bytes, label: str | None, mime: str) -> None:
    damage.extract([raw_batch(data, mime, label)])
    decoded = decode_bytes(data, label, markup=True)
    decoded.text.encode()


def raw_batch(page: bytes, mime: str, charset: str | None) -> pa.RecordBatch:
    return pa.record_batch(
        {
            "raw": pa.array([page], pa.binary()),
            "mime": pa.array([mime]),
            "charset": pa.array([charset], pa.string()),
            "text": pa.nulls(1, pa.string()),
            "drop_reason": pa.nulls(1, pa.string()),
        }
    )


def depths(html: str) -> int:
    """The sum of the depths of all elements, from the tree that the parser really makes."""
    total = 0
    body = HTMLTree.parse(html).body
    waiting: list[tuple[Any, int]] = [(body, 0)] if body else []
    while waiting:
        node, depth = waiting.pop()
        total += depth
        waiting += [(child, depth + 1) for child in node.child_nodes if child.tag[0] != "#"]
    return total


@given(st.lists(_PARTS, min_size=1, max_size=6))
def test_the_estimate_is_no_lower_than_the_tree(parts: list[str]) -> None:
    # Repeated: what matters is what grows with the square of the page.
    html = "".join(parts) * 60
    steps = survey(html.encode()).steps
    elements = html.count("<")
    assert depths(html) <= 4 * steps + 16 * elements, Counter(parts)


@given(st.lists(st.text(max_size=30), max_size=5))
def test_any_text(texts: list[str]) -> None:
    column = pa.array([text.encode("utf-8", "replace").decode() for text in texts], pa.string())
    nulls = pa.nulls(len(texts))
    found = extract_documents(
        nulls.cast(pa.binary()), nulls.cast(pa.string()), nulls.cast(pa.string()), column
    )
    assert set(found.reasons.to_pylist()) <= {None, *EXTRACT_REASONS}


_UNREAD_PARTS = st.sampled_from(
    [
        *("<script>", "</script>", "<script type='math/tex'>", "<style>", "</style>", "<!--"),
        *("-->", "<p>z"),
        *("<!-->", "--!>", "x", "<p>y</p>", "<title>", "</title>", "<textarea>", "</textarea>"),
        *("<!-", "<plaintext>", "<table>", "</table>", "<iframe>", "</iframe>", "'"),
        *("<a b='", "</"),
    ]
)  # fmt: skip


@given(st.lists(_UNREAD_PARTS, max_size=20))
def test_nobody_reads_what_the_survey_leaves_out(parts: list[str]) -> None:
    html = "".join(parts)
    survived = survey(html.encode()).page.decode()
    assert len(survived) <= len(html)
    whole = scan_page(normal_html(html).encode())
    reduced = scan_page(normal_html(survived).encode())
    assert reduced.text.tobytes() == whole.text.tobytes()
    assert (reduced.blocks == whole.blocks)[:, 1:].all()
