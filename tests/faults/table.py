"""Writes the table of docs/faults.md from the trials that tests have noted.

CORPUS_FAULT_RECORD=trials.jsonl pytest tests/faults
python tests/faults/table.py trials.jsonl
"""

import json
import sys
from collections import Counter
from pathlib import Path

PAGE = Path(__file__).parent.parent.parent / "docs" / "faults.md"
BEGIN, END = "<!-- trials -->", "<!-- end of trials -->"


def table(lines: list[str]) -> str:
    """Counts trials by fault and engine.

    >>> print(table(['{"fault": "a", "engine": "direct", "end": "same bytes"}'] * 2))
    | fault | engine | tried | survived | ended in |
    | --- | --- | ---: | ---: | --- |
    | a | direct | 2 | 2 | same bytes |
    """
    ends: dict[tuple[str, str], Counter[str]] = {}
    for line in lines:
        trial = json.loads(line)
        key = (trial["fault"], trial["engine"])
        ends.setdefault(key, Counter())[trial["end"]] += 1
    rows = ["| fault | engine | tried | survived | ended in |", "| --- | --- | ---: | ---: | --- |"]
    for (fault, engine), counted in sorted(ends.items()):
        tried = sum(counted.values())
        told = "; ".join(end for end, _ in counted.most_common())
        rows.append(f"| {fault} | {engine} | {tried} | {tried - counted['failed']} | {told} |")
    return "\n".join(rows)


def main() -> None:
    """Replaces the table in the page."""
    lines = Path(sys.argv[1]).read_text().splitlines()
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table(lines)}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
