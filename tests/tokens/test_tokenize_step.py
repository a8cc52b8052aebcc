"""What the step says before a run."""

import hashlib
from pathlib import Path

import corpus_pipeline
from corpus_pipeline.package_files import package_file
from corpus_pipeline.steps import Context
from corpus_pipeline.tokens.foreign import load_definition
from corpus_pipeline.tokens.step import Tokenize, TokenizeSection

MODELS = Path(__file__).parent / "sentencepiece"


def notes(path: str | None, eos_token: str, digest: str, engine: str = "auto") -> list[str]:
    options = TokenizeSection(tokenizer=path, eos_token=eos_token, engine=engine)
    name = path or package_file("models/tokenizer.json")
    return list(Tokenize(options, Context(digests={name: digest})).notes())


def test_what_is_slow_or_costly_is_said(tmp_path: Path) -> None:
    found = {}
    for model in ("unigram", "unigram-across"):
        path = tmp_path / f"{model}.json"
        path.write_text(load_definition(MODELS / f"{model}.model"), "utf-8")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        found[model] = notes(str(path), "</s>", digest)
        assert notes(str(path), "</s>", digest, "tokenizers") == found[model][1:]
    (slow,) = found["unigram"]
    assert slow.startswith("tokenize: encodes with tokenizers, because gigatoken cannot load")
    assert found["unigram-across"][0] == slow
    assert found["unigram-across"][1].endswith("because it has no pre-tokenizer that parts words")


def test_nothing_is_said_of_the_shipped_tokenizer(tmp_path: Path) -> None:

    file = Path(corpus_pipeline.__file__).parent / "models/tokenizer.json"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert notes(None, "<|endoftext|>", digest) == []
    # An estimate of a stated size has opened no file.
    assert list(Tokenize(TokenizeSection()).notes()) == []
