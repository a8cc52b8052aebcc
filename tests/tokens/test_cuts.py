"""Long documents are cut without a change of ids, and only where that is proved."""

import itertools
import json
import random
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from encoders import EOS, encoder, shows_words, twin
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Regex, pre_tokenizers

from corpus_pipeline.tokens import encode, engines
from corpus_pipeline.tokens.cuts import BLANK, LETTERS, MARKS, cut_long, safe_cuts
from corpus_pipeline.tokens.foreign import load_definition
from corpus_pipeline.tokens.pattern_proof import Crossings, crossings
from corpus_pipeline.tokens.patterns import DIGITS, PATTERN_NAMES, split_pattern

#: What cuts, what does not, and what makes either doubtful.
NASTY = [
    "a", "Z", "word", "CamelCASE", "中", "第十二条", "かな", "한국", "ä", "e\u0301", "й", "ſ", "ǅ",
    "ª", " ", "  ", "   ", "\n", "\r\n", "\r", "\t", "\u3000", "\xa0", "\u2028", "\x85", "\x0b",
    ",", ".", "，", "。", "、", "!", "...", "'", "'s", "'LL", "’", "/", "\n/", "(", "_", "-", "@",
    "0", "7", "123", "4567", "½", "²", "٣", "０", "\u0301", "\u093f", "\u200d", "👍🏽", "𠀀",
    "\uffff",
    "<td>", EOS, "the", "\u1100\u1161", "ﬁ", "．",
]  # fmt: skip
texts = st.lists(st.sampled_from(NASTY) | st.text(max_size=3), max_size=25).map("".join)

#: Patterns as tiktoken and tokenizer.json files have them, beside ours.
OTHERS = {
    "tiktoken cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    "deepseek": "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?"
    "[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
    "letters": r"\p{L}+|\p{N}|\s+",
    "words": r"\w+|[^\w\s]+",
}
PUBLISHED = {f"{n} {d}": split_pattern(n, d) for n in PATTERN_NAMES for d in DIGITS}
ALL_LETTERS = "".join(chr(c) for span in LETTERS for c in range(ord(span[0]), ord(span[1]) + 1))


def split(pattern: str, text: str) -> list[str]:
    found = pre_tokenizers.Split(Regex(pattern), behavior="isolated").pre_tokenize_str(text)
    return [piece for piece, _ in found]


def places(text: str, before: str) -> list[int]:
    """The slow twin: where a text may be cut."""
    return [i for i in range(1, len(text)) if text[i] in before and text[i - 1] in ALL_LETTERS]


@pytest.mark.parametrize("name", [*PUBLISHED, *OTHERS])
def test_what_is_proved_of_a_pattern(name: str) -> None:
    pattern = (PUBLISHED | OTHERS)[name]
    blank = crossings(pattern, ALL_LETTERS, BLANK)
    marks = crossings(pattern, ALL_LETTERS, MARKS)
    assert blank is not None
    assert marks is not None
    assert (blank.crosses, blank.splits) == (False, True)
    assert (marks.crosses, marks.splits) == ((False, True) if name != "words" else (True, False))


@pytest.mark.parametrize("name", [*PUBLISHED, *OTHERS])
@given(text=texts)
@example(text="a \n中,b'll 's中.7")
@settings(max_examples=60, deadline=None)
def test_no_pre_token_crosses_a_cut(name: str, text: str) -> None:
    pattern = (PUBLISHED | OTHERS)[name]
    whole = split(pattern, text)
    for i in places(text, BLANK if name == "words" else MARKS):
        assert split(pattern, text[:i]) + split(pattern, text[i:]) == whole


#: Parts of patterns, of which many together are wrong: the proof must see which.
PARTS = [
    r"\p{L}+", r"\p{L}", r" ?\p{L}+", r"\p{L}+ ?", r"\p{L}*\s", r"[^\s]+", r"\S+", r"\s+",
    r"\s+(?!\S)", r"\p{L}+(?!\S)", r"\w+", r"[a-z]+", r"(?i:[a-z]+)", r"(?:ab?)+",
    r"\p{N}{1,3}", r"[^\r\n\p{L}\p{N}]?\p{L}+", r".", r"[^a]", r"a{2,3}", r"\p{Lu}?\p{Ll}+",
    r"\P{L}+", r"\s$", r"[a\-, ]", r"(?:\p{L}|,)+", r"(?=a).", r"[\p{L}\p{M}]+(?:'s)?", r"x??",
    r"\n|\r\n?", r"[一-龥]+", r"中|a.", r"\.\p{L}",
    r"\p{L}{2,}", r"\p{L}{2}", r"(?:\.?\p{L}){1}+", r"(?:,?\p{L}){0,1}+", r"(?: ?\p{L}){1,2}+",
    r"\p{L}{1}?", r"\.\p{L}{1}?", r"a\p{L}{1,2}?", r"a{,2}", r"a{2}{1}", r"(?:a{2}|中)+",
    r"\p{L}?+\p{L}", r"(?:a|中)*+[ab中]", r"\p{L}++", r" ?+\p{L}+?", r"a{1,2}?+", r"(?:\p{L}{2})?",
]  # fmt: skip


@given(
    pattern=st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("|".join),
    text=st.lists(st.sampled_from("abXé中 ,\n.7\r'"), max_size=12).map("".join),
)
@example(pattern=r"\p{L}+(?!\S)|.", text="ab,a")
@example(pattern=r"\S+", text="a,a a")
@settings(max_examples=600, deadline=None)
def test_the_proof_against_what_the_library_does(pattern: str, text: str) -> None:
    left, right = "abX中", " ,\n.7"
    proved = crossings(pattern, left, right)
    assert proved is not None
    whole = borders(pattern, text)
    for i in range(1, len(text)):
        if text[i - 1] in left and text[i] in right and not proved.crosses:
            parts = borders(pattern, text[:i]) | {i + k for k in borders(pattern, text[i:])}
            # Where nothing splits the two sides may be one pre-token.
            assert whole - {i} == parts - {i}
            assert not proved.splits or i in whole


@pytest.mark.parametrize("pattern", PARTS)
@pytest.mark.parametrize("more", ["", r"|\p{N}+", r"|\s+", "|b"])
def test_the_proof_of_each_part(pattern: str, more: str) -> None:
    left, right = "ab中", " ,."
    proved = crossings(pattern + more, left, right)
    assert proved is not None
    if proved.crosses:
        return
    for text in map("".join, itertools.product("a中,. ", repeat=4)):
        whole = borders(pattern + more, text)
        for i in range(1, 4):
            if text[i - 1] in left and text[i] in right:
                parts = (borders(pattern + more, each) for each in (text[:i], text[i:]))
                before, behind = parts
                assert whole - {i} == (before | {i + k for k in behind}) - {i}
                assert not proved.splits or i in whole


def test_a_repetition_is_told_from_what_is_possessive() -> None:
    """In the syntax of Ruby a plus behind braces repeats, and a question mark behind one number."""
    for pattern, crosses in ((r"(?:\.?a){1}+|b", True), (r"(?:\.?a)++|b", True), (r"a++|b", False)):
        assert crossings(pattern, "ab", ".") == (Crossings(crosses, not crosses)), pattern
    assert crossings(r"a{1}?|b", "ab", ".") == Crossings(True, False)
    assert crossings(r"a{2,}|b{2}", "ab", ".") == Crossings(False, False)


def borders(pattern: str, text: str) -> set[int]:
    return set(itertools.accumulate(map(len, split(pattern, text))))


@pytest.mark.parametrize(
    "pattern",
    [r"(a)\1", r"(?<=a)b", r"\ba", r"[[:alpha:]]", r"\p{Han}+", r"a(?!bc)", r"[a&&b]", r"(?>a)",
     "(", "[a", r"a\X", "^a", r"(?i:[^a])", "(?<n>a)", "a)", "*",
     "a{3,1}", "a{}", "a{,}", "a{0}"],
)  # fmt: skip
def test_what_cannot_be_read_proves_nothing(pattern: str) -> None:
    assert crossings(pattern, "ab", " ") is None


def test_patterns_with_empty_matches_prove_nothing() -> None:
    for pattern in (r"\p{L}*", r"(?!a)|\p{L}+", r"|\p{L}+"):
        proved = crossings(pattern, "ab", " ")
        assert proved is not None
        assert proved.crosses


def test_letters_are_letters_and_stay_under_normalisation() -> None:
    assert all(unicodedata.category(c)[0] == "L" for c in ALL_LETTERS)
    for form in ("NFC", "NFKC"):
        for before in MARKS:
            for c in ALL_LETTERS[::97] + "がÄй":
                for around in ("e", "\u0301"):
                    text = around + c, before + around
                    together = unicodedata.normalize(form, "".join(text))
                    assert together == "".join(unicodedata.normalize(form, each) for each in text)
    assert all(unicodedata.normalize(f, ALL_LETTERS) == ALL_LETTERS for f in ("NFC", "NFKC"))


@given(st.lists(st.none() | texts, max_size=4), st.sampled_from([MARKS, BLANK]), st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_pieces_against_the_twin(rows: list[str | None], before: str, size: int) -> None:
    column = pa.array(["skipped", *rows], pa.string()).slice(1)
    pieces = cut_long(column, before, size)
    expected = [twin_pieces(text or "", before, size) for text in rows]
    if pieces is None:
        assert all(len(each) == 1 for each in expected)
    else:
        found = pieces.texts.to_pylist()
        assert [found[a:b] for a, b in itertools.pairwise(pieces.first.tolist())] == expected


def twin_pieces(text: str, before: str, size: int) -> list[str]:
    pieces, start = [], 0
    cuts = places(text, before)
    while len(text[start:].encode()) > size:
        later = [i for i in cuts if i > start]
        fitting = [i for i in later if len(text[start:i].encode()) <= size]
        if not later:
            break
        end = fitting[-1] if fitting else later[0]
        pieces.append(text[start:end])
        start = end
    return [*pieces, text[start:]]


def changed(**changes: Any) -> dict[str, Any]:
    return {**by_pattern(split_pattern("llama3")), **changes}


#: Its ids show whether what stands behind an `a` is in the same pre-token.
by_pattern = shows_words


def with_token(name: str, **flags: bool) -> dict[str, Any]:
    content = changed()
    token = {**content["added_tokens"][0], "id": len(content["model"]["vocab"]), "special": False}
    content["added_tokens"].append({**token, "content": name, **flags})
    return content


BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
PLAIN = {**BYTE_LEVEL, "use_regex": False}
CONTENTS = {
    **{name: by_pattern(pattern) for name, pattern in PUBLISHED.items() if name[-1] != "l"},
    "gpt2 all": by_pattern(PUBLISHED["gpt2 all"]),
    "nfc": {**by_pattern(split_pattern("qwen")), "normalizer": {"type": "NFC"}},
    "nfkc": changed(normalizer={"type": "NFKC"}),
    "byte level": changed(pre_tokenizer={**BYTE_LEVEL, "use_regex": True}),
    "digits first": changed(
        pre_tokenizer={
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Digits", "individual_digits": True},
                {**BYTE_LEVEL, "use_regex": True},
            ],
        }
    ),
    "deepseek": changed(
        pre_tokenizer={
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated",
                 "invert": False}
                for pattern in (r"\p{N}{1,3}", "[一-龥\u3040-ゟ゠-ヿ]+", OTHERS["deepseek"])
            ]
            + [PLAIN],
        }
    ),
    "words": by_pattern(OTHERS["words"]),
    "blanks": with_token("   "),
    "element": with_token("<td>"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("size", [1, 7])
def test_ids_of_cut_documents_are_those_of_whole_ones(
    name: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = encoder(CONTENTS[name], check_one_in=10**9)
    assert found.facts.cut_before == (BLANK if name == "words" else MARKS)
    assert found.facts.uncut_reason == ""
    rng = random.Random(size)
    rows: list[str | None] = [None, "", *("".join(rng.choices(NASTY, k=50)) for _ in range(40))]
    rows += ["第十二条，中华人民共和国的法律。 the lowest price: 12345 元\n" * 20]
    monkeypatch.setattr(encode, "_PIECE_BYTES", size)
    assert cut_long(pa.array(rows), found.facts.cut_before, size) is not None
    offsets, ids = found.encode(pa.array(rows))
    assert [ids[a:b].tolist() for a, b in itertools.pairwise(offsets)] == twin(rows, CONTENTS[name])
    offsets, ids = found._reference.encode(cut_long(pa.array(rows), MARKS[:1], size).texts)  # type: ignore[union-attr]
    assert ids.tolist() == [id_ for row in twin(rows, CONTENTS[name]) for id_ in row[:-1]]


SHOWN = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
PREPEND = {"type": "Prepend", "prepend": "▁"}
PREPENDED = {"type": "Sequence", "normalizers": [PREPEND, SHOWN]}
METASPACE = {
    "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True,
}  # fmt: skip
MODELS = Path(__file__).parent / "sentencepiece"


def of_model(name: str, **changes: Any) -> dict[str, Any]:
    return {**json.loads(load_definition(MODELS / f"{name}.model")), **changes}


def isolated(pattern: str) -> dict[str, Any]:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


#: It sees the whole text, where nothing has parted it.
THREES = isolated(r"[\s\S]{1,3}")


def behind(step: dict[str, Any], scheme: str) -> dict[str, Any]:
    """A model of SentencePiece with Metaspace behind another step."""
    steps = [step, {**METASPACE, "prepend_scheme": scheme}]
    return of_model(
        "bpe", normalizer=None, pre_tokenizer={"type": "Sequence", "pretokenizers": steps}
    )


def crossing_blanks() -> dict[str, Any]:
    """A BPE that has a token with a ▁ behind a letter."""
    content = of_model("bpe", pre_tokenizer=None)
    vocab = content["model"]["vocab"]
    content["model"]["vocab"] = {**vocab, "a▁": len(vocab)}
    content["model"]["merges"] = [["a", "▁"], *content["model"]["merges"]]
    return content


#: How files for models of SentencePiece are written, here and elsewhere.
WITH_BLANKS = {
    **{name: of_model(name) for name in ("bpe", "bpe-user", "bpe-unknown", "unigram-bytes")},
    "as Llama 2": of_model("bpe", normalizer=PREPENDED, pre_tokenizer=None),
    "no blank before": of_model("bpe", normalizer=SHOWN, pre_tokenizer=None),
    **{
        f"Metaspace {scheme} {split}": of_model(
            "bpe", normalizer=None,
            pre_tokenizer={**METASPACE, "prepend_scheme": scheme, "split": split},
        )
        for scheme in ("always", "first", "never") for split in (True, False)
    },
    "Metaspace behind WhitespaceSplit": behind({"type": "WhitespaceSplit"}, "always"),
    "unigram by Metaspace": of_model("unigram-bytes", normalizer=None, pre_tokenizer=METASPACE),
}  # fmt: skip


@pytest.mark.parametrize("name", WITH_BLANKS)
@pytest.mark.parametrize("size", [1, 9])
def test_models_of_sentencepiece_are_cut_at_blanks(
    name: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = encoder(WITH_BLANKS[name], eos_token=None, control_tokens=(), check_one_in=10**9)
    drops = not ("never" in name or name in ("bpe-user", "no blank before"))
    assert (found.facts.cut_before, found.facts.cut_drops) == (BLANK, drops)
    rng = random.Random(size)
    made = ("".join(rng.choices([*NASTY, " ", " the", "中 a", "▁"], k=60)) for _ in range(60))
    column = pa.array(["", None, " a b ", "a " * 30, *made], pa.string())
    whole = found._ids(column)
    assert cut_long(column, BLANK, size, drops) is not None
    monkeypatch.setattr(encode, "_PIECE_BYTES", size)
    offsets, ids = found._ids(column)
    assert np.array_equal(offsets, whole[0])
    assert np.array_equal(ids, whole[1])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (changed(normalizer={"type": "Lowercase"}), "normalizer has the step Lowercase"),
        (changed(normalizer={"type": "Sequence", "normalizers": [{"type": "NFD"}]}), "step NFD"),
        (changed(pre_tokenizer=None), "no pre-tokenizer"),
        (changed(pre_tokenizer=PLAIN), "no pre-tokenizer"),
        (changed(pre_tokenizer={**PLAIN, "add_prefix_space": True}), "ByteLevel can join"),
        (changed(normalizer=PREPEND), "a ▁ before each text, and leaves blanks"),
        (changed(normalizer=SHOWN, pre_tokenizer=None), "no pre-tokenizer"),
        (changed(normalizer=PREPENDED, pre_tokenizer=METASPACE), "Metaspace puts a ▁"),
        (crossing_blanks(), "no pre-tokenizer"),
        (of_model("bpe", normalizer=PREPENDED, pre_tokenizer=THREES), "Split can join"),
        (of_model("bpe", normalizer=SHOWN, pre_tokenizer=THREES), "Split can join"),
        (behind({"type": "WhitespaceSplit"}, "first"), "Metaspace puts a ▁"),
        (behind({"type": "WhitespaceSplit"}, "never"), "Metaspace puts a ▁"),
        (behind(isolated(r"\s+"), "always"), "Metaspace puts a ▁"),
        (behind(isolated(r"\s+|\S+"), "first"), "Metaspace puts a ▁"),
        (by_pattern(r"\p{L}+ ?|."), "Split can join"),
        (by_pattern(r"(?<!x)\p{L}+|."), "Split can join"),
        (with_token("New York"), "added token 'New York'"),
        (with_token("<td>", rstrip=True), "added token '<td>'"),
        (with_token("word", single_word=True), "added token 'word'"),
    ],
)
def test_definitions_whose_documents_stay_whole(content: dict[str, Any], said: str) -> None:
    controls = frozenset({EOS})
    assert said in safe_cuts(content, controls).reason


def test_a_cut_where_none_is_safe_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the comparison above can fail."""
    found = encoder(by_pattern(r"\p{L}+ ?|."), engine="tokenizers")
    text = "a la carta " * 9
    monkeypatch.setattr(encode, "_PIECE_BYTES", 7)
    whole = found._ids(pa.array([text]))[1]
    pieces = cut_long(pa.array([text]), BLANK, 7)
    assert pieces is not None
    assert not np.array_equal(found._reference.encode(pieces.texts)[1], whole)


def test_memory_of_one_call_is_bounded_by_its_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long document meets the engines in parts."""
    sizes: list[int] = []
    real = engines.Reference.encode

    def noted(self: engines.Reference, column: pa.Array) -> Any:
        sizes.extend(len(each) for each in column.to_pylist())
        return real(self, column)

    found = encoder(engine="tokenizers")
    monkeypatch.setattr(engines.Reference, "encode", noted)
    monkeypatch.setattr(encode, "_PIECE_BYTES", 1000)
    text = "the lowest price, " * 5000 + "x" * 3000 + " end"
    found.encode(pa.array([text]))
    assert sum(sizes) == len(text)
    # The run of letters goes with the blank before it, and is cut nowhere.
    assert sorted(sizes)[-1] == 3002
    assert sorted(sizes)[-2] <= 1000


def test_gigatoken_is_refreshed_within_a_long_document(monkeypatch: pytest.MonkeyPatch) -> None:
    found = encoder(engine="gigatoken", check_one_in=10**9)
    assert found._fast is not None
    first = found._fast._engine
    text = "the lowest price, 第十二条 " * 200
    whole = found.encode(pa.array([text]))
    monkeypatch.setattr(encode, "_PIECE_BYTES", 100)
    monkeypatch.setattr(engines, "_GIGATOKEN_CHUNK_BYTES", 1000)
    monkeypatch.setattr(engines, "_GIGATOKEN_REFRESH_BYTES", 2000)
    cut = found.encode(pa.array([text]))
    assert found._fast._engine is not first
    assert np.array_equal(cut.ids, whole.ids)
