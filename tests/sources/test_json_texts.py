"""JSON that is not one object on each line: the same documents, at the bytes where they begin."""

import gzip
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.errors import InputError
from corpus_pipeline.sources.json_values import is_lines, json_records
from corpus_pipeline.sources.pieces import Piece, detect_format
from corpus_pipeline.sources.reading import ReadOptions, read_piece

Row = dict[str, Any]
Read = Callable[..., tuple[list[Row], dict[str, int]]]

DOCUMENTS = [
    {"id": n, "text": text, "more": {"[": ["{", 'a"b\\', None]}}
    for n, text in enumerate(["你好，世界", 'quotes " and } brackets [', "two\nlines", ""])
]


def _pretty(value: object, indent: int | None = 2) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False)


LAYOUTS: dict[str, str] = {
    "one object": _pretty(DOCUMENTS[0]),
    "objects one after another": "\n".join(map(_pretty, DOCUMENTS)),
    "glued together": "".join(map(json.dumps, DOCUMENTS)),
    "with commas": ",\n".join(map(json.dumps, DOCUMENTS)),
    "pretty array": _pretty(DOCUMENTS),
    "array by tabs": json.dumps(DOCUMENTS, indent="\t"),
    "array without indentation": _pretty(DOCUMENTS, 0),
    "array on one line": json.dumps(DOCUMENTS),
    "two arrays": _pretty(DOCUMENTS[:2]) + "\n" + _pretty(DOCUMENTS[2:]),
    "array, object on each line": "[\n" + ",\n".join(map(json.dumps, DOCUMENTS)) + "\n]\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.json.gz"])
def test_every_layout_gives_the_documents(read: Read, layout: str, bom: bytes, name: str) -> None:
    content = bom + LAYOUTS[layout].encode()
    data = gzip.compress(content) if name.endswith("gz") else content
    assert detect_format(name, data)[0] == "json"
    rows, counts = read(data, *detect_format(name, data))
    expected = DOCUMENTS[:1] if layout == "one object" else DOCUMENTS
    assert [(row["id"], row["text"]) for row in rows] == [
        (str(each["id"]), each["text"]) for each in expected
    ]
    for row, each in zip(rows, expected, strict=True):
        assert json.JSONDecoder().raw_decode(content[row["record"] :].decode())[0] == each
        assert json.loads(row["metadata"]) == {"more": each["more"]}
    assert counts == {}


@pytest.mark.parametrize(
    ("head", "lines"),
    [
        (b"", True),
        (b'{"text": "a"}', True),
        (b'{"text": "a", "n": NaN}\n{"text": "b"}\n', True),
        (b'\n\n{"text": "a"}\n', True),
        (b'{"text": "cut\n{"text": "a"}\n', True),
        (b'{"text": "a", "n":\n{"text": "b"}\n{"text": "c"}\n', True),
        (b"broken\n{}\n", True),
        (b"{'text': 'python'}\n", True),
        ('{"text": "一'.encode()[:-1], True),
        (b"{\n", False),
        ('{\n  "text": "一'.encode()[:-1], False),
        (b'{\n  "text": tru', False),
        (b'{"text": "a",\n "n": 1}', False),
        (b'{"text": "a"} {"text": "b"}\n', False),
        (b' [\n{"text": "a"}', False),
    ],
)
def test_lines_are_told_from_texts(head: bytes, lines: bool) -> None:
    assert is_lines(head) == lines


def test_a_long_first_object_is_told_by_its_beginning() -> None:
    pretty = _pretty({"text": "长" * 50_000, "n": 1}).encode()
    line = json.dumps({"text": "长" * 50_000, "n": 1}).encode() + b"\n"
    assert not is_lines(pretty[: 1 << 16])
    assert is_lines(line[: 1 << 16])


@pytest.mark.parametrize("content", [b'["a", "b"]', b'[\n  "a"\n]'])
def test_arrays_of_strings_are_refused_with_a_remedy(content: bytes) -> None:
    with pytest.raises(InputError, match=r"a.json: holds an array of strings.*jq -c"):
        detect_format("a.json", content)


def _reasons(read: Read, text: str) -> list[tuple[int, str | None]]:
    rows, _ = read(text.encode(), "json")
    return [(row["record"], row["drop_reason"]) for row in rows]


def test_one_broken_object_costs_itself(read: Read) -> None:
    good = _pretty({"text": "好"})
    cut = '{\n  "text": "cut\n}'
    bracket = '{\n  "text": "a",\n  "more": {"n": 1\n}'
    for broken in ("{'text': 'python'}", cut, bracket, "rubbish", '{"text": "\\x"}'):
        text = f"{good}\n{broken}\n{good}\n"
        assert _reasons(read, text) == [
            (0, None),
            (len(good.encode()) + 1, "read-broken-json"),
            (len(f"{good}\n{broken}\n".encode()), None),
        ]


def test_what_is_cut_off_is_told(read: Read) -> None:
    array = _pretty([{"text": "一"}, {"text": "二"}])
    second = len(array[: array.index('{\n    "text": "二"')].encode())
    assert _reasons(read, array[:-2]) == [
        (4, None),
        (second, None),
        (array.encode().rindex(b"}") + 1, "read-truncated"),
    ]
    assert _reasons(read, array[:-8]) == [(4, None), (second, "read-truncated")]
    assert _reasons(read, '{\n "text": "一"') == [(0, "read-broken-json")]


def test_elements_that_are_no_documents(read: Read) -> None:
    reasons = _reasons(read, '[1, "a", null, ["b"], {"text": "c"}]')
    assert [reason for _, reason in reasons] == [
        "read-not-an-object", "read-not-an-object", "read-not-an-object", "read-not-an-object",
        None,
    ]  # fmt: skip


def test_documents_inside_an_object_are_no_document(read: Read) -> None:
    [row], _ = read(_pretty({"version": 1, "data": [{"text": "一"}]}).encode(), "json")
    assert row["drop_reason"] == "read-nested"
    assert json.loads(row["metadata"])["fields"] == "version, data[]"


def test_objects_that_are_too_long_are_passed_over(read: Read) -> None:
    long = {"text": "a", "other": "b" * 3_000_000}
    longer = {"text": "a", "other": ["你" * 900_000, [{"c": "d" * 900_000}] * 2]}
    text = _pretty([{"text": "一"}, long, longer, {"text": "二"}])
    rows, _ = read(text.encode(), "json", max_document_bytes=1000)
    assert [row["drop_reason"] for row in rows] == [None, "read-too-large", "read-too-large", None]
    assert len(rows[1]["metadata"]) < 1000


_VALUES = st.recursive(
    st.sampled_from(["", "a{b", 'q"x\\', "中[文", "tab\t\n", 1, -2.5e3, True, None]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", '{"', "\\", "]"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def _records(data: bytes, step: int, limit: int) -> list[tuple[int, bytes, str | None]]:
    blocks: Iterator[bytes] = (data[i : i + step] for i in range(0, len(data), step))
    return [(at, content, problem) for at, content, problem in json_records(blocks, limit, 10)]


@given(
    values=st.lists(
        st.dictionaries(st.sampled_from(["text", "n"]), _VALUES, max_size=2), max_size=4
    ),
    indent=st.sampled_from([None, 0, 1, "\t"]),
    step=st.integers(1, 60),
    limit=st.integers(10, 90),
    damage=st.lists(
        st.tuples(st.integers(0, 300), st.sampled_from(list(b'{}[]",:\n\\x '))), max_size=2
    ),
)
def test_records_do_not_depend_on_blocks(
    values: list[Any], indent: Any, step: int, limit: int, damage: list[tuple[int, int]]
) -> None:
    data = bytearray(json.dumps(values, indent=indent, ensure_ascii=False).encode())
    found = _records(bytes(data), step, 10**6)
    assert [json.loads(content) for _, content, _ in found] == values
    assert all(data[at : at + len(content)] == content for at, content, _ in found)
    too_long = [
        (
            at,
            content if len(content) <= limit else content[:10],
            "read-too-large" if len(content) > limit else None,
        )
        for at, content, _ in found
    ]
    assert _records(bytes(data), step, limit) == too_long
    for at, byte in damage:
        data[at % len(data)] = byte
    assert _records(bytes(data), step, 10**6) == _records(bytes(data), 10**6, 10**6)


def test_a_file_of_broken_brackets_is_read_once() -> None:
    """Each record opens a bracket that it does not close; none makes the rest be read again."""
    data = b'{"text": "a", "n": {"m": 1}\n' * 30_000
    assert len(_records(data, 1 << 20, 1 << 25)) == 30_000


def test_a_piece_of_json_is_the_whole_file() -> None:
    data = _pretty(DOCUMENTS).encode()
    [batch] = read_piece(
        io.BytesIO(data), Piece("a.json", "json", None, 0, None), ReadOptions(), lambda *_: None
    )
    assert batch.num_rows == len(DOCUMENTS)
