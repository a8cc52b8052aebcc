"""Records come together by key, the same with much memory and with none."""

import io
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.sources.grouping import Group, Grouping

Records = list[tuple[bytes, bytes]]


def grouped(records: Records, memory: int) -> tuple[list[Group], int]:
    """The groups, and how many files were opened."""
    opened: list[BinaryIO] = []

    def spill() -> BinaryIO:
        opened.append(io.BytesIO())
        return opened[-1]

    grouping = Grouping(memory, spill)
    for key, record in records:
        grouping.add(key, record)
    groups = list(grouping.groups())
    assert all(file.closed for file in opened)
    return groups, len(opened)


@given(
    st.lists(
        st.tuples(st.sampled_from([b"a", b"b", b"c", "键".encode(), b""]), st.binary(max_size=9))
    ),
    st.integers(400, 3000),
)
def test_memory_changes_nothing(records: Records, memory: int) -> None:
    by_key: dict[bytes, list[bytes]] = {}
    for key, record in records:
        by_key.setdefault(key, []).append(record)
    groups, opened = grouped(records, 10**9)
    assert opened == 0
    assert sorted(group.records for group in groups) == sorted(by_key.values())
    few, _ = grouped(records, memory)
    for group, other in zip(groups, few, strict=True):
        assert other.size == group.size
        if other.too_large:
            assert sum(len(each) + 150 for each in group.records) > memory
            assert other.records == group.records[:1]
        else:
            assert other == group


def test_what_is_not_held_waits_in_files() -> None:
    records = [(b"%d" % (n % 700), b"%d" % n) for n in range(5000)]
    groups, opened = grouped(records, 10_000)
    assert opened >= 1
    assert groups == grouped(records, 10**9)[0]
    assert len(groups) == 700


def test_parts_that_are_too_large_are_parted_again() -> None:
    records = [(b"%d" % (n % 40), bytes(100)) for n in range(400)]
    groups, opened = grouped(records, 2_600)
    assert opened > 1
    assert [group.size for group in groups] == [10] * 40
    assert not any(group.too_large for group in groups)


@pytest.mark.parametrize("memory", [0, 10**6])
def test_nothing_gives_nothing(memory: int) -> None:
    assert grouped([], memory) == ([], 0)
