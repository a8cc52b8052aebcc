"""Mojibake is decoded again: what ftfy would change is always found, clean text never changes."""

import re
import sys
from typing import Any

import corpora
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.repair import gbk
from corpus_pipeline.filters.repair.mojibake import (
    MAX_STRETCH,
    Fixer,
    fix,
    load_fixer,
    stretches,
    widened,
)
from corpus_pipeline.filters.repair.options import RepairOptions

ftfy = pytest.importorskip("ftfy")
badness = pytest.importorskip("ftfy.badness")

FIXERS = ("unescape_html", "remove_terminal_escapes", "fix_latin_ligatures", "uncurl_quotes",
          "fix_line_breaks", "remove_control_chars")  # fmt: skip
SENTENCES = [
    "Der Flügel hängt über dem Fluß.",
    "L’été, où est-il passé ?",
    "¿Dónde está el río?",
    "Žluťoučký kůň pěl ódy.",
    "Nước sông dâng lên trong đêm.",
    "Вода поднялась за ночь.",
    "Το νερό ανέβηκε τη νύχτα.",
    "ارتفع منسوب المياه ليلا.",
    "रात में पानी बढ़ गया।",
    "น้ำขึ้นในตอนกลางคืน",
    "河水在夜里上涨了。",
    "川の水が夜に増えた。",
    "강물이 밤사이에 불어났다.",
    "It’s “so” – they say…",
]


def fixer_of(**options: Any) -> Fixer:
    """The fixer of some options."""
    fixer = load_fixer(RepairOptions(**options))
    assert fixer is not None
    return fixer


def is_found(fixer: Fixer, text: str) -> bool:
    """Says whether the text is looked at at all."""
    found: bool = pc.match_substring_regex(pa.array([text]), fixer.suspicious)[0].as_py()
    return found


def sloppy(content: bytes) -> str:
    """Reads bytes as Windows-1252, as browsers do."""
    return "".join(bytes([b]).decode("windows-1252", "ignore") or chr(b) for b in content)


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize(
    "wrong", [lambda content: content.decode("latin-1"), sloppy,
              lambda content: sloppy(sloppy(content).encode())],
    ids=["latin-1", "windows-1252", "twice"],
)  # fmt: skip
def test_utf8_read_as_something_else(text: str, wrong: Any) -> None:
    """It is what it was, in every script."""
    fixer = fixer_of()
    broken = f"OK.\n{wrong(text.encode())}"
    assert is_found(fixer, broken)
    fixed = fix(fixer, broken)
    assert fixed.text == f"OK.\n{text}"
    assert fixed.kinds == {"mojibake"}
    assert 0 < fixed.chars <= len(broken)


@pytest.mark.parametrize("document", [*corpora.ENGLISH.values(), *corpora.CHINESE.values()])
def test_clean_documents_are_not_looked_at(document: Any) -> None:
    """Nor changed, if they were."""
    assert not is_found(fixer_of(), document.text)
    assert fix(fixer_of(), document.text).text == document.text
    assert gbk.decode_again(document.text).text == document.text


@pytest.mark.parametrize("text", SENTENCES)
def test_clean_sentences_stay(text: str) -> None:
    """In every script."""
    assert fix(fixer_of(), text) == (text, frozenset(), 0)


#: Every character that ftfy's expression names, and what may stand beside them.
NAMED = sorted(
    {c for c in badness.BADNESS_RE.pattern if ord(c) >= 0x80}
    | {chr(code) for code in range(0x80, 0x180)}
)
PIECES = st.one_of(
    st.sampled_from(NAMED),
    st.sampled_from([" ", "\n", "a", "Z", ".", "?", "&eacute;", "&#233;", "&", ";", "\x1b[1m", "\r",
                     "\u2028", "ﬁ", "“", "’", "\x00", "\ufeff", "中", "。", "é", "Ã©", "â€™", "�"]),
    st.sampled_from([sloppy(text.encode())[:12] for text in SENTENCES]),
)  # fmt: skip


@given(
    st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=5, max_size=10),
    st.sets(st.sampled_from(FIXERS), max_size=2),
)
def test_what_ftfy_would_change_is_found(texts: list[str], wanted: set[str]) -> None:
    """The scan in RE2 never misses; and whatever `fix` says it changed, it did."""
    fixer = fixer_of(**dict.fromkeys(wanted, True))
    found = pc.match_substring_regex(pa.array(texts), fixer.suspicious).to_pylist()
    for text, seen in zip(texts, found, strict=True):
        fixed = fix(fixer, text)
        assert (fixed.text != text) == bool(fixed.kinds)
        assert seen or not fixed.kinds
        for line in re.findall(r"[^\n]*\n|[^\n]+", text):
            # ftfy itself, of which nothing here is a part.
            assert seen or ftfy.fix_encoding(line) == line


def test_the_scan_is_wider_than_the_expression() -> None:
    """White space of Python's that RE2 does not call so; the beginning of a line."""
    fixer = fixer_of()
    for text in ("\u3000Ã€", "x\x85Ã ", "Ã la", "1\nÃ la", "œ\n", "é”٣", "plain"):
        lines = text.splitlines(keepends=True)
        assert any(map(badness.BADNESS_RE.search, lines)) <= is_found(fixer, text)
    assert widened("[#^.] # [x]") == "[#^.]"


@pytest.mark.parametrize(
    ("option", "text", "expected"),
    [
        ("unescape_html", "P&eacute;rez &amp; co", "Pérez & co"),
        ("unescape_html", "&#27827;&#27700;", "河水"),
        ("remove_terminal_escapes", "\x1b[36;44mblue\x1b[0m 蓝", "blue 蓝"),
        ("fix_latin_ligatures", "ﬂuﬃest", "fluffiest"),
        ("uncurl_quotes", "“它’s”", '"它\'s"'),
        ("fix_line_breaks", "一\r\n二\u2028三", "一\n二\n三"),
        ("remove_control_chars", "一\x00二\ufeff", "一二"),
    ],
)
def test_each_option_alone(option: str, text: str, expected: str) -> None:
    """It is off unless asked for, and named in what changed."""
    assert fix(fixer_of(), text).text == text
    fixed = fix(fixer_of(mojibake=False, **{option: True}), text)
    assert fixed.text == expected
    assert fixed.kinds == {option}


@pytest.mark.parametrize(
    ("option", "text", "on", "off"),
    [
        ("restore_byte_a0", "voilÃ le travail", "voilà le travail", "voilÃ le travail"),
        ("replace_lossy_sequences", "â€œ soâ€�", "“ so�", "â€œ soâ€�"),
        ("decode_inconsistent_utf8", "é 1455â€“1536", "é 1455–1536", "é 1455â€“1536"),
        ("fix_c1_controls", "中 \x93so\x94", "中 “so”", "中 so"),
    ],
)
def test_parts_of_the_mojibake_repair(option: str, text: str, on: str, off: str) -> None:
    """Each can be turned off; ftfy does all of it where mojibake stands within other text."""
    assert fix(fixer_of(), text).text == on
    after = fix(fixer_of(**{"decode_inconsistent_utf8": False, option: False}), text).text
    assert after.translate(dict.fromkeys(range(0x80, 0xA0))) == off


def test_what_decoding_leaves_is_put_in_order() -> None:
    """No no-break space, soft hyphen or decomposed letter comes in with a repaired line."""
    assert fix(fixer_of(), "New Year.Â Julia").text == "New Year. Julia"
    broken = "cafe\u0301 и\u00ad т".encode().decode("latin-1")
    assert fix(fixer_of(), broken).text == "caf\u00e9 и т"


def test_long_lines_are_cut_where_nothing_is_torn() -> None:
    """Behind an ASCII character, if one is near; else anywhere."""
    line = ("soÃ© " * 30000).strip()
    assert "".join(stretches(line)) == line
    assert max(map(len, stretches(line))) <= MAX_STRETCH
    assert fix(fixer_of(), line).text == ("soé " * 30000).strip()
    assert [len(part) for part in stretches("中" * 40000)] == [MAX_STRETCH, 40000 - MAX_STRETCH]


def test_ftfy_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, before any work; nothing is said where nothing of it is wanted."""
    monkeypatch.setitem(sys.modules, "ftfy", None)
    with pytest.raises(ConfigError, match=r"pip install 'corpus-pipeline\[repair\]'"):
        load_fixer(RepairOptions())
    assert load_fixer(RepairOptions(mojibake=False)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("浣犲ソ锛屼笘鐣岋紒", "你好，世界！"),
        ("涓栫晫浣犲ソ锛�", "世界你好�"),
        ("OK\n浣犲ソ锛屼笘鐣岋紒\n浣犲ソ", "OK\n你好，世界！\n你好"),
        # Browsers read the byte 80 as the euro sign.
        ("涓栫晫銆備綘濂姐€傚ぇ瀹跺ソ", "世界。你好。大家好"),
        ("10 €\n涓栫晫銆備綘濂姐€傚ぇ瀹跺ソ", "10 €\n世界。你好。大家好"),
        # Two characters may be chance.
        ("浣犲ソ", "浣犲ソ"),
        ("联通的学习", "联通的学习"),
    ],
)
def test_utf8_read_as_gbk(text: str, expected: str) -> None:
    """A sure line is decoded, and then the short ones too."""
    fixed = gbk.decode_again(text)
    assert fixed.text == expected
    assert (fixed.kinds == {"gbk"}) == (text != expected)
    if fixed.kinds:
        assert re.search(gbk.suspicious(), text)


@given(
    st.lists(
        st.sampled_from([*"河水在夜里上涨了。，！“”あさカ강물", "a", " ", "1", "·", "😀", "é"]),
        min_size=1, max_size=14,
    ).map("".join)
)  # fmt: skip
def test_gbk_is_undone_or_left(text: str) -> None:
    """What is decoded again is what was, but for lost characters; and the scan finds it."""
    broken = text.encode().decode("gb18030", "replace")
    fixed = gbk.decode_again(broken)
    if not fixed.kinds:
        assert fixed.text == broken
        return
    assert re.search(gbk.suspicious(), broken)
    lost = re.escape(fixed.text).replace("�", ".{0,2}")
    assert re.fullmatch(lost, text)
    if "�" not in broken:
        assert fixed.text == text


def test_gbk_without_lossy_lines() -> None:
    """They stay as they are if that is asked."""
    assert gbk.decode_again("涓栫晫浣犲ソ锛�", lossy=False).text == "涓栫晫浣犲ソ锛�"


def test_random_han_is_not_gbk_mojibake() -> None:
    """A hundred thousand characters in lines of ten."""
    random = np.random.default_rng(1)
    codes = random.integers(0x4E00, 0x9FA5, size=(10_000, 10))
    text = "\n".join("".join(map(chr, row)) for row in codes.tolist())
    assert gbk.decode_again(text).text == text
