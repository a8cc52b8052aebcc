"""Answers the recorded cases of peers' tests by this package, and counts how many are the same.

    PYTHONPATH=.:benchmarks python -m peer_cases.compare RECORDINGS --write PAGE

RECORDINGS is a folder of files that the plugins in `record/` have written, each in the environment
of a peer:

    PEER_VERSION=a649de7 PEER_CASES=RECORDINGS/datatrove.jsonl PYTHONPATH=.../record:src \\
        python -m pytest -p record_datatrove tests/pipeline

`tables/` says how each operator is expressed here. A case that is answered otherwise, for which no
documented reason holds, is *wrong*.
"""

import argparse
import importlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from peer_cases import tables
from peer_cases.cases import Case, Recording, Table, Verdict, judge, read_recording
from peer_cases.page import page


def known_tables() -> dict[str, Table]:
    """Returns the tables of all peers, by suite."""
    found = {}
    for path in sorted(Path(__file__).with_name("tables").glob("[a-z]*.py")):
        loaded = importlib.import_module(f"{tables.__name__}.{path.stem}")
        table = getattr(loaded, "TABLE", None)
        if table is not None:
            found[table.suite] = table
    return found


Judged = list[tuple[Case, Verdict]]


def judged(recording: Recording, table: Table, show: Iterable[str] = ()) -> Judged:
    """Judges the cases of a suite; prints those of the classes to show."""
    wanted = set(show)
    found: Judged = []
    for case in (part for whole in recording.cases for part in table.parts(whole)):
        try:
            verdict = judge(table, case)
        except Exception as error:
            raise RuntimeError(f"{case.suite}: {case.test}: {case.operator}") from error
        found.append((case, verdict))
        if verdict.kind in wanted:
            print(f"{verdict.kind}: {case.test} {case.operator} {dict(case.options)}")
            print(f"    {str(dict(case.input))[:400]}\n    {verdict.why[:600]}", flush=True)
    return found


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("recordings", type=Path, help="folder of *.jsonl")
    parser.add_argument("--suite", action="append", help="only this one, or these")
    parser.add_argument("--show", action="append", default=[], help="class of which to print cases")
    parser.add_argument("--write", type=Path, help="page to write")
    arguments = parser.parse_args()
    known = known_tables()
    results = []
    for path in sorted(arguments.recordings.glob("*.jsonl")):
        recording = read_recording(path)
        if arguments.suite and recording.suite not in arguments.suite:
            continue
        if recording.suite not in known:
            parser.error(f"{path}: no table for {recording.suite}")
        table = known[recording.suite]
        cases = judged(recording, table, arguments.show)
        print(table.title, dict(Counter(verdict.kind for _, verdict in cases)), flush=True)
        results.append((recording, table, cases))
        if arguments.write:
            arguments.write.write_text(page(results), "utf-8")


if __name__ == "__main__":
    main()
