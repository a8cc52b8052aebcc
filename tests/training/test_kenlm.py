"""Training: with stand-ins for KenLM's tools everywhere, with the tools where they exist."""

import dataclasses
import json
import shutil
import stat
import sys
from pathlib import Path

import pytest

from corpus_pipeline.errors import InputError, ResourceError
from corpus_pipeline.filters.perplexity.models import load_language_model, shipped_models
from corpus_pipeline.training.kenlm import (
    CHECK_TEXT,
    LmTraining,
    is_held_out,
    train_language_model,
)

NO_TOOLS = shutil.which("lmplz") is None or shutil.which("build_binary") is None

DOCUMENTS = [(str(n), f"The cat no. {n} sat.\n\n“你好”，猫说。") for n in range(200)]
SETTINGS = LmTraining("en", training="made up", min_count=2, prune=(0, 1))

# Keeps what it was given beside itself. The "model" that it builds is the shipped English one.
STAND_IN = """#!{python}
import json, pathlib, shutil, sys
name = pathlib.Path(sys.argv[0]).name
arguments = dict(zip(sys.argv[1:], sys.argv[2:]))
record = pathlib.Path(sys.argv[0]).parent / (name + ".json")
if name == "lmplz":
    files = {{k: pathlib.Path(arguments[k]).read_text() for k in ("--text", "--limit_vocab_file")}}
    pathlib.Path(arguments["--arpa"]).write_text("arpa")
else:
    files = {{"arpa": pathlib.Path(sys.argv[-2]).read_text()}}
    shutil.copy({model!r}, sys.argv[-1])
record.write_text(json.dumps([sys.argv[1:], files]))
"""

FAILING = """#!{python}
import sys
sys.exit("first line\\nno space left on device")
"""


def write_tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(
        script.format(python=sys.executable, model=str(shipped_models()["en"])), encoding="utf-8"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    folder = tmp_path / "tools"
    folder.mkdir()
    write_tool(folder, "lmplz", STAND_IN)
    write_tool(folder, "build_binary", STAND_IN)
    return folder


def test_drives_the_tools_and_writes_a_model_that_loads(tools: Path, tmp_path: Path) -> None:
    output, temp = tmp_path / "deep" / "output", tmp_path / "temp"
    temp.mkdir()
    card = train_language_model(iter(DOCUMENTS), output, SETTINGS, tools, temp)
    assert sorted(path.name for path in output.iterdir()) == ["en.words.json", "en.words.klm"]
    assert list(temp.iterdir()) == []
    assert load_language_model(output / "en.words.klm").card == card
    assert card.training == "made up"
    assert card.check_text == CHECK_TEXT
    assert card.max_perplexity == pytest.approx(20 * card.percentiles["99"])
    assert list(card.percentiles.values()) == sorted(card.percentiles.values())

    held_out = sum(is_held_out(id_, 5) for id_, _ in DOCUMENTS)
    assert 0 < held_out == card.held_out_documents
    arguments, files = json.loads((tools / "lmplz.json").read_text())
    lines = files["--text"].splitlines()
    assert len(lines) == 2 * (len(DOCUMENTS) - held_out)
    assert lines[1] == '" 你 好 " , 猫 说 。'
    assert card.training_tokens == sum(len(line.split()) for line in lines)
    # "the" is seen in every document; of the numbers only the pattern of digits is left.
    assert "the" in files["--limit_vocab_file"].split()
    assert files["--limit_vocab_file"].split() == sorted(set(files["--limit_vocab_file"].split()))
    joined = " ".join(arguments)
    assert joined.startswith("-o 3 --prune 0 1 -S 1G -T ")
    assert "--discount_fallback" in arguments
    arguments, files = json.loads((tools / "build_binary.json").read_text())
    assert files == {"arpa": "arpa"}
    assert arguments[-5:-2] == ["-p", "1.3", "probing"]


def test_a_trie_is_quantised(tools: Path, tmp_path: Path) -> None:
    settings = dataclasses.replace(SETTINGS, structure="trie", quantisation_bits=6)
    train_language_model(DOCUMENTS, tmp_path / "output", settings, tools)
    arguments, _ = json.loads((tools / "build_binary.json").read_text())
    assert arguments[-9:-2] == ["-q", "6", "-b", "6", "-a", "255", "trie"]


def test_the_order_of_documents_changes_only_the_order_of_lines(
    tools: Path, tmp_path: Path
) -> None:
    sides = []
    for number, documents in enumerate((DOCUMENTS, DOCUMENTS[::-1])):
        card = train_language_model(documents, tmp_path / str(number), SETTINGS, tools)
        _, files = json.loads((tools / "lmplz.json").read_text())
        vocabulary = files["--limit_vocab_file"]
        sides.append((card, sorted(files["--text"].splitlines()), vocabulary))
    assert sides[0] == sides[1]


def test_a_given_cut_off_goes_to_the_card(tools: Path, tmp_path: Path) -> None:
    settings = dataclasses.replace(SETTINGS, max_perplexity=123.0)
    card = train_language_model(DOCUMENTS, tmp_path / "output", settings, tools)
    assert card.max_perplexity == 123.0


def test_rare_tokens_are_left_out(tools: Path, tmp_path: Path) -> None:
    training = [id_ for id_, _ in DOCUMENTS if not is_held_out(id_, 5)]
    documents = [*DOCUMENTS, (training[0], "once twice"), (training[1], "twice")]
    train_language_model(documents, tmp_path / "output", SETTINGS, tools)
    vocabulary = json.loads((tools / "lmplz.json").read_text())[1]["--limit_vocab_file"].split()
    assert "twice" in vocabulary
    assert "once" not in vocabulary


@pytest.mark.parametrize("missing", ["lmplz", "build_binary"])
def test_a_missing_tool_says_how_to_get_it(tools: Path, tmp_path: Path, missing: str) -> None:
    (tools / missing).unlink()
    with pytest.raises(ResourceError, match=f"{missing} is not in .*libboost-program-options-dev"):
        train_language_model(DOCUMENTS, tmp_path / "output", SETTINGS, tools)
    assert not (tmp_path / "output").exists()


def test_tools_are_sought_on_the_path(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ResourceError, match="lmplz is not on PATH"):
        train_language_model(DOCUMENTS, tmp_path / "output", SETTINGS)
    monkeypatch.setenv("PATH", str(tools))
    train_language_model(DOCUMENTS, tmp_path / "output", SETTINGS)


@pytest.mark.parametrize("failing", ["lmplz", "build_binary"])
def test_a_failing_tool_leaves_nothing_behind(tools: Path, tmp_path: Path, failing: str) -> None:
    write_tool(tools, failing, FAILING)
    with pytest.raises(
        ResourceError, match=f"^{failing} ended with status 1: no space left on device; check"
    ):
        train_language_model(DOCUMENTS, tmp_path / "output", SETTINGS, tools)
    assert list((tmp_path / "output").iterdir()) == []


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([], "nothing to train on"),
        ([("1", "")], "nothing to train on"),
        ([(id_, text) for id_, text in DOCUMENTS if is_held_out(id_, 5)], "nothing to train on"),
        ([(id_, text) for id_, text in DOCUMENTS if not is_held_out(id_, 5)], "was held out"),
        ([(i, "" if is_held_out(i, 5) else t) for i, t in DOCUMENTS], "no held-out document has"),
        ([(i, f"w{'x' * int(i)}") for i, _ in DOCUMENTS], "no token is seen 2 times"),
    ],
)
def test_too_little_text_is_refused(
    tools: Path, tmp_path: Path, documents: list[tuple[str, str]], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        train_language_model(documents, tmp_path / "output", SETTINGS, tools)
    assert list((tmp_path / "output").iterdir()) == []


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("language", "", "language must be a code"),
        ("language", "../en", "language must be a code"),
        ("normaliser", "none", "normaliser must be one of words-v1, characters-v1"),
        ("order", 7, "order must be from 2 to 6"),
        ("prune", (1,), "prune must start with 0"),
        ("prune", (0, 2, 1), "never decrease"),
        ("prune", (0, 0, 0, 0), "at most 3 values"),
        ("prune", (), "prune must start with 0"),
        ("min_count", 0, "min_count must be at least 1"),
        ("structure", "array", "structure must be one of"),
        ("quantisation_bits", 1, "quantisation_bits must be from 2 to 25"),
        ("held_out_percent", 0, "held_out_percent must be from 1 to 50"),
    ],
)
def test_settings_are_checked(field: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(SETTINGS, **{field: value})  # type: ignore[arg-type]


@pytest.mark.skipif(NO_TOOLS, reason="KenLM's lmplz and build_binary are not on PATH")
@pytest.mark.parametrize("structure", ["probing", "trie"])
@pytest.mark.parametrize("normaliser", ["words-v1", "characters-v1"])
def test_trains_with_the_real_tools(tmp_path: Path, normaliser: str, structure: str) -> None:
    settings = dataclasses.replace(
        SETTINGS, normaliser=normaliser, structure=structure, memory="100M"
    )
    cards = [
        train_language_model(DOCUMENTS, tmp_path / folder, settings, temp_folder=tmp_path)
        for folder in ("one", "two")
    ]
    assert cards[0] == cards[1]
    model = load_language_model(tmp_path / "one" / f"{settings.name}.klm", cards[0].sha256)
    assert model.scorer.score(b"the cat no") > model.scorer.score(b"no cat the")
