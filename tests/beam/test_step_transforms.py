"""Every step of the list is a PTransform with its options as keywords."""

import pickle
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pytest
from collected import collect
from pydantic import Field

import corpus_pipeline.beam as transforms
from corpus_pipeline import Options, Step, column
from corpus_pipeline.beam import Apply, FromRows, ToRows
from corpus_pipeline.beam.transforms import _StepFn, option_names, step_transforms
from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.flow import known_steps
from corpus_pipeline.schema import DOCUMENT_INPUT

ENGLISH = (
    "The harbour master counted the boats before the sun came up. Nobody else wanted to do it, and "
    "the others were asleep in the houses behind the hill. When he was done, he wrote the number "
    "into a small book that his father had given to him, and went home for breakfast."
)
CHINESE = "港口的负责人在太阳升起以前数了船。没有别人愿意做这件事，别人都在山后的房子里睡着。" * 3


class LengthOptions(Options):
    """Length."""

    most: int = Field(10, description="characters")
    unit: str = Field("character", description="what is counted")


class Length(Step):
    """Drops long texts."""

    name = "length"
    Options = LengthOptions
    options: LengthOptions
    columns = pa.schema([column("length", pa.int32(), "characters")])
    reasons = ("length-too-large",)
    needs = ("lang",)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        lengths = [len(text or "") for text in batch["text"].to_pylist()]
        batch = self.filled(batch, {"length": pa.array(lengths, pa.int32())})
        mask = [length > self.options.most for length in lengths]
        return self.failed(batch, {"length-too-large": pa.array(mask).to_numpy(False)})


def in_capitals(document: Any, *, ending: str = "") -> dict[str, str]:
    """An edit."""
    return {"text": document["text"].upper() + ending}


def run(rows: list[Any], folder: Path, *steps: beam.PTransform) -> list[dict[str, Any]]:
    """Rows behind some steps, by id."""

    def build(pipeline: beam.Pipeline) -> beam.PCollection:
        values = pipeline | beam.Create(rows) | FromRows()
        for step in steps:
            values = values | step
        return values | ToRows(dropped=True)

    return sorted(collect(build, folder), key=lambda row: row["id"])


def test_there_is_a_transform_for_each_step() -> None:
    expected = {
        kind.__name__ for kind in known_steps().values() if kind.name not in ("read", "dedup")
    }
    assert set(step_transforms()) == expected
    assert expected <= set(dir(transforms))
    for name in expected:
        made = getattr(transforms, name)
        assert made is getattr(transforms, name)
        assert pickle.loads(pickle.dumps(made)) is made
        for option in option_names(made.kind):
            assert f"    {option}: " in made.__doc__
    with pytest.raises(AttributeError, match=r"no transform 'Langage'; did you mean 'Language'"):
        transforms.Langage  # noqa: B018


def test_a_flow_of_the_steps(tmp_path: Path) -> None:
    rows = [
        {"id": "en", "text": f"{ENGLISH} Write to a.b@harbour.org.", "stars": 3},
        {"id": "page", "text": "&copy; 1"},
        {"id": "zh", "text": CHINESE},
    ]
    en, page, zh = run(
        rows,
        tmp_path,
        transforms.Extract(),
        transforms.Language(keep=["en"]),
        transforms.Quality("gopher"),
        transforms.Keywords(),
        transforms.Perplexity(max_chars=500),
        transforms.Scrub(entities=["EMAIL_ADDRESS"]),
        transforms.Tokenize(),
    )
    assert en["text"].endswith("Write to <EMAIL_ADDRESS>.")
    assert (en["lang"], en["stars"], en["pii_email"]) == ("en", 3, 1)
    assert en["drop_reason"] is None or en["drop_reason"].startswith("gopher-")
    assert en["perplexity"] > 0
    assert zh["drop_reason"] == "language-not-kept"
    assert "gopher-too-few-words" in page["reasons"]


def test_a_flow_without_language(tmp_path: Path) -> None:
    """Steps that ask for a column of the default flow see that it is not filled."""
    (row,) = run([{"id": "a", "text": CHINESE}], tmp_path, transforms.Quality())
    assert row["words"] > 100
    assert "lang" not in row


def test_own_steps_and_functions(tmp_path: Path) -> None:
    (row,) = run(
        [{"id": "a", "text": "straße 街"}],
        tmp_path,
        transforms.Language(),
        Apply(Length(LengthOptions(most=5))),
        Apply(in_capitals, ending="!"),
    )
    assert (row["length"], row["drop_reason"]) == (8, "length-too-large")
    # What is dropped is not edited.
    assert row["text"] == "straße 街"


def test_a_repeated_step_and_its_condition(tmp_path: Path) -> None:
    long, short = run(
        [{"id": "long", "text": ENGLISH}, {"id": "short", "text": "short 短"}],
        tmp_path,
        transforms.Quality(),
        transforms.Language(keep=["zh"], label="again", when="words > 9"),
    )
    assert "again-language-not-kept" in long["reasons"]
    assert (long["again_lang"], short["again_lang"]) == ("en", None)


def test_labels_are_unique_and_readable() -> None:
    made = [
        transforms.Quality("gopher"),
        transforms.Quality(),
        transforms.Quality("c4", label="strict", when="words > 3"),
        Apply(Length(LengthOptions(most=3))),
        Apply(in_capitals),
    ]
    assert [each.default_label() for each in made] == [
        "Quality(profile='gopher')",
        "Quality",
        "Quality(profile='c4', label='strict', when='words > 3')",
        "Length(most=3)",
        "in_capitals",
    ]


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda: transforms.Quality(profil="c4"),
         r"^Quality: has no option 'profil'; its options are profile, signals$"),
        (lambda: transforms.Quality("c4", profile="c4"), r"^Quality: profile is given twice$"),
        (lambda: transforms.Quality("c4", "gopher"), r"^Quality: takes 1 option without its name$"),
        (lambda: transforms.Language(min_score=2), r"^Language: min_score: .*; got 2$"),
        (lambda: transforms.Language(keep=["xx-none"]), r"language"),
        (lambda: transforms.Quality(when="words >"), r"^Quality: when: "),
        (lambda: Apply(Length), r"^Apply: takes a step with its options.*got Length$"),
        (lambda: Apply(Length(), most=3), r"^Apply: length has its options; got most$"),
        (lambda: Apply(known_steps()["dedup"]()), r"^Apply: dedup compares documents; use Dedup"),
        (lambda: Apply(in_capitals, end="!"),
         r"^in_capitals: has no option 'end'; its options are ending$"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_meant(make: Any, line: str) -> None:
    with pytest.raises(ConfigError, match=line):
        make()


def test_a_missing_file_is_named() -> None:
    with pytest.raises((ResourceError, ConfigError), match=r"none\.json"):
        transforms.Tokenize("none.json")


def test_batches_without_the_columns_are_refused_in_one_line() -> None:
    fn = _StepFn(Length(), "Length")
    with pytest.raises(TypeError, match=r"^Length: takes batches of documents, got dict; FromRows"):
        list(fn.process({"text": "a"}))
    with pytest.raises(ConfigError, match=r"^Length: the batch has no column drop_reason; it has: "
                                          r"text, n; FromRows\(\) makes"):  # fmt: skip
        list(fn.process(pa.record_batch({"text": ["a"], "n": [1]})))
    fn.setup()
    batch = pa.RecordBatch.from_pylist([{"text": "a", "source": "s"}], DOCUMENT_INPUT)
    with pytest.raises(ConfigError, match=r"^Length: length: no step before it fills lang; the ba"):
        list(fn.process(batch))


def test_rows_that_are_no_batches_are_refused_before_any_work() -> None:
    with pytest.raises(Exception, match=r"RecordBatch"), beam.Pipeline() as pipeline:
        pipeline | beam.Create([{"text": "a"}]) | transforms.Quality()
