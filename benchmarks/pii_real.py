"""Findings in real text: which are read by eye, what is kept of it, and rates of wrong ones.

Findings are drawn for each file and kind by the least keys. A key is a hash of a finding and what
stands around it, so that the same findings are drawn wherever they stand in a file, and what was
drawn stays drawn when other findings come and go. The rate of a file and kind is the share of
wrong ones among those that were drawn and read, times all findings of the whole file, over the MB
of the whole file.

Verdicts are kept as lines of `file`, `entity`, `verdict` (right or wrong), `error`, `drawn` and the
`keys` for which all that holds. `drawn` are the policies (`all`, `private`) among whose findings
they were drawn: names of private persons are drawn apart, and do not count in the rate of all
persons unless they were drawn there, too. An error beside a right verdict is one of the ends.
"""

import collections
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pii_peers
from pii_scoring import KINDS, documents, kind_of

from corpus_pipeline.scrub.entities import TABLE

AROUND = 60
#: Standard deviations of an interval that holds the true share in 95 of 100 cases.
DEVIATIONS = 1.96
#: What the verdicts of a line have in common.
_COMMON = ("file", "entity", "verdict", "error", "drawn")


class Found(NamedTuple):
    """A finding in a real text, with its neighbourhood."""

    entity: str
    found: str
    before: str
    after: str
    file: str
    id: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """Names the finding by what it is and what stands around it, so that a verdict still fits
        when the rest of the document changes."""
        whole = "\0".join((self.entity, self.before, self.found, self.after))
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    @property
    def group(self) -> tuple[str, str]:
        """The file and the kind, for which a rate is counted."""
        return self.file, kind_of(self.entity) or self.entity


def find_real(
    paths: Sequence[Path], peer: pii_peers.Peer, language: str | None
) -> tuple[list[Found], dict[str, int]]:
    """Finds in real texts.

    Returns:
        the findings, and the bytes of text by file.
    """
    found, sizes = [], {}
    for path in paths:
        sizes[path.name] = 0
        for batch in pii_peers.batches(documents(path, language)):
            sizes[path.name] += sum(len(d.text.encode()) for d in batch)
            findings = peer.find([d.text for d in batch], [d.language for d in batch])
            for document, of_document in zip(batch, findings, strict=True):
                for start, end, name, _ in of_document:
                    found.append(
                        Found(
                            name,
                            document.text[start:end],
                            document.text[max(0, start - AROUND) : start],
                            document.text[end : end + AROUND],
                            path.name,
                            document.id,
                            start,
                            end,
                        )
                    )
    return found, sizes


def _grouped(found: Iterable[Found]) -> dict[tuple[str, str], list[Found]]:
    groups: dict[tuple[str, str], list[Found]] = collections.defaultdict(list)
    for each in found:
        groups[each.group].append(each)
    return groups


def sampled(found: Sequence[Found], per_type: int) -> list[Found]:
    """Chooses findings of each file and kind by the least keys; all of them if `per_type` is 0.

    Those with the same key are one: they would be read twice for nothing.
    """
    chosen = []
    for group in _grouped(found).values():
        by_key = {each.key: each for each in reversed(group)}
        keys = sorted(by_key)
        chosen += [by_key[key] for key in keys[: per_type or len(keys)]]
    return chosen


def read_verdicts(path: Path | None) -> dict[str, dict[str, Any]]:
    """Reads what `keep` has written, by key; nothing if there is no such file."""
    if path is None or not path.exists():
        return {}
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    return {
        key: {name: line[name] for name in _COMMON if name in line}
        for line in lines
        for key in line["keys"]
    }


def write_found(
    found: Iterable[Found], out: Path, drawn: str, verdicts: Mapping[str, Mapping[str, Any]]
) -> None:
    """Writes findings as lines of JSON, to be read by eye; a known verdict stands in its line.

    Args:
        drawn: the policy under which they were found.
    """
    with out.open("w", encoding="utf-8") as file:
        for each in found:
            known = verdicts.get(each.key, {})
            row = {**each._asdict(), "key": each.key, "drawn": [drawn]}
            row |= {name: known[name] for name in ("verdict", "error") if name in known}
            print(json.dumps(row, ensure_ascii=False), file=file)


def keep(paths: Sequence[Path], out: Path) -> int:
    """Writes the verdicts of findings that were read, without values and context.

    Returns:
        how many there are.

    Raises:
        ValueError: a verdict is neither right nor wrong.
    """
    kept = read_verdicts(out)
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if not row.get("verdict"):
                continue
            if row["verdict"] not in ("right", "wrong"):
                raise ValueError(f"{row['key']}: {row['verdict']!r} is no verdict")
            before = kept.get(row["key"], {}).get("drawn", [])
            row["drawn"] = sorted({*before, *row["drawn"]})
            kept[row["key"]] = {name: row[name] for name in _COMMON if row.get(name) is not None}
    lines: dict[str, list[str]] = {}
    for key in sorted(kept):
        common = {name: kept[key][name] for name in _COMMON if name in kept[key]}
        lines.setdefault(json.dumps(common, ensure_ascii=False), []).append(key)
    with out.open("w", encoding="utf-8") as file:
        for shared, keys in sorted(lines.items()):
            written = {**json.loads(shared), "keys": keys}
            print(json.dumps(written, ensure_ascii=False, separators=(",", ":")), file=file)
    return len(kept)


class Rate(NamedTuple):
    """Wrong findings of one kind in one file."""

    findings: int
    read: int
    wrong: int
    unread: int
    """That would have been drawn if they had been found when the others were read."""
    megabytes: float
    errors: collections.Counter[str]

    @property
    def per_mb(self) -> float:
        """Wrong findings per MB; NaN if none was read."""
        return self._rate(self.wrong / self.read) if self.read else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """What holds the rate in 95 of 100 cases, by Wilson; the rate itself if all were read."""
        if self.read == self.findings:
            return self.per_mb, self.per_mb
        low, high = wilson(self.wrong, self.read)
        return self._rate(low), self._rate(high)

    def _rate(self, share: float) -> float:
        return share * self.findings / self.megabytes if self.findings else 0.0


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Returns the interval of a share of which `part` of `whole` draws are known.

    >>> [round(end, 3) for end in wilson(0, 60)], wilson(0, 0)
    ([0.0, 0.06], (0.0, 1.0))
    """
    if not whole:
        return 0.0, 1.0
    square = DEVIATIONS**2
    share = part / whole
    centre = share + square / (2 * whole)
    width = DEVIATIONS * math.sqrt(share * (1 - share) / whole + square / (4 * whole**2))
    scale = 1 + square / whole
    return max(0.0, (centre - width) / scale), min(1.0, (centre + width) / scale)


def rates(
    found: Sequence[Found],
    sizes: Mapping[str, int],
    verdicts: Mapping[str, Mapping[str, Any]],
    drawn: str,
) -> dict[tuple[str, str], Rate]:
    """Counts wrong findings by file and kind.

    Findings up to the largest key that was drawn are the sample; of these, those that nobody read
    are taken to be like the others, and are counted as unread.

    Args:
        drawn: the policy under which they were found.
    """
    counted = {}
    for group, members in _grouped(found).items():
        keys = [each.key for each in members]
        rows = {key: verdicts[key] for key in keys if key in verdicts}
        last = max((key for key, row in rows.items() if drawn in row["drawn"]), default="")
        sample = [rows.get(key) for key in keys if key <= last]
        read = [row for row in sample if row is not None]
        errors = collections.Counter(row["error"] for row in read if "error" in row)
        counted[group] = Rate(
            findings=len(members),
            read=len(read),
            wrong=sum(row["verdict"] == "wrong" for row in read),
            unread=len(sample) - len(read),
            megabytes=sizes[group[0]] / 1e6,
            errors=errors,
        )
    return counted


def print_real(
    found: Sequence[Found], sizes: Mapping[str, int], verdicts: Path | None, drawn: str = "all"
) -> None:
    """Prints findings per MB by entity and file, and from verdicts the wrong ones per MB."""
    files = [name for name in sizes if sizes[name]]
    counts = collections.Counter((each.entity, each.file) for each in found)
    entities = [entity.name for entity in TABLE]
    entities += sorted({entity for entity, _ in counts} - set(entities))
    total = sum(sizes.values()) / 1e6
    print(f"\nFindings per MB of text ({total:.1f} MB), persons: {drawn}\n")
    heads = [f"{source(name)} ({sizes[name] / 1e6:.1f})" for name in files]
    print(f"| | {' | '.join(heads)} | all |")
    print("|---|" + "---:|" * (len(files) + 1))
    for entity in entities:
        per_file = [counts[entity, name] / sizes[name] * 1e6 for name in files]
        if any(per_file):
            whole = sum(counts[entity, name] for name in files) / total
            print(f"| {entity} | {' | '.join(f'{x:.2f}' for x in [*per_file, whole])} |")
    if verdicts is not None:
        print_rates(rates(found, sizes, read_verdicts(verdicts), drawn), drawn)


def source(file: str) -> str:
    """Names a file by what stands before its first dot.

    >>> source("laws_zh.parquet")
    'laws_zh'
    """
    return file.partition(".")[0]


def print_rates(counted: Mapping[tuple[str, str], Rate], drawn: str) -> None:
    """Prints what was read by eye of each source and kind, and the rate of wrong findings."""
    print(f"\nWrong findings per MB, persons: {drawn}\n")
    print("| source | kind | findings | read | wrong | wrong per MB | 95 % | errors |")
    print("|---|---|---:|---:|---:|---:|---|---|")
    order = {kind: number for number, kind in enumerate(KINDS)}
    for file, kind in sorted(counted, key=lambda group: (group[0], order.get(group[1], 99))):
        rate = counted[file, kind]
        low, high = rate.interval
        errors = ", ".join(f"{count} {name}" for name, count in rate.errors.most_common())
        read = f"{rate.read} (+{rate.unread} unread)" if rate.unread else f"{rate.read}"
        print(
            f"| {source(file)} | {kind} | {rate.findings} | {read} | {rate.wrong} | "
            f"{rate.per_mb:.2f} | {low:.2f}–{high:.2f} | {errors} |"
        )
