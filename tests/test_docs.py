"""The documentation is checked like code: commands, generated pages, examples, reasons, links."""

import ast
import doctest
import importlib.util
import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from scripts import ROOT, load_script

from corpus_pipeline.config.config import build_config
from corpus_pipeline.filters.quality.profiles import load_profile
from corpus_pipeline.filters.quality.rule_table import RULES
from corpus_pipeline.flow import documented, known_steps, reasons
from corpus_pipeline.leniencies import LENIENCIES

PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "README.zh", "CONTRIBUTING", "CHANGELOG")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
GENERATED = ("cli.md", "configuration.md", "data-contract.md", "errors.md", "events.md")
WRITTEN = [page for page in PAGES if page.name not in GENERATED]


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


MAKE_DOCS = load_script("make_docs")
COMMANDS: dict[str, Any] = MAKE_DOCS.commands()


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    line: int
    """Line of the page on which its content starts, from 0."""
    content: str


def blocks(text: str) -> Iterator[Block]:
    """Yields the fenced blocks of a page.

    >>> list(blocks("a\\n```sh\\nls\\n```\\n"))
    [Block(language='sh', line=2, content='ls\\n')]
    """
    for match in re.finditer(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL):
        content = textwrap.dedent(match[3])
        yield Block(match[2], text.count("\n", 0, match.start(3)), content)


def prose(text: str) -> str:
    """Returns a page without its fenced and its indented blocks."""
    unfenced = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^ {4}.*$", "", unfenced, flags=re.MULTILINE)


# Commands


@pytest.mark.parametrize("name", [name for name in COMMANDS if name])
def test_every_command_has_help_an_example_and_a_mention(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert "Example:" in command.epilog
    assert any(f"corpus {name}" in page.read_text("utf-8") for page in WRITTEN)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name])
def test_every_option_and_argument_has_help(name: str) -> None:
    assert [param.name for param in COMMANDS[name].params if not param.help] == []


def command_lines(page: str) -> Iterator[str]:
    """Yields the lines that begin with `corpus` in the shell blocks of a page."""
    for block in blocks(page):
        if block.language == "sh":
            for line in block.content.splitlines():
                if line.startswith("corpus "):
                    yield line


def _examples() -> Iterator[str]:
    for page in PAGES:
        yield from command_lines(page.read_text("utf-8"))
    for name, command in COMMANDS.items():
        if name and command.epilog:
            yield from re.findall(r"`(corpus [^`]+)`", command.epilog)


def understand(line: str) -> None:
    """Parses a command line as the command would; nothing is run.

    Raises:
        Exception: there is no such command or option, or an argument is missing.
    """
    _, name, *arguments = shlex.split(line, comments=True)
    if hasattr(COMMANDS[name], "commands"):
        name, *arguments = f"{name} {arguments[0]}", *arguments[1:]
    arguments = arguments[: arguments.index(">")] if ">" in arguments else arguments
    COMMANDS[name].make_context(name, arguments)


@pytest.mark.parametrize("line", sorted(set(_examples())))
def test_example_command_lines_are_understood(line: str) -> None:
    understand(line)


@pytest.mark.parametrize("line", ["corpus rnu a.yaml", "corpus run", "corpus stats out --wrong"])
def test_wrong_command_lines_are_not_understood(line: str) -> None:
    with pytest.raises(Exception, match=r"."):
        understand(line)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_commands_named_in_prose_exist(page: Path) -> None:
    named = re.findall(r"`corpus ([a-z][a-z-]*)[ `]", page.read_text("utf-8"))
    assert sorted(set(named) - COMMANDS.keys()) == []


# Generated pages


@pytest.mark.parametrize("name", GENERATED)
def test_generated_pages_are_current(name: str) -> None:
    pages: dict[Path, str] = MAKE_DOCS.pages()
    wanted = {path.name: content for path, content in pages.items()}[name]
    assert (ROOT / "docs" / name).read_text("utf-8") == wanted, "run `make docs`"


# Examples


def run_python(content: str, name: str, line: int, namespace: dict[str, Any]) -> None:
    """Runs a Python block: one with prompts as a doctest, another as it stands.

    Raises:
        AssertionError: a doctest gave something else than the page says.
    """
    if ">>>" not in content:
        exec(compile(ast.parse(content), name, "exec"), namespace)
        return
    test = doctest.DocTestParser().get_doctest(content, namespace, name, name, line)
    report: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=report.append, clear_globs=False)
    assert not report, "".join(report)
    namespace.update(test.globs)


def test_wrong_examples_fail() -> None:
    namespace: dict[str, Any] = {}
    run_python(">>> a = 1\n>>> a\n1\n", "page", 0, namespace)
    run_python("assert a == 1", "page", 0, namespace)
    with pytest.raises(AssertionError):
        run_python(">>> a\n2\n", "page", 0, namespace)
    with pytest.raises(NameError):
        run_python("print(b)", "page", 0, namespace)


#: Pages of which tests/docs/test_walks.py does what they say. Those in Chinese have the same blocks
#: as the English ones (tests/docs/test_chinese.py).
ELSEWHERE = [
    ROOT / "README.zh.md",
    *(ROOT / "docs" / name for name in ("tutorial.md", "how-to", "zh")),
]
WITH_PYTHON = [
    page
    for page in PAGES
    if "```python\n" in page.read_text("utf-8")
    and not any(page.is_relative_to(place) for place in ELSEWHERE)
]


def test_every_page_of_the_flow_has_an_example() -> None:
    folder = ROOT / "docs" / "flow"
    pages = [page for page in WITH_PYTHON if page.parent == folder]
    assert {page.stem.split("-", 1)[1] for page in pages} == {*documented()}


@pytest.fixture
def beside_a_run(
    finished: Path, one_document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Makes `demo-out` and `one-document-out` in the current folder finished runs."""
    (tmp_path / "demo-out").symlink_to(finished)
    (tmp_path / "one-document-out").symlink_to(one_document)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)


#: Libraries of users that this project does without.
NOT_OURS = ("pandas", "polars", "datasets", "torch", "grain")


def lacks(content: str) -> list[str]:
    """Names the libraries that an example needs and that are not installed here.

    >>> lacks(">>> import os\\n>>> import pandas as pd\\n") in ([], ["pandas"])
    True
    """
    imported = re.findall(r"^(?:>>> )?import (\w+)", content, re.MULTILINE)
    return [n for n in imported if n in NOT_OURS and importlib.util.find_spec(n) is None]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=_name)
def test_python_examples_run(page: Path, beside_a_run: None) -> None:
    """Examples of a library that is not installed are left out."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page.read_text("utf-8")):
        if block.language == "python" and not lacks(block.content):
            run_python(block.content, _name(page), block.line, namespace)


def _yaml_blocks() -> list[Any]:
    return [
        pytest.param(block.content, id=f"{_name(page)}:{block.line}")
        for page in PAGES
        for block in blocks(page.read_text("utf-8"))
        if block.language == "yaml"
    ]


@pytest.mark.parametrize("content", _yaml_blocks())
def test_configurations_in_the_docs_are_valid(content: str) -> None:
    sections = yaml.safe_load(content)
    needed = {"inputs": [{"path": "in.jsonl", "source": "a"}], "output": "out"}
    build_config({**needed, **sections}, "the page")


def test_there_is_a_block_of_each_kind() -> None:
    found = {block.language for page in PAGES for block in blocks(page.read_text("utf-8"))}
    assert found == {"python", "sh", "text", "yaml"}


# Reasons and thresholds


@pytest.mark.parametrize("stage", reasons())
def test_every_reason_has_a_row_on_its_page(stage: str) -> None:
    page = ROOT / "docs" / MAKE_DOCS.page_of(stage)
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", page.read_text("utf-8"), re.MULTILINE)
    assert [row for row in rows if row in reasons()[stage]] == list(reasons()[stage])


def test_every_step_has_a_page() -> None:
    for step in known_steps():
        assert (ROOT / "docs" / MAKE_DOCS.page_of(step)).exists(), step


def test_every_leniency_has_a_row() -> None:
    page = (ROOT / "docs" / "bad-input.md").read_text("utf-8")
    section = page.split("\n## What is forgiven\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", section, re.MULTILINE)
    assert rows == list(LENIENCIES.items())


def test_thresholds_on_the_quality_page_are_those_of_the_default_profile() -> None:
    profile = load_profile("default")
    page = (ROOT / "docs" / "flow" / "4-quality.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| .* [<>] \| (.* \| .*) \|$", page, re.MULTILINE))
    wanted = {}
    for rule in RULES:
        values = [getattr(profile.rules_for(language), rule.field) for language in (None, "zh")]
        wanted[rule.reason] = " | ".join("–" if v is None else f"{v:,}" for v in values)
    assert rows == wanted


# Links


def links(text: str) -> list[str]:
    """Returns the relative links of a page's prose.

    >>> links("[a](b.md#c), [d](https://e.org)")
    ['b.md#c']
    """
    found = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", prose(text))
    return [link for link in found if "://" not in link]


def anchors(page: Path) -> set[str]:
    """Returns the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_relative_links_resolve(page: Path) -> None:
    broken = []
    for link in links(page.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_decisions_are_numbered_and_have_their_parts() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text("utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. ")
        for part in ("**Status:**", "## Context", "## Decision", "## Consequences"):
            assert part in text, f"{page.name} lacks {part}"


def test_paths_of_the_project_named_in_the_docs_exist() -> None:
    missing = []
    for page in WRITTEN:
        for path in re.findall(
            r"`([\w/.-]+/[\w.-]+\.(?:py|md|yaml|npz))`", page.read_text("utf-8")
        ):
            places = (ROOT / path, ROOT / "corpus_pipeline" / path)
            if not any(place.exists() for place in places):
                missing.append(f"{_name(page)}: {path}")
    assert missing == []
