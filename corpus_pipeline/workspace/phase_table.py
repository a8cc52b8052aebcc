"""The table of phases: in which order they run, over what, and what they read, write and remove.

Whoever needs to know asks here: the driver, the options of a match, the merges, whoever applies
removals, the checks at publication, the estimate, and the table in docs/architecture.md.

    prepare ─► contamination ─► address ─► exact ─► document ─► shingles ─► verify ◄─► resolve
    finish ◄─ seen ◄─ ngrams ◄─ paragraph ◄─ repeats ◄─ windows ◄─ substring ◄─ sentence
      └─► shards ─► ledger

*verify* goes on with *sentence*.

A later match takes no account of documents that an earlier one removed. So a contaminated document
never survives a clean copy of it, and the surviving copy of a sentence always stands in a document
that stays.

What a match finds lies by partition. Where the next phases want it by unit, a merge follows the
match: a phase of its own, `merge-NAME`, over groups of units.

Two kinds of phases have a number in their names, for the configuration and the data decide how many
there are: *prepare*, *prepare-2*, … are the passes of the documents before the last one (the first
stands here for all); *verify-2*, *resolve-2*, … are later rounds. What large rounds of *resolve*
keep between their steps stands in `pipelines/rounds.py`, and what steps gather over the run, and
settle, in `pipelines/gather.py`; no other phase reads it.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, Literal

from corpus_pipeline.dedup.matches import KINDS, MATCHES, Match, Removes

Items = Literal["units", "partitions", "groups", "shards", "driver"]
"""What the items of a phase are; one of the driver is a single task in its own process."""

#: Names of the first pass of the documents, and of the last.
FIRST_PASS, LAST_PASS = "prepare", "finish"
#: Names of what follows the last pass: tokens into shards, and the ledger.
SHARDS, LEDGER = "shards", "ledger"
#: What the name of a merge begins with.
_MERGE = "merge-"


@dataclasses.dataclass(frozen=True)
class PhaseRow:
    """One phase of the table."""

    name: str
    over: Items
    task: str
    """What it does, in some words."""
    reads: tuple[str, ...] = ()
    """Folders below the run's own, as PHASE/NAME; files of the inputs are not named."""
    writes: tuple[str, ...] = ()
    """Folders below that of the phase, unless they are `published`."""
    published: tuple[str, ...] = ()
    """Of `writes`, those that stay; they lie in the output folder."""
    kind: str | None = None
    """The kind of dedup whose part it is; None for the passes, which every run has."""
    merged: str | None = None
    """Of `writes`, what a merge brings from partitions to units."""
    removes: Removes | None = None
    """What the rows of its removals are."""
    heeds_removals: bool = False
    """Whether it looks at the removals of all phases before it."""
    finer: bool = False
    """Whether there are more partitions than the plan has where the data ask for it: `sizing`."""
    in_rounds: bool = False
    """Whether it runs again, under names with a number, until nothing new is found."""
    needs: str | None = None
    """The step without which there is nothing for it to do."""

    @property
    def folders(self) -> tuple[str, ...]:
        """What it writes, as PHASE/NAME."""
        return tuple(f"{self.name}/{name}" for name in self.writes)


def _match_row(match: type[Match]) -> PhaseRow:
    """Returns the first phase of a match; of most it is the only one."""
    row = PhaseRow(
        match.kind, "partitions", match.task,
        kind=match.kind, reads=(f"{FIRST_PASS}/hashes/{match.kind}",), heeds_removals=True,
    )  # fmt: skip
    if not match.decides:
        return dataclasses.replace(row, **_PROPOSES[match.kind])
    return dataclasses.replace(row, writes=("removals",), merged="removals", removes=match.removes)


#: Of the matches that propose what goes: what their first phase leaves for those behind it.
_PROPOSES: dict[str, dict[str, Any]] = {
    "document": {"writes": ("buckets", "wanted"), "merged": "wanted"},
    "substring": {"writes": ("wanted",), "merged": "wanted"},
    "paragraph": {"writes": ("wanted",), "merged": "wanted"},
}
#: The phases behind the first one.
_MORE_ROWS: dict[str, tuple[PhaseRow, ...]] = {
    "document": (
        PhaseRow(
            "shingles", "units", "shingle sets of the candidates' texts",
            kind="document", reads=(f"{FIRST_PASS}/documents", "merge-document/wanted"),
            writes=("sets",),
        ),
        PhaseRow(
            "verify", "partitions", "edges between similar candidates, with Jaccard",
            kind="document", reads=("document/buckets", "shingles/sets"),
            writes=("edges",), in_rounds=True,
        ),
        PhaseRow(
            "resolve", "driver", "who stays; then verify-2, … until nobody is uncompared",
            kind="document", reads=("verify/edges",),
            writes=("removals",), merged="removals", removes="documents", in_rounds=True,
        ),
    ),
    "substring": (
        PhaseRow(
            "windows", "units", "hashes of the strings with wanted anchors",
            kind="substring", reads=(f"{FIRST_PASS}/documents", "merge-substring/wanted"),
            writes=("windows",), finer=True,
        ),
        PhaseRow(
            "repeats", "partitions", "equal strings",
            kind="substring", reads=("windows/windows",),
            writes=("removals",), merged="removals", removes="windows", finer=True,
        ),
    ),
    "paragraph": (
        PhaseRow(
            "ngrams", "units", "hashes of the n-grams with wanted anchors",
            kind="paragraph", reads=(f"{FIRST_PASS}/documents", "merge-paragraph/wanted"),
            writes=("windows",), finer=True,
        ),
        PhaseRow(
            "seen", "partitions", "n-grams that an earlier paragraph has",
            kind="paragraph", reads=("ngrams/windows",),
            writes=("removals",), merged="removals", removes="windows", finer=True,
        ),
    ),
}  # fmt: skip


def _rows() -> Iterator[PhaseRow]:
    """Yields the phases in their order, without the merges."""
    yield PhaseRow(
        FIRST_PASS, "units", "read · the steps before dedup · hashes",
        writes=("documents", "rejected", *(f"hashes/{kind}" for kind in KINDS)),
        published=("rejected",),
    )  # fmt: skip
    for match in MATCHES:
        yield _match_row(match)
        yield from _MORE_ROWS.get(match.kind, ())
    yield PhaseRow(
        LAST_PASS, "units", "removals applied · the steps behind dedup",
        reads=(f"{FIRST_PASS}/documents",),
        writes=("documents", "rejected", "pii", "runs", "portions"),
        published=("documents", "rejected", "pii"),
        heeds_removals=True,
    )  # fmt: skip
    yield PhaseRow(
        SHARDS, "shards", "tokens of one source and split, and where those of each document are",
        reads=(f"{LAST_PASS}/runs", f"{LAST_PASS}/portions"), writes=("tokens", "places"),
        published=("tokens",), merged="places", needs="tokenize",
    )  # fmt: skip
    yield PhaseRow(
        LEDGER, "units", "one row for each input record, with the place of its tokens",
        reads=(f"{LAST_PASS}/documents", f"{LAST_PASS}/rejected", f"{FIRST_PASS}/rejected",
               f"{_MERGE}{SHARDS}/places"),
        writes=("ledger",), published=("ledger",),
    )  # fmt: skip


def _table() -> Iterator[PhaseRow]:
    """Yields all phases, each with its merge behind it; the last pass reads all merged removals."""
    removals: list[str] = []
    for row in _rows():
        if row.name == LAST_PASS:
            row = dataclasses.replace(row, reads=(*row.reads, *removals))
        yield row
        if row.merged is not None:
            merge = PhaseRow(
                f"{_MERGE}{row.name}", "groups", f"{row.merged} of {row.name}, by unit",
                kind=row.kind, reads=(f"{row.name}/{row.merged}",), writes=(row.merged,),
                removes=row.removes, needs=row.needs,
            )  # fmt: skip
            removals += merge.folders if merge.removes else ()
            yield merge


#: All phases, in the order in which they run.
PHASES: tuple[PhaseRow, ...] = tuple(_table())
_BY_NAME = {row.name: row for row in PHASES}
#: Merges -> the folder that they read. That of *resolve* stands for those of all its steps.
MERGES: dict[str, str] = {row.name: row.reads[0] for row in PHASES if row.over == "groups"}
#: Phases whose removals later phases heed, and the last pass applies.
REMOVING = tuple(row.name for row in PHASES if row.over == "groups" and row.removes)
_REASONS = {match.kind: match.reasons[0] for match in MATCHES if match.removes != "windows"}
#: Those that remove documents -> the reason that the ledger gives.
DROPPING: dict[str, str] = {
    row.name: _REASONS[row.kind]
    for row in PHASES
    if row.name in REMOVING and row.kind is not None and row.kind in _REASONS
}


def merge_of(name: str) -> str:
    """Names the merge that follows a phase.

    >>> merge_of("exact")
    'merge-exact'
    """
    assert _BY_NAME[name].merged is not None, f"{name} has no merge"
    return f"{_MERGE}{name}"


def merged_by(name: str) -> PhaseRow:
    """Returns the phase whose findings a merge brings to units.

    >>> merged_by("merge-exact").name
    'exact'
    """
    return _BY_NAME[name.removeprefix(_MERGE)]


def row_of(name: str) -> PhaseRow:
    """Returns the row of a phase; a later pass, or a later round, has none of its own.

    Raises:
        KeyError: no phase is called that.
    """
    return _BY_NAME[name]


def matches(on: Callable[[str], bool]) -> list[str]:
    """Names the phases between the passes, in order.

    Args:
        on: tells whether a kind of dedup is on.

    >>> matches(lambda kind: kind == "exact")
    ['exact', 'merge-exact']
    """
    return [row.name for row in PHASES if row.kind is not None and on(row.kind)]


def is_sized_by(name: str) -> bool:
    """Says whether a phase finds out into how many partitions later ones of its match are cut.

    >>> [is_sized_by(name) for name in ("exact", "substring", "repeats")]
    [False, True, False]
    """
    return any(row.finer and row.kind == name for row in PHASES)


def names_over(items: Items) -> tuple[str, ...]:
    """Names the phases over units, partitions or groups, in order.

    >>> names_over("units")
    ('prepare', 'shingles', 'windows', 'ngrams', 'finish', 'ledger')
    """
    return tuple(row.name for row in PHASES if row.over == items)


def cut_for(items: Items) -> frozenset[str]:
    """Names the folders whose files are cut by partition, or by group: for whoever reads them.

    >>> sorted(cut_for("groups"))[0]
    'address/removals'
    """
    return frozenset(folder for row in PHASES if row.over == items for folder in row.reads)


def pass_name(number: int, passes: int) -> str:
    """Names a pass of the documents.

    Args:
        number: of the pass, from 1.
        passes: how many there are.

    >>> [pass_name(number, 3) for number in (1, 2, 3)]
    ['prepare', 'prepare-2', 'finish']
    """
    if number == passes:
        return LAST_PASS
    return FIRST_PASS if number == 1 else f"{FIRST_PASS}-{number}"


def is_pass(phase: str) -> bool:
    """Says whether documents pass a phase.

    >>> [is_pass(name) for name in ("prepare-2", "finish", "exact")]
    [True, True, False]
    """
    return phase == LAST_PASS or phase.startswith(FIRST_PASS)
