"""Configurations: what is accepted, and the one line that a mistake gives."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.pipelines.config import Config, build_config, load_config
from corpus_pipeline.pipelines.config_types import parse_size
from corpus_pipeline.pipelines.template import render_template

MINIMAL: dict[str, Any] = {"inputs": [{"path": "a", "source": "s"}], "output": "o"}


@pytest.mark.parametrize(
    ("written", "size"),
    [("1B", 1), ("32MB", 32_000_000), ("4 GiB", 4 * 2**30), ("1.5kb", 1500), (7, 7)],
)
def test_sizes(written: object, size: int) -> None:
    assert parse_size(written) == size


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"dedpu": {}}, "c.yaml: unknown key 'dedpu'; did you mean 'dedup'?"),
        (
            {"inputs": [{"path": "a", "sorce": "s"}]},
            "c.yaml: unknown key 'inputs.0.sorce'; did you mean 'source'?",
        ),
        (
            {"dedup": {"document": {"treshold": 1}}},
            "c.yaml: unknown key 'dedup.document.treshold'; did you mean 'threshold'?",
        ),
        ({"inputs": []}, "c.yaml: inputs is empty; name at least one path and source"),
        (
            {"inputs": [{"path": "a", "source": "s"}, {"path": "b", "source": "s"}]},
            "c.yaml: two inputs have the source name 's'; give each its own",
        ),
        (
            {"language": {"min_score": 3}},
            "c.yaml: language.min_score: Input should be less than or equal to 1, got 3",
        ),
        (
            {"inputs": [{"path": "a", "source": "s", "language": "english"}]},
            "c.yaml: inputs.0.language: 'english' is no language; did you mean 'en'?",
        ),
        (
            {"inputs": [{"path": "a", "source": "s", "language": "cn"}]},
            "c.yaml: inputs.0.language: 'cn' is no language; did you mean 'zh'?",
        ),
        (
            {"perplexity": {"max_perplexity": {"chinese": 5}}},
            "c.yaml: perplexity.max_perplexity.chinese: 'chinese' is no language; did you mean "
            "'zh'?",
        ),
        (
            {"perplexity": {"models": {"jp": "ja.klm"}}},
            "c.yaml: perplexity.models.jp: 'jp' is no language; did you mean 'ja'?",
        ),
        (
            {"language": {"keep": ["en", False]}},
            'c.yaml: language.keep.1: False is no language; YAML reads no as false; write "no" in '
            "quotes",
        ),
        (
            {"language": {"merge": {"serbocroatian": ["hr"]}}},
            "c.yaml: language.merge.serbocroatian: 'serbocroatian' is no language; did you mean "
            "'sh'?",
        ),
        (
            {"inputs": [{"path": "a", "source": "s", "format": "dataset", "language": "zh"}]},
            "c.yaml: documents of the dataset 's' keep their own sources; put skip, language and "
            "quality_profile under dataset_sources",
        ),
        (
            {"memory": "lots"},
            "c.yaml: memory: 'lots' is not a size; write for example 32MB, 4GB or 64MiB",
        ),
        (
            {"runner": "fast"},
            "c.yaml: runner is direct, spark, dataflow or the class of a Beam runner, for "
            "example PrismRunner; got 'fast'",
        ),
    ],
)
def test_mistakes_give_one_line(change: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build_config(MINIMAL | change, "c.yaml")
    assert str(caught.value) == line


def test_missing_key() -> None:
    with pytest.raises(ConfigError, match="output: is missing"):
        build_config({"inputs": MINIMAL["inputs"]}, "c.yaml")


@pytest.mark.parametrize(
    ("content", "words"),
    [("[1]", "must be a mapping"), ("a: [", "is not YAML"), (None, "cannot be read")],
)
def test_files_that_are_no_configuration(tmp_path: Path, content: str | None, words: str) -> None:
    path = tmp_path / "c.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=words) as caught:
        load_config(path)
    assert "\n" not in str(caught.value)


def test_the_template_shows_every_default() -> None:
    content = yaml.safe_load(render_template("c.yaml"))
    template = build_config(content, "template")
    plain = build_config({k: content[k] for k in ("inputs", "output")}, "plain")
    assert template == plain
    assert set(content) == set(Config.model_fields) - {"dataset_sources"}


def test_what_the_output_does_not_depend_on_is_left_out() -> None:
    one = build_config(MINIMAL | {"workers": 1, "memory": "1GB"}, "c")
    two = build_config(MINIMAL | {"workers": 4, "output": "elsewhere"}, "c")
    assert one.resolved() == two.resolved()
    assert build_config(MINIMAL | {"seed": 2}, "c").resolved() != one.resolved()
