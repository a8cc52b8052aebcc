"""The step *token_count*: counts, limits, what it leaves alone, what it says of itself."""

import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.package_files import located, package_file
from corpus_pipeline.steps import Context
from corpus_pipeline.tokens.count import TokenCount, TokenCountSection

#: Words between white space, each a token.
WORDS = {
    "model": {"type": "WordLevel", "vocab": {"?": 0, "a": 1}, "unk_token": "?"},
    "pre_tokenizer": {"type": "WhitespaceSplit"},
    "added_tokens": [],
}


@pytest.fixture
def words(tmp_path: Path) -> str:
    path = tmp_path / "words.json"
    path.write_text(json.dumps(WORDS), "utf-8")
    return str(path)


def step(tokenizer: str | None = None, label: str | None = None, **options: Any) -> TokenCount:
    path = tokenizer or package_file("models/tokenizer.json")
    digest = hashlib.sha256(Path(located(path)).read_bytes()).hexdigest()
    section = TokenCountSection(tokenizer=tokenizer, **options)
    planned = TokenCount(section, Context(digests={path: digest}), label)
    planned.check()
    made: TokenCount = pickle.loads(pickle.dumps(planned))
    made.open()
    return made


def documents(texts: list[str | None], dropped: tuple[int, ...] = ()) -> pa.RecordBatch:
    reasons = ["old" if row in dropped else None for row in range(len(texts))]
    return pa.record_batch(
        {
            "text": pa.array(texts, pa.string()),
            "drop_reason": pa.array(reasons, pa.string()),
            "reasons": pa.array([each and [each] for each in reasons], pa.list_(pa.string())),
        }
    )


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, [None] * 6),
        ({"min_tokens": 2}, ["token-count-too-small", None, None, None, "old",
                             "token-count-too-small"]),
        ({"max_tokens": 2}, [None, None, "token-count-too-large", None, "old", None]),
        ({"min_tokens": 1, "max_tokens": 1}, [None, "token-count-too-large",
                                              "token-count-too-large", None, "old",
                                              "token-count-too-small"]),
        ({"min_tokens": 0, "max_tokens": 0}, ["token-count-too-large"] * 3 + [None, "old", None]),
    ],
)  # fmt: skip
def test_counts_and_limits(words: str, limits: dict[str, Any], expected: list[Any]) -> None:
    batch = documents(["a", "a b", "a b\nc", None, "a b c d", ""], dropped=(4,))
    after = step(words, **limits).apply(batch)
    assert after["token_count"].to_pylist() == [1, 2, 3, None, None, 0]
    assert after["drop_reason"].to_pylist() == ([*expected[:4], "old", expected[5]])
    assert after["text"].equals(batch["text"])


def test_counts_are_those_of_the_library() -> None:
    tokenizers = pytest.importorskip("tokenizers")
    texts: list[str | None] = [
        "It was a fine day.",
        "今天天气很好。",
        "def f(x):\n    return x",
        "a",
    ]
    library = tokenizers.Tokenizer.from_file(located(package_file("models/tokenizer.json")))
    expected = [len(library.encode(text, add_special_tokens=False).ids) for text in texts]
    assert step().apply(documents(texts))["token_count"].to_pylist() == expected


def test_a_repeated_step_has_its_own_column_and_reason(words: str) -> None:
    after = step(words, label="long", min_tokens=2).apply(documents(["a"]))
    assert after["long_token_count"].to_pylist() == [1]
    assert after["drop_reason"].to_pylist() == ["long-token-count-too-small"]


def test_it_decides_again_from_what_is_stored_and_says_why(words: str) -> None:
    made = step(words, min_tokens=2, max_tokens=3)
    rows = pa.record_batch({"token_count": pa.array([1, 2, 4, None], pa.int32())})
    judged = {reason: fails.tolist() for reason, fails in made.judge(rows).items()}
    assert judged == {
        "token-count-too-small": [True, False, False, False],
        "token-count-too-large": [False, False, True, False],
    }
    assert made.explain("token-count-too-small", {"token_count": 1}, None) == "token_count 1 < 2"
    assert made.explain("token-count-too-large", {"token_count": 4}, None) == "token_count 4 > 3"
    assert made.explain("token-count-too-large", {"token_count": 4}, None, False) == "token_count 4"


def test_settings_that_cannot_be_meant(words: str) -> None:
    with pytest.raises(ConfigError, match=r"^token_count\.min_tokens: 3 is above max_tokens, 2"):
        step(words, min_tokens=3, max_tokens=2)
    for wrong in ({"min_tokens": -1}, {"max_tokens": 2**31}, {"eos_token": "x"}):
        with pytest.raises(ValidationError):
            TokenCountSection.model_validate(wrong)
