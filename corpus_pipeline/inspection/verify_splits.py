"""What `corpus verify` finds out about splits: no document has the tokens of one in another split.

Only within the sources that are held out alike: of the others *dedup* leaves no text twice, as it
saw them, and what made texts equal behind it (personal data replaced) is known to nobody before.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.inspection.verify_tokens import Hashes, list_hashes, string_hashes
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.index import ShardEntry, TokenIndex
from corpus_pipeline.tokens.shard import Shard, open_shard
from corpus_pipeline.tokens.splits import TRAIN


def split_differences(output: Place, index: TokenIndex, run: dict[str, Any]) -> Iterator[str]:
    """Finds a document whose tokens stand in another split too.

    Takes 24 bytes in memory for each document that is held out, and reads all shards once more.

    Args:
        output: of the run.
        index: of its shards.
        run: content of its run.json.
    """
    splits = (run["config"].get("tokenize") or {}).get("splits") or {}
    if not splits:
        return
    named = {source for each in splits.values() for source in each.get("sources") or ()}
    order = [TRAIN, *splits]
    hashes, places = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for number, shard in enumerate(index.shards):
        if shard.split == TRAIN:
            continue
        found = _hashes(output, shard, named)
        hashes.append(found)
        places.append(np.int64(number << 32) | np.arange(len(found)))
    known, place = np.concatenate(hashes), np.concatenate(places)
    by_hash = np.argsort(known, kind="stable")
    known, place = known[by_hash], place[by_hash]
    for shard in index.shards:
        found = _hashes(output, shard, named)
        for document, other in _meetings(found, known, place):
            rival, k = other >> 32, other & 0xFFFFFFFF
            behind = order.index(index.shards[rival].split) > order.index(shard.split)
            if behind and _same(output, shard, document, index.shards[rival], k):
                yield (
                    f"document {document} of tokens/{shard.file} ({shard.split}) has the tokens of "
                    f"document {k} of tokens/{index.shards[rival].file} "
                    f"({index.shards[rival].split})"
                )
                return


def _meetings(found: Hashes, known: Hashes, place: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yields documents of a shard, and the places of held-out documents of the same hash."""
    first, last = (np.searchsorted(known, found, side) for side in ("left", "right"))
    for document in np.flatnonzero(first < last).tolist():
        for other in place[first[document] : last[document]].tolist():
            yield document, other


def _hashes(output: Place, shard: ShardEntry, named: set[str]) -> Hashes:
    """Returns a hash of the tokens of each document; sources held out differently never meet."""
    group = shard.source if shard.source in named else ""
    (salt,) = string_hashes(pa.array([group])).tolist()
    with storage.local_copy(output / "tokens" / shard.file) as path:
        batches = open_shard(path).batches
        found = [list_hashes(batch.tokens, batch.offsets) for batch in batches]
    hashes: Hashes = np.concatenate([np.zeros(0, np.uint64), *found])
    return hashes ^ np.uint64(salt)


def _same(output: Place, a: ShardEntry, i: int, b: ShardEntry, k: int) -> bool:
    with (
        storage.local_copy(output / "tokens" / a.file) as first,
        storage.local_copy(output / "tokens" / b.file) as second,
    ):
        shards: list[Shard] = [open_shard(first), open_shard(second)]
        return np.array_equal(shards[0].tokens_of(i), shards[1].tokens_of(k))
