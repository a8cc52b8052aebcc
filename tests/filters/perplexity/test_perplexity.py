"""Perplexity: exact on a model small enough to compute by hand, and the refusals."""

import dataclasses
import hashlib
import json
import math
import pickle
import shutil
from pathlib import Path

import kenlm
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.filters.perplexity.columns import PERPLEXITY_MEASURES, PERPLEXITY_REASONS
from corpus_pipeline.filters.perplexity.measures import (
    PerplexityRules,
    measure_perplexity,
    perplexity_failures,
    perplexity_rules,
)
from corpus_pipeline.filters.perplexity.models import (
    LanguageModel,
    ModelCard,
    load_language_model,
    shipped_models,
)
from corpus_pipeline.filters.perplexity.scoring import score_texts

CARD = ModelCard(
    name="toy",
    language="en",
    normaliser="words-v1",
    order=2,
    sha256="0123456789abcdef" * 4,
    training="",
    training_tokens=1,
    held_out_documents=1,
    percentiles={"99": 2.0},
    max_perplexity=50.0,
    min_perplexity=None,
    check_text="",
    check_perplexity=1.0,
)

# log10 p(a|<s>) = -0.2, p(b|a) = -0.3, everything else backs off (by 0) to the unigrams.
ARPA = r"""
\data\
ngram 1=5
ngram 2=2

\1-grams:
-3.0|<unk>|0
0|<s>|0
-1.0|</s>|0
-1.5|a|0
-2.0|中|0

\2-grams:
-0.2|<s> a
-0.3|a 中

\end\
""".replace("|", "\t")


class Alphabet:
    """Stands for kenlm.Model: -1 for each token and each line end."""

    def score(self, line: bytes) -> float:
        assert b"\n" not in line
        return -1.0 - len(line.split())


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    path = tmp_path_factory.mktemp("toy") / "toy.arpa"
    path.write_text(ARPA, encoding="utf-8")
    config = kenlm.Config()
    config.show_progress = False
    config.arpa_complain = kenlm.ARPALoadComplain.NONE
    return LanguageModel(CARD, kenlm.Model(str(path), config))


@pytest.fixture(scope="module")
def shipped() -> dict[str, LanguageModel]:
    return {language: load_language_model(path) for language, path in shipped_models().items()}


@pytest.mark.parametrize(
    ("text", "log10s"),
    [
        ("a", [-0.2, -1.0]),
        ("a 中", [-0.2, -0.3, -1.0]),
        ("A中", [-0.2, -0.3, -1.0]),
        ("a\n\n中", [-0.2, -1.0, -2.0, -1.0]),
        ("never", [-3.0, -1.0]),
    ],
)
def test_perplexity_by_hand(toy: LanguageModel, text: str, log10s: list[float]) -> None:
    found = score_texts(toy.scorer, "words-v1", pa.array([text]))[0]
    assert found == pytest.approx(10 ** (-sum(log10s) / len(log10s)), abs=1e-3)


@given(
    st.lists(st.one_of(st.none(), st.text(st.sampled_from("ab中1 \n,"), max_size=12)), max_size=6)
)
def test_every_token_and_line_end_is_one_event(texts: list[str | None]) -> None:
    """If each event has probability 0.1, the perplexity is 10 wherever there is a token."""
    found = score_texts(Alphabet(), "words-v1", pa.array(texts, pa.string()))
    wanted = [10.0 if (text or "").strip() else math.nan for text in texts]
    np.testing.assert_array_equal(found, wanted)


def test_a_probability_of_nothing_does_not_overflow() -> None:
    class Never:
        def score(self, line: bytes) -> float:
            return -1e6

    assert score_texts(Never(), "words-v1", pa.array(["a"]))[0] == 1e300


def test_measures_each_text_with_the_model_of_its_language(toy: LanguageModel) -> None:
    other = LanguageModel(dataclasses.replace(CARD, name="zh"), Alphabet())
    texts = pa.array(["x", "a", "你好", None, "a", "", "a", "好"])[1:]
    langs = pa.array(["x", "en", "zh", "en", "de", "en", None, "zh"])[1:]
    batch = measure_perplexity(texts, langs, {"en": toy, "zh": other})
    assert batch.schema.equals(PERPLEXITY_MEASURES, check_metadata=True)
    assert batch["perplexity"].to_pylist() == [3.981, 10.0, None, None, None, None, 10.0]
    labels = [None if p is None else "zh@01234567" for p in batch["perplexity"].to_pylist()]
    labels[0] = "toy@01234567"
    assert batch["perplexity_model"].to_pylist() == labels


@pytest.mark.parametrize("texts", [[], [None], [""]])
def test_batches_without_text(toy: LanguageModel, texts: list[str | None]) -> None:
    langs = pa.array(["en"] * len(texts), pa.string())
    for models in ({}, {"en": toy}):
        batch = measure_perplexity(pa.array(texts, pa.string()), langs, models)
        assert batch.num_rows == len(texts)
        assert batch["perplexity"].null_count == batch["perplexity_model"].null_count == len(texts)
        assert list(perplexity_failures(batch, langs, PerplexityRules())) == list(
            PERPLEXITY_REASONS
        )


def test_max_chars_reads_the_start_only(toy: LanguageModel) -> None:
    texts, langs = pa.array(["a noise noise noise"]), pa.array(["en"])
    whole = measure_perplexity(texts, langs, {"en": toy})["perplexity"][0].as_py()
    start = measure_perplexity(texts, langs, {"en": toy}, max_chars=1)["perplexity"][0].as_py()
    assert start == 3.981 < whole


CLEAN = {
    "en": "The old man opened the door and looked at the sea. It had been a long winter, and the "
    "people of the village were glad that it was over.",
    "zh": "为了保护公民的合法权益，维护社会秩序，根据有关法律的规定，结合本市的实际，制定本办法。",
}
SHUFFLED = {
    "en": "sea a man was door the of winter and had looked the. It old long opened people were it "
    "been The village glad at, the and the that over.",
    "zh": "市根法本实合定，序权，定保为护公办的据法合结规情民有益际了本社秩的关维，律护会的法制。",
}
GIBBERISH = {
    "en": "sdkfj weoriu xcvmn qpwoe lkjsdf zmxncb poiqwe asldkj vnmcx wioeur skdjfh zzxqv",
    "zh": "龘靐齉龗爨鼷黌籲麤鸞饢驫灪厵滟麣",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_shipped_models_rank_text(shipped: dict[str, LanguageModel], language: str) -> None:
    foreign = CLEAN["zh" if language == "en" else "en"]
    texts = pa.array([CLEAN[language], SHUFFLED[language], GIBBERISH[language], foreign])
    langs = pa.array([language] * 4)
    batch = measure_perplexity(texts, langs, shipped)
    clean, shuffled, gibberish, other = batch["perplexity"].to_pylist()
    assert 3 * clean < shuffled < gibberish
    assert shuffled < other
    cards = {name: model.card for name, model in shipped.items()}
    failures = perplexity_failures(batch, langs, perplexity_rules(cards))
    assert failures["perplexity-too-high"].tolist() == [False, False, True, True]


def test_shipped_models_pickle_as_paths(shipped: dict[str, LanguageModel]) -> None:
    pickled = pickle.dumps(shipped["zh"])
    assert len(pickled) < 10_000
    copy = pickle.loads(pickled)
    assert copy.scorer.score(b"a") == shipped["zh"].scorer.score(b"a")


@pytest.fixture
def model_copy(tmp_path: Path) -> Path:
    source = shipped_models()["zh"]
    shutil.copy(source, tmp_path / "m.klm")
    shutil.copy(source.with_suffix(".json"), tmp_path / "m.json")
    return tmp_path / "m.klm"


def change_card(model: Path, **changes: object) -> None:
    card = json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))
    text = json.dumps({key: value for key, value in (card | changes).items() if value != "gone"})
    model.with_suffix(".json").write_text(text, encoding="utf-8")


def test_load_takes_the_named_hash_in_either_case(model_copy: Path) -> None:
    card = load_language_model(str(model_copy)).card
    assert load_language_model(model_copy, card.sha256.upper()).card == card


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"normaliser": "words-v0"}, "unknown normaliser 'words-v0'; this version knows words-v1"),
        ({"normaliser": "words-v1"}, "the normaliser 'words-v1' or the model differs"),
        ({"check_perplexity": 1.0}, "the check sentence has perplexity"),
        ({"sha256": "0" * 64}, "but its card says 0000"),
        ({"order": 5}, "order is 4 but its card says 5"),
        ({"order": "gone"}, "other fields, see order"),
        ({"extra": 1}, "other fields, see extra"),
    ],
)
def test_load_refuses_a_card_of_another_model(
    model_copy: Path, changes: dict[str, object], message: str
) -> None:
    change_card(model_copy, **changes)
    with pytest.raises(ResourceError, match=message):
        load_language_model(model_copy)


def test_load_refuses_another_hash_than_named(model_copy: Path) -> None:
    with pytest.raises(ResourceError, match=r"sha256 is .* but the configuration says 0000"):
        load_language_model(model_copy, "0" * 64)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("m.json", None, "cannot read the model's card"),
        ("m.json", "not json", "card is not JSON"),
        ("m.json", "[]", "other fields"),
        ("m.klm", None, "cannot read the language model"),
    ],
)
def test_load_refuses_missing_and_broken_files(
    model_copy: Path, file: str, content: str | None, message: str
) -> None:
    path = model_copy.with_name(file)
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ResourceError, match=message):
        load_language_model(model_copy)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ARPA.encode(), "not a KenLM binary; convert an ARPA file with KenLM's build_binary"),
        (b"mmap lm http://kheafield.com/code format version 5\n\0" + bytes(200), "cannot load"),
    ],
)
def test_load_refuses_what_is_not_a_binary_model(
    model_copy: Path, content: bytes, message: str
) -> None:
    model_copy.write_bytes(content)
    change_card(model_copy, sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(ResourceError, match=message):
        load_language_model(model_copy)


def measured(*rows: tuple[float | None, str | None]) -> pa.RecordBatch:
    columns = {"perplexity": [p for p, _ in rows], "perplexity_model": [m for _, m in rows]}
    return pa.RecordBatch.from_pydict(columns, schema=PERPLEXITY_MEASURES)


def test_failures_are_strict_and_by_language() -> None:
    batch = measured(
        (100.0, "m"), (100.5, "m"), (9.5, "m"), (10.0, "m"), (100.5, "z"), (None, None)
    )
    langs = pa.array(["en", "en", "en", "en", "zh", "en"])
    rules = PerplexityRules({"en": 100.0, "fr": 1.0}, {"en": 10.0, "zh": 200.0})
    failures = perplexity_failures(batch, langs, rules)
    assert tuple(failures) == PERPLEXITY_REASONS
    assert failures["perplexity-too-high"].tolist() == [False, True, False, False, False, False]
    assert failures["perplexity-too-low"].tolist() == [False, False, True, False, True, False]


@pytest.mark.parametrize(
    ("lang", "scored"),
    [("zh", True), ("cmn_Hani", True), ("zho_Hans", True), ("zh-TW", True), ("und-Hani", True),
     ("yue", False), ("cmn_Latn", False), ("ja", False), ("und-Jpan", False), (None, False)],
)  # fmt: skip
def test_a_model_serves_every_name_of_its_own_language(
    toy: LanguageModel, lang: str | None, scored: bool
) -> None:
    langs = pa.array([lang], pa.string())
    measures = measure_perplexity(pa.array(["中 中"]), langs, {"zh": toy})
    assert measures["perplexity"].is_valid().to_pylist() == [scored]
    rules = PerplexityRules(max_perplexity={"zho": 1.0}, models={"zh": toy.card.label})
    failures = perplexity_failures(measures, langs, rules)
    assert failures["perplexity-too-high"].tolist() == [scored]


def test_rules_of_one_model_refuse_the_measures_of_another() -> None:
    rules = PerplexityRules({"en": 100.0}, models={"en": "new@00000000"})
    langs = pa.array(["en", "en", "zh"])
    perplexity_failures(measured((1.0, "new@00000000"), (None, None), (1.0, "any")), langs, rules)
    with pytest.raises(ConfigError, match=r"for 'en' were made for the model new@0.* by old@1"):
        perplexity_failures(
            measured((1.0, "new@00000000"), (1.0, "old@11111111"), (1.0, "any")), langs, rules
        )


@pytest.mark.parametrize(
    ("maximum", "minimum", "message"),
    [
        ({"en": 0.0}, {}, "max_perplexity of 'en' must be a positive number, got 0.0"),
        ({"en": math.inf}, {}, "max_perplexity of 'en' must be a positive number, got inf"),
        ({}, {"zh": -1.0}, "min_perplexity of 'zh' must be a positive number"),
        ({"zh": 5.0}, {"zh": 5.0}, "nothing could pass"),
    ],
)
def test_rules_are_checked(
    maximum: dict[str, float], minimum: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        PerplexityRules(maximum, minimum)
