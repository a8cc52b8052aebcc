"""extract_documents: every row gets a text, a reason, or was unreadable before."""

import pyarrow as pa
import pytest
from resiliparse.parse.html.exception import HTMLParserException

from corpus_pipeline.extract import documents
from corpus_pipeline.extract.documents import (
    Extracted,
    ExtractOptions,
    extract_documents,
)
from corpus_pipeline.extract.reasons import EXTRACT_REASONS
from corpus_pipeline.extract.steps import survey

LAW = "第一条 为了规范公司的组织和行为，保护公司、股东、职工和债权人的合法权益，制定本法。"
PDF = bytes(range(32)) * 20
Row = tuple[bytes | None, str | None, str | None, str | None]

# raw, mime, charset, text -> text, reason
TABLE: list[tuple[Row, str | None, str | None]] = [
    ((None, None, None, "text\r\n"), "text", None),
    ((None, None, None, " \n"), None, "extract-empty"),
    ((None, None, None, None), None, None),
    ((LAW.encode("gbk"), "text/plain", "gb2312", None), LAW, None),
    ((LAW.encode(), None, None, None), LAW, None),
    ((f"<p>{LAW}</p>".encode("gbk"), "text/html", None, None), LAW, None),
    ((f"<p>{LAW}".encode(), "Text/HTML; charset=utf-8", "utf-8", None), LAW, None),
    ((f"<p>{LAW}".encode(), "application/xhtml+xml", None, None), LAW, None),
    ((b"<nav></nav>", "text/html", None, None), None, "extract-empty"),
    ((b"", "text/plain", None, None), None, "extract-empty"),
    ((b"PK", "application/zip", None, None), None, "extract-unknown-type"),
    ((b"%PDF", "application/pdf", None, None), None, "extract-failed"),
    ((PDF, "text/html", None, None), None, "extract-bad-charset"),
    # The markup is intact and long, the text is not: the share of the text decides.
    (
        (
            b"<p>" + b"<br />" * 900 + "坏".encode() * 9 + b"\xef\xbf\xbd" * 3,
            "text/html",
            None,
            None,
        ),
        None,
        "extract-bad-charset",
    ),
    ((b"x" * 5000, "text/plain", None, None), "x" * 5000, None),
    ((b"x" * 9000, "text/plain", None, None), "x" * 9000, None),
    ((b"x" * 9001, "text/plain", None, None), None, "extract-too-large"),
    ((b"<div>" * 1000 + b"x", "text/html", None, None), None, "extract-too-complex"),
]
OPTIONS = ExtractOptions(max_raw_bytes=9000, max_parser_steps=400_000)


def extract_rows(rows: list[Row], options: ExtractOptions | None = None) -> Extracted:
    types = (pa.binary(), pa.string(), pa.string(), pa.string())
    raw, mimes, charsets, texts = (
        pa.array([row[i] for row in rows], type_) for i, type_ in enumerate(types)
    )
    return extract_documents(raw, mimes, charsets, texts, options)


@pytest.mark.parametrize(("row", "text", "reason"), TABLE)
def test_one_row(row: Row, text: str | None, reason: str | None) -> None:
    extracted = extract_rows([row], OPTIONS)
    assert extracted.texts.to_pylist() == [text]
    assert extracted.reasons.to_pylist() == [reason]


def test_a_whole_batch_is_accounted_for() -> None:
    extracted = extract_rows([row for row, _, _ in TABLE], OPTIONS)
    assert extracted.texts.to_pylist() == [text for _, text, _ in TABLE]
    assert extracted.reasons.to_pylist() == [reason for _, _, reason in TABLE]
    elsewhere = {"extract-encrypted", "extract-timeout", "extract-broken-notebook"}
    assert {reason for _, _, reason in TABLE} == {None, *EXTRACT_REASONS} - elsewhere
    assert extracted.texts.type == extracted.reasons.type == pa.string()


def test_what_was_forgiven() -> None:
    rows: list[Row] = [
        (f"<p>{LAW}".encode() * 9 + b"\xe9", "text/html", "big5", None),
        (b"x", "text/plain", "klingon", None),
        (b"x", "text/plain", None, None),
        (None, None, None, "x"),
        (PDF, "text/html", "gbk", None),
    ]
    extracted = extract_rows(rows)
    assert extracted.leniencies.to_pylist() == [
        ["charset-overruled", "charset-bad-bytes"],
        ["charset-unknown"],
        None,
        None,
        ["charset-bad-bytes"],
    ]


def test_an_empty_batch() -> None:
    extracted = extract_rows([])
    assert len(extracted.texts) == len(extracted.reasons) == 0


class PanicException(BaseException):
    """What a panic in Rust looks like."""


@pytest.mark.parametrize("error", [HTMLParserException("bad"), PanicException("index")])
def test_a_parser_that_fails_fails_one_document(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(html: str) -> str:
        raise error

    monkeypatch.setattr(documents, "normal_html", fail)
    rows: list[Row] = [(b"<p>x", "text/html", None, None), (b"x", "text/plain", None, None)]
    extracted = extract_rows(rows)
    assert extracted.reasons.to_pylist() == ["extract-failed", None]
    assert extracted.texts.to_pylist() == [None, "x"]


def test_an_interrupt_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(html: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(documents, "normal_html", interrupt)
    with pytest.raises(KeyboardInterrupt):
        extract_rows([(b"<p>x", "text/html", None, None)])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_raw_bytes", 0),
        ("max_parser_steps", 0),
        ("max_bad_share", 1.5),
        ("timeout", 0),
        ("timeout", float("nan")),
        ("timeout", 1e9),
    ],
)
def test_options_are_checked(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        ExtractOptions(**{name: value})  # type: ignore[arg-type]


def reason_of(data: bytes, mime: str, options: ExtractOptions) -> str | None:
    """The reason of one raw document."""
    reason: str | None = extract_rows([(data, mime, None, None)], options).reasons[0].as_py()
    return reason


def test_a_page_of_as_many_steps_as_are_allowed_is_parsed() -> None:
    page = b"<div>" * 100 + "页".encode()
    steps, _ = survey(page, 10**9)
    assert reason_of(page, "text/html", ExtractOptions(max_parser_steps=steps)) is None
    fewer = ExtractOptions(max_parser_steps=steps - 1)
    assert reason_of(page, "text/html", fewer) == "extract-too-complex"


@pytest.mark.parametrize(("letters", "reason"), [(99, None), (98, "extract-bad-charset")])
def test_as_much_damage_as_is_allowed_is_kept(letters: int, reason: str | None) -> None:
    """One place of 100 characters, and one of 99; the markup hides it while the page is decoded."""
    page = "<!-- {} --><p>{}\ufffd</p>".format("-" * 500, "字" * letters).encode()
    assert reason_of(page, "text/html", ExtractOptions(max_bad_share=0.01)) == reason
