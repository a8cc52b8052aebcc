"""The table of changes that tests must see fits the code; `make mutations` tries them."""

import shlex
from pathlib import Path

import pytest
from scripts import ROOT, load_script

mutations = load_script("mutations")


@pytest.mark.parametrize("mutation", mutations.MUTATIONS, ids=lambda each: each.name)
def test_each_change_can_be_made(mutation: "mutations.Mutation") -> None:  # type: ignore[name-defined]
    assert mutations.occurrences(mutation) >= 1, "the code has changed: bring the table up to date"
    assert mutation.old != mutation.new
    files = [word for word in shlex.split(mutation.tests) if word.startswith("tests/")]
    assert files
    assert all((ROOT / Path(file)).exists() for file in files)


def test_names_are_unique() -> None:
    names = [each.name for each in mutations.MUTATIONS]
    assert len(set(names)) == len(names)
