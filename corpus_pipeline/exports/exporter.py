"""An exporter: one format, as an object that cuts the content into parts and writes each of them.

    class Lines(DocumentExporter):
        '''Documents as lines of JSON.'''

        name = "lines"
        Options = LinesOptions             what `--option KEY=VALUE` may say

        def write(self, part, folder):     one part: any number of files, from its documents
            with folder.file(f"{part.name}.jsonl") as sink: ...

        def finish(self, parts, folder):   what describes them all, when all are written

Parts are independent of each other: several are written at a time, and one that was written before
the export was stopped is not written again. The same part always gives the same bytes.
"""

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from corpus_pipeline import storage
from corpus_pipeline.errors import EngineError
from corpus_pipeline.exports.content import Component, Content
from corpus_pipeline.exports.documents import Documents, cut
from corpus_pipeline.exports.series import Series
from corpus_pipeline.steps import Section
from corpus_pipeline.storage import Place, Written
from corpus_pipeline.tokens.index import is_inside
from corpus_pipeline.tokens.shard import Tokens


class ExportOptions(Section):
    """What may be said of a format. Every field has a description."""


class DocumentExportOptions(ExportOptions):
    """What may be said of any format of documents."""

    file_tokens: int | None = Field(
        None, gt=0, description="tokens of a file at most, unless one document has more; null: all"
    )


class SequenceExportOptions(ExportOptions):
    """What may be said of any format of sequences."""

    sequence_length: int | None = Field(
        None, gt=0, description="tokens of a sequence; a mixture needs it"
    )
    seed: int = Field(
        0, ge=0, lt=2**64, description="of the order of a mixture's sequences, as the loader has it"
    )


class Stopped(Exception):
    """The export is given up: another part has failed, or the command was interrupted."""


class Folder:
    """Where an exporter puts its files; each appears when it is whole.

    Attributes:
        target: of the export.
        written: path below the target -> what was written.
    """

    def __init__(
        self, target: Place, stopped: threading.Event, announce: Callable[[str], None]
    ) -> None:
        """Makes it for one part, or for the end.

        Args:
            target: of the export.
            stopped: set when the export is given up.
            announce: is told of each path before it is written; may refuse it.
        """
        self.target = target
        self.written: dict[str, Written] = {}
        self._announce = announce
        self._stopped = stopped

    @contextlib.contextmanager
    def file(self, path: str) -> Iterator[BinaryIO]:
        """Opens a file for writing from its beginning; without an error in the block it appears.

        Args:
            path: below the target, with forward slashes.

        Raises:
            EngineError: it is not below the target, or the file of another part.
        """
        if path in self.written or not is_inside(path):
            wrong = "written twice" if path in self.written else "outside the target"
            raise EngineError(f"{path}: is {wrong}; let the exporter give it another name")
        self._announce(path)
        with storage.writing(below(self.target, path)) as file:
            yield _Sink(file.sink, self._stopped)  # type: ignore[misc]
            self.written[path] = file.commit()

    def write(self, path: str, content: bytes) -> None:
        """Writes a small file."""
        with self.file(path) as sink:
            sink.write(content)


def below(place: Place, path: str) -> Place:
    """Joins a relative path with forward slashes to a place.

    >>> below(storage.place("out"), "train/web.bin").as_posix()
    'out/train/web.bin'
    """
    for name in path.split("/"):
        place = place / name
    return place


class _Sink:
    """Passes writes on until the export is given up; enough of a file for Arrow and gzip."""

    closed = False

    def __init__(self, sink: BinaryIO, stopped: threading.Event) -> None:
        self._sink = sink
        self._stopped = stopped

    def write(self, data: bytes | memoryview) -> int:
        if self._stopped.is_set():
            raise Stopped
        return self._sink.write(data)

    def tell(self) -> int:
        return self._sink.tell()

    def flush(self) -> None: ...
    def close(self) -> None: ...

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


def raw(array: NDArray[np.generic]) -> memoryview | bytes:
    """Returns the bytes of an array, without a copy where they lie together.

    >>> bytes(raw(np.array([1, 258], np.uint16)))
    b'\\x01\\x00\\x02\\x01'
    """
    return np.ascontiguousarray(array).data.cast("B") if array.size else b""


class DocumentPart:
    """Some documents of a component.

    Attributes:
        component: they are of.
        number: of the part in its component, from 0.
        of: parts of the component.
        start: place of the first token in the component's stream.
        stop: behind the last.
        counted: documents of the part, once they have all been taken.
        padding: 0.
    """

    padding = 0

    def __init__(self, component: Component, number: int, of: int, start: int, stop: int) -> None:
        self.component, self.number, self.of = component, number, of
        self.start, self.stop = start, stop
        self.counted: int | None = None

    @property
    def split(self) -> str:
        """Of the documents."""
        return self.component.split

    @property
    def series(self) -> str:
        """Name of the component."""
        return self.component.name

    @property
    def name(self) -> str:
        """Path for its files, without an ending: `train/web`, or `train/web-00000` of several."""
        number = f"-{self.number:05}" if self.of > 1 else ""
        return f"{self.component.folder}{number}"

    @property
    def tokens(self) -> int:
        """Number of its tokens."""
        return self.stop - self.start

    def documents(self) -> Iterator[Documents]:
        """Yields its documents, some at a time; may be called again."""
        count = 0
        for documents in self.component.documents(self.start, self.stop):
            count += len(documents.lengths)
            yield documents
        self.counted = count

    def lengths(self) -> Iterator[NDArray[np.int64]]:
        """Yields the lengths of its documents, some at a time, without a look at their tokens."""
        return self.component.lengths(self.start, self.stop)


class TokenPart:
    """Some tokens of a series.

    Attributes:
        source: the series.
        number: of the part in its series, from 0.
        of: parts of the series.
        start: place of the first token in the series.
        stop: behind the last.
        counted: 0 once all tokens have been taken; a series does not know documents.
        padding: how many of the tokens are filled in, once they have all been taken.
    """

    def __init__(self, source: Series, number: int, of: int, start: int, stop: int) -> None:
        self.source, self.number, self.of = source, number, of
        self.start, self.stop = start, stop
        self.counted: int | None = None
        self.padding = 0

    @property
    def split(self) -> str:
        """Of the tokens."""
        return self.source.split

    @property
    def series(self) -> str:
        """Name of the series: the split."""
        return self.source.split

    @property
    def tokens(self) -> int:
        """Number of its tokens."""
        return self.stop - self.start

    def blocks(self) -> Iterator[Tokens]:
        """Yields its tokens, up to 2**20 at a time; the array changes with the next one."""
        padding = 0
        for block in self.source.blocks(self.start, self.stop):
            padding += block.padding
            yield block.tokens
        self.padding, self.counted = padding, 0


class WrittenPart(NamedTuple):
    """What is known of a part behind it, for what describes the whole export."""

    split: str
    series: str
    """Name of the component, or of the split."""
    number: int
    """In its series."""
    documents: int
    """0 for parts of sequences."""
    tokens: int
    padding: int
    files: dict[str, Written]
    """Path below the target -> what it holds."""


def by_series(parts: Iterable[WrittenPart]) -> dict[str, dict[str, list[WrittenPart]]]:
    """Groups parts: split -> series -> its parts, in their order.

    >>> parts = [WrittenPart("train", name, 0, 1, 9, 0, {}) for name in "abb"]
    >>> {name: len(listed) for name, listed in by_series(parts)["train"].items()}
    {'a': 1, 'b': 2}
    """
    found: dict[str, dict[str, list[WrittenPart]]] = {}
    for part in parts:
        found.setdefault(part.split, {}).setdefault(part.series, []).append(part)
    return found


def tokens_of(parts: Iterable[WrittenPart]) -> int:
    """Returns the number of tokens of some parts."""
    return sum(part.tokens for part in parts)


class Numbered(Protocol):
    """Which part it is."""

    @property
    def number(self) -> int:
        """In its series."""

    @property
    def split(self) -> str:
        """It is of."""

    @property
    def series(self) -> str:
        """It is of."""


def title(part: Numbered) -> str:
    """Returns what a part is called in messages.

    >>> title(WrittenPart("train", "书", 2, 0, 9, 0, {}))
    'part 2 of train/书'
    """
    return f"part {part.number} of {part.split}/{part.series}"


class Part(Numbered, Protocol):
    """A part: what `DocumentPart` and `TokenPart` have in common."""

    counted: int | None
    padding: int

    @property
    def tokens(self) -> int:
        """Number of its tokens."""


P = TypeVar("P", bound=Part)


class Exporter(Generic[P]):
    """One format. Take `DocumentExporter` or `SequenceExporter` as the base of your own.

    Attributes:
        options: as they were given.
        content: what is exported.
        root: where the trainer will see the target, for what names its files.
    """

    #: What it is called by `--format`.
    name: ClassVar[str]
    Options: ClassVar[type[ExportOptions]] = ExportOptions

    def __init__(self, options: ExportOptions, content: Content, root: str) -> None:
        self.options = options
        self.content = content
        self.root = root
        self.check()

    def check(self) -> None:
        """Refuses what cannot be written, before anything is.

        Raises:
            ConfigError: the content or the options do not fit the format.
        """

    def parts(self) -> list[P]:
        """Cuts the content, always in the same way."""
        raise NotImplementedError

    def write(self, part: P, folder: Folder) -> None:
        """Writes the files of a part; several parts at a time are written by threads."""
        raise NotImplementedError

    def finish(self, parts: Sequence[WrittenPart], folder: Folder) -> None:
        """Writes what describes all parts; nothing, unless a format says otherwise."""


class DocumentExporter(Exporter[DocumentPart]):
    """A format of documents: files of their own for each split and source, or mixture component."""

    Options = DocumentExportOptions
    options: DocumentExportOptions

    def parts(self) -> list[DocumentPart]:
        """Cuts every component between documents, after `file_tokens` at most."""
        found = []
        for component in self.content.components:
            borders = cut(component.stream, self.options.file_tokens)
            pieces = list(itertools.pairwise(borders))
            found += [
                DocumentPart(component, number, len(pieces), start, stop)
                for number, (start, stop) in enumerate(pieces)
            ]
        return found


class SequenceExporter(Exporter[TokenPart]):
    """A format of tokens without documents: one series for each split."""

    Options = SequenceExportOptions
    options: SequenceExportOptions

    #: Tokens of a file, where the options do not say; null: all.
    file_tokens: int | None = None

    def check(self) -> None:
        """Refuses a mixture without a sequence length, and sequences that nothing can fill.

        Raises:
            ConfigError: as `Content.series` has it.
        """
        self.content.series(self.options.sequence_length, self.options.seed)

    def parts(self) -> list[TokenPart]:
        """Cuts every series, between sequences where there are any."""
        length = self.options.sequence_length
        found = []
        for series in self.content.series(length, self.options.seed):
            most = getattr(self.options, "file_tokens", self.file_tokens) or series.tokens
            most = max(most // (length or 1), 1) * (length or 1)
            of = -(-series.tokens // most)
            found += [
                TokenPart(series, n, of, n * most, min((n + 1) * most, series.tokens))
                for n in range(of)
            ]
        return found
