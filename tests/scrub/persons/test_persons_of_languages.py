"""Names of persons in eight languages, in columns, in lists and of speakers."""

import pyarrow as pa
import pytest

from corpus_pipeline.scrub.persons import load_finder
from corpus_pipeline.scrub.persons.surname_ends import ends_as_surname, surname_ends, tail_of
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.text.columns import utf8_buffers


def found(text: str, language: str | None, persons: str = "all") -> list[str]:
    """What is found in a text."""
    column = utf8_buffers(pa.array([text], pa.string()))
    finder = load_finder(frozenset({"PERSON"}), FinderOptions(persons=persons))
    spans = finder.find(column, [language])
    return [
        bytes(column.data[start:end]).decode()
        for start, end in zip(spans.starts, spans.ends, strict=True)
    ]


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        # A given name that is usual in this language.
        ("de", "Gestern kam Gerlinde zu spät.", ["Gerlinde"]),
        ("en", "Gestern kam Gerlinde zu spät.", []),
        ("pt", "O livro foi entregue a Joana ontem.", ["Joana"]),
        # Common words of the language, with a capital.
        ("de", "Der Tisch und die Lampe standen im Sommer dort.", []),
        ("it", "Natale e Pasqua in Italia.", []),
        # Cases of Polish and Russian.
        ("pl", "Rozmawiał z Grzegorzem Palickim o tym.", ["Grzegorzem Palickim"]),
        ("ru", "Он позвонил Вадиму Хромцову вечером.", ["Вадиму Хромцову"]),
        ("ru", "Пришла Гликерия Поликарповна с внуком.", ["Гликерия Поликарповна"]),
        ("ru", "Список: Мухина Т. К. и другие.", ["Мухина Т. К"]),
        # Offices, honorifics, kin.
        ("it", "Parla il sindaco Brambonati di ieri.", ["Brambonati"]),
        ("it", "disse l'allenatore Strozzamonti.", ["Strozzamonti"]),
        ("it", "ne parla la sig.ra Colombrini domani", ["Colombrini"]),
        ("nl", "De advocaat Kerkenbosch zweeg.", ["Kerkenbosch"]),
        ("fr", "La veuve Kergoumazec est venue.", ["Kergoumazec"]),
        ("de", "Das sagte Trainer Wullenkamp gestern.", ["Wullenkamp"]),
        # Things that are named after persons.
        ("nl", "De Anne Frankschool krijgt een dak.", []),
        ("pt", "O Instituto Adolfo Lutz fica longe.", []),
        ("pt", "A ilha de S. Vicente fica longe.", []),
        ("nl", "een kever uit de familie Zarabocidae.", []),
    ],
)
def test_a_language_has_its_own_names_and_words(language: str, text: str, names: list[str]) -> None:
    assert found(text, language) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # Chats and interviews.
        ("[18:02] Laura: who drives?\n[18:03] Peter: me", ["Laura", "Peter"]),
        ("Note: this is one.\nParis: that is another.", []),
        # A telephone number behind a name.
        ("Text Ines 647 980 3316 please", ["Ines"]),
        ("see part Widget 647 980 3316", []),
        # Lists.
        ("Present: Kowalke, Zorbatag, Wullenbek", ["Kowalke", "Zorbatag", "Wullenbek"]),
        (
            "tries by Zuvamthanda Mfukatu and Rudolph Kriel.",
            ["Zuvamthanda Mfukatu", "Rudolph Kriel"],
        ),
        ("Jane Doe, Zorbatag Umbrik", ["Jane Doe"]),
        # Cited authors.
        ("Wagnerloo, Q. R.: On doors.", ["Wagnerloo, Q. R."]),
        ("the end, Tinner. J. Kernoggle, Off.", ["J. Kernoggle"]),
        ("A. Kernoggle", []),
        # An abbreviation, another column.
        ("PSI Arif Shaikh is asking.", ["Arif Shaikh"]),
        ("1) Imtiyaz Ahmed Khan  PP T4820917", ["Imtiyaz Ahmed Khan"]),
    ],
)
def test_forms_of_lists_and_speakers(text: str, names: list[str]) -> None:
    assert found(text, "en") == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("id;surname;first name;dob\n1;Zorbatag;Ubba;1981-04-19\n", ["Zorbatag", "Ubba"]),
        ("nr;naam;geboortedatum\n1;'t Zwart, Lobke;21-01-2001\n", ["t Zwart, Lobke"]),
        ("nome;cpf;fone\nEdnalva Xukuru;558.146.587-89;1\n", ["Ednalva Xukuru"]),
        ("| Patient name | Phone |\n|---|---|\n| van Oort | 5550123456 |\n", ["van Oort"]),
        # A column of names of products, a company, an empty cell, a number.
        ("name,price\nZorbatag,123456789\n", []),
        ("owner,phone\nZorbatag Ltd,123456789\n,5\n", []),
        ("surname,phone\n12345,123456789\nnone,1\n", []),
        # Another number of cells ends the table.
        ("surname,phone\nZorbatag,123456789\n\nUbbadug is here\n", ["Zorbatag"]),
        ('surname,phone\n"Zorbatag, Ubba",123456789\n', ["Zorbatag, Ubba"]),
    ],
)
@pytest.mark.parametrize("persons", ["all", "private"])
def test_cells_of_columns_of_names(text: str, names: list[str], persons: str) -> None:
    assert found(text, None, persons) == names


@pytest.mark.parametrize(
    ("word", "kind"),
    [("петровна", 2), ("ильичу", 2), ("петров", 1), ("frankschool", 4), ("table", 0), ("вна", 0)],
)
def test_ends_tell_surnames_fathers_and_things(word: str, kind: int) -> None:
    assert ends_as_surname(tail_of(word) & 0xFFFFFFFFFFFFFF, len(word), surname_ends()) == kind


def test_a_long_line_is_no_table() -> None:
    text = "surname;phone\n" + ";" * 100_000 + "123456789"
    assert found(text, None) == []
