"""Small files share a batch: every stage pays for each batch, however few documents it has."""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from corpus_pipeline.batches import one_batch
from corpus_pipeline.sources.records import MAX_ROWS


def joined(
    parts: Iterable[tuple[str | list[str], pa.RecordBatch]], batch_bytes: int
) -> Iterator[tuple[pa.RecordBatch, pa.Array]]:
    """Puts batches of files that follow one another together while they fit into one.

    Documents of a dataset keep batches of one source each, as stages want them.

    Args:
        parts: (path, or that of each row; batch) in the order of their records, all of one schema.
        batch_bytes: bytes that a joined batch has at most, about.

    Yields:
        (batch, path of each row's file).

    >>> one, two = pa.record_batch({"n": [1, 2]}), pa.record_batch({"n": [3]})
    >>> [(batch, files)] = joined([("a", one), ("b", two)], 1000)
    >>> batch["n"].to_pylist(), files.to_pylist()
    ([1, 2, 3], ['a', 'a', 'b'])
    """
    waiting: list[tuple[str | list[str], pa.RecordBatch]] = []
    rows = filled = 0
    for path, batch in parts:
        # Of a slice it is what the whole has, so that slices, which are no small files, stay alone.
        size = batch.get_total_buffer_size()
        fits = filled + size <= batch_bytes and rows + batch.num_rows <= MAX_ROWS
        if waiting and not (fits and _may_join(waiting[-1][1], batch)):
            yield _one(waiting)
            waiting, rows, filled = [], 0, 0
        waiting.append((path, batch))
        rows += batch.num_rows
        filled += size
    if waiting:
        yield _one(waiting)


def _may_join(before: pa.RecordBatch, batch: pa.RecordBatch) -> bool:
    return "source" not in batch.schema.names or bool(before["source"][0] == batch["source"][0])


def _one(
    parts: list[tuple[str | list[str], pa.RecordBatch]],
) -> tuple[pa.RecordBatch, pa.Array]:
    if len(parts) == 1:
        path, batch = parts[0]
        return batch, _paths(path, batch)
    batch = one_batch(pa.Table.from_batches([batch for _, batch in parts]))
    return batch, pa.concat_arrays([_paths(path, part) for path, part in parts])


def _paths(path: str | list[str], batch: pa.RecordBatch) -> pa.Array:
    """Returns the path of each row's file."""
    if isinstance(path, list):
        return pa.array(path, pa.string())
    return pa.repeat(pa.scalar(path), batch.num_rows)
