"""Tokenizers of other libraries give their ids here; what cannot be said is refused."""

import base64
import contextlib
import hashlib
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from encoders import TRAINING, definition, documents
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import Corpus
from tokenizers import Regex, pre_tokenizers

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.tokens import tiktoken_files
from corpus_pipeline.tokens.encode import EncodeOptions, TokenEncoder, tokenizer_from_json
from corpus_pipeline.tokens.foreign import kind_of, load_definition
from corpus_pipeline.tokens.patterns import split_pattern
from corpus_pipeline.tokens.sentencepiece_files import from_sentencepiece
from corpus_pipeline.tokens.tiktoken_files import byte_letters, from_gpt2, from_tiktoken

MODELS = Path(__file__).parent / "sentencepiece"
EXPECTED = json.loads((MODELS / "expected.json").read_text("utf-8"))

TEXTS = [*TRAINING[:4], "", " ", "the the, low\n\n  ", "<|end|> 中华 aaaa", "x" * 40, "\u0301'S"]


def opened(text: str, **options: object) -> TokenEncoder:
    chosen: dict[str, object] = {"eos_token": None, "control_tokens": (), **options}
    return tokenizer_from_json(text.encode(), EncodeOptions(**chosen))  # type: ignore[arg-type]


def ranks() -> dict[bytes, int]:
    """A vocabulary as tiktoken has them: bytes -> rank, the bytes first."""
    byte_of = {letter: byte for byte, letter in enumerate(byte_letters())}
    model = definition(specials=())["model"]
    tokens = sorted(model["vocab"], key=lambda token: model["vocab"][token])
    return {bytes(byte_of[letter] for letter in token): k for k, token in enumerate(tokens)}


def tiktoken_file(tokens: dict[bytes, int]) -> bytes:
    lines = (b"%s %d\n" % (base64.b64encode(token), rank) for token, rank in tokens.items())
    return b"".join(lines)


def twin(text: str, tokens: dict[bytes, int], pattern: str) -> list[int]:
    """What tiktoken does: of all neighbours that make a token, those of the least rank merge."""
    ids = []
    split = pre_tokenizers.Split(Regex(pattern), behavior="isolated")
    for word, _ in split.pre_tokenize_str(text):
        parts = [bytes([byte]) for byte in word.encode()]
        if word.encode() in tokens:
            parts = [word.encode()]
        while True:
            made = [tokens.get(a + b, 1 << 30) for a, b in itertools.pairwise(parts)]
            if not made or min(made) == 1 << 30:
                break
            k = made.index(min(made))
            parts[k : k + 2] = [parts[k] + parts[k + 1]]
        ids += [tokens[part] for part in parts]
    return ids


RANKS = ranks()
OPENED = {
    name: opened(from_tiktoken(tiktoken_file(RANKS), "file", name, {"<|end|>": 1000}))
    for name in ("gpt2", "cl100k", "o200k")
}


@pytest.mark.parametrize("name", OPENED)
@given(st.text(max_size=20) | st.lists(st.sampled_from(TEXTS), max_size=3).map("".join))
@settings(max_examples=150, deadline=None)
def test_ids_of_a_file_of_tiktoken(name: str, text: str) -> None:
    assert OPENED[name].facts.vocab_size == 1001
    assert documents(OPENED[name], [text]) == [twin(text, RANKS, split_pattern(name))]


def test_no_order_of_pairs_is_that_of_tiktoken_but_all_of_them() -> None:
    """A token can be made in several ways; each occurs."""
    tokens = {bytes([byte]): byte for byte in range(256)}
    tokens |= {token: 256 + k for k, token in enumerate((b"bc", b"ab", b"cd", b"abc", b"bcd"))}
    pattern = split_pattern("cl100k")
    found = opened(from_tiktoken(tiktoken_file(tokens), "file", "cl100k"))
    for letters in itertools.product("abcd", repeat=5):
        text = "x" + "".join(letters)
        assert documents(found, [text]) == [twin(text, tokens, pattern)]


def test_ids_of_gpt2_files(tmp_path: Path) -> None:
    content = definition(specials=("<|endoftext|>",))
    model = content["model"]
    (tmp_path / "encoder.json").write_text(json.dumps(model["vocab"]))
    lines = ["#version: 0.2", *(" ".join(pair) for pair in model["merges"]), ""]
    (tmp_path / "vocab.bpe").write_text("\n".join(lines), "utf-8")
    expected = definition(specials=("<|endoftext|>",))
    expected["pre_tokenizer"]["pretokenizers"][0]["pattern"] = {"Regex": split_pattern("gpt2")}
    twin_of_it = opened(json.dumps(expected))
    for path in (tmp_path, tmp_path / "encoder.json", tmp_path / "vocab.bpe"):
        found = opened(load_definition(path, "gpt2"))
        assert documents(found, [*TEXTS]) == documents(twin_of_it, [*TEXTS])
        assert found.facts.control_tokens == ("<|endoftext|>",)
    with pytest.raises(ConfigError, match="this pair of files is not a published one"):
        load_definition(tmp_path)
    (tmp_path / "encoder.json").unlink()
    with pytest.raises(ResourceError, match=r"put encoder.json or vocab.json beside it"):
        load_definition(tmp_path / "vocab.bpe")


def pair_of_files(specials: tuple[str, ...] = ()) -> tuple[bytes, dict[str, int]]:
    model = definition(specials=specials)["model"]
    return "\n".join([*(" ".join(pair) for pair in model["merges"]), ""]).encode(), model["vocab"]


def test_pairs_of_files_of_other_models() -> None:
    """RoBERTa has special tokens within the vocabulary, Qwen2 behind it and another pattern."""
    merges, ids = pair_of_files(("<s>", "</s>"))
    vocab = json.dumps(ids).encode()
    inside = from_gpt2(merges, vocab, "f", "qwen", {"<s>": 0, "</s>": 1, "<|end|>": len(ids)})
    found = opened(inside)
    assert found.facts.control_tokens == ("</s>", "<s>", "<|end|>")
    assert found.facts.vocab_size == len(ids) + 1
    content = definition(specials=("<s>", "</s>"))
    content["pre_tokenizer"]["pretokenizers"][0]["pattern"] = {"Regex": split_pattern("qwen")}
    assert documents(found, [*TEXTS]) == documents(opened(json.dumps(content)), [*TEXTS])
    for special in ({"<s>": 7}, {"<|end|>": 0}, {"<a>": 999, "<b>": 999}):
        with pytest.raises(ConfigError, match="of another token"):
            from_gpt2(merges, vocab, "f", "qwen", special)


def test_pairs_of_files_that_are_not_made_of_bytes() -> None:
    merges, ids = pair_of_files()
    lacking = {token: id_ for token, id_ in ids.items() if token != "Ā"}
    with pytest.raises(ResourceError, match="no token for the byte 0, so"):
        from_gpt2(merges, json.dumps(lacking).encode(), "f", "gpt2")


def test_gpt2_is_known_by_its_merges_and_the_ids_that_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    merges, ids = pair_of_files()
    monkeypatch.setattr(tiktoken_files, "_GPT2_MERGES", hashlib.sha256(merges).hexdigest())
    tokens = [
        *sorted(byte_letters()),
        *("".join(line.split()) for line in merges.decode().split("\n")),
    ]
    gpt2 = {token: id_ for id_, token in enumerate([*tokens[:-1], "<|endoftext|>"])}
    assert gpt2.keys() == ids.keys() | {"<|endoftext|>"}
    found = json.loads(from_gpt2(merges, json.dumps(gpt2, indent=1).encode(), "f"))
    assert found["added_tokens"][0]["id"] == len(gpt2) - 1
    split = found["pre_tokenizer"]["pretokenizers"][0]
    assert split["pattern"] == {"Regex": split_pattern("gpt2")}
    roberta = {token: id_ + 4 for token, id_ in gpt2.items()}
    with pytest.raises(ConfigError, match="name the pattern"):
        from_gpt2(merges, json.dumps(roberta).encode(), "f")


@pytest.mark.parametrize("name", EXPECTED["ids"])
def test_ids_of_a_model_of_sentencepiece(name: str) -> None:
    """expected.json was written by SentencePiece, see sentencepiece/make.py."""
    path = MODELS / f"{name}.model"
    found = opened(load_definition(path))
    ids = documents(found, EXPECTED["texts"])
    for text, mine, theirs in zip(EXPECTED["texts"], ids, EXPECTED["ids"][name], strict=True):
        assert mine == theirs, text
    parts = json.loads(load_definition(path))
    assert (parts["pre_tokenizer"] is None) == (name == "unigram-across")
    assert "<unk>" in found.facts.control_tokens


def test_control_pieces_do_not_arise_from_text() -> None:
    for path in MODELS.glob("*.model"):
        found = opened(load_definition(path))
        pieces = ["<s>", "</s>", "<unk>", "\uffff<s>", "\uffff\uffff</s>", "\uffff\ufdd0<s>"]
        for text in (*pieces, "a</s>b"):
            (ids,) = documents(found, [text])
            # What is unknown may be unknown; it is one id, and no control.
            assert not {1, 2} & set(ids), (path.name, text)


def test_decoding_a_model_of_sentencepiece() -> None:
    found = opened(load_definition(MODELS / "bpe.model"))
    for text in ("the lowest bridge", "今天 天气", " a", "龘👍🏽\n"):
        encoded = found.encode(pa.array([text]))
        assert found.decode(encoded.ids) == text


def varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def model_with(
    trainer: dict[int, int], normalizer: dict[int, int], kind: int = 1, last: str = "ab"
) -> bytes:
    """A model of three pieces, as protocol buffers write it."""

    def section(number: int, fields: dict[int, int]) -> bytes:
        content = b"".join(varint(key << 3) + varint(value) for key, value in fields.items())
        return varint(number << 3 | 2) + varint(len(content)) + content

    pieces = b""
    for text, of_kind in (("<unk>", 2), ("▁", 1), (last, kind)):
        content = b"\x0a" + varint(len(text.encode())) + text.encode() + b"\x15\0\0\0\0"
        content += b"\x18" + varint(of_kind)
        pieces += b"\x0a" + varint(len(content)) + content
    return pieces + section(2, trainer) + section(3, normalizer)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (model_with({3: 4}, {}), "words or characters"),
        (model_with({24: 1}, {}), "behind words"),
        (model_with({}, {5: 0}), "not written as"),
        (model_with({3: 2}, {}, kind=5), "unused pieces"),
        (model_with({}, {}, kind=4), r"pieces of the user's \('ab'\)"),
        (model_with({}, {}, kind=2), "2 pieces for the unknown"),
        (model_with({}, {3: 0, 4: 0}, kind=4, last="中 "), r"normaliser changes \('中 '\)"),
        (model_with({}, {3: 0, 4: 0}, kind=4, last="  "), "normaliser changes"),
        (model_with({}, {3: 0, 4: 1}, kind=4, last="▁▁"), "normaliser changes"),
        (model_with({}, {3: 0, 4: 1}, kind=4, last="a▁"), "normaliser changes"),
    ],
)
def test_models_that_a_tokenizer_json_cannot_say(model: bytes, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        from_sentencepiece(model, "file")
    assert from_sentencepiece(model_with({}, {}), "file")
    assert from_sentencepiece(model_with({}, {3: 0, 4: 0}, kind=4, last="▁▁"), "file")


def test_damaged_models_are_refused_in_a_line() -> None:
    whole = (MODELS / "unigram.model").read_bytes()
    refused = 0
    for data in [whole[:k] for k in range(5, len(whole), 97)] + [whole[:40] + b"\xff" * 20]:
        # What is cut between two pieces is a smaller model.
        with contextlib.suppress(ResourceError, ConfigError):
            from_sentencepiece(data, "file")
            refused -= 1
        refused += 1
    assert refused > 10
    with pytest.raises(ResourceError, match=r"^file: is no model of SentencePiece, or damaged"):
        from_sentencepiece(whole[:40] + b"\xff" * 20, "file")


GOOD = tiktoken_file(RANKS)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: from_tiktoken(GOOD, "f"), ConfigError, "name the pattern: one of gpt2"),
        (lambda: from_tiktoken(GOOD, "f", "qwen", {"<a>": 3}), ConfigError, "of another token"),
        (lambda: from_tiktoken(b"x\n" + GOOD, "f", "qwen"), ResourceError, "line 1 "),
        (
            lambda: from_tiktoken(GOOD.partition(b"\n")[2], "f", "qwen"),
            ResourceError,
            "for the byte",
        ),
        (lambda: from_tiktoken(GOOD + b"IiIi 7\n", "f", "qwen"), ResourceError, "one rank"),
        (lambda: load_definition(MODELS / "none"), ResourceError, "cannot be read"),
        (lambda: load_definition(MODELS / "make.py"), ResourceError, "is no tokenizer.json"),
        (lambda: load_definition(MODELS / "expected.json"), ResourceError, "is no tokenizer.json"),
        (lambda: load_definition(MODELS / "bpe.model", "qwen"), ConfigError, "says itself how"),
        (lambda: tokenizer_from_json(GOOD), ResourceError, "corpus convert-tokenizer"),
    ],
)
def test_refuses(call: Callable[[], object], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        call()


def test_formats_are_told_by_their_first_bytes() -> None:
    assert kind_of(GOOD) == "tiktoken"
    assert {kind_of(path.read_bytes()) for path in MODELS.glob("*.model")} == {"sentencepiece"}
    text = json.dumps(definition()).encode()
    # A line feed and the text's first two signs look like the head of a model.
    for before in (b"", b"\n", b"\n\n", b"\n \n", b"\r\n \n\t", b"\n\x20\n\x20"):
        assert kind_of(before + text) is None, before
        assert kind_of(before + json.dumps(definition()["model"]["vocab"]).encode()) == "gpt2"


def test_the_command(tmp_path: Path, corpus: Corpus) -> None:
    source, output = tmp_path / "ranks.tiktoken", tmp_path / "tokenizer.json"
    source.write_bytes(GOOD)
    arguments = ["convert-tokenizer", source, output]
    assert corpus(*arguments).code == 1
    code, out, err = corpus(*arguments, "--pattern", "qwen", "--special-token", "<|end|>=400")
    assert (code, err) == (0, "")
    assert re.search(r"401 ids, of which 1 are control tokens\nengine: gigatoken gives", out)
    assert "long documents are cut" in out
    found = opened(output.read_text("utf-8"), eos_token="<|end|>")
    assert documents(found, ["中华"])[0][-1] == 400
    assert corpus(*arguments, "--pattern", "qwen").code == 1
    assert "exists" in corpus(*arguments, "--pattern", "qwen").err
    assert corpus(*arguments, "--overwrite", "--pattern", "x", "--special-token", "a").code == 1
