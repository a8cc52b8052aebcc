"""Readers on damaged files: a row or a reason for everything, and no other error."""

import bz2
import contextlib
import gzip
import io
import json
import lzma
from collections.abc import Iterator
from functools import cache

import damage
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.pieces import cut_file, detect_format

DUMP = (
    "<mediawiki xml:lang='zh'><siteinfo><base>https://zh.wikipedia.org/wiki/X</base></siteinfo>"
    + "".join(
        f"<page><title>第{n}条</title><ns>0</ns><id>{n}</id><revision><text>规范 {{{{a|b}}}} "
        f"[[公司|组织]] -{{zh-cn:甲;zh-tw:乙}}-\n{{|\n| c || d\n|}}</text></revision></page>\n"
        for n in range(30)
    )
    + "</mediawiki>"
).encode()
POSTS = (
    "<posts>\n"
    + "".join(
        f'<row Id="{n}" PostTypeId="{1 + n % 2}" Score="{n}" Body="&lt;p&gt;第一条&lt;/p&gt;" />\n'
        for n in range(30)
    )
    + "</posts>"
).encode()
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gb2312\r\n%s\r\n%s"
PAGE = "<html><body><p>第一条 为了规范公司的组织和行为</p></body></html>".encode("gb18030")
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)
LINES = [
    json.dumps({"text": "你好 " * i, "id": i, "url": f"http://a/{i}", "n": [i, {"m": None}]})
    for i in range(20)
]
JSONL = "\n".join([*LINES, '{"text": "a\\ud800", "x": NaN}', "", "  ", "[1]"]).encode()


def record(content: bytes, kind: str = "response") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://a.cn/\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(content)}\r\n"
    )
    return head.encode() + b"\r\n" + content + b"\r\n\r\n"


RECORDS = [
    record(b"software: x", "warcinfo"),
    record(HTTP % (b"", PAGE)),
    record(HTTP % (b"Content-Encoding: gzip\r\n", gzip.compress(PAGE, mtime=0))),
    record(HTTP % (b"Transfer-Encoding: chunked\r\n", CHUNKED)),
    record("你好".encode(), "conversion"),
]
WARC = b"".join(RECORDS)


@cache
def parquet(**how: object) -> bytes:
    table = pa.table(
        {
            "text": ["你好 " * (i % 7) if i % 5 else None for i in range(60)],
            "id": list(range(60)),
            "lists": [[i, None] for i in range(60)],
            "structs": [{"a": str(i), "b": 1.5} for i in range(60)],
            "words": pa.array([f"w{i % 3}" for i in range(60)]).dictionary_encode(),
        }
    )
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=25, **how)
    return file.getvalue()


PRETTY = json.dumps([json.loads(line) for line in LINES], indent=2).encode()

#: Name -> (format, compression, whole file).
FILES: dict[str, tuple[str, str | None, bytes]] = {
    "jsonl": ("jsonl", None, JSONL),
    "jsonl.gz": ("jsonl", "gz", gzip.compress(JSONL, mtime=0)),
    "jsonl.zst": ("jsonl", "zst", zstandard.compress(JSONL)),
    "jsonl.bz2": ("jsonl", "bz2", bz2.compress(JSONL)),
    "jsonl.xz": ("jsonl", "xz", lzma.compress(JSONL)),
    "json": ("json", None, PRETTY),
    "json.gz": ("json", "gz", gzip.compress(PRETTY, mtime=0)),
    "warc": ("warc", None, WARC),
    "warc.gz": ("warc", "gz", b"".join(gzip.compress(each, mtime=0) for each in RECORDS)),
    "nested.warc.gz": ("warc", "gz", gzip.compress(gzip.compress(WARC, mtime=0), mtime=0)),
    "wet.zst": ("wet", "zst", zstandard.compress(WARC) * 2),
    "text": ("text", None, "第一条\n".encode() * 9),
    "text.gz": ("text", "gz", gzip.compress("第一条\n".encode() * 9, mtime=0)),
    "wikipedia": ("wikipedia", None, DUMP),
    "wikipedia.bz2": ("wikipedia", "bz2", bz2.compress(DUMP[:2500]) + bz2.compress(DUMP[2500:])),
    "stackexchange": ("stackexchange", None, POSTS),
    "parquet": ("parquet", None, parquet()),
    "parquet, plain": ("parquet", None, parquet(use_dictionary=False, compression="none")),
    "parquet, checksums": ("parquet", None, parquet(write_page_checksum=True)),
}
NAMES = st.sampled_from(sorted(FILES))


def read_all(name: str, data: bytes) -> None:
    """Reads, cuts and recognises a file; the one error that may come is an InputError."""
    format_, compression, _ = FILES[name]
    with one_line():
        damage.extract(damage.read(data, format_, compression))
    assert cut_file("a", io.BytesIO(data), len(data), format_, compression, 1000)
    with one_line():
        detect_format("a", data[:4096])


@contextlib.contextmanager
def one_line() -> Iterator[None]:
    """Allows an InputError, which has to be one line."""
    message = ""
    try:
        yield
    except InputError as error:
        message = str(error)
    assert "\n" not in message


@pytest.mark.parametrize("name", FILES)
def test_whole_files_are_read(name: str) -> None:
    batches = damage.read(FILES[name][2], *FILES[name][:2])
    texts = sum(batch["drop_reason"].null_count for batch in batches)
    assert (texts > 0) == (name != "nested.warc.gz")


@given(NAMES, st.integers(0, 2**32), st.integers(1, 64))
def test_flipped_bits(name: str, seed: int, bits: int) -> None:
    read_all(name, damage.flipped(FILES[name][2], seed, bits))


@given(NAMES, st.integers(0, 1 << 14))
def test_cut_off(name: str, length: int) -> None:
    read_all(name, FILES[name][2][:length])


@given(NAMES, st.integers(0, 1 << 14), st.integers(0, 64), st.binary(max_size=64))
def test_a_part_replaced(name: str, at: int, removed: int, inserted: bytes) -> None:
    read_all(name, damage.spliced(FILES[name][2], at, removed, inserted))


@given(NAMES, st.binary(max_size=200))
def test_something_else(name: str, data: bytes) -> None:
    read_all(name, data)


@given(NAMES, NAMES)
def test_one_file_behind_another(name: str, other: str) -> None:
    read_all(name, FILES[name][2] + FILES[other][2])


_SIGNS = st.sampled_from(
    [
        *(
            "WARC/1.0\r\n",
            "\r\n",
            "\r\n\r\n",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 9e9 \r\n",
            ":",
            "\0",
        ),
        *("WARC-Type: response\r\n", "WARC-Type: conversion\r\n", "Content-Length: -1\r\n"),
        *("Content-Length: 5\r\n", "Content-Length: 99999999999999\r\n", "Content-Length: \r\n"),
        *("Content-Type: application/http\r\n", "Content-Type: text/html; charset=\xff\r\n"),
        *("Transfer-Encoding: chunked\r\n", "Content-Encoding: br\r\n", "5\r\n", "-5\r\n"),
        *("Content-Encoding: gzip, gzip, deflate\r\n", "FFFFFFFFFFFFFFFFF\r\n", "WARC-Type:\r\n"),
        *("WARC-Record-ID: <urn:uuid:\xed\xa0\x80>\r\n", "WARC-Target-URI: \xff\r\n", "<html>"),
    ]
)


@given(st.lists(_SIGNS, max_size=20))
def test_headers_in_any_order(signs: list[str]) -> None:
    content = "".join(signs).encode("latin-1")
    damage.extract(damage.read(content, "warc"))
    damage.extract(damage.read(record(content), "warc"))


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(10**40), 10**40) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "id", "url", "x", "\ud800"]), inner, max_size=3)
    ),
)


@given(st.lists(_JSON, max_size=4), st.booleans())
def test_json_of_any_shape(values: list[object], escaped: bool) -> None:
    lines = [json.dumps(value, ensure_ascii=escaped) for value in values]
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    batches = damage.read(data, "jsonl")
    assert sum(batch.num_rows for batch in batches) == len(values)


@given(st.sampled_from(["utf-16", "utf-16-le", "utf-32", "gb18030", "utf-8-sig", "cp500"]))
def test_json_in_other_charsets(charset: str) -> None:
    text = JSONL.decode()
    damage.read(text.encode(charset), "jsonl")


_COLUMNS = st.sampled_from(
    [
        pa.array(["a", None]),
        pa.array(["a", None], pa.large_string()),
        pa.array([b"\xff", b"a"]),
        pa.array([1, None]),
        pa.array([1.5, float("nan")]),
        pa.array([[["a"]], []]),
        pa.array([{"b": b"\xff"}, None]),
        pa.array([10**15, None], pa.timestamp("ns")),
        pa.array([2**62, None], pa.timestamp("us", "UTC")),
        pa.array([0, None], pa.timestamp("us", "Nowhere/Land")),
        pa.array([2**31 - 1, -(2**31)], pa.date32()),
        pa.array([None, None]),
        pa.array([{"k": [1]}, {}], pa.struct({"k": pa.list_(pa.int8())})),
        pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int8())),
        pa.array(["x", "x"]).dictionary_encode(),
        pa.array([10**35, None], pa.decimal128(38, 2)),
        pa.array([2**62, None], pa.duration("s")),
        pa.array([86399, None], pa.time32("s")),
    ]
)


@given(st.dictionaries(st.sampled_from(["text", "id", "url", "x", "x.y", ""]), _COLUMNS))
def test_parquet_of_any_type(columns: dict[str, pa.Array]) -> None:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    with one_line():
        batches = damage.read(file.getvalue(), "parquet")
        assert sum(batch.num_rows for batch in batches) == 2
