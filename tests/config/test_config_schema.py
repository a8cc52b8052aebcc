"""The schema that editors take: what it accepts, refuses and says."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from corpus_pipeline.config.schema import configuration_schema
from corpus_pipeline.recipes.catalogue import recipe_names
from corpus_pipeline.yaml_files import load_yaml

jsonschema = pytest.importorskip("jsonschema", reason="needs pip install jsonschema")
MINIMAL: dict[str, Any] = {"inputs": [{"path": "a", "source": "s"}], "output": "o"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return configuration_schema()


@pytest.fixture(scope="module")
def refused(schema: dict[str, Any]) -> Any:
    """Says whether the schema refuses a configuration."""
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    return lambda content: not validator.is_valid(content)


@pytest.mark.parametrize("name", recipe_names())
def test_recipes_are_accepted(refused: Any, name: str) -> None:
    text = resources.files("corpus_pipeline.recipes").joinpath(f"{name}.yaml").read_text("utf-8")
    assert not refused(load_yaml(text))


def test_the_demonstration_is_accepted(refused: Any) -> None:
    demo = Path(__file__).parent.parent.parent / "examples" / "demo.yaml"
    assert not refused(load_yaml(demo.read_text("utf-8")))


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({"quality": None}, True),
        ({"quality": {"profile": "./mine.yaml"}}, True),
        ({"memory": "4GB"}, True),
        ({"runner": "PrismRunner"}, True),
        ({"runner": "spakr"}, False),
        ({"steps": ["extract", {"quality": {"profile": "c4"}, "label": "b"}, "dedup"]}, True),
        ({"steps": [{"use": "./a.py:f", "options": {"x": 1}}, "./b.py:g", {"./c.py:h": {}}]}, True),
        ({"steps": ["qualty"]}, False),
        ({"steps": ["read"]}, False),
        ({"steps": [{"quality": {"profil": "c4"}}]}, False),
        ({"inputs": [{"path": "a", "source": "s", "format": "jsnl"}]}, False),
        ({"inputs": [{"path": "a", "source": "s", "format": "./r.py:read"}]}, True),
        ({"inputs": [{"path": "a", "source": "s", "skip": ["language", "sentence"]}]}, True),
        ({"inputs": [{"path": "a", "source": "s", "skip": ["read"]}]}, False),
        ({"mixture": {"stages": [{"name": "甲", "mix": {"s": 0.5, "t": {"epochs": 2}}}]}}, True),
        ({"mixture": {"stages": [{"name": "甲", "mix": {"s": "half"}}]}}, False),
        ({"dedpu": {}}, False),
    ],
)
def test_what_is_accepted(refused: Any, change: dict[str, Any], good: bool) -> None:
    assert refused(MINIMAL | change) != good


def keys(part: dict[str, Any], at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in part.get("properties", {}).items():
        yield f"{at}.{name}", field


def test_every_key_says_what_it_is(schema: dict[str, Any]) -> None:
    parts = {"": schema, **schema["$defs"]}
    silent = [
        name
        for title, part in parts.items()
        for name, field in keys(part, title)
        if not field.get("description")
    ]
    assert silent == []
