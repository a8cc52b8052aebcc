"""media_type: what browsers take a resource for, whatever its server calls it."""

import time

import pytest

from corpus_pipeline.sources.media_type import READABLE, media_type

PAGE = "<!DOCTYPE html>\n<html><p>今天天气很好</p></html>".encode()
XHTML = b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><p>x</p></html>'
HTML = "text/html"


@pytest.mark.parametrize(
    ("declared", "mime", "charset", "leniencies"),
    [
        (["text/html"], HTML, None, []),
        (['Text/HTML; Charset="GB2312"'], HTML, "gb2312", []),
        (["text/html;charset=utf-8;"], HTML, "utf-8", []),
        ([" text/plain ;x=y; charset = big5"], "text/plain", "big5", []),
        (["application/xhtml+xml"], "application/xhtml+xml", None, []),
        (["image/png"], "image/png", None, []),
        # Malformed, but a type begins it.
        (["text/html charset=utf-8"], HTML, "utf-8", ["media-type-malformed"]),
        (["text/html, text/html; charset=gbk"], HTML, "gbk", ["media-type-malformed"]),
        (["text/html; charset=gbk, text/html"], HTML, "gbk", ["media-type-malformed"]),
        (["text/html", "text/html; charset=gbk"], HTML, "gbk", ["media-type-malformed"]),
        (["text/html,"], HTML, None, ["media-type-malformed"]),
        (["text/html, */*"], HTML, None, ["media-type-malformed"]),
        (['"text/html"'], HTML, None, ["media-type-malformed"]),
        (["'text/html; charset=big5'"], HTML, "big5", ["media-type-malformed"]),
        (["text/html/utf-8"], HTML, None, ["media-type-malformed"]),
        (["text/html:charset=euc-kr"], HTML, "euc-kr", ["media-type-malformed"]),
        (["text/html\tcharset=utf-8"], HTML, "utf-8", ["media-type-malformed"]),
        (["text/plain, text/html"], HTML, None, ["media-type-malformed"]),
    ],
)
def test_what_the_server_says(
    declared: list[str], mime: str, charset: str | None, leniencies: list[str]
) -> None:
    assert media_type(declared, None, b"any bytes") == (mime, charset, leniencies)


NOTHING: tuple[list[str], ...] = (
    *([], [""], ["*/*"], ["html"], ["text"], [";charset=utf-8"], ["unknown/unknown"], ["text/*"]),
    *(["application/octet-stream"], ["binary/octet-stream"], ["application/x-unknown"], ["%"]),
    *(["text/html_charset=utf-8"], ["text/htm"], ["Unknown/Unknown; charset=utf-8"]),
)


@pytest.mark.parametrize("declared", NOTHING)
def test_what_the_crawl_says_where_the_server_says_nothing(declared: list[str]) -> None:
    found = media_type(declared, "Text/HTML", b"any bytes")
    assert (found.mime, found.leniencies) == (HTML, ["media-type-identified"])
    assert media_type(declared, "image/png", PAGE).mime == "image/png"
    assert media_type(declared, "application/pdf", b"x").mime not in READABLE
    assert media_type(["image/png"], HTML, PAGE).mime == "image/png"


HTML_STARTS = (
    *(PAGE, b"  \r\n<HTML lang=en>", b"<!doctype HTML>", b"<head>", b"<body >", b"<script>"),
    *(b"<!-- a --><!-- b -->\n<title>", b"\xef\xbb\xbf<p>", b"<table border=1>", b"<h1>", b"<br/>"),
    *(XHTML, PAGE.decode().encode("utf-16"), PAGE.decode().encode("utf-16-le")),
    b"Warning: mysql_connect() failed in /a/b.php on line 3\n<html>",
)
OTHER_STARTS = (
    *(b"", b"who knows", b'{"page": "<html><p>"}', b'["<html>"]', b"var page = '<html>';"),
    *(b"// a\nfunction f() { return '<html>' }", b"body { color: red }", b"a,b\n1,2", b"<svg>"),
    *(b"<?xml version='1.0'?><rss><title>", b"<pre-x>", b"%PDF-1.4 <html>", b"\x89PNG\r\n\x1a\n"),
    *(b"PK\x03\x04<html>", b"\x1f\x8b\x08\0<html>", b"GIF89a<html>", b"\xff\xd8\xff<html>"),
)


@pytest.mark.parametrize("declared", NOTHING)
def test_what_the_bytes_say_where_nobody_says_anything(declared: list[str]) -> None:
    for body in HTML_STARTS:
        assert media_type(declared, None, body)[::2] == (HTML, ["media-type-sniffed"]), body
    for body in OTHER_STARTS:
        found = media_type(declared, None, body)
        assert found.mime not in READABLE, body
        assert "media-type-sniffed" not in found.leniencies


def test_pictures_and_archives_are_no_pages_whoever_says_so() -> None:
    for start in (
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04",
        b"GIF87a",
        b"\xff\xd8\xff\xe0",
    ):
        for declared in (["text/html"], ["text/plain"], []):
            assert media_type(declared, None, start + b"<html>").mime == "application/octet-stream"
        assert media_type(["text/html"], "application/pdf", start).mime == "application/pdf"
    assert media_type(["text/html"], None, b"PKW and GIFs, %PDF-1.7").mime == HTML


def test_xml_is_read_if_it_is_xhtml() -> None:
    for declared in ("text/xml", "application/xml; charset=utf-8"):
        assert media_type([declared], None, XHTML).mime == "application/xhtml+xml"
        doctype = b'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">' + XHTML[22:]
        assert media_type([declared], None, doctype).mime == "application/xhtml+xml"
        for other in (b"<?xml version='1.0'?><rss/>", b"<feed/>", b"<htmlx>", b""):
            assert media_type([declared], None, other).mime == declared.partition(";")[0]


def test_hostile_beginnings_take_no_time() -> None:
    for body in (
        b"<!--a-->" * 200 + b"x",
        b"<!--" * 400,
        b" " * 1500,
        b"<?xml" * 300,
        b"-->" * 500,
    ):
        start = time.process_time()
        media_type([], None, body)
        media_type(["text/xml"], None, body)
        assert time.process_time() - start < 1  # It would be years.
