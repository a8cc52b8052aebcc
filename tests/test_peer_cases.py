"""benchmarks/peer_cases: what is recorded, how cases are classed, what the page says."""

import ast
import importlib
import json
import re
import types
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "peer_cases" / "record")


class Shorter:
    """A filter as a peer could have it."""

    def __init__(self, most: int = 3, **more: Any) -> None:
        self.most = most

    def filter(self, text: str) -> bool:
        if not text:
            raise ValueError("empty")
        return len(text) <= self.most


class Looser(Shorter):
    """One that asks the other."""

    def __init__(self, more: int) -> None:
        super().__init__(most=more + 1)

    def filter(self, text: str) -> bool:
        return super().filter(text)


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    recording = importlib.import_module("recording")
    made = recording.Recorder("made-up")
    for kind in (Shorter, Looser):
        for name in ("__init__", "filter"):
            monkeypatch.setattr(kind, name, vars(kind)[name])

    def told(this: Any, given: dict[str, Any]) -> Any:
        return recording.Told(type(this).__name__, made.options_of(this), {"text": given["text"]})

    made.remember_options(Shorter)
    made.wrap_all(Shorter, "filter", told, lambda this, given, result: {"kept": result})
    monkeypatch.setenv(recording.PATH, str(tmp_path / "made-up.jsonl"))
    made.pytest_runtest_setup(types.SimpleNamespace(nodeid="test_x.py::test_a"))
    return made


def test_calls_are_recorded_once_with_options_and_answer(recorder: Any) -> None:
    short, loose = Shorter(extra="x"), Looser(4)
    answers = [short.filter(text) for text in ("ab", "abcd", "ab")]
    assert answers == [True, False, True]
    assert loose.filter("abcde")
    with pytest.raises(ValueError, match="empty"):
        short.filter("")
    expected = [
        ("Shorter", {"most": 3, "extra": "x"}, "ab", {"kept": True}),
        ("Shorter", {"most": 3, "extra": "x"}, "abcd", {"kept": False}),
        ("Looser", {"more": 4}, "abcde", {"kept": True}),
        ("Shorter", {"most": 3, "extra": "x"}, "", {"error": "ValueError"}),
    ]
    got = [(line["operator"], line["options"], line["input"]["text"], line["answer"])
           for line in recorder.lines]  # fmt: skip
    assert got == expected


def test_of_one_test_and_set_of_options_a_limited_number_is_kept(recorder: Any) -> None:
    limit = importlib.import_module("recording").LIMIT
    for kind in (Shorter(9), Shorter(8)):
        for number in range(limit + 5):
            kind.filter(f"{number:04}")
    assert len(recorder.lines) == 2 * limit


def test_a_recording_is_read_back_with_the_outcomes_of_its_tests(
    recorder: Any, tmp_path: Path
) -> None:
    cases = importlib.import_module("peer_cases.cases")
    Shorter().filter("ab")
    for outcome in ("passed", "failed"):
        report = types.SimpleNamespace(when="call", outcome=outcome, nodeid="test_x.py::test_a")
        recorder.pytest_runtest_logreport(report)
    recorder.pytest_sessionfinish()
    read = cases.read_recording(tmp_path / "made-up.jsonl")
    assert read.suite == "made-up"
    assert read.tests == {"test_x.py": {"passed": 1, "failed": 1, "skipped": 0, "cases": 1}}
    assert [(case.operator, case.text, case.failed) for case in read.cases] == [
        ("Shorter", "ab", True)
    ]


def test_values_that_json_has_not_are_named(recorder: Any) -> None:
    plain = importlib.import_module("recording").plain
    value = {"f": len, "n": float("nan"), "b": b"\x00", "s": {2, 1}, "o": object(), "t": (1,)}
    assert plain(value) == {
        "f": {"callable": "len"},
        "n": {"number": "nan"},
        "b": {"bytes": "AA=="},
        "s": [1, 2],
        "o": {"object": "object"},
        "t": [1],
    }


#: Operator, text, the peer's answer; the class that it is.
MADE_UP = (
    ("drops", "a fox", {"kept": False}, "same"),
    ("drops", "a dog", {"kept": True}, "same"),
    ("drops", "a fox, again", {"kept": True}, "wrong"),
    ("drops", "A FOX", {"kept": False}, "documented"),
    ("drops", "", {"error": "ValueError"}, "refused"),
    ("edits", "fox", {"text": "FOX"}, "own step"),
    ("edits", "fox", {"text": "fox"}, "wrong"),
    ("cuts", "fox", {"text": ""}, "cannot"),
    ("paints", "fox", {"text": ""}, "not text"),
    ("hashes", "fox", {"result": 7}, "inner"),
    ("unknown", "fox", {"text": ""}, "cannot"),
    ("counts", "fox", {"values": {"chars": 3, "words": 2}}, ""),
)


@pytest.fixture
def table() -> Any:
    cases = importlib.import_module("peer_cases.cases")
    ours = importlib.import_module("peer_cases.ours")
    table = cases.Table("made-up", "Made up")

    def drops(case: Any) -> Any:
        row = ours.one([{"where": {"drop": 'matches(text, r"fox")'}}], text=case.text)
        return cases.Answers(row["drop_reason"] is None, case.answer["kept"])

    def edits(case: Any) -> Any:
        row = ours.one([{"use": f"{ours.OWN_STEPS}:upper_case"}], text=case.text)
        return cases.Answers(row["text"], case.answer["text"], own_step=True)

    table.maps("drops")(drops)
    table.maps("edits")(edits)
    table.differs(
        "drops",
        reason="case counts",
        page="steps/where.md#expressions",
        holds=lambda case, answers: case.text.isupper(),
    )
    table.cannot("a knife", "cuts")
    table.not_text("a brush", "paints")
    table.inner("a hash", "hashes")
    table.splits_values("counts")
    table.maps("counts.chars", "counts.words")(
        lambda case: cases.Answers({"chars": 3, "words": 1}[case.operator.partition(".")[2]],
                                   case.answer["value"])
    )  # fmt: skip
    return table


def _recording(tmp_path: Path) -> Path:
    tests = {"test_x.py": {"passed": 2, "failed": 1, "skipped": 0, "cases": 11}}
    head = {"suite": "made-up", "made_with": "1.0", "tests": tests}
    lines = [
        {"suite": "made-up", "test": "test_x.py::test_a", "operator": operator, "options": {},
         "input": {"text": text}, "answer": answer}
        for operator, text, answer, _ in MADE_UP
    ]  # fmt: skip
    path = tmp_path / "made-up.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (head, *lines)), "utf-8")
    return path


def test_cases_are_classed(table: Any, tmp_path: Path) -> None:
    cases = importlib.import_module("peer_cases.cases")
    recording = cases.read_recording(_recording(tmp_path))
    for case, (*_, kind) in zip(recording.cases, MADE_UP, strict=True):
        if kind:
            assert cases.judge(table, case).kind == kind, case
    numbers = [cases.judge(table, part).kind for part in table.parts(recording.cases[-1])]
    assert numbers == ["same", "wrong"]


def test_the_page_counts_every_case_once(table: Any, tmp_path: Path) -> None:
    cases = importlib.import_module("peer_cases.cases")
    compare = importlib.import_module("peer_cases.compare")
    page = importlib.import_module("peer_cases.page").page
    recording = cases.read_recording(_recording(tmp_path))
    judged = compare.judged(recording, table)
    counts = Counter(verdict.kind for _, verdict in judged)
    assert counts == {"same": 3, "wrong": 3, "documented": 1, "refused": 1, "own step": 1,
                      "cannot": 2, "inner": 1, "not text": 1}  # fmt: skip
    text = page([(recording, table, judged)])
    assert "| **all** | 13 | 3 | 1 | 1 | 2 | 3 | 1 | 1 | 1 |" in text
    assert "| `drops` | 5 | 2 | – | 1 | – | 1 | – | – | 1 |" in text
    assert "| [case counts](../steps/where.md#expressions) | 1 | `drops` |" in text
    assert "| a knife | 1 | `cuts` |" in text
    assert "| a hash | 1 | `hashes` |" in text
    assert "| `edits` | `test_x.py::test_a` |" in text
    assert "fox" not in text, "texts of peers stay out of the page"


def test_a_mistake_in_a_table_names_the_case(table: Any, tmp_path: Path) -> None:
    cases = importlib.import_module("peer_cases.cases")
    compare = importlib.import_module("peer_cases.compare")
    table.mappers["cuts"] = lambda case: case.answer["nothing"]
    recording = cases.read_recording(_recording(tmp_path))
    with pytest.raises(RuntimeError, match=r"test_a: cuts"):
        compare.judged(recording, table)


def _anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_documented_difference_leads_to_a_heading() -> None:
    tables = importlib.import_module("peer_cases.compare").known_tables()
    assert tables.keys() >= {"datatrove", "dolma", "tfds", "data-juicer", "NeMo Curator"}
    for table in tables.values():
        for difference in table.differences:
            path, _, anchor = difference.page.partition("#")
            assert (ROOT / "docs" / path).is_file(), difference
            assert not anchor or anchor in _anchors(ROOT / "docs" / path), difference
            assert set(difference.operators) <= set(table.mappers), difference


@pytest.mark.parametrize(
    ("options", "kept"),
    [({"most": 9}, True), ({"most": 8}, False), ({"least": 9, "closed": (False, True)}, False),
     ({"least": 10, "inside": False}, True), ({}, True)],
)  # fmt: skip
def test_a_range_of_a_measure_is_a_configuration(options: dict[str, Any], kept: bool) -> None:
    ours = importlib.import_module("peer_cases.ours")
    assert ours.kept_in_range("A fox, a.", "whole_chars", **options) is kept


def test_a_run_drops_the_shorter_of_equal_documents() -> None:
    ours = importlib.import_module("peer_cases.ours")
    off = {"enabled": False}
    dedup = {"document": off, "sentence": off, "contamination": off}
    texts = [{"id": str(i), "text": text} for i, text in enumerate(("a fox", "a dog", "a  fox"))]
    rows = ours.whole_run([{"dedup": dedup}], texts)
    assert [(row["id"], row["drop_reason"]) for row in rows] == [
        ("0", "exact-duplicate"),
        ("1", None),
        ("2", None),
    ]


def test_steps_of_ones_own_have_at_most_ten_lines() -> None:
    path = ROOT / "benchmarks" / "peer_cases" / "own_steps.py"
    functions = [each for each in ast.parse(path.read_text("utf-8")).body
                 if isinstance(each, ast.FunctionDef)]  # fmt: skip
    assert len(functions) > 10
    for each in functions:
        assert each.end_lineno is not None
        assert each.end_lineno - each.lineno < 10, each.name
        assert ast.get_docstring(each) or each.name.startswith("_"), each.name


@pytest.mark.parametrize(
    ("name", "options", "text", "column", "expected"),
    [
        ("upper_case", {}, "a", "text", "A"),
        ("folded", {"accents": True}, " Été 1", "text", "ete 1"),
        ("folded", {"case": False}, "Été", "text", "Été"),
        ("words_of_length", {"least": 2, "most": 4}, "a (ab) abcde!\tabcd1 b\nc", "text",
         "(ab)\tabcd1\n"),
        ("repeated_sentences", {}, "Go on. No. Go on. no.\nNo.", "text", "Go on. No. no.\n"),
        ("repeated_sentences", {"lower": True, "marks": False, "least": 3}, "No! Yes? YES! no.",
         "text", "No! Yes? no."),
        ("expanded_macros", {}, "\\def\\a{\\b_1}\n\\a x \\ab", "text",
         "\\def\\b_1{\\b_1}\n\\b_1 x \\ab"),
        ("tables", {"header": False}, "<table><tr><th>a</th></tr><tr><td> 1</td></tr></table>",
         "tables", '[[["1"]]]'),
        ("found_share", {"pattern": "ab+"}, "abb.abb.aa", "found_share", 0.6),
        ("pieces", {"pattern": "[ab]"}, "cadbe", "pieces", 3),
    ],
)  # fmt: skip
def test_steps_of_ones_own(
    name: str, options: dict[str, Any], text: str, column: str, expected: Any
) -> None:
    ours = importlib.import_module("peer_cases.ours")
    assert ours.one([ours.own_step(name, **options)], text=text)[column] == expected


def test_spans_of_a_field_go() -> None:
    ours = importlib.import_module("peer_cases.ours")
    step = ours.own_step("without_spans", field="bad", least_score=0.5, least_chars=2)
    rows = ours.through(
        [step],
        {"text": "abcdef", "metadata": {"bad": [[0, 2, 1], [3, 4, 0.9], [4, 6, 0.1]]}},
        {"text": "abc", "metadata": {"bad": [[1, 3, 1]]}},
        {"text": "ab", "metadata": {}},
    )
    assert [(row["text"], row["drop_reason"]) for row in rows] == [
        ("cef", None),
        ("abc", "without-spans"),
        ("ab", None),
    ]


def test_every_peer_that_is_recorded_has_a_plugin_and_a_table() -> None:
    record = importlib.import_module("record_all")
    folder = ROOT / "benchmarks" / "peer_cases" / "record"
    peers = record.load_peers()
    assert peers.keys() >= {"curator", "data-juicer", "datatrove", "dolma", "cc_net", "tfds"}
    for name, peer in peers.items():
        assert (folder / f"{peer.plugin}.py").is_file(), name
        assert peer.tests, name
        assert sorted(peer.packages) == list(peer.packages), name


def test_only_what_is_not_there_is_recorded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = importlib.import_module("record_all")
    asked = []

    def recorded(name: str, peer: Any, folder: Path) -> None:
        asked.append(name)
        if name != "dolma":
            (folder / f"{name}.jsonl").touch()

    monkeypatch.setattr(record, "record", recorded)
    (tmp_path / "tfds.jsonl").touch()
    only = [part for name in ("tfds", "cc_net", "dolma") for part in ("--only", name)]
    monkeypatch.setattr("sys.argv", ["record_all.py", str(tmp_path), *only])
    with pytest.raises(SystemExit, match="not recorded: dolma"):
        record.main()
    assert asked == ["cc_net", "dolma"]
    assert "tfds: is recorded" in capsys.readouterr().out
