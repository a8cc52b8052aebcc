"""Encoding: both engines give the ids of `tokenizers`, and no text can spell a special token."""

import hashlib
import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, pre_tokenizers

from corpus_pipeline.errors import ConfigError, EngineError, ResourceError
from corpus_pipeline.tokens import engines
from corpus_pipeline.tokens.encode import (
    EncodeOptions,
    TokenEncoder,
    load_tokenizer,
    tokenizer_from_json,
)
from corpus_pipeline.tokens.recent_characters import (
    RECENT_CHARACTERS,
    rows_with_recent_characters,
)
from corpus_pipeline.tokens.train import train_tokenizer

ENGINES = ("gigatoken", "tokenizers")
EOS = "<|endoftext|>"

TRAINING = [
    "the lower the lowest, the newer the newest 2024 12345 end of text endoftext",
    "中华人民共和国的法律，中华人民共和国的条例。第十二条",
    "def f(x):\n    return x + 1\n",
    "emoji 👍🏽 and é < | >",
] * 5

TEXTS = [
    "the lowest price: 12345.67 元",
    None,
    "",
    "第十二条　中华人民共和国\n\n的法律。",
    "a\x00b\x01\ufffd\uffff\u200b",
    "👩‍👩‍👧‍👦 e\u0301 \u0915\u094d\u0937",
    "   spaces   \t\r\n\r\n ",
    f"ignore {EOS} this{EOS}",
    f"\uffff{EOS}",
]


def definition(
    vocab_size: int = 400, specials: tuple[str, ...] = (EOS, "<|user|>")
) -> dict[str, Any]:
    text = train_tokenizer([pa.array(TRAINING)], vocab_size=vocab_size, special_tokens=specials)
    result: dict[str, Any] = json.loads(text)
    return result


DEFINITION = definition()


def encoder(content: dict[str, Any] = DEFINITION, **options: Any) -> TokenEncoder:
    return tokenizer_from_json(json.dumps(content).encode(), EncodeOptions(**options))


BOTH = {engine: encoder(engine=engine) for engine in ENGINES}


def documents(found: TokenEncoder, texts: list[str | None]) -> list[list[int]]:
    offsets, ids = found.encode(pa.array(texts, pa.string()))
    return [ids[offsets[i] : offsets[i + 1]].tolist() for i in range(len(texts))]


def twin(texts: list[str | None], content: dict[str, Any] = DEFINITION) -> list[list[int]]:
    """One call of `tokenizers` for each document, with its own switch for special tokens."""
    tokenizer = Tokenizer.from_str(json.dumps(content))
    tokenizer.encode_special_tokens = True
    return [
        [] if t is None else [*tokenizer.encode(t, add_special_tokens=False).ids, 0] for t in texts
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_equals_the_twin(engine: str) -> None:
    assert BOTH[engine].engine == engine
    assert documents(BOTH[engine], TEXTS) == twin(TEXTS)


@pytest.mark.parametrize("engine", ENGINES)
@given(texts=st.lists(st.none() | st.text(), max_size=6))
@example(texts=[f"{EOS}<|user|>中文{EOS}"])
@settings(max_examples=60, deadline=None)
def test_round_trip_and_twin(engine: str, texts: list[str | None]) -> None:
    rows = documents(BOTH[engine], texts)
    assert rows == twin(texts)
    for text, ids in zip(texts, rows, strict=True):
        if text is not None:
            assert BOTH[engine].decode(np.array(ids, np.uint16)) == text + EOS


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
    assert found.vocab_size == vocab_size + 2
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
        assert (name in found.control_tokens) == bool(control)
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


#: A tokenizer in which every pair that begins with `a` or ends with `b` is one token, so that its
#: ids show where a text was split into words.
def shows_words(pattern: str) -> dict[str, Any]:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pairs = [("a", x) for x in letters if x != "a"] + [(x, "b") for x in letters if x not in "ab"]
    names = [EOS, *letters, *dict.fromkeys("".join(pair) for pair in pairs)]
    content = definition()
    content["model"]["vocab"] = {name: k for k, name in enumerate(names)}
    content["model"]["merges"] = [list(pair) for pair in pairs]
    content["added_tokens"] = content["added_tokens"][:1]
    content["pre_tokenizer"]["pretokenizers"][0]["pattern"] = {"Regex": pattern}
    return content


#: As GPT-2 splits, by letters and numbers, and as o200k does, by kinds of letters and marks.
PATTERNS = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "o200k": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
    r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}


def code_points(step: int) -> list[str]:
    """Every code point of the planes in use that is new in Unicode 17, and one in `step` others."""
    recent = {c for first, last in RECENT_CHARACTERS for c in range(first, last + 1)}
    others = itertools.chain(range(0, 0xD800, step), range(0xE000, 0x34000, step))
    return [chr(c) for c in sorted({*recent, *others})]


@pytest.mark.parametrize(
    ("name", "step"),
    [("gpt2", 1009), pytest.param("gpt2", 1, marks=pytest.mark.slow),
     pytest.param("o200k", 1, marks=pytest.mark.slow)],
)  # fmt: skip
def test_characters_that_the_engines_class_differently(name: str, step: int) -> None:
    """`step` 1 fails when a new version of a library knows characters that the other does not."""
    found = encoder(shows_words(PATTERNS[name]), engine="gigatoken", check_one_in=10**9)
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
    found = encoder(shows_words(PATTERNS["gpt2"]), check_one_in=1)
    rows = rows_with_recent_characters(pa.array(texts))
    assert rows.tolist() == [False, True, False, False, True, True, False, True]
    expected = encoder(shows_words(PATTERNS["gpt2"]), engine="tokenizers")
    assert documents(found, texts) == documents(expected, texts)
    assert documents(found, texts[1:2]) == documents(expected, texts[1:2])


@given(st.lists(st.none() | st.text(st.characters(codec="utf-8", min_codepoint=0x80)), max_size=5))
@settings(max_examples=60, deadline=None)
def test_rows_with_recent_characters(texts: list[str | None]) -> None:
    recent = {c for first, last in RECENT_CHARACTERS for c in range(first, last + 1)}
    found = rows_with_recent_characters(pa.array(texts, pa.string())).tolist()
    assert found == [any(ord(c) in recent for c in text or "") for text in texts]


@pytest.mark.parametrize("engine", ENGINES)
def test_file_cannot_truncate_pad_or_surround(engine: str) -> None:
    tokenizer = Tokenizer.from_str(json.dumps(DEFINITION))
    tokenizer.enable_truncation(2)
    tokenizer.enable_padding(length=50)
    content = json.loads(tokenizer.to_str())
    content["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [
            {"SpecialToken": {"id": EOS, "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}},
        ],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {EOS: {"id": EOS, "ids": [0], "tokens": [EOS]}},
    }
    assert documents(encoder(content, engine=engine), TEXTS) == twin(TEXTS)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("texts", [[], [None], [""], [None, "", None], ["中"]])
def test_small_columns(engine: str, texts: list[str | None]) -> None:
    offsets, ids = BOTH[engine].encode(pa.array(texts, pa.string()))
    assert (offsets.dtype.name, ids.dtype.name) == ("int64", "uint16")
    assert documents(BOTH[engine], texts) == twin(texts)


@pytest.mark.parametrize("engine", ENGINES)
def test_slices_equal_the_whole(engine: str) -> None:
    column = pa.array(TEXTS, pa.string())
    rows = twin(TEXTS)
    for start in range(len(TEXTS)):
        offsets, ids = BOTH[engine].encode(column.slice(start, 3))
        assert ids.tolist() == [*itertools.chain(*rows[start : start + 3])]
        assert offsets[0] == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_long_document_without_spaces(engine: str) -> None:
    rng = np.random.default_rng(3)
    letters = rng.integers(97, 123, 400_000, dtype=np.uint8).tobytes().decode()
    (ids,) = documents(BOTH[engine], [letters + "中国" * 50_000])
    assert BOTH[engine].decode(np.array(ids[:-1], np.uint16)) == letters + "中国" * 50_000


@pytest.mark.parametrize("engine", ENGINES)
def test_end_of_document_is_special_whatever_the_file_says(engine: str) -> None:
    content = definition()
    content["added_tokens"][0]["special"] = False
    assert documents(encoder(content, engine=engine), TEXTS) == twin(TEXTS)


def test_chunks_are_bounded() -> None:
    offsets = np.array([3, 8, 8, 13, 40, 41], np.int32)
    assert list(engines._chunks(offsets, 10)) == [(0, 3), (3, 4), (4, 5)]
    assert list(engines._chunks(offsets, 1)) == [(k, k + 1) for k in range(5)]


def test_many_chunks_of_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_REFERENCE_CHUNK_BYTES", 20)
    assert documents(BOTH["tokenizers"], TEXTS) == twin(TEXTS)


def test_gigatoken_is_refreshed_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    found = encoder(engine="gigatoken")
    assert found._fast is not None
    first = found._fast._engine
    monkeypatch.setattr(engines, "_GIGATOKEN_REFRESH_BYTES", 100)
    assert documents(found, TEXTS) == twin(TEXTS)
    assert found._fast._engine is not first


def test_wide_vocabulary_takes_uint32() -> None:
    content = definition()
    top = dict(content["added_tokens"][0], content="<|top|>")
    for id_, name in ((65_535, "uint16"), (65_536, "uint32")):
        vocab = dict(content["model"]["vocab"])
        vocab["<|top|>"] = id_
        wide = {
            **content,
            "model": {**content["model"], "vocab": vocab},
            "added_tokens": [*content["added_tokens"], {**top, "id": id_}],
        }
        found = encoder(wide, eos_token="<|top|>")
        assert (found.dtype.name, found.vocab_size, found.eos_id) == (name, id_ + 1, id_)
        assert documents(found, ["中"])[0][-1] == id_


def lowercase(content: dict[str, Any]) -> None:
    content["normalizer"] = {"type": "Lowercase"}


def own_pattern(content: dict[str, Any]) -> None:
    content["pre_tokenizer"]["pretokenizers"][0]["pattern"] = {"Regex": r"\p{L}+|\p{N}|\s+"}


def unigram(content: dict[str, Any]) -> None:
    pieces = ["<unk>", EOS, *"ab中国", "▁"]
    content["model"] = {"type": "Unigram", "unk_id": 0, "vocab": [[p, -1.0] for p in pieces]}
    content["added_tokens"] = [
        dict(content["added_tokens"][0], id=k, content=name) for k, name in enumerate(pieces[:2])
    ]
    content["pre_tokenizer"] = content["decoder"] = None


@pytest.mark.parametrize("change", [lowercase, own_pattern, unigram])
def test_falls_back_with_a_reason(change: Callable[[dict[str, Any]], None]) -> None:
    content = definition()
    change(content)
    found = encoder(content)
    assert found.engine == "tokenizers"
    assert "gigatoken" in found.engine_reason
    assert "\n" not in found.engine_reason
    (ids,) = documents(found, [f"ab{EOS}中国"])
    assert found.eos_id not in ids[:-1]
    with pytest.raises(ConfigError, match="set engine to auto"):
        encoder(content, engine="gigatoken")


def test_engine_that_differs_on_a_probe_is_not_taken() -> None:
    """Without the byte-level step the vocabulary's letters mean other bytes to `tokenizers`."""
    content = definition()
    content["pre_tokenizer"] = None
    found = encoder(content)
    assert found.engine == "tokenizers"
    assert "on a probe text" in found.engine_reason


def test_auto_takes_gigatoken() -> None:
    assert encoder().engine == "gigatoken"


class Wrong(engines.Gigatoken):
    """An engine that spells one letter wrongly."""

    def encode(self, texts: pa.Array) -> Any:
        offsets, ids = super().encode(texts)
        return offsets, np.where(ids == ids.max(initial=0), 5, ids)


def test_difference_stops_the_run() -> None:
    found = encoder(check_one_in=1)
    assert found._fast is not None
    found._fast = Wrong(found._fast._json)
    with pytest.raises(EngineError, match=r"document 2 of the batch: gigatoken .* at token 0"):
        found.encode(pa.array([None, "中", "国"]))


def test_difference_in_a_document_longer_than_the_bound() -> None:
    found = encoder(check_max_bytes=1024)
    assert found._fast is not None
    texts = pa.array(["中国" * 5000])
    assert found.check(texts, found.encode(texts)) == 1
    found._fast = Wrong(found._fast._json)
    with pytest.raises(EngineError, match="document 0"):
        found.encode(texts)


def test_each_column_with_text_is_checked() -> None:
    found = encoder(check_one_in=10**9)
    for texts in (["中"], ["", None, "a"], [f"document {i}" for i in range(50)]):
        column = pa.array(texts, pa.string())
        assert found.check(column, found.encode(column)) == 1
    column = pa.array(["", None], pa.string())
    assert found.check(column, found.encode(column)) == 0


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="counts threads in /proc")
def test_stays_on_one_thread() -> None:
    column = pa.array([f"document {i} 中国 the lowest" for i in range(2000)])
    for found in BOTH.values():
        found.encode(column.slice(0, 1))
        before = len(os.listdir("/proc/self/task"))
        found.encode(column)
        assert len(os.listdir("/proc/self/task")) == before
    assert os.environ["TOKENIZERS_PARALLELISM"] == "false"


def test_load_tokenizer(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(DEFINITION), "utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    found = load_tokenizer(path, digest.upper(), EncodeOptions(eos_token="<|user|>"))
    assert (found.sha256, found.eos_id) == (digest, 1)
    with pytest.raises(ResourceError, match="not 00"):
        load_tokenizer(path, "00" * 32)
    with pytest.raises(ResourceError, match="cannot be read"):
        load_tokenizer(tmp_path / "none.json")


def test_shipped_tokenizer() -> None:
    found = load_tokenizer(Path(engines.__file__).parents[1] / "models" / "tokenizer.json")
    assert (found.engine, found.vocab_size, found.eos_id) == ("gigatoken", 32_000, 0)
    assert found.dtype == np.uint16
    texts = ["The quick brown fox jumps over the lazy dog.", "中华人民共和国公民有受教育的权利。"]
    lengths = np.diff(found.encode(pa.array(texts)).offsets)
    assert lengths.tolist() < [15, 15]


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"\xff", ResourceError, "not UTF-8"),
        (b"{", ResourceError, "not JSON"),
        (b"[]", ResourceError, "no `model`"),
        (b'{"model": {"type": "Nonsense"}}', ResourceError, "cannot be loaded"),
        (b'{"model": {"type": "BPE", "dropout": 0.1}}', ConfigError, "dropout"),
        (json.dumps(definition(specials=())).encode(), ConfigError, "eos_token"),
    ],
)
def test_refuses_files(data: bytes, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        tokenizer_from_json(data)


@pytest.mark.parametrize(
    "options", [{"engine": "fast"}, {"check_one_in": 0}, {"check_max_bytes": 10}]
)
def test_refuses_options(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        EncodeOptions(**options)
