"""What a run will take: bytes, files, memory, core-hours and money, from measured costs.

Pure arithmetic: a workload (how much text, how it is cut), a flow (which phases are on), costs (as
`benchmarks/scale.py` measured them) and prices go in, an estimate comes out. Every phase costs

    per run + per worker + per unit + per place (unit x partition) + per byte of text

and what it writes is bytes for each file and bytes for each byte of text. How good that is, is said
in docs/scale.md.
"""

import dataclasses
import math
from collections.abc import Mapping
from functools import cached_property

from corpus_pipeline.dedup.blocks import groups_of
from corpus_pipeline.planning.costs import (
    BESIDE_PHASES,
    IN_DRIVER,
    PHASES,
    Costs,
    Flow,
    Prices,
    Workload,
)
from corpus_pipeline.planning.sizing import (
    GROUPED_BYTES,
    HASHES_PER_TEXT_BYTE,
    MOST_EDGES,
    merged_by_driver,
)
from corpus_pipeline.stages.second_look import HELD_BYTES, TEXT_TOGETHER
from corpus_pipeline.workspace import phase_table

#: Folders that stay when the run is complete.
PUBLISHED = tuple(f"{row.name}/{name}" for row in phase_table.PHASES for name in row.published)
#: Phase -> folders that it reads; what a match or a merge reads goes through a shuffle.
READS = {row.name: row.reads for row in phase_table.PHASES if row.reads} | {"check": PUBLISHED}
#: Phases of matches that look at the documents of units once more.
_LOOK_AGAIN = tuple(row.name for row in phase_table.PHASES if row.kind and row.over == "units")
BY_UNIT, BY_PARTITION = phase_table.names_over("units"), phase_table.names_over("partitions")
MERGES = phase_table.names_over("groups")
_NOT_SHUFFLED = (*BY_UNIT, phase_table.SHARDS)
_CUT_BY_PARTITION, _CUT_BY_GROUP = phase_table.cut_for("partitions"), phase_table.cut_for("groups")

#: Text whose tokens are one shard, about.
_BYTES_PER_SHARD = 3 * 2**27
#: Sorting and joining one partition: the records, their order and what is found.
_MATCHED_TIMES = 4
#: A second look at a unit: what it finds and a copy, the windows of some text, twice, and a batch.
_SECOND_LOOK = 2 * HELD_BYTES + 16 * TEXT_TOGETHER + 2 * 2**24
#: Merging one group: its records as they come, joined and sorted.
_MERGED_TIMES = 3
#: Memory of the driver, in bytes: for a unit of the plan, an input file, a file in run.json, an
#: edge between two similar documents.
_PER_UNIT, _PER_INPUT, _PER_FILE, _PER_EDGE = 2_000, 1_200, 1_500, 150
_JSON_PER_FILE = 200
#: What one request to an object store moves at most, and how long one takes.
_GET_BYTES, _PUT_BYTES, _REQUEST_SECONDS = 16 * 2**20, 50 * 2**20, 0.03
#: Files that the driver of a cluster checks at once.
_DRIVER_CORES = 8
#: A file up to this size is fetched whole.
_WHOLE_BYTES = 2**20
_HOUR, _MONTH = 3600.0, 730 * 3600.0


@dataclasses.dataclass(frozen=True)
class PhaseEstimate:
    """What one phase will take. Bytes are bytes, seconds seconds."""

    name: str
    items: int
    core_seconds: float
    seconds: float
    read: float
    written: float
    shuffled: float
    files: int
    opens: int
    """Files opened for reading, repeats included."""
    requests: tuple[float, float]
    """To an object store: reads, writes."""
    in_driver: bool
    """One process does it all."""


@dataclasses.dataclass(frozen=True)
class Estimate:
    """What a run will take."""

    workload: Workload
    flow: Flow
    workers: int
    phases: tuple[PhaseEstimate, ...]
    stages: Mapping[str, float]
    """Stage -> core-seconds; `engine` is everything beside the stages' own code."""
    folders: Mapping[str, float]
    """Folder -> bytes."""
    worker_parts: Mapping[str, float]
    """What the memory of a worker is for, in bytes; `batch` with `unit`, `match` and `second look`
    are not held at the same time."""
    driver_parts: Mapping[str, float]
    """What the memory of the driver is for, in bytes."""
    cell_bytes: float
    """Of `written`, places for partitions."""
    money: Mapping[str, float]

    def _sum(self, name: str) -> float:
        return float(sum(getattr(phase, name) for phase in self.phases))

    @property
    def core_seconds(self) -> float:
        """Of all processes."""
        return self._sum("core_seconds")

    @property
    def seconds(self) -> float:
        """From the start of the command to its end."""
        return self._sum("seconds")

    @property
    def written(self) -> float:
        """Bytes in files, those that do not stay included."""
        return self._sum("written")

    @property
    def shuffled(self) -> float:
        """Bytes that are grouped by key."""
        return self._sum("shuffled")

    @property
    def files(self) -> int:
        """Files written."""
        return int(self._sum("files"))

    @property
    def published(self) -> float:
        """Bytes that stay."""
        return sum(self.folders.get(folder, 0.0) for folder in PUBLISHED)

    @property
    def worker_memory(self) -> float:
        """Bytes that a worker needs at its peak."""
        parts = self.worker_parts
        work = (parts["batch"] + parts["unit"], parts["match"], parts["second look"])
        return parts["models"] + max(work)

    @property
    def driver_memory(self) -> float:
        """Bytes that the driver needs at its peak."""
        parts = self.driver_parts
        rest = sum(parts[name] for name in ("start", "plan", "inputs", "files"))
        return rest + max(parts["removals"], parts["edges"])

    @property
    def json_bytes(self) -> float:
        """Size of run.json."""
        published = sum(1 for folder in PUBLISHED if folder in self.folders)
        return _JSON_PER_FILE * (published * self.workload.units + self.workload.files)


def estimate(
    workload: Workload,
    costs: Costs,
    prices: Prices | None = None,
    workers: int = 1,
    flow: Flow | None = None,
) -> Estimate:
    """Estimates a run.

    Args:
        workload: how much there is to do.
        costs: what was measured.
        prices: what things cost; examples if None.
        workers: how many work at once, one core each.
        flow: which parts are on; all, on local disks, by the direct engine, if None.
    """
    flow = flow or Flow()
    flow = dataclasses.replace(flow, off=flow.off.union(costs.unmeasured))
    sums = _Sums(workload, costs, workers, flow)
    phases = tuple(sums.phase(name) for name in PHASES if sums.flow.runs(name))
    whole = Estimate(
        workload, sums.flow, workers, phases, sums.stages(), sums.folders,
        sums.worker_parts(), sums.driver_parts(), sums.cells * costs.cells["bytes"], {},
    )  # fmt: skip
    return dataclasses.replace(whole, money=_money(whole, prices or Prices()))


def _money(whole: Estimate, prices: Prices) -> dict[str, float]:
    """Workers are paid while they wait, and so is the storage of what does not stay."""
    reads = sum(phase.requests[0] for phase in whole.phases) if whole.flow.remote else 0.0
    writes = sum(phase.requests[1] for phase in whole.phases) if whole.flow.remote else 0.0
    return {
        "workers": whole.workers * whole.seconds / _HOUR * prices.vcpu_hour,
        "storage while it runs": whole.written / 1e9 * whole.seconds / _MONTH
        * prices.gigabyte_month,
        "output for a month": whole.published / 1e9 * prices.gigabyte_month,
        "requests": reads / 1000 * prices.per_1000_reads + writes / 1000 * prices.per_1000_writes,
    }  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Sums:
    """The arithmetic, in the order in which the parts need each other."""

    workload: Workload
    costs: Costs
    workers: int
    flow: Flow

    @cached_property
    def text(self) -> float:
        """Bytes of text after extraction; what all costs but those of pages are for."""
        html = self.workload.html_bytes
        return self.workload.text_bytes - html * (1 - self.costs.html["text_per_byte"])

    @cached_property
    def folders(self) -> dict[str, float]:
        """Folder -> bytes of what is written."""
        return {
            folder: each.per_file * self._files(folder)
            + each.per_byte * self.text * self._scale(folder)
            + self._cells(folder) * self.costs.cells["bytes"]
            for folder, each in self.costs.files.items()
            if self.flow.writes(folder)
        }

    def _files(self, folder: str) -> int:
        return self.items(folder.split("/", 1)[0])

    @cached_property
    def groups(self) -> int:
        """Into how many groups the units fall for which removals are merged."""
        return groups_of(self.workload.units)

    def items(self, phase: str) -> int:
        """Items of a phase, as far as they have files of their own."""
        if phase in BY_UNIT:
            return self.workload.units
        if phase in MERGES:
            return self.groups
        if phase == phase_table.SHARDS:
            return max(1, round(self.text / _BYTES_PER_SHARD))
        return self.workload.partitions if phase in BY_PARTITION else 1

    def in_driver(self, phase: str) -> bool:
        """Tells whether the driver does a phase by itself."""
        large = not merged_by_driver(self.workload.partitions, self.workload.units)
        return phase in IN_DRIVER and not (phase in MERGES and large)

    def _cells(self, folder: str) -> int:
        """Places for partitions, or for groups, in all files of a folder."""
        if folder in _CUT_BY_PARTITION:
            return self._files(folder) * self.workload.partitions
        # That of the one group that was measured is in the bytes for each file.
        return self._files(folder) * (self.groups - 1) if folder in _CUT_BY_GROUP else 0

    @cached_property
    def cells(self) -> int:
        """Places for partitions in all files."""
        return sum(self._cells(folder) for folder in self.folders)

    def _scale(self, folder: str) -> float:
        kind = folder.rsplit("/", 1)[1]
        share = self.flow.share(kind) if "hashes/" in folder else 1.0
        return share * (self.flow.bands if folder == "prepare/hashes/document" else 1.0)

    def rows(self, folder: str) -> float:
        """Rows of a folder."""
        return self.costs.files[folder].rows_per_byte * self.text if folder in self.folders else 0.0

    def stage_seconds(self, phase: str) -> dict[str, float]:
        """Core-seconds of each stage of a phase that are spent on bytes."""
        work, gigabytes = self.workload, self.text / 1e9
        found = {}
        for stage, seconds in self.costs.phases[phase].per_gigabyte.items():
            amount = work.text_bytes / 1e9 if stage == "read" else gigabytes
            found[stage] = seconds * amount * self.flow.share(stage)
        if phase == phase_table.FIRST_PASS:
            for title, seconds in self.flow.more.items():
                found[title] = seconds * gigabytes
        if phase == phase_table.FIRST_PASS and "extract" not in self.flow.off:
            pages = self.costs.html["extract_per_gigabyte"] * work.html_bytes / 1e9
            found["extract"] = found.get("extract", 0.0) + pages
        return found

    def stages(self) -> dict[str, float]:
        """Stage -> core-seconds in all phases."""
        found: dict[str, float] = {}
        for name in filter(self.flow.runs, PHASES):
            for stage, seconds in self.stage_seconds(name).items():
                found[stage] = found.get(stage, 0.0) + seconds
            rest = self._core_seconds(name) - sum(self.stage_seconds(name).values())
            found["engine"] = found.get("engine", 0.0) + rest
        return {stage: found[stage] for stage in sorted(found) if found[stage] > 0}

    def tasks(self, phase: str) -> int:
        """Pieces in which a match or a merge is run: each opens all files of what it reads once."""
        count = self.items(phase)
        if self.in_driver(phase):
            return count
        if not self.flow.direct:
            return 1
        held = sum(self.folders.get(folder, 0.0) for folder in READS[phase])
        per_task = max(1, int(GROUPED_BYTES * count // max(1.0, held)))
        return math.ceil(count / min(per_task, math.ceil(count / (2 * self.workers))))

    def opens(self, phase: str) -> int:
        """Files opened for reading, repeats included."""
        units, partitions = self.workload.units, self.workload.partitions
        if phase == "prepare":
            return units + self.workload.files
        if phase in _LOOK_AGAIN:
            return units * len(READS[phase])
        if phase == "finish":
            return units * (1 + len(self._merged(phase)))
        if phase == phase_table.SHARDS:
            return 2 * units + self.items(phase)
        if phase in MERGES:
            return sum(map(self._files, READS[phase])) * self.tasks(phase)
        if phase in BY_PARTITION:
            files = units * (1 + len(self._merged(phase)))
            return (partitions + units if phase == "verify" else files) * self.tasks(phase)
        return sum(self._files(folder) for folder in READS.get(phase, ()) if folder in self.folders)

    def _core_seconds(self, phase: str) -> float:
        work, each, cells = self.workload, self.costs.phases[phase], self.costs.cells
        seconds = each.per_run + each.per_worker * self.workers
        seconds += sum(self.stage_seconds(phase).values())
        if phase in BY_PARTITION:
            # What was measured ran in two tasks for each worker, and each opened every unit's file.
            tasks = self.tasks(phase)
            measured = 2 * float(self.costs.measured["workers"])
            seconds += each.per_unit * work.units * tasks / measured
            more = max(0, tasks - 2 * self.workers)
            seconds += more * self.costs.phases["prepare"].per_unit
        else:
            seconds += each.per_unit * work.units + self.opens(phase) * cells["open_seconds"]
        if phase in MERGES and not self.in_driver(phase):
            # It was measured in the driver; on workers it starts like the match before it.
            match = phase_table.merged_by(phase).name
            seconds += self.costs.phases[match].per_worker * self.workers
        if phase in BY_PARTITION or phase in MERGES:
            seconds += sum(map(self._cells, READS[phase])) * cells["read_seconds"]
        written = sum(self._cells(f) for f in self.folders if f.startswith(f"{phase}/"))
        return seconds + written * cells["write_seconds"]

    def phase(self, name: str) -> PhaseEstimate:
        """Estimates one phase."""
        work = self.workload
        written = {f: size for f, size in self.folders.items() if f.startswith(f"{name}/")}
        files = sum(map(self._files, written))
        first = sum(self.folders.get(folder, 0.0) for folder in READS.get(name, ()))
        read = first + (work.stored_bytes if name == "prepare" else self._read_again(name))
        alone = self.in_driver(name)
        items = 1 if alone else self.items(name)
        manifests = 0 if name in BESIDE_PHASES else items
        requests = (
            self.opens(name) + read / _GET_BYTES + 3 * manifests,
            files + manifests + sum(written.values()) / _PUT_BYTES,
        )
        cores = self._core_seconds(name)
        waiting = sum(requests) * _REQUEST_SECONDS if self.flow.remote else 0.0
        return PhaseEstimate(
            name, items, cores, self._seconds(name, items, cores + waiting), read,
            sum(written.values()), 0.0 if alone or name in _NOT_SHUFFLED else first, files,
            self.opens(name), requests, alone,
        )  # fmt: skip

    def _merged(self, phase: str) -> list[str]:
        """Folders of merged removals that a phase looks into at every unit."""
        if phase in BESIDE_PHASES or not phase_table.row_of(phase).heeds_removals:
            return []
        before = PHASES[: PHASES.index(phase)]
        names = [name for name in phase_table.REMOVING if name in before and self.flow.runs(name)]
        return [f"{name}/removals" for name in names]

    def _read_again(self, phase: str) -> float:
        """Bytes of merged removals that are fetched, or fetched again, where they cannot be mapped.

        A unit fetches its part of the file of its group, or a small file whole.
        """
        if not self.flow.remote:
            return 0.0
        fetched = 0.0
        for folder in self._merged(phase):
            size = self.folders.get(folder, 0.0)
            units = self.workload.units
            once = units * max(size / units, min(size / self.groups, _WHOLE_BYTES))
            fetched += once * self.tasks(phase) if phase in BY_PARTITION else once - size
        return fetched

    def _seconds(self, phase: str, items: int, busy: float) -> float:
        """Wall clock: the last round of tasks leaves workers idle, the driver works by itself."""
        if phase == "check":
            return busy / (self.workers if self.flow.direct else _DRIVER_CORES)
        if self.in_driver(phase):
            return busy
        each = self.costs.phases[phase]
        tasks = self.tasks(phase) if phase not in _NOT_SHUFFLED and self.flow.direct else items
        shared = max(0.0, busy - each.per_run - each.per_worker * self.workers)
        rounds = math.ceil(tasks / self.workers)
        driver = each.driver_per_unit * self.workload.units
        return each.per_run + each.per_worker + driver + rounds * shared / tasks

    def worker_parts(self) -> dict[str, float]:
        """What the memory of a worker is for, in bytes."""
        work = self.workload
        hashes = sum(size for folder, size in self.folders.items() if "hashes/" in folder)
        ledger = self.folders.get("ledger/ledger", 0.0)
        match = max(map(self._match_memory, BY_PARTITION + MERGES))
        # Hashes are sorted into a copy; the ledger is several times larger in memory than on disk.
        unit = (2 * hashes + 4 * ledger) / work.units
        look = float(any(map(self.flow.runs, _LOOK_AGAIN)) * _SECOND_LOOK)
        return {"models": self.costs.memory["worker"], "batch": 4.0 * 2**24, "unit": unit,
                "match": match, "second look": look}  # fmt: skip

    def _match_memory(self, phase: str) -> float:
        """What a worker needs for a task of a match, or for a group of a merge, in bytes."""
        if self.in_driver(phase) or not self.flow.runs(phase):
            return 0.0
        held = sum(self.folders.get(folder, 0.0) for folder in READS[phase])
        one = held / self.items(phase)
        if phase_table.row_of(phase).finer:  # Its partitions are as many as its bytes ask for.
            planned = self.text * HASHES_PER_TEXT_BYTE / self.workload.partitions
            one = min(one, 2 * planned)
        in_work = one * (_MERGED_TIMES if phase in MERGES else _MATCHED_TIMES)
        if self.flow.direct:  # It holds the blocks of all partitions of the task besides.
            return in_work + max(one, min(GROUPED_BYTES, held / (2 * self.workers)))
        return in_work

    def driver_parts(self) -> dict[str, float]:
        """What the memory of the driver is for, in bytes."""
        work = self.workload
        published = sum(1 for folder in PUBLISHED if folder in self.folders)
        merged = [
            sum(self.folders.get(folder, 0.0) for folder in READS[name])
            for name in MERGES
            if self.in_driver(name)
        ]
        return {
            "start": self.costs.memory["driver"],
            "plan": _PER_UNIT * work.units,
            "inputs": _PER_INPUT * work.files,
            "files": _PER_FILE * published * work.units,
            "removals": _MERGED_TIMES * max(merged, default=0.0) / self.groups,
            "edges": _PER_EDGE * min(self.rows("verify/edges"), MOST_EDGES),
        }
