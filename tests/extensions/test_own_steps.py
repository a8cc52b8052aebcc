"""Steps of a user's own, in a package outside the project: seen wherever a step of ours is."""

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import corpora
import pyarrow as pa
import pytest
import yaml
from runs import Corpus, Runner

from corpus_pipeline import flow
from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.errors import (
    ConfigError,
    CorpusError,
    EngineError,
    ErrorBudgetError,
    ResumeError,
)
from corpus_pipeline.extensions.code import Code, find_code

RULES = '''
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpus_pipeline import Gathering, Options, Step, column, step


def with_river(document, *, word: str = "river"):
    """Keeps what names a word."""
    return word in document["text"] or "河" in document["text"]


@step(columns={"vowels": ("int32", "vowels in the text")}, reasons=("none",))
def vowels(document):
    count = sum(document["text"].count(letter) for letter in "aeiou")
    return {"vowels": count, "drop": "none" if document["lang"] == "en" and not count else None}


def shout(batch):
    return batch.set_column(
        batch.schema.get_field_index("text"), "text", pc.utf8_upper(batch["text"])
    )


def broken(document, *, at: str = "zh"):
    return 1 / (document["lang"] != at) > 0


class LengthOptions(Options):
    """Length in characters."""

    most: int = 10


class Length(Step):
    """Drops long documents."""

    name = "length"
    Options = LengthOptions
    columns = pa.schema([column("length", pa.int32(), "characters")])
    reasons = ("length-too-large",)
    summed = ("length",)
    counts = ("length",)

    def apply(self, batch):
        lengths = pc.utf8_length(batch["text"])
        batch = self.filled(batch, {"length": lengths})
        long = pc.fill_null(pc.greater(lengths, self.options.most), False)
        return self.failed(batch, {"length-too-large": long.to_numpy(zero_copy_only=False)})

    def explain(self, reason, row, text, known=True):
        return f"length {row['length']} > {self.options.most}"


class LongestOptions(Options):
    """The longest documents of the run."""

    keep: int = 3


class Longest(Gathering):
    """Keeps so many documents, and those as long as the last of them."""

    name = "longest"
    Options = LongestOptions
    columns = pa.schema([column("chars", pa.int64(), "characters")])
    reasons = ("longest-not",)
    gathered = pa.schema([("chars", pa.int64())])
    settled_as = pa.schema([("least", pa.int64())])

    def apply(self, batch):
        return self.filled(batch, {"chars": pc.cast(pc.utf8_length(batch["text"]), pa.int64())})

    def gather(self, batch):
        alive = batch.filter(pc.is_null(batch["drop_reason"]))
        return self.merged([pa.record_batch([alive["chars"]], schema=self.gathered)])

    def merged(self, tables):
        chars = sorted((n for t in tables for n in t["chars"].to_pylist()), reverse=True)
        return pa.record_batch([pa.array(chars[: self.options.keep], pa.int64())], self.gathered)

    def settled(self, table):
        least = table["chars"].to_pylist()[-1:] or [0]
        return pa.record_batch([pa.array(least, pa.int64())], self.settled_as)

    def decide(self, batch, settled):
        short = pc.fill_null(pc.less(batch["chars"], settled["least"][0]), False)
        return self.failed(batch, {"longest-not": short.to_numpy(zero_copy_only=False)})


class Everybody(Longest):
    """Gathers nothing; what it settles has no rows."""

    name = "everybody"

    def settled(self, table):
        return pa.record_batch([pa.array([], pa.int64())], self.settled_as)

    def decide(self, batch, settled):
        return self.failed(batch, {"longest-not": np.ones(batch.num_rows, bool)})


class Broken(Longest):
    name = "broken"

    def decide(self, batch, settled):
        if "zh" in batch["lang"].to_pylist():
            raise KeyError("zh")
        return batch


class Nothing(Longest):
    name = "nothing"

    def settled(self, table):
        return None


class Torn(Longest):
    name = "torn"

    def settled(self, table):
        return 1 / 0
'''


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package and a file with the same code; the current folder is theirs."""
    (tmp_path / "my_own").mkdir()
    (tmp_path / "my_own" / "__init__.py").write_text("")
    for path in (tmp_path / "my_own" / "rules.py", tmp_path / "rules.py"):
        path.write_text(RULES, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(inputs: Path, output: Path, *steps: Any, **more: Any) -> dict[str, Any]:
    """A run of the small corpus with some steps between *language* and *dedup*."""
    whole = corpora.settings(inputs, output)
    kept: dict[str, Any] = {
        name: whole[name] for name in ("inputs", "output", "language", "plan") if name in whole
    }
    return {**kept, "steps": ["extract", "language", *steps, "dedup"], **more}


def rows_of(run_here: Runner, content: dict[str, Any]) -> list[dict[str, Any]]:
    run_here(content)
    return corpora.rows(Path(content["output"]) / "ledger")


@pytest.mark.parametrize("place", ["my_own.rules", "./rules.py", "rules"])
def test_a_function_over_a_document(
    rules: Path, inputs: Path, run_here: Runner, place: str
) -> None:
    steps = [f"{place}:with_river", f"{place}:vowels"]
    rows = rows_of(run_here, settings(inputs, rules / "out", *({"use": s} for s in steps)))
    assert {row["drop_reason"] for row in rows} >= {"with-river", None}
    kept = [row for row in rows if row["drop_reason"] is None]
    assert all(row["vowels"] > 0 for row in kept if row["lang"] == "en")
    assert {row["vowels"] for row in rows if row["drop_reason"] == "read-null-text"} == {None}


def test_options_and_labels(rules: Path, inputs: Path, run_here: Runner) -> None:
    own = "./rules.py:Length"
    steps = [
        {"use": own, "options": {"most": 900}},
        {"use": own, "options": {"most": 400}, "label": "short", "when": 'lang == "en"'},
    ]
    rows = rows_of(run_here, settings(inputs, rules / "out", *steps))
    lengths = [row for row in rows if row["length"] is not None]
    assert lengths
    for row in lengths:
        assert ("length-too-large" in (row["reasons"] or ())) == (row["length"] > 900)
        english = row["lang"] == "en"
        assert row["short_length"] == (row["length"] if english else None)
        short = "short-length-too-large" in (row["reasons"] or ())
        assert short == (english and row["length"] > 400)


def test_a_class_that_sees_the_whole_run_first(rules: Path, inputs: Path, run_here: Runner) -> None:
    steps = [{"use": "./rules.py:Longest", "options": {"keep": 2}}]
    rows = rows_of(run_here, settings(inputs, rules / "out", *steps))
    # What stands before it decides what counts; dedup stands behind.
    earlier = ("read-", "extract-", "language-")
    seen = [row for row in rows if not (row["drop_reason"] or "").startswith(earlier)]
    least = sorted((row["chars"] for row in seen), reverse=True)[1]
    failed = {row["chars"] for row in seen if "longest-not" in (row["reasons"] or ())}
    assert failed == {row["chars"] for row in seen if row["chars"] < least} != set()
    with pytest.raises(EngineError, match="step torn: settled: ZeroDivisionError"):
        run_here(settings(inputs, rules / "torn", {"use": "./rules.py:Torn"}))
    with pytest.raises(CorpusError, match="step nothing: settled must return a RecordBatch"):
        run_here(settings(inputs, rules / "nothing", {"use": "./rules.py:Nothing"}))


def test_a_class_that_sees_the_whole_run_sees_what_it_is_to_see(
    rules: Path, inputs: Path, run_here: Runner
) -> None:
    chinese = {"use": "./rules.py:Longest", "options": {"keep": 1}, "when": 'lang == "zh"'}
    rows = rows_of(run_here, settings(inputs, rules / "zh", chinese))
    failed = [row for row in rows if "longest-not" in (row["reasons"] or ())]
    assert {row["lang"] for row in failed} == {"zh"}
    assert {row["lang"] for row in rows if row["chars"] is not None} == {"zh"}
    # Nothing is gathered, and yet it decides.
    nobody = {**chinese, "when": 'lang == "xx"', "use": "./rules.py:Everybody"}
    rows = rows_of(run_here, settings(inputs, rules / "xx", nobody))
    assert not any("longest-not" in (row["reasons"] or ()) for row in rows)
    broken = {"use": "./rules.py:Broken", "on_error": "reject"}
    rows = rows_of(run_here, settings(inputs, rules / "broken", broken, max_errors=1000))
    failed = [row for row in rows if "broken-error" in (row["reasons"] or ())]
    assert {row["lang"] for row in failed} == {"zh"}


def test_a_function_over_a_batch_edits_text(rules: Path, inputs: Path, run_here: Runner) -> None:
    content = settings(inputs, rules / "out", {"use": "rules:shout"})
    run_here(content)
    texts = [row["text"] for row in corpora.rows(rules / "out" / "documents")]
    assert texts
    assert all(text == text.upper() for text in texts)


def test_it_is_seen_wherever_a_step_is(
    rules: Path, inputs: Path, run_here: Runner, corpus: Corpus
) -> None:
    """Contract, counts, stats, why and reasons."""
    content = settings(
        inputs, rules / "out", {"use": "./rules.py:Length", "options": {"most": 400}}
    )
    run = run_here(content)
    rows = corpora.rows(rules / "out" / "ledger")
    long = next(row for row in rows if row["drop_reason"] == "length-too-large")
    kept = [row["length"] for row in rows if row["drop_reason"] is None]
    assert run["counts"]["length"] == sum(kept)
    out = corpus("stats", rules / "out").out
    assert f"length: length {sum(kept):,}" in out
    assert "length-too-large" in out
    shown = corpus("why", rules / "out", f"{long['unit']}:{long['row']}").out
    figures = f"the rule length-too-large drops it: length {long['length']} > 400."
    assert figures in " ".join(shown.split())
    assert corpus("verify", rules / "out").code == 0
    (entry,) = [step for step in run["steps"] if step["name"] == "length"]
    assert entry["reasons"] == ["length-too-large"]
    by_source = corpus("stats", rules / "out", "--by", "source").out
    assert "length-too-large" in by_source
    examples = corpus("sample", rules / "out", "--reason", "length-too-large", "-n", "1").out
    assert "400" in examples


def test_an_installed_package_adds_a_section(
    rules: Path, inputs: Path, run_here: Runner, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its entry point: configuration, `corpus init`, `corpus schema`."""
    monkeypatch.syspath_prepend(str(rules))
    point = importlib.metadata.EntryPoint("length", "my_own.rules:Length", "corpus_pipeline.steps")
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [point])
    flow.known_steps.cache_clear()
    try:
        names = list(flow.known_steps())
        assert names.index("length") == names.index("dedup") - 1
        assert "length" not in [step.name for step in flow.default_steps()]
    finally:
        flow.known_steps.cache_clear()
    script = "import sys; from corpus_pipeline.cli.main import main; sys.argv[0] = 'corpus'; main()"
    info = rules / "my_own-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-own\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[corpus_pipeline.steps]\nlength = my_own.rules:Length\n"
    )

    def command(*arguments: object) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, *map(str, arguments)], check=False, text=True,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": f"{rules}:{os.environ.get('PYTHONPATH', '')}"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "LengthOptions" in json.loads(command("schema"))["$defs"]
    command("init", rules / "init.yaml")
    assert "\n# length:\n" in (rules / "init.yaml").read_text()
    content = {**corpora.settings(inputs, rules / "out"), "length": {"most": 400}, "workers": 1}
    (rules / "run.yaml").write_text(json.dumps(content))
    assert "length-too-large" in command("run", rules / "run.yaml")


@pytest.mark.parametrize(
    ("use", "line"),
    [
        ("./nowhere.py:keep", "./nowhere.py: cannot be read (No such file or directory; relative"),
        ("nowhere:keep", "nowhere:keep: there is no module 'nowhere'"),
        ("./rules.py:keep", "./rules.py:keep: there is no 'keep' in it; it has"),
        ("./rules.py:pa", "is neither a function, nor a subclass of corpus_pipeline.Step"),
        ("./broken.py:keep", "cannot be imported (SyntaxError at broken.py:1)"),
        ("./raises.py:keep", "cannot be imported (ZeroDivisionError at raises.py:2)"),
        ("./odd.py:keep", "its first parameter must be called document (a mapping) or batch"),
        (":keep", "is no place of code"),
    ],
)  # fmt: skip
def test_what_is_no_step_is_refused_in_one_line(
    rules: Path, inputs: Path, use: str, line: str
) -> None:
    (rules / "broken.py").write_text("def keep(:")
    (rules / "raises.py").write_text("x = 0\ny = 1 / x\n")
    (rules / "odd.py").write_text("def keep(text):\n    return True\n")
    config = build_config(settings(inputs, rules / "out", {"use": use}), "test")
    with pytest.raises(ConfigError) as caught:
        run_flow(config)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"least": 3}, "options: least: unknown key; its options are most"),
        ({"most": "many"}, "options: most: Input should be a valid integer"),
    ],
)
def test_options_are_checked(rules: Path, inputs: Path, options: Any, line: str) -> None:
    step = {"use": "./rules.py:Length", "options": options}
    with pytest.raises(ConfigError) as caught:
        run_flow(build_config(settings(inputs, rules / "out", step), "test"))
    assert line in str(caught.value)


def test_an_exception_names_step_document_and_line(
    rules: Path, inputs: Path, run_here: Runner
) -> None:
    with pytest.raises(EngineError) as caught:
        run_here(settings(inputs, rules / "out", {"use": "./rules.py:broken"}))
    line = str(caught.value)
    number = RULES.splitlines().index('    return 1 / (document["lang"] != at) > 0') + 1
    assert line.startswith("step broken: document ")
    assert f"ZeroDivisionError at rules.py:{number}" in line
    assert "record at" in line


def test_an_exception_may_cost_a_document(rules: Path, inputs: Path, run_here: Runner) -> None:
    step = {"use": "./rules.py:broken", "on_error": "reject"}
    rows = rows_of(run_here, settings(inputs, rules / "out", step))
    for row in rows:
        failed = "broken-error" in (row["reasons"] or ())
        assert failed == (row["lang"] == "zh")
    count = sum(row["drop_reason"] == "broken-error" for row in rows)
    assert count > 3
    content = settings(inputs, rules / "few", step, max_errors=2 + 4)
    with pytest.raises(
        ErrorBudgetError, match=r"broken-error: \d+ documents at which a step failed"
    ):
        run_here(content)


@pytest.mark.parametrize("place", ["./rules.py", "my_own.rules"])
def test_other_code_is_another_run(rules: Path, inputs: Path, run_here: Runner, place: str) -> None:
    """The digest of the code is part of the identity, and what is carried is what ran."""
    content = settings(inputs, rules / "out", {"use": f"{place}:with_river"})
    run_here(content)
    path = rules / ("rules.py" if place.endswith(".py") else "my_own/rules.py")
    before = find_code(f"{place}:with_river").sha256
    path.write_text(RULES + "\n# changed\n", "utf-8")
    assert find_code(f"{place}:with_river").sha256 != before
    with pytest.raises(ResumeError, match="resources"):
        run_here(content)


@pytest.mark.parametrize("command", ["run", "plan"])
def test_code_is_read_once_for_a_command(
    rules: Path, inputs: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    read: list[str] = []

    def counted(place: str) -> Code:
        read.append(place)
        return find_code(place)

    monkeypatch.setattr("corpus_pipeline.config.run_flow.find_code", counted)
    content = settings(inputs, rules / "out", {"use": "./rules.py:with_river"})
    (rules / "c.yaml").write_text(yaml.safe_dump(content), "utf-8")
    # The page at the end of a run asks the steps again what their measures are.
    options = ["--no-report"] if command == "run" else []
    assert corpus(command, rules / "c.yaml", *options).code == 0
    assert read == ["./rules.py:with_river"]


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ("3", "returned int; a function over a document returns"),
        ('"odd"', "drops for 'odd', which it does not declare"),
        ('{"n": 3}', "fills 'n', which it does not declare"),
    ],
)
def test_answers_that_mean_nothing(
    rules: Path, inputs: Path, run_here: Runner, answer: str, line: str
) -> None:
    (rules / "answers.py").write_text(f"def keep(document):\n    return {answer}\n")
    with pytest.raises(ConfigError, match=line):
        run_here(settings(inputs, rules / "out", {"use": "./answers.py:keep"}))


def test_two_of_one_name_need_a_label(rules: Path, inputs: Path) -> None:
    steps = [{"use": "./rules.py:shout"}, {"use": "my_own.rules:shout"}]
    with pytest.raises(ConfigError, match="two are called shout; give the second one a label"):
        run_flow(build_config(settings(inputs, rules / "out", *steps), "test"))


def test_public_names() -> None:
    import corpus_pipeline

    for name in corpus_pipeline.__all__:
        assert getattr(corpus_pipeline, name) is not None
    assert set(corpus_pipeline._MODULES) == set(corpus_pipeline.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = corpus_pipeline.nothing
    assert isinstance(corpus_pipeline.column("n", pa.int32(), "x"), pa.Field)


READER = """
import datetime

def read(stream):
    for number, line in enumerate(stream):
        title, _, text = line.decode().rstrip("\\n").partition("\\t")
        if title == "odd":
            yield 3
        elif title == "fail":
            raise KeyError("private text")
        else:
            yield {"text": text or None, "name": title, "day": datetime.date(2024, 5, number + 1)}
"""


def test_a_reader(rules: Path, run_here: Runner) -> None:
    (rules / "my_reader.py").write_text(READER)
    text = " ".join(["Nobody knows why the river is so low this year."] * 3)
    lines = [
        f"one\t{text}",
        "二\t今年的河水为什么这么低，没有人知道。",
        "none\t",
        "odd\tx",
        "fail\tx",
        "a\tb",
    ]
    (rules / "in.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    content = {
        "inputs": [{"path": "in.tsv", "source": "s", "format": "./my_reader.py:read",
                    "id_field": "name"}],
        "output": str(rules / "out"), "steps": ["extract"], "allow_unreadable": True,
    }  # fmt: skip
    run = run_here(content)
    rows = corpora.rows(rules / "out" / "ledger")
    reasons = [None, None, "read-null-text", "read-not-an-object", "read-broken-file"]
    assert [row["drop_reason"] for row in rows] == reasons
    assert [row["record"] for row in rows] == list(range(5))
    assert [row["id"] for row in rows][:3] == ["one", "二", "none"]
    assert json.loads(rows[1]["metadata"]) == {"day": "2024-05-02"}
    assert json.loads(rows[4]["metadata"]) == {"error": "KeyError at my_reader.py:10"}
    assert "./my_reader.py:read" in run["fingerprint"]["resources"]


RECOGNIZER = """
import collections
import re

Result = collections.namedtuple("Result", "entity_type start end score")


class RiverName:
    def get_supported_entities(self):
        return ["RIVER_NAME"]

    def analyze(self, text, entities, nlp_artifacts):
        return [Result("RIVER_NAME", m.start(), m.end(), 0.4 + 0.2 * (m[0] == "Elbe"))
                for m in re.finditer("Elbe|长江|the Elbe", text)]
"""


def test_a_recognizer(rules: Path, run_here: Runner) -> None:
    (rules / "recognizers.py").write_text(RECOGNIZER)
    lines = ["The Elbe and the 长江 and an Elbe.", "No river at all.", "只有长江。"]
    (rules / "in.jsonl").write_text("\n".join(json.dumps({"text": line}) for line in lines))
    step = {"use": "./recognizers.py:RiverName", "options": {"placeholder": "[{entity}]"}}
    run = run_here({
        "inputs": [{"path": "in.jsonl", "source": "s"}], "output": str(rules / "out"),
        "steps": [step],
    })  # fmt: skip
    texts = [row["text"] for row in corpora.rows(rules / "out" / "documents")]
    assert texts == ["The [RIVER_NAME] and the 长江 and an [RIVER_NAME].", *lines[1:]]
    assert run["counts"]["pii_river_name"] == 2


def test_the_example(run_here: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(__file__).parents[2] / "examples" / "own_steps"
    monkeypatch.chdir(folder)
    content = yaml.safe_load((folder / "corpus.yaml").read_text("utf-8"))
    run_here({**content, "output": str(tmp_path / "out")})
    rows = {row["id"]: row for row in corpora.rows(tmp_path / "out" / "ledger")
            if row["source"] == "letters"}  # fmt: skip
    assert rows["3"]["drop_reason"] == "polite-shouting"
    assert [rows[name]["pii_member_number"] for name in ("1", "2")] == [1, 1]
    assert rows["1"]["question_marks"] == 0
    assert rows["2"]["question_marks"] is None, "when: it is English"
