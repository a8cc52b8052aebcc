"""The last task of `Deduplicate`: documents of one partition and what was found out of their nodes.

node of equal texts   least by rank and id stays, the others go: exact-duplicate
node that goes        who stayed of it goes, for a document of another node: document-duplicate
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.batches import add_failures, from_ipc, one_batch, with_columns
from corpus_pipeline.beam.comparing import Block, Comparison, cut, living, names_of
from corpus_pipeline.dedup.blocks import blocks_of
from corpus_pipeline.text.words import split_words

#: What `Deduplicate` fills.
DUPLICATE = pa.schema([("duplicate_of", pa.string()), ("jaccard", pa.float64())])
#: Columns of a document for the time of the shuffle.
_FIRST, _SECOND, _RANK, _NAME = "dedup.first", "dedup.second", "dedup.rank", "dedup.name"
#: Documents that differ in nothing else are one as good as the other.
_ORDER = (_FIRST, _SECOND, _RANK, _NAME, "source", "url", "metadata")


def document_records(batch: pa.RecordBatch, how: Comparison) -> Iterator[Block]:
    """Yields living documents for the partition of their node."""
    batch = living(batch)
    if batch.num_rows == 0:
        return
    names = names_of(batch, how)
    own = {_FIRST: names.first, _SECOND: names.second, _RANK: names.ranks, _NAME: names.ids}
    batch = with_columns(
        batch,
        {n: each if isinstance(each, pa.Array) else pa.array(each) for n, each in own.items()},
    )
    yield from cut("marking", batch, names.first, how.partitions)


def marked_documents(blocks: Iterable[bytes], how: Comparison) -> Iterator[pa.RecordBatch]:
    """Yields the documents of a partition, in an order of their own, those that go with a reason.

    The documents of the partition are held in memory, twice for a moment.
    """
    documents: list[pa.Table] = []
    verdicts: list[pa.RecordBatch] = []
    for block in blocks:
        batch = from_ipc(block)
        if batch.schema.names[0] == "gone":
            verdicts.append(batch)
        else:
            documents.append(pa.Table.from_batches([batch]))
    if not documents:
        return
    table = pa.concat_tables(documents, promote_options="default")
    batch = one_batch(table.sort_by([(name, "ascending") for name in _ORDER]))
    first, second = (batch[name].to_numpy() for name in (_FIRST, _SECOND))
    leads = np.ones(len(first), np.bool_)
    leads[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    ids = batch[_NAME]
    columns = _as_verdicts(first, verdicts)
    goes = columns["duplicate_of"].is_valid().to_numpy(zero_copy_only=False)
    leader = np.flatnonzero(leads)[np.cumsum(leads) - 1]
    copies = ~leads
    if how.exact:
        failures = {"exact-duplicate": copies, "document-duplicate": leads & goes}
        columns = {
            "duplicate_of": pc.if_else(
                pa.array(copies), ids.take(pa.array(leader)), columns["duplicate_of"]
            ),
            "jaccard": pc.if_else(
                pa.array(copies), pa.scalar(None, pa.float64()), columns["jaccard"]
            ),
        }
    else:
        # Equal texts are near copies, unless there is no word in them.
        mine = copies & ~goes & _has_words(batch["text"], copies)
        failures = {"document-duplicate": goes | mine}
        columns = {
            "duplicate_of": pc.if_else(
                pa.array(mine), ids.take(pa.array(leader)), columns["duplicate_of"]
            ),
            "jaccard": pc.if_else(pa.array(mine), 1.0, columns["jaccard"]),
        }
    batch = add_failures(with_columns(batch, columns), failures)
    batch = batch.select([n for n in batch.schema.names if not n.startswith("dedup.")])
    yield from _by_source(batch)


def _as_verdicts(nodes: NDArray[np.uint64], verdicts: list[pa.RecordBatch]) -> dict[str, pa.Array]:
    """Returns the columns of `DUPLICATE` as near copies fill them."""
    if not verdicts:
        return {field.name: pa.nulls(len(nodes), field.type) for field in DUPLICATE}
    known = one_batch(pa.Table.from_batches(verdicts))
    known = known.take(pc.sort_indices(known["gone"]))
    gone = known["gone"].to_numpy()
    position = np.minimum(np.searchsorted(gone, nodes), len(gone) - 1)
    taken = pa.array(position, mask=gone[position] != nodes)
    return {"duplicate_of": known["by"].take(taken), "jaccard": known["jaccard"].take(taken)}


def _has_words(texts: pa.Array, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    found = np.zeros(len(texts), np.bool_)
    if wanted.any():
        offsets = split_words(texts.filter(pa.array(wanted))).offsets
        found[wanted] = np.diff(offsets) > 0
    return found


def _by_source(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yields bounded batches of one source each."""
    for source in sorted(set(batch["source"].to_pylist())):
        yield from blocks_of(batch.filter(pc.equal(batch["source"], source)))
