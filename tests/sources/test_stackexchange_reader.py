"""Posts of Stack Exchange: what becomes of each row, wherever a file is cut or damaged.

The rows have the form of the published dumps; their texts were written for them.
"""

import bz2
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.extract.documents import extract_documents
from corpus_pipeline.sources.pieces import Piece, detect_format

Read = Callable[..., tuple[list[dict[str, Any]], dict[str, int]]]

QUESTION = (
    '<row Id="1" PostTypeId="1" AcceptedAnswerId="3" CreationDate="2016-08-02T15:39:14.947" '
    'Score="9" ViewCount="537" Body="&lt;p&gt;How do I &lt;em&gt;reverse&lt;/em&gt; a list?'
    "&lt;/p&gt;&#xA;&lt;pre&gt;&lt;code&gt;a = [1, 2]&#xA;b = a[&amp;lt;0]&#xA;&lt;/code&gt;"
    '&lt;/pre&gt;" OwnerUserId="8" OwnerDisplayName="Jane Roe" LastEditorUserId="2" '
    'LastActivityDate="2021-07-08T10:45:23.250" Title="Lists &amp; &lt;b&gt;" '
    'Tags="&lt;python&gt;&lt;c++&gt;" AnswerCount="1" CommentCount="0" '
    'ContentLicense="CC BY-SA 4.0" />'
)
ANSWER = (
    '<row Id="3" PostTypeId="2" ParentId="1" CreationDate="2016-08-02T15:40:24.820" Score="-1" '
    'Body="&lt;p&gt;Slice it.&lt;/p&gt;" CommentCount="2" ContentLicense="CC BY-SA 3.0" />'
)
WIKI = '<row Id="4" PostTypeId="4" CreationDate="2016-08-02T15:50:00.000" Score="0" Body="x" />'
HEAD = '\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<posts>\r\n'
POSTS = f"{HEAD}  {QUESTION}\r\n  {ANSWER}\r\n  {WIKI}\r\n</posts>".encode()
ROWS = [
    f'<row Id="{n}" PostTypeId="{1 + n % 2}" Score="{n}" Body="Post {n} {"é" * (n % 9)}" />'
    for n in range(80)
]
MANY = "\n".join([HEAD, *ROWS, "</posts>"]).encode()


def test_every_row_is_a_record_or_counted(read: Read) -> None:
    rows, counts = read(POSTS, "stackexchange")
    assert counts == {"skipped-post-type-4": 1}
    assert [(row["id"], row["mime"]) for row in rows] == [
        ("1", "text/html; fragment=1"),
        ("3", "text/html; fragment=1"),
    ]
    assert json.loads(rows[0]["metadata"]) == {
        "type": "question", "title": "Lists & <b>", "score": 9, "accepted": 3,
        "created": "2016-08-02T15:39:14.947", "license": "CC BY-SA 4.0", "tags": ["python", "c++"],
    }  # fmt: skip
    assert json.loads(rows[1]["metadata"]) == {
        "type": "answer", "parent": 1, "score": -1, "created": "2016-08-02T15:40:24.820",
        "license": "CC BY-SA 3.0",
    }  # fmt: skip
    assert "Jane" not in str(rows)
    for row in rows:
        assert POSTS[row["record"] :].startswith(b"<row ")


def test_extract_keeps_all_of_a_post(read: Read) -> None:
    rows, _ = read(POSTS, "stackexchange")
    found = extract_documents(
        pa.array([row["raw"] for row in rows], pa.binary()),
        pa.array([row["mime"] for row in rows]),
        pa.nulls(2, "string"),
        pa.nulls(2, "string"),
    )
    assert found.texts.to_pylist() == [
        "Lists & <b>\n\nHow do I reverse a list?\n\n```\na = [1, 2]\nb = a[<0]\n```",
        "Slice it.",
    ]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("dumps/ai.stackexchange.com/Posts.xml", "https://ai.stackexchange.com/q/1"),
        ("s3://b/stackoverflow.com-Posts/Posts.xml", "https://stackoverflow.com/q/1"),
        ("dumps/Posts.xml", None),
    ],
)
def test_the_folder_names_the_site(read: Read, path: str, address: str | None) -> None:
    rows, _ = read(POSTS, "", pieces=[Piece(path, "stackexchange", None, 0, None)])
    assert rows[0]["url"] == address


@pytest.mark.parametrize("data", [POSTS, bz2.compress(POSTS)])
def test_posts_are_recognised(data: bytes) -> None:
    assert detect_format("Posts.xml", data)[0] == "stackexchange"


@given(st.lists(st.integers(1, len(MANY) + 5), max_size=9))
def test_pieces_give_every_post_once(read: Read, borders: list[int]) -> None:
    edges = sorted({0, *borders})
    pieces = [
        Piece("a", "stackexchange", None, start, end)
        for start, end in zip(edges, [*edges[1:], None], strict=True)
    ]
    assert read(MANY, "", pieces=pieces) == read(MANY, "stackexchange")


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda data: data[: data.index(b'<row Id="3"') + 30], [None, "read-truncated"]),
        (lambda data: data.replace(b'" />\r\n  <row Id="3"', b'<row Id="3"'),
         ["read-broken-record", None]),
        (lambda data: data.replace(b"/>\r\n", b"/>\r\n\x00\xff what\r\n", 1),
         [None, "read-broken-record", None]),
        (lambda data: data.replace(b"Slice", b"\xff\xfe"), [None, "read-invalid-utf8"]),
        (lambda data: data.replace(b"Slice", b"&lol;"), [None, "read-broken-record"]),
        (lambda data: data.replace(b"Slice", b"&#0;"), [None, "read-broken-record"]),
        (lambda data: data.replace(b' Body="&lt;p&gt;Slice it.&lt;/p&gt;"', b""),
         [None, "read-null-text"]),
        (lambda data: data.replace(b"Slice", b"x" * 2_000_000), [None, "read-too-large"]),
        (lambda data: data.replace(b'Score="-1"', b'Score="lots"'), [None, None]),
    ],
)  # fmt: skip
def test_damage_costs_one_post(
    read: Read, damage: Callable[[bytes], bytes], expected: list[str | None]
) -> None:
    rows, _ = read(damage(POSTS), "stackexchange", max_document_bytes=1 << 20)
    assert [row["drop_reason"] for row in rows] == expected
