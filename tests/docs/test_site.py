"""The site of the documentation: complete, without warnings, and without other hosts."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from scripts import ROOT, load_script

HOOKS = load_script("site_hooks")
#: What a page loads by itself from a host that it names.
LOADED = re.compile(r"<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=\"?(?:https?:)?//", re.I)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with `strict`, which makes warnings errors."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_on_the_site(site: Path) -> None:
    docs = ROOT / "docs"
    wanted = {page.relative_to(docs).with_suffix(".html") for page in docs.rglob("*.md")}
    wanted |= {Path(name).with_suffix(".html") for name in HOOKS.OUTSIDE.values()}
    assert wanted <= {page.relative_to(site) for page in site.rglob("*.html")}


def test_nothing_is_loaded_from_other_hosts(site: Path) -> None:
    """Links may lead elsewhere; what a page loads by itself may not."""
    foreign = [
        f"{page.relative_to(site)}: {match[0]}"
        for page in site.rglob("*.html")
        for match in LOADED.finditer(page.read_text("utf-8"))
    ]
    assert foreign == []
    styles = [page for page in site.rglob("*.css") if "url(http" in page.read_text("utf-8")]
    assert styles == []


def test_what_is_loaded_from_other_hosts_is_seen() -> None:
    assert LOADED.search('<script async src="https://example.org/a.js">')
    assert not LOADED.search('<a href="https://example.org">')


def test_chinese_pages_say_so(site: Path) -> None:
    assert '<html lang="zh-Hans"' in (site / "zh" / "index.html").read_text("utf-8")
    assert '<html lang="en"' in (site / "index.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["site_hooks", "site_docstrings"])
def test_the_examples_of_what_builds_it_hold(name: str) -> None:
    found = doctest.testmod(load_script(name))
    assert (found.failed, found.attempted > 0) == (0, True)


def test_examples_of_docstrings_are_code(site: Path) -> None:
    assert "&gt;&gt;&gt;" in (site / "api.html").read_text("utf-8")


def test_the_navigation_names_each_page_once() -> None:
    # The file has a tag for a function, which a safe loader does not make.
    text = re.sub(r"!!python\S+", "", (ROOT / "mkdocs.yml").read_text("utf-8"))
    named = re.findall(r"[\w/.-]+\.md", str(yaml.safe_load(text)["nav"]))
    assert sorted(named) == sorted(set(named))
