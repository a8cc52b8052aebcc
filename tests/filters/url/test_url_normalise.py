"""One form of addresses: a table, a slow twin, and that the form of a form is itself."""

import re
import string

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.filters.url.normalise import normalise_urls
from corpus_pipeline.filters.url.suffixes import registered_domains


def one(url: str | None) -> str | None:
    found: str | None = normalise_urls(pa.array([url], pa.string())).column.to_pylist()[0]
    return found


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://example.com", "http://example.com/"),
        ("HTTP://User:Pass@WWW.Example.COM:80/A/b", "http://www.example.com/A/b"),
        ("https://example.com:443?a=1", "https://example.com/?a=1"),
        ("https://example.com:80/", "https://example.com:80/"),
        ("http://example.com:00080/", "http://example.com/"),
        ("http://example.com:/", "http://example.com/"),
        ("http://example.com:0/", "http://example.com/"),
        ("ftp://example.com:21/x", "ftp://example.com:21/x"),
        ("http://example.com.:8080/", "http://example.com:8080/"),
        ("http://example.com../", "http://example.com/"),
        ("  http://example.com/a b\n", "http://example.com/a%20b"),
        ("http://example.com/a\tb", "http://example.com/ab"),
        ("http:\\\\example.com\\a", "http://example.com/a"),
        ("//example.com/x", "http://example.com/x"),
        ("example.com/x", "http://example.com/x"),
        ("example.com:8080/x", "http://example.com:8080/x"),
        ("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]/x"),
        ("http://127.0.0.1/x", "http://127.0.0.1/x"),
        ("http://a.com/x#top", "http://a.com/x"),
        ("http://a.com/x?#top", "http://a.com/x"),
        ("http://a.com/#!x", "http://a.com/"),
        ("http://a.com/%7euser/%e4%b8%ad%2F%41", "http://a.com/~user/%E4%B8%AD%2FA"),
        ("http://a.com/文?名=值", "http://a.com/%E6%96%87?%E5%90%8D=%E5%80%BC"),
        ("http://a.com/100%/%zz", "http://a.com/100%/%zz"),
        ("http://a.com/x?utm_source=a&id=3&UTM_Medium=b", "http://a.com/x?id=3"),
        ("http://a.com/x?gclid=1&fbclid=2", "http://a.com/x"),
        ("http://a.com/x?gclids=1&xutm_a=2&utmost=3", "http://a.com/x?gclids=1&xutm_a=2&utmost=3"),
        ("http://a.com/x?a&&b=&", "http://a.com/x?a&b="),
        ("http://a.com/x?b=2&a=1", "http://a.com/x?b=2&a=1"),
        ("http://a.com/x?a=b?c=d", "http://a.com/x?a=b?c=d"),
        ("http://a.com/x;jsessionid=4F5?a=1", "http://a.com/x?a=1"),
        ("http://a.com/x;JSESSIONID=4F5;v=1/y", "http://a.com/x;v=1/y"),
        ("http://a.com/x?PHPSESSID=1&sid=12", "http://a.com/x?sid=12"),
        ("http://a.com/x?sid=" + "0aF" * 10 + "12&t=1", "http://a.com/x?t=1"),
        ("http://a.com/x?sid=" + "0aG" * 10 + "12", "http://a.com/x?sid=" + "0aG" * 10 + "12"),
        ("http://a.com/x?ASPSESSIONIDQAZ=1", "http://a.com/x"),
        (
            "https://detail.tmall.com/item.htm?spm=a1z&id=5",
            "https://detail.tmall.com/item.htm?id=5",
        ),
        ("http://例子.中国/", "http://xn--fsqu00a.xn--fiqs8s/"),
        ("http://例子。中国/", "http://xn--fsqu00a.xn--fiqs8s/"),
        ("http://XN--FSQU00A.xn--fiqs8s/", "http://xn--fsqu00a.xn--fiqs8s/"),
        ("http://Bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://ｅｘａｍｐｌｅ.com/", "http://example.com/"),
        ("http://ex%61mple.com/", "http://example.com/"),
        ("http://a_b.example.com/", "http://a_b.example.com/"),
        ("file:///etc/passwd", None),
        ("urn:isbn:123", None),
        ("mailto:a@example.com", None),
        ("a@example.com", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("http://", None),
        ("http://./", None),
        ("http://a b.com/", None),
        ("http://a.com:8a/", None),
        ("http://%ff.com/", None),
        ("http://\u200b.com/" + "x", None),
        ("page", None),
        ("", None),
        (None, None),
    ],
)
def test_one_form(url: str | None, expected: str | None) -> None:
    assert one(url) == expected
    assert one(expected) == expected, "the form is kept"


def test_columns_and_slices() -> None:
    urls = pa.array(["http://A.com/1", None, "http://例子.cn/2", "x", "http://b.com/3"])
    expected = ["http://a.com/1", None, "http://xn--fsqu00a.cn/2", None, "http://b.com/3"]
    assert normalise_urls(urls).column.to_pylist() == expected
    assert normalise_urls(urls.slice(1, 3)).column.to_pylist() == expected[1:4]
    assert normalise_urls(pa.array([], pa.string())).column.to_pylist() == []
    found = normalise_urls(urls)
    hosts = [bytes(found.data[a:b]).decode() for a, b in found.hosts]
    assert hosts == ["a.com", "", "xn--fsqu00a.cn", "", "b.com"]


TRACKING = re.compile(
    r"(?:utm_.*|gclid|_ga|spm|phpsessid|aspsessionid.*)", re.IGNORECASE | re.DOTALL
)
UNRESERVED = set((string.ascii_letters + string.digits + "-._~").encode())


def slow_escapes(text: str) -> str:
    out = ""
    for part in re.findall(r"%[0-9A-Fa-f]{2}|.", text, re.DOTALL):
        if len(part) == 3:
            out += chr(v) if (v := int(part[1:], 16)) in UNRESERVED else part.upper()
        elif part not in "\t\n\r":
            bad = part <= " " or part >= "\x7f" or part in '"<>^`{|}'
            out += "".join(f"%{byte:02X}" for byte in part.encode()) if bad else part
    return out


def slow_twin(rest: str) -> str:
    """What stands behind the host, as obviously as can be."""
    rest = re.sub(r"[\x00-\x20]+\Z", "", rest).partition("#")[0]
    path, _, query = rest.partition("?")
    path = re.sub(r";jsessionid=[^;/\\]*", "", path, flags=re.IGNORECASE).replace("\\", "/")
    kept = [p for p in query.split("&") if p and not TRACKING.fullmatch(p.partition("=")[0])]
    path = slow_escapes(path if path.startswith("/") else "/" + path)
    return path + ("?" + "&".join(map(slow_escapes, kept)) if kept else "")


PIECES = st.sampled_from(
    ["/", "a", "B", "%7e", "%e4", "%", "%2", "文", " ", "\t", "?", "&", "=", "#", ";jsessionid=1",
     ";JSESSIONID=", ";", "\\", "utm_x", "utm_", "gclid", "gclid=1", "_ga", "spm=", "é", '"', "😀",
     "PHPSESSID=", "aspsessionidX=1", "\x7f", "+", ".."]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_equals_the_slow_twin(rest: str) -> None:
    for first in "/?":
        assert one("http://a.com" + first + rest) == "http://a.com" + slow_twin(first + rest)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40) | st.lists(PIECES, max_size=9).map("".join), max_size=4))
def test_any_text_fits_its_buffer_and_stays(urls: list[str]) -> None:
    urls = [*urls, *(f"http://a.b{url}" for url in urls)]
    found = normalise_urls(pa.array(urls, pa.string())).column
    found.validate(full=True)
    assert found.to_pylist() == [*map(one, urls)], "no row depends on its neighbours"
    assert all(url is None or (url.isascii() and "#" not in url) for url in found.to_pylist())


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.com", "example.com"),
        ("example.com", "example.com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("co.uk", ""),
        ("com", ""),
        ("x.y.kobe.jp", "x.y.kobe.jp"),
        ("x.city.kobe.jp", "city.kobe.jp"),
        ("www.gov.cn", "www.gov.cn"),
        ("shop.xn--fsqu00a.xn--fiqs8s", "xn--fsqu00a.xn--fiqs8s"),
        ("foo.blogspot.com", "blogspot.com"),
        ("a.b.unlisted", "b.unlisted"),
        ("localhost", ""),
        ("10.0.0.1", ""),
        ("[::1]", ""),
        ("", ""),
    ],
)
def test_registered_domains(host: str, domain: str) -> None:
    data = np.frombuffer(host.encode() + b"/x", np.uint8)
    begin = registered_domains(data, np.array([[0, len(host)]]))[0]
    assert host[begin:] == domain
