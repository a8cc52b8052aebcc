"""Models without a card: CCNet's values, labels, buckets, and what is refused."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kenlm
import pyarrow as pa
import pytest

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.filters.perplexity.buckets import bucket_of, published_buckets
from corpus_pipeline.filters.perplexity.measures import measure_perplexity
from corpus_pipeline.filters.perplexity.models import (
    LanguageModel,
    ModelFacts,
    load_published_model,
    shipped_models,
)
from corpus_pipeline.filters.perplexity.pieces import load_pieces, pieces_of
from corpus_pipeline.filters.perplexity.published import published_texts
from corpus_pipeline.filters.perplexity.step import Perplexity, PerplexitySection
from corpus_pipeline.steps import Context

MODELS = Path(__file__).parent / "sentencepiece"
EXPECTED = json.loads((MODELS / "expected.json").read_text("utf-8"))
KLM = str(shipped_models()["en"])
SP = str(MODELS / "unigram.model")


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A model of two orders over the pieces of the texts; each piece has another probability."""
    pieces = sorted({p for text in EXPECTED["pieces"]["unigram"] for p in text.split()})
    pairs = [("<s>", pieces[0]), (pieces[3], pieces[4]), (pieces[5], "</s>")]
    lines = ["\\data\\", f"ngram 1={len(pieces) + 3}", f"ngram 2={len(pairs)}", "", "\\1-grams:"]
    lines += ["-4.5\t<unk>\t0", "0\t<s>\t-0.25", "-1.125\t</s>\t0"]
    lines += [f"{-1 - n / 64}\t{piece}\t{-n / 512}" for n, piece in enumerate(pieces)]
    lines += ["", "\\2-grams:", *(f"-0.5\t{a} {b}" for a, b in pairs), "", "\\end\\", ""]
    path = tmp_path_factory.mktemp("lm") / "pieces.arpa"
    path.write_text("\n".join(lines), encoding="utf-8")
    config = kenlm.Config()
    config.show_progress = False
    config.arpa_complain = kenlm.ARPALoadComplain.NONE
    return kenlm.Model(str(path), config)


def model_of(scorer: Any, normaliser: str) -> LanguageModel:
    return LanguageModel(
        ModelFacts("ccnet", normaliser, "0" * 64, "1" * 64), scorer, load_pieces(SP)
    )


def ccnet_value(scorer: Any, pieces: str) -> float | None:
    """What CCNet stores of a document (DocLM of cc_net/perplexity.py), given its pieces."""
    if not pieces:
        return None
    log10, length = 0.0, 0
    for line in pieces.split("\n"):
        log10 += scorer.score(line)
        length += len(line.split()) + 1
    value: float = round(10.0 ** (-log10 / length), 1)
    return value


def measured(model: LanguageModel, texts: list[str | None], **options: int) -> pa.RecordBatch:
    langs = pa.array(["en"] * len(texts))
    return measure_perplexity(pa.array(texts, pa.string()), langs, {"en": model}, **options)


def test_values_of_ccnet(scorer: Any) -> None:
    """The texts are in CCNet's form already, so the pieces of the library are those of CCNet."""
    pieces = dict(zip(EXPECTED["texts"], EXPECTED["pieces"]["unigram"], strict=True))
    as_written = published_texts(pa.array(list(pieces)), "ccnet-v1").to_pylist()
    texts = [text for text, written in zip(pieces, as_written, strict=True) if text == written]
    assert len(texts) > 20
    batch = measured(model_of(scorer, "ccnet-v1"), texts)
    wanted = [ccnet_value(scorer, pieces[text]) for text in texts]
    assert batch["perplexity"].to_pylist() == wanted
    assert len(set(wanted)) > 10
    (label,) = {name for name in batch["perplexity_model"].to_pylist() if name}
    assert label == "ccnet@00000000+11111111/ccnet-v1"


def test_the_normaliser_comes_first_and_lines_are_glued(scorer: Any) -> None:
    model = model_of(scorer, "ccnet-v1")
    same = ["in 0000.the old bridge", " In 1999.\nThe OLD brídge\n"]
    first, second = measured(model, list(same))["perplexity"].to_pylist()
    assert first == second
    raw = measured(model_of(scorer, "raw-v1"), list(same))["perplexity"].to_pylist()
    assert raw[0] == first != raw[1]


def test_raw_texts_are_those_of_the_library(scorer: Any) -> None:
    """A line feed becomes a blank by this model's own table; unknown characters are as they are."""
    batch = measured(model_of(scorer, "raw-v1"), EXPECTED["texts"])
    wanted = [ccnet_value(scorer, pieces) for pieces in EXPECTED["pieces"]["unigram"]]
    assert batch["perplexity"].to_pylist() == wanted


def test_blanks_and_lines_that_a_model_leaves_in_count_as_they_do_in_python(scorer: Any) -> None:
    """Without a table, a line feed parts lines, empty ones too, and other blanks part tokens."""
    plain = Path(__file__).parents[2] / "tokens" / "sentencepiece" / "bpe-unknown.model"
    facts = ModelFacts("plain", "raw-v1", "0" * 64, "1" * 64)
    model = LanguageModel(facts, scorer, load_pieces(plain))
    texts = ["a\n\nb", "a\u3000b c", "\u2028", "龘\u00a0\u00a0龘"]
    pieces = pieces_of(pa.array(texts), load_pieces(plain)).to_pylist()
    assert pieces[0].count("\n") == 2
    found = measured(model, list(texts))["perplexity"].to_pylist()
    assert found == [ccnet_value(scorer, each) for each in pieces]


def test_max_chars_reads_the_start(scorer: Any) -> None:
    model = model_of(scorer, "ccnet-v1")
    short, long = measured(model, ["the river", "the river rises"], max_chars=9)[
        "perplexity"
    ].to_pylist()
    assert short == long


def test_a_pair_by_path() -> None:
    model = load_published_model(KLM, "mine", "ccnet-v1", SP)
    assert isinstance(model.card, ModelFacts)
    assert model.card.label.startswith("mine@")
    assert model.card.label.endswith("/ccnet-v1")
    again = load_published_model(KLM, "mine", "words-v1")
    assert again.card.label == f"{model.card.label.split('+')[0]}/words-v1"
    with pytest.raises(ResourceError, match=r"en.words.klm: sha256 is .* configuration says 0000"):
        load_published_model(KLM, "mine", "ccnet-v1", SP, sha256="0" * 64)


@pytest.mark.parametrize(
    ("normaliser", "pieces", "message"),
    [
        ("ccnet-v1", None, "writes text for a SentencePiece model; name one"),
        ("words-v1", SP, "writes tokens, and a SentencePiece model reads text"),
        ("ccnet", SP, "unknown normaliser 'ccnet'; known are words-v1"),
    ],
)
def test_normalisers_that_do_not_fit(normaliser: str, pieces: str | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_published_model(KLM, "mine", normaliser, pieces)


def test_buckets_of_ccnet() -> None:
    buckets = published_buckets("ccnet").buckets
    # Of cc_net/data/cutoff.csv, rows 30 and 60.
    assert {language: buckets[language] for language in ("en", "zh", "de", "no")} == {
        "en": (340, 520), "zh": (1460, 1950), "de": (370, 590), "no": (430, 680)
    }  # fmt: skip
    assert all(0 < middle < tail for middle, tail in buckets.values())


def test_bucket_of_each_document() -> None:
    values = pa.array([1.0, 99.9, 100.0, 199.9, 200.0, 1e300, None, 5.0, 5.0])
    langs = pa.array(["en"] * 6 + ["en", "de", None])
    found = bucket_of(values, langs, {"en": (100, 200)})
    assert found.type == pa.string()
    assert found.to_pylist() == [
        "head",
        "head",
        "middle",
        "middle",
        "tail",
        "tail",
        None,
        None,
        None,
    ]
    assert bucket_of(values[:0], langs[:0], {"en": (1, 2)}).to_pylist() == []


def step_of(digests: Mapping[str, str] | None = None, **options: Any) -> Perplexity:
    section = PerplexitySection.model_validate(options)
    return Perplexity(section, Context(digests=digests or {}))


PUBLISHED = {"path": KLM, "name": "ccnet", "normaliser": "ccnet-v1", "sentencepiece": SP}


def batch_of(texts: list[str]) -> pa.RecordBatch:
    n = len(texts)
    return pa.record_batch(
        {
            "text": texts, "lang": ["en"] * n, "drop_reason": pa.nulls(n, pa.string()),
            "reasons": pa.nulls(n, pa.list_(pa.string())),
        }
    )  # fmt: skip


def test_the_step_with_a_model_without_a_card_and_buckets() -> None:
    step = step_of(
        models={"en": PUBLISHED}, buckets={"en": [10.0, 1e9]}, max_perplexity={"en": 1e12}
    )
    assert [each.path for each in step.resources()] == [KLM, SP]
    assert [field.name for field in step.all_columns()] == [
        "perplexity", "perplexity_model", "perplexity_bucket",
    ]  # fmt: skip
    step.check()
    step.open()
    found = step.apply(batch_of(["the river rises in the hills", ""]))
    assert found["perplexity_bucket"].to_pylist() == ["middle", None]
    assert found["perplexity_model"][0].as_py().startswith("ccnet@")
    assert found["drop_reason"].to_pylist() == [None, None]


def test_without_buckets_there_is_no_column() -> None:
    names = [field.name for field in step_of().all_columns()]
    assert names == ["perplexity", "perplexity_model"]


def tried(step: Perplexity) -> None:
    step.check()
    step.open()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({**PUBLISHED, "normaliser": "dclm-v1"},
         "ccnet is of normaliser ccnet-v1, and this model's is dclm-v1 .'en'.; give buckets"),
        ({**PUBLISHED, "name": "mine"},
         "ccnet is of models that are called ccnet, and this one is called mine"),
        (KLM, "ccnet is of models that are called ccnet, and this one is called en"),
        (PUBLISHED, "ccnet is of models of order 5, and this one is of order 3"),
    ],
)  # fmt: skip
def test_buckets_of_ccnet_are_refused_for_other_models(model: object, message: str) -> None:
    step = step_of(models={"en": model}, buckets="ccnet", max_chars=None)
    with pytest.raises(ConfigError, match=f"perplexity.buckets: {message}"):
        tried(step)


def test_limits_that_were_made_for_another_model_are_refused() -> None:
    label = load_published_model(KLM, "ccnet", "ccnet-v1", SP).card.label
    digests = {KLM: label[6:14] + "0" * 56, SP: label[15:23] + "0" * 56}
    options: dict[str, Any] = {"models": {"en": PUBLISHED}, "max_perplexity": {"en": 1500.0}}
    step_of(digests, **options, made_for={"en": label}).check()
    other = label.replace("ccnet-v1", "dclm-v1")
    with pytest.raises(ConfigError, match=r"limits for 'en' were made for .*dclm-v1, and"):
        step_of(digests, **options, made_for={"en": other}).check()
    # Where nobody has read the files before, the first batch is refused.
    step = step_of(**options, made_for={"en": other})
    step.check()
    step.open()
    with pytest.raises(ConfigError, match="perplexities of two models cannot be compared"):
        step.apply(batch_of(["the river"]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"buckets": {"en": [5, 5]}}, "ascending order"),
        ({"buckets": {"en": [0, 5]}}, "ascending order"),
        ({"buckets": "ccnet"}, "limits are of whole texts, and max_chars is 20000"),
        ({"buckets": "wiki"}, "ccnet"),
        ({"models": {"en": {**PUBLISHED, "sentencepiece": None}}}, "name one"),
        ({"models": {"en": {**PUBLISHED, "name": "a@b"}}}, "pattern"),
        ({"models": {"en": {"path": KLM, "name": "a", "normaliser": "words-v1",
                            "sentencepiece_sha256": "0" * 64}}}, "does not name"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_meant(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        PerplexitySection.model_validate(options)


@pytest.mark.parametrize("key", ["buckets", "made_for"])
def test_limits_for_a_language_without_a_model(key: str) -> None:
    value: Any = {"fr": [1, 2]} if key == "buckets" else {"fr": "a@b"}
    with pytest.raises(ConfigError, match=f"perplexity.{key}: 'fr' has no model"):
        tried(step_of(None, **{key: value}))
