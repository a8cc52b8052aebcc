"""What a match phase is told, and what it says it has done."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from corpus_pipeline.dedup.matches import Match
from corpus_pipeline.transforms import Range
from corpus_pipeline.workspace.state import FileEntry, Workspace


class HashFolder(NamedTuple):
    """Files of records cut by partition or group, one of each item of the phase that wrote them."""

    path: str
    """Below the folder of the run."""
    files: int
    """Their names are the numbers below this one; who found nothing has written none."""
    edges: bool = False
    """The files are edges, not cut; each goes to the partitions of both its ends."""


@dataclasses.dataclass(frozen=True)
class MatchOptions:
    """One match phase."""

    workspace: Workspace
    phase: str
    inputs: tuple[HashFolder, ...]
    partitions: tuple[Range, ...]
    """The partitions that this pipeline handles; of a merge, the groups."""
    total_partitions: int
    exclude: tuple[str, ...] = ()
    """Folders of the run with removals of earlier matches; their documents take no part."""
    of: Match | None = None
    """The match whose phase it is; a merge needs none."""
    does: str | None = None
    """What is done with a partition, where that is not the phase's name: a round of *verify*."""
    before: str | None = None
    """Folder of the run with a file of what a partition has left from the step before."""


class Outcome(NamedTuple):
    """What a match has done with one partition."""

    files: Sequence[FileEntry] = ()
    counts: Mapping[str, int] = {}
    """What is counted beside the rows of the files."""

    @property
    def all_counts(self) -> dict[str, int]:
        """The counts of a manifest."""
        return {"found": sum(entry.rows for entry in self.files), **self.counts}


Batches = dict[tuple[str, ...], pa.RecordBatch]
MatchFunction = Callable[[MatchOptions, int, Batches], Outcome]
