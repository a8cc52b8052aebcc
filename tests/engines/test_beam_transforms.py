"""The coders of what crosses the engine."""

import pickle
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus_pipeline.address import BatchKey
from corpus_pipeline.batches import end_of_unit
from corpus_pipeline.engines.beam_transforms import BatchKeyCoder, RecordBatchCoder
from corpus_pipeline.transforms import Keyed

BATCHES = {
    "no rows": pa.record_batch({"text": pa.array([], pa.string())}),
    "one row": pa.record_batch({"text": ["文"]}),
    "nulls": pa.record_batch({"text": ["a", None, ""], "n": [None, [1], []]}),
    "end": end_of_unit(2, {"skipped": 1}),
}


@pytest.mark.parametrize("name", BATCHES)
def test_batches_come_back(name: str) -> None:
    coder = RecordBatchCoder()
    batch = BATCHES[name]
    again = coder.decode(coder.encode(batch))
    assert again.equals(batch)
    assert again.schema.equals(batch.schema, check_metadata=True)
    assert coder.encode(again) == coder.encode(batch)


def test_a_slice_does_not_carry_its_parent() -> None:
    whole = pa.record_batch({"text": ["word " * 20] * 10_000})
    row = whole.slice(5_000, 1)
    encoded = RecordBatchCoder().encode(row)
    assert len(encoded) < 1_000 < len(pickle.dumps(row))
    assert RecordBatchCoder().decode(encoded).equals(row)


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_keys_come_back(unit: int, batch: int) -> None:
    coder = BatchKeyCoder()
    key = BatchKey("prepare", unit, batch)
    assert coder.decode(coder.encode(key)) == key


def test_equal_values_have_equal_codes() -> None:
    for coder in (RecordBatchCoder(), BatchKeyCoder()):
        assert coder.is_deterministic()
    one, two = (pa.record_batch({"text": pa.array(["文", None])}) for _ in range(2))
    assert RecordBatchCoder().encode(one) == RecordBatchCoder().encode(two)


def test_the_hint_of_an_element_picks_our_coders() -> None:
    coder: Any = beam.coders.registry.get_coder(beam.typehints.native_type_compatibility
                                                .convert_to_beam_type(Keyed))  # fmt: skip
    assert isinstance(coder, beam.coders.TupleCoder)
    kinds = [type(part) for part in coder.coders()]
    assert kinds == [BatchKeyCoder, RecordBatchCoder]
    element = (BatchKey("finish", 1, 2), BATCHES["nulls"])
    assert coder.decode(coder.encode(element)) == element
