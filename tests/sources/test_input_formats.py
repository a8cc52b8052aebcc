"""The table of formats: each has a reader, and everything else is derived of it."""

import pytest
from pydantic import ValidationError

from corpus_pipeline.config.input import Input
from corpus_pipeline.sources import reading
from corpus_pipeline.sources.formats import FETCHING, FORMATS, TABLE, WITH_FIELDS, WITH_POSTS


def test_every_format_has_a_reader() -> None:
    assert {*reading._READERS, *FETCHING} == set(FORMATS)
    assert set(reading._POSTS) == set(WITH_POSTS)
    assert len({each.name for each in TABLE}) == len(TABLE)


def test_suffixes_belong_to_one_format() -> None:
    suffixes = [suffix for each in TABLE for suffix in each.suffixes]
    assert len(set(suffixes)) == len(suffixes)


def test_formats_with_fields_are_those_whose_records_have_names() -> None:
    assert {"jsonl", "json", "parquet"} == WITH_FIELDS


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"format": "jsonl", "posts": {"join": "thread"}}, "posts: the format jsonl has none"),
        ({"format": "reddit", "posts": {"join": "all"}}, "join"),
        ({"format": "cdxj"}, "records: the format cdxj needs it"),
        ({"format": "warc", "records": {"base": "b"}}, "records: the format cdxj needs it"),
        ({"format": "cdxj", "records": {}}, "base"),
    ],
)
def test_sections_belong_to_their_formats(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Input(path="a", source="s", **fields)


def test_sections_become_options() -> None:
    reddit = Input(path="a", source="s", format="reddit", posts={"join": "parent", "min_score": 3})
    assert reddit.posts is not None
    assert (reddit.posts.options().join, reddit.posts.options().min_score) == ("parent", 3)
    index = Input(path="a", source="s", format="cdxj", records={"base": "b", "statuses": [200]})
    assert index.records is not None
    assert index.records.options().statuses == (200,)
