"""Values of JSON objects, read with their keys."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from corpus_pipeline.scrub.fields import scrub_metadata


def scrub(texts: pa.Array) -> pa.Array:
    """Finds one address, one number, and a name behind the word author."""
    texts = pc.replace_substring(texts, "li@x.cn", "<MAIL>")
    texts = pc.replace_substring(texts, "13812345678", "<PHONE>")
    return pc.replace_substring(texts, "author: Jane Doe", "author: <PERSON>")


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
    assert scrub_metadata(pa.array([before], pa.string()), scrub).to_pylist() == [after]


def test_a_column() -> None:
    befores, afters = zip(*CASES, strict=True)
    assert scrub_metadata(pa.array(befores, pa.string()), scrub).to_pylist() == list(afters)


def test_what_is_found_in_the_key_leaves_the_value_to_be_read_alone() -> None:
    def odd(texts: pa.Array) -> pa.Array:
        return pc.replace_substring(pc.replace_substring(texts, "k: v", "<K>"), "v", "<V>")

    assert scrub_metadata(pa.array(['{"k":"v"}']), odd).to_pylist() == ['{"k":"<V>"}']
