"""normalise_texts against a table and against a slow twin written with str methods."""

import re
import unicodedata
from typing import Literal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.extract import normalise
from corpus_pipeline.extract.normalise import STABLE_RANGES, normalise_texts

WHITE = (
    "\t \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\ufeff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)


def slow_twin(text: str, max_blanks: int | None = None) -> str:
    text = re.sub("\r\n|[\n\x0b\x0c\r\x85\u2028\u2029]", "\n", text)
    text = REMOVED.sub("", text).replace("\xa0", " ")
    text = "\n".join(line.rstrip(WHITE) for line in text.split("\n"))
    text = re.sub("\n{3,}", "\n\n", text).strip(WHITE + "\n")
    if max_blanks is not None:
        text = re.sub(f"([{WHITE}]{{{max_blanks}}})[{WHITE}]+", r"\1", text)
    return unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("", ""),
        ("今天天气很好。", "今天天气很好。"),
        ("一\r\n二\r三\u2028四\u2029五\x85六\x0b七\x0c八", "一\n二\n三\n四\n五\n六\n七\n八"),
        ("　　第一条\u3000\n", "第一条"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a \n \t\n\u3000\nb", "a\n\nb"),
        ("a\r\r\n\nb", "a\n\nb"),
        ("  indented\n  stays", "indented\n  stays"),
        ("nul\x00 bell\x07 c1\x9f bom\ufeff non\uffff\U0001ffff", "nul bell c1 bom non"),
        ("Daten\xadschutz", "Datenschutz"),
        ("10\xa0000", "10 000"),
        ("end\xa0\n\xa0", "end"),
        ("Cafe\u0301", "Café"),
        ("e\x00\u0301", "é"),
        ("か\u3099 \u1112\u1161\u11ab", "が 한"),
        ("☕\u200d🙂 e\u0300\u0323", "☕\u200d🙂 ẹ̀"),
        (" \r\n\t\u2028", ""),
    ],
)
def test_each_rule(text: str | None, expected: str | None) -> None:
    assert normalise_texts(pa.array([text], pa.string())).to_pylist() == [expected]


def test_an_empty_column_stays_empty() -> None:
    assert normalise_texts(pa.array([], pa.string())).to_pylist() == []


def test_a_clean_column_is_not_copied() -> None:
    texts = pa.array(["clean\n\n  text", None, "干净的文本"])
    assert normalise_texts(texts) is texts


def test_a_slice_is_normalised_alone() -> None:
    texts = pa.array(["_ ", "a ", None, "é\r", "_ "]).slice(1, 3)
    assert normalise_texts(texts).to_pylist() == ["a", None, "é"]


def test_binary_columns_are_refused() -> None:
    with pytest.raises(TypeError, match="expected a column of strings, got one of binary"):
        normalise_texts(pa.array([b"a"], pa.binary()))


# Characters of every rule, so that they meet.
RULED = st.sampled_from(
    "a你\n\r\t \x00\x0b\x85\xa0\xad\u0301\u2000\u2028\u3000\u3099かe\ufeff\uffffé한"
)
# Code points unassigned in an older Unicode may normalise differently between libraries.
ASSIGNED = st.characters(exclude_categories=("Cs", "Cn"))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.none() | st.text(RULED | ASSIGNED) | st.text("a文 \t\n\xa0\xad"), max_size=5),
    st.none() | st.integers(1, 3),
)
def test_equals_the_slow_twin_and_is_idempotent(
    texts: list[str | None], max_blanks: int | None
) -> None:
    once = normalise_texts(pa.array(texts, pa.string()), max_blanks)
    expected = [None if text is None else slow_twin(text, max_blanks) for text in texts]
    assert once.to_pylist() == expected
    assert normalise_texts(once, max_blanks).to_pylist() == once.to_pylist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" + " " * 9_000_000 + "文", "a  文"),
        ("a\xa0\u3000\t b", "a \u3000b"),
        # A run ends with its line; what is removed within it does not end it.
        ("a\n   b \n  c", "a\n  b\n  c"),
        ("a \xad \x00 \ufeff b", "a  b"),
        ("a  b  c", "a  b  c"),
    ],
)
def test_long_runs_of_blanks(text: str, expected: str) -> None:
    assert normalise_texts(pa.array([text]), max_blanks=2).to_pylist() == [expected]


def test_stable_ranges_are_stable() -> None:
    """No code point of them changes alone, reorders, or joins the one before it."""
    joining: set[int] = set()
    for code_point in range(0x110000):
        decomposition = unicodedata.decomposition(chr(code_point))
        if decomposition and not decomposition.startswith("<"):
            joining.update(int(part, 16) for part in decomposition.split()[1:])
    joining.update(range(0x1161, 0x1176))
    joining.update(range(0x11A8, 0x11C3))
    for first, last in STABLE_RANGES:
        for code_point in range(first, last + 1):
            character = chr(code_point)
            assert unicodedata.normalize("NFC", character) == character, hex(code_point)
            assert unicodedata.combining(character) == 0, hex(code_point)
            assert code_point not in joining, hex(code_point)


def test_whole_alphabet_is_classified_like_the_twin() -> None:
    characters = [
        chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cs", "Cn")
    ]
    # Between two solid characters, so that white space stays and newlines show.
    texts = pa.array([f"|{character}|" for character in characters])
    expected = [slow_twin(f"|{character}|") for character in characters]
    differ = np.flatnonzero(
        np.array(normalise_texts(texts).to_pylist(), object) != np.array(expected, object)
    )
    assert [hex(ord(characters[i])) for i in differ] == []


def test_rows_that_nfc_cannot_change_are_not_sent_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Spy:
        @staticmethod
        def normalize(form: Literal["NFC"], text: str) -> str:
            seen.append(text)
            return unicodedata.normalize(form, text)

    monkeypatch.setattr(normalise, "unicodedata", Spy)
    normalise_texts(pa.array(["plain", "汉字、かな。한글 Привет naïve Việt كتاب", "e\u0301"]))
    assert seen == ["e\u0301"]


@given(st.text("a\u0301\u0327\u0344\u0f73\u0f71\u3099\u1100\u1161e\u0338", max_size=400))
def test_long_sequences_of_marks(text: str) -> None:
    text += "\u0344\u0327\u0f73\u0316" * 9 + text
    assert normalise_texts(pa.array([text])).to_pylist() == [slow_twin(text)]


def test_a_megabyte_of_marks() -> None:
    # Unordered it would take Python hours.
    text = "a" + "\u0301\u0327" * 250_000
    [found] = normalise_texts(pa.array([text])).to_pylist()
    assert found == unicodedata.normalize("NFC", "a" + "\u0327" * 250_000 + "\u0301" * 250_000)
