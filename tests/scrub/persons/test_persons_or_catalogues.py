"""Lists of things with the names of persons, and what tells them from lists of persons."""

import pyarrow as pa
import pytest

from corpus_pipeline.scrub.persons import load_finder
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.text.columns import utf8_buffers


def found(text: str, language: str | None = "en", persons: str = "all") -> list[str]:
    """What is found in one text."""
    column = utf8_buffers(pa.array([text], pa.string()))
    finder = load_finder(frozenset({"PERSON"}), FinderOptions(persons=persons))
    spans = finder.find(column, [language])
    return [bytes(column.data[a:b]).decode() for a, b in zip(spans.starts, spans.ends, strict=True)]


#: Two names of which nothing is said.
BOATS = "Moored today: Anna Bergman, green hull; new sails; Peter Harris, two masts; small crane."


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (BOATS, []),
        # One word that speaks of persons is enough.
        (BOATS + " The skipper said nothing.", ["Anna Bergman", "Peter Harris"]),
        (BOATS + " Ask her.", ["Anna Bergman", "Peter Harris"]),
        (BOATS + " Her daughter waits.", ["Anna Bergman", "Peter Harris"]),
        # So is a telephone number or an address of mail.
        (BOATS + " Harbour: 0161 496 0771.", ["Anna Bergman", "Peter Harris"]),
        (BOATS + " Ask harbour@example.org.", ["Anna Bergman", "Peter Harris"]),
        (BOATS + " Built 1990, 12 m.", []),
        # What is said of one is kept, and its later mentions are.
        (
            "In the yard: Anna Bergman, green hull; Mrs. Molly Harris laughed; Harris, blue.",
            ["Anna Bergman", "Molly Harris", "Harris"],
        ),
        # One full name is no list.
        ("Moored today: Anna Bergman, green hull.", ["Anna Bergman"]),
        # Rows of names.
        ("On the stones: Anna, Peter, Mary and John.", ["Anna", "Peter", "Mary", "John"]),
        (
            "Places\n1. Anna Bergman 12.1\n2. Peter Harris 12.4\n3. Mary Jones 13.0\n",
            ["Anna Bergman", "Peter Harris", "Mary Jones"],
        ),
        # A word alone, in a text long enough to say something of somebody.
        ("The bolts are of steel. " * 8 + "See Harriet.", []),
        ("See Harriet.", ["Harriet"]),
    ],
)
def test_in_a_text_that_tells_of_nobody_names_are_those_of_things(
    text: str, names: list[str]
) -> None:
    assert found(text) == names


def test_words_that_speak_of_persons_are_those_of_the_language() -> None:
    text = "У причала: Анна Иванова, зелёная; очень старая; Пётр Смирнов, две мачты."
    assert found(text, "ru") == []
    assert found(text + " Отец и мать ждут.", "ru") == ["Анна Иванова", "Пётр Смирнов"]
    # Of other languages too few of these words are known.
    german = "Am Steg: Anna Bergmann, grün; sehr alt; Peter Harms, zwei Masten."
    assert found(german, "de") == ["Anna Bergmann", "Peter Harms"]
    romanian = "Azi: Anna Bergman, verde; pânze noi; Peter Harris, mare."
    assert found(romanian, "ro") == ["Anna Bergman", "Peter Harris"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # Two words that no list has want a text that tells of persons, and something more.
        ("She met us at noon. Zhorvik Maltrenko nodded.", ["Zhorvik Maltrenko"]),
        ("Lay the pipes at noon. Zhorvik Maltrenko Zones.", []),
        ("She laughed. Then Zhorvik spoke to him.", ["Zhorvik"]),
        ("She laughed near Zhorvik.", []),
        # Years are no house numbers.
        ("In 1931 Greta Holm wrote to him.", ["Greta Holm"]),
        # An age, a trade behind the name.
        ("Brennan, 31, lays bricks.", ["Brennan"]),
        ("Brennan, lays of bricks.", []),
        ("It was Zhorvik Maltrenko, treasurer, who paid.", ["Zhorvik Maltrenko"]),
        # Titles before small words of a surname.
        ("Ask Mr van Zhorvik.", ["Zhorvik"]),
        # Two persons, and one with two surnames.
        ("Vio a Ana y Carmen en casa, dijo su madre.", ["Ana", "Carmen"]),
    ],
)
def test_in_a_text_that_tells_of_persons_more_words_are_names(text: str, names: list[str]) -> None:
    language = "es" if "dijo" in text else "en"
    assert found(text, language) == names


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("He saw a Wilson's warbler.", "en"),
        ("He was told of Hobson's choice.", "en"),
        ("He left by the ferry Anna Bergman.", "en"),
        ("Ella perdió el vestido Adolfo Domínguez.", "es"),
        ("Il l'attend à l'aéroport Jean Martin.", "fr"),
        ("Sie kommt am Flughafen Hans Albers an.", "de"),
        ("Sie sah »Anna Bergmann« im Kino.", "de"),
        ("He wore his Hugo Boss.", "en"),
    ],
)
def test_what_is_called_after_a_person_is_none(text: str, language: str) -> None:
    assert found(text, language) == []
