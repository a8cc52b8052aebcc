"""Models, tokenizers and files of settings that are no such thing: one line that names the file,
from a process that lives on; nothing that waits for ever."""

import dataclasses
import json
import os
import random
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import corpora
import pyarrow as pa
import pytest
from runs import Runner

from corpus_pipeline import remembered
from corpus_pipeline.config.config import build_config, load_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.errors import ConfigError, CorpusError, InputError, ResourceError
from corpus_pipeline.filters.keywords.measures import load_word_lists
from corpus_pipeline.filters.language import measures as language
from corpus_pipeline.filters.language.measures import load_language_identifier
from corpus_pipeline.filters.perplexity.models import read_model_card, shipped_models
from corpus_pipeline.filters.perplexity.step import Perplexity
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.planning import model_probe
from corpus_pipeline.planning.model_probe import probe_model
from corpus_pipeline.planning.resources import digest_of, resolve_resources
from corpus_pipeline.steps import Step
from corpus_pipeline.storage import list_inputs
from corpus_pipeline.tokens.step import Tokenize
from corpus_pipeline.tokens.train import train_tokenizer


def opened(step: type[Step], path: Path) -> str | None:
    """Opens a file as a run does; returns the line that it is refused with."""
    try:
        probe_model(step, str(path), digest_of(str(path), "test"))
    except ResourceError as error:
        line = str(error)
        assert "\n" not in line
        assert path.name in line
        return line
    return None


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is remembered from one test to the next."""
    monkeypatch.setattr(remembered, "CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


def carried() -> bytes:
    return language.carried_model().read_bytes()


@pytest.mark.parametrize("share", [0.0, 0.00005, 0.0001, 0.01, 0.3, 0.7, 0.999999])
def test_a_fasttext_model_that_is_cut_off(share: float, tmp_path: Path) -> None:
    whole = carried()
    path = tmp_path / "lid.ftz"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ResourceError, match=r"lid\.ftz: (it is cut off|is no fastText model)"):
        load_language_identifier(str(path))


def test_a_fasttext_model_with_something_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "lid.ftz"
    path.write_bytes(carried())
    load_language_identifier(str(path))
    path.write_bytes(carried() + b"\0")
    with pytest.raises(ResourceError, match=r"lid\.ftz: it has 938,014 bytes and holds"):
        load_language_identifier(str(path))


def test_models_of_the_package_are_opened_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    inputs = tmp_path / "a.jsonl"
    inputs.write_text("{}")
    content = {"inputs": [{"path": str(inputs), "source": "a"}], "output": "o"}
    resolve_resources(run_flow(build_config(content, "test")))


def klm(folder: Path, content: bytes) -> Path:
    """A perplexity model of any bytes, with a card that fits."""
    path = folder / "mine.klm"
    path.write_bytes(content)
    card = read_model_card(shipped_models()["en"].with_suffix(".json"))
    card = dataclasses.replace(card, sha256=digest_of(str(path), "test"))
    path.with_suffix(".json").write_text(json.dumps(dataclasses.asdict(card)))
    return path


def test_a_perplexity_model_that_ends_its_process(folder: Path) -> None:
    whole = shipped_models()["en"].read_bytes()
    noise = random.Random(0)
    # The header says what follows; what follows leads the reader out of its memory.
    assert "mine.klm" in (
        opened(Perplexity, klm(folder, whole[:100] + noise.randbytes(200_000))) or ""
    )
    assert opened(Perplexity, klm(folder, whole)) is None


def test_a_good_model_is_opened_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = klm(folder, shipped_models()["en"].read_bytes())
    assert opened(Perplexity, path) is None
    monkeypatch.setattr(subprocess, "run", None)
    assert opened(Perplexity, path) is None


def test_what_ends_the_process_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = klm(folder, shipped_models()["en"].read_bytes())
    monkeypatch.setattr(model_probe, "_MODULE", "tests_that_die")
    (folder / "tests_that_die.py").write_text("import os\nos.kill(os.getpid(), 8)\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    line = opened(Perplexity, path)
    assert line is not None
    assert "ends with SIGFPE" in line


def test_a_model_that_never_opens(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "tokenizer.json"
    path.write_text("{}")
    (folder / "tests_that_wait.py").write_text(
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]), 99))\n"
        "while True: pass\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr(model_probe, "_MODULE", "tests_that_wait")
    monkeypatch.setattr(model_probe, "_MAX_SECONDS", 1)
    assert "is not open after 1 s" in (opened(Tokenize, path) or "")
    monkeypatch.setattr(model_probe, "_WALL_SECONDS", 0.01)
    assert "is not open after 1 s" in (opened(Tokenize, path) or "")


def trained() -> dict[str, Any]:
    text = train_tokenizer([pa.array(["ab ab abc 中文 中文"])], vocab_size=270)
    definition: dict[str, Any] = json.loads(text)
    return definition


def _cut(definition: dict[str, Any]) -> str:
    return json.dumps(definition)[:-200]


def _ids_out_of_range(definition: dict[str, Any]) -> str:
    definition["model"]["vocab"]["a"] = 2**32 + 7
    return json.dumps(definition)


def _negative_id(definition: dict[str, Any]) -> str:
    definition["model"]["vocab"]["a"] = -1
    return json.dumps(definition)


def _merge_of_nothing(definition: dict[str, Any]) -> str:
    definition["model"]["merges"].append(["never", "seen"])
    return json.dumps(definition)


def _no_vocabulary(definition: dict[str, Any]) -> str:
    definition["model"]["vocab"] = 7
    return json.dumps(definition)


def _deep(definition: dict[str, Any]) -> str:
    return json.dumps(definition)[:-1] + ', "x": ' + "[" * 100_000 + "]" * 100_000 + "}"


def _added_without_content(definition: dict[str, Any]) -> str:
    definition["added_tokens"] = [{"id": 3}]
    return json.dumps(definition)


def _added_is_text(definition: dict[str, Any]) -> str:
    definition["added_tokens"] = "none"
    return json.dumps(definition)


def _unknown_index(definition: dict[str, Any]) -> str:
    definition["model"] = {"type": "Unigram", "unk_id": 99, "vocab": [["a", 0.0]]}
    return json.dumps(definition)


def _pattern(definition: dict[str, Any]) -> str:
    definition["pre_tokenizer"] = {
        "type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated", "invert": False,
    }  # fmt: skip
    return json.dumps(definition)


BROKEN = [_cut, _ids_out_of_range, _negative_id, _merge_of_nothing, _no_vocabulary, _deep,
          _added_without_content, _added_is_text, _unknown_index, _pattern]  # fmt: skip


def told_of(crafted: Callable[[dict[str, Any]], str], folder: Path) -> str:
    """Opens a crafted tokenizer and returns what is said of it, nothing if it is one."""
    path = folder / "tokenizer.json"
    path.write_text(crafted(trained()))
    try:
        model_probe.open_here("corpus_pipeline.tokens.step:Tokenize", str(path))
    except CorpusError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("crafted", BROKEN, ids=lambda made: made.__name__)
def test_a_tokenizer_that_is_none(crafted: Callable[[dict[str, Any]], str], folder: Path) -> None:
    line = told_of(crafted, folder)
    assert "tokenizer.json" in line
    assert "\n" not in line


def _same_merge_twice(definition: dict[str, Any]) -> str:
    definition["model"]["merges"] *= 2
    return json.dumps(definition)


def _two_names_of_one_id(definition: dict[str, Any]) -> str:
    definition["model"]["vocab"]["zz"] = definition["model"]["vocab"]["a"]
    return json.dumps(definition)


@pytest.mark.parametrize(
    "crafted", [_same_merge_twice, _two_names_of_one_id], ids=lambda made: made.__name__
)
def test_a_tokenizer_that_is_odd_encodes_or_is_refused(
    crafted: Callable[[dict[str, Any]], str], folder: Path
) -> None:
    line = told_of(crafted, folder)
    assert "\n" not in line


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # The name of a socket is at most 108 bytes long.
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def _folder(path: Path) -> None:
    path.mkdir()


def _lists(path: Path) -> None:
    folder = path.with_suffix(".d")
    folder.mkdir()
    path.rename(folder / "en.txt")
    load_word_lists(str(folder))


def _settings(inputs: Path, path: Path, section: str) -> dict[str, Any]:
    key = {"language": "model", "tokenize": "tokenizer", "keywords": "lists"}.get(section)
    value: Any = {key: str(path)}
    if section == "perplexity":
        value = {"models": {"en": str(path)}}
    elif section == "quality":
        value = {"profile": str(path)}
    elif section == "dedup":
        value = {"contamination": {"evaluations": [str(path)]}}
    return corpora.settings(inputs, path.parent / "out", **{section: value})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("make", [_pipe, _device, _socket, _folder], ids=lambda made: made.__name__)
@pytest.mark.parametrize(
    "section", ["language", "perplexity", "tokenize", "keywords", "quality", "dedup"]
)
def test_no_file_where_a_file_is_named(
    section: str, make: Callable[[Path], None], inputs: Path, tmp_path: Path, run_here: Runner
) -> None:
    path = tmp_path / "named.txt"
    make(path)
    with pytest.raises(CorpusError) as caught:
        run_here(_settings(inputs, path, section))
    assert "\n" not in str(caught.value)
    assert "named" in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("make", [_pipe, _device, _socket], ids=lambda made: made.__name__)
@pytest.mark.parametrize(
    ("read", "error"),
    [
        (load_config, ConfigError),
        (lambda path: load_profile(str(path)), ConfigError),
        (lambda path: list_inputs(str(path)), InputError),
        (lambda path: digest_of(str(path), "x"), ResourceError),
        (_lists, ResourceError),
    ],
    ids=["configuration", "profile", "input", "model", "lists"],
)
def test_pipes_and_devices_are_not_read(
    make: Callable[[Path], None],
    read: Callable[[Path], Any],
    error: type[CorpusError],
    tmp_path: Path,
) -> None:
    path = tmp_path / "named.yaml"
    make(path)
    with pytest.raises(error) as caught:
        read(path)
    assert "\n" not in str(caught.value)
