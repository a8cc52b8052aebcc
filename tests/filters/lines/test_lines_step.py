"""The step of the line rules: options, failures, the text of documents that stay."""

import pickle
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpus_pipeline.errors import ConfigError, ResourceError
from corpus_pipeline.filters.lines.columns import LINE_MEASURES, RULES
from corpus_pipeline.filters.lines.options import PUBLISHED, LinesOptions
from corpus_pipeline.filters.lines.step import Lines
from corpus_pipeline.steps import Context

GOOD = "The river rose in the night.\nNobody had thought that it would."
ZH = "河水在夜里上涨了。\n谁也没有想到会这样。"


def batch_of(texts: list[str | None], dropped: dict[int, str] | None = None) -> pa.RecordBatch:
    """A batch with the columns that the step reads."""
    fate = [(dropped or {}).get(row) for row in range(len(texts))]
    return pa.record_batch(
        {
            "text": pa.array(texts, pa.string()),
            "source": pa.array(["web"] * len(texts), pa.string()),
            "drop_reason": pa.array(fate, pa.string()),
            "reasons": pa.array([reason and [reason] for reason in fate], pa.list_(pa.string())),
        }
    )


def applied(
    texts: list[str | None], label: str | None = None, dropped: dict[int, str] | None = None,
    **options: Any,
) -> pa.RecordBatch:  # fmt: skip
    """A batch after the step."""
    step = Lines(LinesOptions(**options), label=label)
    step.check()
    step = pickle.loads(pickle.dumps(step))
    step.open()
    return step.apply(batch_of(texts, dropped))


def test_texts_are_edited_and_counted() -> None:
    """The later steps see the edited text."""
    after = applied([f"Home | News\n{GOOD}", f"首页\n{ZH}", None, ""], rules="c4")
    assert after["text"].to_pylist() == [GOOD, ZH, None, ""]
    assert after["lines_removed"].to_pylist() == [1, 1, None, 0]
    assert after["lines_removed_no_end_mark"].to_pylist() == [1, 1, None, 0]
    assert after["drop_reason"].null_count == 4
    assert after.schema.field("text").type == pa.string()
    for field in LINE_MEASURES:
        assert after.schema.field(field.name).type == field.type


def test_dropped_documents_keep_their_text() -> None:
    """By this step or by one before; the counts are there."""
    texts: list[str | None] = ["Home\nNews", f"Home\n{GOOD}", f"首页\n{ZH}"]
    after = applied(texts, dropped={1: "language-not-kept"}, rules="c4", max_removed_words=0.05)
    assert after["text"].to_pylist() == texts
    assert after["lines_removed"].to_pylist() == [2, 1, 1]
    assert after["reasons"].to_pylist() == [
        ["lines-too-many-removed", "lines-nothing-left"],
        ["language-not-kept", "lines-too-many-removed"],
        ["lines-too-many-removed"],
    ]


def test_off_is_off() -> None:
    """Without a rule nothing changes."""
    texts: list[str | None] = ["HOME\n\n\n\n12\n3 likes", "首页\n[1]"]
    after = applied(texts)
    assert after["text"].to_pylist() == texts
    assert after["lines_removed"].to_pylist() == [0, 0]
    assert after["lines_removed_counter"].to_pylist() == [None, None]


def test_every_rule_is_off_or_on_by_its_options() -> None:
    """A rule without an option would never be counted, one that is never on neither."""
    every = LinesOptions(
        end_mark="c4", min_words=1, min_chars=1, max_word_chars=9, max_uppercase=1, max_digits=1,
        javascript=True, policy=True, counters=True, navigation=True, patterns=("x",),
        repeated=True, min_han=0.5, max_private_use=0, lorem_ipsum=True, advertisements=True,
        max_listed_words=0, book_matter="gutenberg",
    )  # fmt: skip
    assert every.active == set(RULES)
    assert LinesOptions().active == set()


def test_a_repeated_step_has_its_own_columns() -> None:
    """Its reasons and columns carry the label."""
    after = applied(["Home"], label="again", min_words=2)
    assert after["again_lines_removed"].to_pylist() == [1]
    assert after["drop_reason"].to_pylist() == ["again-lines-nothing-left"]


@pytest.mark.parametrize("rules", [*PUBLISHED])
def test_published_sets(rules: Any) -> None:
    """What is given wins over the set; the resolved options mean the same again."""
    options = LinesOptions(rules=rules)
    for name, value in PUBLISHED[rules].items():
        assert getattr(options, name) == value
    assert LinesOptions(**options.model_dump()) == options
    assert LinesOptions(rules=rules, min_words=7).min_words == 7
    off = LinesOptions.model_validate(dict.fromkeys(PUBLISHED[rules], None) | {"rules": rules})
    assert off.model_dump(exclude={"rules"}) == LinesOptions().model_dump(exclude={"rules"})


def test_an_empty_section_is_a_section() -> None:
    """`lines:` with nothing below it."""
    assert LinesOptions.model_validate(None) == LinesOptions()


@pytest.mark.parametrize(
    "given",
    [
        {"rules": "C5"},
        {"max_uppercase": 1.5},
        {"max_removed_words": 0.00000001},
        {"min_words": -1},
        {"end_mark": "any"},
        {"no_such_rule": 1},
        {"min_han": 1.5},
        {"max_lines": {"no_such_rule": 0.5}},
        {"max_lines": {"digits": 0.5}},
        {"max_lines": {"few_words": 2.0}, "min_words": 2},
    ],
)
def test_options_that_cannot_be_meant(given: dict[str, Any]) -> None:
    """They are refused before any work."""
    with pytest.raises(ValidationError):
        LinesOptions(**given)


def test_patterns_are_checked() -> None:
    """In one line with the key."""
    with pytest.raises(ConfigError, match=r"^lines\.patterns\.1: '\(' is no regular expression"):
        Lines(LinesOptions(patterns=("a", "("))).check()


def test_a_file_of_patterns(tmp_path: Path) -> None:
    """It is read at open, with comments, and must be the planned one."""
    path = tmp_path / "patterns.txt"
    path.write_text("# furniture\n^Home\n\n版权所有\n", "utf-8")
    options = LinesOptions(patterns_file=str(path))
    step = Lines(options)
    assert [each.path for each in step.resources()] == [str(path)]
    step.check()
    step.open()
    after = step.apply(batch_of([f"Home | News\n{ZH}\n© 版权所有"]))
    assert after["text"].to_pylist() == [ZH]
    with pytest.raises(ResourceError, match="changed since the run began"):
        Lines(options, Context(digests={str(path): "0" * 64})).open()
    path.write_text("ok\n(\n", "utf-8")
    with pytest.raises(ConfigError, match=r"patterns\.txt, line 2: '\('"):
        Lines(options).check()
    path.write_bytes(b"\xff")
    with pytest.raises(ResourceError, match="cannot be read"):
        Lines(options).check()
    path.unlink()
    with pytest.raises(ResourceError, match="No such file"):
        Lines(options).check()


def test_verdicts_in_words() -> None:
    """Figures, the rules, and where to look."""
    step = Lines(LinesOptions(rules="c4", max_removed_words=0.05))
    step.open()
    after = step.apply(batch_of([f"Home | News\n{GOOD}\n\nNo."]))
    row = after.to_pylist()[0]
    assert step.explain("lines-too-many-removed", row, None) == (
        "lines_removed_words/lines_words_before 4/16 = 0.25 > 0.05: "
        "no end mark 1, few words 1; lines 1, 5"
    )
    unknown = step.explain("lines-too-many-removed", row, None, known=False)
    assert unknown.startswith("lines_removed_words/lines_words_before 4/16 = 0.25: ")
    assert step.explain("lines-nothing-left", row, None).startswith("lines_removed 2 of 4: ")
    assert step.explain("lines-nothing-left", {}, None) == ""
    again = Lines(step.options, label="again")
    named = {f"again_{name}": value for name, value in row.items()}
    assert again.explain("lines-nothing-left", named, None).startswith("lines_removed 2 of 4: ")


def test_every_option_and_column_is_described() -> None:
    """The docs and the contract are made of that."""
    assert all(field.description for field in LinesOptions.model_fields.values())
    assert all(field.metadata[b"meaning"] for field in LINE_MEASURES)
    assert set(Lines.summed) < set(LINE_MEASURES.names)
