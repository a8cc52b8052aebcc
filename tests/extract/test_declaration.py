"""declared_labels: what a browser would believe of what a page says of itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.extract.declaration import declared_labels

REAL = b'<meta charset="gbk">'


@pytest.mark.parametrize(
    ("head", "labels"),
    [
        (b"", []),
        (b'<meta charset="gbk">', ["gbk"]),
        (b"<META CHARSET=Big5 />", ["big5"]),
        (b"<meta\n\tcharset = 'euc-kr' >", ["euc-kr"]),
        (b"<meta/charset=gbk>", ["gbk"]),
        (b"<meta name=x charset=gbk>", ["gbk"]),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">', ["shift_jis"]),
        (b"<meta content='text/html;charset = \"gbk\"' http-equiv=content-type>", ["gbk"]),
        (b"<meta http-equiv=CONTENT-TYPE content=text/html;charset=gbk>", ["gbk"]),
        (b"<meta http-equiv=content-type content='charsets; charset=gbk; x'>", ["gbk"]),
        (b'<meta charset="gbk" charset="big5">', ["gbk"]),
        (b'<meta charset="klingon"><meta charset="gbk">', ["klingon", "gbk"]),
        (b'<?xml version="1.0" encoding="EUC-KR"?><html>', ["euc-kr"]),
        (b"<?xml version='1.0' encoding='EUC-KR'?><meta charset=gbk>", ["gbk", "euc-kr"]),
        (b"<noscript><meta charset=gbk></noscript>", ["gbk"]),
        (b"<html lang=zh data-x='>'><head>" + REAL, ["gbk"]),
        # Not a declaration.
        (b"<p>the charset=gbk of this page</p>", []),
        (b"<meta name=keywords content='charset=big5, text'>", []),
        (b"<meta name=keywords content='text/html; charset=big5'>", []),
        (b"<meta property=charset content=big5>", []),
        (b"<meta http-equiv=refresh content='0; charset=big5'>", []),
        (b"<meta data-charset=big5>", []),
        (b"<metadata charset=big5>", []),
        (b"</meta charset=big5>", []),
        (b"<script charset=big5 src=a></script>", []),
        (b"<link charset=big5>", []),
        (b"<form accept-charset=big5>", []),
        (b"<!-- <meta charset=big5> -->", []),
        (b"<!-- <p>old</p> <meta charset=big5> -->", []),
        (b"<!-- unclosed <meta charset=big5>", []),
        (b"<!DOCTYPE html <meta charset=big5>", []),
        (b"<div title='<meta charset=big5>'>", []),
        (b'<div title = "><meta charset=big5>">', []),
        (b"<a href=x?a='b' title=\"<meta charset=big5>\">", []),
        (b"<?php '<meta charset=big5>' ?>", []),
        *(
            (b"<%s><meta charset=big5></%s >" % (name, name), [])
            for name in (b"script", b"style", b"title", b"textarea", b"xmp", b"iframe", b"noframes")
        ),
        (b"<script>var a = '<meta charset=big5>';", []),
    ],
)
def test_declarations(head: bytes, labels: list[str]) -> None:
    assert list(declared_labels(head)) == labels


@pytest.mark.parametrize(
    "before",
    [
        b"<!-- <meta charset=big5> -->",
        b"<!-- <p>old</p>\n<meta charset=big5>\n-->",
        b"<!--><meta charset=gbk><!-- -->",
        b"<!-- a --!>",
        b"<!-- a -- > b -->",
        b"<script>if (a < b && c) document.write('<meta charset=big5>')</script>",
        b"<SCRIPT type=a>'</scripts><meta charset=big5>'</SCRIPT\n>",
        b"<title><meta charset=big5></title>",
        b"<meta name=keywords content='charset=big5'>",
        b"<meta name=a><meta content='charset=big5'>",
        b"<style>" + b"a { b: c }" * 3000 + b"</style>",
        b"< meta charset=big5>"[:2],
        b"<div title='it''s' class=\"a>b\" x=a'b>",
    ],
)
def test_what_stands_before_the_declaration(before: bytes) -> None:
    assert next(declared_labels(b"<html><head>" + before + REAL + b"</head>")) == "gbk"


def test_the_search_ends() -> None:
    assert list(declared_labels(b" " * 65_536 + REAL)) == []
    assert list(declared_labels(b" " * 60_000 + REAL)) == ["gbk"]


_PARTS = (
    *(b"<meta ", b"charset", b"=", b"'", b'"', b">", b"<!--", b"-->", b"</script>", b"<script>"),
    *(b" ", b"gbk", b"content=", b"\xff"),
)


@given(st.lists(st.sampled_from(_PARTS)))
def test_anything_is_searched(parts: list[bytes]) -> None:
    for label in declared_labels(b"".join(parts) * 50):
        assert label == label.lower()
