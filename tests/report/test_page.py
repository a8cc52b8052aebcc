"""The page as a file: it speaks two languages, and nothing in it can act."""

import html
import re
from typing import Any

import pytest

from corpus_pipeline.inspection.passages import KINDS
from corpus_pipeline.report import page as writing
from corpus_pipeline.report.page import in_script, page
from corpus_pipeline.report.words import LANGUAGES, kinds_in, words_in
from corpus_pipeline.yaml_files import load_yaml

Figures = dict[str, Any]
_FILES = writing._FILES
_WORDS = _FILES.parent / "words.yaml"


def test_every_word_is_there_in_both_languages() -> None:
    table = load_yaml(_WORDS.read_text("utf-8"))
    assert table.pop("kinds").keys() == KINDS.keys() == kinds_in("zh").keys()
    for key, each in table.items():
        assert len(each) == len(LANGUAGES), key
        assert all(isinstance(word, str) and word for word in each), key
        assert len({frozenset(re.findall(r"\{(\w+)\}", word)) for word in each}) == 1, key
    assert len(_WORDS.read_text("utf-8").split("\n")) > len(table) == len(words_in("en"))


def test_the_scripts_use_the_words_that_there_are() -> None:
    text = "".join(path.read_text("utf-8") for path in sorted(_FILES.iterdir()))
    used = {*re.findall(r'word\("(\w+)"', text), *re.findall(r"\{\{word_(\w+)\}\}", text)}
    assert used <= words_in("en").keys()
    # Keys that are put together, or used where the page is written.
    code = text + "".join(p.read_text("utf-8") for p in sorted(_FILES.parent.glob("*.py")))
    unused = [key for key in words_in("en") if not re.search(rf"(\b|word_){key}\b", code)]
    assert unused == []


@pytest.mark.parametrize("name", [path.name for path in sorted(_FILES.glob("*.js"))])
def test_no_script_makes_markup_of_text(name: str) -> None:
    text = (_FILES / name).read_text("utf-8")
    for bad in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(",
                "new Function", "setAttribute(\"style\"", "fetch(", "http:", "https:"):  # fmt: skip
        assert bad not in text, bad
    assert not re.search(r"[一-鿿]", text), "words stand in words.yaml"


def test_what_runs_is_hashed_and_nothing_else_may(figures: Figures) -> None:
    text = page([figures], "en", "Report").decode()
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert found is not None
    policy = html.unescape(found[1])
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    scripts = re.findall(r"<script>", text)
    assert len(scripts) == policy.split("; ")[1].count("sha256-")
    assert len(re.findall(r"<script", text)) == len(scripts) + 1
    assert not re.search(r"<[^>]* on\w+=", text.split("<script>")[0])


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "<!--<script>", "\u2028\u2029", "]]>", "&lt;"]
)
def test_json_in_a_script_ends_nothing(text: str) -> None:
    written = in_script({"text": text})
    assert not re.search("[<>&\u2028\u2029]", written)
    assert load_yaml(written) == {"text": text}


def test_the_title_is_text(figures: Figures) -> None:
    text = page([figures], "en", "<img src=x>").decode()
    assert "<img" not in text.partition("<script")[0]
    assert "&lt;img src=x&gt;" in text


def test_half_a_pair_of_code_units_is_written_as_a_question(figures: Figures) -> None:
    sample = {**figures["samples"][0], "text": "a\ud800b\0"}
    text = page([{**figures, "samples": [sample]}], "en", "Report")
    assert b'"text":"a?b\\u0000"' in text
