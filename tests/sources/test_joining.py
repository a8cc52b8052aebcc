"""Batches of small files are put together; what belongs apart stays apart."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.sources.joining import joined
from corpus_pipeline.sources.records import MAX_ROWS

PARTS = st.lists(
    st.tuples(st.sampled_from("甲乙c"), st.lists(st.text(max_size=9), min_size=1, max_size=5)),
    max_size=9,
)


@given(PARTS, st.integers(1, 3000))
def test_rows_keep_their_order_and_their_files(
    parts: list[tuple[str, list[str]]], batch_bytes: int
) -> None:
    batches = [(path, pa.record_batch({"text": texts})) for path, texts in parts]
    found = list(joined(batches, batch_bytes))
    rows = [
        (file, text)
        for batch, files in found
        for file, text in zip(files.to_pylist(), batch["text"].to_pylist(), strict=True)
    ]
    assert rows == [(path, text) for path, texts in parts for text in texts]
    for batch, _ in found:
        batch.validate(full=True)


def test_batches_are_bounded() -> None:
    small = ("a", pa.record_batch({"n": pa.array(range(100))}))
    assert len(list(joined([small] * 90, 1 << 30))) == -(-9000 // MAX_ROWS)
    assert [batch.num_rows for batch, _ in joined([small] * 5, 1700)] == [200, 200, 100]
    assert [batch.num_rows for batch, _ in joined([small] * 3, 1)] == [100] * 3
    assert list(joined([], 1)) == []


@pytest.mark.parametrize(("second", "batches"), [("a", 1), ("b", 2)])
def test_sources_of_a_dataset_stay_apart(second: str, batches: int) -> None:
    parts = [("f", pa.record_batch({"source": [source] * 2})) for source in ("a", second)]
    assert len(list(joined(parts, 1 << 20))) == batches
