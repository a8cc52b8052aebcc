"""What recipes say of themselves, and that each is a configuration of today."""

from pathlib import Path

import pytest

from corpus_pipeline.config.config import load_config
from corpus_pipeline.config.run_flow import run_flow
from corpus_pipeline.errors import ConfigError
from corpus_pipeline.recipes.catalogue import (
    Needed,
    PublishedStep,
    load_recipe,
    load_recipe_or_file,
    parse_recipe,
    recipe_names,
)

TEXT = """\
# Mine (2024): pages
# of one kind.
#
# Source: section 2
# Source: a file,
#   version 3

inputs: []
steps:
  # step: all of it,
  #   twice
  # here: same
  # Not of the step.
  - extract
  # step: more
  # here: differs: half
  #   of it
  # needs: models/a.bin: a model: https://example.com
  # step: rest
  # here: left out: no model
"""


def test_comments_are_read() -> None:
    recipe = parse_recipe("mine", TEXT)
    assert recipe.title == "Mine (2024): pages of one kind."
    assert recipe.sources == ("section 2", "a file, version 3")
    assert recipe.steps == (
        PublishedStep("all of it, twice", "same", ""),
        PublishedStep("more", "differs", "half of it"),
        PublishedStep("rest", "left out", "no model"),
    )
    assert recipe.needed == (Needed("models/a.bin", "a model: https://example.com"),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# step: a\n# step: b\n# here: same\n", "line 2: the step before has no `here:`"),
        ("# here: same\n", "line 1: no `step:` stands before `here:`"),
        ("# step: a\n", "the last step has no `here:`"),
        ("# step: a\n# here: differs\n", "line 2: `here:` is same, differs: HOW"),
        ("# step: a\n# here: sane\n", "got 'sane'"),
        (
            "# step: a\n# needs: b.bin\n# here: same\n",
            "line 2: `needs:` is FILE: WHAT; got 'b.bin'",
        ),
    ],
)
def test_comments_that_break_the_rules(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_recipe("mine", text)


def test_an_unknown_recipe() -> None:
    with pytest.raises(ConfigError, match="did you mean 'fineweb'"):
        load_recipe("finweb")


def test_a_file_of_the_user_is_read_as_a_recipe(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT, "utf-8")
    assert load_recipe_or_file(str(path)) == parse_recipe(str(path), TEXT)
    assert load_recipe_or_file("fineweb") == load_recipe("fineweb")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"# step: a\n", r"mine\.yaml: the last step has no `here:`"),
        (b"\xff", r"mine\.yaml: cannot be read: 'utf-8' codec"),
        (None, r"mine\.yaml: cannot be read: .*No such file"),
    ],
)
def test_a_file_that_is_no_recipe(content: bytes | None, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=problem):
        load_recipe_or_file(str(path))


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_is_a_configuration_and_says_where_it_comes_from(
    name: str, tmp_path: Path
) -> None:
    recipe = load_recipe(name)
    assert recipe.title
    assert recipe.sources
    assert recipe.steps
    path = tmp_path / f"{name}.yaml"
    path.write_text(recipe.text, "utf-8")
    config = load_config(path)
    named = {each.path for each in run_flow(config).resources()}
    given = {path for path in named if not path.startswith("shipped:")}
    assert given == {each.path for each in recipe.needed}
