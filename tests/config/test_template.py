"""`corpus init`: every key of every section, with its default and a word on it."""

import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from runs import Corpus

from corpus_pipeline.config.config import Config, build_config, load_config
from corpus_pipeline.config.template import render_template
from corpus_pipeline.flow import known_steps


def keys(model: type[BaseModel], at: str = "") -> Iterator[str]:
    """Yields the path of every key below a model; `[]` stands for the items of a list."""
    for name, field in model.model_fields.items():
        inner, path = section(field.annotation), f"{at}{name}"
        yield path
        if inner is not None:
            is_list = typing.get_origin(field.annotation) is tuple
            yield from keys(inner, f"{path}[]." if is_list else f"{path}.")


def section(annotation: Any) -> type[BaseModel] | None:
    """Returns the model that an annotation names."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next(filter(None, map(section, typing.get_args(annotation))), None)


def written(value: Any, at: str = "") -> Iterator[str]:
    """Yields the path of every key of a YAML file, like `keys`."""
    for item in value if isinstance(value, list) else ():
        yield from written(item, f"{at[:-1]}[].")
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield f"{at}{name}"
        yield from written(inner, f"{at}{name}.")


def test_every_key_is_written() -> None:
    """`dataset_sources` are inputs again, and empty; so are steps, splits, mixture, rules, models,
    replacements.

    What only some formats have is null.

    Steps, and parts of steps, that are off by default are written as comments.
    """
    off = [name for name, step in known_steps().items() if not step.default]
    others = (
        "dataset_sources[]", "steps.", "tokenize.splits.", "mixture.", "scrub.rules[]",
        "perplexity.models.", "inputs[].posts.", "inputs[].records.",
        "inputs[].card.", "inputs[].join.", "inputs[].split.", "repair.replace[]",
    )  # fmt: skip
    wanted = {key for key in keys(Config) if not key.startswith(others)}
    assert {"inputs[].id_field", "dedup.contamination.answer_fields", "where.keep"} < wanted
    text = render_template("c.yaml")
    for name in off:
        assert f"\n# {name}:\n" in text
        start = text.index(f"\n# {name}:\n")
        section = text[start : text.index("\n\n", start)]
        text = text.replace(section, re.sub(r"^# ", "", section, flags=re.MULTILINE))
    text, parts = re.subn(r"^# (  \w+:\n(?:#     .*\n)+)", _uncommented, text, flags=re.MULTILINE)
    assert parts
    assert set(written(yaml.safe_load(text))) == wanted


def _uncommented(section: re.Match[str]) -> str:
    return re.sub(r"^# ", "", section[0], flags=re.MULTILINE)


def test_a_key_that_is_new_is_missed() -> None:
    class More(Config):
        new: int = 1

    assert set(keys(More)) - set(keys(Config)) == {"new"}


def test_every_key_says_what_it_is() -> None:
    waiting: list[type[BaseModel]] = [Config]
    while waiting:
        model = waiting.pop()
        assert model.__doc__, model
        for name, field in model.model_fields.items():
            inner = section(field.annotation)
            assert field.description or inner is not None, f"{model.__name__}.{name} says nothing"
            waiting += [] if inner is None else [inner]


def test_the_template_is_the_defaults() -> None:
    content = yaml.safe_load(render_template("c.yaml"))
    plain = {"inputs": [{"path": "data/*.jsonl.zst", "source": "articles"}], "output": "corpus-out"}
    assert build_config(content, "template") == build_config(plain, "plain")


def test_both_templates_fit_the_screen_and_are_accepted(corpus: Corpus, tmp_path: Path) -> None:
    for name, options in (("full.yaml", []), ("short.yaml", ["--short"])):
        path = tmp_path / name
        assert corpus("init", path, *options).code == 0
        before = path.read_text("utf-8")
        assert max(map(len, before.splitlines())) <= 80
        assert load_config(path).output == "corpus-out"
        assert corpus("init", path, *options).code == 1
        assert path.read_text("utf-8") == before
    assert len((tmp_path / "short.yaml").read_text().splitlines()) < 30


@pytest.mark.parametrize("line", ["keep: [en, zh]", "tokenizer: tokenizer.json"])
def test_what_the_short_one_proposes_is_accepted(corpus: Corpus, tmp_path: Path, line: str) -> None:
    """Every comment that looks like a setting is one."""
    path = tmp_path / "short.yaml"
    corpus("init", path, "--short")
    text = path.read_text("utf-8")
    assert line in text
    head, settings = text.split("\ninputs:")
    settings = re.sub(r"^( *)# ", r"\1", settings, flags=re.MULTILINE)
    path.write_text(f"{head}\ninputs:{settings}")
    config = load_config(path)
    assert config.options("language").keep == ("en", "zh")
    assert config.inputs[0].quality_profile == "code"
    assert config.options("dedup").contamination.evaluations == ("eval.jsonl",)
