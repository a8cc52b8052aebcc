"""utf8_counts against Python's decoder, byte by byte."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.extract.utf8 import utf8_counts

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\ufffd"), max_size=40)
_CUT = re.compile(rb"(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})\Z")


@given(TEXT)
def test_valid_text(text: str) -> None:
    controls = len(re.findall("[\0-\x08\x0e-\x1a\x1c-\x1f]", text))
    long = [c for c in text if ord(c) >= 0x80]
    assert utf8_counts(text.encode()) == (len(long), len("".join(long).encode()), 0, controls)


@given(
    st.lists(st.binary(max_size=3) | st.sampled_from([b"\xe4\xbb\x8a", b"\xc3\xa9", b"\xf0\x9f"]))
)
def test_bad_places_are_those_of_the_decoder(parts: list[bytes]) -> None:
    """But for surrogates, overlong forms and the end, which have a table of their own."""
    data = b"".join(parts) + b"."
    data = re.sub(rb"[\xc0\xc1\xed]", b"\xc3", data)
    text = data.decode("utf-8", "replace")
    replaced = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    assert utf8_counts(data).bad == replaced
    assert utf8_counts(data).characters == sum(ord(c) >= 0x80 for c in text) - replaced


@pytest.mark.parametrize(
    ("data", "counts"),
    [
        (b"", (0, 0, 0)),
        (b"plain", (0, 0, 0)),
        ("天".encode()[:2], (0, 0, 0)),
        ("天".encode()[:1], (0, 0, 0)),
        ("天".encode()[:2] + b".", (0, 0, 1)),
        (b"\xed\xa0\xbd\xed\xb8\x80", (2, 0, 0)),
        (b"\xc0\x80\xc1\xbf", (0, 0, 2)),
        (b"\xc0.", (0, 0, 1)),
        (b"\x80\xbf\xff", (0, 0, 3)),
        (b"\xe0\x80\x80", (0, 0, 3)),
        (b"\xf4\x90\x80\x80.", (0, 0, 4)),
        ("没路".encode("gbk"), (2, 4, 0)),
        ("天气很好".encode("gbk"), (1, 2, 5)),
    ],
)
def test_counts(data: bytes, counts: tuple[int, int, int]) -> None:
    assert utf8_counts(data) == (*counts, 0)


def test_controls() -> None:
    data = bytes(range(0x20)) + "天".encode() + b"\0"
    assert utf8_counts(data) == (1, 3, 0, 0x20 - len(b"\t\n\v\f\r\x1b") + 1)
