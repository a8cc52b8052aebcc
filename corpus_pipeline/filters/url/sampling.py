"""Keeps a share of documents, the same ones in every run: a hash decides, not chance."""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpus_pipeline.filters.url.normalise import Urls
from corpus_pipeline.filters.url.tables import build_table, find_domains
from corpus_pipeline.kernels import kernel
from corpus_pipeline.text.columns import utf8_buffers
from corpus_pipeline.text.hashing import xxh64

#: The key of the share of all other domains.
OTHERS = "*"
_HASHES = 2**64


@kernel
def _hash_rows(data, offsets, seed, out):  # type: ignore[no-untyped-def]
    for row in range(len(offsets) - 1):
        out[row] = xxh64(data, np.int64(offsets[row]), np.int64(offsets[row + 1]), seed)


def _hashes(column: pa.Array, seed: int) -> NDArray[np.uint64]:
    data, offsets = utf8_buffers(column)
    out = np.empty(len(column), np.uint64)
    _hash_rows(data, offsets, np.uint64(seed), out)
    return out


def sampling_hashes(batch: pa.RecordBatch, urls: pa.Array, seed: int) -> NDArray[np.uint64]:
    """Hashes what a document is known by: its text, else its address, else its bytes.

    XXH64 with the seed. Copies of a text share a fate; before extraction copies of a page do.

    Args:
        batch: N documents with `text` and `raw`, or one of them.
        urls: string[N], their addresses in one form.

    Returns:
        uint64[N].

    >>> batch = pa.record_batch({"text": ["文", None, "文"]})
    >>> hashes = sampling_hashes(batch, pa.array(["http://a/", "http://b/", None]), 0)
    >>> bool(hashes[0] == hashes[2]), bool(hashes[0] == hashes[1])
    (True, False)
    """
    names = batch.schema.names
    nothing = pa.nulls(batch.num_rows, pa.string())
    texts = pc.cast(batch["text"], pa.string()) if "text" in names else nothing
    raw = pc.cast(batch["raw"], pa.binary()).view(pa.string()) if "raw" in names else nothing
    found = _hashes(raw, seed)
    for column in (urls, texts):
        there = column.is_valid().to_numpy(zero_copy_only=False)
        if there.any():
            found = np.where(there, _hashes(column, seed), found)
    return found


def not_sampled(
    hashes: NDArray[np.uint64], urls: Urls, shares: Mapping[str, Fraction]
) -> NDArray[np.bool_]:
    """Says which documents are beyond the share of their domain.

    Args:
        hashes: uint64[N].
        urls: of N documents.
        shares: domain -> share from 0 to 1; the longest domain counts, `*` all others.

    Returns:
        bool[N]. A share is exact: of all 2**64 hashes, floor(share * 2**64) stay.

    >>> from corpus_pipeline.filters.url.normalise import normalise_urls
    >>> urls = normalise_urls(pa.array(["http://x.a.cn/", "http://a.cn/", "http://b.cn/", None]))
    >>> hashes = np.array([2**63 - 1, 2**63, 2**63, 0], np.uint64)
    >>> not_sampled(hashes, urls, {"a.cn": Fraction(1, 2), "*": Fraction(0)}).tolist()
    [False, True, True, True]
    """
    domains = [domain for domain in shares if domain != OTHERS]
    table = build_table(pa.array(domains, pa.string()), backwards=True)
    found = find_domains(urls.data, urls.hosts, table)
    all_shares = [*(shares[domain] for domain in domains), shares.get(OTHERS, Fraction(1))]
    # The last one, at place -1, is the share of the others.
    bounds = [share.numerator * _HASHES // share.denominator for share in all_shares]
    last = np.array([max(bound - 1, 0) for bound in bounds], np.uint64)
    none = np.array([bound == 0 for bound in bounds], np.bool_)
    beyond: NDArray[np.bool_] = (hashes > last[found]) | none[found]
    return beyond
