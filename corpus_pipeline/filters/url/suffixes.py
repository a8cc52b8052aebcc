"""The domain that somebody registered: `example.co.uk` of `www.example.co.uk`.

By the public suffix list that tldextract carries (its ICANN part; nothing is asked of a network).
"""

from functools import cache
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline.filters.url.normalise import ascii_host
from corpus_pipeline.filters.url.tables import Table, build_table, probe, start, step
from corpus_pipeline.kernels import kernel

_DOT: Final = 0x2E
#: What an entry is, in bits: a suffix, `*.` before it is one, an exception from that.
_SUFFIX: Final = 1
_WILD: Final = 2
_EXCEPTION: Final = 4


class Suffixes(NamedTuple):
    """The public suffix list."""

    table: Table
    bits: NDArray[np.uint8]


@cache
def load_suffixes() -> Suffixes:
    """Loads the list that is installed with tldextract."""
    import tldextract

    found: dict[str, int] = {}
    for rule in tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None).tlds:
        bit = _WILD if rule.startswith("*.") else _EXCEPTION if rule.startswith("!") else _SUFFIX
        name = rule.lstrip("!").removeprefix("*.")
        host = name.encode() if name.isascii() else ascii_host(name.encode())
        if host:
            found[host.decode()] = found.get(host.decode(), 0) | bit
    table = build_table(pa.array(list(found), pa.string()), backwards=True)
    return Suffixes(table, np.array(list(found.values()), np.uint8))


@kernel
def _registered(data, hosts, slots, entries, offsets, bits, out):  # type: ignore[no-untyped-def]
    for row in range(len(hosts)):
        begin, end = hosts[row, 0], hosts[row, 1]
        out[row] = end
        # Addresses of machines have no domain: [::1], 127.0.0.1.
        if end == begin or data[end - 1] == 0x5D:
            continue
        i = end - 1
        while i >= begin and (data[i] == _DOT or 0x30 <= data[i] <= 0x39):
            i -= 1
        if i < begin:
            continue
        h = start()
        # Where the public suffix begins, where the label to its left does, and the last rule.
        suffix = np.int64(-1)
        domain = np.int64(-1)
        right = end
        wild = False
        i = end - 1
        while i >= begin:
            h = step(h, data[i])
            if i == begin or data[i - 1] == _DOT:
                number = probe(slots, entries, offsets, h, data, i, end)
                kind = bits[number] if number >= 0 else 0
                if kind & _EXCEPTION:
                    suffix = right
                    domain = i
                    break
                if suffix < 0 or kind & _SUFFIX or wild:
                    # A suffix that nobody lists is one label.
                    suffix = i
                    domain = np.int64(-1)
                elif domain < 0:
                    domain = i
                wild = kind & _WILD != 0
                right = i
            i -= 1
        if domain >= 0:
            out[row] = domain


def registered_domains(data: NDArray[np.uint8], hosts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Finds the registered domain of each host.

    Args:
        data: bytes.
        hosts: int64[N, 2], where each host begins and ends in them.

    Returns:
        int64[N], where the domain begins; where the host ends if there is none, as in the address
        of a machine, or in a public suffix.

    >>> hosts = b"www.a.co.uk", b"a.b.c.ck", b"x.www.ck", b"co.uk", b"127.0.0.1", b"a.b.cn"
    >>> ends = np.cumsum([len(host) for host in hosts])
    >>> spans = np.stack([ends - [len(host) for host in hosts], ends], 1)
    >>> begins = registered_domains(np.frombuffer(b"".join(hosts), np.uint8), spans)
    >>> [b"".join(hosts)[begin:end].decode() for begin, end in zip(begins, ends)]
    ['a.co.uk', 'b.c.ck', 'www.ck', '', '', 'b.cn']
    """
    suffixes = load_suffixes()
    out = np.empty(len(hosts), np.int64)
    table = suffixes.table
    _registered(data, hosts, table.slots, table.data, table.offsets, suffixes.bits, out)
    return out
