"""Fixtures of the whole project: one small corpus, one finished run of it, runs in this process."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import corpora
import hypothesis
import pytest
import yaml
from runs import Corpus, Outcome, Runner, execute, in_this_process
from scripts import ROOT

# Without this, two folders named on the command line would be two modules `conftest` to doctest.
collect_ignore_glob = ["**/conftest.py", "golden/peers/judge_*.py"]

# The first example of a test may wait for a kernel to be compiled, so no example has a deadline.
# The quick suite always takes the same examples, so that it says something of the change alone; who
# asks for more examples gets others each time.
_MORE = os.environ.get("CORPUS_MAX_EXAMPLES")
hypothesis.settings.register_profile(
    "corpus", deadline=None, max_examples=int(_MORE or 100), derandomize=_MORE is None
)
hypothesis.settings.load_profile("corpus")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Names cases of bytes by their argument: gzip puts the time into what it makes, so names with
    the bytes differ between the processes of pytest-xdist."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture
def run_here() -> Iterator[Runner]:
    """Runs a configuration in this process: a second instead of five."""
    with in_this_process():
        yield execute


@pytest.fixture
def corpus(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], run_here: object
) -> Corpus:
    """Runs a command in this process, with all its work."""
    from corpus_pipeline.cli import console
    from corpus_pipeline.cli.main import main

    def corpus(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["corpus", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), out, err)

    # A slow machine shall not add a line about what it waits for.
    monkeypatch.setattr(console, "ANNOUNCE_AFTER_SECONDS", 3600.0)
    return corpus


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the small corpus; not to be changed."""
    folder = tmp_path_factory.mktemp("corpus") / "in"
    corpora.write_corpus(folder)
    return folder


@pytest.fixture(scope="session")
def one_document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of examples/one_document, which the pages of the flow look at."""
    folder = tmp_path_factory.mktemp("one_document")
    settings = yaml.safe_load((ROOT / "examples/one_document/corpus.yaml").read_text("utf-8"))
    with contextlib.chdir(ROOT), in_this_process():
        execute({**settings, "output": str(folder / "out"), "workers": 1})
    return folder / "out"


@pytest.fixture(scope="session")
def finished(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The output of a run of the small corpus, made in this process; not to be changed."""
    output = tmp_path_factory.mktemp("finished") / "out"
    with in_this_process():
        execute(corpora.settings(inputs, output))
    before = corpora.tree(output, ".")
    yield output
    assert corpora.tree(output, ".") == before, "a test has changed the shared run"
