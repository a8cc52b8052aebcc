"""Values of JSON objects, read with their keys."""

import re
from collections.abc import Callable

import pyarrow as pa
import pytest

from corpus_pipeline.scrub.columns import FINDINGS, PII_MEASURES
from corpus_pipeline.scrub.fields import scrub_metadata
from corpus_pipeline.scrub.scrubbing import Scrubbed


def replacing(*rules: tuple[str, str]) -> "Scrub":
    """Makes a scrub of texts: pattern with one group -> what stands in the group's place."""

    def one(text: str) -> tuple[str, list[dict[str, object]]]:
        found = [(*match.span(1), new) for old, new in rules for match in re.finditer(old, text)]
        findings: list[dict[str, object]] = []
        after, position = "", 0
        for start, end, new in sorted(found):
            after += text[position:start]
            findings.append(
                {"field": "metadata", "start": start, "end": end, "new_start": len(after),
                 "new_end": len(after + new), "entity": new, "score": 1.0, "action": "mask"}
            )  # fmt: skip
            after, position = after + new, end
        return after + text[position:], findings

    def scrub(texts: pa.Array) -> Scrubbed:
        done = [one(text) for text in texts.to_pylist()]
        return Scrubbed(
            pa.array([text for text, _ in done], pa.string()),
            pa.record_batch([pa.nulls(len(texts), pa.int32())] * len(PII_MEASURES), PII_MEASURES),
            pa.array([found for _, found in done], pa.list_(pa.struct(list(FINDINGS)))),
        )

    return scrub


Scrub = Callable[[pa.Array], Scrubbed]
#: An address, a number, and a name behind the word author.
scrub = replacing(
    (r"(li@x\.cn)", "<MAIL>"), (r"(13812345678)", "<PHONE>"), (r"author: (Jane Doe)", "<PERSON>")
)


CASES = [
    ('{"a":"li@x.cn"}', '{"a":"<MAIL>"}'),
    ('{"a":["x",{"b":"to li@x.cn"}],"n":1.5}', '{"a":["x",{"b":"to <MAIL>"}],"n":1.5}'),
    ('{"author":"Jane Doe"}', '{"author":"<PERSON>"}'),
    ('{"author":["Jane Doe","x"]}', '{"author":["<PERSON>","x"]}'),
    ('{"title":"Jane Doe"}', '{"title":"Jane Doe"}'),
    ('{"tel":13812345678}', '{"tel":"<PHONE>"}'),
    # Nothing is found: the bytes stay.
    ('{ "a" : "\\u00e9", "b": [true, null, 7] }', '{ "a" : "\\u00e9", "b": [true, null, 7] }'),
    ("{}", "{}"),
    (None, None),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CASES)
def test_one_object(before: str | None, after: str | None) -> None:
    assert scrub_metadata(pa.array([before], pa.string()), scrub).objects.to_pylist() == [after]


def test_a_column() -> None:
    befores, afters = zip(*CASES, strict=True)
    assert scrub_metadata(pa.array(befores, pa.string()), scrub).objects.to_pylist() == list(afters)


def test_places_are_those_in_the_value() -> None:
    column = pa.array(['{"author":["x","Jane Doe"],"k":{"mail":"to li@x.cn"}}', "{}", None])
    found = scrub_metadata(column, scrub).findings.to_pylist()
    assert [[(each["entity"], each["start"], each["end"], each["new_end"]) for each in of]
            for of in found] == [[("<PERSON>", 0, 8, 8), ("<MAIL>", 3, 10, 9)], [], []]  # fmt: skip


def test_what_is_found_in_the_key_leaves_the_value_to_be_read_alone() -> None:
    odd = replacing(("(k): v", "<K>"), ("^(v)", "<V>"))
    found = scrub_metadata(pa.array(['{"k":"v"}']), odd)
    assert found.objects.to_pylist() == ['{"k":"<V>"}']
    assert [each["entity"] for each in found.findings[0].as_py()] == ["<V>"]
