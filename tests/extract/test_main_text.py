"""Main text of pages in many scripts: the article stays, what is around it goes."""

import pytest
from pages import LANGUAGES, Language, article, page, paragraphs

from corpus_pipeline.extract.blocks import scan_page
from corpus_pipeline.extract.features import FEATURES, features
from corpus_pipeline.extract.html import extract_html
from corpus_pipeline.extract.main_text import read_trees, trees
from corpus_pipeline.extract.outline import outline
from corpus_pipeline.extract.page import END, START
from corpus_pipeline.extract.tree import normal_html

each_language = pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)


@each_language
def test_an_article_without_what_is_around_it(language: Language) -> None:
    text = extract_html(page(language))
    assert [each for each in paragraphs(language) if each not in text] == []
    around = (*language.menu, language.cookies, language.share, *language.teasers, language.rights)
    assert [each for each in around if each in text.replace(language.title, "")] == []
    assert "_alt" not in text
    assert text.count(language.title) == 1


@each_language
@pytest.mark.parametrize(
    "style",
    ["visibility: hidden; opacity: 0; ", "display:none", "opacity:0", "DISPLAY : NONE !important"],
)
def test_what_a_script_will_show(language: Language, style: str) -> None:
    text = extract_html(page(language, style))
    assert text.startswith(language.title)
    assert [each for each in paragraphs(language) if each not in text] == []
    assert language.rights not in text


@pytest.mark.parametrize(
    "wrapped",
    [
        '<body style="opacity:0">{}</body>',
        "<div hidden>{}</div>",
        '<div aria-hidden="true"><div style="visibility:hidden">{}</div></div>',
        "<div id=app></div><noscript>{}</noscript>",
    ],
)
def test_other_ways_to_hide_a_page(wrapped: str) -> None:
    language = LANGUAGES["zh"]
    text = extract_html(wrapped.format(article(language)))
    assert text.startswith(language.title)
    assert paragraphs(language)[7] in text


def test_hidden_parts_of_a_page_that_shows_its_text() -> None:
    language = LANGUAGES["zh"]
    hidden = '<div style="display:none"><p>' + "看不见的文字，谁也不会读到它。" * 20 + "</p></div>"
    text = extract_html(page(language, comments=hidden))
    assert "看不见" not in text
    assert paragraphs(language)[0] in text
    inline = extract_html(
        '<p>好<span style="display:none">坏</span><span class="sr-only">坏</span>。'
    )
    assert inline == "好。"
    spelt = extract_html(
        '<p style="opacity:0.9">好。</p><p style="background:url(display.png)">对。'
    )
    assert spelt == "好。\n\n对。"


@each_language
def test_comments_are_left_out_unless_they_are_the_page(language: Language) -> None:
    said = [f"{n}. {text}" for n, text in enumerate(language.sentences * 3)]
    comments = "".join(f'<div class="comment"><p>{each}</p></div>' for each in said)
    thread = f'<div id="comments">{comments}</div>'
    assert said[4] not in extract_html(page(language, comments=thread))
    assert said[4] in extract_html(page(language, comments=thread), comments=True)
    alone = extract_html(f"<nav>{language.menu[0]}</nav><h1>{language.title}</h1>{thread}")
    assert [each for each in said if each not in alone] == []


@pytest.mark.parametrize("language", [LANGUAGES["en"], LANGUAGES["zh"]], ids=["en", "zh"])
def test_captions_and_copies_once(language: Language) -> None:
    caption = language.caption
    twice = f'<div class="caption">{caption}</div>'
    text = extract_html(page(language).replace("<figure>", f"{twice}<figure>"))
    assert text.count(caption) <= 1
    body = article(language)
    text = extract_html(
        f'<div class="m">{body}</div><div class="d"><section>{body}</section></div>'
    )
    assert text.count(paragraphs(language)[2]) == 1


def test_a_refrain_is_no_copy() -> None:
    verse = "Row, row, row your boat, gently down the stream, merrily, merrily, merrily, merrily."
    text = extract_html("<article>" + f"<p>{verse}</p>" * 8 + "</article>")
    assert text.count(verse) == 8


def test_short_pages_are_kept() -> None:
    assert extract_html("<p>你好") == "你好"
    assert extract_html("<body>text only") == "text only"
    assert extract_html("<nav><a href=/>Home</a></nav>") == ""


@pytest.mark.parametrize("language", [LANGUAGES["en"], LANGUAGES["zh"]], ids=["en", "zh"])
def test_a_thread_keeps_its_answers(language: Language) -> None:
    posts = "".join(
        f'<div class="post" id="p{n}"><div class="user"><a href="/u{n}">user{n}</a></div>'
        f'<div class="post-text"><p>{text}</p></div></div>'
        for n, text in enumerate(paragraphs(language))
    )
    text = extract_html(
        f"<nav>{language.menu[0]}</nav><h1>{language.title}</h1><div id=thread>{posts}</div>"
    )
    assert [each for each in paragraphs(language) if each not in text] == []


def test_features_have_their_names_and_are_finite() -> None:
    found = scan_page(normal_html(page(LANGUAGES["zh"])).encode())
    rows = features(found, outline(found))
    assert rows.shape == (len(found.blocks), len(FEATURES))
    assert abs(rows).max() < 1e6
    text = found.text.tobytes()
    title = [text[b[START] : b[END]].decode() for b in found.blocks].index("山谷里的新桥")
    assert rows[title, FEATURES.index("tag_h1")] == 1
    assert rows[title, FEATURES.index("since_title")] == 0


def test_the_ensemble_fits_its_features() -> None:
    ensemble = trees()
    assert ensemble.feature.max() < len(FEATURES)
    assert len(ensemble.feature) == len(ensemble.limit) == len(ensemble.right)
    with pytest.raises(ValueError, match="learnt for other features"):
        read_trees('{"features": ["x"]}')
