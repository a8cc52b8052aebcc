"""A worker loads the bytes that were planned: what changes after the plan is refused, not used."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import corpora
import pytest
from runs import NotedProgress, Runner, in_this_process

from corpus_pipeline.config.config import build_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.errors import EngineError, ResourceError
from corpus_pipeline.filters.keywords import step as keyword_step
from corpus_pipeline.filters.language import measures as language
from corpus_pipeline.filters.language import step as language_step
from corpus_pipeline.filters.language.step import Language
from corpus_pipeline.filters.perplexity import step as perplexity_step
from corpus_pipeline.filters.perplexity.models import shipped_models
from corpus_pipeline.pipelines.run import Run
from corpus_pipeline.planning import resources
from corpus_pipeline.tokens import step as token_step


def forget() -> None:
    """Forgets loaded models, as a worker that has just been started."""
    for load in (language_step._identifier, keyword_step._matcher, perplexity_step._model,
                 token_step.opened_encoder):  # fmt: skip
        load.cache_clear()


@pytest.fixture(autouse=True)
def _forgotten() -> Any:
    forget()
    yield
    forget()


def language_model(folder: Path) -> tuple[Path, dict[str, Any]]:
    path = Path(shutil.copy(language.carried_model(), folder / "lid.ftz"))
    return path, {"language": {"model": str(path)}}


def perplexity_model(folder: Path) -> tuple[Path, dict[str, Any]]:
    shipped = Path(shipped_models()["en"])
    shutil.copy(shipped.with_suffix(".json"), folder / "en.json")
    path = Path(shutil.copy(shipped, folder / "en.klm"))
    return path, {"perplexity": {"models": {"en": str(path)}}}


def tokenizer(folder: Path) -> tuple[Path, dict[str, Any]]:
    shipped = Path(resources.__file__).parent.parent / "models" / "tokenizer.json"
    path = Path(shutil.copy(shipped, folder / "tokenizer.json"))
    return path, {"tokenize": {"tokenizer": str(path)}}


def word_list(folder: Path) -> tuple[Path, dict[str, Any]]:
    (folder / "words").mkdir()
    path = folder / "words" / "en.txt"
    path.write_text("flobberworm\n")
    return path, {"keywords": {"lists": str(folder / "words")}}


Resource = Callable[[Path], tuple[Path, dict[str, Any]]]
RESOURCES: list[Resource] = [language_model, perplexity_model, tokenizer, word_list]


def add_a_byte(path: Path) -> None:
    """Changes a file and leaves it loadable."""
    path.write_bytes(path.read_bytes() + b"\n")


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda made: made.__name__)
def test_a_resource_that_changes_after_the_plan_is_refused(
    resource: Resource, inputs: Path, tmp_path: Path
) -> None:
    path, section = resource(tmp_path)
    config = build_config(corpora.settings(inputs, tmp_path / "out", **section), "test")

    class Changing(NotedProgress):
        """Changes the file when the preflight has seen it and before a worker loads it."""

        def start(self, phase: str, items: int, finished: int) -> None:
            if phase == "prepare":
                add_a_byte(path)
                forget()

    with in_this_process(), pytest.raises(ResourceError) as caught:
        Run(config, run_flow(config), Changing()).execute()
    assert "\n" not in str(caught.value)
    assert str(path if path.suffix != ".txt" else path.parent) in str(caught.value)


def test_a_resource_that_changes_before_the_preflight_is_refused_there(
    inputs: Path, tmp_path: Path
) -> None:
    path, section = tokenizer(tmp_path)
    config = build_config(corpora.settings(inputs, tmp_path / "out", **section), "test")
    with in_this_process(), pytest.raises(EngineError, match=r"tokenizer\.json: has sha256 "):
        Run(config, run_flow(config), NotedProgress()).execute(warm=lambda plan: add_a_byte(path))


@pytest.mark.parametrize(
    ("resource", "key"),
    [(language_model, "model_sha256"), (tokenizer, "tokenizer_sha256")],
    ids=["language", "tokenize"],
)
def test_a_hash_in_the_configuration_is_checked(
    resource: Resource, key: str, inputs: Path, tmp_path: Path, run_here: Runner
) -> None:
    _, section = resource(tmp_path)
    [values] = section.values()
    values[key] = "0" * 64
    with pytest.raises(ResourceError, match=f"{key} says 0000"):
        run_here(corpora.settings(inputs, tmp_path / "out", **section))


def test_the_installed_language_model_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = language_model(tmp_path)
    add_a_byte(path)
    monkeypatch.setattr(language, "carried_model", lambda: path)
    with pytest.raises(ResourceError, match="sha256 is"):
        Language().open()
