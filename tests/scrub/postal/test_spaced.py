"""Postal addresses in scripts with spaces, and what only looks like one. All are invented."""

import pyarrow as pa
import pytest

from corpus_pipeline.scrub.entities import ENTITIES
from corpus_pipeline.scrub.postal import load_finder
from corpus_pipeline.scrub.spans import FinderOptions
from corpus_pipeline.text.columns import utf8_buffers


def found(*texts: str) -> list[list[str]]:
    """What is found in each text of a column."""
    column = utf8_buffers(pa.array(texts))
    spans = load_finder(frozenset(["ADDRESS"]), FinderOptions()).find(column, [None] * len(texts))
    rows: list[list[str]] = [[] for _ in texts]
    for row, start, end in zip(spans.rows, spans.starts, spans.ends, strict=True):
        rows[row].append(column.data[start:end].tobytes().decode())
    return rows


WHOLE = [
    "221B Baker Street, London NW1 6XE",
    "1600 Elm Ave NW, Washington, DC 20500",
    "742 Evergreen Terrace, Springfield, OR 97403",
    "Flat 4B, 12/3 MG Road, Bengaluru 560001, Karnataka",
    "603/448 Weber Court\nNorth Jamesborough, TAS, 2911",
    "6750 Koskikatu 25 Apt. 864\nArtilleros\n, CO\n Uruguay 64677",
    "Unit 4719 Box 7394\nDPO AP 70942",
    "P.O. Box 1234, Springfield, OR 97403",
    "Hauptstr. 12a, 10115 Berlin",
    "Murat-Heinrich-Allee 77\n24158 Ochsenfurt",
    "Postfach 1203, 8021 Zürich",
    "12 bis, rue de la Paix, 75002 Paris",
    "chemin Bourquin 87\n7317 Joly",
    "Via Roma 10, 20121 Milano (MI)",
    "Calle Mayor, 5, 28013 Madrid",
    "Rua das Flores, 120\n4050-262 Porto",
    "ul. Długa 5 m. 3, 00-238 Warszawa",
    "Gerritsingel 7\n1317 YB\nSchijf",
    "Grammova 8\n777 63 Městec Králové",
    "Györgyhalasi utca 121.\nH-7317 Mátrahetvenváros",
    "Skolvägen 76\n717 06 Ängelholm",
    "Dosentinkuja 76\n17066 Rovaniemi",
    "Haugbakken 7, 6083 Lunde",
    "Dampfærgevej 77\n7170 Almind",
    "ул. Ленина, д. 5, кв. 3, 101000 Москва",
    "проспект Виноградний, буд. 77, Рені, 50756",
    "P.O. Box 77, County Road 12, Elko, NV 89801",
    "P.O. Box 1182, Rte 4, Lamoille NV 89828",
    "PO Box 12, 45 Main Street, Springfield, IL 62704",
    "100 Main Street, Washington, D.C. 20001",
    "Flat 9, The Old Ombu\nQuay Street\nWoodbridge\nSuffolk\nIP12 1BX",
    "58 Rankin Cres., Unit B, Toronto, ON M6P 4H9",
    "Ombu House, 4 Mill Lane, Strokestown, Co. Roscommon, F42 XR66",
    "302-1188 Howe Street, Vancouver BC V6Z 2S8",
    "2716 Ombu Trail, Round Rock, TX 78665",
    "C/ Hermanos Ombu, 14, 3.º B\n23700 Linares (Jaén)",
    "Via Monte Ombu 44/B, int. 7\n66026 Ortona (CH)",
    "Am Ombubruch 14 a\n31157 Sarstedt",
    "2 hent Ombu, 29600 Plourin",
    "H.No. 1127, Sector 22-B, Chandigarh 160022",
]

#: Addresses, and what stands behind them and announces another thing.
FOLLOWED = [
    ("Via Verdi 31, 10124 Torino", ", C.F. RSSMRA80A01L219M"),
    ("Via Verdi 31, Torino", ", C.F. RSSMRA80A01L219M"),
    ("ul. Nowa 5/2, 00-654 Warszawa", ", PESEL 44051401359"),
    ("Jl. Merdeka No. 4, Jakarta Pusat 10110", ", HP 0812-1111-2222, NIK 3174012345678901"),
    ("Hauptstr. 12, 10115 Berlin", ", Steuer-ID 12345678901"),
    ("12 rue de la Paix, 75002 Paris, France", ", Tél. 01 23 45 67 89"),
    ("12 rue de la Paix, 75002 Paris", ", SIRET 12345678900012"),
    ("Calle Mayor 5, 28013 Madrid", ", DNI 12345678Z"),
    ("Rua Augusta 120, 01305-000 São Paulo, SP", ", CPF 123.456.789-09"),
    ("Kalverstraat 12, 1012 NX Amsterdam", ", BSN 123456782"),
    ("12 Oak Street, Springfield, IL 62704", ", SSN 123-45-6789"),
    ("12 Oak Street, Springfield, IL 62704", ", Contact: the desk"),
    ("12 Oak Street, Springfield, IL 62704, United States", ", Ref 1234567"),
    ("25 Nguyễn Huệ, Quận 1, TP.HCM", "."),
    ("25 Nguyễn Huệ, Quận 1, TP. Hồ Chí Minh", "."),
    ("25 Nguyễn Huệ, Q.1, TP.HCM", ", MST 0312345678"),
]


@pytest.mark.parametrize(("address", "behind"), FOLLOWED)
def test_what_announces_another_thing_is_no_part_of_an_address(address: str, behind: str) -> None:
    assert found(f"Address: {address}{behind}") == [[address]]


@pytest.mark.parametrize("address", WHOLE)
def test_address_is_covered_whole(address: str) -> None:
    quoted = address.replace("\n", "\n> ")
    texts = [f"Address: {address}\n\nThanks", f"> {quoted}\n> +44 20 7946 0000\n", address]
    assert found(*texts) == [[address], [quoted], [address]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Address: #46, 2nd Main, 5th Block, Jayanagar, Bangalore South 560041\nFuel",
         ["#46, 2nd Main, 5th Block, Jayanagar, Bangalore South 560041"]),
        ("Address: No. 17 Ombu Street, off Zik Avenue, Uwani, Enugu\nPhone",
         ["No. 17 Ombu Street, off Zik Avenue, Uwani, Enugu"]),
        ("She lives at Pod Floriánem 1677 with her dog.", ["Pod Floriánem 1677"]),
        ("Please deliver it to 51709 Spinatsch 94.", ["51709 Spinatsch 94"]),
        ("I'll meet you at the corner of Csabai 39 and", ["Csabai 39"]),
        ("Meet me at 10 Acacia Avenue. He went", ["10 Acacia Avenue"]),
        ("??? Carly Jones\n??? 53772 Holm 45\n??? Suite 757\n??? Iceland 28766\n??? x",
         ["53772 Holm 45\n??? Suite 757\n??? Iceland 28766"]),
        ("Jane Roe\n12 Oak Street\nSpringfield, OR 97403\nTel 541-555-0100",
         ["12 Oak Street\nSpringfield, OR 97403"]),
    ],
)  # fmt: skip
def test_announced_or_in_prose(text: str, expected: list[str]) -> None:
    assert found(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "5 Main Points of the plan",
        "od 7 do 13, plac Piłsudskiego. Stoisko 118",
        "am Freitag um 19 Uhr in St. Jakob",
        "a 3 Way Street party",
        "Wall Street fell 12 points on Monday, the Street said.",
        "42 Court cases and 10 Park rangers",
        "Section 12 Drive shafts",
        "2001 A Space Odyssey, 100 Years War",
        "17 U.S.C. 107; Vol. 3, No. 12; 5 U.S.C. 552a",
        "On 4 July 1976 in Boston, 12 March 2011 in Paris",
        "We went 3 miles down the road, then 2 blocks down the street.",
        "def street(road=12): return Address32[0x5f], (address, 0, BASIC_KEY)",
        "Add 2 cups Flour, 3 Eggs, 12 Oz Butter",
        "Arsenal 3 Chelsea 2, Leeds 1 Everton 0",
        "| Oak | 12 | 3400 |\n| Elm | 14 | 5200 |",
        "in address 15 the bus; **Slide 15:** Addresses",
        "MaxSessions 1000\nMaxStartups 1000\n",
        "Arbeitsplatz 4 und Platz 139 von 176",
    ],
)
def test_is_no_address(text: str) -> None:
    assert found(text) == [[]]


def test_findings_depend_on_the_text_alone() -> None:
    texts = [*WHOLE, "", "12", "Hauptstr.", "5, 10115 Berlin"]
    together = found(*texts)
    assert together == [found(text)[0] for text in texts]
    assert together[-4:] == [[], [], [], []]


def test_entity_and_scores() -> None:
    column = utf8_buffers(pa.array(["x", "Hauptstr. 12a, 10115 Berlin"]))
    spans = load_finder(frozenset(["ADDRESS"]), FinderOptions()).find(column, ["en", "de"])
    assert spans.rows.tolist() == [1]
    assert ENTITIES[spans.entities[0]] == "ADDRESS"
    assert 0.5 <= spans.scores[0] <= 1


@pytest.mark.parametrize("piece", ["12 Street ", "1", "12 ", "Street ", "\n", "5 Rd, ", "Ж1 ", "("])
def test_hostile_text_is_read(piece: str) -> None:
    assert len(found(piece * 3000)) == 1
