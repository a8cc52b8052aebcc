"""How a collection travels between stages, and both sides of a shuffle.

A collection is *chunks*: bytes of one or more encoded elements, one after the other. Where a chunk
is known to hold one element (a group, a reshuffled element), nobody decodes it to cut it.
"""

import dataclasses
import functools
import itertools
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from apache_beam import coders
from apache_beam.coders.coder_impl import create_InputStream, create_OutputStream
from apache_beam.transforms import trigger
from apache_beam.transforms.window import GlobalWindow, GlobalWindows
from apache_beam.utils.windowed_value import PaneInfo, PaneInfoTiming

from corpus_pipeline.spark_runner.failures import packed
from corpus_pipeline.spark_runner.graph import decoder_of

#: A value crosses the shuffle in pieces of this many bytes: Spark's Python side counts elements
#: before it looks at memory, so elements must be small.
PIECE_BYTES = 1 << 16


def split(chunk: bytes, coder: Any) -> Iterator[bytes]:
    """Cuts a chunk into its encoded elements."""
    stream = create_InputStream(chunk)
    start, left = 0, stream.size()
    while left:
        coder.decode_from_stream(stream, True)
        end = start + left - stream.size()
        yield chunk[start:end]
        start, left = end, stream.size()


def decode(chunk: bytes, coder: Any) -> Iterator[Any]:
    """Decodes the elements of a chunk."""
    stream = create_InputStream(chunk)
    while stream.size():
        yield coder.decode_from_stream(stream, True)


@dataclasses.dataclass(frozen=True)
class Recode:
    """Writes elements with another coder."""

    coding: bytes
    old: str
    new: str

    @packed
    def __call__(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yields a chunk for each chunk."""
        context = decoder_of(self.coding)
        old, new = (context.coders.get_by_id(name).get_impl() for name in (self.old, self.new))
        for chunk in chunks:
            stream = create_OutputStream()
            for element in decode(chunk, old):
                new.encode_to_stream(element, stream, True)
            yield stream.get()


@dataclasses.dataclass(frozen=True)
class SplitChunks:
    """Cuts chunks into single elements."""

    coding: bytes
    coder: str

    @packed
    def __call__(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yields every element as a chunk of its own."""
        coder = decoder_of(self.coding).coders.get_by_id(self.coder).get_impl()
        for chunk in chunks:
            yield from split(chunk, coder)


@dataclasses.dataclass(frozen=True)
class Pick:
    """Takes one output of a stage that has several."""

    number: int

    def __call__(self, outputs: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        """Yields the chunks of that output."""
        return (chunk for number, chunk in outputs if number == self.number)


def drain(chunks: Iterable[Any]) -> None:
    """Takes everything and keeps nothing."""
    for _ in chunks:
        pass


Piece = tuple[tuple[bytes, int], bytes]
"""((encoded key, place of the piece), bytes); the last piece of a value has an odd place."""


@dataclasses.dataclass(frozen=True)
class Grouping:
    """How the elements of a collection are keyed, and how groups are written."""

    coding: bytes
    input_coder: str
    output_coder: str
    windowing: str
    default_windowing: bool
    """One group for each key, in the global window, when all is there."""
    same_parts: bool
    """Key and value have the same bytes before and after."""

    @functools.cached_property
    def _input(self) -> Any:
        return decoder_of(self.coding).coders.get_by_id(self.input_coder)

    @functools.cached_property
    def _output(self) -> Any:
        return decoder_of(self.coding).coders.get_by_id(self.output_coder).get_impl()

    @functools.cached_property
    def _key(self) -> Any:
        return self._input.wrapped_value_coder.key_coder().get_impl()

    @functools.cached_property
    def _value(self) -> Any:
        value = self._input.wrapped_value_coder.value_coder()
        if self.default_windowing:
            return value.get_impl()
        return coders.WindowedValueCoder(value, self._input.window_coder).get_impl()

    @packed
    def scatter(self, partition: int, chunks: Iterable[bytes]) -> Iterator[Piece]:
        """Yields the values of a partition in pieces, in the form that Spark sorts."""
        position = partition << 40
        for chunk in chunks:
            for element in decode(chunk, self._input.get_impl()):
                key, value = element.value
                kept = value if self.default_windowing else element.with_value(value)
                encoded_key = self._key.encode_nested(key)
                encoded = self._value.encode_nested(kept)
                for start in range(0, max(len(encoded), 1), PIECE_BYTES):
                    position += 1
                    last = start + PIECE_BYTES >= len(encoded)
                    yield (encoded_key, position << 1 | last), encoded[start : start + PIECE_BYTES]

    @packed
    def gather(self, pieces: Iterable[Piece]) -> Iterator[bytes]:
        """Yields the groups of sorted pieces, each as a chunk; holds one group at a time."""
        for key, group in itertools.groupby(pieces, key=lambda piece: piece[0][0]):
            values = joined(group)
            if self.default_windowing and self.same_parts:
                yield self._joined_group(key, values)
            else:
                yield from self._decoded_groups(key, values)

    def _joined_group(self, key: bytes, values: Iterator[bytes]) -> bytes:
        """Writes a group without decoding it: key, number of values, values."""
        parts = list(values)
        return b"".join([_header(), key, len(parts).to_bytes(4, "big"), *parts])

    def _decoded_groups(self, encoded_key: bytes, values: Iterator[bytes]) -> Iterator[bytes]:
        key = self._key.decode_nested(encoded_key)
        decoded = [self._value.decode_nested(value) for value in values]
        if self.default_windowing:
            yield self._output.encode_nested(_whole().with_value((key, decoded)))
            return
        windowing = decoder_of(self.coding).windowing_strategies.get_by_id(self.windowing)
        driver = trigger.create_trigger_driver(windowing, True)
        for grouped in driver.process_entire_key(key, decoded):
            yield self._output.encode_nested(grouped)


def joined(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """Puts values together again.

    >>> list(joined([((b"k", 2), b"ab"), ((b"k", 5), b"c"), ((b"k", 7), b"d")]))
    [b'abc', b'd']
    """
    held: list[bytes] = []
    for (_, position), piece in pieces:
        held.append(piece)
        if position & 1:
            yield held[0] if len(held) == 1 else b"".join(held)
            held = []


def partition_of(key: tuple[bytes, int]) -> int:
    """Chooses the partition of a key; the same on every machine.

    >>> partition_of((b"key", 1)) == partition_of((b"key", 2)) == 2324736937
    True
    """
    return zlib.crc32(key[0])


@functools.cache
def _whole() -> Any:
    """Returns an element at the end of the global window, in the only pane."""
    pane = PaneInfo(True, True, PaneInfoTiming.ON_TIME, 0, 0)
    end = GlobalWindow().max_timestamp()
    return GlobalWindows.windowed_value(None, timestamp=end, pane_info=pane)


@functools.cache
def _header() -> bytes:
    """Returns the bytes that stand before every value at the end of the global window."""
    nothing = coders.SingletonCoder(None)
    coder = coders.WindowedValueCoder(nothing, coders.coders.GlobalWindowCoder())
    return bytes(coder.get_impl().encode_nested(_whole()))
