"""The normaliser profiles: tables, a slow twin, and what KenLM needs of a token."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.filters.perplexity.normaliser import PROFILES, LmText, normalise_for_lm
from corpus_pipeline.text.characters import (
    DIGIT,
    IGNORABLE,
    LETTER,
    SPACE,
    UNSPACED,
    characters,
)

MARKS = dict(zip("‘’‚‛′“”„‟«»″‐‑‒–—―−…", "'''''" + '"' * 7 + "-" * 7 + ".", strict=True))


def slow(text: str, profile: str, max_chars: int | None = None) -> str:
    """Says the same as `normalise_for_lm` for one text, one character at a time."""
    table = characters()
    lines: list[list[str]] = [[]]
    last = ""
    for position, character in enumerate(text):
        code_point = ord(character)
        kind = int(table.classes[code_point])
        if character in "\n\v\f\r\x85\u2028\u2029":
            lines.append([])
            last = ""
            continue
        if kind == SPACE:
            last = ""
            continue
        if kind == IGNORABLE:
            continue
        folded = chr(table.folds[code_point]) if code_point < 0x10000 else character
        folded = MARKS.get(character, folded)
        is_run = kind in (LETTER, DIGIT)
        continues = last == "run" if is_run else kind != UNSPACED and folded == last
        if not continues:
            if max_chars is not None and position >= max_chars:
                break
            lines[-1].append("" if is_run else folded)
        if kind == DIGIT:
            if profile == "words-v1" or not lines[-1][-1].endswith("0"):
                lines[-1][-1] += "0"
        elif kind == LETTER:
            lines[-1][-1] += folded
        last = "run" if is_run else folded
    return "\n".join(" ".join(line) for line in lines if line)


def normalise(text: str | None, profile: str, max_chars: int | None = None) -> str | None:
    found: str | None = (
        normalise_for_lm(pa.array([text], pa.string()), profile, max_chars).text[0].as_py()
    )
    return found


@pytest.mark.parametrize(
    ("text", "words", "characters_"),
    [
        ("", "", ""),
        (" \n\t\u3000\n", "", ""),
        ("Hello, World!", "hello , world !", "hello , world !"),
        ("Don’t — “stop”…", 'don \' t - " stop " .', 'don \' t - " stop " .'),
        ("----- ===== ...", "- = .", "- = ."),
        ("- - -", "- - -", "- - -"),
        ("In 2024: 3.14", "in 0000 : 0 . 00", "in 0 : 0 . 0"),
        ("mp3 utf8mb4 ２０２４", "mp0 utf0mb0 0000", "mp0 utf0mb0 0"),
        ("今天天气好！！", "今 天 天 气 好 !", "今 天 天 气 好 !"),
        ("第１０条　ＡＢＣ规定", "第 00 条 abc 规 定", "第 0 条 abc 规 定"),
        ("哈哈哈", "哈 哈 哈", "哈 哈 哈"),
        ("カタ ｶﾀ", "カ タ カ タ", "カ タ カ タ"),
        ("ไทย", "ไ ท ย", "ไ ท ย"),
        ("안녕 세계", "안녕 세계", "안녕 세계"),
        ("a\n\n\n b \r\nc\u2028d", "a\nb\nc\nd", "a\nb\nc\nd"),
        ("\nfirst", "first", "first"),
        ("so\u00adft ze\u200bro\x00", "soft zero", "soft zero"),
        ("😀😀 😀🎉", "😀 😀 🎉", "😀 😀 🎉"),
        ("𠮷𠮷 𝐀b", "𠮷 𠮷 𝐀b", "𠮷 𠮷 𝐀b"),
        ("Ⱥ½", "ⱥ0", "ⱥ0"),
    ],
)
def test_table(text: str, words: str, characters_: str) -> None:
    assert normalise(text, "words-v1") == words
    assert normalise(text, "characters-v1") == characters_


@pytest.mark.parametrize(
    ("max_chars", "expected"),
    [(0, ""), (1, "hello"), (5, "hello"), (6, "hello"), (7, "hello 你"), (8, "hello 你 好")],
)
def test_reads_max_chars_up_to_the_end_of_a_token(max_chars: int, expected: str) -> None:
    assert normalise("Hello 你好", "words-v1", max_chars) == expected


def test_counts_tokens_and_lines_and_keeps_nulls() -> None:
    texts = pa.array(["skipped", "a b\n\nc", None, "", "你好 x"])[1:]
    assert texts.offset == 1
    text, tokens, lines = normalise_for_lm(texts, "words-v1")
    assert text.to_pylist() == ["a b\nc", None, "", "你 好 x"]
    assert tokens.tolist() == [3, 0, 0, 3]
    assert lines.tolist() == [2, 0, 0, 1]


@pytest.mark.parametrize("texts", [[], [None], [""], [None, ""]])
def test_batches_without_text(texts: list[str | None]) -> None:
    found = normalise_for_lm(pa.array(texts, pa.string()), "characters-v1")
    assert found.text.to_pylist() == texts
    assert found.tokens.tolist() == found.lines.tolist() == [0] * len(texts)


def test_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'words-v0'; known are words-v1, characters-v1"):
        normalise_for_lm(pa.array(["a"]), "words-v0")


TEXT = st.text(
    st.one_of(
        st.sampled_from(
            "aBß1２,，.。…’—«【-=\t \u3000\n\r\u2028\u00ad\u200b\0中文日ｶカไ가😀𠮷𝟎ȺΩ℃㊗祝"
        ),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


@given(
    st.lists(st.one_of(st.none(), TEXT), max_size=5),
    st.sampled_from(sorted(PROFILES)),
    st.one_of(st.none(), st.integers(0, 45)),
)
def test_equals_the_slow_twin(texts: list[str | None], profile: str, max_chars: int | None) -> None:
    found = normalise_for_lm(pa.array(texts, pa.string()), profile, max_chars)
    found.text.validate(full=True)
    wanted = [None if text is None else slow(text, profile, max_chars) for text in texts]
    assert found.text.to_pylist() == wanted
    assert found.tokens.tolist() == [len((text or "").split()) for text in wanted]
    assert found.lines.tolist() == [len((text or "").splitlines()) for text in wanted]


def test_no_token_holds_a_byte_that_kenlm_splits_at() -> None:
    """Writes every character there is: no token has a space, a control or a C string's end."""
    every = "x".join(chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000)
    found: LmText = normalise_for_lm(pa.array([every]), "words-v1")
    data = np.frombuffer(found.text.buffers()[2], np.uint8)
    assert set(data[data < 33].tolist()) == {10, 32}
    assert found.tokens[0] == np.count_nonzero(data <= 32) + 1
