"""The step *code*: where the input says what a file is, and what quality makes of it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from runs import Runner

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.filters.code.options import CodeOptions
from corpus_pipeline.filters.code.step import Code
from corpus_pipeline.filters.quality.step import Quality, QualitySection


def labelled(
    rows: list[dict[str, Any]], options: CodeOptions | None = None
) -> dict[str, list[Any]]:
    step = Code(options or CodeOptions())
    step.check()
    step.open()
    batch = pa.record_batch(
        {
            "drop_reason": pa.nulls(len(rows), pa.string()),
            "reasons": pa.nulls(len(rows), pa.list_(pa.string())),
            "text": pa.array([row.get("text", "x") for row in rows], pa.string()),
            "file": pa.array([row.get("file") for row in rows], pa.string()),
            "url": pa.array([row.get("url") for row in rows], pa.string()),
            "metadata": pa.array(
                [json.dumps(row["metadata"]) if "metadata" in row else None for row in rows],
                pa.string(),
            ),
        }
    )
    after = step.apply(batch)
    assert after["drop_reason"].null_count == len(rows)
    found: dict[str, list[Any]] = {
        name: after[name].to_pylist() for name in (field.name for field in Code.columns)
    }
    return found


@pytest.mark.parametrize(
    ("row", "language"),
    [
        ({"metadata": {"language": "python"}}, "Python"),
        ({"metadata": {"language": "中文", "path": "a.go"}}, "Go"),
        ({"metadata": {"language": 3, "lang": "C"}}, "C"),
        ({"metadata": {"path": "a.rb", "max_stars_repo_path": "a.c"}}, "Ruby"),
        ({"metadata": {"filename": "Makefile"}, "file": "in.jsonl"}, "Makefile"),
        ({"file": "/data/src/a.py"}, "Python"),
        ({"file": "/data/in.jsonl"}, None),
        ({"file": "/data/in.parquet"}, None),
        ({"file": "/data/in.json.gz"}, None),
        ({"url": "https://example.com/a.php"}, None),
        ({"metadata": {"path": "a.py"}, "text": None}, None),
        ({}, None),
    ],
)
def test_where_the_language_is_from(row: dict[str, Any], language: str | None) -> None:
    assert labelled([row])["code_language"] == [language]


def test_options() -> None:
    rows = [{"url": "https://example.com/b.php", "metadata": {"repo": {"lang": "Lua"}}}, {}]
    options = CodeOptions(language_from=(), path_from=("url",), licences=False)
    assert labelled(rows, options) == {
        "code_language": ["PHP", None], "code_type": ["programming", None],
        "licences": [None, None], "license_type": [None, None],
    }  # fmt: skip
    nested = CodeOptions(language_from=("metadata.repo.lang",), permissive=("GPL-2.0-only",))
    rows[1] = {"text": "GPLv2"}
    assert labelled(rows, nested) == {
        "code_language": ["Lua", None], "code_type": ["programming", None],
        "licences": [[], ["GPL-2.0-only"]], "license_type": ["no_license", "permissive"],
    }  # fmt: skip
    for wrong in ("text", "metadata.", "path"):
        with pytest.raises(ValueError, match="none of file, url"):
            CodeOptions(path_from=(wrong,))


def test_a_profile_that_asks_for_languages_needs_the_step() -> None:
    quality = Quality(QualitySection(profile="starcoder2"))
    with pytest.raises(ConfigError, match=r"profile starcoder2 judges .* put the step `code`"):
        quality.check_columns(pa.schema([("text", pa.string())]))
    quality.check_columns(pa.schema([("code_language", pa.string())]))
    Quality(QualitySection(profile="code")).check_columns(pa.schema([]))


def test_a_run_over_files_accounts_for_all(tmp_path: Path, run_here: Runner) -> None:
    program = "".join(f"def step_{n}(width):\n    return width + {n}\n\n" for n in range(9))
    cells = [{"cell_type": "code", "source": program, "outputs": []}]
    files = {
        "good.py": program,
        "generated.py": "# This file is generated\n" + program,
        "long.py": program + "x = '" + "ab c" * 300 + "'\n",
        "long.md": program + "word " * 300,
        "data.py": program + "x = '" + "aGk=" * 200 + "\n" + "aGk=" * 200 + "'\n",
        "many.yaml": "key: value\n" * 600,
        "tags.html": "<p class='aaaaaaaaaaaa'></p>\n" * 40 + "words here\n" * 4,
        "nb.ipynb": json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}),
        "broken.ipynb": json.dumps({"cells": cells, "metadata": {}})[:-40],
        "gpl.py": "# GPLv3\n" + program.replace("step", "walk"),
    }
    folder = tmp_path / "src"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    output = tmp_path / "out"
    run = run_here(
        {
            "output": str(output),
            "workers": 1,
            "inputs": [{"path": str(folder), "source": "code"}],
            "steps": [
                {"extract": {"notebooks": "script"}},
                "code",
                {"where": {"rules": {"licence": 'license_type == "non_permissive"'}}},
                {"quality": {"profile": "starcoder2"}},
            ],
        },
    )
    ledger = pq.read_table(output / "ledger").to_pylist()
    reasons = {Path(row["file"]).name: row["drop_reason"] for row in ledger}
    assert reasons == {
        "good.py": None,
        "generated.py": "code-generated",
        "long.py": "code-line-too-long",
        "long.md": None,
        "data.py": "code-encoded-run-too-long",
        "many.yaml": "code-too-many-lines",
        "tags.html": "code-too-little-visible-text",
        "nb.ipynb": None,
        "broken.ipynb": "extract-broken-notebook",
        "gpl.py": "where-licence",
    }
    counts = run["counts"]
    dropped = {k: n for k, n in counts.items() if k.startswith("dropped-")}
    assert dropped == {f"dropped-{r}": n for r, n in Counter(reasons.values()).items() if r}
    assert counts["documents"] == len(files)
    languages = {Path(row["file"]).name: row["code_language"] for row in ledger}
    assert languages["tags.html"] == "HTML"
    assert languages["nb.ipynb"] == "Jupyter Notebook"
    [text] = [
        row["text"]
        for row in pq.read_table(output / "documents").to_pylist()
        if row["file"].endswith("nb.ipynb")
    ]
    assert text == program.strip()
