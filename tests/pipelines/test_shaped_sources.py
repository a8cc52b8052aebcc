"""A whole run whose records are joined, cut and written in markup: every one is accounted for."""

import json
from pathlib import Path
from typing import Any

import corpora
from runs import Runner

from corpus_pipeline.inspection.verify import verify

STORY = "The river rose in the night, and nobody had thought that it would reach the mill."


def _lines(path: Path, *records: dict[str, Any]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return str(path.parent)


def shaped(folder: Path) -> list[dict[str, Any]]:
    """Writes small sources; returns them as inputs."""
    for path in ("one/a.py", "one/src/b.py", "two/a.py"):
        file = folder / "code" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {path}: {STORY}\n")
    pages = [{"id": f"p{n}", "book": n % 2, "page": n, "text": f"{n}. {STORY}"} for n in range(6)]
    return [
        {
            "path": _lines(folder / "books" / "a.jsonl", *pages),
            "source": "books",
            "format": "jsonl",
            "join": {"by": "book", "order": "page", "separator": "\n"},
            "split": {"at": "\n", "max_chars": 2 * len(STORY) + 20},
        },
        {
            "path": str(folder / "code"),
            "source": "code",
            "format": "files",
            "join": {"by": "path", "folders": 1, "heading": "<file_sep>{path}\n", "separator": ""},
        },
        {
            "path": _lines(
                folder / "wiki" / "a.jsonl",
                {"id": "w", "title": "Mill", "wikitext": f"'''{STORY}'''{{{{stub}}}}"},
                {"id": "r", "title": "Mills", "wikitext": "#REDIRECT [[Mill]]"},
            ),
            "source": "wiki",
            "format": "jsonl",
            "text_field": "wikitext",
            "markup": "wikitext",
        },
        {
            "path": _lines(
                folder / "cards" / "a.jsonl",
                {"id": "c", "text": f"<p>{STORY}<p>The <b>end</b> &amp; no more."},
            ),
            "source": "cards",
            "format": "jsonl",
            "markup": "fragment",
        },
    ]


def test_every_record_is_accounted_for(run_here: Runner, tmp_path: Path) -> None:
    output, off = tmp_path / "out", {"enabled": False}
    run = run_here(
        {
            "inputs": shaped(tmp_path / "in"),
            "output": str(output),
            "steps": [
                "extract",
                {"dedup": {"exact": {"ignore": ["digits"]}, "document": off, "sentence": off}},
            ],
        }
    )
    verify(output)
    found = corpora.rows(output / "documents") + corpora.rows(output / "rejected")
    assert sorted((row["source"], row["id"]) for row in found) == [
        ("books", "0#0"), ("books", "0#1"), ("books", "1#0"), ("books", "1#1"), ("cards", "c"),
        ("code", "one"), ("code", "two"), ("wiki", "r"), ("wiki", "w"),
    ]  # fmt: skip
    # Both books are the same but for their numbers; which stays, the hash says.
    assert sorted(row["drop_reason"] for row in found if row["drop_reason"]) == [
        "exact-duplicate", "exact-duplicate", "read-redirect",
    ]  # fmt: skip
    texts = {(row["source"], row["id"]): row["text"] for row in found}
    assert texts["books", "0#0"] == f"0. {STORY}\n2. {STORY}"
    assert texts["code", "one"].split("\n")[2] == "<file_sep>one/src/b.py"
    assert texts["wiki", "w"] == STORY
    assert texts["cards", "c"] == f"{STORY}\n\nThe end & no more."
    counts = run["counts"]
    assert (counts["joined-record"], counts["split-segment"]) == (5, 2)
