"""Names of persons where spaces part words."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus_pipeline.scrub.persons import load_finder
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.text.columns import utf8_buffers


def found(texts: list[str], persons: str = "all", language: str | None = "en") -> list[list[str]]:
    """What is found in each text."""
    column = utf8_buffers(pa.array(texts, pa.string()))
    finder = load_finder(frozenset({"PERSON"}), FinderOptions(persons=persons))
    spans = finder.find(column, [language] * len(texts))
    names: list[list[str]] = [[] for _ in texts]
    for row, start, end in zip(spans.rows, spans.starts, spans.ends, strict=True):
        names[row].append(bytes(column.data[start:end]).decode())
    return names


NAMES = [
    ("We met Alice Miller in the hall.", ["Alice Miller"]),
    ("Mr. Zorbas left.", ["Zorbas"]),
    ("My name is Tibor Quandt.", ["Tibor Quandt"]),
    ("Yesterday Szabina J Gelencser spoke.", ["Szabina J Gelencser"]),
    ("It was Anna van der Berg who called.", ["Anna van der Berg"]),
    ("a letter of Maria de la Cruz, signed", ["Maria de la Cruz"]),
    ("JOHN SMITH", ["JOHN SMITH"]),
    ("Thanks to Jean-Pierre Dubois.", ["Jean-Pierre Dubois"]),
    ("They asked Sean O'Brien's wife.", ["Sean O'Brien"]),
    ("my name is john smith", ["john smith"]),
    ("Jane Doe wrote it.", ["Jane Doe"]),
    ("Alice Kellermann came. Later Kellermann left.", ["Alice Kellermann", "Kellermann"]),
    ("From: Jane Miller\nTo: Bob Stone", ["Jane Miller", "Bob Stone"]),
    ("Best regards,\nTamsin Ferreira", ["Tamsin Ferreira"]),
    ("Ich heiße Anke Schröder.", ["Anke Schröder"]),
    ("Je m'appelle Zoé Lambert.", ["Zoé Lambert"]),
    ("Me llamo Iván Ortega.", ["Iván Ortega"]),
    ("Имя: Ольга Петрова", ["Ольга Петрова"]),
    ("الاسم: محمد علي\nx", ["محمد علي"]),
    ("שמי דוד לוי ואני", ["דוד לוי"]),
    ("मेरा नाम राम है", ["राम"]),
    ('Walter "Bud" Hendricksen was there.', ['Walter "Bud" Hendricksen']),
    ("He met William (Bill) Hendricks.", ["William (Bill) Hendricks"]),
    ("The singer Robert “Bob” Kowalczyk died.", ["Robert “Bob” Kowalczyk"]),
    ('Dwayne "The Rock" Johnson', ['Dwayne "The Rock" Johnson']),
    ("Thành viên Quốc hội Ấn Độ Jayant Sinha; x", ["Jayant Sinha"]),
    ("We saw John (Republican) there.", ["John"]),
    ("Name: John, Mary and Bob", ["John", "Mary", "Bob"]),
    ("السيد محمد بن عبد الله الفارسي وصل", ["محمد بن عبد الله الفارسي"]),
    ("اسمي محمد بن عبد الله الفارسي", ["محمد بن عبد الله الفارسي"]),
]

NO_NAMES = [
    "Will you come? May I? Mark this.",
    "Rose bushes and hope in London, Paris and Jordan.",
    "Grant Programs May Help",
    "Morgan Stanley and Wells Fargo Bank",
    "Washington University near Lake Victoria",
    "Victoria Street in Los Angeles",
    "Parkinson's disease and the Sarbanes-Oxley Act",
    "We run Jupyter and Jenkins on Monday.",
    "Moore's law holds.",
    "The office of Levine, Steinberg and Miller",
    "PUSH1 LT ISZERO ISZERO JUMPI",
    "Im Rahmen der Konsensfindung",
    "",
]


@pytest.mark.parametrize(("text", "names"), NAMES)
def test_names_are_found(text: str, names: list[str]) -> None:
    assert found([text]) == [names]


@pytest.mark.parametrize("text", NO_NAMES)
def test_what_is_no_person_stays(text: str) -> None:
    assert found([text]) == [[]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("President Abraham Lincoln said so.", []),
        ("“I see,” said Alice Miller to Fred.", []),
        ("My name is Alice Miller. Miller is my husband's name.", ["Alice Miller", "Miller"]),
        ("Contact Alice Miller at 555-123-45678.", ["Alice Miller"]),
        ("Name: Alice Miller", ["Alice Miller"]),
        ("Alice Miller\n12 Long Road\nSpringfield 12345", ["Alice Miller"]),
        # A surname before a comma, behind a label.
        ("Patient: DOE, JANE", ["DOE, JANE"]),
        ("Patient: DOE, JANE  MRN 0042177", ["DOE, JANE"]),
        ("Name: Smith, John A.", ["Smith, John A."]),
        ("Name: O'Neill, Mary Ann", ["O'Neill, Mary Ann"]),
        ("Name: Nguyen, Van An", ["Nguyen, Van An"]),
        ("Name: Smith, Berlin", ["Smith"]),
        ("Name: Smith, Manager", ["Smith"]),
        ('Name: Walter "Bud" Hendricksen', ['Walter "Bud" Hendricksen']),
        # Closing words on the line of the name or before it.
        ("Met vriendelijke groet, Pieter van der Meulen", ["Pieter van der Meulen"]),
        ("Met vriendelijke groet,\nPieter van der Meulen", ["Pieter van der Meulen"]),
        ("Met vriendelijke groet, de directie", []),
        ("Mit freundlichen Grüßen, Karl von Ahlefeld", ["Karl von Ahlefeld"]),
        ("Mit freundlichen Grüßen Karl Neumann", ["Karl Neumann"]),
        ("Cordialement, Marie Dupont", ["Marie Dupont"]),
        ("Atenciosamente, João da Silva", ["João da Silva"]),
        ("Cordiali saluti, Mario Rossi", ["Mario Rossi"]),
        # The last syllable of a name of Vietnam, the last part of an Arabic one.
        ("Tôi tên là Nguyễn Văn An", ["Nguyễn Văn An"]),
        ("Tên tôi là Trần Thị Mai, sinh năm 1990", ["Trần Thị Mai"]),
        ("Xin chào, tôi là Lê Minh Anh", ["Lê Minh Anh"]),
        ("الاسم: محمد بن عبد الله الفارسي", ["محمد بن عبد الله الفارسي"]),
    ],
)
def test_private_persons_are_those_in_a_context_of_contact(text: str, names: list[str]) -> None:
    assert found([text], "private") == [names]


def test_nothing_depends_on_the_batch() -> None:
    texts = [text for text, _ in NAMES] + NO_NAMES
    assert found(texts) == [found([text])[0] for text in texts]
    assert found(texts[::-1]) == found(texts)[::-1]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Alice", "Miller", " ", ".", ",", "\n", "Mr", "é", "’s", "文", "my name is ", "Ж", ":",
             "O'", "-", "\u0301", "123", "@", "ا", "اسم", "J", "ß", "😀"]
        ),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_spans_lie_on_borders_of_characters_and_do_not_overlap(text: str) -> None:
    column = utf8_buffers(pa.array([text], pa.string()))
    for persons in ("all", "private"):
        finder = load_finder(frozenset({"PERSON"}), FinderOptions(persons=persons))
        spans = finder.find(column, [None])
        last = 0
        for start, end in zip(spans.starts.tolist(), spans.ends.tolist(), strict=True):
            assert last <= start < end
            bytes(column.data[start:end]).decode()
            last = end
