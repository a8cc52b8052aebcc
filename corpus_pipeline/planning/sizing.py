"""How large units and partitions are unless the configuration says; shared by plan and estimate.

Every unit has a file of hashes of each kind, with a place for each partition. So a run has

    units x partitions   places, of about 0.3 KB each even where they are empty

which grows with the square of the corpus if both sizes are fixed. Both sizes therefore grow with
the square root of a large corpus, as far as the memory of a worker allows.
"""

import math

from corpus_pipeline.dedup.blocks import groups_of

_MIB = 2**20

#: Text bytes that one stored byte stands for, by compression of the file. Only an estimate; Parquet
#: says itself what its pages have.
TEXT_PER_STORED_BYTE = {None: 1.0, "gz": 4.0, "zst": 4.0, "bz2": 5.0, "xz": 5.0, "lzma": 5.0}
#: Text is hardly ever compressed better than so many times.
MOST_TEXT = 20.0
#: Hash bytes for each byte of text, all kinds together: 0.28 measured on English, with slack.
HASHES_PER_TEXT_BYTE = 0.4
#: Units into which a small corpus is cut, so that all workers have work.
_FEWEST_UNITS = 64
_FEWEST_PARTITIONS = 8
_SMALLEST_UNIT, _USUAL_UNIT, _LARGEST_UNIT = 16 * _MIB, 256 * _MIB, 512 * _MIB
_USUAL_MATCH, _LARGEST_MATCH = 16 * _MIB, 256 * _MIB
#: Text from which on units, and partitions, grow with the square root of it.
_LARGE_FOR_UNITS, _LARGE_FOR_MATCHES = 2**40, 2**36

#: Bytes of hashes in one task of a match phase of the direct engine, which holds them as blocks.
GROUPED_BYTES = 256 * _MIB

#: A merge that opens no more files than this is made by the driver: on an object store in some
#: seconds, about what it takes a cluster to start a job.
_MOST_OPENS = 256
#: Documents that a round of *verify* is told of, up to which the driver makes it by itself: their
#: shingle sets, and those of as many others, are held at once.
_MOST_TOLD = 10_000
#: Edges of near copies that the driver resolves by itself: in about 5 GB.
MOST_EDGES = 2**25


def unit_bytes_for(text_bytes: float) -> int:
    """Returns the bytes of text in one unit: a 64th of the corpus, within bounds that grow with it.

    >>> [unit_bytes_for(size) >> 20 for size in (1e6, 2**31, 1e12, 4e12, 1e15)]
    [16, 32, 256, 488, 512]
    """
    usual = min(max(text_bytes / _FEWEST_UNITS, _SMALLEST_UNIT), _USUAL_UNIT)
    return int(min(usual * _growth(text_bytes, _LARGE_FOR_UNITS), _LARGEST_UNIT))


def match_bytes_for(text_bytes: float) -> int:
    """Returns the bytes of hashes in one partition, all kinds together.

    >>> [match_bytes_for(size) >> 20 for size in (1e6, 2**36, 1e12, 1e15)]
    [16, 16, 61, 256]
    """
    return int(min(_USUAL_MATCH * _growth(text_bytes, _LARGE_FOR_MATCHES), _LARGEST_MATCH))


def partitions_for(text_bytes: float, match_bytes: int | None = None) -> int:
    """Returns into how many partitions the hashes of a corpus are cut.

    Args:
        text_bytes: the corpus, estimated.
        match_bytes: bytes of hashes in one partition; None for the default.

    >>> partitions_for(1e6), partitions_for(1e12), partitions_for(1e12, 16 * 2**20)
    (8, 6250, 23842)
    """
    size = match_bytes or match_bytes_for(text_bytes)
    return max(_FEWEST_PARTITIONS, math.ceil(text_bytes * HASHES_PER_TEXT_BYTE / size))


def finer_partitions(found_bytes: int, partitions: int, match_bytes: int) -> int:
    """Returns into how many partitions windows are cut: so many that one has `match_bytes`.

    Windows of repeated strings are eight bytes for each byte of them, whatever the plan has
    expected of hashes. How many there are is known when the anchors have been compared.

    >>> finer_partitions(10**6, 24, 2**24), finer_partitions(10**9, 24, 2**24)
    (24, 60)
    """
    return max(partitions, math.ceil(found_bytes / match_bytes))


def merged_by_driver(partitions: int, units: int) -> bool:
    """Tells whether the driver brings what partitions have found to units, or workers do.

    The driver is done with few files before the workers are told. Units and partitions decide, so
    that every engine does the same.

    >>> merged_by_driver(24, 60), merged_by_driver(6250, 3726)
    (True, False)
    """
    return partitions * groups_of(units) <= _MOST_OPENS


def verified_by_driver(partitions: int, units: int, told: int) -> bool:
    """Tells whether the driver makes a later round of *verify*, or workers do.

    Most rounds are about few documents; it is done with them before the workers are told.

    Args:
        partitions: of the run.
        units: of the run.
        told: documents that the round is told of, once for each partition.

    >>> verified_by_driver(24, 60, 100), verified_by_driver(24, 60, 10**6)
    (True, False)
    """
    return partitions + units <= _MOST_OPENS and told <= _MOST_TOLD


def resolved_by_driver(edges: int) -> bool:
    """Tells whether the driver decides who stays of near copies, or workers do, step by step.

    >>> resolved_by_driver(10**6), resolved_by_driver(10**9)
    (True, False)
    """
    return edges <= MOST_EDGES


def _growth(text_bytes: float, large: int) -> float:
    return max(1.0, math.sqrt(text_bytes / large))
