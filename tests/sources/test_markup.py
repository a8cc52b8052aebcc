"""Texts in markup inside records: each kind becomes what its own format becomes."""

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from corpus_pipeline.extract.documents import extract_documents

Read = Callable[..., tuple[list[dict[str, Any]], dict[str, int]]]


def lines(*texts: Any, **fields: Any) -> bytes:
    """JSON Lines with one text each."""
    return "".join(json.dumps({"text": text, **fields}) + "\n" for text in texts).encode()


@pytest.mark.parametrize(
    ("markup", "source", "text", "reason"),
    [
        ("wikitext", "An '''oak''' is a [[tree|plant]].{{cite}}", "An oak is a plant.", None),
        ("wikitext", "{{nowrap|a b}}\n[[Bild:x.jpg|mini|y]]", "a b", None),
        ("wikitext", "#REDIRECT [[Oak]]", None, "read-redirect"),
        ("wikitext", " #Weiterleitung: [[Eiche]]", None, "read-redirect"),
        ("wikitext", "# redirects\n# [[Oak]]", "1. redirects\n2. Oak", None),
        ("wikitext", "#重定向 [[橡树]]", None, "read-redirect"),
        ("wikitext", "", "", None),
        ("wikitext", None, None, "read-null-text"),
        ("latex", r"\newcommand{\R}{\mathbb{R}}" "\n" r"\section{S} $\R$% no",
         r"\section{S} $\mathbb{R}$", None),
        ("latex", "% withdrawn", None, "read-null-text"),
        ("wikitext", "<nowiki>" + "x" * 300 + "</nowiki>", None, "read-too-large"),
    ],
)  # fmt: skip
def test_text_of_markup(
    read: Read, markup: Any, source: Any, text: str | None, reason: str | None
) -> None:
    rows, counts = read(lines(source, title="T"), "jsonl", markup=markup, max_document_bytes=320)
    if reason == "read-too-large":
        rows, counts = read(lines(source), "jsonl", markup=markup, max_document_bytes=200)
    assert [(row["text"], row["drop_reason"]) for row in rows] == [(text, reason)]
    assert counts == {}


def test_variants_of_chinese_take_the_language(read: Read) -> None:
    data = lines("-{zh-hans:计算机;zh-hant:電腦}-")
    assert read(data, "jsonl", markup="wikitext", language="zh")[0][0]["text"] == "计算机"
    assert read(data, "jsonl", markup="wikitext")[0][0]["text"] != "计算机"


@pytest.mark.parametrize(("markup", "text"), [("html", None), ("fragment", "Home\n\nOne & two.")])
def test_pages_are_left_to_extract(read: Read, markup: Any, text: str | None) -> None:
    data = lines("<p class=nav>Home</p><p>One &amp; two.", None, url="https://a.example/")
    rows, _ = read(data, "jsonl", markup=markup)
    page, unreadable = rows
    assert (page["text"], page["charset"], page["drop_reason"]) == (None, "utf-8", None)
    assert page["raw"].decode().startswith("<p class=nav>")
    assert (unreadable["raw"], unreadable["mime"]) == (None, None)
    assert unreadable["drop_reason"] == "read-null-text"
    found = extract_documents(
        pa.array([page["raw"]], pa.binary()), pa.array([page["mime"]]),
        pa.array([page["charset"]]), pa.array([page["url"]]),
    )  # fmt: skip
    if text is not None:
        assert found.texts.to_pylist() == [text]


@pytest.mark.parametrize("markup", ["wikitext", "latex", "html"])
def test_files_in_other_charsets(read: Read, markup: Any) -> None:
    [row], _ = read("Grüße, '''Welt'''.".encode("utf-16"), "text", markup=markup)
    if markup == "html":
        assert (row["mime"], row["charset"], row["text"]) == ("text/html", None, None)
    else:
        assert row["text"].startswith("Grüße")
        assert (row["raw"], row["mime"]) == (None, None)
