"""Folders that say something: `lang=de/year=2024/a.parquet` has the fields `lang` and `year`.

So Hive, Spark and many published datasets write what all rows of a file have in common.
"""

import re
from pathlib import PurePosixPath
from urllib.parse import unquote

import orjson
import pyarrow as pa
import pyarrow.compute as pc

_FIELD = re.compile(r"([A-Za-z_][\w.-]*)=(.*)", re.S)
#: What stands for null.
_NULL = "__HIVE_DEFAULT_PARTITION__"


def partition_fields(path: str) -> dict[str, str]:
    """Returns the fields that the folders of a path name; the innermost counts.

    >>> partition_fields("s3://b/lang=zh/topic=a%2Fb/x=__HIVE_DEFAULT_PARTITION__/0.parquet")
    {'lang': 'zh', 'topic': 'a/b'}
    """
    fields = {}
    for part in PurePosixPath(path).parent.parts:
        if (found := _FIELD.fullmatch(part)) is not None and found[2] != _NULL:
            fields[found[1]] = unquote(found[2])
    return fields


def with_fields(batch: pa.RecordBatch, fields: dict[str, str]) -> pa.RecordBatch:
    """Adds fields to the metadata of all rows; a row that has one of its own keeps it.

    Args:
        batch: of schema `RECORDS`.
        fields: name -> value.

    >>> rows = pa.record_batch({"metadata": pa.array(['{"a":1}', None, '{"lang":"zh"}', "{}"])})
    >>> with_fields(rows, {"lang": "de"})["metadata"].to_pylist()
    ['{"lang":"de","a":1}', '{"lang":"de"}', '{"lang":"zh"}', '{"lang":"de"}']
    """
    metadata = batch["metadata"]
    for name, value in reversed(fields.items()):
        entry = orjson.dumps({name: value})[1:-1].decode()
        empty = pc.fill_null(pc.equal(metadata, "{}"), True)
        rest = pc.utf8_slice_codeunits(pc.fill_null(metadata, "{}"), 1)
        longer = pc.binary_join_element_wise(pa.scalar(f"{{{entry},"), rest, "")
        found = pc.if_else(empty, pa.scalar(f"{{{entry}}}"), longer)
        # Few rows, if any: those in which the name stands somewhere.
        named = pc.match_substring(pc.fill_null(metadata, ""), orjson.dumps(name).decode() + ":")
        if pc.any(named).as_py():
            has = [
                is_named and name in orjson.loads(text)
                for text, is_named in zip(metadata.to_pylist(), named.to_pylist(), strict=True)
            ]
            found = pc.if_else(pa.array(has), metadata, found)
        metadata = found
    return batch.set_column(batch.schema.names.index("metadata"), "metadata", metadata)
