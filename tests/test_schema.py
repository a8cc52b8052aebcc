"""The data contract: names, meanings, and that the parts fit together."""

import re

import pyarrow as pa
import pytest

from corpus_pipeline.flow import document_schema, ledger_schema
from corpus_pipeline.schema import DOCUMENT_INPUT
from corpus_pipeline.sources.records import RECORDS

DOCUMENT, LEDGER = document_schema(), ledger_schema()


@pytest.mark.parametrize("contract", [DOCUMENT, LEDGER], ids=["document", "ledger"])
def test_columns_have_one_name_and_a_meaning(contract: pa.Schema) -> None:
    assert len(set(contract.names)) == len(contract.names)
    for field in contract:
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", field.name), field.name
        assert (field.metadata or {}).get(b"meaning"), f"{field.name} says nothing"
        assert field.nullable, f"{field.name}: a column that no stage has filled is null"


def test_the_ledger_is_the_document_without_its_content_and_with_its_places() -> None:
    rest = [name for name in DOCUMENT.names if name not in ("raw", "text")]
    assert LEDGER.names == [*rest, "token_shard", "token_offset"]


def test_the_fate_stands_first() -> None:
    for contract in (DOCUMENT, LEDGER):
        assert contract.names[:2] == ["drop_reason", "reasons"]


def test_readers_fill_columns_of_the_contract() -> None:
    for field in RECORDS:
        assert DOCUMENT_INPUT.field(field.name).type == field.type


def test_no_decimal_measure_is_wider_than_its_meaning() -> None:
    """Token ids, hashes and offsets are integers; nothing of the contract is an object."""
    assert {str(field.type) for field in DOCUMENT} <= {
        "string", "binary", "fixed_size_binary[16]", "list<item: string>", "bool", "uint8",
        "int32", "int64", "float", "double",
    }  # fmt: skip
