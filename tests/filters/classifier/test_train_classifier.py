"""Training from sets of documents."""

import dataclasses
import hashlib
import io
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpus_pipeline.errors import InputError, ResourceError
from corpus_pipeline.filters.classifier.card import ModelCard, card_path, read_card, write_card
from corpus_pipeline.filters.classifier.measure import label_values, measure_classifier
from corpus_pipeline.filters.classifier.score import TextForm
from corpus_pipeline.filters.classifier.training import (
    ClassifierTraining,
    TrainedClassifier,
    train_classifier,
    write_model,
)
from corpus_pipeline.filters.fasttext.model import load_fasttext

OPTIONS = ClassifierTraining(
    TextForm(lowercase=True, split_characters=True), buckets=2000, dimension=8, held_out_percent=25
)


def some_texts(words: str, count: int, seed: int) -> list[str]:
    """Makes texts of the characters or words of a string."""
    chance = random.Random(seed)
    choice = words.split() if " " in words else list(words)
    between = " " if " " in words else ""
    return [between.join(chance.choices(choice, k=12)) + f" {seed}-{i}." for i in range(count)]


GOOD = some_texts("the law of the state and its courts in that year", 40, 1) + some_texts(
    "法院依照规定作出判决人民共和国", 40, 2
)
BAD = some_texts("buy cheap click here now sale deal Buy online free", 40, 3) + some_texts(
    "点击购买优惠打折立即下单包邮", 40, 4
)


def file_of(trained: TrainedClassifier) -> bytes:
    """Returns the file of a model."""
    sink = io.BytesIO()
    write_model(trained, sink)
    return sink.getvalue()


@pytest.fixture(scope="module")
def trained() -> TrainedClassifier:
    """A model that tells laws from advertisements, in two languages."""
    return train_classifier({"good": [pa.array(GOOD)], "bad": [pa.array(BAD)]}, OPTIONS)


def test_a_model_is_written_as_fasttext_reads_it(
    trained: TrainedClassifier, tmp_path: Path
) -> None:
    import fasttext_pybind  # type: ignore[import-not-found]

    path = tmp_path / "model.bin"
    path.write_bytes(file_of(trained))
    model = load_fasttext(path)
    assert model.labels == ("bad", "good")
    texts = ["The law of the state.", "法院依照规定", "点击购买", "click here", "zzz qqq"]
    values = label_values(model, "good")
    ours = measure_classifier(pa.array(texts), model, OPTIONS.text, values)["classifier_score"]
    assert (
        ours
        == measure_classifier(pa.array(texts), trained.model, OPTIONS.text, values)[
            "classifier_score"
        ]
    )
    assert [score.as_py() > 0.5 for score in ours][:4] == [True, True, False, False]
    library = fasttext_pybind.fasttext()
    library.loadModel(str(path))
    lines = ["the law of the state.", "法 院 依 照 规 定", "点 击 购 买", "click here", "zzz qqq"]
    for line, score in zip(lines, ours.to_pylist(), strict=True):
        found = {label: p for p, label in library.predict(line + "\n", 2, -1.0, "strict")}
        assert found["__label__good"] - 1e-5 == pytest.approx(score, abs=2e-6)


def test_files_and_their_order_do_not_matter(trained: TrainedClassifier) -> None:
    turned = {
        "bad": [pa.array(BAD[50:][::-1]), pa.array([], pa.string()), pa.array(BAD[:50])],
        "good": [pa.array(GOOD[i : i + 7]) for i in range(0, len(GOOD), 7)][::-1],
    }
    again = train_classifier(turned, OPTIONS)
    assert file_of(again) == file_of(trained)
    assert again.card("0" * 64) == trained.card("0" * 64)
    other = train_classifier(turned, dataclasses.replace(OPTIONS, seed=1))
    assert file_of(other) != file_of(trained)


def test_the_bytes_are_the_same_on_every_machine(trained: TrainedClassifier) -> None:
    digest = "8f9520b00535d3ce49f27b69cba9058a996b59ecf04b207a7fb2e1fdb319ded7"
    assert hashlib.sha256(file_of(trained)).hexdigest() == digest


def test_the_card_says_what_was_held_out(trained: TrainedClassifier) -> None:
    card = trained.card("ab" * 32)
    for label in ("good", "bad"):
        counts, held = card.sets[label], card.held_out["labels"][label]
        assert counts["trained"] + counts["held_out"] == 80
        assert held["documents"] == counts["held_out"] > 10
        assert held["auc"] == 1.0
        assert (held["precision"], held["recall"]) == (1.0, 1.0)
    assert card.options["epochs"] == 50
    assert card.words == trained.model.dictionary.words
    assert json.loads(write_card(card))["text"]["split_characters"] is True


def test_a_card_is_read_as_it_was_written(trained: TrainedClassifier, tmp_path: Path) -> None:
    path = card_path(tmp_path / "model.bin")
    card = trained.card("ab" * 32)
    path.write_text(write_card(card), encoding="utf-8")
    assert path.name == "model.json"
    assert read_card(path) == card
    assert isinstance(read_card(path), ModelCard)
    path.write_text("{}")
    with pytest.raises(ResourceError, match="is no card of a classifier"):
        read_card(path)


def test_copies_and_documents_of_two_sets_are_left_out() -> None:
    both = ["这一篇两边都有。", "in both sets"]
    good = [*GOOD, GOOD[0], GOOD[1].replace(" ", "  "), None, "", " \n", *both]
    card = train_classifier(
        {"good": [pa.array(good)], "bad": [pa.array([*BAD, *both, both[0]])]}, OPTIONS
    ).card("")
    good_counts, bad_counts = dict(card.sets["good"]), dict(card.sets["bad"])
    assert good_counts.pop("sha256") != bad_counts.pop("sha256")
    good_counts["trained"] += good_counts.pop("held_out")
    bad_counts["trained"] += bad_counts.pop("held_out")
    assert good_counts == {
        "documents": 87, "without_text": 3, "repeated": 2, "in_several_sets": 2, "trained": 80,
    }  # fmt: skip
    assert bad_counts == {
        "documents": 83, "without_text": 0, "repeated": 1, "in_several_sets": 2, "trained": 80,
    }  # fmt: skip


def test_three_sets() -> None:
    law = some_texts("第 一 条 为 了 规 范", 30, 5)
    sets = {"law": [pa.array(law)], "good": [pa.array(GOOD)], "bad": [pa.array(BAD)]}
    trained = train_classifier(sets, OPTIONS)
    assert trained.model.labels == ("bad", "good", "law")
    assert trained.held_out["accuracy"] > 0.9


@pytest.mark.parametrize(
    ("sets", "match"),
    [
        ({"good": GOOD, "bad": []}, "set 'bad': none of 0 documents has text"),
        ({"good": GOOD, "bad": ["", None, " "]}, "set 'bad': none of 3 documents has text"),
        ({"good": GOOD, "bad": GOOD}, "all of its documents are in another set"),
        ({"good": GOOD, "bad": BAD[:1]}, "set 'bad': . documents to train on and . held out"),
    ],
)
def test_sets_of_which_nothing_can_be_learnt_are_refused(
    sets: dict[str, list[str | None]], match: str
) -> None:
    columns = {label: [pa.array(texts, pa.string())] for label, texts in sets.items()}
    with pytest.raises(InputError, match=match):
        train_classifier(columns, OPTIONS)


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        (["good"], "at least two sets"),
        (["good", "not good"], "one word"),
        (["good", ""], "one word"),
        (["good", "__label__bad"], "without __label__"),
    ],
)
def test_labels_that_cannot_be_are_refused(labels: list[str], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        train_classifier({label: [] for label in labels}, OPTIONS)


@pytest.mark.parametrize(
    "options",
    [{"word_ngrams": 0}, {"dimension": 0}, {"held_out_percent": 0}, {"epochs": 0}, {"seed": -1}],
)
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(options))} must be from"):
        ClassifierTraining(**options)
