"""Pages that are no news keep their text: manuals, threads, recipes; and pages cut short."""

import pytest
from genres import GENRES, Genre
from pages import LANGUAGES, Language, paragraphs

from corpus_pipeline.extract.html import extract_html


@pytest.mark.parametrize("genre", GENRES.values(), ids=GENRES)
def test_a_page_that_is_no_article(genre: Genre) -> None:
    text = extract_html(genre.html)
    assert [each for each in genre.wanted if each not in text] == []
    assert [each for each in genre.unwanted if each in text] == []


def _cut(language: Language, end: str) -> str:
    """A page whose article ends in an unusual way; `{}` is the last paragraph."""
    found = [f"<p>{text}</p>" for text in paragraphs(language)[:6]]
    menu = "".join(f'<li><a href="/{n}">{word}</a></li>' for n, word in enumerate(language.menu))
    return (
        f"<nav><ul>{menu}</ul></nav><div class=story><h1>{language.title}</h1>{''.join(found)}"
        + end.format(paragraphs(language)[7])
    )


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize(
    "end",
    [
        "{}",
        "</div>{}",
        "</div></div>{}",
        "<p>{}",
        "</div><p>{}",
        '<p>{}<a href="http://x',
        '<p>{}<img alt="x',
        "<p>{}<!-- x",
        '<p>{}<script>let x = "<p>',
        "<font size=2>{}</font></div>",
        "</div><center>{}</center>",
        "</div><hr>{}",
        "<ul><li>{}",
        "<table><tr><td>{}",
        "</body></html>{}",
        "<p><a name=end>{}",
    ],
)
def test_a_page_cut_short_keeps_its_last_paragraph(language: Language, end: str) -> None:
    text = extract_html(_cut(language, end))
    assert [text.count(each) for each in paragraphs(language)[:6]] == [1] * 6
    assert paragraphs(language)[7] in text
    assert not any(word in text for word in language.menu)


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize(
    "page",
    [
        "<body>{}</body>",
        "<div>{}</div>",
        "<center><font size=3>{}</font></center>",
        "<a name=top>{}",
        "<table width=100%><tr><td>{}</td></tr></table>",
        "<form><div>{}</div></form>",
        "<my-app><my-text>{}</my-text></my-app>",
        "<td>{}",
    ],
)
@pytest.mark.parametrize("between", ["<br><br>", "<br>\n", "<p>", "<li>"])
def test_a_page_without_closed_paragraphs(language: Language, page: str, between: str) -> None:
    text = extract_html(page.format(between.join(language.sentences)))
    assert [each for each in language.sentences if each not in text] == []


@pytest.mark.parametrize("language", [LANGUAGES["en"], LANGUAGES["zh"]], ids=["en", "zh"])
def test_a_link_that_is_never_closed(language: Language) -> None:
    text = extract_html("<a href=/x>" + "<p>".join(language.sentences))
    assert [each for each in language.sentences if each not in text] == []


def test_lines_of_links_are_a_menu() -> None:
    language = LANGUAGES["zh"]
    lines = "<br>".join(f"<a href=/{n}>今日头条之{n}山谷要闻</a>" for n in range(9))
    body = "".join(f"<p>{each}</p>" for each in paragraphs(language))
    text = extract_html(f"<table><tr><td>{lines}<td>{body}</table>")
    assert "头条" not in text
    assert paragraphs(language)[7] in text


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_the_footer_of_a_short_page(language: Language) -> None:
    text = extract_html(
        f"<div class=box><h1>{language.title}</h1><p>{language.sentences[0]}</p></div>"
        f"<div id=footer><p>{language.rights}</p></div>"
    )
    assert text.endswith(language.sentences[0])
