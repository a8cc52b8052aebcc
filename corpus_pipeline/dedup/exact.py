"""Exact deduplication: documents that have the same hash, of their text or of their address."""

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.dedup.survivors import PRIORITY_AT, group_order
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import as_texts

Ignored = Literal["case", "marks", "digits", "spaces"]
#: Characters that do not count, as in the brackets of an expression.
_CHARACTERS = {"marks": r"\p{P}\p{S}", "digits": r"\p{Nd}", "spaces": r"\s\p{Z}"}

#: Columns of what `exact_removals` returns.
EXACT_REMOVALS = pa.schema(
    [
        pa.field(
            "address", pa.uint64(), False, {"meaning": "packed address of a removed document"}
        ),
        pa.field(
            "duplicate_of", pa.uint64(), False, {"meaning": "address of the one that is kept"}
        ),
    ]
)


def without_ignored(texts: pa.Array, ignored: Iterable[Ignored]) -> pa.Array:
    """Returns texts without what does not count when they are compared.

    A text of which nothing is left is returned as it is: numbers are not all the same.

    Args:
        texts: `string`, N texts.
        ignored: what does not count; `case` writes all in small letters.

    >>> texts = pa.array(["A b, c. 1", "２０", None])
    >>> without_ignored(texts, ["case", "marks", "digits", "spaces"]).to_pylist()
    ['abc', '２０', None]
    """
    texts = as_texts(texts)
    wanted = set(ignored)
    written = pc.utf8_lower(texts) if "case" in wanted else texts
    gone = "".join(signs for name, signs in _CHARACTERS.items() if name in wanted)
    if not gone:
        return written
    left = pc.replace_substring_regex(written, f"[{gone}]+", "")
    is_blank = pc.equal(pc.binary_length(pc.utf8_trim_whitespace(left)), 0)
    return pc.if_else(is_blank, written, left)


@kernel
def _removals(order, hash_a, hash_b, addresses, removed, kept):  # type: ignore[no-untyped-def]
    count = 0
    survivor = 0
    for i in range(1, len(order)):
        here, before, first = order[i], order[i - 1], order[survivor]
        if hash_a[here] != hash_a[first] or hash_b[here] != hash_b[first]:
            survivor = i
        elif addresses[here] != addresses[before]:
            # A document listed twice is no duplicate of itself; its two records are neighbours.
            removed[count] = addresses[here]
            kept[count] = addresses[first]
            count += 1
    return count


def exact_removals(
    hash_a: NDArray[np.uint64],
    hash_b: NDArray[np.uint64],
    ranks: NDArray[np.uint64],
    addresses: NDArray[np.uint64],
    preferences: NDArray[np.uint64] | None = None,
) -> pa.RecordBatch:
    """Finds the documents to remove: all but the least (rank, address) of each 128-bit hash.

    With preferences the least of (priority, preference, rank, address) survives; the priority is
    that of the source, which ranks begin with.

    The result is the same for any order of the records, and if records are repeated. Texts that are
    null are to be left out by the caller: they hash like empty texts.

    Args:
        hash_a: uint64[N], see `text.hashing.normalised_hashes`.
        hash_b: uint64[N], the other half.
        ranks: uint64[N], see `survivors.document_ranks`.
        addresses: uint64[N], packed.
        preferences: uint64[N]; the least is the most wanted.

    Returns:
        A batch of schema `EXACT_REMOVALS`, sorted by address, one row for each removed document.

    >>> halves = np.array([5, 6, 5, 5], np.uint64)
    >>> ranks, addresses = np.array([2, 0, 1, 1], np.uint64), np.array([10, 11, 12, 13], np.uint64)
    >>> exact_removals(halves, halves, ranks, addresses).to_pylist()
    [{'address': 10, 'duplicate_of': 12}, {'address': 13, 'duplicate_of': 12}]
    """
    if preferences is None:
        order = group_order(hash_a, hash_b, ranks, addresses)
    else:
        priorities = ranks >> np.uint64(PRIORITY_AT)
        order = np.lexsort((addresses, ranks, preferences, priorities, hash_b, hash_a))
    removed, kept = np.empty(len(order), np.uint64), np.empty(len(order), np.uint64)
    count = _removals(order, hash_a, hash_b, addresses, removed, kept)
    by_address = np.argsort(removed[:count])
    return pa.record_batch(
        [pa.array(removed[:count][by_address]), pa.array(kept[:count][by_address])],
        schema=EXACT_REMOVALS,
    )
