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

from corpus_pipeline.dedup.blocks import UNITS_TOGETHER
from corpus_pipeline.pipelines.costs import (
    BY_PARTITION,
    BY_UNIT,
    IN_DRIVER,
    PHASES,
    Costs,
    Flow,
    Prices,
    Workload,
)

#: Phase -> folders that it reads; what stands below `SHUFFLED` goes through a shuffle.
READS = {
    "contamination": ("prepare/hashes/contamination",),
    "merge-contamination": ("contamination/removals",),
    "exact": ("prepare/hashes/exact",),
    "merge-exact": ("exact/removals",),
    "document": ("prepare/hashes/document",),
    "shingles": ("prepare/documents", "document/wanted"),
    "verify": ("document/buckets", "shingles/sets"),
    "components": ("verify/edges",),
    "sentence": ("prepare/hashes/sentence",),
    "finish": ("prepare/documents", "merge-contamination/removals", "merge-exact/removals",
               "components/removals", "sentence/removals"),
    "publish": ("finish/documents", "finish/rejected", "finish/ledger", "finish/tokens",
                "prepare/rejected"),
}  # fmt: skip
#: Folders that stay when the run is complete.
PUBLISHED = READS["publish"]
#: Removals that matches leave out, one merged file each.
_EXCLUDED = ("merge-contamination", "merge-exact", "components")

#: Hashes that one task of the direct engine groups, and how much memory that takes (Beam's own).
_GROUPED_BYTES, _GROUPED_TIMES = 256 * 2**20, 4
#: Sorting and joining one partition elsewhere: the records, their order and what is found.
_MATCHED_TIMES = 4
#: Memory of the driver, in bytes: for a unit of the plan, an input file, a file in run.json, a
#: merged removal, an edge between two similar documents.
_PER_UNIT, _PER_INPUT, _PER_FILE, _PER_REMOVAL, _PER_EDGE = 2_000, 1_200, 1_500, 100, 200
_JSON_PER_FILE = 200
#: What one request to an object store moves at most, and how long one takes.
_GET_BYTES, _PUT_BYTES, _REQUEST_SECONDS = 16 * 2**20, 50 * 2**20, 0.03
#: Above these the design does not hold: driver, worker (bytes), run.json (bytes).
MOST_DRIVER, MOST_WORKER, MOST_JSON = 64e9, 8e9, 2e9
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
    """What the memory of a worker is for, in bytes; `batch`, `unit` and `match` are not held at
    the same time."""
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
        return parts["models"] + max(parts["batch"] + parts["unit"], parts["match"])

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
    sums = _Sums(workload, costs, workers, flow or Flow())
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
        phase = folder.split("/", 1)[0]
        if phase in BY_UNIT:
            return self.workload.units
        return self.workload.partitions if phase in BY_PARTITION else 1

    def _cells(self, folder: str) -> int:
        """Places for partitions in all files of a folder."""
        if "hashes/" in folder or folder in ("document/buckets", "shingles/sets"):
            return self._files(folder) * self.workload.partitions
        return 0

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
        if phase == "prepare" and "extract" not in self.flow.off:
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
        """Pieces in which a match is run: each opens every file of hashes once."""
        if not self.flow.direct:
            return 1
        count = self.workload.partitions
        held = sum(self.folders.get(folder, 0.0) for folder in READS[phase])
        at_once = max(1, int(_GROUPED_BYTES * count // max(1.0, held)))
        return math.ceil(count / min(at_once, math.ceil(count / (2 * self.workers))))

    def opens(self, phase: str) -> int:
        """Files opened for reading, repeats included."""
        units, partitions = self.workload.units, self.workload.partitions
        if phase == "prepare":
            return units + self.workload.files
        if phase == "shingles":
            return units * (1 + partitions)
        if phase == "finish":
            sentence = partitions if self.flow.runs("sentence") else 0
            return units * (1 + len(self._merged(phase)) + sentence)
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
            seconds += sum(map(self._cells, READS[phase])) * cells["read_seconds"]
        else:
            seconds += each.per_unit * work.units + self.opens(phase) * cells["open_seconds"]
        written = sum(self._cells(f) for f in self.folders if f.startswith(f"{phase}/"))
        return seconds + written * cells["write_seconds"]

    def phase(self, name: str) -> PhaseEstimate:
        """Estimates one phase."""
        work = self.workload
        written = {f: size for f, size in self.folders.items() if f.startswith(f"{name}/")}
        files = sum(map(self._files, written))
        first = sum(self.folders.get(folder, 0.0) for folder in READS.get(name, ()))
        read = first + (work.stored_bytes if name == "prepare" else self._read_again(name))
        items = work.units if name in BY_UNIT else work.partitions if name in BY_PARTITION else 1
        manifests = 0 if name in ("start", "publish") else items
        requests = (
            self.opens(name) + read / _GET_BYTES + 3 * manifests,
            files + manifests + sum(written.values()) / _PUT_BYTES,
        )
        cores = self._core_seconds(name)
        waiting = sum(requests) * _REQUEST_SECONDS if self.flow.remote else 0.0
        return PhaseEstimate(
            name, items, cores, self._seconds(name, items, cores + waiting), read,
            sum(written.values()), first if name in BY_PARTITION else 0.0, files, self.opens(name),
            requests,
        )  # fmt: skip

    def _merged(self, phase: str) -> list[str]:
        """Folders of merged removals that a phase looks into at every unit."""
        before = PHASES[: PHASES.index(phase)]
        looks = phase == "finish" or (phase in BY_PARTITION and phase != "verify")
        names = [name for name in _EXCLUDED if looks and name in before and self.flow.runs(name)]
        return [f"{name}/removals" for name in names]

    def _read_again(self, phase: str) -> float:
        """Bytes of merged removals that units fetch again, where they cannot be mapped.

        A unit fetches a record batch, which has the removals of some units.
        """
        if not self.flow.remote:
            return 0.0
        times = min(self.workload.units, UNITS_TOGETHER)
        times *= self.tasks(phase) if phase in BY_PARTITION else 1
        return times * sum(self.folders.get(folder, 0.0) for folder in self._merged(phase))

    def _seconds(self, phase: str, items: int, busy: float) -> float:
        """Wall clock: the last round of tasks leaves workers idle, the driver works by itself."""
        if phase in IN_DRIVER:
            return busy
        each = self.costs.phases[phase]
        tasks = self.tasks(phase) if phase in BY_PARTITION and self.flow.direct else items
        shared = max(0.0, busy - each.per_run - each.per_worker * self.workers)
        rounds = math.ceil(tasks / self.workers)
        driver = each.driver_per_unit * self.workload.units
        return each.per_run + each.per_worker + driver + rounds * shared / tasks

    def worker_parts(self) -> dict[str, float]:
        """What the memory of a worker is for, in bytes."""
        work = self.workload
        hashes = sum(size for folder, size in self.folders.items() if "hashes/" in folder)
        ledger = self.folders.get("finish/ledger", 0.0)
        held = [
            sum(self.folders.get(folder, 0.0) for folder in READS[name])
            for name in BY_PARTITION
            if self.flow.runs(name)
        ]
        one = max(held, default=0.0) / work.partitions
        together = max((min(_GROUPED_BYTES, size) for size in held), default=0.0)
        share = max(one, min(together, max(held, default=0.0) / (2 * self.workers)))
        match = share * _GROUPED_TIMES if self.flow.direct else one * _MATCHED_TIMES
        # Hashes are sorted into a copy; the ledger is several times larger in memory than on disk.
        unit = (2 * hashes + 4 * ledger) / work.units
        return {"models": self.costs.memory["worker"], "batch": 4.0 * 2**24, "unit": unit,
                "match": match}  # fmt: skip

    def driver_parts(self) -> dict[str, float]:
        """What the memory of the driver is for, in bytes."""
        work = self.workload
        published = sum(1 for folder in PUBLISHED if folder in self.folders)
        removals = max(self.rows(f"{name}/removals") for name in ("contamination", "exact"))
        return {
            "start": self.costs.memory["driver"],
            "plan": _PER_UNIT * work.units,
            "inputs": _PER_INPUT * work.files,
            "files": _PER_FILE * published * work.units,
            "removals": _PER_REMOVAL * removals,
            "edges": _PER_EDGE * self.rows("verify/edges"),
        }


def limits(whole: Estimate) -> list[tuple[bool, str]]:
    """Names what is large, worst first: whether the design breaks there, and one line.

    A run that breaks is cut into several; what is lost is said in docs/scale.md.
    """
    hashes = whole.shuffled - whole.cell_bytes
    opens = max(whole.phases, key=lambda phase: phase.opens)
    serial = sum(phase.seconds for phase in whole.phases if phase.name in IN_DRIVER)
    found = [
        (whole.cell_bytes > max(hashes, 1e9), True,
         f"units x partitions: places take {whole.cell_bytes / 1e9:,.0f} GB, the hashes in them "
         f"{hashes / 1e9:,.0f} GB; raise plan.unit_bytes and plan.match_bytes"),
        (whole.driver_memory > MOST_DRIVER, True,
         f"driver: needs {whole.driver_memory / 1e9:,.0f} GB, most of it for "
         f"{_largest(whole.driver_parts)}"),
        (whole.worker_memory > MOST_WORKER, True,
         f"worker: needs {whole.worker_memory / 1e9:,.1f} GB, most of it for "
         f"{_largest(whole.worker_parts)}; lower plan.unit_bytes and plan.match_bytes"),
        (whole.json_bytes > MOST_JSON, True,
         f"run.json: has {whole.json_bytes / 1e9:,.1f} GB; raise plan.unit_bytes"),
        (opens.opens > 10**8, False,
         f"{opens.name}: opens files {opens.opens:,} times"),
        (serial > max(_HOUR, whole.seconds / 4), False,
         f"driver: works alone for {serial / _HOUR:,.1f} hours; more workers do not shorten that"),
    ]  # fmt: skip
    return [(breaks, line) for holds, breaks, line in found if holds]


def _largest(parts: Mapping[str, float]) -> str:
    return max(parts, key=lambda name: parts[name])
