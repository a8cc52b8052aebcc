"""Names, ids and addresses come from strangers: they become no paths and move no terminal."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import corpora
import pytest
import yaml
from rich.console import Console as RichConsole
from runs import small
from security.hostile import OBEYED, corpus, obeyed

from corpus_pipeline import errors
from corpus_pipeline.cli.console import Console

#: Names that lead out of a folder, end a string early or are long.
ESCAPES = ("../../outside", "/tmp/outside", "..\\outside", "a/../../b", "\x00", "-rf", "~", "$HOME",
           "con", ".", "..", "", "a" * 5000, OBEYED)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain", "plain"),
        ("第一页，ブログ.jsonl", "第一页，ブログ.jsonl"),
        ("naïve 👩‍🚀", "naïve 👩\\u200d🚀"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b31m", "\\x9b31m"),
        ("a\nb\rc", "a\\nb\\rc"),
        ("\u2028", "\\u2028"),
        ("a\u202eb", "a\\u202eb"),
        ("\x00\x07\x08\x7f", "\\x00\\x07\\x08\\x7f"),
        (b"not \xff UTF-8".decode(errors="surrogateescape"), "not \\udcff UTF-8"),
        ("[bold]", "[bold]"),
    ],
)
def test_what_is_printable(text: str, shown: str) -> None:
    assert errors.printable(text) == shown
    assert errors.printable(shown) == shown
    shown.encode()


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A run of documents, files and sources with hostile names."""
    folder = tmp_path_factory.mktemp("hostile")
    book = corpora.ENGLISH["book"].text
    names = [
        {"id": name, "url": f"http://{name}/", name: name, "text": f"{n} {book}"}
        for n, name in enumerate(ESCAPES)
    ]
    lines = "".join(json.dumps(line) + "\n" for line in (*names, names[-1]))
    content = small(folder / "in", folder / "out", lines)
    sources = (OBEYED, "../../outside", "/etc")
    inputs = []
    for number, source in enumerate(sources):
        path = folder / "in" / f"{number}{OBEYED.replace('/', '')}.jsonl"
        path.write_text(lines)
        inputs.append({"path": str(path), "source": source})
    (folder / "config.yaml").write_text(
        yaml.safe_dump({**content, "inputs": inputs}, allow_unicode=True)
    )
    outcome = corpus("run", folder / "config.yaml")
    assert outcome.code == 0, outcome.err
    assert obeyed(outcome.everything) == ""
    yield folder / "out"
    assert {path.name for path in folder.iterdir()} == {"in", "out", "config.yaml"}


def test_names_of_documents_and_sources_are_in_no_path(output: Path) -> None:
    ours = re.compile(
        r"(documents|rejected|ledger)/(part|filtered|deduplicated)-\d{5}-of-\d{5}\.parquet"
        r"|run\.json|\.lock|README\.md|report\.html"
    )
    names = {str(path.relative_to(output)) for path in output.rglob("*") if path.is_file()}
    assert names
    assert [name for name in sorted(names) if not ours.fullmatch(name)] == []


def test_names_stand_in_the_data_as_they_were(output: Path) -> None:
    rows = corpora.rows(output / "ledger")
    assert {row["source"] for row in rows} == {OBEYED, "../../outside", "/etc"}
    assert set(ESCAPES) - {""} <= {row["id"] for row in rows}


def test_the_terminal_is_left_alone(output: Path) -> None:
    for row in corpora.rows(output / "ledger"):
        outcome = corpus("why", output, f"{row['unit']}:{row['row']}")
        assert outcome.code == 0
        assert obeyed(outcome.everything) == ""
        assert outcome.out.splitlines()[0].startswith(errors.printable(row["id"]))
        assert re.search(r"^  source ", outcome.out, re.MULTILINE)
    for command in ("stats", "verify"):
        outcome = corpus(command, output)
        assert outcome.code == 0
        assert obeyed(outcome.everything) == ""


def test_counts_of_a_strangers_run_are_escaped(output: Path, tmp_path: Path) -> None:
    run = json.loads((output / "run.json").read_bytes())
    run["counts"][f"skipped-{OBEYED}"] = 1
    (tmp_path / "run.json").write_text(json.dumps(run))
    outcome = corpus("stats", tmp_path)
    assert outcome.code == 0
    assert "second line" in outcome.out
    assert obeyed(outcome.everything) == ""
    outcome = corpus("verify", tmp_path)
    assert outcome.code == 1
    assert obeyed(outcome.everything) == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("why", "out", f"no{OBEYED}"),
        ("why", "out", "--token", OBEYED),
        ("verify", f"no{OBEYED}"),
        ("stats", f"no{OBEYED}"),
        ("run", f"no{OBEYED}.yaml"),
        ("read", f"no{OBEYED}", "new"),
        ("extract", f"no{OBEYED}", "new"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_errors_are_one_line_that_moves_nothing(
    arguments: tuple[str, ...], output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = corpus(*(output if argument == "out" else argument for argument in arguments))
    assert outcome.code == 1
    assert len(outcome.err.splitlines()) == 1
    assert obeyed(outcome.everything) == ""


def test_progress_is_one_line_that_moves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Console().say(f"phase {OBEYED}")
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert obeyed(shown) == ""


def test_rich_alone_would_not_do() -> None:
    """Why `printable` exists: rich passes escape codes on."""
    console = RichConsole(force_terminal=False, highlight=False, markup=False)
    with console.capture() as captured:
        console.print(OBEYED)
    assert "\x1b" in obeyed(captured.get())
