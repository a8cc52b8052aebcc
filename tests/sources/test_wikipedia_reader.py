"""Dumps of Wikipedia: what becomes of each page, wherever a file is cut or damaged.

The dump has the form in which Wikimedia publishes them; its texts were written for it.
"""

import bz2
import gzip
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.pieces import Piece, detect_format

Read = Callable[..., tuple[list[dict[str, Any]], dict[str, int]]]

HEADER = """\
<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://www.mediawiki.org/xml/export-0.11/ \
http://www.mediawiki.org/xml/export-0.11.xsd" version="0.11" xml:lang="de">
  <siteinfo>
    <sitename>Wikipedia</sitename>
    <dbname>dewiki</dbname>
    <base>https://de.wikipedia.org/wiki/Wikipedia:Hauptseite</base>
    <generator>MediaWiki 1.45.0-wmf.5</generator>
    <case>first-letter</case>
    <namespaces>
      <namespace key="-2" case="first-letter">Medium</namespace>
      <namespace key="0" case="first-letter" />
      <namespace key="1" case="first-letter">Diskussion</namespace>
      <namespace key="6" case="first-letter">Ablage</namespace>
      <namespace key="14" case="first-letter">Schublade</namespace>
    </namespaces>
  </siteinfo>
"""
FOOTER = "</mediawiki>\n"


def page(
    title: str,
    text: str | None,
    *,
    number: int = 1,
    space: int = 0,
    redirect: str | None = None,
    model: str = "wikitext",
) -> str:
    """Writes a page; the text is escaped here. None: somebody has deleted it."""
    content = "" if text is None else text
    for sign, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        content = content.replace(sign, escaped)
    leads = "" if redirect is None else f'\n    <redirect title="{redirect}" />'
    size = len(content.encode())
    body = (
        '<text deleted="deleted" />'
        if text is None
        else f'<text bytes="{size}" sha1="abc" xml:space="preserve">{content}</text>'
    )
    return f"""\
  <page>
    <title>{title.replace("&", "&amp;")}</title>
    <ns>{space}</ns>
    <id>{number}</id>{leads}
    <revision>
      <id>{1000 + number}</id>
      <parentid>{900 + number}</parentid>
      <timestamp>2026-03-01T12:00:{number % 60:02}Z</timestamp>
      <contributor>
        <username>Example</username>
        <id>77</id>
      </contributor>
      <minor />
      <comment>&lt;page&gt; is no page</comment>
      <origin>{1000 + number}</origin>
      <model>{model}</model>
      <format>text/x-wiki</format>
      {body}
      <sha1>abc</sha1>
    </revision>
  </page>
"""


PAGES = (
    page("Eiche & Buche", "Die '''Eiche''' ist ein [[Baum]].[[Ablage:x.jpg]][[Schublade:B]]"),
    page("Diskussion:Eiche", "Reden", number=2, space=1),
    page("Eichen", "#WEITERLEITUNG [[Eiche]]", number=3, redirect="Eiche"),
    page("Gelöscht", None, number=4),
    page("Stil.css", "a { b: c }", number=5, model="css"),
    page("Linde", "== Leer ==\n== Blätter ==\nHerz&shy;förmig &lt;b&gt;.\n\n* a\n* b", number=6),
)
DUMP = (HEADER + "".join(PAGES) + FOOTER).encode()


def multistream(pages: Sequence[str], each: int) -> bytes:
    """Compresses a dump as Wikimedia does: header, so many pages in each stream, end."""
    parts = [HEADER, *("".join(pages[at : at + each]) for at in range(0, len(pages), each)), FOOTER]
    return b"".join(bz2.compress(part.encode()) for part in parts)


MANY = [page(f"Seite {n}", f"Text {n} {'ä' * (n % 17)}", number=n) for n in range(60)]


def test_every_page_is_a_record_a_reason_or_counted(read: Read) -> None:
    rows, counts = read(DUMP, "wikipedia")
    assert counts == {"skipped-namespace-1": 1}
    assert [(row["id"], row["drop_reason"], row["text"]) for row in rows] == [
        ("1", None, "Die Eiche ist ein Baum."),
        ("3", "read-redirect", None),
        ("4", "read-null-text", None),
        ("5", "read-not-text", None),
        ("6", None, "Blätter\n\nHerz\u00adförmig <b>.\n\n- a\n- b"),
    ]
    assert rows[0]["url"] == "https://de.wikipedia.org/wiki/Eiche_%26_Buche"
    assert json.loads(rows[0]["metadata"]) == {
        "language": "de", "revision": "1001", "timestamp": "2026-03-01T12:00:01Z",
        "title": "Eiche & Buche",
    }  # fmt: skip
    assert json.loads(rows[3]["metadata"])["model"] == "css"
    assert json.loads(rows[1]["metadata"])["excerpt"] == "#WEITERLEITUNG [[Eiche]]"
    for row in rows:
        assert DUMP[row["record"] :].startswith(b"<page>")


def test_the_last_revision_counts(read: Read) -> None:
    old = "<revision><id>1</id><text>old</text></revision><revision><id>2</id>"
    data = f"<mediawiki><page><title>a</title><ns>0</ns>{old}<text>new</text></revision></page>"
    [row], _ = read(data.encode(), "wikipedia")
    assert row["text"] == "new"
    assert json.loads(row["metadata"]) == {"revision": "2", "title": "a"}
    assert row["url"] is None


def compressed(data: bytes, compression: str | None) -> bytes:
    if compression == "gz":
        return gzip.compress(data)
    return bz2.compress(data) if compression == "bz2" else data


@pytest.mark.parametrize("compression", [None, "gz", "bz2"])
def test_compression_changes_nothing(read: Read, compression: str | None) -> None:
    assert read(compressed(DUMP, compression), "wikipedia", compression) == read(DUMP, "wikipedia")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("dewiki-20260301-pages-articles.xml", DUMP, ("wikipedia", None)),
        ("dewiki-20260301-pages-articles-multistream1.xml-p1p297012.bz2",
         multistream(PAGES, 2), ("wikipedia", "bz2")),
        ("dump", b'<?xml version="1.0"?>\n<!-- > -->' + DUMP, ("wikipedia", None)),
    ],
)  # fmt: skip
def test_a_dump_is_recognised(name: str, data: bytes, expected: tuple[str, str | None]) -> None:
    assert detect_format(name, data) == expected


@pytest.mark.parametrize(
    ("name", "data", "declared", "message"),
    [
        ("a.xml", b"<html><body>", "wikipedia", "lack the element <mediawiki>"),
        ("a.xml", b"", "wikipedia", "lack the element <mediawiki>"),
        ("a.xml", b"<?xml version='1.0'?><rss>", "auto", "neither its name nor"),
        ("a.jsonl", DUMP, "auto", "is wikipedia by its first bytes and not jsonl"),
    ],
)
def test_what_is_no_dump_is_refused(name: str, data: bytes, declared: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        detect_format(name, data, declared)


def _pieces(compression: str | None, borders: list[int]) -> list[Piece]:
    edges = sorted({0, *borders})
    ends = [*edges[1:], None]
    return [
        Piece("a", "wikipedia", compression, start, end)
        for start, end in zip(edges, ends, strict=True)
    ]


PLAIN = (HEADER + "".join(MANY) + FOOTER).encode()
#: As parallel compressors write: streams end anywhere, also inside a tag.
PARALLEL = b"".join(bz2.compress(PLAIN[at : at + 3001]) for at in range(0, len(PLAIN), 3001))


@pytest.mark.parametrize(
    ("data", "compression"),
    [(PLAIN, None), (multistream(MANY, 7), "bz2"), (PARALLEL, "bz2")],
    ids=["plain", "multistream", "parallel"],
)
def test_pieces_give_every_page_once(
    read: Read, cut: Callable[..., list[Piece]], data: bytes, compression: str | None
) -> None:
    whole = read(data, "wikipedia", compression)
    assert [row["text"] for row in whole[0]] == [row["text"] for row in read(PLAIN, "wikipedia")[0]]

    @given(st.lists(st.integers(1, len(data) + 10), max_size=9))
    def check(borders: list[int]) -> None:
        assert read(data, "wikipedia", pieces=_pieces(compression, borders)) == whole

    check()
    pieces = cut(data, "wikipedia", compression, len(data) // 3)
    assert len(pieces) >= 3
    assert read(data, "wikipedia", pieces=pieces) == whole


def test_every_border_inside_a_tag_is_tried(read: Read) -> None:
    whole = read(DUMP, "wikipedia")
    at = DUMP.index(b"</page>", 3000)
    for border in range(at - 2, at + 30):
        assert read(DUMP, "wikipedia", pieces=_pieces(None, [border])) == whole


def test_one_bzip2_stream_is_one_piece(cut: Callable[..., list[Piece]]) -> None:
    assert len(cut(bz2.compress(PLAIN), "wikipedia", "bz2", 1000)) == 1
    assert len(cut(compressed(PLAIN, "gz"), "wikipedia", "gz", 1000)) == 1


def reasons(rows: list[dict[str, Any]]) -> list[str | None]:
    return [row["drop_reason"] for row in rows]


def test_a_broken_stream_costs_its_pages_alone(read: Read) -> None:
    data = bytearray(multistream(MANY, 10))
    second = data.index(b"BZh9", data.index(b"BZh9", 5) + 5)
    data[second + 40] ^= 255
    rows, _ = read(bytes(data), "wikipedia", "bz2")
    assert reasons(rows)[:10] == reasons(rows)[-40:-30] == [None] * 10
    assert [row["text"] for row in rows[-40:]] == [
        f"Text {n} {'ä' * (n % 17)}".strip() for n in range(20, 60)
    ]
    # What the broken block gave before its checksum was wrong may look like pages.
    assert "read-truncated" in reasons(rows)[10:-40]
    for border in range(second - 1, second + 60, 7):
        assert read(bytes(data), "wikipedia", pieces=_pieces("bz2", [border]))[0] == rows


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda data: data[: data.rindex(b"<text")], [None, "read-truncated"]),
        (lambda data: data.replace(b"</page>\n  <page>", b"\n  <page>", 1),
         ["read-broken-record", None]),
        (lambda data: data.replace(b"</page>", b"</page> what?", 1),
         [None, "read-broken-record", None]),
        (lambda data: data.replace(b"<ns>", b"<ns><ns>", 1), ["read-broken-record", None]),
        (lambda data: data.replace(b"Text 0", b"Te\xff\xff 0"), ["read-invalid-utf8", None]),
        (lambda data: data.replace(b"Text 0", b"&evil; 0"), ["read-broken-record", None]),
        (lambda data: data.replace(b"<title>", b"<!DOCTYPE a><title>", 1),
         ["read-broken-record", None]),
        (lambda data: data.replace(b"</mediawiki>", b""), [None, None]),
        (lambda data: data + data, [None, None, None, None]),
    ],
)  # fmt: skip
def test_damage_costs_one_page(
    read: Read, damage: Callable[[bytes], bytes], expected: list[str | None]
) -> None:
    data = (HEADER + "".join(MANY[:2]) + FOOTER).encode()
    rows, _ = read(damage(data), "wikipedia")
    assert reasons(rows) == expected
    for row in rows:
        assert (row["text"] is None) == (row["drop_reason"] is not None)


def test_entities_of_a_document_type_are_never_expanded(read: Read) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    data = f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]>{HEADER}<page><title>&l9;</title></page>'
    rows, _ = read(data.encode(), "wikipedia")
    assert reasons(rows) == ["read-broken-record"]


def test_a_long_page_is_never_held_whole(read: Read) -> None:
    long = page("Lang", "x" * (2 << 20), number=8)
    data = (HEADER + MANY[1] + long + MANY[2] + FOOTER).encode()
    rows, _ = read(data, "wikipedia", max_document_bytes=1 << 10)
    assert reasons(rows) == [None, "read-too-large", None]
    rows, _ = read(data, "wikipedia", max_document_bytes=1 << 20)
    assert reasons(rows) == [None, "read-too-large", None]


@pytest.mark.parametrize(
    "pattern",
    ["{{", "{{{", "[[", "{|\n", "-{", "<ref>", "<b>", "''", "<!--", "|-\n", "[http://a ", "{{a|",
     "}}", "]]", "|}\n", "== a ==\n", "* a\n", "&amp;amp;", "(", "<nowiki>", "{{{a|", "[[a|{{b|"],
)  # fmt: skip
def test_a_page_of_one_mark_is_read(read: Read, pattern: str) -> None:
    data = (HEADER + page("a", pattern * (200_000 // len(pattern))) + MANY[1] + FOOTER).encode()
    rows, _ = read(data, "wikipedia")
    assert len(rows) == 2
    assert rows[1]["text"] == "Text 1 ä"
