"""No text can spell a control token; what an engine does not know yet goes to the other one."""

import itertools
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from encoders import (
    DEFINITION,
    ENGINES,
    EOS,
    definition,
    documents,
    encoder,
    shows_words,
    twin,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.errors import ConfigError, EngineError
from corpus_pipeline.tokens import engines
from corpus_pipeline.tokens.patterns import PATTERN_NAMES, split_pattern
from corpus_pipeline.tokens.recent_characters import (
    RECENT_CHARACTERS,
    rows_with_recent_characters,
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("eos_token", [EOS, None])
def test_special_tokens_in_text_are_ordinary_text(engine: str, eos_token: str | None) -> None:
    found = encoder(engine=engine, eos_token=eos_token)
    (ids,) = documents(found, [f"{EOS}a<|user|> {EOS}"])
    body = ids if eos_token is None else ids[:-1]
    assert not {0, 1} & set(body)
    assert found.decode(np.array(body, np.uint16)) == f"{EOS}a<|user|> {EOS}"


@pytest.mark.parametrize("engine", ENGINES)
def test_special_tokens_cannot_be_merged_either(engine: str) -> None:
    """`ignore_merges` takes a pre-token that is in the vocabulary as it is."""
    content = definition(specials=("endoftext",))
    content["model"]["ignore_merges"] = True
    found = encoder(content, engine=engine, eos_token="endoftext")
    (ids,) = documents(found, ["endoftext"])
    assert 0 not in ids[:-1]
    assert len(ids) > 2


@pytest.mark.parametrize("engine", ENGINES)
def test_added_tokens_that_are_not_special_stay(engine: str) -> None:
    content = definition()
    vocab_size = len(content["model"]["vocab"])
    for k, name in enumerate(["<|late|>", "<table>"]):
        content["added_tokens"].append(
            dict(content["added_tokens"][0], id=vocab_size + k, content=name, special=k == 0)
        )
    found = encoder(content, engine=engine)
    assert found.facts.vocab_size == vocab_size + 2
    (ids,) = documents(found, ["a <table><|late|> 中"])
    assert vocab_size + 1 in ids
    assert vocab_size not in ids
    assert [ids] == twin(["a <table><|late|> 中"], content)


#: Added tokens as Qwen, DeepSeek, Gemma and Mistral have them, none marked special; those that
#: text turns into come last.
ADDED = ["<tool_call>", "</tool_call>", "<|fim_prefix|>", "<｜User｜>", "[INST]", "<unused7>",
         "<td>", "</h1>", "   ", "<br />"]  # fmt: skip


def with_added(names: list[str]) -> dict[str, Any]:
    content = definition()
    first = len(content["model"]["vocab"])
    for k, name in enumerate(names, first):
        content["added_tokens"].append(
            dict(content["added_tokens"][0], id=k, content=name, special=False)
        )
    return content


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("named", "controls"), [(None, 6), ((), 0), (("<td>",), 0), (("[INST]", "   "), 0)]
)
def test_control_tokens_need_not_be_marked_special(
    engine: str, named: tuple[str, ...] | None, controls: int
) -> None:
    found = encoder(with_added(ADDED), engine=engine, control_tokens=named)
    for k, name in enumerate(ADDED, len(DEFINITION["model"]["vocab"])):
        (ids,) = documents(found, [f"a{name}中"])
        text = name if named is None else (name if name in named else None)
        control = k - len(DEFINITION["model"]["vocab"]) < controls or (named and name in named)
        assert (k in ids) == (not control), name
        assert (name in found.facts.control_tokens) == bool(control)
        assert found.decode(np.array(ids[:-1], np.uint16)) == f"a{text or name}中"


def test_control_token_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match=r"'<tool>' is not in .*did you mean '<tool_call>'"):
        encoder(with_added(ADDED), control_tokens=("<tool>",))


@pytest.mark.parametrize("unknown", ["<unk>", "⁇"])
def test_name_of_the_unknown_token_is_spelled(unknown: str) -> None:
    """A unigram model would find the name of its unknown token in the text itself."""
    pieces = [unknown, EOS, "▁", *"<unk>ab中⁇"]
    content = definition()
    content["model"] = {
        "type": "Unigram",
        "unk_id": 0,
        "vocab": [[piece, 0.0 if k < 2 else -float(k)] for k, piece in enumerate(pieces)],
    }
    content["added_tokens"] = [
        dict(content["added_tokens"][0], id=k, content=name, special=k == 1)
        for k, name in enumerate(pieces[:2])
    ]
    content["pre_tokenizer"] = content["decoder"] = None
    found = encoder(content)
    (ids,) = documents(found, [f"a{unknown}中"])
    if unknown == "<unk>":
        assert [pieces[id_] for id_ in ids[:-1]] == ["a", *"<unk>", "中"]
    # What no piece spells is still unknown.
    assert documents(found, ["a国b"]) == [[pieces.index("a"), 0, pieces.index("b"), 1]]


def with_bytes(pieces: list[str], scores: list[float]) -> dict[str, Any]:
    """A unigram model with bytes to fall back to, as SentencePiece's converters write it."""
    content = definition()
    names = ["<unk>", EOS, *(f"<0x{byte:02X}>" for byte in range(256)), *pieces]
    content["model"] = {
        "type": "Unigram",
        "unk_id": 0,
        "byte_fallback": True,
        "vocab": [list(pair) for pair in zip(names, [0.0] * 258 + scores, strict=True)],
    }
    content["added_tokens"] = [
        dict(content["added_tokens"][0], id=k, content=name) for k, name in enumerate(names[:2])
    ]
    content["normalizer"] = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    content["pre_tokenizer"] = content["decoder"] = None
    return content


PIECES = ["▁", "a", "x", "0", "4", "1", "<", ">", "中", "<a", "x4", "1>", "▁中a", "0x"]


@pytest.mark.parametrize("single", ["<", "x"])
def test_names_of_bytes_are_spelled(single: str) -> None:
    pieces = [piece for piece in PIECES if piece != "<" or single == "<"]
    found = encoder(with_bytes(pieces, [-1.0 - k for k in range(len(pieces))]))
    (ids,) = documents(found, ["<0x41><0x41>a 中<0xE4>A"])
    spelled = found._reference._tokenizer
    names = [spelled.id_to_token(int(id_)) for id_ in ids[:-1]]
    byte = "<" if single == "<" else "<0x3C>"
    # What stands in for a character is one that the text does not have.
    (other,) = documents(found, ["\ufdd0\ufdd1<0x41>"])
    assert [spelled.id_to_token(int(id_)) for id_ in other[6:7]] == [byte]
    assert "<0x41>" not in map(spelled.id_to_token, map(int, other[:-1]))
    assert names.count("<0x41>") == 1  # The A at the end.
    assert "<0xE4>" not in names
    assert names[0] == byte
    # What a plain text gets is what the library gives.
    for text in ("a 中a x40 < a<a 国é", "", "\ufdd0 a<"):
        assert documents(found, [text])[0][:-1] == spelled.encode(text).ids, text


@given(st.text(st.sampled_from("<0x41>a 中国é\ufdd0\ufdd1\uffff"), max_size=12))
@settings(max_examples=300, deadline=None)
def test_bytes_stand_for_what_is_unknown_and_nothing_else(text: str) -> None:
    content = with_bytes(PIECES, [-1.0 - k for k in range(len(PIECES))])
    found = MENDED.setdefault("", encoder(content))
    (ids,) = documents(found, [text])
    used = [id_ for id_ in ids[:-1] if 2 <= id_ < 258]
    unknown = [2 + byte for c in text if c in "国é\ufdd0\ufdd1\uffff" for byte in c.encode()]
    assert used == unknown
    if "<0x41>" not in text:
        assert ids[:-1] == found._reference._tokenizer.encode(text).ids


MENDED: dict[str, Any] = {}


@pytest.mark.parametrize("ignore_merges", [True, False])
def test_no_text_spells_a_renamed_token(ignore_merges: bool) -> None:
    """Where whole pre-tokens are looked up, the renamed entry is one that the text lacks."""
    content = definition()
    names = ["<s>", *"\uffff<s>ab▁"]
    content["model"] = {
        "type": "BPE", "vocab": {name: k for k, name in enumerate(names)}, "merges": [],
        "ignore_merges": ignore_merges,
    }  # fmt: skip
    content["added_tokens"] = [dict(content["added_tokens"][0], id=0, content="<s>")]
    content["pre_tokenizer"] = content["decoder"] = None
    found = encoder(content, eos_token=None)
    for text in ("<s>", "\uffff<s>", "\uffff\uffff<s>"):
        assert [[names[k] for k in ids] for ids in documents(found, [text])] == [list(text)]


def test_an_added_token_of_which_nothing_is_left() -> None:
    """It would be found at every place of a text, without end."""
    content = with_added(["  "])
    content["normalizer"] = {"type": "Replace", "pattern": {"Regex": " +"}, "content": ""}
    content["added_tokens"][-1]["normalized"] = False
    assert encoder(content).facts.vocab_size == 370
    content["added_tokens"][-1]["normalized"] = True
    with pytest.raises(ConfigError, match=r"leaves nothing of its added token '  '"):
        encoder(content)


def test_a_library_that_breaks_off_is_an_error_of_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panic = type("PanicException", (BaseException,), {})

    def broken(*_: object) -> None:
        raise panic("index out of bounds\nat line 1")

    found = encoder(engine="tokenizers")
    monkeypatch.setattr(found._reference, "_encoded", broken)
    with pytest.raises(EngineError, match=r"^documents 0 to 1 of the batch: .*out of bounds\);"):
        found.encode(pa.array(["a", "中"]))

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(found._reference, "_encoded", stopped)
    with pytest.raises(KeyboardInterrupt):
        found.encode(pa.array(["a"]))


SPLIT = definition()["pre_tokenizer"]["pretokenizers"][0]
PUNCTUATION = {"type": "Punctuation", "behavior": "Isolated"}


def byte_level(regex: bool) -> dict[str, Any]:
    return {
        "type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": regex,
    }  # fmt: skip


STEPS: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "a pattern": ([SPLIT, byte_level(False)], True),
    "what the pattern leaves": (
        [{**SPLIT, "behavior": "Removed", "invert": True}, byte_level(False)], True,
    ),
    "marks": ([SPLIT, PUNCTUATION, byte_level(False)], False),
    "digits": ([{"type": "Digits", "individual_digits": True}, SPLIT, byte_level(False)], False),
    "two patterns": ([SPLIT, byte_level(True)], False),
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_gigatoken_is_taken_for_ways_to_cut_that_it_knows(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, fast = STEPS[name]
    content = shows_words(split_pattern("cl100k"))
    content["pre_tokenizer"]["pretokenizers"] = [
        {**step, "pattern": {"Regex": split_pattern("cl100k")}} if step["type"] == "Split" else step
        for step in steps
    ]
    found = encoder(content, check_one_in=10**9)
    assert found.facts.engine == ("gigatoken" if fast else "tokenizers")
    rng = np.random.default_rng(5)
    signs = np.array([*"aabb,.<'1中\u060cش \n", "'s", "12"])
    texts: list[str | None] = ["".join(rng.choice(signs, 12)) for _ in range(2000)]
    texts += [",b", "<t", "\u060cش", "'11"]
    assert documents(found, texts) == twin(texts, content)
    # Texts made of the vocabulary show most of it too.
    monkeypatch.setattr(engines, "_has_known_steps", lambda _: True)
    assert encoder(content).facts.engine == (
        "gigatoken" if fast or name == "digits" else "tokenizers"
    )


def test_documents_do_not_decide_for_their_neighbours() -> None:
    found = encoder(with_bytes(PIECES, [-1.0] * len(PIECES)))
    rows: list[str | None] = ["<0x41>", "\ufdd0<0x41>", "中"]
    assert documents(found, rows) == [documents(found, [row])[0] for row in rows]


def code_points(step: int) -> list[str]:
    """Every code point of the planes in use that is new in Unicode 17, and one in `step` others."""
    recent = {c for first, last in RECENT_CHARACTERS for c in range(first, last + 1)}
    others = itertools.chain(
        range(0, 0xD800, step), range(0xE000, 0x34000, step), range(0xE0000, 0xE0200)
    )
    return [chr(c) for c in sorted({*recent, *others})]


@pytest.mark.parametrize(
    ("name", "step"),
    [("gpt2", 1009), *(pytest.param(name, 1, marks=pytest.mark.slow) for name in PATTERN_NAMES)],
)
def test_characters_that_the_engines_class_differently(name: str, step: int) -> None:
    """`step` 1 fails when a new version of a library knows characters that the other does not."""
    found = encoder(shows_words(split_pattern(name)), engine="gigatoken", check_one_in=10**9)
    assert found._fast is not None
    differing = 0
    points = code_points(step)
    for start in range(0, len(points), 10_000):
        column = pa.array([f"a{c}b 1{c}2 {c}.{c}" for c in points[start : start + 10_000]])
        offsets, ids = found._reference.encode(column)
        mine = found._ids(column)
        assert np.array_equal(mine[0], offsets)
        assert np.array_equal(mine[1], ids)
        alone = found._fast.encode(column)
        differing += int(np.any(alone[0] != offsets) or np.any(alone[1] != ids))
    assert differing


def test_document_with_a_recent_character_among_others() -> None:
    texts = ["a", "\U000323b0b", None, "", "x\u088f", "\u088f", "中文", "a\U0001f600\U00010940"]
    found = encoder(shows_words(split_pattern("gpt2")), check_one_in=1)
    rows = rows_with_recent_characters(pa.array(texts))
    assert rows.tolist() == [False, True, False, False, True, True, False, True]
    expected = encoder(shows_words(split_pattern("gpt2")), engine="tokenizers")
    assert documents(found, texts) == documents(expected, texts)
    assert documents(found, texts[1:2]) == documents(expected, texts[1:2])


@given(st.lists(st.none() | st.text(st.characters(codec="utf-8", min_codepoint=0x80)), max_size=5))
@settings(max_examples=60, deadline=None)
def test_rows_with_recent_characters(texts: list[str | None]) -> None:
    recent = {c for first, last in RECENT_CHARACTERS for c in range(first, last + 1)}
    found = rows_with_recent_characters(pa.array(texts, pa.string())).tolist()
    assert found == [any(ord(c) in recent for c in text or "") for text in texts]
