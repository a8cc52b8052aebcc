"""Where a run keeps its files, and how work is committed.

    OUT/
      run.json                       written last: the manifest of a complete run
      documents/ rejected/ ledger/   Parquet, one part per unit
      tokens/                        Arrow shards, index.json, tokenizer.json
      .work/                         only while the run is under way
        fingerprint.json             what the run depends on
        preflight/                   what the driver and the workers show each other
        RUN/                         named by the digest of that
          units.arrow
          driver.json                what `corpus status` shows; the run never reads it
          PHASE/manifests/ITEM.json  one per finished item of work
          PHASE/commit.json          written when every item of the phase is there
          PHASE/...                  the phase's files

An item (a unit, a partition) is done when its manifest is there; a manifest is written after the
files it names. A phase is done when its commit file is there. Nothing else is state.

A job that outlives its driver may go on after `--overwrite` has begun another run. The other run's
state lies in another folder; the old job finds its own gone at its next unit, and stops there.

A manifest holds the sha256 of its files and of itself. What an earlier process has written on a
local disk is read once and compared before it is believed.
"""

import dataclasses
import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpus_pipeline import storage
from corpus_pipeline.dedup.blocks import (
    UNITS_TOGETHER,
    by_group,
    groups_of,
    joined_up_to,
    partition_of,
    write_by_group,
    write_by_unit,
    write_cuts,
    write_partitioned,
    write_table,
)
from corpus_pipeline.errors import EngineError
from corpus_pipeline.sources.records import is_error
from corpus_pipeline.storage import Place

#: Requests for small files at once, where they are remote.
_MAX_CONCURRENT_REQUESTS = 16
#: Local files whose digests are computed at once; hashing releases the GIL.
_MAX_CONCURRENT_HASHES = 4


@dataclasses.dataclass(frozen=True)
class FileEntry:
    """One file that an item of work has written."""

    path: str
    """Relative to the output folder."""
    rows: int
    bytes: int
    sha256: str


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What one item of work has done. The only thing that leaves a stage."""

    phase: str
    item: int
    files: tuple[FileEntry, ...]
    counts: Mapping[str, int]

    @property
    def errors(self) -> int:
        """Records of a unit that could not be read, or at which a user's step failed."""
        return sum(
            n for name, n in self.counts.items()
            if name.startswith("dropped-") and is_error(name.removeprefix("dropped-"))
        )  # fmt: skip

    def to_json(self) -> bytes:
        """Returns deterministic JSON, with a digest of itself."""
        fields = dataclasses.asdict(self)
        return json.dumps({**fields, "digest": _digest(fields)}, sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        """Reads what `to_json` wrote.

        Raises:
            ValueError: it was damaged since.
        """
        fields = json.loads(content)
        if not isinstance(fields, dict) or fields.pop("digest", None) != _digest(fields):
            raise ValueError("the manifest does not have its own digest")
        files = tuple(FileEntry(**entry) for entry in fields["files"])
        return cls(fields["phase"], fields["item"], files, fields["counts"])


def _digest(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


@dataclasses.dataclass(frozen=True)
class Workspace:
    """The folders of one run."""

    output: str
    units: int
    """Number of units in the plan; it stands in the name of every part."""
    run: str
    """Name of the run's own folder: `Plan.run`."""

    @property
    def root(self) -> Place:
        """The output folder."""
        return storage.place(self.output)

    @property
    def state(self) -> Place:
        """The folder of whatever is under way; it says which run that is."""
        return self.root / ".work"

    @property
    def work(self) -> Place:
        """The folder of this run."""
        return self.state / self.run

    @property
    def units_file(self) -> Place:
        """The list of units; it is there as long as the run is under way."""
        return self.work / "units.arrow"

    def phase(self, name: str) -> Place:
        """The folder of one phase."""
        return self.work / name

    def part(self, folder: str, unit: int, suffix: str, prefix: str = "part") -> Place:
        """Names the output file of one unit.

        >>> str(Workspace("out", 12, "1f").part("tokens", 3, "arrow", "tokens"))
        'out/tokens/tokens-00003-of-00012.arrow'
        """
        return self.root / folder / f"{prefix}-{unit:05d}-of-{self.units:05d}.{suffix}"

    def entry(self, path: Place, rows: int, written: storage.Written) -> FileEntry:
        """Describes a written file for a manifest."""
        name = str(path.relative_to(self.root))  # type: ignore[arg-type]
        return FileEntry(name, rows, written.bytes, written.sha256)

    def put_table(self, path: Place, batch: pa.RecordBatch) -> FileEntry:
        """Writes one batch as an Arrow file and describes it."""
        with storage.writing(path) as file:
            write_table(file.sink, batch)
            return self.entry(path, batch.num_rows, file.commit())

    @property
    def groups(self) -> int:
        """Into how many groups the units fall for which removals are merged."""
        return groups_of(self.units)

    def put_by_group(self, path: Place, batch: pa.RecordBatch) -> FileEntry:
        """Writes records sorted by address as a file cut by group and describes it."""
        with storage.writing(path) as file:
            write_by_group(file.sink, batch, self.units)
            return self.entry(path, batch.num_rows, file.commit())

    def put_groups(self, folder: Place, batch: pa.RecordBatch) -> list[FileEntry]:
        """Writes all records of some groups, sorted by address, for `read_unit`; describes them."""
        entries = []
        for group, records in by_group(batch):
            path = folder / _group_name(group)
            with storage.writing(path) as file:
                write_by_unit(file.sink, records, group)
                entries.append(self.entry(path, records.num_rows, file.commit()))
        return entries

    def put_partitioned(
        self, path: Place, batch: pa.RecordBatch, keys: NDArray[np.uint64], partitions: int
    ) -> FileEntry:
        """Writes records as an Arrow file cut by the partition of their keys and describes it."""
        return self.put_cut(path, batch, partition_of(keys, partitions), partitions)

    def put_cut(
        self, path: Place, batch: pa.RecordBatch, partition_ids: NDArray[np.int64], partitions: int
    ) -> FileEntry:
        """Writes records as an Arrow file cut by the partitions they belong to; describes it."""
        with storage.writing(path) as file:
            write_partitioned(file.sink, batch, partition_ids, partitions)
            return self.entry(path, batch.num_rows, file.commit())

    def put_as_found(
        self, path: Place, batches: Iterable[pa.RecordBatch], key: str, partitions: int, held: int
    ) -> list[FileEntry]:
        """Writes records while they are found, cut by the partition of their keys; no record, none.

        Args:
            path: of the file, for `blocks.cuts_of`.
            batches: the records; about so many bytes of them as `held` says are held, and a copy.
            key: the column that decides the partition.
            partitions: how many there are.
            held: bytes of records that are cut at once, at least; the last batch may add to it.
        """
        cuts = joined_up_to((batch for batch in batches if batch.num_rows), held)
        first = next(cuts, None)
        if first is None:
            return []
        with storage.writing(path) as file:
            rows = write_cuts(file.sink, itertools.chain([first], cuts), key, partitions)
            return [self.entry(path, rows, file.commit())]

    def put_manifest(self, manifest: Manifest) -> None:
        """Marks an item as done. Its files must be written."""
        storage.write_bytes(self._manifest_path(manifest.phase, manifest.item), manifest.to_json())

    def manifest(self, phase: str, item: int) -> Manifest | None:
        """Returns the manifest of an item whose files are all there, else None."""
        return next(self.finished(phase, [item]))

    def finished(self, phase: str, items: Sequence[int]) -> Iterator[Manifest | None]:
        """Yields the manifest of each item that an earlier process has done, None for others.

        An item is done if its files are there as they were written: local ones are read again and
        their digests compared, remote ones are listed, folder by folder, and have the right size.
        """
        listed = storage.sizes(self._manifests(phase))
        folders: dict[str, Mapping[str, int]] = {}

        def intact(entry: FileEntry) -> bool:
            folder, _, name = entry.path.rpartition("/")
            if folder not in folders:
                folders[folder] = storage.sizes(self.root / folder)
            return folders[folder].get(name) == entry.bytes

        there = [item for item in items if _manifest_name(item) in listed]
        read = dict(zip(there, self._all_read(phase, there), strict=True))
        done = {item for item, each in read.items() if each and all(map(intact, each.files))}
        if storage.is_local(self.output):
            done &= self._unchanged({item: read[item] for item in done})
        for item in items:
            yield read[item] if item in done else None

    def _unchanged(self, manifests: Mapping[int, Manifest | None]) -> set[int]:
        """Returns the items whose files have the digests that their manifests say."""
        entries = [(item, entry) for item, m in manifests.items() if m for entry in m.files]
        same = storage.map_concurrently(
            lambda each: self._same(each[1]), entries, _MAX_CONCURRENT_HASHES
        )
        changed = {item for (item, _), fine in zip(entries, same, strict=True) if not fine}
        return set(manifests) - changed

    def _same(self, entry: FileEntry) -> bool:
        try:
            return storage.file_digest(self.root / entry.path).sha256 == entry.sha256
        except OSError:  # It vanished, or the disk cannot read it.
            return False

    def forget_item(self, phase: str, item: int) -> None:
        """Takes back that an item was done."""
        storage.remove(self._manifest_path(phase, item))

    def forget(self, phase: str) -> None:
        """Takes back that a phase was done; its published files stay and are written anew."""
        storage.remove_tree(self.phase(phase))

    def begun(self) -> list[str]:
        """Lists the phases that have left something, done or not."""
        return [name for name in storage.names(self.work) if "." not in name]

    def begun_items(self, phase: str) -> list[int]:
        """Lists the items that have a manifest, damaged or not."""
        return list(self.begun_at(phase))

    def begun_at(self, phase: str) -> dict[int, float | None]:
        """Lists the same items, each with the time of its manifest as the storage tells it."""
        files = storage.listed(self._manifests(phase), ".json")
        return {int(name.removesuffix(".json")): file.modified for name, file in files.items()}

    def manifests(self, phase: str, items: Iterable[int]) -> Iterator[Manifest]:
        """Yields the manifests of all items.

        Raises:
            EngineError: an item of the plan has none.
        """
        wanted = list(items)
        for item, manifest in zip(wanted, self._all_read(phase, wanted), strict=True):
            if manifest is None:
                raise EngineError(
                    f"phase {phase}: the engine did not finish item {item}; run again to resume"
                )
            yield manifest

    def so_far(self, phase: str, items: Sequence[int] | None = None) -> Iterator[Manifest]:
        """Yields the manifests that are there, without a look at the files they name.

        Args:
            phase: whose.
            items: of these alone; of all if None.
        """
        read = self._all_read(phase, self.begun_items(phase) if items is None else items)
        return (manifest for manifest in read if manifest is not None)

    def found(self, phase: str) -> int:
        """Sums what the finished items of a phase have found."""
        return self.counted(phase, "found")

    def counted(self, phase: str, name: str) -> int:
        """Sums one count of the finished items of a phase; an item that has none counts as 0."""
        manifests = self.manifests(phase, self.begun_items(phase))
        return sum(manifest.counts.get(name, 0) for manifest in manifests)

    def read_unit(self, folder: Place, unit: int) -> pa.Table | None:
        """Reads the records of one unit, sorted by address, that `put_groups` wrote.

        Returns:
            None if its group has none.

        Raises:
            EngineError: its group has some, but they cannot be seen from here.
        """
        group = unit // UNITS_TOGETHER
        path = folder / _group_name(group)
        if not storage.exists(path):
            self.refuse_unseen(path, group)
            return None
        with storage.open_arrow(path) as file:
            return pa.Table.from_batches([file.get_batch(unit % UNITS_TOGETHER)])

    def refuse_unseen(self, path: Place, item: int) -> None:
        """Tells a file of an earlier phase that was never written from one that is not seen here.

        Who has found nothing has written nothing; on a machine that does not share the output,
        everything would look like that.

        Args:
            path: a file below the folder of the phase that was to write it.
            item: whose file it is; a phase of the driver has the one item 0.

        Raises:
            EngineError: the manifest of the item is not there, or names the file.
        """
        phase = str(path).removeprefix(str(self.work)).lstrip("/").partition("/")[0]
        manifest = self._read(phase, item) or self._read(phase, 0)
        name = str(path).removeprefix(str(self.root)).lstrip("/")
        if manifest is None or any(entry.path == name for entry in manifest.files):
            raise EngineError(
                f"{storage.public_path(path)}: phase {phase} is done, but this worker does not see "
                "what it wrote; all workers must share the output"
            )

    def refuse_thrown_away(self) -> None:
        """Makes sure that this run is still the one under way.

        Raises:
            EngineError: it was thrown away, and what it writes could be taken for another run's.
        """
        if not storage.exists(self.units_file):
            raise EngineError(
                f"{storage.public_path(self.root)}: this run was thrown away; end its job"
            )

    def refuse_changed(self, phase: str, item: int, path: Place) -> None:
        """Makes sure that a published file is the one that an earlier phase of this run wrote.

        Its size tells, as far as another run's file of the same name has another.

        Raises:
            EngineError: it is not, or cannot be seen from here.
        """
        name = str(path.relative_to(self.root))  # type: ignore[arg-type]
        manifest = self._read(phase, item)
        written = {entry.path: entry.bytes for entry in manifest.files} if manifest else {}
        try:
            same = storage.size(path) == written.get(name)
        except FileNotFoundError:
            same = False
        if not same:
            raise EngineError(
                f"{storage.public_path(path)}: is not what phase {phase} wrote; if another job "
                "writes here, end it, then run again to resume"
            )

    def commit(self, phase: str, items: Iterable[int], seconds: float, clocks: Any) -> Counter[str]:
        """Marks a phase as done, once every item has a manifest; returns the sums of counts."""
        counts: Counter[str] = Counter()
        counted = 0
        for manifest in self.manifests(phase, items):
            counts.update(manifest.counts)
            counted += 1
        note = {"items": counted, "seconds": round(seconds, 3), "clocks": clocks,
                "counts": dict(sorted(counts.items()))}  # fmt: skip
        storage.write_bytes(self.phase(phase) / "commit.json", json.dumps(note).encode())
        return counts

    def committed(self, phase: str) -> dict[str, Any] | None:
        """Returns the commit note of a phase, or None while it is not done."""
        try:
            note = json.loads(storage.read_bytes(self.phase(phase) / "commit.json"))
        except (FileNotFoundError, ValueError):  # A damaged note is none.
            return None
        return note if isinstance(note, dict) else None

    def _manifests(self, phase: str) -> Place:
        return self.phase(phase) / "manifests"

    def _manifest_path(self, phase: str, item: int) -> Place:
        return self._manifests(phase) / _manifest_name(item)

    def _read(self, phase: str, item: int) -> Manifest | None:
        try:
            return Manifest.from_json(storage.read_bytes(self._manifest_path(phase, item)))
        except (FileNotFoundError, ValueError):  # A damaged manifest is none.
            return None

    def _all_read(self, phase: str, items: Sequence[int]) -> Iterator[Manifest | None]:
        """Reads manifests in the order of the items, some ahead where they are remote."""
        if storage.is_local(self.output):
            yield from (self._read(phase, item) for item in items)
            return
        yield from storage.map_concurrently(
            lambda item: self._read(phase, item), items, _MAX_CONCURRENT_REQUESTS
        )


def _manifest_name(item: int) -> str:
    return f"{item:05d}.json"


def _group_name(group: int) -> str:
    return f"{group:05d}.arrow"


def read_table(path: Place) -> pa.Table:
    """Reads a whole file that `Workspace.put_table` wrote."""
    with storage.open_arrow(path) as file:
        return file.read_all()
