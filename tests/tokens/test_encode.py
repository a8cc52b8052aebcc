"""Encoding: both engines give the ids of `tokenizers`, and no text can spell a special token."""

import dataclasses
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
from encoders import BOTH, DEFINITION, ENGINES, EOS, definition, documents, encoder, twin
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from corpus_pipeline.errors import ConfigError, EngineError, ResourceError
from corpus_pipeline.tokens import engines
from corpus_pipeline.tokens.encode import (
    EncodeOptions,
    TokenizerFacts,
    load_tokenizer,
    tokenizer_from_json,
)

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


@pytest.mark.parametrize("engine", ENGINES)
def test_equals_the_twin(engine: str) -> None:
    assert BOTH[engine].facts.engine == engine
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
        assert (found.dtype.name, found.facts.vocab_size, found.eos_id) == (name, id_ + 1, id_)
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
    assert found.facts.engine == "tokenizers"
    assert "gigatoken" in found.facts.engine_reason
    assert "\n" not in found.facts.engine_reason
    (ids,) = documents(found, [f"ab{EOS}中国"])
    assert found.eos_id not in ids[:-1]
    with pytest.raises(ConfigError, match="set engine to auto"):
        encoder(content, engine="gigatoken")


def test_engine_that_differs_on_a_probe_is_not_taken() -> None:
    """A blank before each pre-token is something that gigatoken does not put."""
    content = definition()
    content["pre_tokenizer"]["pretokenizers"][1]["add_prefix_space"] = True
    found = encoder(content)
    assert found.facts.engine == "tokenizers"
    assert "on a probe text" in found.facts.engine_reason
    content["pre_tokenizer"] = None
    assert "not known to cut text" in encoder(content).facts.engine_reason


def test_auto_takes_gigatoken() -> None:
    assert encoder().facts.engine == "gigatoken"


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
    assert (found.facts.engine, found.facts.vocab_size, found.eos_id) == ("gigatoken", 32_000, 0)
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


def test_facts_that_are_known_change_no_id() -> None:
    """What was found out of a tokenizer once makes it open faster, and encode the same."""
    first = encoder()
    content = json.dumps(DEFINITION).encode()
    known = tokenizer_from_json(content, first.options, facts=first.facts)
    small = pa.array(["Ein Satz. 一句话。", None, ""])
    large = pa.array(["word " * 20_000, "一句话。" * 10_000])
    for column in (small, large, small):
        for ours, theirs in zip(known.encode(column), first.encode(column), strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_facts_survive_json() -> None:
    facts = encoder().facts
    assert TokenizerFacts.from_json(json.loads(json.dumps(dataclasses.asdict(facts)))) == facts
