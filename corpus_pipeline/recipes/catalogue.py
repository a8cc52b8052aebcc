"""Reads what the shipped recipes say of themselves.

A recipe is a configuration that runs. Its comments say, where each thing stands, what was published
and what is done here; the table in the documentation and `corpus recipe` are made of them:

    # FineWeb (Hugging Face, 2024): English pages of Common Crawl.
    #
    # Source: Penedo et al. 2024, arXiv 2406.17557, section 3
    #
    inputs: ...
    steps:
      # step: trafilatura finds the main text
      # here: differs: resiliparse finds it
      - extract
      # needs: lists/ut1/adult: UT1's list of domains, https://dsi.ut-capitole.fr/blacklists/

`step:` is a step as published, and `here:` what becomes of it: `same`, `differs: HOW` or
`left out: WHY`. `needs:` names a file that does not come with the package, and where it is
published. A comment that goes on begins with two more blanks.
"""

import re
from importlib import resources
from pathlib import Path
from typing import Final, Literal, NamedTuple

from corpus_pipeline.errors import ConfigError
from corpus_pipeline.nearest import meant

Verdict = Literal["same", "differs", "left out"]
#: What may become of a step, in the order in which tables name it.
VERDICTS: Final[tuple[Verdict, ...]] = ("same", "differs", "left out")
_COMMENT = re.compile(r"^\s*# ?(.*)$")
_KEYED = re.compile(r"^(Source|step|here|needs): (.*)$")
_SUFFIX = ".yaml"


class PublishedStep(NamedTuple):
    """One step as published, and what becomes of it here."""

    published: str
    verdict: Verdict
    how: str
    """How it differs, or why it is left out; may be empty where it is the same."""


class Needed(NamedTuple):
    """A file that a recipe names and the package does not have."""

    path: str
    """As the configuration names it."""
    what: str
    """What it is, and where it is published."""


class Recipe(NamedTuple):
    """A shipped recipe, or a file of the user's that has such comments."""

    name: str
    text: str
    """The configuration, with its comments."""
    title: str
    sources: tuple[str, ...]
    steps: tuple[PublishedStep, ...]
    needed: tuple[Needed, ...]


def recipe_names() -> tuple[str, ...]:
    """Names the shipped recipes in alphabetical order."""
    files = resources.files("corpus_pipeline.recipes").iterdir()
    return tuple(sorted(f.name.removesuffix(_SUFFIX) for f in files if f.name.endswith(_SUFFIX)))


def load_recipe(name: str) -> Recipe:
    """Reads a shipped recipe.

    Raises:
        ConfigError: there is none of that name.

    >>> recipe = load_recipe("fineweb")
    >>> recipe.steps[0].verdict in ("same", "differs", "left out"), recipe.needed[0].path
    (True, 'lists/ut1/adult')
    """
    names = recipe_names()
    if name not in names:
        raise ConfigError(f"{name}: no recipe is called so; {meant(name, names)}")
    file = resources.files("corpus_pipeline.recipes").joinpath(name + _SUFFIX)
    return parse_recipe(name, file.read_text("utf-8"))


def load_recipe_or_file(name: str) -> Recipe:
    """Reads a shipped recipe by its name, or any configuration by its path, which ends in .yaml.

    Raises:
        ConfigError: there is none of that name, the file cannot be read, or its comments break the
            rules above.
    """
    if not name.endswith(_SUFFIX):
        return load_recipe(name)
    try:
        text = Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: cannot be read: {error}") from error
    try:
        return parse_recipe(name, text)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def parse_recipe(name: str, text: str) -> Recipe:
    """Reads what the comments of a recipe say.

    Raises:
        ValueError: a comment breaks the rules above; with the number of its line.

    >>> lines = ["# Mine.", "# Source: section 2", "", "# step: all", "#   of it", "# here: same"]
    >>> recipe = parse_recipe("mine", "\\n".join(lines))
    >>> recipe.title, recipe.sources, recipe.steps[0].published
    ('Mine.', ('section 2',), 'all of it')
    """
    notes = _notes(text)
    steps: list[PublishedStep] = []
    published: str | None = None
    for number, key, note in notes:
        if key == "step":
            if published is not None:
                raise ValueError(f"{name}: line {number}: the step before has no `here:`")
            published = note
        elif key == "here":
            if published is None:
                raise ValueError(f"{name}: line {number}: no `step:` stands before `here:`")
            steps.append(_step(published, note, f"{name}: line {number}"))
            published = None
    if published is not None:
        raise ValueError(f"{name}: the last step has no `here:`")
    needed = []
    for number, key, note in notes:
        if key == "needs":
            path, colon, what = note.partition(": ")
            if not colon:
                raise ValueError(f"{name}: line {number}: `needs:` is FILE: WHAT; got {note!r}")
            needed.append(Needed(path, what))
    return Recipe(
        name,
        text,
        _title(text),
        tuple(note for _, key, note in notes if key == "Source"),
        tuple(steps),
        tuple(needed),
    )


def _step(published: str, here: str, place: str) -> PublishedStep:
    for verdict in VERDICTS:
        if here == verdict or here.startswith(f"{verdict}: "):
            how = here.removeprefix(verdict).removeprefix(": ")
            if not how and verdict != "same":
                break
            return PublishedStep(published, verdict, how)
    raise ValueError(f"{place}: `here:` is same, differs: HOW, or left out: WHY; got {here!r}")


def _title(text: str) -> str:
    """Joins the first comment of a file, up to its first empty line."""
    lines = []
    for line in text.splitlines():
        found = _COMMENT.match(line)
        if found is None or not found[1] or _KEYED.match(found[1]):
            break
        lines.append(found[1])
    return " ".join(lines)


def _notes(text: str) -> list[tuple[int, str, str]]:
    """Returns the comments that begin with a key: (number of the line, key, all its text)."""
    notes: list[tuple[int, str, str]] = []
    open_ = False
    for number, line in enumerate(text.splitlines(), 1):
        comment = _COMMENT.match(line)
        if comment is None:
            open_ = False
        elif keyed := _KEYED.match(comment[1]):
            notes.append((number, keyed[1], keyed[2]))
            open_ = True
        elif open_ and comment[1].startswith("  "):
            first, key, note = notes[-1]
            notes[-1] = (first, key, f"{note} {comment[1].strip()}")
        else:
            open_ = False
    return notes
