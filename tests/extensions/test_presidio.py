"""Our finders as recognizers of Presidio, and recognizers of Presidio's form as steps."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.extensions.code import find_code
from corpus_pipeline.extensions.presidio import no_nlp, recognizers
from corpus_pipeline.extensions.recognizers import recognizer_step
from corpus_pipeline.extensions.step import own_step

NUMBERS = ["EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD"]


def engine(*found: Any, languages: tuple[str, ...] = ("en", "zh")) -> Any:
    import presidio_analyzer as presidio

    registry = presidio.RecognizerRegistry(list(found), supported_languages=list(languages))
    return presidio.AnalyzerEngine(
        registry=registry, nlp_engine=no_nlp(languages), supported_languages=list(languages)
    )


def test_an_analyzer_engine_finds_what_we_find() -> None:
    analyzer = engine(*recognizers(NUMBERS, languages=["en", "zh"]))
    text = "😀 邮箱li@example.cn，电话13812345678，卡号4111 1111 1111 1111。"
    found = {each.entity_type: text[each.start : each.end] for each in
             analyzer.analyze(text, language="zh")}  # fmt: skip
    assert found == {
        "EMAIL_ADDRESS": "li@example.cn",
        "PHONE_NUMBER": "13812345678",
        "CREDIT_CARD": "4111 1111 1111 1111",
    }


def test_an_analyzer_engine_asks_for_some_entities() -> None:
    analyzer = engine(*recognizers(NUMBERS))
    found = analyzer.analyze(
        "a@b.com, card 4111 1111 1111 1111", language="en", entities=["CREDIT_CARD"]
    )
    assert [each.entity_type for each in found] == ["CREDIT_CARD"]


def test_our_findings_stand_beside_those_of_presidio() -> None:
    from presidio_analyzer.predefined_recognizers import UsSsnRecognizer

    analyzer = engine(*recognizers(NUMBERS), UsSsnRecognizer(), languages=("en",))
    found = analyzer.analyze("SSN 457-55-5462, mail a@b.com", language="en")
    assert {each.entity_type for each in found} >= {"US_SSN", "EMAIL_ADDRESS"}
    assert all(each.recognition_metadata["recognizer_name"] for each in found)


def test_there_is_one_recognizer_for_each_family_and_language() -> None:
    found = recognizers(NUMBERS, languages=["en", "zh"])
    assert [(each.name, each.supported_language) for each in found] == [
        ("corpus_pipeline numbers", "en"),
        ("corpus_pipeline numbers", "zh"),
    ]
    assert found[0].get_supported_entities() == NUMBERS


def test_unknown_entities_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"unknown entity 'SHOE_SIZE'; all \d+ are listed"):
        recognizers(["SHOE_SIZE"])


def test_without_presidio_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(ConfigError, match="pip install presidio-analyzer"):
        no_nlp()


# Recognizers as steps

RECOGNIZER = '''
import collections
import re

Result = collections.namedtuple("Result", "entity_type start end score")


class Words:
    """Finds words that it is made with."""

    made = 0
    is_loaded = True

    def __init__(self, words, score=1.0):
        Words.made += 1
        self.words, self.score = words, score

    def load(self):
        raise AssertionError("it is loaded")

    def get_supported_entities(self):
        return ["RIVER", "TOWN"]

    def analyze(self, text, entities, nlp_artifacts):
        return [Result(entity, m.start(), m.end(), self.score)
                for entity, word in self.words.items() for m in re.finditer(word, text)]


class Tokens:
    """Finds what the engine says are entities."""

    def get_supported_entities(self):
        return ["PERSON"]

    def analyze(self, text, entities, nlp_artifacts):
        assert nlp_artifacts is not None
        return [Result("PERSON", m.start_char, m.end_char, 0.85) for m in nlp_artifacts.entities]
'''

SPACY = {
    "nlp_engine_name": "spacy",
    "models": [{"lang_code": "en", "model_name": "en_core_web_sm"}],
}
WORDS = {"RIVER": "Elbe|Elbe Dam", "TOWN": "Dresden|Elb"}


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.py").write_text(RECOGNIZER)

    def make(name: str, options: dict[str, Any]) -> Any:
        return own_step(find_code(f"./words.py:{name}"), options)

    return make


def applied(step: Any, *texts: str | None) -> pa.RecordBatch:
    count = len(texts)
    step.open()
    return step.apply(pa.record_batch({
        "text": pa.array(texts, pa.string()),
        "drop_reason": pa.nulls(count, pa.string()),
        "reasons": pa.nulls(count, pa.list_(pa.string())),
    }))  # fmt: skip


def test_a_class_is_made_with_arguments(step: Callable[..., Any]) -> None:
    batch = applied(step("Words", {"arguments": {"words": WORDS}}), "Elbe at Dresden", None)
    assert batch["text"].to_pylist() == ["<RIVER> at <TOWN>", None]
    assert batch["pii_river"].to_pylist() == [1, None]


def test_entities_leave_others_as_they_are(step: Callable[..., Any]) -> None:
    options = {"arguments": {"words": WORDS}, "entities": ["TOWN"]}
    batch = applied(step("Words", options), "Elbe at Dresden")
    assert batch["text"].to_pylist() == ["<TOWN>e at <TOWN>"]
    assert "pii_river" not in batch.schema.names


def test_a_column_of_scrub_is_not_filled(step: Callable[..., Any]) -> None:
    own = step("Tokens", {"nlp_engine": SPACY}).own
    assert own.columns.names == ["pii_tokens_person"]


def test_a_class_of_presidio_itself() -> None:
    place = "presidio_analyzer.predefined_recognizers:UsSsnRecognizer"
    batch = applied(own_step(find_code(place), {}), "SSN 457-55-5462")
    assert batch["text"].to_pylist() == ["SSN <US_SSN>"]
    assert batch["pii_us_ssn"].to_pylist() == [1]


def test_with_entities_the_driver_makes_no_recognizer(step: Callable[..., Any]) -> None:
    kind = find_code("./words.py:Words").load()
    before = kind.made
    step("Words", {"arguments": {"words": WORDS}, "entities": ["TOWN"]})
    assert kind.made == before
    step("Words", {"arguments": {"words": WORDS}})
    assert kind.made == before + 1


def test_wrong_arguments_are_refused_before_any_work(step: Callable[..., Any]) -> None:
    with pytest.raises(ConfigError, match=r"Words cannot be made with the arguments .none."):
        step("Words", {})


def test_many_findings_do_not_overlap(step: Callable[..., Any]) -> None:
    text = "Elbe Dam, Elbe, Dresden. " * 2000
    batch = applied(step("Words", {"arguments": {"words": WORDS}, "placeholder": "#"}), text)
    assert batch["text"].to_pylist() == ["# Dam, #, #. " * 2000]


def test_a_recognizer_is_given_the_results_of_an_engine(
    step: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import presidio_analyzer.nlp_engine as engines

    class Blank(engines.SpacyNlpEngine):
        """spaCy's rules for names that are said to be names: no model."""

        def load(self) -> None:
            import spacy

            nlp = spacy.blank("en")
            ruler: Any = nlp.add_pipe("entity_ruler")
            ruler.add_patterns([{"label": "PERSON", "pattern": "Ann Lee"}])
            self.nlp: Any = {"en": nlp}

    monkeypatch.setattr(engines.NlpEngineProvider, "create_engine", lambda self: _loaded(Blank()))
    made = step("Tokens", {"nlp_engine": SPACY})
    assert applied(made, "I am Ann Lee.")["text"].to_pylist() == ["I am <PERSON>."]


def _loaded(engine: Any) -> Any:
    engine.load()
    return engine


def test_an_engine_that_cannot_be_made_is_one_line(
    step: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import presidio_analyzer.nlp_engine as engines

    def fail(self: Any) -> Any:
        raise SystemExit(1)

    monkeypatch.setattr(engines.NlpEngineProvider, "create_engine", fail)
    made = step("Tokens", {"nlp_engine": SPACY})
    with pytest.raises(ConfigError, match="nlp_engine cannot be made"):
        made.open()


def test_our_recognizers_are_of_presidios_form() -> None:
    [mail] = recognizers(["EMAIL_ADDRESS"])
    kind = recognizer_step(type("Ours", (), {
        "get_supported_entities": lambda self: ["EMAIL_ADDRESS"],
        "analyze": lambda self, *given: mail.analyze(*given),
    }))  # fmt: skip
    assert kind.columns.names == ["pii_email_address"]


class Gliner:
    """A model that knows one name, as the library of GLiNER gives it."""

    @classmethod
    def from_pretrained(cls, name: str, **_: Any) -> "Gliner":
        assert name == "/models/small"
        return cls()

    def predict_entities(self, text: str, labels: list[str], **_: Any) -> list[dict[str, Any]]:
        assert labels == ["person"]
        start = text.find("Ann Lee")
        return [] if start < 0 else [{
            "start": start, "end": start + 7, "label": "person", "score": 0.9, "text": "Ann Lee",
        }]  # fmt: skip


def test_a_model_of_gliner_is_made_by_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    from presidio_analyzer.predefined_recognizers.ner import gliner_recognizer

    options = {
        "entities": ["PERSON"],
        "arguments": {
            "model_name": "/models/small",
            "entity_mapping": {"person": "PERSON"},
            "map_location": "cpu",
        },
    }
    # The driver makes no model: it lacks even the library.
    monkeypatch.setattr(gliner_recognizer, "GLiNER", None)
    made = own_step(find_code("presidio_analyzer.predefined_recognizers:GLiNERRecognizer"), options)
    monkeypatch.setattr(gliner_recognizer, "GLiNER", Gliner)
    assert applied(made, "I am Ann Lee.", "")["text"].to_pylist() == ["I am <PERSON>.", ""]
