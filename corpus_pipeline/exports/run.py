"""The export itself: parts are written by some threads, each is noted, export.json comes last."""

import contextlib
import dataclasses
import functools
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from corpus_pipeline import __version__, storage
from corpus_pipeline.errors import ConfigError, CorpusError, EngineError, VerifyError
from corpus_pipeline.exports.content import TRAIN, Content, open_content
from corpus_pipeline.exports.exporter import (
    Exporter,
    ExportOptions,
    Folder,
    Stopped,
    WrittenPart,
    title,
)
from corpus_pipeline.exports.known import Found, find_exporter
from corpus_pipeline.exports.target import (
    EXPORT_VERSION,
    LOCK_FILE,
    STATE_FOLDER,
    Target,
    part_json,
)
from corpus_pipeline.extensions.code import told
from corpus_pipeline.machine import cores
from corpus_pipeline.storage import Place
from corpus_pipeline.tokens.index import TOKENIZER_NAME

#: Name of the phase that progress is told of.
PHASE = "export"
#: Whose files those are that describe all parts.
_END = "the end of the export"


class Progress(Protocol):
    """Who is told how far an export is."""

    def start(self, phase: str, items: int, finished: int) -> None:
        """It starts; some of its parts may be written already."""

    def advance(self, phase: str, items: int, text_bytes: int) -> None:
        """Parts are written."""

    def finish(self, phase: str, seconds: float) -> None:
        """All are."""


@dataclasses.dataclass(frozen=True)
class Request:
    """What is wanted."""

    output: str
    """Folder of a run, or of its shards."""
    target: str
    """Folder or URL to write."""
    format: str
    """Its name, or the place of code."""
    splits: Sequence[str] = ()
    """None: all."""
    sources: Sequence[str] = ()
    """None: all."""
    mixture: str | None = None
    """Of the split `train`: file or folder."""
    root: str | None = None
    """Where the trainer will see the target; null: where it is."""
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Of the format."""


def export(
    request: Request, overwrite: bool = False, progress: Progress | None = None
) -> dict[str, Any]:
    """Writes an export, or goes on with one that was stopped.

    Memory: some tens of megabytes for each core, besides the mapped pages of the shards; more where
    a document is longer than that. What is kept of each part are its files with their digests.

    Returns:
        The content of export.json.

    Raises:
        ConfigError: there is no such format, or what is wanted does not fit it.
        ResumeError: the target holds something else or is damaged, or another export is at work
            there.
        EngineError: an exporter of the user's own failed, or gave two parts a file of one name.
        VerifyError: the shards or the mixture are not what they should be.

    >>> export(Request("nowhere", "out", "megatron"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    corpus_pipeline.errors.ConfigError: nowhere: holds no tokens/index.json; relative to ...
    """
    found = find_exporter(request.format)
    options = _options(found.kind, request)
    content = open_content(request.output, request.splits, request.sources, request.mixture)
    place = storage.place(request.target)
    root = request.root if request.root is not None else _seen_at(place)
    exporter = found.kind(options, content, root)
    target = Target(place, _identity(request, found, exporter))
    with storage.held(place / STATE_FOLDER, LOCK_FILE) as lease:
        complete = target.begin(overwrite)
        if complete is not None:
            target.tidy()
            return complete
        written = _write_parts(exporter, target, lease, progress)
        folder = Folder(place, threading.Event(), functools.partial(target.announce, _END))
        with _one_line(exporter, "its end"):
            exporter.finish(written, folder)
        _copy_tokenizer(content, folder)
        lease.still_ours()
        made = _export_json(target.request, content, written, folder)
        target.complete(made)
    return made


def _write_parts(
    exporter: Exporter[Any], target: Target, lease: storage.Lease, progress: Progress | None
) -> list[WrittenPart]:
    """Writes what is not there yet; returns all parts in their order."""
    start = time.monotonic()
    parts = exporter.parts()
    done = {number: part for number, part in target.done().items() if number < len(parts)}
    if progress is not None:
        progress.start(PHASE, len(parts), len(done))
    stopped = threading.Event()

    def write(number: int) -> int:
        part = parts[number]
        folder = Folder(target.place, stopped, functools.partial(target.announce, title(part)))
        with _one_line(exporter, title(part)):
            exporter.write(part, folder)
        if part.counted is None:
            raise VerifyError(
                f"exporter {exporter.name}: has not taken all of {title(part)}; mend its `write`"
            )
        lease.check()
        done[number] = WrittenPart(
            part.split, part.series, part.number, part.counted, part.tokens, part.padding,
            folder.written,
        )  # fmt: skip
        target.record(number, done[number])
        return number

    pool = ThreadPoolExecutor(cores())
    try:
        todo = [number for number in range(len(parts)) if number not in done]
        for future in as_completed([pool.submit(write, number) for number in todo]):
            size = sum(written.bytes for written in done[future.result()].files.values())
            if progress is not None:
                progress.advance(PHASE, 1, size)
    finally:
        # What is being written is given up at its next write, before anybody else may write here.
        stopped.set()
        pool.shutdown(cancel_futures=True)
    if progress is not None:
        progress.finish(PHASE, time.monotonic() - start)
    return [done[number] for number in range(len(parts))]


@contextlib.contextmanager
def _one_line(exporter: Exporter[Any], what: str) -> Iterator[None]:
    """Makes one line of an exception in the user's own code, without a message that may quote."""
    try:
        yield
    except (CorpusError, OSError, Stopped):
        raise
    except Exception as error:
        if type(exporter).__module__.startswith("corpus_pipeline.") or "CORPUS_DEBUG" in os.environ:
            raise
        raise EngineError(
            f"exporter {exporter.name}: {what}: {told(error)}; mend the code (CORPUS_DEBUG=1 shows "
            "it all)"
        ) from error


def _options(kind: type[Exporter[Any]], request: Request) -> ExportOptions:
    try:
        return kind.Options(**request.options)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        known = ", ".join(kind.Options.model_fields) or "none"
        said = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            said = f"{kind.name} has no such option; it has {known}"
        raise ConfigError(f"--option {name}: {said}" if name else said) from error


def _identity(request: Request, found: Found, exporter: Exporter[Any]) -> dict[str, Any]:
    """Returns what the files depend on, JSON."""
    content = exporter.content
    mixture = content.mixture
    return {
        "format": exporter.name,
        "code": found.code,
        "options": json.loads(exporter.options.model_dump_json()),
        "tokens": content.dataset.fingerprint,
        "mixture": None if mixture is None else mixture.fingerprint,
        "splits": list(content.splits),
        "sources": None if content.sources is None else list(content.sources),
        "root": exporter.root,
        "version": __version__,
    }


def _seen_at(place: Place) -> str:
    return str(place.resolve()) if isinstance(place, Path) else storage.public_path(place)


def _copy_tokenizer(content: Content, folder: Folder) -> None:
    """Puts the tokenizer beside the tokens, where the folder of shards has it."""
    index = content.dataset.index
    path = storage.place(f"{content.dataset.folder}/{index.tokenizer_file}")
    if storage.exists(path) and TOKENIZER_NAME not in folder.written:
        folder.write(TOKENIZER_NAME, storage.read_bytes(path))
        found = folder.written[TOKENIZER_NAME].sha256
        if found != index.tokenizer_sha256:
            raise VerifyError(
                f"{storage.public_path(path)}: has sha256 {found}, the index says "
                f"{index.tokenizer_sha256}; copy the run's own"
            )


def _export_json(
    request: dict[str, Any], content: Content, parts: Sequence[WrittenPart], folder: Folder
) -> dict[str, Any]:
    index = content.dataset.index
    files = {path: written for part in parts for path, written in part.files.items()}
    files |= folder.written
    counts: Counter[str] = Counter()
    for part in parts:
        for name in ("documents", "tokens", "padding"):
            counts[name] += getattr(part, name)
    if counts["documents"]:
        # Of a format of documents. A mixture's have tokens.
        of_index = [p for p in parts if content.mixture is None or p.split != TRAIN]
        counts["empty"] = content.documents - sum(part.documents for part in of_index)
    counts["files"] = len(files)
    counts["bytes"] = sum(written.bytes for written in files.values())
    return {
        "version": EXPORT_VERSION,
        "request": request,
        "tokens": {
            "dtype": index.dtype, "vocab_size": index.vocab_size, "eos_id": index.eos_id,
            "tokenizer_sha256": index.tokenizer_sha256,
        },
        "stages": [dataclasses.asdict(stage) for stage in content.stages],
        "parts": [{**part_json(part), "files": list(part.files)} for part in parts],
        "files": [{"path": path, **written._asdict()} for path, written in sorted(files.items())],
        "counts": dict(counts),
    }  # fmt: skip
