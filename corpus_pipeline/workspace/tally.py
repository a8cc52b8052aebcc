"""How far a run is: documents, bytes and drops, summed from what its items have counted."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

from corpus_pipeline.sources.records import is_error
from corpus_pipeline.workspace.phase_table import (
    DROPPING,
    FIRST_PASS,
    LAST_PASS,
    is_pass,
    row_of,
)

#: What the first pass counts of the bytes of text that it reads, markup included.
READ_BYTES = "read_bytes"
#: What the counts of drops begin with.
_DROPPED = "dropped-"
#: Merges of what matches have found of documents -> the reason for which a pass drops them later.
_FOUND = {name: reason for name, reason in DROPPING.items() if row_of(name).removes == "documents"}
_FOUND_REASONS = frozenset(_FOUND.values())


def is_tallied(phase: str) -> bool:
    """Tells whether the counts of a phase say anything of the documents of the run.

    >>> [is_tallied(name) for name in ("prepare-2", "merge-exact", "exact")]
    [True, True, False]
    """
    return is_pass(phase) or phase in _FOUND


@dataclasses.dataclass
class Tally:
    """Sums over the items that are done.

    Copies count as dropped as soon as their match is merged, and not again when the last pass drops
    them: at the end both are the same number, as publication checks.

    >>> tally = Tally()
    >>> tally.add("prepare", {"documents": 9, "dropped-read-null-text": 1, "read_bytes": 700})
    >>> tally.add("merge-exact", {"found": 2})
    >>> tally.add("finish", {"documents": 8, "dropped-exact-duplicate": 2, "tokens": 90})
    >>> tally.documents, tally.dropped, tally.kept, tally.unreadable, tally.tokens
    (9, 3, 6, 1, 90)
    """

    documents: int = 0
    """Records that the first pass has read."""
    read_bytes: int = 0
    """Bytes of their text, as read."""
    kept: int = 0
    """Documents that have passed all steps and stay."""
    tokens: int = 0
    drops: Counter[str] = dataclasses.field(default_factory=Counter)
    """Reason that decided -> documents."""

    def add(self, phase: str, counts: Mapping[str, int]) -> None:
        """Adds what items of a phase have counted; each item must come once."""
        if phase in _FOUND:
            self.drops[_FOUND[phase]] += counts.get("found", 0)
        if not is_pass(phase):
            return
        dropped = 0
        for name, number in counts.items():
            if name.startswith(_DROPPED):
                dropped += number
                reason = name.removeprefix(_DROPPED)
                if reason not in _FOUND_REASONS:
                    self.drops[reason] += number
        if phase == FIRST_PASS:
            self.documents += counts.get("documents", 0)
            self.read_bytes += counts.get(READ_BYTES, 0)
        if phase == LAST_PASS:
            self.kept += counts.get("documents", 0) - dropped
            self.tokens += counts.get("tokens", 0)

    @property
    def dropped(self) -> int:
        """Documents that are dropped, as far as it is known."""
        return self.drops.total()

    @property
    def unreadable(self) -> int:
        """Of these, records that cannot be read or at which a step of the user's own failed."""
        return sum(number for reason, number in self.drops.items() if is_error(reason))

    def top(self, most: int) -> list[tuple[str, int]]:
        """Returns the reasons with most documents, most first; equal ones by name."""
        found = [(reason, number) for reason, number in self.drops.items() if number]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:most]


def tally_of_run(run: Mapping[str, Any]) -> Tally:
    """Returns the sums of a finished run, from its run.json; what was read has no bytes there.

    >>> tally_of_run({"counts": {"documents": 3, "dropped-exact-duplicate": 1, "tokens": 9}}).kept
    2
    """
    counts = run["counts"]
    drops = Counter(
        {name.removeprefix(_DROPPED): number for name, number in counts.items()
         if name.startswith(_DROPPED) and number}
    )  # fmt: skip
    documents = counts.get("documents", 0)
    return Tally(
        documents=documents, kept=documents - drops.total(), tokens=counts.get("tokens", 0),
        drops=drops,
    )  # fmt: skip
