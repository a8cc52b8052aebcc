"""Checks the table of findings of personal data against the counts of the documents."""

from collections import Counter
from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline.scrub.columns import PII_MEASURES

#: The folder of findings, with the slash that paths in it have.
FOLDER = "pii/"
#: Columns of the table that are compared.
COMPARED = ("row", "field", "action")


def finding_differences(path: str, tables: Mapping[str, pa.Table]) -> Iterator[str]:
    """Compares how many findings of each document's text were replaced with its counts.

    Args:
        path: of the table of findings of a unit.
        tables: of the same unit, by path.

    >>> found = pa.table({"row": [4, 4], "field": ["text"] * 2, "action": ["mask", "keep"]})
    >>> kept = pa.table({"row": [4, 5], "pii_email": [2, None]})
    >>> list(finding_differences("pii/a", {"pii/a": found, "documents/a": kept}))
    ['pii/a has 1 findings of row 4 replaced, its document counts 2']
    """
    of_texts = tables[path].filter(pc.equal(tables[path]["field"], "text"))
    replaced = of_texts.filter(pc.not_equal(of_texts["action"], "keep"))
    listed = Counter(replaced["row"].to_pylist())
    counted: Counter[int] = Counter()
    for name, table in tables.items():
        if not name.startswith(("documents/", "rejected/")):
            continue
        columns = [column for column in PII_MEASURES.names if column in table.column_names]
        total = pa.array([0] * len(table))
        for column in columns:
            total = pc.add(total, pc.fill_null(table[column], 0))
        there = table.append_column("found", total).filter(pc.greater(total, 0))
        counted.update(dict(zip(there["row"].to_pylist(), there["found"].to_pylist(), strict=True)))
    for row in sorted(listed.keys() | counted.keys()):
        if listed[row] != counted[row]:
            yield (
                f"{path} has {listed[row]} findings of row {row} replaced, its document counts "
                f"{counted[row]}"
            )
            return
