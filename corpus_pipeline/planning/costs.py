"""What an estimate is made from: how much text, which parts of the flow, measured costs, prices."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpus_pipeline.dedup.matches import KINDS
from corpus_pipeline.workspace import phase_table
from corpus_pipeline.yaml_files import load_yaml, read_yaml_text

#: Shipped measurements; `python benchmarks/scale.py --write` replaces them.
COSTS_FILE = Path(__file__).with_name("costs.yaml")

#: What the command does before and after the phases; the last one reads everything again, some
#: files at a time.
_BEFORE, _AFTER = ("start",), ("publish", "check")
#: Whatever has costs, in its order. Of the rounds of *verify* and *resolve* the first one counts;
#: later ones look at few documents.
PHASES = (*_BEFORE, *(row.name for row in phase_table.PHASES), *_AFTER)
#: What no phase of the run is, and so has no items.
BESIDE_PHASES = (*_BEFORE, *_AFTER)
#: Merges run over groups of units; in the driver while they are small, as in all measured runs.
IN_DRIVER = tuple(
    name
    for name in PHASES
    if name in BESIDE_PHASES or phase_table.row_of(name).over in ("groups", "driver")
)


@dataclasses.dataclass(frozen=True)
class Workload:
    """How much there is to do."""

    text_bytes: float
    """UTF-8 as read, decompressed, markup included."""
    html_bytes: float
    """Of these, pages from which text is still to be extracted."""
    stored_bytes: float
    """As the input files are stored."""
    files: int
    units: int
    partitions: int


@dataclasses.dataclass(frozen=True)
class Flow:
    """Which parts of the flow are on, and where it runs."""

    off: frozenset[str] = frozenset()
    """Stages (`language`, `scrub`) and kinds of match (`exact`, `sentence`) that are left out."""
    shares: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """Stage -> share of the text that does not skip it; 1 unless named."""
    bands: float = 1.0
    """Band hashes of a document, compared with the 14 that were measured."""
    more: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """Title of a step that was not measured with the others -> core-seconds for 10^9 bytes."""
    unmeasured: tuple[str, ...] = ()
    """Titles of steps of which nobody knows what they cost."""
    direct: bool = True
    """False for engines with a shuffle of their own: a match is one job over all partitions."""
    remote: bool = False
    """Files lie in an object store: each open is a request that takes time and money."""

    def runs(self, phase: str) -> bool:
        """Tells whether a phase is part of the flow."""
        if phase in BESIDE_PHASES:
            return True
        row = phase_table.row_of(phase)
        needed = (row.needs,) if row.kind is None else (row.kind, "dedup")
        return self.off.isdisjoint(needed)

    def writes(self, folder: str) -> bool:
        """Tells whether files of a folder are written."""
        if folder.startswith("prepare/hashes/"):
            return self.runs(folder.rsplit("/", 1)[1])
        phase, name = folder.split("/", 1)
        tokens = name in ("runs", "portions")
        return self.runs(phase) and not (tokens and "tokenize" in self.off)

    def share(self, stage: str) -> float:
        """Returns the share of the text that a stage sees."""
        return 0.0 if stage in self.off else self.shares.get(stage, 1.0)


@dataclasses.dataclass(frozen=True)
class Prices:
    """What things cost, in one currency. The defaults are examples: set yours."""

    vcpu_hour: float = 0.04
    gigabyte_month: float = 0.023
    per_1000_reads: float = 0.0004
    per_1000_writes: float = 0.005


@dataclasses.dataclass(frozen=True)
class PhaseCosts:
    """Core-seconds of one phase; those of driver phases are spent by one process."""

    per_run: float
    per_worker: float
    per_unit: float
    """Of a match: for the hash file of each unit, in two tasks for each of the measured workers."""
    driver_per_unit: float
    """Of `per_unit`, what the driver spends on each, one after the other."""
    per_gigabyte: Mapping[str, float]
    """Stage -> core-seconds for each 10^9 bytes of text."""


@dataclasses.dataclass(frozen=True)
class FolderCosts:
    """Size of the files of one folder."""

    per_file: float
    per_byte: float
    """For each byte of text."""
    rows_per_byte: float


@dataclasses.dataclass(frozen=True)
class Costs:
    """What was measured."""

    measured: Mapping[str, Any]
    """Where and on what; `workers` is how many there were."""
    html: Mapping[str, float]
    """`text_per_byte`: text in a byte of a page; `extract_per_gigabyte`: core-seconds for pages."""
    memory: Mapping[str, float]
    """Peak of `worker` and `driver` on a tiny corpus: libraries and models."""
    cells: Mapping[str, float]
    """Of a place for a partition in a file of hashes."""
    phases: Mapping[str, PhaseCosts]
    files: Mapping[str, FolderCosts]

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """Kinds of match whose phases nobody has measured; an estimate leaves them out."""
        return tuple(kind for kind in KINDS if kind not in self.phases)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Costs":
        """Makes costs of the content of a costs file."""
        return cls(
            content["measured"], content["html"], content["memory"], content["cells"],
            {name: PhaseCosts(**each) for name, each in content["phases"].items()},
            {name: FolderCosts(**each) for name, each in content["files"].items()},
        )  # fmt: skip


def measured_stages(costs: Costs) -> dict[str, float]:
    """Returns stage -> core-seconds for 10^9 bytes of text, in all phases."""
    found: dict[str, float] = {}
    for phase in costs.phases.values():
        for stage, seconds in phase.per_gigabyte.items():
            found[stage] = found.get(stage, 0.0) + seconds
    return found


def load_costs(path: Path = COSTS_FILE) -> Costs:
    """Reads measured costs, the shipped ones unless another file is named.

    >>> sorted(load_costs().cells)
    ['bytes', 'open_seconds', 'read_seconds', 'write_seconds']
    """
    return Costs.of(load_yaml(read_yaml_text(path)))
