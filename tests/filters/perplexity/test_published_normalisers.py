"""Texts as published pipelines write them: vectors from their definitions, and a twin."""

import re
import sys
import unicodedata
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.filters.perplexity.published import PUBLISHED, published_texts

sys.path.insert(0, str(Path(__file__).parents[3] / "tools"))
from make_normaliser_tables import BLANKS, PUNCTUATION_OF, is_control

CONTROLS = re.compile(f"[{''.join(chr(c) for c in range(160) if is_control(chr(c)))}]")
#: Of it the tables were made; other versions know more characters.
SAME_UNICODE = unicodedata.unidata_version == "14.0.0"


def slow(text: str, profile: str) -> str:
    """Says the same as `published_texts` for one text, with Python's own functions."""
    if profile == "raw-v1":
        return text
    text = CONTROLS.sub("", text).strip() if profile == "bigscience-v1" else text.strip()
    if profile == "bigscience-v1":
        text = "".join(" " if c in BLANKS else c for c in text)
    if profile == "ccnet-v1":
        parts = unicodedata.normalize("NFD", text.lower())
        text = "".join(c for c in parts if unicodedata.category(c) != "Mn")
    text = re.sub(r"\d", "0", text)
    return CONTROLS.sub("", "".join(PUNCTUATION_OF.get(c, c) for c in text))


def written(text: str | None, profile: str, max_chars: int | None = None) -> str | None:
    found: str | None = published_texts(pa.array([text], pa.string()), profile, max_chars)[
        0
    ].as_py()
    return found


@pytest.mark.parametrize(
    ("text", "ccnet", "dclm", "bigscience"),
    [
        ("", "", "", ""),
        (" \n\t\u3000 ", "", "", ""),
        # Case, accents, each digit.
        ("Élan VITAL 3.14", "elan vital 0.00", "Élan VITAL 0.00", "Élan VITAL 0.00"),
        # Digits of every script; a full-width one is a digit before it could be a quotation mark.
        ("１２ ٣ ४", "00 0 0", "00 0 0", "00 0 0"),
        ("½ Ⅻ ²", "½ ⅻ ²", "½ Ⅻ ²", "½ Ⅻ ²"),
        # Punctuation: some marks get blanks, some become several.
        ("（好），？！：；", "(好),?!:;", "(好),?!:;", "(好),?!:;"),
        ("a—b–c━d", "a - b-c-d", "a - b-c-d", "a - b-c-d"),
        ("「木」『林』《森》〈休〉【体】", '"木"『林』"森"<休>[体]', '"木"『林』"森"<休>[体]',
         '"木"『林』"森"<休>[体]'),
        ("完．了…", "完. 了...", "完. 了...", "完. 了..."),
        ("it’s ‘so’ ´x´ „y“", "it's ‘so' 'x' \"y\"", "it's ‘so' 'x' \"y\"", "it's ‘so' 'x' \"y\""),
        # What is not printed goes and leaves nothing: lines are glued.
        ("in 2023.\nSecond", "in 0000.second", "in 0000.Second", "in 0000.Second"),
        ("tab\tand\x7f\x85\x9fmore", "tabandmore", "tabandmore", "tabandmore"),
        # White space within stays as it is; BigScience makes most kinds one.
        ("a\u00a0b\u3000c\u2028d", "a\u00a0b\u3000c\u2028d", "a\u00a0b\u3000c\u2028d",
         "a b c\u2028d"),
        ("a\ufffcb", "a\ufffcb", "a\ufffcb", "a b"),
        # A control at an end keeps the blank behind it from being stripped; BigScience strips last.
        ("\x01 a \x01", " a ", " a ", "a"),
        # Canonical decomposition: letters of Hangul, no compatibility forms.
        ("각", "\u1100\u1161\u11a8", "각", "각"),
        ("ﬁ ガ ｶﾞ Å", "ﬁ カ ｶﾞ a", "ﬁ ガ ｶﾞ Å", "ﬁ ガ ｶﾞ Å"),
        # A sigma at the end of a word.
        ("ΟΔΟΣ Σ ΟΔΟΣ’Α", "οδος σ οδοσ'α", "ΟΔΟΣ Σ ΟΔΟΣ'Α", "ΟΔΟΣ Σ ΟΔΟΣ'Α"),
        ("İI", "ii", "İI", "İI"),
    ],
)  # fmt: skip
def test_vectors(text: str, ccnet: str, dclm: str, bigscience: str) -> None:
    assert written(text, "ccnet-v1") == ccnet
    assert written(text, "dclm-v1") == dclm
    assert written(text, "bigscience-v1") == bigscience
    assert written(text, "raw-v1") == text


def test_nulls_slices_and_starts_of_texts() -> None:
    texts = pa.array(["skipped", None, " Ab1 ", ""])[1:]
    assert published_texts(texts, "ccnet-v1").to_pylist() == [None, "ab0", ""]
    assert published_texts(texts, "ccnet-v1", 2).to_pylist() == [None, "a", ""]
    assert published_texts(texts, "raw-v1", 2).to_pylist() == [None, " A", ""]
    assert published_texts(texts[:0], "ccnet-v1").to_pylist() == []


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="'ccnet-v2'; known are ccnet-v1, dclm-v1"):
        published_texts(pa.array(["a"]), "ccnet-v2")


TEXT = st.text(
    st.sampled_from("aBÀ ΣσΑ'’·\u0301\u0345ß１2٣—…．」\x01\x1c\n\u00a0\u3000\ufffcİ가中ｶﾞ𝐀"),
    max_size=20,
)


@given(st.lists(st.one_of(st.none(), TEXT), max_size=4), st.sampled_from(sorted(PUBLISHED)))
def test_equals_the_slow_twin(texts: list[str | None], profile: str) -> None:
    found = published_texts(pa.array(texts, pa.string()), profile)
    found.validate(full=True)
    assert found.to_pylist() == [None if t is None else slow(t, profile) for t in texts]


@pytest.mark.skipif(not SAME_UNICODE, reason="the tables are of Unicode 14")
@pytest.mark.parametrize("profile", sorted(PUBLISHED))
def test_every_character_there_is(profile: str) -> None:
    every = "x".join(chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000)
    assert written(every, profile) == slow(every, profile)
