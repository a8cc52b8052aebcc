"""Pages that are no news keep their text: manuals, threads, recipes, tables; and pages cut short."""

import pytest
from genres import GENRES, Genre
from pages import LANGUAGES, Language, paragraphs

from corpus_pipeline.extract.html import extract_html


@pytest.mark.parametrize("genre", GENRES.values(), ids=GENRES)
def test_a_page_that_is_no_article(genre: Genre) -> None:
    text = extract_html(genre.html)
    assert [each for each in genre.wanted if each not in text] == []
    assert [each for each in genre.unwanted if each in text] == []
