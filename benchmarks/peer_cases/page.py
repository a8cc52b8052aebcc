"""The page of docs/ that says how many cases are the same, and what the others are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from peer_cases.cases import CLASSES, MEANINGS, Case, Recording, Table, Verdict

Result = tuple[Recording, Table, Sequence[tuple[Case, Verdict]]]

_HEAD = """# The peers' own test cases

What operators of other pipelines answer in their own tests, and what this package answers to the
same inputs when a configuration says the same. Written by `benchmarks/peer_cases`.

A *case* is one call of an operator by a test of the peer: its options, what it was given, what it
answered. The calls are recorded in the peer's own environment, from its own test files, by a plugin
of pytest; nothing of the peer is in this repository. Equal calls count once; of one test, operator
and set of options at most 50 count; of a call that answers with several numbers each is a case.
Then each operator and its options are expressed as steps of a configuration, the steps are applied
by the code of a run, and both answers are compared: whether the document stays and for which
reason, or the text afterwards, or the numbers.
"""

_AGAIN = """## Again

`make peer-cases` records all peers under `.peers/cases` and writes this page. It wants `git`, `uv`
and a network; peers that are recorded already are not asked again.

```sh
python benchmarks/peer_cases/record/record_all.py .peers/cases --only dolma --again
export PYTHONPATH=.:benchmarks
python -m peer_cases.compare .peers/cases --suite dolma --show wrong
python -m peer_cases.compare .peers/cases --write docs/accuracy/peer-cases.md
```

Which peers, at which commits, in which environments: `benchmarks/peer_cases/record/peers.toml`.
Own steps are in `benchmarks/peer_cases/own_steps.py`; what they need besides is in
`requirements.txt` beside it. `--show wrong` prints the cases of a class. How operators are
expressed stands in `benchmarks/peer_cases/tables/`, one module or more for each peer; a case
without a function there is *cannot*, and a difference without a page of the docs is *wrong*.
"""

_TESTS = """How the peers' tests came out where they were recorded. Tests that fail there ask for a
network, a model, a GPU or a service; the calls that they made before count. Files without a case
test readers, writers, executors and tools."""


def page(results: Sequence[Result]) -> str:
    """Writes the page."""
    kinds = [*CLASSES, "inner", "not text", "refused"]
    parts = [_HEAD, "| class | means |\n| --- | --- |"]
    parts[-1] += "".join(f"\n| {kind} | {MEANINGS[kind]} |" for kind in kinds)
    parts += ["## Counts", _counts(results, kinds)]
    parts += ["## Tests", _TESTS, _outcomes(results)]
    for recording, table, cases in results:
        parts += [f"## {table.title}", _operators(cases, kinds)]
        parts += list(_reasons(recording, cases))
    return "\n\n".join(part.strip("\n") for part in (*parts, _AGAIN)) + "\n"


def _counts(results: Sequence[Result], kinds: Sequence[str]) -> str:
    rows = []
    total: Counter[str] = Counter()
    for recording, table, cases in results:
        counts = Counter(verdict.kind for _, verdict in cases)
        total += counts
        rows.append([f"{table.title}, {recording.made_with}", *_figures(counts, kinds)])
    rows.append(["**all**", *_figures(total, kinds)])
    return _table(["suite", "cases", *kinds], rows)


def _figures(counts: Counter[str], kinds: Sequence[str]) -> list[str]:
    return [
        f"{sum(counts.values()):,}",
        *(f"{counts[kind]:,}" if counts[kind] else "–" for kind in kinds),
    ]


def _outcomes(results: Sequence[Result]) -> str:
    rows = []
    for recording, table, cases in results:
        sums: Counter[str] = Counter()
        for each in recording.tests.values():
            sums.update(each)
        without = sum(not each["cases"] for each in recording.tests.values())
        failed = sum(case.failed for case, _ in cases)
        rows.append([table.title, *(f"{sums[name]:,}" for name in ("passed", "failed", "skipped")),
                     f"{len(recording.tests):,}", f"{without:,}", f"{failed:,}"])  # fmt: skip
    heads = ["suite", "passed", "failed", "skipped", "files", "files without a case",
             "cases of failed tests"]  # fmt: skip
    return _table(heads, rows)


def _operators(cases: Iterable[tuple[Case, Verdict]], kinds: Sequence[str]) -> str:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for case, verdict in cases:
        found[case.operator][verdict.kind] += 1
    used = [kind for kind in kinds if any(counts[kind] for counts in found.values())]
    rows = [[f"`{name}`", *_figures(found[name], used)] for name in sorted(found, key=str.lower)]
    return _table(["operator", "cases", *used], rows)


def _reasons(recording: Recording, cases: Sequence[tuple[Case, Verdict]]) -> Iterable[str]:
    why: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    where: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for case, verdict in cases:
        why[verdict.kind][(verdict.why, verdict.page)] += 1
        where[(verdict.kind, verdict.why, verdict.page)].add(f"`{case.operator}`")
    for kind, head in (("documented", "documented"), ("cannot", "what is missing"),
                       ("inner", "inside the peer"), ("not text", "out of scope")):  # fmt: skip
        if not why[kind]:
            continue
        rows = []
        for (reason, link), number in sorted(
            why[kind].items(), key=lambda each: (-each[1], each[0])
        ):
            names = ", ".join(sorted(where[(kind, reason, link)], key=str.lower))
            shown = f"[{reason}](../{link})" if link else reason
            rows.append([shown, f"{number:,}", names])
        yield _table([head, "cases", "operators"], rows)
    wrong = [(case, verdict) for case, verdict in cases if verdict.kind == "wrong"]
    if wrong:
        rows = [[f"`{case.operator}`", f"`{case.test.rpartition('/')[2]}`"] for case, _ in wrong]
        yield _table(["wrong", "test"], rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---", *(["---:"] * (len(heads) - 1))], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
