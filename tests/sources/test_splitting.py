"""Texts cut into segments: where, what becomes of ids, and that nothing is lost."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.sources import splitting
from corpus_pipeline.sources.records import RecordsBuilder
from corpus_pipeline.sources.shapes import SplitOptions
from corpus_pipeline.sources.splitting import segments, split_parts


def cut(text: str, **options: Any) -> list[str]:
    """The segments of a text."""
    [spans] = segments(pa.array([text]), SplitOptions(**options))
    return [text.encode()[slice(*span)].decode() for span in spans]


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("a|b||c", {"at": r"\|"}, ["a", "b", "", "c"]),
        ("a", {"at": r"\|"}, ["a"]),
        ("I x II y", {"at": r"I+ ", "found": "begins"}, ["", "I x ", "II y"]),
        ("é. 你。b", {"at": r"[.。] ?", "found": "ends"}, ["é. ", "你。", "b"]),
        # Without a place a length cuts, and overlaps.
        ("abcdefgh", {"max_chars": 3}, ["abc", "def", "gh"]),
        ("abcdef", {"max_chars": 3}, ["abc", "def"]),
        ("abcdefgh", {"max_chars": 4, "overlap": 2}, ["abcd", "cdef", "efgh"]),
        ("你好世界啊", {"max_chars": 2}, ["你好", "世界", "啊"]),
        # The last place that fits; one that ends behind the length is none.
        ("ab cd ef gh", {"max_chars": 6, "at": " "}, ["ab cd", "ef gh"]),
        ("ab cdef gh", {"max_chars": 6, "at": " "}, ["ab", "cdef", "gh"]),
        ("abcdefgh ij", {"max_chars": 4, "at": " ", "overlap": 1}, ["abcd", "defg", "gh", "ij"]),
        (" abcdef", {"max_chars": 4, "at": " ", "found": "begins"}, [" abc", "def"]),
        # White space goes with the word before it.
        ("one two, three four", {"max_words": 2}, ["one two, ", "three four"]),
        ("  one two", {"max_words": 1, "at": "zz"}, ["  one ", "two"]),
        ("a b c d e", {"max_words": 3, "overlap": 1}, ["a b c ", "c d e"]),
        ("", {"max_chars": 3}, [""]),
    ],
)  # fmt: skip
def test_segments(text: str, options: dict[str, Any], expected: list[str]) -> None:
    assert cut(text, **options) == expected


@given(
    st.lists(st.text("ab \n\ufdd0\ufdd1é你", max_size=40), max_size=4),
    st.sampled_from(["", " ", r"\n+", "ab", "a|é"]),
    st.sampled_from(["begins", "ends", "removed"]),
    st.sampled_from(["max_chars", "max_words", None]),
    st.integers(1, 9),
)
def test_segments_are_the_text_and_no_longer_than_asked(
    texts: list[str], at: str, found: Any, unit: str | None, length: int
) -> None:
    if not at and (unit is None or found != "removed"):
        return
    options = SplitOptions(at=at, found=found, **({} if unit is None else {unit: length}))
    column = pa.array(texts, pa.string())
    for text, spans in zip(texts, segments(column, options), strict=True):
        content = text.encode()
        parts = [content[slice(*span)].decode() for span in spans]
        assert [spans] == segments(pa.array([text]), options)
        if found != "removed" or not at:
            assert "".join(parts) == text
        if unit == "max_chars":
            assert max(map(len, parts)) <= length


def test_a_text_with_every_mark_is_cut_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "_MARKS", ["\ufdd0", "\ufdd1"])
    texts = pa.array(["a b", "\ufdd0 b", "\ufdd0 \ufdd1", None])
    assert [len(spans) for spans in segments(texts, SplitOptions(at=" "))] == [2, 2, 1, 0]


def test_rows_of_segments() -> None:
    rows = RecordsBuilder(1 << 20)
    [batch] = [
        *rows.add(0, id="a", url="u", metadata=b'{"n":1e999}', text=b"1|2| |3"),
        *rows.add(8, metadata=b'{"excerpt":"x"}', drop_reason="read-broken-json"),
        *rows.add(9, metadata=b'{"segment":7,"segment_of":"z"}', text=b"4|5"),
        *rows.add(10, id="c", text=b" | "),
        *rows.add(11, raw="\u00e9|\u00e9".encode("utf-16"), mime="text/plain"),
        *rows.add(12, raw=b"<p>a|b", mime="text/html"),
        *rows.finish(),
    ]
    counts: dict[str, int] = {}
    files = ["f", "f", "f", "g", "g", "g"]
    parts = list(split_parts([(files, batch)], SplitOptions(at=r"\|"), 60, counts.__setitem__))
    found = [row for _, part in parts for row in part.to_pylist()]
    assert [path for paths, _ in parts for path in paths] == list("ffffff") + list("gggg")
    assert [(row["record"], row["id"], row["text"]) for row in found] == [
        (0, "a#0", "1"), (0, "a#1", "2"), (0, "a#2", "3"), (8, None, None),
        (9, None, "4"), (9, None, "5"), (10, "c#0", " | "), (11, None, "é"), (11, None, "é"),
        (12, None, None),
    ]  # fmt: skip
    assert found[1]["metadata"] == '{"segment":1,"segment_of":"a","n":1e999}'
    assert json.loads(found[5]["metadata"]) == {"segment": 1, "segment_of": "z"}
    assert counts == {"split-segment": 4, "skipped-blank-segment": 1}
    assert {row["url"] for row in found[:3]} == {"u"}
    assert len(parts) > 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"at": "("}, "missing )"),
        ({"at": "a*"}, "finds the empty text"),
        ({"max_chars": 1, "max_words": 1}, "not both"),
        ({"max_chars": 0}, "at least 1"),
        ({"at": "a", "overlap": 1}, "takes a length"),
        ({"max_chars": 4, "overlap": 3}, "at most half of the length, 2, got 3"),
        ({"max_chars": 4, "found": "ends"}, "give `at`"),
        ({"at": "a", "found": "kept"}, "one of removed, begins, ends"),
    ],
)
def test_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        SplitOptions(**options)
    assert said in str(error.value)
