"""The step: what its options do to a batch, and what it refuses."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.scrub.columns import FINDINGS_COLUMN
from corpus_pipeline.scrub.entities import ENTITIES
from corpus_pipeline.scrub.step import Scrub, ScrubSection
from corpus_pipeline.steps import Batch, Context, SourceRules

KINDS = ["EMAIL_ADDRESS", "PHONE_NUMBER"]
KEY = b"0123456789abcdef0123456789abcdef\n"


def batch(**columns: Any) -> Batch:
    texts = columns.pop("text", ["write to li@example.cn", None, "dropped: wang@example.cn"])
    number = len(texts)
    return pa.record_batch(
        {
            "drop_reason": pa.array(([None] * (number - 1) + ["too-short"]), pa.string()),
            "reasons": pa.array([None] * number, pa.list_(pa.string())),
            "source": pa.array(["web"] * number),
            "lang": pa.array(["en"] * number),
            "text": pa.array(texts, pa.string()),
            "raw": pa.array([None] * (number - 1) + [b"<p>wang@example.cn"], pa.binary()),
            **{name: pa.array(values, pa.string()) for name, values in columns.items()},
        }
    )


def opened(**options: Any) -> Scrub:
    step = Scrub(
        ScrubSection.model_validate({"entities": KINDS, **options}),
        Context({"web": SourceRules(), "novels": SourceRules()}),
    )
    step.check()
    step.open()
    return step


def test_only_what_stays_is_scrubbed() -> None:
    found = opened().apply(batch())
    assert found["text"].to_pylist() == [
        "write to <EMAIL_ADDRESS>", None, "dropped: wang@example.cn",
    ]  # fmt: skip
    assert found["pii_email"].to_pylist() == [1, None, None]
    assert found["pii_phone"].to_pylist() == [0, None, None]
    assert found["pii_person"].to_pylist() == [None] * 3, "names are not looked for"
    lists = found[FINDINGS_COLUMN].to_pylist()
    assert [len(each) for each in lists] == [1, 0, 0]


def test_handles_are_replaced_on_request_alone() -> None:
    assert set(ENTITIES) - set(ScrubSection().entities) == {"HANDLE"}


def test_other_fields() -> None:
    fields = {
        "url": ["https://x.example/?m=li@example.cn", None, "https://x.example/"],
        "id": ["li@example.cn", "b", "wang@example.cn"],
        "metadata": ['{"contact":"li@example.cn"}', None, None],
    }
    found = opened(fields=["url", "id", "metadata"]).apply(batch(**fields))
    lists = found[FINDINGS_COLUMN].to_pylist()
    assert [[(each["field"], each["start"], each["new_end"]) for each in of] for of in lists] == [
        [("text", 9, 24), ("url", 21, 36), ("id", 0, 15), ("metadata", 0, 15)], [], [],
    ]  # fmt: skip
    assert found["url"][0].as_py() == "https://x.example/?m=<EMAIL_ADDRESS>"
    assert found["id"].to_pylist() == ["<EMAIL_ADDRESS>", "b", "wang@example.cn"]
    assert found["metadata"][0].as_py() == '{"contact":"<EMAIL_ADDRESS>"}'
    assert opened().apply(batch(**fields))["url"].equals(batch(**fields)["url"])


def test_dropped_documents_are_redacted_on_request() -> None:
    step = opened(rejected=True)
    assert step.redacts
    assert not opened().redacts
    stored = step.redacted(batch())
    assert stored["text"].to_pylist()[2] == "dropped: <EMAIL_ADDRESS>"
    assert stored["raw"].null_count == 3


@pytest.mark.parametrize(("limit", "least", "reason"), [
    (10, 2, "personal-data"), (10, 3, None), (100, 2, None), (None, 2, None),
])  # fmt: skip
def test_density(limit: float | None, least: int, reason: str | None) -> None:
    text = "a@example.cn b@example.cn " + "x" * 24
    step = opened(max_per_1000_chars=limit, min_findings=least)
    found = step.apply(batch(text=[text, "x"]))
    assert found["drop_reason"].to_pylist() == [reason, "too-short"]


def test_a_surrogate_follows_from_the_file_of_the_key(tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    key.write_bytes(KEY)
    step = opened(action="surrogate", surrogate_key=str(key))
    found = step.apply(batch())["text"][0].as_py()
    assert found.startswith("write to ")
    assert "li@example.cn" not in found
    assert (
        found
        == opened(action="surrogate", surrogate_key=str(key)).apply(batch())["text"][0].as_py()
    )
    assert [each.path for each in step.resources()] == [str(key)]
    key.write_bytes(b"short")
    with pytest.raises(ConfigError, match=r"scrub.surrogate_key: .*key.txt: has 5 bytes; a key"):
        step.open()


REFUSED = [
    ({"entities": ["PERSONS"]}, "scrub: unknown entity 'PERSONS'; did you mean PERSON? all "),
    ({"entities": []}, "scrub: at least one entity is needed; all "),
    ({"regions": ["XX"]}, "scrub: unknown region 'XX'"),
    ({"placeholder": "{x}"}, "scrub: placeholder may hold no braces but {entity}, got '{x}'"),
    ({"rules": [{"placeholder": "{"}]}, "scrub: placeholder may hold no braces"),
    ({"rules": [{"entities": ["NAME"]}]}, "scrub: unknown entity 'NAME'; did you mean PERSON?"),
    ({"rules": [{"sources": ["wiki"]}]},
     "scrub.rules: no source is called 'wiki'; there are web, novels"),
    ({"action": "surrogate"}, "scrub.surrogate_key: surrogates follow from a secret"),
    ({"rules": [{"action": "surrogate"}]}, "scrub.surrogate_key: surrogates follow from a secret"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "line"), REFUSED)
def test_what_cannot_be_meant_is_one_line(options: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        opened(**options)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_what_leaves_as_it_came_is_said() -> None:
    assert list(opened().notes()) == [
        "scrub: url, metadata, id, rejected/ keep personal data as they have it (scrub.fields, "
        "scrub.rejected)"
    ]
    assert not list(opened(fields=["url", "metadata", "id"], rejected=True).notes())
