"""The trainer: what is learned, and that nothing but the texts and the options decides it."""

import json
import os
import subprocess
import sys

import pyarrow as pa
import pytest
from tokenizers import Tokenizer

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.tokens.patterns import split_pattern
from corpus_pipeline.tokens.train import train_tokenizer

TEXTS = [
    "the lower the lowest, the newer the newest 2024 12345",
    "中华人民共和国的法律，中华人民共和国的条例。第十二条",
    "def f(x):\n    return x + 1\n",
    "emoji 👍🏽 and é",
] * 5


def test_vocabulary_holds_specials_bytes_and_merges() -> None:
    text = train_tokenizer([pa.array(TEXTS)], vocab_size=330, special_tokens=("<|a|>", "<|b|>"))
    vocab = json.loads(text)["model"]["vocab"]
    assert len(vocab) == 330
    assert (vocab["<|a|>"], vocab["<|b|>"]) == (0, 1)
    assert sorted(vocab.values()) == list(range(330))


def test_same_texts_in_another_order_and_other_columns_give_the_same_file() -> None:
    whole = train_tokenizer([pa.array(TEXTS)], vocab_size=340)
    cut = [pa.array([text, None]) for text in reversed(TEXTS)] + [pa.array([], pa.string())]
    assert train_tokenizer(cut, vocab_size=340) == whole
    assert train_tokenizer([pa.array(TEXTS[:-1])], vocab_size=340) != whole


def test_other_process_with_threads_gives_the_same_file() -> None:
    program = (
        "import sys, json, pyarrow as pa\n"
        "from corpus_pipeline.tokens.train import train_tokenizer\n"
        "sys.stdout.write(train_tokenizer([pa.array(json.load(sys.stdin))], vocab_size=340))\n"
    )
    environment = os.environ | {
        "TOKENIZERS_PARALLELISM": "true",
        "RAYON_NUM_THREADS": "3",
        "PYTHONHASHSEED": "7",
        "PYTHONIOENCODING": "utf-8",
    }
    result = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(TEXTS),
        env=environment,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert result.stdout == train_tokenizer([pa.array(TEXTS)], vocab_size=340)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("1234567", ["123", "456", "7"]),
        (" the", [" the"]),
        ("中华人民共和国", ["中华人民共和国"]),
        ("I'll", ["I", "'ll"]),
    ],
)
def test_pre_tokens(text: str, tokens: list[str]) -> None:
    trained = Tokenizer.from_str(train_tokenizer([pa.array([text] * 9)], vocab_size=400))
    assert [trained.decode([id_]) for id_ in trained.encode(text).ids] == tokens


def test_no_token_is_longer_than_the_bound() -> None:
    texts = [pa.array(["中华人民共和国 internationalisation"] * 9)]
    vocab = json.loads(train_tokenizer(texts, vocab_size=400, max_token_bytes=6))["model"]["vocab"]
    assert max(len(token) for token in vocab if token != "<|endoftext|>") == 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vocab_size": 256}, "at least 257"),
        ({"special_tokens": ("<a>", "<a>")}, "distinct"),
        ({"special_tokens": ("",)}, "not empty"),
        ({"pattern": "gpt5"}, "pattern must be one of gpt2"),
        ({"digits": "2"}, "digits must be one of 1, 3, all"),
    ],
)
def test_refuses(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        train_tokenizer([pa.array(TEXTS)], **options)  # type: ignore[arg-type]


def test_no_text_gives_the_bytes() -> None:
    assert len(json.loads(train_tokenizer([], vocab_size=300))["model"]["vocab"]) == 257


@pytest.mark.parametrize(
    ("pattern", "digits", "text", "tokens"),
    [
        ("gpt2", None, " 1234", [" 1234"]),
        ("gpt2", "1", " 1234", [" 1", "2", "3", "4"]),
        ("qwen", None, "1234", ["1", "2", "3", "4"]),
        ("llama3", "all", "1234567", ["1234567"]),
        ("o200k", None, "parserHTML's", ["parser", "HTML's"]),
        ("cl100k", None, "parserHTML's", ["parserHTML", "'s"]),
        ("o200k", "3", "中文1234。/\n/x", ["中文", "123", "4", "。/\n/", "x"]),
    ],
)
def test_patterns_and_digits(
    pattern: str, digits: str | None, text: str, tokens: list[str]
) -> None:
    trained = Tokenizer.from_str(
        train_tokenizer([pa.array([text] * 9)], vocab_size=400, pattern=pattern, digits=digits)
    )
    assert [trained.decode([id_]) for id_ in trained.encode(text).ids] == tokens


def test_runs_are_cut_in_training_alone() -> None:
    """A run of one letter is learnt up to the bound, and encoded as one pre-token."""
    texts = [pa.array(["中华人民共和国" * 9, "x" * 150, "国" * 50])]
    trained = train_tokenizer(texts, vocab_size=600, min_frequency=1, max_token_bytes=10**6)
    vocab = json.loads(trained)["model"]["vocab"]
    longest = max((token for token in vocab if "x" in token), key=len)
    assert len(longest) == 64
    assert max(len(token) for token in vocab if "x" not in token) == 16 * 3
    (split, _) = json.loads(trained)["pre_tokenizer"]["pretokenizers"]
    assert split["pattern"]["Regex"] == split_pattern("llama3")
    pieces = Tokenizer.from_str(trained).pre_tokenizer.pre_tokenize_str("国" * 50)
    assert len(pieces) == 1


def test_what_stands_before_a_long_run_stays_with_it() -> None:
    text = "，" + "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未"
    trained = train_tokenizer(
        [pa.array([text])], vocab_size=999, min_frequency=1, max_token_bytes=99
    )
    tokenizer = Tokenizer.from_str(trained)
    tokens = [tokenizer.decode([id_]) for id_ in tokenizer.encode(text).ids]
    assert tokens == ["，甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳", "午未"]
