"""What each match compares documents by, and which of them it lets survive."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.dedup.matches import HASH_KEY, AddressMatch, Documents, ExactMatch, Match
from corpus_pipeline.filters.url.normalise import in_one_form
from corpus_pipeline.filters.where.ordering import parse_ordering


def removed(
    match: Match, batch: pa.RecordBatch, ranks: list[int], order: list[int] | None = None
) -> dict[int, int]:
    """Runs the whole of a match over one batch, whose rows are the addresses."""
    hashes = match.hashes(Documents(batch, batch["text"]))
    rows = np.repeat(np.arange(batch.num_rows), np.diff(hashes.offsets))
    records = pa.record_batch(
        {
            **hashes.columns,
            "rank": np.array(ranks, np.uint64)[rows],
            "address": rows.astype(np.uint64),
        }
    )
    shuffled = records if order is None else records.take(pa.array(order, pa.int64()))
    found = match.decide(shuffled)
    assert found["address"].to_pylist() == sorted(found["address"].to_pylist())
    return dict(zip(*(found[name].to_pylist() for name in ("address", "duplicate_of"))))  # noqa: B905


def pages(*urls: str | None, metadata: list[str | None] | None = None) -> pa.RecordBatch:
    """Documents of which only the address counts."""
    rows = len(urls)
    return pa.record_batch(
        {
            "url": pa.array(urls, pa.string()),
            "text": pa.array([f"text {n}" for n in range(rows)], pa.string()),
            "metadata": pa.array(metadata or [None] * rows, pa.string()),
        }
    )


@pytest.mark.parametrize(
    ("urls", "form", "wanted"),
    [
        (["http://a.org/x", "HTTP://A.org:80/x#top", "http://a.org/X"], in_one_form, {1: 0}),
        (["http://a.org/x", "HTTP://A.org:80/x#top", "http://a.org/x"], None, {2: 0}),
        (["http://例子.中国/?utm_source=x", "http://xn--fsqu00a.xn--fiqs8s/"], in_one_form, {1: 0}),
        # Documents without an address are left alone, and so is what is none.
        ([None, None, "", "", "a.org/x", "http://a.org/x"], in_one_form, {5: 4}),
        ([None, "", ""], None, {}),
        (["no address", "no address"], in_one_form, {}),
        ([], in_one_form, {}),
    ],
)
def test_documents_of_one_address(urls: list[str | None], form: object, wanted: object) -> None:
    match = AddressMatch(form)  # type: ignore[arg-type]
    assert removed(match, pages(*urls), list(range(len(urls)))) == wanted


def test_the_rank_decides_where_nothing_is_preferred() -> None:
    assert removed(AddressMatch(), pages("a", "a", "a"), [3, 1, 2]) == {0: 1, 2: 1}


@pytest.mark.parametrize(
    ("ignore", "wanted"),
    [
        ((), {1: 0}),
        (("case",), {1: 0, 2: 0}),
        (("marks",), {1: 0, 3: 0}),
        (("spaces",), {1: 0, 4: 0}),
        (("case", "marks", "digits", "spaces"), {1: 0, 2: 0, 3: 0, 4: 0, 5: 0}),
    ],
)
def test_what_equal_texts_may_differ_in(ignore: tuple[Any, ...], wanted: object) -> None:
    texts = ["Ein Ort.", " Ein  Ort.", "ein ort.", "«Ein Ort»!", "EinOrt.", "Ein 2 Ort",
             "12", "13", "?", None]  # fmt: skip
    batch = pages(*texts).set_column(1, "text", pa.array(texts, pa.string()))
    assert removed(ExactMatch(ignore), batch, [LOW] * len(texts)) == wanted


LOW, HIGH = 1 << 56, 2 << 56


@pytest.mark.parametrize(
    ("metadata", "by", "ranks", "survivor"),
    [
        (['{"at": "2023-05"}', '{"at": "2024"}', "{}"], "date(metadata.at)", [LOW] * 3, 1),
        # The priority of the source comes before the date.
        (['{"at": "2023"}', '{"at": "2024"}', "{}"], "date(metadata.at)", [LOW, HIGH, HIGH], 0),
        (['{"n": 0.5}', '{"n": -7}', '{"n": 1}'], "metadata.n", [LOW, LOW, LOW + 9], 2),
        (['{"n": 1}', '{"n": 1.0}', '{"n": "2"}'], "metadata.n", [LOW + 9, LOW + 1, LOW], 1),
        ([None, None, None], "metadata.n", [LOW + 9, LOW + 1, LOW], 2),
    ],
)
def test_the_newest_or_best_stays(
    metadata: list[str | None], by: str, ranks: list[int], survivor: int
) -> None:
    match = AddressMatch(in_one_form, parse_ordering(by).keys)
    batch = pages(*["http://a.org/"] * 3, metadata=metadata)
    assert removed(match, batch, ranks) == {n: survivor for n in range(3) if n != survivor}


ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 2) | st.none()), max_size=12
)


@given(ROWS, st.randoms(use_true_random=False))
def test_survivors_are_those_of_a_dict_in_any_order(
    rows: list[tuple[int, int, int | None]], shuffler: object
) -> None:
    urls = [f"http://{url}.org/" for url, _, _ in rows]
    metadata: list[str | None] = ["{}" if n is None else f'{{"n": {n}}}' for _, _, n in rows]
    ranks = [priority << 56 | number % 3 for number, (_, priority, _) in enumerate(rows)]
    groups: dict[int, list[tuple[int, float, int, int]]] = {}
    for address, (url, priority, n) in enumerate(rows):
        value = np.inf if n is None else -n
        groups.setdefault(url, []).append((priority, value, ranks[address], address))
    wanted = {
        member[-1]: min(members)[-1]
        for members in groups.values()
        for member in members
        if member != min(members)
    }
    order = list(range(len(rows)))
    shuffler.shuffle(order)  # type: ignore[attr-defined]
    match = AddressMatch(in_one_form, parse_ordering("metadata.n").keys)
    assert removed(match, pages(*urls, metadata=metadata), ranks, order) == wanted


def test_both_halves_of_the_hash_are_of_the_address() -> None:
    batch = pages("http://a.org/", "http://b.org/")
    columns = AddressMatch().hashes(Documents(batch, batch["text"])).columns
    values = {int(value) for name in (HASH_KEY, "second") for value in columns[name]}
    assert len(values) == 4
