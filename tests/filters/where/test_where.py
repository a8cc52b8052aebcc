"""The step *where*: reasons, tags, unknown values, what it says of itself."""

import pickle
from typing import Any

import pyarrow as pa
import pytest

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.where.step import Where, WhereOptions

SCHEMA = pa.schema(
    [
        ("drop_reason", pa.string()),
        ("reasons", pa.list_(pa.string())),
        ("metadata", pa.string()),
        ("raw", pa.binary()),
        ("text", pa.string()),
        ("lang", pa.string()),
        ("words", pa.int32()),
    ]
)
BATCH = pa.record_batch(
    [
        pa.array([None, None, None, None, "extract-failed"]),
        pa.array([None, None, None, None, ["extract-failed"]], pa.list_(pa.string())),
        pa.array(['{"year": 1999}', '{"year": 2024, "栏目": "体育"}', None, '{"year": 1}', None]),
        pa.array([None, None, None, b"<p>", None], pa.binary()),
        pa.array(["一九九九", "Text", "第三", None, None]),
        pa.array(["zh", "en", None, None, None]),
        pa.array([4, 1, 2, None, None], pa.int32()),
    ],
    schema=SCHEMA,
)


def step(label: str | None = None, **options: Any) -> Where:
    planned = Where(WhereOptions(**options), label=label)
    planned.check()
    made: Where = pickle.loads(pickle.dumps(planned))
    made.open()
    return made


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"keep": "lang == 'zh'"}, [None, "where-not-kept", None, None]),
        (
            {"keep": "lang == 'zh'", "unknown": "drop"},
            [None, "where-not-kept", "where-not-kept", "where-not-kept"],
        ),
        ({"drop": "lang == 'zh'"}, ["where-dropped", None, None, None]),
        (
            {"drop": "lang == 'zh'", "unknown": "drop"},
            ["where-dropped", None, "where-dropped", "where-dropped"],
        ),
        ({"drop": "metadata.year < 2000"}, ["where-dropped", None, None, "where-dropped"]),
        (
            {"rules": {"too-old": "metadata.year < 2000", "体育": 'metadata.栏目 == "体育"'}},
            ["where-too-old", "where-体育", None, "where-too-old"],
        ),
        ({"tag": {"short": "len(text) < 3"}}, [None, None, None, None]),
    ],
)
def test_fates(options: dict[str, Any], expected: list[str | None]) -> None:
    made = step(**options)
    after = made.apply(BATCH)
    assert after["drop_reason"].to_pylist() == [*expected, "extract-failed"]
    reasons = {reason for row in after["reasons"].to_pylist() for reason in row or []}
    assert reasons <= {*made.all_reasons(), "extract-failed"}
    assert after["reasons"].to_pylist()[-1] == ["extract-failed"]
    assert after.schema.names[: len(SCHEMA.names)] == SCHEMA.names
    assert made.apply(BATCH.slice(1, 2))["drop_reason"].to_pylist() == expected[1:3]


def test_every_rule_that_fails_is_named_in_order() -> None:
    made = step(keep="words > 9", drop="len(text) > 0", rules={"b": "True", "a": "words > 1"})
    assert made.apply(BATCH)["reasons"].to_pylist()[0] == [
        "where-not-kept", "where-dropped", "where-b", "where-a"
    ]  # fmt: skip
    assert made.all_reasons() == ("where-not-kept", "where-dropped", "where-b", "where-a")


def test_tags_fill_columns_of_their_own() -> None:
    made = step(tag={"short": "len(text) < 3", "中文": "lang == 'zh'"})
    after = made.apply(BATCH)
    assert after["tag_short"].to_pylist() == [False, False, True, None, None]
    assert after["tag_中文"].to_pylist() == [True, False, None, None, None]
    fields = list(made.all_columns())
    assert [(field.name, field.type) for field in fields] == [
        ("tag_short", pa.bool_()), ("tag_中文", pa.bool_())
    ]  # fmt: skip
    assert fields[0].metadata[b"meaning"] == b"whether len(text) < 3; null where that is unknown"


def test_a_repeated_step_has_its_label() -> None:
    made = step("late", drop="words > 3", tag={"long": "words > 3"})
    after = made.apply(BATCH)
    assert after["drop_reason"].to_pylist()[0] == "late-where-dropped"
    assert made.all_reasons() == ("late-where-dropped",)
    assert [field.name for field in made.all_columns()] == ["late_tag_long"]
    assert after["late_tag_long"].to_pylist() == [True, False, False, None, None]


def test_what_it_needs() -> None:
    made = Where(WhereOptions(keep="metadata.year > 1", tag={"a": "lang is None"}))
    assert (made.needs, made.needs_text) == (("lang", "metadata"), False)
    assert Where(WhereOptions(drop="len(text) < 3")).needs_text
    made.check_columns(SCHEMA)
    with pytest.raises(ConfigError, match=r"^where\.drop: character 1 .* did you mean words\?"):
        Where(WhereOptions(drop="wrods > 3")).check_columns(SCHEMA)


def test_explanations() -> None:
    made = step(keep="lang == 'zh'", rules={"short": "len(text) < 9 and metadata.year > 2000"})
    row = {"lang": "en", "metadata": '{"year": 2024}'}
    assert made.explain("where-not-kept", row, "text") == "lang == 'zh' (lang en)"
    assert made.explain("where-short", row, "文本").endswith(
        " (text has 2 characters, metadata.year 2,024)"
    )
    assert made.explain("where-short", {}, None).endswith(
        " (text is not at hand, metadata.year null)"
    )
    assert made.explain("other", row, None) == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "where: it says nothing; give keep, drop, rules or tag"),
        ({"keep": "lang = 1"}, "where.keep: character 6 of `lang = 1`: write `==` for `=`"),
        (
            {"rules": {"a": "lang =="}},
            "where.rules.a: character 8 of `lang ==`: something is missing",
        ),
        ({"rules": {"Too Old": "True"}}, "where.rules.Too Old: the name becomes a reason"),
        ({"rules": {"dropped": "True"}}, "where.rules.dropped: the name becomes a reason"),
        ({"tag": {"a-b": "True"}}, "where.tag.a-b: the name becomes a column"),
        ({"tag": {"": "True"}}, "where.tag.: the name becomes a column"),
        ({"drop": ""}, "where.drop: an empty expression"),
    ],
)
def test_refusals(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Where(WhereOptions(**options)).check()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
