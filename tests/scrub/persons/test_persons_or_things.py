"""Names of peoples, places, products, institutions and code that are names of persons elsewhere."""

import pyarrow as pa
import pytest

from corpus_pipeline.scrub.persons import load_finder
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.text.columns import utf8_buffers


def found(text: str, language: str = "en", persons: str = "all") -> list[str]:
    """What is found in one text."""
    column = utf8_buffers(pa.array([text], pa.string()))
    finder = load_finder(frozenset({"PERSON"}), FinderOptions(persons=persons))
    spans = finder.find(column, [language])
    return [bytes(column.data[a:b]).decode() for a, b in zip(spans.starts, spans.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # Peoples, faiths, parties; with a title or a surname they are persons.
        ("The Sunni leaders and the Norman kings met Saxon outlaws.", []),
        ("He was a Tory, and the Roundhead left.", []),
        ("As the Bible tells her, she went.", []),
        ("Mr. Norman came with Norman Bates.", ["Norman", "Norman Bates"]),
        # Gods, planets, signs, brands, software.
        ("By Jove! Virgo and Uranus rose.", []),
        ("It fell most in Safari, which dropped.", []),
        ("We shop at Macy’s and McDonald's.", []),
        # Seldom given names want somebody who does something, or a full name elsewhere.
        ("The Sitara was booked.", []),
        ("I believe Phil should have it.", ["Phil"]),
        ('"I know," said Sidonia. The room knew Sidonia.', ["Sidonia", "Sidonia"]),
        # Towns: by what they are known, by their state.
        ("They came from Dover to Westmoreland.", []),
        ("We stay in Vernon, TX and Cortez, Florida.", []),
        ("Super 8 - Vernon Texas", []),
        ("Vernon Smith, MD, moved to Texas.", ["Vernon Smith"]),
        ("He was taken up to the New Bailey.", []),
        # Days and places of persons.
        ("Need a last minute Valentine's Day gift?", []),
        ("They broke Hardie’s Bank.", []),
        # Institutions whose word stands further on.
        ("Walter Mason National Military Medical Center opened.", []),
        ("at the Woodrow Wilson International Center for Scholars", []),
        ("Cynthia Woods Mitchell Pavilion, Houston", []),
        ("pastor of the First Christian Church", []),
        ("Call Edgar Snyder & Associates or Holland & Hart, LLP now.", []),
        ("Tom Miller & Anne Baker came.", ["Tom Miller", "Anne Baker"]),
        (
            "He saw Bruce Springsteen. Later the Bruce Springsteen Band sang.",
            ["Bruce Springsteen"],
        ),
        # Roles before common words.
        ("use the Developer Portal and Federal Student Aid", []),
        ("Uncle Bill and Aunt Rose met President Grant.", ["Bill", "Rose", "Grant"]),
        # Code, journals, terms.
        ("the operator `Atan` and class Adam: def", []),
        ("(Ann. Statist., 1999)", []),
        ("the hexary Patricia trie and the Grover search", []),
        ('{"given": "Benedikt", "family": "Xyz"}', ["Benedikt"]),
    ],
)
def test_persons_are_told_from_things(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Burası Ren Nehri, şurası Albert Müzesi.", "tr"),
        ("Họ vượt Đại Tây Dương, từ Nam Phi tới Tây Ban Nha.", "vi"),
        ("la norma de Frobenius de los pesos", "es"),
        ("di zaman Nabi dan Islam", "id"),
    ],
)
def test_places_and_terms_of_other_languages_are_no_persons(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("It was printed by Jim McIndoe. ISBN 0-86868-012-5", []),
        ("It was printed by Jim McIndoe (ISBN-13: 978-0-86868-012-5).", []),
        ("It was printed by Jim McIndoe, tel 071 234 5678 9", ["Jim McIndoe"]),
    ],
)
def test_numbers_of_books_are_no_telephones(text: str, names: list[str]) -> None:
    assert found(text, persons="private") == names
